"""`auditor init` and `auditor findings` on a folder of repositories."""

from pathlib import Path

from typer.testing import CliRunner

from auditor.cli.app import app
from auditor.portfolio import read_portfolio
from tests.support.repositories import commit


def test_init_writes_a_file_that_can_be_read_with_one_entity_per_repository(tmp_path: Path) -> None:
    commit(tmp_path / "shop front", {"index.html": "<h1>x</h1>"})
    commit(tmp_path / "api", {"a.py": "1"})
    commit(tmp_path / "wiki", {"home.md": "# Home", "projects/api.md": "# API", "projects/api-plan.md": "# Plan"})
    done = CliRunner().invoke(app, ["init", str(tmp_path)])
    assert done.exit_code == 0
    portfolio = read_portfolio(tmp_path, {})
    assert [entity.key for entity in portfolio.entities] == ["api", "shop-front", "wiki"]
    assert portfolio.wiki == tmp_path / "wiki"
    assert [entity.pages for entity in portfolio.entities] == [("projects/api*.md",), (), ()]
    assert {"repos.env", "reports/"} <= set((tmp_path / ".gitignore").read_text().splitlines())


def test_init_does_not_replace_a_file_unasked(tmp_path: Path) -> None:
    CliRunner().invoke(app, ["init", str(tmp_path)])
    before = (tmp_path / "portfolio.toml").read_text()
    done = CliRunner().invoke(app, ["init", str(tmp_path)])
    assert done.exit_code != 0
    assert (tmp_path / "portfolio.toml").read_text() == before


def test_a_store_without_findings_says_so(tmp_path: Path) -> None:
    CliRunner().invoke(app, ["init", str(tmp_path)])
    done = CliRunner().invoke(app, ["findings", "list", "-p", str(tmp_path)])
    assert "No open finding in the store." in done.output

"""The wiki's commands as their users run them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from auditor.cli.app import app
from auditor.errors import UsageError

PORTFOLIO = """
[portfolio]
name = "Test"
wiki = "wiki"

[[entity]]
key = "jada"
name = "JADA"
kind = "event-boat"
pages = ["jada.md"]
"""
PAGE = """\
## Numbers

| metric | value | per |
|---|---|---|
| Cash | $48,000 | |
| Revenue | $2,900 | month |
| Expenses | $6,280 | month |
"""


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, [*arguments], catch_exceptions=True)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


@pytest.fixture
def portfolio(tmp_path: Path) -> Path:
    (tmp_path / "wiki").mkdir()
    (tmp_path / "portfolio.toml").write_text(PORTFOLIO)
    (tmp_path / "wiki" / "jada.md").write_text(PAGE)
    return tmp_path


def test_facts_of_a_folder_are_json_with_pages_relative_to_it(portfolio: Path) -> None:
    code, output = run("wiki", "facts", str(portfolio / "wiki"), "--format", "json")
    document = json.loads(output)
    assert code == 0
    assert [(f["page"], f["line"], f["metric"], f["low"], f["per"]) for f in document["facts"]] == [
        ("jada.md", 5, "cash", 48000, None), ("jada.md", 6, "revenue", 2900, "month"), ("jada.md", 7, "expenses", 6280, "month"),
    ]  # fmt: skip


def test_lint_fails_for_a_contradiction_and_not_for_what_is_missing(portfolio: Path) -> None:
    page = portfolio / "wiki" / "jada.md"
    code, output = run("wiki", "lint", str(page), "--portfolio", str(portfolio))
    assert code == 0
    page.write_text(PAGE + "| Cash on hand | $52,000 | |\n")
    code, output = run("wiki", "lint", "--problems", str(page))
    assert (code, "conflict: Cash: $48,000 here, $52,000 at" in output) == (1, True)
    assert "understood" not in output.splitlines()[0]


def test_every_template_is_read_back_without_a_problem(tmp_path: Path) -> None:
    for kind in ("numbers", "rental", "charter", "yacht-delivery", "client-portfolio", "channels"):
        code, output = run("wiki", "template", kind)
        (tmp_path / f"{kind}.md").write_text(output)
        assert code == 0
    assert run("wiki", "lint", "--problems", str(tmp_path))[0] == 0


def test_an_unknown_template_lists_those_there_are() -> None:
    with pytest.raises(UsageError, match=r"there are numbers, .*, rental"):
        run("wiki", "template", "nonsense")


def test_a_page_that_does_not_exist_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such page or folder"):
        run("wiki", "facts", str(tmp_path / "no.md"))


def test_explain_prints_formula_numbers_and_sources(portfolio: Path) -> None:
    code, output = run("explain", "runway", "--entity", "jada", "--portfolio", str(portfolio))
    assert code == 0
    assert "$48,000 / $3,380 a month = 14.2 months" in output
    assert "jada.md:5" in output
    assert "jada.md:7" in output


def test_explain_names_the_missing_line_and_its_page(portfolio: Path) -> None:
    _, output = run(
        "explain", "break_even_units", "--entity", "jada", "--portfolio", str(portfolio), "--format", "json"
    )
    document = json.loads(output)
    assert document["value"] is None
    assert {(g["metric"], g["page"]) for g in document["missing"]} == {
        (m, "jada.md") for m in ("fixed_costs", "price", "variable_cost")
    }


def test_an_unknown_figure_or_entity_lists_those_there_are(portfolio: Path) -> None:
    with pytest.raises(UsageError, match="no figure is called 'luck'"):
        run("explain", "luck", "--portfolio", str(portfolio))
    with pytest.raises(UsageError, match="no entity has the key 'nobody'; there are jada"):
        run("explain", "runway", "--entity", "nobody", "--portfolio", str(portfolio))


def test_lint_without_pages_reads_the_wiki_of_the_portfolio_one_stands_in(
    portfolio: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(portfolio)
    assert run("wiki", "lint") == run("wiki", "lint", "wiki", "--portfolio", ".")


def test_a_template_without_a_kind_is_the_page_to_start_from() -> None:
    assert run("wiki", "template") == run("wiki", "template", "numbers")

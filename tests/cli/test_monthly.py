"""The month from the command line, on a small portfolio."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from auditor.cli.app import app
from auditor.errors import ConfigError, UsageError
from tests.support.repositories import commit

PORTFOLIO = """
[portfolio]
name = "Boats"
[[entity]]
key = "jada"
repositories = ["repos/shop"]
[mail]
sender = "Audit <audit@example.com>"
operator = "ops@example.com"
[reports.ceo]
readers = ["ceo@example.com"]
attachments = ["csv"]
[reports.cto]
readers = ["cto@example.com", "dana@example.com"]
attachments = []
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    commit(tmp_path / "repos" / "shop", {"app.py": "print('hello')\n"})
    (tmp_path / "portfolio.toml").write_text(PORTFOLIO)
    return tmp_path


def auditor(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--portfolio", str(folder)])


def month(folder: Path, *arguments: str) -> dict[str, object]:
    result = auditor(folder, "monthly", "--period", "2026-10", "--jobs", "1", "--format", "json", *arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    document: dict[str, object] = json.loads(result.stdout)
    assert document["exit_code"] == result.exit_code
    return document


def mails(folder: Path) -> list[str]:
    return sorted(p.name for p in (folder / "outbox").rglob("*.eml"))


SENT = [
    "ceo--ceo@example.com--1.eml",
    "cto--cto@example.com--1.eml",
    "cto--dana@example.com--1.eml",
    "operator-delivered--ops@example.com--1.eml",
]


@pytest.mark.slow
def test_a_month_is_delivered_once_and_leaves_its_pages(folder: Path) -> None:
    first = month(folder)
    assert (first["ended"], first["exit_code"], first["coverage"]) == ("delivered", 0, 1.0)
    assert mails(folder) == SENT
    assert (folder / "reports" / "2026-10" / "ceo.html").is_file()
    before = {p: p.stat().st_mtime_ns for p in (folder / "outbox").rglob("*.eml")}
    assert month(folder)["ended"] == "already delivered"
    assert {p: p.stat().st_mtime_ns for p in (folder / "outbox").rglob("*.eml")} == before


@pytest.mark.slow
def test_a_held_month_waits_for_a_reason_to_go(folder: Path) -> None:
    assert month(folder, "--hold")["ended"] == "held"
    assert mails(folder) == ["operator-held--ops@example.com--1.eml"]
    assert isinstance(auditor(folder, "release", "--period", "2026-10", "--reason", "").exception, UsageError)
    assert auditor(folder, "release", "--period", "2026-10", "--reason", "read it").exit_code == 0
    assert set(SENT) < set(mails(folder))
    assert isinstance(auditor(folder, "release", "--period", "2026-10", "--reason", "again").exception, UsageError)


@pytest.mark.slow
def test_a_month_in_which_nothing_can_be_looked_at_reaches_no_reader(folder: Path) -> None:
    text = PORTFOLIO.replace('"repos/shop"', '"repos/gone", "https://127.0.0.1:9/gone.git"')
    (folder / "portfolio.toml").write_text(text)
    result = month(folder)
    assert (result["ended"], result["exit_code"], result["complete"]) == ("held", 3, False)
    assert mails(folder) == ["operator-held--ops@example.com--1.eml"]


@pytest.mark.parametrize("period", ["2026-13", "october", "2026-1", "2999-01"])
def test_a_month_that_is_none_or_not_over_is_refused(folder: Path, period: str) -> None:
    assert isinstance(auditor(folder, "monthly", "--period", period).exception, UsageError)
    assert not (folder / "outbox").exists()


@pytest.mark.parametrize("period", ["2026-13", "october", "2999-01"])
def test_run_neither_freezes_nor_mails_a_month_that_is_none_or_has_not_begun(folder: Path, period: str) -> None:
    assert isinstance(auditor(folder, "run", "--period", period).exception, UsageError)
    assert not (folder / "outbox").exists()
    assert not (folder / "reports").exists()


@pytest.mark.parametrize("command", ["run", "monthly"])
@pytest.mark.parametrize(("right", "wrong"), [("sender = ", "# sender = "), ("[reports.ceo]", "[reports.coe]")])
def test_what_makes_mails_impossible_is_said_before_anything_is_looked_at(
    folder: Path, command: str, right: str, wrong: str
) -> None:
    assert right in PORTFOLIO
    (folder / "portfolio.toml").write_text(PORTFOLIO.replace(right, wrong))
    error = auditor(folder, command, "--period", "2026-10").exception
    assert isinstance(error, ConfigError)
    assert "portfolio.toml: " in str(error)
    assert not (folder / "reports").exists()


@pytest.mark.slow
def test_run_mails_nothing_of_the_month_that_is_running(folder: Path) -> None:
    now = datetime.now(UTC).strftime("%Y-%m")
    result = auditor(folder, "run", "--period", now, "--jobs", "1")
    assert f"No mail: {now} is not over" in result.stdout
    assert mails(folder) == []


@pytest.mark.slow
def test_a_month_that_was_frozen_and_not_mailed_is_mailed_from_its_snapshot(folder: Path) -> None:
    assert auditor(folder, "run", "--period", "2026-10", "--no-deliver", "--jobs", "1").exit_code == 0
    assert "not in the ledger yet" in auditor(folder, "send", "--dry-run").stdout
    assert mails(folder) == []
    (folder / "repos" / "shop" / "app.py").unlink()
    assert auditor(folder, "send").exit_code == 0
    assert mails(folder) == SENT[:3]
    assert "Nothing to send" in auditor(folder, "send").stdout

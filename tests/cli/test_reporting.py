"""`auditor report` and `auditor plan` on a store with two frozen months."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from auditor.cli.app import app
from auditor.errors import UsageError
from auditor.formats.snapshot import dump_snapshot
from auditor.wiring import open_portfolio_store
from tests.support.snapshots import snapshot

PORTFOLIO = """
[portfolio]
name = "Example"

[[entity]]
key = "jada"
name = "JADA"

[reports.ceo]
[reports.board]
view = "ceo"
title = "For the board"
entities = ["jada"]
rows = 5
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "portfolio.toml").write_text(PORTFOLIO)
    with open_portfolio_store(tmp_path) as store:
        for month in (snapshot(month=-1), snapshot()):
            store.save_snapshot(month.period, dump_snapshot(month).decode(), month.content_hash)
    return tmp_path


def call(*words: str) -> str:
    result = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_the_newest_month_is_rendered_and_an_earlier_one_on_request(folder: Path) -> None:
    said = call("report", "-p", str(folder), "--form", "text", "--form", "page")
    assert "At risk  State of the portfolio: 2 critical risks" in said
    call("report", "board", "-p", str(folder), "--period", "2026-09", "-f", "page")
    assert sorted(p.name for p in (folder / "reports").iterdir()) == ["2026-09", "2026-10", "index.html"]
    assert not (folder / "reports" / "2026-09" / "ceo.html").exists()


def test_the_same_month_rendered_twice_is_the_same_bytes(folder: Path) -> None:
    forms = [word for form in ("mail", "text", "page", "csv", "json") for word in ("-f", form)]
    for target in ("first", "second"):
        call("report", "-p", str(folder), "-o", str(folder / target), *forms)
    for path in (folder / "first").rglob("*"):
        if path.is_file():
            assert path.read_bytes() == (folder / "second" / path.relative_to(folder / "first")).read_bytes()


def test_a_report_can_be_read_on_the_terminal(folder: Path) -> None:
    said = call("report", "board", "-p", str(folder), "--print")
    assert said.startswith("Example - For the board - October 2026")
    assert not (folder / "reports").exists()


@pytest.mark.parametrize("words", [("cfo",), ("--period", "2025-01"), ("--form", "docx")])
def test_what_is_not_there_is_refused_with_what_is(folder: Path, words: tuple[str, ...]) -> None:
    with pytest.raises(UsageError, match=r"it has ceo, board|there are 2026-09, 2026-10|mail, text, page"):
        call("report", "-p", str(folder), *words)


def test_a_plan_is_made_from_the_newest_month(folder: Path) -> None:
    assert call("plan", "-p", str(folder)).startswith("# Plan from 2026-10")
    document = json.loads(call("plan", "-p", str(folder), "--format", "json", "--people", "2"))
    assert document["people"] == 2
    call("plan", "-p", str(folder), "-f", "csv", "-o", str(folder / "plan.csv"))
    assert (folder / "plan.csv").read_text().startswith("sprint,week,title")


def test_issues_are_posted_only_with_a_token(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    with pytest.raises(UsageError, match="GITHUB_TOKEN"):
        call("plan", "-p", str(folder), "--post", "a/b")


@pytest.mark.parametrize("slip", [("--entity", "jadda"), ("--rule", "secrets.stripe-live-kee")])
def test_an_empty_list_of_findings_is_never_a_slip_of_the_pen(folder: Path, slip: tuple[str, str]) -> None:
    result = CliRunner().invoke(app, ["findings", "list", "-p", str(folder), *slip])
    assert isinstance(result.exception, UsageError)
    known = ["--entity", "jada", "--rule", "secrets.stripe"]
    assert "No open finding" in CliRunner().invoke(app, ["findings", "list", "-p", str(folder), *known]).stdout

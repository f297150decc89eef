"""`auditor log`, as its user sees it."""

from __future__ import annotations

import json
from pathlib import Path

from sqlalchemy import text
from typer.testing import CliRunner

from auditor.adapters.store.decisions import Decisions
from auditor.cli.app import app
from auditor.wiring import open_portfolio_store
from tests.support.clock import StandingClock

PORTFOLIO = '[portfolio]\nname = "Boats"\n[[entity]]\nkey = "jada"\n'


def run(folder: Path, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["log", *arguments, "-p", str(folder)])
    return result.exit_code, result.output


def test_decisions_are_listed_and_a_broken_link_is_named(tmp_path: Path) -> None:
    (tmp_path / "portfolio.toml").write_text(PORTFOLIO)
    assert run(tmp_path) == (0, "No decision was taken so far.\n")
    with open_portfolio_store(tmp_path) as store:
        for number in range(3):
            Decisions(store, StandingClock()).append("accept", f"v1:{number}", who="Dana", reason="known")
    code, listed = run(tmp_path, "list", "--what", "accept", "--subject", "v1:1")
    assert code == 0
    assert "Dana" in listed
    assert "v1:2" not in listed
    code, verified = run(tmp_path, "verify", "--format", "json")
    assert (code, json.loads(verified)["holds"], json.loads(verified)["decisions"]) == (0, True, 3)
    with open_portfolio_store(tmp_path) as store, store.writing() as connection:
        connection.execute(text("DROP TRIGGER decisions_DELETE"))
        connection.execute(text("DELETE FROM decisions WHERE seq = 3"))
    code, broken = run(tmp_path, "verify")
    assert code == 1
    assert broken == "The chain is broken. decision 3: cut off: the journal knows 3 decisions, 2 are left.\n"

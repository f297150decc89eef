"""The ledger from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from auditor.adapters.mail.message import Letter, compose
from auditor.adapters.store.decisions import Decisions
from auditor.adapters.store.journal import Journal
from auditor.adapters.store.ledger import Ledger
from auditor.adapters.store.opening import open_store
from auditor.cli.app import app
from auditor.errors import UsageError
from auditor.model.delivery import DeliveryKey, SendResult, Sent
from tests.support.clock import MORNING, StandingClock

PORTFOLIO = """
[portfolio]
name = "Boats"
[[entity]]
key = "jada"
[mail]
sender = "audit@example.com"
operator = "ops@example.com"
"""
CEO, CFO = (DeliveryKey("2026-11", name, f"{name}@example.com") for name in ("ceo", "cfo"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A portfolio whose ledger holds one planned mail and one in doubt."""
    (tmp_path / "portfolio.toml").write_text(PORTFOLIO)
    with open_store(tmp_path / ".auditor" / "findings.sqlite") as store:
        ledger = Ledger(store, StandingClock(), "earlier")
        for key in (CEO, CFO):
            ledger.plan(
                compose(key, Letter("s", f"for {key.report}", "h", MORNING), sender="audit@example.com"), "outbox"
            )
        ledger.claim(CFO)
        ledger.settle(CFO, Sent(SendResult.UNKNOWN, error="timed out"))
    return tmp_path


def auditor(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--portfolio", str(folder)])


def states(folder: Path) -> dict[str, str]:
    result = auditor(folder, "deliveries", "--format", "json")
    document = json.loads(result.stdout)
    assert document["schema"] == "auditor/deliveries@1"
    return {d["report"]: d["state"] for d in document["deliveries"]}


def test_a_dry_run_lists_what_would_go_and_sends_nothing(folder: Path) -> None:
    result = auditor(folder, "send", "--dry-run")
    assert "ceo@example.com" in result.stdout
    assert "cfo@example.com" not in result.stdout
    assert states(folder) == {"ceo": "planned", "cfo": "unknown"}
    assert not (folder / "outbox").exists()


def test_sending_twice_sends_once_and_leaves_the_one_in_doubt(folder: Path) -> None:
    assert auditor(folder, "send").exit_code == 0
    assert "Nothing to send" in auditor(folder, "send").stdout
    assert states(folder) == {"ceo": "sent", "cfo": "unknown"}
    assert [p.name for p in (folder / "outbox").rglob("*.eml")] == ["ceo--ceo@example.com--1.eml"]


def test_a_simulation_reaches_no_reader_and_changes_nothing(folder: Path) -> None:
    result = auditor(folder, "send", "--simulate")
    assert (result.exit_code, "ops@example.com" in result.stdout) == (0, True)
    assert states(folder) == {"ceo": "planned", "cfo": "unknown"}
    assert {p.parent.parent.name for p in (folder / "outbox").rglob("*.eml")} == {"simulated"}


def test_a_held_mail_waits_for_its_release(folder: Path) -> None:
    with open_store(folder / ".auditor" / "findings.sqlite") as store:
        Journal(store, StandingClock(), "2026-11").write("hold", state="held")
    assert "Nothing to send" in auditor(folder, "send").stdout


def test_a_mail_in_doubt_is_sent_again_only_by_decision(folder: Path) -> None:
    result = auditor(folder, "resend", str(CFO), "--reason", "she has nothing", "--who", "Dana")
    assert (result.exit_code, states(folder)["cfo"]) == (0, "sent")
    with open_store(folder / ".auditor" / "findings.sqlite") as store:
        (decision,) = Decisions(store, StandingClock()).all()
    assert (decision.who, decision.what, decision.subject) == ("Dana", "resend", str(CFO))
    refused = auditor(folder, "resend", str(CFO), "--reason", "x").exception
    assert isinstance(refused, UsageError)
    assert "--correct" in str(refused)


def test_a_mail_can_be_called_sent_or_given_up(folder: Path) -> None:
    assert auditor(folder, "mark-sent", str(CFO), "--reason", "she has it").exit_code == 0
    assert auditor(folder, "give-up", str(CEO), "--reason", "left the company").exit_code == 0
    assert states(folder) == {"ceo": "dead", "cfo": "sent"}
    assert isinstance(auditor(folder, "give-up", str(CFO), "--reason", "x").exception, UsageError)
    assert isinstance(auditor(folder, "mark-sent", str(CEO), "--reason", " ").exception, UsageError)


def test_the_exact_bytes_of_a_mail_can_be_seen(folder: Path) -> None:
    result = auditor(folder, "deliveries", "--eml", str(CEO))
    assert result.stdout_bytes.startswith(b"From: audit@example.com\r\n")
    assert b"for ceo" in result.stdout_bytes

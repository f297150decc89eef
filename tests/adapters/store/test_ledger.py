"""Ledger, journal, decisions and locks, over both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import text

from auditor.adapters.mail.message import Letter, compose
from auditor.adapters.store.decisions import Decisions
from auditor.adapters.store.journal import Journal
from auditor.adapters.store.ledger import Ledger, parse_key
from auditor.adapters.store.lock import LockedError, held
from auditor.adapters.store.opening import open_store
from auditor.adapters.store.store import Store
from auditor.errors import StoreError, UsageError
from auditor.model.delivery import DeliveryKey, DeliveryState, Envelope, SendResult, Sent
from tests.support.clock import MORNING, StandingClock

KEY = DeliveryKey("2026-11", "ceo", "ceo@example.com")
TAKEN = Sent(SendResult.SENT, "id-1")


@pytest.fixture
def store(store_place: str) -> Iterator[Store]:
    with open_store(store_place) as opened:
        yield opened


@pytest.fixture
def ledger(store: Store) -> Ledger:
    return Ledger(store, StandingClock(), "run-1")


def mail(words: str = "Hello") -> Envelope:
    return compose(KEY, Letter("s", words, "<p>", MORNING), sender="a@example.com", bcc=["b@example.com"])


def test_a_mail_can_be_claimed_once(ledger: Ledger) -> None:
    ledger.plan(mail(), "smtp")
    assert ledger.claim(KEY) == mail()
    assert replace(ledger, holder="run-2").claim(KEY) is None
    assert ledger.settle(KEY, TAKEN).state is DeliveryState.SENT
    assert ledger.claim(KEY) is None


def test_only_the_program_that_claimed_a_mail_can_settle_it(ledger: Ledger) -> None:
    ledger.plan(mail(), "smtp")
    ledger.claim(KEY)
    assert replace(ledger, holder="run-2").settle(KEY, TAKEN).state is DeliveryState.SENDING


def test_a_definite_refusal_may_be_tried_again_and_a_final_one_not(ledger: Ledger) -> None:
    ledger.plan(mail(), "smtp")
    ledger.claim(KEY)
    assert ledger.settle(KEY, Sent(SendResult.FAILED, error="451")).state is DeliveryState.FAILED
    assert ledger.claim(KEY) is not None
    after = ledger.settle(KEY, Sent(SendResult.FAILED, error="550", final=True))
    assert (after.state, after.attempt, after.error) == (DeliveryState.DEAD, 2, "550")
    assert ledger.claim(KEY) is None


def test_an_unknown_mail_is_never_sent_again_by_itself(ledger: Ledger) -> None:
    ledger.plan(mail(), "ses")
    ledger.claim(KEY)
    ledger.settle(KEY, Sent(SendResult.UNKNOWN, error="timed out"))
    ledger.plan(mail("other words"), "ses")
    assert ledger.claim(KEY) is None
    assert ledger.get(KEY).body_sha != ledger.plan(mail("x"), "ses").body_sha or ledger.envelope(KEY) == mail()
    decided = ledger.decide(KEY, "resend", DeliveryState.PLANNED, who="Dana", reason="the reader has nothing")
    assert decided.state is DeliveryState.PLANNED
    assert ledger.claim(KEY) == mail()


def test_what_left_is_not_changed_by_planning_it_again(ledger: Ledger) -> None:
    first = ledger.plan(mail(), "smtp")
    assert ledger.plan(mail(), "smtp") == first
    assert ledger.plan(mail("mended before sending"), "smtp").body_sha != first.body_sha
    ledger.claim(KEY)
    ledger.settle(KEY, TAKEN)
    assert ledger.plan(mail("too late"), "smtp").state is DeliveryState.SENT
    assert ledger.envelope(KEY) == mail("mended before sending")


def test_a_mail_that_a_dead_program_was_sending_is_found_by_the_next(ledger: Ledger) -> None:
    ledger.plan(mail(), "smtp")
    ledger.claim(KEY)
    assert ledger.interrupted() == ()
    after = replace(ledger, holder="run-2")
    (left,) = after.interrupted()
    after.conclude(left, DeliveryState.UNKNOWN, "died")
    assert after.get(KEY).state is DeliveryState.UNKNOWN
    assert ledger.settle(KEY, TAKEN).state is DeliveryState.UNKNOWN


def test_a_mail_that_is_being_sent_takes_no_decision(ledger: Ledger) -> None:
    ledger.plan(mail(), "smtp")
    ledger.claim(KEY)
    with pytest.raises(UsageError, match="right now"):
        ledger.decide(KEY, "mark-sent", DeliveryState.SENT, who="Dana", reason="seen")
    assert Decisions(ledger.store, StandingClock()).all() == ()


def test_an_unknown_key_is_a_clear_error(ledger: Ledger) -> None:
    with pytest.raises(UsageError, match="no mail"):
        ledger.get(KEY)
    with pytest.raises(UsageError, match="no delivery key"):
        parse_key("ceo")
    assert parse_key(str(KEY)) == KEY


def test_mails_are_found_by_period_and_state(ledger: Ledger) -> None:
    ledger.plan(mail(), "smtp")
    assert [d.key for d in ledger.find("2026-11", [DeliveryState.PLANNED])] == [KEY]
    assert ledger.find("2026-10") == ledger.find("2026-11", [DeliveryState.SENT]) == ()


def test_decisions_cannot_be_rewritten_unseen(store: Store) -> None:
    chain = Decisions(store, StandingClock())
    for number in range(3):
        chain.append("accept", f"v1:{number}", who="Dana", reason="known", body={"until": "2026-12-31"})
    assert chain.broken() is None
    assert [d.seq for d in chain.all("v1:1")] == [2]
    for statement in ("UPDATE decisions SET reason = 'x' WHERE seq = 2", "DELETE FROM decisions WHERE seq = 2"):
        with pytest.raises(StoreError, match="append-only"), store.writing() as connection:
            connection.execute(text(statement))
    with store.writing() as connection:
        name = "decisions_UPDATE" if connection.dialect.name == "sqlite" else "decisions_append_only ON decisions"
        connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(text("UPDATE decisions SET reason = 'never said' WHERE seq = 2"))
    assert chain.broken() == 2


def test_the_journal_remembers_the_last_note_of_a_unit(store: Store) -> None:
    journal = Journal(store, StandingClock(), "2026-11")
    assert not journal.is_done("render", "ceo")
    journal.write("render", "ceo", state="failed")
    journal.write("render", "ceo", run_id="r", detail={"hash": "ab"})
    assert journal.is_done("render", "ceo")
    assert not replace(journal, period="2026-12").is_done("render", "ceo")
    assert not replace(journal, edition=2).is_done("render", "ceo")
    assert [e.detail for e in journal.entries("render")] == [{"hash": "ab"}]


def test_a_lock_is_held_by_one_and_free_afterwards(store: Store, store_place: str) -> None:
    with open_store(store_place) as other:
        with held(store, "monthly", "first"), pytest.raises(LockedError), held(other, "monthly", "second"):
            pass
        with held(other, "monthly", "second"), held(other, "another", "second"):
            pass

"""Sending a mailing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from auditor.adapters.mail.message import Letter, compose
from auditor.adapters.mail.outbox import Outbox
from auditor.adapters.store.ledger import Ledger
from auditor.adapters.store.opening import open_store
from auditor.model.delivery import DeliveryKey, DeliveryState, Envelope, SendResult, Sent
from auditor.steps.deliver import deliver, recover
from tests.support.clock import MORNING, StandingClock

KEYS = tuple(DeliveryKey("2026-11", name, f"{name}@example.com") for name in ("ceo", "cfo", "cto"))


@dataclass
class Scripted:
    """A transport with a list of answers per report; SENT when the list is used up."""

    answers: dict[str, list[Sent]] = field(default_factory=dict)
    tried: list[str] = field(default_factory=list)
    name: str = "scripted"

    def send(self, envelope: Envelope) -> Sent:
        self.tried.append(envelope.key.report)
        waiting = self.answers.get(envelope.key.report, [])
        return waiting.pop(0) if waiting else Sent(SendResult.SENT)

    def evidence(self, envelope: Envelope) -> Sent | None:
        return None


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_store(tmp_path / "s.db") as store:
        made = Ledger(store, StandingClock(), "run-1")
        for key in KEYS:
            made.plan(compose(key, Letter("s", "t", "h", MORNING), sender="a@example.com"), "scripted")
        yield made


def states(ledger: Ledger) -> list[DeliveryState]:
    return [ledger.get(key).state for key in KEYS]


def ignore(_: float) -> None:
    return


def test_a_mailing_is_sent_once_however_often_it_is_started(ledger: Ledger) -> None:
    transport = Scripted()
    for holder in ("run-1", "run-2", "run-3"):
        handed = deliver(replace(ledger, holder=holder), transport, KEYS, pause=ignore)
        assert handed.open == ()
    assert transport.tried == ["ceo", "cfo", "cto"]


def test_a_refusal_is_tried_again_with_longer_pauses_and_then_left_for_the_next_run(ledger: Ledger) -> None:
    no = Sent(SendResult.FAILED, error="451")
    pauses: list[float] = []
    transport = Scripted({"cfo": [no, no, no, no]})
    handed = deliver(ledger, transport, KEYS, pause=pauses.append)
    assert pauses == [2.0, 4.0]
    assert [d.key.report for d in handed.open] == ["cfo"]
    deliver(replace(ledger, holder="run-2"), transport, KEYS, pause=ignore)
    assert set(states(ledger)) == {DeliveryState.SENT}


def test_one_reader_in_doubt_does_not_hold_up_the_others(ledger: Ledger) -> None:
    transport = Scripted({"ceo": [Sent(SendResult.UNKNOWN)], "cfo": [Sent(SendResult.FAILED, final=True)]})
    handed = deliver(ledger, transport, KEYS, pause=ignore)
    assert states(ledger) == [DeliveryState.UNKNOWN, DeliveryState.DEAD, DeliveryState.SENT]
    assert len(handed.open) == 2
    deliver(ledger, transport, KEYS, pause=ignore)
    assert transport.tried == ["ceo", "cfo", "cto"]


@pytest.mark.parametrize("written", [True, False])
def test_an_interrupted_mail_is_settled_by_evidence_or_is_unknown(
    ledger: Ledger, tmp_path: Path, written: bool
) -> None:
    outbox = Outbox(tmp_path / "outbox")
    ledger.plan(ledger.envelope(KEYS[1]), "outbox")
    ledger.claim(KEYS[0])
    envelope = ledger.claim(KEYS[1])
    assert envelope is not None
    if written:
        outbox.send(envelope)
    after = replace(ledger, holder="run-2")
    recover(after, [outbox, Scripted()])
    expected = DeliveryState.SENT if written else DeliveryState.FAILED
    assert states(after) == [DeliveryState.UNKNOWN, expected, DeliveryState.PLANNED]


def test_no_answer_of_a_transport_leaves_a_mail_in_sending(ledger: Ledger) -> None:
    every: Callable[[SendResult], list[Sent]] = lambda r: [Sent(r)] * 3  # noqa: E731
    transport = Scripted(dict(zip(("ceo", "cfo", "cto"), map(every, SendResult), strict=True)))
    deliver(ledger, transport, KEYS, pause=ignore)
    assert DeliveryState.SENDING not in states(ledger)

"""What a person does with mails: send what is planned, try one in doubt again, call one sent, give one up, release a month."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from auditor.errors import UsageError
from auditor.model.delivery import Delivery, DeliveryKey, DeliveryState, Envelope, Sent
from auditor.model.ports import Clock, Transport
from auditor.steps.deliver import Handed, deliver, recover

if TYPE_CHECKING:
    from auditor.adapters.store.store import Store

SIMULATOR = "success@simulator.amazonses.com"
"""Mailbox of SES that takes everything and reaches nobody (SES developer guide, "mailbox simulator")."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a person works on the mails of a portfolio."""

    store: Store
    transport: Transport
    clock: Clock
    holder: str
    who: str
    """Name of the person, for the chain of decisions."""
    pause: Callable[[float], None] = time.sleep


def pending(desk: Desk, period: str = "") -> tuple[Delivery, ...]:
    """Mails that a send would try: planned, or definitely refused, in the newest edition and not held back."""
    from auditor.adapters.store.journal import Journal, latest_edition
    from auditor.adapters.store.ledger import Ledger

    ledger = Ledger(desk.store, desk.clock, desk.holder)
    found = []
    for delivery in ledger.find(period, (DeliveryState.PLANNED, DeliveryState.FAILED)):
        key = delivery.key
        hold = Journal(desk.store, desk.clock, key.period, key.edition).get("hold")
        is_held = hold is not None and hold.state == "held" and not key.report.startswith("operator")
        if not is_held and key.edition == latest_edition(desk.store, key.period):
            found.append(delivery)
    return tuple(found)


def send_pending(desk: Desk, period: str = "") -> Handed:
    """Send them, each at most once.

    Raises:
        LockedError: another program is sending.
    """
    from auditor.adapters.store.ledger import Ledger
    from auditor.adapters.store.lock import held

    with held(desk.store, "monthly", desk.holder):
        ledger = Ledger(desk.store, desk.clock, desk.holder)
        recover(ledger, [desk.transport])
        keys = [delivery.key for delivery in pending(desk, period)]
        return deliver(ledger, desk.transport, keys, pause=desk.pause)


def simulate(
    desk: Desk, recipient: str, period: str = "", fresh: Sequence[Envelope] = ()
) -> tuple[tuple[DeliveryKey, Sent], ...]:
    """Hand every pending mail to the transport, but for `recipient`; the ledger is left alone and no copy goes out.

    `fresh` are mails that do not stand in the ledger yet.
    """
    from auditor.adapters.store.ledger import Ledger

    ledger = Ledger(desk.store, desk.clock, desk.holder)
    every = (*(ledger.envelope(delivery.key) for delivery in pending(desk, period)), *fresh)
    return tuple((mail.key, desk.transport.send(replace(mail, recipient=recipient, bcc=()))) for mail in every)


def resend(desk: Desk, key: DeliveryKey, reason: str) -> Delivery:
    """Try a mail in doubt, or a given-up one, once more, by decision.

    Raises:
        UsageError: it was sent; a correction is a new edition.
        LockedError: another program is sending.
    """
    from auditor.adapters.store.ledger import Ledger
    from auditor.adapters.store.lock import held

    with held(desk.store, "monthly", desk.holder):
        ledger = Ledger(desk.store, desk.clock, desk.holder)
        recover(ledger, [desk.transport])
        if ledger.get(key).state is DeliveryState.SENT:
            raise UsageError(f"{key} was sent; what is wrong in it is mended by `auditor monthly --correct`")
        ledger.decide(key, "resend", DeliveryState.PLANNED, who=desk.who, reason=reason)
        (after,) = deliver(ledger, desk.transport, [key], pause=desk.pause).deliveries
        return after


def settle(desk: Desk, key: DeliveryKey, state: DeliveryState, reason: str) -> Delivery:
    """Say of a mail in doubt that it was sent, or give one up.

    Raises:
        UsageError: it stands so already, or is being sent.
        LockedError: another program is sending.
    """
    from auditor.adapters.store.ledger import Ledger
    from auditor.adapters.store.lock import held

    with held(desk.store, "monthly", desk.holder):
        ledger = Ledger(desk.store, desk.clock, desk.holder)
        recover(ledger, [desk.transport])
        if ledger.get(key).state in {state, DeliveryState.SENT}:
            raise UsageError(f"{key} is {ledger.get(key).state.value} already")
        what = "mark-sent" if state is DeliveryState.SENT else "give-up"
        return ledger.decide(key, what, state, who=desk.who, reason=reason)


def release(desk: Desk, period: str, reason: str) -> None:
    """Let a held month go out, by decision; the next start of the month sends it.

    Raises:
        UsageError: it is not held.
    """
    from auditor.adapters.store.decisions import append
    from auditor.adapters.store.journal import Journal, latest_edition

    edition = latest_edition(desk.store, period)
    journal = Journal(desk.store, desk.clock, period, edition)
    hold = journal.get("hold")
    if hold is None or hold.state != "held":
        raise UsageError(f"{period} is not held")
    now = desk.clock.now().isoformat(timespec="seconds")
    with desk.store.writing() as connection:
        body = {"edition": str(edition), "held because": hold.detail.get("reason", "")}
        append(connection, now, "release", period, who=desk.who, reason=reason, body=body)
    journal.write("hold", state="released", detail=hold.detail)

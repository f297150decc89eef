"""Hands planned mails over, each at most once, and knows afterwards how far every one of them got."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from auditor.model.delivery import Delivery, DeliveryKey, DeliveryState, Envelope, SendResult, Sent
from auditor.model.ports import Transport

TRIES = 3
"""Tries of one mail within one run, after definite refusals only."""


class Ledger(Protocol):
    """The part of the ledger that sending needs."""

    def claim(self, key: DeliveryKey) -> Envelope | None:
        """Take a mail for one try, committed; None when it is not to be sent."""
        ...

    def settle(self, key: DeliveryKey, answer: Sent) -> Delivery:
        """Write down the answer."""
        ...

    def interrupted(self) -> tuple[Delivery, ...]:
        """Mails that a dead program left in `sending`."""
        ...

    def conclude(self, delivery: Delivery, state: DeliveryState, error: str = "") -> None:
        """Settle an interrupted mail."""
        ...

    def envelope(self, key: DeliveryKey) -> Envelope:
        """The mail as it was planned."""
        ...

    def get(self, key: DeliveryKey) -> Delivery:
        """One line of the ledger."""
        ...


@dataclass(frozen=True, slots=True)
class Handed:
    """What became of a mailing."""

    deliveries: tuple[Delivery, ...]

    @property
    def open(self) -> tuple[Delivery, ...]:
        """Those that did not certainly arrive at the transport; someone has to look at them."""
        return tuple(d for d in self.deliveries if d.state is not DeliveryState.SENT)


def recover(ledger: Ledger, transports: Sequence[Transport]) -> tuple[Delivery, ...]:
    """Settle what a dead program left behind: by evidence where the transport has it, else `unknown`.

    Call it while holding the lock of the store: then nobody else is sending.
    """
    by_name = {transport.name: transport for transport in transports}
    settled = []
    for delivery in ledger.interrupted():
        transport = by_name.get(delivery.transport)
        answer = transport.evidence(ledger.envelope(delivery.key)) if transport else None
        if answer is None:
            ledger.conclude(delivery, DeliveryState.UNKNOWN, "the program died while it was sending")
        else:
            state = DeliveryState.SENT if answer.result is SendResult.SENT else DeliveryState.FAILED
            ledger.conclude(delivery, state, answer.error)
        settled.append(ledger.get(delivery.key))
    return tuple(settled)


def deliver(
    ledger: Ledger,
    transport: Transport,
    keys: Sequence[DeliveryKey],
    *,
    pause: Callable[[float], None],
    checkpoint: Callable[[str], None] = lambda _: None,
) -> Handed:
    """Send what is planned or has definitely failed; leave everything else alone.

    Args:
        ledger: where claims and answers are committed, before and after each try.
        transport: tries once when asked.
        keys: the mailing.
        pause: waits so many seconds between tries of the same mail.
        checkpoint: told every boundary.
    """
    done = []
    for key in keys:
        for tried in range(TRIES):
            envelope = ledger.claim(key)
            if envelope is None:
                break
            checkpoint(f"claimed {key}")
            answer = transport.send(envelope)
            checkpoint(f"answered {key}")
            after = ledger.settle(key, answer)
            checkpoint(f"settled {key}")
            if after.state is not DeliveryState.FAILED or tried + 1 == TRIES:
                break
            pause(2.0 ** (tried + 1))
        done.append(ledger.get(key))
    return Handed(tuple(done))

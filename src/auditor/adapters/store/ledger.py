"""The ledger of mails: what may exist once, and how far each got.

A mail is claimed by one UPDATE that is committed before the network is touched; the primary key makes a second row of the
same (period, report, recipient, edition) impossible. Whatever was `sending` when its program died is `unknown`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, insert, select, update

from auditor.adapters.store import tables
from auditor.adapters.store.decisions import append
from auditor.adapters.store.store import Store
from auditor.errors import UsageError
from auditor.model.delivery import Delivery, DeliveryKey, DeliveryState, Envelope, SendResult, Sent
from auditor.model.ports import Clock

_T = tables.deliveries.c
_ROW = (
    *(_T.period, _T.report, _T.recipient, _T.edition, _T.state, _T.body_sha, _T.transport, _T.attempt, _T.claimed_by),
    *(_T.message_id, _T.error, _T.updated, _T.supersedes),
)


@dataclass(frozen=True, slots=True)
class Ledger:
    """The ledger as one program sees it. `holder` is unique to the program: it marks what this one has claimed."""

    store: Store
    clock: Clock
    holder: str

    def plan(self, envelope: Envelope, transport: str, *, supersedes: int | None = None) -> Delivery:
        """Write a mail down before it is sent.

        What never left (planned, failed) takes the new content; what left, or may have, stays as it is: a correction is
        a new edition. Planning the same mail twice changes nothing.
        """
        values = {
            "transport": transport,
            "sender": envelope.sender,
            "bcc": ",".join(envelope.bcc),
            "body_sha": hashlib.sha256(envelope.content).hexdigest(),
            "content": envelope.content,
            "updated": self._now(),
            "supersedes": supersedes,
        }
        key = envelope.key
        with self.store.writing() as connection:
            found = connection.execute(select(_T.body_sha, _T.transport).where(_is(key))).first()
            if found is None:
                connection.execute(
                    insert(tables.deliveries).values(
                        period=key.period,
                        report=key.report,
                        recipient=key.recipient,
                        edition=key.edition,
                        state=DeliveryState.PLANNED.value,
                        attempt=0,
                        claimed_by="",
                        message_id="",
                        error="",
                        **values,
                    )
                )
            elif (found.body_sha, found.transport) != (values["body_sha"], transport):
                waiting = (DeliveryState.PLANNED.value, DeliveryState.FAILED.value)
                connection.execute(update(tables.deliveries).where(_is(key), _T.state.in_(waiting)).values(**values))
        return self.get(key)

    def claim(self, key: DeliveryKey) -> Envelope | None:
        """Take a mail for one try; None when another has it, or it is not to be sent. Committed when it returns."""
        with self.store.writing() as connection:
            taken = connection.execute(
                update(tables.deliveries)
                .where(_is(key), _T.state.in_((DeliveryState.PLANNED.value, DeliveryState.FAILED.value)))
                .values(
                    state=DeliveryState.SENDING.value,
                    claimed_by=self.holder,
                    attempt=_T.attempt + 1,
                    updated=self._now(),
                )
            )
            if taken.rowcount != 1:
                return None
        return self.envelope(key)

    def settle(self, key: DeliveryKey, answer: Sent) -> Delivery:
        """Write down what the transport said of the mail that this program claimed."""
        state = {
            SendResult.SENT: DeliveryState.SENT,
            SendResult.FAILED: DeliveryState.DEAD if answer.final else DeliveryState.FAILED,
            SendResult.UNKNOWN: DeliveryState.UNKNOWN,
        }[answer.result]
        with self.store.writing() as connection:
            connection.execute(
                update(tables.deliveries)
                .where(_is(key), _T.state == DeliveryState.SENDING.value, _T.claimed_by == self.holder)
                .values(state=state.value, message_id=answer.message_id, error=answer.error, updated=self._now())
            )
        return self.get(key)

    def interrupted(self) -> tuple[Delivery, ...]:
        """Mails that another program claimed and never settled; ask while holding the lock of the store."""
        with self.store.reading() as connection:
            rows = connection.execute(
                select(*_ROW).where(_T.state == DeliveryState.SENDING.value, _T.claimed_by != self.holder)
            )
            return tuple(_delivery(row) for row in rows)

    def conclude(self, delivery: Delivery, state: DeliveryState, error: str = "") -> None:
        """Settle an interrupted mail: `unknown`, or what evidence says."""
        with self.store.writing() as connection:
            connection.execute(
                update(tables.deliveries)
                .where(_is(delivery.key), _T.state == DeliveryState.SENDING.value)
                .where(_T.claimed_by == delivery.claimed_by, _T.attempt == delivery.attempt)
                .values(state=state.value, error=error, updated=self._now())
            )

    def drop(self, keys: Sequence[DeliveryKey], why: str) -> None:
        """Give up mails that never left, because something newer takes their place."""
        never_left = (DeliveryState.PLANNED.value, DeliveryState.FAILED.value)
        with self.store.writing() as connection:
            for key in keys:
                connection.execute(
                    update(tables.deliveries)
                    .where(_is(key), _T.state.in_(never_left))
                    .values(state=DeliveryState.DEAD.value, error=why, updated=self._now())
                )

    def decide(self, key: DeliveryKey, what: str, state: DeliveryState, *, who: str, reason: str) -> Delivery:
        """A person's decision about a mail, kept in the chain of decisions.

        Args:
            key: which mail.
            what: `resend`, `mark-sent` or `give-up`.
            state: the state that follows.
            who: name of the person.
            reason: in their words.

        Raises:
            UsageError: no such mail, or a program is sending it now.
        """
        before = self.get(key)
        with self.store.writing() as connection:
            changed = connection.execute(
                update(tables.deliveries)
                .where(_is(key), _T.state == before.state.value, _T.state != DeliveryState.SENDING.value)
                .values(state=state.value, error="", updated=self._now())
            )
            if changed.rowcount != 1:
                raise UsageError(f"{key} is being sent right now; wait for its end")
            append(
                connection,
                self._now(),
                what,
                str(key),
                who=who,
                reason=reason,
                body={"from": before.state, "to": state},
            )
        return self.get(key)

    def get(self, key: DeliveryKey) -> Delivery:
        """One line of the ledger.

        Raises:
            UsageError: no such mail.
        """
        with self.store.reading() as connection:
            row = connection.execute(select(*_ROW).where(_is(key))).first()
        if row is None:
            raise UsageError(f"the ledger has no mail {key}; `auditor deliveries` lists them")
        return _delivery(row)

    def envelope(self, key: DeliveryKey) -> Envelope:
        """The mail as it was planned: the exact bytes, and whom they go to.

        Raises:
            UsageError: no such mail.
        """
        with self.store.reading() as connection:
            row = connection.execute(select(_T.sender, _T.bcc, _T.content).where(_is(key))).first()
        if row is None:
            raise UsageError(f"the ledger has no mail {key}; `auditor deliveries` lists them")
        return Envelope(key, row.sender, key.recipient, tuple(filter(None, row.bcc.split(","))), bytes(row.content))

    def find(self, period: str = "", states: Sequence[DeliveryState] = ()) -> tuple[Delivery, ...]:
        """Lines of the ledger in order of their keys; empty filters do not filter."""
        chosen = select(*_ROW).order_by(_T.period, _T.report, _T.recipient, _T.edition)
        if period:
            chosen = chosen.where(_T.period == period)
        if states:
            chosen = chosen.where(_T.state.in_([s.value for s in states]))
        with self.store.reading() as connection:
            return tuple(_delivery(row) for row in connection.execute(chosen))

    def _now(self) -> str:
        return self.clock.now().isoformat(timespec="seconds")


def parse_key(text: str) -> DeliveryKey:
    """The key that `str(key)` printed.

    Raises:
        UsageError: it is none.
    """
    parts = text.split("/")
    if len(parts) < 4 or not parts[-1].isdigit():
        raise UsageError(f"{text!r} is no delivery key; they look like 2026-11/ceo/ceo@example.com/1")
    return DeliveryKey(parts[0], parts[1], "/".join(parts[2:-1]), int(parts[-1]))


def _is(key: DeliveryKey) -> ColumnElement[bool]:
    return and_(
        _T.period == key.period, _T.report == key.report, _T.recipient == key.recipient, _T.edition == key.edition
    )


def _delivery(row: Row[*tuple[Any, ...]]) -> Delivery:
    return Delivery(
        key=DeliveryKey(row.period, row.report, row.recipient, row.edition),
        state=DeliveryState(row.state),
        body_sha=row.body_sha,
        transport=row.transport,
        attempt=row.attempt,
        claimed_by=row.claimed_by,
        message_id=row.message_id,
        error=row.error,
        updated=row.updated,
        supersedes=row.supersedes,
    )

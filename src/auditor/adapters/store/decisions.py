"""Decisions of people: append-only, each holding the hash of the one before, so that a rewritten one shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, text

from auditor.adapters.store import tables
from auditor.adapters.store.store import Store
from auditor.model.ports import Clock

_T = tables.decisions.c


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision as it stands in the chain."""

    seq: int
    at: str
    who: str
    what: str
    """`waive`, `accept`, `resend`, `mark-sent`, `give-up`, `release`."""
    subject: str
    """Fingerprint, delivery key, or period."""
    reason: str
    body: Mapping[str, str]
    previous: str
    hash: str

    @property
    def computed(self) -> str:
        """SHA-256 over everything but the hash itself."""
        fields = [self.seq, self.at, self.who, self.what, self.subject, self.reason, dict(self.body), self.previous]
        return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


def append(
    connection: Connection, at: str, what: str, subject: str, *, who: str, reason: str, body: Mapping[str, str]
) -> Decision:
    """Write a decision within the caller's transaction: it stands, or what it decided does not happen either."""
    if connection.dialect.name != "sqlite":
        connection.execute(text("LOCK TABLE decisions IN SHARE ROW EXCLUSIVE MODE"))
    last = connection.execute(select(_T.seq, _T.hash).order_by(_T.seq.desc()).limit(1)).first()
    number, previous = (last.seq + 1, last.hash) if last else (1, "")
    plain = {str(k): str(v) for k, v in body.items()}
    made = Decision(number, at, who, what, subject, reason, plain, previous, "")
    connection.execute(
        insert(tables.decisions).values(
            seq=number,
            at=at,
            who=who,
            what=what,
            subject=subject,
            reason=reason,
            body=json.dumps(plain, sort_keys=True),
            previous=previous,
            hash=made.computed,
        )
    )
    return made


@dataclass(frozen=True, slots=True)
class Decisions:
    """The chain."""

    store: Store
    clock: Clock

    def append(self, what: str, subject: str, *, who: str, reason: str, body: Mapping[str, str] | None = None) -> None:
        """Add a decision."""
        now = self.clock.now().isoformat(timespec="seconds")
        with self.store.writing() as connection:
            append(connection, now, what, subject, who=who, reason=reason, body=body or {})

    def all(self, subject: str = "") -> tuple[Decision, ...]:
        """Decisions in order, all or about one subject."""
        chosen = select(tables.decisions).order_by(_T.seq)
        with self.store.reading() as connection:
            rows = connection.execute(chosen.where(_T.subject == subject) if subject else chosen)
            return tuple(Decision(**(row._asdict() | {"body": json.loads(row.body)})) for row in rows)

    def broken(self) -> int | None:
        """Number of the first decision that was changed or whose predecessor is missing; None when the chain holds."""
        previous, number = "", 1
        for decision in self.all():
            if (decision.seq, decision.previous, decision.hash) != (number, previous, decision.computed):
                return number
            previous, number = decision.hash, number + 1
        return None

"""The chain of decisions in the store: append-only, each holding the hash of the one before.

How many there are, and the newest hash, stands in the journal as well and in each frozen snapshot: without that, a chain
whose end was cut off would look whole.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, text

from auditor.adapters.store import tables
from auditor.adapters.store.store import Store
from auditor.model.decision import Anchor, Break, Decision, Entry, first_break
from auditor.model.ports import Clock

_T = tables.decisions.c
_J = tables.journal.c
STEP, UNIT = "decisions", "head"
"""Place of the newest decision in the journal, under no period."""
_HEAD = re.compile(r'"decisions":"(\d+:[0-9a-f]{64})"')
"""In a snapshot's canonical text; inside a string the quotes would be escaped."""


def append(
    connection: Connection, at: str, what: str, subject: str, *, who: str, reason: str, body: Mapping[str, str]
) -> Decision:
    """Write a decision within the caller's transaction: it stands, or what it decided does not happen either."""
    (made,) = append_all(connection, at, [Entry(what, subject, who, reason, body)])
    return made


def append_all(connection: Connection, at: str, entries: Sequence[Entry]) -> tuple[Decision, ...]:
    """Write several in their order, and the new head into the journal; all within the caller's transaction."""
    if not entries:
        return ()
    if connection.dialect.name != "sqlite":
        connection.execute(text("LOCK TABLE decisions IN SHARE ROW EXCLUSIVE MODE"))
    last = connection.execute(select(_T.seq, _T.hash).order_by(_T.seq.desc()).limit(1)).first()
    number, previous = (last.seq, last.hash) if last else (0, "")
    made = []
    for entry in entries:
        number += 1
        plain = {str(k): str(v) for k, v in entry.body.items()}
        open_end = Decision(number, at, entry.who, entry.what, entry.subject, entry.reason, plain, previous, "")
        previous = open_end.computed
        made.append(
            Decision(number, at, entry.who, entry.what, entry.subject, entry.reason, plain, open_end.previous, previous)
        )
    connection.execute(
        insert(tables.decisions),
        [
            {
                "seq": d.seq, "at": d.at, "who": d.who, "what": d.what, "subject": d.subject, "reason": d.reason,
                "body": json.dumps(dict(d.body), sort_keys=True), "previous": d.previous, "hash": d.hash,
            }
            for d in made
        ],
    )  # fmt: skip
    _note_head(connection, at, made[-1])
    return tuple(made)


def _note_head(connection: Connection, at: str, newest: Decision) -> None:
    place = {"period": "", "edition": 0, "step": STEP, "unit": UNIT}
    mine = (_J.period == "", _J.edition == 0, _J.step == STEP, _J.unit == UNIT)
    connection.execute(delete(tables.journal).where(*mine))
    note = {"state": "done", "run_id": "", "at": at, "seconds": 0.0, "detail": json.dumps({"head": newest.head})}
    connection.execute(insert(tables.journal).values(**place, **note))


@dataclass(frozen=True, slots=True)
class Decisions:
    """The chain."""

    store: Store
    clock: Clock

    def append(self, what: str, subject: str, *, who: str, reason: str, body: Mapping[str, str] | None = None) -> None:
        """Add a decision."""
        self.append_all([Entry(what, subject, who, reason, body or {})])

    def append_all(self, entries: Sequence[Entry]) -> None:
        """Add several, all or none."""
        now = self.clock.now().isoformat(timespec="seconds")
        with self.store.writing() as connection:
            append_all(connection, now, entries)

    def all(self, subject: str = "") -> tuple[Decision, ...]:
        """Decisions in order, all or about one subject."""
        chosen = select(tables.decisions).order_by(_T.seq)
        with self.store.reading() as connection:
            rows = connection.execute(chosen.where(_T.subject == subject) if subject else chosen)
            return tuple(Decision(**(row._asdict() | {"body": json.loads(row.body)})) for row in rows)

    def head(self) -> str:
        """`number:hash` of the newest decision; empty while there is none."""
        with self.store.reading() as connection:
            last = connection.execute(select(_T.seq, _T.hash).order_by(_T.seq.desc()).limit(1)).first()
        return f"{last.seq}:{last.hash}" if last else ""

    def anchors(self) -> tuple[Anchor, ...]:
        """What journal and snapshots remember of the chain."""
        return tuple(self._anchors())

    def _anchors(self) -> Iterator[Anchor]:
        noted = select(_J.detail).where(_J.period == "", _J.edition == 0, _J.step == STEP, _J.unit == UNIT)
        snapshots = tables.snapshots
        with self.store.reading() as connection:
            for detail in connection.execute(noted).scalars():
                yield Anchor(json.loads(detail)["head"], "the journal")
            for row in connection.execute(select(snapshots.c.period, snapshots.c.edition, snapshots.c.content)):
                found = _HEAD.search(zlib.decompress(row.content).decode("utf-8", "surrogatepass"))
                if found:
                    yield Anchor(found[1], f"the snapshot of {row.period}, edition {row.edition},")

    def first_break(self) -> Break | None:
        """The first link that does not hold; None when all of them do."""
        return first_break(self.all(), self.anchors())

    def broken(self) -> int | None:
        """Number of the first decision that does not hold; None when the chain holds."""
        found = self.first_break()
        return found.seq if found else None

"""The store as the rest of the program sees it: plain values in, plain values out."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from sqlalchemy import Connection, Engine, func, insert, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from auditor.adapters.store import codec, reading, recording, tables
from auditor.errors import StoreError
from auditor.model.fact import Fact, Record
from auditor.model.finding import Finding, State
from auditor.model.rule import Rule, Severity
from auditor.model.run import Outcome, Run


@dataclass(frozen=True, slots=True)
class StoredSnapshot:
    """A frozen month as its canonical JSON text."""

    period: str
    edition: int
    """1 for the first; a correction is the next."""
    content_hash: str
    frozen_at: str
    run_id: str
    text: str


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run that was recorded."""

    id: str
    started: str
    period: str
    version: str
    rules_digest: str
    seconds: float
    complete: bool


class Store:
    """The findings store. Closing it lets go of the database."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @property
    def where(self) -> str:
        """Place of the store, without a password."""
        return self.engine.url.render_as_string(hide_password=True)

    def __enter__(self) -> Self:
        """The store itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()

    @contextmanager
    def reading(self, isolation: str = "") -> Iterator[Connection]:
        """A view of the database; consistent over several questions in SQLite, elsewhere with `REPEATABLE READ`.

        Raises:
            StoreError: the database refuses.
        """
        options = {"isolation_level": isolation} if isolation else {}
        try:
            with self.engine.connect().execution_options(**options) as connection, connection.begin():
                yield connection
        except SQLAlchemyError as error:
            raise self._error(error) from None

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: all of it is kept, or nothing.

        Raises:
            StoreError: the database refuses.
        """
        try:
            with self.engine.connect().execution_options(writes=True) as connection, connection.begin():
                yield connection
        except SQLAlchemyError as error:
            raise self._error(error) from None

    def _error(self, error: SQLAlchemyError) -> StoreError:
        words = str(error.orig if isinstance(error, DBAPIError) else type(error).__name__).strip().splitlines()
        return StoreError(f"the findings store {self.where}: {words[0] if words else type(error).__name__}")

    def record_run(
        self,
        run: Run,
        outcomes: Sequence[Outcome],
        findings: Sequence[Finding],
        *,
        rules: frozenset[str] | None = None,
    ) -> tuple[Finding, ...]:
        """Keep a run, all or nothing, and return what its snapshot holds.

        That is: every open and waived finding of the targets in `outcomes`, also of those that could not be looked at
        this time, and those fixed in this period; each with state, first and last seen.

        Args:
            run: the run; its id must be new.
            outcomes: one per (scanner, target).
            findings: what was seen, waived ones included. `fingerprint` is the identity to keep: the matcher puts the
                known one there and may keep the freshly computed one under `hashes["current"]`.
            rules: ids of the rules that took part; a finding of another rule is not closed. None: all did.

        Raises:
            StoreError: the run is already recorded, or the database refuses.
        """
        with self.writing() as connection:
            return recording.record(connection, run, outcomes, findings, rules)

    def known_findings(
        self, targets: Sequence[str] = (), *, entity: str = "", cards: Mapping[str, Rule] | None = None
    ) -> tuple[Finding, ...]:
        """All that was ever found in these targets, fixed ones included: what the matcher compares with."""
        with self.reading() as connection:
            return reading.select_findings(connection, cards or {}, targets=targets, entity=entity)

    def findings(
        self,
        *,
        states: Collection[State] = (),
        entity: str = "",
        targets: Sequence[str] = (),
        rule: str = "",
        severity: Severity = Severity.INFO,
        fingerprint: str = "",
        cards: Mapping[str, Rule] | None = None,
    ) -> tuple[Finding, ...]:
        """Findings by filter, the worst first; `rule` and `fingerprint` may be the beginning of one."""
        with self.reading() as connection:
            return reading.select_findings(
                connection,
                cards or {},
                states=states,
                entity=entity,
                targets=targets,
                rule=rule,
                severity=severity,
                fingerprint=fingerprint,
            )

    def fixed_in(self, period: str, *, cards: Mapping[str, Rule] | None = None) -> tuple[Finding, ...]:
        """Findings that were found gone in a month."""
        with self.reading() as connection:
            return reading.select_findings(connection, cards or {}, states=[State.FIXED], changed=period)

    def findings_of(self, run_id: str, *, cards: Mapping[str, Rule] | None = None) -> tuple[Finding, ...]:
        """What one run saw, in the states of that run."""
        with self.reading() as connection:
            return reading.select_as_of(connection, cards or {}, run_id)

    def facts(self, run_id: str) -> tuple[Fact, ...]:
        """Figures that a run read, in their order."""
        t = tables.facts.c
        with self.reading() as connection:
            rows = connection.execute(select(t.body).where(t.run_id == run_id).order_by(t.id)).scalars()
            return tuple(codec.load(body) for body in rows)

    def records(self, run_id: str, kind: str = "") -> tuple[Record, ...]:
        """Rows that a run read, in their order."""
        t = tables.records.c
        chosen = select(t.body).where(t.run_id == run_id).order_by(t.id)
        with self.reading() as connection:
            rows = connection.execute(chosen.where(t.kind == kind) if kind else chosen).scalars()
            return tuple(codec.load(body) for body in rows)

    def runs(self, period: str = "") -> tuple[StoredRun, ...]:
        """Recorded runs, the oldest first."""
        t = tables.runs.c
        chosen = select(tables.runs).order_by(t.started, t.id)
        with self.reading() as connection:
            rows = connection.execute(chosen.where(t.period == period) if period else chosen)
            return tuple(StoredRun(**row._asdict()) for row in rows)

    def save_snapshot(
        self, period: str, text: str, content_hash: str = "", *, frozen_at: str = "", run_id: str = ""
    ) -> StoredSnapshot:
        """Freeze a month. The same content again is the edition it already has; other content is the next edition.

        Args:
            period: `YYYY-MM`.
            text: canonical JSON.
            content_hash: its hash; empty: SHA-256 of the text.
            frozen_at: ISO date-time of the run's clock.
            run_id: the run it was made from.
        """
        digest = content_hash or hashlib.sha256(text.encode()).hexdigest()
        t = tables.snapshots.c
        with self.writing() as connection:
            same = connection.execute(select(t.edition).where(t.period == period, t.content_hash == digest)).scalar()
            if same is None:
                last = connection.execute(select(func.max(t.edition)).where(t.period == period)).scalar() or 0
                same = last + 1
                connection.execute(
                    insert(tables.snapshots).values(
                        period=period,
                        edition=same,
                        content_hash=digest,
                        frozen_at=frozen_at,
                        run_id=run_id,
                        content=zlib.compress(text.encode("utf-8", "surrogatepass"), 6),
                    )
                )
        found = self.load_snapshot(period, same)
        assert found is not None
        return found

    def load_snapshot(self, period: str, edition: int | None = None) -> StoredSnapshot | None:
        """A frozen month; without `edition` the newest one; None when it was never frozen."""
        t = tables.snapshots.c
        chosen = select(tables.snapshots).where(t.period == period).order_by(t.edition.desc()).limit(1)
        with self.reading() as connection:
            row = connection.execute(chosen if edition is None else chosen.where(t.edition == edition)).first()
        if row is None:
            return None
        text = zlib.decompress(row.content).decode("utf-8", "surrogatepass")
        return StoredSnapshot(row.period, row.edition, row.content_hash, row.frozen_at, row.run_id, text)

    def periods(self) -> tuple[str, ...]:
        """Months that have a snapshot, the oldest first."""
        t = tables.snapshots.c
        with self.reading() as connection:
            return tuple(connection.execute(select(t.period).distinct().order_by(t.period)).scalars())

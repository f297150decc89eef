"""Forgets what is older than the retention says: runs with all they saw, snapshots, and the content of old mails.

The ledger's lines, the journal and the decisions stay for ever: that a mail went out must never be forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, exists, func, select, update

from auditor.adapters.store import tables
from auditor.adapters.store.store import Store
from auditor.errors import UsageError
from auditor.model.delivery import DeliveryState
from auditor.model.finding import State

SHORTEST = 13
"""Months: a year to compare with, and the month in work."""
DEFAULT = 24


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was, or would be, forgotten."""

    before: str
    """Months before this one."""
    runs: int
    snapshots: int
    findings: int
    mails: int
    """Mails whose content was dropped; their lines stay."""


def first_kept(period: str, months: int) -> str:
    """The oldest month of `months` that end with `period`."""
    year, month = int(period[:4]), int(period[5:7])
    count = year * 12 + month - months
    return f"{count // 12:04d}-{count % 12 + 1:02d}"


def prune(store: Store, current: str, months: int = DEFAULT, *, dry_run: bool = False) -> Pruned:
    """Forget what is older than `months` months, counted with the current one; all or nothing.

    A finding goes when it is fixed and no remaining run saw it: an open one stays, however old.

    Raises:
        UsageError: fewer months than a comparison over a year needs.
    """
    if months < SHORTEST:
        raise UsageError(f"at least {SHORTEST} months are kept, so that a year can be compared")
    before = first_kept(current, months)
    with store.writing() as connection:
        done = _prune(connection, before)
        if dry_run:
            connection.rollback()
    if not dry_run and store.engine.dialect.name == "sqlite" and (done.runs or done.mails):
        _give_back(store)
    return done


def _prune(connection: Connection, before: str) -> Pruned:
    runs, snapshots, findings, mails = tables.runs, tables.snapshots, tables.findings, tables.deliveries
    dropped_runs = connection.execute(delete(runs).where(runs.c.period < before)).rowcount
    dropped_snapshots = connection.execute(delete(snapshots).where(snapshots.c.period < before)).rowcount
    seen = exists().where(tables.sightings.c.finding_id == findings.c.id)
    gone = (findings.c.state == State.FIXED.value) & (findings.c.changed_period < before) & ~seen
    dropped_findings = connection.execute(delete(findings).where(gone)).rowcount
    settled = mails.c.state.in_((DeliveryState.SENT.value, DeliveryState.DEAD.value))
    emptied = connection.execute(
        update(mails).where(mails.c.period < before, settled, func.length(mails.c.content) > 0).values(content=b"")
    ).rowcount
    return Pruned(before, dropped_runs, dropped_snapshots, dropped_findings, emptied)


def _give_back(store: Store) -> None:
    """SQLite keeps freed pages, with what stood on them, until it is told to rewrite the file."""
    raw = store.engine.raw_connection()
    try:
        raw.cursor().execute("VACUUM")
    finally:
        raw.close()


def sizes(store: Store) -> dict[str, int]:
    """Rows by table."""
    with store.reading() as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in tables.metadata.sorted_tables
        }

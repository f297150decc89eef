"""Backup, restore, upgrade and retention, over both databases."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import MetaData, insert, text

from auditor.adapters.mail.message import Letter, compose
from auditor.adapters.store.decisions import Decisions
from auditor.adapters.store.ledger import Ledger
from auditor.adapters.store.opening import HEAD, migrations, open_store
from auditor.adapters.store.retention import first_kept, prune, sizes
from auditor.adapters.store.store import Store
from auditor.adapters.store.transfer import backup, export_lines, restore
from auditor.errors import StoreError, UsageError
from auditor.model.delivery import DeliveryKey, DeliveryState, SendResult, Sent
from auditor.model.finding import State
from tests.support.clock import MORNING, StandingClock
from tests.support.findings import finding_at, outcome_of, run_of


@pytest.fixture
def store(store_place: str) -> Iterator[Store]:
    with open_store(store_place) as opened:
        yield opened


def mail(period: str) -> DeliveryKey:
    return DeliveryKey(period, "ceo", "ceo@example.com")


def fill(store: Store, *periods: str) -> None:
    """A little of everything in each month; what one month finds is fixed in the next but one."""
    ledger = Ledger(store, StandingClock(), "x")
    for number, period in enumerate(periods):
        seen = [finding_at(f"{period}.py"), finding_at("always.py")]
        store.record_run(run_of(period), [outcome_of()], seen)
        store.save_snapshot(period, f'{{"month": {number}}}')
        ledger.plan(compose(mail(period), Letter("s", "t", "h", MORNING), sender="a@example.com"), "outbox")
        ledger.claim(mail(period))
        ledger.settle(mail(period), Sent(SendResult.SENT, "id"))
    Decisions(store, StandingClock()).append("accept", "v1:a", who="Dana", reason="known")


def test_a_backup_restored_is_the_same_store(store: Store, tmp_path: Path, store_place: str) -> None:
    fill(store, "2026-09", "2026-10")
    assert backup(store, tmp_path / "b.gz") == sum(sizes(store).values())
    with open_store(tmp_path / "other" / "s.db") as other:
        restore(other, tmp_path / "b.gz")
        assert list(export_lines(other)) == list(export_lines(store))
        assert Decisions(other, StandingClock()).broken() is None
        other.record_run(run_of("2026-11"), [outcome_of()], [])
        backup(other, tmp_path / "c.gz")
    assert (tmp_path / "b.gz").stat().st_mode & 0o777 == 0o600


def test_a_store_moves_into_this_database_and_goes_on_there(store: Store, tmp_path: Path) -> None:
    with open_store(tmp_path / "old" / "s.db") as old:
        fill(old, "2026-09", "2026-10")
        backup(old, tmp_path / "b.gz")
    restore(store, tmp_path / "b.gz")
    found = store.record_run(run_of("2026-11"), [outcome_of()], [finding_at("always.py")])
    assert {f.location.path: f.state for f in found} == {  # type: ignore[union-attr]
        "always.py": State.KNOWN,
        "2026-10.py": State.FIXED,
    }
    assert len(store.records("2026-11-01")) == 0


def test_restoring_over_a_used_store_is_refused(store: Store, tmp_path: Path) -> None:
    fill(store, "2026-09")
    backup(store, tmp_path / "b.gz")
    with pytest.raises(UsageError, match="not empty"):
        restore(store, tmp_path / "b.gz")


@pytest.mark.parametrize("damage", ["cut", "changed", "lines lost", "not gzip", "newer", "empty"])
def test_a_damaged_backup_is_refused_and_leaves_the_store_empty(tmp_path: Path, damage: str) -> None:
    file = tmp_path / "b.gz"
    with open_store(tmp_path / "s.db") as store:
        fill(store, "2026-09")
        backup(store, file)
    whole = file.read_bytes()
    lines = gzip.decompress(whole).splitlines(keepends=True)
    damaged = {
        "cut": whole[: len(whole) // 2],
        "changed": gzip.compress(gzip.decompress(whole).replace(b"always.py", b"never__.py")),
        "lines lost": gzip.compress(b"".join(lines[:3] + lines[4:])),
        "not gzip": b"PK\x03\x04 something else",
        "newer": gzip.compress(b"".join([json.dumps({"schema": "auditor/export@9"}).encode() + b"\n", *lines[1:]])),
        "empty": b"",
    }
    file.write_bytes(damaged[damage])
    with open_store(tmp_path / "new.db") as other:
        with pytest.raises(StoreError, match=r"b\.gz"):
            restore(other, file)
        assert sum(sizes(other).values()) == 0


WHEN = "2026-09-01T06:17:00+00:00"
OLD_ROWS: dict[str, dict[str, object]] = {
    "runs": {
        "id": "r1",
        "started": WHEN,
        "period": "2026-09",
        "version": "0.1.0",
        "rules_digest": "d",
        "complete": True,
    },
    "findings": {
        "id": 1,
        "target": "shop",
        "fingerprint": "v1:abc:1",
        "rule": "secrets.stripe-live-key",
        "scanner": "secrets",
        "entity": "jada",
        "path": "app.py",
        "severity": 4,
        "state": "new",
        "first_seen": WHEN,
        "last_seen": WHEN,
        "first_period": "2026-09",
        "last_run": "r1",
        "changed": WHEN,
        "changed_period": "2026-09",
        "body": '{"at":["c","shop","app.py",3,null,null,null,""]}',
    },
    "sightings": {"run_id": "r1", "finding_id": 1, "line": 3, "severity": 4, "state": "new"},
    "snapshots": {
        "period": "2026-08",
        "edition": 1,
        "content_hash": "h",
        "frozen_at": WHEN,
        "run_id": "r0",
        "content": zlib.compress(b"{}"),
    },
}


def old_store(place: str) -> None:
    """A store as the first version made it, with a finding in it."""
    with open_store(place) as store:
        with store.writing() as connection:
            command.downgrade(migrations(connection), "0001")
        with store.writing() as connection:
            found = MetaData()
            found.reflect(connection)
            for name, row in OLD_ROWS.items():
                connection.execute(insert(found.tables[name]).values(**row))


def test_an_old_store_is_upgraded_by_opening_it_and_loses_nothing(store_place: str) -> None:
    old_store(store_place)
    with open_store(store_place) as store:
        with store.reading() as connection:
            assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == HEAD
        (finding,) = store.findings()
        assert (finding.fingerprint, finding.location.line) == ("v1:abc:1", 3)  # type: ignore[union-attr]
        assert store.periods() == ("2026-08",)
        found = store.record_run(run_of("2026-10"), [outcome_of()], [])
        assert [f.state for f in found] == [State.FIXED]
        assert Ledger(store, StandingClock(), "x").find() == ()


def test_what_is_old_is_forgotten_and_what_must_be_known_is_not(store: Store) -> None:
    fill(store, "2024-09", "2024-10", "2026-10")
    counted = prune(store, "2026-10", 24, dry_run=True)
    assert sizes(store)["runs"] == 3
    assert prune(store, "2026-10", 24) == counted
    assert (counted.before, counted.runs, counted.snapshots, counted.mails) == ("2024-11", 2, 2, 2)
    assert store.periods() == ("2026-10",)
    ledger = Ledger(store, StandingClock(), "x")
    assert [d.state for d in ledger.find()] == [DeliveryState.SENT] * 3
    assert ledger.claim(mail("2024-09")) is None
    assert {f.location.path for f in store.findings(states=[s for s in State if s.is_open])} == {  # type: ignore[union-attr]
        "always.py",
        "2026-10.py",
    }
    assert len(Decisions(store, StandingClock()).all()) == 1
    assert prune(store, "2026-10", 24).runs == 0


def test_a_retention_shorter_than_a_comparison_is_refused(store: Store) -> None:
    with pytest.raises(UsageError, match="13 months"):
        prune(store, "2026-10", 12)


@pytest.mark.parametrize(
    ("period", "months", "expected"),
    [("2026-10", 24, "2024-11"), ("2026-01", 13, "2025-01"), ("2026-12", 13, "2025-12"), ("2026-12", 24, "2025-01")],
)
def test_months_are_counted_with_the_current_one(period: str, months: int, expected: str) -> None:
    assert first_kept(period, months) == expected

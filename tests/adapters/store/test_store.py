"""One contract for every database."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from auditor.adapters.store.opening import HEAD, migrations, open_store
from auditor.adapters.store.store import Store
from auditor.errors import StoreError
from auditor.model.fact import Fact, Quantity, Record
from auditor.model.finding import State, Waiver
from auditor.model.location import CloudLocation, CodeLocation, WikiLocation
from auditor.model.money import Money, MoneyRange, Saving
from auditor.model.rule import Rule, Severity
from auditor.model.run import NotScanned, OutcomeStatus, ScanResult
from auditor.model.target import AwsAccount, Scope
from tests.support.findings import KEY_RULE, finding_at, outcome_of, run_of


@pytest.fixture
def store(store_place: str) -> Iterator[Store]:
    with open_store(store_place) as opened:
        yield opened


def states(findings: object) -> dict[str, State]:
    return {f.location.path: f.state for f in findings}  # type: ignore[attr-defined]


def test_a_finding_is_new_then_known_then_fixed_then_reopened(store: Store) -> None:
    seen = [finding_at("app.py")]
    assert states(store.record_run(run_of("2026-09"), [outcome_of()], seen)) == {"app.py": State.NEW}
    assert states(store.record_run(run_of("2026-10"), [outcome_of()], seen)) == {"app.py": State.KNOWN}
    assert states(store.record_run(run_of("2026-11"), [outcome_of()], [])) == {"app.py": State.FIXED}
    assert store.record_run(run_of("2026-12"), [outcome_of()], []) == ()
    (back,) = store.record_run(run_of("2027-01"), [outcome_of()], seen)
    assert back.state is State.REOPENED
    assert back.first_seen.startswith("2026-09-01")
    assert back.last_seen.startswith("2027-01-01")


def test_a_second_run_of_the_month_changes_no_state(store: Store) -> None:
    seen = [finding_at("app.py")]
    store.record_run(run_of("2026-09"), [outcome_of()], seen)
    assert states(store.record_run(run_of("2026-09", 2), [outcome_of()], seen)) == {"app.py": State.NEW}
    store.record_run(run_of("2026-10"), [outcome_of()], [])
    assert states(store.record_run(run_of("2026-10", 2), [outcome_of()], [])) == {"app.py": State.FIXED}
    store.record_run(run_of("2026-11"), [outcome_of()], seen)
    assert states(store.record_run(run_of("2026-11", 2), [outcome_of()], seen)) == {"app.py": State.REOPENED}


@pytest.mark.parametrize("status", [OutcomeStatus.FAILED, OutcomeStatus.SKIPPED])
def test_a_finding_is_not_fixed_where_nobody_looked(store: Store, status: OutcomeStatus) -> None:
    store.record_run(run_of("2026-09"), [outcome_of()], [finding_at("app.py")])
    kept = store.record_run(run_of("2026-10"), [outcome_of(status=status)], [])
    assert states(kept) == {"app.py": State.KNOWN}


def test_a_finding_is_not_fixed_in_a_file_that_could_not_be_read(store: Store) -> None:
    both = [finding_at("lib/app.py"), finding_at("main.py")]
    store.record_run(run_of("2026-09"), [outcome_of()], both)
    for gone in ("lib/app.py", "lib"):
        unread = outcome_of(not_scanned=[NotScanned(gone, "syntax error")])
        kept = store.record_run(run_of("2026-10", 1 + len(gone)), [unread], [])
        assert states(kept) == {"lib/app.py": State.KNOWN, "main.py": State.FIXED}


def test_a_finding_is_not_fixed_by_a_look_at_the_changes_only(store: Store) -> None:
    store.record_run(run_of("2026-09"), [outcome_of()], [finding_at("app.py")])
    staged = outcome_of()
    staged = replace(staged, target=replace(staged.target, scope=Scope.STAGED))
    assert states(store.record_run(run_of("2026-10"), [staged], [])) == {"app.py": State.KNOWN}


def test_a_finding_of_former_commits_is_not_fixed_by_a_look_at_the_tree(store: Store) -> None:
    old = replace(finding_at("app.py"), details={"at_head": "no"})
    store.record_run(run_of("2026-09"), [outcome_of()], [old])
    assert states(store.record_run(run_of("2026-10"), [outcome_of()], [])) == {"app.py": State.KNOWN}
    deep = outcome_of()
    deep = replace(deep, target=replace(deep.target, history=True))
    assert states(store.record_run(run_of("2026-11"), [deep], [])) == {"app.py": State.FIXED}


def test_a_finding_is_not_fixed_when_its_rule_took_no_part(store: Store) -> None:
    store.record_run(run_of("2026-09"), [outcome_of()], [finding_at("app.py")])
    kept = store.record_run(run_of("2026-10"), [outcome_of()], [], rules=frozenset({"secrets.other"}))
    assert states(kept) == {"app.py": State.KNOWN}


def test_the_same_fingerprint_in_two_repositories_is_two_findings(store: Store) -> None:
    seen = [finding_at("app.py", repo="shop"), finding_at("app.py", repo="boat")]
    assert len(store.record_run(run_of("2026-09"), [outcome_of("shop"), outcome_of("boat")], seen)) == 2
    (left,) = store.record_run(run_of("2026-10"), [outcome_of("boat")], [])
    assert (left.location.repo, left.state) == ("boat", State.FIXED)  # type: ignore[union-attr]
    assert store.findings(targets=["shop"])[0].state is State.NEW


def test_a_waived_finding_is_kept_with_its_waiver_and_comes_back_when_it_ends(store: Store) -> None:
    waiver = Waiver("secrets.stripe-live-key", "test key", "Dana", "2026-09-30", "waivers.toml:3")
    waived = replace(finding_at("app.py"), state=State.WAIVED, waived_by=waiver)
    (kept,) = store.record_run(run_of("2026-09"), [outcome_of()], [waived])
    assert (kept.state, kept.waived_by) == (State.WAIVED, waiver)
    (open_again,) = store.record_run(run_of("2026-10"), [outcome_of()], [finding_at("app.py")])
    assert (open_again.state, open_again.waived_by) == (State.KNOWN, None)


def test_everything_a_finding_says_comes_back(store: Store) -> None:
    rule = Rule("aws.rds-idle", "Idle database", "aws", Severity.MEDIUM, "Costs money.", "Stop it.")
    saving = Saving(MoneyRange(Money(Decimal("12.50")), Money(Decimal("13.10"))), "list price", "2026-09-01", "a × b")
    place = CloudLocation("123456789012", "us-east-1", "arn:aws:rds:x", "rds:DescribeDBInstances", "2026-09-01")
    finding = replace(
        finding_at("x", rule=rule),
        location=place,
        score=0.25,
        owner="Dana",
        message="Nobody connected in 30 days",
        seen_by=("aws", "other"),
        saving=saving,
        details={"class": "db.t3.medium"},
        also_at=(CodeLocation("shop", "tämplate\udcff.yml", 3), WikiLocation("a.md", "Costs", 4)),
        hashes={"content": "ab", "line": "cd"},
    )
    account = AwsAccount("main", "jada", "123456789012", Path("/in/2026-09.json"))
    outcome = replace(outcome_of(scanner="aws"), target=account)
    (back,) = store.record_run(run_of("2026-09"), [outcome], [finding])
    assert replace(back, first_seen="", last_seen="") == finding
    assert store.known_findings(["main"], cards={rule.id: rule}) == (back,)


def test_a_name_that_is_not_unicode_does_not_break_the_store(store: Store) -> None:
    finding = finding_at("caf\udce9/\x00\n.py")
    (back,) = store.record_run(run_of("2026-09"), [outcome_of()], [finding])
    assert back.location == finding.location


def test_findings_are_filtered_by_state_rule_severity_entity_and_fingerprint(store: Store) -> None:
    minor = Rule("hygiene.gitignore-gap", "Gap", "hygiene", Severity.LOW, "w", "f")
    seen = [finding_at("a.py"), finding_at("b.py", rule=minor)]
    outcomes = [outcome_of(), outcome_of(scanner="hygiene")]
    store.record_run(run_of("2026-09"), outcomes, seen)
    assert [f.rule.id for f in store.findings()] == [KEY_RULE.id, minor.id]
    assert [f.rule.id for f in store.findings(severity=Severity.HIGH)] == [KEY_RULE.id]
    assert [f.rule.id for f in store.findings(rule="hygiene.")] == [minor.id]
    assert store.findings(rule="%") == ()
    assert [f.location.path for f in store.findings(fingerprint=seen[0].fingerprint[:30])] == ["a.py"]  # type: ignore[union-attr]
    assert store.findings(states=[State.FIXED]) == ()
    assert store.findings(entity="nobody") == ()


def test_a_run_is_recorded_once_and_as_a_whole(store: Store) -> None:
    store.record_run(run_of("2026-09"), [outcome_of()], [finding_at("a.py")])
    with pytest.raises(StoreError, match="already in the store"):
        store.record_run(run_of("2026-09"), [outcome_of()], [finding_at("b.py")])
    broken = replace(outcome_of(), seconds=None)  # type: ignore[arg-type]
    with pytest.raises((StoreError, TypeError)):
        store.record_run(run_of("2026-10"), [outcome_of(scanner="bandit"), broken], [finding_at("b.py")])
    assert [r.id for r in store.runs()] == ["2026-09-01"]
    assert states(store.findings()) == {"a.py": State.NEW}


def test_two_targets_of_one_name_do_not_stop_the_run(store: Store) -> None:
    twice = [outcome_of(), outcome_of()]
    assert len(store.record_run(run_of("2026-10"), twice, [finding_at("b.py")])) == 1


def test_a_former_run_can_be_read_in_its_own_states(store: Store) -> None:
    store.record_run(run_of("2026-09"), [outcome_of()], [finding_at("a.py"), finding_at("b.py")])
    store.record_run(run_of("2026-10"), [outcome_of()], [finding_at("a.py")])
    assert states(store.findings_of("2026-09-01")) == {"a.py": State.NEW, "b.py": State.NEW}
    assert states(store.findings_of("2026-10-01")) == {"a.py": State.KNOWN}


def test_facts_and_records_come_back_exactly_and_in_order(store: Store) -> None:
    place = WikiLocation("finance/jada.md", "Costs", 12, commit="abc")
    money = Quantity(Decimal("1200.50"), Decimal(1300), "money", "USD", "month", frozenset({"approx", "at_least"}))
    facts = tuple(Fact("jada", f"fuel {n}", money, place, as_of=date(2026, 9, 30)) for n in range(3))
    records = (Record("client", "jada", "Ace\x00", place, {"Model": "flat"}, {"Price": money}),)
    outcome = replace(outcome_of(), result=ScanResult(facts=facts, records=records))
    store.record_run(run_of("2026-09"), [outcome], [])
    assert store.facts("2026-09-01") == facts
    assert store.records("2026-09-01", "client") == records
    assert store.records("2026-09-01", "asset") == ()


def test_freezing_the_same_month_again_is_the_same_edition(store: Store) -> None:
    first = store.save_snapshot("2026-09", '{"é":1}', frozen_at="2026-10-01T06:17:00+00:00", run_id="r1")
    assert store.save_snapshot("2026-09", '{"é":1}') == first
    second = store.save_snapshot("2026-09", '{"é":2}')
    assert (first.edition, second.edition) == (1, 2)
    assert store.load_snapshot("2026-09") == second
    assert store.load_snapshot("2026-09", 1) == first
    assert store.load_snapshot("2026-08") is None
    store.save_snapshot("2026-08", "{}")
    assert store.periods() == ("2026-08", "2026-09")


def test_the_migrations_make_exactly_the_tables_of_the_code(store: Store) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    from auditor.adapters.store.tables import metadata

    with store.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    assert ScriptDirectory.from_config(migrations()).get_current_head() == HEAD


def test_a_store_is_private_even_under_umask_000(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        place = tmp_path / "new" / "state" / "findings.db"
        with open_store(place) as store:
            store.save_snapshot("2026-09", "{}")
            found = {p.name: stat.S_IMODE(p.stat().st_mode) for p in place.parent.iterdir()}
    finally:
        os.umask(before)
    assert set(found.values()) == {0o600}
    assert "findings.db-wal" in found
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(place.parent.parent.stat().st_mode) == 0o700


def test_a_file_that_is_no_store_is_refused_with_its_name(tmp_path: Path) -> None:
    place = tmp_path / "notes.txt"
    place.write_text("not a database, only a long enough piece of text to be looked at")
    with pytest.raises(StoreError, match=r"notes\.txt"):
        open_store(place)
    link = tmp_path / "link.db"
    link.symlink_to(tmp_path / "elsewhere.db")
    with pytest.raises(StoreError, match=r"link\.db"):
        open_store(link)
    assert not (tmp_path / "elsewhere.db").exists()


def test_the_password_of_a_store_is_never_said() -> None:
    with pytest.raises(StoreError) as said:
        open_store("postgresql://auditor:hunter2-made-up@127.0.0.1:1/none")
    assert "hunter2" not in str(said.value)


def test_a_store_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    with open_store(tmp_path / "s.db") as store, store.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="9999"):
        open_store(tmp_path / "s.db")

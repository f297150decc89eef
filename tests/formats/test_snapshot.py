"""Snapshots as canonical JSON."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import StoreError
from auditor.formats.snapshot import dump_snapshot, freeze, load_snapshot
from auditor.model.fact import Conflict, Fact, Gap, Miscalculation, Quantity, Record, Status
from auditor.model.finding import Finding, State, Waiver
from auditor.model.location import CloudLocation, CodeLocation, FileLocation, WikiLocation
from auditor.model.money import Money, MoneyRange, Saving
from auditor.model.rule import Rule, Severity
from auditor.model.run import Coverage, EntityInfo, OutcomeStatus, Snapshot, WikiEdit

CARD = Rule("hygiene.env-file-tracked", "Environment file", "hygiene", Severity.CRITICAL, "Why.", "Fix.", cwe=(538,))
PLACE = WikiLocation("jada/numbers.md", "Numbers", 12, 3, "abc123")
CASH = Fact(
    "jada", "Cash", Quantity(Decimal("48000.10"), Decimal("48000.10"), "money", "USD", flags=frozenset({"approx"})),
    PLACE, metric="cash", period="2026-10", as_of=date(2026, 10, 31),
)  # fmt: skip
SNAPSHOT = Snapshot(
    period="2026-10",
    portfolio="Example",
    frozen_at=datetime(2026, 11, 2, 6, 17, tzinfo=UTC),
    entities=(EntityInfo("jada", "JADA", repos=("jada",)),),
    findings=(
        Finding(CARD, CodeLocation("jada", "a\udcff/.env", 3), "v1:b:1", Severity.HIGH, "high", "jada",
                waived_by=Waiver(CARD.id, "r", "o", "2027-01-01", "w:1"), score=0.1, details={"b": "2", "a": "1"}),
        Finding(replace(CARD), CloudLocation("1", "us-east-1", "arn:x"), "v1:a:1", Severity.LOW, "low", "jada",
                state=State.REOPENED, saving=Saving(MoneyRange.exact(Money(Decimal("7.30"))), "list price", "2026-10-01")),
    ),
    facts=(CASH, replace(CASH, status=Status.TARGET, metric=None)),
    records=(Record("client", "jada", "Ännchen", FileLocation("c.csv", 2), {"model": "retainer"}, {"fee": CASH.value}),),
    gaps=(Gap("jada", "burn", "Burn", "jada/numbers.md", ("runway",)),),
    conflicts=(Conflict("jada", "cash", CASH, replace(CASH, raw="x"), None, "same date"),),
    miscalculations=(Miscalculation("jada", "total", Decimal(3), Decimal(4), PLACE),),
    coverage=(Coverage("secrets", "jada", "repo", "jada", OutcomeStatus.FAILED, "no", {"files": 3}, {"binary": 1}, False),),
    thresholds={"runway_bad": "6"},
    wiki_edits=(WikiEdit("jada/numbers.md", "abc", "D", "2026-10-03", "s", (1, 2)),),
)  # fmt: skip


def test_a_frozen_snapshot_comes_back_equal() -> None:
    frozen = freeze(SNAPSHOT)
    assert load_snapshot(dump_snapshot(frozen)) == frozen
    assert freeze(frozen) == frozen


def test_the_order_of_what_was_found_takes_no_part_in_bytes_or_hash() -> None:
    turned = replace(SNAPSHOT, findings=SNAPSHOT.findings[::-1], facts=SNAPSHOT.facts[::-1])
    assert dump_snapshot(freeze(turned)) == dump_snapshot(freeze(SNAPSHOT))


def test_a_card_stands_once_however_many_findings_name_it() -> None:
    many = replace(SNAPSHOT, findings=tuple(replace(SNAPSHOT.findings[0], fingerprint=f"v1:{n}") for n in range(50)))
    assert dump_snapshot(freeze(many)).count(b"Environment file") == 1


def test_two_versions_of_a_card_in_one_snapshot_stay_apart() -> None:
    second = replace(SNAPSHOT.findings[1], rule=replace(CARD, title="Other words"))
    frozen = freeze(replace(SNAPSHOT, findings=(SNAPSHOT.findings[0], second)))
    assert {f.rule.title for f in load_snapshot(dump_snapshot(frozen)).findings} == {"Environment file", "Other words"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b"48000.10", b"48000.11", "changed after it was frozen"),
        (b'"auditor/snapshot@1"', b'"auditor/snapshot@9"', "schema"),
        (b'"frozen_at"', b'"frozen_when"', "newer version"),
        (b'"severity":"high"', b'"severity":"awful"', "cannot be read"),
    ],
)
def test_what_is_no_such_document_or_was_changed_is_refused(old: bytes, new: bytes, said: str) -> None:
    content = dump_snapshot(freeze(SNAPSHOT))
    assert old in content
    with pytest.raises(StoreError, match=said):
        load_snapshot(content.replace(old, new))


@given(st.binary(max_size=200) | st.text(max_size=50).map(str.encode))
def test_no_bytes_at_all_make_the_reader_fail_in_another_way(content: bytes) -> None:
    with pytest.raises(StoreError):
        load_snapshot(content)


@given(
    st.text(st.characters(), max_size=20),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3),
)
def test_any_text_and_any_amount_survive_the_round_trip(text: str, amount: Decimal, cells: dict[str, str]) -> None:
    fact = Fact("e", text, Quantity(amount, amount), FileLocation(text))
    record = Record("client", "e", text, FileLocation("c"), cells)
    frozen = freeze(replace(SNAPSHOT, facts=(fact,), records=(record,)))
    assert load_snapshot(dump_snapshot(frozen)) == frozen

"""Savings never promise more than was paid, and a range never ends below its beginning."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from auditor.model.money import Money, MoneyRange, Saving
from scanners.aws.judge import ServiceSaving, capped

amounts = st.decimals(min_value=0, max_value=1000, places=2)


@given(st.lists(st.tuples(amounts, amounts), min_size=1, max_size=5), amounts)
def test_ranges_stay_ranges_and_their_sum_stays_within_the_bill(
    ends: list[tuple[Decimal, Decimal]], billed: Decimal
) -> None:
    savings = [Saving(MoneyRange(Money(min(pair)), Money(max(pair))), "list price", "2026-11-01") for pair in ends]
    low = sum((s.monthly.low.amount for s in savings if s.monthly), Decimal(0))
    high = sum((s.monthly.high.amount for s in savings if s.monthly), Decimal(0))
    lowered = [capped(s, ServiceSaving("AmazonRDS", low, high, billed)).monthly for s in savings]
    assert all(m.low.amount <= m.high.amount for m in lowered if m)
    assert (
        sum((m.high.amount for m in lowered if m), Decimal(0)) <= max(billed, Decimal(0)) + Decimal("0.0001")
        or high <= billed
    )

"""Sums over entities: other currencies need a dated rate; and what the cloud costs, and what must be paid first."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.finance import capital, cloud, metrics
from auditor.finance.book import Book
from auditor.finance.rates import rate_for, rates_of
from auditor.model.fact import Quantity, Record
from auditor.model.finding import Finding, State
from auditor.model.location import CodeLocation, FileLocation
from auditor.model.rule import Severity
from tests.support.books import book, numbers
from tests.support.scanners import CARD

RATES = "\n## Exchange rates\n\n| From | To | Rate | Date | Source |\n|---|---|---|---|---|\n"


def entity(key: str, text: str) -> Book:
    return replace(book(text), entity=key)


def test_another_currency_is_converted_by_a_rate_of_the_month_and_the_rate_is_printed() -> None:
    usd = entity("a", numbers("revenue | $1,000 | month |"))
    usd2 = entity("b", numbers("revenue | $500 | month |"))
    eur = entity(
        "c", numbers("revenue | €200 | month |") + RATES + "| EUR | USD | 1.10 | 2026-09-30 | central bank |\n"
    )
    figure = metrics.over((usd, usd2, eur), "revenue")
    assert figure.value is not None
    assert figure.value.low == Decimal(1720)
    assert figure.trace is not None
    assert "€200 x 1.1 = $220" in figure.trace.filled
    assert "1 EUR = 1.1 USD on 2026-09-30 (central bank)" in figure.trace.note
    assert figure.gaps == ()


@pytest.mark.parametrize("day", ["2026-08-31", "2026-10-01", "someday"])
def test_without_a_rate_of_the_month_the_other_currency_is_a_named_gap(day: str) -> None:
    usd = entity("a", numbers("revenue | $1,000 | month |"))
    eur = entity("b", numbers("revenue | €200 | month |") + RATES + f"| EUR | USD | 1.10 | {day} | central bank |\n")
    figure = metrics.over((usd, eur), "revenue")
    assert figure.value is not None
    assert figure.value.low == 1000
    assert [g.label for g in figure.gaps] == ["EUR/USD rate dated in 2026-09 (for revenue in EUR)"]


def test_computed_sums_convert_as_well() -> None:
    usd = entity("a", numbers("revenue | $1,000 | month |", "expenses | $1,500 | month |"))
    text = numbers("revenue | €100 | month |", "expenses | €200 | month |")
    eur = entity("b", text + RATES + "| USD | EUR | 0.8 | 2026-09-15 | central bank |\n")
    figure = metrics.over((usd, eur), "net_burn")
    assert figure.value is not None
    assert (figure.value.low, figure.value.currency) == (Decimal(625), "USD")


@given(
    st.decimals("0.0001", "10000", allow_nan=False, allow_infinity=False), st.dates(date(2026, 9, 1), date(2026, 9, 30))
)
def test_a_rate_turned_twice_is_itself(value: Decimal, on: date) -> None:
    record = Record(
        "rate", "", "", FileLocation("p"), {"from": "EUR", "to": "USD", "rate": str(value), "date": on.isoformat()}
    )
    rates = rates_of([record])
    there = rate_for(rates, "EUR", "USD", date(2026, 9, 1), date(2026, 9, 30))
    back = rate_for(rates, "USD", "EUR", date(2026, 9, 1), date(2026, 9, 30))
    assert there is not None
    assert back is not None
    assert abs(there[0] * back[0] - 1) < Decimal("1e-20")


def test_counts_are_added_as_counts_and_shares_are_not_added() -> None:
    one, other = entity("a", numbers("jobs done | 12 | month |")), entity("b", numbers("jobs done | 8 | month |"))
    figure = metrics.over((one, other), "units_sold")
    assert figure.value == Quantity(Decimal(20), Decimal(20), "count", None, "month")
    shares = [entity(k, numbers("churn | 2% | |")) for k in "ab"]
    assert metrics.over(tuple(shares), "churn_rate").value is None


def bill(month: str, amount: str, **text: str) -> Record:
    money = Quantity(Decimal(amount), Decimal(amount), "money", "USD")
    return Record("cost", "e", month, FileLocation("aws/bill.json"), {"month": month, **text}, {"amount": money})


def test_the_run_rate_is_the_range_of_the_closed_months_with_its_mean() -> None:
    rows = [
        bill(f"2026-0{m}", a) for m, a in ((1, "999"), (3, "84"), (4, "60"), (5, "50"), (6, "55"), (7, "70"), (8, "71"))
    ]
    figure = cloud.aws_run_rate(replace(book("x\n"), records=(*rows, bill("2026-09", "9", estimated="true"))))
    assert figure.value is not None
    assert (figure.value.low, figure.value.high, figure.value.per) == (50, 84, "month")
    assert figure.trace is not None
    assert figure.trace.note == "range over 6 closed months, mean $65"


def test_the_run_rate_of_all_is_that_of_whole_months_with_what_nobody_claims() -> None:
    mine = (bill("2026-07", "10"), bill("2026-08", "30"))
    shared = (replace(bill("2026-07", "50"), entity=""), replace(bill("2026-08", "20"), entity=""))
    figure = metrics.over((replace(book("x\n"), records=mine),), "aws_run_rate", (*mine, *shared))
    assert figure.value is not None
    assert (figure.value.low, figure.value.high) == (50, 60)


def test_a_month_that_runs_is_extended_by_days_and_a_page_answers_where_there_is_no_bill() -> None:
    running = replace(book("x\n"), records=(bill("2026-09", "10", estimated="true", through="2026-09-10"),))
    figure = cloud.aws_run_rate(running)
    assert figure.value is not None
    assert figure.value.low == 30
    stated = cloud.aws_run_rate(book(numbers("aws bill | ~$25 | month |")))
    assert stated.value is not None
    assert stated.value.low == 25
    assert [g.metric for g in cloud.aws_run_rate(book("x\n")).gaps] == ["aws_cost"]


ASKS = """\
## Capital asks

| Ask | Cost | Monthly effect | Reason |
|---|---|---|---|
| Second boat | $9,000 | $4,000 | growth |
| Rotate keys (secrets.aws-key) | $300 | | security |

""" + numbers("cash | $50,000 | |", "revenue | $1,000 | month |", "expenses | $2,000 | month |")


def critical(rule: str, number: int = 1) -> Finding:
    return Finding(
        replace(CARD, id=rule), CodeLocation("e", "a.py", number), f"v1:{number}:1", Severity.CRITICAL, "high", "e"
    )


def test_an_ask_that_mends_a_critical_finding_is_paid_first_and_the_rest_are_said() -> None:
    plain = book(ASKS)
    assert [p.record.name for p in capital.capital_tiers(plain)[0]] == ["Second boat", "Rotate keys (secrets.aws-key)"]
    pressed = replace(plain, critical=(critical("secrets.aws-key"), critical("aws.s3-public", 2)))
    placed, figure = capital.capital_tiers(pressed)
    assert [(p.record.name, p.tier) for p in placed] == [("Rotate keys (secrets.aws-key)", 1), ("Second boat", 2)]
    assert placed[0].why == "mends critical findings: secrets.aws-key"
    assert figure.trace is not None
    assert figure.trace.note == "1 open critical finding is in no ask: aws.s3-public; they come before tier 2"


def test_only_open_critical_findings_of_the_entity_press() -> None:
    from auditor.finance.book import make_book

    findings = [critical("a.b"), replace(critical("a.c"), state=State.FIXED), replace(critical("a.d"), entity="other")]
    assert [f.rule.id for f in make_book("e", "2026-09", (), findings=findings).critical] == ["a.b"]

"""Formulas against worked public examples; a missing input is a gap, never zero."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.finance import (
    capital,
    cash,
    channels,
    chart,
    clients,
    delivery,
    metrics,
    recognition,
    rental,
    unit_economics,
)
from auditor.finance.book import Given
from auditor.finance.catalog import FORMULAS
from auditor.finance.interval import Interval, total
from auditor.finance.periods import add_months, monthly
from auditor.finance.printing import number
from auditor.model.fact import Gap
from auditor.model.figure import Figure
from tests.support.books import book, numbers


def value(figure: Figure, places: int = 2) -> str:
    """The figure's ends, rounded, or its words or gaps."""
    if figure.value is None:
        return figure.words or "gap: " + ", ".join(g.metric for g in figure.gaps)
    low, high = (number(end, places).replace(",", "") for end in (figure.value.low, figure.value.high))
    return low if low == high else f"{low}..{high}"


def test_break_even_units_are_rounded_up() -> None:
    charter = book(
        numbers("fixed costs | $480,000 | month |", "price | $6,200 | charter |", "variable cost | $930 | charter |")
    )
    figure = unit_economics.break_even_units(charter)
    assert value(figure) == "92"
    assert figure.trace is not None
    assert figure.trace.filled == "$480,000 a month / ($6,200 - $930) = 91.08, so 92 a month"
    assert figure.trace.sources == ("p.md:5", "p.md:6", "p.md:7")
    events = book(
        numbers("fixed costs | $288,000 | month |", "price | $16,000 | event |", "variable cost | $3,200 | event |")
    )
    assert value(unit_economics.break_even_units(events)) == "23"


@pytest.mark.parametrize(
    ("price", "words"),
    [
        ("$900", "no break-even"),
        ("$930", "no break-even"),
        ("$0", "no break-even"),
        ("$900-1,000", "no break-even at the low end"),
    ],
)
def test_there_is_no_break_even_without_a_contribution(price: str, words: str) -> None:
    figure = unit_economics.break_even_units(
        book(numbers("fixed costs | $5 | month |", f"price | {price} | job |", "variable cost | $930 | job |"))
    )
    assert (figure.value, figure.words) == (None, words)
    assert figure.trace is not None


def test_a_missing_input_is_a_named_gap_with_the_page() -> None:
    figure = unit_economics.break_even_units(book(numbers("price | $10 | job |")))
    assert (figure.value, figure.trace) == (None, None)
    assert [(g.metric, g.page) for g in figure.gaps] == [("fixed_costs", "p.md"), ("variable_cost", "p.md")]


def test_scenarios_are_computed_row_by_row_and_never_mixed() -> None:
    hauling = book(
        """\
        | Scenario | Price per job | Variable cost per job | Fixed costs per month |
        |---|---|---|---|
        | Conservative | $75 | $62 | $750 |
        | Optimistic | $140 | $53 | $1,830 |
        """
    )
    figure = unit_economics.break_even_units(hauling)
    assert value(figure) == "22..58"
    assert figure.trace is not None
    assert figure.trace.filled == "Conservative: 58; Optimistic: 22 units a month"


def test_runway_is_cash_over_net_burn() -> None:
    treasury = numbers("cash | $2,024,000 | |", "expenses | $51,000 | month |", "revenue | $0 | month |")
    assert value(cash.runway(book(treasury)), 1) == "39.7"
    assert (
        value(cash.runway(book(numbers("cash | $5 | |", "expenses | $4 | month |", "revenue | $6 | month |"))))
        == "profitable"
    )


def test_a_year_is_twelve_months_and_a_week_is_not_a_quarter_of_one() -> None:
    assert monthly(Decimal(1200), "year") == 100
    assert monthly(Decimal(12), "week") == 52
    assert monthly(Decimal(12), "day") == 365
    assert monthly(Decimal(300), None, "2026-Q3") == 100
    assert monthly(Decimal(5), "trip") is None
    assert add_months("2026-11", 3) == "2027-02"


def test_a_figure_that_does_not_say_per_what_is_no_monthly_figure() -> None:
    figure = cash.net_burn(book(numbers("expenses | $4,000 | |", "revenue | $1,000 | month |")))
    assert figure.gaps[0].label == "expenses (does not say per what)"
    assert figure.gaps[0].line == 5


def test_a_projection_never_answers_for_an_actual() -> None:
    figure = cash.net_burn(book(numbers("expenses | $4,000 | month | actual", "revenue | $9,000 | month | projected")))
    assert [g.metric for g in figure.gaps] == ["revenue"]


def test_a_contradiction_answers_nothing() -> None:
    figure = cash.runway(
        book(
            numbers(
                "cash | $4,000 | |", "cash on hand | $5,000 | |", "expenses | $9 | month |", "revenue | $1 | month |"
            )
        )
    )
    assert figure.gaps[0].label in {"cash: $4,000 or $5,000", "cash on hand: $4,000 or $5,000"}


def test_revenue_against_target_and_the_way_there() -> None:
    jada = book(
        numbers(
            "revenue | $2,900 | month |",
            "revenue target | $12,000 | month |",
            "price | $1,450 | charter |",
            "growth rate | 10% | month |",
        )
    )
    assert value(cash.revenue_gap(jada)) == "9100"
    assert value(cash.months_to_target(jada), 1) == "14.9"
    steps, figure = cash.target_path(jada, 6)
    assert [s.period for s in steps][:2] == ["2026-10", "2026-11"]
    assert (steps[-1].amount, steps[-1].units) == (12000, 9)
    assert figure.value is not None
    flat, _ = cash.target_path(book(numbers("revenue | $0 | month |", "revenue target | $1,200 | month |")), 4)
    assert [s.amount for s in flat] == [300, 600, 900, 1200]


def test_pipeline_is_weighed_by_probability() -> None:
    text = numbers("revenue | $1,000 | month |", "revenue target | $3,000 | month |") + (
        "\n## Pipeline\n\n| Deal | Value | Probability |\n|---|---|---|\n| A | $2,000 | 50% |\n| B | $1,000 | 0.2 |\n"
    )
    assert value(cash.pipeline_coverage(book(text))) == "0.6"
    assert (
        value(
            cash.pipeline_coverage(
                book(numbers("pipeline | none | |", "revenue | $1 | month |", "revenue target | $2 | month |"))
            )
        )
        == "0"
    )


def test_customer_acquisition_and_lifetime_value() -> None:
    saas = book(
        numbers(
            "marketing spend | $8,000 | month |",
            "new customers | 10 | month |",
            "arpa | $100 | month |",
            "gross margin | 80% | |",
            "churn rate | 3% | month |",
        )
    )
    assert value(unit_economics.cac(saas)) == "800"
    assert value(unit_economics.ltv(saas)) == "2666.67"
    assert value(unit_economics.ltv_cac(saas), 1) == "3.3"
    assert value(unit_economics.payback_months(saas)) == "10"
    assert (
        value(unit_economics.cac(book(numbers("marketing spend | $8 | month |", "new customers | none | month |"))))
        == "no new customers"
    )


def test_the_net_price_of_a_channel_takes_the_card_fee_from_the_remainder() -> None:
    text = numbers("card fee | 3% | |", "variable cost | $200 | trip |", "fixed costs | $1,000 | month |") + (
        "\n## Channels\n\n| Channel | Commission | Price | Expected bookings | Effort | Blocker |\n|---|---|---|---|---|---|\n"
        "| Blocked | 0% | $600 | 9 per month | S | papers |\n| OTA | 25% | $600 | 2 per month | S | |\n| Own | 0% | $600 | 1 per month | L | |\n"
    )
    ota, own, blocked = channels.channels(book(text))
    assert [c.name for c in (ota, own, blocked)] == ["OTA", "Own", "Blocked"]
    assert value(ota.net) == "436.5"
    assert value(ota.effective_rate) == "27.25"
    assert value(ota.direct_equivalent) == "450"
    assert value(ota.break_even) == "5"
    assert value(ota.expected) == "473"
    assert blocked.blocked_by == "papers"


def test_capital_goes_to_what_must_be_paid_and_then_by_payback() -> None:
    text = numbers("cash | $10,000 | |", "expenses | $2,000 | month |", "revenue | $1,000 | month |") + (
        "\n## Capital asks\n\n| Ask | Cost | Monthly effect | Class |\n|---|---|---|---|\n| Sails | $9,000 | $100 | comfort |\n"
        "| Ads | $600 | $300 | growth |\n| Calendar | $2,400 | $300 | growth |\n| Life raft | $3,000 | | must pay (safety) |\n"
    )
    placed, figure = capital.capital_tiers(book(text))
    assert [(p.record.name, p.tier, p.affordable) for p in placed] == [
        ("Life raft", 1, True), ("Ads", 2, True), ("Calendar", 3, True), ("Sails", 4, False),
    ]  # fmt: skip
    assert value(figure) == "15000"
    assert value(capital.available_capital(book(text))) == "7000"


def test_the_rental_analysis_agrees_with_its_public_example() -> None:
    text = numbers(
        "annual rental income | $24,000 | year |", "operating expenses (no mortgage) | $8,000 | year |", "property value | $200,000 | |",
        "annual debt service | $14,400 | year |", "cash invested | $45,000 | |",
    )  # fmt: skip
    house = book(text)
    assert value(rental.noi(house)) == "16000"
    assert value(rental.cap_rate(house)) == "8"
    assert value(rental.grm(house)) == "8.33"
    assert value(rental.dscr(house)) == "1.11"
    assert value(rental.cash_on_cash(house)) == "3.56"


def test_a_mortgage_payment_agrees_with_the_annuity_formula() -> None:
    assert round(rental.mortgage_payment(Decimal(160000), Decimal(7), 360), 2) == Decimal("1064.48")
    assert rental.mortgage_payment(Decimal(1200), Decimal(0), 12) == 100


def test_short_term_letting_is_compared_after_its_own_costs() -> None:
    house = book(
        numbers(
            "rent | $3,000 | month |",
            "nightly rate | $200 | night | projected",
            "occupancy | 60% | | projected",
            "str operating costs | $500 | month | projected",
        )
    )
    assert value(rental.str_revenue(house)) == "3650"
    assert value(rental.revpar(house)) == "120"
    assert value(rental.short_against_long(house)) == "150"


def test_a_delivery_costs_crew_fuel_and_travel() -> None:
    text = numbers(
        "captain day rate | $415 | day |",
        "crew day rate | $210 | day |",
        "per diem | $45 | day |",
        "fuel price | $5 | gallon |",
        "time under way | 100% | |",
    ) + (
        "\n## Jobs\n\n| Job | Route | Distance (nm) | Speed (kn) | Fuel burn (gal/h) | Crew | Travel | Quote | Season |\n|---|---|---|---|---|---|---|---|---|\n"
        "| Cat | A - B | 720 | 6 | 2 | 2 | $300 | $7,000 | hurricane season |\n| Dog | A - C | 100 | 5 | 1 | 1 | | | summer |\n"
    )
    trip = book(text)
    cat, dog = delivery.jobs(trip)
    assert value(cat.days) == "5"
    assert value(cat.fuel) == "1200"
    assert value(cat.crew) == "3575"
    assert value(cat.cost) == "5075"
    assert value(cat.per_nm) == "7.05"
    assert value(cat.margin) == "1925"
    assert cat.risks == ("season",)
    assert dog.margin.gaps[0].label == "quote of Dog"
    assert value(delivery.quote_coverage(trip)) == "50"


def test_clients_owe_by_age_from_the_due_date() -> None:
    text = numbers("hourly rate | $95 | hour |", "cost rate | $48 | hour |") + (
        "\n## Clients\n\n| Client | Billing model | Monthly fee | Site | Hosting |\n|---|---|---|---|---|\n| A | retainer | $250 | a.example.com | $10 |\n"
        "| B | TBD | | b.example.com | $12 |\n\n"
        "## Invoices\n\n| Invoice | Client | Amount | Date | Due | Paid |\n|---|---|---|---|---|---|\n| 1 | A | $250 | 2026-09-01 | 2026-09-15 | |\n"
        "| 2 | A | $250 | 2026-05-01 | 2026-05-15 | |\n| 3 | A | $250 | 2026-08-01 | 2026-08-15 | 2026-08-20 |\n| 4 | A | $250 | 2026-10-01 | 2026-10-15 | |\n\n"
        "## Hours\n\n| Client | Month | Hours | Invoiced |\n|---|---|---|---|\n| A | 2026-09 | 4 | 3 |\n| B | 2026-09 | 6 | 0 |\n"
    )
    portfolio = book(text)
    assert value(clients.mrr(portfolio)) == "250"
    assert clients.ageing(portfolio) == {"not due": 0, "0-30": 250, "31-60": 0, "61-90": 0, "90+": 250}
    assert value(clients.dso(portfolio)) == "60"
    assert value(clients.unbilled(portfolio)) == "665"
    assert value(clients.effective_rate(portfolio)) == "25"
    assert value(clients.cost_to_serve(portfolio)) == "502"
    assert value(clients.cost_to_serve(portfolio, "B")) == "300"
    assert [r.name for r in clients.without_model(portfolio)] == ["B"]
    assert [r.name for r in clients.hosted_not_billed(portfolio)] == ["B"]
    assert value(clients.concentration(portfolio)) == "100"


CONTRACTS = """\
## Contracts

| Contract | Price | Deposit | Deposit date | Charter date | Refund | Refund date | Signed | Cancellation policy |
|---|---|---|---|---|---|---|---|---|
| A | $2,400 | $1,200 | 2026-08-20 | 2026-09-26 | | | yes | 14 days |
| B | $4,000 | $2,000 | 2026-09-05 | 2026-09-30 to 2026-10-03 | | | no | |
| C | $2,000 | $1,000 | 2026-09-10 | 2026-11-01 | $1,000 | 2026-09-20 | yes | 14 days |
"""


def test_deposits_are_deferred_until_the_service_is_performed() -> None:
    september = book(CONTRACTS)
    figure = recognition.deferred_revenue(september)
    assert value(figure) == "1000"
    assert figure.trace is not None
    assert figure.trace.filled == "$1,200 + $3,000 received - $2,200 recognised - $1,000 refunded = $1,000"
    assert value(recognition.recognised_revenue(september)) == "3400"
    assert value(recognition.recognised_revenue(book(CONTRACTS, period="2026-10"))) == "3000"
    signed, open_one, _ = recognition.five_steps(september)
    assert signed.missing == ()
    assert (open_one.missing, open_one.recognition) == (
        ("signed contract", "cancellation policy"),
        "pro rata by day, 2026-09-30 to 2026-10-03",
    )


@given(
    st.lists(st.tuples(st.integers(0, 9000), st.integers(0, 4000), st.integers(1, 27), st.integers(1, 27)), max_size=6)
)
def test_the_roll_forward_always_balances(rows: list[tuple[int, int, int, int]]) -> None:
    from datetime import date

    from auditor.model.fact import Quantity, Record
    from auditor.model.location import WikiLocation

    records = [
        Record(
            "contract", "e", f"c{n}", WikiLocation("p.md"),
            {"deposit_date": f"2026-08-{paid:02d}", "start": f"2026-09-{day:02d}", "end": f"2026-09-{max(day, paid):02d}"},
            {"price": Quantity(Decimal(price), Decimal(price), "money", "USD"), "deposit": Quantity(Decimal(deposit), Decimal(deposit), "money", "USD")},
        )
        for n, (price, deposit, paid, day) in enumerate(rows)
    ]  # fmt: skip
    roll = recognition.roll_forward(records, date(2026, 9, 1), date(2026, 9, 15))
    assert roll.opening + roll.received - roll.recognised_from_deposits - roll.refunded == roll.closing
    assert roll.closing >= 0


def test_the_chart_of_accounts_names_the_groups_that_are_missing() -> None:
    boat = book(
        "## Operating costs\n\n| Category | Monthly |\n|---|---|\n| Slip | $1,650 |\n| Insurance | $640 |\n| Software and AWS | $310 |\n",
        kind="event-boat",
    )
    assert set(chart.missing_groups(boat)) == {"income", "liabilities", "fulfilment", "customer acquisition"}
    figure = chart.chart_coverage(boat)
    assert value(figure, 0) == "12"
    assert figure.trace is not None
    assert "chart version 1" in figure.trace.note
    assert {"Crew and captain", "Advertising"} <= {r.name for r in chart.missing_accounts(boat)}


def test_books_that_nobody_wrote_down_are_a_gap_and_not_nought_percent() -> None:
    figure = chart.chart_coverage(book("## Plan\n\nWe sail.\n", kind="event-boat"))
    assert figure.value is None
    assert figure.gaps


@given(st.lists(st.decimals(min_value=-(10**9), max_value=10**9, places=2), max_size=20), st.randoms())
def test_sums_are_exact_and_do_not_depend_on_the_order(amounts: list[Decimal], random) -> None:  # type: ignore[no-untyped-def]
    shuffled = list(amounts)
    random.shuffle(shuffled)
    assert total([Interval.exact(a) for a in amounts]) == total([Interval.exact(a) for a in shuffled])
    assert total([Interval.exact(Decimal("0.1"))] * 10).low == Decimal("1.0")


def test_every_computed_figure_answers_with_a_value_words_or_gaps() -> None:
    empty = book("nothing here\n")
    for name in metrics.COMPUTED:
        figure = metrics.of_book(empty, name)
        assert figure.value is not None or figure.words or figure.gaps, name


def test_totals_over_entities_name_those_that_are_left_out() -> None:
    one, other = book(numbers("revenue | $5 | month |")), book("nothing\n")
    figure = metrics.over((one, other), "revenue")
    assert value(figure) == "5"
    assert [g.metric for g in figure.gaps] == ["revenue"]


def test_every_formula_of_the_catalogue_is_in_the_documents() -> None:
    text = (Path(__file__).parents[2] / "docs" / "finance.md").read_text()
    assert [f.id for f in FORMULAS if f"`{f.id}`" not in text] == []


def test_cash_of_years_ago_is_not_todays_cash() -> None:
    page = "---\nentity: e\n---\n\n## {}\n\n| metric | value | per | status |\n|---|---|---|---|\n| cash | $5,000 | | actual |\n"
    old = book(page.format("2023")).ask("cash")
    assert isinstance(old, Gap)
    assert "last stated for 2023" in old.label
    assert isinstance(book(page.format("June 2026")).ask("cash"), Given)
    assert isinstance(book(page.format("2025")).ask("cash"), Given)

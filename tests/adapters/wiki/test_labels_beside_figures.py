"""What a figure is of and per, where a row's name, a header, quotation marks or the line before say it."""

from __future__ import annotations

import pytest

from tests.adapters.wiki.test_other_tongues import facts, said


def test_a_row_or_header_that_says_per_thing_is_taken_at_its_word() -> None:
    rows = "| Type | Cost |\n|-|-|\n| Plumber/hr min | $45 |\n| $/sqft max | $150 |\n| Permit | $20 |\n"
    assert [v for _, v in said(rows)] == ["45 USD hour", "150 USD sqft", "20 USD"]
    header = "| Purpose | Trips | Per Trip | Total |\n|-|-|-|-|\n| Visits | 3 | $800 | $2,400 |\n"
    assert [v for _, v in said(header)] == ["3 count", "800 USD trip", "2400 USD"]


def test_a_size_before_a_colon_names_its_price() -> None:
    assert said("- 25-49 employees: $1000/year\n")[-1] == ("25-49 employees", "1000 USD year")


def test_a_ledger_has_its_balance_in_the_money_of_its_sides() -> None:
    page = (
        "It was $4.00, $12.00 and $2.60.\n\n| Date | Description | Debit (+) | Credit (-) | Balance |\n|-|-|-|-|-|\n"
        "| Jan/23 | Donations | 94.32 | 3.30 | 138.17 |\n| 1/1/23 | Interest | 0.04 | | 61.80 |\n"
    )
    rows = [f for f in facts(page) if (f.source.line or 0) > 3]  # type: ignore[union-attr]
    assert {(f.value.unit, f.period) for f in rows} == {("money", "2023-01")}


def test_a_bold_line_that_states_a_figure_declares_it() -> None:
    assert [(f.metric, f.value.per) for f in facts("**Monthly Revenue: $12.09**\n")] == [("revenue", "month")]


def test_signs_and_numbers_within_quotation_marks_are_read() -> None:
    assert [v for _, v in said("Free cash flow will be ‘- £720,000’, ‘-£121,934’ and ‘£1,364’.\n")] == [
        "-720000 GBP",
        "-121934 GBP",
        "1364 GBP",
    ]
    assert said("Break even units sold are ‘160,000’ and ‘982,644’.\n") == [
        ("Break even units sold", "160000 count"),
        ("Break even units sold", "982644 count"),
    ]


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("That gives us around $345 from referral traffic.", "referral traffic"),
        ("In the last update, our estimated costs totaled $616.", "costs"),
        ("So the markup for the two orders (1 day) would be $10.00.", "markup for the two orders"),
    ],
)
def test_a_figure_of_prose_is_named_by_its_noun(line: str, label: str) -> None:
    assert any(label in name for name, _ in said(line + "\n"))


def test_a_range_that_increases_have_is_one_range() -> None:
    assert [v for _, v in said("- Merit increases range from 0% to 8%.\n")] == ["0..8 percent"]
    assert [v for _, v in said("- Margin increased from 3% to 8%.\n")] == ["3 percent", "8 percent"]


def test_the_costs_of_a_milestone_are_not_those_of_the_business() -> None:
    page = "## {}\n\n- **Costs:** $8,550\n"
    assert [f.metric for f in facts(page.format("Milestone 2"))] == [None]
    assert [f.metric for f in facts(page.format("Summary"))] == ["expenses"]


def test_a_number_before_a_dash_and_a_price_begins_no_range() -> None:
    assert [v for _, v in said("- Organizer: 2 – $400\n")][-1] == "400 USD"
    assert [v for _, v in said("- Speaker: $200 – $400\n- Fee: 0 - $50\n")] == ["200..400 USD", "0..50 USD"]

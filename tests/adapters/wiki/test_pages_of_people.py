"""What public pages taught: the page's own period, prior columns, plain budgets, labels that need a context."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from textwrap import dedent

import pytest

from auditor.adapters.wiki.reading import PageSource, read_pages
from auditor.model.fact import Fact
from auditor.resources import rules_folder


def facts(page: str) -> Sequence[Fact]:
    return read_pages([PageSource("p.md", dedent(page).encode())], rules_folder()).facts


def said(page: str) -> list[tuple[str, str]]:
    """Labels and values with unit, currency and per."""
    found = []
    for fact in facts(page):
        v = fact.value
        ends = f"{v.low.normalize():f}" if v.low == v.high else f"{v.low:f}..{v.high:f}"
        found.append((fact.label, " ".join(p for p in (ends, v.currency or v.unit, v.per or "") if p)))
    return found


@pytest.mark.parametrize(
    "page",
    [
        "# Snapshot\n\n## Period: January 2025\n\n## Money\n\n- MRR: $5k\n",
        "---\ntitle: January 2025 Report\n---\n\n- MRR: $5k\n",
        "This is our update for Jan 2025.\n\n### KPIs\n\n**MRR:** $5k (+8%)\n",
        "**Reporting period:** 2025-01\n\n- MRR: $5k\n",
    ],
)
def test_a_page_that_says_its_period_says_it_for_its_figures(page: str) -> None:
    assert {f.period for f in facts(page)} == {"2025-01"}


def test_a_column_of_the_prior_month_is_of_that_month_and_means_the_same() -> None:
    page = "Period: January 2025\n\n| Metric | Current | Prior Month | Change |\n|-|-|-|-|\n| MRR | $185,000 | $168,000 | +10.1% |\n"
    assert [(f.metric, f.period) for f in facts(page)] == [("mrr", "2025-01"), ("mrr", "2024-12"), (None, "2025-01")]
    unknown = facts(page.replace("Period: January 2025", "Snapshot"))
    assert [(f.metric, f.period) for f in unknown] == [("mrr", None), (None, None), (None, None)]


def test_plain_amounts_of_a_budget_are_money_and_hours_are_not() -> None:
    assert said("## Budget 2015\n\n| Category | Jan | Total |\n|-|-|-|\n| Salary | 4480 | 74048 |\n") == [
        ("Salary", "4480 USD"), ("Salary", "74048 USD"),
    ]  # fmt: skip
    assert said("## Time budget in hours\n\n| Task | Jan |\n|-|-|\n| Writing | 40 |\n") == [("Writing", "40")]
    assert said("| Task | Hours |\n|-|-|\n| Writing | 40 |\n") == [("Writing", "40 hours")]


def test_tokens_beside_their_value_are_no_dollars() -> None:
    page = "| Asset | Symbol | Amount | USD Value |\n|-|-|-|-|\n| USD Coin | USDC | 372.5 | $372.4 |\n| Other | OTHER | 12 | $9 |\n| Ether | WETH | 0.5 | $1,377 |\n"
    assert [v for _, v in said(page)] == ["372.5 USDC", "372.4 USD", "12", "9 USD", "0.5 WETH", "1377 USD"]


def test_two_units_of_account_are_two_figures_and_no_rate() -> None:
    assert [v for _, v in said("- Cash: 24m DOT / 109m USD\n")] == ["24000000 DOT", "109000000 USD"]


def test_a_calculation_subtracts_and_a_change_is_no_range() -> None:
    assert [v for _, v in said("```\n= $87 + $213.80 - $1,580\n= -$1,279.20\n```\n")] == [
        "87 USD", "213.8 USD", "1580 USD", "-1279.2 USD",
    ]  # fmt: skip
    assert [v for _, v in said("Sales grew from $5k to $10k.\n")] == ["5000 USD", "10000 USD"]
    assert [v for _, v in said("Boats cost from $5k to $10k.\n")] == ["5000..10000 USD"]


def test_figures_in_tex_are_read() -> None:
    page = "\\text{Gesamt} = 230\\,000 € + 23\\,000 € = 253\\,000 €\n\n\\frac{253\\,000 €}{7\\,560 \\text{h}} = 33{,}47 €/h\n"
    assert [v for _, v in said(page)] == [
        "230000 EUR",
        "23000 EUR",
        "253000 EUR",
        "253000 EUR",
        "7560 hours",
        "33.47 EUR hour",
    ]


def test_an_ambiguous_label_means_a_metric_only_where_the_page_speaks_of_such_things() -> None:
    assert [f.metric for f in facts("- Rent: $500/month\n")] == [None]
    assert [f.metric for f in facts("The tenant pays:\n\n- Rent: $500/month\n")] == ["rent"]
    assert [f.metric for f in facts("## General Fund Revenue\n\nMortgage aid.\n\n- Property Taxes: $4,500,000\n")] == [
        None
    ]


def test_identifiers_are_no_figures_and_a_lone_amount_is_named_by_its_heading() -> None:
    assert facts("- **Block:** 40721187\n- Order ID: 123456\n- Founded: 4711\n") == ()
    assert said("### Expenses\n\n8,772.86 USD\n") == [("Expenses", "8772.86 USD")]


def test_cells_may_carry_their_own_labels() -> None:
    assert said("**Home** | Price: $285,000 | Down Payment: $57,000 (20%)\n") == [
        ("Price", "285000 USD"), ("Down Payment", "57000 USD"), ("Down Payment", "20 percent"),
    ]  # fmt: skip


def test_two_tables_side_by_side_are_two_tables() -> None:
    page = "| Income | Amount ($) | Expenditure | Amount ($) |\n|-|-|-|-|\n| Dues | 245 | Party, Term 1 | 10 |\n| Gifts | 5 | | |\n| Total | 250 | Total | 10 |\n"
    assert [label for label, _ in said(page)] == ["Dues", "Party, Term 1", "Gifts", "Total", "Total"]


def test_a_change_is_a_figure_beside_the_one_that_changed() -> None:
    assert [v for _, v in said("- **Satisfaction:** 4.6/5.0 (+0.2 YoY)\n")] == ["4.6 ratio", "0.2"]


def test_recurring_revenue_is_per_month_by_its_name() -> None:
    assert [v for _, v in said("| Metric | Value |\n|-|-|\n| New MRR | $22,000 |\n")] == ["22000 USD month"]
    assert [v for _, v in said("- SMB: 65 customers, $45K MRR\n")] == ["65 count", "45000 USD month"]


def test_a_label_may_continue_on_the_next_line() -> None:
    assert said("The fund holds $90 from the\ntravel reserve.\n") == [("fund", "90 USD")]
    assert said("It is supported by $90 from the\ntravel reserve.\n")[0][1] == "90 USD"


def test_values_stay_exact() -> None:
    assert facts("- Price: 0.1 €\n")[0].value.low == Decimal("0.1")

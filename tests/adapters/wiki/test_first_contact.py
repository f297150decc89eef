"""What pages met for the first time taught: ranges, currencies that only the page tells, dates of rows, tokens."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import dedent

import pytest

from auditor.adapters.wiki.numbers import find_quantities
from auditor.adapters.wiki.reading import PageSource, read_pages
from auditor.model.fact import Fact
from auditor.resources import rules_folder


def facts(page: str, name: str = "p.md") -> Sequence[Fact]:
    return read_pages([PageSource(name, dedent(page).encode())], rules_folder()).facts


def said(page: str) -> list[str]:
    """Values with unit, currency and per."""
    return [figure(f) for f in facts(page)]


def figure(fact: Fact) -> str:
    v = fact.value
    ends = f"{v.low.normalize():f}" if v.low == v.high else f"{v.low.normalize():f}..{v.high.normalize():f}"
    return " ".join(p for p in (ends, v.currency or v.unit, v.per or "") if p)


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("$2,000-4,000 AUD", ("2000", "4000", "AUD")),
        ("$10 – $20 CAD", ("10", "20", "CAD")),
        ("₹1L-1.2L", ("100000", "120000", "INR")),
        ("₹50K-2L", ("50000", "200000", "INR")),
        ("£3-6m", ("3000000", "6000000", "GBP")),
        ("$5 k - $6 k", ("5000", "6000", "USD")),
        ("2.000–3.000 €", ("2000", "3000", "EUR")),
        ("5.000 € bis 6.000 €", ("5000", "6000", "EUR")),
        ("entre 500 et 800 €", ("500", "800", "EUR")),
        ("500 à 800 €", ("500", "800", "EUR")),
        ("de 500 a 800 €", ("500", "800", "EUR")),
        ("KSh 3,000 - 5,000", ("3000", "5000", "KES")),
    ],
)
def test_both_ends_of_a_range_are_read_however_it_is_written(text: str, ends: tuple[str, str, str]) -> None:
    (hit,) = find_quantities(text)
    assert (str(hit.value.low), str(hit.value.high), hit.value.currency) == ends


def test_two_amounts_that_a_word_of_another_language_parts_are_no_range() -> None:
    assert [str(h.value.low) for h in find_quantities("500 € et 800 €")] == ["500", "800"]


@pytest.mark.parametrize("head", ["Expenditure", "Total expenditures", "Expenses"])
def test_expenditure_is_money_where_the_currency_is_known(head: str) -> None:
    page = f"Currency: GBP\n\n| Year | {head} |\n|-|-|\n| 2019 | 1500 |\n| 2020 | 1700 |\n"
    assert said(page) == ["1500 GBP", "1700 GBP"]


@pytest.mark.parametrize(
    ("page", "figures"),
    [
        ("# Australian rents\n\n- Rent: $500\n", ["500 AUD"]),
        ("# Rents\n\nPrices in CAD.\n\n- Rent: $500\n", ["500 CAD"]),
        ("---\ntitle: Budget of our Toronto house\n---\n\n- Rent: $500\n", ["500 CAD"]),
        ("# Rents\n\n- Rent: $500 AUD\n- Rates: $100\n", ["500 AUD", "100 AUD"]),
        ("# Rents\n\n## Costs (New Zealand dollars)\n\n- Rent: $500\n", ["500 NZD"]),
        ("# Australian and American rents\n\n- Rent: $500\n", ["500 USD"]),
        ("# Rents\n\n- Rent: $500 AUD\n- Rates: US$100\n- Fee: $3\n", ["500 AUD", "100 USD", "3 USD"]),
        ("| Plan | Price (AUD) | US$ |\n|-|-|-|\n| A | $5 | US$4 |\n", ["5 AUD", "4 USD"]),
        ("| Plan | Currency | Price |\n|-|-|-|\n| A | CAD | $5 |\n| B | USD | $9 |\n", ["5 CAD", "9 USD"]),
    ],
)
def test_a_dollar_is_that_of_the_country_which_the_page_names(page: str, figures: list[str]) -> None:
    assert said(page) == figures


def test_tokens_named_by_row_column_or_item_are_what_plain_amounts_are_in() -> None:
    rows = "# Treasury\n\nCurrency | Amount | USD rate\n|-|-:|-:|\nGRIN | 3647.21 | $0.45\nBTC | 116.9 | $6,438.64\n"
    assert said(rows) == ["3647.21 GRIN", "0.45 USD", "116.9 BTC", "6438.64 USD"]
    assert said("# Grants\n\n| Grantee | ETH | USD |\n|-|-|-|\n| Foo | 5 | 12000 |\n") == ["5 ETH", "12000 USD"]
    assert said("# Treasury\n\n- BTC: 5.5\n- Cash: $500\n") == ["5.5 BTC", "500 USD"]
    assert said("| Asset | Held |\n|-|-|\n| Wrapped BTC | 5.5 |\n") == ["5.5"]


@pytest.mark.parametrize(
    ("date_head", "days"),
    [
        ("Date", ("04 Mar 19", "17 Jun 19")),
        ("Date paid", ("2019-03-04", "2019-06-17")),
        ("2021", ("2019-03-04", "2019-06-17")),
        ("Datum", ("04.03.2019", "17.06.2019")),
        ("Month", ("March 2019", "June 2019")),
    ],
)
def test_the_day_of_a_row_comes_before_the_year_above_it(date_head: str, days: tuple[str, str]) -> None:
    page = f"# Gifts\n\n## 2021\n\n| {date_head} | Item | Amount |\n|-|-|-|\n| {days[0]} | Tor | $1 |\n| {days[1]} | Tea | $2 |\n"
    assert [(f.label, f.period) for f in facts(page)] == [("Tor", "2019-03"), ("Tea", "2019-06")]


def test_a_day_without_a_year_is_of_the_year_above_it() -> None:
    page = "# Gifts\n\n## 2021\n\n| Date | Item | Amount |\n|-|-|-|\n| Mar 5 | Tor | $1 |\n| 6 Apr | Tea | $2 |\n"
    assert [(f.label, f.period) for f in facts(page)] == [("Tor", "2021-03"), ("Tea", "2021-04")]


def test_a_day_names_no_figure_that_has_words_of_its_own() -> None:
    assert [(f.label, f.period) for f in facts("# Gifts\n\n- 2021-03-04: Hosting $5\n")] == [("Hosting", "2021-03")]


def test_monthly_in_a_heading_of_costs_is_what_they_are_per() -> None:
    table = "### First\n\n| Category | Cost |\n|-|-|\n| Run | $10 |\n"
    assert said(f"# X\n\n## Monthly Cost Summary\n\n{table}") == ["10 USD month"]
    assert said(f"# X\n\n## Monthly Report\n\n{table}") == ["10 USD"]


@pytest.mark.parametrize("name", ["2023-05-01.md", "minutes-2023_05_01.md", "20230501-board.md"])
def test_the_day_in_the_name_of_a_file_dates_its_figures(name: str) -> None:
    assert [str(f.as_of) for f in facts("# Board\n\n- Cash: $500\n", name)] == ["2023-05-01"]


@pytest.mark.parametrize(
    ("line", "labels"),
    [
        ("The club has a $2,000 checking account balance.", ["checking account balance"]),
        ("We bought a $2,000 projector and a $40 cable.", ["projector", "cable"]),
        ("At 20 people that means $112.50/month in membership dues.", ["people", "membership dues"]),
        ("The board approved $3,500 for new lights and $1,200 to repair the roof.", ["new lights", "repair the roof"]),
        ("Wir haben 500 € für Miete, 300 € für Essen gebraucht.", ["Miete", "Essen gebraucht"]),
        ("My target profit would ideally be in the region of £333.", ["My target profit"]),
        ("Our margin is 40% of revenue.", ["margin"]),
    ],
)
def test_a_figure_of_running_text_is_named_by_the_noun_that_it_belongs_to(line: str, labels: list[str]) -> None:
    assert [f.label for f in facts(line + "\n")] == labels


@pytest.mark.parametrize("text", ["Ryzen 5700X", "Llama2 7B", "up to 70B parameters", "TRX50 boards", "150-250VA"])
def test_names_of_parts_and_models_are_no_figures(text: str) -> None:
    assert [h for h in find_quantities(text) if not h.bare] == []


def test_cents_behind_a_space_and_watts_are_read() -> None:
    assert said("Electricity costs 10.652 ¢/kWh.\n\n| Server | Draw |\n|-|-|\n| A | 150-250W |\n") == [
        "0.10652 USD kwh",
        "150..250 W",
    ]


def test_the_name_of_an_item_is_no_heading_of_the_text_behind_the_list() -> None:
    page = "## Retreat\n\n- **Day 1:**\n  - 8 AM: Lunch\n- **Day 2:**\n  - 1 PM: Lunch\n\n**Price:** $500\n"
    assert [f.period for f in facts(page)] == [None]


def test_a_heading_that_is_a_sentence_gives_no_period() -> None:
    page = "# March 2018 report\n\n### Now that March is over it is time to look at my income at the end of quarter 1.\n\n- Income: $5\n"
    assert [f.period for f in facts(page)] == ["2018-03"]


@pytest.mark.parametrize(
    ("head", "period"), [("el primer año", "year 1"), ("deuxième année", "year 2"), ("drittes Jahr", "year 3")]
)
def test_years_are_counted_in_other_languages(head: str, period: str) -> None:
    assert [f.period for f in facts(f"# Plan\n\n## Cuenta {head}\n\n- Ventas: 500 €\n")] == [period]


def test_columns_of_text_with_a_sign_at_the_end_are_labels_and_amounts() -> None:
    page = "# Plan\n\nEdificios, locales y terrenos      0,00€\nImpuestos (IAE, IBI...)       20,00€\n"
    assert [f.label for f in facts(page)] == ["Edificios, locales y terrenos", "Impuestos (IAE, IBI...)"]


def test_cents_without_a_sign_below_dollars_are_dollars() -> None:
    page = "| Fund | |\n|-|-|\n| Calvert | $9,247.00 |\n| Less outlets | (1,170.00) |\n| Left | $8,077.00 |\n"
    assert said(page) == ["9247 USD", "-1170 USD", "8077 USD"]


def test_the_end_of_a_period_is_no_part_of_a_label_and_a_stroke_parts_two_currencies() -> None:
    found = facts("The balance of the club at the end of 2025-Q1 comes out at 33.5m ETH / 135m USD.\n")
    assert [(f.label, figure(f)) for f in found] == [
        ("balance of the club", "33500000 ETH"),
        ("balance of the club", "135000000 USD"),
    ]


def test_a_further_label_in_a_line_names_the_figures_behind_it() -> None:
    assert [f.label for f in facts("- Unit A: $1,100/month | Unit B: $1,050/month\n")] == ["Unit A", "Unit B"]


def test_a_linked_item_names_the_items_below_it() -> None:
    page = "## Cash\n\n- [AssetHub](https://example.com/a):\n    - 4.3m ETH (17m USD)\n"
    assert [f.label for f in facts(page)] == ["AssetHub", "AssetHub"]


@pytest.mark.parametrize(
    ("text", "per"), [("20.000 Euro pro Kopf pro Jahr", "kopf/year"), ("7.896,67 Euro / 116,67 Stunden", None)]
)
def test_per_is_read_twice_and_a_division_is_none(text: str, per: str | None) -> None:
    assert find_quantities(text)[0].value.per == per


def test_a_label_does_not_cross_the_end_of_a_sentence() -> None:
    (fact,) = facts("## Income\n\nThis comes out to be $600/month. Not a heck of a lot.\n")
    assert fact.label == "Income"


def test_days_of_a_log_are_of_the_year_that_the_page_was_last_updated_in() -> None:
    page = "# Cash\n\n**Last updated:** February 3, 2026\n\n- Jan 28: Paid self $4K\n- Dec 2: Sold van $9K\n"
    assert [(f.label, f.period) for f in facts(page)] == [("Paid self", "2026-01"), ("Sold van", "2025-12")]


def test_a_month_that_may_be_to_come_has_no_year() -> None:
    page = "# Cash\n\n**Last updated:** February 3, 2026\n\n- May 28: Pay rent $4K\n"
    assert [f.period for f in facts(page)] == ["month of 05"]


def test_the_time_that_a_label_covers_is_no_figure_of_its_own() -> None:
    assert said("**Total due (next 30 days):** $40\n") == ["40 USD"]


def test_a_further_amount_of_a_line_is_named_by_the_noun_behind_it() -> None:
    page = "**Insight:** Even then you still generate $192,000 from an $8,000 investment.\n"
    assert [f.label for f in facts(page)][-1] == "Insight (investment)"


@pytest.mark.parametrize(
    ("rest", "metric"), [("Cash Flow", None), ("NOI", None), ("DSCR", None), ("Equity", "debt"), ("Net worth", "debt")]
)
def test_debt_beside_what_is_left_over_is_paid_and_not_owed(rest: str, metric: str | None) -> None:
    page = (
        f"# Five years\n\n| Year | Revenue | Debt | {rest} |\n|---|---|---|---|\n| 1 | $144,000 | $44,500 | $59,380 |\n"
    )
    assert [f.metric for f in facts(page) if f.raw == "$44,500"] == [metric]

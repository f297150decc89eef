"""Unit, currency, label and period of figures where the page says them at some distance from the figure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from textwrap import dedent

import pytest

from auditor.adapters.wiki.as_json import number
from auditor.adapters.wiki.currencies import money_hint, stated_currency, used_currency
from auditor.adapters.wiki.periods import parse_period
from auditor.adapters.wiki.reading import PageSource, read_pages
from auditor.model.fact import Fact
from auditor.model.run import EntityInfo
from auditor.resources import rules_folder


def facts(page: str, name: str = "p.md") -> Sequence[Fact]:
    return read_pages([PageSource(name, dedent(page).encode())], rules_folder()).facts


def said(page: str) -> list[str]:
    """Values with unit, currency and per."""
    found = []
    for fact in facts(page):
        v = fact.value
        ends = f"{v.low.normalize():f}" if v.low == v.high else f"{v.low.normalize():f}..{v.high.normalize():f}"
        found.append(" ".join(p for p in (ends, v.currency or v.unit, v.per or "") if p))
    return found


def table(header: str, *rows: str) -> str:
    return "\n".join([f"| {header} |", "|-" * header.count("|") + "|-|", *(f"| {row} |" for row in rows), ""])


@pytest.mark.parametrize(
    ("header", "code", "factor"),
    [
        ("Monthly SAR", "SAR", 1), ("Spend (SAR)", "SAR", 1), ("Target (SAR/mo)", "SAR", 1), ("March (15 days, NGN)", "NGN", 1),
        ("Revenue ($K)", "$", 1000), ("k€", "€", 1000), ("Umsatz (T€)", "€", 1000), ("Sales (USD millions)", "USD", 10**6),
        ("Amount in EUR thousands", "EUR", 1000), ("USD '000", "USD", 1000),
    ],
)  # fmt: skip
def test_a_header_names_the_currency_of_its_column(header: str, code: str, factor: int) -> None:
    assert money_hint(header) == (code, Decimal(factor))


@pytest.mark.parametrize("header", ["Renters @ 1,000 SAR/mo spend", "EUR/USD rate", "Amount", "Euros", "$K Trading"])
def test_a_figure_or_a_pair_of_currencies_is_no_currency_of_a_column(header: str) -> None:
    assert money_hint(header) is None or header == "$K Trading"


def test_columns_of_other_currencies_are_in_them() -> None:
    page = "Costs in $ elsewhere: $5, $6, $7.\n\n" + table(
        "Service | Monthly SAR | Budget (SAR/mo)", "Proton | 219 | 250"
    )
    assert said(page)[3:] == ["219 SAR month", "250 SAR month"]


def test_a_column_that_counts_is_no_money_whatever_else_its_header_says() -> None:
    page = "All amounts in SAR.\n\n" + table(
        "Target | Cost | Renters for OPEX floor | Break-even (providers) | Users @ 80% load",
        "Floor | 2,956 | 24 | 8 | 40",
    )
    assert said(page) == ["2956 SAR", "24 count", "8 count", "40 count"]
    assert said(table("Metric | Value", "OPEX break-even | ~8 providers", "OPEX | 2,956 SAR")) == [
        "8 count",
        "2956 SAR",
    ]


def test_a_remark_anywhere_near_the_ends_of_a_page_states_its_currency() -> None:
    filler = ["text"] * 200
    assert stated_currency([*filler, "_All figures in SAR unless noted._"], "USD") == "SAR"
    assert stated_currency(["Bottom-up. All figures in CHF unless stated."], "USD") == "CHF"
    assert stated_currency(["**Currency:** €"], "USD") == "EUR"
    assert stated_currency(["Preise in Euro, alle Betr\u00e4ge in Euro"], "USD") == "EUR"
    assert stated_currency(["We call all partners in ALL regions."], "USD") == ""


def test_the_currency_that_a_page_uses_is_the_one_that_stands_by_nearly_all_amounts() -> None:
    assert used_currency(["3.6M USD", "19k USD and 2k USD"], "EUR") == ("USD", True)
    assert used_currency(["CHF 5.90, CHF 7", "CHF 8.10"], "USD") == ("CHF", True)
    assert used_currency(["$5 and 7 SAR", "8 SAR, $3"], "USD")[0] == ""


def test_lines_about_money_are_in_the_currency_of_the_page() -> None:
    page = "# Year\n\nCurrency: EUR\n\n- Rent: 1200\n- Donations: 2000\n- Months: 12\n- Net promoter score: 50\n- Founded: 2012\n"
    assert said(page) == ["1200 EUR", "2000 EUR", "12", "50"]


def test_a_heading_gives_its_currency_to_the_section_only() -> None:
    page = "## Budget 2026 (EUR)\n\n- Rent: 900\n\n## Other\n\n- Rent: 900\n"
    assert said(page) == ["900 EUR", "900"]


def test_a_report_that_appears_monthly_makes_nothing_per_month() -> None:
    assert said("# Monthly cost report: March 2026\n\n- Licences: $50\n") == ["50 USD"]
    assert said("## Monthly costs\n\n- Licences: $50\n") == ["50 USD month"]
    assert said("## Conservative (6 new accounts/month)\n\n- Net: $50\n")[-1] == "50 USD"


def test_what_a_column_is_per_comes_before_what_its_heading_is_per() -> None:
    page = "## Costs per user per month\n\n" + table(
        "Brief | Cost/brief | Annual (per mo) | Sum", "Digest | $0.02 | $8 | $9"
    )
    assert said(page) == ["0.02 USD", "8 USD month", "9 USD month"]


def test_a_remark_in_brackets_does_not_say_what_a_figure_is_per() -> None:
    assert said("- Receivables (30-day terms, 30 of monthly revenue): $4,043\n") == ["4043 USD"]
    assert said("- Rent (monthly): $900\n") == ["900 USD month"]


def test_a_column_of_counted_months_with_ranges_and_a_total_gives_periods() -> None:
    page = table("Month | Orders", "1 | 12", "2 | 26", "7\u201312 | 100", "**Year 1 total** | 580")
    assert [f.period for f in facts(page)] == ["month 1", "month 2", "months 7-12", "year 1"]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("A \u20ac30-50k grant", "30000..50000 EUR"), ("\u20ac8-15k purchase", "8000..15000 EUR"), ("Fee \u20ac200,- per year", "200 EUR year"),
        ("It goes from $4.50/kg to $5.85/kg", "4.5 USD kg"), ("-0.2% to -0.6%", "-0.6..-0.2 percent"), ("$5-7/SMS", "5..7 USD sms"),
        ("1 detailed case study per month", "1 count month"),
    ],
)  # fmt: skip
def test_what_stands_around_a_number_is_not_lost(written: str, value: str) -> None:
    assert said(f"{written}\n")[0] == value


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("for the year ended 31 December 2025", "2025"), ("Fiscal year ending June 30, 2025", "FY2025"),
        ("three months ended March 31, 2025", "2025-Q1"), ("quarter ended 30 Sep 2024", "2024-Q3"), ("month ended 2025-02-28", "2025-02"),
        ("2022.05.05", "2022-05"), ("14-Mar-2025", "2025-03"),
    ],
)  # fmt: skip
def test_periods_and_dates_in_further_forms(text: str, period: str) -> None:
    assert parse_period(text) == period


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("reports/2022-05.md", "- Cash: $5\n"), ("treasury-report-2022-05.md", "- Cash: $5\n"), ("p.md", "# Treasury\n\n*May 2022*\n\n- Cash: $5\n"),
        ("p.md", "# Accounts\n\nfor the month ended 31 May 2022\n\n- Cash: $5\n"), ("p.md", "# Accounts\n## May 2022\n\n## Money\n\n- Cash: $5\n"),
    ],
)  # fmt: skip
def test_a_subtitle_or_the_name_of_a_report_says_its_period(name: str, page: str) -> None:
    assert [f.period for f in facts(page, name)] == ["2022-05"]


def test_sections_of_months_are_no_period_of_the_page() -> None:
    page = "# Accounts\n\nSome words on the accounts.\n\n## May 2022\n\n- Cash: $5\n\n## Other\n\n- Cash: $6\n"
    assert [f.period for f in facts(page)] == ["2022-05", None]


def test_a_long_name_in_brackets_is_labelled_by_what_stands_before() -> None:
    found = facts("+ Travel grant for young people (2020; Our University; 350 \u20ac; jointly with Dana)\n")
    assert [(f.label, f.period) for f in found] == [("Travel grant for young people", "2020")]


def test_a_length_may_be_part_of_the_name_of_what_has_a_price() -> None:
    found = facts("- 30 Minute Session - $45.00\n")
    assert (found[-1].label, found[-1].value.low) == ("30 Minute Session", Decimal(45))


def test_the_words_before_a_colon_name_what_follows_it() -> None:
    found = facts(
        "In all, reclaim on $5,000 of stock is $405. Registration work: ~5 hours/quarter. Net benefit: positive.\n"
    )
    assert found[-1].label == "Registration work"


def test_amounts_in_a_fence_of_yaml_are_read_and_configuration_is_not() -> None:
    page = "```yaml\nHosting:\n  Year 1: $50\n  Year 2: $500\nTools: $90\n```\n"
    assert [(f.label, f.period) for f in facts(page)] == [("Hosting", "year 1"), ("Hosting", "year 2"), ("Tools", None)]
    assert facts("```yaml\nport: 8080\nreplicas: 3\ncpu: 50%\n```\n") == ()


def test_all_figures_of_a_page_may_be_in_thousands() -> None:
    page = "All figures in thousands of USD.\n\n- Revenue: $4,500\n\n" + table("Line | FY2024", "Costs | $12")
    assert said(page) == ["4500000 USD", "12000 USD"]


def test_large_numbers_are_text_in_json_and_never_an_exponent() -> None:
    assert (
        json.dumps([number(Decimal(10) ** 48), number(Decimal("1E-7")), number(Decimal(5))])
        == f'["1{"0" * 48}", 1e-07, 5]'
    )
    assert number(Decimal("0.1234567890123456789")) == "0.1234567890123456789"


def test_a_number_like_a_year_is_an_amount_where_the_label_says_so() -> None:
    assert said(table("Item | Cost", "Chairs | 2000", "Tables | 2010")) == ["2000 USD", "2010 USD"]
    assert facts("- Founded: 2012\n- Year built: 1998\n- Fiscal year: 2024\n") == ()


def test_several_things_counted_in_a_row_are_several_figures() -> None:
    assert said("- New customers: 12 enterprise, 31 total\n") == ["12 count", "31"]
    assert said(table("Scenario | Cohorts", "Base | 220 new / 110 active")) == ["220", "110"]
    assert said("- Score: 68 (up from 62 in Q4)\n") == ["68", "62"]


@pytest.mark.parametrize(
    ("written", "per"),
    [
        ("R200   </span> per person per night", "person/night"), ("$49/mo per cohort", "month/cohort"), ("$120 per paying cohort", "cohort"),
        ("$20 for each additional person", "person"), ("<b>$400</b>                      per night", "night"),
    ],
)  # fmt: skip
def test_what_a_figure_is_per_may_stand_behind_markup_and_adjectives(written: str, per: str) -> None:
    assert facts(f"- Cost: {written}\n")[0].value.per == per


def test_an_absolute_period_comes_before_a_relative_one() -> None:
    page = "## Year 1 monthly detail (2026)\n\n" + table("Month | Active end | MRR", "Jul | 0 | $0", "Aug | 2 | $136")
    assert [f.period for f in facts(page)] == ["2026-07", "2026-07", "2026-08", "2026-08"]


def test_periods_within_a_cell_are_of_their_own_figures() -> None:
    page = table("Assumption | Value", "Churn | 4% (Y1), 3% (Y2), 2.5% (Y3)")
    assert [f.period for f in facts(page)] == ["year 1", "year 2", "year 3"]


def test_a_heading_that_goes_from_one_period_to_another_is_of_neither() -> None:
    page = "# Q1 2025 update\n\n**Bridge (Q4 2024 \u2192 Q1 2025)**:\n- New: $5\n"
    assert [f.period for f in facts(page)] == ["2025-Q1"]


def test_an_item_that_begins_with_a_name_is_labelled_by_it() -> None:
    assert facts("- Global Bank (Enterprise, $1.2M ARR)\n")[0].label == "Global Bank (Enterprise)"
    assert facts("- Global Bank (Enterprise, $1.2M ARR)\n")[0].value.per == "year"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("\u20b950 lakh/year", "5000000 INR year"), ("\u20b984 Cr", "840000000 INR"), ("\u20b97.5 L", "750000 INR"), ("5 l", "5 litres"),
        ("4.9\u2605 rating", "4.9 ratio"),
    ],
)  # fmt: skip
def test_lakh_crore_and_stars(written: str, value: str) -> None:
    assert said(f"- Figure: {written}\n")[0] == value


def test_a_header_in_crore_scales_plain_numbers_once() -> None:
    page = table(
        "Stream | Revenue (\u20b9 Cr) | 2026 (\u20b9 Lakh)",
        "Subscriptions | \u20b958.8 | 4",
        "Total | \u20b984.0 Cr | 5",
    )
    assert said(page) == ["588000000 INR", "400000 INR", "840000000 INR", "500000 INR"]


def test_the_header_above_the_names_of_rows_may_give_the_unit_of_all() -> None:
    page = table("Metric (\u20b9 Cr) | 2026 | 2027", "Revenue | 10 | 33", "Margin | -70% | 3%", "# of clients | 4 | 6")
    assert said(page) == ["100000000 INR", "330000000 INR", "-70 percent", "3 percent", "4 count", "6 count"]


def test_headings_in_html_are_headings() -> None:
    page = "<h4>March \u2013 May 2025</h4>\n\n<h5>Income: \u00a35,444.69</h5>\n\n* Donations (ca. 5 m<sup>3</sup>): \u00a34,644.69\n"
    assert facts(page)[1].label.startswith("Donations (ca. 5 m")
    assert {f.period for f in facts(page)} == {"2025-03..2025-05"}


def test_a_sentence_below_a_heading_says_the_period_of_its_section() -> None:
    page = "# Minutes\n\n## Present\n\nAll.\n\n## Treasurer\n\nTreasurer's report for the year ended 31 August, 2025\n\nFees of \u00a3785.\n\n## Other\n\nFees of \u00a310.\n"
    assert [f.period for f in facts(page)] == ["FY2025", None]


def test_a_month_in_the_heading_of_a_report_is_the_last_one_before_its_date() -> None:
    page = "---\ndate: 2017-04-03\ntitle: March recap\n---\n\n## March Metrics Overview\n\n" + table(
        "Metric | Value This Month", "MRR | $490"
    )
    assert [(f.metric, f.period) for f in facts(page)] == [("mrr", "2017-03")]


def test_one_sign_in_a_column_of_plain_amounts_of_a_budget_says_what_all_are() -> None:
    page = "# Budget\n\n## Site\n\n" + table(
        "Subject | Budgeted | Spent", "Personnel | 232.5k\u20ac | -", "Meetings | 4 000 | 12"
    )
    assert said(page)[:2] == ["232500 EUR", "4000 EUR"]


def test_a_row_of_currencies_below_the_head_belongs_to_it() -> None:
    html = "<table><tr><th>account</th><td>sponsors</td><td>fees</td></tr><tr><th>commodity</th><td>USD</td><td>USD</td></tr><tr><td>2026</td><td>5</td><td>-6</td></tr></table>\n"
    assert said(html) == ["5 USD", "-6 USD"]


def test_a_bold_item_with_a_figure_is_no_title_of_the_next_one() -> None:
    assert said("### Solo\n\n- **NET: $2,400/month**\n- **Year 1: $28,800**\n") == ["2400 USD month", "28800 USD"]
    assert said("- 2 jobs/week \u00d7 $200 = $400/week\n")[1:] == ["200 USD", "400 USD week"]


def test_a_period_before_a_colon_is_that_of_its_row_and_a_following_one_comes_first() -> None:
    fence = "```\nYear 1: Rail $120 | Render $285 | DO $630\n```\n"
    assert {f.period for f in facts(fence)} == {"year 1"}
    assert [f.period for f in facts("Leverage improves from 1.5x in 2026 \u2192 0.43x in 2028 as it grows.\n")] == [
        "2026",
        "2028",
    ]


def test_numbers_of_things_in_running_text_are_counted() -> None:
    found = facts("The ~3,700 Swiss practices and 18 (2024 - 16) new members joined in 12 steps.\n")
    assert [(f.label, f.value.low) for f in found] == [("Swiss practices", Decimal(3700)), ("new members", Decimal(18))]


def test_pence_are_pounds_where_the_page_is_in_pounds() -> None:
    page = "Currency: GBP\n\n" + table("Operation | Cost", "Scan | ~1.1p")
    assert said(page) == ["0.011 GBP"]
    assert said("- Screen: 1080p, $5\n") == ["5 USD"]


def test_a_second_figure_of_a_cell_has_its_own_unit() -> None:
    page = table("Service | Annual cost", "Mail | \u00a3192 (from 5k users)", "Web | \u00a3240")
    assert said(page) == ["192 GBP year", "5000 count", "240 GBP year"]


def test_a_part_of_a_counted_whole_is_a_figure() -> None:
    assert said("- Dues: 209 of 283 households paid (73.9%)\n") == ["209", "283 count", "73.9 percent"]


def test_an_as_of_date_does_not_hide_the_period() -> None:
    assert parse_period("2026 (as of June 4, 2026)") == "2026"
    assert parse_period("As of December 31, 2024") == "2024-12"
    assert parse_period("2022 & 2023 budgets") == "2022-2023"


def test_plans_that_speak_of_two_years_are_of_neither() -> None:
    assert [f.period for f in facts("Proposed budgets for 2022 and 2023 were read.\n\n- Cash: $5\n")] == [None]


def test_a_bare_multiple_beside_amounts_is_an_amount_too() -> None:
    assert said("One fund gives up to \u20ac50k; another 15-40k. We have 20k users.\n") == [
        "50000 EUR",
        "15000..40000 EUR",
        "20000 count",
    ]


def test_a_period_that_follows_a_figure_in_its_cell_comes_first() -> None:
    page = table("Variable | Y3 impact", "Fiber | +\u20ac13k cost in Y2, surplus \u20ac9k")
    assert [f.period for f in facts(page)] == ["year 2", "year 3"]


def test_each_in_our_first_year_is_per_nothing() -> None:
    fact = facts("We give 10 grants of up to $7,500 each in our first year.\n")[1]
    assert (fact.value.per, fact.label, fact.period) == (None, "grants", "year 1")


def test_the_words_before_a_remark_in_brackets_name_the_figure() -> None:
    assert facts("The costs of the office (rent, fees) will come to $3,500.\n")[0].label == "The costs of the office"


def test_a_table_below_pricing_is_what_the_business_charges() -> None:
    entity = EntityInfo("e", "E", kind="web-clients", pages=("e.md",))
    page = "# E\n\n## Pricing\n\n" + table("Plan | Price", "Starter | $19", "Pro | $49")
    rules = {
        m.rule_id for m in read_pages([PageSource("e.md", page.encode())], rules_folder(), entities=[entity]).matches
    }
    assert "wiki.no-revenue-model" not in rules
    other = page.replace("## Pricing", "## Competitor pricing")
    assert "wiki.no-revenue-model" in {
        m.rule_id for m in read_pages([PageSource("e.md", other.encode())], rules_folder(), entities=[entity]).matches
    }


@pytest.mark.parametrize("header", ["Nächte", "Nachte", "Noches"])
def test_a_column_of_nights_in_another_language_is_read(header: str) -> None:
    (fact,) = facts(f"# Reise\n\n| Ort | {header} |\n|---|---|\n| Windhoek | 14 |\n")
    assert (fact.value.unit, fact.value.low) == ("nights", Decimal(14))


@pytest.mark.parametrize("line", ["- Revenue: 10,000+ EGP", "- Revenue: ~10k+ EGP/year", "- Revenue: 10,000+ euros"])
def test_a_currency_behind_a_plus_is_read(line: str) -> None:
    (fact,) = facts(f"# Plan\n\n{line}\n")
    assert (fact.value.unit, fact.value.low, "at_least" in fact.value.flags) == ("money", Decimal(10000), True)
    assert fact.value.currency in {"EGP", "EUR"}

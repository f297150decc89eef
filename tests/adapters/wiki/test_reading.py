"""From pages to facts: the page's text is the input, the facts are the answer."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.adapters.wiki.as_json import facts_document
from auditor.adapters.wiki.reading import PageSource, Reading, candidates, read_pages
from auditor.adapters.wiki.vocabulary import read_vocabulary
from auditor.model.fact import Fact, Status, Tier
from auditor.resources import rules_folder


def read(*pages: str, when: date | None = None) -> Reading:
    sources = [PageSource(f"p{n}.md", dedent(text).encode(), when) for n, text in enumerate(pages, 1)]
    return read_pages(sources, rules_folder())


def one(text: str) -> Fact:
    facts = read(text).facts
    assert len(facts) == 1, [f.raw for f in facts]
    return facts[0]


def test_a_list_marker_is_no_minus_sign() -> None:
    fact = one("- $1,600/month rent\n")
    assert (fact.value.low, fact.value.per, fact.source.line) == (1600, "month", 1)


def test_the_convention_table_gives_per_status_and_date() -> None:
    fact = one(
        """\
        ---
        entity: jada
        currency: USD
        ---
        ## Numbers

        | metric | value | per | status | as of |
        |---|---|---|---|---|
        | Revenue | $12,400 | month | target | 2026-09-30 |
        """
    )
    assert (fact.entity, fact.metric, fact.value.per, fact.status) == ("jada", "revenue", "month", Status.TARGET)
    assert (fact.as_of, fact.source.line, fact.source.column) == (date(2026, 9, 30), 9, 13)


def test_columns_give_periods_and_headings_give_status() -> None:
    facts = read(
        """\
        # Revenue projections

        | Line | Year 1 | Year 2 |
        |---|---|---|
        | Charters | $720,000 | $2.1M |
        """
    ).facts
    assert [(f.label, f.period, f.status, f.value.low) for f in facts] == [
        ("Charters", "year 1", Status.PROJECTED, 720000),
        ("Charters", "year 2", Status.PROJECTED, 2100000),
    ]


def test_rows_may_be_periods_and_columns_metrics() -> None:
    facts = read("| Month | Revenue | Expenses |\n|---|---|---|\n| 2026-08 | $4,000 | $5,000 |\n").facts
    assert [(f.metric, f.period) for f in facts] == [("revenue", "2026-08"), ("expenses", "2026-08")]


def test_a_year_column_that_only_counts_names_periods() -> None:
    facts = read("| Year | Total Revenue |\n|---|---|\n| 1 | $239,820 |\n| 2 | $659,520 |\n").facts
    assert [(f.metric, f.period, f.status.value) for f in facts] == [
        ("revenue", "year 1", "projected"),
        ("revenue", "year 2", "projected"),
    ]


def test_dots_group_thousands_where_the_page_writes_commas_for_decimals() -> None:
    facts = read(
        "Alle priser DKK.\n\n| Del | DKK |\n|---|---:|\n| Grus | 6.473 |\n| Sand | 402,59 |\n| I alt | 12.739 |\n"
    ).facts
    assert [(f.value.low, f.value.currency) for f in facts] == [
        (6473, "DKK"),
        (Decimal("402.59"), "DKK"),
        (12739, "DKK"),
    ]
    assert read("| Part | EUR |\n|---|---|\n| Gauge | 6.473 |\n").facts[0].value.low == Decimal("6.473")


def test_an_approximate_rate_is_no_path() -> None:
    assert [
        (f.value.low, f.value.high, f.value.per)
        for f in read("| Calls | Volume |\n|---|---|\n| API | ~100-1000/mo |\n").facts
    ] == [(100, 1000, "month")]
    assert read("- Logs: ~/logs/2026/10/app.log and /var/log/5/6\n").facts == ()


def test_a_page_may_say_its_currency_in_words() -> None:
    fact = read("> All amounts in Philippine Peso (PHP).\n\n| Tier | Cost |\n|---|---|\n| One | 799 |\n").facts[0]
    assert (fact.value.unit, fact.value.currency) == ("money", "PHP")


def test_rows_without_a_table_head_and_html_tables_are_read() -> None:
    orphan = read("| Fuel | $400 |\n| Slip | $900 |\n").facts
    assert [(f.label, f.value.low, f.source.line) for f in orphan] == [("Fuel", 400, 1), ("Slip", 900, 2)]
    html = read("<table>\n<tr><th>Item</th><th>Cost</th></tr>\n<tr><td>Fuel</td><td>$400</td></tr>\n</table>\n").facts
    assert [(f.label, f.value.low, f.source.line) for f in html] == [("Fuel", 400, 3)]


def test_html_header_cells_that_span_name_every_column_below_them() -> None:
    facts = read(
        """\
        <table>
        <tr><th rowspan="2">Item</th><th colspan="2">2024</th><th>2025</th></tr>
        <tr><th>Budget</th><th>Actual</th><th>Budget</th></tr>
        <tr><td>Dues</td><td>$1,000</td><td>$950</td><td>$1,100</td></tr>
        <tr><td rowspan="2">Rent</td><td>$500</td><td>$510</td><td>$520</td></tr>
        <tr><td>$1</td><td>$2</td><td>$3</td></tr>
        </table>
        """
    ).facts
    assert [(f.label, f.period, f.status.value, int(f.value.low)) for f in facts] == [
        ("Dues", "2024", "projected", 1000), ("Dues", "2024", "actual", 950), ("Dues", "2025", "projected", 1100),
        ("Rent", "2024", "projected", 500), ("Rent", "2024", "actual", 510), ("Rent", "2025", "projected", 520),
        ("Rent", "2024", "projected", 1), ("Rent", "2024", "actual", 2), ("Rent", "2025", "projected", 3),
    ]  # fmt: skip


def test_a_second_header_row_belongs_to_the_header() -> None:
    facts = read(
        "| | 2024 | | 2025 | |\n|-|-|-|-|-|\n| | Budget | Actual | Budget | Actual |\n| Dues | 10 | 9 | 12 | 11 |\n"
    ).facts
    assert [(f.period, f.status.value, int(f.value.low)) for f in facts] == [
        ("2024", "projected", 10), ("2024", "actual", 9), ("2025", "projected", 12), ("2025", "actual", 11),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "page",
    [
        "## 2024\n\n### January\n\n- Revenue: $500\n",
        "## Results 2024\n\n| Month | Revenue |\n|-|-|\n| Jan | $500 |\n",
        "| Year | Month | Revenue |\n|-|-|-|\n| 2024 | Jan | $500 |\n",
        "| Revenue in | 2024 |\n|-|-|\n| January | $500 |\n",
        "| Month | Revenue |\n|-|-|\n| 2024 | |\n| January | $500 |\n",
        "## 2024\n\n**Revenue**\n\n- January: $500\n",
    ],
)
def test_a_month_takes_its_year_from_what_stands_around_it(page: str) -> None:
    assert [(f.period, int(f.value.low)) for f in read(page).facts] == [("2024-01", 500)]


def test_amounts_in_thousands_are_read_as_such() -> None:
    facts = read(
        "## Results (in USD thousands)\n\n| | 2024 |\n|-|-|\n| Revenue | 120 |\n| Margin | 45% |\n| Costs | $1.2M |\n"
    ).facts
    assert [(int(f.value.low), f.value.unit) for f in facts] == [(120000, "money"), (45, "percent"), (1200000, "money")]


def test_a_unit_column_says_the_unit_of_its_row() -> None:
    facts = read(
        "| KPI | Value | Unit |\n|-|-|-|\n| Fee | 5 | USD/month |\n| Share | 12 | % |\n| Trip | 40 | hours |\n"
    ).facts
    assert [(f.value.unit, f.value.currency, f.value.per) for f in facts] == [
        ("money", "USD", "month"), ("percent", None, None), ("hours", None, None),
    ]  # fmt: skip


def test_rows_of_groups_and_logs_are_named_by_what_they_are() -> None:
    grouped = read(
        "| Category | Item | Cost |\n|-|-|-|\n| Ads | Search | $9 |\n| | Flyers | $5 |\n| Ops | Hosting | $2 |\n"
    ).facts
    assert [f.label for f in grouped] == ["Search", "Flyers", "Hosting"]
    log = read("| Date | Task | Hours |\n|-|-|-|\n| 2024-05-01 | Setup | 3.5 |\n| 2024-05-02 | Fixes | 2 |\n").facts
    assert [(f.label, f.period) for f in log] == [("Setup", "2024-05"), ("Fixes", "2024-05")]
    terms = read("Hull insurance\n: $40 per month\n").facts
    assert [(f.label, f.metric, f.tier) for f in terms] == [("Hull insurance", "insurance", Tier.DECLARED)]


def test_income_rows_of_a_budget_are_no_costs_and_balances_no_parts_of_its_sums() -> None:
    reading = read(
        "## Budget\n\n| Item | Amount |\n|-|-|\n| Opening balance | $1,000 |\n| Income | |\n| Dues | $500 |\n| Gifts | $250 |\n"
        "| Total income | $750 |\n| Expenses | |\n| Hall | $300 |\n| Tea | $20 |\n| Total expenses | $320 |\n"
    )
    assert reading.miscalculations == ()
    assert [f.category for f in reading.facts if f.category] == ["opening balance", "hall", "tea"]


def test_a_figure_that_goes_on_keeps_the_name_of_the_one_before() -> None:
    facts = read(
        "**Q3 2025**\n\nRevenue grew 12% to $1.2M, up from $1.07M in Q2. We have 1,200 customers (+5%).\n"
    ).facts
    assert [(f.label, f.period) for f in facts] == [
        ("Revenue", "2025-Q3"), ("Revenue", "2025-Q3"), ("Revenue", "2025-Q2"), ("customers", "2025-Q3"), ("customers", "2025-Q3"),
    ]  # fmt: skip


def test_code_fences_are_read_as_text_and_diagrams_are_not() -> None:
    text = '```\nHosting:   $5/month\n```\n\n```mermaid\npie\n "Crew" : 38\n```\n\n```python\ncost = 12 * 5\n```\n'
    fact = one(text)
    assert (fact.label, fact.value.low, fact.source.line) == ("Hosting", 5, 2)


def test_running_text_is_marked_and_never_a_metric() -> None:
    fact = one("The marina asks 45,000 USD per month from non-members.\n")
    assert (fact.tier, fact.metric, fact.value.per) == (Tier.PROSE, None, "month")


def test_a_zero_word_beside_a_known_label_is_zero() -> None:
    fact = one("- Pipeline: none\n")
    assert (fact.metric, fact.value.low, fact.value.flags) == ("pipeline", 0, frozenset({"zero_word"}))
    assert read("- Colour: none\n").facts == ()


def test_a_rule_of_thumb_is_never_an_actual() -> None:
    fact = one("- Vacancy: 5-10 % is typical\n")
    assert fact.status is Status.RULE


def test_placeholders_are_gaps_with_their_line() -> None:
    gaps = read("| metric | value |\n|---|---|\n| Cash | TBD |\n| Revenue | $[X] |\n| Rent | |\n").gaps
    assert [(g.metric, g.raw, g.line) for g in gaps] == [
        ("cash", "TBD", 3),
        ("revenue", "$[X]", 4),
        ("rent", "empty cell", 5),
    ]
    assert "Runway" in gaps[0].blocks


def test_the_result_of_a_calculation_is_what_the_label_means() -> None:
    facts = read("- CoC return: $7,200 ÷ $45,000 = 16%\n").facts
    assert [(f.metric, f.value.low) for f in facts] == [(None, 7200), (None, 45000), ("cash_on_cash", 16)]


def test_a_year_and_its_twelfth_agree() -> None:
    text = "---\nentity: r\n---\n- Rent: $2,000/month\n- Annual rent: $24,000\n"
    assert read(text).conflicts == ()


def test_pages_of_one_entity_contradict_each_other() -> None:
    one_page, other = "---\nentity: jada\n---\n- Cash: $48,000\n", "---\nentity: jada\n---\n- Cash on hand: $52,000\n"
    (conflict,) = read(one_page, other).conflicts
    assert (str(conflict.first.source), str(conflict.second.source), conflict.chosen) == ("p1.md:4", "p2.md:4", None)


def test_scenarios_do_not_contradict_each_other() -> None:
    text = "---\nentity: r\n---\n## Conservative scenario\n\n- Rent: $2,000/month\n\n## Optimistic scenario\n\n- Rent: $2,600/month\n"
    assert read(text).conflicts == ()


def test_sections_of_two_products_do_not_contradict_each_other() -> None:
    section = "**Unit economics:**\n\n| Item | Cost |\n|---|---|\n| Packaging | $8 |\n| Total COGS | ${} |\n"
    text = f"## Product A\n\n{section.format(308)}\n## Product B\n\n{section.format(162)}"
    assert read(text).conflicts == ()


def test_brackets_that_name_a_part_make_no_metric() -> None:
    facts = read("| Year | Revenue (10-user plan) | Total Revenue (USD) |\n|---|---|---|\n| 1 | $5 | $9 |\n").facts
    assert [f.metric for f in facts] == [None, "revenue"]


def test_only_a_whole_label_is_a_metric_and_a_part_is_put_before_a_person() -> None:
    reading = read("- Dockside cash box reserve: $400\n")
    assert reading.facts[0].metric is None
    (found,) = candidates(reading.facts, read_vocabulary(rules_folder()))
    assert (found.metric, found.line_to_paste.startswith("| cash | $400 |")) == ("cash", True)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_line_ends_do_not_move_lines(newline: str) -> None:
    facts = read_pages([PageSource("p.md", newline.join(["# T", "", "- Cash: $5"]).encode())], rules_folder()).facts
    assert facts[0].source.line == 3


def test_json_has_exactly_the_promised_fields() -> None:
    document = facts_document(read("- Cash: ~$48,000.50\n- Cash: TBD\n"))
    assert document["schema"] == "auditor/facts@1"
    assert list(document) == ["schema", "facts", "gaps", "conflicts", "arithmetic"]
    assert list(document["facts"][0]) == (
        "page line label metric category low high unit currency per period as_of status flags raw tier scenario".split()
    )
    assert json.loads(json.dumps(document))["facts"][0]["low"] == 48000.5


PIECES = st.sampled_from(
    ["| a | $5 |\n", "|---|---|\n", "- Cash: $1,000\n", "# Year 2\n", "```\n", "**Bold**\n", "<table><tr><td>1</td></tr></table>\n",
     "text 5% and 3 boats\n", "---\n", "\n", "> quote $5\n", "1. one $3-4k\n", "$$x$$ \\$5\n", "<!-- $4 -->\n", "~~$9~~ [a](b)\n"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=25), st.text(max_size=30))
@settings(max_examples=150)
def test_no_page_crashes_the_reader(pieces: list[str], tail: str) -> None:
    text = "".join(pieces) + tail
    reading = read_pages([PageSource("p.md", text.encode("utf-8", "replace"))], rules_folder())
    lines = text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    assert all(1 <= (f.source.line or 0) <= lines for f in reading.facts)


@given(st.binary(max_size=300))
@settings(max_examples=60)
def test_no_bytes_crash_the_reader(content: bytes) -> None:
    read_pages([PageSource("p.md", content)], rules_folder())


@given(st.permutations(range(6)))
@settings(max_examples=20)
def test_the_order_of_pages_does_not_matter(order: list[int]) -> None:
    pages = [
        PageSource(f"p{n}.md", f"---\nentity: e{n % 2}\n---\n- Cash: ${n},000\n- Rent: TBD\n".encode())
        for n in range(6)
    ]
    assert facts_document(read_pages([pages[n] for n in order], rules_folder())) == facts_document(
        read_pages(pages, rules_folder())
    )


@pytest.mark.parametrize("line", ["$1 " * 3000, "$1-" * 3000, "$5/" * 3000, "a " * 9000 + ": $5"])
def test_a_line_that_nobody_wrote_is_read_in_no_time(line: str) -> None:
    reading = read_pages([PageSource("p.md", line.encode())], rules_folder())
    assert len(reading.facts) <= 301
    assert [n.reason for n in reading.not_scanned] == ["line too long"]

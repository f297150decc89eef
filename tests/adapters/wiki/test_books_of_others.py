"""Accounts as companies, clubs and associations write them, in tables with unusual heads."""

from __future__ import annotations

from textwrap import dedent

from auditor.adapters.wiki.reading import PageSource, read_pages
from auditor.model.fact import Fact
from auditor.resources import rules_folder


def facts(text: str) -> list[Fact]:
    return list(read_pages([PageSource("p.md", dedent(text).encode(), None)], rules_folder()).facts)


def periods(text: str) -> list[tuple[str, str | None]]:
    return [(f.raw, f.period) for f in facts(text)]


def test_a_caption_may_say_currency_and_multiple_in_one() -> None:
    found = facts(
        "**Income statement**\n_(in € millions, except per share data)_\n\n| | 2024 |\n|-|-|\n| Revenue | 3,988 |\n"
    )
    assert [(f.value.low, f.value.currency) for f in found] == [(3_988_000_000, "EUR")]


def test_months_that_run_into_the_next_year_share_the_two_years_of_the_accounts() -> None:
    table = "| Month | Income ($) |\n|-|-|\n| November | 10 |\n| December | 20 |\n| January | 30 |\n| February | 40 |\n"
    assert periods(f"# Financial report 2024-25\n\n{table}") == [
        ("10", "2024-11"), ("20", "2024-12"), ("30", "2025-01"), ("40", "2025-02"),
    ]  # fmt: skip


def test_months_within_one_year_do_not_say_where_an_accounting_year_begins() -> None:
    table = "| Month | Income ($) |\n|-|-|\n| March | 10 |\n| April | 20 |\n| May | 30 |\n"
    assert {p for _, p in periods(f"# Financial report 2024-25\n\n{table}")} == {
        "month of 03",
        "month of 04",
        "month of 05",
    }


def test_months_in_the_header_share_the_two_years_too() -> None:
    table = "| Line | Nov | Dec | Jan |\n|-|-|-|-|\n| Dues | $1 | $2 | $3 |\n"
    assert [p for _, p in periods(f"# Financial report 2024-25\n\n{table}")] == ["2024-11", "2024-12", "2025-01"]


def test_a_sign_may_stand_apart_from_the_figure_of_its_cell() -> None:
    table = "| Line | Result (€) |\n|-|-|\n| A | – 2 907,45 |\n| B | + 10,00 |\n| C | - 6,50 € |\n"
    assert [float(f.value.low) for f in facts(table)] == [-2907.45, 10, -6.5]


def test_numbers_of_accounts_are_no_figures() -> None:
    table = "| Line | {} | Amount (€) |\n|-|-|-|\n| Insurance | 616 | 90,00 |\n| Travel | 625 | 80,00 |\n"
    for head in ("Compte", "Account", "Konto-Nr.", "GL account", "Account no."):
        assert [f.raw for f in facts(table.format(head))] == ["90,00", "80,00"], head


def test_a_heading_that_parts_by_months_does_not_make_figures_of_months_per_month() -> None:
    page = "## Monthly breakdown\n\n| Month | Revenue | Monthly loss |\n|-|-|-|\n| 1 | $10 | $3 |\n| 2 | $20 | $4 |\n"
    assert [(f.raw, f.value.per) for f in facts(page) if f.metric is None] == [("$3", "month"), ("$4", "month")]
    assert [f.value.per for f in facts("## Monthly costs\n\n| Item | Cost |\n|-|-|\n| Hosting | $10 |\n")] == ["month"]


def test_a_row_that_titles_others_says_what_they_are_per() -> None:
    table = "| Fee | Small | Large |\n|-|-|-|\n| Members (USD annual) | | |\n| Firms | $900 | $1,800 |\n| Once | | |\n| Badge | $5 | $6 |\n"
    assert [(f.raw, f.value.per) for f in facts(table)] == [
        ("$900", "year"), ("$1,800", "year"), ("$5", None), ("$6", None),
    ]  # fmt: skip


def test_words_of_other_languages_say_per_month_and_per_year() -> None:
    for head, per in (
        ("Coût mensuel", "month"),
        ("Prix annuel", "year"),
        ("Monatliche Kosten", "month"),
        ("Coste anual", "year"),
    ):
        assert [f.value.per for f in facts(f"| Line | {head} |\n|-|-|\n| A | 5 € |\n")] == [per], head


def test_the_last_head_of_a_text_fence_says_what_its_figures_are_per() -> None:
    fence = "```\nName                Quantity   Monthly cost\n\nUptime                   730         $73.00\n```\n"
    assert [f.value.per for f in facts(fence) if f.value.unit == "money"] == ["month"]


def test_accounts_without_a_table_are_lines_of_names_and_amounts() -> None:
    page = """\
        # Report 2013-14

        The fee stays at £5, the hall takes £50 and we hold £262.

        **Expenditure**

        Hall hire                 <u>10.00</u>

        Subscriptions 2013-14            148.70

        **Members**

        Paid up                   36
        """
    found = [(f.label, f.raw, f.value.currency) for f in facts(page)][3:]
    assert found == [("Hall hire", "10.00", "GBP"), ("Subscriptions 2013-14", "148.70", "GBP")]


def test_how_many_an_amount_is_of_may_stand_behind_it() -> None:
    table = "| Plan | Revenue |\n|-|-|\n| Basic | $40,000 (80) |\n| Pro | $9,000 (1) |\n"
    assert [(f.raw, f.value.unit) for f in facts(table)] == [("$40,000", "money"), ("80", "count"), ("$9,000", "money")]


def test_numbers_of_notes_are_no_figures_though_their_head_stands_elsewhere() -> None:
    table = "| Note | | 2024 | 2023 |\n|-|-|-|-|\n| Revenue | 20 | $3,988 | $3,357 |\n| Tax | 5 | $98 | $8 |\n"
    assert [f.raw for f in facts(table)] == ["$3,988", "$3,357", "$98", "$8"]


def test_a_line_of_a_text_fence_is_named_by_its_first_column() -> None:
    fence = "```\nName                      Quantity  Unit   Monthly cost\n ├─ Storage (1 place)          30  days         $50.00\n```\n"
    assert [(f.label, f.value.per) for f in facts(fence) if f.value.unit == "money"] == [("Storage", "month")]

"""What a row, its status, its remarks and its name say of the figures in it, and what of them are none."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from auditor.adapters.wiki.reading import PageSource, read_pages
from auditor.model.fact import Fact
from auditor.resources import rules_folder


def facts(page: str) -> Sequence[Fact]:
    return read_pages([PageSource("p.md", page.encode())], rules_folder()).facts


def said(page: str) -> list[tuple[str, str]]:
    found = []
    for fact in facts(page):
        v = fact.value
        ends = f"{v.low.normalize():f}" if v.low == v.high else f"{v.low:f}..{v.high:f}"
        found.append((fact.label, " ".join(p for p in (ends, v.currency or v.unit, v.per or "") if p)))
    return found


PARTS = (
    "# Parts\n\nAn old R129.\n\n| Date | Category | Item | Cost (€) | Status |\n|---|---|---|---|---|\n"
    "| 2026-03-22 | Filters | Oil filter (H 829) | 11.00 | Installed 03-30 |\n"
    "| 2026-03-22 | Engine | Mounts x2 (80001913) | 90.98 | Received 03-30 |\n"
    "| 2026-03-28 | Body | Wago 221-412 connectors | 10.00 | Ordered |\n"
)


def test_days_of_a_status_and_numbers_of_parts_are_no_figures() -> None:
    assert [value for _, value in said(PARTS)] == ["11 EUR", "90.98 EUR", "10 EUR"]


def test_a_row_of_a_log_is_called_by_its_item_rather_than_its_category() -> None:
    assert [label.split(" ")[0] for label, _ in said(PARTS)] == ["Oil", "Mounts", "Wago"]


def test_amounts_in_the_remarks_do_not_make_the_other_columns_plain_numbers() -> None:
    page = (
        "# Budget\n\n*All figures EUR*\n\n## One-time setup costs\n\n| Item | Lean | Comfortable | Notes |\n|---|---:|---:|---|\n"
        "| Legal | 300 | 700 | |\n| **Total** | 900 | 1,900 | Plan for €1k |\n"
    )
    assert [v for _, v in said(page)][:4] == ["300 EUR", "700 EUR", "900 EUR", "1900 EUR"]


@pytest.mark.parametrize(
    ("row", "value"),
    [
        ("| Masse salariale / mois | 3 200 $ |", "3200 USD month"),
        ("| Prix / créneau | 36 $ |", "36 USD créneau"),
        ("| Créneaux disponibles / an | 13 140 |", "13140 year"),
        ("| LTV:CAC Ratio | 11.1 |", "11.1 ratio"),
    ],
)
def test_the_name_of_a_row_says_what_its_figure_is_per(row: str, value: str) -> None:
    assert [v for _, v in said(f"# Plan\n\n| Paramètre | Valeur |\n|---|---|\n{row}\n")] == [value]


def test_a_sum_by_year_in_a_column_by_month_is_per_year() -> None:
    page = "# Charges\n\n| Poste | Montant/mois |\n|---|---|\n| Loyer | 4 000 $ |\n| Total annuel | 48 000 $ |\n"
    assert said(page) == [("Loyer", "4000 USD month"), ("Total annuel", "48000 USD year")]


def test_a_reserve_below_a_heading_by_month_is_held_once() -> None:
    page = "## Monthly operating costs\n\n- Rent: €400\n- Runway reserve: €8,300\n- Capital expenditure: €120\n"
    assert [v for _, v in said(page)] == ["400 EUR month", "8300 EUR", "120 EUR month"]


def test_a_few_rands_are_money_where_one_is_a_model() -> None:
    assert said("The car is a Mercedes (R129).\n") == []
    assert [v for _, v in said("- Entry: R150\n- Camping: R200\n")] == ["150 ZAR", "200 ZAR"]

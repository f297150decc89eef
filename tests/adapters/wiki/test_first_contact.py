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

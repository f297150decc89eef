"""Figures, plurals and dates as people write them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model.fact import Quantity
from auditor.model.money import Money, MoneyRange
from auditor.reports.places import visible
from auditor.reports.words import (
    dates_in_words,
    listing,
    many,
    money_words,
    number_words,
    parse_day,
    plural,
    quantity_words,
    range_words,
    sentence,
    short,
)


@pytest.mark.parametrize(
    ("count", "noun", "said"),
    [
        (0, "client", "no clients"),
        (1, "client", "1 client"),
        (3676, "registered user", "3,676 registered users"),
        (2, "repository", "2 repositories"),
        (2, "open business", "2 open businesses"),
        (2, "match", "2 matches"),
        (5, "person", "5 people"),
    ],
)
def test_plurals_are_right(count: int, noun: str, said: str) -> None:
    assert plural(count, noun) == said


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("1120", "$1,120"), ("7.3", "$7.30"), ("61.20", "$61.20"), ("99.999", "$100.00"), ("1234.5", "$1,234"), ("-300", "−$300"),
        ("0", "$0"), ("-0.001", "$0.00"), ("0.5", "$0.50"),
    ],
)  # fmt: skip
def test_money_has_cents_only_where_they_say_something(amount: str, said: str) -> None:
    assert money_words(Decimal(amount)) == said


def test_a_currency_without_a_sign_keeps_its_code() -> None:
    assert money_words(Decimal(5), "SEK") == "SEK 5"
    assert money_words(Decimal(5), "EUR") == "€5"


def test_a_range_is_rounded_outwards_and_names_its_currency_once() -> None:
    assert range_words(MoneyRange(Money(Decimal("50.4")), Money(Decimal("83.2")))) == "$50–84"
    assert range_words(MoneyRange.exact(Money(Decimal("61.2")))) == "$61.20"
    assert range_words(MoneyRange(Money(Decimal(-40)), Money(Decimal(20)))) == "−$40–$20"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (Quantity(Decimal("7.84"), Decimal("7.84"), "months"), "7.8 months"),
        (Quantity(Decimal(1), Decimal(1), "months"), "1 month"),
        (Quantity(Decimal(8), Decimal(12), "percent"), "8–12%"),
        (Quantity(Decimal("1.034"), Decimal("1.034"), "ratio"), "1.03"),
        (Quantity(Decimal(740), Decimal(740), "nm"), "740 nm"),
        (Quantity(Decimal(95), Decimal(95), "money", "USD", "hour"), "$95 a hour"),
        (
            Quantity(Decimal(3000), Decimal(3000), "count", flags=frozenset({"approx", "at_least"})),
            "at least about 3,000",
        ),
    ],
)
def test_a_figure_carries_its_unit(value: Quantity, said: str) -> None:
    assert quantity_words(value) == said.replace("a hour", "an hour")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-30", date(2026, 11, 30)), ("30 Nov 2026", date(2026, 11, 30)), ("Nov 30, 2026", date(2026, 11, 30)),
        ("30 November 2026", date(2026, 11, 30)), ("2026-02-30", None), ("soon", None), ("", None), ("31 Feb 2026", None),
        ("Q3 2025", None),
    ],
)  # fmt: skip
def test_only_a_date_is_read_as_one(text: str, day: date | None) -> None:
    assert parse_day(text) == day


def test_lists_read_as_sentences() -> None:
    assert listing([]) == ""
    assert listing(["a"]) == "a"
    assert listing(["a", "b", "c"]) == "a, b and c"
    assert listing(["a", "b", "c", "d", "e"], limit=3) == "a, b and 3 more"


def test_a_sentence_ends_once_and_is_the_first() -> None:
    assert sentence("Rotate the key in Stripe. Then remove it.") == "Rotate the key in Stripe."
    assert sentence("Roll it") == "Roll it."


@given(st.text(max_size=200), st.integers(5, 60))
def test_a_cut_text_is_never_longer_than_its_limit(text: str, limit: int) -> None:
    assert len(short(text, limit)) <= limit


@given(st.decimals(-(10**12), 10**12, places=4))
def test_any_amount_can_be_printed_and_keeps_its_sign(amount: Decimal) -> None:
    words = money_words(amount)
    assert words.startswith(("−$", "$"))
    assert number_words(amount).lstrip("−")[0].isdigit()
    if amount <= -1:
        assert words.startswith("−")


@given(st.text())
def test_nothing_invisible_is_printed(text: str) -> None:
    shown = visible(text)
    assert not any(ord(c) < 32 or 0x202A <= ord(c) <= 0x202E or 0x2066 <= ord(c) <= 0x2069 for c in shown)
    shown.encode()


@given(st.from_regex(r"[a-z]{2,10}", fullmatch=True))
def test_a_plural_differs_from_its_noun(noun: str) -> None:
    assert many(noun) != noun


def test_days_in_sentences_are_words_and_days_in_names_stay() -> None:
    assert dates_in_words("Ended 2024-10-14, renewed 2026-01-02.") == "Ended 14 Oct 2024, renewed 2 Jan 2026."
    for kept in ("notes/2026-10-14.md", "2026-10-14-plan.md", "2026-10-14T06:17", "1-2026-10-14", "2026-13-01"):
        assert dates_in_words(kept) == kept

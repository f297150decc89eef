"""A search that first looks for parts of its words finds what the pattern alone finds."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.adapters.wiki import currencies, labels, page, scope, tables, words
from auditor.adapters.wiki.dates import DATE, MONTHS, date_spans
from auditor.adapters.wiki.periods import parse_period, periods_in
from auditor.adapters.wiki.sift import Words

ALL = (
    *(found for _, found in words._STATUS),
    *scope._CONTEXTS.values(),
    tables.COST_WORDS,
    labels._AS_OF,
    page._REPORT,
    page._REPORT_OF,
    currencies._ALL_AMOUNTS,
)
LINE = st.lists(
    st.one_of(
        *(st.from_regex(found.pattern, fullmatch=True) for found in ALL),
        st.text("aelnrst .,:$€ 0123456789", max_size=8),
    ),
    max_size=4,
).map(" ".join)


def _span(match: re.Match[str] | None) -> tuple[int, int] | None:
    return match.span() if match else None


@given(LINE)
def test_whatever_the_pattern_alone_would_match_is_found(line: str) -> None:
    for found in ALL:
        assert _span(found.search(line)) == _span(found.pattern.search(line))


@given(st.sampled_from(ALL), st.data())
def test_every_match_holds_a_needle(found: Words, data: st.DataObject) -> None:
    assert found.may_be_in(data.draw(st.from_regex(found.pattern, fullmatch=True)))


@pytest.mark.parametrize("alternative", ["n/?k", "x+", "(?:re)?sale", "a*bc", ""])
def test_a_word_without_two_sure_letters_is_refused(alternative: str) -> None:
    with pytest.raises(ValueError, match="fewer than two letters"):
        Words.of("cost", alternative)


@given(
    st.sampled_from(sorted(MONTHS)),
    st.integers(1, 28),
    st.sampled_from(["{d} {m} 2025", "{m} {d}, 2025", "{d}. {m} 2025", "{m} {d}"]),
)
def test_a_day_in_any_of_the_languages_is_no_value(month: str, day: int, form: str) -> None:
    text = form.format(d=day, m=month)
    if DATE.search(text):
        assert date_spans(text)
        assert date_spans(text.upper())


@given(st.sampled_from(sorted(MONTHS)))
def test_a_month_alone_is_a_period_in_any_of_the_languages(month: str) -> None:
    assert parse_period(month.capitalize()) == f"month of {MONTHS[month]:02d}"
    assert [found for _, _, found in periods_in(month.capitalize())] == [f"month of {MONTHS[month]:02d}"]


@pytest.mark.parametrize(
    ("text", "period"),
    [("YTD", "YTD"), ("first quarter", "Q1"), ("Year one", "year 1"), ("trailing twelve months", "TTM")],
)
def test_a_period_named_without_a_figure_is_read(text: str, period: str) -> None:
    assert parse_period(text) == period

"""Periods: every way of writing one has one name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.adapters.wiki.composition import combine, compose
from auditor.adapters.wiki.periods import is_period, parse_period, periods_in
from auditor.finance.periods import period_length


@pytest.mark.parametrize(
    ("written", "period"),
    [
        *((w, "2025-Q3") for w in ("Q3 2025", "Q3'25", "3Q25", "3Q 2025", "2025Q3", "2025 Q3", "third quarter of 2025", "Jul–Sep 2025", "T3 2025")),
        *((w, "FY2025-Q3") for w in ("Q3 FY25", "FY25 Q3", "FY2025-Q3")),
        *((w, "2025-H1") for w in ("H1 2025", "1H25", "2025 H1", "first half of 2025", "Q1-Q2 2025", "January to June 2025")),
        *((w, "FY2025") for w in ("FY25", "FY2024/25", "fiscal year 2025", "2024-25", "FYE 2025", "Adopted 2024/25")),
        *((w, "2025-01") for w in ("Jan 2025", "January, 2025", "Jan-25", "01/2025", "2025-01", "Janvier 2025", "enero 2025", "Jan '25")),
        *((w, "2025-YTD") for w in ("YTD 2025", "2025 year to date")),
        *((w, "TTM") for w in ("TTM", "LTM", "trailing twelve months")),
        *((w, "year 1") for w in ("Year 1", "Y1", "1st year", "Year One", "Jahr 1", "Année 1")),
        ("Months 4–6", "months 4-6"), ("Y1 Q2", "Q2 year 1"), ("2024-2027", "2024-2027"), ("2025E", "2025"),
        ("Nov 2024 - Jan 2025", "2024-11..2025-01"), ("Jan 1 - Dec 31, 2024", "2024"), ("March", "month of 03"),
    ],
)  # fmt: skip
def test_a_period_has_one_name_however_it_is_written(written: str, period: str) -> None:
    assert parse_period(written) == period


@pytest.mark.parametrize(
    "text", ["Q1 20 customers", "may be 5", "version 2025.1", "$2025", "Summer", "Phase 1", "24/7"]
)
def test_what_only_resembles_a_period_is_none(text: str) -> None:
    assert parse_period(text) in {None, "Q1"}


def test_a_cell_with_more_than_a_period_is_no_period() -> None:
    assert is_period("FY2024 Approved")
    assert not is_period("2024 vs 2023")
    assert not is_period("Phase 1 (Q1 2025)")


def test_a_period_within_another_takes_its_year() -> None:
    assert compose("month of 03", "2024") == "2024-03"
    assert compose("Q3", "FY2025") == "FY2025-Q3"
    assert compose("Q3", "year 2") == "Q3 year 2"
    assert compose("2023", "2024") == "2023"
    assert combine("2024", "month of 11") == combine("month of 11", "2024") == "2024-11"


def test_periods_of_a_line_are_found_in_order() -> None:
    assert [p for _, _, p in periods_in("Q1 2025: $5, Q2 2025: $6 and in 2026 more")] == ["2025-Q1", "2025-Q2", "2026"]


@pytest.mark.parametrize(
    ("period", "months"), [("2025-Q3", 3), ("H1", 6), ("TTM", 12), ("2024-11..2025-01", 3), ("2025-YTD", None), ("month of 03", 1)]
)  # fmt: skip
def test_a_period_knows_its_months(period: str, months: int | None) -> None:
    assert period_length(period) == months


@given(st.text(alphabet="QHFY12340'’–-/., ofJanuaryMrchTD", max_size=30))
def test_no_text_breaks_the_reading_of_periods(text: str) -> None:
    parse_period(text)
    assert all(0 <= a < b <= len(text) for a, b, _ in periods_in(text))

"""Typed periods: a year is twelve months, a month is not thirty days except for per-day figures (365/12)."""

from __future__ import annotations

import re
from decimal import Decimal

_TO_MONTH = {
    "month": Decimal(1),
    "year": Decimal(1) / Decimal(12),
    "quarter": Decimal(1) / Decimal(3),
    "week": Decimal(52) / Decimal(12),
    "day": Decimal(365) / Decimal(12),
}


def monthly_factor(per: str | None, period: str | None = None) -> Decimal | None:
    """What an amount per `per` is multiplied with to be one per month.

    Where `per` is not stated, a stated period says it (an amount for `2026-Q3` is per quarter). None: neither says, or it is
    per something that is no time (a trip, a user).
    """
    if per is not None:
        return _TO_MONTH.get(per)
    length = period_length(period)
    return None if length is None else Decimal(1) / Decimal(length)


def period_length(period: str | None) -> int | None:
    """Months that a period lasts; None for none, for days and weeks, and for what is not understood."""
    if not period:
        return None
    if re.fullmatch(r"\d{4}-\d\d|month \d+|month of \d\d", period):
        return 1
    if re.fullmatch(r"(?:(?:FY)?\d{4}-)?Q[1-4](?: year \d+)?|quarter \d+", period):
        return 3
    if re.fullmatch(r"(?:(?:FY)?\d{4}-)?H[12]", period):
        return 6
    if re.fullmatch(r"(?:FY)?\d{4}|year \d+|TTM", period):
        return 12
    if m := re.fullmatch(r"(\d{4})-(\d\d)\.\.(\d{4})-(\d\d)", period):
        return max(1, (int(m[3]) - int(m[1])) * 12 + int(m[4]) - int(m[2]) + 1)
    if m := re.fullmatch(r"quarters (\d)-(\d)", period):
        return 3 * max(1, int(m[2]) - int(m[1]) + 1)
    if m := re.fullmatch(r"months (\d+)-(\d+)", period):
        return max(1, int(m[2]) - int(m[1]) + 1)
    if m := re.fullmatch(r"(?:years )?(\d+)-(\d+)", period):
        return 12 * max(1, int(m[2]) - int(m[1]) + 1)
    return None


def monthly(amount: Decimal, per: str | None, period: str | None = None) -> Decimal | None:
    """The amount per month, or None where it does not say per what."""
    if per == "week":
        return amount * 52 / 12
    if per == "day":
        return amount * 365 / 12
    if per == "year":
        return amount / 12
    if per == "quarter":
        return amount / 3
    if per == "month":
        return amount
    if per is not None:
        return None
    length = period_length(period)
    return None if length is None else amount / length


def add_months(period: str, count: int) -> str:
    """`2026-11` and 3 give `2027-02`; `count` may be negative."""
    year, month = int(period[:4]), int(period[5:7])
    index = year * 12 + month - 1 + count
    return f"{index // 12:04d}-{index % 12 + 1:02d}"


def days_in_month(period: str) -> int:
    """Days of an accounting month `YYYY-MM`."""
    from calendar import monthrange

    return monthrange(int(period[:4]), int(period[5:7]))[1]

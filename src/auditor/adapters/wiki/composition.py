"""Periods put together: one within another, two of equal rank, the one before; none of them reads text."""

from __future__ import annotations

import re
from datetime import date


def compose(inner: str | None, outer: str | None) -> str | None:
    """A period within another: `January` below `2024` is 2024-01, `Q3` below `FY2025` is FY2025-Q3."""
    if inner is None or outer is None:
        return inner or outer
    if inner.startswith("month of ") and (m := re.match(r"(\d{4})(?:$|-Q|-H|-YTD|-\d\d(?:$|\.\.))", outer)):
        return f"{m[1]}-{inner[-2:]}"
    if re.fullmatch(r"[QH]\d|YTD", inner):
        if m := re.match(r"((?:FY)?\d{4})(?:$|-(?:Q|H|YTD|\d\d))", outer):
            return f"{m[1]}-{inner}"
        if re.fullmatch(r"year \d+", outer) and inner[0] == "Q":
            return f"{inner} {outer}"
    return inner


def combine(first: str | None, second: str | None) -> str | None:
    """What two headings of equal rank, a row's and a column's, say together."""
    if first is None or second is None:
        return first or second
    joined = compose(first, second)
    return joined if joined != first else compose(second, first) if compose(second, first) != second else first


def dated(period: str | None, day: date | None) -> str | None:
    """The last month of that name up to a day, where the year is not said: what was written in April tells of this year's March."""
    if period is None or day is None or (m := re.fullmatch(r"month of (\d\d)", period)) is None:
        return period
    month = int(m[1])
    return f"{day.year if month <= day.month else day.year - 1}-{month:02d}"


def lately(period: str | None, day: date | None) -> str | None:
    """The same of one figure, where that month is of the last half year; a month further back may as well be one to come."""
    found = dated(period, day)
    if found == period or found is None or day is None:
        return period
    months = (day.year - int(found[:4])) * 12 + day.month - int(found[5:7])
    return found if months <= 6 else period


def is_relative(period: str | None) -> bool:
    """Whether a period only counts from some start (`year 2`), as plans do."""
    return period is not None and re.match(r"(?:year|month|quarter|week|day)s? \d|Q\d year", period) is not None


def before(period: str | None) -> str | None:
    """The period before one, of the same length; None where that cannot be said."""
    if period is None:
        return None
    if m := re.fullmatch(r"(\d{4})-(\d\d)", period):
        year, month = int(m[1]), int(m[2])
        return f"{year - 1}-12" if month == 1 else f"{year}-{month - 1:02d}"
    if m := re.fullmatch(r"((?:FY)?)(\d{4})-([QH])(\d)", period):
        parts, number = (4 if m[3] == "Q" else 2), int(m[4])
        year = int(m[2]) - (number == 1)
        return f"{m[1]}{year}-{m[3]}{parts if number == 1 else number - 1}"
    if m := re.fullmatch(r"((?:FY)?)(\d{4})", period):
        return f"{m[1]}{int(m[2]) - 1}"
    return None

"""Figures as they are printed in traces: rounded only here, half to even."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

from auditor.finance.interval import Interval
from auditor.model.location import Location

_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "CAD": "CA$", "AUD": "A$"}


def number(value: Decimal, places: int = 1) -> str:
    """`7.8`, `1,234`, without trailing zeros."""
    rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)
    text = f"{rounded:,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def money(value: Decimal, currency: str = "USD") -> str:
    """`$1,234`, `-$5.10`: cents only where there are some."""
    sign = _SIGNS.get(currency, f"{currency} ")
    rounded = abs(value).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
    text = f"{rounded:,.0f}" if rounded == rounded.to_integral_value() else f"{rounded:,.2f}"
    return f"{'-' if value < 0 and rounded else ''}{sign}{text}"


def money_range(value: Interval, currency: str = "USD") -> str:
    """`$50-84` for a range, one figure where both ends agree."""
    if value.is_exact:
        return money(value.low, currency)
    if value.low >= 0:
        return f"{money(value.low, currency)}-{money(value.high, currency).lstrip('$€£')}"
    return f"{money(value.low, currency)} to {money(value.high, currency)}"


def number_range(value: Interval, places: int = 1) -> str:
    """`5-7`, or one number."""
    low, high = number(value.low, places), number(value.high, places)
    if low == high:
        return low
    return f"{low}-{high}" if value.low >= 0 else f"{low} to {high}"


def percent(value: Interval, places: int = 1) -> str:
    """`12.5%`, `8-12%`; the value is in percent already."""
    return f"{number_range(value, places)}%"


def source(place: Location) -> str:
    """`page.md:12 @ 1a2b3c4`."""
    commit = getattr(place, "commit", None)
    return f"{place} @ {commit[:10]}" if commit else str(place)

"""Thresholds as numbers."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from auditor.errors import ConfigError
from auditor.model.thresholds import REPORT_THRESHOLDS


def threshold(thresholds: Mapping[str, str], name: str) -> Decimal:
    """The portfolio's number, or the default.

    Raises:
        ConfigError: the portfolio's value is not a number.
    """
    default = REPORT_THRESHOLDS[name]
    text = thresholds.get(name, default)
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("nan")
    if not number.is_finite():
        raise ConfigError(f"[thresholds] {name} = {text!r}: write a plain number, such as {default}")
    return number

"""Decimal intervals for independent inputs; dependent ones are evaluated scenario by scenario instead."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from auditor.model.fact import Quantity


@dataclass(frozen=True, slots=True)
class Interval:
    """From `low` to `high`, both inclusive."""

    low: Decimal
    high: Decimal

    @classmethod
    def exact(cls, value: Decimal | int) -> Interval:
        """An interval of one point."""
        return cls(Decimal(value), Decimal(value))

    @classmethod
    def of(cls, value: Quantity) -> Interval:
        """The ends of a quantity."""
        return cls(value.low, value.high)

    @property
    def mid(self) -> Decimal:
        """The middle; say "midpoint" wherever it is printed."""
        return (self.low + self.high) / 2

    @property
    def is_exact(self) -> bool:
        """Whether both ends agree."""
        return self.low == self.high

    def __add__(self, other: Interval) -> Interval:
        """Ends add to ends."""
        return Interval(self.low + other.low, self.high + other.high)

    def __sub__(self, other: Interval) -> Interval:
        """Lowest less highest, and the other way round."""
        return Interval(self.low - other.high, self.high - other.low)

    def __neg__(self) -> Interval:
        """Mirrored at zero."""
        return Interval(-self.high, -self.low)

    def __mul__(self, other: Interval | Decimal | int) -> Interval:
        """All products of ends."""
        if not isinstance(other, Interval):
            other = Interval.exact(other)
        ends = [a * b for a in (self.low, self.high) for b in (other.low, other.high)]
        return Interval(min(ends), max(ends))

    def __truediv__(self, other: Interval | Decimal | int) -> Interval:
        """All quotients of ends.

        Raises:
            ZeroDivisionError: the divisor holds zero; the caller says what that means ("no break-even").
        """
        if not isinstance(other, Interval):
            other = Interval.exact(other)
        if other.low <= 0 <= other.high:
            raise ZeroDivisionError("the divisor may be zero")
        ends = [a / b for a in (self.low, self.high) for b in (other.low, other.high)]
        return Interval(min(ends), max(ends))

    def ceil(self) -> Interval:
        """Whole units, rounded up."""
        return Interval(self.low.to_integral_value(ROUND_CEILING), self.high.to_integral_value(ROUND_CEILING))


def total(parts: tuple[Interval, ...] | list[Interval]) -> Interval:
    """Sum; exact, so that the order of the parts does not matter."""
    low, high = Decimal(0), Decimal(0)
    for part in parts:
        low, high = low + part.low, high + part.high
    return Interval(low, high)

"""Money, ranges of money, and plain decimal ranges. Never float."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

CENT = Decimal("0.01")


class CurrencyMismatchError(ValueError):
    """Two currencies were added or compared; a conversion needs a dated rate."""


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount in an ISO 4217 currency; kept exact, rounded only when printed."""

    amount: Decimal
    currency: str = "USD"

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise CurrencyMismatchError(f"{self.currency} and {other.currency} cannot be mixed without a dated rate")

    def __add__(self, other: Money) -> Money:
        """Exact sum.

        Raises:
            CurrencyMismatchError: the currencies differ.
        """
        self._same(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        """Exact difference; raises as addition does."""
        self._same(other)
        return Money(self.amount - other.amount, self.currency)

    def __mul__(self, factor: Decimal | int) -> Money:
        """Exact product with a plain number."""
        return Money(self.amount * factor, self.currency)

    def __neg__(self) -> Money:
        """The amount with the other sign."""
        return Money(-self.amount, self.currency)

    def __lt__(self, other: Money) -> bool:
        """Compare amounts of one currency."""
        self._same(other)
        return self.amount < other.amount

    def rounded(self) -> Money:
        """To the cent, half to even."""
        return Money(self.amount.quantize(CENT, ROUND_HALF_EVEN), self.currency)


@dataclass(frozen=True, slots=True)
class MoneyRange:
    """From `low` to `high`, both inclusive; equal when the figure is exact."""

    low: Money
    high: Money

    @classmethod
    def exact(cls, money: Money) -> MoneyRange:
        """A range of one point."""
        return cls(money, money)

    @property
    def currency(self) -> str:
        """Currency of both ends."""
        return self.low.currency

    @property
    def is_exact(self) -> bool:
        """Whether both ends agree."""
        return self.low == self.high

    @property
    def mid(self) -> Money:
        """Middle of the range; say "midpoint" wherever it is printed."""
        return Money((self.low.amount + self.high.amount) / 2, self.currency)

    def __add__(self, other: MoneyRange) -> MoneyRange:
        """Ends add to ends."""
        return MoneyRange(self.low + other.low, self.high + other.high)


@dataclass(frozen=True, slots=True)
class Saving:
    """Money that a fix would free, per month, with what the figure rests on."""

    monthly: MoneyRange | None
    """None: unpriced, which is not zero."""
    basis: str
    """Such as `list price, on-demand, us-east-1`."""
    as_of: str
    """ISO date of the price."""
    formula: str = ""
    """The formula with its numbers filled in."""
    counted_with: str = ""
    """ARN of the resource whose saving already holds this one; empty when it counts by itself."""

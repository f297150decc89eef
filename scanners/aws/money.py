"""What mending a fault saves: the card's formula over list prices, exact, with its numbers written out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from auditor.errors import RuleError
from auditor.model.money import Money, MoneyRange, Saving
from scanners.aws.cel import Engine, EvaluationError, Expression
from scanners.aws.paths import Path, paths_of
from scanners.aws.prices import Price, Prices

_TERM_KEYS = frozenset({"price", "quantity", "minus", "when"})
_PLACE = re.compile(r"\{(r\.[\w.]+)\}")


@dataclass(frozen=True, slots=True)
class Term:
    """Price times quantity, added or taken off."""

    price: str
    """Key into the price table; `{r.Field}` is filled in."""
    quantity: Expression | None
    minus: bool
    when: Expression | None


@dataclass(frozen=True, slots=True)
class Formula:
    """Terms of the low and of the high end; the same where the figure is exact."""

    low: tuple[Term, ...]
    high: tuple[Term, ...]
    paths: frozenset[Path]

    def saving(self, seen: Mapping[str, Any], region: str, prices: Prices) -> Saving:
        """The saving for one resource as its projection `seen` shows it; unpriced where a price or figure is unknown.

        Prices of global services are asked for in us-east-1.
        """
        used: list[Price] = []
        try:
            high, words = _total(self.high, seen, region, prices, used)
            low = _total(self.low, seen, region, prices, [])[0] if self.low is not self.high else high
        except _UnpricedError as unknown:
            return Saving(None, f"unpriced: {unknown}", "", formula="")
        as_of = min((price.as_of for price in used), default="")
        return Saving(MoneyRange(Money(low), Money(high)), _basis(used, region), as_of, formula=words)


class _UnpricedError(Exception):
    """A figure that the formula needs is not known."""


def _total(
    terms: tuple[Term, ...], seen: Mapping[str, Any], region: str, prices: Prices, used: list[Price]
) -> tuple[Decimal, str]:
    total = Decimal(0)
    words: list[str] = []
    for term in terms:
        if term.when is not None and not term.when.holds(seen):
            continue
        key = _PLACE.sub(lambda match: str(_field(seen, match.group(1))), term.price)
        price = prices.of(key, region)
        if price is None:
            raise _UnpricedError(f"no price for {key}")
        count = _number(term.quantity, seen) if term.quantity is not None else Decimal(1)
        used.append(price)
        total += price.monthly * count * (-1 if term.minus else 1)
        hours = " x 730 h" if price.unit == "hour" else ""
        sign = "- " if term.minus else "+ " if words else ""
        words.append(f"{sign}{_plain(count)} x ${price.usd}{hours} ({key})")
    total = max(total, Decimal(0))
    return total, f"{' '.join(words)} = ${total:.2f} a month" if words else "nothing"


def _field(seen: Mapping[str, Any], path: str) -> Any:
    value: Any = seen
    for name in path.split(".")[1:]:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _number(expression: Expression, seen: Mapping[str, Any]) -> Decimal:
    try:
        value = expression.value(seen)
    except EvaluationError as error:
        raise _UnpricedError(str(error)) from None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise _UnpricedError("a quantity is not known")
    try:
        return Decimal(str(value))
    except InvalidOperation:
        raise _UnpricedError(f"{value!r} is no number") from None


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}" if number == number.to_integral() else f"{number:.6f}".rstrip("0")


def _basis(used: list[Price], region: str) -> str:
    words = f"list price, on-demand, {region}, before discounts and free tier"
    other = sorted({price.region for price in used if price.fallback})
    return f"{words}; price of {other[0]} used, none of {region} is known" if other else words


def formula_of(spec: Any, engine: Engine, shape: Mapping[str, Any]) -> Formula:
    """Compile `saves` of a card: a list of terms, or `low` and `high` lists.

    Raises:
        RuleError: unknown key, not valid CEL, or a field the collector does not write.
    """
    if isinstance(spec, Mapping):
        if set(spec) != {"low", "high"}:
            raise RuleError("`saves` is a list of terms, or has `low` and `high`")
        low, paths_low = _terms(spec["low"], engine, shape)
        high, paths_high = _terms(spec["high"], engine, shape)
        return Formula(low, high, paths_low | paths_high)
    terms, paths = _terms(spec, engine, shape)
    return Formula(terms, terms, paths)


def _terms(spec: Any, engine: Engine, shape: Mapping[str, Any]) -> tuple[tuple[Term, ...], frozenset[Path]]:
    terms = []
    paths: set[Path] = set()
    for item in spec or ():
        if not isinstance(item, Mapping) or "price" not in item or set(item) - _TERM_KEYS:
            raise RuleError(f"a term of `saves` has `price` and may have {sorted(_TERM_KEYS - {'price'})}: {item!r}")
        texts = [str(item[key]) for key in ("quantity", "when") if key in item]
        for text in (*texts, *_PLACE.findall(item["price"])):
            paths |= paths_of(text, shape)
        terms.append(
            Term(
                item["price"],
                engine.compile(str(item["quantity"])) if "quantity" in item else None,
                bool(item.get("minus", False)),
                engine.compile(str(item["when"])) if "when" in item else None,
            )
        )
    return tuple(terms), frozenset(paths)

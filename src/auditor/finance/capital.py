"""Where the next dollar goes: asks in tiers by payback, until cash less the reserve is used."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from auditor.finance.book import Book, Given, money_quantity
from auditor.finance.cash import net_burn
from auditor.finance.figures import amount, computed, missing, needs_record, plain
from auditor.finance.interval import Interval
from auditor.finance.periods import monthly
from auditor.model.fact import Gap, Record, Status
from auditor.model.figure import Figure

_MUST = re.compile(r"\b(?:must|legal|safety|mandatory|required|compliance|critical|law)\b", re.IGNORECASE)
RESERVE_MONTHS = Decimal(3)
"""Months of net burn kept back where no page states another number."""


@dataclass(frozen=True, slots=True)
class Placed:
    """An ask with its tier."""

    record: Record
    tier: int
    """1 must pay, 2 pays back within 3 months, 3 within 12, 4 the rest."""
    cost: Decimal
    payback: Decimal | None
    """Months; None where no monthly effect is stated."""
    cumulative: Decimal
    """Cost of this and all before it."""
    affordable: bool
    closes: tuple[str, ...] = ()
    """Ids of rules with open critical findings that it says it mends."""

    @property
    def why(self) -> str:
        """Payback in words."""
        if self.closes:
            return f"mends critical findings: {', '.join(self.closes)}"
        if self.payback is None:
            return "must pay" if self.tier == 1 else "no monthly effect stated"
        return f"pays back in {plain(Interval.exact(self.payback), 1)} months"


def capital_tiers(book: Book) -> tuple[tuple[Placed, ...], Figure]:
    """Asks in order, and the sum asked against what is available."""
    asks = [r for r in book.rows("ask") if "cost" in r.amounts]
    if not asks:
        return (), missing(
            book, "capital_tiers", needs_record(book, "ask", "table of capital asks with cost and monthly effect")
        )
    available = available_capital(book)
    limit = available.value.low if available.value is not None else None
    mends = {id(r): _closes(r, book) for r in asks}
    ranked = sorted(
        ((1 if mends[id(r)] else _tier(r), r) for r in asks), key=lambda pair: (*_order(pair[1], pair[0]), pair[1].name)
    )
    placed: list[Placed] = []
    running = Decimal(0)
    for tier, record in ranked:
        cost = record.amounts["cost"].high
        running += cost
        placed.append(
            Placed(record, tier, cost, _payback(record), running, limit is None or running <= limit, mends[id(record)])
        )
    currency = asks[0].amounts["cost"].currency
    filled = (
        " + ".join(amount(Interval.of(r.amounts["cost"]), currency) for _, r in ranked)
        + f" = {amount(Interval.exact(running), currency)} asked"
    )
    if available.value is not None:
        filled += f" against {amount(Interval.of(available.value), currency)} available"
    return tuple(placed), computed(
        book,
        "capital_tiers",
        money_quantity(Interval.exact(running), currency),
        filled,
        [*asks, available],
        note=_uncovered(book, {rule for found in mends.values() for rule in found}),
        gaps=available.gaps,
    )


def _closes(record: Record, book: Book) -> tuple[str, ...]:
    """Rules with open critical findings that an ask names: by the rule's id, or by the beginning of a finding's own."""
    said = " ".join((record.name, *record.text.values())).lower()
    return tuple(
        sorted(
            {
                f.rule.id
                for f in book.critical
                if f.rule.id.lower() in said
                or any(part in said for part in (f.fingerprint[:15], f.fingerprint[3:15]) if len(part) > 8)
            }
        )
    )


def _uncovered(book: Book, covered: set[str]) -> str:
    """Critical findings come first too; those that no ask names are said, as their cost is not known."""
    left = [f for f in book.critical if f.rule.id not in covered]
    if not left:
        return ""
    rules = sorted({f.rule.id for f in left})
    more = f" and {len(rules) - 3} more" if len(rules) > 3 else ""
    what = "critical finding is" if len(left) == 1 else "critical findings are"
    return f"{len(left)} open {what} in no ask: {', '.join(rules[:3])}{more}; they come before tier 2"


def available_capital(book: Book) -> Figure:
    """Cash less the reserve of some months of net burn; never below zero."""
    cash, burn = book.ask("cash"), net_burn(book)
    reserve = book.ask("reserve_months", status=Status.TARGET, also=(Status.ACTUAL,))
    if isinstance(cash, Gap) or burn.value is None:
        return missing(book, "available_capital", cash, burn)
    months = reserve.value.high if isinstance(reserve, Given) else RESERVE_MONTHS
    spent = Interval.of(burn.value)
    kept = Interval(max(spent.low, Decimal(0)) * months, max(spent.high, Decimal(0)) * months)
    value = cash.value - kept
    value = Interval(max(value.low, Decimal(0)), max(value.high, Decimal(0)))
    note = "" if isinstance(reserve, Given) else f"reserve of {RESERVE_MONTHS} months by default; no page states one"
    filled = f"{amount(cash.value, cash.currency)} - {plain(Interval.exact(months), 1)} x {amount(spent, cash.currency)} = {amount(value, cash.currency)}"
    inputs: list[Given | Figure] = [cash, burn, reserve] if isinstance(reserve, Given) else [cash, burn]
    return computed(book, "available_capital", money_quantity(value, cash.currency), filled, inputs, note=note)


def _payback(record: Record) -> Decimal | None:
    effect = record.amounts.get("effect")
    if effect is None:
        return None
    gain = monthly(effect.low, effect.per or "month")
    return record.amounts["cost"].high / gain if gain and gain > 0 else None


def _tier(record: Record) -> int:
    if _MUST.search(f"{record.text.get('must', '')} {record.text.get('status', '')}"):
        return 1
    payback = _payback(record)
    if payback is None:
        return 4
    return 2 if payback <= 3 else 3 if payback <= 12 else 4


def _order(record: Record, tier: int) -> tuple[int, Decimal]:
    payback = _payback(record)
    return tier, payback if payback is not None else Decimal(10**6)

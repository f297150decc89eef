"""Figures that pages state themselves, carried as they stand, and their sums over the portfolio."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from auditor.finance.book import Book, Given, money_quantity
from auditor.finance.figures import amount, computed, missing, plain
from auditor.finance.interval import Interval, total
from auditor.finance.rates import rate_for, rates_of
from auditor.model.fact import Gap, Quantity, Record, Status
from auditor.model.figure import Figure

MONTHLY = frozenset(
    {
        "revenue",
        "expenses",
        "fixed_costs",
        "marketing_spend",
        "sales_spend",
        "cogs",
        "units_sold",
        "new_customers",
        "aws_cost",
        "net_income",
        "mrr",
    }
)
"""Flows: asked for per month."""


def stated(book: Book, metric: str, *, status: Status = Status.ACTUAL) -> Figure:
    """The figure as a page states it; money flows per month."""
    given = book.ask_monthly(metric, status=status) if metric in MONTHLY else book.ask(metric, status=status)
    if isinstance(given, Gap):
        return missing(book, metric, given)
    fact = given.fact
    if fact.value.unit == "money":
        per = "month" if metric in MONTHLY else fact.value.per
        return computed(
            book,
            metric,
            money_quantity(given.value, given.currency, per),
            f"{fact.label}: {amount(given.value, given.currency, per)}",
            [given],
        )
    value = Quantity(given.value.low, given.value.high, fact.value.unit, None, fact.value.per, fact.value.flags)
    return computed(book, metric, value, f"{fact.label}: {plain(given.value)} {fact.value.unit}".strip(), [given])


@dataclass(frozen=True, slots=True)
class Added:
    """A sum of money over entities: its terms as printed, the rates it needed, and what could not be added."""

    value: Interval
    terms: tuple[str, ...]
    rates: tuple[Record, ...] = ()
    notes: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()


def common_currency(currencies: Iterable[str | None]) -> str:
    """The currency of most of them; of equally many the first."""
    counted = Counter(c or "USD" for c in currencies)
    return counted.most_common(1)[0][0] if counted else "USD"


def add_up(books: Sequence[Book], parts: Sequence[tuple[str, Quantity]], currency: str, metric: str) -> Added:
    """Adds amounts of entities. Another currency needs a rate dated in the month, which is printed; without one it is a gap."""
    by_key = {book.entity: book for book in books}
    first = books[0]
    rates = rates_of(r for book in books for r in book.rows("rate"))
    value, terms, gaps = Interval.exact(0), list[str](), list[Gap]()
    used, notes = dict[tuple[str, str], Record](), dict[str, None]()
    for entity, money in parts:
        own = money.currency or "USD"
        one = Interval.of(money)
        if own == currency:
            value += one
            terms.append(f"{entity} {amount(one, own)}")
            continue
        found = rate_for(rates, own, currency, first.start, first.end)
        if found is None:
            page = by_key[entity].page if entity in by_key else first.page
            gaps.append(
                Gap(
                    entity,
                    metric,
                    f"{own}/{currency} rate dated in {first.period} (for {metric.replace('_', ' ')} in {own})",
                    page,
                )
            )
            continue
        factor, rate = found
        value += one * factor
        terms.append(f"{entity} {amount(one, own)} x {factor.normalize():.6g} = {amount(one * factor, currency)}")
        used[str(rate.record.source), rate.words] = rate.record
        notes[rate.words] = None
    return Added(value, tuple(terms), tuple(used.values()), tuple(notes), tuple(gaps))


def sum_over(books: tuple[Book, ...], metric: str, *, status: Status = Status.ACTUAL) -> Figure:
    """The sum of a stated figure over entities, with the gaps of those that do not state it.

    Money in another currency than most is converted by a rate dated in the month, or a gap; counts are added as counts.
    """
    whole = Book("", books[0].period if books else "2000-01")
    found: list[tuple[Book, Given]] = []
    gaps: list[Gap] = []
    for book in books:
        given = book.ask_monthly(metric, status=status) if metric in MONTHLY else book.ask(metric, status=status)
        if isinstance(given, Gap):
            gaps.append(given)
        else:
            found.append((book, given))
    if not found:
        return missing(whole, metric, *gaps)
    per = "month" if metric in MONTHLY else None
    units = {given.fact.value.unit for _, given in found}
    if units != {"money"}:
        return _sum_of_counts(whole, metric, found, books, gaps, per)
    currency = common_currency([g.currency for _, g in found])
    parts = [(b.entity, Quantity(g.value.low, g.value.high, "money", g.currency, per)) for b, g in found]
    added = add_up(books, parts, currency, metric)
    gaps.extend(added.gaps)
    if not added.terms:
        return missing(whole, metric, *gaps)
    filled = f"{' + '.join(added.terms)} = {amount(added.value, currency, per)}"
    left_out = {g.entity for g in added.gaps}
    used = [g for b, g in found if b.entity not in left_out]
    notes = [f"{len(used)} of {len(books)} entities state it"] if gaps else []
    return computed(
        whole, metric, money_quantity(added.value, currency, per), filled, [*used, *added.rates],
        note="; ".join([*notes, *added.notes]), gaps=tuple(gaps),
    )  # fmt: skip


def _sum_of_counts(
    whole: Book, metric: str, found: list[tuple[Book, Given]], books: tuple[Book, ...], gaps: list[Gap], per: str | None
) -> Figure:
    """Counts, hours and nights added; what is in another unit than the first is a gap."""
    unit = found[0][1].fact.value.unit
    same = [(b, g) for b, g in found if g.fact.value.unit == unit]
    gaps.extend(
        Gap(b.entity, metric, f"{metric} in {unit or 'plain numbers'}", b.page)
        for b, g in found
        if g.fact.value.unit != unit
    )
    if unit in {"percent", "ratio", "months", "years"}:
        return missing(
            whole,
            metric,
            *gaps,
            *(Gap(b.entity, metric, f"{metric} of all: shares are not added", b.page) for b, _ in same),
        )
    value = total([g.value for _, g in same])
    filled = " + ".join(f"{b.entity} {plain(g.value)}" for b, g in same) + f" = {plain(value)} {unit}".rstrip()
    note = f"{len(same)} of {len(books)} entities state it" if gaps else ""
    return computed(
        whole,
        metric,
        Quantity(value.low, value.high, unit, None, per),
        filled,
        [g for _, g in same],
        note=note,
        gaps=tuple(gaps),
    )

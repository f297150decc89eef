"""Figures that pages state themselves, carried as they stand, and their sums over the portfolio."""

from __future__ import annotations

from auditor.finance.book import Book, Given, money_quantity
from auditor.finance.figures import amount, computed, missing, plain
from auditor.finance.interval import total
from auditor.model.fact import Gap, Quantity, Status
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


def sum_over(books: tuple[Book, ...], metric: str, *, status: Status = Status.ACTUAL) -> Figure:
    """The sum of a money figure over entities, with the gaps of those that do not state it.

    Entities in another currency than the first are gaps: a sum over currencies needs a dated rate.
    """
    whole = Book("", books[0].period if books else "2000-01")
    found: list[tuple[Book, Given]] = []
    gaps: list[Gap] = []
    for book in books:
        given = book.ask_monthly(metric, status=status) if metric in MONTHLY else book.ask(metric, status=status)
        if isinstance(given, Gap):
            gaps.append(given)
        elif found and given.currency != found[0][1].currency:
            gaps.append(
                Gap(
                    book.entity,
                    metric,
                    f"{metric} in {found[0][1].currency} (a dated rate is missing)",
                    given.fact.source.__str__(),
                )
            )
        else:
            found.append((book, given))
    if not found:
        return missing(whole, metric, *gaps)
    value = total([g.value for _, g in found])
    currency = found[0][1].currency
    per = "month" if metric in MONTHLY else None
    filled = (
        " + ".join(f"{b.entity} {amount(g.value, g.currency)}" for b, g in found) + f" = {amount(value, currency, per)}"
    )
    note = f"{len(found)} of {len(books)} entities state it" if gaps else ""
    return computed(
        whole, metric, money_quantity(value, currency, per), filled, [g for _, g in found], note=note, gaps=tuple(gaps)
    )

"""What the cloud costs a month, from the bill."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from auditor.finance.book import Book, money_quantity
from auditor.finance.figures import amount, computed, missing
from auditor.finance.interval import Interval, total
from auditor.finance.periods import days_in_month
from auditor.model.fact import Gap, Quantity, Record
from auditor.model.figure import Figure

CLOSED_MONTHS = 6
"""How many closed months the range covers at most."""


def aws_run_rate(book: Book) -> Figure:
    """Lowest to highest of the last closed months; with only the current month known, that one by days.

    The bill wins over a figure that a page states; without a bill the page's own figure stands.
    """
    months = _by_month([r for r in book.rows("cost") if cost_of(r) is not None])
    closed = {m: rows for m, rows in months.items() if m <= book.period and not _partial(rows)}
    if closed:
        return _closed(book, dict(list(closed.items())[-CLOSED_MONTHS:]))
    current = [rows for rows in months.values() if _partial(rows)]
    if current:
        return _month_to_date(book, current[-1])
    given = book.ask_monthly("aws_cost")
    if isinstance(given, Gap):
        return missing(book, "aws_run_rate", given)
    value = money_quantity(given.value, given.currency, "month")
    return computed(
        book, "aws_run_rate", value, f"{given.fact.label}: {amount(given.value, given.currency, 'month')}", [given],
        note="as a page states it; no bill was read",
    )  # fmt: skip


def aws_run_rate_over(books: tuple[Book, ...], bill: Sequence[Record]) -> Figure | None:
    """The same over several entities, from the whole bill: also what nobody claims. None without a bill.

    The range is that of whole months: the cheapest months of two entities need not be the same month.
    """
    rows = tuple(bill) or tuple(r for book in books for r in book.rows("cost"))
    if not any(cost_of(r) is not None for r in rows):
        return None
    return aws_run_rate(Book("", books[0].period, records=rows))


def cost_of(record: Record) -> Quantity | None:
    """The amount of a line of the bill."""
    return next((record.amounts[name] for name in ("amount", "cost", "unblended") if name in record.amounts), None)


def _by_month(rows: Sequence[Record]) -> dict[str, list[Record]]:
    months: dict[str, list[Record]] = {}
    for record in rows:
        month = record.text.get("month", record.text.get("period", ""))
        if re.fullmatch(r"\d{4}-\d\d", month):
            months.setdefault(month, []).append(record)
    return {month: months[month] for month in sorted(months)}


def _partial(rows: Sequence[Record]) -> bool:
    return any(r.text.get("through") or r.text.get("estimated", "").lower() in {"true", "yes"} for r in rows)


def _sum(rows: Sequence[Record]) -> Interval:
    return total([Interval.of(value) for r in rows if (value := cost_of(r)) is not None])


def _currency(rows: Sequence[Record]) -> str | None:
    return next((value.currency for r in rows if (value := cost_of(r)) is not None), None)


def _closed(book: Book, months: dict[str, list[Record]]) -> Figure:
    sums = {month: _sum(rows) for month, rows in months.items()}
    rows = [r for found in months.values() for r in found]
    value = Interval(min(s.low for s in sums.values()), max(s.high for s in sums.values()))
    mean = total(list(sums.values())) / len(sums)
    currency = _currency(rows)
    filled = "; ".join(f"{m} {amount(s, currency)}" for m, s in sums.items()) + f": {amount(value, currency, 'month')}"
    note = f"range over {len(sums)} closed months" if len(sums) > 1 else "one closed month known"
    if len(sums) > 1:
        note += f", mean {amount(mean, currency)}"
    return computed(book, "aws_run_rate", money_quantity(value, currency, "month"), filled, rows, note=note)


def _month_to_date(book: Book, rows: Sequence[Record]) -> Figure:
    """The month so far by days: cost / days so far x days of the month."""
    month = rows[0].text.get("month", rows[0].text.get("period", ""))
    last = max((r.text.get("through", "") for r in rows), default="")
    so_far = _sum(rows)
    currency = _currency(rows)
    days, whole = (int(last[8:10]) if re.fullmatch(r"\d{4}-\d\d-\d\d", last) else 0), days_in_month(month)
    if not days:
        return missing(
            book,
            "aws_run_rate",
            Gap(book.entity, "aws_cost", f"closed month of the bill ({month} is not closed)", book.page),
        )
    value = so_far / Decimal(days) * Decimal(whole)
    filled = f"{amount(so_far, currency)} / {days} days x {whole} = {amount(value, currency, 'month')}"
    return computed(
        book,
        "aws_run_rate",
        money_quantity(value, currency, "month"),
        filled,
        rows,
        note=f"{month} until {last}, by days",
    )

"""The clients: recurring revenue, what is owed and how long, work not billed, rate, concentration, cost to serve."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from auditor.finance.book import Book, Given, money_quantity
from auditor.finance.figures import amount, computed, missing, needs_record, plain, share
from auditor.finance.interval import Interval
from auditor.finance.periods import days_in_month, monthly
from auditor.finance.recognition import parse_day
from auditor.model.fact import Gap, Quantity, Record
from auditor.model.figure import Figure

BUCKETS = ("not due", "0-30", "31-60", "61-90", "90+")
_INACTIVE = re.compile(
    r"\b(?:paused|inactive|former|ended|lost|churned|cancell?ed|closed|archived|prospect)\b", re.IGNORECASE
)
_NO_MODEL = re.compile(
    r"^\W*(?:none|no|unknown|tbd|tba|\?|n/?a|not (?:set|agreed|defined|decided|billed)|unclear|free|-+|—)?\W*$",
    re.IGNORECASE,
)
_PAID = re.compile(r"^\W*(?:paid|yes|y|settled|x|✓|✔)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Open:
    """An unpaid invoice."""

    record: Record
    amount: Decimal
    overdue_days: int
    """Below zero: not due yet."""

    @property
    def bucket(self) -> str:
        """Age from the due date."""
        if self.overdue_days <= 0:
            return BUCKETS[0]
        for limit, name in ((30, "0-30"), (60, "31-60"), (90, "61-90")):
            if self.overdue_days <= limit:
                return name
        return BUCKETS[-1]


def is_active(record: Record) -> bool:
    """Whether a client is served now."""
    return not _INACTIVE.search(record.text.get("status", ""))


def has_model(record: Record) -> bool:
    """Whether a billing model is written down for a client."""
    return not _NO_MODEL.match(record.text.get("model", ""))


def without_model(book: Book) -> tuple[Record, ...]:
    """Active clients for whom no billing model is written down."""
    return tuple(r for r in book.rows("client") if is_active(r) and not has_model(r))


def hosted_not_billed(book: Book, hosted: Iterable[str] = ()) -> tuple[Record, ...]:
    """Active clients whose site is hosted (by the page, or by names found in the cloud) and who pay no fee."""
    names = {h.lower().removeprefix("www.").rstrip(".") for h in hosted}
    result = []
    for record in book.rows("client"):
        site = (
            record.text.get("site", "")
            .lower()
            .removeprefix("https://")
            .removeprefix("http://")
            .removeprefix("www.")
            .strip("/ ")
        )
        is_hosted = "hosting" in record.amounts or bool(record.text.get("hosting")) or site in names
        if is_active(record) and is_hosted and "fee" not in record.amounts:
            result.append(record)
    return tuple(result)


def mrr(book: Book) -> Figure:
    """Recurring fees of active clients, a month; a stated figure that differs is named."""
    rows = [r for r in book.rows("client") if is_active(r) and "fee" in r.amounts]
    stated = book.ask_monthly("mrr")
    parts: list[tuple[Record, Interval]] = []
    for row in rows:
        fee = row.amounts["fee"]
        low, high = monthly(fee.low, fee.per or "month"), monthly(fee.high, fee.per or "month")
        if low is not None and high is not None:
            parts.append((row, Interval(low, high)))
    if not parts:
        if isinstance(stated, Given):
            return computed(
                book,
                "mrr",
                money_quantity(stated.value, stated.currency, "month"),
                f"stated: {amount(stated.value, stated.currency, 'month')}",
                [stated],
            )
        return missing(book, "mrr", needs_record(book, "client", "table of clients with their monthly fee"))
    value = Interval.exact(0)
    for _, fee_a_month in parts:
        value += fee_a_month
    currency = parts[0][0].amounts["fee"].currency
    filled = (
        " + ".join(f"{row.name} {amount(fee, currency)}" for row, fee in parts)
        + f" = {amount(value, currency, 'month')}"
    )
    note = ""
    if isinstance(stated, Given) and (stated.value.high < value.low or stated.value.low > value.high):
        note = f"the page states {amount(stated.value, stated.currency)}"
    return computed(book, "mrr", money_quantity(value, currency, "month"), filled, [row for row, _ in parts], note=note)


def is_paid(record: Record, day: date) -> bool:
    """Whether an invoice was paid by a day."""
    paid = record.text.get("paid", "")
    when = parse_day(paid)
    if when is not None:
        return when <= day
    return bool(_PAID.match(paid)) or bool(_PAID.match(record.text.get("status", "")))


def open_invoices(book: Book) -> tuple[Open, ...]:
    """Invoices issued by the end of the month and not paid by then, oldest due first."""
    result: list[Open] = []
    for record in book.rows("invoice"):
        value = record.amounts.get("amount")
        issued = parse_day(record.text.get("date", ""))
        due = parse_day(record.text.get("due", "")) or issued
        if value is None or due is None or (issued is not None and issued > book.end) or is_paid(record, book.end):
            continue
        result.append(Open(record, value.low, (book.end - due).days))
    return tuple(sorted(result, key=lambda o: (-o.overdue_days, o.record.name)))


def ageing(book: Book) -> dict[str, Decimal]:
    """Unpaid amounts by age from the due date at the end of the month."""
    sums = dict.fromkeys(BUCKETS, Decimal(0))
    for item in open_invoices(book):
        sums[item.bucket] += item.amount
    return sums


def receivables(book: Book) -> Figure:
    """All that is owed at the end of the month."""
    if not book.rows("invoice"):
        stated = book.ask("receivables")
        if isinstance(stated, Given):
            return computed(
                book,
                "receivables",
                money_quantity(stated.value, stated.currency),
                f"stated: {amount(stated.value, stated.currency)}",
                [stated],
            )
        return missing(
            book, "receivables", needs_record(book, "invoice", "table of invoices with amount, due and paid")
        )
    return _owed(book, "receivables", open_invoices(book))


def overdue(book: Book) -> Figure:
    """What is past its due date at the end of the month."""
    if not book.rows("invoice"):
        return missing(book, "overdue", needs_record(book, "invoice", "table of invoices with amount, due and paid"))
    return _owed(book, "overdue", [o for o in open_invoices(book) if o.overdue_days > 0])


def _owed(book: Book, metric: str, items: Sequence[Open]) -> Figure:
    value = sum((o.amount for o in items), Decimal(0))
    first = book.rows("invoice")[0].amounts.get("amount")
    currency = first.currency if first is not None else "USD"
    filled = (
        " + ".join(f"{o.record.name} {amount(Interval.exact(o.amount), currency)} ({o.bucket})" for o in items)
        or "nothing open"
    ) + f" = {amount(Interval.exact(value), currency)}"
    return computed(
        book,
        metric,
        money_quantity(Interval.exact(value), currency),
        filled,
        [o.record for o in items] or list(book.rows("invoice"))[:1],
        note=f"at {book.end.isoformat()}, age from the due date",
    )


def invoiced(book: Book) -> tuple[Decimal, list[Record]]:
    """Amount invoiced in the month, and the invoices."""
    rows = [r for r in book.rows("invoice") if "amount" in r.amounts and r.text.get("date", "")[:7] == book.period]
    return sum((r.amounts["amount"].low for r in rows), Decimal(0)), rows


def dso(book: Book) -> Figure:
    """Days sales outstanding: receivables / invoiced in the month x its days."""
    owed = receivables(book)
    billed, rows = invoiced(book)
    if owed.value is None or not rows or billed <= 0:
        gap = needs_record(book, "invoice", f"invoices of {book.period}")
        return missing(book, "dso", owed, *([gap] if not rows else []))
    days = days_in_month(book.period)
    value = owed.value.low / billed * days
    filled = f"{amount(Interval.of(owed.value), owed.value.currency)} / {amount(Interval.exact(billed), owed.value.currency)} x {days} = {plain(Interval.exact(value), 0)} days"
    return computed(book, "dso", Quantity(value, value, "days"), filled, [owed, *rows])


def hours_of(book: Book, *, period: str = "") -> tuple[Record, ...]:
    """Logged hours; those without a date count in every month asked for."""
    return tuple(r for r in book.rows("hours") if not period or not r.text.get("date") or r.text["date"][:7] == period)


def unbilled(book: Book) -> Figure:
    """(Hours logged - hours invoiced) x rate, over all months up to this one."""
    rows = [
        r
        for r in book.rows("hours")
        if "logged" in r.amounts and (not r.text.get("date") or r.text["date"][:7] <= book.period)
    ]
    rate = book.ask("hourly_rate")
    if not rows or isinstance(rate, Gap):
        return missing(
            book,
            "unbilled",
            rate,
            *([] if rows else [needs_record(book, "hours", "time log with hours logged and invoiced")]),
        )
    logged = sum((r.amounts["logged"].low for r in rows), Decimal(0))
    charged = sum((r.amounts["invoiced"].low for r in rows if "invoiced" in r.amounts), Decimal(0))
    value = Interval.exact(logged - charged) * rate.value
    filled = f"({plain(Interval.exact(logged))} - {plain(Interval.exact(charged))}) h x {amount(rate.value, rate.currency)} = {amount(value, rate.currency)}"
    return computed(book, "unbilled", money_quantity(value, rate.currency), filled, [rate, *rows])


def unbilled_by_client(book: Book) -> dict[str, Decimal]:
    """Hours logged and not invoiced up to this month, by client."""
    open_hours: dict[str, Decimal] = {}
    for record in book.rows("hours"):
        if "logged" not in record.amounts or record.text.get("date", "")[:7] > book.period:
            continue
        charged = record.amounts.get("invoiced")
        name = record.text.get("client", record.name)
        open_hours[name] = (
            open_hours.get(name, Decimal(0)) + record.amounts["logged"].low - (charged.low if charged else Decimal(0))
        )
    return {name: hours for name, hours in open_hours.items() if hours > 0}


def effective_rate(book: Book) -> Figure:
    """Invoiced in the month / hours logged in it."""
    billed, invoices = invoiced(book)
    rows = [r for r in hours_of(book, period=book.period) if "logged" in r.amounts]
    hours = sum((r.amounts["logged"].low for r in rows), Decimal(0))
    if not invoices or hours <= 0:
        gaps = [] if invoices else [needs_record(book, "invoice", f"invoices of {book.period}")]
        gaps += [] if hours > 0 else [needs_record(book, "hours", f"time log of {book.period}")]
        return missing(book, "effective_rate", *gaps)
    currency = invoices[0].amounts["amount"].currency
    value = billed / hours
    filled = f"{amount(Interval.exact(billed), currency)} / {plain(Interval.exact(hours))} h = {amount(Interval.exact(value), currency, 'hour')}"
    return computed(
        book, "effective_rate", money_quantity(Interval.exact(value), currency, "hour"), filled, [*invoices, *rows]
    )


def concentration(book: Book) -> Figure:
    """The largest client's share of recurring fees, in percent."""
    rows = [
        (r, monthly(r.amounts["fee"].low, r.amounts["fee"].per or "month"))
        for r in book.rows("client")
        if is_active(r) and "fee" in r.amounts
    ]
    fees = [(r, fee) for r, fee in rows if fee]
    whole = sum((fee for _, fee in fees), Decimal(0))
    if not fees or whole <= 0:
        return missing(book, "concentration", needs_record(book, "client", "table of clients with their monthly fee"))
    top, most = max(fees, key=lambda pair: (pair[1], pair[0].name))
    value = most / whole * 100
    currency = top.amounts["fee"].currency
    filled = f"{top.name} {amount(Interval.exact(most), currency)} / {amount(Interval.exact(whole), currency)} = {share(Interval.exact(value), 0)}"
    return computed(book, "concentration", Quantity(value, value, "percent"), filled, [r for r, _ in fees])


def cost_to_serve(book: Book, client: str = "") -> Figure:
    """Hosting + hours of the month x cost rate, for one client or all."""
    rate = book.ask("cost_rate")
    rows = [
        r
        for r in hours_of(book, period=book.period)
        if "logged" in r.amounts and (not client or r.text.get("client", r.name) == client)
    ]
    clients = [r for r in book.rows("client") if (not client or r.name == client)]
    hosting = sum((r.amounts["hosting"].low for r in clients if "hosting" in r.amounts), Decimal(0))
    if isinstance(rate, Gap) or not clients:
        return missing(
            book, "cost_to_serve", rate, *([] if clients else [needs_record(book, "client", "table of clients")])
        )
    hours = sum((r.amounts["logged"].low for r in rows), Decimal(0))
    value = Interval.exact(hosting) + Interval.exact(hours) * rate.value
    filled = f"{amount(Interval.exact(hosting), rate.currency)} + {plain(Interval.exact(hours))} h x {amount(rate.value, rate.currency)} = {amount(value, rate.currency, 'month')}"
    note = "" if rows else f"no hours are logged in {book.period}"
    figure = computed(
        book, "cost_to_serve", money_quantity(value, rate.currency, "month"), filled, [rate, *clients, *rows], note=note
    )
    if client and figure.trace is not None:
        from dataclasses import replace

        from auditor.finance.figures import slug

        return replace(
            figure,
            metric=f"cost_to_serve:{slug(client)}",
            trace=replace(
                figure.trace, id=f"{book.entity}-cost-to-serve-{slug(client)}", name=f"Cost to serve: {client}"
            ),
        )
    return figure

"""All figures by id: what reports print and `auditor explain` proves.

`figure(snapshot, metric, entity)` is the one way in; an empty entity means the whole portfolio, for figures that add up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from auditor.finance import (
    capital,
    cash,
    channels,
    chart,
    clients,
    cloud,
    delivery,
    recognition,
    rental,
    unit_economics,
)
from auditor.finance.book import Book, book_of, money_quantity
from auditor.finance.figures import amount, computed, missing, plain
from auditor.finance.interval import Interval
from auditor.finance.stated import add_up, common_currency, stated, sum_over
from auditor.model.fact import Record, Status
from auditor.model.figure import Figure
from auditor.model.run import Snapshot

Compute = Callable[[Book], Figure]

COMPUTED: Mapping[str, Compute] = {
    "contribution": unit_economics.contribution,
    "break_even_units": unit_economics.break_even_units,
    "break_even_gap": unit_economics.break_even_gap,
    "break_even_date": unit_economics.break_even_date,
    "gross_margin": unit_economics.gross_margin,
    "net_margin": unit_economics.net_margin,
    "cac": unit_economics.cac,
    "ltv": unit_economics.ltv,
    "ltv_cac": unit_economics.ltv_cac,
    "payback_months": unit_economics.payback_months,
    "net_burn": cash.net_burn,
    "runway": cash.runway,
    "revenue_gap": cash.revenue_gap,
    "target_share": cash.target_share,
    "months_to_target": cash.months_to_target,
    "pipeline_coverage": cash.pipeline_coverage,
    "target_path": lambda book: cash.target_path(book)[1],
    "cash_path": lambda book: cash.cash_path(book)[1],
    "sensitivities": lambda book: cash.sensitivities(book)[0],
    "capital_tiers": lambda book: capital.capital_tiers(book)[1],
    "available_capital": capital.available_capital,
    "aws_run_rate": cloud.aws_run_rate,
    "chart_coverage": chart.chart_coverage,
    "deferred_revenue": recognition.deferred_revenue,
    "recognised_revenue": recognition.recognised_revenue,
    "noi": rental.noi,
    "cap_rate": rental.cap_rate,
    "grm": rental.grm,
    "cash_on_cash": rental.cash_on_cash,
    "dscr": rental.dscr,
    "break_even_occupancy": rental.break_even_occupancy,
    "mortgage_payment": rental.debt_service,
    "rental_cash_flow": rental.cash_flow,
    "str_revenue": rental.str_revenue,
    "short_against_long": rental.short_against_long,
    "revpar": rental.revpar,
    "occupancy": rental.occupancy,
    "cost_per_nm": delivery.cost_per_nm,
    "quote_coverage": delivery.quote_coverage,
    "readiness": delivery.readiness,
    "mrr": clients.mrr,
    "receivables": clients.receivables,
    "overdue": clients.overdue,
    "dso": clients.dso,
    "unbilled": clients.unbilled,
    "effective_rate": clients.effective_rate,
    "concentration": clients.concentration,
    "cost_to_serve": clients.cost_to_serve,
}
"""Figures that follow from others."""

SUMMED = frozenset(
    {
        "aws_run_rate",
        "net_burn",
        "revenue_gap",
        "deferred_revenue",
        "recognised_revenue",
        "mrr",
        "receivables",
        "overdue",
        "unbilled",
    }
)
"""Computed figures of money that may be added over entities."""


def figure(snapshot: Snapshot, metric: str, entity: str = "", period: str = "") -> Figure:
    """One figure. `metric` is a computed one, a vocabulary id as stated, or either with `@target`."""
    if entity:
        return of_book(book_of(snapshot, entity, period), metric)
    books = tuple(book_of(snapshot, e.key, period) for e in snapshot.entities)
    return over(books, metric, [r for r in snapshot.records if r.kind == "cost"])


def of_book(book: Book, metric: str) -> Figure:
    """One figure of one entity."""
    name, _, wanted = metric.partition("@")
    if wanted == "target":
        return stated(book, name, status=Status.TARGET)
    if name in COMPUTED:
        return COMPUTED[name](book)
    return stated(book, name)


def over(books: tuple[Book, ...], metric: str, bill: Sequence[Record] = ()) -> Figure:
    """One figure over several entities: sums where a sum makes sense, runway from the sums, gaps named.

    `bill` has the lines of the cloud's bill, also those that belong to nobody.
    """
    name, _, wanted = metric.partition("@")
    if not books:
        return missing(Book("", "2000-01"), metric)
    if wanted == "target" or name not in COMPUTED:
        return sum_over(books, name, status=Status.TARGET if wanted == "target" else Status.ACTUAL)
    if name == "runway":
        return _runway_over(books)
    if name == "target_share":
        return _share_over(books)
    if name == "aws_run_rate" and (rate := cloud.aws_run_rate_over(books, bill)) is not None:
        return rate
    if name in SUMMED:
        return _sum_computed(books, name)
    return missing(Book("", books[0].period), name, *(of_book(b, name) for b in books))


def _sum_computed(books: tuple[Book, ...], name: str) -> Figure:
    whole = Book("", books[0].period)
    figures = [of_book(book, name) for book in books]
    known = [f for f in figures if f.value is not None and f.value.unit == "money"]
    gaps = tuple(g for f in figures if f.value is None for g in f.gaps)
    if not known:
        return missing(whole, name, *figures)
    parts = [(f.entity, f.value) for f in known if f.value is not None]
    currency = common_currency([value.currency for _, value in parts])
    added = add_up(books, parts, currency, name)
    if not added.terms:
        return missing(whole, name, *added.gaps, *(f for f in figures if f.value is None))
    per = parts[0][1].per
    filled = f"{' + '.join(added.terms)} = {amount(added.value, currency, per)}"
    used = [f for f in known if f.entity not in {g.entity for g in added.gaps}]
    notes = [f"{len(used)} of {len(books)} entities"] if len(used) < len(books) else []
    return computed(
        whole, name, money_quantity(added.value, currency, per), filled, [*used, *added.rates],
        note="; ".join([*notes, *added.notes]), gaps=(*gaps, *added.gaps),
    )  # fmt: skip


def _runway_over(books: tuple[Book, ...]) -> Figure:
    """Cash of the entities that state cash, expenses and revenue, over their summed net burn."""
    whole = Book("", books[0].period)
    usable = tuple(b for b in books if of_book(b, "net_burn").value is not None and stated(b, "cash").value is not None)
    left_out = [f for b in books if b not in usable for f in (of_book(b, "runway"),)]
    if not usable:
        return missing(whole, "runway", *left_out)
    cash_sum, burn = sum_over(usable, "cash"), _sum_computed(usable, "net_burn")
    if cash_sum.value is None or burn.value is None:
        return missing(whole, "runway", cash_sum, burn)
    gaps = tuple(g for f in left_out for g in f.gaps)
    note = (
        f"{len(usable)} of {len(books)} entities state cash, revenue and expenses" if len(usable) < len(books) else ""
    )
    spent = Interval.of(burn.value)
    currency = burn.value.currency
    if spent.low <= 0:
        words = "profitable" if spent.high <= 0 else ""
        return computed(
            whole,
            "runway",
            None,
            f"net burn {amount(spent, currency, 'month')}",
            [cash_sum, burn],
            words=words or "about break-even",
            note=note,
            gaps=gaps,
        )
    value = Interval.of(cash_sum.value) / spent
    from auditor.model.fact import Quantity

    filled = f"{amount(Interval.of(cash_sum.value), currency)} / {amount(spent, currency, 'month')} = {plain(value, 1)} months"
    return computed(
        whole, "runway", Quantity(value.low, value.high, "months"), filled, [cash_sum, burn], note=note, gaps=gaps
    )


def _share_over(books: tuple[Book, ...]) -> Figure:
    from auditor.model.fact import Quantity

    whole = Book("", books[0].period)
    usable = tuple(b for b in books if of_book(b, "target_share").value is not None)
    if not usable:
        return missing(whole, "target_share", *(of_book(b, "target_share") for b in books))
    actual, target = sum_over(usable, "revenue"), sum_over(usable, "revenue", status=Status.TARGET)
    if actual.value is None or target.value is None:
        return missing(whole, "target_share", actual, target)
    value = Interval.of(actual.value) / Interval.of(target.value) * 100
    filled = f"{amount(Interval.of(actual.value), actual.value.currency)} / {amount(Interval.of(target.value), actual.value.currency)} = {plain(value, 1)}%"
    note = f"{len(usable)} of {len(books)} entities state a target and revenue" if len(usable) < len(books) else ""
    return computed(
        whole, "target_share", Quantity(value.low, value.high, "percent"), filled, [actual, target], note=note
    )


def rows_of(book: Book, metric: str) -> tuple[Figure, ...] | None:
    """The figures of each row where a metric has several (`channels`, `jobs`, `sensitivities`); None where it has one."""
    if metric in {"channels", "channel_net", "channel_order"}:
        return tuple(
            f
            for c in channels.channels(book)
            for f in (c.net, c.effective_rate, c.direct_equivalent, c.break_even, c.expected)
        )
    if metric in {"jobs", "delivery_cost"}:
        return tuple(f for j in delivery.jobs(book) for f in (j.days, j.fuel, j.crew, j.cost, j.per_nm, j.margin))
    if metric == "sensitivities":
        return cash.sensitivities(book)
    return None

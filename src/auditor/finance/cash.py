"""Burn, runway, the cash path, sensitivities, and revenue against its target."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from auditor.finance.book import Book, Given, money_quantity
from auditor.finance.figures import amount, computed, missing, plain, share
from auditor.finance.interval import Interval
from auditor.finance.periods import add_months
from auditor.finance.unit_economics import contribution
from auditor.model.fact import Gap, Quantity, Status
from auditor.model.figure import Figure

_HUNDRED = Decimal(100)


def spending(book: Book) -> Given | Gap:
    """All expenses of the month; where only operating expenses are stated, those, and the trace says so."""
    expenses = book.ask_monthly("expenses")
    operating = book.ask_monthly("opex") if isinstance(expenses, Gap) else expenses
    if isinstance(expenses, Gap) and isinstance(operating, Given):
        return Given(
            operating.value, operating.facts, operating.currency, "operating expenses only; no total is stated"
        )
    return expenses


def net_burn(book: Book) -> Figure:
    """Expenses less revenue, a month; below zero the business earns money."""
    expenses, revenue = spending(book), book.ask_monthly("revenue")
    if isinstance(expenses, Gap) or isinstance(revenue, Gap):
        stated = book.ask_monthly("net_burn")
        if isinstance(stated, Given):
            return computed(
                book,
                "net_burn",
                money_quantity(stated.value, stated.currency, "month"),
                f"stated: {amount(stated.value, stated.currency, 'month')}",
                [stated],
            )
        return missing(book, "net_burn", expenses, revenue)
    value = expenses.value - revenue.value
    filled = f"{amount(expenses.value, expenses.currency)} - {amount(revenue.value, revenue.currency)} = {amount(value, expenses.currency, 'month')}"
    words = "profitable" if value.high <= 0 else ""
    return computed(
        book, "net_burn", money_quantity(value, expenses.currency, "month"), filled, [expenses, revenue], words=words
    )


def runway(book: Book) -> Figure:
    """Months that cash lasts at this net burn; "profitable" where there is none."""
    cash, burn = book.ask("cash"), net_burn(book)
    if isinstance(cash, Gap) or burn.value is None:
        return missing(book, "runway", cash, burn)
    spent = Interval.of(burn.value)
    if spent.high <= 0:
        return computed(
            book,
            "runway",
            None,
            f"net burn {amount(spent, burn.value.currency, 'month')}: profitable",
            [cash, burn],
            words="profitable",
        )
    if spent.low <= 0:
        value = Interval(cash.value.low / spent.high, cash.value.low / spent.high)
        filled = f"{amount(cash.value, cash.currency)} / {amount(Interval.exact(spent.high), cash.currency, 'month')} = {plain(value, 1)} months at the high end of burn"
        return computed(
            book,
            "runway",
            Quantity(value.low, value.high, "months", flags=frozenset({"at_least"})),
            filled,
            [cash, burn],
        )
    value = cash.value / spent
    filled = f"{amount(cash.value, cash.currency)} / {amount(spent, cash.currency, 'month')} = {plain(value, 1)} months"
    return computed(book, "runway", Quantity(value.low, value.high, "months"), filled, [cash, burn])


def revenue_gap(book: Book) -> Figure:
    """Target less actual revenue a month; the trace says what share of the target is reached."""
    target, actual = book.ask_monthly("revenue", status=Status.TARGET), book.ask_monthly("revenue")
    if isinstance(target, Gap) or isinstance(actual, Gap):
        return missing(book, "revenue_gap", target, actual)
    value = target.value - actual.value
    reached = f" ({share(actual.value / target.value * _HUNDRED, 0)} of target)" if target.value.low > 0 else ""
    filled = f"{amount(target.value, target.currency)} - {amount(actual.value, actual.currency)} = {amount(value, target.currency, 'month')}{reached}"
    return computed(book, "revenue_gap", money_quantity(value, target.currency, "month"), filled, [target, actual])


def target_share(book: Book) -> Figure:
    """Actual revenue in percent of its target."""
    target, actual = book.ask_monthly("revenue", status=Status.TARGET), book.ask_monthly("revenue")
    if isinstance(target, Gap) or isinstance(actual, Gap) or target.value.low <= 0:
        return missing(book, "target_share", target, actual)
    value = actual.value / target.value * _HUNDRED
    return computed(
        book,
        "target_share",
        Quantity(value.low, value.high, "percent"),
        f"{amount(actual.value, actual.currency)} / {amount(target.value, target.currency)} = {share(value)}",
        [target, actual],
    )


def months_to_target(book: Book) -> Figure:
    """Months until revenue reaches its target at the stated monthly growth."""
    target, actual = book.ask_monthly("revenue", status=Status.TARGET), book.ask_monthly("revenue")
    growth = book.ask("growth_rate", also=(Status.PROJECTED,))
    if isinstance(target, Gap) or isinstance(actual, Gap) or isinstance(growth, Gap):
        return missing(book, "months_to_target", target, actual, growth)
    goal, have, rate = target.value.mid, actual.value.mid, growth.value.mid / _HUNDRED
    if have >= goal:
        return computed(
            book,
            "months_to_target",
            Quantity(Decimal(0), Decimal(0), "months"),
            f"{amount(actual.value, actual.currency)} is at or above {amount(target.value, target.currency)}",
            [target, actual],
            words="reached",
        )
    if have <= 0 or rate <= 0:
        return computed(
            book,
            "months_to_target",
            None,
            f"{amount(actual.value, actual.currency)} growing {share(growth.value)} a month never gets there",
            [target, actual, growth],
            words="not at this growth",
        )
    months = (goal / have).ln() / (1 + rate).ln()
    filled = f"ln({amount(target.value, target.currency)} / {amount(actual.value, actual.currency)}) / ln(1 + {share(growth.value)}) = {plain(Interval.exact(months), 1)} months"
    return computed(book, "months_to_target", Quantity(months, months, "months"), filled, [target, actual, growth])


def pipeline_coverage(book: Book) -> Figure:
    """Open deals weighed by their probability against what is still missing to the target, as a ratio."""
    target, booked = book.ask_monthly("revenue", status=Status.TARGET), book.ask_monthly("revenue")
    if isinstance(target, Gap) or isinstance(booked, Gap):
        return missing(book, "pipeline_coverage", target, booked)
    short = target.value - booked.value
    deals = [d for d in book.rows("deal") if "value" in d.amounts and "probability" in d.amounts]
    if not deals:
        count, price, win = book.ask("pipeline"), book.ask("price"), book.ask("win_rate")
        if isinstance(count, Given) and count.value.high == 0:
            return computed(
                book,
                "pipeline_coverage",
                Quantity(Decimal(0), Decimal(0), "ratio"),
                f"no open deals against {amount(short, target.currency)} missing",
                [count, target, booked],
            )
        if isinstance(count, Gap) or isinstance(price, Gap) or isinstance(win, Gap):
            known = [g for g in (count, price, win) if isinstance(g, Gap)]
            return missing(book, "pipeline_coverage", *known)
        weighed = count.value * price.value * (win.value / 100)
        text, inputs = (
            f"{plain(count.value, 0)} x {amount(price.value, price.currency)} x {share(win.value)}",
            [count, price, win],
        )
        return _coverage(book, weighed, short, text, target, [*inputs, target, booked])
    weighed = Interval.exact(0)
    for deal in deals:
        weighed += Interval.of(deal.amounts["value"]) * (Interval.of(deal.amounts["probability"]) / 100)
    text = " + ".join(f"{deal.text.get('value', '')} x {deal.text.get('probability', '')}" for deal in deals)
    return _coverage(book, weighed, short, text, target, [*deals, target, booked])


def _coverage(book: Book, weighed: Interval, short: Interval, text: str, target: Given, inputs: list) -> Figure:  # type: ignore[type-arg]
    if short.low <= 0:
        return computed(
            book,
            "pipeline_coverage",
            None,
            f"target {amount(target.value, target.currency)} is reached",
            inputs,
            words="target reached",
        )
    value = weighed / short
    filled = f"({text}) / {amount(short, target.currency)} = {plain(value, 2)}"
    return computed(book, "pipeline_coverage", Quantity(value.low, value.high, "ratio"), filled, inputs)


@dataclass(frozen=True, slots=True)
class Step:
    """One month of a path."""

    period: str
    amount: Decimal
    units: Decimal | None = None
    """Units that bring this amount as contribution; None where the contribution is unknown."""


def target_path(book: Book, months: int = 12) -> tuple[tuple[Step, ...], Figure]:
    """Revenue for each month from actual to target: constant growth, or linear where nothing is earned yet.

    Each month also in units at the stated price.
    """
    target, actual = book.ask_monthly("revenue", status=Status.TARGET), book.ask_monthly("revenue")
    if isinstance(target, Gap) or isinstance(actual, Gap):
        return (), missing(book, "target_path", target, actual)
    goal, have = target.value.mid, actual.value.mid
    price = book.ask("price")
    unit = price.value.mid if isinstance(price, Given) and price.value.low > 0 else None
    steps: list[Step] = []
    ratio = (goal / have).ln() / months if have > 0 and goal > 0 else None
    for k in range(1, months + 1):
        value = have * (ratio * k).exp() if ratio is not None else have + (goal - have) * k / months
        value = goal if k == months else value.quantize(Decimal("0.01"))
        units = (value / unit).to_integral_value(ROUND_CEILING) if unit else None
        steps.append(Step(add_months(book.period, k), value, units))
    how = (
        f"growth of {share(Interval.exact((ratio.exp() - 1) * _HUNDRED))} a month"
        if ratio is not None
        else "equal steps, as nothing is earned yet"
    )
    filled = (
        f"{amount(actual.value, actual.currency)} to {amount(target.value, target.currency)} in {months} months: {how}"
    )
    inputs = [actual, target, price] if isinstance(price, Given) else [actual, target]
    figure = computed(book, "target_path", money_quantity(target.value, target.currency, "month"), filled, inputs)
    return tuple(steps), figure


def cash_path(book: Book, months: int = 12) -> tuple[dict[str, tuple[Step, ...]], Figure]:
    """Cash at the end of each month at base, low and high: revenue as it is, a fifth less, a fifth more."""
    cash, burn, revenue = book.ask("cash"), net_burn(book), book.ask_monthly("revenue")
    if isinstance(cash, Gap) or burn.value is None or isinstance(revenue, Gap):
        return {}, missing(book, "cash_path", cash, burn, revenue)
    spent = Interval.of(burn.value).mid
    swing = revenue.value.mid / 5
    paths = {
        name: tuple(Step(add_months(book.period, k), cash.value.mid - rate * k) for k in range(1, months + 1))
        for name, rate in (("base", spent), ("low", spent + swing), ("high", spent - swing))
    }
    end = paths["base"][-1].amount
    filled = f"{amount(cash.value, cash.currency)} - {months} x {amount(Interval.exact(spent), cash.currency)} = {amount(Interval.exact(end), cash.currency)}"
    figure = computed(
        book,
        "cash_path",
        money_quantity(Interval.exact(end), cash.currency),
        filled,
        [cash, burn],
        note="low and high: revenue a fifth less and more",
    )
    return paths, figure


def sensitivities(book: Book) -> tuple[Figure, ...]:
    """Net burn a month if the price fell by a tenth, or volume by a fifth."""
    burn, units, price, margin = net_burn(book), book.ask_monthly("units_sold"), book.ask("price"), contribution(book)
    if burn.value is None or isinstance(units, Gap) or isinstance(price, Gap) or margin.value is None:
        return (missing(book, "sensitivities", burn, units, price, margin),)
    base, currency = Interval.of(burn.value), burn.value.currency
    lost_price = units.value * price.value / 10
    lost_volume = units.value * Interval.of(margin.value) / 5
    results: list[Figure] = []
    for name, lost, how in (
        ("price -10 %", lost_price, f"{plain(units.value, 1)} x {amount(price.value, currency)} x 10 %"),
        (
            "volume -20 %",
            lost_volume,
            f"{plain(units.value, 1)} x 20 % x {amount(Interval.of(margin.value), currency)}",
        ),
    ):
        value = base + lost
        figure = computed(
            book,
            "sensitivities",
            money_quantity(value, currency, "month"),
            f"{amount(base, currency)} + {how} = {amount(value, currency, 'month')}",
            [burn, units, price, margin],
        )
        assert figure.trace is not None
        trace = type(figure.trace)(
            f"{figure.trace.id}-{name.split()[0]}",
            f"Net burn with {name}",
            figure.trace.formula,
            figure.trace.filled,
            figure.trace.sources,
            figure.trace.note,
        )
        results.append(Figure("sensitivities", book.entity, figure.value, trace, (), "", f"Net burn with {name}"))
    return tuple(results)

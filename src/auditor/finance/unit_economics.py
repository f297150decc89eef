"""Contribution, break-even in units and date, margins, acquisition cost and lifetime value."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal

from auditor.finance.book import Book, Given, money_quantity
from auditor.finance.figures import amount, computed, missing, plain, share
from auditor.finance.interval import Interval
from auditor.finance.periods import add_months
from auditor.model.fact import Gap, Quantity, Status
from auditor.model.figure import Figure

_EITHER = (Status.PROJECTED,)
"""Prices and unit costs may be planned ones where no actual is stated; the trace says so."""
_HUNDRED = Decimal(100)


def _priced(book: Book, metric: str) -> Given | Gap:
    given = book.ask(metric, also=_EITHER)
    if isinstance(given, Given) and given.fact.status is not Status.ACTUAL and not given.note:
        return Given(given.value, given.facts, given.currency, f"{given.fact.label} is {given.fact.status.value}")
    return given


def contribution(book: Book) -> Figure:
    """Price less what one more unit costs."""
    price, cost = _priced(book, "price"), _priced(book, "variable_cost")
    if isinstance(price, Gap) or isinstance(cost, Gap):
        return missing(book, "contribution", price, cost)
    value = price.value - cost.value
    unit = price.fact.value.per or "unit"
    filled = f"{amount(price.value, price.currency)} - {amount(cost.value, cost.currency)} = {amount(value, price.currency, unit)}"
    return computed(book, "contribution", money_quantity(value, price.currency, unit), filled, [price, cost])


def scenarios(book: Book) -> tuple[str, ...]:
    """Scenarios that state price, variable cost and fixed costs in aligned rows, in page order."""
    found: dict[str, set[str]] = {}
    for fact in book.facts:
        if fact.scenario and fact.metric in {"price", "variable_cost", "fixed_costs"}:
            found.setdefault(fact.scenario, set()).add(fact.metric)
    return tuple(name for name, metrics in found.items() if len(metrics) == 3)


def break_even_units(book: Book) -> Figure:
    """Units a month that cover fixed costs; row by row where the page gives scenarios.

    No break-even where the contribution is not above zero. A public charter plan: 480,000 / (6,200 - 930) = 91.08, so 92.
    """
    fixed, price, cost = _fixed(book), _priced(book, "price"), _priced(book, "variable_cost")
    if isinstance(fixed, Gap) or isinstance(price, Gap) or isinstance(cost, Gap):
        by_row = _break_even_rows(book)
        return by_row if by_row is not None else missing(book, "break_even_units", fixed, price, cost)
    margin = price.value - cost.value
    if margin.low <= 0:
        words = "no break-even" if margin.high <= 0 else "no break-even at the low end"
        filled = f"{amount(price.value, price.currency)} - {amount(cost.value, cost.currency)} = {amount(margin, price.currency)}: {words}"
        return computed(book, "break_even_units", None, filled, [fixed, price, cost], words=words)
    exact = fixed.value / margin
    value = exact.ceil()
    filled = (
        f"{amount(fixed.value, fixed.currency, 'month')} / ({amount(price.value, price.currency)} - {amount(cost.value, cost.currency)})"
        f" = {plain(exact)}, so {plain(value, 0)} a month"
    )
    return computed(
        book, "break_even_units", Quantity(value.low, value.high, "count", None, "month"), filled, [fixed, price, cost]
    )


def _fixed(book: Book) -> Given | Gap:
    return book.ask_monthly("fixed_costs", also=_EITHER)


def _break_even_rows(book: Book) -> Figure | None:
    """Scenario by scenario: independent intervals would explode (a hauling plan gave 9 to 141 jobs instead of 17 to 58)."""
    results: list[tuple[str, Decimal | None, list[Given]]] = []
    for name in scenarios(book):
        inputs = [
            book.ask("price", also=(*_EITHER, Status.TARGET), scenario=name),
            book.ask("variable_cost", also=(*_EITHER, Status.TARGET), scenario=name),
            book.ask_monthly("fixed_costs", also=(*_EITHER, Status.TARGET), scenario=name),
        ]
        known = [g for g in inputs if isinstance(g, Given)]
        if len(known) < 3:
            continue
        price, cost, fixed = known
        margin = price.value.mid - cost.value.mid
        units = (fixed.value.mid / margin).to_integral_value(ROUND_CEILING) if margin > 0 else None
        results.append((name, units, known))
    numbers = [units for _, units, _ in results if units is not None]
    if not results:
        return None
    filled = "; ".join(
        f"{name}: {'no break-even' if units is None else plain(Interval.exact(units), 0)}" for name, units, _ in results
    )
    value = Quantity(min(numbers), max(numbers), "count", None, "month") if numbers else None
    return computed(
        book,
        "break_even_units",
        value,
        f"{filled} units a month",
        [g for _, _, given in results for g in given],
        note="one result per scenario row of the page, not an interval over all combinations",
        words="" if numbers else "no break-even",
    )


def break_even_gap(book: Book) -> Figure:
    """Units still missing a month: break-even less booked."""
    needed, booked = break_even_units(book), book.ask_monthly("units_sold")
    if needed.value is None or isinstance(booked, Gap):
        return (
            missing(book, "break_even_gap", needed, booked)
            if needed.trace is None or isinstance(booked, Gap)
            else needed
        )
    value = Interval.of(needed.value) - booked.value
    filled = f"{plain(Interval.of(needed.value), 0)} - {plain(booked.value, 1)} = {plain(value, 1)} a month"
    words = "above break-even" if value.high <= 0 else ""
    return computed(
        book,
        "break_even_gap",
        Quantity(value.low, value.high, "count", None, "month"),
        filled,
        [needed, booked],
        words=words,
    )


def break_even_date(book: Book) -> Figure:
    """The month in which units reach break-even at the stated monthly growth."""
    needed, booked = break_even_units(book), book.ask_monthly("units_sold")
    growth = book.ask("growth_rate", also=_EITHER)
    if needed.value is None or isinstance(booked, Gap) or isinstance(growth, Gap):
        return missing(book, "break_even_date", needed, booked, growth)
    goal, have, rate = needed.value.high, booked.value.mid, growth.value.mid / _HUNDRED
    if have >= goal:
        return computed(
            book,
            "break_even_date",
            None,
            f"{plain(Interval.exact(have), 1)} units against {plain(Interval.exact(goal), 0)}",
            [needed, booked],
            words="reached",
        )
    if have <= 0 or rate <= 0:
        return computed(
            book,
            "break_even_date",
            None,
            f"{plain(Interval.exact(have), 1)} units growing {share(growth.value)} a month never reach {plain(Interval.exact(goal), 0)}",
            [needed, booked, growth],
            words="not at this growth",
        )
    months = int(((goal / have).ln() / (1 + rate).ln()).to_integral_value(ROUND_CEILING))
    month = add_months(book.period, months)
    filled = f"ln({plain(Interval.exact(goal), 0)} / {plain(Interval.exact(have), 1)}) / ln(1 + {share(growth.value)}) = {months} months, so {month}"
    return computed(
        book,
        "break_even_date",
        Quantity(Decimal(months), Decimal(months), "months"),
        filled,
        [needed, booked, growth],
        words=month,
    )


def gross_margin(book: Book) -> Figure:
    """(Revenue - cost of sales) / revenue, in percent; cost of sales may come from units and their variable cost."""
    revenue, cogs = book.ask_monthly("revenue"), book.ask_monthly("cogs")
    inputs: list[Given] = []
    if isinstance(cogs, Gap):
        units, cost = book.ask_monthly("units_sold"), _priced(book, "variable_cost")
        if isinstance(units, Given) and isinstance(cost, Given):
            cogs = Given(
                units.value * cost.value,
                (*units.facts, *cost.facts),
                cost.currency,
                "cost of sales = units x variable cost",
            )
            inputs = [units, cost]
    if isinstance(revenue, Gap) or isinstance(cogs, Gap):
        stated = book.ask("gross_margin")
        if isinstance(stated, Given):
            return computed(
                book,
                "gross_margin",
                Quantity(stated.value.low, stated.value.high, "percent"),
                f"stated: {share(stated.value)}",
                [stated],
            )
        return missing(book, "gross_margin", revenue, cogs)
    return _margin(book, "gross_margin", revenue, cogs, [*inputs])


def net_margin(book: Book) -> Figure:
    """(Revenue - expenses) / revenue, in percent."""
    revenue, expenses = book.ask_monthly("revenue"), book.ask_monthly("expenses")
    if isinstance(revenue, Gap) or isinstance(expenses, Gap):
        return missing(book, "net_margin", revenue, expenses)
    return _margin(book, "net_margin", revenue, expenses, [])


def _margin(book: Book, metric: str, revenue: Given, costs: Given, more: list[Given]) -> Figure:
    if revenue.value.low <= 0:
        return computed(
            book,
            metric,
            None,
            f"revenue is {amount(revenue.value, revenue.currency)}",
            [revenue, costs],
            words="no revenue",
        )
    low = (revenue.value.low - costs.value.high) / revenue.value.low * _HUNDRED
    high = (revenue.value.high - costs.value.low) / revenue.value.high * _HUNDRED
    value = Interval(min(low, high), max(low, high))
    filled = f"({amount(revenue.value, revenue.currency)} - {amount(costs.value, costs.currency)}) / {amount(revenue.value, revenue.currency)} = {share(value)}"
    return computed(book, metric, Quantity(value.low, value.high, "percent"), filled, [revenue, costs, *more])


def cac(book: Book) -> Figure:
    """(Marketing + sales spend) / new customers of the same month."""
    marketing, sales, new = (
        book.ask_monthly("marketing_spend"),
        book.ask_monthly("sales_spend"),
        book.ask_monthly("new_customers"),
    )
    if isinstance(marketing, Gap) or isinstance(new, Gap):
        return missing(book, "cac", marketing, new)
    spend = marketing.value if isinstance(sales, Gap) else marketing.value + sales.value
    inputs = [marketing, new] if isinstance(sales, Gap) else [marketing, sales, new]
    note = "no sales spend is stated; marketing only" if isinstance(sales, Gap) else ""
    if new.value.low <= 0:
        return computed(
            book,
            "cac",
            None,
            f"{amount(spend, marketing.currency)} / {plain(new.value, 0)}: no new customers",
            inputs,
            words="no new customers",
            note=note,
        )
    value = spend / new.value
    filled = f"{amount(spend, marketing.currency)} / {plain(new.value, 0)} = {amount(value, marketing.currency)}"
    return computed(book, "cac", money_quantity(value, marketing.currency, "customer"), filled, inputs, note=note)


def ltv(book: Book) -> Figure:
    """ARPA x gross margin / churn a month; for one-off business orders per customer x contribution."""
    arpa, churn = book.ask_monthly("arpa"), book.ask("churn_rate", also=_EITHER)
    margin = gross_margin(book)
    if isinstance(arpa, Given) and isinstance(churn, Given) and margin.value is not None and churn.value.low > 0:
        value = arpa.value * (Interval.of(margin.value) / 100) / (churn.value / 100)
        filled = f"{amount(arpa.value, arpa.currency)} x {share(Interval.of(margin.value))} / {share(churn.value)} = {amount(value, arpa.currency)}"
        return computed(book, "ltv", money_quantity(value, arpa.currency, "customer"), filled, [arpa, churn, margin])
    orders, per_order = book.ask("orders_per_customer", also=_EITHER), contribution(book)
    if isinstance(orders, Given) and per_order.value is not None:
        value = orders.value * Interval.of(per_order.value)
        filled = f"{plain(orders.value)} orders x {amount(Interval.of(per_order.value), per_order.value.currency)} = {amount(value, per_order.value.currency)}"
        return computed(
            book, "ltv", money_quantity(value, per_order.value.currency, "customer"), filled, [orders, per_order]
        )
    if book.kind in {"event-boat", "charter", "hauling", "yacht-delivery"}:
        return missing(book, "ltv", orders, per_order)
    return missing(book, "ltv", arpa, churn, margin)


def ltv_cac(book: Book) -> Figure:
    """Lifetime value against what a customer cost to win."""
    value, cost = ltv(book), cac(book)
    if value.value is None or cost.value is None or cost.value.low <= 0:
        return missing(book, "ltv_cac", value, cost)
    ratio = Interval.of(value.value) / Interval.of(cost.value)
    filled = f"{amount(Interval.of(value.value), value.value.currency)} / {amount(Interval.of(cost.value), cost.value.currency)} = {plain(ratio, 1)}"
    return computed(book, "ltv_cac", Quantity(ratio.low, ratio.high, "ratio"), filled, [value, cost])


def payback_months(book: Book) -> Figure:
    """Months of margin that pay the acquisition cost back."""
    cost, arpa, margin = cac(book), book.ask_monthly("arpa"), gross_margin(book)
    if (
        cost.value is None
        or isinstance(arpa, Gap)
        or margin.value is None
        or arpa.value.low <= 0
        or margin.value.low <= 0
    ):
        return missing(book, "payback_months", cost, arpa, margin)
    value = Interval.of(cost.value) / (arpa.value * (Interval.of(margin.value) / 100))
    filled = f"{amount(Interval.of(cost.value), cost.value.currency)} / ({amount(arpa.value, arpa.currency)} x {share(Interval.of(margin.value))}) = {plain(value, 1)} months"
    return computed(book, "payback_months", Quantity(value.low, value.high, "months"), filled, [cost, arpa, margin])

"""Delivering yachts: days, fuel, crew, cost and margin of each job, quotes, readiness. Rates come from the wiki only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from auditor.finance.book import Book, Given, money_quantity
from auditor.finance.figures import amount, computed, missing, needs_record, plain, slug
from auditor.finance.interval import Interval
from auditor.model.fact import Gap, Quantity, Record, Status
from auditor.model.figure import Figure

_DONE = re.compile(
    r"^\W*(?:yes|y|done|ok|complete(?:d)?|ready|valid|in place|x|✓|✔|✅|true|signed|active)\b|^[✓✔✅]", re.IGNORECASE
)
_RISKS = (
    (re.compile(r"hurricane|storm|winter|monsoon", re.IGNORECASE), "season"),
    (re.compile(r"\bsingle[- ]engine\b", re.IGNORECASE), "single engine"),
)


@dataclass(frozen=True, slots=True)
class Job:
    """One delivery with its cost."""

    record: Record
    days: Figure
    fuel: Figure
    crew: Figure
    cost: Figure
    per_nm: Figure
    margin: Figure
    """Quote less cost."""
    margin_share: Figure
    """Margin in percent of the quote."""
    risks: tuple[str, ...]

    @property
    def quote(self) -> Quantity | None:
        """The quoted price."""
        return self.record.amounts.get("quote")


def jobs(book: Book) -> tuple[Job, ...]:
    """All jobs in page order."""
    return tuple(_job(book, record) for record in book.rows("job"))


def _job(book: Book, record: Record) -> Job:
    days, hours = _days(book, record)
    fuel = _fuel(book, record, hours)
    crew = _crew(book, record, days)
    cost = _cost(book, record, fuel, crew)
    per_nm = _per_nm(book, record, cost)
    margin, margin_share = _margin(book, record, cost)
    risks = [name for pattern, name in _RISKS if any(pattern.search(text) for text in record.text.values())]
    engines = record.amounts.get("engines")
    if engines is not None and engines.high == 1 and "single engine" not in risks:
        risks.append("single engine")
    if record.text.get("risk"):
        risks.append(record.text["risk"])
    return Job(record, days, fuel, crew, cost, per_nm, margin, margin_share, tuple(risks))


def _name(record: Record, metric: str) -> str:
    return f"{metric}:{slug(record.name)}"


def _gap(book: Book, record: Record, metric: str, label: str) -> Gap:
    return Gap(
        book.entity,
        metric,
        f"{label} of {record.name}",
        getattr(record.source, "page", book.page),
        ("Cost of a delivery", "Cost per nautical mile"),
        line=getattr(record.source, "line", None),
    )


def _figure(
    book: Book,
    record: Record,
    metric: str,
    label: str,
    value: Quantity,
    filled: str,
    inputs: list[Given | Record | Figure],
    note: str = "",
) -> Figure:
    from dataclasses import replace

    figure = computed(book, metric, value, filled, inputs, note=note)
    assert figure.trace is not None
    trace = replace(figure.trace, id=f"{book.entity}-{slug(_name(record, metric))}", name=f"{label}: {record.name}")
    return replace(figure, metric=_name(record, metric), trace=trace, label=label)


def _none(book: Book, record: Record, metric: str, label: str, *inputs: Gap | Given | Figure) -> Figure:
    from dataclasses import replace

    return replace(missing(book, metric, *inputs), metric=_name(record, metric), label=label)


def _value(book: Book, record: Record, key: str, metric: str) -> Interval | Gap:
    own = record.amounts.get(key)
    if own is not None:
        return Interval.of(own)
    given = book.ask(metric, also=(Status.PROJECTED,))
    return given.value if isinstance(given, Given) else _gap(book, record, metric, key.replace("_", " "))


def _days(book: Book, record: Record) -> tuple[Figure, Interval | None]:
    """Days = nm / (kn x 24 x share under way) + lay days, whole days rounded up; and the hours under way."""
    distance, speed = _value(book, record, "distance", "distance"), _value(book, record, "speed", "speed")
    label = "Days"
    if isinstance(distance, Gap) or isinstance(speed, Gap) or speed.low <= 0:
        planned = record.amounts.get("days")
        if planned is not None:
            return _figure(
                book,
                record,
                "delivery_days",
                label,
                planned,
                f"planned: {plain(Interval.of(planned), 1)} days",
                [record],
            ), None
        return _none(book, record, "delivery_days", label, *(g for g in (distance, speed) if isinstance(g, Gap))), None
    moving = book.ask("moving_share", also=(Status.PROJECTED,))
    part = moving.value / 100 if isinstance(moving, Given) else Interval.exact(1)
    lay = record.amounts.get("lay_days")
    waiting = Interval.of(lay) if lay is not None else Interval.exact(0)
    hours = distance / speed
    exact = hours / (part * 24) + waiting
    value = Interval(exact.low.to_integral_value(ROUND_CEILING), exact.high.to_integral_value(ROUND_CEILING))
    filled = f"{plain(distance, 0)} nm / ({plain(speed, 1)} kn x 24 x {plain(part * 100, 0)}%) + {plain(waiting, 1)} = {plain(exact, 1)}, so {plain(value, 0)} days"
    inputs: list[Given | Record | Figure] = [record, *([moving] if isinstance(moving, Given) else [])]
    note = "" if isinstance(moving, Given) else "under way all day: no share is stated"
    return _figure(
        book, record, "delivery_days", label, Quantity(value.low, value.high, "days"), filled, inputs, note
    ), hours


def _fuel(book: Book, record: Record, hours: Interval | None) -> Figure:
    """Hours under way x gallons an hour x price."""
    burn, price = _value(book, record, "fuel_burn", "fuel_burn"), book.ask("fuel_price", also=(Status.PROJECTED,))
    if hours is None or isinstance(burn, Gap) or isinstance(price, Gap):
        gaps = [g for g in (burn, price) if isinstance(g, Gap)] or [
            _gap(book, record, "distance", "distance and speed")
        ]
        return _none(book, record, "delivery_fuel", "Fuel", *gaps)
    value = hours * burn * price.value
    filled = f"{plain(hours, 1)} h x {plain(burn, 1)} gal/h x {amount(price.value, price.currency)} = {amount(value, price.currency)}"
    return _figure(
        book, record, "delivery_fuel", "Fuel", money_quantity(value, price.currency), filled, [record, price]
    )


def _crew(book: Book, record: Record, days: Figure) -> Figure:
    """Captain and crew by the day, and per diem for everybody on board."""
    captain = book.ask("captain_day_rate", also=(Status.PROJECTED,))
    mate = book.ask("crew_day_rate", also=(Status.PROJECTED,))
    food = book.ask("per_diem", also=(Status.PROJECTED,))
    hands = record.amounts.get("crew")
    gaps = [g for g in (captain, food) if isinstance(g, Gap)]
    if hands is None:
        gaps.append(_gap(book, record, "crew_count", "crew"))
    elif hands.high > 1 and isinstance(mate, Gap):
        gaps.append(mate)
    if days.value is None or gaps or isinstance(captain, Gap) or isinstance(food, Gap) or hands is None:
        return _none(book, record, "delivery_crew", "Crew and per diem", *gaps, days)
    people = Interval.of(hands)
    others = Interval(max(people.low - 1, Decimal(0)), max(people.high - 1, Decimal(0)))
    wage = captain.value + (others * mate.value if isinstance(mate, Given) else Interval.exact(0))
    value = (wage + people * food.value) * Interval.of(days.value)
    others_text = (
        f" + {plain(others, 0)} x {amount(mate.value, mate.currency)}"
        if isinstance(mate, Given) and others.high
        else ""
    )
    filled = f"({amount(captain.value, captain.currency)}{others_text} + {plain(people, 0)} x {amount(food.value, food.currency)}) x {plain(Interval.of(days.value), 0)} days = {amount(value, captain.currency)}"
    inputs: list[Given | Record | Figure] = [record, captain, food, *([mate] if isinstance(mate, Given) else []), days]
    return _figure(
        book, record, "delivery_crew", "Crew and per diem", money_quantity(value, captain.currency), filled, inputs
    )


def _cost(book: Book, record: Record, fuel: Figure, crew: Figure) -> Figure:
    if fuel.value is None or crew.value is None:
        return _none(book, record, "delivery_cost", "Cost", fuel, crew)
    value = Interval.of(fuel.value) + Interval.of(crew.value)
    parts = [
        f"crew {amount(Interval.of(crew.value), crew.value.currency)}",
        f"fuel {amount(Interval.of(fuel.value), fuel.value.currency)}",
    ]
    for key in ("travel", "other"):
        extra = record.amounts.get(key)
        if extra is not None:
            value += Interval.of(extra)
            parts.append(f"{key} {amount(Interval.of(extra), extra.currency)}")
    note = "" if "travel" in record.amounts else "no travel is stated for this job"
    return _figure(
        book,
        record,
        "delivery_cost",
        "Cost",
        money_quantity(value, fuel.value.currency),
        " + ".join(parts) + f" = {amount(value, fuel.value.currency)}",
        [record, fuel, crew],
        note,
    )


def _per_nm(book: Book, record: Record, cost: Figure) -> Figure:
    distance = record.amounts.get("distance")
    if cost.value is None or distance is None or distance.low <= 0:
        return _none(book, record, "cost_per_nm", "Cost per nm", cost)
    value = Interval.of(cost.value) / Interval.of(distance)
    return _figure(
        book,
        record,
        "cost_per_nm",
        "Cost per nm",
        money_quantity(value, cost.value.currency, "nm"),
        f"{amount(Interval.of(cost.value), cost.value.currency)} / {plain(Interval.of(distance), 0)} nm = {amount(value, cost.value.currency)}",
        [record, cost],
    )


def _margin(book: Book, record: Record, cost: Figure) -> tuple[Figure, Figure]:
    quote = record.amounts.get("quote")
    if cost.value is None or quote is None:
        gap = _gap(book, record, "quote", "quote")
        none = _none(book, record, "delivery_margin", "Margin", cost, *([gap] if quote is None else []))
        return none, none
    value = Interval.of(quote) - Interval.of(cost.value)
    filled = f"{amount(Interval.of(quote), quote.currency)} - {amount(Interval.of(cost.value), quote.currency)} = {amount(value, quote.currency)}"
    figure = _figure(
        book, record, "delivery_margin", "Margin", money_quantity(value, quote.currency), filled, [record, cost]
    )
    if quote.low <= 0:
        return figure, _none(book, record, "delivery_margin_share", "Margin %")
    part = (
        value / Interval.of(quote) * 100
        if quote.low == quote.high
        else Interval(value.low / quote.low * 100, value.high / quote.high * 100)
    )
    share_figure = _figure(
        book,
        record,
        "delivery_margin_share",
        "Margin %",
        Quantity(part.low, part.high, "percent"),
        f"{amount(value, quote.currency)} / {amount(Interval.of(quote), quote.currency)} = {plain(part, 1)}%",
        [record, cost],
    )
    return figure, share_figure


def quote_coverage(book: Book) -> Figure:
    """Jobs with a quote, in percent of all jobs."""
    rows = book.rows("job")
    if not rows:
        return missing(
            book, "quote_coverage", needs_record(book, "job", "table of jobs with route, distance and quote")
        )
    quoted = [r for r in rows if "quote" in r.amounts]
    value = Decimal(len(quoted)) / Decimal(len(rows)) * 100
    return computed(
        book,
        "quote_coverage",
        Quantity(value, value, "percent"),
        f"{len(quoted)} of {len(rows)} jobs = {plain(Interval.exact(value), 0)}%",
        rows,
    )


def readiness(book: Book) -> Figure:
    """Checklist items done, in percent."""
    rows = book.rows("checklist")
    if not rows:
        return missing(book, "readiness", needs_record(book, "checklist", "readiness checklist"))
    done = [r for r in rows if is_done(r)]
    value = Decimal(len(done)) / Decimal(len(rows)) * 100
    return computed(
        book,
        "readiness",
        Quantity(value, value, "percent"),
        f"{len(done)} of {len(rows)} items = {plain(Interval.exact(value), 0)}%",
        rows,
    )


def is_done(record: Record) -> bool:
    """Whether a checklist item or milestone is done."""
    return bool(_DONE.search(record.text.get("done", "") or record.text.get("status", "")))


def cost_per_nm(book: Book) -> Figure:
    """Cost of all jobs that can be computed, per nautical mile."""
    known = [j for j in jobs(book) if j.cost.value is not None and "distance" in j.record.amounts]
    if not known:
        open_jobs = jobs(book)
        inputs = (
            [open_jobs[0].cost]
            if open_jobs
            else [needs_record(book, "job", "table of jobs with route, distance and quote")]
        )
        return missing(book, "cost_per_nm", *inputs)
    cost, miles = Interval.exact(0), Interval.exact(0)
    for job in known:
        assert job.cost.value is not None
        cost, miles = cost + Interval.of(job.cost.value), miles + Interval.of(job.record.amounts["distance"])
    value = cost / miles
    currency = known[0].cost.value.currency if known[0].cost.value else None
    return computed(
        book,
        "cost_per_nm",
        money_quantity(value, currency, "nm"),
        f"{amount(cost, currency)} / {plain(miles, 0)} nm = {amount(value, currency)}",
        [j.cost for j in known],
        note=f"{len(known)} jobs",
    )

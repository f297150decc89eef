"""Where the cash goes over twelve months, and where the next dollar should go."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from auditor.model.fact import Record
from auditor.model.report import Bar, Cell, Chart, Table, Tone
from auditor.model.rule import Effort, Severity
from auditor.reports.actions import Task, exact
from auditor.reports.draft import Draft
from auditor.reports.kpi import middle
from auditor.reports.places import place, visible
from auditor.reports.rows import amount_of, text_of, where
from auditor.reports.words import MONTHS, money_words, number_words, quantity_words

MONTHS_AHEAD = 12
_MUST = ("legal", "safety", "insurance", "tax", "licence", "license", "security", "compliance", "permit", "must")


@dataclass(frozen=True, slots=True)
class Ask:
    """Something that somebody wants money for."""

    record: Record
    cost: Decimal
    effect: Decimal | None
    tier: int
    payback: Decimal | None
    """Months."""


@dataclass(frozen=True, slots=True)
class Capital:
    """All asks, in the order in which they should get money."""

    asks: tuple[Ask, ...]
    available: Decimal | None
    """Cash less the reserve; None: cash or burn is not known."""
    context: str
    tasks: tuple[Task, ...]


def _month(draft: Draft, ahead: int) -> str:
    year, month = (int(part) for part in draft.now.snapshot.period.split("-"))
    index = year * 12 + month - 1 + ahead
    return f"{MONTHS[index % 12][:3]} {index // 12}"


def cash_path(draft: Draft) -> Chart:
    """Cash at the end of each of the next twelve months, at the present burn; the range is printed."""
    cash, burn = draft.figure("cash"), draft.figure("net_burn")
    title = "Cash over the next 12 months"
    if not (cash.value and burn.value and cash.trace and burn.trace):
        return Chart(title, (), "Cash or net burn is not written down, so no path can be drawn.")
    sources = (*cash.trace.sources, *burn.trace.sources)
    bars = []
    top = max(middle(cash.value), middle(cash.value) - middle(burn.value) * MONTHS_AHEAD) or Decimal(1)
    for ahead in range(1, MONTHS_AHEAD + 1):
        low, high = cash.value.low - burn.value.high * ahead, cash.value.high - burn.value.low * ahead
        base = middle(cash.value) - middle(burn.value) * ahead
        text = money_words(base, cash.value.currency)
        spread = f" ({money_words(low)} to {money_words(high)})" if low != high else ""
        name = _month(draft, ahead)
        cell = draft.worked(f"path.{ahead}", f"Cash, {name}", text, formula="cash − months × net burn",
                            filled=f"{quantity_words(cash.value)} − {ahead} × {quantity_words(burn.value)} = {text}{spread}", sources=sources)  # fmt: skip
        share = min(max(base / top, Decimal(0)), Decimal(1))
        bars.append(
            Bar(
                name,
                cell,
                float(share),
                Tone.BAD if base <= 0 else None,
                f"{money_words(low)} to {money_words(high)}" if spread else "",
            )
        )
    return Chart(title, tuple(bars), note="At the present burn; low and high follow the ranges of the inputs.")


def capital(draft: Draft) -> Capital:
    """Asks by tier and payback, until the money above the reserve is used."""
    asks = sorted(
        (_ask(r) for r in draft.now.records("ask")),
        key=lambda a: (a.tier, a.payback if a.payback is not None else Decimal(999), a.record.name),
    )
    cash, burn = draft.figure("cash"), draft.figure("net_burn")
    available, context = None, "no ask is written down"
    if cash.value and burn.value and cash.trace and burn.trace:
        months = draft.threshold("cash_reserve_months")
        reserve = months * max(middle(burn.value), Decimal(0))
        available = max(middle(cash.value) - reserve, Decimal(0))
        text = money_words(available, cash.value.currency)
        draft.worked("available", "Capital available", text, formula="cash − reserve (months × net burn), not below zero",
                     filled=f"{quantity_words(cash.value)} − {number_words(months)} × {quantity_words(burn.value)} = {text}",
                     sources=(*cash.trace.sources, *burn.trace.sources))  # fmt: skip
        context = f"{text} available above the reserve"
    tasks = tuple(_task(draft, ask) for ask in asks)
    return Capital(tuple(asks), available, context, tasks)


def _ask(record: Record) -> Ask:
    cost, effect = (
        amount_of(record, "cost", "amount", "ask"),
        amount_of(record, "monthly_effect", "effect", "saving", "return"),
    )
    spent, gain = middle(cost) if cost else Decimal(0), middle(effect) if effect else None
    payback = spent / gain if gain else None
    kind = f"{text_of(record, 'kind', 'type', 'why', 'reason')} {record.name}".lower()
    if any(word in kind for word in _MUST):
        tier = 1
    elif payback is not None and payback <= 3:
        tier = 2
    elif payback is not None and payback <= 12:
        tier = 3
    else:
        tier = 4
    return Ask(record, spent, gain, tier, payback)


def _task(draft: Draft, ask: Ask) -> Task:
    monthly = exact(ask.effect, "USD") if ask.effect else None
    said = f"Decide on {visible(ask.record.name)} for {draft.now.name(ask.record.entity)}: it costs {money_words(ask.cost)}."
    severity = Severity.HIGH if ask.tier == 1 else Severity.MEDIUM
    return Task(said, severity, text_of(ask.record, "owner"), "", monthly, effort=Effort.MEDIUM, pill="Must pay" if ask.tier == 1 else "Capital",
                sources=(place(ask.record.source),), key=f"ask.{ask.record.entity}.{ask.record.name}", entity=ask.record.entity)  # fmt: skip


def asks_table(draft: Draft, money: Capital) -> Table:
    """Capital tiers."""
    rows, left = [], money.available
    for ask in money.asks:
        record, name = ask.record, visible(ask.record.name)
        cost = draft.worked(
            f"ask.{name}",
            f"Cost of {name}",
            money_words(ask.cost),
            formula="as stated",
            filled=money_words(ask.cost),
            sources=(place(record.source),),
        )
        if ask.payback is not None and ask.effect is not None:
            text = f"{number_words(ask.payback)} months"
            back = draft.worked(f"payback.{name}", f"Payback of {name}", text, formula="cost / monthly effect",
                                filled=f"{money_words(ask.cost)} / {money_words(ask.effect)} = {text}", sources=(place(record.source),))  # fmt: skip
        else:
            back = Cell("no effect stated")
        fits = left is not None and ask.cost <= left
        if fits and left is not None:
            left -= ask.cost
        paid = (
            Cell("fits", tone=Tone.OK)
            if fits
            else Cell("not now" if left is not None else "Unknown", tone=Tone.UNKNOWN)
        )
        tier = ("must pay", "payback within 3 months", "payback within 12 months", "the rest")[ask.tier - 1]
        rows.append(
            (Cell(f"{draft.now.name(record.entity)}: {name}", strong=True), cost, back, paid, Cell(tier), where(record))
        )
    return Table("tiers", "Capital tiers", ("Ask", "Cost", "Payback", "Money", "Tier", ""), tuple(rows), "No page asks for money.",
                 "Must-pay first (legal, safety, security), then by payback, until cash less the reserve is used.", numeric=(1, 2))  # fmt: skip


def targets(draft: Draft) -> Table:
    """Next month's revenue target, in money and units, from actual to target in equal steps."""
    rows = []
    for entity in draft.now.entities:
        actual, target = draft.figure("revenue", entity.key), draft.figure("revenue@target", entity.key)
        if not (actual.value and target.value and actual.trace and target.trace):
            continue
        start, end = middle(actual.value), middle(target.value)
        price, cost = draft.figure("price", entity.key), draft.figure("variable_cost", entity.key)
        cells = []
        for ahead in (1, 3, 6, 12):
            amount = start + (end - start) * ahead / MONTHS_AHEAD
            units = ""
            if price.value and middle(price.value):
                units = f", {number_words((amount / middle(price.value)).to_integral_value(rounding='ROUND_CEILING'))} units"
            text = money_words(amount)
            cells.append(draft.worked(
                f"target.{entity.key}.{ahead}", f"Target {_month(draft, ahead)}, {entity.name}", f"{text}{units}", formula="actual + (target − actual) × month / 12",
                filled=f"{money_words(start)} + ({money_words(end)} − {money_words(start)}) × {ahead} / {MONTHS_AHEAD} = {text}{units}",
                sources=(*actual.trace.sources, *target.trace.sources, *(price.trace.sources if price.trace else ()), *(cost.trace.sources if cost.trace else ())),
            ))  # fmt: skip
        rows.append((Cell(entity.name, strong=True), *cells))
    columns = ("Business", *(_month(draft, ahead) for ahead in (1, 3, 6, 12)))
    return Table("targets", "Monthly revenue targets", columns, tuple(rows), "No business states both revenue and a target.",
                 "From today's revenue to the target in twelve equal steps.", numeric=(1, 2, 3, 4))  # fmt: skip


def sensitivities(draft: Draft) -> Table:
    """What a lower price or fewer bookings do to the month."""
    rows = []
    for entity in draft.now.entities:
        price, cost, units, fixed = (
            draft.figure(m, entity.key) for m in ("price", "variable_cost", "units_sold", "fixed_costs")
        )
        if not (price.value and cost.value and units.value and fixed.value):
            continue
        p, v, n, f = (middle(x.value) for x in (price, cost, units, fixed) if x.value)
        sources = [s for x in (price, cost, units, fixed) if x.trace for s in x.trace.sources]
        cells = []
        for name, factor, volume in (
            ("as it is", Decimal(1), Decimal(1)),
            ("price −10%", Decimal("0.9"), Decimal(1)),
            ("volume −20%", Decimal(1), Decimal("0.8")),
        ):
            result = n * volume * (p * factor - v) - f
            text = money_words(result)
            cells.append(draft.worked(
                f"sensitivity.{entity.key}.{name}", f"Month with {name}, {entity.name}", text, formula="units × (price − variable cost) − fixed costs",
                filled=f"{number_words(n * volume)} × ({money_words(p * factor)} − {money_words(v)}) − {money_words(f)} = {text}", sources=sources,
            ))  # fmt: skip
        rows.append((Cell(entity.name, strong=True), *cells))
    return Table("sensitivities", "What if", ("Business", "As it is", "Price −10%", "Volume −20%"), tuple(rows),
                 "No business states price, variable cost, units sold and fixed costs.", "Result of one month.", numeric=(1, 2, 3))  # fmt: skip

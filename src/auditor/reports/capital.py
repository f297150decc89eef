"""Where the cash goes over twelve months, and where the next dollar should go."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from auditor.finance import capital as finance
from auditor.finance import cash
from auditor.model.figure import Figure
from auditor.model.report import Bar, Cell, Chart, Table, Tone
from auditor.model.rule import Effort, Severity
from auditor.reports.actions import Task, exact
from auditor.reports.draft import Draft
from auditor.reports.kpi import middle
from auditor.reports.places import place, visible
from auditor.reports.rows import text_of, where
from auditor.reports.words import money_words, number_words, period_words, plural, quantity_words

AHEAD = 12
"""Months of the cash path."""
_TIERS = ("must pay", "pays back within 3 months", "pays back within 12 months", "the rest")


@dataclass(frozen=True, slots=True)
class Ask:
    """Something that somebody wants money for."""

    entity: str
    placed: finance.Placed

    @property
    def name(self) -> str:
        """As the page names it."""
        return visible(self.placed.record.name)


def asks(draft: Draft) -> tuple[Ask, ...]:
    """Asks of all businesses: must-pay first, then by payback."""
    found = [Ask(book.entity, placed) for book in draft.now.books for placed in finance.capital_tiers(book)[0]]
    return tuple(sorted(found, key=lambda a: (a.placed.tier, a.placed.payback or Decimal(10**6), a.entity, a.name)))


def available(draft: Draft) -> dict[str, Figure]:
    """Cash less the reserve, of each business that asks."""
    wanted = {ask.entity for ask in asks(draft)}
    return {key: draft.figure("available_capital", key) for key in sorted(wanted)}


def capital_context(draft: Draft) -> str:
    """`$11,620 available above the reserve`, over the businesses that ask."""
    known = {key: f for key, f in available(draft).items() if f.value}
    if not known:
        return "what is available is not known"
    total = sum((f.value.low for f in known.values() if f.value), Decimal(0))
    text = money_words(total)
    parts = " + ".join(
        f"{draft.now.name(key)} {quantity_words(f.value, per=False)}" for key, f in known.items() if f.value
    )
    sources = tuple(dict.fromkeys(s for f in known.values() if f.trace for s in f.trace.sources))
    draft.worked(
        "available",
        "Capital available",
        text,
        formula="cash − reserve, of the businesses that ask",
        filled=f"{parts} = {text}",
        sources=sources,
    )
    return f"{text} available above the reserve"


def cash_path(draft: Draft) -> Chart:
    """Cash at the end of each of the next twelve months: as it is, and with revenue a fifth less or more."""
    title = "Cash over the next 12 months"
    paths = [(book, *cash.cash_path(book, AHEAD)) for book in draft.now.books]
    known = [(book, steps, figure) for book, steps, figure in paths if steps and figure.trace]
    for _, _, figure in paths:
        draft.note_gaps(figure.gaps)
    if not known:
        return Chart(title, (), "No business states cash, revenue and expenses, so no path can be drawn.")
    sources = tuple(dict.fromkeys(s for _, _, figure in known if figure.trace for s in figure.trace.sources))
    sums = {
        name: [sum((steps[name][n].amount for _, steps, _ in known), Decimal(0)) for n in range(AHEAD)]
        for name in ("base", "low", "high")
    }
    start = sum((middle(f.value) for book, _, _ in known if (f := draft.figure("cash", book.entity)).value), Decimal(0))
    top = max(*sums["base"], start, Decimal(1))
    bars = []
    for n, step in enumerate(known[0][1]["base"]):
        name = f"{period_words(step.period)[:3]} {step.period[:4]}"
        base, low, high = (sums[key][n] for key in ("base", "low", "high"))
        spread = f"{money_words(low)} to {money_words(high)}"
        text = money_words(base)
        change = (start - sums["base"][0]) * (n + 1)
        sign = "−" if change >= 0 else "+"
        cell = draft.worked(
            f"path.{n + 1}", f"Cash, {name}", text, formula="cash − months × net burn",
            filled=f"{money_words(start)} {sign} {money_words(abs(change))} = {text} ({spread})", sources=sources,
            note="low and high: revenue a fifth less and more",
        )  # fmt: skip
        share = min(max(base / top, Decimal(0)), Decimal(1))
        bars.append(Bar(name, cell, float(share), Tone.BAD if base <= 0 else Tone.WARN if low <= 0 else None, spread))
    left_out = len(paths) - len(known)
    note = "Beside each month: revenue a fifth less, and a fifth more."
    if left_out:
        names = ", ".join(draft.now.name(book.entity) for book, steps, _ in paths if not steps)
        note += f" Without {names}: cash, revenue or expenses are not written down."
    return Chart(title, tuple(bars), note=note)


def asks_table(draft: Draft) -> Table:
    """Capital tiers, and what the money above the reserve reaches for."""
    left = {key: f.value.low for key, f in available(draft).items() if f.value}
    rows = []
    for ask in asks(draft):
        placed, record = ask.placed, ask.placed.record
        source = (place(record.source),)
        name = f"{draft.now.name(ask.entity)}: {ask.name}"
        cost = draft.worked(
            f"ask.{ask.entity}.{ask.name}",
            f"Cost of {ask.name}",
            money_words(placed.cost),
            formula="as stated",
            filled=money_words(placed.cost),
            sources=source,
        )
        rows.append(
            (
                Cell(name, strong=True),
                cost,
                _payback(draft, ask),
                _fits(ask, left),
                Cell(_TIERS[placed.tier - 1]),
                where(record),
            )
        )
    return Table("tiers", "Capital tiers", ("Ask", "Cost", "Payback", "Money", "", ""), tuple(rows), "No page asks for money.",
                 "Must-pay first (legal, safety), then by payback, until the business's cash less its reserve is used.", numeric=(1, 2))  # fmt: skip


def _payback(draft: Draft, ask: Ask) -> Cell:
    placed, effect = ask.placed, ask.placed.record.amounts.get("effect")
    if placed.payback is None or effect is None:
        return Cell("none stated", align="right")
    text = f"{number_words(placed.payback)} months"
    return draft.worked(
        f"payback.{ask.entity}.{ask.name}", f"Payback of {ask.name}", text, formula="cost / monthly effect",
        filled=f"{money_words(placed.cost)} / {quantity_words(effect)} = {text}", sources=(place(placed.record.source),),
    )  # fmt: skip


def _fits(ask: Ask, left: dict[str, Decimal]) -> Cell:
    if ask.entity not in left:
        return Cell("Unknown", tone=Tone.UNKNOWN)
    if ask.placed.cost > left[ask.entity]:
        return Cell("Not now", tone=Tone.BAD if ask.placed.tier == 1 else Tone.UNKNOWN)
    left[ask.entity] -= ask.placed.cost
    return Cell("Fits", tone=Tone.OK)


def capital_tasks(draft: Draft) -> tuple[Task, ...]:
    """Decide on what must be paid, and on what pays back within a year and fits."""
    left = {key: f.value.low for key, f in available(draft).items() if f.value}
    tasks = []
    for ask in asks(draft):
        placed = ask.placed
        if placed.tier == 4:
            continue
        fits = _fits(ask, left).tone is Tone.OK
        effect = placed.record.amounts.get("effect")
        verb = "Pay for" if fits else "Find the money for"
        said = (
            f"{verb} {ask.name} ({draft.now.name(ask.entity)}): {money_words(placed.cost)}, {_TIERS[placed.tier - 1]}."
        )
        tasks.append(
            Task(
                said, Severity.HIGH if placed.tier == 1 else Severity.MEDIUM, text_of(placed.record, "owner"),
                monthly=exact(effect.low, effect.currency) if effect else None, confidence=Decimal("0.6"),
                effort=Effort.MEDIUM, pill="Must pay" if placed.tier == 1 else "Capital",
                sources=(place(placed.record.source),), key=f"ask.{ask.entity}.{ask.name}", entity=ask.entity,
            )
        )  # fmt: skip
    return tuple(tasks)


def targets(draft: Draft) -> Table:
    """Revenue month by month from actual to target, in money and units."""
    shown = (1, 3, 6, 12)
    rows, months = [], [""] * len(shown)
    for book in draft.now.books:
        steps, figure = cash.target_path(book, AHEAD)
        if not steps or figure.trace is None:
            continue
        months = [f"{period_words(steps[n - 1].period)[:3]} {steps[n - 1].period[:4]}" for n in shown]
        cells = [
            _target(draft, book.entity, figure, steps[n - 1], month) for n, month in zip(shown, months, strict=True)
        ]
        rows.append((Cell(draft.now.name(book.entity), strong=True), *cells))
    columns = ("Business", *months) if rows else ("Business", "1 month", "3 months", "6 months", "12 months")
    return Table("targets", "Monthly revenue targets", columns, tuple(rows), "No business states both revenue and a target.",
                 "From today's revenue to the target in twelve months: equal growth, or equal steps where nothing is earned yet.", numeric=(1, 2, 3, 4))  # fmt: skip


def _target(draft: Draft, entity: str, figure: Figure, step: cash.Step, month: str) -> Cell:
    assert figure.trace is not None
    text = money_words(step.amount)
    units = f", {plural(step.units, 'unit')}" if step.units is not None else ""
    trace = replace(
        figure.trace, id=f"target.{entity}.{step.period}", name=f"Target {month}, {draft.now.name(entity)}",
        filled=f"{figure.trace.filled}; {month} {text}{units}",
    )  # fmt: skip
    return Cell(f"{text}{units}", draft.trace(trace), align="right")


def sensitivities(draft: Draft) -> Table:
    """What a lower price or fewer bookings do to net burn."""
    rows = []
    for book in draft.now.books:
        found = [f for f in cash.sensitivities(book) if f.value]
        if not found:
            continue
        base = draft.figure("net_burn", book.entity)
        rows.append((Cell(draft.now.name(book.entity), strong=True), draft.cell(base), *(draft.cell(f) for f in found)))
    return Table("sensitivities", "What if", ("Business", "Net burn", "Price −10%", "Volume −20%"), tuple(rows),
                 "No business states price, variable cost, units sold and net burn.", "Net burn of a month; below zero the business earns.", numeric=(1, 2, 3))  # fmt: skip

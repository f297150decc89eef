"""Delivery jobs with their costs, part by part."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from auditor.model.fact import Record
from auditor.model.money import MoneyRange
from auditor.model.report import Cell, Tone
from auditor.reports.actions import exact
from auditor.reports.draft import Draft
from auditor.reports.kpi import middle
from auditor.reports.places import place, visible
from auditor.reports.rows import amount_of, text_of
from auditor.reports.words import listing, money_words, number_words


@dataclass(frozen=True, slots=True)
class Part:
    """One part of what a job costs."""

    name: str
    amount: Decimal
    cell: Cell
    context: str


@dataclass(frozen=True, slots=True)
class Job:
    """One delivery."""

    record: Record
    name: str
    parts: tuple[Part, ...]
    cost: Cell
    quote: Cell
    margin: Decimal | None
    margin_cell: Cell
    route: Cell
    crew: Cell
    lacks: str
    risks: tuple[str, ...]
    has_quote: bool

    @property
    def loss(self) -> MoneyRange | None:
        """What is lost once, when the quote does not cover the cost."""
        return exact(-self.margin, "USD") if self.margin is not None and self.margin < 0 else None


def jobs(draft: Draft) -> tuple[Job, ...]:
    """All jobs in the order of the pages."""
    return tuple(_job(draft, record) for record in draft.now.records("job"))


def _job(draft: Draft, record: Record) -> Job:
    name = visible(record.name)
    parts, lacks = _parts(draft, record, name)
    quote = amount_of(record, "quote", "price", "fee")
    total = sum((part.amount for part in parts), Decimal(0)) if parts else None
    cost, margin, margin_cell = Cell("not known", tone=Tone.UNKNOWN), None, Cell("not known", tone=Tone.UNKNOWN)
    source = place(record.source)
    if total is not None:
        text = money_words(total)
        filled = f"{' + '.join(part.cell.text for part in parts)} = {text}"
        cost = draft.worked(
            f"cost.{name}",
            f"Cost of {name}",
            text,
            formula="crew + per diem + fuel + travel",
            filled=filled,
            sources=_sources(draft, record),
        )
    if total is not None and quote:
        margin = middle(quote) - total
        text = money_words(margin)
        share = f", {number_words(margin * 100 / middle(quote), 0)}% of the quote" if middle(quote) else ""
        filled = f"{money_words(middle(quote))} − {money_words(total)} = {text}{share}"
        margin_cell = draft.worked(
            f"margin.{name}",
            f"Margin of {name}",
            text,
            formula="quote − cost",
            filled=filled,
            sources=_sources(draft, record),
        )
    distance = amount_of(record, "distance", "nm", "miles")
    crew = amount_of(record, "crew", "crew_count", "crew_size")
    return Job(
        record, name, parts, cost,
        draft.stated(f"quote.{name}", f"Quote, {name}", quote, record) if quote else Cell("no quote", tone=Tone.WARN),
        margin, margin_cell,
        draft.stated(f"distance.{name}", f"Distance, {name}", distance, record) if distance else Cell(text_of(record, "route")),
        draft.stated(f"crew.{name}", f"Crew, {name}", crew, record) if crew else _crew_cell(draft, record, name, source),
        listing(lacks), _risks(record), quote is not None,
    )  # fmt: skip


def _crew_cell(draft: Draft, record: Record, name: str, source: str) -> Cell:
    said = text_of(record, "crew", "crew_count")
    return (
        draft.worked(f"crew.{name}", f"Crew, {name}", said, formula="as stated", filled=said, sources=(source,))
        if said
        else Cell("not stated")
    )


def _number(record: Record, *names: str) -> Decimal | None:
    value = amount_of(record, *names)
    if value:
        return middle(value)
    text = text_of(record, *names)
    return Decimal(text) if text.replace(".", "", 1).isdigit() else None


def _sources(draft: Draft, record: Record) -> tuple[str, ...]:
    traces = (
        draft.figure(m, record.entity).trace for m in ("captain_day_rate", "crew_day_rate", "per_diem", "fuel_price")
    )
    return (place(record.source), *(source for trace in traces if trace for source in trace.sources))


def _parts(draft: Draft, record: Record, name: str) -> tuple[tuple[Part, ...], list[str]]:
    """Crew, per diem, fuel and travel; empty while something that they need is missing."""
    entity = record.entity
    rates = {m: draft.figure(m, entity) for m in ("captain_day_rate", "crew_day_rate", "per_diem", "fuel_price")}
    nm, knots, burn, people = (
        _number(record, *names)
        for names in (
            ("distance", "nm", "miles"),
            ("speed", "knots", "kn"),
            ("fuel_burn", "gal_h", "gph"),
            ("crew", "crew_count", "crew_size"),
        )
    )
    needed = {"distance": nm, "speed": knots, "fuel burn": burn, "crew": people}
    lacks = [word for word, value in needed.items() if not value] + [
        m.replace("_", " ") for m, f in rates.items() if not f.value
    ]
    if lacks or nm is None or not knots or burn is None or people is None:
        return (), lacks
    captain, mate, food, fuel = (middle(f.value) for f in rates.values() if f.value)
    stated = _number(record, "days")
    share = draft.figure("moving_share", entity)
    moving = middle(share.value) / 100 if share.value else Decimal(1)
    sailing = nm / (knots * 24 * moving)
    days = stated or (sailing + (_number(record, "lay_days") or Decimal(0))).to_integral_value(ROUND_CEILING)
    hours, crew = nm / knots, people - 1
    travel = _number(record, "travel", "travel_cost") or Decimal(0)
    days_text = f"{number_words(days)} days"
    rows = (
        ("Captain", captain * days, f"{money_words(captain)} × {days_text}"),
        ("Crew", mate * crew * days, f"{money_words(mate)} × {number_words(crew)} × {days_text}"),
        ("Per diem", food * people * days, f"{money_words(food)} × {number_words(people)} × {days_text}"),
        (
            "Fuel",
            hours * burn * fuel,
            f"{number_words(hours)} hours × {number_words(burn)} gal/h × {money_words(fuel)}",
        ),
        ("Travel", travel, money_words(travel)),
    )
    parts = []
    for word, amount, filled in rows:
        text = money_words(amount)
        cell = draft.worked(
            f"part.{name}.{word}",
            f"{word}, {name}",
            text,
            formula=f"{word.lower()} of the job",
            filled=f"{filled} = {text}",
            sources=_sources(draft, record),
        )
        parts.append(Part(word, amount, cell, filled if word != "Travel" else ""))
    return tuple(parts), []


def _risks(record: Record) -> tuple[str, ...]:
    said = []
    for key in ("risk", "risks", "season", "engine", "notes"):
        text = text_of(record, key)
        if text:
            said.append(f"{key.rstrip('s')}: {text}")
    return tuple(said)

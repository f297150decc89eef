"""Delivery jobs as the operator's page prints them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from auditor.finance import delivery
from auditor.model.fact import Record
from auditor.model.money import MoneyRange
from auditor.model.report import Cell, Tone
from auditor.reports.actions import exact
from auditor.reports.draft import Draft
from auditor.reports.kpi import middle
from auditor.reports.places import visible
from auditor.reports.rows import amount_of, text_of
from auditor.reports.words import listing


@dataclass(frozen=True, slots=True)
class Part:
    """One part of what a job costs."""

    name: str
    amount: Decimal
    cell: Cell


@dataclass(frozen=True, slots=True)
class Job:
    """One delivery."""

    record: Record
    name: str
    parts: tuple[Part, ...]
    cost: Cell
    quote: Cell
    margin: Decimal | None
    """Quote less cost, its middle; None where one of them is missing."""
    margin_cell: Cell
    share: Cell
    per_nm: Cell
    days: Cell
    route: str
    lacks: str
    risks: tuple[str, ...]
    has_quote: bool

    @property
    def loss(self) -> MoneyRange | None:
        """What is lost once, when the quote does not cover the cost."""
        return exact(-self.margin, "USD") if self.margin is not None and self.margin < 0 else None


def jobs(draft: Draft) -> tuple[Job, ...]:
    """All jobs in the order of the pages."""
    return tuple(_job(draft, job) for book in draft.now.books for job in delivery.jobs(book))


def _job(draft: Draft, job: delivery.Job) -> Job:
    record, name = job.record, visible(job.record.name)
    for figure in (job.cost, job.margin):
        draft.note_gaps(figure.gaps)
    lacks = list(dict.fromkeys(visible(gap.label) for gap in job.cost.gaps))
    quote = job.quote
    return Job(
        record=record,
        name=name,
        parts=_parts(draft, job),
        cost=draft.cell(job.cost),
        quote=draft.stated(f"quote.{name}", f"Quote, {name}", quote, record)
        if quote
        else Cell("no quote", tone=Tone.WARN),
        margin=middle(job.margin.value) if job.margin.value else None,
        margin_cell=draft.cell(job.margin),
        share=draft.cell(job.margin_share),
        per_nm=draft.cell(job.per_nm),
        days=draft.cell(job.days),
        route=text_of(record, "route"),
        lacks=listing(lacks, limit=4),
        risks=tuple(visible(risk) for risk in job.risks),
        has_quote=quote is not None,
    )


def _parts(draft: Draft, job: delivery.Job) -> tuple[Part, ...]:
    """Crew, fuel, travel and other; empty while the cost is not known."""
    if job.cost.value is None:
        return ()
    found = [Part(f.label, middle(f.value), draft.cell(f)) for f in (job.crew, job.fuel) if f.value]
    name = visible(job.record.name)
    for key in ("travel", "other"):
        value = amount_of(job.record, key)
        if value:
            cell = draft.stated(f"part.{name}.{key}", f"{key.capitalize()}: {name}", value, job.record)
            found.append(Part(key.capitalize(), middle(value), cell))
    return tuple(found)

"""For the operator of yacht deliveries: does a job make money, and is everything ready to sail?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from auditor.finance.delivery import is_done
from auditor.model.figure import Figure
from auditor.model.report import Bar, Cell, Chart, Report, Table, Tone, ViewSettings
from auditor.model.rule import Severity
from auditor.model.run import Snapshot
from auditor.reports.actions import Task, due_of, finding_tasks, item_task
from auditor.reports.dossier import Dossier, of_kind
from auditor.reports.draft import Draft
from auditor.reports.figures import figure
from auditor.reports.jobs import Job, jobs
from auditor.reports.kpi import Indicator, kpi
from auditor.reports.places import place, visible
from auditor.reports.rows import text_of, where
from auditor.reports.sheet import Parts, sheet
from auditor.reports.verdict import Check, Judgement, judge
from auditor.reports.words import number_words, plural, verb

METRICS = frozenset({
    "fuel_price", "captain_day_rate", "crew_day_rate", "per_diem", "travel_cost", "quote", "distance", "speed", "fuel_burn", "revenue",
    "expenses", "delivery_cost", "cost_per_nm", "quote_coverage", "readiness",
})  # fmt: skip


def build(snapshot: Snapshot, previous: Snapshot | None, history: Sequence[Snapshot], settings: ViewSettings) -> Report:
    """The operator's page."""
    keys = of_kind(snapshot, "yacht-delivery") or ("no yacht delivery in the portfolio",)
    draft = Draft(snapshot, previous, history, settings, keys)
    findings = tuple(f for f in draft.now.findings if "delivery" in f.rule.audience)
    done = jobs(draft)
    return sheet(
        draft,
        Parts(
            title="Yacht delivery",
            reader="Operator",
            judgement=_judgement(draft, done),
            support=_support(draft, done),
            kpis=tuple(kpi(draft, indicator) for indicator in _indicators(draft)),
            charts=_cost_charts(done),
            tables=(_jobs_table(done), _checklist(draft), _partners(draft), _risks(done)),
            findings=findings,
            tasks=(*finding_tasks(draft, findings), *_tasks(draft, done)),
            metrics=METRICS,
            blockers=True,
        ),
    )


def readiness(dossier: Dossier) -> Figure:
    """Checklist items done, in percent."""
    return figure(dossier, "readiness", dossier.entities[0].key if len(dossier.entities) == 1 else "")


def _one(dossier: Dossier, metric: str) -> Figure:
    """The figure of the only delivery business, or over several."""
    return figure(dossier, metric, dossier.entities[0].key if len(dossier.entities) == 1 else "")


def _indicators(draft: Draft) -> tuple[Indicator, ...]:
    floor = draft.threshold("quote_coverage_min") * 100
    return (
        Indicator(
            "cost_per_nm", "Cost per mile", lambda d: _one(d, "cost_per_nm"), "down", "nautical, all priced jobs"
        ),
        Indicator("job_margin", "Margin per job", lambda d: figure(d, "job_margin"), "up", "quote less cost, mean"),
        Indicator(
            "quote_coverage",
            "Jobs quoted",
            lambda d: _one(d, "quote_coverage"),
            "up",
            f"watch below {number_words(floor)}%",
        ),
        Indicator(
            "readiness",
            "Ready to sail",
            readiness,
            "up",
            f"{plural(len(draft.now.records('checklist')), 'item')} on the list",
        ),
    )


def _judgement(draft: Draft, done: Sequence[Job]) -> Judgement:
    losing = [job for job in done if job.margin is not None and job.margin < 0]
    priced = [job for job in done if job.margin is not None]
    unquoted = [job for job in done if not job.has_quote]
    ready = readiness(draft.now).value
    clause = f"{plural(len(losing), 'job')} {verb(len(losing), 'costs')} more than {'its' if len(losing) == 1 else 'their'} quote"
    lack = "nobody can say whether a job makes money" if done else "no delivery job is written down"
    checks = [Check(Tone.BAD, bool(losing) if priced else None, clause, "a job costs more than its quote", lack)]
    for tone, word in ((Tone.BAD, "bad"), (Tone.WARN, "warn")):
        limit = draft.threshold(f"readiness_{word}_percent")
        said = f"only {number_words(ready.low, 0)}% of the checklist is done" if ready else ""
        checks.append(
            Check(
                tone,
                None if ready is None else ready.low < limit,
                said,
                f"less than {limit}% of the checklist is done",
                "no checklist is written down",
            )
        )
    said = f"{plural(len(unquoted), 'job')} {verb(len(unquoted), 'has')} no quote"
    checks.append(Check(Tone.WARN, bool(unquoted), said, "a job has no quote"))
    return judge(checks, "every job makes money and the boat is ready to sail", complete=draft.now.snapshot.is_complete)


def _support(draft: Draft, done: Sequence[Job]) -> str:
    quoted = draft.worked("quoted", "Jobs with a quote", f"{sum(j.has_quote for j in done)} of {plural(len(done), 'job')}", formula="jobs with a quote / jobs",
                          filled=f"{sum(j.has_quote for j in done)} of {plural(len(done), 'job')}", sources=[place(j.record.source) for j in done] or ["no job is written down"])  # fmt: skip
    ready = draft.cell(readiness(draft.now)).text
    with_quote = sum(job.has_quote for job in done)
    first = f"{quoted.text} {verb(with_quote, 'has')} a quote" if done else "No job is written down"
    if with_quote == len(done) > 1:
        first = f"All {plural(with_quote, 'job')} have a quote"
    return (
        f"{first}; {ready} of the checklist is done."
        if ready.endswith("%")
        else f"{first}; no checklist is written down."
    )


def _cost_charts(done: Sequence[Job]) -> tuple[Chart, ...]:
    charts = []
    for job in done:
        if job.parts:
            top = max(part.amount for part in job.parts) or Decimal(1)
            bars = tuple(Bar(part.name, part.cell, float(part.amount / top)) for part in job.parts)
            charts.append(Chart(f"What {job.name} costs", bars))
    empty = "No job has distance, speed, rates and fuel written down, so its cost cannot be split."
    return tuple(charts[:4]) or (Chart("What a job costs", (), empty),)


def _jobs_table(done: Sequence[Job]) -> Table:
    rows = tuple(
        (
            Cell(job.name, strong=True), job.cost, job.quote, job.margin_cell, Cell(job.route), job.days, job.per_nm,
            job.share, Cell(job.lacks), where(job.record),
        )
        for job in done
    )  # fmt: skip
    columns = ("Job", "Cost", "Quote", "Margin", "", "Time", "A mile", "Margin of the quote", "Missing", "")
    return Table("jobs", "Jobs", columns, rows, "No delivery job is written down.", numeric=(1, 2, 3))


def _checklist(draft: Draft) -> Table:
    rows = []
    for record in sorted(draft.now.records("checklist"), key=lambda r: (is_done(r), r.name)):
        state = Cell("Done", tone=Tone.OK) if is_done(record) else Cell("Open", tone=Tone.BAD)
        rows.append(
            (
                Cell(visible(record.name), strong=True),
                state,
                Cell(text_of(record, "owner") or "nobody named"),
                Cell(due_of(record, None if is_done(record) else draft.now.snapshot.frozen_at.date()) or "no date"),
                where(record),
            )
        )
    return Table("checklist", "Ready to sail", ("Item", "State", "Owner", "Due", ""), tuple(rows),
                 "No checklist is written down: insurance rider, licences, EPIRB, life raft, crew documents.")  # fmt: skip


_AGREED = re.compile(r"^\W*(?:signed|agreed|in place|yes|active|valid)\b", re.IGNORECASE)


def _partners(draft: Draft) -> Table:
    rows = []
    for record in draft.now.records("partner"):
        contract = text_of(record, "contract", "agreement")
        state = Cell("Agreed", tone=Tone.OK) if _AGREED.search(contract) else Cell("No contract", tone=Tone.WARN)
        said = "; ".join(part for part in (contract, text_of(record, "status")) if part and part != "none")
        rows.append(
            (
                Cell(visible(record.name), strong=True),
                state,
                Cell(text_of(record, "service", "role")),
                Cell(said),
                where(record),
            )
        )
    return Table("partners", "Partners", ("Partner", "State", "", "", ""), tuple(rows), "No partner is written down.")


def _risks(done: Sequence[Job]) -> Table:
    rows = tuple((Cell(job.name, strong=True), Cell(risk), where(job.record)) for job in done for risk in job.risks)
    return Table(
        "risks",
        "Risks of the passages",
        ("Job", "Risk", ""),
        rows,
        "No season, single engine or missing document is noted on any job.",
    )


def _tasks(draft: Draft, done: Sequence[Job]) -> list[Task]:
    return [
        *(
            item_task(draft, record, "Get ready", "checklist")
            for record in draft.now.records("checklist")
            if not is_done(record)
        ),
        *(_quote_task(job) for job in done if not job.has_quote),
        *(_loss_task(job) for job in done if job.loss is not None),
    ]


def _quote_task(job: Job) -> Task:
    return Task(
        f"Send a quote for {job.name}.", Severity.MEDIUM, text_of(job.record, "owner"), pill="No quote",
        sources=(place(job.record.source),), key=f"quote.{job.name}", entity=job.record.entity,
    )  # fmt: skip


def _loss_task(job: Job) -> Task:
    return Task(
        f"Renegotiate {job.name}: the quote does not cover its cost.", Severity.HIGH, text_of(job.record, "owner"),
        once=job.loss, pill="Loss", sources=(place(job.record.source),), key=f"loss.{job.name}", entity=job.record.entity,
    )  # fmt: skip

"""The sheet that all reports share: a report brings its parts, this adds what every reader gets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from auditor.model.fact import Conflict, Gap
from auditor.model.finding import Finding
from auditor.model.report import Chart, Kpi, Report, Table
from auditor.model.run import Coverage, Snapshot
from auditor.reports.actions import Task, actions, blocker_tasks, conflict_tasks, gap_tasks
from auditor.reports.changes import changes
from auditor.reports.coverage import coverage_sentence
from auditor.reports.draft import Draft
from auditor.reports.places import conflict_sides, visible
from auditor.reports.verdict import Judgement
from auditor.reports.words import long_day, period_words, quantity_words

SECTIONS = ("kpis", "coverage", "actions", "charts", "tables", "changes", "gaps", "computed")


@dataclass(frozen=True, slots=True)
class Parts:
    """What a report's own module makes."""

    title: str
    reader: str
    judgement: Judgement
    support: str
    kpis: tuple[Kpi, ...]
    charts: tuple[Chart, ...]
    tables: tuple[Table, ...]
    findings: tuple[Finding, ...]
    """Those that its reader acts on."""
    tasks: tuple[Task, ...]
    """Those of findings, and the report's own."""
    metrics: frozenset[str]
    """Vocabulary ids that the report uses: gaps, conflicts and moved figures of others are not its reader's."""
    blockers: bool = False
    """Whether the wiki's blockers are its reader's to remove."""


def sheet(draft: Draft, parts: Parts) -> Report:
    """The whole view."""
    snapshot, settings = draft.now.snapshot, draft.settings
    conflicts = _conflicts(draft, parts.metrics)
    for conflict in conflicts:
        _trace_conflict(draft, conflict)
    draft.note_gaps(g for g in snapshot.gaps if _is_mine(draft, g, parts.metrics))
    gaps = tuple(sorted(draft.gaps.values(), key=lambda g: (-len(g.blocks), g.entity, g.page, g.metric)))
    blockers = blocker_tasks(draft) if parts.blockers else []
    tasks = [*parts.tasks, *blockers, *conflict_tasks(draft, conflicts), *gap_tasks(draft, gaps)]
    done = actions(draft, tasks)
    moved, note = changes(draft, parts.findings, parts.metrics)
    coverage = tuple(sorted(snapshot.coverage, key=lambda c: (c.complete, c.kind, c.target, c.scanner)))
    return Report(
        name=settings.name,
        title=settings.title or parts.title,
        reader=settings.reader or parts.reader,
        period=snapshot.period,
        period_words=period_words(snapshot.period),
        tone=parts.judgement.tone,
        verdict=parts.judgement.sentence,
        support=parts.support,
        verdict_rules=parts.judgement.rules,
        kpis=parts.kpis,
        actions=done,
        charts=parts.charts,
        tables=parts.tables,
        changes=moved,
        changes_note=note,
        gaps=gaps,
        conflicts=conflicts,
        traces=tuple(draft.traces.values()),
        coverage=coverage,
        coverage_sentence=coverage_sentence(snapshot),
        complete=snapshot.is_complete,
        footer=_footer(snapshot, coverage),
        preheader=preheader(parts.kpis),
        sections=_sections(settings.sections),
    )


def _sections(wanted: Sequence[str]) -> tuple[str, ...]:
    """The blocks in order; coverage is never left out."""
    if not wanted:
        return SECTIONS
    known = tuple(name for name in wanted if name in SECTIONS)
    return known if "coverage" in known else (*known[:1], "coverage", *known[1:])


def preheader(kpis: Sequence[Kpi]) -> str:
    """The four values, for the line that mail programs show beside the subject."""
    return " · ".join(f"{kpi.label} {kpi.value.text}" for kpi in kpis)


def _is_mine(draft: Draft, gap: Gap, metrics: frozenset[str]) -> bool:
    return draft.now.concerns(gap.entity) and (gap.metric in metrics or bool(metrics.intersection(gap.blocks)))


def _trace_conflict(draft: Draft, conflict: Conflict) -> None:
    first, second = quantity_words(conflict.first.value), quantity_words(conflict.second.value)
    name = f"{conflict.first.label or conflict.metric}, {draft.now.name(conflict.entity)}"
    draft.worked(f"conflict.{conflict.entity}.{conflict.metric}", name, first, formula="as two places state it",
                 filled=f"{first} or {second}", sources=conflict_sides(conflict))  # fmt: skip


def _conflicts(draft: Draft, metrics: frozenset[str]) -> tuple[Conflict, ...]:
    return tuple(c for c in draft.now.snapshot.conflicts if draft.now.concerns(c.entity) and c.metric in metrics)


def _footer(snapshot: Snapshot, coverage: Iterable[Coverage]) -> tuple[str, ...]:
    accounts = [f"{c.target} as of {c.commit[:10]}" for c in coverage if c.kind == "aws-account" and c.commit]
    frozen = f"{long_day(snapshot.frozen_at.date())}, {snapshot.frozen_at:%H:%M} UTC"
    run, prints = snapshot.run_id or "without a number", snapshot.content_hash[:12] or "not frozen"
    lines = [
        f"{snapshot.portfolio}, {period_words(snapshot.period)}; frozen on {frozen}",
        f"Run {run}; snapshot {prints}; auditor {snapshot.version or 'unreleased'}",
        f"Wiki at commit {snapshot.wiki_commit[:12]}" if snapshot.wiki_commit else "No wiki in this run",
        f"AWS data: {', '.join(dict.fromkeys(accounts))}" if accounts else "No AWS data in this run",
        "All reports of this month are made from this one snapshot.",
    ]
    return tuple(visible(line) for line in lines)

"""What code runs on and where data lie: end of life, tests, backups, and whether it is built from code."""

from __future__ import annotations

from datetime import date, timedelta

from auditor.model.fact import Record
from auditor.model.figure import Figure
from auditor.model.location import CloudLocation, CodeLocation
from auditor.model.report import Cell, Table, Tone
from auditor.model.run import Coverage, OutcomeStatus
from auditor.reports.dossier import Dossier
from auditor.reports.draft import Draft
from auditor.reports.kpi import counter
from auditor.reports.places import cited, visible
from auditor.reports.rows import day_of, text_of, where
from auditor.reports.words import listing, plural

_SOON = timedelta(days=180)


def ended_stacks(dossier: Dossier) -> Figure:
    """Runtimes that get no security updates any more."""
    today = dossier.snapshot.frozen_at.date()
    known = runtimes(dossier)
    ended = [r for r in known if (day := _end_of(r)) and day < today]
    sources = cited(ended) or cited(known) or ("no runtime was found",)
    return counter("ended", "Runtimes at end of life", len(ended), sources, "runtimes whose end of life has passed")


def runtimes(dossier: Dossier) -> tuple[Record, ...]:
    """Stacks and cloud functions that name a runtime."""
    found = (*dossier.records("stack"), *dossier.records("resource"))
    return tuple(r for r in found if text_of(r, "runtime", "version"))


def _end_of(record: Record) -> date | None:
    return day_of(record, "ends", "eol", "end_of_life")


def stacks_table(draft: Draft) -> Table:
    """Runtimes of the cloud and of repositories, and what each repository lacks."""
    rows = [_stack(draft, record) for record in _stack_records(draft.now)]
    rows += [
        _repository(draft, line)
        for line in draft.now.snapshot.coverage
        if line.scanner == "hygiene" and draft.now.concerns(line.entity)
    ]
    columns = ("Stack", "State", "Technology", "Tests", "CI", "Backups", "Built from code", "Lacks", "")
    ended = draft.cell(ended_stacks(draft.now)).text
    note = (
        f"{ended} of {plural(len(runtimes(draft.now)), 'runtime')} past the end of life." if runtimes(draft.now) else ""
    )
    return Table(
        "stacks", "Stack by stack", columns, tuple(rows), "No repository and no cloud function was looked at.", note
    )


def _stack_records(dossier: Dossier) -> tuple[Record, ...]:
    """What runs code or holds data that a stack cannot make again."""
    named = runtimes(dossier)
    stores = (r for r in dossier.records("resource") if text_of(r, "kind") in _STORES and r not in named)
    return (*named, *stores)


def _stack(draft: Draft, record: Record) -> tuple[Cell, ...]:
    name = f"{draft.now.name(record.entity)}: {visible(record.name)}" if record.entity else visible(record.name)
    runtime, backups = text_of(record, "runtime", "version"), text_of(record, "backups")
    engine = text_of(record, "engine")
    if runtime:
        state = _end_cell(_end_of(record), draft.now.snapshot.frozen_at.date())
    else:
        state = {"": Cell(Tone.UNKNOWN.word, tone=Tone.UNKNOWN), "none": Cell("No backup", tone=Tone.WARN)}.get(
            backups, Cell("Backed up", tone=Tone.OK)
        )
    kept = draft.worked(
        f"backups.{record.entity}.{record.name}", f"Backups of {visible(record.name)}", backups,
        formula="as the account says", filled=backups, sources=cited([record]),
    ) if any(c.isdigit() for c in backups) else Cell(backups)  # fmt: skip
    return (
        Cell(name, strong=True),
        state,
        Cell(f"{engine} {runtime}".strip() if runtime else _STORES.get(text_of(record, "kind"), "")),
        Cell(text_of(record, "tests")),
        Cell(text_of(record, "ci")),
        kept,
        Cell(text_of(record, "iac") or ("no sign of it" if isinstance(record.source, CloudLocation) else "")),
        Cell(""),
        where(record),
    )


_STORES = {"rds.instance": "database", "dynamodb.table": "DynamoDB table"}
_LACKS = {
    "hygiene.no-lock-file": "a lock file", "hygiene.no-readme": "a read-me",
    "hygiene.gitignore-missing": "an ignore list", "hygiene.bus-factor": "a second person",
}  # fmt: skip


def _repository(draft: Draft, line: Coverage) -> tuple[Cell, ...]:
    found = {
        f.rule.id for f in draft.now.findings if isinstance(f.location, CodeLocation) and f.location.repo == line.target
    }
    lacks = listing([word for rule, word in _LACKS.items() if rule in found])
    tests, ci = ("no" if f"hygiene.no-{what}" in found else "yes" for what in ("tests", "ci"))
    if not line.complete:
        state, lacks = Cell("Not scanned", tone=Tone.UNKNOWN), line.reason or "only in part"
        tests, ci = "", ""
    elif lacks or "no" in (tests, ci):
        state = Cell("Gaps", tone=Tone.WARN)
    else:
        state = Cell("Sound", tone=Tone.OK)
    return (
        Cell(f"Repository {visible(line.target)}", strong=True),
        state,
        Cell(""),
        Cell(tests),
        Cell(ci),
        Cell(""),
        Cell(_infrastructure(draft, line.target)),
        Cell(visible(lacks)),
        Cell(f"{visible(line.target)} @ {line.commit[:7]}", align="source"),
    )


def _infrastructure(draft: Draft, target: str) -> str:
    """Whether a repository describes the infrastructure it runs on, as the check of its templates saw it."""
    line = next((c for c in draft.now.snapshot.coverage if c.scanner == "aws" and c.target == target), None)
    if line is None:
        return ""
    if line.looked_at.get("resources", 0):
        return "yes, from a template"
    if any("terraform" in reason.lower() for reason in line.not_scanned):
        return "yes, with Terraform"
    return "no" if line.status is OutcomeStatus.SKIPPED else ""


def _end_cell(end: date | None, today: date) -> Cell:
    if end is None:
        return Cell(Tone.UNKNOWN.word, tone=Tone.UNKNOWN)
    if end < today:
        return Cell(f"Ended {end.isoformat()}", tone=Tone.BAD)
    return Cell(f"Until {end.isoformat()}", tone=Tone.WARN if end - today < _SOON else Tone.OK)

"""For the chief executive: are we alive, are we moving, and what comes first in the next 30 days?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from auditor.model.fact import Record
from auditor.model.figure import Figure
from auditor.model.finding import Finding
from auditor.model.report import Bar, Cell, Chart, Report, Table, Tone, ViewSettings
from auditor.model.rule import Severity
from auditor.model.run import EntityInfo, Snapshot
from auditor.reports.actions import NOBODY, Task, blocker_tasks, ranked
from auditor.reports.capital import capital_tasks
from auditor.reports.channels import channel_tasks, channels
from auditor.reports.coverage import checked_words
from auditor.reports.dossier import Dossier
from auditor.reports.draft import Draft, share_words
from auditor.reports.equity import equity_table, equity_tasks, holdings
from auditor.reports.figures import cash_and_burn, figure
from auditor.reports.kpi import Indicator, counter, kpi, middle
from auditor.reports.places import cited, visible
from auditor.reports.receivables import client_tasks
from auditor.reports.risks import risk_tasks
from auditor.reports.rows import amount_of, text_of, where
from auditor.reports.sheet import Parts, sheet
from auditor.reports.verdict import Check, Judgement, judge
from auditor.reports.words import day_words, number_words, plural, quantity_words, verb

DAYS = 30
"""Length of the priorities' table."""
METRICS = frozenset({"revenue", "revenue@target", "expenses", "cash", "net_burn", "runway"})


def build(snapshot: Snapshot, previous: Snapshot | None, history: Sequence[Snapshot], settings: ViewSettings) -> Report:
    """The CEO's page."""
    draft = Draft(snapshot, previous, history, settings)
    findings = tuple(f for f in draft.now.findings if "ceo" in f.rule.audience or _is_risk(f))
    owned = holdings(draft)
    tasks = (
        *risk_tasks(draft, findings),
        *equity_tasks(owned),
        *client_tasks(draft),
        *capital_tasks(draft),
        *channel_tasks(channels(draft)),
    )
    return sheet(
        draft,
        Parts(
            title="State of the portfolio",
            reader="Chief executive",
            judgement=_judgement(draft),
            support=_support(draft),
            kpis=tuple(kpi(draft, indicator) for indicator in _indicators(draft)),
            charts=(revenue_chart(draft),),
            tables=(_businesses(draft), _thirty_days(draft, tasks), equity_table(draft, owned), _assets(draft)),
            findings=findings,
            tasks=tasks,
            metrics=METRICS,
            blockers=True,
        ),
    )


def open_risks(dossier: Dossier) -> Figure:
    """Open findings that are critical or high."""
    found = dossier.at_least(Severity.HIGH)
    sources = cited(found) or (checked_words(dossier.snapshot),)
    return counter("open_risks", "Open risks", len(found), sources, "open findings, critical or high")


def _indicators(draft: Draft) -> tuple[Indicator, ...]:
    target = draft.figure("revenue@target")
    # Revenue is of all businesses; a target that only some of them have is not its measure.
    every = all(draft.figure("revenue@target", entity.key).value is not None for entity in draft.now.entities)
    whose = "" if every else ", of those that have one"
    context = f"target {draft.cell(target).text}{whose}" if target.value else "no target is written down"
    bad, warn = draft.threshold("runway_bad_months"), draft.threshold("runway_warn_months")
    criticals = draft.counted(
        "criticals", "Critical risks", draft.now.at_least(Severity.CRITICAL), rule="open findings, critical"
    )
    return (
        Indicator("revenue", "Revenue", lambda d: figure(d, "revenue"), "up", context),
        Indicator("net_burn", "Net burn", lambda d: figure(d, "net_burn"), "down", "a month, all businesses"),
        Indicator("runway", "Runway", lambda d: figure(d, "runway"), "up", f"watch below {warn}, at risk below {bad}"),
        Indicator("open_risks", "Open risks", open_risks, "down", f"{criticals.text} of them critical"),
    )


def target_share(draft: Draft) -> Decimal | None:
    """Revenue over target of the businesses that state both, as midpoints; None when none does."""
    found = draft.figure("target_share")
    if found.value is None:
        return None
    share = middle(found.value) / 100
    whole = (share * 100).quantize(Decimal(1))
    draft.cell(replace(found, value=replace(found.value, low=whole, high=whole)))
    return share


def _judgement(draft: Draft) -> Judgement:
    runway, share = draft.figure("runway"), target_share(draft)
    criticals = len(draft.now.at_least(Severity.CRITICAL))
    lasting = f"cash lasts {quantity_words(runway.value)}" if runway.value else "cash does not shrink"
    months = runway.value.low if runway.value else None
    known = None if months is None and not runway.words else True
    percent = f"revenue is at {number_words(share * 100, 0)}% of target" if share is not None else ""
    checks = []
    for tone, word in ((Tone.BAD, "bad"), (Tone.WARN, "warn")):
        limit, part = draft.threshold(f"runway_{word}_months"), draft.threshold(f"target_{word}_share")
        low = known and months is not None and months < limit
        lack = "nobody can say how long the cash lasts"
        checks.append(Check(tone, low, lasting, f"runway is below {limit} months", lack))
        if tone is Tone.BAD:
            clause = f"{plural(criticals, 'critical risk')} {verb(criticals, 'is')} open"
            checks.append(Check(tone, criticals > 0, clause, "a critical finding is open"))
        behind = None if share is None else share < part
        lack = "nobody can say how revenue stands against target"
        checks.append(Check(tone, behind, percent, f"revenue is below {number_words(part * 100)}% of target", lack))
    healthy = " and ".join(x for x in (lasting, percent) if x)
    return judge(checks, healthy, complete=draft.now.snapshot.is_complete)


def _is_risk(finding: Finding) -> bool:
    """What the count of open risks counts; a waste of money is told by its price, to those who can save it."""
    return finding.severity is Severity.CRITICAL or (finding.severity >= Severity.HIGH and not finding.saving)


def _support(draft: Draft) -> str:
    cash, burn, revenue = draft.figure("cash"), draft.figure("net_burn"), draft.figure("revenue")
    if cash.value and burn.value:
        if burn.value.high <= 0:
            draft.cell(burn)
            return f"Cash stands at {draft.cell(cash).text} and the month brought more than it cost."
        held, spent = cash_and_burn(draft.now)
        if held.value is None or spent.value is None:
            return "No business states both its cash and what it spends and earns."
        return f"Net burn is {draft.cell(spent).text} a month against {draft.cell(held).text} of cash."
    missing = [label for label, f in (("cash", cash), ("revenue", revenue), ("expenses", burn)) if not f.value]
    return f"Not written down anywhere: {' and '.join(missing[:2])}."


def revenue_chart(draft: Draft) -> Chart:
    """Revenue against target, a bar for each business."""
    bars = []
    for entity in draft.now.entities:
        actual, target = draft.figure("revenue", entity.key), draft.figure("revenue@target", entity.key)
        if actual.value is None and target.value is None:
            continue
        part = middle(actual.value) if actual.value else Decimal(0)
        whole = middle(target.value) if target.value else part
        share = min(max(part / whole, Decimal(0)), Decimal(1)) if whole and target.value else Decimal(0)
        context = f"of {draft.cell(target).text}" if target.value else "no target"
        if target.value and actual.value and whole and actual.trace and target.trace:
            percent = share_words(part, whole)
            draft.worked(
                f"target_share.{entity.key}", f"Revenue against target, {entity.name}", percent,
                formula="revenue / target", filled=f"{draft.cell(actual).text} / {draft.cell(target).text} = {percent}",
                sources=(*actual.trace.sources, *target.trace.sources),
            )  # fmt: skip
            context = f"{context}, {percent}"
        bars.append(
            Bar(entity.name, draft.cell(actual), float(share), _share_tone(draft, actual, target, share), context)
        )
    return Chart("Revenue against target", tuple(bars), "No business states revenue or a target.")


def _share_tone(draft: Draft, actual: Figure, target: Figure, share: Decimal) -> Tone:
    if actual.value is None or target.value is None:
        return Tone.UNKNOWN
    if share < draft.threshold("target_bad_share"):
        return Tone.BAD
    return Tone.WARN if share < draft.threshold("target_warn_share") else Tone.OK


def _businesses(draft: Draft) -> Table:
    rows = []
    for entity in draft.now.entities:
        actual, target = draft.figure("revenue", entity.key), draft.figure("revenue@target", entity.key)
        found = [f for f in draft.now.at_least(Severity.HIGH) if f.entity == entity.key]
        gaps = [g for g in draft.gaps.values() if g.entity == entity.key]
        risks = draft.counted(
            f"risks.{entity.key}", f"Open risks, {entity.name}", found, rule="open findings, critical or high"
        )
        missing = draft.worked(
            f"missing.{entity.key}", f"Missing figures, {entity.name}", str(len(gaps)), formula="gaps of this business",
            filled=f"gaps = {len(gaps)}", sources=[visible(g.page or "on no page") for g in gaps] or ["nothing missing"],
        )  # fmt: skip
        rows.append(
            (
                Cell(visible(entity.name), strong=True),
                _health(draft, found, actual, target),
                draft.cell(actual),
                draft.cell(target),
                risks,
                missing,
                _holdings(draft, entity),
            )
        )
    return Table(
        "businesses",
        "Businesses",
        ("Business", "State", "Revenue", "Target", "Risks", "Missing figures", "Assets"),
        tuple(rows),
        "The portfolio file names no business.",
        numeric=(2, 3, 4, 5),
    )


def _health(draft: Draft, found: Sequence[object], actual: Figure, target: Figure) -> Cell:
    worst = [f for f in found if getattr(f, "severity", None) is Severity.CRITICAL]
    if worst:
        return Cell(Tone.BAD.word, tone=Tone.BAD)
    if actual.value is None or target.value is None or not middle(target.value):
        tone = Tone.WARN if found else Tone.UNKNOWN
        return Cell(tone.word, tone=tone)
    tone = _share_tone(draft, actual, target, middle(actual.value) / middle(target.value))
    tone = Tone.WARN if found and tone is Tone.OK else tone
    return Cell(tone.word, tone=tone)


def _holdings(draft: Draft, entity: EntityInfo) -> Cell:
    """Repositories, domains, sites: what belongs to it, in words."""
    sites = [r for r in draft.now.records("site") if r.entity == entity.key]
    counts = ((len(entity.repos), "repository"), (len(entity.domains), "domain"), (len(sites), "site"))
    said = [plural(count, noun) for count, noun in counts if count]
    if not said:
        return Cell("wiki only")
    sources = cited(sites) or (f"portfolio file, {entity.key}",)
    return Cell(
        ", ".join(said),
        draft.worked(
            f"assets.{entity.key}", f"Assets, {entity.name}", ", ".join(said), formula="listed and found",
            filled=" + ".join(said), sources=sources,
        ).trace,
    )  # fmt: skip


def _assets(draft: Draft) -> Table:
    rows = tuple(
        (
            Cell(f"{draft.now.name(r.entity)}: {visible(r.name)}", strong=True),
            _value(draft, r),
            Cell(text_of(r, "type", "kind") or r.kind),
            Cell(text_of(r, "owner") or "nobody named"),
            where(r),
        )
        for r in (*draft.now.records("asset"), *draft.now.records("site"))
    )
    columns = ("Asset", "Value", "Kind", "Held by", "")
    return Table(
        "assets", "Asset inventory", columns, rows, "No asset is written down and no site was found.", numeric=(1,)
    )


def _value(draft: Draft, record: Record) -> Cell:
    value = amount_of(record, "value")
    if value is None:
        return Cell("", align="right")
    return draft.stated(f"value.{record.entity}.{record.name}", f"Value of {visible(record.name)}", value, record)


def _thirty_days(draft: Draft, tasks: Sequence[Task]) -> Table:
    """What is due, or critical, within thirty days of the report; the earliest first."""
    today = draft.now.snapshot.frozen_at.date()
    last = today + timedelta(days=DAYS)
    chosen = []
    for task in ranked(draft, [*tasks, *blocker_tasks(draft)]):
        day = task.day(today)
        if day is not None and day <= last:
            chosen.append((day, task))
    rows = tuple(
        (
            Cell(task.sentence, strong=True),
            Cell("Overdue", tone=Tone.BAD) if day < today else Cell(day_words(day), tone=Tone.UNKNOWN),
            Cell(task.owner or draft.now.owner(task.entity) or NOBODY),
            Cell(task.sources[0] if task.sources else "", align="source"),
        )
        for day, task in sorted(chosen, key=lambda pair: pair[0])
    )
    return Table(
        "thirty-days",
        "The next 30 days",
        ("What", "Due", "Owner", ""),
        rows,
        "Nothing is due within 30 days, and nothing is critical.",
    )

"""For technology: is it safe, is it cheap to run, and what is to be built next?"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from auditor.finance.cloud import cost_of
from auditor.model.fact import Quantity, Record
from auditor.model.figure import Figure
from auditor.model.finding import Finding
from auditor.model.report import Bar, Cell, Chart, Report, Table, Tone, Trace, ViewSettings
from auditor.model.rule import Severity
from auditor.model.run import Snapshot
from auditor.reports.actions import Task, finding_tasks, ranked, savings
from auditor.reports.controls import controls_indicator, controls_table
from auditor.reports.coverage import checked_words
from auditor.reports.dossier import Dossier
from auditor.reports.draft import Draft
from auditor.reports.figures import by_month, figure
from auditor.reports.kpi import Indicator, counter, kpi, middle
from auditor.reports.places import cited, place, visible
from auditor.reports.rows import text_of
from auditor.reports.sheet import Parts, sheet
from auditor.reports.stacks import ended_stacks, runtimes, stacks_table
from auditor.reports.verdict import Check, Judgement, judge
from auditor.reports.words import (
    money_words,
    number_words,
    period_words,
    plural,
    quantity_words,
    range_words,
    sentence,
    verb,
)

METRICS = frozenset({"aws_cost", "aws_run_rate", "hosting_cost"})


def build(snapshot: Snapshot, previous: Snapshot | None, history: Sequence[Snapshot], settings: ViewSettings) -> Report:
    """The CTO's page."""
    draft = Draft(snapshot, previous, history, settings)
    findings = tuple(f for f in draft.now.findings if "cto" in f.rule.audience or f.severity >= Severity.HIGH)
    tasks = finding_tasks(draft, findings)
    return sheet(
        draft,
        Parts(
            title="Technology audit",
            reader="Technology",
            judgement=_judgement(draft),
            support=_support(draft),
            kpis=tuple(kpi(draft, indicator) for indicator in _indicators(draft)),
            charts=(_cost_chart(draft),),
            tables=(
                stacks_table(draft),
                _hardening(draft, findings),
                _savings_table(draft),
                _cost_by_business(draft),
                _roadmap(draft, tasks),
                controls_table(draft),
            ),
            findings=findings,
            tasks=tuple(tasks),
            metrics=METRICS,
        ),
    )


def severe(dossier: Dossier) -> Figure:
    """Open findings that are critical or high."""
    found = dossier.at_least(Severity.HIGH)
    return counter("severe", "Critical and high", len(found), cited(found) or (checked_words(dossier.snapshot),),
                   "open findings, critical or high")  # fmt: skip


def saving_total(dossier: Dossier) -> Figure:
    """Money a month that the open findings would free; each resource counts once."""
    found = [f for f in dossier.findings if f.saving and f.saving.monthly and not f.saving.counted_with]
    total = savings(found)
    if total is None and not any(line.kind == "aws-account" for line in dossier.snapshot.coverage):
        return Figure("savings", "", None, label="Savings found", words="not looked at")
    if total is None:
        return counter("savings", "Savings found", 0, (checked_words(dossier.snapshot, "aws"),), "priced savings")
    value = Quantity(total.low.amount, total.high.amount, "money", total.currency, "month")
    filled = " + ".join(range_words(f.saving.monthly) for f in found[:12] if f.saving and f.saving.monthly)
    more = f" + {plural(len(found) - 12, 'more')}" if len(found) > 12 else ""
    trace = Trace("savings", "Savings found", "sum over the priced findings, each resource once",
                  f"{filled}{more} = {range_words(total)} a month", cited(found))  # fmt: skip
    return Figure("savings", "", value, trace, label="Savings found")


def _indicators(draft: Draft) -> tuple[Indicator, ...]:
    criticals = draft.counted(
        "criticals", "Critical risks", draft.now.at_least(Severity.CRITICAL), rule="open findings, critical"
    )
    stacks = draft.counted("stacks", "Runtimes", runtimes(draft.now), rule="runtimes found")
    return (
        Indicator("severe", "Critical and high", severe, "down", f"{criticals.text} of them critical", points=True),
        Indicator("aws_run_rate", "AWS a month", run_rate, "down", "from the months of the bill"),
        Indicator("savings", "Savings found", saving_total, "", "a month, ready to take"),
        controls_indicator(draft)
        or Indicator("ended", "At end of life", ended_stacks, "down", f"of {stacks.text} runtimes", points=True),
    )


def run_rate(dossier: Dossier) -> Figure:
    """What AWS costs a month."""
    return figure(dossier, "aws_run_rate")


def _judgement(draft: Draft) -> Judgement:
    criticals = draft.now.at_least(Severity.CRITICAL)
    severes = draft.now.at_least(Severity.HIGH)
    ended = ended_stacks(draft.now).value
    rate, saved = draft.figure("aws_run_rate"), saving_total(draft.now)
    limit = draft.threshold("savings_warn_share")
    share = None
    if rate.value and saved.value and middle(rate.value):
        share = (middle(saved.value) if saved.value.unit == "money" else Decimal(0)) / middle(rate.value)
    old = int(ended.low) if ended else 0
    scanned = any(c.kind != "wiki" for c in draft.now.snapshot.coverage)
    clause = f"{plural(len(criticals), 'critical risk')} {verb(len(criticals), 'is')} open"
    highs = len(severes) - len(criticals)
    if criticals and highs:
        clause = f"{len(criticals):,} critical and {plural(highs, 'high risk')} are open"
        draft.worked(
            "highs",
            "High risks",
            f"{highs:,}",
            formula="open findings, high",
            filled=f"open findings, high = {highs:,}",
            sources=cited(severes),
        )
    nothing = "no repository and no account was scanned"
    checks = [
        Check(Tone.BAD, len(criticals) > 0 if scanned else None, clause, "a critical finding is open", nothing),
        Check(Tone.WARN, highs > 0 and not criticals, f"{plural(highs, 'high risk')} {verb(highs, 'is')} open",
              "a critical or high finding is open"),
        Check(Tone.WARN, old > 0, f"{plural(old, 'runtime')} {verb(old, 'is')} past end of life", "a runtime is past its end of life"),
        Check(Tone.WARN, None if share is None else share > limit, "part of the AWS bill buys nothing",
              f"priced savings exceed {number_words(limit * 100)}% of the AWS run rate"),
    ]  # fmt: skip
    return judge(checks, "no serious risk is open and the bill holds no waste", complete=draft.now.snapshot.is_complete)


def _support(draft: Draft) -> str:
    found = draft.counted(
        "severe", "Critical and high", draft.now.at_least(Severity.HIGH), rule="open findings, critical or high"
    )
    saved = saving_total(draft.now)
    money = draft.cell(saved).text if saved.value and saved.value.unit == "money" else ""
    said = f"{found.text} critical or high {'finding is' if found.text == '1' else 'findings are'} open"
    if not any(line.kind != "wiki" for line in draft.now.snapshot.coverage):
        return "Nothing was scanned, so no risk is known and none is ruled out."
    if found.text == "0":
        said = "No critical or high finding is open"
    if saved.value is None:
        return f"{said}; no AWS account was looked at, so nobody can say what could be saved."
    return f"{said} and {money} a month can be saved." if money else f"{said} and no priced saving was found."


def _cost_chart(draft: Draft) -> Chart:
    """Each service's lowest to highest month; services of all businesses together."""
    services: dict[str, list[tuple[Record, Quantity]]] = {}
    for record in draft.now.records("cost"):
        if value := cost_of(record):
            services.setdefault(text_of(record, "service") or visible(record.name), []).append((record, value))
    spans = {name: _span(rows) for name, rows in services.items()}
    top = max((middle(v) for v in spans.values()), default=Decimal(0))
    bars = []
    for name, value in sorted(spans.items(), key=lambda kv: (-middle(kv[1]), kv[0])):
        months = by_month(services[name])
        shown = "; ".join(
            f"{month or 'a month'} {money_words(sum((v.high for v in values), Decimal(0)))}"
            for month, values in months.items()
        )
        trace = Trace(
            f"cost.{name}",
            f"AWS cost, {name}",
            "lowest to highest month",
            f"{shown}: {quantity_words(value, per=False)}",
            cited([r for r, _ in services[name]]),
        )
        cell = Cell(quantity_words(value, per=False), draft.trace(trace), align="right")
        bars.append(Bar(name, cell, float(middle(value) / top) if top else 0.0, None, "a month"))
    note = "The bar is the midpoint of the months known." if any(v.low != v.high for v in spans.values()) else ""
    return Chart("AWS cost by service", tuple(bars), "No bill was read in this period.", note)


def _span(rows: Sequence[tuple[Record, Quantity]]) -> Quantity:
    """Lowest to highest month of one service."""
    months = by_month(rows).values()
    low = min(sum((v.low for v in values), Decimal(0)) for values in months)
    high = max(sum((v.high for v in values), Decimal(0)) for values in months)
    return Quantity(low, high, "money", rows[0][1].currency, "month")


def _hardening(draft: Draft, findings: Sequence[Finding]) -> Table:
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        if finding.saving is None or finding.severity >= Severity.MEDIUM:
            groups.setdefault((finding.rule.id, finding.entity), []).append(finding)
    rows = []
    order = sorted(
        groups.items(), key=lambda kv: (-max(f.severity for f in kv[1]), _reach(kv[1][0]), -len(kv[1]), kv[0])
    )
    for (rule_id, entity), group in order:
        worst = max(f.severity for f in group)
        tone = {Severity.CRITICAL: Tone.BAD, Severity.HIGH: Tone.BAD, Severity.MEDIUM: Tone.WARN}.get(
            worst, Tone.UNKNOWN
        )
        first = group[0]
        title = first.title if len(group) == 1 else first.rule.title
        rows.append((
            Cell(visible(title), strong=True),
            Cell(draft.now.name(entity) if entity else ""),
            Cell(worst.word.capitalize(), tone=tone),
            draft.counted(f"places.{rule_id}.{entity}", f"Places: {title}", group, rule="open findings of this rule"),
            Cell(visible(first.owner) or "nobody named"),
            Cell(place(first.location), align="source"),
        ))  # fmt: skip
    columns = ("Fault", "In", "Severity", "Places", "Owner", "First place")
    return Table("hardening", "Hardening, most exploitable first", columns, tuple(rows),
                 checked_words(draft.now.snapshot), numeric=(3,))  # fmt: skip


def _reach(finding: Finding) -> int:
    """What the open net can reach comes before what needs access first."""
    words = f"{finding.rule.id} {finding.rule.why} {' '.join(finding.details)}".lower()
    return 0 if any(w in words for w in ("public", "unauthenticated", "without-auth", "internet", "anyone")) else 1


def _savings_table(draft: Draft) -> Table:
    found = [f for f in draft.now.findings if f.saving]

    def size(finding: Finding) -> Decimal:
        return finding.saving.monthly.mid.amount if finding.saving and finding.saving.monthly else Decimal(0)

    rows = []
    for finding in sorted(found, key=lambda f: (-size(f), f.fingerprint)):
        saving = finding.saving
        assert saving
        if saving.monthly:
            text = range_words(saving.monthly)
            money = draft.worked(
                f"saving.{finding.fingerprint}", f"Saving: {visible(finding.title)}", text, formula=saving.formula or "what it costs now",
                filled=f"{saving.formula} = {text} a month" if saving.formula else f"{text} a month", sources=cited([finding]),
                note=f"{saving.basis}, {saving.as_of}",
            )  # fmt: skip
        else:
            money = Cell("unpriced", tone=Tone.UNKNOWN)
        shared = "counted with another saving" if saving.counted_with else ""
        rows.append((
            Cell(visible(finding.title), strong=True), Cell(draft.now.name(finding.entity) if finding.entity else ""), money,
            Cell(sentence(visible(finding.rule.fix))), Cell(visible(finding.details.get("undo", ""))), Cell(shared), Cell(place(finding.location), align="source"),
        ))  # fmt: skip
    columns = ("Cost item", "In", "A month", "How", "To undo", "", "Resource")
    return Table("savings", "Cost items", columns, tuple(rows), checked_words(draft.now.snapshot, "aws"), numeric=(2,))


def _cost_by_business(draft: Draft) -> Table:
    """The newest month of the bill, by the business that a tag or the portfolio names."""
    rows = [(r, v) for r in draft.now.records("cost") if (v := cost_of(r))]
    newest = max((text_of(r, "month", "period") for r, _ in rows), default="")
    groups: dict[str, list[tuple[Record, Quantity]]] = {}
    for record, value in rows:
        if text_of(record, "month", "period") == newest:
            groups.setdefault(record.entity, []).append((record, value))
    lines = []
    for entity, parts in groups.items():
        total = sum((middle(v) for _, v in parts), Decimal(0))
        name = draft.now.name(entity) if entity else "Shared, claimed by nobody"
        text = money_words(total, parts[0][1].currency)
        shown = " + ".join(
            f"{visible(text_of(r, 'service') or r.name)} {quantity_words(v, per=False)}"
            for r, v in sorted(parts, key=lambda p: -middle(p[1]))
        )
        cell = draft.worked(
            f"cost-of.{entity}",
            f"AWS cost of {name}",
            text,
            formula="sum over the services",
            filled=f"{shown} = {text}",
            sources=cited([r for r, _ in parts]),
        )
        lines.append((total, (Cell(name, strong=True), cell, Cell(plural(len(parts), "service"), cell.trace))))
    ordered = tuple(line for _, line in sorted(lines, key=lambda pair: (-pair[0], pair[1][0].text)))
    note = f"Bill of {period_words(newest)}, by cost tag." if newest else ""
    return Table(
        "cost-by-business",
        "AWS cost by business",
        ("Business", "A month", ""),
        ordered,
        "No bill was read in this period.",
        note,
        numeric=(1,),
    )


def _roadmap(draft: Draft, tasks: Sequence[Task]) -> Table:
    rows = []
    for number, task in enumerate(ranked(draft, tasks)):
        when = (
            "Now"
            if task.severity is Severity.CRITICAL or number < 5
            else "Next"
            if task.severity >= Severity.HIGH or number < 15
            else "Later"
        )
        rows.append(
            (
                Cell(task.sentence, strong=True),
                Cell(when, tone=Tone.UNKNOWN),
                Cell(task.effort.value),
                Cell(task.owner or "nobody named"),
                Cell(task.due),
            )
        )
    rows.sort(key=lambda row: ("Now", "Next", "Later").index(row[1].text))
    return Table("roadmap", "Engineering roadmap", ("Work", "When", "Effort", "Owner", "Due"), tuple(rows), "No open work follows from the findings.",
                 "Effort S is up to half a day, M up to two days, L more. `auditor plan` cuts this into sprints.")  # fmt: skip

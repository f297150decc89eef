"""For marketing: what fills the calendar, through which channel, and what is in the way?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from auditor.model.fact import Record
from auditor.model.report import Bar, Cell, Chart, Report, Table, Tone, ViewSettings
from auditor.model.rule import Effort, Severity
from auditor.model.run import Snapshot
from auditor.reports.actions import Task, due_of, finding_tasks
from auditor.reports.channels import Channel, channels
from auditor.reports.coverage import checked_words
from auditor.reports.draft import Draft
from auditor.reports.figures import figure
from auditor.reports.kpi import Indicator, kpi, middle
from auditor.reports.places import place, visible
from auditor.reports.rows import day_of, is_yes, text_of, where
from auditor.reports.sheet import Parts, sheet
from auditor.reports.verdict import Check, Judgement, judge
from auditor.reports.words import day_words, number_words, plural, verb

METRICS = frozenset({
    "units_sold", "pipeline", "break_even_units", "cac", "cost_per_lead", "leads", "marketing_spend", "new_customers", "price",
    "variable_cost", "card_fee", "users", "email_subscribers", "conversion_rate", "commission", "channel_net", "channel_order",
})  # fmt: skip


def build(snapshot: Snapshot, previous: Snapshot | None, history: Sequence[Snapshot], settings: ViewSettings) -> Report:
    """The CMO's page."""
    draft = Draft(snapshot, previous, history, settings)
    findings = tuple(f for f in draft.now.findings if "cmo" in f.rule.audience)
    ways = channels(draft)
    return sheet(
        draft,
        Parts(
            title="Marketing and channels",
            reader="Marketing",
            judgement=_judgement(draft),
            support=_support(draft),
            kpis=tuple(kpi(draft, indicator) for indicator in _indicators(draft, ways)),
            charts=(_net_chart(ways),),
            tables=(_scorecard(ways), _sequence(ways), _milestones(draft), _missing(draft)),
            findings=findings,
            tasks=(*finding_tasks(draft, findings), *_channel_tasks(ways), *_milestone_tasks(draft)),
            metrics=METRICS,
        ),
    )


def _indicators(draft: Draft, ways: Sequence[Channel]) -> tuple[Indicator, ...]:
    pipeline = draft.figure("pipeline")
    coming = f"{draft.cell(pipeline).text} in the pipeline" if pipeline.value else "no pipeline is written down"
    best = ways[0].name if ways and ways[0].net.trace else ""
    return (
        Indicator("units_sold", "Bookings", lambda d: figure(d, "units_sold"), "up", coming, points=True),
        Indicator(
            "cac", "Cost per customer", lambda d: figure(d, "cac"), "down", "marketing and sales spend / new customers"
        ),
        Indicator(
            "cost_per_lead", "Cost per lead", lambda d: figure(d, "cost_per_lead"), "down", "marketing spend / leads"
        ),
        Indicator(
            "email_share",
            "Reachable users",
            lambda d: figure(d, "email_share"),
            "up",
            f"best channel: {best}" if best else "by e-mail",
        ),
    )


def _judgement(draft: Draft) -> Judgement:
    sold, coming, need = (draft.figure(m) for m in ("units_sold", "pipeline", "break_even_units"))
    have = middle(sold.value) + middle(coming.value) if sold.value and coming.value else None
    share = have / middle(need.value) if have is not None and need.value and middle(need.value) else None
    needed = draft.cell(need).text
    clause = "bookings and pipeline do not fill the calendar"
    if sold.value and coming.value and need.value:
        clause = f"{needed} bookings a month are needed; {draft.cell(sold).text} are booked and {draft.cell(coming).text} in sight"
    lack = "nobody can say whether the calendar fills: bookings or break-even are missing"
    checks = []
    for tone, word in ((Tone.BAD, "bad"), (Tone.WARN, "warn")):
        limit = draft.threshold(f"pipeline_{word}_share")
        rule = f"bookings and pipeline cover less than {number_words(limit * 100)}% of the break-even bookings"
        checks.append(Check(tone, None if share is None else share < limit, clause, rule, lack))
    late = [r for r in draft.now.records("milestone") if _is_late(draft, r)]
    said = f"{plural(len(late), 'milestone')} {verb(len(late), 'is')} overdue"
    checks.append(Check(Tone.WARN, bool(late), said, "a milestone is overdue"))
    return judge(checks, "bookings and pipeline cover what break-even needs", complete=draft.now.snapshot.is_complete)


def _support(draft: Draft) -> str:
    users, mails = draft.figure("users"), draft.figure("email_subscribers")
    if users.value and mails.value:
        return f"Of {draft.cell(users).text} registered users {draft.cell(mails).text} can be reached by e-mail."
    cac = draft.figure("cac")
    if cac.value:
        return f"A new customer costs {draft.cell(cac).text}."
    return "Marketing spend and new customers are not both written down, so no cost per customer follows."


def _net_chart(ways: Sequence[Channel]) -> Chart:
    known = [way for way in ways if way.net.trace]
    top = max((way.net_amount for way in known), default=0) or 1
    bars = tuple(
        Bar(way.name, way.net, float(way.net_amount / top), Tone.UNKNOWN if way.blocked else Tone.OK, way.net_context)
        for way in known
    )
    return Chart("Net price by channel", bars, "No channel has both a price and a commission written down.",
                 "What is left of one booking after commission and card fee.")  # fmt: skip


def _scorecard(ways: Sequence[Channel]) -> Table:
    rows = tuple(
        (
            Cell(way.name, strong=True),
            way.commission,
            way.net,
            way.bookings,
            way.state,
            Cell(way.effort),
            Cell(way.blocker),
            way.where,
        )
        for way in ways
    )
    columns = ("Channel", "Commission", "Net", "Bookings", "State", "Effort", "Blocker", "")
    return Table("channels", "Channel scorecard", columns, rows, "No channel is written down.", numeric=(1, 2, 3))


def _sequence(ways: Sequence[Channel]) -> Table:
    rows = tuple(
        (Cell(f"{number}. {way.name}", strong=True), way.state, Cell(way.when), Cell(way.reason), way.where)
        for number, way in enumerate(ways, 1)
    )
    note = "Order: net contribution × expected bookings / set-up effort; blocked ones last, with their blocker."
    return Table(
        "sequence",
        "Order of the platforms",
        ("Platform", "State", "When", "Because", ""),
        rows,
        "No channel is written down.",
        note,
    )


def _is_late(draft: Draft, record: Record) -> bool:
    day = day_of(record, "due", "date", "deadline")
    return (
        day is not None and day < draft.now.snapshot.frozen_at.date() and not is_yes(text_of(record, "done", "status"))
    )


def _milestones(draft: Draft) -> Table:
    ordered = sorted(
        draft.now.records("milestone"), key=lambda r: (day_of(r, "due", "date", "deadline") or date.max, r.name)
    )
    rows = []
    for record in ordered:
        day = day_of(record, "due", "date", "deadline")
        if is_yes(text_of(record, "done", "status")):
            state = Cell("Done", tone=Tone.OK)
        elif _is_late(draft, record):
            state = Cell("Overdue", tone=Tone.BAD)
        else:
            state = Cell("Open", tone=Tone.UNKNOWN)
        due = f"{day_words(day)} {day.year}" if day else "no date"
        owner = text_of(record, "owner") or "nobody named"
        rows.append(
            (
                Cell(f"{draft.now.name(record.entity)}: {visible(record.name)}", strong=True),
                state,
                Cell(due),
                Cell(owner),
                where(record),
            )
        )
    return Table(
        "milestones",
        "Milestones",
        ("Milestone", "State", "Due", "Owner", ""),
        tuple(rows),
        "No milestone is written down.",
    )


def _missing(draft: Draft) -> Table:
    found = [f for f in draft.now.findings if f.rule.scanner == "pages" or "cmo" in f.rule.audience]
    rows = tuple(
        (
            Cell(visible(f.title), strong=True),
            Cell(draft.now.name(f.entity)),
            Cell(visible(f.rule.why)),
            Cell(place(f.location), align="source"),
        )
        for f in found
    )
    return Table(
        "missing",
        "What the sites lack",
        ("Missing", "On", "Why it matters", ""),
        rows,
        checked_words(draft.now.snapshot, "pages"),
    )


def _channel_tasks(ways: Sequence[Channel]) -> list[Task]:
    tasks = []
    for way in ways:
        if way.live:
            continue
        said = (
            f"Remove what blocks {way.name}: {way.blocker}."
            if way.blocked and way.blocker
            else f"List {way.entity_name} on {way.name}."
        )
        if way.blocked and not way.blocker:
            said = f"Say what blocks {way.name}."
        effort = {"M": Effort.MEDIUM, "L": Effort.LARGE}.get(way.effort[:1].upper(), Effort.SMALL)
        tasks.append(
            Task(said, Severity.MEDIUM, way.owner, way.when if way.when.startswith("by ") else "", way.monthly, effort=effort, pill="Channel",
                 sources=way.sources, key=f"channel.{way.entity}.{way.name}", entity=way.entity)
        )  # fmt: skip
    return tasks


def _milestone_tasks(draft: Draft) -> list[Task]:
    return [
        Task(f"Finish what is overdue at {draft.now.name(r.entity)}: {visible(r.name)}.", Severity.HIGH, text_of(r, "owner"), due_of(r),
             pill="Overdue", sources=(place(r.source),), key=f"milestone.{r.entity}.{r.name}", entity=r.entity)
        for r in draft.now.records("milestone") if _is_late(draft, r)
    ]  # fmt: skip

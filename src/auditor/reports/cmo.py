"""For marketing: what fills the calendar, through which channel, and what is in the way?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from auditor.finance.channels import channels as finance_channels
from auditor.model.fact import Quantity, Record
from auditor.model.figure import Figure
from auditor.model.report import Bar, Cell, Chart, Report, Table, Tone, Trace, ViewSettings
from auditor.model.run import EntityInfo, Snapshot
from auditor.reports.actions import Task, finding_tasks, item_task
from auditor.reports.channels import Channel, channel_tasks, channels
from auditor.reports.coverage import checked_words
from auditor.reports.dossier import Dossier
from auditor.reports.draft import Draft
from auditor.reports.figures import figure
from auditor.reports.kpi import Indicator, kpi, middle
from auditor.reports.places import place, visible
from auditor.reports.rows import day_of, is_yes, text_of, where
from auditor.reports.sheet import Parts, sheet
from auditor.reports.verdict import Check, Judgement, judge
from auditor.reports.words import day_words, number_words, quantity_words

METRICS = frozenset({
    "units_sold", "pipeline", "break_even_units", "cac", "cost_per_lead", "leads", "marketing_spend", "new_customers", "price",
    "variable_cost", "card_fee", "users", "email_subscribers", "conversion_rate", "commission", "channel_net", "channel_order",
})  # fmt: skip


OTHERS = frozenset({"web-clients", "rental", "yacht-delivery", "client-portfolio"})
"""Kinds that have no calendar to fill, or a report of their own; any other kind, and none, is a business that sells."""


def build(snapshot: Snapshot, previous: Snapshot | None, history: Sequence[Snapshot], settings: ViewSettings) -> Report:
    """The CMO's page."""
    selling = {record.entity for record in snapshot.records if record.kind in {"channel", "milestone"}}
    keys = tuple(e.key for e in snapshot.entities if e.kind not in OTHERS or e.key in selling)
    draft = Draft(snapshot, previous, history, settings, keys or ("no business that sells",))
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
            tables=(
                _fill(draft),
                _scorecard(ways),
                _sequence(ways),
                _listings(draft),
                _milestones(draft),
                _missing(draft),
            ),
            findings=findings,
            tasks=(*finding_tasks(draft, findings), *channel_tasks(ways), *_milestone_tasks(draft)),
            metrics=METRICS,
            blockers=True,
        ),
    )


def _indicators(draft: Draft, ways: Sequence[Channel]) -> tuple[Indicator, ...]:
    pipeline = draft.figure("pipeline")
    coming = f"{draft.cell(pipeline).text} in the pipeline" if pipeline.value else "no pipeline is written down"
    priced = [way for way in ways if way.net.trace]
    best, worst = (max(priced, key=_left), min(priced, key=_left)) if priced else (None, None)
    margin = f"{best.platform} {best.share.text}, {worst.platform} {worst.share.text}" if best and worst else ""
    return (
        Indicator("units_sold", "Bookings", lambda d: figure(d, "units_sold"), "up", coming, points=True),
        Indicator("cac", "Cost per customer", lambda d: figure(d, "cac"), "down", "marketing spend / new customers"),
        Indicator(
            "cost_per_lead", "Cost per lead", lambda d: figure(d, "cost_per_lead"), "down", "marketing spend / leads"
        ),
        Indicator("channel_rate", "Channels take", _channel_rate, "down", margin or "no channel has a price"),
    )


def _left(way: Channel) -> Decimal:
    """What of the price is left, for best and worst."""
    return -Decimal(way.share.text.rstrip("%").split("–")[0]) if way.share.text.endswith("%") else Decimal(-100)


def _channel_rate(dossier: Dossier) -> Figure:
    """What channels take of the price: least to most."""
    found = [c.effective_rate for book in dossier.books for c in finance_channels(book)]
    known = [f for f in found if f.value and f.trace]
    if not known:
        return Figure("channel_rate", "", None, gaps=tuple(g for f in found for g in f.gaps)[:3], label="Channels take")
    low, high = min(f.value.low for f in known if f.value), max(f.value.high for f in known if f.value)
    value = Quantity(low, high, "percent")
    shown = "; ".join(f"{f.label} {quantity_words(f.value)}" for f in known if f.value)
    sources = tuple(dict.fromkeys(s for f in known if f.trace for s in f.trace.sources))
    trace = Trace(
        "channel-rate",
        "Channels take",
        "commission and card fee, of the price",
        f"{shown}: {quantity_words(value)}",
        sources,
    )
    return Figure("channel_rate", "", value, trace, label="Channels take")


@dataclass(frozen=True, slots=True)
class _Need:
    """How far a business is from filling its calendar."""

    entity: EntityInfo
    need: Figure
    sold: Figure
    coming: Figure

    @property
    def share(self) -> Decimal | None:
        """Booked and in sight, over what break-even needs; None where a figure is missing."""
        if not (self.need.value and self.sold.value and self.coming.value) or not self.need.value.high:
            return None
        return (middle(self.sold.value) + middle(self.coming.value)) / self.need.value.high


def _needs(draft: Draft) -> list[_Need]:
    metrics = ("break_even_units", "units_sold", "pipeline")
    found = [_Need(e, *(draft.figure(m, e.key) for m in metrics)) for e in draft.now.entities]
    return sorted(found, key=lambda n: (n.share is None, n.share or Decimal(0)))


def _judgement(draft: Draft) -> Judgement:
    needs = _needs(draft)
    worst = next((n for n in needs if n.share is not None), None)
    share = worst.share if worst else None
    clause = ""
    if worst:
        sold, coming = draft.cell(worst.sold).text, draft.cell(worst.coming).text
        ahead = "none in sight" if coming == "0" else f"{coming} in sight"
        clause = f"{draft.now.name(worst.entity.key)} has {'none' if sold == '0' else sold} of the {draft.cell(worst.need).text} bookings a month it needs ({ahead})"
    lack = "nobody can say whether the calendar fills: break-even or bookings are missing"
    checks = []
    for tone, word in ((Tone.BAD, "bad"), (Tone.WARN, "warn")):
        limit = draft.threshold(f"pipeline_{word}_share")
        rule = f"bookings and pipeline of a business cover less than {number_words(limit * 100)}% of its break-even"
        checks.append(Check(tone, None if share is None else share < limit, clause, rule, lack))
    late = [r for r in draft.now.records("milestone") if _is_late(draft, r)]
    count = draft.counted(
        "late", "Milestones overdue", late, rule="milestones past their date", checked="no milestone is overdue"
    )
    said = f"{count.text} {'milestone is' if len(late) == 1 else 'milestones are'} overdue"
    checks.append(Check(Tone.WARN, bool(late), said, "a milestone is overdue"))
    return judge(checks, "bookings and pipeline cover what break-even needs", complete=draft.now.snapshot.is_complete)


def _support(draft: Draft) -> str:
    users, mails = draft.figure("users"), draft.figure("email_subscribers")
    if users.value and mails.value:
        return f"Of {draft.cell(users).text} registered users {draft.cell(mails).text} can be reached by e-mail."
    if users.value:
        return f"{draft.cell(users).text} users are registered; how many can be reached by e-mail is written nowhere."
    cac = draft.figure("cac")
    if cac.value:
        return f"A new customer costs {draft.cell(cac).text}."
    return "Marketing spend and new customers are not both written down, so no cost per customer follows."


def _fill(draft: Draft) -> Table:
    rows = tuple(
        (Cell(n.entity.name, strong=True), draft.cell(n.need), draft.cell(n.sold), draft.cell(n.coming))
        for n in _needs(draft)
        if n.need.value or n.sold.value
    )
    return Table("fill", "What fills the calendar", ("Business", "Needed", "Booked", "In sight"), rows,
                 "No business states its bookings or what break-even needs.", "Bookings a month; needed are those that cover fixed costs.",
                 numeric=(1, 2, 3))  # fmt: skip


def _net_chart(ways: Sequence[Channel]) -> Chart:
    known = sorted((way for way in ways if way.net.trace), key=lambda way: (-way.net_amount, way.name))
    top = known[0].net_amount if known else Decimal(1)
    bars = tuple(
        Bar(
            way.name,
            way.net,
            float(way.net_amount / top) if top else 0.0,
            Tone.OK if way.live else Tone.UNKNOWN,
            f"it takes {way.share.text}",
        )
        for way in known
    )
    return Chart("Net price by channel", bars, "No channel has both a price and a commission written down.",
                 "What is left of one booking after commission and card fee. Green is live.")  # fmt: skip


def _scorecard(ways: Sequence[Channel]) -> Table:
    rows = tuple(
        (
            Cell(way.name, strong=True),
            way.net,
            way.bookings,
            way.state,
            way.commission,
            Cell(way.effort),
            Cell(way.blocker),
            way.where,
        )
        for way in ways
    )
    columns = ("Channel", "Net", "Bookings", "State", "Commission", "Effort", "Blocker", "")
    return Table("channels", "Channel scorecard", columns, rows, "No channel is written down.", numeric=(1, 2))


def _sequence(ways: Sequence[Channel]) -> Table:
    rows = tuple(
        (
            Cell(f"{number}. {way.name}", strong=True),
            way.worth,
            way.state,
            Cell(way.when),
            Cell(f"blocked by: {way.blocker}" if way.blocker else ""),
        )
        for number, way in enumerate((way for way in ways if not way.live), 1)
    )
    note = (
        "Order: contribution a month at the expected bookings / set-up effort; blocked ones last, with their blocker."
    )
    return Table("sequence", "Which platform next", ("Platform", "A month", "State", "", ""), rows,
                 "Every channel that is written down is live." if ways else "No channel is written down.", note, numeric=(1,))  # fmt: skip


def _is_late(draft: Draft, record: Record) -> bool:
    day = day_of(record, "due", "date", "deadline")
    return (
        day is not None and day < draft.now.snapshot.frozen_at.date() and not is_yes(text_of(record, "done", "status"))
    )


def _listings(draft: Draft) -> Table:
    """Marketplaces that the public sites link to, by their links alone; a channel on any site of a business counts."""
    records: dict[tuple[str, str], Record] = {}
    for record in draft.now.records("ota"):
        key = (record.entity, record.name)
        if key not in records or is_yes(text_of(record, "present")):
            records[key] = record
    rows = tuple(
        (
            Cell(f"{visible(channel)}, {draft.now.name(entity)}", strong=True),
            Cell("Linked", tone=Tone.OK) if is_yes(text_of(record, "present")) else Cell("Not linked", tone=Tone.WARN),
            where(record),
        )
        for (entity, channel), record in sorted(records.items())
    )
    return Table(
        "listings",
        "Marketplaces linked on the sites",
        ("Marketplace", "On the site", ""),
        rows,
        "No site of a boat, tour or rental was looked at.",
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
    found = [f for f in draft.now.findings if "cmo" in f.rule.audience]
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


def _milestone_tasks(draft: Draft) -> list[Task]:
    late = [record for record in draft.now.records("milestone") if _is_late(draft, record)]
    return [item_task(draft, r, f"Finish for {draft.now.name(r.entity)}", "milestone") for r in late]

"""Sales channels as the marketing page prints them, in the order in which they are worth opening."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from auditor.finance import channels as finance
from auditor.model.money import Money, MoneyRange
from auditor.model.report import Cell, Tone
from auditor.model.rule import Effort, Severity
from auditor.reports.actions import Task
from auditor.reports.draft import Draft
from auditor.reports.kpi import middle
from auditor.reports.places import place, visible
from auditor.reports.rows import amount_of, day_of, text_of, where
from auditor.reports.words import day_words

_LIVE = re.compile(r"\b(?:live|active|listed|open|running)\b", re.IGNORECASE)
_NOT_LIVE = re.compile(r"\b(?:not|un|no longer)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Channel:
    """One way to sell, as printed."""

    name: str
    """With the business, where there are several."""
    platform: str
    entity: str
    entity_name: str
    commission: Cell
    net: Cell
    net_amount: Decimal
    share: Cell
    """What the channel really takes, in percent."""
    bookings: Cell
    worth: Cell
    """Contribution a month at the expected bookings."""
    state: Cell
    live: bool
    blocker: str
    effort: str
    owner: str
    when: str
    monthly: MoneyRange | None
    score: Decimal
    where: Cell
    sources: tuple[str, ...]


def channels(draft: Draft) -> tuple[Channel, ...]:
    """All channels: open ones by worth for effort, blocked ones last."""
    several = sum(1 for book in draft.now.books if book.rows("channel")) > 1
    found = [_channel(draft, c, several=several) for book in draft.now.books for c in finance.channels(book)]
    return tuple(sorted(found, key=lambda c: (bool(c.blocker) and not c.live, -c.score, c.name)))


def _channel(draft: Draft, channel: finance.Channel, *, several: bool) -> Channel:
    record, platform = channel.record, visible(channel.name)
    entity_name = draft.now.name(record.entity)
    status = text_of(record, "status", "state")
    live = bool(_LIVE.search(status)) and not _NOT_LIVE.search(status)
    blocker = visible(channel.blocked_by)
    day = day_of(record, "due", "date", "start", "launch")
    commission, bookings = amount_of(record, "commission"), amount_of(record, "bookings")
    for figure in (channel.net, channel.expected):
        draft.note_gaps(figure.gaps)
    gain = channel.expected.value
    name = f"{platform}, {entity_name}" if several else platform
    tone = Tone.OK if live else Tone.BAD if blocker else Tone.UNKNOWN
    return Channel(
        name=name,
        platform=platform,
        entity=record.entity,
        entity_name=entity_name,
        commission=draft.stated(f"commission.{name}", f"Commission, {name}", commission, record) if commission else Cell("not stated"),
        net=draft.cell(channel.net),
        net_amount=middle(channel.net.value) if channel.net.value else Decimal(0),
        share=draft.cell(channel.effective_rate),
        bookings=draft.stated(f"bookings.{name}", f"Expected bookings, {name}", bookings, record) if bookings else Cell("not stated"),
        worth=draft.cell(channel.expected),
        state=Cell("Live" if live else "Blocked" if blocker else (status or "unknown").capitalize(), tone=tone),
        live=live,
        blocker=blocker,
        effort=text_of(record, "effort"),
        owner=text_of(record, "owner"),
        when="" if live else f"by {day_words(day)}" if day else "no date",
        monthly=None if live or gain is None or gain.low <= 0 else _range(gain.low, gain.high, gain.currency or "USD"),
        score=channel.score or Decimal(0),
        where=where(record),
        sources=(place(record.source),),
    )  # fmt: skip


def _range(low: Decimal, high: Decimal, currency: str) -> MoneyRange:
    return MoneyRange(Money(low, currency), Money(high, currency))


def channel_tasks(ways: Sequence[Channel]) -> list[Task]:
    """Open what is not live yet; what blocks it goes first."""
    tasks = []
    for way in ways:
        if way.live:
            continue
        said = (
            f"Remove what blocks {way.platform} for {way.entity_name}: {way.blocker}."
            if way.blocker
            else f"List {way.entity_name} on {way.platform}."
        )
        effort = {"S": Effort.SMALL, "L": Effort.LARGE}.get(way.effort[:1].upper(), Effort.MEDIUM)
        due = way.when if way.when.startswith("by ") else ""
        tasks.append(
            Task(said, Severity.MEDIUM, way.owner, due, way.monthly, confidence=Decimal("0.6"), effort=effort, pill="Channel",
                 sources=way.sources, key=f"channel.{way.entity}.{way.platform}", entity=way.entity)
        )  # fmt: skip
    return tasks

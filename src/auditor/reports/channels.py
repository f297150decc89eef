"""Sales channels, in the order in which they are worth opening."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from auditor.model.fact import Record
from auditor.model.money import MoneyRange
from auditor.model.report import Cell, Tone
from auditor.reports.actions import exact
from auditor.reports.draft import Draft, share_words
from auditor.reports.kpi import middle
from auditor.reports.places import place, visible
from auditor.reports.rows import amount_of, day_of, text_of, where
from auditor.reports.words import day_words, money_words, number_words, quantity_words

_WEIGHTS = {"S": 1, "M": 3, "L": 8}


@dataclass(frozen=True, slots=True)
class Channel:
    """One way to sell, as printed."""

    name: str
    entity: str
    entity_name: str
    commission: Cell
    net: Cell
    net_amount: Decimal
    net_context: str
    bookings: Cell
    state: Cell
    live: bool
    blocked: bool
    blocker: str
    effort: str
    owner: str
    when: str
    reason: str
    monthly: MoneyRange | None
    """Contribution a month, from expected bookings."""
    score: Decimal
    where: Cell
    sources: tuple[str, ...]


def channels(draft: Draft) -> tuple[Channel, ...]:
    """All channels: open ones by worth for effort, blocked ones last."""
    found = [_channel(draft, record) for record in draft.now.records("channel")]
    return tuple(sorted(found, key=lambda c: (c.blocked, -c.score, c.name)))


def _channel(draft: Draft, record: Record) -> Channel:
    status = text_of(record, "status", "state")
    blocker = text_of(record, "blocker", "blocked_by")
    blocked = "block" in status.lower() or bool(blocker)
    live = any(word in status.lower() for word in ("live", "active", "listed"))
    effort = text_of(record, "effort", "set_up_effort", "setup") or "M"
    net, contribution, cell, context = _net(draft, record)
    expected = amount_of(record, "bookings", "expected_bookings", "expected")
    count = middle(expected) if expected else Decimal(0)
    score = (contribution or Decimal(0)) * count / _WEIGHTS.get(effort[:1].upper(), 3)
    day = day_of(record, "due", "date", "start", "launch")
    commission, name = amount_of(record, "commission", "fee"), visible(record.name)
    tone = Tone.OK if live else Tone.BAD if blocked else Tone.UNKNOWN
    return Channel(
        name=name,
        entity=record.entity,
        entity_name=draft.now.name(record.entity),
        commission=draft.stated(f"commission.{record.entity}.{name}", f"Commission, {name}", commission, record)
        if commission
        else Cell("not stated"),
        net=cell,
        net_amount=net or Decimal(0),
        net_context=context,
        bookings=draft.stated(f"expected.{record.entity}.{name}", f"Bookings, {name}", expected, record)
        if expected
        else Cell("not stated"),
        state=Cell(status.capitalize() or "Unknown", tone=tone),
        live=live,
        blocked=blocked and not live,
        blocker=blocker,
        effort=effort,
        owner=text_of(record, "owner"),
        when="live" if live else f"by {day_words(day)}" if day else "when unblocked" if blocked else "no date",
        reason=_reason(draft, record, contribution, count, effort, blocker if blocked else ""),
        monthly=exact(contribution * count, "USD") if contribution and count and not live else None,
        score=score,
        where=where(record),
        sources=(place(record.source),),
    )


def _net(draft: Draft, record: Record) -> tuple[Decimal | None, Decimal | None, Cell, str]:
    commission = amount_of(record, "commission", "fee")
    own, price, variable = (
        amount_of(record, "price"),
        draft.figure("price", record.entity),
        draft.figure("variable_cost", record.entity),
    )
    card = draft.figure("card_fee", record.entity)
    gross = middle(own) if own else middle(price.value) if price.value else None
    if gross is None or commission is None or commission.unit != "percent":
        return None, None, Cell("not known"), ""
    share, fee = middle(commission) / 100, middle(card.value) / 100 if card.value else Decimal(0)
    net = gross * (1 - share) * (1 - fee)
    text = money_words(net)
    sources = [
        place(record.source),
        *(price.trace.sources if price.trace and not own else ()),
        *(card.trace.sources if card.trace else ()),
    ]
    paid = f" × (1 − {quantity_words(card.value)})" if card.value else ""
    filled = f"{money_words(gross)} × (1 − {quantity_words(commission)}){paid} = {text}"
    note = "" if card.value else "card fee not written down, taken as none"
    name = visible(record.name)
    cell = draft.worked(f"net.{record.entity}.{name}", f"Net price, {name}", text, formula="price × (1 − commission) × (1 − card fee)",
                        filled=f"{filled}, {share_words(net, gross)} of the price", sources=sources, note=note)  # fmt: skip
    contribution = net - middle(variable.value) if variable.value else net
    return net, contribution, cell, f"{share_words(net, gross)} of the price"


def _reason(
    draft: Draft, record: Record, contribution: Decimal | None, count: Decimal, effort: str, blocker: str
) -> str:
    if blocker:
        return f"blocked: {blocker}"
    if contribution is None or not count:
        return "expected bookings or net price are not written down"
    total = money_words(contribution * count)
    said = f"{money_words(contribution)} × {number_words(count)} bookings = {total} a month, effort {effort}"
    draft.worked(f"order.{record.entity}.{record.name}", f"Worth of {visible(record.name)}", total, formula="net contribution × expected bookings",
                 filled=said, sources=(place(record.source),))  # fmt: skip
    return said

"""Revenue from contracts with customers: deferred revenue by month, and the five steps for each contract.

ASC 606-10-45-2: consideration received before performance is a contract liability. A day charter is recognised on its day,
one of several days pro rata by day. Management view; a cash-basis taxpayer's return may differ.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from auditor.finance.book import Book, Given, money_quantity
from auditor.finance.figures import amount, computed, missing, needs_record
from auditor.finance.interval import Interval
from auditor.model.fact import Gap, Record
from auditor.model.figure import Figure
from auditor.model.money import CENT

NOTE = "management view, not tax advice"
_CANCELLED = re.compile(r"\b(?:cancel(?:led|ed)?|void|refunded)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Steps:
    """The five steps of ASC 606-10-05-4 for one contract, each in words, empty where the page does not say."""

    record: Record
    contract: str
    obligations: str
    price: Decimal | None
    allocation: str
    recognition: str
    missing: tuple[str, ...]
    """Names of steps that cannot be answered from the page."""


@dataclass(frozen=True, slots=True)
class RollForward:
    """Deferred revenue of one month; `opening + received - recognised - refunded = closing` holds exactly."""

    opening: Decimal
    received: Decimal
    recognised_from_deposits: Decimal
    refunded: Decimal
    closing: Decimal


def parse_day(text: str) -> date | None:
    """An ISO day, or None."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def service_days(record: Record) -> tuple[date, date] | None:
    """First and last day of the service, both inclusive."""
    first = parse_day(record.text.get("start", "") or record.text.get("service_date", ""))
    last = parse_day(record.text.get("end", "")) or first
    return (first, last) if first and last and last >= first else None


def recognised_until(record: Record, day: date) -> Decimal:
    """Revenue earned up to and including a day: pro rata by day of service, nothing for what was cancelled."""
    price = record.amounts.get("price")
    days = service_days(record)
    if price is None or days is None or _CANCELLED.search(record.text.get("status", "")):
        return Decimal(0)
    fee = price.low - _pass_through(record)
    first, last = days
    if day < first:
        return Decimal(0)
    length = (last - first).days + 1
    done = min((day - first).days + 1, length)
    return fee if done == length else (fee * done / length).quantize(CENT, ROUND_HALF_EVEN)


def _pass_through(record: Record) -> Decimal:
    """Reimbursed costs inside the price are no revenue."""
    part = record.amounts.get("pass_through")
    return part.low if part is not None else Decimal(0)


def _received_until(record: Record, day: date) -> Decimal:
    deposit = record.amounts.get("deposit")
    paid = parse_day(record.text.get("deposit_date", ""))
    if deposit is None:
        return Decimal(0)
    if paid is None:
        days = service_days(record)
        paid = days[0] if days else None
    return deposit.low if paid is not None and paid <= day else Decimal(0)


def _refunded_until(record: Record, day: date) -> Decimal:
    refund = record.amounts.get("refunded")
    when = parse_day(record.text.get("refund_date", ""))
    return refund.low if refund is not None and (when is None or when <= day) else Decimal(0)


def _deferred_at(record: Record, day: date) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """(received, used by recognition, refunded, balance) up to a day; the balance is never below zero."""
    received, refunded = _received_until(record, day), _refunded_until(record, day)
    used = min(recognised_until(record, day), received - min(refunded, received))
    return received, used, min(refunded, received), received - used - min(refunded, received)


def roll_forward(records: Sequence[Record], start: date, end: date) -> RollForward:
    """Deferred revenue between the day before `start` and `end`, both days inclusive for movements."""
    before = date.fromordinal(start.toordinal() - 1)
    opening = received = used = refunded = closing = Decimal(0)
    for record in records:
        r0, u0, f0, b0 = _deferred_at(record, before)
        r1, u1, f1, b1 = _deferred_at(record, end)
        opening, closing = opening + b0, closing + b1
        received, used, refunded = received + r1 - r0, used + u1 - u0, refunded + f1 - f0
    return RollForward(opening, received, used, refunded, closing)


def _money(currency: str | None, value: Decimal) -> str:
    return amount(Interval.exact(value), currency)


def deferred_revenue(book: Book) -> Figure:
    """Closing deferred revenue of the month, from contracts; a stated balance that differs is named in the note."""
    contracts = book.rows("contract")
    stated = book.ask("deferred_revenue")
    if not any("deposit" in c.amounts for c in contracts):
        if isinstance(stated, Given):
            return computed(
                book,
                "deferred_revenue",
                money_quantity(stated.value, stated.currency),
                f"stated: {amount(stated.value, stated.currency)}",
                [stated],
            )
        return missing(
            book,
            "deferred_revenue",
            needs_record(book, "contract", "table of contracts with price, deposit and service date"),
        )
    roll = roll_forward(contracts, book.start, book.end)
    currency = next(c.amounts["deposit"].currency for c in contracts if "deposit" in c.amounts)
    filled = f"{_money(currency, roll.opening)} + {_money(currency, roll.received)} received - {_money(currency, roll.recognised_from_deposits)} recognised - {_money(currency, roll.refunded)} refunded = {_money(currency, roll.closing)}"
    note = NOTE
    inputs: list[Given | Record] = [c for c in contracts if "deposit" in c.amounts]
    if isinstance(stated, Given):
        inputs.append(stated)
        if not stated.value.low <= roll.closing <= stated.value.high:
            note = f"the page states {amount(stated.value, currency)}, a difference of {_money(currency, stated.value.mid - roll.closing)}; {NOTE}"
    return computed(
        book, "deferred_revenue", money_quantity(Interval.exact(roll.closing), currency), filled, inputs, note=note
    )


def recognised_revenue(book: Book) -> Figure:
    """Revenue earned in the month by performance, from contracts; else the stated revenue of the month."""
    contracts = [c for c in book.rows("contract") if "price" in c.amounts and service_days(c) is not None]
    before = date.fromordinal(book.start.toordinal() - 1)
    parts = [(c, recognised_until(c, book.end) - recognised_until(c, before)) for c in contracts]
    earned = [(c, value) for c, value in parts if value]
    if not contracts:
        stated = book.ask_monthly("revenue")
        if isinstance(stated, Gap):
            return missing(
                book,
                "recognised_revenue",
                stated,
                needs_record(book, "contract", "table of contracts with price and service date"),
            )
        return computed(
            book,
            "recognised_revenue",
            money_quantity(stated.value, stated.currency, "month"),
            f"stated: {amount(stated.value, stated.currency, 'month')}",
            [stated],
            note="as stated by the page; no contracts to recognise from",
        )
    currency = contracts[0].amounts["price"].currency
    value = sum((part for _, part in earned), Decimal(0))
    filled = (
        " + ".join(f"{c.name} {amount(Interval.exact(part), currency)}" for c, part in earned)
        or "nothing performed this month"
    )
    return computed(
        book,
        "recognised_revenue",
        money_quantity(Interval.exact(value), currency, "month"),
        f"{filled} = {amount(Interval.exact(value), currency, 'month')}",
        [c for c, _ in earned] or contracts,
        note=NOTE,
    )


def five_steps(book: Book) -> tuple[Steps, ...]:
    """The five steps for each contract."""
    return tuple(_steps(record) for record in book.rows("contract"))


def _steps(record: Record) -> Steps:
    signed = record.text.get("signed", "")
    policy = record.text.get("policy", "")
    is_signed = bool(signed) and not re.match(r"(?i)\W*(?:no|none|not|unsigned|pending|open|tbd)\b", signed)
    contract = f"signed ({signed})" if is_signed else ""
    if contract and policy:
        contract += f", cancellation {policy}"
    days = service_days(record)
    extras = [name for name in ("add_ons", "pass_through") if name in record.text]
    obligations = record.text.get("obligations", "") or (
        "service" + (f" of {(days[1] - days[0]).days + 1} days" if days and days[1] > days[0] else "") if days else ""
    )
    if extras:
        obligations += "; " + ", ".join(record.text[name] for name in extras)
    price = record.amounts.get("price")
    how = record.text.get("recognition", "")
    if not how and days:
        how = (
            f"on {days[0].isoformat()}"
            if days[0] == days[1]
            else f"pro rata by day, {days[0].isoformat()} to {days[1].isoformat()}"
        )
    allocation = (
        "all to the one service" if obligations and not extras else ", ".join(record.text[name] for name in extras)
    )
    answers = {
        "signed contract": contract,
        "cancellation policy": policy,
        "performance obligations": obligations,
        "price": str(price or ""),
        "day of recognition": how,
    }
    return Steps(
        record, contract, obligations, price.low - _pass_through(record) if price else None, allocation, how,
        tuple(name for name, answer in answers.items() if not answer),
    )  # fmt: skip

"""Figures, plurals and dates as people write them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal

from auditor.model.fact import Quantity
from auditor.model.money import Money, MoneyRange

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")  # fmt: skip
_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "CAD": "CA$", "AUD": "A$", "CHF": "CHF ", "MXN": "MX$"}
_IRREGULAR = {
    "person": "people", "property": "properties", "repository": "repositories", "company": "companies",
    "business": "businesses", "category": "categories", "identity": "identities", "entity": "entities",
    "country": "countries", "policy": "policies", "delivery": "deliveries", "is": "are", "has": "have", "was": "were",
}  # fmt: skip
_MINUS = "−"


def plural(count: Decimal | int, noun: str) -> str:
    """`1 client`, `2 clients`, `no clients`; an irregular last word is known."""
    number = "no" if count == 0 else number_words(Decimal(count))
    return f"{number} {noun if count == 1 else many(noun)}"


def many(noun: str) -> str:
    """The plural of a noun phrase; its last word changes."""
    head, _, last = noun.rpartition(" ")
    if last in _IRREGULAR:
        word = _IRREGULAR[last]
    elif last.endswith(("s", "x", "ch", "sh")):
        word = f"{last}es"
    else:
        word = f"{last}s"
    return f"{head} {word}".lstrip()


def verb(count: Decimal | int, word: str) -> str:
    """`is` or `are`, `has` or `have`, `needs` or `need`."""
    if word in _IRREGULAR:
        return word if count == 1 else _IRREGULAR[word]
    return f"{word}s" if count == 1 else word


def listing(words: Sequence[str], *, limit: int = 0, noun: str = "more") -> str:
    """`a, b and c`; over the limit `a, b and 3 more`."""
    shown = list(words)
    if limit and len(shown) > limit:
        rest = len(shown) - limit + 1
        shown = [*shown[: limit - 1], f"{rest:,} {noun}"]
    if len(shown) < 2:
        return "".join(shown)
    return f"{', '.join(shown[:-1])} and {shown[-1]}"


def number_words(value: Decimal, places: int = 1) -> str:
    """`3,676`, `7.8`, `−3`: at most `places` decimals, none where they say nothing."""
    rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)
    if rounded == rounded.to_integral_value():
        rounded = rounded.quantize(Decimal(1))
    return f"{rounded:,}".replace("-", _MINUS) if rounded else "0"


def money_words(amount: Decimal, currency: str | None = "USD") -> str:
    """`$7.30`, `$1,120`, `−$300`: cents only below 100, and only where there are any."""
    size = abs(amount)
    if size == size.to_integral_value() or size >= 100:
        text = f"{size.quantize(Decimal(1), ROUND_HALF_EVEN):,}"
    else:
        text = f"{size.quantize(Decimal('0.01'), ROUND_HALF_EVEN):,}"
    sign = _MINUS if amount < 0 and text.strip("0.,") else ""
    code = currency or ""
    return f"{sign}{_SIGNS.get(code, f'{code} ' if code else '')}{text}"


def cash_words(money: Money) -> str:
    """An amount with its currency."""
    return money_words(money.amount, money.currency)


def range_words(money: MoneyRange) -> str:
    """`$50–84`, or one amount when both ends agree; ends are rounded outwards to whole units above 10."""
    return _span(money.low.amount, money.high.amount, money.currency)


def _span(low: Decimal, high: Decimal, currency: str | None) -> str:
    if low == high:
        return money_words(low, currency)
    if high >= 10:
        low, high = low.quantize(Decimal(1), ROUND_FLOOR), high.quantize(Decimal(1), ROUND_CEILING)
    first, second = money_words(low, currency), money_words(high, currency)
    if first == second:
        return first
    return f"{first}–{second}" if low < 0 else f"{first}–{money_words(high, '')}"


def quantity_words(value: Quantity, *, per: bool = True) -> str:
    """A figure with its unit as people write it: `$1,120 a month`, `7.8 months`, `35%`, `6 charters`."""
    text = _bare(value)
    flags = value.flags
    text = f"about {text}" if "approx" in flags else text
    text = f"at least {text}" if "at_least" in flags else text
    text = f"at most {text}" if "at_most" in flags else text
    if not per or not value.per:
        return text
    return f"{text} {'an' if value.per[:4] == 'hour' or value.per[:1] in 'aeio' else 'a'} {value.per}"


def _bare(value: Quantity) -> str:
    if value.unit == "money":
        return _span(value.low, value.high, value.currency)
    places = 2 if value.unit == "ratio" else 1
    low, high = number_words(value.low, places), number_words(value.high, places)
    number = low if low == high else f"{low}–{high}"
    if value.unit == "percent":
        return f"{number}%"
    if value.unit in {"", "count", "number", "ratio"}:
        return number
    noun = {"months": "month", "days": "day", "hours": "hour", "units": "unit", "years": "year"}.get(value.unit)
    if noun is None:
        return f"{number} {value.unit}"
    return f"{number} {noun if low == high == '1' else many(noun)}"


def month_before(period: str, back: int = 1) -> str:
    """The calendar month before a `YYYY-MM`, or `back` months before it."""
    months = int(period[:4]) * 12 + int(period[5:7]) - 1 - back
    return f"{months // 12}-{months % 12 + 1:02d}"


def period_words(period: str) -> str:
    """`2026-10` as `October 2026`; anything else as it is."""
    year, _, month = period.partition("-")
    if year.isdigit() and month.isdigit() and 1 <= int(month) <= 12:
        return f"{MONTHS[int(month) - 1]} {year}"
    return period


def month_short(period: str) -> str:
    """`2026-10` as `Oct`."""
    return period_words(period)[:3]


def day_words(day: date) -> str:
    """`30 Nov`."""
    return f"{day.day} {MONTHS[day.month - 1][:3]}"


def long_day(day: date) -> str:
    """`2 November 2026`."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


_DAY = re.compile(r"(?<![\w./:-])(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?![\w/:-]|\.\w)")


def dates_in_words(text: str) -> str:
    """`2026-10-14` in a sentence as `14 Oct 2026`; file names and times are left alone."""
    return _DAY.sub(lambda day: f"{int(day[3])} {MONTHS[int(day[2]) - 1][:3]} {day[1]}", text) if "-" in text else text


_LABELS = {
    "adr": "the nightly rate", "hoa": "the homeowners association's fee", "cac": "what a customer costs",
    "ltv": "what a customer is worth", "mrr": "monthly recurring revenue", "arpa": "revenue per client", "str cost": "the costs of short stays",
}  # fmt: skip


def plain_label(label: str) -> str:
    """A figure's name inside a sentence: no jargon, capitals only where they belong."""
    text = " ".join(label.split())
    if text.lower() in _LABELS:
        return _LABELS[text.lower()]
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def parse_day(text: str) -> date | None:
    """A date as pages write them: `2026-11-30`, `30 Nov 2026`, `Nov 30, 2026`; None for anything else."""
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        pass
    parts = text.replace(",", " ").split()
    if len(parts) != 3:
        return None
    year = next((int(p) for p in parts if p.isdigit() and len(p) == 4), None)
    day = next((int(p) for p in parts if p.isdigit() and len(p) < 3), None)
    month = next(
        (n for p in parts for n, m in enumerate(MONTHS, 1) if len(p) > 2 and m.lower().startswith(p.lower())), None
    )
    if year is None or day is None or month is None:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def sentence(text: str, limit: int = 140) -> str:
    """The first sentence of a text, cut at a word boundary over `limit`, with one full stop."""
    flat = " ".join(text.split())
    for mark in (". ", "; "):
        head, found, _ = flat.partition(mark)
        if found and len(head) > 12:
            flat = head
    return f"{short(flat.rstrip('.'), limit)}."


def short(text: str, limit: int) -> str:
    """At most `limit` characters, cut between words with an ellipsis."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    head = cut.rsplit(" ", 1)[0]
    return f"{(head if len(head) > limit // 2 else cut).rstrip(' ,;:')}…"

"""Facts and remarks as lines for people."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from auditor.adapters.wiki.reading import Reading
from auditor.model.fact import Fact, Quantity

_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}


def plain_number(value: Decimal) -> str:
    """`1,234.5`: grouped, without needless zeros."""
    text = f"{value:,f}"
    return (
        text.rstrip("0").rstrip(".")
        if "." in text and not text.endswith(".00") and len(text.rsplit(".", 1)[1]) > 2
        else text
    )


def quantity_text(value: Quantity) -> str:
    """A figure as people read it: `$1,600 / month`, `8-12 percent (at least)`."""
    sign = _SIGNS.get(value.currency or "", "")
    ends = (
        plain_number(value.low)
        if value.low == value.high
        else f"{plain_number(value.low)} to {plain_number(value.high)}"
    )
    unit = (
        f" {value.currency}"
        if value.unit == "money" and not sign
        else "%"
        if value.unit == "percent"
        else f" {value.unit}"
        if value.unit and value.unit != "money"
        else ""
    )
    per = f" / {value.per}" if value.per else ""
    flags = f" ({', '.join(sorted(f.replace('_', ' ') for f in value.flags))})" if value.flags else ""
    return f"{sign}{ends}{unit}{per}{flags}".replace("$-", "-$")


def fact_line(fact: Fact) -> str:
    """One fact: place, label, value and what is known of it."""
    notes = [
        fact.metric or "",
        fact.period or "",
        fact.status.value if fact.status.value != "actual" else "",
        "prose" if fact.tier.value == "prose" else "",
        f"scenario {fact.scenario}" if fact.scenario else "",
        f"as of {fact.as_of}" if fact.as_of else "",
    ]
    return f"{fact.source}: {fact.label or '(no label)'}: {quantity_text(fact.value)}  [{'; '.join(n for n in notes if n)}]"


def facts_lines(reading: Reading) -> Iterator[str]:
    """All facts, then what is missing, contradictory or miscalculated, then the counts."""
    for fact in reading.facts:
        yield fact_line(fact)
    for gap in reading.gaps:
        place = f"{gap.page}:{gap.line}" if gap.line else gap.page
        blocks = f"; blocks {', '.join(gap.blocks)}" if gap.blocks else ""
        yield f"{place}: missing: {gap.label}{f' ({gap.raw})' if gap.raw else ''}{blocks}"
    for conflict in reading.conflicts:
        chosen = f"; used: {conflict.chosen.raw}" if conflict.chosen else ""
        yield (
            f"{conflict.first.source}: conflict: {conflict.first.label} {conflict.first.raw} against {conflict.second.raw} "
            f"at {conflict.second.source} ({conflict.reason}{chosen})"
        )
    for found in reading.miscalculations:
        yield f"{found.source}: arithmetic ({found.kind}): states {plain_number(found.stated)}, its rows give {plain_number(found.computed)}"
    yield (
        f"{len(reading.facts)} facts on {len(reading.pages)} pages ({reading.lines} lines), {len(reading.gaps)} gaps, "
        f"{len(reading.conflicts)} conflicts, {len(reading.miscalculations)} miscalculations"
    )

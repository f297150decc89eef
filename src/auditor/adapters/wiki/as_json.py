"""Facts as JSON: the schema `auditor/facts@1`."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from auditor.adapters.wiki.reading import Reading
from auditor.model.fact import Conflict, Fact, Gap, Miscalculation
from auditor.model.location import Location, WikiLocation

SCHEMA = "auditor/facts@1"


def facts_document(reading: Reading) -> dict[str, Any]:
    """The whole document; plain values that `json` can write."""
    return {
        "schema": SCHEMA,
        "facts": [_fact(f) for f in reading.facts],
        "gaps": [_gap(g) for g in reading.gaps],
        "conflicts": [_conflict(c) for c in reading.conflicts],
        "arithmetic": [_arithmetic(m) for m in reading.miscalculations],
    }


def facts_text(reading: Reading) -> str:
    """The document as text, one fact a line: easy to compare, and written five times as fast as with indents."""
    parts = []
    for name, value in facts_document(reading).items():
        if isinstance(value, list) and value:
            lines = ",\n  ".join(json.dumps(item, ensure_ascii=False) for item in value)
            parts.append(f' "{name}": [\n  {lines}\n ]')
        else:
            parts.append(f' "{name}": {json.dumps(value, ensure_ascii=False)}')
    return "{\n" + ",\n".join(parts) + "\n}"


def number(value: Decimal) -> int | float | str:
    """A JSON number where that is exact; text for what a double cannot hold."""
    if abs(value) >= Decimal(2) ** 53:
        return f"{value:f}"
    if value == value.to_integral_value():
        return int(value)
    as_float = float(value)
    return as_float if Decimal(repr(as_float)) == value else f"{value:f}"


def _page(source: Location) -> str:
    return source.page if isinstance(source, WikiLocation) else str(source)


def _fact(fact: Fact) -> dict[str, Any]:
    value = fact.value
    return {
        "page": _page(fact.source),
        "line": getattr(fact.source, "line", None),
        "label": fact.label,
        "metric": fact.metric,
        "category": fact.category,
        "low": number(value.low),
        "high": number(value.high),
        "unit": value.unit,
        "currency": value.currency,
        "per": value.per,
        "period": fact.period,
        "as_of": fact.as_of.isoformat() if fact.as_of else None,
        "status": fact.status.value,
        "flags": sorted(value.flags),
        "raw": fact.raw,
        "tier": fact.tier.value,
        "scenario": fact.scenario,
    }


def _gap(gap: Gap) -> dict[str, Any]:
    return {
        "page": gap.page,
        "line": gap.line,
        "entity": gap.entity,
        "metric": gap.metric,
        "label": gap.label,
        "raw": gap.raw,
        "blocks": list(gap.blocks),
    }


def _side(fact: Fact) -> dict[str, Any]:
    return {
        "page": _page(fact.source),
        "line": getattr(fact.source, "line", None),
        "label": fact.label,
        "raw": fact.raw,
        "low": number(fact.value.low),
        "high": number(fact.value.high),
        "as_of": fact.as_of.isoformat() if fact.as_of else None,
    }


def _conflict(conflict: Conflict) -> dict[str, Any]:
    chosen = None if conflict.chosen is None else "first" if conflict.chosen is conflict.first else "second"
    return {
        "entity": conflict.entity,
        "metric": conflict.metric,
        "period": conflict.first.period,
        "first": _side(conflict.first),
        "second": _side(conflict.second),
        "chosen": chosen,
        "reason": conflict.reason,
    }


def _arithmetic(found: Miscalculation) -> dict[str, Any]:
    return {
        "page": _page(found.source),
        "line": getattr(found.source, "line", None),
        "stated": number(found.stated),
        "computed": number(found.computed),
        "kind": found.kind,
    }

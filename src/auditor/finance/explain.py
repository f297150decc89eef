"""The proof of a figure as lines for people, and as plain values for JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from auditor.finance.figures import amount, plain
from auditor.finance.interval import Interval
from auditor.model.fact import Quantity
from auditor.model.figure import Figure


def value_text(value: Quantity) -> str:
    """`$3,380 a month`, `14.2 months`, `33%`."""
    ends = Interval.of(value)
    flags = (
        "at least "
        if "at_least" in value.flags
        else "at most "
        if "at_most" in value.flags
        else "about "
        if "approx" in value.flags
        else ""
    )
    if value.unit == "money":
        return flags + amount(ends, value.currency, value.per)
    if value.unit == "percent":
        return f"{flags}{plain(ends, 2)}%"
    unit = "" if value.unit in {"count", "ratio", ""} else f" {value.unit}"
    return f"{flags}{plain(ends, 2)}{unit}" + (f" a {value.per}" if value.per and value.unit == "count" else "")


def explain_lines(figure: Figure, period: str) -> Iterator[str]:
    """Value, formula, the formula with its numbers, sources; or what is missing and where it should stand."""
    whom = figure.entity or "the whole portfolio"
    result = value_text(figure.value) if figure.value is not None else figure.words or "not computed"
    yield f"{figure.label or figure.metric} of {whom}, {period}: {result}" + (
        f" ({figure.words})" if figure.words and figure.value is not None else ""
    )
    if figure.trace is not None:
        yield f"  formula  {figure.trace.formula}"
        yield f"  filled   {figure.trace.filled}"
        if figure.trace.note:
            yield f"  note     {figure.trace.note}"
        for number, place in enumerate(figure.trace.sources):
            yield f"  {'sources' if not number else '       '}  {place}"
    for gap in figure.gaps:
        place = f"{gap.page}:{gap.line}" if gap.line else gap.page
        whose = f" of {gap.entity}" if gap.entity and gap.entity != figure.entity else ""
        yield f"  missing  {gap.label}{whose}; it should stand on {place}" + (
            f", where {gap.raw!r} stands" if gap.raw else ""
        )


def explain_values(figure: Figure, period: str) -> Mapping[str, Any]:
    """The same as plain values; amounts as text, so that nothing is rounded."""
    value, trace = figure.value, figure.trace
    return {
        "schema": "auditor/explain@1",
        "metric": figure.metric,
        "entity": figure.entity,
        "period": period,
        "label": figure.label,
        "value": None
        if value is None
        else {
            "low": str(value.low),
            "high": str(value.high),
            "unit": value.unit,
            "currency": value.currency,
            "per": value.per,
        },
        "words": figure.words,
        "formula": trace.formula if trace else None,
        "filled": trace.filled if trace else None,
        "sources": list(trace.sources) if trace else [],
        "note": trace.note if trace else "",
        "missing": [
            {"metric": g.metric, "label": g.label, "page": g.page, "line": g.line, "entity": g.entity}
            for g in figure.gaps
        ],
    }

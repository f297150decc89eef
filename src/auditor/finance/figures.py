"""Putting a figure together: value, trace and sources; or the gaps for which there is none."""

from __future__ import annotations

import re
from collections.abc import Iterable

from auditor.finance.book import Book, Given
from auditor.finance.catalog import by_id
from auditor.finance.interval import Interval
from auditor.finance.printing import money_range, number_range, percent, source
from auditor.model.fact import Gap, Quantity, Record
from auditor.model.figure import Figure
from auditor.model.report import Trace


def computed(
    book: Book,
    metric: str,
    value: Quantity | None,
    filled: str,
    inputs: Iterable[Given | Record | Figure],
    *,
    note: str = "",
    words: str = "",
    gaps: tuple[Gap, ...] = (),
) -> Figure:
    """A figure with its trace; formula and name come from the catalogue."""
    formula = by_id(metric)
    name = formula.name if formula else metric.replace("_", " ").capitalize()
    notes: list[str] = [note] if note else []
    places: dict[str, None] = {}
    for given in inputs:
        if isinstance(given, Given):
            places |= {source(fact.source): None for fact in given.facts}
            if given.note and given.note not in notes:
                notes.append(given.note)
        elif isinstance(given, Record):
            places[source(given.source)] = None
        elif given.trace is not None:
            places |= dict.fromkeys(given.trace.sources)
    trace = Trace(
        id=f"{book.entity or 'all'}-{metric}".replace("_", "-"),
        name=name,
        formula=formula.formula if formula else name,
        filled=filled,
        sources=tuple(places) or (book.page or "no source",),
        note="; ".join(notes),
    )
    return Figure(metric, book.entity, value, trace, gaps, words, name)


def missing(book: Book, metric: str, *inputs: Given | Gap | Figure) -> Figure:
    """No figure: the gaps among its inputs."""
    gaps: dict[tuple[str, str], Gap] = {}
    for given in inputs:
        if isinstance(given, Gap):
            gaps[given.entity, given.metric] = given
        elif isinstance(given, Figure):
            gaps |= {(g.entity, g.metric): g for g in given.gaps}
    formula = by_id(metric)
    return Figure(metric, book.entity, None, None, tuple(gaps.values()), "", formula.name if formula else metric)


def needs_record(book: Book, kind: str, what: str) -> Gap:
    """The gap for a table that no page has."""
    return Gap(book.entity, f"{kind}[]", what, book.page, ())


def amount(value: Interval, currency: str | None, per: str | None = None) -> str:
    """Money in a trace: `$6,150 a month`."""
    article = "an" if (per and per[0] in "aeio") or per == "hour" else "a"
    return money_range(value, currency or "USD") + (f" {article} {per}" if per else "")


def plain(value: Interval, places: int = 2) -> str:
    """A number in a trace."""
    return number_range(value, places)


def share(value: Interval, places: int = 1) -> str:
    """A percentage in a trace."""
    return percent(value, places)


def slug(text: str) -> str:
    """Lower case, words joined by hyphens; for ids of traces."""
    return "-".join(re.findall(r"[a-z0-9]+", text.lower()))


def interval_of(figure: Figure) -> Interval | None:
    """The figure's ends, if it has a number."""
    return Interval.of(figure.value) if figure.value is not None else None

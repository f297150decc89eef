"""The page over all reports and months: where each stood, and how its figures went."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from auditor.model.report import Report, Tone
from auditor.reports.words import month_short, period_words


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index keeps of one report of one month."""

    name: str
    title: str
    reader: str
    period: str
    tone: Tone
    verdict: str
    figures: tuple[tuple[str, str, float | None], ...]
    """Label, value as printed, and its size; None where it is not known."""


@dataclass(frozen=True, slots=True)
class Point:
    """One month of a trend."""

    month: str
    text: str
    share: float | None
    """Height, 0 to 1; None where the figure is not known."""


@dataclass(frozen=True, slots=True)
class Trend:
    """A figure over the months."""

    label: str
    points: tuple[Point, ...]

    @property
    def last(self) -> str:
        """The newest value as printed."""
        return self.points[-1].text


@dataclass(frozen=True, slots=True)
class Line:
    """One report with its trends and months."""

    newest: Entry
    trends: tuple[Trend, ...]
    months: tuple[Entry, ...]
    """Newest first."""


@dataclass(frozen=True, slots=True)
class Index:
    """All lines, and the newest month in words."""

    period_words: str
    lines: tuple[Line, ...]


def entry(report: Report) -> Entry:
    """What the index keeps of a report."""
    figures = tuple((kpi.label, kpi.value.text, kpi.size) for kpi in report.kpis)
    return Entry(report.name, report.title, report.reader, report.period, report.tone, report.verdict, figures)


def index_of(entries: Iterable[Entry], order: Sequence[str]) -> Index:
    """The index over all entries; reports in the portfolio's order, others after them."""
    by_name: dict[str, list[Entry]] = {}
    for item in entries:
        by_name.setdefault(item.name, []).append(item)
    names = [*(name for name in order if name in by_name), *sorted(by_name.keys() - set(order))]
    lines = tuple(_line(sorted(by_name[name], key=lambda e: e.period)) for name in names)
    newest = max((line.newest.period for line in lines), default="")
    return Index(period_words(newest), lines)


def _line(months: list[Entry]) -> Line:
    newest = months[-1]
    recent = months[-12:]
    trends = tuple(_trend(label, recent) for label, _, _ in newest.figures)
    return Line(newest, trends, tuple(reversed(months)))


def _trend(label: str, months: Sequence[Entry]) -> Trend:
    values: list[tuple[str, str, float | None]] = []
    for month in months:
        known: Mapping[str, tuple[str, float | None]] = {name: (text, size) for name, text, size in month.figures}
        text, size = known.get(label, ("not known", None))
        values.append((month_short(month.period), text, size))
    top = max((abs(size) for _, _, size in values if size is not None), default=0.0)
    points = tuple(
        Point(month, text, None if size is None else (abs(size) / top if top else 0.0)) for month, text, size in values
    )
    return Trend(label, points)

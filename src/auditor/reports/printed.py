"""A view cut to what one form prints, its lines composed: templates only lay it out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from auditor.model.fact import Conflict, Gap
from auditor.model.report import Action, Cell, Change, Chart, Report, Table, Trace
from auditor.model.run import Coverage, OutcomeStatus
from auditor.reports.places import place, visible
from auditor.reports.words import dates_in_words, listing, plain_label, quantity_words

MAIN_COLUMNS = 3
"""Columns beside the first; what does not fit stands as a line below the row's name."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of each block a form prints."""

    rows: int
    actions: int
    changes: int
    gaps: int
    traces: int
    coverage: int
    bars: int = 12
    sources: int = 2
    """Places named for one figure; the view's JSON has all."""


MAIL = Limits(rows=15, actions=5, changes=10, gaps=8, traces=14, coverage=8)
PAGE = Limits(rows=60, actions=25, changes=40, gaps=40, traces=400, coverage=40, bars=24, sources=6)
PDF = Limits(rows=15, actions=8, changes=12, gaps=10, traces=400, coverage=16, bars=16, sources=1)
EVERYTHING = Limits(*(1_000_000,) * 8)


@dataclass(frozen=True, slots=True)
class Detail:
    """A cell that stands in the line below a row's name."""

    label: str
    """With what parts it from the cell; empty where the cell speaks for itself."""
    cell: Cell


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its name, the lines below it, and the cells of the main columns."""

    name: Cell
    details: tuple[Detail, ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class PrintedTable:
    """A table as laid out."""

    id: str
    title: str
    heads: tuple[Cell, ...]
    """Heads of name and main columns; `align` tells the side."""
    rows: tuple[Row, ...]
    more: int
    empty: str
    note: str
    widths: tuple[int, ...]
    """Pixels of the main columns; the name takes the rest."""


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence with its sources."""

    text: str
    sources: tuple[str, ...] = ()
    more_sources: int = 0
    pill: Cell | None = None
    complete: bool = True


@dataclass(frozen=True, slots=True)
class PrintedAction:
    """An action with as many of its sources as the form prints."""

    action: Action
    sources: tuple[str, ...]
    more_sources: int


@dataclass(frozen=True, slots=True)
class PrintedTrace:
    """How a number was computed."""

    trace: Trace
    sources: tuple[str, ...]
    more_sources: int


@dataclass(frozen=True, slots=True)
class Printed:
    """All blocks of a report, cut and composed."""

    report: Report
    actions: tuple[PrintedAction, ...]
    more_actions: int
    charts: tuple[Chart, ...]
    tables: tuple[PrintedTable, ...]
    changes: tuple[Line, ...]
    more_changes: int
    gaps: tuple[Line, ...]
    more_gaps: int
    conflicts: tuple[Line, ...]
    more_conflicts: int
    traces: tuple[PrintedTrace, ...]
    more_traces: int
    coverage: tuple[Line, ...]
    more_coverage: int
    linked: bool = False
    """Whether files lie beside it: a page on the disk, not a mail and not a PDF."""

    @property
    def ids(self) -> frozenset[str]:
        """Traces that stand on this sheet, so that links to others are not printed."""
        return frozenset(item.trace.id for item in self.traces)


def printed(report: Report, limits: Limits, names: Callable[[str], str]) -> Printed:
    """Cut and compose; `names` gives an entity's name."""
    actions = tuple(
        PrintedAction(
            replace(a, sentence=dates_in_words(a.sentence), due=dates_in_words(a.due)), *_cut(a.sources, limits)
        )
        for a in report.actions[: limits.actions]
    )
    tables = tuple(_table(table, limits.rows) for table in report.tables)
    charts = tuple(replace(chart, bars=chart.bars[: limits.bars]) for chart in report.charts)
    traces = _needed(report, limits)
    coverage = tuple(_coverage(line) for line in report.coverage)
    gaps = _gaps(report.gaps, names)
    return Printed(
        report,
        actions,
        len(report.actions) - len(actions),
        charts,
        tables,
        tuple(_change(change, limits) for change in report.changes[: limits.changes]),
        max(len(report.changes) - limits.changes, 0),
        gaps[: limits.gaps],
        max(len(gaps) - limits.gaps, 0),
        tuple(_conflict(conflict, names) for conflict in report.conflicts[: limits.gaps]),
        max(len(report.conflicts) - limits.gaps, 0),
        tuple(PrintedTrace(trace, *_cut(trace.sources, limits)) for trace in traces[: limits.traces]),
        max(len(traces) - limits.traces, 0),
        coverage[: limits.coverage],
        max(len(coverage) - limits.coverage, 0),
        linked=limits is PAGE,
    )


def _cut(sources: Sequence[str], limits: Limits) -> tuple[tuple[str, ...], int]:
    return tuple(sources[: limits.sources]), max(len(sources) - limits.sources, 0)


_BESIDE = ("moved.", "changed.", "edits.", "conflict.", "late.")
"""Traces of lines whose sources stand beside them already."""


def _needed(report: Report, limits: Limits) -> tuple[Trace, ...]:
    """Traces in the order of the sheet: KPIs, then what sentences and charts say, then actions and tables as printed."""
    first = [kpi.value.trace for kpi in report.kpis]
    charts = [bar.value.trace for chart in report.charts for bar in chart.bars]
    shown = [action.impact.trace for action in report.actions[: limits.actions]]
    cells = [cell.trace for table in report.tables for row in table.rows[: limits.rows] for cell in row]
    hidden = {action.impact.trace for action in report.actions[limits.actions :]}
    hidden |= {cell.trace for table in report.tables for row in table.rows[limits.rows :] for cell in row}
    hidden -= {*first, *charts, *shown, *cells}
    by_id = {trace.id: trace for trace in report.traces}
    known = {*first, *charts, *shown, *cells, *hidden}
    told = [identity for identity in by_id if identity not in known and not identity.startswith(_BESIDE)]
    order = dict.fromkeys(identity for identity in (*first, *charts, *told, *shown, *cells) if identity in by_id)
    return tuple(by_id[identity] for identity in order)


def _table(table: Table, limit: int) -> PrintedTable:
    shown = table.rows[:limit]
    main = _main_columns(table)
    pills = [n for n in main if any(row[n].tone for row in table.rows)]
    rest = [n for n in range(1, len(table.columns)) if n not in main]
    heads = tuple(
        Cell(table.columns[n], align="right" if n in table.numeric or n in pills else "left") for n in (0, *main)
    )  # fmt: skip
    rows = tuple(
        Row(
            _said(row[0]),
            tuple(Detail(_label(table.columns[n], row[n]), _said(row[n])) for n in rest if row[n].text),
            tuple(_said(row[n]) for n in main),
        )
        for row in shown
    )
    widths = tuple(_width(heads[n + 1].text, [row.cells[n] for row in rows]) for n in range(len(main)))
    more = len(table.rows) - len(shown)
    return PrintedTable(table.id, table.title, heads, rows, more, table.empty, table.note.replace("`", ""), widths)


def _width(head: str, cells: Sequence[Cell]) -> int:
    """What the longest text needs, within reason."""
    wide = [len(cell.text) * (7 if cell.tone else 8) + (28 if cell.tone else 14) for cell in cells]
    return min(max([len(head) * 6 + 16, *wide]), 170)


def _label(column: str, cell: Cell) -> str:
    """A column's name before a cell, with a colon where it is no figure and the name no preposition."""
    if not column or cell.align == "source":
        return ""
    plain = cell.text[:1] in "0123456789$€£−<≈" or column in _PREPOSITIONS or column.endswith(":")
    return f"{column} " if plain else f"{column}: "


_PREPOSITIONS = frozenset({"In", "On", "At", "For", "By", "From", "To"})


def _main_columns(table: Table) -> list[int]:
    """Figures and pills first: they are what the eye compares down a column."""
    pills = [n for n in range(1, len(table.columns)) if any(row[n].tone for row in table.rows)]
    figures = [n for n in table.numeric if n not in pills]
    return sorted([*pills[:1], *figures][:MAIN_COLUMNS])


def _change(change: Change, limits: Limits) -> Line:
    sources, more = _cut(change.sources, limits)
    words = {"new": "New", "resolved": "Resolved", "reopened": "Back again", "moved": "Moved", "wiki": "Wiki"}
    return Line(dates_in_words(change.text), sources, more, Cell(words.get(change.kind, change.kind), tone=change.tone))


def _gaps(gaps: Sequence[Gap], names: Callable[[str], str]) -> tuple[Line, ...]:
    """One line for all that a page lacks about a business; what is left open in words has its own."""
    groups: dict[tuple[str, str, str], list[Gap]] = {}
    for gap in gaps:
        groups.setdefault((gap.entity, f"{gap.page}:{gap.line}" if gap.line else gap.page, gap.raw), []).append(gap)
    return tuple(_gap(group, where, names) for (_, where, _), group in groups.items())


def _gap(group: Sequence[Gap], where: str, names: Callable[[str], str]) -> Line:
    blocks = listing(
        list(dict.fromkeys(plain_label(block.replace("_", " ")) for gap in group for block in gap.blocks)), limit=4
    )
    labels = list(dict.fromkeys(visible(plain_label(gap.label)) for gap in group))
    many = len(labels) > 1 or labels[0].endswith("s")
    said = f"{listing(labels, limit=5)} {'are' if many else 'is'} not written down"
    if group[0].raw:
        said = f"{listing(labels, limit=5)} {'are' if len(labels) > 1 else 'is'} left open (“{visible(group[0].raw)}”)"
    tail = f"; {'they block' if many else 'it blocks'} {blocks}" if blocks else ""
    place_named = f"belongs into {visible(where)}" if where else "belongs on a page that nobody has written so far"
    return Line(f"{names(group[0].entity)}: {said}{tail}.", (place_named,))


def _said(cell: Cell) -> Cell:
    return cell if cell.align == "source" else replace(cell, text=dates_in_words(cell.text))


def _conflict(conflict: Conflict, names: Callable[[str], str]) -> Line:
    first, second = conflict.first, conflict.second
    label = visible((first.label or conflict.metric.replace("_", " ")).lower())
    used = f"used: {quantity_words(conflict.chosen.value)}" if conflict.chosen else "neither is used"
    reason = f", {visible(conflict.reason)}" if conflict.reason else ""
    text = (
        f"{names(conflict.entity)}: {label} is {quantity_words(first.value)} in one place and "
        f"{quantity_words(second.value)} in another ({used}{reason})."
    )
    return Line(text, (place(first.source), place(second.source)))


def _coverage(line: Coverage) -> Line:
    looked = listing(
        [
            f"{count:,} {(noun if count != 1 else noun.removesuffix('s')).replace('_', ' ')}"
            for noun, count in line.looked_at.items()
            if count
        ],
        limit=3,
    )
    if line.status is OutcomeStatus.FAILED:
        said, pill = line.reason or "it failed", Cell("Not scanned", tone=None)
    elif line.status is OutcomeStatus.SKIPPED:
        said, pill = line.reason or "not applicable", Cell("Skipped", tone=None)
    else:
        said, pill = looked or "looked at", Cell("Looked at" if line.complete else "In part", tone=None)
    left = [f"{count:,} × {reason}" for reason, count in line.not_scanned.items() if count]
    rest = f"; not read: {listing(left, limit=3)}" if left else ""
    at = f" @ {line.commit[:10] if line.kind == 'aws-account' else line.commit[:7]}" if line.commit else ""
    return Line(
        visible(f"{line.target}, {line.scanner}: {said}{rest}"),
        (visible(f"{line.target}{at}"),),
        0,
        pill,
        line.complete,
    )

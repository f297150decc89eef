"""The figures of a table by row and column, and whether a stated sum agrees with its parts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from auditor.adapters.wiki.columns import Column
from auditor.adapters.wiki.conflicts import last_place
from auditor.adapters.wiki.numbers import Hit, whole_cell
from auditor.adapters.wiki.scope import Scope
from auditor.adapters.wiki.tabular import Table
from auditor.model.location import WikiLocation

_PARENT = re.compile(r"^(?:[-–—•·↳└├]|&nbsp;)")


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure of a table."""

    value: Decimal
    hit: Hit
    raw: str
    line: int
    column: int

    @property
    def step(self) -> Decimal:
        """Value of one step of its last written digit."""
        return last_place(self.raw)


@dataclass(frozen=True, slots=True)
class Grid:
    """The figures of a table by row and column."""

    columns: tuple[Column, ...]
    labels: tuple[str, ...]
    child: tuple[bool, ...]
    cells: tuple[tuple[Cell | None, ...], ...]
    texts: tuple[tuple[str, ...], ...]


def grid_of(table: Table, columns: Sequence[Column], scope: Scope) -> Grid:
    """The figures of a table; ranges and bounds are left out, they cannot be added up."""
    label = next((c.index for c in columns if c.role == "label"), None)
    labels, child, cells, texts = [], [], [], []
    for row in table.rows:
        words = row[label].words if label is not None and label < len(row) else ""
        if not words:
            words = next((c.words for c in row if c.words and not any(ch.isdigit() for ch in c.words)), "")
        labels.append(words)
        child.append(bool(_PARENT.match(words)))
        found: list[Cell | None] = []
        for column in columns:
            cell = row[column.index] if column.index < len(row) else None
            hits = (
                whole_cell(cell.text, currency=scope.currency, dots_group=scope.dots_group)
                if cell is not None and column.role == "value"
                else ()
            )
            rest = re.sub(r"\([^)]*\)?", " ", cell.text[hits[0].end :]) if cell is not None and hits else ""
            if cell is None or not hits or re.search(r"[A-Za-z]{2}", rest):
                found.append(None)
                continue
            hit = hits[0]
            if hit.value.low != hit.value.high or hit.value.flags & {"at_most", "at_least"}:
                found.append(None)
                continue
            found.append(Cell(hit.value.low, hit, cell.text[hit.start : hit.end], cell.line, cell.column + hit.start))
        cells.append(tuple(found))
        texts.append(tuple(c.words for c in row))
    return Grid(tuple(columns), tuple(labels), tuple(child), tuple(cells), tuple(texts))


def place(cell: Cell, scope: Scope) -> WikiLocation:
    """Where a figure stands."""
    return WikiLocation(scope.page, scope.section, cell.line, cell.column, scope.commit)


def close(stated: Cell, computed: Decimal, parts: Sequence[Cell]) -> bool:
    """Whether a stated sum agrees with what was computed from its parts, as far as they were written out."""
    rounded = any(re.search(r"[KkMB%]", c.raw) or "." in c.raw for c in (*parts, stated))
    slack = sum((c.step for c in parts), Decimal(0)) / 2 + stated.step / 2 if rounded else stated.step
    if any("approx" in c.hit.value.flags for c in (*parts, stated)):
        slack = max(slack, abs(stated.value) / 10)
    return abs(stated.value - computed) <= slack


def figures(grid: Grid, column: int, rows: Sequence[int]) -> list[Cell]:
    """The figures of some rows of a column."""
    return [c for r in rows if (c := grid.cells[r][column]) is not None]

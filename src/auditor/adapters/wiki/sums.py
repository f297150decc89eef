"""Total rows, parent rows and total columns against what they add up; shares against their total."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from auditor.adapters.wiki.cells import TOTAL
from auditor.adapters.wiki.grids import Cell, Grid, close, figures, place
from auditor.adapters.wiki.scope import Scope
from auditor.finance.periods import monthly_factor
from auditor.model.fact import Miscalculation

_NOT_SUMMED = re.compile(
    r"\b(?:avg|average|rate|margin|price|growth|change|roi|score|ratio|median|min|max|per|unit|%|percent(?:age)?|irr|multiple|cumulative|ending|balance|running|closing|ltv|cac)\b|%",
    re.IGNORECASE,
)
_PERCENT_OF = re.compile(
    r"\b(?:percent(?:age)?|share|allocation|of total|% of|weight)\b|^\s*%\s*$|\(%\)", re.IGNORECASE
)
_ALTERNATIVE = re.compile(r"^\W*(?:or|alternatively|either|optional)\b", re.IGNORECASE)
"""A row that stands for another one: nothing says which of them a total holds."""
_SUM_HEADER = re.compile(r"^(?:grand )?totals?$|^sum$|^(?:annual|year(?:ly)?|fy\w*) total$|^total \w+$", re.IGNORECASE)


_BALANCE = re.compile(
    r"\b(?:opening|starting|beginning|initial|closing|ending|carried|previous|prior)\b.*\b(?:balance|cash|funds|forward|year)\b|\bcarry[- ]?over\b",
    re.IGNORECASE,
)
"""What a period begins or ends with is no part of its sums."""


def totals(grid: Grid, scope: Scope) -> Iterator[Miscalculation]:
    """Total rows that no sensible set of rows above adds up to."""
    if any(_ALTERNATIVE.match(label) for label in grid.labels):
        return
    total_rows = [r for r, label in enumerate(grid.labels) if TOTAL.search(label)]
    titles = [r for r, texts in enumerate(grid.texts) if sum(1 for t in texts if t) == 1]
    for column in grid.columns:
        if column.role != "value" or (_NOT_SUMMED.search(column.header) and not _PERCENT_OF.search(column.header)):
            continue
        start = 0
        for row in total_rows:
            stated = grid.cells[row][column.index]
            above = [r for r in range(row) if r not in total_rows and not _BALANCE.search(grid.labels[r])]
            since = [r for r in above if r >= start]
            section = max((t for t in titles if t < row), default=0)
            start = row + 1
            if stated is None or len(above) < 2 or not _summable(grid, column.index, above, stated):
                continue
            kind = "percent" if stated.hit.value.unit == "percent" else "total"
            choices = [
                [r for r in since if r >= section],
                since,
                above,
                [r for r in above if not grid.child[r]],
                [r for r in above if grid.child[r]],
                [r for r in since if not grid.child[r]],
                [r for r in total_rows if r < row],
            ]
            sums = [(picked, _column_sum(grid, column.index, picked, stated)) for picked in choices if len(picked) > 1]
            if not sums or any(close(stated, total, figures(grid, column.index, picked)) for picked, total in sums):
                continue
            if kind == "percent" and (stated.value != 100 or not any(abs(total - 100) < 20 for _, total in sums)):
                continue
            flat = (
                next(((p, t) for p, t in sums if not any(grid.child[r] for r in p)), sums[0])
                if any(grid.child[r] for r in above)
                else sums[0]
            )
            yield Miscalculation(
                scope.entity,
                kind,
                stated.value,
                flat[1],
                place(stated, scope),
                " + ".join(c.raw for c in figures(grid, column.index, flat[0])),
            )


def _summable(grid: Grid, column: int, rows: Sequence[int], stated: Cell) -> bool:
    cells = [grid.cells[r][column] for r in rows]
    filled = [c for c in cells if c is not None]
    if len(filled) < 2:
        return False
    for r, cell in zip(rows, cells, strict=True):
        text = grid.texts[r][column] if column < len(grid.texts[r]) else ""
        if cell is None and text and not re.fullmatch(r"[-–—]+|n/?a|free|none|included|\$?0", text, re.IGNORECASE):
            return False
    values = [c.hit.value for c in filled]
    if len({v.unit for v in values if v.unit} | ({stated.hit.value.unit} if stated.hit.value.unit else set())) > 1:
        return False
    if len({v.currency for v in values if v.currency}) > 1:
        return False
    pers = {v.per for v in values}
    return len(pers) == 1 or all(monthly_factor(p) is not None for p in pers)


def _column_sum(grid: Grid, column: int, rows: Sequence[int], stated: Cell) -> Decimal:
    total = Decimal(0)
    to = monthly_factor(stated.hit.value.per)
    for cell in figures(grid, column, rows):
        factor = monthly_factor(cell.hit.value.per)
        same = cell.hit.value.per == stated.hit.value.per or factor is None or to is None
        total += cell.value if same or factor is None or to is None else cell.value * factor / to
    return total


def parents(grid: Grid, scope: Scope) -> Iterator[Miscalculation]:
    """A row whose parts follow it, set off by a dash: it is their sum if that holds elsewhere in the table."""
    groups: list[tuple[int, list[int]]] = []
    for row, child in enumerate(grid.child):
        if not child:
            groups.append((row, []))
        elif groups:
            groups[-1][1].append(row)
    groups = [(parent, children) for parent, children in groups if len(children) > 1]
    for column in grid.columns:
        if column.role != "value" or _NOT_SUMMED.search(column.header):
            continue
        good, bad = 0, []
        for parent, children in groups:
            stated = grid.cells[parent][column.index]
            parts = figures(grid, column.index, children)
            if stated is None or len(parts) != len(children):
                continue
            total = sum((p.value for p in parts), Decimal(0))
            if close(stated, total, parts):
                good += 1
            else:
                bad.append(
                    Miscalculation(
                        scope.entity,
                        "total",
                        stated.value,
                        total,
                        place(stated, scope),
                        " + ".join(p.raw for p in parts),
                    )
                )
        if good >= len(bad):
            yield from bad


def row_sums(grid: Grid, scope: Scope) -> Iterator[Miscalculation]:
    """A last column that adds up the columns before it."""
    for column in grid.columns:
        if column.role != "value" or not _SUM_HEADER.match(column.header.strip()):
            continue
        before = [c for c in grid.columns if c.role == "value" and c.index < column.index]
        if len(before) < 2:
            continue
        good, bad = 0, []
        for r in range(len(grid.labels)):
            stated = grid.cells[r][column.index]
            parts = [c for k in before if (c := grid.cells[r][k.index]) is not None]
            if (
                stated is None
                or len(parts) != len(before)
                or len({p.hit.value.unit for p in parts} | {stated.hit.value.unit}) > 1
            ):
                continue
            total = sum((p.value for p in parts), Decimal(0))
            if close(stated, total, parts):
                good += 1
            else:
                bad.append(
                    Miscalculation(
                        scope.entity,
                        "total",
                        stated.value,
                        total,
                        place(stated, scope),
                        " + ".join(p.raw for p in parts),
                    )
                )
        if good and good >= len(bad):
            yield from bad


def percentages(grid: Grid, scope: Scope) -> Iterator[Miscalculation]:
    """A column that says what share of the total another column's rows are."""
    for column in grid.columns:
        if column.role != "value" or not _PERCENT_OF.search(column.header):
            continue
        base = next(
            (c for c in grid.columns if c.role == "value" and c is not column and not _NOT_SUMMED.search(c.header)),
            None,
        )
        if base is None:
            continue
        rows = [r for r, label in enumerate(grid.labels) if not TOTAL.search(label)]
        pairs = [
            (a, p)
            for r in rows
            if (a := grid.cells[r][base.index]) is not None and (p := grid.cells[r][column.index]) is not None
        ]
        pairs = [(a, p) for a, p in pairs if p.hit.value.unit in {"percent", ""}]
        stated_total = next(
            (
                c
                for r, label in enumerate(grid.labels)
                if TOTAL.search(label) and (c := grid.cells[r][base.index]) is not None
            ),
            None,
        )
        total = stated_total.value if stated_total is not None else sum((a.value for a, _ in pairs), Decimal(0))
        if len(pairs) < 2 or total <= 0 or (stated_total is None and len(pairs) != len(rows)):
            continue
        wrong = [(a, p, a.value / total * 100) for a, p in pairs if abs(p.value - a.value / total * 100) > p.step]
        if len(wrong) * 2 <= len(pairs):
            for a, p, share in wrong:
                yield Miscalculation(
                    scope.entity,
                    "percent",
                    p.value,
                    share.quantize(Decimal("0.01")),
                    place(p, scope),
                    f"{a.raw} / {_figure(total)}",
                )


def _figure(value: Decimal) -> str:
    return f"{value.normalize():,f}"

"""Columns that follow from other columns: changes, balances, differences, products, break-even units."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from auditor.adapters.wiki.cells import TOTAL
from auditor.adapters.wiki.columns import Column
from auditor.adapters.wiki.grids import Grid, close, place
from auditor.adapters.wiki.periods import is_period
from auditor.adapters.wiki.scope import Scope
from auditor.model.fact import Miscalculation

_CHANGE = re.compile(r"\b(?:change|growth|increase|delta|yoy|qoq|mom|variance|difference|diff)\b|^Δ", re.IGNORECASE)
_RUNNING = re.compile(r"\b(?:ending|balance|cumulative|running|closing|cash position|end of month)\b", re.IGNORECASE)
_NET = re.compile(
    r"\b(?:net|profit|loss|surplus|cash flow|contribution|margin|balance|difference|gap)\b", re.IGNORECASE
)
_PRODUCT = re.compile(
    r"\b(?:total|cost|revenue|amount|value|sum|subtotal|line total|extended|income|sales|monthly|annual)\b",
    re.IGNORECASE,
)


def changes(grid: Grid, scope: Scope) -> Iterator[Miscalculation]:
    """A column of changes after two columns of periods."""
    for column in grid.columns:
        if column.role != "value" or not _CHANGE.search(column.header):
            continue
        before = [
            c for c in grid.columns if c.role == "value" and c.index < column.index and not _CHANGE.search(c.header)
        ]
        if len(before) != 2 and not (len(before) > 2 and all(is_period(c.header) for c in before)):
            continue
        old, new = before[-2], before[-1]
        for r in range(len(grid.labels)):
            a, b, c = grid.cells[r][old.index], grid.cells[r][new.index], grid.cells[r][column.index]
            if (
                a is None
                or b is None
                or c is None
                or a.hit.value.unit != b.hit.value.unit
                or (a.hit.value.currency != b.hit.value.currency)
            ):
                continue
            difference = b.value - a.value
            if c.hit.value.unit == "percent" and a.hit.value.unit != "percent":
                if a.value == 0:
                    continue
                computed = difference / abs(a.value) * 100
                noise = (
                    (a.step + b.step) / 2 / abs(a.value) * 100 if re.search(r"[KkMB.]", a.raw + b.raw) else Decimal(0)
                )
                if abs(c.value - computed) > c.step * Decimal("0.6") + noise and abs(c.value + computed) > c.step:
                    yield Miscalculation(
                        scope.entity,
                        "growth",
                        c.value,
                        computed.quantize(Decimal("0.01")),
                        place(c, scope),
                        f"({b.raw} - {a.raw}) / {a.raw}",
                    )
            elif (
                c.hit.value.unit in {a.hit.value.unit, ""}
                and abs(c.value - difference) > c.step
                and abs(c.value + difference) > c.step
            ):
                yield Miscalculation(scope.entity, "growth", c.value, difference, place(c, scope), f"{b.raw} - {a.raw}")


def running(grid: Grid, scope: Scope) -> Iterator[Miscalculation]:
    """A balance that should be the one above plus this row's movement."""
    for column in grid.columns:
        if column.role != "value" or not _RUNNING.search(column.header):
            continue
        for move in grid.columns:
            if move.role != "value" or move is column or _RUNNING.search(move.header):
                continue
            good, bad = 0, []
            for r in range(1, len(grid.labels)):
                last, now, step = (
                    grid.cells[r - 1][column.index],
                    grid.cells[r][column.index],
                    grid.cells[r][move.index],
                )
                if last is None or now is None or step is None:
                    continue
                computed = last.value + step.value
                if close(now, computed, [last, step]):
                    good += 1
                else:
                    bad.append(
                        Miscalculation(
                            scope.entity,
                            "running_total",
                            now.value,
                            computed,
                            place(now, scope),
                            f"{last.raw} + {step.raw}",
                        )
                    )
            if good >= 2 and good >= 2 * len(bad):
                yield from bad
                break


def derived(grid: Grid, scope: Scope) -> Iterator[Miscalculation]:
    """A column that is the difference or the product of two columns before it in most rows."""
    values = [c for c in grid.columns if c.role == "value"]
    for target in values:
        earlier = [c for c in values if c.index < target.index]
        if len(earlier) < 2 or _RUNNING.search(target.header):
            continue
        for kind, pattern in (("total", _NET), ("product", _PRODUCT)):
            if not pattern.search(target.header):
                continue
            best: list[Miscalculation] = []
            most = 0
            for one in earlier:
                for other in earlier:
                    if one is other or (kind == "product" and one.index > other.index):
                        continue
                    good, bad = _fits(grid, one, other, target, kind, scope)
                    if good >= 3 and good >= 3 * len(bad) and good > most:
                        most, best = good, bad
            yield from best


def _fits(
    grid: Grid, one: Column, other: Column, target: Column, kind: str, scope: Scope
) -> tuple[int, list[Miscalculation]]:
    good = 0
    bad: list[Miscalculation] = []
    for r, label in enumerate(grid.labels):
        a, b, c = (grid.cells[r][k.index] for k in (one, other, target))
        if a is None or b is None or c is None or TOTAL.search(label):
            continue
        if kind == "total":
            if len({x.hit.value.unit for x in (a, b, c)}) > 1:
                continue
            computed, sign = a.value - b.value, "-"
        else:
            if a.hit.value.unit == b.hit.value.unit == "money" or c.hit.value.unit == "percent":
                continue
            share = Decimal(100) if "percent" in {a.hit.value.unit, b.hit.value.unit} else Decimal(1)
            computed, sign = a.value * b.value / share, "x"
        trivial = a.value == 0 or b.value == 0 or (kind == "product" and 1 in {a.value, b.value})
        if close(c, computed, [a, b]) or abs(c.value - computed) <= c.step / 2:
            good += not trivial
        else:
            bad.append(
                Miscalculation(scope.entity, kind, c.value, computed, place(c, scope), f"{a.raw} {sign} {b.raw}")
            )
    return good, bad


def break_even(grid: Grid, scope: Scope) -> Iterator[Miscalculation]:
    """Break-even units against fixed costs, price and variable cost of the same row: whole units, rounded up."""

    def find(pattern: str) -> int | None:
        return next(
            (c.index for c in grid.columns if c.role == "value" and re.search(pattern, c.header, re.IGNORECASE)), None
        )

    units, fixed = find(r"break[- ]?even"), find(r"\bfixed\b")
    variable, price = find(r"\bvariable\b|direct cost"), find(r"\bprice\b|revenue (?:per|/)|per unit|\bfee\b")
    if units is None or fixed is None or variable is None or price is None:
        return
    for row in grid.cells:
        cells = [row[i] for i in (units, fixed, variable, price)]
        if any(c is None for c in cells):
            continue
        stated, costs, unit_cost, unit_price = (c for c in cells if c is not None)
        margin = unit_price.value - unit_cost.value
        if stated.hit.value.unit not in {"", "count"} or margin <= 0:
            continue
        exact = costs.value / margin
        needed = Decimal(int(exact)) + (0 if exact == int(exact) else 1)
        if stated.value != needed and abs(stated.value - exact) > Decimal("0.01"):
            yield Miscalculation(
                scope.entity,
                "product",
                stated.value,
                needed,
                place(stated, scope),
                f"ceil({costs.raw} / ({unit_price.raw} - {unit_cost.raw}))",
            )

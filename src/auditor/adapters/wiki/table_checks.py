"""The page's own arithmetic in tables.

A relation that headers only suggest (`net = in - out`) counts once most of a table's rows obey it; the rows that do not are
the faults. `~` gives a tenth of tolerance, and what was rounded when written is allowed its last place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from auditor.adapters.wiki.columns import Column
from auditor.adapters.wiki.grids import grid_of
from auditor.adapters.wiki.relations import break_even, changes, derived, running
from auditor.adapters.wiki.scope import Scope
from auditor.adapters.wiki.sums import parents, percentages, row_sums, totals
from auditor.adapters.wiki.tabular import Table
from auditor.model.fact import Miscalculation
from auditor.model.location import WikiLocation


def table_checks(table: Table, columns: Sequence[Column], scope: Scope) -> Iterator[Miscalculation]:
    """What a table states and its own rows contradict."""
    if len(table.rows) < 2:
        if len(table.rows) == 1 and table.header:
            yield from break_even(grid_of(table, columns, scope), scope)
        return
    grid = grid_of(table, columns, scope)
    seen: set[tuple[int, int]] = set()
    for found in (
        *totals(grid, scope), *parents(grid, scope), *percentages(grid, scope), *changes(grid, scope), *running(grid, scope),
        *row_sums(grid, scope), *derived(grid, scope), *break_even(grid, scope),
    ):  # fmt: skip
        place = found.source
        assert isinstance(place, WikiLocation)
        key = (place.line or 0, place.column or 0)
        if key not in seen:
            seen.add(key)
            yield found

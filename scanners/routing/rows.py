"""What the rows of a table of routes say of themselves: `{"path": "/boats", "auth": False}`."""

from __future__ import annotations

from scanners.routing.evaluator import Evaluator
from scanners.routing.values import Frame, Pairs
from scanners.syntax import tree as t


def of_row(test: t.Node, known: Evaluator, frame: Frame) -> bool | None:
    """Whether a test of one field of a row, `route["auth"]`, holds; None where it is about anything else."""
    if isinstance(test, t.Not):
        inner = of_row(test.value, known, frame)
        return None if inner is None else not inner
    if isinstance(test, t.Attr):
        base, key = test.base, test.name
    elif isinstance(test, t.Index):
        base, key = test.base, t.text_of(test.key) or ""
    elif isinstance(test, t.Call) and isinstance(test.func, t.Attr) and test.func.name == "get" and len(test.args) == 1:
        base, key = test.func.base, t.text_of(test.args[0]) or ""
    else:
        return None
    row = known.value(base, frame) if isinstance(base, t.Name) and key else None
    return says(row.table, key) if isinstance(row, Pairs) else None


def says(row: t.Table, key: str) -> bool | None:
    """Whether a field of a row is true; absent is false, and what is computed cannot be said."""
    value = row.get(key)
    if value is None:
        return None if any(k is None for k, _ in row.pairs) else False
    if isinstance(value, t.Const):
        return bool(value.value)
    return bool(value.items) if isinstance(value, t.Items) else None

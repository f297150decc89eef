"""Registrations in a loop over rows that are written down: `for view, path in routes: api.add_resource(view, path)`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from scanners.syntax import tree as t
from scanners.syntax.program import Found, Program, Scope

REGISTERS = frozenset(
    {"add_resource", "add_url_rule", "add_api_route", "add_route", "include_router", "register_blueprint", "add_namespace", "mount"}
)  # fmt: skip
_MOST_ROWS = 300


@dataclass(frozen=True, slots=True)
class Row:
    """A registration with the values of one row in it."""

    call: t.Call
    home: Scope
    """The file whose names the row uses."""


def registrations(scope: Scope, program: Program) -> Iterator[Row]:
    """Every registration of every row."""
    for loop in scope.all_of(t.Loop):
        if loop.target is None:
            continue
        calls = [
            n for n in t.walk(*loop.body)
            if isinstance(n, t.Call) and isinstance(n.func, t.Attr) and n.func.name in REGISTERS
        ]  # fmt: skip
        if not calls:
            continue
        rows, home = _rows(loop.source, scope, program)
        for row in rows[:_MOST_ROWS]:
            given = _bound(loop.target, row)
            for call in calls if given else ():
                written = filled(call, given)
                if isinstance(written, t.Call):
                    yield Row(written, home)


def _rows(source: t.Node, scope: Scope, program: Program) -> tuple[tuple[t.Node, ...], Scope]:
    home = scope
    if t.dotted(source):
        head, _, rest = t.dotted(source).partition(".")
        found = program.resolve(scope, head)
        if isinstance(found, Scope) and rest:
            found = program.member(found, rest.rsplit(".", 1)[-1])
        if isinstance(found, Found):
            source, home = found.node, found.module
        elif found is None:
            local = [n.value for n in scope.all_of(t.Bind) if t.dotted(n.target) == t.dotted(source)]
            source = local[0] if len(local) == 1 else source
    if isinstance(source, t.Call) and isinstance(source.func, t.Attr) and source.func.name == "items":
        inner = source.func.base
        found = program.resolve(scope, inner.id) if isinstance(inner, t.Name) else None
        table = found.node if isinstance(found, Found) else inner
        home = found.module if isinstance(found, Found) else scope
        if isinstance(table, t.Table):
            return tuple(t.Items(v.line, (k, v)) for k, v in table.pairs if k is not None), home
    return (source.items, home) if isinstance(source, t.Items) else ((), home)


def _bound(target: t.Node, row: t.Node) -> Mapping[str, t.Node]:
    if isinstance(target, t.Name):
        return {target.id: row}
    if isinstance(target, t.Items) and isinstance(row, t.Items) and len(target.items) == len(row.items):
        found: dict[str, t.Node] = {}
        for left, right in zip(target.items, row.items, strict=True):
            found.update(_bound(left, right))
        return found
    return {}


def filled(node: t.Node, given: Mapping[str, t.Node]) -> t.Node:
    """The expression with names replaced by what they are in this row."""
    if isinstance(node, t.Name):
        return given.get(node.id, node)
    if isinstance(node, t.Call):
        args: list[t.Node] = []
        for arg in node.args:
            value = filled(arg, given)
            if isinstance(value, t.Spread) and isinstance(value.value, t.Items):
                args.extend(value.value.items)
            else:
                args.append(value)
        return replace(
            node, func=filled(node.func, given), args=tuple(args), kwargs=tuple((k, filled(v, given)) for k, v in node.kwargs)
        )  # fmt: skip
    if isinstance(node, t.Spread):
        return replace(node, value=filled(node.value, given))
    if isinstance(node, t.Index):
        base = filled(node.base, given)
        key = node.key.value if isinstance(node.key, t.Const) else None
        if isinstance(base, t.Items) and isinstance(key, int) and 0 <= key < len(base.items):
            return base.items[key]
        if isinstance(base, t.Table) and isinstance(key, str):
            return base.get(key) or node
        return replace(node, base=base)
    if isinstance(node, t.Attr):
        base = filled(node.base, given)
        field = base.keyword(node.name) if isinstance(base, t.Call) and base is not node.base else None
        return field or replace(node, base=base)
    if isinstance(node, t.Text):
        return replace(node, parts=tuple(filled(p, given) for p in node.parts))
    if isinstance(node, t.Binary):
        return replace(node, left=filled(node.left, given), right=filled(node.right, given))
    return node

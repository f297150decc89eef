"""Stacks of errors that are answered to the caller."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.model.pattern import lazy
from scanners.apps_script.place import Place
from scanners.apps_script.reach import Reaches
from scanners.routing.shapes import called
from scanners.syntax import tree as t
from scanners.syntax.program import Scope

_KEPT = lazy(r"(?i)log|console\.|sendEmail|appendRow|setValue|report|notify|audit|sentry|track")
"""Calls that keep what they are given to the owner."""


def leaks(scope: Scope, node: t.Try, reaches: Reaches, *, entry: bool) -> Iterator[Place]:
    """A catch that answers with the stack, itself or by a function that it hands the error to.

    `entry`: it stands in `doGet` or `doPost`; elsewhere only a stack in a table that is returned is taken for an answer.
    """
    for handler in node.handlers:
        if not handler.name:
            continue
        answered = _answered(scope, handler.body, handler.name)
        tables = [n for n in t.walk(*handler.body) if isinstance(n, (t.Table, t.Bind))]
        lines = {n.line for table in tables for n in t.walk(table) if isinstance(n, t.Attr) and n.name == "stack"}
        yield from (place for place in answered if entry or place.line in lines)
        for inner in t.walk(*handler.body):
            if not isinstance(inner, t.Return) or not isinstance(inner.value, t.Call):
                continue
            target = reaches.target(inner.value, scope)
            if target is None or not isinstance(target.node, t.Function) or _KEPT.search(target.node.name):
                continue
            for param, arg in zip(target.node.params, inner.value.args, strict=False):
                if isinstance(arg, t.Name) and arg.id == handler.name and param.name:
                    yield from _answered(target.module, target.node.body, param.name)


def _answered(scope: Scope, body: tuple[t.Node, ...], error: str) -> Iterator[Place]:
    kept = [n for n in t.walk(*body) if isinstance(n, t.Call) and _KEPT.search(called(n))]
    inside = {id(n) for call in kept for n in t.walk(*call.args)}
    for node in t.walk(*body):
        if (
            isinstance(node, t.Attr)
            and node.name == "stack"
            and t.dotted(node.base) == error
            and id(node) not in inside
        ):
            names = _bound_to(body, node)
            used = [n for n in t.walk(*body) if isinstance(n, t.Name) and n.id in names and id(n) not in inside]
            if not names or len(used) > len(names):  # the name stands where it is bound, and once more
                yield Place("exception-leaked", scope.path, node.line)


def _bound_to(body: tuple[t.Node, ...], node: t.Node) -> set[str]:
    """Names that hold a value with that node in it."""
    return {
        bind.target.id
        for bind in t.walk(*body)
        if isinstance(bind, t.Bind) and isinstance(bind.target, t.Name) and any(n is node for n in t.walk(bind.value))
    }

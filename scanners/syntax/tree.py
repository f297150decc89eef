"""The small tree and ways through it; its nodes are known by this name everywhere (`t.Call`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from scanners.syntax.nodes import (
    Attr,
    Binary,
    Bind,
    Block,
    Call,
    Case,
    Choice,
    Class,
    Const,
    Function,
    Handler,
    If,
    Import,
    Index,
    Items,
    Logic,
    Loop,
    Module,
    Name,
    Node,
    Not,
    Param,
    Raise,
    Regex,
    Return,
    Slice,
    Spread,
    Switch,
    Table,
    Text,
    Try,
    Unknown,
)

__all__ = [
    "Attr",
    "Binary",
    "Bind",
    "Block",
    "Call",
    "Case",
    "Choice",
    "Class",
    "Const",
    "Function",
    "Handler",
    "If",
    "Import",
    "Index",
    "Items",
    "Logic",
    "Loop",
    "Module",
    "Name",
    "Node",
    "Not",
    "Param",
    "Raise",
    "Regex",
    "Return",
    "Slice",
    "Spread",
    "Switch",
    "Table",
    "Text",
    "Try",
    "Unknown",
    "children",
    "dotted",
    "everything",
    "functions",
    "text_of",
    "walk",
]


def _table(node: Table) -> list[Node]:
    found: list[Node] = []
    for key, value in node.pairs:
        if key is not None:
            found.append(key)
        found.append(value)
    return found


def _there(*nodes: Node | None) -> list[Node]:
    return [node for node in nodes if node is not None]


_PARTS: Mapping[type, Callable[[Any], list[Node]]] = {
    Attr: lambda n: [n.base],
    Index: lambda n: [n.base, n.key],
    Slice: lambda n: _there(n.low, n.high),
    Call: lambda n: [n.func, *n.args, *(v for _, v in n.kwargs)] if n.kwargs else [n.func, *n.args],
    Text: lambda n: [*n.parts],
    Binary: lambda n: [n.left, n.right],
    Logic: lambda n: [*n.values],
    Not: lambda n: [n.value],
    Choice: lambda n: [n.test, n.then, n.other],
    Items: lambda n: [*n.items],
    Table: _table,
    Spread: lambda n: [n.value],
    Bind: lambda n: [n.target, n.value],
    Unknown: lambda n: [*n.parts],
    Param: lambda n: _there(n.target, n.default, n.annotation),
    Function: lambda n: [*n.params, *n.body, *n.decorators, *_there(n.returns)],
    Class: lambda n: [*n.bases, *n.body, *n.decorators],
    If: lambda n: [n.test, *n.body, *n.orelse],
    Case: lambda n: [*n.patterns, *_there(n.guard), *n.body],
    Switch: lambda n: [n.subject, *n.cases],
    Return: lambda n: _there(n.value),
    Raise: lambda n: _there(n.value),
    Loop: lambda n: [*_there(n.target), n.source, *n.body],
    Handler: lambda n: [*_there(n.types), *n.body],
    Try: lambda n: [*n.body, *n.handlers, *n.final],
    Block: lambda n: [*n.items, *n.body],
}
"""What is directly in a node, by its kind, in the order of the source; the other kinds have nothing in them.

Asked for every node many times over: one written out function a kind is several times as fast as looking at the fields.
"""


def children(node: Node) -> list[Node]:
    """Direct parts, in the order of the source."""
    parts = _PARTS.get(type(node))
    return parts(node) if parts is not None else []


def everything(roots: Sequence[Node]) -> tuple[Node, ...]:
    """What `walk` gives, all at once: for whole files that is twice as fast."""
    nodes: list[Node] = []
    stack = [*roots]
    stack.reverse()
    find = _PARTS.get
    while stack:
        node = stack.pop()
        nodes.append(node)
        parts = find(type(node))
        if parts is not None:
            found = parts(node)
            found.reverse()
            stack += found
    return tuple(nodes)


def walk(*roots: Node, into_functions: bool = True) -> Iterator[Node]:
    """Every node below the roots, themselves included, in the order of the source.

    With `into_functions` false the inside of functions and classes is left out (a root itself is entered).
    """
    stack = list(reversed(roots))
    inside = None if into_functions else {id(root) for root in roots}
    find = _PARTS.get
    while stack:
        node = stack.pop()
        yield node
        kind = type(node)
        parts = find(kind)
        if parts is None:  # two thirds of all nodes
            continue
        if inside is not None and (kind is Function or kind is Class) and id(node) not in inside:
            continue
        found = parts(node)
        found.reverse()
        stack += found


def dotted(node: Node) -> str:
    """`a.b.c` of names and attributes; literal indexes count as attributes; empty for anything else."""
    if type(node) is Name:
        return node.id
    parts: list[str] = []
    while True:
        if isinstance(node, Attr):
            parts.append(node.name)
            node = node.base
        elif isinstance(node, Index) and isinstance(node.key, Const) and isinstance(node.key.value, str):
            parts.append(node.key.value)
            node = node.base
        elif isinstance(node, Name):
            parts.append(node.id)
            return ".".join(reversed(parts))
        else:
            return ""


def text_of(node: Node | None) -> str | None:
    """The literal string of a node, or None."""
    return node.value if isinstance(node, Const) and isinstance(node.value, str) else None


def functions(body: Iterable[Node]) -> Iterator[Function]:
    """All functions, nested ones included."""
    for node in walk(*body):
        if isinstance(node, Function):
            yield node

"""Names in a function that hold what a stranger sent, or a part of it."""

from __future__ import annotations

from scanners.syntax import tree as t


def names_in(node: t.Node) -> list[str]:
    """Names and attributes in an expression, functions inside of it left out."""
    found: list[str] = []
    for part in t.walk(node, into_functions=False):
        if isinstance(part, t.Name):
            found.append(part.id)
        elif isinstance(part, t.Attr):
            found.append(part.name)
    return found


def derived(function: t.Function, sources: frozenset[str]) -> frozenset[str]:
    """`sources` and every name that is bound to something made from them, in three passes."""
    names = set(sources)
    bound = [
        ({n.id for n in t.walk(node.value) if isinstance(n, t.Name)}, node.target)
        for node in t.walk(*function.body)
        if isinstance(node, t.Bind)
    ]
    for _ in range(3):
        before = len(names)
        for used, target in bound:
            if not names.isdisjoint(used):
                names.update(n.id for n in t.walk(target) if isinstance(n, t.Name))
        if len(names) == before:
            break
    return frozenset(names)


def holds(node: t.Node, names: frozenset[str]) -> bool:
    """Whether an expression mentions one of the names."""
    return any(isinstance(n, t.Name) and n.id in names for n in t.walk(node))

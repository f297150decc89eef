"""The calls of a script, each with the function whose parameters it uses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from scanners.syntax import tree as t


class Said(NamedTuple):
    """A call in a script, with what is asked of it again and again."""

    node: t.Call
    function: t.Function | None
    name: str
    script: t.Node | None
    """The server function that `google.script.run` names."""


def calls_in(body: tuple[t.Node, ...]) -> Iterator[tuple[t.Call, t.Function | None]]:
    """Every call with the function around whose parameters it uses, else the innermost named one, in the order of the source."""
    around: tuple[t.Function, ...] = ()
    stack: list[t.Node | tuple[t.Function, ...]] = [*reversed(body)]
    while stack:
        node = stack.pop()
        if isinstance(node, tuple):  # the end of a function: what was around it is around again
            around = node
            continue
        found = t.children(node)
        if not found:
            continue
        found.reverse()
        if isinstance(node, t.Call):
            yield node, _meant(node, around)
        elif isinstance(node, t.Function) and (node.name or not around):
            stack.append(around)
            around = (*around, node)
        stack += found


def _meant(node: t.Call, around: tuple[t.Function, ...]) -> t.Function | None:
    """`useFetch(url)` around `async function load() { axios.get(url) }`: the parameter is that of the outer one."""
    if len(around) > 1:
        names = [n.id for a in node.args for n in t.walk(a) if isinstance(n, t.Name)]
        for function in around:  # `(base) => ({ remove: (id) => axios.delete(`${base}/${id}`) })`
            if names and names[0] in {p.name for p in function.params}:
                return function
        used = set(names)
        for function in reversed(around):
            if used & {p.name for p in function.params}:
                return function
    return around[-1] if around else None

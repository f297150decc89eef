"""How a branch of a router ends, where that is no answer to a request."""

from __future__ import annotations

from scanners.routing import conditions as c
from scanners.routing.values import Code, Cond, Frame, Made, Many, Part, Picked, Request, Value
from scanners.syntax import tree as t


def most_telling(values: list[Value | None]) -> Value | None:
    """The most telling of the values that a function may return."""
    for wanted in ((Part, Picked, Cond), (Many,), (Request, Code, Made)):
        for value in values:
            if isinstance(value, wanted) and (not isinstance(value, Many) or c.is_part(value)):
                return value
    return next((v for v in values if v is not None), None)


def says_yes(body: tuple[t.Node, ...]) -> bool:
    """`return True`: the answer to a question, and not to a request."""
    last = body[-1] if body else None
    return isinstance(last, t.Return) and isinstance(last.value, t.Const) and last.value.value is True


def is_false(node: t.Node) -> bool:
    """The literal `False`."""
    return isinstance(node, t.Const) and node.value is False


def only_normalises(body: tuple[t.Node, ...], frame: Frame) -> bool:
    """`path = path[len(stage):]` and the like: the branch prepares, it does not answer."""
    if not body:
        return True
    names = [n for n in body if isinstance(n, t.Bind)]
    if len(names) != len(body):
        return all(isinstance(n, (t.Unknown, t.Const)) and not list(t.children(n)) for n in body)
    targets = [n.target.id for n in names if isinstance(n.target, t.Name)]
    constant = all(isinstance(n.value, (t.Const, t.Name)) for n in names)
    return constant or any(isinstance(frame.names.get(name), (Part, Request)) for name in targets)

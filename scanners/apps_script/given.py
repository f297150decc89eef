"""Names that hold a part of a request as it came, also what our own functions hand back of it."""

from __future__ import annotations

from collections.abc import Iterator

from scanners.apps_script.reach import Reaches
from scanners.routing.shapes import called
from scanners.routing.taint import names_in
from scanners.syntax import tree as t
from scanners.syntax.program import Found, Scope

_ROWS = frozenset("map forEach filter flatMap reduce some every find".split())
_CONVERTS = frozenset(
    "parse String decodeURIComponent trim toString toLowerCase match split slice replace substring substr".split()
)


def ours(reaches: Reaches, scope: Scope, node: t.Node) -> Found | None:
    """The function of ours that a call runs."""
    found = reaches.target(node, scope) if isinstance(node, t.Call) else None
    return found if found is not None and isinstance(found.node, t.Function) else None


def function_of(found: Found) -> t.Function:
    """The function that was found."""
    assert isinstance(found.node, t.Function)
    return found.node


def params_of(param: t.Param) -> set[str]:
    """Names that one parameter binds."""
    return {n.id for n in t.walk(param.target) if isinstance(n, t.Name)}


def params_in(function: t.Function) -> frozenset[str]:
    """Names that the parameters of a function bind."""
    return frozenset(name for p in function.params for name in params_of(p))


def _of_each(node: t.Node, names: set[str], *, as_given: bool = False) -> set[str]:
    """The name of each element where a list of the request is gone through."""
    of_request = part_of if as_given else holds
    if isinstance(node, t.Loop) and node.target is not None and of_request(node.source, frozenset(names)):
        return {n.id for n in t.walk(node.target) if isinstance(n, t.Name)}
    if isinstance(node, t.Call) and isinstance(node.func, t.Attr) and node.func.name in _ROWS and node.args:
        arrow = node.args[0]
        if isinstance(arrow, t.Function) and arrow.params and part_of(node.func.base, frozenset(names)):
            return {n.id for n in t.walk(arrow.params[0].target) if isinstance(n, t.Name)}
    return set()


def as_given(
    nodes: tuple[t.Node, ...], start: frozenset[str], scope: Scope | None = None, reaches: Reaches | None = None
) -> frozenset[str]:
    """Names that hold the request or a part of it as it came, not what was looked up by it.

    With `reaches` also what our own functions hand back of it: `config = normalized(data.config)`.
    """
    names = set(start)
    for _ in range(3):
        for node in t.walk(*nodes):
            if isinstance(node, t.Bind) and (
                part_of(node.value, frozenset(names))
                or (scope is not None and reaches is not None and _is_handed_back(node.value, names, scope, reaches))
            ):
                names.update(n.id for n in t.walk(node.target) if isinstance(n, t.Name))
            names.update(_of_each(node, names, as_given=True))
    return frozenset(names)


def _is_handed_back(node: t.Node, names: set[str], scope: Scope, reaches: Reaches) -> bool:
    """A call of ours that answers with what it was given, filled up or in another shape."""
    if not isinstance(node, t.Call) or not any(part_of(a, frozenset(names)) for a in node.args):
        return False
    found = ours(reaches, scope, node)
    if found is None:
        return False
    function = function_of(found)
    held = as_given(
        function.body,
        frozenset(
            p for param, a in zip(function.params, node.args, strict=False)
            if part_of(a, frozenset(names)) for p in params_of(param)
        ),
    )  # fmt: skip
    return any(part_of(v, held) or _is_merged(v, held) for v in returned_by(function))


def _is_merged(node: t.Node, names: frozenset[str]) -> bool:
    """`{...DEFAULTS, ...data}`, `Object.assign({}, DEFAULTS, data)`."""
    if isinstance(node, t.Call):
        return called(node) == "Object.assign" and any(part_of(a, names) for a in node.args)
    pairs = node.pairs if isinstance(node, t.Table) else ()
    return any(key is None and part_of(v.value if isinstance(v, t.Spread) else v, names) for key, v in pairs)


def part_of(node: t.Node, names: frozenset[str]) -> bool:
    """`e.parameter.id`, `JSON.parse(e.postData.contents).id || ""`, `String(data.id).trim()`: the request's own text."""
    match node:
        case t.Name(id=name):
            return name in names
        case t.Attr(base=base):
            return part_of(base, names)
        case t.Index(base=base):
            return part_of(base, names)
        case t.Logic(values=values):
            return any(part_of(v, names) for v in values)
        case t.Choice(then=then, other=other):
            return part_of(then, names) or part_of(other, names)
        case t.Call(func=t.Attr(name="filter", base=base)):
            return part_of(base, names)
        case t.Call(func=t.Attr(name="map", base=base), args=(t.Function() as arrow, *_)):
            each = list(returned_by(arrow))
            return part_of(base, names) and bool(each) and all(part_of(v, params_in(arrow)) for v in each)
        case t.Call(func=func, args=args):
            if called(node).rsplit(".", 1)[-1] not in _CONVERTS and not (
                isinstance(func, t.Attr) and func.name in _CONVERTS | {"getDataAsString"}
            ):
                return False
            return any(part_of(a, names) for a in args) or (isinstance(func, t.Attr) and part_of(func.base, names))
        case _:
            return False


def holds(node: t.Node, names: frozenset[str]) -> bool:
    """Whether one of the names stands in it."""
    return any(isinstance(n, t.Name) and n.id in names for n in t.walk(node))


def returned_by(arrow: t.Function) -> Iterator[t.Node]:
    """What a function answers with."""
    for node in t.walk(*arrow.body, into_functions=False):
        if isinstance(node, t.Return) and node.value is not None:
            yield node.value


def from_request(function: t.Function, params: frozenset[str] | None = None) -> frozenset[str]:
    """Names of a function that hold the request or a part of it; `params`: which parameters do, None for all of them."""
    names = set(params_in(function) if params is None else params)
    for _ in range(3):
        for node in t.walk(*function.body):
            if isinstance(node, t.Bind) and set(names_in(node.value)) & names:
                names.update(n.id for n in t.walk(node.target) if isinstance(n, t.Name))
            names.update(_of_each(node, names))
    return frozenset(names - {""})

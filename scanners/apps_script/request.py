"""Where the text of a request goes: what runs for an action, and which names there hold what the stranger sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from scanners.apps_script.actions import Action
from scanners.apps_script.project import Project
from scanners.apps_script.reach import Reaches
from scanners.routing.shapes import called
from scanners.routing.taint import names_in
from scanners.syntax import tree as t
from scanners.syntax.program import Found, Scope

_ROWS = frozenset("map forEach filter flatMap reduce some every find".split())
_CONVERTS = frozenset(
    "parse String decodeURIComponent trim toString toLowerCase match split slice replace substring substr".split()
)

_DEEPEST = 3
"""Names and functions that are looked through on the way from a row to the text in it."""


@dataclass(frozen=True, slots=True)
class Body:
    """Code that runs for an action."""

    scope: Scope
    nodes: tuple[t.Node, ...]
    names: frozenset[str]
    """Names that hold the request or something made of it."""
    given: frozenset[str]
    """Those that hold a part of it as it came."""
    copies: frozenset[str]
    """Those that hold one text of it as it came."""
    passes: frozenset[str]
    """Functions of ours that hand a text on with little change: `stripQuotes(value)`."""
    reaches: Reaches
    helper: bool = False
    """Whether it is a function of ours that the code of the action calls."""


def bodies(project: Project, action: Action, passes: frozenset[str], reaches: Reaches) -> Iterator[Body]:
    """What runs for an action, our functions that it calls with the request included."""
    start = next((n for n in action.nodes if isinstance(n, t.Function)), None)
    seen: set[int] = set()
    stack: list[tuple[Scope, t.Function, _Told | None]] = []
    if start is not None:
        stack.append((action.scope, start, None))
    else:
        entry = project.function("doGet" if action.method == "GET" else "doPost")
        function = entry.node if entry is not None and isinstance(entry.node, t.Function) else None
        names = from_request(function) if function is not None else frozenset({"e"})
        around = function.body if function is not None else action.nodes
        given = _as_given(around, _params(function)) if function is not None else names
        copies = _copies((*around, *action.nodes), names, given, passes)
        yield Body(action.scope, action.nodes, names, given, copies, passes, reaches)
        for node in t.walk(*action.nodes):
            found = _ours(reaches, action.scope, node)
            if found is not None and isinstance(node, t.Call):
                whole = Body(action.scope, action.nodes, names, given, copies, passes, reaches)
                named = any(set(names_in(a)) & names for a in node.args)
                stack.append(
                    (found.module, _function(found), _told(_function(found), node.args, whole) if named else None)
                )
    while stack and len(seen) < 40:
        scope, function, told = stack.pop()
        if id(function) in seen:
            continue
        seen.add(id(function))
        body = _inside(
            scope,
            function,
            told or _Told(_params(function), _params(function), frozenset(), called=False),
            passes,
            reaches,
        )
        yield body
        for node in t.walk(*function.body):
            found = _ours(reaches, scope, node)
            if found is not None and isinstance(node, t.Call) and any(set(names_in(a)) & body.names for a in node.args):
                stack.append((found.module, _function(found), _told(_function(found), node.args, body)))


@dataclass(frozen=True, slots=True)
class _Told:
    """What a call tells a function, by its parameters."""

    names: frozenset[str]
    given: frozenset[str]
    copies: frozenset[str]
    called: bool = True


def _inside(scope: Scope, function: t.Function, told: _Told, passes: frozenset[str], reaches: Reaches) -> Body:
    names = from_request(function, told.names)
    given = _as_given(function.body, told.given)
    copies = _copies(function.body, names, given, passes) | told.copies
    return Body(scope, function.body, names, given, copies, passes, reaches, helper=told.called)


def _told(function: t.Function, args: tuple[t.Node, ...], body: Body, depth: int = 0) -> _Told:
    named = [
        (frozenset(n.id for n in t.walk(p.target) if isinstance(n, t.Name)), a)
        for p, a in zip(function.params, args, strict=False)
    ]
    patterns = {p for param in function.params if not param.name for p in _params_of(param)}
    names = frozenset(p for found, a in named for p in found if set(names_in(a)) & body.names)
    given = frozenset(p for found, a in named for p in found if part_of(a, body.given))
    copies = frozenset(
        p for found, a in named for p in found if is_raw(a, body, depth) or (p in patterns and p in names)
    )
    return _Told(names, given, copies)


def _params_of(param: t.Param) -> set[str]:
    return {n.id for n in t.walk(param.target) if isinstance(n, t.Name)}


def _ours(reaches: Reaches, scope: Scope, node: t.Node) -> Found | None:
    found = reaches.target(node, scope) if isinstance(node, t.Call) else None
    return found if found is not None and isinstance(found.node, t.Function) else None


def _function(found: Found) -> t.Function:
    assert isinstance(found.node, t.Function)
    return found.node


def _params(function: t.Function) -> frozenset[str]:
    return frozenset(name for p in function.params for name in _params_of(p))


def from_request(function: t.Function, params: frozenset[str] | None = None) -> frozenset[str]:
    """Names of a function that hold the request or a part of it; `params`: which parameters do, None for all of them."""
    names = set(_params(function) if params is None else params)
    for _ in range(3):
        for node in t.walk(*function.body):
            if isinstance(node, t.Bind) and set(names_in(node.value)) & names:
                names.update(n.id for n in t.walk(node.target) if isinstance(n, t.Name))
            names.update(_of_each(node, names))
    return frozenset(names - {""})


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


def _as_given(nodes: tuple[t.Node, ...], start: frozenset[str]) -> frozenset[str]:
    """Names that hold the request or a part of it as it came, not what was looked up by it."""
    names = set(start)
    for _ in range(3):
        for node in t.walk(*nodes):
            if isinstance(node, t.Bind) and part_of(node.value, frozenset(names)):
                names.update(n.id for n in t.walk(node.target) if isinstance(n, t.Name))
            names.update(_of_each(node, names, as_given=True))
    return frozenset(names)


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
            each = list(_returned(arrow))
            return part_of(base, names) and bool(each) and all(part_of(v, _params(arrow)) for v in each)
        case t.Call(func=func, args=args):
            if called(node).rsplit(".", 1)[-1] not in _CONVERTS and not (
                isinstance(func, t.Attr) and func.name in _CONVERTS | {"getDataAsString"}
            ):
                return False
            return any(part_of(a, names) for a in args) or (isinstance(func, t.Attr) and part_of(func.base, names))
        case _:
            return False


def names_a_file(node: t.Node, body: Body) -> bool:
    """Whether the id of a file is the request's own text."""
    return part_of(node, body.given)


def holds(node: t.Node, names: frozenset[str]) -> bool:
    """Whether one of the names stands in it."""
    return any(isinstance(n, t.Name) and n.id in names for n in t.walk(node))


def _unwrapped(node: t.Node, passes: frozenset[str]) -> t.Node:
    while isinstance(node, t.Logic) or (isinstance(node, t.Call) and node.args and called(node) in passes):
        node = node.values[0] if isinstance(node, t.Logic) else node.args[0]
    return node


def passing(project: Project) -> frozenset[str]:
    """Our functions that return what they are given, no sign of a formula looked for."""
    found: set[str] = set()
    for _, function in project.functions():
        returned = [v for v in _returned(function) if not _is_flat(v)]
        params = _params(function)
        if not returned or not all(part_of(v, params) for v in returned):
            continue
        parts = [n for n in t.walk(*function.body) if isinstance(n, (t.Regex, t.Const, t.Name))]
        texts = [n.source if isinstance(n, t.Regex) else n.id if isinstance(n, t.Name) else str(n.value) for n in parts]
        if not any("=" in text or text in {"'", "String", "Number"} for text in texts):
            found.add(function.name)
    return frozenset(found)


def _is_flat(node: t.Node) -> bool:
    """A constant, or JSON: what is returned for empty values and for objects."""
    return isinstance(node, t.Const) or (isinstance(node, t.Call) and called(node) == "JSON.stringify")


def _copies(
    nodes: tuple[t.Node, ...], names: frozenset[str], given: frozenset[str], passes: frozenset[str]
) -> frozenset[str]:
    """Names that hold a field of the request as it came: `title = e.parameter.title`, `value = payload[field]`."""
    found: set[str] = set()
    for node in t.walk(*nodes):
        if isinstance(node, t.Bind) and isinstance(node.target, t.Name):
            value = _unwrapped(node.value, passes)
            if isinstance(value, t.Index) and (
                (".parameter" in t.dotted(value.base) and holds(value.base, names))
                or (isinstance(value.base, t.Name) and value.base.id in given)
            ):
                found.add(node.target.id)
            base = t.dotted(value) if isinstance(value, t.Attr) else ""
            field = base.split(".", 1)[0] in names and base.count(".") >= (2 if ".parameter" in base else 1)
            if field and not base.endswith((".parameter", ".parameters", ".postData", ".contents", ".length")):
                found.add(node.target.id)
        if isinstance(node, t.Bind) and isinstance(node.target, t.Table) and holds(node.value, names):
            found.update(n.id for n in t.walk(node.target) if isinstance(n, t.Name))
    return frozenset(found)


def is_raw(node: t.Node, body: Body, depth: int = 0) -> bool:
    """Text of the request as it came, in a row or alone; numbers, dates and cleaned values do not count."""
    while isinstance(node, t.Logic):
        node = node.values[0]
    match node:
        case t.Items(items=items):
            return any(is_raw(i, body, depth) for i in items)
        case t.Spread(value=value):
            return is_raw(value, body, depth)
        case t.Choice(then=then, other=other):
            return is_raw(then, body, depth) or is_raw(other, body, depth)
        case t.Attr(name=name):
            return name != "length" and holds(node, body.names)
        case t.Index(base=t.Name(id=name)) if name not in body.given and _rows_of(name, body):
            return depth < _DEEPEST and any(is_raw(v, body, depth + 1) for v in _rows_of(name, body))
        case t.Index(base=base):
            return holds(base, body.names)
        case t.Name(id=name):
            return name in body.copies or (
                depth < _DEEPEST and any(is_raw(v, body, depth + 1) for v in _rows_of(name, body))
            )
        case t.Call():
            return _is_raw_call(node, body, depth)
        case _:
            return False


def _is_raw_call(node: t.Call, body: Body, depth: int) -> bool:
    match node:
        case t.Call(func=t.Attr(name=("trim" | "toString" | "toLowerCase" | "toUpperCase"), base=base)):
            return is_raw(base, body, depth)
        case t.Call(args=(first, *_)) if called(node) in body.passes:
            return is_raw(first, body, depth)
        case t.Call(func=t.Attr(name="values"), args=args) if called(node) == "Object.values":
            return any(holds(a, body.names) for a in args)
        case t.Call(func=t.Attr(name="map", base=base), args=(t.Function() as arrow, *_)):
            each = _params(arrow) if part_of(base, body.given) else frozenset[str]()
            inside = replace(body, copies=body.copies | each)
            return any(is_raw(v, inside, _DEEPEST) for v in _returned(arrow))
        case _:
            return depth < _DEEPEST - 1 and _builds_raw_row(node, body, depth)


def _builds_raw_row(node: t.Call, body: Body, depth: int) -> bool:
    """A function of ours that puts the request's text in a row: `appendRow(toRow(data))`."""
    found = _ours(body.reaches, body.scope, node)
    if found is None or not any(set(names_in(a)) & body.names for a in node.args):
        return False
    function = _function(found)
    inside = _inside(found.module, function, _told(function, node.args, body, depth + 1), body.passes, body.reaches)
    return any(is_raw(v, inside, depth + 1) for v in _returned(function) if _is_row(v, inside))


def _is_row(node: t.Node, body: Body) -> bool:
    if isinstance(node, t.Name):
        return bool(_rows_of(node.id, body))
    return isinstance(node, t.Items) or (isinstance(node, t.Call) and called(node).endswith(".map"))


def _rows_of(name: str, body: Body) -> list[t.Node]:
    """What the rows hold that a name is for: `row = [...]`, `rows.push([...])`, `row = headers.map(...)`, `row[2] = ...`."""
    found: list[t.Node] = []
    for node in t.walk(*body.nodes):
        if isinstance(node, t.Bind) and isinstance(node.target, t.Name) and node.target.id == name:
            if isinstance(node.value, t.Items) or (
                isinstance(node.value, t.Call)
                and (
                    called(node.value).endswith((".map", ".values"))
                    or _ours(body.reaches, body.scope, node.value) is not None
                )
            ):
                found.append(node.value)
        elif isinstance(node, t.Bind) and isinstance(node.target, t.Index) and t.dotted(node.target.base) == name:
            found.append(node.value)
        elif isinstance(node, t.Call) and called(node) in {f"{name}.push", f"{name}.unshift"}:
            found.extend(node.args)
    return found


def _returned(arrow: t.Function) -> Iterator[t.Node]:
    for node in t.walk(*arrow.body, into_functions=False):
        if isinstance(node, t.Return) and node.value is not None:
            yield node.value


def reached_by_get(project: Project) -> frozenset[int]:
    """Functions that `doGet` hands its request to, itself included."""
    entry = project.function("doGet")
    seen: set[int] = set()
    stack = [entry] if entry is not None else []
    while stack and len(seen) < 40:
        found = stack.pop()
        if not isinstance(found.node, t.Function) or id(found.node) in seen:
            continue
        seen.add(id(found.node))
        given = {p.name for p in found.node.params}
        for node in t.walk(*found.node.body):
            if isinstance(node, t.Call) and any(isinstance(a, t.Name) and a.id in given for a in node.args):
                target = project.program.resolve(found.module, called(node)) if "." not in called(node) else None
                if isinstance(target, Found):
                    stack.append(target)
    return frozenset(seen)

"""Where the text of a request goes: what runs for an action, and which names there hold what the stranger sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from scanners.apps_script.actions import Action
from scanners.apps_script.given import (
    as_given,
    from_request,
    function_of,
    holds,
    ours,
    params_in,
    params_of,
    part_of,
    returned_by,
)
from scanners.apps_script.project import Project
from scanners.apps_script.reach import Reaches
from scanners.routing.shapes import called
from scanners.routing.taint import names_in
from scanners.syntax import tree as t
from scanners.syntax.program import Found, Scope

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
        given = as_given(around, params_in(function), action.scope, reaches) if function is not None else names
        copies = _copies((*around, *action.nodes), names, given, passes)
        yield Body(action.scope, action.nodes, names, given, copies, passes, reaches)
        for node in t.walk(*action.nodes):
            found = ours(reaches, action.scope, node)
            if found is not None and isinstance(node, t.Call):
                whole = Body(action.scope, action.nodes, names, given, copies, passes, reaches)
                named = any(set(names_in(a)) & names for a in node.args)
                stack.append(
                    (found.module, function_of(found), _told(function_of(found), node.args, whole) if named else None)
                )
    while stack and len(seen) < 40:
        scope, function, told = stack.pop()
        if id(function) in seen:
            continue
        seen.add(id(function))
        body = _inside(
            scope,
            function,
            told or _Told(params_in(function), params_in(function), frozenset(), called=False),
            passes,
            reaches,
        )
        yield body
        for node in t.walk(*function.body):
            found = ours(reaches, scope, node)
            if found is not None and isinstance(node, t.Call) and any(set(names_in(a)) & body.names for a in node.args):
                stack.append((found.module, function_of(found), _told(function_of(found), node.args, body)))


@dataclass(frozen=True, slots=True)
class _Told:
    """What a call tells a function, by its parameters."""

    names: frozenset[str]
    given: frozenset[str]
    copies: frozenset[str]
    called: bool = True


def _inside(scope: Scope, function: t.Function, told: _Told, passes: frozenset[str], reaches: Reaches) -> Body:
    names = from_request(function, told.names)
    given = as_given(function.body, told.given, scope, reaches)
    copies = _copies(function.body, names, given, passes) | told.copies
    return Body(scope, function.body, names, given, copies, passes, reaches, helper=told.called)


def _told(function: t.Function, args: tuple[t.Node, ...], body: Body, depth: int = 0) -> _Told:
    named = [
        (frozenset(n.id for n in t.walk(p.target) if isinstance(n, t.Name)), a)
        for p, a in zip(function.params, args, strict=False)
    ]
    patterns = {p for param in function.params if not param.name for p in params_of(param)}
    names = frozenset(p for found, a in named for p in found if set(names_in(a)) & body.names)
    given = frozenset(p for found, a in named for p in found if part_of(a, body.given))
    copies = frozenset(
        p for found, a in named for p in found if is_raw(a, body, depth) or (p in patterns and p in names)
    )
    return _Told(names, given, copies)


def names_a_file(node: t.Node, body: Body) -> bool:
    """Whether the id of a file is the request's own text."""
    return part_of(node, body.given)


def _unwrapped(node: t.Node, passes: frozenset[str]) -> t.Node:
    while True:
        if isinstance(node, t.Logic):
            node = node.values[0]
        elif isinstance(node, t.Call) and node.args and called(node) in passes:
            node = node.args[0]
        elif (whole := _cut_from(node)) is not None:
            node = whole
        else:
            return node


_CUTS = frozenset("trim toString toLowerCase toUpperCase slice substring substr".split())


def _cut_from(node: t.Node) -> t.Node | None:
    """The text that another is a part of: `text` of `text.split(" ")[1]`, of `text.slice(0, 80)`."""
    match node:
        case t.Index(base=t.Call(func=t.Attr(name=("split" | "match"), base=base)), key=t.Const()):
            return base
        case t.Call(func=t.Attr(name=name, base=base)) if name in _CUTS:
            return base
        case _:
            return None


def passing(project: Project) -> frozenset[str]:
    """Our functions that return what they are given, no sign of a formula looked for."""
    found: set[str] = set()
    for _, function in project.functions():
        returned = [v for v in returned_by(function) if not _is_flat(v)]
        params = params_in(function)
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
            indexed = isinstance(value, t.Attr) and any(isinstance(n, t.Index) for n in t.walk(value))
            if (
                _is_parsed(value, given)
                or (isinstance(value, t.Name) and value.id in found)
                or (indexed and part_of(value, given))
            ):
                found.add(node.target.id)
        if isinstance(node, t.Bind) and isinstance(node.target, t.Items) and isinstance(node.value, t.Call):
            value = node.value.func
            cut = isinstance(value, t.Attr) and value.name in {"split", "match"}
            if isinstance(value, t.Attr) and cut and part_of(value.base, given):
                found.update(n.id for n in t.walk(node.target) if isinstance(n, t.Name))
        if isinstance(node, t.Bind) and isinstance(node.target, t.Table) and holds(node.value, names):
            found.update(n.id for n in t.walk(node.target) if isinstance(n, t.Name))
    return frozenset(found)


def _is_parsed(node: t.Node, given: frozenset[str]) -> bool:
    """`JSON.parse(e.parameter.row)`: may be a row of texts, or one."""
    return isinstance(node, t.Call) and called(node) == "JSON.parse" and part_of(node, given)


def is_raw(node: t.Node, body: Body, depth: int = 0) -> bool:
    """Text of the request as it came, in a row or alone; numbers, dates and cleaned values do not count."""
    while isinstance(node, t.Logic):
        node = node.values[0]
    if (whole := _cut_from(node)) is not None:
        return is_raw(whole, body, depth)
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
        case t.Call() if _is_parsed(node, body.given):
            return True
        case t.Call(args=(first, *_)) if called(node) in body.passes:
            return is_raw(first, body, depth)
        case t.Call(func=t.Attr(name="values"), args=args) if called(node) == "Object.values":
            return any(holds(a, body.names) for a in args)
        case t.Call(func=t.Attr(name="map", base=base), args=(t.Function() as arrow, *_)):
            each = params_in(arrow) if part_of(base, body.given) else frozenset[str]()
            inside = replace(body, copies=body.copies | each)
            return any(is_raw(v, inside, _DEEPEST) for v in returned_by(arrow))
        case _:
            return depth < _DEEPEST - 1 and _builds_raw_row(node, body, depth)


def _builds_raw_row(node: t.Call, body: Body, depth: int) -> bool:
    """A function of ours that puts the request's text in a row: `appendRow(toRow(data))`."""
    found = ours(body.reaches, body.scope, node)
    if found is None or not any(set(names_in(a)) & body.names for a in node.args):
        return False
    function = function_of(found)
    inside = _inside(found.module, function, _told(function, node.args, body, depth + 1), body.passes, body.reaches)
    return any(is_raw(v, inside, depth + 1) for v in returned_by(function) if _is_row(v, inside))


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
                    or ours(body.reaches, body.scope, node.value) is not None
                )
            ):
                found.append(node.value)
        elif isinstance(node, t.Bind) and isinstance(node.target, t.Index) and t.dotted(node.target.base) == name:
            found.append(node.value)
        elif isinstance(node, t.Call) and called(node) in {f"{name}.push", f"{name}.unshift"}:
            found.extend(node.args)
    return found


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

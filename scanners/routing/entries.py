"""Where requests come in: functions that take an event from Lambda, HTTP servers, workers, and what wraps them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from auditor.model.pattern import lazy
from scanners.routing.values import Part, Request, Value, What
from scanners.syntax import tree as t
from scanners.syntax.program import Scope

_EVENT_NAMES = frozenset({"event", "evt", "lambda_event", "request_event", "apiEvent", "proxyEvent"})
_EVENT_KEYS = frozenset({
    "path", "rawPath", "httpMethod", "requestContext", "routeKey", "pathParameters", "queryStringParameters",
})  # fmt: skip
_SERVERS = frozenset({"createServer", "http.createServer", "https.createServer", "serve", "Bun.serve", "Deno.serve"})


@dataclass(frozen=True, slots=True)
class Entry:
    """A function where requests come in."""

    function: t.Function
    fields: tuple[tuple[str, Value], ...] = ()
    """For a class of `http.server`: what `self` knows of the request."""
    methods: frozenset[str] = frozenset()
    first: bool = True
    """Whether its first parameter is the request."""


_EXPORTED = lazy(r"(?i)^(module\.)?exports\.|handler$|^main$")
_CHAIN = frozenset({"use", "before", "after", "onError", "handler"})
"""What middy's wrapped functions are told."""


def entries(scope: Scope) -> Iterator[Entry]:
    """Functions that take an event from Lambda, and those of plain HTTP servers and workers."""
    outer = tuple(t.walk(*scope.module.body, into_functions=False))
    found, wrapped = _wrapped(scope, outer)
    yield from found
    exported = _asking_nothing(scope)
    for node in outer:
        if isinstance(node, t.Function) and id(node) not in wrapped and (takes_event(node) or node in exported):
            yield Entry(node)
        elif isinstance(node, t.Call) and t.dotted(node.func) in _SERVERS:
            yield from (Entry(a) for a in node.args if isinstance(a, t.Function) and a.params)
        elif isinstance(node, t.Class):
            yield from _class_entries(node)
        elif isinstance(node, t.Bind) and t.dotted(node.target) == "exports.default":
            worker = node.value.get("fetch") if isinstance(node.value, t.Table) else None
            if isinstance(worker, t.Function) and worker.params:
                yield Entry(worker)


def _asking_nothing(scope: Scope) -> list[t.Node]:
    """`exports.handler = async () => ({ statusCode: 200 })`: handlers that look at no event."""
    values = [v for name, v in scope.exports.items() if _EXPORTED.search(name)]
    found = [scope.names.get(v.id) if isinstance(v, t.Name) else v for v in values]
    return [f for f in found if isinstance(f, t.Function) and not f.params]


def _wrapped(scope: Scope, outer: tuple[t.Node, ...]) -> tuple[list[Entry], set[int]]:
    """Functions inside of a wrapper, `export const main = middy(async (event) => ...).use(auth())`, and their identities.

    What the wrapper is told (there, or later by `main.use(auth())`) decorates them.
    """
    found: list[Entry] = []
    inside: set[int] = set()
    for node in outer:
        if not isinstance(node, t.Bind) or not isinstance(node.value, t.Call):
            continue
        whole = t.dotted(node.target)
        name = whole.rsplit(".", 1)[-1]
        inner, decorators = _unwrap(
            node.value, scope, named=_EXPORTED.search(whole) is not None or name in scope.exports
        )
        if inner is not None and name:
            inside.add(id(inner))
            before = (*inner.decorators, *decorators, *_told(scope, name))
            found.append(Entry(replace(inner, name=name, decorators=before)))
    return found, inside


def _told(scope: Scope, name: str) -> list[t.Node]:
    """What `main.use(...)` gives it in a statement of its own."""
    return [
        part
        for call in scope.all_of(t.Call)
        if isinstance(call.func, t.Attr) and call.func.name == "use" and t.dotted(call.func.base) == name
        for part in _flat(call.args)
    ]


def _unwrap(call: t.Call, scope: Scope, *, named: bool) -> tuple[t.Function | None, list[t.Node]]:
    """The function that a wrapper is given, and what stands around it; `named`: a function by its name will do."""
    decorators: list[t.Node] = []
    given: list[t.Node] = []
    root: t.Node = call
    while isinstance(root, t.Call) and isinstance(root.func, t.Attr) and isinstance(root.func.base, t.Call):
        if root.func.name not in _CHAIN:
            break
        if root.func.name == "use":
            decorators[:0] = _flat(root.args)
        elif root.func.name == "handler":
            given += root.args
        root = root.func.base
    if isinstance(root, t.Call):
        given += root.args
        decorators.append(root.func)
    for node in given:
        if isinstance(node, t.Function) and takes_event(node) and not node.name:
            return node, decorators
        function = scope.names.get(node.id) if isinstance(node, t.Name) and named else None
        if isinstance(function, t.Function) and takes_event(function):
            return function, decorators
    return None, []


def _flat(nodes: tuple[t.Node, ...]) -> list[t.Node]:
    return [part for node in nodes for part in (node.items if isinstance(node, t.Items) else (node,))]


def _class_entries(cls: t.Class) -> Iterator[Entry]:
    served = any(re.search(r"HTTPRequestHandler$", t.dotted(base)) for base in cls.bases)
    for node in cls.body:
        if not isinstance(node, t.Function):
            continue
        if takes_event(node):
            yield Entry(node)
        elif served and re.fullmatch(r"do_[A-Z]+", node.name):
            fields: tuple[tuple[str, Value], ...] = (("path", Part(What.PATH, 1)), ("headers", Request(("headers",))))
            yield Entry(node, fields, frozenset({node.name[3:]}), first=False)


def takes_event(function: t.Function) -> bool:
    """Whether a function's first parameter is an event of Lambda."""
    params = [p for p in function.params if p.name not in {"self", "cls"}]
    if not params:
        return False
    if isinstance(params[0].target, t.Table):
        return any(isinstance(k, t.Const) and k.value in _EVENT_KEYS for k, _ in params[0].target.pairs)
    name = params[0].name.lstrip("_")
    if name in {"e", "req", "request"}:
        return len(params) == 2 and params[1].name.lstrip("_") in {"context", "ctx", "lambda_context", "_context"}
    return name in _EVENT_NAMES

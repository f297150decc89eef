"""Requests that libraries are told of in their own way: SWR's keys, Redux Toolkit's queries, Apps Script's `run`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from auditor.model.pattern import lazy
from scanners.routing.route import METHODS
from scanners.routing.shapes import called
from scanners.syntax import tree as t
from scanners.syntax.program import Found, Program, Scope

_KEYED = lazy(r"^useSWR(Immutable|Infinite|Mutation|Subscription)?$|^use(Lazy)?AsyncData$")
_HANDLERS = frozenset({"withSuccessHandler", "withFailureHandler", "withUserObject"})


def keyed_request(node: t.Call, last: str) -> tuple[t.Node, t.Node | None] | None:
    """(address, function that fetches it) of `useSWR(key, fetcher)`; None for other calls."""
    if not _KEYED.match(last) or not node.args or not last.startswith("useSWR") or last == "useSWRMutation":
        return None
    key: t.Node = node.args[0]
    if (
        isinstance(key, t.Function)
        and key.body
        and isinstance(key.body[-1], t.Return)
        and key.body[-1].value is not None
    ):
        key = key.body[-1].value
    if isinstance(key, t.Logic) and key.op == "and":  # `id && `/api/post/${id}``
        key = key.values[-1]
    if isinstance(key, t.Choice):
        key = key.other if isinstance(key.then, t.Const) and key.then.value is None else key.then
    if isinstance(key, t.Items) and key.items:
        key = key.items[0]
    fetcher = node.args[1] if len(node.args) > 1 else None
    return key, fetcher if isinstance(fetcher, (t.Name, t.Attr)) else None


_AMPLIFY = lazy(r"^(aws-amplify|@aws-amplify/api)")
_AMPLIFY_VERBS = {
    "get": "GET", "post": "POST", "put": "PUT", "patch": "PATCH", "del": "DELETE", "head": "HEAD",
}  # fmt: skip


def amplify_request(node: t.Call, scope: Scope) -> tuple[str, t.Node] | None:
    """(method, address) of `API.get("api", "/x")`, and of `get({apiName, path})` since version 6; None for other calls."""
    name = called(node)
    owner, _, last = name.rpartition(".")
    module, original = scope.imports.get(name, ("", "")) if not owner else ("", last)
    verb = _AMPLIFY_VERBS.get(original)
    if verb is None or not node.args:
        return None
    if owner in {"API", "Amplify.API"} and len(node.args) > 1 and "API" not in scope.names:
        first = t.text_of(node.args[0])
        return None if first is not None and first.startswith("/") else (verb, node.args[1])
    table = node.args[0]
    path = table.get("path") if isinstance(table, t.Table) and _AMPLIFY.match(module) else None
    return (verb, path) if path is not None else None


class Described(NamedTuple):
    """One `builder.query({query: ...})` of Redux Toolkit."""

    node: t.Node
    """The function around."""
    method: str
    address: t.Node
    base: t.Node | None
    home: Scope
    """Module of the base."""


def described(scope: Scope, program: Program) -> Iterator[Described]:
    """Every query and mutation of `createApi({...})` and `api.injectEndpoints({...})`."""
    for made in scope.all_of(t.Call):
        last = called(made).rsplit(".", 1)[-1]
        if last not in {"createApi", "injectEndpoints"}:
            continue
        base, home = (None, scope)
        if last == "createApi":
            base, home = _base_of(made, scope, program) or (None, scope)
        elif isinstance(made.func, t.Attr):
            base, home = _base_behind(made.func.base, scope, program) or (None, scope)
        for node in t.walk(*made.args):
            if isinstance(node, t.Call) and called(node).rsplit(".", 1)[-1] in {"query", "mutation"} and node.args:
                table = node.args[0]
                function = table.get("query") if isinstance(table, t.Table) else None
                if isinstance(function, t.Function):
                    yield from (Described(*said, base, home) for said in _query(function))


def _base_behind(api: t.Node, scope: Scope, program: Program, depth: int = 0) -> tuple[t.Node, Scope] | None:
    """The base of the `createApi({...})` that a name means, enhanced or not."""
    if isinstance(api, t.Call):
        if called(api) == "createApi":
            return _base_of(api, scope, program)
        return _base_behind(api.func.base, scope, program, depth + 1) if isinstance(api.func, t.Attr) else None
    found = program.resolve(scope, t.dotted(api)) if t.dotted(api) else None
    if not isinstance(found, Found) or depth > 4:
        return None
    return _base_behind(found.node, found.module, program, depth + 1)


def _base_of(made: t.Call, scope: Scope, program: Program) -> tuple[t.Node, Scope] | None:
    table = made.args[0] if made.args else None
    query = table.get("baseQuery") if isinstance(table, t.Table) else None
    return _base_in(query, scope, program) if query is not None else None


def _base_in(node: t.Node, scope: Scope, program: Program, depth: int = 0) -> tuple[t.Node, Scope] | None:
    """`baseUrl` of the `fetchBaseQuery({...})` in an expression, or in what its names mean."""
    parts = tuple(t.walk(node))
    for part in parts:
        if isinstance(part, t.Call):
            base = next((b for a in part.args if isinstance(a, t.Table) and (b := a.get("baseUrl", "baseURL"))), None)
            if base is not None:
                return base, scope
    for part in parts if depth < 3 else ():
        found = program.resolve(scope, part.id) if isinstance(part, t.Name) else None
        if isinstance(found, Found) and found.node is not node and isinstance(found.node, (t.Call, t.Function)):
            inner = _base_in(found.node, found.module, program, depth + 1)
            if inner is not None:
                return inner
    return None


def _query(function: t.Function) -> Iterator[tuple[t.Node, str, t.Node]]:
    given = next((n.value for n in function.body if isinstance(n, t.Return) and n.value is not None), None)
    if isinstance(given, t.Table):
        url, method = given.get("url"), (t.text_of(given.get("method")) or "GET").upper()
        if url is not None and method in METHODS:
            yield function, method, url
    elif given is not None:
        yield function, "GET", given


def script_run(node: t.Call) -> t.Node | None:
    """The name of the server function in `google.script.run...name(...)` or `run[name](...)`; None for other calls."""
    func = node.func
    if not isinstance(func, (t.Attr, t.Index)):
        return None
    base: t.Node = func.base
    while True:
        if isinstance(base, t.Call):
            base = base.func
        elif isinstance(base, t.Attr):
            if base.name == "run" and t.dotted(base) in {"google.script.run", "window.google.script.run"}:
                if isinstance(func, t.Index):
                    return func.key
                return None if func.name in _HANDLERS else t.Const(node.line, func.name)
            base = base.base
        else:
            return None

"""Requests that libraries are told of in their own way: SWR's keys, Redux Toolkit's queries, Apps Script's `run`."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.model.pattern import lazy
from scanners.routing.route import METHODS
from scanners.routing.shapes import called
from scanners.syntax import tree as t
from scanners.syntax.program import Scope

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


def described(scope: Scope) -> Iterator[tuple[t.Node, str, t.Node, t.Node | None]]:
    """(function around, method, address, base) of every `builder.query({query: ...})` of `createApi`."""
    if "createApi" not in scope.imports and not any(n.name == "injectEndpoints" for n in scope.all_of(t.Attr)):
        return
    base = next(
        (
            table.get("baseUrl")
            for n in scope.nodes
            if isinstance(n, t.Call) and called(n) in {"fetchBaseQuery", "axiosBaseQuery"}
            for table in n.args
            if isinstance(table, t.Table)
        ),
        None,
    )
    for node in scope.nodes:
        if isinstance(node, t.Call) and called(node).rsplit(".", 1)[-1] in {"query", "mutation"} and node.args:
            table = node.args[0]
            function = table.get("query") if isinstance(table, t.Table) else None
            if isinstance(function, t.Function):
                yield from _query(function, base)


def _query(function: t.Function, base: t.Node | None) -> Iterator[tuple[t.Node, str, t.Node, t.Node | None]]:
    given = next((n.value for n in function.body if isinstance(n, t.Return) and n.value is not None), None)
    if isinstance(given, t.Table):
        url, method = given.get("url"), (t.text_of(given.get("method")) or "GET").upper()
        if url is not None and method in METHODS:
            yield function, method, url, base
    elif given is not None:
        yield function, "GET", given, base


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

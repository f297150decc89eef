"""The method of a request, as its options say it; both of a condition."""

from __future__ import annotations

from scanners.endpoints.url import Url
from scanners.endpoints.urls import Urls
from scanners.routing.route import METHODS
from scanners.syntax import tree as t
from scanners.syntax.program import Scope


def methods_of(urls: Urls, options: t.Node | None, function: t.Function | None, scope: Scope) -> tuple[str, ...]:
    """Both methods of `method: editing ? "PUT" : "POST"`, else the one."""
    table = urls.definition(options, function, scope) if options is not None else None
    value = table.get("method", "type") if isinstance(table, t.Table) else None
    said = urls.assigned(value, function)
    if len(said) > 1:
        found = tuple(dict.fromkeys(m for v in said for m in literal_methods(v)))
        return found or (_method_of(urls, options, function, scope),)
    value = urls.definition(value, function, scope) if value is not None else None
    found = literal_methods(value) if isinstance(value, t.Choice) else ()
    return found or (_method_of(urls, options, function, scope),)


def _method_of(urls: Urls, options: t.Node | None, function: t.Function | None, scope: Scope) -> str:
    table = urls.definition(options, function, scope) if options is not None else None
    if isinstance(table, t.Table):
        value = table.get("method", "type")
        value = urls.definition(value, function, scope) if value is not None else None
        if isinstance(value, t.Choice):
            value = value.then if isinstance(value.then, t.Const) else value.other
        if isinstance(value, t.Logic):
            value = next((v for v in value.values if isinstance(v, t.Const)), None)
        text = t.text_of(value)
        if text and text.upper() in METHODS:
            return text.upper()
        if value is None and any(k is None for k, _ in table.pairs):
            spread = next((v for k, v in table.pairs if k is None), None)
            inner = urls.definition(spread, function, scope) if spread is not None else None
            return _method_of(urls, inner, function, scope) if isinstance(inner, t.Table) else "GET"
    return "GET"


def pairs(methods: tuple[str, ...], urls: list[Url]) -> list[tuple[str, Url]]:
    """Methods and addresses of one condition go together."""
    if len(methods) == len(urls):
        return list(zip(methods, urls, strict=True))
    return [(m, u) for u in urls for m in (methods if len(urls) == 1 else methods[:1])]


def literal_methods(value: t.Node | None) -> tuple[str, ...]:
    """`"PUT"`, or both of `editing ? "PUT" : "POST"`; empty for anything else."""
    sides = (value.then, value.other) if isinstance(value, t.Choice) else (value,)
    texts = [(t.text_of(side) or "").upper() for side in sides]
    return tuple(dict.fromkeys(texts)) if all(x in METHODS for x in texts) else ()

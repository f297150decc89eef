"""Functions of ours that make a request out of their parameters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.model.pattern import lazy
from scanners.endpoints.url import Url
from scanners.endpoints.urls import Urls
from scanners.routing.shapes import called
from scanners.syntax import tree as t
from scanners.syntax.program import Scope

_OPTIONS = lazy(r"(?i)opt(ion)?s?$|^init$|config$|settings$")


@dataclass(frozen=True, slots=True)
class Wrapper:
    """A function of ours that makes a request out of its parameters."""

    name: str
    url: Url
    """With `Hole` parts for parameters."""
    method: str
    """Upper case, or empty when a parameter says it."""
    method_param: int | None = None
    options_param: int | None = None
    default_method: str = "GET"
    owner: str = ""
    """The object or class that it is a member of."""
    defaults: tuple[tuple[int, str], ...] = ()
    """Literal values of parameters that a call may leave out."""
    function: int = 0
    """Identity of the function: one may make several requests."""


def wrapper_of(
    function: t.Function, call: t.Call, said: tuple[str, Url], urls: Urls, scope: Scope, owner: str
) -> Wrapper:
    """How a function's own calls say address and method."""
    method, url = said
    names = [p.name for p in function.params]
    by_param, by_options = _sources(function, call, names, urls, scope)
    for index, param in enumerate(function.params):
        if isinstance(param.target, t.Table) and by_param is None and param.target.get("method") is not None:
            by_options = index
    fixed = method if by_param is None and by_options is None else ""
    default = _default_method(function, names) or method or "GET"
    if by_param is not None and function.params[by_param].default is not None:
        default = (t.text_of(function.params[by_param].default) or default).upper()
    defaults = tuple((i, text) for i, p in enumerate(function.params) if (text := t.text_of(p.default)) is not None)
    return Wrapper(function.name, url, fixed, by_param, by_options, default, owner, defaults, id(function))


def _sources(
    function: t.Function, call: t.Call, names: list[str], urls: Urls, scope: Scope
) -> tuple[int | None, int | None]:
    """(parameter that is the method, parameter that is the options) of a request made in a function."""
    first = call.args[0]
    if called(call).endswith(".open"):
        return (names.index(first.id) if isinstance(first, t.Name) and first.id in names else None), None
    by_param = by_options = None
    apart = _taken_apart(function, names)
    passed = (
        a for a in call.args[2:] if isinstance(a, t.Name) and a.id in names and _is_options(function, names, a.id)
    )
    for candidate in (*call.args[1:2], *passed, *(a for a in call.args if isinstance(a, t.Table))):
        for table in (candidate, urls.definition(candidate, function, scope)):
            if isinstance(table, t.Name) and table.id in names:
                by_options = names.index(table.id)
            elif isinstance(table, t.Table):
                param, options = _said_by(table, names, apart)
                by_param = param if param is not None else by_param
                by_options = options if options is not None else by_options
    return by_param, by_options


def _is_options(function: t.Function, names: list[str], name: str) -> bool:
    """`options = {}`, `init`: a table by its default or its name."""
    default = function.params[names.index(name)].default
    return isinstance(default, t.Table) or _OPTIONS.search(name) is not None


def members(scope: Scope) -> Iterator[tuple[str, t.Function]]:
    """(object or class, function in it) of a file."""
    for name, node in scope.names.items():
        if isinstance(node, t.Table):
            yield from ((name, v) for _, v in node.pairs if isinstance(v, t.Function))
        elif isinstance(node, t.Class):
            yield from ((name, m) for m in node.body if isinstance(m, t.Function))


def _taken_apart(function: t.Function, names: list[str]) -> dict[str, int]:
    """`const { method = "GET", ...rest } = options`: names of the method and of the rest, by the parameter they come from."""
    found: dict[str, int] = {}
    for node in t.walk(*function.body, into_functions=False):
        if not isinstance(node, t.Bind) or not isinstance(node.target, t.Table) or not isinstance(node.value, t.Name):
            continue
        if node.value.id in names:
            index = names.index(node.value.id)
            found |= {
                inner.id: index
                for key, inner in node.target.pairs
                if isinstance(inner, t.Name) and (key is None or t.text_of(key) in {"method", "type"})
            }
    return found


def _default_method(function: t.Function, names: list[str]) -> str:
    """`POST` of `request(path, { method = "POST" })`, also where the options are taken apart in a statement."""
    tables = [p.target for p in function.params]
    tables += [
        node.target for node in t.walk(*function.body, into_functions=False)
        if isinstance(node, t.Bind) and set(names) & {n.id for n in t.walk(node.value) if isinstance(n, t.Name)}
    ]  # fmt: skip
    for table in tables:
        for key, value in table.defaults if isinstance(table, t.Table) else ():
            if key == "method":
                return value.upper()
    return ""


def _said_by(table: t.Table, names: list[str], apart: dict[str, int]) -> tuple[int | None, int | None]:
    """Which parameters an options object takes its method from: by itself, and as a member or spread."""
    by_param = by_options = None
    value = table.get("method", "type")
    for part in t.walk(value) if value is not None else ():
        if isinstance(part, t.Name) and part.id in apart:
            by_param, by_options = None, apart[part.id]
            break
        if isinstance(part, t.Name) and part.id in names:
            by_param = names.index(part.id)
        if isinstance(part, t.Attr) and isinstance(part.base, t.Name) and part.base.id in names:
            by_param, by_options = None, names.index(part.base.id)
            break
    for key, spread in table.pairs:
        if key is None and isinstance(spread, t.Name) and spread.id in names:
            by_options = names.index(spread.id)
        elif key is None and value is None and isinstance(spread, t.Name) and spread.id in apart:
            by_options = apart[spread.id]
    return by_param, by_options

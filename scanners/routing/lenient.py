"""Checks that only look at who is calling: whoever brings no token passes as well."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.model.pattern import lazy
from scanners.routing.checks import THROWS, VERIFIES, aborts, names_in
from scanners.routing.shapes import called, denies
from scanners.syntax import tree as t

_TOKEN = lazy(r"(?i)token|authori[sz]ation|bearer|jwt|cookie|auth_?header|^headers?$|credentials$")
_GOES_ON = frozenset({"next", "call_next", "callNext", "_next"})


def lets_strangers_pass(function: t.Function, *, by_nothing: bool = False) -> bool:
    """Whether a check goes on when there is no token: `if (!token) return next()`, or it verifies only what is there.

    `by_nothing`: giving back nothing goes on, as in a dependency of FastAPI or a `before_request` of Flask.
    """
    nodes = tuple(t.walk(*function.body))
    for node in nodes:
        if isinstance(node, t.If) and _is_absent(node.test) and _goes_on(node.body, by_nothing=by_nothing):
            return True
        if isinstance(node, t.If) and _is_there(node.test) and _goes_on(node.orelse):
            return True
        if isinstance(node, t.Call) and reports_back(node) and not _refused_in(node) and _goes_on(node.args[-1:]):
            return True
    spared: set[int] = set()
    for node in nodes:
        if isinstance(node, t.If) and _is_there(node.test) and not node.orelse and _verifies(node.body):
            spared.update(id(inner) for inner in t.walk(node))
    if not spared:
        return False
    for node in nodes:
        if isinstance(node, t.Try) and any(id(inner) in spared for inner in node.body):
            spared.update(id(inner) for inner in t.walk(*node.handlers))
    return not any(id(node) not in spared and _turns_away(node) for node in nodes)


def _is_absent(test: t.Node) -> bool:
    """`!token`, `token is None`, `!header || !header.startsWith("Bearer ")`."""
    parts = test.values if isinstance(test, t.Logic) and test.op == "or" else (test,)
    return all(_lacks(part) for part in parts)


def _lacks(part: t.Node) -> bool:
    if isinstance(part, t.Not):
        return _names_token(part.value)
    nothing = isinstance(part, t.Binary) and part.op in {"==", "is"} and _is_nothing(part.right)
    return nothing and isinstance(part, t.Binary) and _names_token(part.left)


def _is_nothing(node: t.Node) -> bool:
    return (isinstance(node, t.Const) and node.value in {None, ""}) or (
        isinstance(node, t.Name) and node.id == "undefined"
    )


def _is_there(test: t.Node) -> bool:
    """`token`, `header && header.startsWith("Bearer ")`."""
    parts = test.values if isinstance(test, t.Logic) and test.op == "and" else (test,)
    return all(_names_token(part) or _is_scheme(part) for part in parts)


def _is_scheme(part: t.Node) -> bool:
    """`header.split(" ")[0] === "Bearer"`."""
    sides = (part.left, part.right) if isinstance(part, t.Binary) and part.op == "==" else ()
    return any(isinstance(side, t.Const) and isinstance(side.value, str) for side in sides) and any(
        _TOKEN.search(name) for side in sides for name in names_in(side)
    )


def reports_back(call: t.Call) -> bool:
    """`jwt.verify(token, key, (error, user) => ...)`: it raises nothing, the function in it has to look."""
    return bool(call.args) and isinstance(call.args[-1], t.Function) and THROWS.search(called(call)) is not None


def _refused_in(call: t.Call) -> bool:
    function = call.args[-1]
    assert isinstance(function, t.Function)
    return any(isinstance(node, t.Raise) or _turns_away(node) for node in t.walk(*function.body)) or any(
        isinstance(node, t.Call) and called(node) in {*_GOES_ON, "reject", "done", "cb", "callback"} and node.args
        for node in t.walk(*function.body)
    )  # `next(error)` is a refusal, too


def _names_token(node: t.Node) -> bool:
    """A token by its own name, or a question to it."""
    if isinstance(node, t.Call) and isinstance(node.func, t.Attr):
        if node.func.name in {"startsWith", "startswith", "includes"}:
            return _names_token(node.func.base)
        if node.func.name in {"get", "header"} and node.args:
            return _TOKEN.search(t.text_of(node.args[0]) or "") is not None
    name = t.dotted(node).rsplit(".", 1)[-1]
    return bool(name) and _TOKEN.search(name) is not None


def _goes_on(body: Sequence[t.Node], *, by_nothing: bool = False) -> bool:
    if denies(body):
        return False
    if by_nothing and len(body) == 1 and isinstance(body[0], t.Return):
        return body[0].value is None or _is_nothing(body[0].value)
    return any(isinstance(node, t.Call) and _hands_on(node) for node in t.walk(*body, into_functions=False))


def _hands_on(node: t.Call) -> bool:
    """`next()` (with an argument it is an error), `call_next(request)`, `view(*args, **kwargs)`."""
    name = called(node)
    if name in _GOES_ON:
        return not node.args or name in {"call_next", "callNext"}
    return any(isinstance(a, t.Spread) for a in node.args) and "." not in name


def _verifies(body: Sequence[t.Node]) -> bool:
    return any(isinstance(n, t.Call) and VERIFIES.search(called(n)) is not None for n in t.walk(*body))


def _turns_away(node: t.Node) -> bool:
    if isinstance(node, t.If):
        return denies(node.body) or denies(node.orelse)
    if isinstance(node, (t.Raise, t.Return)):
        return denies((node,))
    return isinstance(node, t.Call) and denies((node,)) and (aborts(node) or "status" in called(node).lower())

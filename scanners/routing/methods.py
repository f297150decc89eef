"""Which methods a handler answers when it looks at the method alone, and with which statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from auditor.model.pattern import lazy
from scanners.routing.route import METHODS
from scanners.routing.shapes import called, denies, fails, terminates
from scanners.syntax import tree as t

_ANSWERS = lazy(r"(?i)(^|\.)(send|json|end|render|redirect|sendFile|write|pipe)$")


def methods_answered(function: t.Function) -> Mapping[str, tuple[t.Node, ...]]:
    """Statements that run, by method; empty when the method is not looked at, or what is not named is answered too."""
    found: dict[str, tuple[t.Node, ...]] = {}
    return found if _follow(function.body, (), found) and found else {}


def _follow(statements: Iterable[t.Node], before: tuple[t.Node, ...], found: dict[str, tuple[t.Node, ...]]) -> bool:
    """Whether only the methods in `found` are answered by these statements."""
    rest = list(statements)
    for index, node in enumerate(rest):
        if isinstance(node, t.Try):
            return _follow((*node.body, *node.final, *rest[index + 1 :]), before, found)
        if isinstance(node, t.If):
            asked, equal = _asked(node.test)
            if asked and not equal and terminates(node.body):  # `if (req.method !== "POST") return 405`
                others = (*before, *rest[index + 1 :])
                inner: dict[str, tuple[t.Node, ...]] = {}
                if _follow(rest[index + 1 :], before, inner) and inner:
                    found.update((m, b) for m, b in inner.items() if m in asked)
                else:
                    found.update((m, others) for m in asked)
                return True
            if asked and equal:
                found.update((m, (*before, *node.body)) for m in asked if m not in found)
                if node.orelse and not _follow((*node.orelse, *rest[index + 1 :]), before, found):
                    return False
                if node.orelse:
                    return True
                continue
            if not denies(node.body) and not fails(node.body) and terminates(node.body) and not found:
                return False
        elif isinstance(node, t.Switch) and _is_method(node.subject):
            return _cases(node, before, found) and not any(_answers(n) for n in rest[index + 1 :])
        elif _answers(node):
            return False
        before = (*before, node)
    return True


def _cases(node: t.Switch, before: tuple[t.Node, ...], found: dict[str, tuple[t.Node, ...]]) -> bool:
    for case in node.cases:
        names = [text.upper() for p in case.patterns if (text := t.text_of(p)) and text.upper() in METHODS]
        if not case.patterns and not fails(case.body):
            return False
        found.update((name, (*before, *case.body)) for name in names)
    return True


def _answers(node: t.Node) -> bool:
    if isinstance(node, t.Return):
        return node.value is not None and not fails((node,)) and not denies((node,))
    return (
        isinstance(node, t.Call) and bool(_ANSWERS.search(called(node))) and not fails((node,)) and not denies((node,))
    )


def _asked(test: t.Node) -> tuple[tuple[str, ...], bool]:
    """(methods, whether they are wanted) of a comparison."""
    if isinstance(test, t.Not):
        asked, equal = _asked(test.value)
        return asked, not equal
    if isinstance(test, t.Logic):
        sides = [_asked(v) for v in test.values]
        named = [s for s in sides if s[0]]
        if named and all(s[1] == (test.op == "or") for s in named) and len(named) == len(sides):
            return tuple(m for s in named for m in s[0]), test.op == "or"
        return named[0] if len(named) == 1 and test.op == "and" and named[0][1] else ((), True)
    if isinstance(test, t.Call) and isinstance(test.func, t.Attr) and test.func.name == "includes" and test.args:
        return (_literals(test.func.base), True) if _is_method(test.args[0]) else ((), True)
    if not isinstance(test, t.Binary) or test.op not in {"==", "!=", "in", "not in"}:
        return (), True
    for side, other in ((test.left, test.right), (test.right, test.left)):
        if _is_method(side):
            return _literals(other), test.op in {"==", "in"}
    return (), True


def _literals(node: t.Node) -> tuple[str, ...]:
    items = node.items if isinstance(node, t.Items) else (node,)
    texts = [(t.text_of(i) or "").upper() for i in items]
    return tuple(x for x in texts if x in METHODS) if all(x in METHODS for x in texts) else ()


def _is_method(node: t.Node) -> bool:
    if (
        isinstance(node, t.Call)
        and isinstance(node.func, t.Attr)
        and node.func.name in {"toUpperCase", "upper", "lower", "toLowerCase"}
    ):
        node = node.func.base
    if isinstance(node, t.Attr):
        return node.name in {"method", "httpMethod"}
    return isinstance(node, t.Name) and node.id in {"method", "httpMethod", "http_method"}

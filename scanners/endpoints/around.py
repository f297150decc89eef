"""Names that a function takes from the functions around it: a component's constants in its own handlers."""

from __future__ import annotations

from scanners.syntax import tree as t
from scanners.syntax.program import Scope


class Around:
    """Which function stands around which."""

    def __init__(self) -> None:
        self._outer: dict[str, dict[int, t.Function]] = {}
        """By file: the function around each inner one, by the inner one's identity."""

    def bound(self, name: str, function: t.Function, scope: Scope) -> t.Node | None:
        """What the nearest function around binds a name to; None where that is a parameter or nothing."""
        outer = self._of(scope).get(id(function))
        while outer is not None:
            if any(isinstance(n, t.Name) and n.id == name for p in outer.params for n in t.walk(p.target)):
                return None
            for node in t.walk(*outer.body, into_functions=False):
                if isinstance(node, t.Bind) and isinstance(node.target, t.Name) and node.target.id == name:
                    return node.value if not isinstance(node.value, (t.Function, t.Call)) else None
            outer = self._of(scope).get(id(outer))
        return None

    def owner(self, name: str, function: t.Function, scope: Scope) -> t.Function | None:
        """The function around, or this one, that has a name as a parameter; None where one of them binds it anew."""
        inner: t.Function | None = function
        while inner is not None:
            if any(isinstance(n, t.Name) and n.id == name for p in inner.params for n in t.walk(p.target)):
                return inner
            for node in t.walk(*inner.body, into_functions=False):
                if isinstance(node, t.Bind) and isinstance(node.target, t.Name) and node.target.id == name:
                    return None
            inner = self._of(scope).get(id(inner))
        return None

    def in_component(self, function: t.Function, scope: Scope) -> bool:
        """Whether this function or one around it has a name with a capital."""
        inner: t.Function | None = function
        while inner is not None and not inner.name[:1].isupper():
            inner = self._of(scope).get(id(inner))
        return inner is not None

    def _of(self, scope: Scope) -> dict[int, t.Function]:
        if scope.path not in self._outer:
            found: dict[int, t.Function] = {}
            stack: list[tuple[t.Node, t.Function | None]] = [(node, None) for node in scope.module.body]
            while stack:
                node, outer = stack.pop()
                if isinstance(node, t.Function):
                    if outer is not None:
                        found[id(node)] = outer
                    outer = node
                stack += [(inner, outer) for inner in t.children(node)]
            self._outer[scope.path] = found
        return self._outer[scope.path]

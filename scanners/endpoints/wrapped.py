"""Calls of our own functions that make requests."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from scanners.endpoints.request_methods import literal_methods, methods_of, pairs
from scanners.endpoints.url import Url
from scanners.endpoints.urls import Urls
from scanners.endpoints.wrappers import Wrapper
from scanners.syntax import tree as t
from scanners.syntax.program import Found, Program, Scope

_VERBS = frozenset({"get", "post", "put", "patch", "delete", "head"})
_COMMON = frozenset(
    {*_VERBS, "fetch", "request", "send", "call", "load", "del", "create", "update", "remove", "list", "open", "add"}
)


class Wrapped:
    """Which wrapper of ours a call means, and what it requests with these arguments."""

    def __init__(self, program: Program, urls: Urls, owners: Mapping[int, str]) -> None:
        self.program = program
        self.urls = urls
        self.owners = owners
        """The object or class that a function is a member of, by the function's identity."""
        self.known: dict[str, list[tuple[str, Wrapper]]] = {}
        """By name: (file, wrapper)."""
        self._imports: dict[str, frozenset[str]] = {}

    def requests(
        self,
        node: t.Call,
        last: str,
        function: t.Function | None,
        scope: Scope,
        place: tuple[t.Call, t.Function | None, Scope] | None = None,
    ) -> Iterator[tuple[str, Url]]:
        """`place`: where the arguments stand, when the function is looked up elsewhere."""
        wrappers = [w for _, w in self.candidates(node, last, scope, function)]
        node, function, scope = place or (node, function, scope)
        for wrapper in wrappers:
            methods = (wrapper.method,) if wrapper.method else self._passed_methods(wrapper, node, function, scope)
            yield from pairs(methods, self.filled(wrapper.url, node, function, scope, dict(wrapper.defaults)))

    def _means_ours(self, owner: t.Node, last: str, known: list[tuple[str, Wrapper]], scope: Scope) -> bool:
        """Whether `owner.get("/x")` is a method of our own client and not of some other thing with a `get`."""
        name = t.dotted(owner)
        if name in {"this", "self", "super"}:
            return any(path == scope.path or path in self._mixed(scope) for path, _ in known)
        member = name.rsplit(".", 1)[-1]
        if any(wrapper.owner == member for _, wrapper in known):
            return True
        for path, wrapper in known:
            beside = self.program.scopes[path].names.get(member)
            if wrapper.owner and member != wrapper.owner and isinstance(beside, (t.Table, t.Class)):
                return False  # a method of that name of another object beside the wrapper's
        if last not in _COMMON or re.search(r"(?i)api|http|client|request|service|backend|fetch", name):
            return True
        found = self.program.resolve(scope, name.split(".", 1)[0])
        made = self._class_of(name, scope)
        if made and any(made == wrapper.owner for _, wrapper in known):
            return True
        home = found.path if isinstance(found, Scope) else found.module.path if isinstance(found, Found) else ""
        return any(path == home for path, _ in known) and home != scope.path

    def filled(
        self, url: Url, node: t.Call, function: t.Function | None, scope: Scope, url_defaults: Mapping[int, str]
    ) -> list[Url]:
        """The wrapper's address with this call's arguments in place of its parameters."""
        indexes = sorted({h.index for h in url.holes})
        first = indexes[0] if indexes else 0
        if first >= len(node.args):
            return [url.filled({})]
        given: t.Node | None = node.args[first]
        key = next((h.key for h in url.holes if h.index == first), "")
        if key:
            table = self.urls.definition(given, function, scope)
            given = table.get(key) if isinstance(table, t.Table) else None
        if given is None:
            return [url.filled({})]
        options = self.urls.alternatives(given, function, scope)
        found: list[Url] = []
        for option in options:
            values = {first: option}
            for index in indexes[1:]:
                if index < len(node.args):
                    values[index] = self.urls.of(node.args[index], function, scope)
                elif index in url_defaults:
                    values[index] = Url((url_defaults[index],))
            found.append(url.filled(values))
        return found

    def _passed_methods(
        self, wrapper: Wrapper, node: t.Call, function: t.Function | None, scope: Scope
    ) -> tuple[str, ...]:
        """What the caller says; both of a choice, else what the wrapper does by itself."""
        if wrapper.method_param is not None and wrapper.method_param < len(node.args):
            value = self.urls.definition(node.args[wrapper.method_param], function, scope)
            found = literal_methods(value)
            if found:
                return found
        if wrapper.options_param is not None and wrapper.options_param < len(node.args):
            table = self.urls.definition(node.args[wrapper.options_param], function, scope)
            if isinstance(table, t.Table) and table.get("method", "type") is not None:
                return methods_of(self.urls, table, function, scope)
        return (wrapper.default_method,)

    def candidates(
        self, node: t.Call, last: str, scope: Scope, function: t.Function | None = None
    ) -> Iterator[tuple[str, Wrapper]]:
        """The wrapper that a call means: by the same file, by the import, or the only one of that name."""
        known = self.known.get(last)
        if not known or not node.args:
            return
        if isinstance(node.func, t.Attr) and not self._means_ours(node.func.base, last, known, scope):
            return
        if isinstance(node.func, t.Name):
            found = self.program.resolve(scope, node.func.id)
            if isinstance(found, Found):
                name = found.node.name if isinstance(found.node, t.Function) else last
                matching = [w for w in self.known.get(name, ()) if w[0] == found.module.path]
                if matching:
                    yield from _of_one(matching)
                    return
                if found.module is not scope and not isinstance(found.node, t.Function):
                    return
        same = [w for w in known if w[0] == scope.path]
        if isinstance(node.func, t.Attr) and not same:
            base = t.dotted(node.func.base)
            if base in {"this", "self"}:
                same = [w for w in known if w[0] in self._mixed(scope)]
            owner = self.program.resolve(scope, base) if base else None
            home = owner.path if isinstance(owner, Scope) else owner.module.path if isinstance(owner, Found) else ""
            same = same or [w for w in known if w[0] == home]
        chosen = same or known
        name = self._owner(node, function, scope)
        yield from _of_one([w for w in chosen if name and w[1].owner == name] or chosen)

    def _mixed(self, scope: Scope) -> frozenset[str]:
        """Files that a file imports: mixins give their methods to `this`."""
        if scope.path not in self._imports:
            modules = {module for module, _ in scope.imports.values()}
            found = (self.program.module(scope.path, module) for module in modules)
            self._imports[scope.path] = frozenset(other.path for other in found if other is not None)
        return self._imports[scope.path]

    def _owner(self, node: t.Call, function: t.Function | None, scope: Scope) -> str:
        """The object or class that a method is called on."""
        if not isinstance(node.func, t.Attr):
            return ""
        name = t.dotted(node.func.base)
        if name in {"this", "self", "super"}:
            return self.owners.get(id(function), "") if function is not None else ""
        return self._class_of(name, scope) or name.rsplit(".", 1)[-1]

    def _class_of(self, name: str, scope: Scope) -> str:
        """`Api` of a name that is bound to `new Api(...)`."""
        found = self.program.resolve(scope, name.split(".", 1)[0]) if name else None
        return t.dotted(found.node.func) if isinstance(found, Found) and isinstance(found.node, t.Call) else ""


def _of_one(wrappers: list[tuple[str, Wrapper]]) -> list[tuple[str, Wrapper]]:
    """The requests of the first function among them."""
    return [w for w in wrappers if w[1].function == wrappers[0][1].function]

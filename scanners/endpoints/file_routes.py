"""Routes that a file's place says: Next.js, Nuxt, SvelteKit, Netlify and Vercel functions, and Firebase by export."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from auditor.model.pattern import lazy
from scanners.endpoints.endpoint import Hit
from scanners.endpoints.script_text import texts
from scanners.routing.methods import methods_answered
from scanners.routing.route import ANY, METHODS, exact
from scanners.routing.shapes import called, is_auth_name
from scanners.syntax import tree as t
from scanners.syntax.program import Found, Program, Scope

_END = r"\.[cm]?[jt]sx?$"
_PAGES = lazy(rf"(?:^|/)pages(/api(?:/.*)?)/?{_END}")
_APP = lazy(rf"(?:^|/)app((?:/.*)?)/route{_END}")
_KIT = lazy(rf"(?:^|/)routes((?:/.*)?)/\+server{_END}")
_NUXT = lazy(rf"(?:^|/)server/(?:(api)|routes)/(.+?)(?:\.(get|post|put|patch|delete|head))?{_END}")
_NETLIFY = lazy(rf"(?:^|/)(?:netlify/functions|netlify-functions)/([^/]+)(?:/(?:index|\1))?{_END}")
_VERCEL = lazy(rf"^api/(.+){_END}")
_FIREBASE = lazy(r"(^|\.)(onRequest|onCall)$")
_WRAPPERS = frozenset({"defineEventHandler", "eventHandler", "defineCachedEventHandler"})


def by_place(path: str) -> bool:
    """Whether a file's place alone may make it serve requests."""
    return any(p.search(path) for p in (_PAGES, _APP, _KIT, _NUXT, _NETLIFY, _VERCEL)) or "middleware." in path


@dataclass(frozen=True, slots=True)
class _Gate:
    """Next.js' middleware: what it guards."""

    node: t.Node
    path: str
    covers: tuple[re.Pattern[str], ...]
    """Empty: everything."""


class FileRoutes:
    """Routes by place, of all scripts of a program."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.scopes = [s for s in program.scopes.values() if s.module.language == "javascript"]
        self.imported = {
            other.path
            for s in self.scopes
            for module, _ in s.imports.values()
            if (other := program.module(s.path, module)) is not None
        }
        """Files that others use: no functions of their own."""
        self.gates = [g for s in self.scopes if (g := self._gate(s)) is not None]

    def hits(self) -> Iterator[Hit]:
        """Every route."""
        for scope in self.scopes:
            yield from self._of_file(scope)
            yield from self._firebase(scope)

    def _of_file(self, scope: Scope) -> Iterator[Hit]:
        path = scope.path
        if found := _PAGES.search(path):
            yield from self._default(scope, _spelled(found.group(1)))
        elif (found := _APP.search(path)) or (found := _KIT.search(path)):
            for method in sorted(METHODS - {"OPTIONS"}):
                node = self._export(scope, method)
                if node is not None:
                    yield from self._hit(method, _spelled(found.group(1)), node, scope)
        elif found := _NUXT.search(path):
            handler = scope.exports.get("default")
            if isinstance(handler, t.Call) and called(handler) in _WRAPPERS:
                route = _spelled(f"/{found.group(1) or ''}/{found.group(2)}")
                yield from self._hit((found.group(3) or ANY).upper(), route, handler, scope)
        elif found := _NETLIFY.search(path):
            node = self._export(scope, "handler") or scope.exports.get("default")
            if node is not None:
                yield from self._spread(node, f"/.netlify/functions/{found.group(1)}", scope)
        elif found := _VERCEL.search(path):
            node = self._resolved(scope.exports.get("default") or scope.exports.get(""), scope)
            if isinstance(node, t.Function) and _takes_request(node) and path not in self.imported:
                yield from self._spread(node, _spelled(f"/api/{found.group(1)}"), scope)

    def _firebase(self, scope: Scope) -> Iterator[Hit]:
        """`exports.pay = functions.https.onRequest((req, res) => ...)`."""
        for name, value in {**scope.names, **scope.exports}.items():
            if not isinstance(value, t.Call) or not value.args or not name:
                continue
            kind = _FIREBASE.search(called(value))
            if kind is None or not re.search(r"firebase|functions|https", str(scope.imports) + called(value)):
                continue
            handler = self._resolved(value.args[-1], scope)
            if kind.group(2) == "onCall":
                yield from self._hit("POST", f"/{name}", value.args[-1], scope, name)
            elif isinstance(handler, t.Function):  # an Express application has its own routes
                yield from self._spread(handler, f"/{name}", scope, name)

    def _default(self, scope: Scope, path: str) -> Iterator[Hit]:
        node = scope.exports.get("default") or scope.exports.get("")
        if node is not None:
            yield from self._spread(node, path, scope)

    def _spread(self, node: t.Node, path: str, scope: Scope, name: str = "") -> Iterator[Hit]:
        """One route a method where the handler looks at it."""
        handler = self._resolved(_unwrapped(node), scope)
        methods = methods_answered(handler) if isinstance(handler, t.Function) else {}
        for method, body in methods.items():
            if isinstance(handler, t.Function) and method != "OPTIONS":
                own = t.Function(handler.line, handler.name, handler.params, body)
                yield from self._hit(method, path, node, scope, name, own)
        if not methods:
            yield from self._hit(ANY, path, node, scope, name)

    def _hit(
        self, method: str, path: str, node: t.Node, scope: Scope, name: str = "", body: t.Node | None = None
    ) -> Iterator[Hit]:
        handler = self._resolved(_unwrapped(node), scope)
        resolved = self._resolved(node, scope)
        wrapped = resolved if isinstance(resolved, t.Call) else node
        wrappers = _wrappers(wrapped)
        if wrapped is not node:
            handler = self._resolved(_unwrapped(wrapped), scope)
        route = exact(path)
        gates = tuple((g.path, g.node) for g in self.gates if not g.covers or any(c.match(path) for c in g.covers))
        function = handler.name if isinstance(handler, t.Function) else ""
        yield Hit(
            method, route.path, route.match, scope.path, node.line, name or function or method.lower(), scope.path,
            before=gates, body=(body or handler,), decorators=wrappers, framework="files",
        )  # fmt: skip

    def _export(self, scope: Scope, name: str) -> t.Node | None:
        return scope.exports.get(name) or (scope.names.get(name) if name != "default" else None)

    def _resolved(self, node: t.Node | None, scope: Scope) -> t.Node:
        found = self.program.resolve(scope, node.id) if isinstance(node, t.Name) else None
        return found.node if isinstance(found, Found) else node if node is not None else t.Unknown(1)

    def _gate(self, scope: Scope) -> _Gate | None:
        """`middleware.ts` beside the routes: its default export, for the addresses of its matcher."""
        if not re.search(rf"(^|/)(middleware|proxy){_END}", scope.path) or "/" in scope.path.removeprefix("src/"):
            return None
        node = scope.exports.get("default") or scope.names.get("middleware") or scope.names.get("proxy")
        for name in ("default", "middleware"):  # export { default } from "next-auth/middleware"
            module = next((m for m, n in scope.imports.values() if n == name and re.search(r"auth", m)), "")
            node = node or (t.Name(1, "require_auth") if module else None)
        if node is None:
            return None
        config = scope.names.get("config")
        matcher = config.get("matcher") if isinstance(config, t.Table) else None
        covers = tuple(p for x in texts(matcher, scope, self.program) if (p := _pattern(x)) is not None)
        resolved = self._resolved(node, scope)
        if isinstance(resolved, t.Function) and re.search("/", "".join(_compared(resolved))):
            return None  # it decides by address: not followed
        return _Gate(resolved, scope.path, covers)


def _compared(function: t.Function) -> Iterator[str]:
    """Addresses that the middleware itself compares."""
    for node in t.walk(*function.body):
        if isinstance(node, t.Call) and called(node).rsplit(".", 1)[-1] in {"startsWith", "includes", "test"}:
            yield from (text for a in node.args if (text := t.text_of(a)) is not None)


def _pattern(matcher: str) -> re.Pattern[str] | None:
    """`/api/private/:path*` and `/((?!_next).*)` as a regular expression."""
    body = re.sub(r"/:\w+\*", r"(?:/.*)?", matcher)
    body = re.sub(r":\w+", r"[^/]+", body)
    try:
        return re.compile(f"{body}$")
    except re.error:
        return None


def _spelled(path: str) -> str:
    """`/boats/[id]` as `/boats/{id}`; groups in parentheses are no part of the address."""
    path = re.sub(r"/\([^)]*\)", "", path)
    path = re.sub(r"/@\w+", "", path)
    path = re.sub(r"/index$", "", path)
    path = re.sub(r"\[\[?\.\.\.(\w+)\]?\]", r"{\1+}", path)
    return re.sub(r"\[(\w+)(?:=\w+)?\]", r"{\1}", path) or "/"


def _unwrapped(node: t.Node) -> t.Node:
    """The function inside of `withAuth(handler)`, `compose(a, b)(handler)`."""
    depth = 0
    while isinstance(node, t.Call) and node.args and depth < 5:
        node = next((a for a in node.args if isinstance(a, t.Function)), node.args[-1])
        depth += 1
    return node


def _wrappers(node: t.Node) -> tuple[t.Node, ...]:
    """Functions around a handler that are named like a check."""
    found: list[t.Node] = []
    while isinstance(node, t.Call) and len(found) < 5:
        found.append(
            node.func
            if is_auth_name(called(node)) or isinstance(node.func, t.Name)
            else t.Name(node.line, called(node))
        )
        node = next((a for a in node.args if isinstance(a, t.Call)), t.Unknown(node.line))
    return tuple(found)


def _takes_request(function: t.Function) -> bool:
    return 0 < len(function.params) <= 2 and function.params[0].name.lstrip("_") in {"req", "request"}

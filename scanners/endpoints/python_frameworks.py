"""Routes of Flask, FastAPI, Chalice, Powertools and routers alike: decorators, registrations, included sub-routers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from scanners.endpoints.applications import Application, Placed
from scanners.endpoints.endpoint import Hit
from scanners.endpoints.python_applications import PythonApplications, listed, literal
from scanners.endpoints.python_tables import registrations
from scanners.routing.definitions import Definitions
from scanners.routing.injected import dependencies
from scanners.routing.route import ANY, METHODS, exact, from_regex, joined
from scanners.routing.shapes import called
from scanners.syntax import tree as t
from scanners.syntax.program import Found, Program, Scope

_VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})
_DEFAULTS = {"flask": ("GET",), "chalice": ("GET",)}


class PythonRoutes:
    """All decorated and registered routes of a program's Python modules."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.known = PythonApplications(program)
        self._mounts: dict[str, dict[int, str]] = {}

    def hits(self) -> Iterator[Hit]:
        """Every route with its prefixes."""
        for scope in self.known.scopes:
            for node in scope.nodes:
                if isinstance(node, t.Function) and node.decorators:
                    for decorator in node.decorators:
                        yield from self._decorated(decorator, node, scope)
                elif isinstance(node, t.Class) and node.decorators:
                    yield from self._class_routes(node, scope)
                elif isinstance(node, t.Call):
                    yield from self._registered(node, scope)
            for row in registrations(scope, self.program):
                yield from self._registered(row.call, scope, row.home)

    # -- routes -------------------------------------------------------------------------------------------------

    def _decorated(self, node: t.Node, function: t.Function, scope: Scope) -> Iterator[Hit]:
        if not isinstance(node, t.Call):
            return
        name = called(node).rsplit(".", 1)[-1]
        app = self.known.application(node.func.base, scope) if isinstance(node.func, t.Attr) else None
        routes = self._routes(node, name, app, scope)
        guards = (*(d for d in function.decorators if d is not node), *_given_guards(node))
        for method, path in routes:
            yield from self._spread(method, path, function, guards, node.line, app, scope)

    def _routes(self, node: t.Call, name: str, app: Application | None, scope: Scope) -> list[tuple[str, str]]:
        """(method, path) pairs of a decorator or registration; empty when it is not one."""
        first = node.args[0] if node.args else node.keyword("rule", "path", "route", "uri")
        path = literal(first, scope, self.program)
        if name in {*_VERBS, "route", "api_route", "any", "websocket", "endpoint", "on"}:
            if name in {"endpoint", "on", "websocket"} and app is None:
                return []
            if path is None:
                return []
            if path.upper() in METHODS and len(node.args) > 1:  # @route("GET", "/x")
                second = literal(node.args[1], scope, self.program)
                return [(path.upper(), second)] if second is not None and second.startswith("/") else []
            if app is None and not path.startswith("/"):
                return []
            by_regex = from_regex(path, whole=True) if "(?" in path or "[^" in path or "\\" in path else None
            path = by_regex.path if by_regex is not None else path
            if name == "websocket":
                return []
            if name in _VERBS:
                return [(name.upper(), path)]
            methods = self._methods(node, app, scope)
            return [(m, path) for m in methods]
        return []

    def _methods(self, node: t.Call, app: Application | None, scope: Scope) -> tuple[str, ...]:
        given = node.keyword("methods", "method")
        if given is None and len(node.args) > 1 and isinstance(node.args[1], (t.Items, t.Const)):
            given = node.args[1]
        found = _strings(given, scope)
        methods = tuple(m.upper() for m in found if m.upper() in METHODS)
        if methods:
            return tuple(m for m in methods if m != "OPTIONS") or methods
        return _DEFAULTS.get(app.kind if app is not None else "flask", (ANY,))

    def _spread(
        self,
        method: str,
        path: str,
        function: t.Function,
        guards: tuple[t.Node, ...],
        line: int,
        app: Application | None,
        scope: Scope,
        home: Scope | None = None,
    ) -> Iterator[Hit]:
        """One route by every prefix; `home`: the module of the function, where it is another."""
        if method == "OPTIONS" or (app is not None and id(app) in self.known.unserved):
            return
        home = home or scope
        injected = tuple((where.path, node) for node, where in dependencies(function, home, self.program))
        ways = list(app.prefixes()) if app is not None else [("", (), scope.path)]
        for prefix, more, backend in ways:
            route = exact(joined(prefix, path))
            yield Hit(
                method, route.path, route.match, scope.path, line, function.name, backend,
                before=(*injected, *more, *self._before(app)), body=(function,), decorators=guards, module=home.path,
                framework=app.kind if app is not None else "router",
            )  # fmt: skip

    def _before(self, app: Application | None) -> tuple[Placed, ...]:
        """Functions that run before every route of the application (`before_request`)."""
        if app is None:
            return ()
        found: list[Placed] = [*self.known.entered(app)]
        for node in app.scope.module.body:
            if isinstance(node, t.Function):
                for decorator in node.decorators:
                    # before_request, middleware("http") of FastAPI, on_request of Sanic
                    name = t.dotted(decorator) or (called(decorator) if isinstance(decorator, t.Call) else "")
                    if name in {
                        f"{app.name}.before_request",
                        f"{app.name}.before_app_request",
                        f"{app.name}.middleware",
                    }:
                        found.append((app.scope.path, node))
            elif isinstance(node, t.Call) and called(node) == f"{app.name}.use":
                found.extend(
                    (resolved.module.path, resolved.node) if isinstance(resolved, Found) else (app.scope.path, given)
                    for given in listed(node.keyword("middlewares"))
                    for resolved in [self.program.resolve(app.scope, t.dotted(given))]
                )
            elif isinstance(node, t.Call) and called(node) == f"{app.name}.before_request" and node.args:
                resolved = self.program.resolve(app.scope, t.dotted(node.args[0])) if t.dotted(node.args[0]) else None
                if isinstance(resolved, Found):
                    found.append((resolved.module.path, resolved.node))
        for parent, _, _ in app.mounts:
            found.extend(self._before(parent))
        return tuple(found)

    def _class_routes(self, cls: t.Class, scope: Scope) -> Iterator[Hit]:
        """`@ns.route("/x") class X(Resource)`: its methods named like HTTP methods."""
        for decorator in cls.decorators:
            if not isinstance(decorator, t.Call) or called(decorator).rsplit(".", 1)[-1] not in {"route", "resource"}:
                continue
            app = self.known.application(decorator.func.base, scope) if isinstance(decorator.func, t.Attr) else None
            for arg in decorator.args:
                path = literal(arg, scope, self.program)
                if path is not None:
                    yield from self._methods_of(cls, path, app, scope, cls.decorators)

    def _methods_of(
        self, cls: t.Class, path: str, app: Application | None, scope: Scope, guards: tuple[t.Node, ...]
    ) -> Iterator[Hit]:
        shared: tuple[t.Node, ...] = guards
        for node in cls.body:
            if isinstance(node, t.Bind) and t.dotted(node.target) in {"decorators", "method_decorators"}:
                shared = (*shared, *listed(node.value))
        for node in cls.body:
            if isinstance(node, t.Function) and node.name in _VERBS:
                named = replace_name(node, f"{cls.name}.{node.name}")
                yield from self._spread(
                    node.name.upper(), path, named, (*shared, *node.decorators), node.line, app, scope
                )

    def _registered(self, node: t.Call, scope: Scope, home: Scope | None = None) -> Iterator[Hit]:
        """`add_url_rule`, `add_resource`, `add_api_route`, `Route("/x", fn)`, aiohttp's `add_get`."""
        name = called(node).rsplit(".", 1)[-1]
        app = self.known.application(node.func.base, scope) if isinstance(node.func, t.Attr) else None
        if isinstance(node.func, t.Call) and isinstance(node.func.func, t.Attr) and len(node.args) == 1:
            yield from self._applied(node.func, node.func.func, node, scope)  # `bp.get("/x")(view)`
        elif name == "add_resource" and len(node.args) > 1:
            found = self._class(node.args[0], scope) or (self._class(node.args[0], home) if home is not None else None)
            for arg in node.args[1:]:
                path = literal(arg, scope, self.program) or literal(arg, home or scope, self.program)
                if found is not None and path is not None and isinstance(found.node, t.Class):
                    yield from self._methods_of(found.node, path, app, found.module, ())
        elif name == "add_url_rule" and node.args:
            yield from self._url_rule(node, app, scope, home)
        elif len(node.args) > 1:
            yield from self._added(node, name, app, home or scope)

    def _applied(self, decorator: t.Call, func: t.Attr, node: t.Call, scope: Scope) -> Iterator[Hit]:
        """A decorator that is called with the view instead of standing over it."""
        app = self.known.application(func.base, scope)
        if app is None:
            return
        for method, path in self._routes(decorator, func.name, app, scope):
            yield from self._named(node.args[0], [method], path, node, app, scope)

    def _added(self, node: t.Call, name: str, app: Application | None, scope: Scope) -> Iterator[Hit]:
        """`add_api_route("/x", f)`, `add_route("GET", "/x", f)`, `Route("/x", f)`, aiohttp's `add_get` and `web.get`."""
        path = literal(node.args[0], scope, self.program)
        if path is None:
            return
        if name in _VERBS and isinstance(node.func, t.Attr) and t.dotted(node.func.base) == "web":
            if path.startswith("/"):
                yield from self._named(node.args[1], [name.upper()], path, node, app, scope)
        elif name in {f"add_{v}" for v in _VERBS}:
            if path.startswith("/"):
                yield from self._named(node.args[1], [name[4:].upper()], path, node, app, scope)
        elif name in {"add_api_route", "add_route", "Route", "APIRoute", "add"}:
            if path.upper() in METHODS and len(node.args) > 2:
                second = literal(node.args[1], scope, self.program)
                if second is not None and second.startswith("/"):
                    yield from self._named(node.args[2], [path.upper()], second, node, app, scope)
                return
            methods = [m.upper() for m in _strings(node.keyword("methods"), scope)]
            if path.startswith("/") and (methods or name != "add"):
                whole = joined(self._mounted(node, scope), path) if name == "Route" else path
                yield from self._named(node.args[1], methods or ["GET"], whole, node, app, scope)

    def _mounted(self, route: t.Call, scope: Scope) -> str:
        """Prefixes of Starlette's `Mount("/api", routes=[Route(...)])` around a route."""
        if scope.path not in self._mounts:
            inside: dict[int, str] = {}
            for node in scope.all_of(t.Call):
                if called(node).rsplit(".", 1)[-1] == "Mount" and node.args:
                    prefix = literal(node.args[0], scope, self.program) or ""
                    for inner in t.walk(node):
                        if isinstance(inner, t.Call) and inner is not node:
                            inside[id(inner)] = joined(inside.get(id(node), ""), prefix)
            self._mounts[scope.path] = inside
        return self._mounts[scope.path].get(id(route), "")

    def _url_rule(
        self, node: t.Call, app: Application | None, scope: Scope, home: Scope | None = None
    ) -> Iterator[Hit]:
        path = literal(node.args[0], scope, self.program)
        scope = home or scope
        view = node.keyword("view_func") or (node.args[2] if len(node.args) > 2 else None)
        if path is None or view is None:
            return
        methods = [m.upper() for m in _strings(node.keyword("methods"), scope)]
        if isinstance(view, t.Call) and isinstance(view.func, t.Attr) and view.func.name == "as_view":
            found = self._class(view.func.base, scope)
            if found is not None and isinstance(found.node, t.Class):
                for hit in self._methods_of(found.node, path, app, found.module, ()):
                    if not methods or hit.method in methods:
                        yield hit
            return
        yield from self._named(view, methods or ["GET"], path, node, app, scope)

    def _named(
        self, view: t.Node, methods: list[str], path: str, node: t.Call, app: Application | None, scope: Scope
    ) -> Iterator[Hit]:
        head, _, rest = t.dotted(view).partition(".")
        found = self.program.resolve(scope, head) if head else None
        if isinstance(found, Scope) and rest:
            found = self.program.member(found, rest)
        elif rest and head in {"self", "cls"}:
            found = Definitions(self.program).definition(view, scope)
        if isinstance(found, Found) and isinstance(found.node, t.Function):
            function = found.node
        else:
            function = t.Function(node.line, t.dotted(view), (), (view,), (), node.line)
        home = found.module if isinstance(found, Found) else scope
        guards = (*function.decorators, *_given_guards(node))
        for method in methods:
            yield from self._spread(method, path, function, guards, node.line, app, scope, home)

    def _class(self, node: t.Node, scope: Scope) -> Found | None:
        found = self.program.resolve(scope, t.dotted(node)) if t.dotted(node) else None
        return found if isinstance(found, Found) else None


def replace_name(function: t.Function, name: str) -> t.Function:
    """The function under another name."""
    return replace(function, name=name)


def _given_guards(node: t.Call) -> tuple[t.Node, ...]:
    """Dependencies, middleware and authorizers that a route is given."""
    guards = (*listed(node.keyword("dependencies")), *listed(node.keyword("middlewares")))
    authorizer = node.keyword("authorizer", "auth")
    key = node.keyword("api_key_required")
    if key is not None and not (isinstance(key, t.Const) and key.value is False):
        authorizer = key
    if authorizer is None or (isinstance(authorizer, t.Const) and authorizer.value in {None, False}):
        return guards
    return (*guards, t.Call(node.line, t.Name(node.line, "require_authorizer"), (authorizer,)))


def _strings(node: t.Node | None, scope: Scope) -> list[str]:
    if isinstance(node, t.Name):
        found = scope.names.get(node.id)
        return _strings(found, scope) if found is not None and not isinstance(found, t.Name) else []
    if isinstance(node, t.Const):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, t.Items):
        return [i.value for i in node.items if isinstance(i, t.Const) and isinstance(i.value, str)]
    return []

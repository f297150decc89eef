"""Routes of Flask, FastAPI, Chalice, Powertools and routers alike: decorators, registrations, included sub-routers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from scanners.endpoints.applications import Application, Placed
from scanners.endpoints.endpoint import Hit
from scanners.routing.guards import dependencies
from scanners.routing.route import ANY, METHODS, exact, joined
from scanners.routing.shapes import called
from scanners.syntax import tree as t
from scanners.syntax.program import Found, Program, Scope

_VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})
_ROUTERS = {
    "Flask": "flask", "Blueprint": "flask", "APIBlueprint": "flask", "APIFlask": "flask", "OpenAPI": "flask",
    "FastAPI": "fastapi", "APIRouter": "fastapi", "Chalice": "chalice",
    "APIGatewayRestResolver": "powertools", "APIGatewayHttpResolver": "powertools", "ALBResolver": "powertools",
    "LambdaFunctionUrlResolver": "powertools", "VPCLatticeResolver": "powertools", "VPCLatticeV2Resolver": "powertools",
    "ApiGatewayResolver": "powertools", "Router": "router", "Namespace": "flask", "Api": "flask", "Quart": "flask",
    "Sanic": "flask", "Starlette": "fastapi", "Bottle": "flask", "LambdaAPI": "router", "SimpleAPI": "router",
}  # fmt: skip
_DEFAULTS = {"flask": ("GET",), "chalice": ("GET",)}


class PythonRoutes:
    """All decorated and registered routes of a program's Python modules."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.scopes = [s for s in program.scopes.values() if s.module.language == "python"]
        self.apps: dict[tuple[str, str], Application] = {}
        for scope in self.scopes:
            self._find_applications(scope)
        for scope in self.scopes:
            self._find_mounts(scope)

    def hits(self) -> Iterator[Hit]:
        """Every route with its prefixes."""
        for scope in self.scopes:
            for node in scope.nodes:
                if isinstance(node, t.Function) and node.decorators:
                    for decorator in node.decorators:
                        yield from self._decorated(decorator, node, scope)
                elif isinstance(node, t.Class) and node.decorators:
                    yield from self._class_routes(node, scope)
                elif isinstance(node, t.Call):
                    yield from self._registered(node, scope)

    # -- applications -------------------------------------------------------------------------------------------

    def _find_applications(self, scope: Scope) -> None:
        for node in scope.nodes:
            if not (isinstance(node, t.Bind) and isinstance(node.value, t.Call)):
                continue
            kind = called(node.value).rsplit(".", 1)[-1]
            name = t.dotted(node.target)
            if kind not in _ROUTERS or not name:
                continue
            prefix = node.value.keyword("prefix", "url_prefix", "root_path", "path")
            if kind == "Namespace" and prefix is None and node.value.args:
                prefix = node.value.args[0]
            guards = _listed(node.value.keyword("dependencies"))
            text = self._text(prefix, scope) if prefix is not None and kind != "FastAPI" else ""
            family = _ROUTERS[kind]
            if kind == "Router" and "powertools" in scope.imports.get("Router", ("", ""))[0]:
                family = "powertools"
            self.apps[scope.path, name.removeprefix("self.")] = Application(scope, name, family, text, guards)

    def _find_mounts(self, scope: Scope) -> None:
        for node in scope.nodes:
            if not isinstance(node, t.Call) or not isinstance(node.func, t.Attr) or not node.args:
                continue
            method = node.func.name
            if method not in {"include_router", "register_blueprint", "mount", "add_namespace", "register_api", "use"}:
                continue
            parent = self.application(node.func.base, scope)
            child_node = node.args[1] if method == "mount" and len(node.args) > 1 else node.args[0]
            child = self.application(child_node, scope)
            if parent is None or child is None or parent is child:
                continue
            prefix = node.keyword("prefix", "url_prefix", "path")
            if prefix is None and method in {"mount", "add_namespace", "include_router"}:
                prefix = node.args[0] if method == "mount" else (node.args[1] if len(node.args) > 1 else None)
            text = self._text(prefix, scope) if prefix is not None else ""
            if method == "register_blueprint" and prefix is not None:
                child = self.apps[child.scope.path, child.name] = replace(child, prefix="", mounts=child.mounts)
            if method == "add_namespace" and prefix is not None:
                child.prefix = ""
            child.mounts.append((parent, text, _listed(node.keyword("dependencies"))))

    def application(self, node: t.Node, scope: Scope) -> Application | None:
        """The application that a name means, across imports."""
        name = t.dotted(node)
        if not name:
            return None
        local = self.apps.get((scope.path, name.removeprefix("self.")))
        if local is not None:
            return local
        head, _, rest = name.partition(".")
        found = self.program.resolve(scope, head)
        if isinstance(found, Scope):
            for part in rest.split(".")[:-1]:
                inner = self.program.member(found, part)
                found = inner if isinstance(inner, Scope) else found
            last = rest.rsplit(".", 1)[-1]
            direct = self.apps.get((found.path, last))
            if direct is not None:
                return direct
            deeper = self.program.member(found, last)
            return self._made(deeper) if isinstance(deeper, Found) else None
        return self._made(found) if isinstance(found, Found) else None

    def _made(self, found: Found) -> Application | None:
        for (path, _), app in self.apps.items():
            if path == found.module.path and found.module.names.get(app.name) is found.node:
                return self.apps[path, app.name]
        return None

    def _text(self, node: t.Node | None, scope: Scope) -> str:
        return literal(node, scope, self.program) or ""

    # -- routes -------------------------------------------------------------------------------------------------

    def _decorated(self, node: t.Node, function: t.Function, scope: Scope) -> Iterator[Hit]:
        if not isinstance(node, t.Call):
            return
        name = called(node).rsplit(".", 1)[-1]
        app = self.application(node.func.base, scope) if isinstance(node.func, t.Attr) else None
        routes = self._routes(node, name, app, scope)
        guards = (*(d for d in function.decorators if d is not node), *_listed(node.keyword("dependencies")))
        authorizer = node.keyword("authorizer", "auth")
        if authorizer is not None:
            guards = (*guards, t.Call(node.line, t.Name(node.line, "require_authorizer"), (authorizer,)))
        for method, path in routes:
            yield from self._spread(method, path, function, (*guards, *dependencies(function)), node.line, app, scope)

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
    ) -> Iterator[Hit]:
        if method == "OPTIONS":
            return
        ways = list(app.prefixes()) if app is not None else [("", (), scope.path)]
        for prefix, more, backend in ways:
            route = exact(joined(prefix, path))
            yield Hit(
                method, route.path, route.match, scope.path, line, function.name, backend,
                before=(*more, *self._before(app)), body=(function,), decorators=guards,
                framework=app.kind if app is not None else "router",
            )  # fmt: skip

    def _before(self, app: Application | None) -> tuple[Placed, ...]:
        """Functions that run before every route of the application (`before_request`)."""
        if app is None:
            return ()
        found: list[Placed] = []
        for node in app.scope.module.body:
            if isinstance(node, t.Function):
                for decorator in node.decorators:
                    name = t.dotted(decorator) or (called(decorator) if isinstance(decorator, t.Call) else "")
                    if name in {
                        f"{app.name}.before_request",
                        f"{app.name}.before_app_request",
                        f"{app.name}.middleware",
                    }:
                        found.append((app.scope.path, node))
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
            app = self.application(decorator.func.base, scope) if isinstance(decorator.func, t.Attr) else None
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
                shared = (*shared, *_listed(node.value))
        for node in cls.body:
            if isinstance(node, t.Function) and node.name in _VERBS:
                named = replace_name(node, f"{cls.name}.{node.name}")
                yield from self._spread(
                    node.name.upper(), path, named, (*shared, *node.decorators), node.line, app, scope
                )

    def _registered(self, node: t.Call, scope: Scope) -> Iterator[Hit]:
        """`add_url_rule`, `add_resource`, `add_api_route`, `Route("/x", fn)`, aiohttp's `add_get`."""
        name = called(node).rsplit(".", 1)[-1]
        app = self.application(node.func.base, scope) if isinstance(node.func, t.Attr) else None
        if name == "add_resource" and len(node.args) > 1:
            found = self._class(node.args[0], scope)
            for arg in node.args[1:]:
                path = literal(arg, scope, self.program)
                if found is not None and path is not None and isinstance(found.node, t.Class):
                    yield from self._methods_of(found.node, path, app, found.module, ())
        elif name == "add_url_rule" and node.args:
            yield from self._url_rule(node, app, scope)
        elif name in {"add_api_route", "add_route", "Route", "APIRoute", "add"} and len(node.args) > 1:
            path = literal(node.args[0], scope, self.program)
            if path is None or not path.startswith("/"):
                if path is not None and path.upper() in METHODS and len(node.args) > 2:
                    second = literal(node.args[1], scope, self.program)
                    if second is not None and second.startswith("/"):
                        yield from self._named(node.args[2], [path.upper()], second, node, app, scope)
                return
            methods = [m.upper() for m in _strings(node.keyword("methods"), scope)]
            if name == "add" and not methods:
                return
            yield from self._named(node.args[1], methods or ["GET"], path, node, app, scope)
        elif name in {f"add_{v}" for v in _VERBS} and len(node.args) > 1:
            path = literal(node.args[0], scope, self.program)
            if path is not None and path.startswith("/"):
                yield from self._named(node.args[1], [name[4:].upper()], path, node, app, scope)

    def _url_rule(self, node: t.Call, app: Application | None, scope: Scope) -> Iterator[Hit]:
        path = literal(node.args[0], scope, self.program)
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
        found = self.program.resolve(scope, t.dotted(view)) if t.dotted(view) else None
        if isinstance(found, Found) and isinstance(found.node, t.Function):
            function = found.node
        else:
            function = t.Function(node.line, t.dotted(view), (), (view,), (), node.line)
        for method in methods:
            yield from self._spread(
                method, path, function, (*function.decorators, *dependencies(function)), node.line, app, scope
            )

    def _class(self, node: t.Node, scope: Scope) -> Found | None:
        found = self.program.resolve(scope, t.dotted(node)) if t.dotted(node) else None
        return found if isinstance(found, Found) else None


def replace_name(function: t.Function, name: str) -> t.Function:
    """The function under another name."""
    return replace(function, name=name)


def literal(node: t.Node | None, scope: Scope, program: Program, depth: int = 0) -> str | None:
    """A string that can be known: literals, constants, sums and f-strings of them."""
    if node is None or depth > 6:
        return None
    if isinstance(node, t.Const):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, t.Name):
        found = program.resolve(scope, node.id)
        return literal(found.node, found.module, program, depth + 1) if isinstance(found, Found) else None
    if isinstance(node, t.Binary) and node.op == "+":
        left, right = literal(node.left, scope, program, depth + 1), literal(node.right, scope, program, depth + 1)
        return left + right if left is not None and right is not None else None
    if isinstance(node, t.Text):
        parts = [literal(p, scope, program, depth + 1) for p in node.parts]
        return "".join(p for p in parts if p is not None) if all(p is not None for p in parts) else None
    if isinstance(node, t.Attr):
        name = t.dotted(node)
        if re.search(r"(?i)(api_?prefix|api_v1_str|prefix)$", name):
            return _setting(node.name, program)
    return None


def _setting(name: str, program: Program) -> str | None:
    """A class attribute of a settings class (`settings.API_V1_STR`)."""
    for scope in program.scopes.values():
        if scope.module.language != "python":
            continue
        for node in scope.names.values():
            if isinstance(node, t.Class):
                for member in node.body:
                    if isinstance(member, t.Bind) and t.dotted(member.target) == name and t.text_of(member.value):
                        return t.text_of(member.value)
    return None


def _listed(node: t.Node | None) -> tuple[t.Node, ...]:
    return node.items if isinstance(node, t.Items) else ()


def _strings(node: t.Node | None, scope: Scope) -> list[str]:
    if isinstance(node, t.Name):
        found = scope.names.get(node.id)
        return _strings(found, scope) if found is not None and not isinstance(found, t.Name) else []
    if isinstance(node, t.Const):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, t.Items):
        return [i.value for i in node.items if isinstance(i, t.Const) and isinstance(i.value, str)]
    return []

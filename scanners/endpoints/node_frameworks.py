"""Routes of Express and its kin (Fastify, Hono, Koa routers, hapi), with the middleware that stands before them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.model.pattern import lazy
from scanners.endpoints.applications import Application
from scanners.endpoints.endpoint import Hit
from scanners.endpoints.node_applications import NodeApplications
from scanners.endpoints.node_shapes import asked_of_rows, is_gate
from scanners.endpoints.script_text import texts
from scanners.routing.route import ANY, METHODS, Match, exact, joined
from scanners.routing.rows import says
from scanners.routing.shapes import called, fails
from scanners.syntax import tree as t
from scanners.syntax.program import Found, Program, Scope

_VERBS = {
    "get": "GET", "post": "POST", "put": "PUT", "patch": "PATCH", "delete": "DELETE", "del": "DELETE", "all": ANY,
    "any": ANY, "head": "HEAD",
}  # fmt: skip
_BEFORE = ("onRequest", "preHandler", "preValidation", "middlewares", "middleware")

_NOT_FOUND = lazy(r"(?i)(^|[._])(handle_?)?not_?found(_?(handler|route|middleware|error))?$|^route_?not_?found$")


class NodeRoutes:
    """All routes of a program's scripts."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.known = NodeApplications(program)
        self.tables: set[int] = set()
        """Descriptions of routes that an application has been given."""
        self.guarded = any(called(n).endswith(".auth.default") for s in self.known.scopes for n in s.all_of(t.Call))
        """hapi: every route asks who is calling unless it says otherwise."""
        self._rows: frozenset[tuple[str, bool]] | None = None
        self.continued: frozenset[int] = frozenset()
        """In the file at hand: `.all(check)` in a chain of one path that goes on with methods."""

    def hits(self) -> Iterator[Hit]:
        """Every route with its prefixes."""
        for scope in self.known.scopes:
            around = self.known.inside.get(scope.path, {})
            self.continued = _continued(scope)
            for node in scope.all_of(t.Call, t.Table):
                if isinstance(node, t.Call) and isinstance(node.func, t.Attr):
                    yield from self._route(node, node.func, scope, around.get(id(node), 0))
                elif isinstance(node, t.Table) and id(node) not in self.tables:
                    yield from self._described(node, scope)

    def _texts(self, node: t.Node | None, scope: Scope) -> list[str]:
        return texts(node, scope, self.program)

    def _route(self, node: t.Call, func: t.Attr, scope: Scope, around: int) -> Iterator[Hit]:
        if func.name == "route" and node.args and isinstance(node.args[0], (t.Table, t.Items)):
            given = node.args[0].items if isinstance(node.args[0], t.Items) else (node.args[0],)
            app = self.known.application(func.base, scope, around)
            for table in given:
                if isinstance(table, t.Table) and app is not None:
                    self.tables.add(id(table))
                    yield from self._by_table(node, table, (app, around), scope)
            return
        if func.name in {"on", "METHOD"} and len(node.args) > 2:
            app = self.known.application(func.base, scope, around)
            methods = [m.upper() for m in self._texts(node.args[0], scope) if m.upper() in METHODS]
            for method in methods if app is not None else ():
                yield from self._hits(method, self._texts(node.args[1], scope), node.args[2:], node, app, scope, around)
            return
        if func.name == "use" and len(node.args) > 1 and _answers_all(node.args[-1]):
            app = self.known.application(func.base, scope, around)
            yield from self._hits(ANY, self._texts(node.args[0], scope), node.args[1:], node, app, scope, around)
            return
        if func.name not in _VERBS or is_gate(node):
            return
        method = _VERBS[func.name]
        base: t.Node = func.base
        chain = _route_call(base)
        if chain is not None and isinstance(chain.func, t.Attr):
            app = self.known.application(chain.func.base, scope, around)
            if app is not None and id(node) not in self.continued:
                before = _for_all(base)
                paths = self._texts(chain.args[0], scope)
                yield from self._hits(method, paths, (*before, *node.args), node, app, scope, around)
            return
        app = self.known.application(base, scope, around)
        while app is None and isinstance(base, t.Call) and isinstance(base.func, t.Attr):  # router.get(...).post(...)
            base = base.func.base
            app = self.known.application(base, scope, around)
        if app is None or len(node.args) < 2:
            return
        yield from self._hits(method, self._texts(node.args[0], scope), node.args[1:], node, app, scope, around)

    def _says_nothing_here(self, handler: t.Node, scope: Scope) -> bool:
        """Whether a handler only answers 404 or 405."""
        name = t.dotted(handler)
        if _NOT_FOUND.search(name):
            return True
        found = self.program.resolve(scope, name) if name and "." not in name else None
        function = found.node if isinstance(found, Found) else handler
        return isinstance(function, t.Function) and bool(function.body) and fails(function.body)

    def _by_table(self, node: t.Call, table: t.Table, at: tuple[Application, int], scope: Scope) -> Iterator[Hit]:
        """Fastify's and hapi's `route({method, url, preHandler, handler})`; `at`: the application, and the function around."""
        app, around = at
        url, handler = table.get("url", "path"), table.get("handler")
        options = table.get("options", "config")
        if handler is None and isinstance(options, t.Table):
            handler = options.get("handler")
        if url is None:
            return
        methods = [m.upper() for m in self._texts(table.get("method"), scope)] or ["GET"]
        before = (*_hooks(table), *self._asked(options))
        for method in methods:
            verb = ANY if method == "*" else method
            yield from self._hits(
                verb, self._texts(url, scope), (*before, *([handler] if handler else [])), node, app, scope, around
            )

    def _asked(self, options: t.Node | None) -> tuple[t.Node, ...]:
        """Hapi's `auth` of a route, or the default of the server."""
        auth = options.get("auth") if isinstance(options, t.Table) else None
        if isinstance(auth, t.Const) and auth.value is False:
            return ()
        line = options.line if options is not None else 1
        return (t.Name(line, "require_auth"),) if auth is not None or self.guarded else ()

    def _described(self, table: t.Table, scope: Scope) -> Iterator[Hit]:
        """`{method: "GET", path: "/x", handler: f}` in a list that some router takes."""
        path, handler = table.get("path", "url", "route"), table.get("handler", "controller", "action")
        methods = [m.upper() for m in self._texts(table.get("method"), scope) if m.upper() in METHODS]
        if not methods or path is None or not isinstance(handler, (t.Function, t.Name, t.Attr, t.Call)):
            return
        app = Application(scope, "routes", "express")
        for method in methods:
            before = (*_hooks(table), *self._guard_of_row(table))
            yield from self._hits(method, self._texts(path, scope), (*before, handler), table, app, scope)

    def _guard_of_row(self, table: t.Table) -> tuple[t.Node, ...]:
        """`{ path: "/boats", auth: true }` where some file asks `if (route.auth)` and then who is calling."""
        asked = [(key, wanted) for key, wanted in self._asked_of_rows() if says(table, key) in {wanted, None}]
        return (t.Name(table.line, "require_auth"),) if asked else ()

    def _asked_of_rows(self) -> frozenset[tuple[str, bool]]:
        if self._rows is None:
            scopes = [s for s in self.program.scopes.values() if s.module.language == "javascript"]
            self._rows = frozenset(found for scope in scopes for found in asked_of_rows(scope))
        return self._rows

    def _hits(
        self,
        method: str,
        paths: list[str],
        nodes: tuple[t.Node, ...],
        node: t.Node,
        app: Application | None,
        scope: Scope,
        around: int = 0,
    ) -> Iterator[Hit]:
        if app is None or not nodes or id(app) in self.known.unserved:
            return
        flat: list[t.Node] = []
        for item in nodes:
            flat.extend(item.items if isinstance(item, t.Items) else (item,))
        if not flat:
            return
        if isinstance(flat[0], t.Table) and len(flat) > 1:  # Fastify's options before the handler
            options = flat.pop(0)
            assert isinstance(options, t.Table)
            flat[:0] = _hooks(options)
        handler = flat[-1]
        name = handler.name if isinstance(handler, t.Function) else t.dotted(handler) or _wrapped_name(handler)
        body = _wrapped_function(handler) or handler
        wrapper: tuple[t.Node, ...] = ()
        if isinstance(handler, t.Call):  # `asyncHandler(f)`, `passport.authenticate("google")`
            wrapper = (handler.func if _wrapped_function(handler) is not None else handler,)
        nothing = self._says_nothing_here(body, scope)
        for path in paths:
            if nothing and (method == ANY or exact(path).match is Match.WILDCARD):
                continue
            if not path.startswith(("/", "*", "{")) and path:
                continue
            for prefix, more, backend in app.prefixes():
                route = exact(joined(prefix, path))
                own = tuple((app.scope.path, n) for n in self.known.before(app, node.line, path, around))
                yield Hit(
                    method, route.path, route.match, scope.path, node.line, name, backend, before=(*more, *own), body=(body,),
                    decorators=(*flat[:-1], *wrapper), framework="express",
                )  # fmt: skip


def _continued(scope: Scope) -> frozenset[int]:
    """Calls of `.all(...)` upon which another method follows."""
    return frozenset(
        id(n.func.base)
        for n in scope.all_of(t.Call)
        if isinstance(n.func, t.Attr) and n.func.name in _VERBS and isinstance(n.func.base, t.Call)
        and isinstance(n.func.base.func, t.Attr) and n.func.base.func.name == "all"
    )  # fmt: skip


def _for_all(chain: t.Node) -> tuple[t.Node, ...]:
    """What `.all(...)` earlier in the chain of one path runs before every method."""
    found: list[t.Node] = []
    while isinstance(chain, t.Call) and isinstance(chain.func, t.Attr):
        if chain.func.name == "all":
            found[:0] = chain.args
        chain = chain.func.base
    return tuple(found)


def _answers_all(node: t.Node) -> bool:
    """A function without `next` that answers, or a library's handler: GraphQL, tRPC."""
    if isinstance(node, t.Function):
        answers = any(
            isinstance(n, t.Call) and re.search(r"\.(send|json|end|render|sendFile|redirect)$", called(n))
            for n in t.walk(*node.body)
        )
        return len(node.params) == 2 and answers and not fails(node.body)
    return isinstance(node, t.Call) and bool(
        re.search(
            r"(?i)^(graphqlHTTP|expressMiddleware|graphqlExpress|createYoga|createExpressMiddleware)$",
            called(node).rsplit(".", 1)[-1],
        )
    )


def _hooks(table: t.Table) -> tuple[t.Node, ...]:
    """What a route's options run before its handler."""
    nodes = [n for key in _BEFORE if (n := table.get(key)) is not None]
    return tuple(i for n in nodes for i in (n.items if isinstance(n, t.Items) else (n,)))


def _route_call(node: t.Node) -> t.Call | None:
    """The `x.route("/path")` at the root of a chain."""
    while isinstance(node, t.Call) and isinstance(node.func, t.Attr):
        if node.func.name == "route" and len(node.args) == 1:
            return node
        node = node.func.base
    return None


def _wrapped_function(node: t.Node) -> t.Node | None:
    """`asyncHandler(async (req, res) => ...)`: what is inside."""
    if isinstance(node, t.Call):
        return next((a for a in node.args if isinstance(a, (t.Function, t.Name, t.Attr))), None)
    return None


def _wrapped_name(node: t.Node) -> str:
    inner = _wrapped_function(node)
    if isinstance(inner, t.Function):
        return inner.name
    return t.dotted(inner) if inner is not None else ""

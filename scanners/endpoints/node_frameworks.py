"""Routes of Express and its kin (Fastify, Hono, Koa routers, Nest), with the middleware that stands before them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from scanners.endpoints.applications import Application
from scanners.endpoints.endpoint import Hit
from scanners.routing.route import ANY, METHODS, exact, joined
from scanners.routing.shapes import called
from scanners.syntax import tree as t
from scanners.syntax.program import Found, Program, Scope

_VERBS = {
    "get": "GET", "post": "POST", "put": "PUT", "patch": "PATCH", "delete": "DELETE", "del": "DELETE", "all": ANY,
    "any": ANY, "head": "HEAD",
}  # fmt: skip
_MAKERS = re.compile(
    r"(?i)^(express|fastify|hono|openapihono|koarouter|router|express\.router|restify\.createserver|polka|new_router|itty_?router|"
    r"autorouter|elysia|findmyway|createapi|lambda-?api|promiserouter|expressrouter|asyncrouter)$"
)
_PARAMS = frozenset({"app", "router", "server", "fastify", "api", "instance"})
_NEST = {"Get": "GET", "Post": "POST", "Put": "PUT", "Patch": "PATCH", "Delete": "DELETE", "All": ANY, "Head": "HEAD"}


@dataclass(frozen=True, slots=True)
class Used:
    """`app.use(prefix, middleware)`."""

    line: int
    prefix: str
    nodes: tuple[t.Node, ...]
    function: int
    """Identity of the function around, so that order means something."""


class NodeRoutes:
    """All routes of a program's scripts."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.scopes = [s for s in program.scopes.values() if s.module.language == "javascript"]
        self.apps: dict[tuple[str, str], Application] = {}
        self.made: dict[int, Application] = {}
        """By the call that makes it: `Router()` at the root of a chain of `.use(...)`."""
        self.used: dict[int, list[Used]] = {}
        for scope in self.scopes:
            self._find_applications(scope)
        for scope in self.scopes:
            self._find_mounts(scope)

    def _may_route(self, scope: Scope) -> bool:
        """Whether any name of an application is known in the file."""
        return any(path == scope.path for path, _ in self.apps) or any(
            alias in scope.imports for alias in ("app", "router", "server")
        )

    def hits(self) -> Iterator[Hit]:
        """Every route with its prefixes."""
        prefix = self._global_prefix()
        for scope in self.scopes:
            for node in scope.nodes:
                if isinstance(node, t.Call) and isinstance(node.func, t.Attr):
                    yield from self._route(node, node.func, scope)
                elif isinstance(node, t.Class) and node.decorators:
                    yield from self._controller(node, scope, prefix)

    # -- applications -------------------------------------------------------------------------------------------

    def _find_applications(self, scope: Scope) -> None:
        for node in scope.nodes:
            if isinstance(node, t.Bind):
                name = t.dotted(node.target).removeprefix("this.")
                value = node.value
                while isinstance(value, t.Call) and isinstance(value.func, t.Attr) and value.func.name == "basePath":
                    value = value.func.base
                root = _chain_root(value)
                if name and _makes_router(root, scope):
                    app = self.apps.setdefault(
                        (scope.path, name), Application(scope, name, "express", _own_prefix(root))
                    )
                    self.made[id(root)] = app
            elif isinstance(node, t.Function):
                for param in node.params[:2]:
                    if param.name in _PARAMS:
                        self.apps.setdefault((scope.path, param.name), Application(scope, param.name, "express"))

    def application(self, node: t.Node, scope: Scope) -> Application | None:
        """The application that an expression means, across imports."""
        if isinstance(node, t.Import):
            target = self.program.module(scope.path, node.module)
            return self._exported(target) if target is not None else None
        if (
            isinstance(node, t.Attr)
            and node.name in {"default", "router", "routes"}
            and isinstance(node.base, t.Import)
        ):
            target = self.program.module(scope.path, node.base.module)
            return self._of(self.program.member(target, node.name)) if target is not None else None
        root = _chain_root(node)
        if id(root) in self.made:
            return self.made[id(root)]
        if isinstance(node, t.Call):  # `users.routes()` of Koa, `usersRouter()` that gives a router
            if isinstance(node.func, t.Attr) and node.func.name in {"routes", "middleware", "router"}:
                return self.application(node.func.base, scope)
            return self._given_back(node, scope)
        name = t.dotted(node).removeprefix("this.")
        if not name:
            return None
        local = self.apps.get((scope.path, name))
        if local is not None:
            return local
        head, _, rest = name.partition(".")
        found = self.program.resolve(scope, head)
        if isinstance(found, Scope):
            return self._of(self.program.member(found, rest)) if rest else self._exported(found)
        if isinstance(found, Found) and rest and isinstance(found.node, t.Table):
            value = found.node.get(rest)
            return self.application(value, found.module) if value is not None else None
        return self._of(found)

    def _of(self, found: Found | Scope | None) -> Application | None:
        if not isinstance(found, Found):
            return None
        for (path, name), app in self.apps.items():
            if path == found.module.path and found.module.names.get(name) is found.node:
                return app
        if isinstance(found.node, t.Function):
            return self._inside(found)
        return None

    def _exported(self, scope: Scope) -> Application | None:
        """The router that a module is: its default export, or what its only function fills."""
        for key in ("", "default", "router"):
            value = scope.exports.get(key)
            local = self.apps.get((scope.path, "exports.default" if key == "default" else "module.exports"))
            if local is not None and key != "router":
                return local
            if isinstance(value, t.Function):
                return self._inside(Found(scope, value))
            if value is not None:
                app = self.application(value, scope)
                if app is not None:
                    return app
        return None

    def _inside(self, found: Found) -> Application | None:
        """The router that a function makes or fills: a parameter of it, or a local name."""
        assert isinstance(found.node, t.Function)
        names = [p.name for p in found.node.params if p.name in _PARAMS]
        names += [
            t.dotted(n.target)
            for n in t.walk(*found.node.body, into_functions=False)
            if isinstance(n, t.Bind) and _makes_router(n.value, found.module)
        ]
        return next((app for n in names if (app := self.apps.get((found.module.path, n))) is not None), None)

    def _given_back(self, node: t.Call, scope: Scope) -> Application | None:
        name = t.dotted(node.func)
        if isinstance(node.func, t.Import):
            target = self.program.module(scope.path, node.func.module)
            return self._exported(target) if target is not None else None
        found = self.program.resolve(scope, name) if name and "." not in name else None
        return self._of(found)

    def _find_mounts(self, scope: Scope) -> None:
        for node, around in _calls(scope.module.body) if self._may_route(scope) else ():
            if isinstance(node.func, t.Attr) and node.func.name in {"use", "register", "route", "mount"} and node.args:
                parent = self.application(node.func.base, scope)
                if parent is not None:
                    self._mount(node, parent, scope, around)
            elif isinstance(node.func, (t.Import, t.Name)) and node.args:  # require('./routes')(app)
                parents = [a for a in (self.application(x, scope) for x in node.args[:2]) if a is not None]
                child = self._given_back(node, scope)
                if parents and child is not None and child is not parents[0] and child.name in _PARAMS:
                    child.mounts.append((parents[0], "", ()))

    def _mount(self, node: t.Call, parent: Application, scope: Scope, around: int) -> None:
        assert isinstance(node.func, t.Attr)
        args = list(node.args)
        prefixes = [""]
        first = args[0]
        if t.text_of(first) is not None or isinstance(first, t.Items) or self._constant(first, scope) is not None:
            prefixes = self._texts(first, scope) or [""]
            args = args[1:]
        if node.func.name == "register" and len(args) > 1 and isinstance(args[1], t.Table):
            prefixes = [t.text_of(args[1].get("prefix")) or ""]
            args = args[:1]
        middleware = [a for a in args if self.application(a, scope) is None]
        for arg in args:
            child = self.application(arg, scope)
            if child is not None and child is not parent:
                for prefix in prefixes:
                    child.mounts.append(
                        (parent, prefix, (*self._before(parent, node.line, prefix, around), *middleware))
                    )
        children = [a for a in args if self.application(a, scope) is not None]
        if middleware and not children and node.func.name == "use":
            for prefix in prefixes:
                self.used.setdefault(id(parent), []).append(Used(node.line, prefix, tuple(middleware), around))

    def _before(self, app: Application, line: int, prefix: str, around: int) -> tuple[t.Node, ...]:
        """Middleware that an application uses before a line, for paths below `prefix`."""
        return tuple(
            n
            for used in self.used.get(id(app), ())
            if (used.line < line or used.function != around)
            and (not used.prefix.strip("/*") or prefix.startswith(used.prefix.rstrip("/*")))
            for n in used.nodes
        )

    # -- routes -------------------------------------------------------------------------------------------------

    def _route(self, node: t.Call, func: t.Attr, scope: Scope) -> Iterator[Hit]:
        if func.name == "route" and node.args and isinstance(node.args[0], t.Table):
            yield from self._by_table(node, node.args[0], func, scope)
            return
        if func.name == "on" and len(node.args) > 2:
            app = self.application(func.base, scope)
            methods = [m.upper() for m in self._texts(node.args[0], scope) if m.upper() in METHODS]
            for method in methods if app is not None else ():
                yield from self._hits(method, self._texts(node.args[1], scope), node.args[2:], node, app, scope)
            return
        if func.name not in _VERBS:
            return
        method = _VERBS[func.name]
        base: t.Node = func.base
        chain = _route_call(base)
        if chain is not None and isinstance(chain.func, t.Attr):
            app = self.application(chain.func.base, scope)
            if app is not None:
                yield from self._hits(method, self._texts(chain.args[0], scope), node.args, node, app, scope)
            return
        while isinstance(base, t.Call) and isinstance(base.func, t.Attr):  # router.get(...).post(...)
            base = base.func.base
        app = self.application(base, scope)
        if app is None or len(node.args) < 2:
            return
        yield from self._hits(method, self._texts(node.args[0], scope), node.args[1:], node, app, scope)

    def _by_table(self, node: t.Call, table: t.Table, func: t.Attr, scope: Scope) -> Iterator[Hit]:
        """Fastify's `route({method, url, preHandler, handler})`."""
        app = self.application(func.base, scope)
        url, handler = table.get("url", "path"), table.get("handler")
        if app is None or url is None:
            return
        methods = [m.upper() for m in self._texts(table.get("method"), scope)] or ["GET"]
        nodes = [n for key in ("onRequest", "preHandler", "preValidation") if (n := table.get(key)) is not None]
        flat = [i for n in nodes for i in (n.items if isinstance(n, t.Items) else (n,))]
        for method in methods:
            yield from self._hits(
                method, self._texts(url, scope), (*flat, *([handler] if handler else [])), node, app, scope
            )

    def _hits(
        self,
        method: str,
        paths: list[str],
        nodes: tuple[t.Node, ...],
        node: t.Call,
        app: Application | None,
        scope: Scope,
    ) -> Iterator[Hit]:
        if app is None or not nodes:
            return
        flat: list[t.Node] = []
        for item in nodes:
            flat.extend(item.items if isinstance(item, t.Items) else (item,))
        if isinstance(flat[0], t.Table) and len(flat) > 1:  # Fastify's options before the handler
            options = flat.pop(0)
            assert isinstance(options, t.Table)
            for key in ("onRequest", "preHandler", "preValidation"):
                given = options.get(key)
                if given is not None:
                    flat[:0] = given.items if isinstance(given, t.Items) else (given,)
        handler = flat[-1]
        name = handler.name if isinstance(handler, t.Function) else t.dotted(handler) or _wrapped_name(handler)
        body = _wrapped_function(handler) or handler
        for path in paths:
            if not path.startswith(("/", "*")) and path:
                continue
            for prefix, more, backend in app.prefixes():
                route = exact(joined(prefix, path))
                own = tuple((app.scope.path, n) for n in self._before(app, node.line, path, 0))
                before = (*more, *own)
                yield Hit(
                    method, route.path, route.match, scope.path, node.line, name, backend, before=before, body=(body,),
                    decorators=tuple(flat[:-1]), framework="express",
                )  # fmt: skip

    def _texts(self, node: t.Node | None, scope: Scope) -> list[str]:
        if isinstance(node, t.Items):
            return [x for i in node.items for x in self._texts(i, scope)]
        if isinstance(node, t.Regex):
            from scanners.routing.route import from_regex

            route = from_regex(node.source)
            return [route.path] if route is not None else []
        text = self._constant(node, scope)
        return [text] if text is not None else []

    def _constant(self, node: t.Node | None, scope: Scope, depth: int = 0) -> str | None:
        if node is None or depth > 5:
            return None
        if isinstance(node, t.Const):
            return node.value if isinstance(node.value, str) else None
        if isinstance(node, t.Text):
            parts = [self._constant(p, scope, depth + 1) for p in node.parts]
            known = [p for p in parts if p is not None]
            return "".join(known) if len(known) == len(parts) else None
        if isinstance(node, t.Binary) and node.op == "+":
            left, right = self._constant(node.left, scope, depth + 1), self._constant(node.right, scope, depth + 1)
            return left + right if left is not None and right is not None else None
        if isinstance(node, t.Name):
            found = self.program.resolve(scope, node.id)
            return self._constant(found.node, found.module, depth + 1) if isinstance(found, Found) else None
        if isinstance(node, t.Attr):
            head, _, rest = t.dotted(node).partition(".")
            found = self.program.resolve(scope, head) if head else None
            if isinstance(found, Found) and isinstance(found.node, t.Table):
                return self._constant(found.node.get(rest), found.module, depth + 1)
        return None

    # -- Nest ---------------------------------------------------------------------------------------------------

    def _global_prefix(self) -> str:
        for scope in self.scopes:
            for node in scope.nodes:
                if isinstance(node, t.Call) and called(node).endswith(".setGlobalPrefix") and node.args:
                    return self._constant(node.args[0], scope) or ""
        return ""

    def _controller(self, cls: t.Class, scope: Scope, prefix: str) -> Iterator[Hit]:
        head = next((d for d in cls.decorators if isinstance(d, t.Call) and called(d) == "Controller"), None)
        if head is None:
            return
        first = head.args[0] if head.args else None
        if isinstance(first, t.Table):
            first = first.get("path")
        base = joined(prefix, self._constant(first, scope) or "")
        shared = _guards(cls.decorators)
        for member in cls.body:
            if not isinstance(member, t.Function):
                continue
            for decorator in member.decorators:
                if not isinstance(decorator, t.Call) or called(decorator) not in _NEST:
                    continue
                method = _NEST[called(decorator)]
                spared = any(
                    isinstance(d, t.Call) and called(d) in {"Public", "AllowAnonymous"} for d in member.decorators
                )
                guards = () if spared else (*_guards(member.decorators), *shared)
                for path in self._texts(decorator.args[0], scope) if decorator.args else [""]:
                    route = exact(joined(base, path))
                    yield Hit(
                        method, route.path, route.match, scope.path, decorator.line, f"{cls.name}.{member.name}", scope.path,
                        body=(member,), decorators=guards, framework="nest",
                    )  # fmt: skip


def _guards(decorators: tuple[t.Node, ...]) -> tuple[t.Node, ...]:
    """Arguments of `@UseGuards(...)`, as middleware."""
    return tuple(a for d in decorators if isinstance(d, t.Call) and called(d) == "UseGuards" for a in d.args)


def _makes_router(value: t.Node, scope: Scope) -> bool:
    if not isinstance(value, t.Call):
        return False
    func = value.func
    if isinstance(func, t.Import):
        return bool(re.search(r"(?i)express|fastify|hono|router|restify|koa", func.module))
    if isinstance(func, t.Attr) and isinstance(func.base, t.Import):
        return func.name in {"Router", "createServer"}
    name = t.dotted(func)
    if not name:
        return False
    module = scope.imports.get(name.split(".", 1)[0], ("", ""))[0]
    if _MAKERS.match(name):
        return not module.startswith(".") or "router" not in module.lower()
    return bool(
        re.fullmatch(r"express|fastify|hono|polka|restify|@koa/router|koa-router|itty-router|lambda-api", module)
    ) and ("." not in name or name.endswith((".Router", ".createServer")))


def _chain_root(node: t.Node) -> t.Node:
    """`Router()` of `Router().use(a).get("/x", b)`."""
    while isinstance(node, t.Call) and isinstance(node.func, t.Attr) and isinstance(node.func.base, t.Call):
        if node.func.name not in {"use", *_VERBS, "route", "basePath"}:
            break
        node = node.func.base
    return node


def _own_prefix(value: t.Node) -> str:
    """`new Router({prefix: "/x"})` of Koa."""
    table = value.args[0] if isinstance(value, t.Call) and value.args else None
    return (t.text_of(table.get("prefix")) or "") if isinstance(table, t.Table) else ""


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


def _calls(body: tuple[t.Node, ...]) -> Iterator[tuple[t.Call, int]]:
    """Calls with the identity of the function around, in the order of the source."""
    stack: list[tuple[t.Node, int]] = [(n, 0) for n in reversed(body)]
    while stack:
        node, around = stack.pop()
        if isinstance(node, t.Call):
            yield node, around
        inside = id(node) if isinstance(node, t.Function) else around
        stack.extend((child, inside) for child in reversed(t.children(node)))

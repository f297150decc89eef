"""Applications and routers of Express and its kin: where they are made, how they travel between files, where they hang."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from scanners.endpoints.applications import Application
from scanners.endpoints.node_shapes import chain_root, entry_value, is_below, is_gate, is_part, makes_router, own_prefix
from scanners.endpoints.script_text import constant, texts
from scanners.endpoints.unmounted import unmounted
from scanners.syntax import tree as t
from scanners.syntax.program import Found, Program, Scope

PARAMS = frozenset({"app", "router", "server", "fastify", "api", "instance", "expressApp", "application"})
_MOUNTS = frozenset({"use", "register", "route", "mount"})
_HOOKS = frozenset({"onRequest", "preHandler", "preValidation", "preParsing"})


@dataclass(frozen=True, slots=True)
class Used:
    """`app.use(prefix, middleware)`."""

    line: int
    prefix: str
    nodes: tuple[t.Node, ...]
    function: int
    """Identity of the function around, so that order means something."""


class NodeApplications:
    """Every application and router of a program's scripts, with what each uses before its routes."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.scopes = [s for s in program.scopes.values() if s.module.language == "javascript"]
        self.apps: dict[tuple[str, str], Application] = {}
        self.params: dict[tuple[int, str], Application] = {}
        """Parameters of functions that are given an application."""
        self.made: dict[int, Application] = {}
        """By the call that makes it: `Router()` at the root of a chain of `.use(...)`."""
        self.used: dict[int, list[Used]] = {}
        self.parents: dict[int, int] = {}
        """The function around a function, by identity."""
        self.inside: dict[str, dict[int, int]] = {}
        """By file: the function around a call."""
        for scope in self.scopes:
            self._find(scope)
        for scope in self.scopes:
            if self._may_route(scope):
                self._find_mounts(scope)
        self.unserved = unmounted(program, (*self.apps.values(), *self.params.values()))

    def _may_route(self, scope: Scope) -> bool:
        """Whether any name of an application is known in the file."""
        return scope.path in self.inside or any(alias in scope.imports for alias in ("app", "router", "server"))

    def _find(self, scope: Scope) -> None:
        found = False
        for node in scope.all_of(t.Bind, t.Function):
            if isinstance(node, t.Bind):
                name = t.dotted(node.target).removeprefix("this.")
                value, below = node.value, ""
                while isinstance(value, t.Call) and isinstance(value.func, t.Attr) and value.func.name == "basePath":
                    below = (constant(value.args[0], scope, self.program) or "") if value.args else ""
                    value = value.func.base
                root = chain_root(value)
                if name and makes_router(root, scope):
                    prefix = own_prefix(root) or below
                    app = self.apps.setdefault(
                        (scope.path, name), Application(scope, name, "express", prefix, is_part=is_part(root))
                    )
                    self.made[id(root)] = app
                    found = True
            elif isinstance(node, t.Function):
                for param in node.params[:2]:
                    if param.name in PARAMS:
                        self.params[id(node), param.name] = Application(scope, param.name, "express", is_part=True)
                        found = True
        if found:
            self.inside[scope.path] = {}

    # -- what an expression means -------------------------------------------------------------------------------

    def application(self, node: t.Node, scope: Scope, around: int = 0) -> Application | None:
        """The application that an expression means, across imports; `around`: the function it stands in."""
        if isinstance(node, t.Import):
            target = self.program.module(scope.path, node.module)
            return self.exported(target) if target is not None else None
        if isinstance(node, t.Function):
            return self._of_function(node, scope)
        if isinstance(node, t.Attr) and isinstance(node.base, t.Import):
            target = self.program.module(scope.path, node.base.module)
            return self._of(self.program.member(target, node.name)) if target is not None else None
        root = chain_root(node)
        if id(root) in self.made:
            return self.made[id(root)]
        if isinstance(node, t.Call):  # `users.routes()` of Koa, `usersRouter()` that gives a router
            if isinstance(node.func, t.Attr) and node.func.name in {"routes", "middleware", "router", "getRouter"}:
                return self.application(node.func.base, scope, around) or self._of_instance(
                    node.func.base, "router", scope
                )
            return self._given_back(node, scope) or self._of_instance(node, "router", scope)
        if isinstance(node, t.Attr) and not t.dotted(node):
            return self._of_instance(node.base, node.name, scope)
        return self._named(t.dotted(node).removeprefix("this."), scope, around)

    def _named(self, name: str, scope: Scope, around: int) -> Application | None:
        if not name:
            return None
        while around:
            given = self.params.get((around, name))
            if given is not None:
                return given
            around = self.parents.get(around, 0)
        local = self.apps.get((scope.path, name))
        if local is not None:
            return local
        head, _, rest = name.partition(".")
        found = self.program.resolve(scope, head)
        if isinstance(found, Scope):
            return self._of(self.program.member(found, rest)) if rest else self.exported(found)
        if isinstance(found, Found) and rest and isinstance(found.node, t.Table):
            value = found.node.get(rest)
            return self.application(value, found.module) if value is not None else None
        if rest and "." not in rest:
            made = found.node if isinstance(found, Found) else _field(scope, head)
            if made is not None:
                home = found.module if isinstance(found, Found) else scope
                return self._of_instance(made, rest, home)
        return self._of(found)

    def _of_instance(self, node: t.Node, name: str, scope: Scope) -> Application | None:
        """`new BoatRoutes().router`: the router that a class of ours fills."""
        if not isinstance(node, t.Call) or not isinstance(node.func, t.Name):
            return None
        found = self.program.resolve(scope, node.func.id)
        if not isinstance(found, Found) or not isinstance(found.node, t.Class):
            return None
        return self.apps.get((found.module.path, name))

    def _of(self, found: Found | Scope | None) -> Application | None:
        if not isinstance(found, Found):
            return None
        for (path, name), app in self.apps.items():
            if path == found.module.path and found.module.names.get(name) is found.node:
                return app
        if isinstance(found.node, t.Function):
            return self._of_function(found.node, found.module)
        return self.application(found.node, found.module) if isinstance(found.node, t.Call) else None

    def exported(self, scope: Scope) -> Application | None:
        """The router that a module is: its default export, or what its only function fills."""
        for key in ("", "default", "router"):
            value = scope.exports.get(key)
            local = self.apps.get((scope.path, "exports.default" if key == "default" else "module.exports"))
            if local is not None and key != "router":
                return local
            if isinstance(value, t.Function):
                return self._of_function(value, scope)
            if value is not None:
                app = self.application(value, scope)
                if app is not None:
                    return app
        return None

    def _of_function(self, function: t.Function, scope: Scope) -> Application | None:
        """The router that a function makes or fills: a parameter of it, or a local name."""
        given = next((a for p in function.params if (a := self.params.get((id(function), p.name))) is not None), None)
        if given is not None:
            return given
        names = [
            t.dotted(n.target)
            for n in t.walk(*function.body, into_functions=False)
            if isinstance(n, t.Bind) and makes_router(chain_root(n.value), scope)
        ]
        return next((app for n in names if (app := self.apps.get((scope.path, n))) is not None), None)

    def _given_back(self, node: t.Call, scope: Scope) -> Application | None:
        name = t.dotted(node.func)
        if isinstance(node.func, t.Import):
            target = self.program.module(scope.path, node.func.module)
            return self.exported(target) if target is not None else None
        found = self.program.resolve(scope, name) if name and "." not in name else None
        if isinstance(found, Found) and isinstance(found.node, t.Call):
            return None
        return self._of(found)

    # -- mounts -------------------------------------------------------------------------------------------------

    def _find_mounts(self, scope: Scope) -> None:
        around_of = self.inside.setdefault(scope.path, {})
        calls = list(_calls(scope.module.body, self.parents))
        around_of.update((id(node), around) for node, around in calls)
        for node, around in calls:
            if isinstance(node.func, t.Attr):
                self._told(node, node.func, scope, around)
            elif isinstance(node.func, (t.Import, t.Name)) and node.args:  # require('./routes')(app)
                parents = [a for a in (self.application(x, scope, around) for x in node.args[:2]) if a is not None]
                child = self._given_back(node, scope)
                if parents and child is not None and child is not parents[0] and child.name in PARAMS:
                    child.mounts.append((parents[0], "", ()))
        for loop in scope.all_of(t.Loop):
            if loop.target is not None:
                self._mount_each(
                    loop.source, t.Function(loop.line, "", (t.Param(loop.line, loop.target),), loop.body), scope
                )

    def _told(self, node: t.Call, func: t.Attr, scope: Scope, around: int) -> None:
        """`app.use(...)`, `app.addHook(...)`, a gate, or `routes.forEach(...)`."""
        hooks = func.name == "addHook" and len(node.args) > 1 and t.text_of(node.args[0]) in _HOOKS
        mounts = func.name in _MOUNTS and bool(node.args)
        if func.name == "forEach" and node.args:
            self._mount_each(func.base, node.args[0], scope)
        elif hooks or mounts or is_gate(node):
            app = self.application(func.base, scope, around)
            if app is None:
                return
            if mounts:
                self._mount(node, app, scope, around)
                return
            prefixes = [""] if hooks else texts(node.args[0], scope, self.program)
            line = 0 if hooks else node.line
            for prefix in prefixes:
                self.used.setdefault(id(app), []).append(Used(line, prefix, node.args[1:], around))

    def _mount_each(self, table: t.Node, function: t.Node, scope: Scope) -> None:
        """`routes.forEach(r => router.use(r.path, r.router))` over a literal list."""
        if not isinstance(function, t.Function) or not function.params:
            return
        found = self.program.resolve(scope, table.id) if isinstance(table, t.Name) else None
        listed = (
            table if isinstance(table, t.Items) else found.node if isinstance(found, Found) else _local(table, scope)
        )
        entries = [i for i in listed.items if isinstance(i, t.Table)] if isinstance(listed, t.Items) else []
        uses = [
            n for n in t.walk(*function.body)
            if isinstance(n, t.Call) and isinstance(n.func, t.Attr) and n.func.name in _MOUNTS and n.args
        ]  # fmt: skip
        for node in uses if entries else ():
            assert isinstance(node.func, t.Attr)
            parent = self.application(node.func.base, scope)
            for entry in entries if parent is not None else ():
                args = tuple(entry_value(a, function.params[0], entry) for a in node.args)
                assert parent is not None
                self._mount(t.Call(node.line, node.func, args), parent, scope, 0)

    def _mount(self, node: t.Call, parent: Application, scope: Scope, around: int) -> None:
        assert isinstance(node.func, t.Attr)
        args = list(node.args)
        prefixes = [""]
        first = args[0]
        if isinstance(first, (t.Const, t.Items, t.Text)) or constant(first, scope, self.program) is not None:
            prefixes = texts(first, scope, self.program) or [""]
            args = args[1:]
        if node.func.name == "register" and len(args) > 1 and isinstance(args[1], t.Table):
            if re.search(r"(?i)autoload", t.dotted(args[0])):
                self._autoload(args[1], parent, scope)
                return
            prefixes = [constant(args[1].get("prefix"), scope, self.program) or ""]
            args = args[:1]
        args = [i for a in args for i in (a.items if isinstance(a, t.Items) else (a,))]
        children = [(a, self.application(a, scope, around)) for a in args]
        middleware = [a for a, child in children if child is None or child is parent]
        for arg, child in children:
            if child is not None and child is not parent:
                self._hang(child, parent, node, prefixes, (around, tuple(middleware)))
            elif isinstance(arg, t.Attr) and arg.name == "router" and isinstance(arg.base, t.Name):
                for other in self._of_classes(parent):  # `controllers.forEach(c => this.app.use(c.router))`
                    self._hang(other, parent, node, prefixes, (around, ()))
        if middleware and len(middleware) == len(args) and node.func.name == "use":
            for prefix in prefixes:
                self.used.setdefault(id(parent), []).append(Used(node.line, prefix, tuple(middleware), around))

    def _hang(
        self,
        child: Application,
        parent: Application,
        node: t.Call,
        prefixes: list[str],
        given: tuple[int, tuple[t.Node, ...]],
    ) -> None:
        around, middleware = given
        for prefix in prefixes:
            child.mounts.append((parent, prefix, (*self.before(parent, node.line, prefix, around), *middleware)))

    def _of_classes(self, parent: Application) -> list[Application]:
        """Routers of classes that nothing has mounted yet."""
        return [
            app for (path, name), app in self.apps.items()
            if name == "router" and app is not parent and not app.mounts
            and any(isinstance(n, t.Class) for n in self.program.scopes[path].names.values())
        ]  # fmt: skip

    def _autoload(self, options: t.Table, parent: Application, scope: Scope) -> None:
        """Fastify's autoload: every file of a folder is a plugin, its folder the prefix."""
        given = options.get("dir")
        parts = [n.value for n in t.walk(given) if isinstance(n, t.Const) and isinstance(n.value, str)] if given else []
        folder = posixpath.normpath(posixpath.join(posixpath.dirname(scope.path), *parts)) if parts else ""
        for other in self.scopes if folder else ():
            if not other.path.startswith(f"{folder}/"):
                continue
            app = self.exported(other)
            if app is not None and app is not parent:
                below = posixpath.dirname(other.path)[len(folder) :]
                app.mounts.append((parent, re.sub(r"/_(\w+)", r"/:\1", below), self.before(parent, 0, "", 0)))

    def before(self, app: Application, line: int, prefix: str, around: int) -> tuple[t.Node, ...]:
        """Middleware that an application uses before a line, for paths below `prefix`."""
        return tuple(
            n
            for used in self.used.get(id(app), ())
            if (used.line <= line or used.function != around)  # calls of one chain stand on one line
            and (not used.prefix.strip("/*") or is_below(prefix, used.prefix))
            for n in used.nodes
        )


def _local(node: t.Node, scope: Scope) -> t.Node | None:
    name = t.dotted(node)
    return next((n.value for n in scope.all_of(t.Bind) if name and t.dotted(n.target) == name), None)


def _field(scope: Scope, name: str) -> t.Node | None:
    """What `this.name` is set to in a file."""
    return next(
        (
            n.value for n in scope.all_of(t.Bind)
            if t.dotted(n.target).removeprefix("this.") == name and isinstance(n.value, t.Call)
        ),
        None,
    )  # fmt: skip


def _calls(body: tuple[t.Node, ...], parents: dict[int, int]) -> Iterator[tuple[t.Call, int]]:
    """Calls with the identity of the function around, in the order of the source; notes which function is in which."""
    around = 0
    stack: list[t.Node | int] = [*reversed(body)]
    while stack:
        node = stack.pop()
        if isinstance(node, int):  # the end of a function: what was around it is around again
            around = node
            continue
        found = t.children(node)
        if isinstance(node, t.Call):
            yield node, around
        elif isinstance(node, t.Function):
            stack.append(around)
            parents[id(node)] = around
            around = id(node)
        found.reverse()
        stack += found

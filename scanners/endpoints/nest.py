"""Controllers by decorators: Nest, routing-controllers, inversify, tsoa, Overnight, LoopBack; with the guards around them."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.model.pattern import lazy
from scanners.endpoints.endpoint import Hit
from scanners.endpoints.script_text import constant, texts
from scanners.routing.route import ANY, exact, joined
from scanners.routing.shapes import called
from scanners.syntax import tree as t
from scanners.syntax.program import Program, Scope

_VERBS = {"Get": "GET", "Post": "POST", "Put": "PUT", "Patch": "PATCH", "Delete": "DELETE", "All": ANY, "Head": "HEAD"}
_VERBS |= {f"http{name}": verb for name, verb in _VERBS.items()} | {"all": ANY}  # inversify-express-utils
_LOOPBACK = {verb.lower(): verb for verb in ("GET", "POST", "PUT", "PATCH", "DELETE")} | {"del": "DELETE"}
_CONTROLLERS = frozenset({"Controller", "JsonController", "RestController", "controller"})
_TSOA = frozenset({"Route"})
_AROUND = frozenset(
    {"UseBefore", "UseAuth", "UseGuard", "Middleware", "ClassMiddleware", "ApplyMiddleware", "withMiddleware"}
)
"""Decorators whose arguments run before the method."""
_NAMED_CHECKS = frozenset(
    {"Auth", "Authorized", "Authenticated", "RequireAuth", "UseAuth", "authenticate", "Authorize"}
)
_PREFIXED = frozenset(
    {"createExpressServer", "createKoaServer", "useExpressServer", "useKoaServer", "InversifyExpressServer"}
)
_GRAPHS = frozenset({"GraphQLModule.forRoot", "GraphQLModule.forRootAsync"})
_PUBLIC = lazy(
    r"(?i)^(is_?)?public(route|api|endpoint)?$|skip_?(jwt_?)?auth|allow_?(anonymous|any|unauthorized)|no_?auth|unprotected"
)


class NestRoutes:
    """All routes of a program's controllers."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.scopes = [s for s in program.scopes.values() if s.module.language == "javascript"]
        self.prefix = ""
        self.versioned = False
        self.everywhere: tuple[tuple[str, t.Node], ...] = ()
        """Guards of the whole application, with their files."""

    def hits(self) -> Iterator[Hit]:
        """Every route with its prefixes."""
        controllers = [
            (node, scope)
            for scope in self.scopes
            for node in scope.all_of(t.Class)
            if _head(node, scope) or (_is_loopback(scope) and any(_verb(d, scope) for d in _of_members(node)))
        ]
        graphs = [(n, s) for s in self.scopes for n in s.all_of(t.Call) if called(n) in _GRAPHS]
        if not controllers and not graphs:
            return
        for scope in self.scopes:
            self._settings(scope)
        for call, scope in graphs:
            yield self._graph(call, scope)
        for cls, scope in controllers:
            yield from self._controller(cls, scope)

    def _settings(self, scope: Scope) -> None:
        """`setGlobalPrefix`, `enableVersioning`, `useGlobalGuards`, `{provide: APP_GUARD, useClass: X}`."""
        for node in scope.nodes:
            if isinstance(node, t.Table) and t.dotted(node.get("provide") or node) == "APP_GUARD":
                guard = node.get("useClass", "useExisting", "useFactory")
                if guard is not None:
                    self.everywhere += ((scope.path, guard),)
            if isinstance(node, t.Call) and called(node) in _PREFIXED:
                self._prefixed(node, scope)
            if not isinstance(node, t.Call) or not isinstance(node.func, t.Attr):
                continue
            if node.func.name == "setGlobalPrefix" and node.args:
                self.prefix = constant(node.args[0], scope, self.program) or ""
            elif node.func.name == "enableVersioning":
                options = node.args[0] if node.args else None
                kind = t.dotted(options.get("type") or options) if isinstance(options, t.Table) else "URI"
                self.versioned = kind in {"URI", ""} or kind.endswith(".URI")
            elif node.func.name == "useGlobalGuards":
                self.everywhere += tuple((scope.path, a.func if isinstance(a, t.Call) else a) for a in node.args)

    def _prefixed(self, node: t.Call, scope: Scope) -> None:
        """`routePrefix` of routing-controllers, `rootPath` of inversify."""
        for table in (a for a in node.args if isinstance(a, t.Table)):
            self.prefix = constant(table.get("routePrefix", "rootPath"), scope, self.program) or self.prefix

    def _graph(self, call: t.Call, scope: Scope) -> Hit:
        """`GraphQLModule.forRoot({path})`: one address for all resolvers, outside of the global prefix."""
        options = call.args[0] if call.args else None
        given = options.get("path") if isinstance(options, t.Table) else None
        route = exact(constant(given, scope, self.program) or "/graphql")
        return Hit(
            ANY, route.path, route.match, scope.path, call.line, "", scope.path, before=self.everywhere, framework="nest",
        )  # fmt: skip

    def _controller(self, cls: t.Class, scope: Scope) -> Iterator[Hit]:
        head = _head(cls, scope)
        first = head.args[0] if head is not None and head.args else None
        version = ""
        if isinstance(first, t.Table):
            version = constant(first.get("version"), scope, self.program) or ""
            first = first.get("path")
        spared_class = _spared(cls.decorators)
        for part in (texts(first, scope, self.program) if first is not None else []) or [""]:
            for member in cls.body:
                for decorator in member.decorators if isinstance(member, t.Function) else ():
                    if isinstance(decorator, t.Call) and _verb(decorator, scope) and isinstance(member, t.Function):
                        at = _version(member.decorators, scope, self.program) or version
                        base = joined(joined(self.prefix, f"v{at}" if at and self.versioned else ""), part)
                        yield from self._route(cls, member, decorator, base, scope, spared=spared_class)

    def _route(
        self, cls: t.Class, member: t.Function, decorator: t.Call, base: str, scope: Scope, *, spared: bool
    ) -> Iterator[Hit]:
        spared = spared or _spared(member.decorators)
        head = _head(cls, scope)
        given = tuple(
            a for d in (decorator, head) if d is not None for a in d.args[1:] if isinstance(a, (t.Name, t.Attr, t.Call))
        )
        guards = () if spared else (*_guards(member.decorators), *_guards(cls.decorators), *given)
        for path in (texts(decorator.args[0], scope, self.program) if decorator.args else []) or [""]:
            route = exact(joined(base, path))
            yield Hit(
                _verb(decorator, scope), route.path, route.match, scope.path, decorator.line,
                f"{cls.name}.{member.name}", scope.path, before=() if spared else self.everywhere, body=(member,),
                decorators=guards, framework="nest",
            )  # fmt: skip


def _head(cls: t.Class, scope: Scope) -> t.Call | None:
    return next(
        (
            d for d in cls.decorators
            if isinstance(d, t.Call) and (called(d) in _CONTROLLERS or (called(d) in _TSOA and _comes_from(d, scope, "tsoa")))
        ),
        None,
    )  # fmt: skip


def _of_members(cls: t.Class) -> Iterator[t.Call]:
    for member in cls.body:
        yield from (d for d in getattr(member, "decorators", ()) if isinstance(d, t.Call))


def _verb(decorator: t.Call, scope: Scope) -> str:
    """The method that a decorator routes; empty for any other."""
    name = called(decorator)
    return _VERBS.get(name, "") or (_LOOPBACK.get(name, "") if _comes_from(decorator, scope, "@loopback/rest") else "")


def _comes_from(decorator: t.Call, scope: Scope, package: str) -> bool:
    return package in scope.imports.get(called(decorator), ("", ""))[0]


def _is_loopback(scope: Scope) -> bool:
    return any(module == "@loopback/rest" for module, _ in scope.imports.values())


def _version(decorators: tuple[t.Node, ...], scope: Scope, program: Program) -> str:
    given = next((d for d in decorators if isinstance(d, t.Call) and called(d) == "Version" and d.args), None)
    return (constant(given.args[0], scope, program) or "") if given is not None else ""


def _spared(decorators: tuple[t.Node, ...]) -> bool:
    """`@Public()`: the guards let everybody pass."""
    return any(_PUBLIC.search(called(d)) for d in decorators if isinstance(d, t.Call))


def _guards(decorators: tuple[t.Node, ...]) -> tuple[t.Node, ...]:
    """Arguments of `@UseGuards(...)` as middleware, and decorators that are named like a check (`@Auth()`, `@Roles(...)`)."""
    found: list[t.Node] = []
    for decorator in decorators:
        name = called(decorator) if isinstance(decorator, t.Call) else ""
        if isinstance(decorator, t.Call) and name == "UseGuards":
            found.extend(a.func if isinstance(a, t.Call) and called(a) != "AuthGuard" else a for a in decorator.args)
        elif isinstance(decorator, t.Call) and name in _AROUND and decorator.args:
            found.extend(i for a in decorator.args for i in (a.items if isinstance(a, t.Items) else (a,)))
        elif name == "Security":  # tsoa's, which is named by its scheme
            found.append(t.Name(decorator.line, "require_auth"))
        elif name in _NAMED_CHECKS:
            found.append(decorator)
    return tuple(found)

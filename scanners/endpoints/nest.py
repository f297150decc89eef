"""Controllers of Nest, and of what is written like it, with guards of methods, classes and the whole application."""

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
_CONTROLLERS = frozenset({"Controller", "JsonController", "RestController"})
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
        controllers = [(node, scope) for scope in self.scopes for node in scope.all_of(t.Class) if _head(node)]
        if not controllers:
            return
        for scope in self.scopes:
            self._settings(scope)
        for cls, scope in controllers:
            yield from self._controller(cls, scope)

    def _settings(self, scope: Scope) -> None:
        """`setGlobalPrefix`, `enableVersioning`, `useGlobalGuards`, `{provide: APP_GUARD, useClass: X}`."""
        for node in scope.nodes:
            if isinstance(node, t.Table) and t.dotted(node.get("provide") or node) == "APP_GUARD":
                guard = node.get("useClass", "useExisting", "useFactory")
                if guard is not None:
                    self.everywhere += ((scope.path, guard),)
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

    def _controller(self, cls: t.Class, scope: Scope) -> Iterator[Hit]:
        head = _head(cls)
        first = head.args[0] if head is not None and head.args else None
        version = ""
        if isinstance(first, t.Table):
            version = constant(first.get("version"), scope, self.program) or ""
            first = first.get("path")
        spared_class = _spared(cls.decorators)
        for part in (texts(first, scope, self.program) if first is not None else []) or [""]:
            for member in cls.body:
                for decorator in member.decorators if isinstance(member, t.Function) else ():
                    if isinstance(decorator, t.Call) and called(decorator) in _VERBS and isinstance(member, t.Function):
                        at = _version(member.decorators, scope, self.program) or version
                        base = joined(joined(self.prefix, f"v{at}" if at and self.versioned else ""), part)
                        yield from self._route(cls, member, decorator, base, scope, spared=spared_class)

    def _route(
        self, cls: t.Class, member: t.Function, decorator: t.Call, base: str, scope: Scope, *, spared: bool
    ) -> Iterator[Hit]:
        spared = spared or _spared(member.decorators)
        guards = () if spared else (*_guards(member.decorators), *_guards(cls.decorators))
        for path in (texts(decorator.args[0], scope, self.program) if decorator.args else []) or [""]:
            route = exact(joined(base, path))
            yield Hit(
                _VERBS[called(decorator)], route.path, route.match, scope.path, decorator.line,
                f"{cls.name}.{member.name}", scope.path, before=() if spared else self.everywhere, body=(member,),
                decorators=guards, framework="nest",
            )  # fmt: skip


def _head(cls: t.Class) -> t.Call | None:
    return next((d for d in cls.decorators if isinstance(d, t.Call) and called(d) in _CONTROLLERS), None)


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
        elif name in {"Auth", "Authorized", "Authenticated", "RequireAuth", "UseAuth"}:
            found.append(decorator)
    return tuple(found)

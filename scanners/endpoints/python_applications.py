"""Applications and routers of Flask, FastAPI, Chalice and Powertools: where they are made and under which prefixes they hang."""

from __future__ import annotations

import re
from dataclasses import replace

from scanners.endpoints.applications import Application, Placed
from scanners.endpoints.python_tables import registrations
from scanners.endpoints.unmounted import unmounted
from scanners.routing.shapes import called
from scanners.syntax import tree as t
from scanners.syntax.program import Found, Program, Scope

_ROUTERS = {
    "Flask": "flask", "Blueprint": "flask", "APIBlueprint": "flask", "APIFlask": "flask", "OpenAPI": "flask",
    "FastAPI": "fastapi", "APIRouter": "fastapi", "Chalice": "chalice",
    "APIGatewayRestResolver": "powertools", "APIGatewayHttpResolver": "powertools", "ALBResolver": "powertools",
    "LambdaFunctionUrlResolver": "powertools", "VPCLatticeResolver": "powertools", "VPCLatticeV2Resolver": "powertools",
    "ApiGatewayResolver": "powertools", "Router": "router", "Namespace": "flask", "namespace": "flask", "Api": "flask", "Quart": "flask",
    "Sanic": "flask", "Starlette": "fastapi", "Bottle": "flask", "LambdaAPI": "router", "SimpleAPI": "router",
}  # fmt: skip


_OWN_ROUTES = frozenset({"Router", "SimpleAPI", "LambdaAPI", "Api", "OpenAPI"})
"""Names that are common: a class of ours that has one as its base may be anything."""
_PARTS = frozenset({"Blueprint", "APIBlueprint", "APIRouter", "Router", "Namespace", "namespace"})


class PythonApplications:
    """Every application and router of a program's Python modules."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.scopes = [s for s in program.scopes.values() if s.module.language == "python"]
        self.apps: dict[tuple[str, str], Application] = {}
        for scope in self.scopes:
            self._find_applications(scope)
        self._given: dict[tuple[str, str], tuple[str, str] | None] = {}
        """By file and name of a parameter: the application that every call gives it."""
        for _ in range(2 if self.apps else 0):  # one that is handed on
            for scope in self.scopes:
                self._find_given(scope)
        for scope in self.scopes:
            self._find_mounts(scope)
        self._entries: dict[int, list[Placed]] = {}
        if any(app.kind == "powertools" for app in self.apps.values()):
            for scope in self.scopes:
                for function in scope.all_of(t.Function):
                    self._find_entry(function, scope)
        self.unserved = unmounted(program, self.apps.values())

    def _find_applications(self, scope: Scope) -> None:
        for node in scope.all_of(t.Bind):
            if not isinstance(node.value, t.Call):
                continue
            kind = called(node.value).rsplit(".", 1)[-1]
            name = t.dotted(node.target)
            if kind not in _ROUTERS and name:
                kind = self._derived(kind, scope)
            if kind not in _ROUTERS or not name:
                continue
            prefix = node.value.keyword("prefix", "url_prefix", "root_path", "path")
            if kind in {"Namespace", "namespace"} and prefix is None and node.value.args:
                prefix = node.value.args[0]
            guards = listed(node.value.keyword("dependencies"))
            text = self._text(prefix, scope) if prefix is not None and kind != "FastAPI" else ""
            if kind == "FastAPI" or (kind == "Api" and prefix is not None):
                prefix = node.value.keyword("prefix")
                text = self._text(prefix, scope) if prefix is not None else ""
            family = _ROUTERS[kind]
            if kind == "Router" and "powertools" in scope.imports.get("Router", ("", ""))[0]:
                family = "powertools"
            self.apps[scope.path, name.removeprefix("self.")] = Application(
                scope, name, family, text, guards, is_part=kind in _PARTS
            )

    def _derived(self, name: str, scope: Scope, depth: int = 0) -> str:
        """`Chalice` for a class of ours that is one; empty for anything else."""
        found = self.program.resolve(scope, name) if name[:1].isupper() and depth < 4 else None
        if not isinstance(found, Found) or not isinstance(found.node, t.Class):
            return ""
        for base in found.node.bases:
            last = t.dotted(base).rsplit(".", 1)[-1]
            kind = (
                last if last in _ROUTERS and last not in _OWN_ROUTES else self._derived(last, found.module, depth + 1)
            )
            if kind:
                return kind
        return ""

    def _attached(self, node: t.Node, scope: Scope) -> None:
        """`Api(blueprint)`, `api.init_app(app)`, `ns = api.namespace("cats")`: below what they are given to."""
        if isinstance(node, t.Bind) and isinstance(node.value, t.Call):
            call, child = node.value, self.apps.get((scope.path, t.dotted(node.target).removeprefix("self.")))
            if child is None:
                return
            kind = called(call).rsplit(".", 1)[-1]
            if kind == "namespace" and isinstance(call.func, t.Attr):
                parent = self.application(call.func.base, scope)
            else:
                given = call.args[0] if call.args else call.keyword("app", "blueprint")
                parent = self.application(given, scope) if kind == "Api" and given is not None else None
        elif isinstance(node, t.Call) and isinstance(node.func, t.Attr) and node.func.name == "init_app" and node.args:
            child, parent = self.application(node.func.base, scope), self.application(node.args[0], scope)
        else:
            return
        if parent is not None and child is not None and parent is not child and not child.mounts:
            child.mounts.append((parent, "", ()))

    def _find_mounts(self, scope: Scope) -> None:
        rows = [(row.call, row.home) for row in registrations(scope, self.program)]
        for node, home in (*((node, scope) for node in scope.nodes), *rows):
            self._attached(node, scope)
            if not isinstance(node, t.Call) or not isinstance(node.func, t.Attr) or not node.args:
                continue
            method = node.func.name
            if method not in {"include_router", "register_blueprint", "mount", "add_namespace", "register_api", "use"}:
                continue
            parent = self.application(node.func.base, scope)
            child_node = node.args[1] if method == "mount" and len(node.args) > 1 else node.args[0]
            child = self.application(child_node, scope) or self.application(child_node, home)
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
            child.mounts.append((parent, text, listed(node.keyword("dependencies"))))

    def _find_given(self, scope: Scope) -> None:
        """`register_users(blueprint)`: in that function the parameter is the blueprint."""
        for call in scope.all_of(t.Call):
            if not any(isinstance(a, t.Name) for a in call.args):
                continue
            head, _, rest = t.dotted(call.func).partition(".")
            found = self.program.resolve(scope, head) if head else None
            if isinstance(found, Scope) and rest:
                found = self.program.member(found, rest.rsplit(".", 1)[-1])
            if not isinstance(found, Found) or not isinstance(found.node, t.Function):
                continue
            for given, param in zip(call.args, found.node.params, strict=False):
                app = self.application(given, scope) if isinstance(given, t.Name) else None
                if app is not None and (found.module.path, param.name) not in self.apps:
                    key, value = (found.module.path, param.name), (app.scope.path, app.name)
                    self._given[key] = value if self._given.get(key, value) == value else None

    def entered(self, app: Application) -> tuple[Placed, ...]:
        """What runs before `app.resolve(event, context)` of Powertools: decorators of the entry, and statements."""
        return tuple(self._entries.get(id(app), ()))

    def _find_entry(self, function: t.Function, scope: Scope) -> None:
        before = _before_resolving(function.body)
        if before is None:
            return
        call, statements = before
        app = self.application(call.func.base, scope) if isinstance(call.func, t.Attr) else None
        if app is None:
            return
        placed = [(scope.path, d) for d in function.decorators]
        if statements:
            placed.append((scope.path, t.Function(function.line, function.name, function.params, statements)))
        self._entries.setdefault(id(app), []).extend(placed)

    def application(self, node: t.Node, scope: Scope) -> Application | None:
        """The application that a name means, across imports and as a parameter; also what a function or an object gives."""
        if isinstance(node, t.Call):
            return self._given_back(node, scope)
        if isinstance(node, t.Attr) and isinstance(node.base, t.Call):
            return self._of_class(self.program.resolve(scope, t.dotted(node.base.func)), node.name)
        name = t.dotted(node)
        if not name:
            return None
        given = self._given.get((scope.path, name))
        return self._said(name, scope) or (self.apps.get(given) if given is not None else None)

    def _said(self, name: str, scope: Scope) -> Application | None:
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
        if rest:
            return self._of_class(found, rest)
        return self._made(found) if isinstance(found, Found) else None

    def _of_class(self, found: Found | Scope | None, name: str) -> Application | None:
        """`UserRoutes.api` and `users.router`: a field of a class, or of an object that is made of one."""
        if isinstance(found, Found) and isinstance(found.node, t.Call) and t.dotted(found.node.func):
            found = self.program.resolve(found.module, t.dotted(found.node.func))
        if not isinstance(found, Found) or not isinstance(found.node, t.Class):
            return None
        return self.apps.get((found.module.path, name))

    def _given_back(self, node: t.Call, scope: Scope) -> Application | None:
        """`app.register_blueprint(make_users())`: what the function makes and gives back."""
        head, _, rest = t.dotted(node.func).partition(".")
        found = self.program.resolve(scope, head) if head else None
        if isinstance(found, Scope) and rest:
            found = self.program.member(found, rest)
        elif isinstance(found, Found) and isinstance(found.node, (t.Class, t.Call)) and rest:
            cls = (
                self.program.resolve(found.module, t.dotted(found.node.func))
                if isinstance(found.node, t.Call)
                else found
            )
            members = cls.node.body if isinstance(cls, Found) and isinstance(cls.node, t.Class) else ()
            method = next((m for m in members if isinstance(m, t.Function) and m.name == rest), None)
            found = Found(cls.module, method) if method is not None and isinstance(cls, Found) else None
        if not isinstance(found, Found) or not isinstance(found.node, t.Function):
            return None
        for inner in t.walk(*found.node.body, into_functions=False):
            if isinstance(inner, t.Return) and inner.value is not None and t.dotted(inner.value):
                made = self.apps.get((found.module.path, t.dotted(inner.value).removeprefix("self.")))
                if made is not None:
                    return made
        return None

    def _made(self, found: Found) -> Application | None:
        for (path, _), app in self.apps.items():
            if path == found.module.path and found.module.names.get(app.name) is found.node:
                return self.apps[path, app.name]
        return None

    def _text(self, node: t.Node | None, scope: Scope) -> str:
        """The prefix, as far as it is known: `f"{settings.BASE}/auth"` is at least `/auth`."""
        whole = literal(node, scope, self.program)
        if whole is None and isinstance(node, t.Text):
            return "".join(literal(part, scope, self.program) or "" for part in node.parts)
        return whole or ""


def _before_resolving(body: tuple[t.Node, ...]) -> tuple[t.Call, tuple[t.Node, ...]] | None:
    """The call `app.resolve(event, context)` among statements, with those that run before it."""
    for index, node in enumerate(body):
        for call in t.walk(node, into_functions=False):
            if not (isinstance(call, t.Call) and isinstance(call.func, t.Attr) and call.func.name == "resolve"):
                continue
            if len(call.args) == 2:
                inner = _before_resolving(node.body) if isinstance(node, (t.Try, t.Block)) else None
                return call, (*body[:index], *(inner[1] if inner is not None else ()))
    return None


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
    if isinstance(node, t.Call) and isinstance(node.func, t.Attr) and node.func.name == "format":
        return _formatted(node, scope, program, depth)
    if isinstance(node, t.Index) and t.dotted(node.base).endswith("app.config") and t.text_of(node.key):
        return _setting(t.text_of(node.key) or "", program)
    if isinstance(node, t.Attr):
        name = t.dotted(node)
        if re.search(r"(?i)(prefix|api_v\d_str|api_version|base_path|root_path|api_path)$", name):
            return _setting(node.name, program)
    return None


def _formatted(node: t.Call, scope: Scope, program: Program, depth: int) -> str | None:
    """`"{}/{}".format(PREFIX, "users")`."""
    assert isinstance(node.func, t.Attr)
    template = literal(node.func.base, scope, program, depth + 1)
    args = [literal(a, scope, program, depth + 1) for a in node.args]
    if template is None or template.count("{}") != len(args) or any(a is None for a in args):
        return None
    pieces = template.split("{}")
    return "".join(f"{piece}{arg}" for piece, arg in zip(pieces, [*args, ""], strict=True))


def _setting(name: str, program: Program) -> str | None:
    """A class attribute of a settings class (`settings.API_V1_STR`), or a constant of a settings file."""
    for scope in program.scopes.values():
        if scope.module.language != "python":
            continue
        if name.isupper() and t.text_of(scope.names.get(name)):
            return t.text_of(scope.names[name])
        for node in scope.names.values():
            if isinstance(node, t.Class):
                for member in node.body:
                    if isinstance(member, t.Bind) and t.dotted(member.target) == name and t.text_of(member.value):
                        return t.text_of(member.value)
    return None


def listed(node: t.Node | None) -> tuple[t.Node, ...]:
    """Elements of a literal list; nothing for anything else."""
    return node.items if isinstance(node, t.Items) else ()

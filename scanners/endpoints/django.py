"""Routes of Django and Django REST framework, as far as `urlpatterns` and routers write them out."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from scanners.endpoints.endpoint import Hit
from scanners.endpoints.rest_permissions import permissions_for
from scanners.routing.methods import methods_answered
from scanners.routing.route import ANY, METHODS, exact, from_regex, joined
from scanners.routing.shapes import called
from scanners.syntax import tree as t
from scanners.syntax.program import Found, Program, Scope

_VERBS = {"get", "post", "put", "patch", "delete"}
_GENERIC = (
    (re.compile(r"RetrieveUpdateDestroyAPIView$"), ("GET", "PUT", "PATCH", "DELETE")),
    (re.compile(r"RetrieveUpdateAPIView$"), ("GET", "PUT", "PATCH")),
    (re.compile(r"RetrieveDestroyAPIView$"), ("GET", "DELETE")),
    (re.compile(r"ListCreateAPIView$"), ("GET", "POST")),
    (re.compile(r"(List|Retrieve)APIView$"), ("GET",)),
    (re.compile(r"CreateAPIView$|Token\w*View$"), ("POST",)),
    (re.compile(r"UpdateAPIView$"), ("PUT", "PATCH")),
    (re.compile(r"DestroyAPIView$"), ("DELETE",)),
    (re.compile(r"(Create|Update|Form|Delete|Login)View$"), ("GET", "POST")),
    (re.compile(r"(Template|List|Detail|Redirect|Archive)View$"), ("GET",)),
    (re.compile(r"^(\w+\.)?Spectacular(\w*API|Swagger\w*|Redoc)View$"), ("GET",)),
)
"""What generic views answer, by the name of a base."""
_ACTIONS = {
    ("GET", False): "list", ("POST", False): "create", ("GET", True): "retrieve", ("PUT", True): "update",
    ("PATCH", True): "partial_update", ("DELETE", True): "destroy",
}  # fmt: skip
"""Actions of a view set by method and whether one object is meant."""
_LIST, _DETAIL = ("GET", "POST"), ("GET", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True, slots=True)
class _View:
    methods: tuple[str, ...]
    name: str
    guards: tuple[t.Node, ...]
    body: tuple[t.Node, ...]
    scope: Scope
    reads_open: bool = False
    """`IsAuthenticatedOrReadOnly`."""
    cls: t.Class | None = None


class DjangoRoutes:
    """All routes below the outermost `urlpatterns` of a program."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.scopes = [s for s in program.scopes.values() if "urlpatterns" in s.names]
        self.default = self._default_permissions()

    def hits(self) -> Iterator[Hit]:
        """Every route with its prefixes."""
        included = {
            inner.path for s in self.scopes for call in _calls(s) if (inner := self._included(call, s)) is not None
        }
        projects = self._projects()
        for scope in self.scopes:
            if scope.path not in included and not self._beside(scope, projects):
                yield from self._below(scope, "", 0, scope.path)

    def _projects(self) -> dict[str, str]:
        """Folder of each project whose settings name the root of its addresses, with that root; none that computes more."""
        if any(_computes(call) for s in self.scopes for call in s.all_of(t.Call)):
            return {}
        found: dict[str, str] = {}
        for scope in self.program.scopes.values():
            root = t.text_of(scope.names.get("ROOT_URLCONF"))
            module = self.program.module(scope.path, root) if root else None
            if module is not None and "urlpatterns" in module.names:
                found[posixpath.dirname(posixpath.dirname(module.path))] = module.path
        return found

    def _beside(self, scope: Scope, projects: dict[str, str]) -> bool:
        """Whether a project has a root of its addresses that leaves this file out."""
        return scope.path not in projects.values() and any(
            not folder or scope.path.startswith(f"{folder}/") for folder in projects
        )

    def _below(self, scope: Scope, prefix: str, depth: int, backend: str) -> Iterator[Hit]:
        for call in _calls(scope):
            name = called(call).rsplit(".", 1)[-1]
            if name == "register" and len(call.args) > 1 and not _has_include_of_router(scope):
                yield from self._viewset(call, scope, prefix, backend)
            if name not in {"path", "re_path", "url"} or len(call.args) < 2:
                continue
            route = _route(name, call.args[0])
            if route is None:
                continue
            whole = joined(prefix, route) if route.strip("/") else prefix or "/"
            target = call.args[1]
            inner = self._included(call, scope)
            if inner is not None and depth < 6:
                yield from self._below(inner, whole, depth + 1, backend)
            elif isinstance(target, t.Call) and called(target).rsplit(".", 1)[-1] == "include":
                for registered in _calls(scope):
                    if called(registered).endswith(".register") and len(registered.args) > 1:
                        yield from self._viewset(registered, scope, whole, backend)
            else:
                view = self._view(target, scope)
                if view is not None:
                    yield from self._spread(view, whole, call.line, scope, backend)

    def _included(self, call: t.Call, scope: Scope) -> Scope | None:
        target = call.args[1] if len(call.args) > 1 else None
        if not isinstance(target, t.Call) or called(target).rsplit(".", 1)[-1] != "include" or not target.args:
            return None
        first = target.args[0]
        first = first.items[0] if isinstance(first, t.Items) and first.items else first
        module = t.text_of(first)
        if module is not None:
            return self.program.module(scope.path, module)
        found = self.program.resolve(scope, t.dotted(first)) if t.dotted(first) and "." not in t.dotted(first) else None
        return found if isinstance(found, Scope) and "urlpatterns" in found.names else None

    def _view(self, node: t.Node, scope: Scope) -> _View | None:
        guards: list[t.Node] = []
        while isinstance(node, t.Call) and not called(node).endswith("as_view") and node.args:
            guards.append(node.func)  # login_required(view)
            node = node.args[0]
        if isinstance(node, t.Call) and isinstance(node.func, t.Attr):
            found = self._resolve(node.func.base, scope)
            cls = found.node if found is not None else None
            if found is not None and isinstance(cls, t.Class):
                return self._class_view(cls, found.module, tuple(guards), node)
            name = t.dotted(node.func.base)
            known: tuple[str, ...] = next((m for pattern, m in _GENERIC if pattern.search(name)), (ANY,))
            return _View(known, name, tuple(guards), (), scope)
        found = self._resolve(node, scope)
        if found is None or not isinstance(found.node, t.Function):
            return (
                _View((ANY,), t.dotted(node), tuple(guards), (), scope)
                if t.dotted(node) and "admin.site" not in t.dotted(node)
                else None
            )
        function = found.node
        methods = _declared_methods(function)
        if methods == (ANY,):
            methods = tuple(methods_answered(function)) or methods
        classes = next(
            (
                d.args[0]
                for d in function.decorators
                if isinstance(d, t.Call) and called(d).endswith("permission_classes") and d.args
            ),
            None,
        )
        rest = any(called(d).endswith("api_view") for d in function.decorators if isinstance(d, t.Call))
        permissions = self._permissions(classes, rest=rest)
        return _View(
            methods,
            function.name,
            (*guards, *function.decorators, *permissions),
            (function,),
            found.module,
            _reads_open(permissions),
        )

    def _class_view(self, cls: t.Class, scope: Scope, guards: tuple[t.Node, ...], node: t.Call) -> _View:
        names = [t.dotted(b) for b in cls.bases]
        own = tuple(m.name.upper() for m in cls.body if isinstance(m, t.Function) and m.name in _VERBS)
        mapped: tuple[str, ...] = ()
        if node.args and isinstance(node.args[0], t.Table):
            mapped = tuple(str(k.value).upper() for k, _ in node.args[0].pairs if isinstance(k, t.Const))
        generic = next((m for n in names for pattern, m in _GENERIC if pattern.search(n)), ())
        classes = next(
            (m.value for m in cls.body if isinstance(m, t.Bind) and t.dotted(m.target) == "permission_classes"), None
        )
        rest = any(re.search(r"API|ViewSet", n) for n in names)
        permissions = self._permissions(classes, rest=rest)
        methods = mapped or tuple(dict.fromkeys((*own, *generic))) or (ANY,)
        return _View(
            methods,
            cls.name,
            (*guards, *cls.decorators, *cls.bases, *permissions),
            cls.body,
            scope,
            _reads_open(permissions),
            cls,
        )

    def _viewset(self, call: t.Call, scope: Scope, prefix: str, backend: str) -> Iterator[Hit]:
        name = t.text_of(call.args[0])
        found = self._resolve(call.args[1], scope)
        if name is None or found is None or not isinstance(found.node, t.Class):
            return
        view = self._class_view(found.node, found.module, (), t.Call(call.line, call.func, ()))
        names = " ".join(t.dotted(b) for b in found.node.bases)
        own = {m.name for m in found.node.body if isinstance(m, t.Function)}
        readonly = "ReadOnly" in names
        full = "ModelViewSet" in names and not readonly
        base = joined(prefix, name)
        for path, methods, actions in (
            (base, _LIST, ("list", "create")), (f"{base}/{{pk}}", _DETAIL, ("retrieve", "update", "partial_update", "destroy")),
        ):  # fmt: skip
            served = [m for m, a in zip(methods, actions, strict=True) if full or a in own or (readonly and m == "GET")]
            yield from self._spread(
                replace(view, methods=tuple(served)),
                path,
                call.line,
                scope,
                backend,
            )
        for member in found.node.body:
            for decorator in member.decorators if isinstance(member, t.Function) else ():
                if isinstance(decorator, t.Call) and called(decorator) == "action" and isinstance(member, t.Function):
                    detail = decorator.keyword("detail")
                    below = f"{base}/{{pk}}" if isinstance(detail, t.Const) and detail.value is True else base
                    given = decorator.keyword("methods")
                    verbs = (
                        tuple(x.upper() for i in given.items if (x := t.text_of(i)))
                        if isinstance(given, t.Items)
                        else ("GET",)
                    )
                    extra = t.text_of(decorator.keyword("url_path")) or member.name
                    yield from self._spread(
                        self._of_action(view, verbs, member, decorator),
                        f"{below}/{extra}", decorator.line, scope, backend, member.name,
                    )  # fmt: skip

    def _of_action(self, view: _View, verbs: tuple[str, ...], member: t.Function, decorator: t.Call) -> _View:
        """An extra action of a view set; its own permissions replace those of the class."""
        name = f"{view.name}.{member.name}"
        own = decorator.keyword("permission_classes")
        if own is None:
            return replace(view, methods=verbs, name=name, body=(member,))
        permissions = self._permissions(own, rest=True)
        return _View(verbs, name, permissions, (member,), view.scope, _reads_open(permissions))

    def _spread(self, view: _View, path: str, line: int, scope: Scope, backend: str, action: str = "") -> Iterator[Hit]:
        route = exact(path)
        allowed = _allowed(view.cls)
        for method in view.methods:
            if method == "OPTIONS" or (method not in METHODS and method != ANY) or (allowed and method not in allowed):
                continue
            guards = () if view.reads_open and method in {"GET", "HEAD"} else view.guards
            if view.cls is not None:
                verb = action or _ACTIONS.get((method, path.endswith("}")), "")
                chosen = permissions_for(view.cls, method, verb)
                if chosen is not None:
                    guards = (*view.cls.decorators, *(i for i in chosen if not t.dotted(i).endswith("AllowAny")))
            yield Hit(
                method, route.path, route.match, scope.path, line, view.name, backend,
                before=self._dispatched(view.cls, view.scope), body=_answering(view, method), decorators=guards, module=view.scope.path, framework="django",
            )  # fmt: skip

    def _dispatched(self, cls: t.Class | None, scope: Scope, depth: int = 0) -> tuple[tuple[str, t.Node], ...]:
        """What bases of ours do before every method: `dispatch` of a mixin."""
        found: list[tuple[str, t.Node]] = []
        for base in cls.bases if cls is not None and depth < 4 else ():
            given = self._resolve(base, scope)
            if given is not None and isinstance(given.node, t.Class):
                found += [(given.module.path, m) for m in given.node.body if _runs_first(m)]
                found += self._dispatched(given.node, given.module, depth + 1)
        return tuple(found)

    def _resolve(self, node: t.Node, scope: Scope) -> Found | None:
        name = t.dotted(node)
        found = self.program.resolve(scope, name.split(".", 1)[0]) if name else None
        if isinstance(found, Scope) and "." in name:
            found = self.program.member(found, name.rsplit(".", 1)[-1])
        return found if isinstance(found, Found) else None

    def _permissions(self, given: t.Node | None, *, rest: bool) -> tuple[t.Node, ...]:
        if isinstance(given, t.Items):
            return tuple(i for i in given.items if not t.dotted(i).endswith("AllowAny"))
        return self.default if rest and given is None else ()

    def _default_permissions(self) -> tuple[t.Node, ...]:
        """`REST_FRAMEWORK["DEFAULT_PERMISSION_CLASSES"]` of the settings."""
        for scope in self.program.scopes.values():
            table = scope.names.get("REST_FRAMEWORK")
            given = table.get("DEFAULT_PERMISSION_CLASSES") if isinstance(table, t.Table) else None
            if isinstance(given, t.Items):
                names = [(i.line, (t.text_of(i) or "").rsplit(".", 1)[-1]) for i in given.items]
                return tuple(t.Name(line, name) for line, name in names if name and name != "AllowAny")
        return ()


def _allowed(cls: t.Class | None) -> frozenset[str]:
    """`http_method_names = ["get", "post"]` of a view; empty where all are answered."""
    for member in cls.body if cls is not None else ():
        if isinstance(member, t.Bind) and t.dotted(member.target) == "http_method_names":
            listed = member.value.items if isinstance(member.value, t.Items) else ()
            return frozenset((t.text_of(i) or "").upper() for i in listed)
    return frozenset()


def _runs_first(member: t.Node) -> bool:
    return isinstance(member, t.Function) and member.name in {"dispatch", "setup", "initial"}


def _answering(view: _View, method: str) -> tuple[t.Node, ...]:
    """The body without what answers other methods: a check in `get` says nothing of `post`."""
    if view.cls is None or method == ANY:
        return view.body
    return tuple(
        m for m in view.body
        if not (isinstance(m, t.Function) and m.name in _VERBS and m.name != method.lower() and len(view.body) > 1)
    )  # fmt: skip


def _computes(call: t.Call) -> bool:
    """`include(f"{app}.urls")`: any file may be meant."""
    if called(call).rsplit(".", 1)[-1] != "include" or not call.args:
        return False
    first = call.args[0]
    first = first.items[0] if isinstance(first, t.Items) and first.items else first
    return not isinstance(first, t.Const) and not t.dotted(first)


def _calls(scope: Scope) -> Iterator[t.Call]:
    yield from scope.all_of(t.Call)


def _route(name: str, node: t.Node) -> str | None:
    text = t.text_of(node)
    if text is None:
        return None
    if name == "path":
        return text
    found = from_regex("^/" + text.removeprefix("^").lstrip("/") if text.strip("^$/") else "^/$")
    return found.path if found is not None else None


def _has_include_of_router(scope: Scope) -> bool:
    """Whether the file hangs its router's addresses below a prefix; else they stand at the root."""
    return any(
        called(c).rsplit(".", 1)[-1] == "include" and c.args and t.dotted(c.args[0]).endswith(".urls")
        for c in _calls(scope)
    )


def _declared_methods(function: t.Function) -> tuple[str, ...]:
    for decorator in function.decorators:
        name = t.dotted(decorator) or (called(decorator) if isinstance(decorator, t.Call) else "")
        last = name.rsplit(".", 1)[-1]
        if last in {"require_POST", "require_GET"}:
            return (last[8:],)
        if last in {"require_http_methods", "api_view"} and isinstance(decorator, t.Call):
            given = decorator.args[0] if decorator.args else None
            return (
                tuple(x.upper() for i in given.items if (x := t.text_of(i))) if isinstance(given, t.Items) else ("GET",)
            )
    return (ANY,)


def _reads_open(permissions: tuple[t.Node, ...]) -> bool:
    return any("ReadOnly" in t.dotted(p) for p in permissions)

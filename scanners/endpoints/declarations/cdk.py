"""Routes in CDK programs, in TypeScript and Python, as far as they are written out: resources, methods, integrations."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from auditor.model.pattern import lazy
from scanners.endpoints.endpoint import Declared
from scanners.routing.evidence import Auth
from scanners.routing.route import ANY, METHODS, from_key, joined, spell
from scanners.routing.shapes import called
from scanners.syntax import tree as t
from scanners.syntax.program import Program, Scope

_ADD = frozenset({"addResource", "add_resource", "resourceForPath", "resource_for_path"})
_PROXY = frozenset({"addProxy", "add_proxy"})
_METHOD = frozenset({"addMethod", "add_method"})
_ROUTES = frozenset({"addRoutes", "add_routes"})
_FUNCTION = lazy(r"(?i)(^|\.)(Function|NodejsFunction|PythonFunction|DockerImageFunction|SingletonFunction)$")


def cdk_routes(program: Program) -> Iterator[Declared]:
    """Routes of every file that builds an API."""
    for scope in program.scopes.values():
        calls = {n.func.name for n in scope.all_of(t.Call) if isinstance(n.func, t.Attr)}
        if calls & (_METHOD | _ROUTES):
            yield from _File(scope).routes()
        yield from _sst(scope)


def _sst(scope: Scope) -> Iterator[Declared]:
    """`routes: {"GET /items": "functions/items.handler"}` of SST."""
    for node in scope.all_of(t.Call, t.Table):
        if isinstance(node, t.Call):
            yield from _sst_call(node, scope)
        if not isinstance(node, t.Table):
            continue
        for key, value in node.pairs:
            route = from_key(str(key.value)) if isinstance(key, t.Const) and isinstance(key.value, str) else None
            handler = t.text_of(value) or (t.text_of(value.get("function")) if isinstance(value, t.Table) else None)
            if route is None or not handler or not re.fullmatch(r"[\w./-]+\.\w+", handler):
                continue
            guarded = isinstance(value, t.Table) and value.get("authorizer") is not None
            yield Declared(
                min(route.methods, default=ANY), route.path, scope.path, key.line if key is not None else node.line,
                Auth.YES if guarded else Auth.UNKNOWN, "authorizer" if guarded else "authorizer not seen", handler, source="SST",
            )  # fmt: skip


def _sst_call(node: t.Call, scope: Scope) -> Iterator[Declared]:
    """`api.route("GET /items", "src/items.handler", {auth: {iam: true}})`."""
    if not isinstance(node.func, t.Attr) or node.func.name != "route" or len(node.args) < 2:
        return
    route = from_key(t.text_of(node.args[0]) or "")
    given = node.args[1]
    handler = t.text_of(given.get("handler")) if isinstance(given, t.Table) else t.text_of(given)
    if route is None or not handler or not re.fullmatch(r"[\w./-]+\.\w+", handler):
        return
    options = node.args[2] if len(node.args) > 2 else None
    auth = options.get("auth") if isinstance(options, t.Table) else None
    guarded = auth is not None and not (isinstance(auth, t.Const) and auth.value is False)
    yield Declared(
        min(route.methods, default=ANY), route.path, scope.path, node.line, Auth.YES if guarded else Auth.NO,
        "auth in the SST program" if guarded else "no auth in the SST program", handler, source="SST",
    )  # fmt: skip


_SOURCE = lazy(r"^[\w./@-]+/[\w.-]+\.(ts|js|mjs|py)$")
_CODE = ("code", "codePath", "code_path", "codeDir", "assetPath", "source", "path", "entry")


def _describes_function(node: t.Call) -> bool:
    """`createLambda("X", {handler: "...", codePath: "..."})`."""
    tables = [a for a in node.args if isinstance(a, t.Table)]
    return any(table.get("handler") is not None and table.get(*_CODE) is not None for table in tables)


class _File:
    """One file: which name holds which resource or function."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.bound: dict[str, t.Node] = {}
        for node in scope.nodes:
            if isinstance(node, t.Bind):
                name = t.dotted(node.target).removeprefix("this.").removeprefix("self.")
                if name:
                    self.bound.setdefault(name, node.value)

    def routes(self) -> Iterator[Declared]:
        """Every `addMethod` and `addRoutes`."""
        for node in self.scope.nodes:
            if not isinstance(node, t.Call) or not isinstance(node.func, t.Attr):
                continue
            if node.func.name in _METHOD and node.args:
                yield from self._method(node, node.func)
            elif node.func.name in _ROUTES:
                yield from self._http_routes(node)
            elif node.func.name in _PROXY:
                base = self.path(node.func.base)
                if base is not None:
                    yield Declared(
                        ANY, joined(base, "{proxy+}"), self.scope.path, node.line, Auth.UNKNOWN, "proxy", source="CDK"
                    )

    def _method(self, node: t.Call, func: t.Attr) -> Iterator[Declared]:
        method = (t.text_of(node.args[0]) or "").upper()
        path = self.path(func.base)
        if path is None or method == "OPTIONS" or (method not in METHODS and method != ANY):
            return
        auth, evidence = self._authorizer(node, func.base)
        integration = node.args[1] if len(node.args) > 1 else None
        yield Declared(
            method, spell(path), self.scope.path, node.line, auth, evidence, self._handler(integration), source="CDK"
        )  # fmt: skip

    def _http_routes(self, node: t.Call) -> Iterator[Declared]:
        table = node.args[0] if node.args else None
        options = (
            {str(k.value): v for k, v in table.pairs if isinstance(k, t.Const)}
            if isinstance(table, t.Table)
            else dict(node.kwargs)
        )
        path = t.text_of(options.get("path"))
        if path is None:
            return
        given = options.get("methods")
        methods = [self._word(m) for m in given.items] if isinstance(given, t.Items) else [ANY]
        guarded = options.get("authorizer") is not None
        for method in methods:
            yield Declared(
                method if method in METHODS else ANY, spell(path), self.scope.path, node.line,
                Auth.YES if guarded else Auth.UNKNOWN if self._default_authorizer() else Auth.NO,
                "authorizer in the CDK program" if guarded else "no authorizer in the CDK program",
                self._handler(options.get("integration")), source="CDK",
            )  # fmt: skip

    def _word(self, node: t.Node) -> str:
        return (t.dotted(node).rsplit(".", 1)[-1] or t.text_of(node) or "").upper()

    def _default_authorizer(self) -> bool:
        names = {"defaultAuthorizer", "default_authorizer", "defaultMethodOptions", "default_method_options"}
        return any(
            (isinstance(n, t.Table) and n.get(*names) is not None)
            or (isinstance(n, t.Call) and n.keyword(*names) is not None)
            for n in self.scope.nodes
        )

    def _authorizer(self, node: t.Call, base: t.Node) -> tuple[Auth, str]:
        del base
        options: t.Node | None = node.args[2] if len(node.args) > 2 else None
        parts: list[tuple[str, t.Node]] = list(node.kwargs)
        if isinstance(options, (t.Name, t.Attr)):
            options = self.bound.get(t.dotted(options).removeprefix("this."), options)
        tables = [n for n in t.walk(options) if isinstance(n, t.Table)] if options is not None else []
        parts += [(str(k.value), v) for table in tables for k, v in table.pairs if isinstance(k, t.Const)]
        for name, value in parts:
            if name in {"authorizationType", "authorization_type"} and self._word(value) != "NONE":
                return Auth.YES, f"authorization {self._word(value)} in the CDK program"
            if name == "authorizer":
                return Auth.YES, "authorizer in the CDK program"
            if name in {"apiKeyRequired", "api_key_required"} and isinstance(value, t.Const) and value.value is True:
                return Auth.YES, "API key in the CDK program"
        if options is not None and not tables:
            return Auth.UNKNOWN, "the method's options are computed"
        spreads = any(k is None for table in tables for k, _ in table.pairs)
        if self._default_authorizer() or spreads:
            return Auth.UNKNOWN, "authorizer may come from defaults"
        return Auth.NO, "no authorizer in the CDK program"

    def path(self, node: t.Node, depth: int = 0) -> str | None:
        """Path of a resource expression; None when it is not known."""
        if depth > 20:
            return None
        if isinstance(node, t.Attr) and node.name == "root":
            return "/"
        if isinstance(node, t.Call) and isinstance(node.func, t.Attr) and node.func.name in _ADD and node.args:
            part = t.text_of(node.args[0])
            base = self.path(node.func.base, depth + 1)
            return joined(base, part) if base is not None and part is not None else None
        name = t.dotted(node).removeprefix("this.").removeprefix("self.")
        if name in self.bound and self.bound[name] is not node:
            return self.path(self.bound[name], depth + 1)
        return None

    def _handler(self, integration: t.Node | None, depth: int = 0) -> str:
        """Handler of the function inside of an integration, as a path of this repository."""
        if integration is None or depth > 4:
            return ""
        if isinstance(integration, t.Call):
            if _FUNCTION.search(called(integration)) or _describes_function(integration):
                return self._of_function(integration)
            entry = next((a for a in integration.args if _SOURCE.search(t.text_of(a) or "")), None)
            if entry is not None:  # `this.createLambda("ListFn", "../lambdas/list.ts", ...)`
                return f"{self._asset(entry).rsplit('.', 1)[0]}.handler"
            for arg in (*integration.args, *(v for _, v in integration.kwargs)):
                found = self._handler(arg, depth + 1) if isinstance(arg, (t.Call, t.Name, t.Attr)) else ""
                if found:
                    return found
            return ""
        name = t.dotted(integration).removeprefix("this.").removeprefix("self.")
        value = self.bound.get(name)
        return self._handler(value, depth + 1) if value is not None else ""

    def _of_function(self, node: t.Call) -> str:
        table = next((a for a in node.args if isinstance(a, t.Table)), None)
        given = (
            {str(k.value): v for k, v in table.pairs if isinstance(k, t.Const)}
            if table is not None
            else dict(node.kwargs)
        )
        entry, handler = self._asset(given.get("entry")), t.text_of(given.get("handler")) or "handler"
        index = t.text_of(given.get("index")) or ""
        if entry:
            if entry.endswith((".ts", ".js", ".py", ".mjs")):
                return f"{entry.rsplit('.', 1)[0]}.{handler}"
            return f"{entry}/{(index or 'index').rsplit('.', 1)[0]}.{handler}"
        code = next((a for key in _CODE if (a := self._asset(given.get(key)))), "")
        if not code:
            return ""
        return posixpath.normpath(f"{code}/{handler}") if "." in handler else f"{code}/*.{handler}"

    def _asset(self, node: t.Node | None) -> str:
        """The literal folder in `Code.fromAsset(path.join(__dirname, "../lambda"))`."""
        if node is None:
            return ""
        texts = [n.value for n in t.walk(node) if isinstance(n, t.Const) and isinstance(n.value, str)]
        joined_text = "/".join(x for x in texts[:4] if not re.search(r"\s|^-|image", x))
        path = posixpath.normpath(joined_text) if joined_text else ""
        while path.startswith("../"):
            path = path[3:]
        return path


__all__ = ["cdk_routes"]

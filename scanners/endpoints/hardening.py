"""Faults that stand in one place of a back end: what it answers, logs, stores and trusts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from auditor.model.pattern import lazy
from scanners.routing.guards import Guards
from scanners.routing.shapes import called, denies, is_auth_name, is_weak_auth_name
from scanners.routing.taint import derived, holds, names_in
from scanners.syntax import tree as t
from scanners.syntax.program import Program, Scope

_ONE_DEFECT = frozenset({"exception-in-response", "event-logged", "wildcard-cors", "unbounded-scan"})
"""Habits: 75 places of one are one thing to mend."""
_ORIGIN = "access-control-allow-origin"
_SOURCES = frozenset({"event", "request", "req", "body", "payload"})
_SECRET = lazy(r"(?i)(jwt|secret|password|passwd|api_?key|auth_?key|admin_?key|signing)")
_COMPARED = lazy(r"(?i)^(.*(token|secret|api_?key|signature|password|hmac|digest)|expected|given)$")
_TENANT = lazy(r"(?i)^x-(tenant|org|organi[sz]ation|account|user|customer|company|client)(-?id)?$")
_LOGGERS = lazy(r"(?i)(^|\.)(print|log|info|debug|warning|error)$|^console\.|^logg(er|ing)\.")


@dataclass(frozen=True, slots=True)
class Fault:
    """One place."""

    rule: str
    file: str
    line: int
    grade: str = ""
    message: str = ""
    also: tuple[tuple[str, int], ...] = ()
    scope: str = ""


def faults(program: Program, servers: frozenset[str], guards: Guards) -> list[Fault]:
    """Faults of the back ends' files, one for each rule and file; habits are one for the repository."""
    found: dict[tuple[str, str, str], list[Fault]] = {}
    for path in sorted(servers):
        scope = program.scopes.get(path)
        if scope is None:
            continue
        for fault in (*_in_file(scope), *_in_functions(scope)):
            home = "" if fault.rule in _ONE_DEFECT else fault.file
            found.setdefault((fault.rule, home, fault.grade), []).append(fault)
    for fault in _unused_guards(program, servers, guards):
        found.setdefault((fault.rule, fault.file, fault.message), []).append(fault)
    folded: list[Fault] = []
    for places in found.values():
        first = min(places, key=lambda p: (p.file, p.line))
        also = tuple(sorted({(p.file, p.line) for p in places if p is not first}))
        folded.append(Fault(first.rule, first.file, first.line, first.grade, first.message, also, first.scope))
    return folded


def _in_file(scope: Scope) -> Iterator[Fault]:
    for node in scope.all_of(t.Table, t.Bind, t.Call, t.Logic):
        if isinstance(node, t.Table):
            yield from _cors_header(node, scope)
        elif isinstance(node, t.Bind):
            yield from _bound(node, scope)
        elif isinstance(node, t.Call):
            yield from _called(node, scope)
        elif isinstance(node, t.Logic) and node.op == "or" and len(node.values) > 1:
            name, last = t.dotted(node.values[0]), t.text_of(node.values[-1])
            if last and ".env." in f".{name}" and _SECRET.search(name.rsplit(".", 1)[-1]):
                yield Fault(
                    "default-secret",
                    scope.path,
                    node.line,
                    message=f"{name.rsplit('.', 1)[-1]} has a value for when it is not set",
                )


def _cors_header(node: t.Table, scope: Scope) -> Iterator[Fault]:
    keys = {str(k.value).lower(): v for k, v in node.pairs if isinstance(k, t.Const)}
    if t.text_of(keys.get("access-control-allow-origin")) == "*":
        credentials = keys.get("access-control-allow-credentials")
        value = str(credentials.value).lower() if isinstance(credentials, t.Const) else ""
        yield Fault("wildcard-cors", scope.path, node.line, "with-credentials" if value == "true" else "")


def _bound(node: t.Bind, scope: Scope) -> Iterator[Fault]:
    name = t.dotted(node.target)
    if name == "DEBUG" and isinstance(node.value, t.Const) and node.value.value is True and "settings" in scope.path:
        yield Fault("debug-on", scope.path, node.line)
    key = node.target.key if isinstance(node.target, t.Index) else None
    if t.text_of(key) == "Access-Control-Allow-Origin" and t.text_of(node.value) == "*":
        yield Fault("wildcard-cors", scope.path, node.line)


def _called(node: t.Call, scope: Scope) -> Iterator[Fault]:
    name = called(node)
    last = name.rsplit(".", 1)[-1]
    if (last == "get" and "environ" in name) or last == "getenv":
        yield from _default_secret(node, scope)
    if last in {"FastAPI", "run", "Flask"} and _is_true(node.keyword("debug")):
        yield Fault("debug-on", scope.path, node.line)
    if last == "add_middleware" and node.args and t.dotted(node.args[0]).endswith("CORSMiddleware"):
        origins = node.keyword("allow_origins")
        if isinstance(origins, t.Items) and any(t.text_of(i) == "*" for i in origins.items):
            yield Fault(
                "wildcard-cors",
                scope.path,
                node.line,
                "with-credentials" if _is_true(node.keyword("allow_credentials")) else "",
            )
    if name in {"cors", "CORS"} and _any_origin(node, name):
        yield Fault("wildcard-cors", scope.path, node.line)
    if last in {"header", "setHeader", "set"} and [(t.text_of(a) or "").lower() for a in node.args] == [_ORIGIN, "*"]:
        yield Fault("wildcard-cors", scope.path, node.line)
    options = node.keyword("options")
    unverified = isinstance(options, t.Table) and _is_false(options.get("verify_signature"))
    if last == "decode" and (unverified or _is_false(node.keyword("verify"))):
        yield Fault("jwt-not-verified", scope.path, node.line)
    if last in {"get_unverified_claims", "jwt_decode", "jwtDecode"}:
        yield Fault("jwt-not-verified", scope.path, node.line)
    if last == "get" and node.args and _TENANT.match(t.text_of(node.args[0]) or "") and "headers" in name.lower():
        yield Fault(
            "tenant-from-header",
            scope.path,
            node.line,
            message=f"The header {t.text_of(node.args[0])} says who is calling",
        )


def _any_origin(node: t.Call, name: str) -> bool:
    if name == "cors":
        table = node.args[0] if node.args else None
        return table is None or (isinstance(table, t.Table) and t.text_of(table.get("origin")) == "*")
    origins = node.keyword("origins", "resources")
    return bool(node.args) and (origins is None or t.text_of(origins) == "*")


def _default_secret(node: t.Call, scope: Scope) -> Iterator[Fault]:
    name = t.text_of(node.args[0]) if node.args else None
    value = t.text_of(node.args[1]) if len(node.args) > 1 else None
    if (
        name
        and value
        and _SECRET.search(name)
        and not re.search(r"(?i)_(arn|name|id|path|url|file|expir\w*|algo\w*|ttl)$", name)
    ):
        yield Fault("default-secret", scope.path, node.line, message=f"{name} has a value for when it is not set")


def _in_functions(scope: Scope) -> Iterator[Fault]:
    for function in scope.all_of(t.Function):
        names = {p.name for p in function.params} & _SOURCES
        tainted = derived(function, frozenset(names | {"request", "req"}))
        for node in t.walk(*function.body, into_functions=False):
            if isinstance(node, t.Call):
                yield from _of_request(node, scope, function, tainted)
            elif isinstance(node, t.Try):
                yield from _leaks(node, scope, function)
            elif isinstance(node, t.Binary) and node.op in {"==", "!="}:
                yield from _compared(node, scope, function)
            elif isinstance(node, t.Index):
                yield from _by_hand(node, scope, function, tainted)


def _of_request(node: t.Call, scope: Scope, function: t.Function, tainted: frozenset[str]) -> Iterator[Fault]:
    name = called(node)
    last = name.rsplit(".", 1)[-1]
    where = function.name
    if _LOGGERS.search(name) and node.args and _is_whole_event(node.args[-1], function):
        yield Fault("event-logged", scope.path, node.line, scope=where)
    if last in {"put_item", "put", "PutCommand", "insert_one", "insertOne"}:
        item = node.keyword("Item") or (node.args[0] if node.args else None)
        if isinstance(item, t.Table) and item.get("Item") is not None:
            item = item.get("Item")
        if item is not None and _is_raw(item, function, tainted):
            yield Fault("raw-body-stored", scope.path, node.line, scope=where)
    if (
        last == "scan"
        and isinstance(node.func, t.Attr)
        and "table" in name.lower()
        and not node.kwargs
        and not node.args
    ):
        yield Fault("unbounded-scan", scope.path, node.line, scope=where)
    if last in {"generate_presigned_url", "generate_presigned_post"} and _any_key(node, tainted):
        yield Fault("presigned-any-key", scope.path, node.line, scope=where)
    if name in {"pickle.loads", "marshal.loads", "yaml.load", "eval", "exec", "jsonpickle.decode"} and node.args:
        safe = name == "yaml.load" and "Safe" in " ".join(
            names_in(t.Unknown(node.line, tuple(v for _, v in node.kwargs) + node.args[1:]))
        )
        if not safe and holds(node.args[0], tainted):
            yield Fault("unsafe-deserialization", scope.path, node.line, scope=where)


def _is_whole_event(node: t.Node, function: t.Function) -> bool:
    first = next((p.name for p in function.params if p.name not in {"self", "cls"}), "")
    if first not in {"event", "evt"}:
        return False
    if isinstance(node, t.Name):
        return node.id == first
    if isinstance(node, t.Call) and called(node).rsplit(".", 1)[-1] in {"dumps", "stringify", "str"} and node.args:
        return isinstance(node.args[0], t.Name) and node.args[0].id == first
    return isinstance(node, t.Text) and any(_is_whole_event(p, function) for p in node.parts)


def _is_raw(item: t.Node, function: t.Function, tainted: frozenset[str]) -> bool:
    """The parsed body itself, or everything of it spread into an item."""
    if isinstance(item, t.Call) and called(item).rsplit(".", 1)[-1] in {"loads", "parse", "get_json", "json"}:
        return holds(item, tainted) or called(item).endswith("get_json")
    if isinstance(item, t.Name):
        values = [n.value for n in t.walk(*function.body) if isinstance(n, t.Bind) and t.dotted(n.target) == item.id]
        return len(values) == 1 and isinstance(values[0], t.Call) and _is_raw(values[0], function, tainted)
    if isinstance(item, t.Table):
        return any(k is None and isinstance(v, t.Name) and _is_raw(v, function, tainted) for k, v in item.pairs)
    return False


def _any_key(node: t.Call, tainted: frozenset[str]) -> bool:
    if called(node).endswith("url") and not (node.args and t.text_of(node.args[0]) == "put_object"):
        return False
    table = node.keyword("Params")
    key = table.get("Key") if isinstance(table, t.Table) else node.keyword("Key")
    return isinstance(key, (t.Name, t.Attr, t.Index)) and holds(key, tainted)


def _leaks(node: t.Try, scope: Scope, function: t.Function) -> Iterator[Fault]:
    for handler in node.handlers:
        for inner in t.walk(*handler.body, into_functions=False):
            answer = inner.value if isinstance(inner, t.Return) else inner if _answers(inner) else None
            if answer is None:
                continue
            for part in t.walk(answer):
                if (isinstance(part, t.Call) and called(part) in {"traceback.format_exc", "format_exc"}) or (
                    isinstance(part, t.Attr) and part.name == "stack" and t.dotted(part.base) == handler.name
                ):
                    yield Fault("exception-in-response", scope.path, inner.line, "stack", scope=function.name)
                elif handler.name and _is_text_of(part, handler.name) and _is_broad(handler):
                    yield Fault("exception-in-response", scope.path, inner.line, scope=function.name)


def _answers(node: t.Node) -> bool:
    return isinstance(node, t.Call) and bool(
        re.search(r"^res(ponse)?\.", called(node)) or re.search(r"\.(json|send)$", called(node))
    )


def _is_text_of(node: t.Node, name: str) -> bool:
    if isinstance(node, t.Call) and called(node) in {"str", "repr", "String"} and node.args:
        return isinstance(node.args[0], t.Name) and node.args[0].id == name
    if isinstance(node, t.Attr) and node.name == "message":
        return t.dotted(node.base) == name
    return isinstance(node, t.Text) and any(isinstance(p, t.Name) and p.id == name for p in node.parts)


def _is_broad(handler: t.Handler) -> bool:
    return handler.types is None or t.dotted(handler.types) in {"Exception", "BaseException"}


def _compared(node: t.Binary, scope: Scope, function: t.Function) -> Iterator[Fault]:
    """A secret compared with `==`: one side from the configuration, the other from the request."""
    sides = (" ".join(names_in(node.left)), " ".join(names_in(node.right)))
    last = (t.dotted(node.left).rsplit(".", 1)[-1], t.dotted(node.right).rsplit(".", 1)[-1])
    configured = [
        bool(re.search(r"environ|getenv|process env|\benv\b|settings|config", s)) or s.isupper() for s in sides
    ]
    if not any(_COMPARED.match(x) for x in last if x) or configured[0] == configured[1]:
        return
    if isinstance(node.left, t.Const) or isinstance(node.right, t.Const):
        return
    yield Fault("non-constant-time-compare", scope.path, node.line, scope=function.name)


def _by_hand(node: t.Index, scope: Scope, function: t.Function, tainted: frozenset[str]) -> Iterator[Fault]:
    """`token.split(".")[1]` decoded from base64 in a function that never verifies."""
    base = node.base
    del tainted
    if isinstance(base, t.Name):  # parts = token.split("."); parts[1]
        bound = (n.value for n in t.walk(*function.body) if isinstance(n, t.Bind) and t.dotted(n.target) == base.id)
        base = next(bound, base)
    if not (isinstance(node.key, t.Const) and node.key.value == 1 and _splits_at_dots(base)):
        return
    names = [called(n) for n in t.walk(*function.body) if isinstance(n, t.Call)]
    decodes = any(re.search(r"(?i)b64decode|base64|atob|Buffer\.from", n) for n in names)
    verifies = any(re.search(r"(?i)verify|hmac|compare_digest|public_?key|jwks", n) for n in names)
    if decodes and not verifies:
        yield Fault("jwt-not-verified", scope.path, node.line, scope=function.name)


def _splits_at_dots(node: t.Node) -> bool:
    split = isinstance(node, t.Call) and called(node).rsplit(".", 1)[-1] == "split"
    return split and isinstance(node, t.Call) and bool(node.args) and t.text_of(node.args[0]) == "."


def _unused_guards(program: Program, servers: frozenset[str], guards: Guards) -> Iterator[Fault]:
    """A function that checks who is calling, defined and mentioned nowhere."""
    mentioned: set[str] = set()
    for scope in program.scopes.values():
        mentioned.update(n.id for n in scope.all_of(t.Name))
        mentioned.update(n.name for n in scope.all_of(t.Attr))
        mentioned.update(name for n in scope.all_of(t.Import) for name, _ in n.names)
        mentioned.update(n.value for n in scope.all_of(t.Const) if isinstance(n.value, str) and len(n.value) < 60)
    folders = {path.rsplit("/", 1)[0] if "/" in path else "" for path in servers}
    for scope in program.scopes.values():
        folder = scope.path.rsplit("/", 1)[0] if "/" in scope.path else ""
        if folder not in folders:
            continue
        for node in scope.names.values():
            if not isinstance(node, t.Function) or node.name in mentioned or node.decorators:
                continue
            if (
                is_auth_name(node.name)
                and not is_weak_auth_name(node.name)
                and (_refuses(node) or guards.verifies(node, scope))
            ):
                yield Fault(
                    "guard-never-called",
                    scope.path,
                    node.line,
                    message=f"{node.name} is defined and never called",
                    scope=node.name,
                )


def _refuses(function: t.Function) -> bool:
    return any(isinstance(n, (t.Return, t.Raise)) and denies((n,)) for n in t.walk(*function.body))


def _is_true(node: t.Node | None) -> bool:
    return isinstance(node, t.Const) and node.value is True


def _is_false(node: t.Node | None) -> bool:
    return isinstance(node, t.Const) and node.value is False


def server_files(program: Program, endpoints: Iterable[str], handlers: Iterable[str]) -> frozenset[str]:
    """Files of back ends: those with endpoints or entries, and the modules of ours that they import."""
    found = {path for path in (*endpoints, *handlers) if path in program.scopes}
    waiting = list(found)
    while waiting:
        scope = program.scopes[waiting.pop()]
        for module, name in scope.imports.values():
            for written in (
                (module, f"{module}{name}" if module.endswith(".") else f"{module}.{name}")
                if scope.module.language == "python"
                else (module,)
            ):
                other = program.module(scope.path, written)
                if other is not None and other.path not in found:
                    found.add(other.path)
                    waiting.append(other.path)
    return frozenset(found)

"""Faults that stand in one place of the code: a file by a stranger's id, a formula from a stranger, a leaked stack."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scanners.apps_script.actions import Action
from scanners.apps_script.project import Project
from scanners.apps_script.reach import Reach
from scanners.routing.evidence import Auth
from scanners.routing.shapes import called, terminates
from scanners.syntax import tree as t
from scanners.syntax.program import Found, Scope

_TOKEN_NAME = re.compile(
    r"(?i)(^|_)(token|secret|api_?key|password|passwd|pwd|admin_?key|auth_?key|shared_?secret|pin)$|[a-z](Token|Secret|ApiKey|Password|AuthKey)$|SALT$"
)
_ID_NAME = re.compile(r"(?i)(^|_)(id|database|sheet|spreadsheet|folder|file|db)(_?id)?$|(^|_)id_|[a-z](Id|ID)$")
_SHEET_ID = re.compile(r"^[\w-]{40,50}$")
_NOT_INPUT = frozenset({
    "action", "type", "postData", "contents", "parameter", "parameters", "token", "key", "secret", "length", "method", "cmd",
    "apiKey", "e", "event", "password", "auth",
})  # fmt: skip
"""Fields of a request that route it or prove who sends it."""
_COMPARED = re.compile(
    r"(?i)^(pass(word|code|wd)?|pwd|senha|api_?key|key|token|secret|pin|admin_?key|auth_?key|access_?code)$"
)
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_EXAMPLE = re.compile(r"(?i)example\.|your|@test\.|placeholder|\.example$")
_PASSWORD = re.compile(r"(?i)passw|pwd|senha|contrase")


@dataclass(frozen=True, slots=True)
class Place:
    """One fault at one place, and where else the same one stands."""

    rule: str
    file: str
    line: int
    message: str = ""
    mark: str = ""
    excerpt: str = ""
    by_access: bool = False
    """Whether who may reach the web app says how bad it is."""
    also: tuple[tuple[str, int], ...] = ()


def code_faults(project: Project, actions: Sequence[Action]) -> Iterator[Place]:
    """Every such fault, repeats of one kind in one file folded."""
    found: dict[tuple[str, str, str], list[Place]] = {}
    for place in (*_anywhere(project), *_of_requests(project, actions)):
        key = (place.rule, place.file, place.mark)
        found.setdefault(key, []).append(place)
    for places in found.values():
        first = min(places, key=lambda p: p.line)
        also = tuple(sorted({(p.file, p.line) for p in places if p.line != first.line}))
        yield Place(first.rule, first.file, first.line, first.message, first.mark, first.excerpt, first.by_access, also)


def _anywhere(project: Project) -> Iterator[Place]:
    for scope, node in project.walk():
        if isinstance(node, t.Call):
            name = called(node)
            last = name.rsplit(".", 1)[-1]
            if last == "setXFrameOptionsMode" and node.args and t.dotted(node.args[0]).endswith("ALLOWALL"):
                yield Place("framing-allowed", scope.path, node.line)
            if last == "computeDigest" and _weak_hash(node):
                yield Place("weak-password-hash", scope.path, node.line)
            if last in {"openById", "getFileById", "getFolderById"} and node.args:
                identity = t.text_of(node.args[0])
                if identity and _SHEET_ID.match(identity):
                    yield Place("hard-coded-file-id", scope.path, node.line, excerpt=f"{last}({identity[:4]}…)")
            yield from _addresses(node, last, scope)
        elif isinstance(node, t.Binary) and node.op in {"==", "!="}:
            yield from _compared_with_text(node, scope)
        elif isinstance(node, t.Bind):
            yield from _hard_coded(node, scope)
        elif isinstance(node, t.Table):
            for key, value in node.pairs:
                text = t.text_of(value)
                if text and isinstance(key, t.Const) and _SHEET_ID.match(text) and _ID_NAME.search(str(key.value)):
                    yield Place("hard-coded-file-id", scope.path, value.line, excerpt=f"{key.value!s} = {text[:4]}…")


def _hard_coded(node: t.Bind, scope: Scope) -> Iterator[Place]:
    name = t.dotted(node.target).rsplit(".", 1)[-1]
    pairs: list[tuple[str, t.Node]] = [(name, node.value)]
    if isinstance(node.value, t.Table):
        pairs = [(str(k.value), v) for k, v in node.value.pairs if isinstance(k, t.Const)]
    listed = [(k.rstrip("sS"), i) for k, v in pairs if isinstance(v, t.Items) for i in v.items]
    for key, value in (*pairs, *listed):
        text = t.text_of(value)
        if text and _SHEET_ID.match(text) and _ID_NAME.search(key):
            yield Place("hard-coded-file-id", scope.path, value.line, excerpt=f"{key} = {text[:4]}…")
        if (
            text
            and _TOKEN_NAME.search(key)
            and len(text) >= 4
            and not re.search(r"(?i)your|xxx|<|\{|placeholder|example|change.?me|here|^[A-Z_]+$|^https?:|\s", text)
        ):
            yield Place("hard-coded-secret", scope.path, value.line, f"{key} stands in the code", key, f"{key} = …")


def _compared_with_text(node: t.Binary, scope: Scope) -> Iterator[Place]:
    """`e.parameter.key !== "..."`: the secret is the literal."""
    for side, other in ((node.left, node.right), (node.right, node.left)):
        text = t.text_of(other)
        name = side.name if isinstance(side, t.Attr) else side.id if isinstance(side, t.Name) else ""
        if name.lower() == "key" and not re.search(r"\d|[A-Z].*[a-z]|\W", text or ""):
            continue  # `field.key === "mileage"` names a field
        if text and len(text) >= 4 and _COMPARED.search(name) and text not in {"undefined", "string"}:
            yield Place("hard-coded-secret", scope.path, node.line, f"{name} is compared with a text in the code", name)


def _addresses(node: t.Call, last: str, scope: Scope) -> Iterator[Place]:
    """Mail that always goes to one address."""
    if last not in {"sendEmail", "createDraft"} or not node.args:
        return
    first = node.args[0]
    given = [first.get("to"), first.get("cc"), first.get("bcc")] if isinstance(first, t.Table) else [first]
    for value in given:
        text = t.text_of(value) or ""
        if value is not None and _ADDRESS.fullmatch(text) and not _EXAMPLE.search(text):
            yield Place("hard-coded-email", scope.path, value.line)


def _weak_hash(node: t.Call) -> bool:
    algorithm = t.dotted(node.args[0]).rsplit(".", 1)[-1] if node.args else ""
    if len(node.args) < 2:
        return False
    names = " ".join(_names(node.args[1]))
    if not _PASSWORD.search(names):
        return False
    return algorithm in {"MD5", "MD2", "SHA_1"} or not re.search(r"(?i)salt|pepper", names)


def _of_requests(project: Project, actions: Sequence[Action]) -> Iterator[Place]:
    unchecked: list[Action] = []
    for action in actions:
        if action.method == "RUN":
            continue
        bodies = list(_bodies(project, action))
        for scope, nodes, tainted in bodies:
            yield from _in_body(action, scope, nodes, tainted)
        entry = project.function("doPost")
        around = entry.node.body if entry is not None and isinstance(entry.node, t.Function) else ()
        checked = any(_refuses_input(n, names) for _, nodes, names in bodies for n in t.walk(*nodes)) or any(
            _is_validator(n) for n in t.walk(*around) if isinstance(n, t.Call)
        )
        uses = any(_uses_input(n, names) for _, nodes, names in bodies for n in t.walk(*nodes))
        if (
            action.method == "POST"
            and action.reach >= Reach.WRITE
            and uses
            and not checked
            and action.auth is not Auth.YES
        ):
            unchecked.append(action)
    if unchecked:
        listed = ", ".join(a.name for a in unchecked if a.name) or "doPost"
        first = unchecked[0]
        message = f"{listed} stores what the request holds without a check"
        yield Place("post-without-validation", first.file, first.line, message, by_access=True)
    by_get = _reached_by_get(project)
    for scope, function in project.functions():
        if function.name in {"doGet", "doPost"} or id(function) in by_get:
            yield from _in_entry(scope, function, by_get=id(function) in by_get)


def _bodies(project: Project, action: Action) -> Iterator[tuple[Scope, tuple[t.Node, ...], frozenset[str]]]:
    """What runs for an action, our functions that it calls with the request included; names that hold the request."""
    start = next((n for n in action.nodes if isinstance(n, t.Function)), None)
    seen: set[int] = set()
    stack: list[tuple[Scope, t.Function]] = [(action.scope, start)] if start is not None else []
    if start is None:
        entry = project.function("doGet" if action.method == "GET" else "doPost")
        names = (
            _from_request(entry.node) if entry is not None and isinstance(entry.node, t.Function) else frozenset({"e"})
        )
        yield action.scope, action.nodes, names
        for node in t.walk(*action.nodes):
            found = (
                project.program.resolve(action.scope, called(node))
                if isinstance(node, t.Call) and "." not in called(node)
                else None
            )
            if isinstance(found, Found) and isinstance(found.node, t.Function):
                stack.append((found.module, found.node))
    while stack and len(seen) < 40:
        scope, function = stack.pop()
        if id(function) in seen:
            continue
        seen.add(id(function))
        names = _from_request(function)
        yield scope, function.body, names
        for node in t.walk(*function.body):
            if isinstance(node, t.Call) and any(set(_names(a)) & names for a in node.args):
                found = (
                    project.program.resolve(scope, called(node)) if called(node) and "." not in called(node) else None
                )
                if isinstance(found, Found) and isinstance(found.node, t.Function):
                    stack.append((found.module, found.node))


def _from_request(function: t.Function) -> frozenset[str]:
    """Names of a function that hold the request or a part of it."""
    names = {p.name for p in function.params if p.name}
    for _ in range(3):
        for node in t.walk(*function.body):
            if isinstance(node, t.Bind) and set(_names(node.value)) & names:
                names.update(n.id for n in t.walk(node.target) if isinstance(n, t.Name))
    return frozenset(names - {""})


def _uses_input(node: t.Node, names: frozenset[str]) -> bool:
    return (
        isinstance(node, t.Attr)
        and isinstance(node.base, t.Name)
        and node.base.id in names
        and node.name not in _NOT_INPUT
    )


def _is_validator(node: t.Call) -> bool:
    return bool(re.search(r"(?i)valid|sanitiz|require|schema|isEmail", called(node).rsplit(".", 1)[-1]))


def _refuses_input(node: t.Node, names: frozenset[str]) -> bool:
    """A branch that ends the request because of a field of it, or a call that validates."""
    if isinstance(node, t.Call):
        return _is_validator(node)
    if not isinstance(node, t.If) or not terminates(node.body):
        return False
    fields = [n for n in t.walk(node.test) if isinstance(n, (t.Attr, t.Index)) and _holds(n, names)]
    simple = [n for n in t.walk(node.test) if isinstance(n, t.Name) and n.id in names and n.id not in {"e", "event"}]
    texts = {n.name for n in fields if isinstance(n, t.Attr)} | {n.id for n in simple}
    return bool(texts - _NOT_INPUT)


def _in_body(action: Action, scope: Scope, nodes: tuple[t.Node, ...], names: frozenset[str]) -> Iterator[Place]:
    for node in t.walk(*nodes):
        if not isinstance(node, t.Call):
            continue
        name = called(node)
        last = name.rsplit(".", 1)[-1]
        if (
            last in {"getFileById", "getFolderById", "openById", "openByUrl"}
            and node.args
            and action.auth is not Auth.YES
        ) and _holds(node.args[0], names):
            yield Place("file-by-request-id", scope.path, node.line, by_access=True)
        if (
            last in {"appendRow", "setValues", "setValue"}
            and action.auth is not Auth.YES
            and node.args
            and isinstance(node.func, t.Attr)
            and _raw(node.args[0], names, _copies(nodes, names))
        ):
            yield Place("formula-injection", scope.path, node.line, by_access=True)
        if name == "eval" and node.args and _holds(node.args[0], names):
            yield Place("dynamic-dispatch", scope.path, node.line, "text from the request is run as code")
        func = node.func
        if isinstance(func, t.Attr) and func.name in {"apply", "call"}:
            func = func.base
        if (
            isinstance(func, t.Index)
            and not isinstance(func.key, t.Const)
            and _holds(func.key, names)
            and t.dotted(func.base) in {"this", "globalThis", "self", "window"}
        ):
            yield Place(
                "dynamic-dispatch", scope.path, node.line, "the function to run is found by a name from the request"
            )


def _reached_by_get(project: Project) -> frozenset[int]:
    """Functions that `doGet` hands its request to, itself included."""
    entry = project.function("doGet")
    seen: set[int] = set()
    stack = [entry] if entry is not None else []
    while stack and len(seen) < 40:
        found = stack.pop()
        if not isinstance(found.node, t.Function) or id(found.node) in seen:
            continue
        seen.add(id(found.node))
        given = {p.name for p in found.node.params}
        for node in t.walk(*found.node.body):
            if isinstance(node, t.Call) and any(isinstance(a, t.Name) and a.id in given for a in node.args):
                target = project.program.resolve(found.module, called(node)) if "." not in called(node) else None
                if isinstance(target, Found):
                    stack.append(target)
    return frozenset(seen)


def _in_entry(scope: Scope, function: t.Function, *, by_get: bool) -> Iterator[Place]:
    for node in t.walk(*function.body):
        if isinstance(node, t.Try):
            yield from _leaks(scope, node)
        if (
            (
                isinstance(node, t.Attr)
                and by_get
                and re.fullmatch(r"(?i)pass(word|code|wd)?|pwd|senha|api_?key|secret", node.name)
            )
            and isinstance(node.base, t.Attr)
            and node.base.name in {"parameter", "parameters"}
        ):
            yield Place("secret-in-query", scope.path, node.line, f"{node.name} is taken from the address")
        if isinstance(node, (t.Text, t.Binary)) and _is_jsonp(node):
            yield Place("jsonp", scope.path, node.line)


def _leaks(scope: Scope, node: t.Try) -> Iterator[Place]:
    """A catch that answers with the stack, or with the exception itself."""
    for handler in node.handlers:
        if not handler.name:
            continue
        for inner in t.walk(*handler.body):
            if isinstance(inner, t.Call) and re.search(r"(?i)logger\.log|console\.|sendEmail", called(inner)):
                continue
            if (
                isinstance(inner, t.Attr)
                and inner.name == "stack"
                and t.dotted(inner.base) == handler.name
                and _is_answered(handler, inner)
            ):
                yield Place("exception-leaked", scope.path, inner.line)


def _is_answered(handler: t.Handler, leaked: t.Node) -> bool:
    """Whether it stands in what is returned, not only in a log."""
    for node in t.walk(*handler.body):
        if (
            isinstance(node, t.Call)
            and re.search(r"(?i)logger\.log|console\.|sendEmail|appendRow", called(node))
            and any(n is leaked for n in t.walk(*node.args))
        ):
            return False
    return True


def _is_jsonp(node: t.Text | t.Binary) -> bool:
    names = _names(node)
    parts = [n for n in t.walk(node) if isinstance(n, t.Const)]
    return "callback" in names and any(isinstance(p.value, str) and p.value.strip().startswith("(") for p in parts)


def _holds(node: t.Node, names: frozenset[str]) -> bool:
    return any(isinstance(n, t.Name) and n.id in names for n in t.walk(node))


def _copies(nodes: tuple[t.Node, ...], names: frozenset[str]) -> frozenset[str]:
    """Names that hold a field of the request as it came: `title = e.parameter.title`."""
    found: set[str] = set()
    for node in t.walk(*nodes):
        if isinstance(node, t.Bind) and isinstance(node.target, t.Name) and isinstance(node.value, t.Attr):
            base = t.dotted(node.value)
            if base.split(".", 1)[0] in names and base.count(".") > 1:
                found.add(node.target.id)
        if isinstance(node, t.Bind) and isinstance(node.target, t.Table) and _holds(node.value, names):
            found.update(n.id for n in t.walk(node.target) if isinstance(n, t.Name))
    return frozenset(found)


def _raw(node: t.Node, names: frozenset[str], copies: frozenset[str]) -> bool:
    """Text of the request as it came, in a row or alone; numbers, dates and cleaned values do not count."""
    items = [
        i
        for n in (node.items if isinstance(node, t.Items) else (node,))
        for i in (n.items if isinstance(n, t.Items) else (n,))
    ]
    for item in items:
        value = item
        while isinstance(value, t.Logic):
            value = value.values[0]
        if isinstance(value, t.Attr) and _holds(value, names):
            return True
        if isinstance(value, t.Name) and value.id in copies:
            return True
        if isinstance(value, t.Index) and _holds(value.base, names):
            return True
    return False


def _names(node: t.Node) -> list[str]:
    found: list[str] = []
    for part in t.walk(node, into_functions=False):
        if isinstance(part, t.Name):
            found.append(part.id)
        elif isinstance(part, t.Attr):
            found.append(part.name)
    return found

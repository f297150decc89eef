"""What stands in the script and belongs in its properties: tokens, ids of live files, addresses of people."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.model.pattern import lazy
from scanners.apps_script.place import Place
from scanners.apps_script.project import Project
from scanners.routing.shapes import called
from scanners.syntax import tree as t
from scanners.syntax.program import Found, Scope

_TOKEN_NAME = lazy(
    r"(?i)(^|_)(token|secret|api_?key|password|passwd|passphrase|passcode|pwd|admin_?key|auth_?key|shared_?secret|pin)$|[a-z](Token|Secret|ApiKey|Password|Passphrase|AuthKey)$|SALT$"
)
_ID_NAME = lazy(
    r"(?i)(^|_)(id|database|sheet|spreadsheet|folder|file|db|doc|document|template|planilha|carpeta|pasta)(_?ids?)?$|(^|_)id_|[a-z](Id|ID)$"
)
_ADDRESS_NAME = lazy(
    r"(?i)url|link|href|folder|file|sheet|doc|drive|template|form|carpeta|pasta|planilha|hoja|image|photo|logo|foto|gambar|address|path|_?id$|src"
)
_FILE_ID = lazy(r"^(?:[\w-]{40,60}|(?:1|0[AB])[\w-]{24,38})$")
_FILE_URL = lazy(r"^https://(?:docs|drive)\.google\.com/(?:[\w/]*/d/|drive/(?:u/\d+/)?folders/)([\w-]{25,60})")
_PLACEHOLDER = lazy(r"(?i)your|here|replace|paste|placeholder|example|xxxx|insert|change_?me")
_NO_SECRET = lazy(
    r"(?i)your|xxx|<|\{|placeholder|example|change.?me|here|^(?-i:[A-Z_]+)$|^[a-z]+(?:_[a-z]+)?$|^https?:|\s"
)
_NAMES_ONE = lazy(r"^[a-z_]+_(token|secret|key|password|pin|salt|id|name|hash|header)$")
"""`line_channel_token` is the name of a property."""
_COMPARED = lazy(
    r"(?i)^(pass(word|code|wd)?|pwd|senha|api_?key|key|token|secret|pin|admin_?key|auth_?key|access_?code)$"
)
_OPENS = frozenset({"openById", "getFileById", "getFolderById", "openByUrl"})
_ADDRESS = lazy(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_EXAMPLE = lazy(r"(?i)example\.|your|@test\.|placeholder|\.example$|@(?:domain|company|email|correo|empresa)\.")


def is_file_id(text: str | None) -> bool:
    """Whether a text has the shape of a file's id in Drive: long, of letters of both cases and digits."""
    if not text or not _FILE_ID.match(text) or _PLACEHOLDER.search(text):
        return False
    return bool(re.search(r"\d", text) and re.search(r"[a-z]", text) and re.search(r"[A-Z]", text))


def opened(node: t.Call, last: str, scope: Scope) -> Iterator[Place]:
    """A file that is opened by the id or the address in the code."""
    if last not in _OPENS or not node.args:
        return
    text = t.text_of(node.args[0])
    address = _FILE_URL.match(text or "")
    if is_file_id(text) or (address is not None and is_file_id(address[1])):
        yield Place("hard-coded-file-id", scope.path, node.line, excerpt=f"{last}({(text or '')[:4]}…)")


def listed(node: t.Table, scope: Scope) -> Iterator[Place]:
    """Ids in a table of settings."""
    for key, value in node.pairs:
        text = t.text_of(value)
        if text and isinstance(key, t.Const) and is_file_id(text) and _ID_NAME.search(str(key.value)):
            yield Place("hard-coded-file-id", scope.path, value.line, excerpt=f"{key.value!s} = {text[:4]}…")


def bound(node: t.Bind, scope: Scope) -> Iterator[Place]:
    """A token or an id that a name is set to."""
    name = t.dotted(node.target).rsplit(".", 1)[-1]
    pairs: list[tuple[str, t.Node]] = [(name, value) for value in _alternatives(node.value)]
    if isinstance(node.value, t.Table):
        pairs = [(str(k.value), v) for k, v in node.value.pairs if isinstance(k, t.Const)]
    items = [(k.rstrip("sS"), i) for k, v in pairs if isinstance(v, t.Items) for i in v.items]
    for key, value in (*pairs, *items):
        text = t.text_of(value)
        if not text:
            continue
        address = _FILE_URL.match(text)
        named = address is not None and is_file_id(address[1]) and _ADDRESS_NAME.search(key)
        if (is_file_id(text) and _ID_NAME.search(key)) or named:
            yield Place("hard-coded-file-id", scope.path, value.line, excerpt=f"{key} = {text[:4]}…")
        if _TOKEN_NAME.search(key) and _is_secret(text):
            yield Place("hard-coded-secret", scope.path, value.line, f"{key} stands in the code", key, f"{key} = …")


def returned(function: t.Function, scope: Scope) -> Iterator[Place]:
    """`get SHEET_ID() { return property("SHEET_ID") || "..." }`, `function getFolderId() { return "..." }`."""
    if not _ID_NAME.search(function.name.rstrip("_")):
        return
    for node in t.walk(*function.body, into_functions=False):
        for value in _alternatives(node.value) if isinstance(node, t.Return) and node.value is not None else ():
            text = t.text_of(value)
            if text and is_file_id(text):
                yield Place("hard-coded-file-id", scope.path, value.line, excerpt=f"{function.name}() = {text[:4]}…")


def _alternatives(node: t.Node) -> Iterator[t.Node]:
    """What stands in for a property that is not set: `getProperty("ID") || "..."`."""
    if isinstance(node, t.Logic) and node.op == "or":
        for value in node.values:
            yield from _alternatives(value)
    elif isinstance(node, t.Choice):
        yield from _alternatives(node.then)
        yield from _alternatives(node.other)
    else:
        yield node


def compared(node: t.Binary, scope: Scope) -> Iterator[Place]:
    """`e.parameter.key !== "..."`: the secret is the literal."""
    for side, other in ((node.left, node.right), (node.right, node.left)):
        text = t.text_of(other)
        name = side.name if isinstance(side, t.Attr) else side.id if isinstance(side, t.Name) else ""
        if name.lower() == "key" and not re.search(r"^(?=\S{6,}$)(?=.*[a-zA-Z]).*(\d|[!@#$%^&*]).*", text or ""):
            continue  # `field.key === "mileage"` names a field, `event.key === "Enter"` a key of the keyboard
        if text and len(text) >= 4 and _COMPARED.search(name) and text not in {"undefined", "string", "number"}:
            yield Place("hard-coded-secret", scope.path, node.line, f"{name} is compared with a text in the code", name)


def stored(node: t.Call, last: str, scope: Scope) -> Iterator[Place]:
    """`setProperty("API_KEY", "...")`: the property is filled from the code."""
    if last == "setProperty" and len(node.args) == 2:
        key, text = t.text_of(node.args[0]) or "", t.text_of(node.args[1])
        if text and _TOKEN_NAME.search(key) and _is_secret(text):
            yield Place("hard-coded-secret", scope.path, node.line, f"{key} stands in the code", key, f"{key} = …")


def _is_secret(text: str) -> bool:
    """No placeholder in whatever language, no address, no sentence."""
    named = text.islower() and _NAMES_ONE.search(text) is not None
    return len(text) >= 4 and text.isascii() and not named and not _NO_SECRET.search(text)


def addresses(project: Project, node: t.Call, last: str, scope: Scope) -> Iterator[Place]:
    """Mail that always goes to one address, written there or as a constant of the script."""
    if last not in {"sendEmail", "createDraft"} or not node.args:
        return
    first = node.args[0]
    given = [first.get("to"), first.get("cc"), first.get("bcc")] if isinstance(first, t.Table) else [first]
    for value in given:
        if value is None:
            continue
        parts = [p.strip() for text in _texts(project, value, scope, node) for p in text.split(",")]
        if any(_ADDRESS.fullmatch(part) and not _EXAMPLE.search(part) for part in parts):
            yield Place("hard-coded-email", scope.path, value.line)


def _texts(project: Project, node: t.Node, scope: Scope, call: t.Call, depth: int = 0) -> Iterator[str]:
    """What a value may be: a text, a constant, a name of the same function, what a getter of settings returns."""
    for value in _alternatives(node):
        text = t.text_of(value) or _constant(project, value, scope)
        if text:
            yield text
        elif isinstance(value, t.Name) and depth < 3:
            for bind in _bound_near(scope, call, value.id):
                yield from _texts(project, bind, scope, call, depth + 1)
        elif isinstance(value, t.Call) and value.args and (key := t.text_of(value.args[0])):
            found = project.program.resolve(scope, called(value))
            body = found.node.body if isinstance(found, Found) and isinstance(found.node, t.Function) else ()
            for inner in t.walk(*body):
                base = inner.base if isinstance(inner, t.Index) and not isinstance(inner.key, t.Const) else None
                if isinstance(base, t.Name) and isinstance(found, Found):
                    yield _constant(project, t.Attr(inner.line, base, key), found.module)


def _bound_near(scope: Scope, call: t.Call, name: str) -> Iterator[t.Node]:
    """What a name is set to in the function that a call stands in."""
    for function in scope.nodes:
        if isinstance(function, t.Function) and any(n is call for n in t.walk(*function.body)):
            for node in t.walk(*function.body):
                if isinstance(node, t.Bind) and isinstance(node.target, t.Name) and node.target.id == name:
                    yield node.value


def _constant(project: Project, node: t.Node, scope: Scope) -> str:
    """The text that a global name, or a member of a global table, is set to."""
    head, _, rest = t.dotted(node).partition(".")
    found = project.program.resolve(scope, head) if head else None
    value = found.node if isinstance(found, Found) else None
    for part in rest.split(".") if rest else ():
        value = value.get(part) if isinstance(value, t.Table) else None
    return t.text_of(value) or ""

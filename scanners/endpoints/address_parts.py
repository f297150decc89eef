"""Parts of addresses by their place: within a host, below a path, taken out of a parameter, of the page itself."""

from __future__ import annotations

from collections.abc import Iterable

from auditor.model.pattern import lazy
from scanners.endpoints.base_names import is_base_member
from scanners.endpoints.url import ABSOLUTE, Base, Gap, Hole, Piece, Url, flat
from scanners.routing.shapes import called
from scanners.syntax import tree as t
from scanners.syntax.program import Found, Program, Scope

_HALF_A_HOST = lazy(r"(?i)^https?://[^/]*[.:-]$")
"""What is filled in after it is a part of the host."""


def in_place(pieces: Iterable[Piece]) -> Url:
    """An address in which nothing counts as a base that stands below a path or within a host."""
    parts: list[Piece] = []
    for part in pieces:
        below = any(isinstance(p, str) and "/" in p and p.strip("/") and not ABSOLUTE.match(p) for p in parts)
        below = below or _HALF_A_HOST.match(flat(parts)) is not None
        parts.append(Gap(part.name) if isinstance(part, Base) and part.name and below and not part.value else part)
    return Url(tuple(parts))


OF_VALUES = frozenset(
    {"encodeURIComponent", "encodeURI", "String", "Number", "toString", "trim", "toLowerCase", "parseInt"}
)
SOMEWHERE = frozenset({"url", "uri", "endpoint", "href", "link", "src"})
"""Names of an address of which nobody says which."""


ADDRESS_KEYS = frozenset({"url", "path", "endpoint", "uri"})
"""Under which the one object that a function takes says where to."""


def taken(name: str, function: t.Function) -> Piece | None:
    """What is taken out of a parameter: filled in by callers where it is an address, `request({ url })`; None where it is not."""
    if not any(isinstance(n, t.Name) and n.id == name for p in function.params for n in t.walk(p.target)):
        return None
    for index, param in enumerate(function.params):
        for key, value in param.target.pairs if isinstance(param.target, t.Table) else ():
            same = isinstance(value, t.Name) and value.id == name
            if same and isinstance(key, t.Const) and key.value in ADDRESS_KEYS and not function.name[:1].isupper():
                return Hole(index, name, str(key.value))
    return Gap(name)


def taken_from_answer(name: str, function: t.Function) -> bool:
    """`const { uploadUrl } = await presign()`: an address that the answer of a request says, no base of ours."""
    for node in t.walk(*function.body):
        if not isinstance(node, t.Bind) or not isinstance(node.target, t.Table):
            continue
        if any(isinstance(n, t.Name) and n.id == name for _, value in node.target.pairs for n in t.walk(value)):
            source = called(node.value) if isinstance(node.value, t.Call) else t.dotted(node.value)
            return not is_base_member(f"{source}.{name}")
    return False


def fullest(urls: list[Url]) -> Url:
    """Of what a function may give back: the parameter behind a base, else the parameter, else the first."""
    with_hole = [u for u in urls if u.has_hole]
    return next((u for u in with_hole if any(isinstance(p, Base) for p in u.parts)), (with_hole or urls)[0])


def is_path_choice(choice: t.Choice) -> bool:
    """Whether both sides are literal pieces of a path (one of them may be empty); a query is not."""
    texts = [t.text_of(choice.then), t.text_of(choice.other)]
    return all(x is not None and not x.startswith(("?", "&")) and "://" not in x for x in texts)


def node_name(node: t.Attr | t.Index) -> str:
    """The last name of a member."""
    return node.name if isinstance(node, t.Attr) else t.text_of(node.key) or ""


PLACE: dict[str, tuple[Piece, ...]] = {
    "protocol": (), "origin": (), "host": (Base("location"),), "hostname": (Base("location"),),
}  # fmt: skip
"""The page's own address."""


def called_freeze(node: t.Call) -> bool:
    """`Object.freeze({...})`."""
    return t.dotted(node.func) in {"Object.freeze", "defineConfig"} and bool(node.args)


def table_function(node: t.Call, scope: Scope, program: Program) -> Found | None:
    """`ENDPOINTS.user(id)`."""
    name = t.dotted(node.func)
    head, _, rest = name.partition(".")
    found = program.resolve(scope, head) if rest else None
    if not isinstance(found, Found):
        return None
    table: t.Node | None = found.node
    for part in rest.split("."):
        if isinstance(table, t.Class):  # a static method
            table = next((m for m in table.body if isinstance(m, t.Function) and m.name == part), None)
        else:
            table = table.get(part) if isinstance(table, t.Table) else None
    return Found(found.module, table) if isinstance(table, t.Function) else None


def public_setting(node: t.Attr | t.Index, program: Program) -> Found | None:
    """What `useRuntimeConfig().public.apiBase` is by default: Nuxt's configuration says it."""
    if not isinstance(node, t.Attr) or not isinstance(node.base, t.Attr) or node.base.name != "public":
        return None
    for path, scope in program.scopes.items():
        if not path.rsplit("/", 1)[-1].startswith("nuxt.config."):
            continue
        for table in scope.all_of(t.Table):
            settings = table.get("runtimeConfig")
            public = settings.get("public") if isinstance(settings, t.Table) else None
            value = public.get(node.name) if isinstance(public, t.Table) else None
            if value is not None:
                return Found(scope, value)
    return None

"""Addresses as far as a program says them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from auditor.model.pattern import lazy
from scanners.endpoints.settings import Settings
from scanners.endpoints.url import ABSOLUTE, Base, Gap, Hole, Piece, Url, as_base, flat
from scanners.routing.shapes import words
from scanners.syntax import tree as t
from scanners.syntax.program import Found, Program, Scope

_BASES = frozenset({
    "api", "base", "url", "uri", "urls", "endpoint", "host", "hostname", "origin", "server", "backend", "gateway", "root",
    "prefix", "domain", "env", "baseurl", "apiurl", "apibase", "basepath", "apihost", "apiendpoint", "baseuri",
})  # fmt: skip
_OWN = frozenset({"api", "base", "server", "backend", "gateway", "host", "origin", "root", "domain"})
_CONFIGURATION = lazy(r"(?i)config|env|setting|const|options|axios|\bapi\b|^this\.|^window\.|^import\.")


_JOINS = lazy(r"(?i)^(url|path)_?join$|^join_?(url|path)s?$|^combine_?urls?$")
_STAGE = lazy(r"(?i)^/(prod|production|dev|development|stage|staging|test|live|default|\$default)(?=/|$)")
"""A stage of a gateway; where the base comes from elsewhere and has this only by default, it says nothing."""
_MAKES_ADDRESS = lazy(r"(?i)ur[li]|endpoint|api|path|route|address|href")
_HALF_A_HOST = lazy(r"(?i)^https?://[^/]*[.:-]$")
"""What is filled in after it is a part of the host."""


def _in_place(pieces: Iterable[Piece]) -> Url:
    """An address in which nothing counts as a base that stands below a path or within a host."""
    parts: list[Piece] = []
    for part in pieces:
        below = any(isinstance(p, str) and "/" in p and p.strip("/") and not ABSOLUTE.match(p) for p in parts)
        below = below or _HALF_A_HOST.match(flat(parts)) is not None
        parts.append(Gap(part.name) if isinstance(part, Base) and part.name and below and not part.value else part)
    return Url(tuple(parts))


def _is_base(name: str) -> bool:
    """Whether a name that nobody defines here is called like what stands in front of paths."""
    return bool(_BASES.intersection(words(name.rsplit(".", 1)[-1])))


def _is_base_member(name: str) -> bool:
    """`config.url` and `settings.apiUrl`, but not the `pdfUrl` of some record."""
    return _is_base(name) and bool(_CONFIGURATION.search(name) or _OWN.intersection(words(name.rsplit(".", 1)[-1])))


ADDRESS_KEYS = frozenset({"url", "path", "endpoint", "uri"})
"""Under which the one object that a function takes says where to."""
_SOMEWHERE = frozenset({"url", "uri", "endpoint", "href", "link", "src"})
"""Names of an address of which nobody says which."""


class Urls:
    """Evaluates the address expressions of a program."""

    def __init__(self, program: Program, settings: Settings) -> None:
        self.program = program
        self.settings = settings
        self._made: dict[str, list[t.Call]] = {}
        """Constructions by the name of the class."""

    def of(self, node: t.Node, function: t.Function | None, scope: Scope) -> Url:
        """The address that an expression stands for."""
        return _in_place(self._parts(node, function, scope, 0))

    def alternatives(self, node: t.Node, function: t.Function | None, scope: Scope) -> list[Url]:
        """One address, or both of a conditional."""
        said = self.assigned(node, function)
        if 1 < len(said) < 5:
            each = [self.of(value, function, scope) for value in said]
            if all(u.path.strip("{}/") and (u.is_absolute or flat(u.parts).startswith("/")) for u in each):
                return list(dict.fromkeys(each))
        resolved = self.definition(node, function, scope) if isinstance(node, t.Name) else node
        if isinstance(resolved, t.Choice):
            sides = [self.of(side, function, scope) for side in (resolved.then, resolved.other)]
            if all(flat(s.parts).startswith("/") and s.path.strip("{}/") for s in sides) and sides[0] != sides[1]:
                return sides
        objects = self.made_with(resolved, scope) if resolved is not None else ()
        if objects:
            return [self.of(value, function, scope) for value in objects]
        choice = (
            next((n for n in t.walk(resolved, into_functions=False) if isinstance(n, t.Choice)), None)
            if resolved
            else None
        )
        if resolved is not None and choice is not None and _is_path_choice(choice):
            sides = [self.of(_with(resolved, choice, side), function, scope) for side in (choice.then, choice.other)]
            if all(s.path.strip("{}/") or s.has_hole for s in sides):
                return sides
        return [self.of(node, function, scope)]

    def assigned(self, node: t.Node | None, function: t.Function | None) -> tuple[t.Node, ...]:
        """What a local variable is set to in several places; what is only added to it does not count."""
        if not isinstance(node, t.Name) or function is None:
            return ()
        values = [
            n.value for n in t.walk(*function.body)
            if isinstance(n, t.Bind) and isinstance(n.target, t.Name) and n.target.id == node.id
            and not (isinstance(n.value, t.Const) and n.value.value in {None, ""})
        ]  # fmt: skip
        return tuple(
            v for v in values if not any(isinstance(part, t.Name) and part.id == node.id for part in t.walk(v))
        )

    def definition(
        self, node: t.Node | None, function: t.Function | None, scope: Scope, depth: int = 0
    ) -> t.Node | None:
        """What a name was bound to: in the function around it, or in its module."""
        if not isinstance(node, t.Name) or depth > 4:
            return node
        if function is not None and node.id not in {p.name for p in function.params}:
            local = self._local(node.id, function)
            if local is not None:
                return self.definition(local, function, scope, depth + 1)
        if function is None or node.id not in {p.name for p in function.params}:
            found = self.program.resolve(scope, node.id)
            if isinstance(found, Found) and found.node is not node:
                return found.node
        return node

    def _parts(self, node: t.Node, function: t.Function | None, scope: Scope, depth: int) -> Iterator[Piece]:
        if depth > 12:
            yield Gap("value")
        elif isinstance(node, t.Const):
            yield str(node.value) if node.value is not None else ""
        elif isinstance(node, t.Text):
            for part in node.parts:
                yield from self._parts(part, function, scope, depth + 1)
        elif isinstance(node, t.Binary) and node.op == "+":
            yield from self._parts(node.left, function, scope, depth + 1)
            yield from self._parts(node.right, function, scope, depth + 1)
        elif isinstance(node, t.Name):
            yield from self._name(node, function, scope, depth)
        elif isinstance(node, (t.Attr, t.Index)):
            yield from self._member(node, function, scope, depth)
        elif isinstance(node, t.Logic):
            yield from self._either(node, function, scope, depth)
        elif isinstance(node, t.Choice):
            yield from self._choice(node, function, scope, depth)
        elif isinstance(node, t.Call):
            yield from self._call(node, function, scope, depth)
        elif isinstance(node, t.Bind):
            yield from self._parts(node.value, function, scope, depth + 1)
        else:
            yield Gap("value")

    def _name(self, node: t.Name, function: t.Function | None, scope: Scope, depth: int) -> Iterator[Piece]:
        params = [p.name for p in function.params] if function is not None else []
        if node.id in params:
            yield Hole(params.index(node.id), node.id)
            return
        if function is not None and any(
            isinstance(n, t.Name) and n.id == node.id for p in function.params for n in t.walk(p.target)
        ):
            yield _taken(node.id, function)
            return
        local = self._local(node.id, function)
        if local is not None:
            yield from self._parts(local, function, scope, depth + 1)
            return
        found = self.program.resolve(scope, node.id)
        if isinstance(found, Found):
            yield from self._constant(node.id, found, depth)
            return
        somewhere = node.id in _SOMEWHERE or bool(re.search(r"(?i)signed_?ur[li]$", node.id))
        yield Base(node.id) if _is_base(node.id) and not somewhere else Gap(node.id)

    def _local(self, name: str, function: t.Function | None) -> t.Node | None:
        if function is None:
            return None
        for inner in t.walk(*function.body):
            if not isinstance(inner, t.Bind) or not isinstance(inner.target, t.Name) or inner.target.id != name:
                continue
            if not (isinstance(inner.value, t.Const) and inner.value.value in {None, ""}):
                return inner.value
        return None

    def _constant(self, name: str, found: Found, depth: int) -> Iterator[Piece]:
        """A constant of a module: a base when it names a host or comes from the environment, else its text."""
        if isinstance(found.node, t.Const) and found.node.value is None:  # `let made;`, which gets its value later
            yield Base(name) if _is_base(name) else Gap(name)
            return
        inner = _in_place(self._parts(found.node, None, found.module, depth + 1))
        text = flat(inner.parts)
        if any(isinstance(p, Base) for p in inner.parts):
            value = next((p.value for p in inner.parts if isinstance(p, Base)), "")
            tail = tuple(p for p in inner.parts if not isinstance(p, Base))
            yield Base(name, value)
            yield from tail
        elif ABSOLUTE.match(text):
            yield from as_base(name, text)
        elif all(isinstance(p, str) for p in inner.parts):
            yield text
        elif text.startswith("/") and len(text) > 1 and not any(isinstance(p, Hole) for p in inner.parts):
            yield from inner.parts
        else:
            yield Base(name) if _is_base(name) else Gap(name)

    def _member(self, node: t.Attr | t.Index, function: t.Function | None, scope: Scope, depth: int) -> Iterator[Piece]:
        name = t.dotted(node)
        if not name and isinstance(node, t.Attr) and isinstance(node.base, t.Attr) and node.base.name == "env":
            yield from self._setting(node.name, scope)  # import.meta.env.VITE_API
            return
        head = name.split(".", 1)[0]
        if (
            name.startswith(("process.env.", "import.meta.env.", "window.env.", "window.__", "Deno.env."))
            or ".env." in f".{name}"
        ):
            yield from self._setting(name.rsplit(".", 1)[-1], scope)
            return
        if name.split(".")[-2:-1] == ["location"] and node_name(node) in _PLACE:
            yield from _PLACE[node_name(node)]
            return
        if isinstance(node, t.Attr) and node.name == "href" and self._is_url(node.base, function, scope):
            yield from self._parts(node.base, function, scope, depth + 1)
            return
        found = self.program.resolve(scope, head) if head and head != "this" else None
        table = self._of_table(node, name, found) if isinstance(found, Found) else None
        if table is not None:
            if isinstance(table.node, t.Function):
                yield Gap(name.rsplit(".", 1)[-1])
            else:
                yield from self._constant(name, table, depth)
            return
        if head == "this":
            member = self._class_field(name.removeprefix("this."), scope)
            if member is not None:
                yield from self._constant(name.rsplit(".", 1)[-1], Found(scope, member), depth)
                return
        if isinstance(node, t.Index):
            yield Gap(t.dotted(node.base).rsplit(".", 1)[-1] or "value")
            return
        last = node.name
        params = [p.name for p in function.params] if function is not None else []
        if head in params:
            whole = name == f"{head}.{last}" and last in ADDRESS_KEYS
            yield Hole(params.index(head), last, last) if whole else Gap(last)
        else:
            yield Base(name) if _is_base_member(name) and last.lower() != "urlpath" else Gap(last)

    def _setting(self, name: str, scope: Scope) -> tuple[Piece, ...]:
        """What the environment says, with its value where a committed file has it."""
        address = self.settings.address(name, scope.path)
        return (Base(name), address.rstrip("/")) if address.startswith("/") else as_base(name, address)

    def _of_table(self, node: t.Attr | t.Index, name: str, found: Found) -> Found | None:
        """`ENDPOINTS.users.list` in an object of ours."""
        if not isinstance(node, t.Attr) and not isinstance(node.key, t.Const):
            return None
        table: t.Node | None = found.node
        if isinstance(table, t.Call) and called_freeze(table):
            table = table.args[0]
        for part in name.split(".")[1:]:
            table = table.get(part) if isinstance(table, t.Table) else None
        return Found(found.module, table) if table is not None else None

    def made_with(self, node: t.Node, scope: Scope) -> tuple[t.Node, ...]:
        """What `this.path` of a class is in each of its several objects: an address expression for every one of them."""
        for part in t.walk(node, into_functions=False):
            name = t.dotted(part) if isinstance(part, t.Attr) else ""
            if not name.startswith("this.") or name.count(".") != 1:
                continue
            for cls in scope.all_of(t.Class):
                values = self._given_to(cls, name[5:])
                if 1 < len(values) < 40 and all(t.text_of(v) is not None for v in values):
                    return tuple(_with(node, part, value) for value in values)
        return ()

    def _given_to(self, cls: t.Class, field: str) -> list[t.Node]:
        """The arguments for a constructor's parameter that becomes a field, of `new C(...)` and of `super(...)` below it."""
        made = next((m for m in cls.body if isinstance(m, t.Function) and m.name == "constructor"), None)
        if made is None:
            return []
        source = next(
            (n.value for n in t.walk(*made.body) if isinstance(n, t.Bind) and t.dotted(n.target) == f"this.{field}"),
            t.Name(made.line, field),  # `constructor(private path: string)`
        )
        index = next((i for i, p in enumerate(made.params) if isinstance(source, t.Name) and p.name == source.id), None)
        if index is None:
            return []
        return [call.args[index] for call in self._constructions(cls) if index < len(call.args)]

    def _constructions(self, cls: t.Class) -> list[t.Call]:
        key = f"{cls.name} and below"
        if key not in self._made:
            found: list[t.Call] = []
            for scope in self.program.scopes.values():
                if scope.module.language != "javascript" or not (cls.name in scope.imports or cls.name in scope.names):
                    continue
                found += [n for n in scope.all_of(t.Call) if t.dotted(n.func) == cls.name]
                for below in scope.all_of(t.Class):
                    if any(t.dotted(base) == cls.name for base in below.bases):
                        found += [
                            n for n in t.walk(*below.body) if isinstance(n, t.Call) and t.dotted(n.func) == "super"
                        ]
            self._made[key] = found
        return self._made[key]

    def _class_field(self, name: str, scope: Scope) -> t.Node | None:
        for cls in scope.all_of(t.Class):
            for member in t.walk(*cls.body):
                if not isinstance(member, t.Bind) or t.dotted(member.target).removeprefix("this.") != name:
                    continue
                value = member.value.values[0] if isinstance(member.value, t.Logic) else member.value
                if not isinstance(value, t.Name):
                    return member.value
                return self._constructed_with(cls, value.id, scope)
        return None

    def _constructed_with(self, cls: t.Class, name: str, scope: Scope) -> t.Node | None:
        """The argument that the only `new Api("/api")` of a program gives to a parameter of the constructor."""
        made = next((m for m in cls.body if isinstance(m, t.Function) and m.name == "constructor"), None)
        index = next((i for i, p in enumerate(made.params) if p.name == name), None) if made is not None else None
        if made is None or index is None:
            found = self.program.resolve(scope, name)
            return found.node if isinstance(found, Found) else None
        if cls.name not in self._made:
            self._made[cls.name] = [
                n
                for s in self.program.scopes.values()
                if s.module.language == "javascript" and (s is scope or cls.name in s.imports)
                for n in s.all_of(t.Call)
                if t.dotted(n.func) == cls.name
            ]
        calls = self._made[cls.name]
        if len(calls) == 1 and index < len(calls[0].args):
            return calls[0].args[index]
        return made.params[index].default

    def _either(self, node: t.Logic, function: t.Function | None, scope: Scope, depth: int) -> Iterator[Piece]:
        """`window.API || "https://..."`: one base, with the literal as its value."""
        sides = [list(self._parts(v, function, scope, depth + 1)) for v in node.values]
        for side in sides:
            if any(isinstance(p, Hole) for p in side):
                yield from side
                return
        bases = [p for side in sides for p in side if isinstance(p, Base)]
        literal = next(
            (flat(side) for side in sides if side and all(isinstance(p, str) for p in side) and flat(side)), ""
        )
        if bases:
            found = ABSOLUTE.match(literal)
            yield Base(bases[0].name, literal)
            tail = _STAGE.sub("", literal[found.end() :] if found else literal).rstrip("/")
            if tail.startswith("/"):
                yield tail
            return
        yield from next((s for s in sides if flat(s)), [Gap("value")])

    def _choice(self, node: t.Choice, function: t.Function | None, scope: Scope, depth: int) -> Iterator[Piece]:
        """`local ? "http://localhost:3000" : "https://..."`: a base; a query that may be absent: nothing."""
        then = list(self._parts(node.then, function, scope, depth + 1))
        other = list(self._parts(node.other, function, scope, depth + 1))
        for side in (then, other):
            text = flat(side)
            if text.startswith(("?", "&")):
                yield "?"
                return
        absolute = [s for s in (other, then) if ABSOLUTE.match(flat(s))]
        if absolute:
            text = flat(absolute[0])
            found = ABSOLUTE.match(text)
            assert found is not None
            yield Base(found.group(0), text)
            tail = text[found.end() :].rstrip("/")
            if tail:
                yield tail
            return
        if not flat(other) or not flat(then):
            yield from then if flat(then).startswith("/") else [Gap("value")]
            return
        yield from then

    def _call(self, node: t.Call, function: t.Function | None, scope: Scope, depth: int) -> Iterator[Piece]:
        name = t.dotted(node.func) or (node.func.name if isinstance(node.func, t.Attr) else "")
        last = name.rsplit(".", 1)[-1]
        inside = node.func.base if isinstance(node.func, t.Attr) else node.args[0] if node.args else None
        if last in {"toString", "String"} and inside is not None and self._is_url(inside, function, scope):
            yield from self._parts(inside, function, scope, depth + 1)
            return
        if last in {
            "encodeURIComponent",
            "encodeURI",
            "String",
            "Number",
            "toString",
            "trim",
            "toLowerCase",
            "parseInt",
        }:
            inner = node.args[0] if node.args else (node.func.base if isinstance(node.func, t.Attr) else None)
            wanted = t.dotted(inner).rsplit(".", 1)[-1] if inner is not None else ""
            yield Gap(wanted or "value")
            return
        if name in {"URL", "Request"} and node.args:
            if len(node.args) > 1 and name == "URL":
                yield from (
                    Url(tuple(self._parts(node.args[1], function, scope, depth + 1)))
                    .then(Url(tuple(self._parts(node.args[0], function, scope, depth + 1))))
                    .parts
                )
                return
            yield from self._parts(node.args[0], function, scope, depth + 1)
            return
        if last in {"replace", "replaceAll", "concat", "href"} and isinstance(node.func, t.Attr):
            yield from self._parts(node.func.base, function, scope, depth + 1)
            if last == "concat":
                for arg in node.args:
                    yield from self._parts(arg, function, scope, depth + 1)
            return
        if last == "join" and isinstance(node.func, t.Attr) and isinstance(node.func.base, t.Items):
            yield from self._joined(node, node.func.base, function, scope, depth)
            return
        yield from self._own_call(node, name, function, scope, depth)

    def _is_url(self, node: t.Node, function: t.Function | None, scope: Scope) -> bool:
        made = self.definition(node, function, scope)
        return isinstance(made, t.Call) and t.dotted(made.func) == "URL"

    def _joined(
        self, node: t.Call, items: t.Items, function: t.Function | None, scope: Scope, depth: int
    ) -> Iterator[Piece]:
        by_slash = items.items == node.args  # `urlJoin(base, "/x", id)`
        separator = "/" if by_slash else t.text_of(node.args[0]) if node.args else ","
        for index, item in enumerate(items.items):
            parts = list(self._parts(item, function, scope, depth + 1))
            if index and not (by_slash and flat(parts).startswith(("/", "?"))):
                yield separator or ""
            yield from parts

    def _own_call(
        self, node: t.Call, name: str, function: t.Function | None, scope: Scope, depth: int
    ) -> Iterator[Piece]:
        """A function of ours that gives an address."""
        last = name.rsplit(".", 1)[-1]
        found = self.program.resolve(scope, name) if name and "." not in name else None
        if isinstance(found, Found) and isinstance(found.node, t.Function):
            yield from self._result(found, node, function, scope, depth)
            return
        table_function = self._table_function(node, scope)
        if table_function is not None:
            yield from self._result(table_function, node, function, scope, depth)
            return
        if last in {"getApiUrl", "getBaseUrl", "apiUrl", "baseUrl", "getApiBase"} and not node.args:
            yield Base(last)
            return
        if _JOINS.search(last) and len(node.args) > 1:
            yield from self._joined(node, t.Items(node.line, node.args), function, scope, depth)
            return
        given = list(self._parts(node.args[0], function, scope, depth + 1)) if node.args else []
        if given and flat(given).startswith("/") and _MAKES_ADDRESS.search(last):
            yield Base(last)  # `config.endpoint("/events")`
            yield from given
            return
        yield Gap(last or "value")

    def _table_function(self, node: t.Call, scope: Scope) -> Found | None:
        """`ENDPOINTS.user(id)`."""
        name = t.dotted(node.func)
        head, _, rest = name.partition(".")
        found = self.program.resolve(scope, head) if rest else None
        if not isinstance(found, Found):
            return None
        table: t.Node | None = found.node
        for part in rest.split("."):
            if isinstance(table, t.Class):  # a static method
                table = next((m for m in table.body if isinstance(m, t.Function) and m.name == part), None)
            else:
                table = table.get(part) if isinstance(table, t.Table) else None
        return Found(found.module, table) if isinstance(table, t.Function) else None

    def _result(
        self, found: Found, node: t.Call, function: t.Function | None, scope: Scope, depth: int
    ) -> Iterator[Piece]:
        """What a function of ours gives back, with the arguments in place."""
        inner = found.node
        assert isinstance(inner, t.Function)
        value = next(
            (n.value for n in t.walk(*inner.body, into_functions=False) if isinstance(n, t.Return) and n.value), None
        )
        if value is None or depth > 6:
            yield Gap(inner.name or "value")
            return
        url = Url(tuple(self._parts(value, inner, found.module, depth + 2)))
        values = {
            index: Url(tuple(self._parts(arg, function, scope, depth + 2))) for index, arg in enumerate(node.args)
        }
        yield from url.filled(values).parts


def _taken(name: str, function: t.Function) -> Piece:
    """What is taken out of a parameter: filled in by callers where it is an address, `request({ url })`."""
    for index, param in enumerate(function.params):
        for key, value in param.target.pairs if isinstance(param.target, t.Table) else ():
            same = isinstance(value, t.Name) and value.id == name
            if same and isinstance(key, t.Const) and key.value in ADDRESS_KEYS and not function.name[:1].isupper():
                return Hole(index, name, str(key.value))
    return Gap(name)


def _is_path_choice(choice: t.Choice) -> bool:
    """Whether both sides are literal pieces of a path (one of them may be empty); a query is not."""
    texts = [t.text_of(choice.then), t.text_of(choice.other)]
    return all(x is not None and not x.startswith(("?", "&")) and "://" not in x for x in texts)


def _with(node: t.Node, old: t.Node, new: t.Node) -> t.Node:
    """The expression with one part replaced."""
    if node is old:
        return new
    if isinstance(node, t.Binary):
        return t.Binary(node.line, node.op, _with(node.left, old, new), _with(node.right, old, new))
    if isinstance(node, t.Text):
        return t.Text(node.line, tuple(_with(p, old, new) for p in node.parts))
    return node


def node_name(node: t.Attr | t.Index) -> str:
    """The last name of a member."""
    return node.name if isinstance(node, t.Attr) else t.text_of(node.key) or ""


_PLACE: dict[str, tuple[Piece, ...]] = {
    "protocol": (), "origin": (), "host": (Base("location"),), "hostname": (Base("location"),),
}  # fmt: skip
"""The page's own address."""


def called_freeze(node: t.Call) -> bool:
    """`Object.freeze({...})`."""
    return t.dotted(node.func) in {"Object.freeze", "defineConfig"} and bool(node.args)

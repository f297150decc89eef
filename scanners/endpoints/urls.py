"""Addresses as far as a program says them: literal parts, constants in front, parameters, what is filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from scanners.routing.route import spell
from scanners.syntax import tree as t
from scanners.syntax.program import Found, Program, Scope

_OWN_HOST = re.compile(
    r"(?i)^(?:https?:)?//(?:[\w-]+\.execute-api\.[\w-]+\.amazonaws\.com|[\w-]+\.lambda-url\.[\w-]+\.on\.aws|localhost|127\.0\.0\.1|0\.0\.0\.0)(?::\d+)?"
)
_ABSOLUTE = re.compile(r"(?i)^(?:[a-z][a-z0-9+.-]*:)?//[^/]+")
_STAGE = re.compile(
    r"(?i)^/(prod|production|dev|development|stage|staging|test|live|default|v\d+-prod|\$default)(?=/|$)"
)


_PATH_NAME = re.compile(r"(?i)endpoint|path|url|uri|route|resource|href|suffix|action|^api$")
"""Parameters that hold a path and not an id."""


@dataclass(frozen=True, slots=True)
class Hole:
    """A parameter of the function around: filled in by its callers."""

    index: int
    name: str


@dataclass(frozen=True, slots=True)
class Base:
    """A constant in front: its name, and its value where the program says it."""

    name: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """Something filled in at run time."""

    name: str


@dataclass(frozen=True, slots=True)
class Url:
    """An address in parts."""

    parts: tuple[str | Hole | Base | Gap, ...]
    direct: bool = False
    """Not an address at all: a function's name."""

    @property
    def holes(self) -> tuple[Hole, ...]:
        """Parameters in it."""
        return tuple(p for p in self.parts if isinstance(p, Hole))

    @property
    def has_hole(self) -> bool:
        """Whether callers say a part of it."""
        return bool(self.holes)

    @property
    def is_wrapper(self) -> bool:
        """Whether callers say the path itself, and not only an id in it."""
        before = ""
        for part in self.parts:
            if isinstance(part, Hole):
                if "?" in before or before.endswith(("=", "&", "#")):
                    return False
                continues = not before.endswith("/") or not before.strip("/")
                return continues or bool(_PATH_NAME.search(part.name))
            before += part if isinstance(part, str) else "" if isinstance(part, Base) else "{}"
        return False

    @property
    def base(self) -> str:
        """What stands before the path."""
        for part in self.parts:
            if isinstance(part, Base):
                return part.name
            if isinstance(part, Gap):
                return ""
            if isinstance(part, str) and part:
                found = _ABSOLUTE.match(part)
                return found.group(0) if found else ""
        return ""

    @property
    def is_absolute(self) -> bool:
        """Whether it names a host."""
        return any(isinstance(p, Base) for p in self.parts[:2]) or bool(_ABSOLUTE.match(_flat(self.parts)))

    @property
    def path(self) -> str:
        """The part after the base."""
        text = _flat([p for p in self.parts if not isinstance(p, Base)])
        own = _ABSOLUTE.match(text)
        if own:
            text = text[own.end() :]
        return text

    @property
    def shown(self) -> str:
        """The path in one spelling; a whole address where the host is another's."""
        if self.direct:
            return _flat(self.parts)
        text = _flat([p for p in self.parts if not isinstance(p, Base)])
        text = re.sub(r"(?i)^https?://(?=/|$)", "", text)
        own = _OWN_HOST.match(text)
        if own:
            text = _STAGE.sub("", text[own.end() :])
        elif _ABSOLUTE.match(text):
            return re.split(r"[?#]", text, maxsplit=1)[0].rstrip("/")
        elif any(isinstance(p, Base) for p in self.parts):
            text = _STAGE.sub("", text) or text
        text = re.split(r"[?#]", text, maxsplit=1)[0]
        text = re.sub(r"^\.{1,2}/", "/", text)
        text = re.sub(r"(?<=[\w}])\{query\w*\}$", "", text)
        return spell(text)

    def then(self, other: Url) -> Url:
        """This as the base of another."""
        if not any(self.parts):
            return other
        head: tuple[str | Hole | Base | Gap, ...] = self.parts
        rest = other.parts
        flat = _flat(head)
        if _ABSOLUTE.match(flat) and not any(isinstance(p, Base) for p in head):
            head = _as_base(flat, flat)
        if rest and isinstance(rest[0], str) and rest[0] and not rest[0].startswith("/"):
            rest = ("/" + rest[0], *rest[1:])
        if head and isinstance(head[-1], str):
            head = (*head[:-1], head[-1].rstrip("/"))
        return Url((*head, *rest))

    def filled(self, values: Mapping[int, Url]) -> Url:
        """With the callers' parts in the holes; a hole that nobody fills is a gap."""
        parts: list[str | Hole | Base | Gap] = []
        for part in self.parts:
            if isinstance(part, Hole) and part.index in values:
                parts.extend(values[part.index].parts)
            elif isinstance(part, Hole):
                parts.append(Gap(part.name))
            else:
                parts.append(part)
        if len(parts) > 1 and isinstance(parts[0], Base):
            later = _flat(parts[1:])
            if _ABSOLUTE.match(later):
                parts = parts[1:]
        return Url(tuple(parts))


def _as_base(name: str, value: str) -> tuple[str | Hole | Base | Gap, ...]:
    """A constant that holds a host: the host is the base, what follows belongs to the path."""
    found = _ABSOLUTE.match(value)
    if not found:
        return (Base(name, value),)
    path = _STAGE.sub("", value[found.end() :]).rstrip("/")
    return (Base(name, value), path) if path else (Base(name, value),)


def _flat(parts: tuple[str | Hole | Base | Gap, ...] | list[str | Hole | Base | Gap]) -> str:
    out: list[str] = []
    for part in parts:
        if isinstance(part, str):
            out.append(part)
        elif isinstance(part, Base):
            out.append(part.value or "")
        else:
            name = re.sub(r"\W", "", part.name) or "value"
            out.append("{" + name + "}")
    return "".join(out)


_BASE_NAME = re.compile(
    r"(?i)(^|[._])(\w*(api|base|url|uri|endpoint|host|origin|server|backend|gateway|root|prefix|domain|env)\w*)$"
)


class Urls:
    """Evaluates the address expressions of a program."""

    def __init__(self, program: Program) -> None:
        self.program = program

    def of(self, node: t.Node, function: t.Function | None, scope: Scope) -> Url:
        """The address that an expression stands for."""
        return Url(tuple(self._parts(node, function, scope, 0)))

    def alternatives(self, node: t.Node, function: t.Function | None, scope: Scope) -> list[Url]:
        """One address, or both of a conditional."""
        resolved = self.definition(node, function, scope) if isinstance(node, t.Name) else node
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

    def _parts(
        self, node: t.Node, function: t.Function | None, scope: Scope, depth: int
    ) -> Iterator[str | Hole | Base | Gap]:
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

    def _name(
        self, node: t.Name, function: t.Function | None, scope: Scope, depth: int
    ) -> Iterator[str | Hole | Base | Gap]:
        params = [p.name for p in function.params] if function is not None else []
        if node.id in params:
            yield Hole(params.index(node.id), node.id)
            return
        local = self._local(node.id, function)
        if local is not None:
            yield from self._parts(local, function, scope, depth + 1)
            return
        found = self.program.resolve(scope, node.id)
        if isinstance(found, Found):
            yield from self._constant(node.id, found, depth)
            return
        yield Base(node.id) if _BASE_NAME.search(node.id) else Gap(node.id)

    def _local(self, name: str, function: t.Function | None) -> t.Node | None:
        if function is None:
            return None
        for inner in t.walk(*function.body):
            if not isinstance(inner, t.Bind) or not isinstance(inner.target, t.Name) or inner.target.id != name:
                continue
            if not (isinstance(inner.value, t.Const) and inner.value.value in {None, ""}):
                return inner.value
        return None

    def _constant(self, name: str, found: Found, depth: int) -> Iterator[str | Hole | Base | Gap]:
        """A constant of a module: a base when it names a host or comes from the environment, else its text."""
        inner = Url(tuple(self._parts(found.node, None, found.module, depth + 1)))
        flat = _flat(inner.parts)
        if any(isinstance(p, Base) for p in inner.parts):
            value = next((p.value for p in inner.parts if isinstance(p, Base)), "")
            tail = tuple(p for p in inner.parts if not isinstance(p, Base))
            yield Base(name, value)
            yield from tail
        elif _ABSOLUTE.match(flat):
            yield from _as_base(name, flat)
        elif all(isinstance(p, str) for p in inner.parts):
            yield flat
        else:
            yield Base(name) if _BASE_NAME.search(name) else Gap(name)

    def _member(
        self, node: t.Attr | t.Index, function: t.Function | None, scope: Scope, depth: int
    ) -> Iterator[str | Hole | Base | Gap]:
        name = t.dotted(node)
        head = name.split(".", 1)[0]
        if (
            name.startswith(("process.env.", "import.meta.env.", "window.env.", "window.__", "Deno.env."))
            or ".env." in f".{name}"
        ):
            yield Base(name.rsplit(".", 1)[-1])
            return
        if name in {"location.origin", "window.location.origin", "document.location.origin", "self.location.origin"}:
            return
        found = self.program.resolve(scope, head) if head and head != "this" else None
        if isinstance(found, Found) and isinstance(node, t.Attr):
            table: t.Node | None = found.node
            if isinstance(table, t.Call) and called_freeze(table):
                table = table.args[0]
            for part in name.split(".")[1:]:
                table = table.get(part) if isinstance(table, t.Table) else None
            if table is not None:
                if isinstance(table, t.Function):
                    yield Gap(node.name)
                    return
                yield from self._constant(name, Found(found.module, table), depth)
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
            yield Gap(last)
        else:
            yield Base(name) if _BASE_NAME.search(last) and last.lower() != "urlpath" else Gap(last)

    def _class_field(self, name: str, scope: Scope) -> t.Node | None:
        classes = (node for node in scope.nodes if isinstance(node, t.Class))
        for member in (m for cls in classes for m in t.walk(*cls.body) if isinstance(m, t.Bind)):
            if t.dotted(member.target).removeprefix("this.") == name and not isinstance(member.value, t.Name):
                return member.value
        return None

    def _either(
        self, node: t.Logic, function: t.Function | None, scope: Scope, depth: int
    ) -> Iterator[str | Hole | Base | Gap]:
        """`window.API || "https://..."`: one base, with the literal as its value."""
        sides = [list(self._parts(v, function, scope, depth + 1)) for v in node.values]
        for side in sides:
            if any(isinstance(p, Hole) for p in side):
                yield from side
                return
        bases = [p for side in sides for p in side if isinstance(p, Base)]
        literal = next(
            (_flat(side) for side in sides if side and all(isinstance(p, str) for p in side) and _flat(side)), ""
        )
        if bases:
            found = _ABSOLUTE.match(literal)
            yield Base(bases[0].name, literal)
            tail = _STAGE.sub("", literal[found.end() :] if found else literal).rstrip("/")
            if tail.startswith("/"):
                yield tail
            return
        yield from next((s for s in sides if _flat(s)), [Gap("value")])

    def _choice(
        self, node: t.Choice, function: t.Function | None, scope: Scope, depth: int
    ) -> Iterator[str | Hole | Base | Gap]:
        """`local ? "http://localhost:3000" : "https://..."`: a base; a query that may be absent: nothing."""
        then = list(self._parts(node.then, function, scope, depth + 1))
        other = list(self._parts(node.other, function, scope, depth + 1))
        for side in (then, other):
            flat = _flat(side)
            if flat.startswith(("?", "&")):
                yield "?"
                return
        absolute = [s for s in (other, then) if _ABSOLUTE.match(_flat(s))]
        if absolute:
            flat = _flat(absolute[0])
            found = _ABSOLUTE.match(flat)
            assert found is not None
            yield Base(found.group(0), flat)
            tail = _STAGE.sub("", flat[found.end() :]).rstrip("/")
            if tail:
                yield tail
            return
        if not _flat(other) or not _flat(then):
            yield from then if _flat(then).startswith("/") else [Gap("value")]
            return
        yield from then

    def _call(
        self, node: t.Call, function: t.Function | None, scope: Scope, depth: int
    ) -> Iterator[str | Hole | Base | Gap]:
        name = t.dotted(node.func) or (node.func.name if isinstance(node.func, t.Attr) else "")
        last = name.rsplit(".", 1)[-1]
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

    def _joined(
        self, node: t.Call, items: t.Items, function: t.Function | None, scope: Scope, depth: int
    ) -> Iterator[str | Hole | Base | Gap]:
        separator = t.text_of(node.args[0]) if node.args else ","
        for index, item in enumerate(items.items):
            if index:
                yield separator or ""
            yield from self._parts(item, function, scope, depth + 1)

    def _own_call(
        self, node: t.Call, name: str, function: t.Function | None, scope: Scope, depth: int
    ) -> Iterator[str | Hole | Base | Gap]:
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
            table = table.get(part) if isinstance(table, t.Table) else None
        return Found(found.module, table) if isinstance(table, t.Function) else None

    def _result(
        self, found: Found, node: t.Call, function: t.Function | None, scope: Scope, depth: int
    ) -> Iterator[str | Hole | Base | Gap]:
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


def called_freeze(node: t.Call) -> bool:
    """`Object.freeze({...})`."""
    return t.dotted(node.func) in {"Object.freeze", "defineConfig"} and bool(node.args)

"""Addresses as far as a program says them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.model.pattern import lazy
from scanners.endpoints.address_parts import (
    ADDRESS_KEYS,
    OF_VALUES,
    PLACE,
    SOMEWHERE,
    called_freeze,
    fullest,
    in_place,
    is_path_choice,
    node_name,
    public_setting,
    table_function,
    taken,
    taken_from_answer,
)
from scanners.endpoints.around import Around
from scanners.endpoints.base_names import is_base, is_base_member, names_person
from scanners.endpoints.class_fields import ClassFields, with_part
from scanners.endpoints.defaults import choice, either
from scanners.endpoints.page_scripts import PageScripts
from scanners.endpoints.props import Props
from scanners.endpoints.settings import Settings
from scanners.endpoints.url import ABSOLUTE, SEAM, Base, Gap, Hole, Piece, Url, as_base, flat, resolved, tail_of
from scanners.syntax import tree as t
from scanners.syntax.program import Found, Program, Scope

_JOINS = lazy(r"(?i)^(url|path)_?join$|^join_?(url|path)s?$|^combine_?urls?$")
_MAKES_ADDRESS = lazy(r"(?i)ur[li]|endpoint|api|path|route|address|href")


class Urls:
    """Evaluates the address expressions of a program."""

    def __init__(self, program: Program, settings: Settings) -> None:
        self.program = program
        self.settings = settings
        self.fields = ClassFields(program)
        self.around = Around()
        self.props = Props(program, self.around)
        self.pages = PageScripts(program)
        self._open: set[int] = set()
        """Constants that are being looked at."""

    def of(self, node: t.Node, function: t.Function | None, scope: Scope) -> Url:
        """The address that an expression stands for."""
        return in_place(self._parts(node, function, scope, 0))

    def alternatives(self, node: t.Node, function: t.Function | None, scope: Scope) -> list[Url]:
        """One address, or both of a conditional."""
        props = {self.of(v, f, s) for v, f, s in self.props.of(t.dotted(node), function, scope)}
        if len(props) > 1 and all(u.is_absolute or flat(u.parts).startswith("/") for u in props):
            return sorted(props, key=lambda u: u.shown)
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
        if resolved is None:
            return [self.of(node, function, scope)]
        objects = self.fields.each(resolved, scope)
        if objects:
            return [self.of(value, function, scope) for value in objects]
        choice = next((n for n in t.walk(resolved, into_functions=False) if isinstance(n, t.Choice)), None)
        if choice is not None and is_path_choice(choice):
            sides = [
                self.of(with_part(resolved, choice, side), function, scope) for side in (choice.then, choice.other)
            ]
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
            local = self._local(node.id, function, scope)
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
            yield _written(str(node.value)) if node.value is not None else ""
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
        given = self._given(node.id, function, scope, depth)
        if given is not None:
            yield from given.parts
            return
        piece = taken(node.id, function) if function is not None else None
        if piece is not None:
            yield piece
            return
        local = self._local(node.id, function, scope)
        if local is not None:
            yield from self._parts(local, function, scope, depth + 1)
            return
        if function is not None and taken_from_answer(node.id, function):
            yield Gap(node.id)
            return
        found = self._head(node.id, scope)
        if isinstance(found, Found):
            yield from self._constant(node.id, found, depth)
            return
        somewhere = node.id in SOMEWHERE or bool(re.search(r"(?i)signed_?ur[li]$", node.id))
        yield Base(node.id) if is_base(node.id) and not somewhere else Gap(node.id)

    def _given(self, name: str, function: t.Function | None, scope: Scope, depth: int) -> Url | None:
        """What all elements give a component for a name, where it is one address."""
        found = {Url(tuple(self._parts(v, f, s, depth + 4))) for v, f, s in self.props.of(name, function, scope)}
        url = found.pop() if len(found) == 1 else None
        return url if url is not None and (url.is_absolute or flat(url.parts).startswith("/")) else None

    def _local(self, name: str, function: t.Function | None, scope: Scope) -> t.Node | None:
        if function is None:
            return None
        for inner in t.walk(*function.body):
            if not isinstance(inner, t.Bind) or not isinstance(inner.target, t.Name) or inner.target.id != name:
                continue
            if not (isinstance(inner.value, t.Const) and inner.value.value in {None, ""}):
                return inner.value
        return self.around.bound(name, function, scope)

    def _constant(self, name: str, found: Found, depth: int) -> Iterator[Piece]:
        """A constant of a module: a base when it names a host or comes from the environment, else its text."""
        if isinstance(found.node, t.Const) and found.node.value is None:  # `let made;`, which gets its value later
            yield Base(name) if is_base(name) else Gap(name)
            return
        if id(found.node) in self._open:  # `window.API = window.API || "/api"`
            yield Base(name) if is_base(name) else Gap(name)
            return
        self._open.add(id(found.node))
        inner = in_place(self._parts(found.node, None, found.module, depth + 1))
        self._open.discard(id(found.node))
        text = flat(inner.parts)
        if any(isinstance(p, Base) for p in inner.parts):
            value = next((p.value for p in inner.parts if isinstance(p, Base)), "")
            tail = tuple(p for p in inner.parts if not isinstance(p, Base) or p == SEAM)
            yield Base(name, value)
            yield from tail
        elif ABSOLUTE.match(text):
            yield from as_base(name, text)
        elif all(isinstance(p, str) for p in inner.parts):
            yield Gap(name) if names_person(name) and "/" not in text else text
        elif text.startswith("/") and len(text) > 1 and not any(isinstance(p, Hole) for p in inner.parts):
            yield from inner.parts
        else:
            yield Base(name) if is_base(name) else Gap(name)

    def _member(self, node: t.Attr | t.Index, function: t.Function | None, scope: Scope, depth: int) -> Iterator[Piece]:
        name = t.dotted(node)
        if not name and isinstance(node, t.Attr) and isinstance(node.base, t.Attr) and node.base.name == "env":
            yield from self._setting(node.name, scope)  # import.meta.env.VITE_API
            return
        head = name.removeprefix("window.").split(".", 1)[0]
        if name.startswith("window.__") or ".env." in f".{name}":
            yield from self._setting(name.rsplit(".", 1)[-1], scope)
            return
        if name.split(".")[-2:-1] == ["location"] and node_name(node) in PLACE:
            yield from PLACE[node_name(node)]
            return
        if isinstance(node, t.Attr) and node.name == "href" and self._is_url(node.base, function, scope):
            yield from self._parts(node.base, function, scope, depth + 1)
            return
        table = public_setting(node, self.program) or self._of_table(node, name, head, scope)
        if table is not None:
            if isinstance(table.node, t.Function):
                yield Gap(name.rsplit(".", 1)[-1])
            else:
                yield from self._constant(name, table, depth)
            return
        if head == "this":
            member = self.fields.field(name.removeprefix("this."), scope)
            if member is not None:
                yield from self._constant(name.rsplit(".", 1)[-1], Found(scope, member), depth)
                return
        if isinstance(node, t.Index):
            yield Gap(t.dotted(node.base).rsplit(".", 1)[-1] or "value")
            return
        given = self._given(name, function, scope, depth)
        if given is not None:
            yield from given.parts
            return
        last = node.name
        params = [p.name for p in function.params] if function is not None else []
        if head in params:
            whole = name == f"{head}.{last}" and last in ADDRESS_KEYS
            yield Hole(params.index(head), last, last) if whole else Gap(last)
        else:
            yield Base(name) if is_base_member(name) and last.lower() != "urlpath" else Gap(last)

    def _head(self, name: str, scope: Scope) -> Found | Scope | None:
        return self.program.resolve(scope, name) or self.pages.of(name, scope)

    def _setting(self, name: str, scope: Scope) -> tuple[Piece, ...]:
        """What the environment says, with its value where a committed file has it."""
        address = self.settings.address(name, scope.path)
        return (Base(name), *tail_of(address)) if address.startswith("/") else as_base(name, address)

    def _of_table(self, node: t.Attr | t.Index, name: str, head: str, scope: Scope) -> Found | None:
        """`ENDPOINTS.users.list` in an object of ours."""
        if not isinstance(node, t.Attr) and not isinstance(node.key, t.Const):
            return None
        found = self._head(head, scope) if head and head != "this" else None
        if not isinstance(found, Found):
            return None
        table: t.Node | None = found.node
        if isinstance(table, t.Call) and called_freeze(table):
            table = table.args[0]
        for part in name.removeprefix("window.").split(".")[1:]:
            table = table.get(part) if isinstance(table, t.Table) else None
        return Found(found.module, table) if table is not None else None

    def _either(self, node: t.Logic, function: t.Function | None, scope: Scope, depth: int) -> Iterator[Piece]:
        yield from either([list(self._parts(v, function, scope, depth + 1)) for v in node.values])

    def _choice(self, node: t.Choice, function: t.Function | None, scope: Scope, depth: int) -> Iterator[Piece]:
        then, other = (list(self._parts(side, function, scope, depth + 1)) for side in (node.then, node.other))
        yield from choice(then, other)

    def _call(self, node: t.Call, function: t.Function | None, scope: Scope, depth: int) -> Iterator[Piece]:
        name = t.dotted(node.func) or (node.func.name if isinstance(node.func, t.Attr) else "")
        last = name.rsplit(".", 1)[-1]
        inside = node.func.base if isinstance(node.func, t.Attr) else node.args[0] if node.args else None
        if last in {"toString", "String"} and inside is not None and self._is_url(inside, function, scope):
            yield from self._parts(inside, function, scope, depth + 1)
            return
        if last in OF_VALUES:
            inner = node.args[0] if node.args else (node.func.base if isinstance(node.func, t.Attr) else None)
            if last == "trim" and inner is not None and ".env." in f".{t.dotted(inner)}":
                yield from self._parts(inner, function, scope, depth + 1)
                return
            wanted = t.dotted(inner).rsplit(".", 1)[-1] if inner is not None else ""
            yield Gap(wanted or "value")
            return
        if name in {"URL", "Request"} and node.args:
            if len(node.args) > 1 and name == "URL":
                below = Url(tuple(self._parts(node.args[1], function, scope, depth + 1)))
                yield from resolved(below, Url(tuple(self._parts(node.args[0], function, scope, depth + 1)))).parts
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
        of_table = table_function(node, scope, self.program)
        if of_table is not None:
            yield from self._result(of_table, node, function, scope, depth)
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

    def _result(
        self, found: Found, node: t.Call, function: t.Function | None, scope: Scope, depth: int
    ) -> Iterator[Piece]:
        """What a function of ours gives back, with the arguments in place."""
        inner = found.node
        assert isinstance(inner, t.Function)
        returns = [n.value for n in t.walk(*inner.body, into_functions=False) if isinstance(n, t.Return) and n.value]
        if not returns or depth > 6:
            yield Gap(inner.name or "value")
            return
        url = fullest([Url(tuple(self._parts(value, inner, found.module, depth + 2))) for value in returns[:8]])
        values = {
            index: Url(tuple(self._parts(arg, function, scope, depth + 2))) for index, arg in enumerate(node.args)
        }
        yield from url.filled(values).parts


def _written(text: str) -> str:
    """A literal; no blank stands around an address."""
    bare = text.strip()
    return bare if bare is not text and bare.startswith(("http", "/")) else text

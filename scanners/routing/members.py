"""Names, members and elements: what they are of a request, a table, a module or an object."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.routing import conditions as c
from scanners.routing.route import METHODS, Match, Route, both
from scanners.routing.values import (
    Code,
    Frame,
    Lit,
    Made,
    Many,
    Pairs,
    Part,
    Picked,
    Request,
    Value,
    What,
    part_of_request,
)
from scanners.syntax import tree as t
from scanners.syntax.program import Found, Scope

if TYPE_CHECKING:
    pass
from scanners.routing.evaluator import Evaluator
from scanners.routing.path_texts import without_start


class Members(Evaluator):
    """Looks values up in values."""

    # -- names --------------------------------------------------------------------------------------------------

    def name(self, node: t.Name, frame: Frame) -> Value | None:
        """A variable: local, around, or of the module."""
        known, value = frame.lookup(node.id)
        if known:
            return value
        if node.id in {"self", "this"} and frame.me is not None:
            return frame.me
        return self.global_name(frame.scope, node.id)

    def global_name(self, scope: Scope, name: str) -> Value | None:
        """A top-level name of a module, across imports."""
        key = (scope.path, name)
        if key not in self._constants:
            self._constants[key] = None
            self._constants[key] = self.of_found(self.run.program.resolve(scope, name))
        return self._constants[key]

    def of_found(self, found: Found | Scope | None) -> Value | None:
        """The value of a definition."""
        if found is None or isinstance(found, Scope):
            return found
        home = Frame(found.module)
        if isinstance(found.node, t.Function):
            return Code(found.node, home)
        if isinstance(found.node, (t.Const, t.Items, t.Table, t.Regex, t.Text, t.Binary, t.Name, t.Call, t.Logic)):
            return self.value(found.node, home)
        return None

    # -- members ------------------------------------------------------------------------------------------------

    def attribute(self, node: t.Attr, frame: Frame) -> Value | None:
        """`base.name`."""
        base = self.value(node.base, frame)
        if isinstance(base, Made):
            return self.field(base, node.name)
        return self.member(base, node.name)

    def member(self, base: Value | None, name: str) -> Value | None:
        """A named part of a value."""
        if isinstance(base, Request):
            if self.run.actions:
                return Part(What.ACTION) if base.keys and name in self.run.actions else Request((*base.keys, name))
            return part_of_request(Request((*base.keys, name)))
        if isinstance(base, Part):
            if base.what is What.PATH and name in {"path", "pathname"}:
                return base
            return Part(What.COUNT, base.offset) if base.what is What.SEGMENTS and name == "length" else None
        if isinstance(base, Lit):
            return Lit(len(base.value)) if name == "length" and isinstance(base.value, str) else None
        if isinstance(base, Pairs):
            value = base.table.get(name)
            return self.value(value, base.frame) if value is not None else None
        if isinstance(base, Scope):
            return self.of_found(self.run.program.member(base, name))
        if isinstance(base, Made):
            return self.field(base, name)
        return None

    def field(self, made: Made, name: str) -> Value | None:
        """A field or a method of an instance."""
        if name in made.fields:
            return made.fields[name]
        method = self.method(made.cls, made.scope, name)
        if isinstance(method, t.Function):
            return Code(method, Frame(made.scope, me=made))
        return self.value(method, Frame(made.scope, me=made)) if method is not None else None

    def method(self, cls: t.Class, scope: Scope, name: str, depth: int = 0) -> t.Node | None:
        """A method or class attribute, bases of ours included."""
        for node in cls.body:
            if isinstance(node, t.Function) and node.name == name:
                return node
            if isinstance(node, t.Bind) and isinstance(node.target, t.Name) and node.target.id == name:
                return node.value
        for base in cls.bases:
            found = self.run.program.resolve(scope, base.id) if isinstance(base, t.Name) and depth < 4 else None
            if isinstance(found, Found) and isinstance(found.node, t.Class):
                inherited = self.method(found.node, found.module, name, depth + 1)
                if inherited is not None:
                    return inherited
        return None

    def index(self, node: t.Index, frame: Frame) -> Value | None:
        """`base[key]`."""
        base = self.value(node.base, frame)
        if isinstance(node.key, t.Slice):
            low = self.value(node.key.low, frame) if node.key.low is not None else None
            cut = low.value if isinstance(low, Lit) and isinstance(low.value, int) else 0
            if cut > 1 and isinstance(base, Part) and node.key.high is None:
                return self.after(base, cut) or base
            return without_start(base, cut, bounded=node.key.high is not None)
        key = self.value(node.key, frame)
        if isinstance(key, Lit):
            return self.item(base, key.value)
        computed = isinstance(node.base, t.Call) and t.dotted(node.base.func) in {"globals", "locals", "vars"}
        if computed and isinstance(key, Picked):
            return self.named(key, frame.scope)
        if computed and isinstance(key, Part):
            self.run.dynamic.append((frame.scope.path, node.line))
        return self.pick(base, key)

    def after(self, base: Part, cut: int | str) -> Part | None:
        """What is left of the path once the start is cut off by which the request came here; None where it is another."""
        heads = {r.path for r in self.run.routes if r.match is Match.PREFIX}
        if base.what is not What.PATH or base.below or len(heads) != 1 or len(self.run.routes) > len(METHODS):
            return None
        head = heads.pop()
        fits = len(head) - (base.offset == 0) == cut if isinstance(cut, int) else head.strip("/") == cut.strip("/")
        if not fits or any(r.match is not Match.PREFIX for r in self.run.routes):
            return None
        ends = head if isinstance(cut, int) else cut
        return Part(What.PATH, 0 if ends.endswith("/") else 1, head)

    def named(self, names: Picked, home: Scope | Made) -> Value | None:
        """`globals()[ROUTES[key]]`, `getattr(self, ROUTES[key])`: functions by names out of a table."""
        found: list[tuple[Route, Value | t.Node | None, Frame]] = []
        for route, node, frame in names.options:
            value = self.value(node, frame) if isinstance(node, t.Node) else node
            if not isinstance(value, Lit) or not isinstance(value.value, str):
                continue
            target = self.field(home, value.value) if isinstance(home, Made) else self.global_name(home, value.value)
            if target is not None:
                found.append((route, target, frame))
        return Picked(tuple(found)) if found else None

    def item(self, base: Value | None, key: object) -> Value | None:
        """An element by a known key."""
        if isinstance(base, Many) and isinstance(key, int):
            return base.items[key] if -len(base.items) <= key < len(base.items) else None
        if isinstance(base, Part) and base.what is What.SEGMENTS and isinstance(key, int):
            index = key - base.offset if key >= 0 else key
            return Part(What.SEGMENT, index) if index >= 0 or key < 0 else None
        if isinstance(key, str):
            return self.member(base, key)
        return None

    def pick(self, base: Value | None, key: Value | None) -> Value | None:
        """Look something up in a table by a part of the request."""
        if isinstance(base, Pairs):
            options = c.picked(base, key)
            return Picked(tuple((route, node, base.frame) for route, node in options)) if options else None
        if isinstance(base, Picked):
            deeper: list[tuple[Route, Value | t.Node | None, Frame]] = []
            for route, node, home in base.options:
                table = self.value(node, home) if isinstance(node, t.Node) else node
                if isinstance(table, Pairs):
                    for inner, value in c.picked(table, key):
                        met = both(route, inner)
                        if met is not None:
                            deeper.append((met, value, table.frame))
            return Picked(tuple(deeper)) if deeper else None
        return None

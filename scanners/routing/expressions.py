"""Expressions of a router as values: parts of the request, constants, tables, functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from scanners.routing import conditions as c
from scanners.routing.route import METHODS, Match, Route, both
from scanners.routing.values import (
    Code,
    Cond,
    Frame,
    Lit,
    Made,
    Many,
    Pairs,
    Part,
    Pattern,
    Picked,
    Request,
    Value,
    What,
    part_of_request,
)
from scanners.syntax import tree as t
from scanners.syntax.program import Found, Scope

if TYPE_CHECKING:
    from scanners.routing.interpreter import Interpreter

_KEEPS_PATH = frozenset(
    "strip rstrip lstrip lower removeprefix removesuffix replace replaceAll toLowerCase toString trim decode encode "
    "trimEnd substring slice title casefold format".split()
)
_CUTS = frozenset({"slice", "substring", "substr", "removeprefix", "replace", "lstrip"})
_STRIPS = frozenset({"strip", "lstrip"})
_PASS_THROUGH = frozenset(
    "str String unquote unquote_plus decodeURIComponent decodeURI urlparse urlsplit URL normpath parse cast".split()
)


class Expressions:
    """Evaluates expressions for one interpreter, and enters the calls of our own functions in them."""

    def __init__(self, interpreter: Interpreter) -> None:
        self.run = interpreter
        self._constants: dict[tuple[str, str], Value | None] = {}

    def value(self, node: t.Node, frame: Frame) -> Value | None:
        """What an expression stands for; None where it cannot be said."""
        evaluate = _EVALUATE.get(type(node))
        if evaluate is not None:
            return evaluate(self, node, frame)
        for child in t.children(node):
            if not isinstance(child, t.Function):
                self.value(child, frame)
        return None

    def condition(self, node: t.Node, frame: Frame) -> Cond:
        """What follows for the route when a test holds, and when it does not."""
        if isinstance(node, t.Not):
            return c.negated(self.condition(node.value, frame))
        if isinstance(node, t.Logic):
            conds = [self.condition(v, frame) for v in node.values]
            if node.op == "and" and any(x.yes and all(r.methods for r in x.yes) for x in conds):
                conds += [self.lacks(v, frame) for v in node.values]
            return c.every(conds) if node.op == "and" else c.any_of(conds)
        value = self.value(node, frame)
        return value if isinstance(value, Cond) else c.NOTHING

    def lacks(self, node: t.Node, frame: Frame) -> Cond:
        """`not action` beside a method: the path ends before that part."""
        value = self.value(node.value, frame) if isinstance(node, t.Not) else None
        if isinstance(value, Part) and value.what is What.SEGMENT and value.offset > 0:
            return Cond((Route(length=value.offset),))
        return c.NOTHING

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
            return _cut(base, cut, bounded=node.key.high is not None)
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

    # -- calls --------------------------------------------------------------------------------------------------

    def call(self, node: t.Call, frame: Frame) -> Value | None:
        """A call: known ones of the language, our own functions and classes, and handlers out of a table."""
        args = tuple(self.value(a.value if isinstance(a, t.Spread) else a, frame) for a in node.args)
        kwargs = tuple((name, self.value(v, frame)) for name, v in node.kwargs)
        if isinstance(node.func, t.Attr):
            base = self.value(node.func.base, frame)
            known = self.method_call(base, node.func.name, args, node, frame)
            if known is not None:
                return known
            target = self.member(base, node.func.name)
        else:
            known = self.plain_call(node, args, frame)
            if known is not None:
                return known
            target = self.value(node.func, frame)
        if isinstance(target, Picked):
            self.run.serve(target, args, node.line)
            return None
        if isinstance(target, Code):
            return self.call_code(target, args, kwargs)
        return self.construct(node, args, kwargs, frame)

    def call_code(
        self, code: Code, args: tuple[Value | None, ...], kwargs: tuple[tuple[str, Value | None], ...]
    ) -> Value | None:
        """Enter a function of ours, when what it is given says something of the request."""
        closed = code.frame.outer is not None or code.frame.function is not None
        relevant = any(c.is_part(a) or isinstance(a, Made) for a in (*args, *(v for _, v in kwargs)))
        if not (relevant or closed or code.frame.me is not None):
            return None
        function = code.function
        frame = Frame(code.frame.scope, outer=code.frame if closed else None, function=function, me=code.frame.me)
        params = [p for p in function.params if p.name not in {"self", "cls"}]
        for param, value in zip(params, args, strict=False):
            self.run.bind(param.target, value, frame)
        for param in params[len(args) :]:
            default = self.value(param.default, code.frame) if param.default is not None else None
            self.run.bind(param.target, next((v for name, v in kwargs if name == param.name), default), frame)
        return self.run.run(function, frame)

    def construct(
        self,
        node: t.Call,
        args: tuple[Value | None, ...],
        kwargs: tuple[tuple[str, Value | None], ...],
        frame: Frame,
    ) -> Value | None:
        """An instance of a class of ours."""
        found: Found | Scope | None = None
        if isinstance(node.func, t.Name):
            found = self.run.program.resolve(frame.scope, node.func.id)
        elif isinstance(node.func, t.Attr):
            module = self.value(node.func.base, frame)
            found = self.run.program.member(module, node.func.name) if isinstance(module, Scope) else None
        if not isinstance(found, Found) or not isinstance(found.node, t.Class):
            return None
        made = Made(found.node, found.module)
        for name in ("__init__", "constructor"):
            method = self.method(found.node, found.module, name)
            if isinstance(method, t.Function):
                self.call_code(Code(method, Frame(found.module, me=made)), args, kwargs)
        for name, value in kwargs:
            made.fields.setdefault(name, value)
        return made

    def plain_call(self, node: t.Call, args: tuple[Value | None, ...], frame: Frame) -> Value | None:
        """`len(x)`, `str(x)`, `re.match` imported by name, and the like."""
        name = node.func.id if isinstance(node.func, t.Name) else ""
        first = args[0] if args else None
        if name == "len" and isinstance(first, Part) and first.what is What.SEGMENTS:
            return Part(What.COUNT, first.offset)
        if name == "len" and isinstance(first, Lit) and isinstance(first.value, str):
            return Lit(len(first.value))
        if name in _PASS_THROUGH and isinstance(first, (Part, Request)):
            return first
        if name in {"list", "tuple", "set", "frozenset", "sorted", "dict", "Set", "Map", "Array"} and args:
            if name == "list" and isinstance(node.args[0], t.Call) and isinstance(first, Part):
                return Part(first.what, 0) if first.what is What.SEGMENTS else first
            return first
        if name == "filter" and len(args) > 1 and isinstance(args[1], Part) and args[1].what is What.SEGMENTS:
            return Part(What.SEGMENTS, 0)
        if name in {"match", "fullmatch", "search"} and len(args) > 1:
            return c.matches(first, args[1], whole=name == "fullmatch", anchored=name != "search")
        if name == "RegExp" and isinstance(first, Lit) and isinstance(first.value, str):
            return Pattern(first.value)
        if name == "getattr" and len(args) > 1 and isinstance(args[1], Picked) and isinstance(first, (Made, Scope)):
            return self.named(args[1], first)
        if name in {"getattr", "globals", "import_module", "__import__"} and self.computed(node, frame):
            self.run.dynamic.append((frame.scope.path, node.line))
        return None

    def computed(self, node: t.Call, frame: Frame) -> bool:
        """Whether a name that is looked up by `getattr` or an import is made from the request."""
        names = node.args[1:2] if t.dotted(node.func) == "getattr" else node.args[:1]
        return any(
            isinstance(self.value(part, frame), Part)
            for name in names
            for part in t.walk(name)
            if isinstance(part, (t.Name, t.Attr, t.Index))
        )

    def method_call(
        self, base: Value | None, name: str, args: tuple[Value | None, ...], node: t.Call, frame: Frame
    ) -> Value | None:
        """A method of a value that the language gives."""
        first = args[0] if args else None
        if isinstance(base, Request):
            if name == "get" and isinstance(first, Lit):
                return self.member(base, str(first.value))
            return base if name in {"copy", "json", "text", "decode", "toString"} else None
        if isinstance(base, Part):
            cut = first.value if isinstance(first, Lit) and name in _CUTS else None
            rest = self.after(base, cut) if isinstance(cut, (int, str)) and not isinstance(cut, bool) else None
            return rest or self.part_method(base, name, args)
        if isinstance(base, Pattern) and first is not None:
            return c.matches(base, first, whole=name == "fullmatch", anchored=name == "match")
        if isinstance(base, (Pairs, Picked)):
            return self.table_method(base, name, args)
        if isinstance(base, Many):
            if name in {"includes", "has", "indexOf"}:
                return c.compare("in", first, base)
            if name in {"find", "some", "forEach", "filter", "map"} and node.args:
                return self.each(base, node.args[0], frame)
            return base if name in {"entries", "values", "items", "copy"} else None
        return self.library_call(node, name, args)

    def each(self, items: Many, function: t.Node, frame: Frame) -> Value | None:
        """`table.find(r => r.path === path)`: the entries by the routes for which the test holds."""
        if not isinstance(function, t.Function) or not function.params:
            return None
        options: list[tuple[Route, Value | t.Node | None, Frame]] = []
        for item in items.items[:250]:
            inner = Frame(frame.scope, outer=frame, function=function, me=frame.me)
            self.run.bind(function.params[0].target, item, inner)
            last = function.body[-1] if function.body else None
            if isinstance(last, t.Return) and last.value is not None:
                cond = self.condition(last.value, inner)
                options.extend((route, item, frame) for route in cond.yes or ())
        return Picked(tuple(options)) if options else None

    def library_call(self, node: t.Call, name: str, args: tuple[Value | None, ...]) -> Value | None:
        """`re.match(p, path)`, `json.loads(body)`, `Object.entries(table)` and the like."""
        first = args[0] if args else None
        owner = t.dotted(node.func)
        if owner.startswith("re.") and name in {"match", "fullmatch", "search"} and len(args) > 1:
            return c.matches(first, args[1], whole=name == "fullmatch", anchored=name == "match")
        if owner == "re.compile" and isinstance(first, Lit) and isinstance(first.value, str):
            return Pattern(first.value)
        if owner == "re.sub" and len(args) > 2 and isinstance(args[2], Part):
            return args[2]
        if owner.startswith("Object.") and isinstance(first, Pairs):
            return self.table_method(first, {"entries": "items"}.get(name, name), ())
        if name in {"loads", "parse", "b64decode", "unquote", "urlparse", "normpath"} and isinstance(
            first, (Request, Part)
        ):
            return first
        if name == "join" and args and isinstance(first, Many):
            return first if c.is_part(first) else None
        return None

    def part_method(self, base: Part, name: str, args: tuple[Value | None, ...]) -> Value | None:
        """A string or list method on a part of the request."""
        first = args[0] if args else None
        if name in {"startswith", "startsWith"}:
            return c.starts(base, first)
        if name in {"endswith", "endsWith"}:
            return c.ends(base, first)
        if name == "includes":
            return c.compare("in", first, base)
        if name in {"match", "search", "test"} and base.what in {What.PATH, What.KEY}:
            return c.matches(first, base, whole=False, anchored=False)
        if name in {"__eq__", "equals", "localeCompare"}:
            return c.compare("==", base, first)
        if base.what is What.PATH:
            return _path_method(base, name, args)
        if base.what is What.KEY and name in {"split", "partition"}:
            middle = (None,) if name == "partition" else ()
            return Many((Part(What.METHOD), *middle, Part(What.PATH, 1)))
        if base.what is What.SEGMENTS:
            if name == "filter":
                return Part(What.SEGMENTS, 0)
            if name == "slice" and isinstance(first, Lit) and isinstance(first.value, int):
                return _cut(base, first.value, bounded=len(args) > 1)
            return base if name == "map" else None
        if base.what in {What.METHOD, What.SEGMENT, What.ACTION}:
            return (
                base if name in {"upper", "lower", "toUpperCase", "toLowerCase", "strip", "trim", "toString"} else None
            )
        return None

    def table_method(self, base: Pairs | Picked, name: str, args: tuple[Value | None, ...]) -> Value | None:
        """`.get`, `.items` and the like of a dict or object."""
        first = args[0] if args else None
        if name in {"get", "pop"}:
            if isinstance(first, Lit):
                return self.member(base, str(first.value))
            return self.pick(base, first)
        if isinstance(base, Picked):
            return None
        if name in {"has", "hasOwnProperty", "includes"}:
            return c.compare("in", first, base)
        keys = [self.value(k, base.frame) if k is not None else None for k, _ in base.table.pairs]
        if name in {"items", "entries"}:
            values = [self.value(v, base.frame) for _, v in base.table.pairs]
            return Many(tuple(Many((k, v)) for k, v in zip(keys, values, strict=True)))
        if name == "keys":
            return Many(tuple(keys))
        if name == "values":
            return Many(tuple(self.value(v, base.frame) for _, v in base.table.pairs))
        return None

    # -- operators ----------------------------------------------------------------------------------------------

    def binary(self, node: t.Binary, frame: Frame) -> Value | None:
        """A comparison or a sum."""
        left, right = self.value(node.left, frame), self.value(node.right, frame)
        if node.op == "+":
            if (
                isinstance(left, Lit)
                and isinstance(right, Lit)
                and isinstance(left.value, str)
                and isinstance(right.value, str)
            ):
                return Lit(left.value + right.value)
            return _concatenated([left, right])
        if node.op in {"==", "!=", "in", "not in"}:
            return c.compare(node.op, left, right)
        return None

    def logic(self, node: t.Logic, frame: Frame) -> Value | None:
        """`a or b`: as a value the part of the request in it, as a test the condition."""
        values = [self.value(v, frame) for v in node.values]
        if any(isinstance(v, Cond) for v in values):
            return self.condition(node, frame)
        for value in values:
            if isinstance(value, (Part, Request)):
                parts = [v for v in values if isinstance(v, Part)]
                return parts[0] if parts else value
        known = [v for v in values if v is not None]
        if not known:
            return None
        return known[-1] if node.op == "and" else known[0]

    def negation(self, node: t.Not, frame: Frame) -> Value | None:
        """`not x`."""
        value = self.value(node.value, frame)
        return c.negated(value) if isinstance(value, Cond) else None

    def choice(self, node: t.Choice, frame: Frame) -> Value | None:
        """`a if t else b`: whichever says more."""
        self.value(node.test, frame)
        then, other = self.value(node.then, frame), self.value(node.other, frame)
        for value in (then, other):
            if isinstance(value, (Part, Request, Picked)):
                return value
        return then if then is not None else other

    def text(self, node: t.Text, frame: Frame) -> Value | None:
        """An f-string or template."""
        return _concatenated([self.value(p, frame) for p in node.parts])

    def bound(self, node: t.Bind, frame: Frame) -> Value | None:
        """An assignment inside of an expression."""
        value = self.value(node.value, frame)
        self.run.bind(node.target, value, frame)
        return value

    def items(self, node: t.Items, frame: Frame) -> Value | None:
        """A list literal."""
        found: list[Value | None] = []
        for item in node.items:
            if isinstance(item, t.Spread):
                inner = self.value(item.value, frame)
                found.extend(inner.items if isinstance(inner, Many) else (None,))
            else:
                found.append(self.value(item, frame))
        return Many(tuple(found))

    def comprehension(self, node: t.Unknown, frame: Frame) -> Value | None:
        """`[p for p in path.split("/") if p]`: the segments without the empty ones; or the last part's value."""
        for part in node.parts:
            if isinstance(part, t.Loop):
                source = self.value(part.source, frame)
                if isinstance(source, Part) and source.what is What.SEGMENTS:
                    filtered = any(isinstance(n, t.If) for n in part.body)
                    return Part(What.SEGMENTS, 0 if filtered else source.offset)
                if isinstance(source, Many) and part.target is not None:
                    return self.comprehended(part, source, frame)
                self.run.loop(
                    part, Frame(frame.scope, outer=frame, function=frame.function, me=frame.me), self.run.routes
                )
            elif not isinstance(part, (t.Function, t.Class)):
                self.value(part, frame)
        return None

    def comprehended(self, loop: t.Loop, source: Many, frame: Frame) -> Value | None:
        """`next(h for p, h in TABLE if re.match(p, path))`: the values by the routes of the test."""
        options: list[tuple[Route, Value | t.Node | None, Frame]] = []
        for item in source.items[:250]:
            inner = Frame(frame.scope, outer=frame, function=frame.function, me=frame.me)
            if loop.target is not None:
                self.run.bind(loop.target, item, inner)
            for statement in loop.body:
                if isinstance(statement, t.If) and statement.body:
                    cond = self.condition(statement.test, inner)
                    value = self.value(statement.body[-1], inner)
                    options.extend((route, value, frame) for route in cond.yes or ())
        return Picked(tuple(options)) if options else None


def _cut(base: Value | None, low: int, *, bounded: bool) -> Value | None:
    if isinstance(base, Part) and base.what is What.SEGMENTS:
        return Part(What.SEGMENTS, base.offset - low) if low >= 0 and not bounded else None
    if isinstance(base, Part) and base.what is What.PATH:
        return Part(What.PATH, 0 if low == 1 else base.offset)
    if isinstance(base, Many) and not bounded and low >= 0:
        return Many(base.items[low:])
    return None


def _path_method(base: Part, name: str, args: tuple[Value | None, ...]) -> Value | None:
    first = args[0] if args else None
    by_slash = isinstance(first, Lit) and first.value == "/"
    gone = len([p for p in base.below.split("/") if p])
    if name in {"split", "rsplit"}:
        return Part(What.SEGMENTS, base.offset - gone) if by_slash else base
    if name == "partition" and by_slash and base.offset == 0:
        return Many((Part(What.SEGMENT, gone), None, Part(What.SEGMENT, gone + 1)))
    if name in _KEEPS_PATH:
        if name in _STRIPS and (first is None or (isinstance(first, Lit) and first.value == "/")) and args:
            return Part(What.PATH, 0, base.below)
        if name in {"replace", "replaceAll"} and isinstance(first, Pattern) and first.source.startswith((r"^\/", "^/")):
            return Part(
                What.PATH,
                0 if first.source.lstrip("^").replace("\\", "").rstrip("+").split("|")[0] == "/" else base.offset,
            )
        if name in {"slice", "substring"} and isinstance(first, Lit) and first.value == 1:
            return Part(What.PATH, 0)
        return base
    return None


def _concatenated(values: list[Value | None]) -> Value | None:
    parts = [v for v in values if isinstance(v, Part)]
    if {p.what for p in parts} == {What.METHOD, What.PATH} and len(parts) == 2:
        return Part(What.KEY)
    if (
        len(parts) == 1
        and parts[0].what in {What.PATH, What.SEGMENT}
        and all(v is parts[0] or isinstance(v, Lit) for v in values)
    ):
        return parts[0] if parts[0].what is What.PATH else None
    if values and all(isinstance(v, Lit) and isinstance(v.value, str) for v in values):
        return Lit("".join(str(v.value) for v in values if isinstance(v, Lit)))
    return None


_EVALUATE: dict[type[t.Node], Callable[..., Value | None]] = {
    t.Const: lambda _self, node, _frame: Lit(node.value),
    t.Name: Expressions.name,
    t.Attr: Expressions.attribute,
    t.Index: Expressions.index,
    t.Call: Expressions.call,
    t.Binary: Expressions.binary,
    t.Logic: Expressions.logic,
    t.Not: Expressions.negation,
    t.Choice: Expressions.choice,
    t.Text: Expressions.text,
    t.Bind: Expressions.bound,
    t.Items: Expressions.items,
    t.Unknown: Expressions.comprehension,
    t.Table: lambda _self, node, frame: Pairs(node, frame),
    t.Regex: lambda _self, node, _frame: Pattern(node.source),
    t.Function: lambda _self, node, frame: Code(node, frame),
    t.Spread: lambda self, node, frame: self.value(node.value, frame),
}

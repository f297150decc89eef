"""Calls that the language and its libraries give: of strings, tables, lists and regular expressions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.routing import conditions as c
from scanners.routing.route import Route
from scanners.routing.values import (
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
)
from scanners.syntax import tree as t
from scanners.syntax.program import Scope

if TYPE_CHECKING:
    pass
from scanners.routing.members import Members
from scanners.routing.path_texts import path_method, without_start

_CUTS = frozenset({"slice", "substring", "substr", "removeprefix", "replace", "lstrip"})
_PASS_THROUGH = frozenset(
    "str String unquote unquote_plus decodeURIComponent decodeURI urlparse urlsplit URL normpath parse cast".split()
)


class KnownCalls(Members):
    """Evaluates calls that need no definition of ours."""

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
            return path_method(base, name, args)
        if base.what is What.KEY and name in {"split", "partition"}:
            middle = (None,) if name == "partition" else ()
            return Many((Part(What.METHOD), *middle, Part(What.PATH, 1)))
        if base.what is What.SEGMENTS:
            if name == "filter":
                return Part(What.SEGMENTS, 0)
            if name == "slice" and isinstance(first, Lit) and isinstance(first.value, int):
                return without_start(base, first.value, bounded=len(args) > 1)
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

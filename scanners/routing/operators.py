"""Comparisons, sums, conditionals, lists and comprehensions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.routing import conditions as c
from scanners.routing.route import Route
from scanners.routing.values import (
    Cond,
    Frame,
    Lit,
    Many,
    Part,
    Picked,
    Request,
    Value,
    What,
)
from scanners.syntax import tree as t

if TYPE_CHECKING:
    pass
from scanners.routing.evaluator import Evaluator
from scanners.routing.path_texts import concatenated


class Operators(Evaluator):
    """Evaluates what stands between values."""

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
            return concatenated([left, right])
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
        return concatenated([self.value(p, frame) for p in node.parts])

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

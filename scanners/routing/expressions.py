"""Expressions of a router as values: parts of the request, constants, tables, functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from scanners.routing import conditions as c
from scanners.routing.known_calls import KnownCalls
from scanners.routing.operators import Operators
from scanners.routing.route import Route
from scanners.routing.values import (
    Code,
    Cond,
    Frame,
    Lit,
    Made,
    Pairs,
    Part,
    Pattern,
    Picked,
    Value,
    What,
)
from scanners.syntax import tree as t
from scanners.syntax.program import Found, Scope

if TYPE_CHECKING:
    pass


class Expressions(KnownCalls, Operators):
    """Evaluates expressions for one interpreter, and enters the calls of our own functions in them."""

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

"""Python source as the small tree, by the standard `ast`."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterable
from typing import Any

from scanners.syntax import tree as t
from scanners.syntax.nesting import DEEPEST

_COMPARE = {
    ast.Eq: "==", ast.NotEq: "!=", ast.In: "in", ast.NotIn: "not in", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">",
    ast.GtE: ">=", ast.Is: "==", ast.IsNot: "!=",
}  # fmt: skip


def parse_python(path: str, source: bytes) -> t.Module:
    """The tree of a file.

    Raises:
        SyntaxError: it is not Python (of this version); also for NUL bytes, wrong encodings and absurd nesting.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = ast.parse(source, path)
        if _depth(module) > DEEPEST:
            raise SyntaxError("nested too deeply")
        return t.Module(path, "python", _body(module.body))
    except (ValueError, RecursionError, MemoryError) as error:
        raise SyntaxError(str(error) or type(error).__name__) from None


def _depth(module: ast.Module) -> int:
    deepest = -1
    level: list[ast.AST] = [module]
    while level:
        deepest += 1
        below: list[ast.AST] = []
        for node in level:
            # Not `vars`: other users of `ast` in this process hang links of their own on nodes that all trees share.
            for name in node._fields:
                value = getattr(node, name, None)
                if isinstance(value, ast.AST):
                    below.append(value)
                elif type(value) is list:
                    below += [each for each in value if isinstance(each, ast.AST)]
        level = below
    return deepest


def _body(nodes: Iterable[ast.AST]) -> tuple[t.Node, ...]:
    return tuple(_node(n) for n in nodes)


def _node(node: ast.AST) -> t.Node:
    lower = _LOWER.get(type(node))
    if lower is not None:
        return lower(node)
    return t.Unknown(getattr(node, "lineno", 0), tuple(_node(c) for c in ast.iter_child_nodes(node) if _counts(c)))


def _counts(node: ast.AST) -> bool:
    return isinstance(node, (ast.expr, ast.stmt, ast.comprehension, ast.keyword))


def _maybe(node: ast.AST | None) -> t.Node | None:
    return _node(node) if node is not None else None


def _constant(n: ast.Constant) -> t.Node:
    return t.Const(n.lineno, n.value if n.value is not Ellipsis else None)


def _subscript(n: ast.Subscript) -> t.Node:
    if isinstance(n.slice, ast.Slice):
        return t.Index(n.lineno, _node(n.value), t.Slice(n.lineno, _maybe(n.slice.lower), _maybe(n.slice.upper)))
    return t.Index(n.lineno, _node(n.value), _node(n.slice))


def _call(n: ast.Call) -> t.Node:
    args = tuple(_node(a) for a in n.args)
    return t.Call(n.lineno, _node(n.func), args, tuple((k.arg or "**", _node(k.value)) for k in n.keywords))


def _compare(n: ast.Compare) -> t.Node:
    parts: list[t.Node] = []
    left = _node(n.left)
    for op, right in zip(n.ops, n.comparators, strict=True):
        lowered = _node(right)
        parts.append(t.Binary(n.lineno, _COMPARE[type(op)], left, lowered))
        left = lowered
    return parts[0] if len(parts) == 1 else t.Logic(n.lineno, "and", tuple(parts))


def _binary(n: ast.BinOp) -> t.Node:
    op = {ast.Add: "+", ast.Mod: "%", ast.BitOr: "|"}.get(type(n.op), "?")
    return t.Binary(n.lineno, op, _node(n.left), _node(n.right))


def _unary(n: ast.UnaryOp) -> t.Node:
    if isinstance(n.op, ast.Not):
        return t.Not(n.lineno, _node(n.operand))
    if isinstance(n.op, ast.USub) and isinstance(n.operand, ast.Constant) and isinstance(n.operand.value, int):
        return t.Const(n.lineno, -n.operand.value)
    return t.Unknown(n.lineno, (_node(n.operand),))


def _function(n: ast.FunctionDef | ast.AsyncFunctionDef) -> t.Node:
    return t.Function(
        n.lineno, n.name, _params(n.args), _body(n.body), tuple(_node(d) for d in n.decorator_list),
        n.end_lineno or n.lineno, _maybe(n.returns),
    )  # fmt: skip


def _lambda(n: ast.Lambda) -> t.Node:
    value = t.Return(n.lineno, _node(n.body))
    return t.Function(n.lineno, "", _params(n.args), (value,), (), n.end_lineno or n.lineno)


def _params(args: ast.arguments) -> tuple[t.Param, ...]:
    plain = [*args.posonlyargs, *args.args]
    defaults: list[ast.expr | None] = [None] * (len(plain) - len(args.defaults)) + list(args.defaults)
    found = [
        t.Param(a.lineno, t.Name(a.lineno, a.arg), _maybe(d), _maybe(a.annotation))
        for a, d in zip(plain, defaults, strict=True)
    ]
    found += [
        t.Param(a.lineno, t.Name(a.lineno, a.arg), _maybe(d), _maybe(a.annotation))
        for a, d in zip(args.kwonlyargs, args.kw_defaults, strict=True)
    ]
    return tuple(found)


def _assign(n: ast.Assign) -> t.Node:
    value = _node(n.value)
    binds = tuple(t.Bind(n.lineno, _node(target), value) for target in n.targets)
    return binds[0] if len(binds) == 1 else t.Block(n.lineno, binds, ())


def _import(n: ast.Import) -> t.Node:
    found = tuple(t.Import(n.lineno, a.name, (("", a.asname or a.name.split(".")[0]),)) for a in n.names)
    return found[0] if len(found) == 1 else t.Block(n.lineno, found, ())


def _import_from(n: ast.ImportFrom) -> t.Node:
    names = tuple((a.name, a.asname or a.name) for a in n.names)
    return t.Import(n.lineno, "." * n.level + (n.module or ""), names)


def _try(n: Any) -> t.Node:
    handlers = tuple(t.Handler(h.lineno, h.name or "", _maybe(h.type), _body(h.body)) for h in n.handlers)
    return t.Try(n.lineno, _body(n.body), handlers, _body([*n.orelse, *n.finalbody]))


def _with(n: Any) -> t.Node:
    items: list[t.Node] = []
    for item in n.items:
        value = _node(item.context_expr)
        items.append(t.Bind(n.lineno, _node(item.optional_vars), value) if item.optional_vars else value)
    return t.Block(n.lineno, tuple(items), _body(n.body))


def _match(n: ast.Match) -> t.Node:
    cases = tuple(
        t.Case(c.pattern.lineno, _patterns(c.pattern), _maybe(c.guard), _body(c.body)) for c in n.cases
    )  # fmt: skip
    return t.Switch(n.lineno, _node(n.subject), cases)


def _patterns(p: ast.pattern) -> tuple[t.Node, ...]:
    """Alternatives of a case; a wildcard or a bare name is the default, unless it stands in a sequence."""
    if isinstance(p, ast.MatchOr):
        return tuple(x for sub in p.patterns for x in _patterns(sub))
    if isinstance(p, ast.MatchAs) and p.pattern is not None:
        return _patterns(p.pattern)
    return () if isinstance(p, ast.MatchAs) else (_pattern(p),)


def _pattern(p: ast.pattern) -> t.Node:
    if isinstance(p, ast.MatchValue):
        return _node(p.value)
    if isinstance(p, ast.MatchSingleton):
        return t.Const(p.lineno, p.value)
    if isinstance(p, ast.MatchSequence):
        return t.Items(p.lineno, tuple(_pattern(x) for x in p.patterns))
    if isinstance(p, ast.MatchStar):
        return t.Spread(p.lineno, t.Name(p.lineno, p.name or "_"))
    if isinstance(p, ast.MatchAs):
        return _pattern(p.pattern) if p.pattern is not None else t.Name(p.lineno, p.name or "_")
    if isinstance(p, ast.MatchMapping):
        return t.Table(
            p.lineno, tuple((_node(k), _pattern(v)) for k, v in zip(p.keys, p.patterns, strict=True))
        )  # fmt: skip
    if isinstance(p, ast.MatchOr):
        return t.Unknown(p.lineno, tuple(_pattern(x) for x in p.patterns))
    return t.Unknown(p.lineno)


def _comprehension(n: Any) -> t.Node:
    """`[x for y in z if c]` as a loop, so that what is iterated and tested can be seen."""
    body: tuple[t.Node, ...] = (_node(n.value), _node(n.key)) if isinstance(n, ast.DictComp) else (_node(n.elt),)
    for generator in reversed(n.generators):
        for test in reversed(generator.ifs):
            body = (t.If(n.lineno, _node(test), body, ()),)
        body = (t.Loop(n.lineno, _node(generator.target), _node(generator.iter), body),)
    return t.Unknown(n.lineno, body)


def _class(n: ast.ClassDef) -> t.Node:
    return t.Class(
        n.lineno, n.name, tuple(_node(b) for b in n.bases), _body(n.body), tuple(_node(d) for d in n.decorator_list)
    )


_LOWER: dict[type[ast.AST], Callable[[Any], t.Node]] = {
    ast.Constant: _constant,
    ast.Name: lambda n: t.Name(n.lineno, n.id),
    ast.Attribute: lambda n: t.Attr(n.lineno, _node(n.value), n.attr),
    ast.Subscript: _subscript,
    ast.Call: _call,
    ast.Compare: _compare,
    ast.BoolOp: lambda n: t.Logic(n.lineno, "and" if isinstance(n.op, ast.And) else "or", _body(n.values)),
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.IfExp: lambda n: t.Choice(n.lineno, _node(n.test), _node(n.body), _node(n.orelse)),
    ast.JoinedStr: lambda n: t.Text(n.lineno, _body(n.values)),
    ast.FormattedValue: lambda n: _node(n.value),
    ast.List: lambda n: t.Items(n.lineno, _body(n.elts)),
    ast.Tuple: lambda n: t.Items(n.lineno, _body(n.elts)),
    ast.Set: lambda n: t.Items(n.lineno, _body(n.elts)),
    ast.Dict: lambda n: t.Table(n.lineno, tuple((_maybe(k), _node(v)) for k, v in zip(n.keys, n.values, strict=True))),
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.DictComp: _comprehension,
    ast.Starred: lambda n: t.Spread(n.lineno, _node(n.value)),
    ast.Await: lambda n: _node(n.value),
    ast.NamedExpr: lambda n: t.Bind(n.lineno, _node(n.target), _node(n.value)),
    ast.Lambda: _lambda,
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.ClassDef: _class,
    ast.Assign: _assign,
    ast.AnnAssign: lambda n: (
        t.Bind(n.lineno, _node(n.target), _node(n.value)) if n.value else t.Unknown(n.lineno, (_node(n.annotation),))
    ),
    ast.AugAssign: lambda n: t.Bind(
        n.lineno, _node(n.target), t.Binary(n.lineno, "+", _node(n.target), _node(n.value))
    ),
    ast.Expr: lambda n: _node(n.value),
    ast.If: lambda n: t.If(n.lineno, _node(n.test), _body(n.body), _body(n.orelse)),
    ast.Return: lambda n: t.Return(n.lineno, _maybe(n.value)),
    ast.Raise: lambda n: t.Raise(n.lineno, _maybe(n.exc)),
    ast.For: lambda n: t.Loop(n.lineno, _node(n.target), _node(n.iter), _body([*n.body, *n.orelse])),
    ast.AsyncFor: lambda n: t.Loop(n.lineno, _node(n.target), _node(n.iter), _body([*n.body, *n.orelse])),
    ast.While: lambda n: t.Loop(n.lineno, None, _node(n.test), _body(n.body)),
    ast.Try: _try,
    ast.TryStar: _try,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Match: _match,
    ast.Import: _import,
    ast.ImportFrom: _import_from,
}

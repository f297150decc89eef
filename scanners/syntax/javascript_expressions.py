"""Expressions of JavaScript and TypeScript as nodes of the small tree, by the kind that tree-sitter gives them."""

from __future__ import annotations

from typing import Any

from scanners.syntax import tree as t
from scanners.syntax.lowering import SKIP, Lowering, field_of, text_in

_OPERATORS = {"===": "==", "!==": "!="}
_LOGIC = {"&&": "and", "||": "or", "??": "or"}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}


def _unescape(raw: str) -> str:
    if "\\" not in raw:
        return raw
    body = raw[1:]
    if body[:1] in {"x", "u"}:
        digits = body[1:].strip("{}")
        try:
            return chr(int(digits, 16))
        except (ValueError, OverflowError):
            return raw
    return _ESCAPES.get(body[:1], body[:1])


def string(lo: Lowering, n: Any) -> t.Node:
    """A string."""
    parts = [text_in(c) if c.type == "string_fragment" else _unescape(text_in(c)) for c in n.named_children]
    return t.Const(lo.line(n), "".join(parts))


def template(lo: Lowering, n: Any) -> t.Node:
    """A template literal."""
    parts: list[t.Node] = []
    position = n.start_byte + 1
    raw = n.text or b""

    def literal(end: int) -> None:
        if end > position:
            chunk = raw[position - n.start_byte : end - n.start_byte].decode(errors="replace")
            parts.append(t.Const(lo.line(n), chunk))

    for child in n.named_children:
        if child.type == "template_substitution":
            literal(child.start_byte)
            parts.extend(lo.block(child))
            position = child.end_byte
    literal(n.end_byte - 1)
    if not parts:
        return t.Const(lo.line(n), "")
    if len(parts) == 1 and isinstance(parts[0], t.Const):
        return parts[0]
    return t.Text(lo.line(n), tuple(parts))


def number(lo: Lowering, n: Any) -> t.Node:
    """A number."""
    raw = text_in(n).replace("_", "")
    try:
        return t.Const(lo.line(n), int(raw, 0) if len(raw) < 20 else raw)
    except ValueError:
        return t.Const(lo.line(n), None) if len(raw) > 40 else t.Const(lo.line(n), raw)


def member(lo: Lowering, n: Any) -> t.Node:
    """`a.b`."""
    name = field_of(n, "property")
    base = field_of(n, "object")
    if name is None or base is None:
        return t.Unknown(lo.line(n), lo.block(n))
    return t.Attr(lo.line(n), lo.node(base), text_in(name))


def subscript(lo: Lowering, n: Any) -> t.Node:
    """`a[b]`."""
    base, key = field_of(n, "object"), field_of(n, "index")
    if base is None or key is None:
        return t.Unknown(lo.line(n), lo.block(n))
    return t.Index(lo.line(n), lo.node(base), lo.node(key))


def call(lo: Lowering, n: Any) -> t.Node:
    """A call, `new`, or `require`."""
    func = field_of(n, "function") or field_of(n, "constructor")
    arguments = field_of(n, "arguments")
    if func is None:
        return t.Unknown(lo.line(n), lo.block(n))
    callee = lo.node(func)
    if arguments is not None and arguments.type == "template_string":
        return t.Call(lo.line(n), callee, (template(lo, arguments),))
    args = lo.block(arguments)
    if isinstance(callee, t.Name) and callee.id == "require" and len(args) == 1 and t.text_of(args[0]):
        return t.Import(lo.line(n), str(t.text_of(args[0])), (("", ""),))
    # the place of a chained call is where its last name stands: `a\n  .get('/x')`
    place = field_of(func, "property") if func.type == "member_expression" else None
    return t.Call(lo.line(place if place is not None else n), callee, args)


def binary(lo: Lowering, n: Any) -> t.Node:
    """An operator between two."""
    operator, left, right = field_of(n, "operator"), field_of(n, "left"), field_of(n, "right")
    if operator is None or left is None or right is None:
        return t.Unknown(lo.line(n), lo.block(n))
    op = text_in(operator)
    if op in _LOGIC:
        first = lo.node(left)
        before = first.values if isinstance(first, t.Logic) and first.op == _LOGIC[op] else (first,)
        return t.Logic(lo.line(n), _LOGIC[op], (*before, lo.node(right)))
    return t.Binary(lo.line(n), _OPERATORS.get(op, op), lo.node(left), lo.node(right))


def unary(lo: Lowering, n: Any) -> t.Node:
    """An operator in front."""
    operator, argument = field_of(n, "operator"), field_of(n, "argument")
    if operator is None or argument is None:
        return t.Unknown(lo.line(n), lo.block(n))
    value = lo.node(argument)
    if text_in(operator) == "!":
        return t.Not(lo.line(n), value)
    if text_in(operator) == "-" and isinstance(value, t.Const) and isinstance(value.value, int):
        return t.Const(lo.line(n), -value.value)
    return t.Unknown(lo.line(n), (value,))


def assignment(lo: Lowering, n: Any) -> t.Node:
    """`a = b`, `a += b`."""
    left, right = field_of(n, "left"), field_of(n, "right")
    if left is None or right is None:
        return t.Unknown(lo.line(n), lo.block(n))
    target, value = lo.node(left), lo.node(right)
    if n.type == "augmented_assignment_expression":
        value = t.Binary(lo.line(n), "+", target, value)
    return t.Bind(lo.line(n), target, named(value, target))


def named(value: t.Node, target: t.Node) -> t.Node:
    """An anonymous function takes the name that it is bound to."""
    if isinstance(value, t.Function) and not value.name:
        name = target.id if isinstance(target, t.Name) else target.name if isinstance(target, t.Attr) else ""
        return t.Function(value.line, name, value.params, value.body, value.decorators, value.end)
    return value


def declarator(lo: Lowering, n: Any) -> t.Node:
    """`const a = b`, also of what is required."""
    name, value = field_of(n, "name"), field_of(n, "value")
    if name is None:
        return t.Unknown(lo.line(n), lo.block(n))
    target = lo.node(name)
    if value is None:
        return t.Bind(lo.line(n), target, t.Const(lo.line(n), None))
    lowered = lo.node(value)
    if isinstance(lowered, t.Import):
        return t.Import(lowered.line, lowered.module, _required(target))
    if isinstance(lowered, t.Attr) and isinstance(lowered.base, t.Import) and isinstance(target, t.Name):
        return t.Import(lowered.line, lowered.base.module, ((lowered.name, target.id),))
    return t.Bind(lo.line(n), target, named(lowered, target))


def _required(target: t.Node) -> tuple[tuple[str, str], ...]:
    if isinstance(target, t.Name):
        return (("", target.id),)
    if isinstance(target, t.Table):
        return tuple(
            (str(key.value), value.id)
            for key, value in target.pairs
            if isinstance(key, t.Const) and isinstance(value, t.Name)
        )
    return ()


def object_literal(lo: Lowering, n: Any) -> t.Node:
    """An object, or a pattern of one."""
    pairs: list[tuple[t.Node | None, t.Node]] = []
    defaults: list[tuple[str, str]] = []
    for child in n.named_children:
        kind = child.type
        line = lo.line(child)
        if kind in {"pair", "pair_pattern"}:
            key, value = field_of(child, "key"), field_of(child, "value")
            if key is not None and value is not None:
                lowered = _key(lo, key)
                bound = t.Name(line, str(lowered.value)) if isinstance(lowered, t.Const) else lowered
                pairs.append((lowered, named(lo.node(value), bound)))
        elif kind in {"shorthand_property_identifier", "shorthand_property_identifier_pattern"}:
            pairs.append((t.Const(line, text_in(child)), t.Name(line, text_in(child))))
        elif kind == "object_assignment_pattern":
            left = field_of(child, "left")
            right = field_of(child, "right")
            if left is not None:
                pairs.append((t.Const(line, text_in(left)), t.Name(line, text_in(left))))
            if left is not None and right is not None and right.type == "string":
                defaults.append((text_in(left), text_in(right).strip("'\"")))
        elif kind == "method_definition":
            method = lo.node(child)
            pairs.append((t.Const(line, getattr(method, "name", "")), method))
        elif kind in {"spread_element", "rest_pattern"}:
            pairs.extend((None, inner) for inner in lo.block(child))
    return t.Table(lo.line(n), tuple(pairs), tuple(defaults))


def _key(lo: Lowering, n: Any) -> t.Node:
    if n.type in {"property_identifier", "private_property_identifier", "number"}:
        return t.Const(lo.line(n), text_in(n))
    if n.type == "computed_property_name":
        inner = lo.block(n)
        return inner[0] if inner else t.Unknown(lo.line(n))
    return lo.node(n)


def single(lo: Lowering, n: Any) -> t.Node:
    """Parentheses, `await`, `as`, `!`: what is inside."""
    first = n.named_child(0)
    if first is not None and first.type in SKIP:
        first = next((c for c in n.named_children if c.type not in SKIP), None)
    return lo.node(first) if first is not None else t.Unknown(lo.line(n))


def ternary(lo: Lowering, n: Any) -> t.Node:
    """`a ? b : c`."""
    test, then, other = field_of(n, "condition"), field_of(n, "consequence"), field_of(n, "alternative")
    if test is None or then is None or other is None:
        return t.Unknown(lo.line(n), lo.block(n))
    return t.Choice(lo.line(n), lo.node(test), lo.node(then), lo.node(other))


def enum(lo: Lowering, n: Any) -> t.Node:
    """An enumeration of TypeScript as a table of its literal values."""
    name, body = field_of(n, "name"), field_of(n, "body")
    pairs = [
        (t.Const(lo.line(c), text_in(key)), lo.node(value))
        for c in (body.named_children if body is not None else ())
        if c.type == "enum_assignment"
        and (key := field_of(c, "name")) is not None
        and (value := field_of(c, "value")) is not None
    ]
    return t.Bind(
        lo.line(n), t.Name(lo.line(n), text_in(name) if name is not None else ""), t.Table(lo.line(n), tuple(pairs))
    )


def with_holes(lo: Lowering, n: Any) -> tuple[t.Node, ...]:
    """`[, name, id]`: places that nothing takes count too."""
    found: list[t.Node] = []
    expects = True
    for child in n.children:
        if child.type == ",":
            if expects:
                found.append(t.Unknown(lo.line(child)))
            expects = True
        elif child.is_named and child.type not in SKIP:
            found.append(lo.node(child))
            expects = False
    return tuple(found)


def identifier(lo: Lowering, n: Any) -> t.Node:
    """A name."""
    return t.Name(lo.line(n), text_in(n))

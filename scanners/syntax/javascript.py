"""JavaScript, TypeScript, JSX and Apps Script as the small tree, by tree-sitter; broken code gives what can be read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scanners.syntax import tree as t
from scanners.syntax.nesting import DEEPEST

if TYPE_CHECKING:
    import tree_sitter

_SKIP = frozenset({
    "comment", "html_comment", "hash_bang_line", "type_annotation", "interface_declaration", "type_alias_declaration",
    "type_arguments", "type_parameters", "implements_clause", "empty_statement", "predefined_type", "ambient_declaration",
})  # fmt: skip
_OPERATORS = {"===": "==", "!==": "!="}
_LOGIC = {"&&": "and", "||": "or", "??": "or"}


def parse_javascript(path: str, source: bytes, *, first_line: int = 1, dialect: str = "") -> t.Module:
    """The tree of a file, or of a script that begins at `first_line` of a page.

    `dialect`: `ts`, `tsx`, or empty for JavaScript with JSX; by the file's name where it is not said.
    """
    import tree_sitter

    parser = tree_sitter.Parser(tree_sitter.Language(_grammar(dialect or _dialect(path))))
    root = parser.parse(source).root_node
    return t.Module(path, "javascript", _Lower(first_line).block(root))


def _dialect(path: str) -> str:
    if path.endswith((".ts", ".mts", ".cts")):
        return "ts"
    return "tsx" if path.endswith(".tsx") else ""


def _grammar(dialect: str) -> object:
    if dialect:
        import tree_sitter_typescript

        return (
            tree_sitter_typescript.language_tsx() if dialect == "tsx" else tree_sitter_typescript.language_typescript()
        )
    import tree_sitter_javascript

    return tree_sitter_javascript.language()


def _text(node: tree_sitter.Node) -> str:
    return (node.text or b"").decode(errors="replace")


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


@dataclass(slots=True)
class _Lower:
    first_line: int
    depth: int = 0

    def line(self, node: tree_sitter.Node) -> int:
        return int(node.start_point[0]) + self.first_line

    def node(self, node: tree_sitter.Node) -> t.Node:
        lower = _LOWER.get(node.type)
        if self.depth > DEEPEST:
            return t.Unknown(self.line(node))
        self.depth += 1
        try:
            return lower(self, node) if lower is not None else t.Unknown(self.line(node), self.block(node))
        finally:
            self.depth -= 1

    def maybe(self, node: tree_sitter.Node | None) -> t.Node | None:
        return self.node(node) if node is not None else None

    def block(self, node: tree_sitter.Node | None) -> tuple[t.Node, ...]:
        """Children that count, lowered; a block statement, an argument list, a program."""
        if node is None:
            return ()
        return tuple([self.node(c) for c in node.named_children if c.type not in _SKIP])

    def body(self, node: tree_sitter.Node | None) -> tuple[t.Node, ...]:
        """Statements of a block, or the single statement that stands in its place."""
        if node is None:
            return ()
        if node.type in {"statement_block", "else_clause", "class_body"}:
            inner = [c for c in node.named_children if c.type not in _SKIP]
            if node.type == "else_clause" and len(inner) == 1:
                return self.body(inner[0])
            return tuple([self.node(c) for c in inner])
        return (self.node(node),)


def _field(node: tree_sitter.Node, name: str) -> tree_sitter.Node | None:
    return node.child_by_field_name(name)


def _string(lo: _Lower, n: Any) -> t.Node:
    parts = [_text(c) if c.type == "string_fragment" else _unescape(_text(c)) for c in n.named_children]
    return t.Const(lo.line(n), "".join(parts))


def _template(lo: _Lower, n: Any) -> t.Node:
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


def _number(lo: _Lower, n: Any) -> t.Node:
    raw = _text(n).replace("_", "")
    try:
        return t.Const(lo.line(n), int(raw, 0) if len(raw) < 20 else raw)
    except ValueError:
        return t.Const(lo.line(n), None) if len(raw) > 40 else t.Const(lo.line(n), raw)


def _member(lo: _Lower, n: Any) -> t.Node:
    name = _field(n, "property")
    base = _field(n, "object")
    if name is None or base is None:
        return t.Unknown(lo.line(n), lo.block(n))
    return t.Attr(lo.line(n), lo.node(base), _text(name))


def _subscript(lo: _Lower, n: Any) -> t.Node:
    base, key = _field(n, "object"), _field(n, "index")
    if base is None or key is None:
        return t.Unknown(lo.line(n), lo.block(n))
    return t.Index(lo.line(n), lo.node(base), lo.node(key))


def _call(lo: _Lower, n: Any) -> t.Node:
    func = _field(n, "function") or _field(n, "constructor")
    arguments = _field(n, "arguments")
    if func is None:
        return t.Unknown(lo.line(n), lo.block(n))
    callee = lo.node(func)
    if arguments is not None and arguments.type == "template_string":
        return t.Call(lo.line(n), callee, (_template(lo, arguments),))
    args = lo.block(arguments)
    if isinstance(callee, t.Name) and callee.id == "require" and len(args) == 1 and t.text_of(args[0]):
        return t.Import(lo.line(n), str(t.text_of(args[0])), (("", ""),))
    # the place of a chained call is where its last name stands: `a\n  .get('/x')`
    place = _field(func, "property") if func.type == "member_expression" else None
    return t.Call(lo.line(place if place is not None else n), callee, args)


def _binary(lo: _Lower, n: Any) -> t.Node:
    operator, left, right = _field(n, "operator"), _field(n, "left"), _field(n, "right")
    if operator is None or left is None or right is None:
        return t.Unknown(lo.line(n), lo.block(n))
    op = _text(operator)
    if op in _LOGIC:
        first = lo.node(left)
        before = first.values if isinstance(first, t.Logic) and first.op == _LOGIC[op] else (first,)
        return t.Logic(lo.line(n), _LOGIC[op], (*before, lo.node(right)))
    return t.Binary(lo.line(n), _OPERATORS.get(op, op), lo.node(left), lo.node(right))


def _unary(lo: _Lower, n: Any) -> t.Node:
    operator, argument = _field(n, "operator"), _field(n, "argument")
    if operator is None or argument is None:
        return t.Unknown(lo.line(n), lo.block(n))
    value = lo.node(argument)
    if _text(operator) == "!":
        return t.Not(lo.line(n), value)
    if _text(operator) == "-" and isinstance(value, t.Const) and isinstance(value.value, int):
        return t.Const(lo.line(n), -value.value)
    return t.Unknown(lo.line(n), (value,))


def _assignment(lo: _Lower, n: Any) -> t.Node:
    left, right = _field(n, "left"), _field(n, "right")
    if left is None or right is None:
        return t.Unknown(lo.line(n), lo.block(n))
    target, value = lo.node(left), lo.node(right)
    if n.type == "augmented_assignment_expression":
        value = t.Binary(lo.line(n), "+", target, value)
    return t.Bind(lo.line(n), target, _named(value, target))


def _named(value: t.Node, target: t.Node) -> t.Node:
    """An anonymous function takes the name that it is bound to."""
    if isinstance(value, t.Function) and not value.name:
        name = target.id if isinstance(target, t.Name) else target.name if isinstance(target, t.Attr) else ""
        return t.Function(value.line, name, value.params, value.body, value.decorators, value.end)
    return value


def _declarator(lo: _Lower, n: Any) -> t.Node:
    name, value = _field(n, "name"), _field(n, "value")
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
    return t.Bind(lo.line(n), target, _named(lowered, target))


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


def _object(lo: _Lower, n: Any) -> t.Node:
    pairs: list[tuple[t.Node | None, t.Node]] = []
    for child in n.named_children:
        kind = child.type
        line = lo.line(child)
        if kind in {"pair", "pair_pattern"}:
            key, value = _field(child, "key"), _field(child, "value")
            if key is not None and value is not None:
                lowered = _key(lo, key)
                bound = t.Name(line, str(lowered.value)) if isinstance(lowered, t.Const) else lowered
                pairs.append((lowered, _named(lo.node(value), bound)))
        elif kind in {"shorthand_property_identifier", "shorthand_property_identifier_pattern"}:
            pairs.append((t.Const(line, _text(child)), t.Name(line, _text(child))))
        elif kind == "object_assignment_pattern":
            left = _field(child, "left")
            if left is not None:
                pairs.append((t.Const(line, _text(left)), t.Name(line, _text(left))))
        elif kind == "method_definition":
            method = _method(lo, child)
            pairs.append((t.Const(line, getattr(method, "name", "")), method))
        elif kind in {"spread_element", "rest_pattern"}:
            pairs.extend((None, inner) for inner in lo.block(child))
    return t.Table(lo.line(n), tuple(pairs))


def _key(lo: _Lower, n: Any) -> t.Node:
    if n.type in {"property_identifier", "private_property_identifier", "number"}:
        return t.Const(lo.line(n), _text(n))
    if n.type == "computed_property_name":
        inner = lo.block(n)
        return inner[0] if inner else t.Unknown(lo.line(n))
    return lo.node(n)


def _params(lo: _Lower, n: Any | None) -> tuple[t.Param, ...]:
    if n is None:
        return ()
    found: list[t.Param] = []
    nodes = [n] if n.type == "identifier" else [c for c in n.named_children if c.type not in _SKIP]
    for child in nodes:
        inner, default = child, None
        decorators: tuple[t.Node, ...] = ()
        if child.type in {"required_parameter", "optional_parameter"}:
            inner, default = _field(child, "pattern"), _field(child, "value")
            decorators = tuple(lo.node(c) for c in child.named_children if c.type == "decorator")
            typed = _client_type(child)
            if typed:
                decorators = (*decorators, t.Name(lo.line(child), typed))
        elif child.type == "assignment_pattern":
            inner, default = _field(child, "left"), _field(child, "right")
        if inner is None:
            continue
        target = lo.node(inner)
        note = t.Unknown(lo.line(child), decorators) if decorators else None
        found.append(t.Param(lo.line(child), target, lo.maybe(default), note))
    return tuple(found)


def _client_type(n: Any) -> str:
    """`HttpClient` of `private http: HttpClient`: the types of things that make requests; other types say nothing here."""
    given = _field(n, "type")
    inner = given.named_children[0] if given is not None and given.named_children else None
    text = _text(inner) if inner is not None and inner.type == "type_identifier" else ""
    return text if text.startswith(("Http", "Axios", "Ky")) else ""


def _function(lo: _Lower, n: Any) -> t.Node:
    name, body = _field(n, "name"), _field(n, "body")
    params = _params(lo, _field(n, "parameters") or _field(n, "parameter"))
    if body is not None and body.type != "statement_block":
        statements: tuple[t.Node, ...] = (t.Return(lo.line(body), lo.node(body)),)
    else:
        statements = lo.body(body)
    end = int(n.end_point[0]) + lo.first_line
    return t.Function(lo.line(n), _text(name) if name is not None else "", params, statements, (), end)


def _method(lo: _Lower, n: Any) -> t.Node:
    function = _function(lo, n)
    decorators = tuple(lo.node(c) for c in n.named_children if c.type == "decorator")
    if isinstance(function, t.Function) and decorators:
        return t.Function(function.line, function.name, function.params, function.body, decorators, function.end)
    return function


def _field_definition(lo: _Lower, n: Any) -> t.Node:
    name, value = _field(n, "property") or _field(n, "name"), _field(n, "value")
    if name is None or value is None:
        return t.Unknown(lo.line(n), lo.block(n))
    target = t.Name(lo.line(n), _text(name))
    return t.Bind(lo.line(n), target, _named(lo.node(value), target))


def _class(lo: _Lower, n: Any) -> t.Node:
    name, body = _field(n, "name"), _field(n, "body")
    heritage = [b for c in n.named_children if c.type == "class_heritage" for b in lo.block(c)]
    bases = tuple(
        p for b in heritage for p in (b.parts if isinstance(b, t.Unknown) else (b,))
    )  # TypeScript has a clause
    decorators = tuple(lo.node(c) for c in n.named_children if c.type == "decorator")
    if n.parent is not None and n.parent.type == "export_statement":
        decorators += tuple(lo.node(c) for c in n.parent.named_children if c.type == "decorator")
    members: list[t.Node] = []
    waiting: list[t.Node] = []
    for child in body.named_children if body is not None else ():
        if child.type == "decorator":
            waiting.append(lo.node(child))
        elif child.type not in _SKIP:
            member = lo.node(child)
            if waiting and isinstance(member, t.Function):
                member = t.Function(
                    member.line, member.name, member.params, member.body, (*waiting, *member.decorators), member.end
                )
            waiting = []
            members.append(member)
    return t.Class(lo.line(n), _text(name) if name is not None else "", bases, tuple(members), decorators)


def _if(lo: _Lower, n: Any) -> t.Node:
    test = _field(n, "condition")
    lowered = lo.node(test) if test is not None else t.Unknown(lo.line(n))
    return t.If(lo.line(n), lowered, lo.body(_field(n, "consequence")), lo.body(_field(n, "alternative")))


def _switch(lo: _Lower, n: Any) -> t.Node:
    subject, body = _field(n, "value"), _field(n, "body")
    cases: list[t.Case] = []
    waiting: list[t.Node] = []
    fallen_default = False
    for child in body.named_children if body is not None else ():
        if child.type not in {"switch_case", "switch_default"}:
            continue
        value = _field(child, "value")
        statements: list[t.Node] = []
        for inner in child.named_children:
            if inner.type in _SKIP or inner == value:
                continue
            statements.extend(lo.body(inner) if inner.type == "statement_block" else (lo.node(inner),))
        if value is not None:
            waiting.append(lo.node(value))
        else:
            fallen_default = True
        if statements:
            patterns = () if fallen_default else tuple(waiting)
            if fallen_default and waiting:
                cases.append(t.Case(lo.line(child), tuple(waiting), None, tuple(statements)))
            cases.append(t.Case(waiting[0].line if patterns else lo.line(child), patterns, None, tuple(statements)))
            waiting, fallen_default = [], False
    return t.Switch(lo.line(n), lo.node(subject) if subject is not None else t.Unknown(lo.line(n)), tuple(cases))


def _for_in(lo: _Lower, n: Any) -> t.Node:
    left, right = _field(n, "left"), _field(n, "right")
    source = lo.node(right) if right is not None else t.Unknown(lo.line(n))
    return t.Loop(lo.line(n), lo.maybe(left), source, lo.body(_field(n, "body")))


def _for(lo: _Lower, n: Any) -> t.Node:
    parts = [c for name in ("initializer", "condition", "increment") if (c := _field(n, name)) is not None]
    head = t.Unknown(lo.line(n), tuple(lo.node(c) for c in parts))
    return t.Loop(lo.line(n), None, head, lo.body(_field(n, "body")))


def _while(lo: _Lower, n: Any) -> t.Node:
    test = _field(n, "condition")
    return t.Loop(
        lo.line(n), None, lo.node(test) if test is not None else t.Unknown(lo.line(n)), lo.body(_field(n, "body"))
    )


def _try(lo: _Lower, n: Any) -> t.Node:
    handlers: tuple[t.Handler, ...] = ()
    caught = _field(n, "handler")
    if caught is not None:
        name = _field(caught, "parameter")
        body = lo.body(_field(caught, "body"))
        handlers = (t.Handler(lo.line(caught), _text(name) if name is not None else "", None, body),)
    final = _field(n, "finalizer")
    return t.Try(lo.line(n), lo.body(_field(n, "body")), handlers, lo.block(final))


def _import(lo: _Lower, n: Any) -> t.Node:
    source = _field(n, "source")
    module = "".join(_text(c) for c in source.named_children) if source is not None else ""
    names: list[tuple[str, str]] = []
    for clause in (c for c in n.named_children if c.type == "import_clause"):
        for part in clause.named_children:
            if part.type == "identifier":
                names.append(("default", _text(part)))
            elif part.type == "namespace_import":
                names.extend(("", _text(c)) for c in part.named_children)
            elif part.type == "named_imports":
                for spec in part.named_children:
                    name, alias = _field(spec, "name"), _field(spec, "alias")
                    if name is not None:
                        names.append((_text(name), _text(alias if alias is not None else name)))
    return t.Import(lo.line(n), module, tuple(names))


def _export(lo: _Lower, n: Any) -> t.Node:
    source = _field(n, "source")
    if source is not None:
        names = tuple(
            (_text(spec.named_children[0]), _text(spec.named_children[-1]))
            for c in n.named_children if c.type == "export_clause" for spec in c.named_children if spec.named_children
        )  # fmt: skip
        return t.Import(lo.line(n), "".join(_text(c) for c in source.named_children), names or (("*", "*"),))
    value = _field(n, "value")
    if value is None and any(c.type == "default" for c in n.children):
        value = _field(n, "declaration")
    if value is not None:
        lowered = lo.node(value)
        target = t.Attr(lo.line(n), t.Name(lo.line(n), "exports"), "default")
        if isinstance(lowered, (t.Function, t.Class)) and lowered.name:
            export = t.Bind(lo.line(n), target, t.Name(lowered.line, lowered.name))
            return t.Block(lo.line(n), (), (lowered, export))
        return t.Bind(lo.line(n), target, lowered)
    inner = lo.block(n)
    return inner[0] if len(inner) == 1 else t.Block(lo.line(n), (), inner)


def _single(lo: _Lower, n: Any) -> t.Node:
    """Parentheses, `await`, `as`, `!`: what is inside."""
    first = n.named_child(0)
    if first is not None and first.type in _SKIP:
        first = next((c for c in n.named_children if c.type not in _SKIP), None)
    return lo.node(first) if first is not None else t.Unknown(lo.line(n))


def _statements(lo: _Lower, n: Any) -> t.Node:
    inner = lo.block(n)
    return inner[0] if len(inner) == 1 else t.Block(lo.line(n), (), inner)


def _ternary(lo: _Lower, n: Any) -> t.Node:
    test, then, other = _field(n, "condition"), _field(n, "consequence"), _field(n, "alternative")
    if test is None or then is None or other is None:
        return t.Unknown(lo.line(n), lo.block(n))
    return t.Choice(lo.line(n), lo.node(test), lo.node(then), lo.node(other))


def _enum(lo: _Lower, n: Any) -> t.Node:
    """An enumeration of TypeScript as a table of its literal values."""
    name, body = _field(n, "name"), _field(n, "body")
    pairs = [
        (t.Const(lo.line(c), _text(key)), lo.node(value))
        for c in (body.named_children if body is not None else ())
        if c.type == "enum_assignment"
        and (key := _field(c, "name")) is not None
        and (value := _field(c, "value")) is not None
    ]
    return t.Bind(
        lo.line(n), t.Name(lo.line(n), _text(name) if name is not None else ""), t.Table(lo.line(n), tuple(pairs))
    )


def _with_holes(lo: _Lower, n: Any) -> tuple[t.Node, ...]:
    """`[, name, id]`: places that nothing takes count too."""
    found: list[t.Node] = []
    expects = True
    for child in n.children:
        if child.type == ",":
            if expects:
                found.append(t.Unknown(lo.line(child)))
            expects = True
        elif child.is_named and child.type not in _SKIP:
            found.append(lo.node(child))
            expects = False
    return tuple(found)


def _last(lo: _Lower, n: Any) -> t.Node | None:
    inner = lo.block(n)
    return inner[-1] if inner else None


def _name(lo: _Lower, n: Any) -> t.Node:
    return t.Name(lo.line(n), _text(n))


_LOWER: dict[str, Callable[[_Lower, Any], t.Node]] = {
    "identifier": _name, "this": _name, "super": _name, "undefined": _name, "property_identifier": _name,
    "shorthand_property_identifier": _name, "private_property_identifier": _name, "type_identifier": _name,
    "import": _name, "string": _string, "template_string": _template, "number": _number,
    "true": lambda lo, n: t.Const(lo.line(n), True),
    "false": lambda lo, n: t.Const(lo.line(n), False),
    "null": lambda lo, n: t.Const(lo.line(n), None),
    "regex": lambda lo, n: t.Regex(lo.line(n), _text(p) if (p := _field(n, "pattern")) is not None else ""),
    "member_expression": _member, "subscript_expression": _subscript, "call_expression": _call,
    "new_expression": _call, "binary_expression": _binary, "unary_expression": _unary,
    "ternary_expression": _ternary, "assignment_expression": _assignment,
    "augmented_assignment_expression": _assignment, "variable_declarator": _declarator,
    "enum_declaration": _enum,
    "array": lambda lo, n: t.Items(lo.line(n), lo.block(n)),
    "array_pattern": lambda lo, n: t.Items(lo.line(n), _with_holes(lo, n)),
    "sequence_expression": lambda lo, n: t.Unknown(lo.line(n), lo.block(n)),
    "object": _object, "object_pattern": _object,
    "spread_element": lambda lo, n: t.Spread(lo.line(n), _single(lo, n)),
    "rest_pattern": lambda lo, n: t.Spread(lo.line(n), _single(lo, n)),
    "assignment_pattern": lambda lo, n: lo.node(left) if (left := _field(n, "left")) is not None else t.Unknown(0),
    "arrow_function": _function, "function_expression": _function, "function_declaration": _function,
    "generator_function": _function, "generator_function_declaration": _function, "function": _function,
    "method_definition": _method, "field_definition": _field_definition,
    "public_field_definition": _field_definition, "class_declaration": _class, "class": _class,
    "abstract_class_declaration": _class, "if_statement": _if, "switch_statement": _switch,
    "for_in_statement": _for_in, "for_statement": _for, "while_statement": _while, "do_statement": _while,
    "try_statement": _try, "import_statement": _import, "export_statement": _export,
    "return_statement": lambda lo, n: t.Return(lo.line(n), _last(lo, n)),
    "throw_statement": lambda lo, n: t.Raise(lo.line(n), _last(lo, n)),
    "await_expression": _single, "parenthesized_expression": _single, "non_null_expression": _single,
    "as_expression": _single, "satisfies_expression": _single, "expression_statement": _single,
    "decorator": _single, "jsx_expression": _single,
    "variable_declaration": _statements, "lexical_declaration": _statements, "statement_block": _statements,
}  # fmt: skip

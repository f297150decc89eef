"""Functions, classes and statements of JavaScript and TypeScript as nodes of the small tree."""

from __future__ import annotations

from typing import Any

from scanners.syntax import tree as t
from scanners.syntax.javascript_expressions import named
from scanners.syntax.lowering import SKIP, Lowering, field_of, text_in


def _params(lo: Lowering, n: Any | None) -> tuple[t.Param, ...]:
    if n is None:
        return ()
    found: list[t.Param] = []
    nodes = [n] if n.type == "identifier" else [c for c in n.named_children if c.type not in SKIP]
    for child in nodes:
        inner, default = child, None
        decorators: tuple[t.Node, ...] = ()
        if child.type in {"required_parameter", "optional_parameter"}:
            inner, default = field_of(child, "pattern"), field_of(child, "value")
            decorators = tuple(lo.node(c) for c in child.named_children if c.type == "decorator")
            typed = _client_type(child)
            if typed:
                decorators = (*decorators, t.Name(lo.line(child), typed))
        elif child.type == "assignment_pattern":
            inner, default = field_of(child, "left"), field_of(child, "right")
        if inner is None:
            continue
        target = lo.node(inner)
        note = t.Unknown(lo.line(child), decorators) if decorators else None
        found.append(t.Param(lo.line(child), target, lo.maybe(default), note))
    return tuple(found)


def _client_type(n: Any) -> str:
    """`HttpClient` of `private http: HttpClient`: the types of things that make requests; other types say nothing here."""
    given = field_of(n, "type")
    inner = given.named_children[0] if given is not None and given.named_children else None
    text = text_in(inner) if inner is not None and inner.type == "type_identifier" else ""
    return text if text.startswith(("Http", "Axios", "Ky")) else ""


def function_definition(lo: Lowering, n: Any) -> t.Node:
    """A function or arrow."""
    name, body = field_of(n, "name"), field_of(n, "body")
    params = _params(lo, field_of(n, "parameters") or field_of(n, "parameter"))
    if body is not None and body.type != "statement_block":
        statements: tuple[t.Node, ...] = (t.Return(lo.line(body), lo.node(body)),)
    else:
        statements = lo.body(body)
    end = int(n.end_point[0]) + lo.first_line
    return t.Function(lo.line(n), text_in(name) if name is not None else "", params, statements, (), end)


def method(lo: Lowering, n: Any) -> t.Node:
    """A method."""
    function = function_definition(lo, n)
    decorators = tuple(lo.node(c) for c in n.named_children if c.type == "decorator")
    if isinstance(function, t.Function) and decorators:
        return t.Function(function.line, function.name, function.params, function.body, decorators, function.end)
    return function


def field_definition(lo: Lowering, n: Any) -> t.Node:
    """A field of a class."""
    name, value = field_of(n, "property") or field_of(n, "name"), field_of(n, "value")
    if name is None or value is None:
        return t.Unknown(lo.line(n), lo.block(n))
    target = t.Name(lo.line(n), text_in(name))
    return t.Bind(lo.line(n), target, named(lo.node(value), target))


def class_definition(lo: Lowering, n: Any) -> t.Node:
    """A class with its decorators."""
    name, body = field_of(n, "name"), field_of(n, "body")
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
        elif child.type not in SKIP:
            member = lo.node(child)
            if waiting and isinstance(member, t.Function):
                member = t.Function(
                    member.line, member.name, member.params, member.body, (*waiting, *member.decorators), member.end
                )
            waiting = []
            members.append(member)
    return t.Class(lo.line(n), text_in(name) if name is not None else "", bases, tuple(members), decorators)


def if_statement(lo: Lowering, n: Any) -> t.Node:
    """A branch."""
    test = field_of(n, "condition")
    lowered = lo.node(test) if test is not None else t.Unknown(lo.line(n))
    return t.If(lo.line(n), lowered, lo.body(field_of(n, "consequence")), lo.body(field_of(n, "alternative")))


def switch_statement(lo: Lowering, n: Any) -> t.Node:
    """A switch."""
    subject, body = field_of(n, "value"), field_of(n, "body")
    cases: list[t.Case] = []
    waiting: list[t.Node] = []
    fallen_default = False
    for child in body.named_children if body is not None else ():
        if child.type not in {"switch_case", "switch_default"}:
            continue
        value = field_of(child, "value")
        statements: list[t.Node] = []
        for inner in child.named_children:
            if inner.type in SKIP or inner == value:
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


def for_in_loop(lo: Lowering, n: Any) -> t.Node:
    """`for (a of b)`."""
    left, right = field_of(n, "left"), field_of(n, "right")
    source = lo.node(right) if right is not None else t.Unknown(lo.line(n))
    return t.Loop(lo.line(n), lo.maybe(left), source, lo.body(field_of(n, "body")))


def for_loop(lo: Lowering, n: Any) -> t.Node:
    """`for (;;)`."""
    parts = [c for name in ("initializer", "condition", "increment") if (c := field_of(n, name)) is not None]
    head = t.Unknown(lo.line(n), tuple(lo.node(c) for c in parts))
    return t.Loop(lo.line(n), None, head, lo.body(field_of(n, "body")))


def while_loop(lo: Lowering, n: Any) -> t.Node:
    """`while`, `do`."""
    test = field_of(n, "condition")
    return t.Loop(
        lo.line(n), None, lo.node(test) if test is not None else t.Unknown(lo.line(n)), lo.body(field_of(n, "body"))
    )


def try_statement(lo: Lowering, n: Any) -> t.Node:
    """`try`."""
    handlers: tuple[t.Handler, ...] = ()
    caught = field_of(n, "handler")
    if caught is not None:
        name = field_of(caught, "parameter")
        body = lo.body(field_of(caught, "body"))
        handlers = (t.Handler(lo.line(caught), text_in(name) if name is not None else "", None, body),)
    final = field_of(n, "finalizer")
    return t.Try(lo.line(n), lo.body(field_of(n, "body")), handlers, lo.block(final))


def import_statement(lo: Lowering, n: Any) -> t.Node:
    """`import`."""
    source = field_of(n, "source")
    module = "".join(text_in(c) for c in source.named_children) if source is not None else ""
    names: list[tuple[str, str]] = []
    for clause in (c for c in n.named_children if c.type == "import_clause"):
        for part in clause.named_children:
            if part.type == "identifier":
                names.append(("default", text_in(part)))
            elif part.type == "namespace_import":
                names.extend(("", text_in(c)) for c in part.named_children)
            elif part.type == "named_imports":
                for spec in part.named_children:
                    name, alias = field_of(spec, "name"), field_of(spec, "alias")
                    if name is not None:
                        names.append((text_in(name), text_in(alias if alias is not None else name)))
    return t.Import(lo.line(n), module, tuple(names))


def export_statement(lo: Lowering, n: Any) -> t.Node:
    """`export`."""
    source = field_of(n, "source")
    if source is not None:
        names = tuple(
            (text_in(spec.named_children[0]), text_in(spec.named_children[-1]))
            for c in n.named_children if c.type == "export_clause" for spec in c.named_children if spec.named_children
        )  # fmt: skip
        return t.Import(lo.line(n), "".join(text_in(c) for c in source.named_children), names or (("*", "*"),))
    value = field_of(n, "value")
    if value is None and any(c.type == "default" for c in n.children):
        value = field_of(n, "declaration")
    if value is not None:
        lowered = lo.node(value)
        target = t.Attr(lo.line(n), t.Name(lo.line(n), "exports"), "default")
        if isinstance(lowered, (t.Function, t.Class)) and lowered.name:
            export = t.Bind(lo.line(n), target, t.Name(lowered.line, lowered.name))
            return t.Block(lo.line(n), (), (lowered, export))
        return t.Bind(lo.line(n), target, lowered)
    renamed = [
        (text_in(spec.named_children[0]), text_in(spec.named_children[-1]), lo.line(spec))
        for c in n.named_children if c.type == "export_clause" for spec in c.named_children if len(spec.named_children) > 1
    ]  # fmt: skip
    if renamed:  # `export { router as usersRouter }`
        binds = (t.Bind(at, t.Attr(at, t.Name(at, "exports"), alias), t.Name(at, own)) for own, alias, at in renamed)
        return t.Block(lo.line(n), (), tuple(binds))
    inner = lo.block(n)
    return inner[0] if len(inner) == 1 else t.Block(lo.line(n), (), inner)


def statements(lo: Lowering, n: Any) -> t.Node:
    """Several statements in the place of one."""
    inner = lo.block(n)
    return inner[0] if len(inner) == 1 else t.Block(lo.line(n), (), inner)


def last(lo: Lowering, n: Any) -> t.Node | None:
    """The value of `return` or `throw`."""
    inner = lo.block(n)
    return inner[-1] if inner else None

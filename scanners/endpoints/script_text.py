"""Texts that a script says: literals, constants across files, sums and templates of them."""

from __future__ import annotations

from scanners.routing.route import from_regex
from scanners.syntax import tree as t
from scanners.syntax.program import Found, Program, Scope


def texts(node: t.Node | None, scope: Scope, program: Program) -> list[str]:
    """Every text of a list, the path that a regular expression means, or the one text; empty when it is not known."""
    if isinstance(node, t.Items):
        return [x for i in node.items for x in texts(i, scope, program)]
    if isinstance(node, t.Regex):
        route = from_regex(node.source)
        return [route.path] if route is not None else []
    if isinstance(node, t.Name):
        found = program.resolve(scope, node.id)
        if isinstance(found, Found) and isinstance(found.node, t.Items):
            return texts(found.node, found.module, program)
    text = constant(node, scope, program)
    return [text] if text is not None else []


def constant(node: t.Node | None, scope: Scope, program: Program, depth: int = 0) -> str | None:
    """The one text that an expression means, or None."""
    if node is None or depth > 5:
        return None
    if isinstance(node, t.Const):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, t.Text):
        return _together(node.parts, scope, program, depth)
    if isinstance(node, t.Binary) and node.op == "+":
        return _together((node.left, node.right), scope, program, depth)
    if isinstance(node, t.Logic) and node.op == "or":  # `process.env.PREFIX || "/api"`
        return constant(node.values[-1], scope, program, depth + 1)
    if isinstance(node, t.Name):
        found = program.resolve(scope, node.id)
        return constant(found.node, found.module, program, depth + 1) if isinstance(found, Found) else None
    if isinstance(node, t.Attr):
        return _member(node, scope, program, depth)
    return None


def _together(parts: tuple[t.Node, ...], scope: Scope, program: Program, depth: int) -> str | None:
    known = [text for p in parts if (text := constant(p, scope, program, depth + 1)) is not None]
    return "".join(known) if len(known) == len(parts) else None


def _member(node: t.Attr, scope: Scope, program: Program, depth: int) -> str | None:
    head, _, rest = t.dotted(node).partition(".")
    if head == "this":
        return constant(_of_class(scope, rest), scope, program, depth + 1)
    found = program.resolve(scope, head) if head else None
    if isinstance(found, Scope):
        found = program.member(found, rest.split(".")[0])
        rest = rest.partition(".")[2]
    if not isinstance(found, Found):
        return None
    value: t.Node | None = found.node
    for part in rest.split(".") if rest else ():
        if isinstance(value, t.Call) and value.args:  # Object.freeze({...})
            value = value.args[0]
        value = value.get(part) if isinstance(value, t.Table) else _static(value, part)
    return constant(value, found.module, program, depth + 1)


def _of_class(scope: Scope, name: str) -> t.Node | None:
    """A field of the class around: the first that a class of the file has."""
    for cls in scope.all_of(t.Class):
        for node in t.walk(*cls.body):
            if isinstance(node, t.Bind) and t.dotted(node.target).removeprefix("this.") == name:
                return node.value
    return None


def _static(value: t.Node | None, name: str) -> t.Node | None:
    """A field of a class: `Routes.USERS`."""
    if not isinstance(value, t.Class):
        return None
    return next((m.value for m in value.body if isinstance(m, t.Bind) and t.dotted(m.target) == name), None)

"""What FastAPI injects into a function: its dependencies, aliases of them among other files included."""

from __future__ import annotations

from collections.abc import Iterator

from scanners.routing.shapes import called
from scanners.syntax import tree as t
from scanners.syntax.program import Found, Program, Scope

Placed = tuple[t.Node, Scope]
"""A node with the module whose names it uses."""


def dependencies(function: t.Function, scope: Scope, program: Program) -> tuple[Placed, ...]:
    """Everything that stands in `Depends(...)` or `Security(...)` for a function's parameters."""
    return tuple(found for param in function.params for found in _of_param(param, scope, program))


def _of_param(param: t.Param, scope: Scope, program: Program) -> Iterator[Placed]:
    note, home = _alias(param.annotation, scope, program)
    if note is not None and _allows_none(note):
        return
    for part, where in ((param.default, scope), (note, home)):
        for node in t.walk(part) if part is not None else ():
            if isinstance(node, t.Call) and called(node).rsplit(".", 1)[-1] in {"Depends", "Security"} and node.args:
                yield node.args[0], where


def _alias(note: t.Node | None, scope: Scope, program: Program) -> tuple[t.Node | None, Scope]:
    """`CurrentUser = Annotated[User, Depends(current_user)]`: the annotation behind the name."""
    found = program.resolve(scope, note.id) if isinstance(note, t.Name) else None
    if isinstance(note, t.Attr) and isinstance(note.base, t.Name):
        owner = program.resolve(scope, note.base.id)
        found = program.member(owner, note.name) if isinstance(owner, Scope) else None
    if isinstance(found, Found) and isinstance(found.node, (t.Index, t.Binary)):
        return found.node, found.module
    return note, scope


def _allows_none(note: t.Node) -> bool:
    """`Optional[User]`, `User | None` as the whole annotation (inside of `Annotated` too)."""
    if isinstance(note, t.Index):
        name = t.dotted(note.base).rsplit(".", 1)[-1]
        if name == "Optional":
            return True
        first = note.key.items[0] if isinstance(note.key, t.Items) and note.key.items else note.key
        return name == "Annotated" and _allows_none(first)
    return (
        isinstance(note, t.Binary)
        and note.op == "|"
        and any(isinstance(side, t.Const) and side.value is None for side in (note.left, note.right))
    )

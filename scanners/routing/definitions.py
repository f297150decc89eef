"""Which function of ours a call means: by name, by module, by the object or class that it belongs to."""

from __future__ import annotations

from scanners.syntax import tree as t
from scanners.syntax.program import Found, Program, Scope


class Definitions:
    """Looks functions up across a program."""

    def __init__(self, program: Program) -> None:
        self.program = program

    def definition(self, func: t.Node, scope: Scope) -> Found | None:
        """The function of ours that is called."""
        found: Found | Scope | None = None
        if isinstance(func, t.Name):
            found = self.program.resolve(scope, func.id)
        elif isinstance(func, t.Attr) and isinstance(func.base, t.Name):
            if func.base.id in {"self", "this", "cls"}:
                found = _method(scope, func.name)
            else:
                owner = self.program.resolve(scope, func.base.id)
                if isinstance(owner, Scope):
                    found = self.program.member(owner, func.name)
                elif isinstance(owner, Found):
                    found = self._member_of(owner, func.name)
        return found if isinstance(found, Found) and isinstance(found.node, t.Function) else None

    def called_instance(self, func: t.Node, scope: Scope) -> Found | None:
        """`__call__` of `Depends(RoleChecker(["admin"]))`."""
        found = self.program.resolve(scope, func.id) if isinstance(func, t.Name) else None
        if not isinstance(found, Found) or not isinstance(found.node, t.Class):
            return None
        method = next((m for m in found.node.body if isinstance(m, t.Function) and m.name == "__call__"), None)
        return Found(found.module, method) if method is not None else None

    def _member_of(self, owner: Found, name: str) -> Found | Scope | None:
        """A method of an instance, a static one, or a function in an object of ours."""
        node = owner.node
        if isinstance(node, t.Call) and t.dotted(node.func):
            made = self.program.resolve(owner.module, t.dotted(node.func))
            if isinstance(made, Found):
                owner, node = made, made.node
        if isinstance(node, t.Class):
            found = next((m for m in node.body if _is_named(m, name)), None)
            value = found.value if isinstance(found, t.Bind) else found
            return Found(owner.module, value) if value is not None else None
        given = node.get(name) if isinstance(node, t.Table) else None
        if isinstance(given, t.Name):
            return self.program.resolve(owner.module, given.id)
        return Found(owner.module, given) if given is not None else None


def _is_named(member: t.Node, name: str) -> bool:
    """A method, or a field that holds a function."""
    if isinstance(member, t.Function):
        return member.name == name
    return isinstance(member, t.Bind) and t.dotted(member.target).removeprefix("this.") == name


def _method(scope: Scope, name: str) -> Found | None:
    for node in scope.names.values():
        if isinstance(node, t.Class):
            for member in node.body:
                if isinstance(member, t.Function) and member.name == name:
                    return Found(scope, member)
    return None

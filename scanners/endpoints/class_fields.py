"""Fields of classes in addresses: what `this.path` is in the objects that a program makes."""

from __future__ import annotations

from scanners.syntax import tree as t
from scanners.syntax.program import Found, Program, Scope


class ClassFields:
    """Fields of the classes of a program's scripts."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._made: dict[str, list[t.Call]] = {}
        """Constructions by the name of the class."""

    def each(self, node: t.Node, scope: Scope) -> tuple[t.Node, ...]:
        """What `this.path` of a class is in each of its several objects: an address expression for every one of them."""
        for part in t.walk(node, into_functions=False):
            name = t.dotted(part) if isinstance(part, t.Attr) else ""
            if not name.startswith("this.") or name.count(".") != 1:
                continue
            for cls in scope.all_of(t.Class):
                values = self._given_to(cls, name[5:])
                if 1 < len(values) < 40 and all(t.text_of(v) is not None for v in values):
                    return tuple(with_part(node, part, value) for value in values)
        return ()

    def _given_to(self, cls: t.Class, field: str) -> list[t.Node]:
        """The arguments for a constructor's parameter that becomes a field, of `new C(...)` and of `super(...)` below it."""
        made = next((m for m in cls.body if isinstance(m, t.Function) and m.name == "constructor"), None)
        if made is None:
            return []
        source = next(
            (n.value for n in t.walk(*made.body) if isinstance(n, t.Bind) and t.dotted(n.target) == f"this.{field}"),
            t.Name(made.line, field),  # `constructor(private path: string)`
        )
        index = next((i for i, p in enumerate(made.params) if isinstance(source, t.Name) and p.name == source.id), None)
        if index is None:
            return []
        return [call.args[index] for call in self._constructions(cls) if index < len(call.args)]

    def _constructions(self, cls: t.Class) -> list[t.Call]:
        key = f"{cls.name} and below"
        if key not in self._made:
            found: list[t.Call] = []
            for scope in self.program.scopes.values():
                if scope.module.language != "javascript" or not (cls.name in scope.imports or cls.name in scope.names):
                    continue
                found += [n for n in scope.all_of(t.Call) if t.dotted(n.func) == cls.name]
                for below in scope.all_of(t.Class):
                    if any(t.dotted(base) == cls.name for base in below.bases):
                        found += [
                            n for n in t.walk(*below.body) if isinstance(n, t.Call) and t.dotted(n.func) == "super"
                        ]
            self._made[key] = found
        return self._made[key]

    def field(self, name: str, scope: Scope) -> t.Node | None:
        """What a field of a class of the file is set to; of a constructor's parameter what the only object is made with."""
        for cls in scope.all_of(t.Class):
            for member in t.walk(*cls.body):
                if not isinstance(member, t.Bind) or t.dotted(member.target).removeprefix("this.") != name:
                    continue
                value = member.value.values[0] if isinstance(member.value, t.Logic) else member.value
                if not isinstance(value, t.Name):
                    return member.value
                return self._constructed_with(cls, value.id, scope)
        return None

    def _constructed_with(self, cls: t.Class, name: str, scope: Scope) -> t.Node | None:
        """The argument that the only `new Api("/api")` of a program gives to a parameter of the constructor."""
        made = next((m for m in cls.body if isinstance(m, t.Function) and m.name == "constructor"), None)
        index = next((i for i, p in enumerate(made.params) if p.name == name), None) if made is not None else None
        if made is None or index is None:
            found = self.program.resolve(scope, name)
            return found.node if isinstance(found, Found) else None
        if cls.name not in self._made:
            self._made[cls.name] = [
                n
                for s in self.program.scopes.values()
                if s.module.language == "javascript" and (s is scope or cls.name in s.imports)
                for n in s.all_of(t.Call)
                if t.dotted(n.func) == cls.name
            ]
        calls = self._made[cls.name]
        if len(calls) == 1 and index < len(calls[0].args):
            return calls[0].args[index]
        return made.params[index].default


def with_part(node: t.Node, old: t.Node, new: t.Node) -> t.Node:
    """The expression with one part replaced."""
    if node is old:
        return new
    if isinstance(node, t.Binary):
        return t.Binary(node.line, node.op, with_part(node.left, old, new), with_part(node.right, old, new))
    if isinstance(node, t.Text):
        return t.Text(node.line, tuple(with_part(p, old, new) for p in node.parts))
    return node

"""What components are given: `<Leads apiUrl={`${BASE}/leads`} />` says where the requests of `Leads` go."""

from __future__ import annotations

from collections.abc import Iterator

from scanners.endpoints.around import Around
from scanners.syntax import tree as t
from scanners.syntax.program import Found, Program, Scope

_Given = tuple[t.Node, t.Function | None, Scope]
_Element = tuple[t.Unknown, t.Function | None, Scope]


class Props:
    """Values that the elements of a program give to components of ours."""

    def __init__(self, program: Program, around: Around) -> None:
        self.program = program
        self.around = around
        self._given: dict[str, list[_Element]] | None = None
        """Elements by the component's name: the element, the function it stands in, the file."""

    def of(self, name: str, function: t.Function | None, scope: Scope) -> list[_Given]:
        """What is given for a name, or `props.name`, that the component around has as a property."""
        head, _, key = name.partition(".")
        if function is None or not head or not self.around.in_component(function, scope):
            return []
        component = self.around.owner(head, function, scope)
        if component is None or not component.name[:1].isupper() or "." in key or not component.params:
            return []
        target = component.params[0].target
        if isinstance(target, t.Table):
            key = next((str(k.value) for k, v in target.pairs if isinstance(k, t.Const) and _means(v, head)), "")
        elif not isinstance(target, t.Name) or target.id != head:
            return []
        found: list[_Given] = []
        for element, inside, home in self._elements().get(component.name, ()) if key else ():
            resolved = self.program.resolve(home, component.name)
            if resolved is None or not isinstance(resolved, Found) or resolved.module is scope:
                found += [(value, inside, home) for value in _attribute(element, key)]
        return found

    def _elements(self) -> dict[str, list[_Element]]:
        if self._given is None:
            self._given = {}
            for scope in self.program.scopes.values():
                if scope.module.language == "javascript":
                    for element, inside in _elements(scope):
                        self._given.setdefault(t.dotted(element.parts[0]), []).append((element, inside, scope))
        return self._given


def _elements(scope: Scope) -> Iterator[tuple[t.Unknown, t.Function | None]]:
    """Opening tags of components with the function around; only files with such tags are walked."""
    if not any(_is_tag(node) for node in scope.all_of(t.Unknown)):
        return
    stack: list[tuple[t.Node, t.Function | None]] = [(node, None) for node in reversed(scope.module.body)]
    while stack:
        node, inside = stack.pop()
        if isinstance(node, t.Unknown) and _is_tag(node):
            yield node, inside
        inner = node if isinstance(node, t.Function) else inside
        stack += [(child, inner) for child in reversed(tuple(t.children(node)))]


def _is_tag(node: t.Unknown) -> bool:
    """`<Name key={value} ...>`: a name with a capital, and pairs."""
    return (
        len(node.parts) > 1 and t.dotted(node.parts[0])[:1].isupper()
        and all(isinstance(part, t.Unknown | t.Spread) for part in node.parts[1:])
    )  # fmt: skip


def _attribute(element: t.Unknown, key: str) -> list[t.Node]:
    return [
        part.parts[1]
        for part in element.parts[1:]
        if isinstance(part, t.Unknown) and len(part.parts) == 2 and _means(part.parts[0], key)
    ]


def _means(node: t.Node, name: str) -> bool:
    """A name, or a name with a default."""
    if isinstance(node, t.Bind):
        node = node.target
    return isinstance(node, t.Name) and node.id == name

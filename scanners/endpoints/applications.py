"""Applications and sub-routers of frameworks, and the prefixes under which they are reached."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from scanners.routing.route import joined
from scanners.syntax import tree as t
from scanners.syntax.program import Scope

Placed = tuple[str, t.Node]
"""A node with the file whose names it uses."""


@dataclass(slots=True)
class Application:
    """An application or sub-router object: its name, where it is made, and under which prefixes it is reached."""

    scope: Scope
    name: str
    kind: str
    prefix: str = ""
    guards: tuple[t.Node, ...] = ()
    """Dependencies given to all of its routes."""
    mounts: list[tuple[Application, str, tuple[t.Node, ...]]] = field(default_factory=list)
    """(parent, prefix, dependencies)."""
    is_part: bool = False
    """A router: served only where something mounts it."""

    def prefixes(self, depth: int = 0) -> Iterator[tuple[str, tuple[Placed, ...], str]]:
        """(prefix, guards with their files, file of the outermost application) of every way in."""
        own = tuple((self.scope.path, node) for node in self.guards)
        if not self.mounts or depth > 6:
            yield self.prefix, own, self.scope.path
            return
        for parent, prefix, guards in self.mounts:
            for outer, more, backend in parent.prefixes(depth + 1):
                placed = tuple((parent.scope.path, node) for node in guards)
                yield joined(joined(outer, prefix), self.prefix), (*more, *placed, *own), backend

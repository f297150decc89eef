"""A field of ours: what it is called, what shape it has, which calls it was made from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Missing:
    """In place of a value: it cannot be known, and why."""

    why: str = "no data"


@dataclass(frozen=True, slots=True)
class Derived:
    """A computed field of one kind."""

    kind: str
    field: str
    """Begins with an underscore."""
    shape: Any
    """As in the collector's schema: names, `[element]`, or `string`, `number`, `boolean`, `any`."""
    compute: Callable[[Any, Any], Any]
    """(resource, estate) -> value, or `Missing`."""
    needs: tuple[str, ...] = ()
    """Calls of other kinds that it rests on; empty: the resource alone."""
    own: tuple[str, ...] = ()
    """Fields of the resource that it is made from; where one of their calls failed, nobody knows it."""

    @property
    def pure(self) -> bool:
        """Whether the resource alone is enough."""
        return not self.needs

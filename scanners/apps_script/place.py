"""A fault at one place of a project's code."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """One fault at one place, and where else the same one stands."""

    rule: str
    file: str
    line: int
    message: str = ""
    mark: str = ""
    excerpt: str = ""
    by_access: bool = False
    """Whether who may reach the web app says how bad it is."""
    also: tuple[tuple[str, int], ...] = ()

"""An evidence pack as values: its files, what it leaves out, and which paths may stand in it."""

from __future__ import annotations

from dataclasses import dataclass

MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class PackFile:
    """One file of a pack."""

    path: str
    """Relative, `/` between parts."""
    content: bytes
    what: str
    """What it is evidence of, in a few words."""


@dataclass(frozen=True, slots=True)
class Omission:
    """Something that a reader might look for and does not find."""

    what: str
    why: str


def is_safe(path: str) -> bool:
    """Whether a path stays inside the pack on every system: relative, no `..`, no drive, no control characters."""
    parts = path.split("/")
    return (
        bool(path)
        and len(path) < 300
        and path.isprintable()
        and "\\" not in path
        and ":" not in path
        and not path.startswith("/")
        and all(part not in {"", ".", ".."} and part == part.strip() for part in parts)
    )

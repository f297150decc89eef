"""What is wrong with a file that a person wrote, and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """A card or another file that cannot be used, with its place; the others go on."""

    path: str
    line: int | None
    message: str

    def __str__(self) -> str:
        """`path:line: message`."""
        return f"{self.path}:{self.line}: {self.message}" if self.line else f"{self.path}: {self.message}"


def lines_of_keys(content: bytes) -> Mapping[str, int]:
    """Line of each indented key of a YAML file, the first one where there are several."""
    found: dict[str, int] = {}
    for number, line in enumerate(content.decode(errors="replace").splitlines(), 1):
        key, colon, _ = line.strip().partition(":")
        if colon and line.startswith(" "):
            found.setdefault(key.strip("\"'"), number)
    return found

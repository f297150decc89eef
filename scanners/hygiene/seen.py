"""What a reader of a file's content says of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

LIMIT = 2 * 1024 * 1024
"""Bytes of a file that are looked at; a dump or a list of people shows itself long before."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a reader found."""

    line: int | None = None
    grade: str = ""
    message: str = ""


Reader = Callable[[str, bytes], Seen | None]
"""From path and content to what is wrong, or None."""

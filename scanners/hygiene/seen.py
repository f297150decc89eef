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


def in_utf8(content: bytes) -> bytes:
    """The same text in UTF-8 where its first bytes say UTF-16, as PowerShell's `>` and SQL Server's tools write it."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content[: 2 * LIMIT].decode("utf-16", "replace").encode()
    return content


Reader = Callable[[str, bytes], Seen | None]
"""From path and content to what is wrong, or None."""

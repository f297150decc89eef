"""Globs over paths, with the meaning they have in a `.gitignore` file."""

from __future__ import annotations

import re
from collections.abc import Iterable

from auditor.model.pattern import lazy


class Globs:
    """Several globs; an expression is made only of those whose plain letters stand in a path."""

    __slots__ = ("_any_case", "_parts")

    def __init__(self, globs: Iterable[str], *, any_case: bool = False) -> None:
        flags = re.IGNORECASE | re.DOTALL if any_case else re.DOTALL
        self._any_case = any_case
        self._parts: list[tuple[str, re.Pattern[str]]] = []
        for glob in globs:
            text, letters = _translated(glob)
            self._parts.append((letters.casefold() if any_case else letters, lazy(text, flags)))

    def fullmatch(self, path: str) -> bool:
        """Whether one of them names this path."""
        held = path.casefold() if self._any_case else path
        return any(letters in held and expression.fullmatch(path) for letters, expression in self._parts)


def pattern(globs: Iterable[str], *, any_case: bool = False) -> Globs:
    """What matches (`fullmatch`) every path that one of the globs names.

    As in gitignore: a glob without a slash names a file at any depth, one with a slash (a leading one, too) is anchored
    at the root; `**` crosses directories, `*`, `?` and `[...]` do not. Unlike gitignore a glob names files, never all
    that lies below a directory of that name.
    """
    return Globs(globs, any_case=any_case)


def _translated(glob: str) -> tuple[str, str]:
    """The expression, and the longest piece of text that every path it matches holds as it is written."""
    body = glob.lstrip("/")
    out = ["" if "/" in glob else "(?:.*/)?"]
    plain = [""]
    at = 0
    while at < len(body):
        sign, end = _sign(body, at)
        if sign:
            out.append(sign)
            plain.append("")
        else:
            out.append(re.escape(body[at]))
            plain[-1] += body[at]
        at = end
    return "".join(out), max(plain, key=len)


def _sign(body: str, at: int) -> tuple[str, int]:
    """The expression for a wildcard that begins here, empty for a plain letter; and where it ends."""
    for written, meant in (("**/", "(?:.*/)?"), ("**", ".*"), ("*", "[^/]*"), ("?", "[^/]")):
        if body.startswith(written, at):
            return meant, at + len(written)
    if body[at] == "[" and "]" in body[at + 2 :]:
        end = body.index("]", at + 2)
        inner = body[at + 1 : end].replace("\\", r"\\").replace("[", r"\[")
        return (f"[^/{inner[1:]}]" if inner[0] in "!^" else f"[{inner}]"), end + 1
    return "", at + 1

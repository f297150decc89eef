"""Globs over paths, with the meaning they have in a `.gitignore` file."""

from __future__ import annotations

import re
from collections.abc import Iterable


def pattern(globs: Iterable[str], *, any_case: bool = False) -> re.Pattern[str]:
    """One expression that matches (`fullmatch`) every path that one of the globs names.

    As in gitignore: a glob without a slash names a file at any depth, one with a slash (a leading one, too) is anchored
    at the root; `**` crosses directories, `*`, `?` and `[...]` do not. Unlike gitignore a glob names files, never all
    that lies below a directory of that name.
    """
    alternatives = [_translated(glob) for glob in globs]
    return re.compile("|".join(alternatives) or r"(?!)", re.IGNORECASE | re.DOTALL if any_case else re.DOTALL)


def _translated(glob: str) -> str:
    body = glob.lstrip("/")
    prefix = "" if "/" in glob else "(?:.*/)?"
    out: list[str] = []
    at = 0
    while at < len(body):
        if body.startswith("**/", at):
            out.append("(?:.*/)?")
            at += 3
        elif body.startswith("**", at):
            out.append(".*")
            at += 2
        elif body[at] == "*":
            out.append("[^/]*")
            at += 1
        elif body[at] == "?":
            out.append("[^/]")
            at += 1
        elif body[at] == "[" and "]" in body[at + 2 :]:
            end = body.index("]", at + 2)
            inner = body[at + 1 : end].replace("\\", r"\\").replace("[", r"\[")
            out.append(f"[^/{inner[1:]}]" if inner[0] in "!^" else f"[{inner}]")
            at = end + 1
        else:
            out.append(re.escape(body[at]))
            at += 1
    return f"{prefix}{''.join(out)}"

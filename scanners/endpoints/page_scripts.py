"""Names that the scripts of one page share: a constant in `config.js`, used in `users.js` and in the page itself."""

from __future__ import annotations

import posixpath

from scanners.syntax import tree as t
from scanners.syntax.program import Found, Program, Scope

_PAGE = (".html", ".htm", ".js")
_FARTHEST = 4
"""Folders between scripts of one page."""
_WINDOW = ("window.", "globalThis.", "self.")


class PageScripts:
    """Top-level names of scripts that are no modules."""

    def __init__(self, program: Program) -> None:
        self._by_name: dict[str, list[Found]] = {}
        for scope in program.scopes.values():
            if not _is_plain(scope):
                continue
            for name, node in scope.names.items():
                if not isinstance(node, (t.Function, t.Class)):
                    self._by_name.setdefault(name, []).append(Found(scope, node))
            for bind in scope.all_of(t.Bind):
                name = t.dotted(bind.target)
                if name.startswith(_WINDOW) and name.count(".") == 1:
                    self._by_name.setdefault(name.partition(".")[2], []).append(Found(scope, bind.value))

    def of(self, name: str, scope: Scope) -> Found | None:
        """What another script of the same page binds a name to: the nearest one; None where several are as near."""
        found = self._by_name.get(name)
        if not found or not _is_plain(scope):
            return None
        near = [(_distance(f.module.path, scope.path), f) for f in found]
        least = min(distance for distance, _ in near)
        nearest = [f for distance, f in near if distance == least]
        one_file = len({f.module.path for f in nearest}) == 1
        return nearest[0] if one_file and least <= _FARTHEST else None


def _is_plain(scope: Scope) -> bool:
    """Whether a file is loaded by a page as it is: it imports nothing."""
    return scope.module.language == "javascript" and scope.path.endswith(_PAGE) and not scope.imports


def _distance(one: str, other: str) -> int:
    """How many folders are between two files."""
    ours, theirs = (posixpath.dirname(p).split("/") if "/" in p else [] for p in (one, other))
    same = 0
    for a, b in zip(ours, theirs, strict=False):
        if a != b:
            break
        same += 1
    return len(ours) + len(theirs) - 2 * same

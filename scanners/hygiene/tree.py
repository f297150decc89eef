"""The files of a repository as hygiene sees them: its own ones, and those of others that lie among them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from posixpath import dirname

from auditor.model.pattern import lazy
from auditor.model.ports import FileEntry
from scanners.hygiene.globs import Globs

_VENDORED = lazy(
    r"(?:^|/)(?:node_modules|bower_components|jspm_packages|site-packages|\.terraform|third[_-]party|vendor/bundle"
    r"|\.yarn/(?:cache|unplugged)|\.bundle|Pods|__pypackages__|\.tox|\.nox)/"
    r"|(?:^|/)\.?venv/(?:lib|lib64|bin|include|share|Lib|Scripts)/"
    r"|(?:^|/)\.?v?env/(?:lib/python[\d.]+|Lib/site-packages|Scripts|bin/(?:activate|python))"
    r"|(?:^|/)wp-(?:admin|includes)/"
    r"|^vendor/(?!assets/)|(?:^|/)vendor/(?:github\.com|golang\.org|composer|autoload\.php|modules\.txt)"
)
_TEST = lazy(
    r"(?:^|/)(?:(?<!build/)(?<!dist/)[^/]*[-_.])?(?:tests?|testing|specs?|__tests__|fixtures?|testdata|test[-_]?(?:data|resources|files)"
    r"|mocks?|__mocks__|e2e|cypress)(?:[-_.][^/]*)?/",
    re.IGNORECASE,
)
"""What lies in `build/NAME_test/` is what the program of that name was built into."""


def is_vendored(path: str) -> bool:
    """Whether a path belongs to somebody else's package that was copied in."""
    return bool(_VENDORED.search(path))


def is_test(path: str) -> bool:
    """Whether a path lies among tests and their data."""
    return bool(_TEST.search(path))


@dataclass(frozen=True, slots=True)
class Tree:
    """All tracked files, and those of them that the team wrote."""

    everything: tuple[FileEntry, ...]
    own: tuple[FileEntry, ...]

    @classmethod
    def of(cls, entries: Sequence[FileEntry]) -> Tree:
        """Cut vendored paths, and folders that Composer installed into wherever they lie."""
        installed = tuple(dirname(e.path) + "/" for e in entries if e.path.endswith("vendor/autoload.php"))
        own = (e for e in entries if not is_vendored(e.path) and not (installed and e.path.startswith(installed)))
        return cls(tuple(entries), tuple(own))

    def paths(self) -> frozenset[str]:
        """Paths of the team's own files."""
        return frozenset(entry.path for entry in self.own)

    def named(self, *names: str) -> tuple[FileEntry, ...]:
        """The team's own files with one of these base names."""
        return tuple(entry for entry in self.own if entry.path.rsplit("/", 1)[-1] in names)

    def directories(self, expression: Globs) -> dict[str, list[FileEntry]]:
        """Files, vendored ones included, below the outermost directory whose path the expression matches fully."""
        found: dict[str, list[FileEntry]] = {}
        known: dict[str, str | None] = {"": None}

        def outermost(folder: str) -> str | None:
            if folder not in known:
                above = outermost(dirname(folder))
                known[folder] = above if above is not None else folder if expression.fullmatch(folder) else None
            return known[folder]

        for entry in self.everything:
            folder = outermost(dirname(entry.path))
            if folder is not None:
                found.setdefault(folder, []).append(entry)
        return found

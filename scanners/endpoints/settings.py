"""Base addresses in committed `.env` files: what `import.meta.env.VITE_API_URL` stands for. Nothing else is taken from them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from dataclasses import dataclass

from auditor.model.pattern import lazy
from auditor.model.ports import Files

_NAMED = lazy(r"(^|/)(\.env(\.[\w.-]+)?|env\.(example|sample|template))$")
_LINE = lazy(rb"^[ \t]*(?:export[ \t]+)?(\w+)[ \t]*=[ \t]*[\"']?((?:https?://|/)[^\s\"'#]*)", 0)
_LARGEST = 64 * 1024
_ORDER = (".env.production", ".env.prod", ".env", ".env.local", ".env.development", ".env.dev")
"""Which file counts when several say it; examples come last."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One address."""

    folder: str
    rank: int
    value: str


class Settings:
    """Addresses by name; of several the nearest to who asks."""

    def __init__(self, found: Iterable[tuple[str, Setting]] = ()) -> None:
        self._by_name: dict[str, list[Setting]] = {}
        for name, setting in found:
            self._by_name.setdefault(name, []).append(setting)

    def address(self, name: str, path: str) -> str:
        """The address under a name for a file; empty when no file says it."""
        above = [s for s in self._by_name.get(name, ()) if not s.folder or path.startswith(f"{s.folder}/")]
        best = min(above, key=lambda s: (-len(s.folder), s.rank), default=None)
        return best.value if best is not None else ""


def read_settings(files: Files) -> Settings:
    """What the tracked `.env` files of a repository say."""
    entries = [e for e in files.entries() if 0 <= e.size <= _LARGEST and _NAMED.search(e.path)]
    found: list[tuple[str, Setting]] = []
    for entry, content in files.read_many(entries) if entries else ():
        folder, name = posixpath.split(entry.path)
        rank = _ORDER.index(name) if name in _ORDER else len(_ORDER)
        for line in content.splitlines():
            said = _LINE.match(line)
            if said is not None:
                value = said.group(2).decode(errors="replace")
                found.append((said.group(1).decode(), Setting(folder, rank, value)))
    return Settings(found)

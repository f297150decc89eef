"""Blob ids of a folder's files as they were read earlier: a file that has not changed since is not read to know its id."""

from __future__ import annotations

import json
import os
import time
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from auditor.model.ports import Cache

_FRESH = 2_000_000_000
"""Nanoseconds within which a file may change twice and still look the same: coarse clocks of some file systems."""
State = tuple[int, int, int, int]
"""Size, time of the content, time of the inode, inode: what git compares too."""


def state_of(about: os.stat_result) -> State:
    """What tells whether a file is still the one that was read."""
    return about.st_size, about.st_mtime_ns, about.st_ctime_ns, about.st_ino


@dataclass(slots=True)
class TreeMemory:
    """What one folder's files were; lies in the cache and may vanish with it."""

    cache: Cache
    key: str
    known: dict[str, tuple[State, str]] = field(default_factory=dict)
    """By path: state and blob id."""
    exists: bool = False
    """Whether an earlier run left something about this folder."""
    _changed: bool = False

    @classmethod
    def load(cls, cache: Cache, root: Path) -> TreeMemory:
        """What is known of a folder."""
        memory = cls(cache, f"tree:{os.path.abspath(root)}")  # noqa: PTH100  resolve() would follow links
        stored = cache.get(memory.key)
        if stored is not None:
            memory.exists = True
            try:
                rows = json.loads(zlib.decompress(stored))
                memory.known = {path: ((a, b, c, d), blob) for path, a, b, c, d, blob in rows}
            except (zlib.error, ValueError, TypeError):
                memory.known = {}
        return memory

    def blob(self, path: str, state: State) -> str:
        """Id of an unchanged file; empty when it must be read."""
        found = self.known.get(path)
        return found[1] if found is not None and found[0] == state else ""

    def add(self, path: str, state: State, blob: str, now: int = 0) -> None:
        """Note what was read; a file that changed a moment ago may change again unseen and is not noted."""
        if max(state[1], state[2]) < (now or time.time_ns()) - _FRESH:
            self.known[path] = state, blob
            self._changed = True
        elif self.known.pop(path, None) is not None:
            self._changed = True

    def save(self, paths: Iterable[str]) -> None:
        """Keep what is known of these paths for the next run."""
        if not self._changed and self.exists:
            return
        rows = [(path, *self.known[path][0], self.known[path][1]) for path in paths if path in self.known]
        self.cache.put_many({self.key: zlib.compress(json.dumps(rows, separators=(",", ":")).encode(), 1)})
        self._changed, self.exists = False, True

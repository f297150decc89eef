"""Results by content, in one SQLite file shared by hook, gate and monthly run."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_BATCH = 500
"""Keys in one query; SQLite allows 999 variables in its oldest supported versions."""


@dataclass(slots=True)
class SqliteCache:
    """A cache file; opened at first use, in each process by itself. What cannot be read or written counts as unknown.

    Threads may share it: a connection of sqlite3 is not used by two at once.
    """

    path: Path
    _connection: sqlite3.Connection | None = field(default=None, repr=False, compare=False)
    _broken: bool = False
    _process: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def __getstate__(self) -> tuple[Path]:
        """Only the path travels to another process."""
        return (self.path,)

    def __setstate__(self, state: tuple[Path]) -> None:
        """Start unopened."""
        self.path, self._connection, self._broken, self._process = state[0], None, False, 0
        self._lock = threading.Lock()

    def __del__(self) -> None:
        """Close with its owner; a connection that came through a fork is the parent's."""
        if self._connection is not None and self._process == os.getpid():
            self._connection.close()

    def get(self, key: str) -> bytes | None:
        """Stored value or None."""
        return self.get_many([key]).get(key)

    def get_many(self, keys: Sequence[str]) -> Mapping[str, bytes]:
        """Stored values of those keys that are known."""
        found: dict[str, bytes] = {}
        with self._lock:
            connection = self._open()
            if connection is None:
                return found
            for start in range(0, len(keys), _BATCH):
                part = keys[start : start + _BATCH]
                question = f"SELECT key, value FROM results WHERE key IN ({','.join('?' * len(part))})"  # noqa: S608  only ?
                try:
                    found.update(connection.execute(question, part))
                except sqlite3.Error:
                    self._broken = True
                    break
        return found

    def put_many(self, values: Mapping[str, bytes]) -> None:
        """Store; a cache that cannot be written is no error."""
        if not values:
            return
        with self._lock:
            connection = self._open()
            if connection is None:
                return
            try:
                with connection:
                    connection.executemany("INSERT OR REPLACE INTO results VALUES (?, ?)", values.items())
            except sqlite3.Error:
                self._broken = True

    def _open(self) -> sqlite3.Connection | None:
        if self._broken:
            return None
        if self._connection is None or self._process != os.getpid():
            try:
                private_folder(self.path.parent)
                fresh = not self.path.exists()
                self._connection = sqlite3.connect(self.path, timeout=5.0, check_same_thread=False)
                self._process = os.getpid()
                if fresh:
                    self.path.chmod(0o600)
                self._connection.execute("PRAGMA journal_mode=WAL")
                self._connection.execute("PRAGMA synchronous=OFF")
                self._connection.execute(
                    "CREATE TABLE IF NOT EXISTS results (key TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID"
                )
            except (sqlite3.Error, OSError):
                self._broken = True
                return None
        return self._connection


def private_folder(path: Path) -> Path:
    """Make a folder, and those above it that are missing, that only its owner may enter, whatever the umask says."""
    for missing in reversed([each for each in (path, *path.parents) if not each.is_dir()]):
        missing.mkdir(mode=0o700, exist_ok=True)
        missing.chmod(0o700)
    return path

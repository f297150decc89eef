"""Files and answers that live in memory only: for examples of rules, and for content that has no repository."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from auditor.adapters.folder import blob_id
from auditor.errors import NotScannedError
from auditor.model.ports import FileEntry
from auditor.model.run import NotScanned


@dataclass(frozen=True, slots=True)
class MemoryFiles:
    """Files given as a mapping from path to content."""

    content: Mapping[str, bytes]

    def entries(self) -> Sequence[FileEntry]:
        """Every file, in path order."""
        return tuple(FileEntry(path, blob_id(body), len(body)) for path, body in sorted(self.content.items()))

    def not_listed(self) -> Sequence[NotScanned]:
        """Nothing but regular files is here."""
        return ()

    def read(self, entry: FileEntry) -> bytes:
        """Content of one file.

        Raises:
            NotScannedError: there is no such file.
        """
        if entry.path not in self.content:
            raise NotScannedError(f"{entry.path}: not here")
        return self.content[entry.path]

    def read_many(self, entries: Iterable[FileEntry]) -> Iterator[tuple[FileEntry, bytes]]:
        """Contents one after the other."""
        for entry in entries:
            yield entry, self.read(entry)

    def unreadable(self) -> Sequence[NotScanned]:
        """Nothing is."""
        return ()


@dataclass(frozen=True, slots=True)
class NoCache:
    """Remembers nothing."""

    def get(self, key: str) -> bytes | None:
        """Nothing."""
        del key
        return None

    def get_many(self, keys: Sequence[str]) -> Mapping[str, bytes]:
        """Nothing."""
        del keys
        return {}

    def put_many(self, values: Mapping[str, bytes]) -> None:
        """Forget them."""
        del values

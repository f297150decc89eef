"""What a commit would hold: staged blobs, read from the index's objects and never from the work tree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from auditor.adapters.git import Git, read_blobs
from auditor.errors import NotScannedError
from auditor.model.outcome import NotScanned
from auditor.model.ports import FileEntry

HELD = 16 * 1024 * 1024
"""Bytes of contents that are read once for all scanners."""


@dataclass(slots=True)
class BlobFiles:
    """Files given by path and blob id."""

    git: Git
    blobs: Sequence[tuple[str, str]]
    """(path, blob id)."""
    _entries: tuple[FileEntry, ...] | None = None
    _unreadable: list[NotScanned] = field(default_factory=list)
    _held: Mapping[str, bytes] | None = None

    def for_another(self) -> BlobFiles:
        """The same files for another scanner: what could not be read is counted by each one by itself."""
        return BlobFiles(self.git, self.blobs, tuple(self.entries()), _held=self._contents())

    def _contents(self) -> Mapping[str, bytes]:
        """Contents by blob, where all of them together are small; read by one process."""
        if self._held is None:
            entries = self.entries()
            small = sum(max(entry.size, 0) for entry in entries) <= HELD
            read = read_blobs(self.git, [entry.blob for entry in entries if entry.size >= 0]) if small else ()
            self._held = {blob: content for blob, content in read if content is not None}
        return self._held

    def entries(self) -> Sequence[FileEntry]:
        """Those files, in path order, with their sizes from one process."""
        if self._entries is None:
            asked = "".join(f"{blob}\n" for _, blob in self.blobs).encode()
            sizes = self.git.run("cat-file", "--batch-check=%(objectsize)", stdin=asked).split(b"\n")
            self._entries = tuple(
                sorted(
                    (
                        FileEntry(path, blob, int(size) if size.isdigit() else -1)
                        for (path, blob), size in zip(self.blobs, sizes, strict=False)
                    ),
                    key=lambda entry: entry.path.encode("utf-8", "surrogateescape"),
                )
            )
        return self._entries

    def not_listed(self) -> Sequence[NotScanned]:
        """Nothing: links and submodules are left out before."""
        return ()

    def read(self, entry: FileEntry) -> bytes:
        """Content of one file.

        Raises:
            NotScannedError: the object is missing.
        """
        for _, content in read_blobs(self.git, [entry.blob]):
            if content is not None:
                return content
        raise NotScannedError(f"{entry.path}: object {entry.blob[:12]} is missing")

    def read_many(self, entries: Iterable[FileEntry]) -> Iterator[tuple[FileEntry, bytes]]:
        """Contents by one process."""
        wanted = list(entries)
        held = self._contents()
        if all(entry.blob in held for entry in wanted):
            yield from ((entry, held[entry.blob]) for entry in wanted)
            return
        for entry, (_, content) in zip(wanted, read_blobs(self.git, [e.blob for e in wanted]), strict=True):
            if content is None:
                self._unreadable.append(NotScanned(entry.path, "missing object", detail=entry.blob))
            else:
                yield entry, content

    def unreadable(self) -> Sequence[NotScanned]:
        """What `read_many` could not read so far."""
        return tuple(self._unreadable)

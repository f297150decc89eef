"""A folder's files, read without following links out of it: a plain folder, or a git work tree as it lies there."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from auditor.adapters.git import Git
from auditor.errors import NotScannedError
from auditor.model.ports import FileEntry
from auditor.model.run import NotScanned

HASHED_UP_TO = 32 * 1024 * 1024
"""Bytes; larger files get no blob id, so nothing about them is cached."""
DEEPEST = 100
"""Levels of folders; what lies deeper is counted as not scanned."""
NESTED = 3
"""Levels down to which repositories below a plain folder are targets of their own; deeper ones are not scanned."""
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(slots=True)
class FolderFiles:
    """Regular files below a folder. With `git`, only what git tracks or would track; what is ignored is no finding."""

    root: Path
    git: Git | None = None
    only: str = ""
    """Name of the one file to look at; empty: all."""
    _entries: tuple[FileEntry, ...] | None = None
    _not_listed: list[NotScanned] = field(default_factory=list)
    _unreadable: list[NotScanned] = field(default_factory=list)

    def entries(self) -> Sequence[FileEntry]:
        """Regular files in path order, with the blob id that git would give them."""
        if self._entries is None:
            self._not_listed.clear()
            # Where nothing is tracked yet, everything is about to be: the first commit would take it.
            tracked = (_index(self.git) or None) if self.git else None
            names = [self.only] if self.only else sorted(self._names(), key=os.fsencode)
            with _Way(self.root) as way:
                self._entries = tuple(e for e in (self._entry(name, tracked, way) for name in names) if e is not None)
        return self._entries

    def not_listed(self) -> Sequence[NotScanned]:
        """Links, devices, and what could not be looked at."""
        self.entries()
        return tuple(self._not_listed)

    def read(self, entry: FileEntry) -> bytes:
        """Content of one file.

        Raises:
            NotScannedError: it is gone, not a regular file any more, or may not be read.
        """
        with _Way(self.root) as way:
            return _content(way, entry.path)

    def read_many(self, entries: Iterable[FileEntry]) -> Iterator[tuple[FileEntry, bytes]]:
        """Contents one after the other."""
        with _Way(self.root) as way:
            for entry in entries:
                try:
                    content = _content(way, entry.path)
                except NotScannedError as error:
                    self._unreadable.append(NotScanned(entry.path, "could not be read", detail=str(error)))
                else:
                    yield entry, content

    def unreadable(self) -> Sequence[NotScanned]:
        """What `read_many` could not read so far."""
        return tuple(self._unreadable)

    def _entry(self, path: str, tracked: frozenset[str] | None, way: _Way) -> FileEntry | None:
        try:
            descriptor = way.open(path)
        except NotScannedError as error:
            self._not_listed.append(NotScanned(path, "could not be read", detail=str(error)))
            return None
        with os.fdopen(descriptor, "rb") as stream:
            about = os.fstat(stream.fileno())
            blob = blob_id(stream.read()) if about.st_size <= HASHED_UP_TO else ""
        return FileEntry(
            path,
            blob,
            about.st_size,
            executable=bool(about.st_mode & stat.S_IXUSR),
            tracked=tracked is None or path in tracked,
        )

    def _names(self) -> Iterator[str]:
        return self._git_names() if self.git else self._walk("", 0)

    def _walk(self, prefix: str, depth: int) -> Iterator[str]:
        if depth > DEEPEST:
            self._not_listed.append(NotScanned(prefix, "folders nested too deeply"))
            return
        try:
            with os.scandir(self.root / prefix if prefix else self.root) as found:
                items = sorted(found, key=lambda item: os.fsencode(item.name))
        except OSError as error:
            self._not_listed.append(NotScanned(prefix or ".", "could not be read", detail=error.strerror or ""))
            return
        for item in items:
            path = f"{prefix}/{item.name}" if prefix else item.name
            if item.is_symlink():
                self._not_listed.append(NotScanned(path, "symbolic link", expected=True))
            elif item.is_dir(follow_symlinks=False):
                if (self.root / path / ".git").exists():
                    self._not_listed.append(NotScanned(path, "another repository inside", expected=depth < NESTED))
                elif item.name != ".git":
                    yield from self._walk(path, depth + 1)
            elif item.is_file(follow_symlinks=False):
                if item.name != ".git":
                    yield path
            else:
                self._not_listed.append(NotScanned(path, "device, socket or pipe", expected=True))

    def _git_names(self) -> Iterator[str]:
        """Tracked files and untracked ones that are not ignored, without what is not a regular file."""
        assert self.git
        listed = self.git.run("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate")
        for raw in listed.split(b"\0"):
            path = raw.decode("utf-8", "surrogateescape")
            if not path:
                continue
            if path.endswith("/"):
                self._not_listed.append(NotScanned(path, "another repository inside", expected=False))
                continue
            try:
                mode = os.lstat(self.root / path).st_mode
            except (FileNotFoundError, NotADirectoryError):
                self._not_listed.append(NotScanned(path, "deleted in the work tree", expected=True))
                continue
            if stat.S_ISREG(mode):
                yield path
            elif stat.S_ISLNK(mode):
                self._not_listed.append(NotScanned(path, "symbolic link", expected=True))
            elif stat.S_ISDIR(mode):
                self._not_listed.append(NotScanned(path, "submodule", expected=True))
            else:
                self._not_listed.append(NotScanned(path, "device, socket or pipe", expected=True))


class _Way:
    """Opens files one folder after the other without following links; the folder of the file before stays open."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._name: str | None = None
        self._folder = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._leave()

    def open(self, path: str) -> int:
        """Descriptor of a regular file.

        Raises:
            NotScannedError: it is gone, a link or not a regular file, or may not be read.
        """
        name, _, last = path.rpartition("/")
        try:
            if name != self._name:
                self._go(name)
            descriptor = os.open(last, _READ, dir_fd=self._folder)
        except OSError as error:
            is_link = error.errno in {errno.ELOOP, errno.ENOTDIR}
            raise NotScannedError(f"{path}: {'a link stands here now' if is_link else error.strerror}") from error
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise NotScannedError(f"{path}: not a regular file")
        return descriptor

    def _go(self, name: str) -> None:
        self._leave()
        self._folder = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        for part in name.split("/") if name else ():
            inner = os.open(part, _READ | os.O_DIRECTORY, dir_fd=self._folder)
            os.close(self._folder)
            self._folder = inner
        self._name = name

    def _leave(self) -> None:
        if self._folder >= 0:
            os.close(self._folder)
        self._folder, self._name = -1, None


def _content(way: _Way, path: str) -> bytes:
    with os.fdopen(way.open(path), "rb") as stream:
        return stream.read()


def _index(git: Git) -> frozenset[str]:
    listed = git.run("ls-files", "-z", "--cached")
    return frozenset(raw.decode("utf-8", "surrogateescape") for raw in listed.split(b"\0") if raw)


def blob_id(content: bytes) -> str:
    """The object id that git gives a file with this content."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()

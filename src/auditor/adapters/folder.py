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
from auditor.adapters.tree_memory import TreeMemory, state_of
from auditor.errors import NotScannedError
from auditor.model.ports import FileEntry
from auditor.model.run import NotScanned

HASHED_UP_TO = 32 * 1024 * 1024
"""Bytes; larger files get no blob id, so nothing about them is cached."""
DEEPEST = 100
"""Levels of folders; what lies deeper is counted as not scanned."""
NESTED = 3
"""Levels down to which repositories below a plain folder are targets of their own; deeper ones are not scanned."""
STATE, STORE = ".auditor", "findings.sqlite"
"""The state folder of a portfolio, and the file that tells it from a folder of another's that is called so."""
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(slots=True)
class FolderFiles:
    """Regular files below a folder. With `git`, only what git tracks or would track; what is ignored is no finding."""

    root: Path
    git: Git | None = None
    only: str = ""
    """Name of the one file to look at; empty: all."""
    memory: TreeMemory | None = None
    """Blob ids that are known from earlier reading."""
    lazy: bool = False
    """Leave a blob id empty until the file is read, where it is not known: for those who read every file anyway."""
    _entries: tuple[FileEntry, ...] | None = None
    _not_listed: list[NotScanned] = field(default_factory=list)
    _unreadable: list[NotScanned] = field(default_factory=list)
    _blobs: dict[str, str] = field(default_factory=dict)
    _moved: bool = False
    """Whether a file was not the same when it was read again."""

    def entries(self) -> Sequence[FileEntry]:
        """Regular files in path order, with the blob id that git would give them."""
        if self._entries is None:
            self._not_listed.clear()
            with _Way(self.root) as way:
                self._entries = tuple(self._listed(way))
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
            return self._content(way, entry.path)

    def read_many(self, entries: Iterable[FileEntry]) -> Iterator[tuple[FileEntry, bytes]]:
        """Contents one after the other."""
        with _Way(self.root) as way:
            for entry in entries:
                try:
                    content = self._content(way, entry.path)
                except NotScannedError as error:
                    self._unreadable.append(NotScanned(entry.path, "could not be read", detail=str(error)))
                else:
                    yield entry, content

    def unreadable(self) -> Sequence[NotScanned]:
        """What `read_many` could not read so far."""
        return tuple(self._unreadable)

    def digest(self) -> str:
        """Hash over every file as it was read; empty when one was not, is too large, or changed between two readings."""
        entries = self.entries()
        if not entries or self._moved:
            return ""
        said = hashlib.sha256()
        for entry in entries:
            blob = entry.blob or self._blobs.get(entry.path, "")
            if not blob:
                return ""
            line = f"{entry.path}\x00{blob}\x00{entry.executable}\x00{entry.tracked}\n"
            said.update(line.encode("utf-8", "surrogateescape"))
        for item in self._not_listed:
            said.update(repr(item).encode("utf-8", "backslashreplace"))
        return said.hexdigest()

    def remember(self) -> None:
        """Keep the blob ids for the next run."""
        if self.memory is not None and self._entries is not None:
            self.memory.save(entry.path for entry in self._entries)

    def _listed(self, way: _Way) -> Iterator[FileEntry]:
        if self.git and not self.only:
            tagged = self._git_names()
            # Where nothing is tracked yet, everything is about to be: the first commit would take it.
            nothing = not any(tagged.values())
            for path in sorted(tagged, key=os.fsencode):
                about = self._regular(path, way)
                if about is not None:
                    yield from self._entry(path, way, about, tracked=nothing or tagged[path])
            return
        for path in [self.only] if self.only else sorted(self._walk("", 0), key=os.fsencode):
            try:
                about = way.look(path)
            except NotScannedError as error:
                self._not_listed.append(NotScanned(path, "could not be read", detail=str(error)))
            else:
                yield from self._entry(path, way, about, tracked=True)

    def _entry(self, path: str, way: _Way, about: os.stat_result, *, tracked: bool) -> Iterator[FileEntry]:
        try:
            blob = self.memory.blob(path, state_of(about)) if self.memory else ""
            if blob:
                self._blobs[path] = blob
            elif not self.lazy or not stat.S_ISREG(about.st_mode):
                if about.st_size <= HASHED_UP_TO:
                    self._content(way, path)
                    blob = self._blobs.get(path, "")
                else:
                    os.close(way.open(path))
        except NotScannedError as error:
            self._not_listed.append(NotScanned(path, "could not be read", detail=str(error)))
            return
        yield FileEntry(path, blob, about.st_size, executable=bool(about.st_mode & stat.S_IXUSR), tracked=tracked)

    def _content(self, way: _Way, path: str) -> bytes:
        descriptor = way.open(path)
        try:
            about = os.fstat(descriptor)
            content = _read(descriptor, about.st_size, path)
        finally:
            os.close(descriptor)
        if len(content) <= HASHED_UP_TO:
            blob = blob_id(content)
            if self._blobs.setdefault(path, blob) != blob:
                self._moved = True
            if self.memory is not None:
                self.memory.add(path, state_of(about), blob)
        return content

    def _regular(self, path: str, way: _Way) -> os.stat_result | None:
        """What git lists, if it is a regular file; what it is instead is noted."""
        try:
            about = way.look(path)
        except NotScannedError as error:
            if not (self.root / path).exists():  # a folder that became a file is no folder with files any more
                self._not_listed.append(NotScanned(path, "deleted in the work tree", expected=True))
            else:
                self._not_listed.append(NotScanned(path, "could not be read", detail=str(error)))
            return None
        if stat.S_ISREG(about.st_mode):
            return about
        what = {stat.S_IFLNK: "symbolic link", stat.S_IFDIR: "submodule"}.get(stat.S_IFMT(about.st_mode))
        self._not_listed.append(NotScanned(path, what or "device, socket or pipe", expected=True))
        return None

    def _git_names(self) -> dict[str, bool]:
        """Tracked files (True) and untracked ones that are not ignored."""
        assert self.git
        listed = self.git.run("ls-files", "-z", "-t", "--cached", "--others", "--exclude-standard", here=True)
        names: dict[str, bool] = {}
        for line in listed.decode("utf-8", "surrogateescape").split("\0"):
            tag, _, path = line.partition(" ")
            if path.endswith("/"):
                self._not_listed.append(NotScanned(path, "another repository inside", expected=False))
            elif path:
                names[path] = names.get(path, False) or tag != "?"
        return names

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
                elif item.name == STATE and (self.root / path / STORE).is_file():
                    self._not_listed.append(NotScanned(path, "auditor's own state", expected=True))
                elif item.name != ".git":
                    yield from self._walk(path, depth + 1)
            elif item.is_file(follow_symlinks=False):
                if item.name != ".git":
                    yield path
            else:
                self._not_listed.append(NotScanned(path, "device, socket or pipe", expected=True))


class _Way:
    """Opens files one folder after the other without following links; the folders on the way to the last one stay open."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._name: str | None = None
        self._parts: list[str] = []
        self._folders: list[int] = []
        """The root and the folder of each part."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._leave(0)

    def look(self, path: str) -> os.stat_result:
        """What stands at a path, a link itself and not what it leads to.

        Raises:
            NotScannedError: nothing, or it may not be looked at.
        """
        name, _, last = path.rpartition("/")
        try:
            if name != self._name:
                self._go(name)
            return os.stat(last, dir_fd=self._folders[-1], follow_symlinks=False)
        except OSError as error:
            raise _refusal(path, error) from error

    def open(self, path: str) -> int:
        """Descriptor of a regular file.

        Raises:
            NotScannedError: it is gone, a link or not a regular file, or may not be read.
        """
        name, _, last = path.rpartition("/")
        try:
            if name != self._name:
                self._go(name)
            descriptor = os.open(last, _READ, dir_fd=self._folders[-1])
        except OSError as error:
            raise _refusal(path, error) from error
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise NotScannedError(f"{path}: not a regular file")
        return descriptor

    def _go(self, name: str) -> None:
        parts = name.split("/") if name else []
        same = 0
        while same < min(len(parts), len(self._parts)) and parts[same] == self._parts[same]:
            same += 1
        self._leave(same + 1)
        if not self._folders:
            self._folders.append(os.open(self._root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))
        for part in parts[same:]:
            self._folders.append(os.open(part, _READ | os.O_DIRECTORY, dir_fd=self._folders[-1]))
            self._parts.append(part)
        self._name = name

    def _leave(self, kept: int) -> None:
        """Close all folders but the first `kept`."""
        while len(self._folders) > kept:
            os.close(self._folders.pop())
        del self._parts[max(kept - 1, 0) :]
        self._name = None


def _refusal(path: str, error: OSError) -> NotScannedError:
    is_link = error.errno in {errno.ELOOP, errno.ENOTDIR}
    return NotScannedError(f"{path}: {'a link stands here now' if is_link else error.strerror}")


def _read(descriptor: int, size: int, path: str) -> bytes:
    """All of a file: one call where its size is what it said."""
    try:
        content = os.read(descriptor, size + 1)
        if len(content) == size:
            return content
        parts = [content]
        while part := os.read(descriptor, 1 << 20):
            parts.append(part)
    except OSError as error:
        raise NotScannedError(f"{path}: {error.strerror}") from error
    return b"".join(parts)


def blob_id(content: bytes) -> str:
    """The object id that git gives a file with this content."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()

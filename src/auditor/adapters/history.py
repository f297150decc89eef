"""All that a git repository ever held: blobs, the commits that brought and removed them, deleted paths."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatch

from auditor.adapters.authors import by_person
from auditor.adapters.git import LOG, Git, read_blobs
from auditor.errors import NotScannedError
from auditor.model.ports import CommitInfo

_COMMIT = "%x01%H%x00%aI%x00%an%x00%s"
"""A commit line starts with byte 1, which no raw diff line does."""
_MOST_ARGUMENTS = 500
_PATIENCE = 900.0
"""Seconds for a walk over all commits."""


@dataclass(frozen=True, slots=True)
class GitHistory:
    """History of one repository; every answer is one git process."""

    git: Git
    commit: str | None = None
    """The commit under scan, to say what is still there."""

    def tips(self) -> tuple[str, ...]:
        """Where the branches and tags stand, and the commit under scan."""
        listed = self.git.run("for-each-ref", "--format=%(objectname)").decode().split()
        return tuple(sorted({*listed, self.commit or ""} - {""}))

    def blobs(self, known: frozenset[str] = frozenset(), since: Sequence[str] = ()) -> Iterator[tuple[str, str, int]]:
        """(blob id, a path it had, size) of every blob, reachable or not, but those in `known`; each id once.

        Unreachable blobs (of amended or dropped commits) have an empty path: they can still be fetched by id. `since` are
        tips of which all is known.
        """
        names: dict[str, str] | None = None
        listing = self.git.run(
            "cat-file", "--batch-all-objects", "--unordered", "--batch-check=%(objecttype) %(objectname) %(objectsize)"
        )
        for line in listing.splitlines():
            kind, name, size = line.split()
            blob = name.decode()
            if kind == b"blob" and blob not in known:
                names = self._names(since) if names is None else names
                yield blob, names.get(blob, ""), int(size)

    def read_blobs(self, ids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Contents by one process; missing objects are left out."""
        for blob, content in read_blobs(self.git, ids):
            if content is not None:
                yield blob, content

    def commits_of(
        self, blobs: frozenset[str], since: Sequence[str] = ()
    ) -> Mapping[str, tuple[CommitInfo, CommitInfo]]:
        """First and last commit that hold each blob, over all branches and tags, in author date order.

        The last commit is the one before the change that took the blob away; for a blob that is still somewhere it is the
        newest commit that touched it. With `since`, only what came after those tips is looked at.
        """
        first: dict[str, CommitInfo] = {}
        last: dict[str, CommitInfo] = {}
        previous: CommitInfo | None = None
        for commit, changes in self._log("--reverse", "--all", *_without(since)):
            for old, new, _ in changes:
                if new in blobs:
                    first.setdefault(new, commit)
                    last[new] = commit
                if old in blobs and previous is not None:
                    last[old] = previous
                    first.setdefault(old, previous)
            previous = commit
        return {blob: (first[blob], last[blob]) for blob in first}

    def cut_off(self) -> str:
        """Why older commits or contents are not here; empty where all of history is."""
        if self.git.is_shallow():
            return "a shallow clone: older commits are not here"
        with suppress(NotScannedError):
            if self.git.text("config", "--local", "--get-regexp", r"^(extensions\.partialclone|remote\..*\.promisor)$"):
                return "a partial clone: some contents are not here"
        return ""

    def deleted_paths(self) -> Mapping[str, CommitInfo]:
        """Paths that once existed and do not at the commit under scan, with the commit that deleted them.

        A copy of a large project can hold the requests of strangers under other names; they are not walked here.
        """
        there = (
            set(self.git.run("ls-tree", "-r", "-z", "--name-only", self.commit).split(b"\0")) if self.commit else set()
        )
        gone: dict[str, CommitInfo] = {}
        # A file may be dropped by a merge alone; the commit that deleted it by itself says more.
        own = self._own()
        with ThreadPoolExecutor(2) as side_by_side:  # git is another process: the two walks take the time of one
            walks = side_by_side.map(lambda which: self._log("--diff-filter=D", *which, *own), ((), ("--merges", "-m")))
        for walk in walks:
            for commit, changes in walk:
                for _, _, path in changes:
                    if path not in there:
                        gone.setdefault(path.decode("utf-8", "surrogateescape"), commit)
        return gone

    def versions(self, paths: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
        """Blob ids of all contents that each of these paths had, over the same commits."""
        found: dict[str, dict[str, None]] = {}
        wanted = list(paths)
        for start in range(0, len(wanted), _MOST_ARGUMENTS):
            some = wanted[start : start + _MOST_ARGUMENTS]
            for _, changes in self._log("--full-history", *self._own(), "--", *some):
                for old, new, path in changes:
                    blobs = found.setdefault(path.decode("utf-8", "surrogateescape"), {})
                    blobs |= {blob: None for blob in (old, new) if blob.strip("0")}
        return {path: tuple(blobs) for path, blobs in found.items()}

    def _own(self) -> tuple[str, ...]:
        return ("--branches", "--tags", "--remotes", *([self.commit] if self.commit else ()))

    def authors(self) -> Mapping[str, int]:
        """Commits by author, over the history of the commit under scan; one person is one author, whatever the name."""
        commits: Counter[tuple[str, str]] = Counter()
        if self.commit:
            for line in self.git.run(*LOG, "--format=%ae%x00%an", self.commit).decode(errors="replace").splitlines():
                address, _, name = line.partition("\0")
                commits[address, name] += 1
        return by_person(commits)

    def head(self) -> CommitInfo | None:
        """The commit under scan."""
        if not self.commit:
            return None
        line = self.git.run(*LOG, "-1", f"--format={_COMMIT}", self.commit).rstrip(b"\n")
        return _commit(line)

    def _names(self, since: Sequence[str]) -> dict[str, str]:
        names: dict[str, str] = {}
        arguments = ("rev-list", "--objects", "--all", "--reflog", "--missing=allow-any", *_without(since))
        for line in self.git.run(*arguments).split(b"\n"):
            blob, _, path = line.partition(b" ")
            if path:
                names.setdefault(blob.decode(), path.decode("utf-8", "surrogateescape"))
        return names

    def _log(self, *flags: str) -> Iterator[tuple[CommitInfo, list[tuple[str, str, bytes]]]]:
        """Each commit with its raw changes (old blob, new blob, path)."""
        return _changes(self.git, *flags)


def _changes(git: Git, *flags: str) -> Iterator[tuple[CommitInfo, list[tuple[str, str, bytes]]]]:
    """Commits with their raw changes; where git breaks off, an error and not a shorter history."""
    return _parse(git.run(*LOG, "--raw", "-z", "--no-abbrev", f"--format={_COMMIT}", *flags, seconds=_PATIENCE))


def _without(tips: Sequence[str]) -> tuple[str, ...]:
    """Arguments that leave out what these tips hold; a tip that is gone leaves out nothing."""
    return ("--ignore-missing", "--not", *tips) if 0 < len(tips) <= _MOST_ARGUMENTS else ()


def _parse(output: bytes) -> Iterator[tuple[CommitInfo, list[tuple[str, str, bytes]]]]:
    for block in output.split(b"\x01"):
        if not block.strip(b"\0\n"):
            continue
        parts = block.split(b"\0")
        commit = _commit(b"\0".join(parts[:4]))
        changes = []
        index = 4
        while index + 1 < len(parts):
            head = parts[index].lstrip(b"\n")
            if head.startswith(b":"):
                _, _, old, new, _ = head[1:].split(b" ")
                changes.append((old.decode(), new.decode(), parts[index + 1]))
                index += 2
            else:
                index += 1
        yield commit, changes


def _commit(line: bytes) -> CommitInfo:
    name, when, author, subject = line.lstrip(b"\x01").split(b"\0", 3)
    text = [part.decode("utf-8", "replace").strip("\n") for part in (name, when, author, subject)]
    return CommitInfo(*text)


def edits(git: Git, since: str | None, until: str, pages: str = "*.md") -> tuple[tuple[str, CommitInfo], ...]:
    """(page, commit) of every change to a page between two commits, the newest first; all changes when `since` is None."""
    span = f"{since}..{until}" if since else until
    found: list[tuple[str, CommitInfo]] = []
    for commit, changes in _changes(git, span):
        for _, _, path in changes:
            name = path.decode("utf-8", "replace")
            if fnmatch(name, pages):
                found.append((name, commit))
    return tuple(found)

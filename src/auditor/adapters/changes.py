"""What differs between two commits: files, renames, and where the lines of history met."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from auditor.adapters.git import ENVIRONMENT, ISOLATION, Git, GitFiles
from auditor.errors import NotScannedError, UsageError
from auditor.model.ports import FileEntry, Files
from auditor.model.run import NotScanned

SIMILAR = 50
"""Percent of equal content at which git calls a new file a renamed one (its own default)."""


@dataclass(slots=True)
class SomeFiles:
    """Those files of another tree that are wanted."""

    files: Files
    wanted: frozenset[str]

    def entries(self) -> Sequence[FileEntry]:
        """The wanted ones, in path order."""
        return tuple(entry for entry in self.files.entries() if entry.path in self.wanted)

    def not_listed(self) -> Sequence[NotScanned]:
        """Links and the like among the wanted paths."""
        return tuple(item for item in self.files.not_listed() if item.path in self.wanted)

    def read(self, entry: FileEntry) -> bytes:
        """Content of one file; raises as the other tree does."""
        return self.files.read(entry)

    def read_many(self, entries: Iterable[FileEntry]) -> Iterator[tuple[FileEntry, bytes]]:
        """Contents by one process."""
        return self.files.read_many(entries)

    def unreadable(self) -> Sequence[NotScanned]:
        """What could not be read so far."""
        return self.files.unreadable()


def changed_files(git: Git, commit: str, other: str) -> SomeFiles:
    """The files of `commit` that `other` does not hold at the same path with the same content."""
    files = GitFiles(git, commit)
    same = {(entry.path, entry.blob) for entry in GitFiles(git, other).entries()}
    return SomeFiles(files, frozenset(e.path for e in files.entries() if (e.path, e.blob) not in same))


def renames(git: Git, base: str, head: str) -> Mapping[str, str]:
    """New path by old path, as git finds them; files that swapped their names included."""
    output = git.run(
        "diff-tree",
        "-r",
        "-z",
        "--raw",
        f"-M{SIMILAR}%",
        "--no-ext-diff",
        "--no-textconv",
        "--diff-filter=R",
        base,
        head,
    )
    parts = output.split(b"\0")
    found: dict[str, str] = {}
    for index, part in enumerate(parts):
        if part.startswith(b":"):
            old, new = (name.decode("utf-8", "surrogateescape") for name in parts[index + 1 : index + 3])
            found[old] = new
    return {**found, **_swapped(git, base, head)}


def _swapped(git: Git, base: str, head: str) -> Mapping[str, str]:
    """Files that exist in both commits under another's name: the same blob, at a path whose own blob went elsewhere."""
    before = {entry.path: entry.blob for entry in GitFiles(git, base).entries()}
    after = {entry.path: entry.blob for entry in GitFiles(git, head).entries()}
    changed = [path for path, blob in before.items() if path in after and after[path] != blob]
    now_at = {after[path]: path for path in changed}
    return {path: now_at[before[path]] for path in changed if before[path] in now_at}


def merge_base(git: Git, base: str, head: str) -> tuple[str, str]:
    """(merge base, head) as object ids.

    Raises:
        UsageError: a name is no commit, or a shallow clone does not reach back far enough; says what to do.
    """
    ids = []
    for name in (base, head):
        found = git.resolve(name)
        if found is None:
            hint = "; the clone is shallow: fetch it, or use --fetch" if git.is_shallow() else ""
            raise UsageError(f"{name!r} is no commit here{hint}")
        ids.append(found)
    try:
        met = git.text("merge-base", ids[0], ids[1])
    except NotScannedError:
        if git.is_shallow():
            raise UsageError(
                f"the clone is too shallow to see where {base} and {head} parted; "
                "check out with full history (fetch-depth: 0), or use --fetch"
            ) from None
        raise UsageError(f"{base} and {head} have no common history") from None
    return met, ids[1]


def deepen(path: Path, base: str) -> None:
    """Fetch the history that a shallow clone lacks, from its own `origin`, without running anything of the repository.

    Raises:
        UsageError: the remote did not answer as hoped; git's first line is in the message.
    """
    from auditor.adapters.programs import LocalPrograms

    # The environment outranks the repository's configuration: the protocols, and which ssh is started.
    allowed = {
        "GIT_ALLOW_PROTOCOL": "https:ssh:file",
        "GIT_SSH_COMMAND": "ssh",
        "SSH_AUTH_SOCK": os.environ.get("SSH_AUTH_SOCK", ""),
    }
    branch = base.removeprefix("origin/")
    refs = f"+refs/heads/{branch}:refs/remotes/origin/{branch}"
    done = LocalPrograms().run(
        [
            *("git", *ISOLATION, "-c", "credential.helper=", "-C", str(path)),
            *("fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--unshallow"),
            *("--upload-pack=git-upload-pack", "origin", refs),
        ],
        seconds=300,
        environment={**ENVIRONMENT, **allowed},
    )
    said = done.stderr.decode(errors="replace")
    if done.returncode and "complete repository" not in said:
        raise UsageError(f"the missing history could not be fetched: {(said.splitlines() or ['no reason given'])[0]}")

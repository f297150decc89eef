"""A history given as values: what was deleted, who wrote, when the last change was."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from auditor.model.ports import CommitInfo


def _id(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:40]


@dataclass
class MemoryHistory:
    """One deleted version of each path."""

    deleted: Mapping[str, bytes] = field(default_factory=dict)
    by_author: Mapping[str, int] = field(default_factory=dict)
    when: str = ""

    def tips(self) -> Sequence[str]:
        return ("e" * 40,)

    def blobs(self, known: frozenset[str] = frozenset(), since: Sequence[str] = ()) -> Iterator[tuple[str, str, int]]:
        for path, content in self.deleted.items():
            if _id(content) not in known:
                yield _id(content), path, len(content)

    def read_blobs(self, ids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        wanted = set(ids)
        yield from ((_id(content), content) for content in self.deleted.values() if _id(content) in wanted)

    def commits_of(
        self, blobs: frozenset[str], since: Sequence[str] = ()
    ) -> Mapping[str, tuple[CommitInfo, CommitInfo]]:
        commit = CommitInfo("c" * 40, "2026-01-01T00:00:00+00:00")
        return dict.fromkeys(blobs, (commit, commit))

    def cut_off(self) -> str:
        """Nothing is."""
        return ""

    def deleted_paths(self) -> Mapping[str, CommitInfo]:
        return {path: CommitInfo("d" * 40, "2026-05-05T10:00:00-07:00") for path in self.deleted}

    def versions(self, paths: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
        return {path: (_id(self.deleted[path]),) for path in paths}

    def authors(self) -> Mapping[str, int]:
        return self.by_author

    def head(self) -> CommitInfo | None:
        return CommitInfo("e" * 40, self.when) if self.when else None

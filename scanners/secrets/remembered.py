"""What earlier runs know of a repository's history: blobs read, sightings, commits. Holds no secret in clear."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, field

from auditor.model.ports import Cache, CommitInfo, History
from scanners.secrets.sighting import Sighting


@dataclass(slots=True)
class Remembered:
    """Grows from run to run; may vanish with the cache at any time, then everything is read again."""

    key: str
    known: set[str] = field(default_factory=set)
    """Ids of blobs that were read."""
    found: dict[str, tuple[str, list[Sighting]]] = field(default_factory=dict)
    """By blob: a path it had, and what was seen in it."""
    spans: dict[str, tuple[CommitInfo, CommitInfo]] = field(default_factory=dict)
    tip: str = ""
    """State of the branches when the commits were looked up."""
    head: dict[str, tuple[str, list[Sighting]]] = field(default_factory=dict)
    """By path of the files at hand: their blob, and what was seen in them."""

    @classmethod
    def load(cls, cache: Cache, key: str) -> Remembered:
        """From the cache, or empty."""
        stored = cache.get(key)
        if not stored:
            return cls(key)
        try:
            document = json.loads(zlib.decompress(stored))
            width = document["width"]
            ids = document["known"]
            return cls(
                key,
                {ids[i : i + width] for i in range(0, len(ids), width)} if width else set(),
                {blob: (path, [Sighting(*s) for s in seen]) for blob, (path, seen) in document["found"].items()},
                {blob: (CommitInfo(*a), CommitInfo(*b)) for blob, (a, b) in document["spans"].items()},
                document["tip"],
                {path: (blob, [Sighting(*s) for s in seen]) for path, (blob, seen) in document["head"].items()},
            )
        except (zlib.error, ValueError, KeyError, TypeError):
            return cls(key)

    def save(self, cache: Cache) -> None:
        """Into the cache."""
        document = {
            "width": len(next(iter(self.known), "")),
            "known": "".join(self.known),
            "found": {blob: (path, [s.as_list() for s in seen]) for blob, (path, seen) in self.found.items()},
            "spans": {blob: [_listed(a), _listed(b)] for blob, (a, b) in self.spans.items()},
            "tip": self.tip,
            "head": {path: (blob, [s.as_list() for s in seen]) for path, (blob, seen) in self.head.items()},
        }
        cache.put_many({self.key: zlib.compress(json.dumps(document, separators=(",", ":")).encode(), 1)})

    def commits(self, history: History, blobs: frozenset[str]) -> dict[str, tuple[CommitInfo, CommitInfo]]:
        """First and last commit of each blob, looked up again when HEAD has moved or a blob is new."""
        head = history.head()
        tip = head.id if head else ""
        if tip != self.tip or not blobs <= set(self.spans):
            self.spans = dict(history.commits_of(blobs)) if blobs else {}
            self.tip = tip
        return self.spans


def _listed(commit: CommitInfo) -> list[str]:
    return [commit.id, commit.when, commit.author, commit.subject]

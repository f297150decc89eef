"""What earlier runs know of a repository's history: blobs read, sightings, commits. Holds no secret in clear."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, field
from datetime import datetime

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
    tips: list[str] = field(default_factory=list)
    """Where branches and tags stood when the commits were looked up."""
    head: dict[str, tuple[str, list[Sighting]]] = field(default_factory=dict)
    """By path of the files at hand: their blob, and what was seen in them."""
    large: dict[str, str] = field(default_factory=dict)
    """Paths of blobs that are too large to be read."""
    asked: set[str] = field(default_factory=set)
    """Blobs whose commits were looked up, found or not."""

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
                document["tips"],
                {path: (blob, [Sighting(*s) for s in seen]) for path, (blob, seen) in document["head"].items()},
                document["large"],
                set(document["found"]),
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
            "tips": self.tips,
            "large": self.large,
            "head": {path: (blob, [s.as_list() for s in seen]) for path, (blob, seen) in self.head.items()},
        }
        cache.put_many({self.key: zlib.compress(json.dumps(document, separators=(",", ":")).encode(), 1)})

    def commits(self, history: History, blobs: frozenset[str]) -> dict[str, tuple[CommitInfo, CommitInfo]]:
        """First and last commit of each blob: from memory, and from what came after it was made."""
        tips = list(history.tips())
        if tips != self.tips or not blobs <= self.asked:
            new = history.commits_of(blobs, since=self.tips)
            missing = blobs - self.asked - set(new)
            if missing and self.tips:  # nothing new holds them, so that something old must, or nothing does
                new = {**new, **history.commits_of(missing)}
            for blob, (first, last) in new.items():
                before = self.spans.get(blob)
                self.spans[blob] = (_earlier(before[0], first), last) if before else (first, last)
            self.tips, self.asked = tips, set(blobs)
        return self.spans


def _earlier(one: CommitInfo, two: CommitInfo) -> CommitInfo:
    return min(one, two, key=lambda commit: datetime.fromisoformat(commit.when))


def _listed(commit: CommitInfo) -> list[str]:
    return [commit.id, commit.when, commit.author, commit.subject]

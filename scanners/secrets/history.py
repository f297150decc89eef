"""All blobs that git ever held: each is read once, here and in later runs, and every secret gets its commits."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from typing import Self, TypeAlias

from auditor.model.outcome import NotScanned
from auditor.model.ports import Cache, CommitInfo, History, Marker, ScanContext
from auditor.model.target import Repo
from scanners.secrets.cards import dumped, loaded
from scanners.secrets.detector import Detector
from scanners.secrets.making import VERSION, detector_of
from scanners.secrets.packed import opened
from scanners.secrets.remembered import Remembered
from scanners.secrets.sighting import Placed, Sighting, with_details
from scanners.secrets.versions import Versions

Found: TypeAlias = tuple[str, str, list[Sighting]]
"""Blob, path, what was seen in it."""

LARGEST = 64 * 1024 * 1024
_BATCH_BYTES, _BATCH_BLOBS = 16 * 1024 * 1024, 600
_WORTH_A_POOL = 24 * 1024 * 1024
"""Bytes from which a second process pays for its start."""


@dataclass(frozen=True, slots=True)
class Past:
    """Places at the commit under scan and before, with their commits."""

    placed: tuple[Placed, ...]
    looked_at: dict[str, int]
    not_scanned: tuple[NotScanned, ...] = ()


@dataclass(frozen=True, slots=True)
class _Work:
    """What a worker process needs to make its own detector."""

    history: History
    cards: bytes
    cache: Cache
    mark: Marker
    threshold: float


@dataclass(slots=True)
class LookingBack:
    """All of history; other processes read it while this one looks at the files at hand. Use it in a `with`."""

    work: _Work
    remembered: Remembered
    wanted: Sequence[tuple[str, str, int]]
    too_large: Sequence[NotScanned]
    pool: ProcessPoolExecutor | None
    found: Iterator[Found]
    """What the reading of history yields, as it goes on."""
    head: dict[str, tuple[str, list[Sighting]]] = field(default_factory=dict)
    """Blob and sightings of each file at hand, by path."""

    @classmethod
    def begin(cls, target: Repo, context: ScanContext, detector: Detector) -> Self:
        """Ask git what there is, and begin to read what is new."""
        assert context.history is not None
        remembered = Remembered.load(context.cache, _key(target, context, detector))
        too_large: list[NotScanned] = []
        if why := context.history.cut_off():
            too_large.append(NotScanned(".git", "history", detail=why))
        wanted = sorted(_wanted(context.history, remembered, too_large), key=lambda item: item[1])
        work = _Work(context.history, dumped(detector.plan.cards), context.cache, context.mark, detector.threshold)
        processes = min(os.cpu_count() or 1, 8)
        if sum(size for _, _, size in wanted) < _WORTH_A_POOL or processes == 1:
            return cls(work, remembered, wanted, too_large, None, _look_at_all(work, wanted, detector))
        pool = ProcessPoolExecutor(processes, initializer=_prepare, initargs=(work,))
        found = chain.from_iterable(pool.map(_look_at_batch, _batches(wanted)))
        return cls(work, remembered, wanted, too_large, pool, found)

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the other processes."""
        if self.pool is not None:
            self.pool.shutdown(cancel_futures=True)

    def at_hand(self, path: str, content: bytes, look: Callable[[], list[Sighting]]) -> None:
        """Look at a file at hand, unless an earlier run did."""
        blob = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
        known = self.remembered.head.get(path)
        self.head[path] = known if known and known[0] == blob else (blob, look())

    def finish(self) -> Past:
        """Secrets of all of history, those of the files at hand included."""
        remembered = self.remembered
        for blob, path, seen in self.found:
            remembered.found[blob] = (path, seen)
        remembered.known.update(blob for blob, _, _ in self.wanted)
        remembered.head = self.head
        here = [Placed(path, s) for path, (_, seen) in self.head.items() for s in seen]
        placed = list(_with_commits(self.work.history, remembered, here))
        remembered.save(self.work.cache)
        looked_at = {"blobs": len(remembered.known), "blobs_read": len(self.wanted)}
        return Past(tuple(placed), looked_at, tuple(self.too_large))


def _key(target: Repo, context: ScanContext, detector: Detector) -> str:
    parts = (
        VERSION,
        context.rules_digest,
        str(detector.threshold),
        context.mark(b"history"),
        str(target.path.resolve()),
    )
    return "secrets-history-" + hashlib.blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()


def _wanted(history: History, remembered: Remembered, too_large: list[NotScanned]) -> Iterator[tuple[str, str, int]]:
    for blob, path, size in history.blobs(frozenset(remembered.known), since=remembered.tips):
        if size > LARGEST:
            remembered.large.setdefault(blob, path or blob)
            too_large.append(NotScanned(remembered.large[blob], "too large", detail=f"{size} bytes, in history"))
        elif size > 7:  # shorter than any secret
            yield blob, path, size


def _look_at_all(work: _Work, wanted: Sequence[tuple[str, str, int]], detector: Detector) -> Iterator[Found]:
    versions = Versions(detector, work.mark)
    for batch in _batches(wanted):
        yield from _look_at(batch, work.history, versions)


def _batches(wanted: Iterable[tuple[str, str, int]]) -> Iterator[list[tuple[str, str]]]:
    """Batches by path: a queue of them keeps every worker busy to the end."""
    batch: list[tuple[str, str]] = []
    size = 0
    for blob, path, length in wanted:
        batch.append((blob, path))
        size += length
        if size > _BATCH_BYTES or len(batch) >= _BATCH_BLOBS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


_worker: list[tuple[History, Versions]] = []
"""Of a worker process: set once by its initializer, never in the parent."""


def _prepare(work: _Work) -> None:
    detector = detector_of(loaded(work.cards), work.cache, work.threshold)
    _worker[:] = [(work.history, Versions(detector, work.mark))]


def _look_at_batch(batch: list[tuple[str, str]]) -> list[Found]:
    history, versions = _worker[0]
    return list(_look_at(batch, history, versions))


def _look_at(batch: list[tuple[str, str]], history: History, versions: Versions) -> Iterator[Found]:
    """Versions of a path follow each other in a batch, so that each is compared with the one before."""
    paths = dict(batch)
    for blob, content in history.read_blobs([blob for blob, _ in batch]):
        seen = versions.look(paths[blob], opened(content)[0])
        if seen:
            yield blob, paths[blob], list(seen)


def _with_commits(history: History, remembered: Remembered, head: Sequence[Placed]) -> Iterator[Placed]:
    """One place per secret and path; the commits are those of all blobs that hold it."""
    blobs: dict[tuple[str, str], set[str]] = {}
    past: dict[tuple[str, str, str], Placed] = {}
    for blob, (path, seen) in remembered.found.items():
        for s in seen:
            blobs.setdefault((s.rule, s.mark), set()).add(blob)
            past.setdefault((s.rule, s.mark, path), Placed(path, s))
    at_head = {(item.seen.rule, item.seen.mark) for item in head}
    commits = remembered.commits(history, frozenset().union(*blobs.values()) if blobs else frozenset())
    for item in head:
        yield with_details(item, at_head="yes", **_span(commits, blobs.get((item.seen.rule, item.seen.mark), set())))
    here = {(item.seen.rule, item.seen.mark, item.path) for item in head}
    for (rule, mark, path), item in past.items():
        if (rule, mark, path) in here:
            continue
        state = "yes" if (rule, mark) in at_head else "no"
        yield with_details(item, at_head=state, **_span(commits, blobs[rule, mark]))


def _span(commits: dict[str, tuple[CommitInfo, CommitInfo]], blobs: Iterable[str]) -> dict[str, str]:
    known = [commits[blob] for blob in blobs if blob in commits]
    if not known:
        return {"reachable": "no"}
    first = min((pair[0] for pair in known), key=lambda commit: _moment(commit.when))
    last = max((pair[1] for pair in known), key=lambda commit: _moment(commit.when))
    return {"first_commit": first.id, "first_date": first.when, "last_commit": last.id, "last_date": last.when}


@lru_cache(maxsize=4096)
def _moment(when: str) -> float:
    from datetime import datetime

    return datetime.fromisoformat(when).timestamp()

"""Versions of one file one after the other: only what changed is looked at, what stayed is carried over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from auditor.model.ports import Marker
from scanners.secrets.detector import Detector
from scanners.secrets.differing import Shared, shared
from scanners.secrets.features import Surroundings
from scanners.secrets.generic import Counts
from scanners.secrets.sighting import Sighting, sighting
from scanners.secrets.text import Line, as_utf8, lines_at

_MOST_DULL = 200_000


@dataclass(slots=True)
class Versions:
    """Walks through the versions of many files; made for one process.

    What it finds is what a scan of each whole version finds, but for two liberties: how often a value is repeated is
    counted over the versions seen so far, and a line in which nothing was found is not judged again for the same kind of
    file, even where the lines beside it have changed.
    """

    detector: Detector
    mark: Marker
    dull: set[int] = field(default_factory=set)
    """Hashes of lines with hits and without secrets, each with the kind of file before it."""
    path: str = ""
    content: bytes = b""
    seen: tuple[Sighting, ...] = ()
    counts: Counts = field(default_factory=Counts)

    def look(self, path: str, content: bytes) -> tuple[Sighting, ...]:
        """Sightings of the next version."""
        content = as_utf8(content)
        blocks = shared(self.content, content) if path == self.path else []
        if path != self.path:
            self.counts = Counts()
        kept = self._carried(content, blocks)
        if kept is None:
            blocks, kept = [], []
        hits = self._hits(content, blocks)
        if hits:
            lines = list(lines_at(content, hits, self.dull, _kind(path)))
            if lines:
                found, more = self.detector.examine(path, content, lines, self.counts)
                self.counts = self.counts.with_more(more)
                kept += [sighting(d, self.mark) for d in found]
                self._remember_dull(path, content, lines, {n for d in found for n in range(d.line, d.end_line + 1)})
        self.path, self.content, self.seen = path, content, tuple(kept)
        return self.seen

    def _hits(self, content: bytes, blocks: Sequence[Shared]) -> list[tuple[int, int]]:
        if not blocks:
            return self.detector.engine.hits(content)
        hits: list[tuple[int, int]] = []
        at = 0
        for start, after in [*((b.new, b.new + b.size) for b in blocks), (len(content), len(content))]:
            if start > at:
                hits += [(end + at, identity) for end, identity in self.detector.engine.hits(content[at:start])]
            at = after
        return hits

    def _carried(self, content: bytes, blocks: Sequence[Shared]) -> list[Sighting] | None:
        """Sightings that stand in shared lines; None when a block of lines is only partly shared."""
        if not self.seen or not blocks:
            return []
        kept: list[Sighting] = []
        old_line = new_line = 1
        old_at = new_at = 0
        for block in blocks:
            old_line += self.content.count(b"\n", old_at, block.old)
            new_line += content.count(b"\n", new_at, block.new)
            height = self.content.count(b"\n", block.old, block.old + block.size)
            whole = height + (not self.content.endswith(b"\n", block.old, block.old + block.size))
            for s in self.seen:
                inside = [old_line <= n < old_line + whole for n in (s.line, s.end_line)]
                if all(inside):
                    shift = new_line - old_line
                    kept.append(replace(s, line=s.line + shift, end_line=s.end_line + shift) if shift else s)
                elif inside[0]:
                    return None
            old_line, new_line = old_line + height, new_line + height
            old_at, new_at = block.old + block.size, block.new + block.size
        return kept

    def _remember_dull(self, path: str, content: bytes, lines: Sequence[Line], interesting: set[int]) -> None:
        if len(self.dull) > _MOST_DULL:
            self.dull.clear()
        kind, plan = _kind(path), self.detector.plan
        self.dull |= {
            hash(kind + content[line.start : line.end])
            for line in lines
            if line.number not in interesting and not plan.by_place(line.ids)
        }


@lru_cache(maxsize=256)
def _kind(path: str) -> bytes:
    """What the judge knows of a path: lines of tests say nothing about the same lines elsewhere."""
    around = Surroundings.of(path, above=False)
    extension = path.rpartition(".")[2][:12]
    return f"{extension} {around.file_type} {around.path_tags}\0".encode("utf-8", "replace")

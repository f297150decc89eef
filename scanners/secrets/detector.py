"""Bytes of one file in, secrets with their places and scores out; nothing here reads files or prints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from scanners.secrets.detection import Detection, Judged
from scanners.secrets.engine import Engine
from scanners.secrets.generic import Counts, judge, told
from scanners.secrets.judge import THRESHOLD
from scanners.secrets.plan import Plan
from scanners.secrets.providers import providers
from scanners.secrets.text import Line, as_utf8, decoded_base64, is_binary, joined, lines_at

_DEEPEST = 3
"""Layers of base 64 that are taken off."""
_PIECES = 300
"""Bytes before and after a line in which further pieces of a literal may stand."""


@dataclass(frozen=True, slots=True)
class Detector:
    """Cards, the engine made from them, and the threshold of the judge."""

    plan: Plan
    engine: Engine
    threshold: float = THRESHOLD

    def detect(self, path: str, content: bytes, depth: int = 0) -> tuple[Detection, ...]:
        """All secrets of a file, in line order."""
        content = as_utf8(content)
        hits = self.engine.hits(content)
        if not hits:
            return ()
        found, _ = self.examine(path, content, list(lines_at(content, hits)), depth=depth)
        return found

    def examine(
        self, path: str, content: bytes, lines: Sequence[Line], before: Counts | None = None, *, depth: int = 0
    ) -> tuple[tuple[Detection, ...], Counts]:
        """The secrets in those lines of a file in which the engine had hits, and the counts of its candidates.

        `before`: counts of the rest of the file, where the lines are only a part of it.
        """
        found = list(providers(self.plan, path, content, lines))
        if depth < _DEEPEST:
            found += self._decoded(path, lines, depth)
            found += self._joined(path, content, lines, found)
        counts = before or Counts()
        if not depth and not is_binary(content):
            judged, counts = judge(self.plan, path, content, lines, before)
            found += told(judged, found, self.threshold)
        found.sort(key=lambda d: (d.line, d.column, d.rule))
        return tuple(_once(found)) if len(found) > 1 else tuple(found), counts

    def judged(self, path: str, content: bytes) -> tuple[Judged, ...]:
        """Every generic candidate with its score, for `explain`."""
        content = as_utf8(content)
        judged, _ = judge(self.plan, path, content, list(lines_at(content, self.engine.hits(content))))
        return tuple(j for j, _ in judged)

    def _decoded(self, path: str, lines: Sequence[Line], depth: int) -> Iterator[Detection]:
        """Provider tokens inside base 64, as in Kubernetes secrets and bundles."""
        for line in lines:
            if not self.plan.has("base64", line.ids):
                continue
            for start, end, inner in decoded_base64(line.text):
                for found in self.detect(path, inner, depth + 1):
                    here = replace(found, line=line.number, end_line=line.number, column=start)
                    yield replace(here, text=line.text, spans=((start, end),), via="base64")

    def _joined(
        self, path: str, content: bytes, lines: Sequence[Line], found: Sequence[Detection]
    ) -> Iterator[Detection]:
        """Provider tokens that were written in pieces: `"sk_live_" + "..."`."""
        told = {d.secret for d in found}
        for line in lines:
            if not self.plan.has("joined", line.ids):
                continue
            text = content[max(0, line.start - _PIECES) : line.end + _PIECES].decode("utf-8", "replace")
            whole = joined(text)
            for d in self.detect(path, whole.encode(), _DEEPEST):
                if d.secret not in told and d.secret not in text:
                    told.add(d.secret)
                    here = replace(d, line=line.number, end_line=line.number, column=0, text=line.text)
                    yield replace(here, spans=((0, len(line.text)),), via="pieces")


def _once(found: Sequence[Detection]) -> Iterator[Detection]:
    """A secret that several cards see at one place is told once, by the card that is surer."""
    best: dict[tuple[int, str], Detection] = {}
    for d in found:
        key = (d.line, d.secret)
        if key not in best or d.score > best[key].score:
            best[key] = d
    kept = {id(d) for d in best.values()}
    return (d for d in found if id(d) in kept)

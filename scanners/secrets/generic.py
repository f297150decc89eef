"""Generic candidates: extracted, judged, named by a card."""

from __future__ import annotations

from collections import ChainMap, Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from auditor.model.pattern import lazy
from scanners.secrets.candidates import Candidate, candidates
from scanners.secrets.cards import Card
from scanners.secrets.detection import Detection, Judged
from scanners.secrets.features import PERSON, Surroundings
from scanners.secrets.judge import is_dull, score_of
from scanners.secrets.plan import Plan
from scanners.secrets.providers import compiled
from scanners.secrets.text import Line

_PERSON = lazy(PERSON.encode())
_PRECEDENCE = {"url": 0, "header": 0, "flag": 0}
"""Of two candidates that overlap the one that says more is told."""
_PUBLIC_BLOCK = lazy(
    rb"-----BEGIN [A-Z0-9 ]{0,40}(?:CERTIFICATE|PUBLIC KEY|SIGNATURE|REQUEST|PARAMETERS|CRL|MESSAGE)[A-Z ]{0,12}-----"
    rb"(?:(?!-----)[\x00-\xff]){0,60000}-----END"
)


@dataclass(frozen=True, slots=True)
class Counts:
    """How often values and names are candidates in a file."""

    values: Mapping[str, int] = field(default_factory=dict)
    names: Mapping[str, int] = field(default_factory=dict)

    def with_more(self, more: Counts) -> Counts:
        """The larger count of each; costs what `more` is large."""
        return Counts(_larger(self.values, more.values), _larger(self.names, more.names))


def _larger(known: Mapping[str, int], more: Mapping[str, int]) -> Mapping[str, int]:
    new = {key: n for key, n in more.items() if n > known.get(key, 0)}
    if not new:
        return known
    return ChainMap(new, *known.maps) if isinstance(known, ChainMap) and len(known.maps) < 8 else {**known, **new}


@lru_cache(maxsize=30_000)
def _candidates(text: str, kinds: frozenset[str]) -> tuple[Candidate, ...]:
    return tuple(candidates(text, kinds))


def judge(
    plan: Plan, path: str, content: bytes, lines: Sequence[Line], before: Counts | None = None
) -> tuple[list[tuple[Judged, Line]], Counts]:
    """Every candidate of these lines with its score, and the counts they were judged by.

    `before`: counts of the rest of the file, where only a part of it is looked at.
    """
    found = [(line, c) for line in _outside_public_blocks(content, lines) for c in _of_line(plan, line)]
    if not found:
        return [], before or Counts()
    values, names = Counter(c.value for _, c in found), Counter(c.key for _, c in found)
    if before:
        values = Counter({value: max(n, before.values.get(value, 0)) for value, n in values.items()})
        names = Counter({name: max(n, before.names.get(name, 0)) for name, n in names.items()})
    siblings = Counter(line.start for line, _ in found)
    judged: list[tuple[Judged, Line]] = []
    at, above = -1, False
    for line, c in found:
        score = 0.0
        if not is_dull(c):
            if line.start != at:
                start, end = line.span_above(content)
                at, above = line.start, _PERSON.search(content[start:end].lower()) is not None
            around = Surroundings.of(path, above, siblings[line.start], values[c.value], names[c.key])
            score = score_of(line.text, c, around)
        judged.append((Judged(line.number, c, score, rule_of(plan, c)), line))
    return judged, Counts(values, names)


def _of_line(plan: Plan, line: Line) -> tuple[Candidate, ...]:
    kinds = plan.kinds_in(line.ids)
    return _candidates(line.text, kinds) if kinds else ()


def told(
    judged: Sequence[tuple[Judged, Line]], providers: Sequence[Detection], threshold: float
) -> Iterator[Detection]:
    """Those over the threshold that no provider's card has told better."""
    covered: dict[int, list[Detection]] = {}
    for detection in providers:
        for number in range(detection.line, detection.end_line + 1):
            covered.setdefault(number, []).append(detection)
    hidden: dict[int, list[tuple[int, int]]] = {}
    for j, line in judged:
        hidden.setdefault(line.start, []).append((j.candidate.start, j.candidate.end))
    taken: dict[int, list[tuple[int, int]]] = {}
    likely = [pair for pair in judged if pair[0].score >= threshold and pair[0].rule]
    for j, line in sorted(likely, key=lambda pair: (pair[1].start, _PRECEDENCE.get(pair[0].candidate.kind, 1))):
        c = j.candidate
        if _is_covered(c, covered.get(line.number, ())):
            continue
        if any(start < c.end and c.start < end for start, end in taken.get(line.start, ())):
            continue
        taken.setdefault(line.start, []).append((c.start, c.end))
        yield Detection(
            rule=j.rule,
            line=line.number,
            end_line=line.number,
            column=c.start,
            secret=c.value,
            score=round(j.score, 4),
            kind=c.kind,
            name=c.key if c.kind == "assign" else "",
            text=line.text,
            spans=tuple(hidden[line.start]),
        )


def rule_of(plan: Plan, candidate: Candidate) -> str:
    """The first card, in their order, whose kind and names fit; empty: none names it."""
    return next((card.rule for card in plan.judged if _names(card, candidate)), "")


def _names(card: Card, candidate: Candidate) -> bool:
    if card.judged != candidate.kind:
        return False
    return card.judged != "assign" or _is_named(card.names, candidate.key)


@lru_cache(maxsize=4096)
def _is_named(names: str, key: str) -> bool:
    return compiled(names).search(key) is not None


def _is_covered(candidate: Candidate, detections: Sequence[Detection]) -> bool:
    return any(
        d.end_line > d.line or any(start < candidate.end and candidate.start < end for start, end in d.spans)
        for d in detections
    )


def _outside_public_blocks(content: bytes, lines: Sequence[Line]) -> Sequence[Line]:
    """Certificates and public keys look random and are meant to be read."""
    if b"-----BEGIN " not in content:
        return lines
    blocks = [m.span() for m in _PUBLIC_BLOCK.finditer(content)]
    return [line for line in lines if not any(start <= line.start < end for start, end in blocks)]

"""Bytes of one file in, secrets with their places and scores out; nothing here reads files or prints."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from scanners.secrets.candidates import Candidate, candidates
from scanners.secrets.cards import Card, confirming
from scanners.secrets.checks import CHECKS, SOFT
from scanners.secrets.engine import Engine
from scanners.secrets.features import Surroundings
from scanners.secrets.judge import THRESHOLD, trained
from scanners.secrets.plan import Plan
from scanners.secrets.text import Line, as_utf8, decoded_base64, is_binary, lines_at, shannon

_CERTAIN, _STRUCTURED, _UNVERIFIED, _EXAMPLE = 0.99, 0.95, 0.6, 0.3
_GRADES = {_UNVERIFIED: "unverified", _EXAMPLE: "example"}
_MADE_UP = re.compile(r"(?i)^[^a-z0-9]*(.)\1*$|x{6,}|(.)\2{7,}|\*{4}|\.{4}|01234567|abcdefgh|your|replace|<|\$\{|placeholder")
_EXAMPLE_WORD = re.compile(r"(?i)example|sample|dummy|fake")
_TEST_PATH = re.compile(r"(?i)(?:^|/)(?:tests?|spec|specs|fixtures?|examples?|samples?|mocks?|testdata|docs?)(?:/|$)|[_.\-]test\.")
_LONGEST_BLOCK = 20_000


@dataclass(frozen=True, slots=True)
class Detection:
    """One secret at one place. Holds the secret in clear: it must not leave the scanner."""

    rule: str
    line: int
    end_line: int
    column: int
    """From 0, in characters of the line or window."""
    secret: str = field(repr=False)
    score: float
    kind: str
    """`provider` or the kind of the generic candidate."""
    name: str = ""
    """Name the value is given to."""
    grade: str = ""
    text: str = field(default="", repr=False)
    """The line; in clear."""
    spans: tuple[tuple[int, int], ...] = ()
    """What must be hidden in it."""
    via: str = ""
    """`base64` when it was found in decoded content."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A generic candidate with its score, reported or not."""

    line: int
    candidate: Candidate
    score: float
    rule: str


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
        lines = list(self._lines(content, hits))
        providers = list(self._providers(path, content, lines))
        judged = () if is_binary(content) else tuple(self._judge(path, content, _outside_public_blocks(content, lines)))
        found = [*providers, *self._generic(providers, judged, lines)]
        if depth < 2:
            found += self._decoded(path, lines, found, depth)
        found.sort(key=lambda d: (d.line, d.column, d.rule))
        return tuple(_without_repeats(found))

    def judged(self, path: str, content: bytes) -> tuple[Judged, ...]:
        """Every generic candidate with its score, for `explain`."""
        content = as_utf8(content)
        lines = list(self._lines(content, self.engine.hits(content)))
        return tuple(j for j, _ in self._judge(path, content, lines))

    def _lines(self, content: bytes, hits: Sequence[tuple[int, int]]) -> Iterator[Line]:
        first_generic = len(self.plan.of_card)
        kinds = self.plan.kinds
        useful: list[tuple[int, int]] = []
        for end, identity in hits:
            if identity >= first_generic:
                kind = kinds[identity - first_generic]
                if kind == "bare" and not _DIGIT.search(content, end - 24, end + 16):
                    continue
                if kind == "quoted" and not _DIGIT.search(content, end - 16, end + 24):
                    continue
            useful.append((end, identity))
        return lines_at(content, useful)

    def _kinds(self, line: Line) -> frozenset[str]:
        first = len(self.plan.of_card)
        return frozenset(self.plan.kinds[i - first] for i in line.ids if i >= first)

    def _providers(self, path: str, content: bytes, lines: Sequence[Line]) -> Iterator[Detection]:
        first_generic = len(self.plan.of_card)
        for index, line in enumerate(lines):
            for identity in sorted(i for i in line.ids if i < first_generic):
                number, pattern = self.plan.of_card[identity]
                card = self.plan.cards[number]
                if card.applies_to(path):
                    yield from self._confirmed(path, content, card, pattern, line, lines[index - 1 : index])

    def _confirmed(
        self, path: str, content: bytes, card: Card, pattern: int, line: Line, before: Sequence[Line]
    ) -> Iterator[Detection]:
        expression = confirming(card, pattern)
        text = line.text
        if card.block:
            text = content[line.start : line.start + _LONGEST_BLOCK].decode("utf-8", "replace")
        if card.near and not _stands_near(card.near, path, content, line):
            return
        for match in expression.finditer(text):
            if card.block and match.start() > len(line.text):
                break
            group = 1 if expression.groups and match[1] is not None else 0
            secret = match[group]
            score = _provider_score(card, secret, path)
            if score is None:
                continue
            start, end = match.span(group)
            grade = card.grade or _GRADES.get(score, "")
            down, back = text.count("\n", 0, match.start()), text.count("\n", 0, match.end())
            whole = line.text
            spans = ((start, min(end, len(whole))),) if not card.block else ((match.start(), len(whole)),)
            yield Detection(
                card.rule, line.number + down, line.number + back, start, secret, score, "provider", "", grade, whole, spans
            )

    def _judge(self, path: str, content: bytes, lines: Sequence[Line]) -> Iterator[tuple[Judged, Line]]:
        found = [(line, c) for line in lines if (kinds := self._kinds(line)) for c in _candidates(line.text, kinds)]
        if not found:
            return
        judge = trained()
        values, names = Counter(c.value for _, c in found), Counter(c.key for _, c in found)
        siblings = Counter(line.start for line, _ in found)
        for line, candidate in found:
            above, below = line.above(content), line.below(content)
            around = Surroundings(path, above, below, siblings[line.start], values, names)
            score = judge.score(line.text, candidate, around)
            yield Judged(line.number, candidate, score, self._rule_of(candidate)), line

    def _generic(
        self, providers: Sequence[Detection], judged: Sequence[tuple[Judged, Line]], lines: Sequence[Line]
    ) -> Iterator[Detection]:
        taken: dict[int, list[Detection]] = {}
        for detection in providers:
            for number in range(detection.line, detection.end_line + 1):
                taken.setdefault(number, []).append(detection)
        hidden: dict[int, list[tuple[int, int]]] = {}
        told: dict[int, list[tuple[int, int]]] = {}
        for j, line in judged:
            hidden.setdefault(line.start, []).append((j.candidate.start, j.candidate.end))
        for j, line in sorted(judged, key=lambda pair: (pair[1].start, _PRECEDENCE.get(pair[0].candidate.kind, 1))):
            c = j.candidate
            if j.score < self.threshold or not j.rule or _is_covered(c, taken.get(line.number, ())):
                continue
            if any(start < c.end and c.start < end for start, end in told.get(line.start, ())):
                continue
            told.setdefault(line.start, []).append((c.start, c.end))
            spans = tuple(hidden[line.start])
            yield Detection(
                j.rule, line.number, line.number, c.start, c.value, round(j.score, 4), c.kind, c.key, "", line.text, spans
            )

    def _rule_of(self, candidate: Candidate) -> str:
        judged = sorted((card for card in self.plan.cards if card.judged), key=lambda card: card.order)
        return next((card.rule for card in judged if _names(card, candidate)), "")

    def _decoded(self, path: str, lines: Sequence[Line], found: Sequence[Detection], depth: int) -> list[Detection]:
        """Provider tokens inside base 64, as in Kubernetes secrets and bundles."""
        more: list[Detection] = []
        for line in lines:
            if not self._kinds(line) & {"bare", "quoted", "assign"}:
                continue
            for start, end, inner in decoded_base64(line.text):
                for d in self.detect(path, inner, depth + 1):
                    if d.kind == "provider":
                        more.append(
                            Detection(d.rule, line.number, line.number, start, d.secret, d.score, d.kind, d.name, d.grade,
                                      line.text, ((start, end),), "base64")
                        )  # fmt: skip
        return more


_PRECEDENCE = {"url": 0, "header": 0, "flag": 0}
"""Of two candidates that overlap the one that says more is told."""
_PUBLIC_BLOCK = re.compile(
    rb"-----BEGIN [A-Z0-9 ]{0,40}(?:CERTIFICATE|PUBLIC KEY|SIGNATURE|REQUEST|PARAMETERS|CRL|MESSAGE)[A-Z ]{0,12}-----"
    rb"(?:(?!-----)[\x00-\xff]){0,60000}-----END"
)
_DIGIT = re.compile(rb"\d")


def _outside_public_blocks(content: bytes, lines: Sequence[Line]) -> Sequence[Line]:
    """Certificates and public keys look random and are meant to be read."""
    if b"-----BEGIN " not in content:
        return lines
    blocks = [m.span() for m in _PUBLIC_BLOCK.finditer(content)]
    return [line for line in lines if not any(start <= line.start < end for start, end in blocks)]


@lru_cache(maxsize=20_000)
def _candidates(text: str, kinds: frozenset[str]) -> tuple[Candidate, ...]:
    return tuple(candidates(text, kinds))


@lru_cache(maxsize=2048)
def _compiled(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.IGNORECASE)


def _names(card: Card, candidate: Candidate) -> bool:
    if card.judged != "assign":
        return card.judged == candidate.kind
    return candidate.kind in {"assign", "quoted", "bare"} and bool(
        _compiled(card.names).search(candidate.key)
    )


def _stands_near(expression: str, path: str, content: bytes, line: Line) -> bool:
    near = _compiled(expression)
    return bool(near.search(line.text) or near.search(line.above(content)) or near.search(line.below(content)) or near.search(path))


def _provider_score(card: Card, secret: str, path: str) -> float | None:
    """None: it cannot be real; low: it reads like a documented example."""
    failed = bool(card.check) and not CHECKS[card.check](secret)
    if failed and card.check not in SOFT:
        return None
    if card.entropy and shannon(secret) < card.entropy:
        return None
    if card.digits and sum(map(str.isdigit, secret)) < card.digits:
        return None
    if card.unless and _compiled(card.unless).search(secret):
        return None
    if not card.block and _MADE_UP.search(secret):
        return None
    if not card.block and _EXAMPLE_WORD.search(secret):
        return _EXAMPLE
    if failed:
        return _UNVERIFIED
    certain = _CERTAIN if card.check in SOFT else _STRUCTURED
    return round(certain - 0.1, 2) if _TEST_PATH.search(path) else certain


def _is_covered(candidate: Candidate, detections: Sequence[Detection]) -> bool:
    return any(
        d.end_line > d.line or (d.column < candidate.end and candidate.start < d.column + len(d.secret)) for d in detections
    )


def _without_repeats(found: Sequence[Detection]) -> Iterator[Detection]:
    """A secret that two cards see at one place is told once, by the card that is surer."""
    best: dict[tuple[int, str], Detection] = {}
    for d in found:
        key = (d.line, d.secret)
        if key not in best or d.score > best[key].score:
            best[key] = d
    kept = {id(d) for d in best.values()}
    for d in found:
        if id(d) in kept and not any(
            o is not d and id(o) in kept and o.line == d.line and d.secret in o.secret and len(d.secret) < len(o.secret)
            and d.kind != "provider" for o in best.values()
        ):  # fmt: skip
            yield d

"""Matches as functions of content: what an engine sees in some bytes, kept by their hash, apart from where they lie."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from auditor.model.content import foreign_marker, is_test
from auditor.model.finding import Match
from auditor.model.location import CodeLocation
from auditor.model.rule import Rule
from auditor.model.source import Scope, excerpt, normalised, redacted, scope_at, scopes

IN_TESTS = 0.25
"""Probability that a match in test code matters."""
PASSING = frozenset({"timed out", "out of memory", "engine crashed"})
"""Reasons that may not come again: such an answer is not kept."""
_SECRET_CWES = frozenset({256, 259, 321, 522, 798})


def digest_of(rules: Iterable[Rule]) -> str:
    """Hash of everything in some cards that an answer depends on.

    Unlike the rulebook's digest it is the same whichever other rules were read, so that hook, gate and monthly run share
    their answers, and other words in a card cost no new scan.
    """
    parts = [(rule.id, rule.cwe, sorted(rule.grades), {**rule.spec, "metadata": _needs(rule)}) for rule in rules]
    text = json.dumps(sorted(parts, key=lambda part: part[0]), sort_keys=True, default=str)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _needs(rule: Rule) -> object:
    metadata = rule.spec.get("metadata")
    return metadata.get("needs") if isinstance(metadata, dict) else None


@dataclass(frozen=True, slots=True)
class Span:
    """Where an engine points, in the text it was given; lines and columns from 1, `last` inclusive."""

    rule: str
    """Id of the card."""
    first: int
    last: int
    column: int
    code: str
    """The matched code."""
    source: int = 0
    """Line where tainted data comes in; 0: none known."""
    grade: str = ""
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Sight:
    """A match without its path; nothing in it is secret."""

    rule: str
    first: int
    last: int
    column: int
    scope: str
    excerpt: str
    mark: str
    source: int = 0
    marker: str = ""
    """Another tool's suppression on the line; never obeyed."""
    grade: str = ""
    score: float | None = None

    def match(self, repo: str, path: str, commit: str | None) -> Match:
        """The match in a file of a repository."""
        in_tests = is_test(path)
        details = {
            **({"source_line": str(self.source)} if self.source and self.source != self.first else {}),
            **({"foreign_marker": self.marker} if self.marker else {}),
            **({"in_tests": "yes"} if in_tests else {}),
        }
        return Match(
            rule_id=self.rule,
            location=CodeLocation(
                repo=repo,
                path=path,
                line=self.first,
                end_line=self.last,
                column=self.column,
                commit=commit,
                scope=self.scope,
            ),
            excerpt=self.excerpt,
            mark=self.mark,
            grade=self.grade,
            score=IN_TESTS if in_tests else self.score,
            details=details,
        )


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer about some content."""

    sights: tuple[Sight, ...] = ()
    trouble: tuple[tuple[str, str, bool], ...] = ()
    """(reason, detail, expected) of what could not be looked at."""
    units: int = 0
    """Pieces of code looked at."""
    lines: int = 0
    markers: int = 0
    """Suppression comments of other tools."""

    @property
    def lasts(self) -> bool:
        """Whether asking again would give the same answer."""
        return not any(reason in PASSING for reason, _, _ in self.trouble)

    def to_bytes(self) -> bytes:
        """As stored."""
        sights = [
            [s.rule, s.first, s.last, s.column, s.scope, s.excerpt, s.mark, s.source, s.marker, s.grade, s.score]
            for s in self.sights
        ]
        return json.dumps([sights, self.trouble, self.units, self.lines, self.markers]).encode()

    @classmethod
    def from_bytes(cls, stored: bytes) -> Kept | None:
        """As read; None when it is not what this version writes."""
        try:
            sights, trouble, units, lines, markers = json.loads(stored)
            return cls(
                tuple(Sight(*fields) for fields in sights),
                tuple((reason, detail, expected) for reason, detail, expected in trouble),
                units,
                lines,
                markers,
            )
        except (ValueError, TypeError):
            return None


@dataclass(frozen=True, slots=True)
class Page:
    """A text with its scopes, from which sights are taken."""

    text: str
    language: str
    lines: tuple[str, ...]
    found: tuple[Scope, ...]

    @classmethod
    def of(cls, text: str, language: str) -> Page:
        """Split and scoped once for all matches of a file."""
        return cls(text, language, tuple(text.split("\n")), scopes(text, language))

    def sight(self, span: Span, card: Rule, mark: Callable[[bytes], str], line: Callable[[int], int]) -> Sight:
        """Everything that is computed from the text; `line` maps lines of the text to lines of the file."""
        secret = bool(_SECRET_CWES.intersection(card.cwe))
        written = self.lines[span.first - 1] if 0 < span.first <= len(self.lines) else ""
        safe = redacted(span.code, lambda text: mark(text.encode())[:12], every_literal=secret, language=self.language)
        return Sight(
            rule=card.id,
            first=line(span.first),
            last=line(span.last),
            column=span.column,
            scope=scope_at(self.found, span.first),
            excerpt=excerpt(written, every_literal=secret, language=self.language),
            mark=normalised(safe, self.language),
            source=line(span.source) if span.source else 0,
            marker=foreign_marker("\n".join(self.lines[max(0, span.first - 2) : span.last])),
            grade=span.grade,
            score=span.score,
        )


def sights(
    text: str,
    language: str,
    spans: Iterable[Span],
    cards: dict[str, Rule],
    mark: Callable[[bytes], str],
    line: Callable[[int], int] = lambda number: number,
) -> tuple[Sight, ...]:
    """Sights of all spans whose card is known; of several of one rule on one line the widest stays."""
    widest: dict[tuple[str, int], Span] = {}
    for span in spans:
        held = widest.get((span.rule, span.first))
        if held is None or len(span.code) > len(held.code):
            widest[span.rule, span.first] = span
    page: Page | None = None
    found: list[Sight] = []
    for span in widest.values():
        card = cards.get(span.rule)
        if card is not None:
            page = page or Page.of(text, language)
            found.append(page.sight(span, card, mark, line))
    return tuple(found)

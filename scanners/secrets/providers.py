"""Tokens with a structure of their own: what a card's exact expression, its neighbourhood and its checks confirm."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from auditor.model.pattern import lazy
from scanners.secrets.cards import Card, confirming
from scanners.secrets.checks import CHECKS, SOFT
from scanners.secrets.detection import Detection
from scanners.secrets.plan import Plan
from scanners.secrets.text import Line, shannon

CERTAIN, STRUCTURED, UNVERIFIED, EXAMPLE = 0.99, 0.95, 0.6, 0.3
"""Scores: checksum right; structure right; checksum wrong; reads like an example from documentation."""
_GRADES = {UNVERIFIED: "unverified", EXAMPLE: "example"}
_MADE_UP = lazy(r"(?i)^[^a-z0-9]*(.)\1*$|x{6,}|(.)\2{7,}|\*{4}|\.{4}|your|replace|<|\$\{|placeholder")
_SEQUENCE = lazy(r"(?i)0123456|1234567|2345678|3456789|abcdef|bcdefg|uvwxyz|qwerty")
_EXAMPLE_WORD = lazy(r"(?i)example|sample|dummy|fake")
_TEST_PATH = lazy(
    r"(?i)(?:^|/)(?:tests?|spec|specs|fixtures?|examples?|samples?|mocks?|testdata|docs?)(?:/|$)|[_.\-]test\."
)
_LONGEST_BLOCK = 20_000


def providers(plan: Plan, path: str, content: bytes, lines: Sequence[Line]) -> Iterator[Detection]:
    """Confirmed tokens of all cards that hit in these lines."""
    limit = len(plan.of_card)
    for line in lines:
        for identity in sorted(i for i in line.ids if i < limit):
            number, pattern = plan.of_card[identity]
            card = plan.cards[number]
            if card.applies_to(path):
                yield from _confirmed(path, content, card, pattern, line)


def _confirmed(path: str, content: bytes, card: Card, pattern: int, line: Line) -> Iterator[Detection]:
    if card.near and not _stands_near(card.near, path, content, line):
        return
    expression = confirming(card, pattern)
    text = content[line.start : line.start + _LONGEST_BLOCK].decode("utf-8", "replace") if card.block else line.text
    for match in expression.finditer(text):
        if card.block and match.start() > len(line.text):
            break
        group = 1 if expression.groups and match[1] is not None else 0
        secret = match[group]
        score = score_of(card, secret, path)
        if score is None:
            continue
        start, end = match.span(group)
        yield Detection(
            rule=card.rule,
            line=line.number + text.count("\n", 0, match.start()),
            end_line=line.number + text.count("\n", 0, match.end()),
            column=start,
            secret=secret,
            score=score,
            kind="provider",
            grade=card.grade or _GRADES.get(score, ""),
            text=line.text,
            spans=((match.start(), len(line.text)) if card.block else (start, end),),
        )


@lru_cache(maxsize=1024)
def compiled(expression: str) -> re.Pattern[str]:
    """Caseless."""
    return re.compile(expression, re.IGNORECASE)


def _stands_near(expression: str, path: str, content: bytes, line: Line) -> bool:
    near = compiled(expression)
    texts = (line.text, line.above(content), line.below(content), path)
    return any(near.search(text) for text in texts)


def score_of(card: Card, secret: str, path: str) -> float | None:
    """None: it cannot be real; low: it reads like a documented example."""
    failed = bool(card.check) and not CHECKS[card.check](secret)
    if failed and card.check not in SOFT:
        return None
    if card.entropy and shannon(secret) < card.entropy:
        return None
    if card.digits and sum(map(str.isdigit, secret)) < card.digits:
        return None
    if card.unless and compiled(card.unless).search(secret):
        return None
    if not card.block and _MADE_UP.search(secret):
        return None
    if not card.block and _EXAMPLE_WORD.search(secret):
        return EXAMPLE
    if not card.block and _SEQUENCE.search(secret):
        # A real key may hold such a run by chance; one typed for a fixture usually does. Said, with less confidence.
        return UNVERIFIED
    if failed:
        return UNVERIFIED
    certain = CERTAIN if card.check in SOFT else STRUCTURED
    return round(certain - 0.1, 2) if _TEST_PATH.search(path) else certain

"""The scanner's own part of the rule cards, checked and reduced to what matching needs; storable as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

from auditor.errors import RuleError
from auditor.model.rule import Rule
from scanners.secrets.checks import CHECKS

_EDGES = {
    "word": (r"(?<![A-Za-z0-9_])", r"(?![A-Za-z0-9_])"),
    "token": (r"(?<![A-Za-z0-9_\-+/.])", r"(?![A-Za-z0-9_\-+/=])"),
    "none": ("", ""),
}
_KEYS = frozenset(
    "pattern patterns anchors edges check near entropy digits files block holds caseless judged names order grade except".split()
)


@dataclass(frozen=True, slots=True)
class Card:
    """One rule as the engine needs it."""

    rule: str
    patterns: tuple[str, ...] = ()
    """Python expressions without look-arounds; group 1, where there is one, is the secret."""
    anchors: tuple[str, ...] = ()
    """For blocks: what stands in the first line; empty: the patterns themselves are looked for."""
    edges: str = "word"
    """What may not stand beside the match: `word` characters, `token` characters, or `none`: anything goes."""
    check: str = ""
    """Name of a check in `checks.py` that the secret must pass."""
    near: str = ""
    """Expression that must stand in the same line, the ones beside it or the path; for tokens without a prefix."""
    entropy: float = 0.0
    """Least Shannon entropy of the secret, bits per character."""
    digits: int = 0
    """Least number of digits in the secret."""
    files: tuple[str, ...] = ()
    """Only in files whose path matches one of these globs."""
    block: bool = False
    """The match may go over several lines."""
    holds: str = ""
    """Text that every file with such a block holds; empty: none is known."""
    caseless: bool = False
    unless: str = ""
    """A secret that matches this is none (a documented example, for instance)."""
    judged: str = ""
    """Kind of generic candidate this card names; its places are found by the judge."""
    names: str = ""
    """For a judged card: expression for the candidate's name."""
    order: int = 0
    """Judged cards are asked in this order; the first whose `names` fits is taken."""
    grade: str = ""

    def applies_to(self, path: str) -> bool:
        """Whether files of this path are looked at."""
        name = path.rsplit("/", 1)[-1]
        return not self.files or any(fnmatchcase(name, glob) or fnmatchcase(path, glob) for glob in self.files)


def card_of(rule: Rule) -> Card:
    """Read the `match` part of a rule.

    Raises:
        RuleError: it has an unknown key, an expression that does not compile, or an unknown check.
    """
    spec: Mapping[str, Any] = rule.spec
    unknown = sorted(set(spec) - _KEYS)
    if unknown:
        raise RuleError(f"{rule.path}: {rule.id}: unknown key {unknown[0]!r} under `match`")
    patterns = spec.get("patterns") or ([spec["pattern"]] if "pattern" in spec else [])
    card = Card(
        rule=rule.id,
        patterns=tuple("".join(str(p).split("\n")) for p in patterns),
        anchors=tuple(str(a) for a in spec.get("anchors") or ()),
        edges=str(spec.get("edges", "word")),
        check=str(spec.get("check", "")),
        near=str(spec.get("near", "")),
        entropy=float(spec.get("entropy", 0)),
        digits=int(spec.get("digits", 0)),
        files=tuple(spec.get("files") or ()),
        block=bool(spec.get("block", False)),
        holds=str(spec.get("holds", "")),
        caseless=bool(spec.get("caseless", False)),
        unless=str(spec.get("except", "")),
        judged=str(spec.get("judged", "")),
        names=str(spec.get("names", "")),
        order=int(spec.get("order", 0)),
        grade=str(spec.get("grade", "")),
    )
    if not card.patterns and not card.judged:
        raise RuleError(f"{rule.path}: {rule.id}: `match` needs `pattern`, `patterns` or `judged`")
    if card.anchors and len(card.anchors) != len(card.patterns):
        raise RuleError(f"{rule.path}: {rule.id}: as many `anchors` as `patterns`, please")
    if card.edges not in _EDGES or (card.check and card.check not in CHECKS):
        raise RuleError(f"{rule.path}: {rule.id}: unknown `edges` or `check`: {card.edges}, {card.check}")
    for expression in (*card.patterns, *card.anchors, card.near, card.unless, card.names):
        try:
            re.compile(expression)
        except re.error as error:
            raise RuleError(f"{rule.path}: {rule.id}: {expression!r} is not a regular expression: {error}") from None
    return card


@lru_cache(maxsize=4096)
def confirming(card: Card, number: int) -> re.Pattern[str]:
    """The exact expression of a card's pattern; made when the first hit needs it."""
    before, after = _EDGES[card.edges]
    flags = (re.IGNORECASE if card.caseless else 0) | (re.DOTALL if card.block else 0)
    return re.compile(f"{before}(?:{card.patterns[number]}){after}", flags)


def dumped(cards: Iterable[Card]) -> bytes:
    """As JSON, for the cache."""
    return json.dumps([asdict(card) for card in cards], separators=(",", ":")).encode()


def loaded(content: bytes) -> tuple[Card, ...]:
    """The reverse of `dumped`."""

    def restored(card: dict[str, Any]) -> Card:
        fields: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in card.items()}
        return Card(**fields)

    return tuple(restored(card) for card in json.loads(content))

"""One defect seen by several engines or rules becomes one match that names them all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from auditor.model.finding import Match
from auditor.model.location import CodeLocation
from auditor.model.rule import Rule

Judged = tuple[Rule, Match, str]
"""A match with its card and the entity of its target."""

FAMILIES: Mapping[str, frozenset[int]] = {
    "operating-system command": frozenset({77, 78, 88, 155}),
    "SQL": frozenset({89, 564}),
    "database query": frozenset({943}),
    "code": frozenset({94, 95, 96}),
    "path": frozenset({22, 23, 36, 73}),
    "deserialization": frozenset({502}),
    "markup": frozenset({79, 80, 83, 87, 116}),
    "template": frozenset({1336}),
    "secret in code": frozenset({256, 257, 259, 260, 321, 522, 547, 798}),
    "weak cryptography": frozenset({326, 327, 328, 759, 760, 916}),
    "predictable random": frozenset({330, 331, 335, 337, 338}),
    "certificate": frozenset({295, 297, 299}),
    "clear text": frozenset({319}),
    "token": frozenset({347}),
    "expiry": frozenset({613}),
    "outside request": frozenset({918}),
    "redirect": frozenset({601}),
    "cross-origin": frozenset({942}),
    "log": frozenset({117, 532}),
    "error text": frozenset({209, 497}),
    "XML": frozenset({611, 776, 827}),
    "debug": frozenset({11, 215, 489}),
    "permission of a file": frozenset({276, 732}),
    "temporary file": frozenset({377, 378, 379}),
    "waiting for ever": frozenset({400}),
    "cost without limit": frozenset({770}),
    "cookie": frozenset({614, 1004, 1275}),
    "missing authentication": frozenset({306, 862}),
    "somebody else's object": frozenset({566, 639}),
    "steered window": frozenset({1022}),
    "dispatch": frozenset({470}),
    "wide rights": frozenset({250}),
    "mass assignment": frozenset({915}),
    "forged request": frozenset({352}),
    "foreign script": frozenset({353, 829, 830}),
    "frame": frozenset({1021}),
    "formula": frozenset({1236}),
    "own payment data": frozenset({312}),
    "forged sender": frozenset({345, 346}),
}
"""Weaknesses (CWE) that name the same defect when they stand in the same place."""
_FAMILY_OF = {number: name for name, numbers in FAMILIES.items() for number in numbers}
_SPEAKS_FIRST = ("secrets", "endpoints", "apps_script", "pages", "aws", "hygiene", "semgrep", "bandit")
"""Whose words are kept when severity and confidence are equal: who sees more of the context, and ours before an adopted
engine's."""
_PATTERNS = frozenset({"semgrep", "bandit"})
"""Engines whose rules overlap among themselves; a scanner with a model of what it sees means two findings when it says two."""


def merged(pairs: Iterable[Judged]) -> tuple[Judged, ...]:
    """Matches of different rules on one place and of one CWE family become one; the order of the others stays.

    The match with the highest severity, then confidence, speaks; the ids of all rules are its `seen_by`. Two places of
    one rule are never merged: they may be two defects.
    """
    ranked = sorted(enumerate(pairs), key=_rank)
    groups: dict[tuple[str, str, str], list[int]] = {}
    kept: dict[int, list[Judged]] = {}
    for index, judged in ranked:
        keys = _keys(judged)
        home = next((i for key in keys for i in groups.get(key, ()) if _same_place(kept[i], judged)), None)
        if home is not None:
            kept[home].append(judged)
            continue
        kept[index] = [judged]
        for key in keys:
            groups.setdefault(key, []).append(index)
    return tuple(_joined(kept[index]) for index in sorted(kept))


def _rank(item: tuple[int, Judged]) -> tuple[int, int, int, int]:
    index, (rule, match, _) = item
    place = _SPEAKS_FIRST.index(rule.scanner) if rule.scanner in _SPEAKS_FIRST else len(_SPEAKS_FIRST)
    return (-rule.severity_of(match.grade), -rule.confidence, place, index)


def _keys(judged: Judged) -> tuple[tuple[str, str, str], ...]:
    rule, match, _ = judged
    where = match.location
    if not isinstance(where, CodeLocation) or not where.line:
        return ()
    families = dict.fromkeys(_FAMILY_OF[number] for number in rule.cwe if number in _FAMILY_OF)
    return tuple((where.repo, where.path, family) for family in families)


def _same_place(group: Sequence[Judged], judged: Judged) -> bool:
    """Whether the lines overlap those of the match that speaks, and the rule is none that is there already."""
    rule, match, _ = judged
    told = {other.id if rule.scanner in _PATTERNS else other.scanner for other, _, _ in group}
    if (rule.id if rule.scanner in _PATTERNS else rule.scanner) in told:
        return False
    first, last = _lines(group[0][1])
    begin, end = _lines(match)
    return begin <= last and first <= end


def _lines(match: Match) -> tuple[int, int]:
    assert isinstance(match.location, CodeLocation)
    line = match.location.line or 0
    return line, max(match.location.end_line or line, line)


def _joined(group: Sequence[Judged]) -> Judged:
    if len(group) == 1:
        return group[0]
    rule, match, entity = group[0]
    seen = dict.fromkeys(name for card, one, _ in group for name in (card.id, *one.seen_by))
    details = {key: value for _, one, _ in reversed(group) for key, value in one.details.items()}
    return rule, replace(match, seen_by=tuple(seen), details={**details, **match.details}), entity

"""Matches become findings: card, identity, entity and owner are joined here and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from auditor.model.finding import Finding, Match
from auditor.model.location import CodeLocation, Location
from auditor.model.outcome import Outcome, OutcomeStatus
from auditor.model.rule import Confidence, Rule
from auditor.model.text import visible
from auditor.steps.identity import content_hash, fingerprint, identity, is_secret
from auditor.steps.merge import Judged, merged

LOW_BELOW, HIGH_FROM = 0.5, 0.85
"""A scanner's probability as a word: below the first low, from the second high."""


@dataclass(frozen=True, slots=True)
class Normalised:
    """Findings, and outcomes that turned out to be wrong."""

    findings: tuple[Finding, ...]
    outcomes: tuple[Outcome, ...]


def normalise(
    outcomes: Sequence[Outcome],
    rules: Mapping[str, Rule],
    owner_of: Callable[[str, Location], str] = lambda _entity, _location: "",
) -> Normalised:
    """Findings of all outcomes in a fixed order: severity, then rule, then place.

    A match whose rule has no card makes its outcome FAILED: what it said cannot be judged.
    """
    checked = tuple(_known(outcome, rules) for outcome in outcomes)
    pairs = [
        (rules[match.rule_id], match, outcome.target.entity)
        for outcome in checked
        for match in outcome.result.matches
        if outcome.status is OutcomeStatus.DONE
    ]
    pairs.sort(key=lambda pair: (pair[0].id, *_place(pair[1].location), pair[1].mark))
    findings = list(_numbered(_merged(merged(pairs)), owner_of))
    findings.sort(key=lambda f: (-f.severity, f.rule.id, *_place(f.location), f.fingerprint))
    return Normalised(tuple(findings), checked)


def _known(outcome: Outcome, rules: Mapping[str, Rule]) -> Outcome:
    unknown = sorted({match.rule_id for match in outcome.result.matches} - set(rules))
    if not unknown:
        return outcome
    return replace(outcome, status=OutcomeStatus.FAILED, reason=f"no rule card for {', '.join(unknown)}")


def _place(location: Location) -> tuple[str, str, int]:
    if isinstance(location, CodeLocation):
        return (location.repo, location.path, location.line or 0)
    return ("", str(location), getattr(location, "line", 0) or 0)


def _merged(pairs: Iterable[Judged]) -> Iterator[Judged]:
    """Equal secrets become one match with many places; everything else stays as it is."""
    secrets: dict[str, Judged] = {}
    order: list[Judged | str] = []
    for rule, match, entity in pairs:
        if not (is_secret(rule) and match.mark):
            order.append((rule, match, entity))
            continue
        key = identity(rule, match)
        if key in secrets:
            _, first, owner = secrets[key]
            further = tuple(p for p in (match.location, *match.also_at) if p not in (first.location, *first.also_at))
            score = max((s for s in (first.score, match.score) if s is not None), default=None)
            secrets[key] = (rule, replace(first, also_at=first.also_at + further, score=score), owner)
        else:
            secrets[key] = (rule, match, entity)
            order.append(key)
    for item in order:
        yield secrets[item] if isinstance(item, str) else item


def _numbered(pairs: Iterable[Judged], owner_of: Callable[[str, Location], str]) -> Iterator[Finding]:
    counts: dict[tuple[str, str], int] = {}
    for rule, match, target_entity in pairs:
        base = identity(rule, match)
        repo = match.location.repo if isinstance(match.location, CodeLocation) and not is_secret(rule) else ""
        number = counts[base, repo] = counts.get((base, repo), 0) + 1
        entity = match.details.get("entity") or target_entity
        yield Finding(
            rule=rule,
            location=match.location,
            fingerprint=fingerprint(base, number),
            severity=rule.severity_of(match.grade),
            confidence=_confidence(rule, match).word,
            entity=entity,
            excerpt=visible(match.excerpt),
            message=visible(match.message),
            mark=match.mark,
            score=match.score,
            owner=owner_of(entity, match.location),
            seen_by=match.seen_by or (rule.scanner,),
            saving=match.saving,
            details=dict(match.details),
            also_at=match.also_at,
            hashes={"content": content_hash(rule, match), **match.hashes},
        )


def _confidence(rule: Rule, match: Match) -> Confidence:
    if match.score is None:
        return rule.confidence
    if match.score < LOW_BELOW:
        return Confidence.LOW
    return Confidence.HIGH if match.score >= HIGH_FROM else Confidence.MEDIUM

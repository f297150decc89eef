"""Which of today's findings are yesterday's: tiers from certain to likely, one to one.

A finding that is recognised takes over the fingerprint it had, so that waivers and its life stay with it. An edited line
is recognised too, but never carries a waiver: an edit to waived code is reviewed again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from auditor.model.finding import Finding, State
from auditor.model.location import CodeLocation
from auditor.model.rule import Rule
from auditor.steps.identity import VERSION, fingerprint, is_secret


class Tier(IntEnum):
    """How a finding was recognised; lower is surer."""

    NEIGHBOURS = 1
    """Same rule, place and text, and the lines around it."""
    SAME = 2
    """Same rule, scope and text."""
    FILE = 3
    """Same rule and text in the same file; the function around it changed."""
    MOVED = 4
    """Same rule and text in another file; the old file is gone."""
    EDITED = 5
    """Same rule and scope; the text changed."""


@dataclass(frozen=True, slots=True)
class Matched:
    """Today's findings with the fingerprints they keep, and what became of yesterday's."""

    findings: tuple[Finding, ...]
    """Those recognised have state KNOWN or REOPENED and their old fingerprint; the others are NEW."""
    gone: tuple[Finding, ...]
    """Old open findings that were not seen; whether they are fixed depends on what was looked at."""
    tiers: Mapping[str, Tier]
    """By kept fingerprint."""


def match_findings(
    old: Sequence[Finding],
    new: Sequence[Finding],
    *,
    rules: Mapping[str, Rule] | None = None,
    renames: Mapping[tuple[str, str], str] | None = None,
    present: frozenset[tuple[str, str]] | None = None,
) -> Matched:
    """Recognise `old` findings among `new` ones.

    Args:
        old: findings of before, fixed ones included (one that comes back is reopened).
        new: findings of now, freshly normalised.
        rules: cards by id and alias, so that a renamed rule is the same rule.
        renames: new path by (repository, old path).
        present: (repository, path) of files that exist now; None: every old path still exists.
    """
    renames = renames or {}
    tables = _Keys(rules or {}, renames, present)
    left_old, left_new = list(old), list(new)
    pairs: list[tuple[Finding, Finding, Tier]] = []
    for tier, key_old, key_new in tables.tiers() if old else ():
        pairs.extend(_pair(left_old, left_new, tier, key_old, key_new))
    return _result(pairs, left_old, left_new)


Key = tuple[object, ...] | None
"""None: the finding takes no part in this tier."""


@dataclass(frozen=True, slots=True)
class _Keys:
    rules: Mapping[str, Rule]
    renames: Mapping[tuple[str, str], str]
    present: frozenset[tuple[str, str]] | None

    def tiers(self) -> Iterable[tuple[Tier, Callable[[Finding], Key], Callable[[Finding], Key]]]:
        yield Tier.NEIGHBOURS, lambda f: self.neighbours(f, self.path(f)), lambda f: self.neighbours(f, _path(f))
        yield Tier.SAME, lambda f: self.same(f, self.path(f)), lambda f: self.same(f, _path(f))
        yield Tier.FILE, lambda f: self.file(f, self.path(f)), lambda f: self.file(f, _path(f))
        yield Tier.MOVED, self.moved_from, self.content
        yield Tier.EDITED, lambda f: self.scope(f, self.path(f)), lambda f: self.scope(f, _path(f))

    def rule(self, finding: Finding) -> str:
        card = self.rules.get(finding.rule.id)
        return card.id if card else finding.rule.id

    def path(self, finding: Finding) -> tuple[str, str]:
        """Where an old finding's file is now."""
        repo, path = _path(finding)
        return repo, self.renames.get((repo, path), path)

    def same(self, finding: Finding, path: tuple[str, str]) -> Key:
        if is_secret(finding.rule) and finding.mark:
            return (self.rule(finding), finding.mark)
        return (self.rule(finding), path, _scope(finding), finding.mark)

    def neighbours(self, finding: Finding, path: tuple[str, str]) -> Key:
        around = (finding.hashes.get("before"), finding.hashes.get("after"))
        base = self.same(finding, path)
        return (*base, *around) if base and any(around) else None

    def file(self, finding: Finding, path: tuple[str, str]) -> Key:
        if is_secret(finding.rule) or not finding.mark:
            return None
        return (self.rule(finding), path, finding.mark)

    def content(self, finding: Finding) -> Key:
        if is_secret(finding.rule) or not finding.mark:
            return None
        return (self.rule(finding), finding.mark)

    def moved_from(self, finding: Finding) -> Key:
        if self.present is None or self.path(finding) in self.present:
            return None
        return self.content(finding)

    def scope(self, finding: Finding, path: tuple[str, str]) -> Key:
        """A secret that changed is another secret; a finding without a text or a line has nothing to be edited."""
        if is_secret(finding.rule) or not finding.mark or not _scope(finding):
            return None
        return (self.rule(finding), path, _scope(finding))


def _path(finding: Finding) -> tuple[str, str]:
    where = finding.location
    return (where.repo, where.path) if isinstance(where, CodeLocation) else ("", where.anchor)


def _scope(finding: Finding) -> str:
    return finding.location.scope if isinstance(finding.location, CodeLocation) else ""


def _pair(
    old: list[Finding],
    new: list[Finding],
    tier: Tier,
    key_old: Callable[[Finding], Key],
    key_new: Callable[[Finding], Key],
) -> Iterable[tuple[Finding, Finding, Tier]]:
    """Pairs with equal keys in file order; both lists lose what was paired."""
    waiting: dict[Key, list[Finding]] = defaultdict(list)
    for finding in sorted(old, key=_order):
        if (key := key_old(finding)) is not None:
            waiting[key].append(finding)
    found: list[tuple[Finding, Finding, Tier]] = []
    for finding in sorted(new, key=_order):
        key = key_new(finding)
        if key is not None and waiting.get(key):
            found.append((waiting[key].pop(0), finding, tier))
    paired_old = {id(before) for before, _, _ in found}
    paired_new = {id(after) for _, after, _ in found}
    old[:] = [finding for finding in old if id(finding) not in paired_old]
    new[:] = [finding for finding in new if id(finding) not in paired_new]
    return found


def _order(finding: Finding) -> tuple[bool, str, int]:
    """Open ones first, then file order."""
    return (finding.state is State.FIXED, str(_path(finding)), getattr(finding.location, "line", 0) or 0)


def _result(
    pairs: Sequence[tuple[Finding, Finding, Tier]], left_old: Sequence[Finding], left_new: Sequence[Finding]
) -> Matched:
    kept: list[Finding] = []
    fresh = list(left_new)
    gone = [finding for finding in left_old if finding.state is not State.FIXED]
    tiers: dict[str, Tier] = {}
    for before, after, tier in pairs:
        if tier is Tier.EDITED and before.state is State.WAIVED:
            fresh.append(after)
            gone.append(before)
            continue
        state = State.REOPENED if before.state is State.FIXED else State.KNOWN
        hashes = {**after.hashes, "current": after.fingerprint}
        tiers[before.fingerprint] = tier
        kept.append(
            replace(
                after,
                fingerprint=before.fingerprint,
                state=state,
                first_seen=before.first_seen,
                hashes=hashes,
            )
        )
    taken = {(_path(f)[0], f.fingerprint) for f in (*kept, *left_old)}
    renumbered = [_renumber(finding, taken) for finding in sorted(fresh, key=_order)]
    every = sorted([*kept, *renumbered], key=lambda f: (-f.severity, f.rule.id, str(_path(f)), f.fingerprint))
    return Matched(tuple(every), tuple(gone), tiers)


def with_copies(old: Sequence[Finding], new: Sequence[Finding]) -> tuple[Finding, ...]:
    """Known secrets that stand in more places than before are new there: a copy is what the change did.

    A secret is one finding wherever it stands, so that it is rotated once; a gate or a hook must see the copy all the
    same. What was waived stays waived.
    """
    before = {finding.fingerprint: finding for finding in old}
    return tuple(_copied(before.get(f.fingerprint), f) if f.state is State.KNOWN else f for f in new)


def _copied(before: Finding | None, finding: Finding) -> Finding:
    if before is None or before.state is State.WAIVED or not is_secret(finding.rule):
        return finding
    places = (finding.location, *finding.also_at)
    if len(places) <= 1 + len(before.also_at):
        return finding
    had = Counter(getattr(place, "path", "") for place in (before.location, *before.also_at))
    has: Counter[str] = Counter()
    for place in places:
        path = getattr(place, "path", "")
        has[path] += 1
        if has[path] > had[path]:
            others = tuple(other for other in places if other is not place)
            excerpt = finding.excerpt if place is finding.location else ""
            return replace(finding, state=State.NEW, location=place, also_at=others, excerpt=excerpt)
    return replace(finding, state=State.NEW)


def _renumber(finding: Finding, taken: set[tuple[str, str]]) -> Finding:
    """The finding as new, under the first number of its hash that no other one holds."""
    repo = _path(finding)[0]
    base = finding.fingerprint.removeprefix(f"{VERSION}:").rsplit(":", 1)[0]
    number = 1
    while (repo, fingerprint(base, number)) in taken:
        number += 1
    taken.add((repo, fingerprint(base, number)))
    return replace(finding, fingerprint=fingerprint(base, number), state=State.NEW)

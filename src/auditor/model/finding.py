"""What a scanner yields (a match) and what the store keeps (a finding)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # Named only: the hook has no money, and its classes cost it milliseconds.
    from auditor.model.location import Location
    from auditor.model.money import Saving
    from auditor.model.rule import Rule, Severity


class State(StrEnum):
    """Life of a finding."""

    NEW = "new"
    KNOWN = "known"
    REOPENED = "reopened"
    FIXED = "fixed"
    """No longer there, and its place was looked at without error."""
    WAIVED = "waived"

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to act."""
        return self in {State.NEW, State.KNOWN, State.REOPENED}


@dataclass(frozen=True, slots=True)
class Match:
    """A scanner's only judgement-free product: this rule is true here."""

    rule_id: str
    location: Location
    excerpt: str = ""
    """What stands there, redacted: never a secret in clear, one line, control characters made visible."""
    mark: str = ""
    """What identifies it beyond rule and anchor: keyed hash of a secret, normalised code, or empty for a resource."""
    grade: str = ""
    """Key into the card's `grades`."""
    message: str = ""
    """The fault at this place in one sentence; empty: the card's title says it."""
    score: float | None = None
    """Probability that it is true, 0 to 1, where the scanner computes one; None: the card's confidence."""
    saving: Saving | None = None
    details: Mapping[str, str] = field(default_factory=dict)
    """Named facts for reports and evidence (`method`, `path`, `first_commit`, `at_head`, ...)."""
    also_at: tuple[Location, ...] = ()
    """Further places of the same thing (one secret in many files)."""
    seen_by: tuple[str, ...] = ()
    """Engines or foreign rule ids that agree; empty: the scanner itself."""
    hashes: Mapping[str, str] = field(default_factory=dict)
    """`line`, `before`, `after`: filled by the scan step, not by scanners."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """A decision to accept a finding, with reason, owner and end."""

    rule: str
    reason: str
    owner: str
    until: str
    """ISO date, the last day on which it holds; enforced."""
    where: str
    """`path:line` of the waiver itself."""
    fingerprint: str = ""
    path: str = ""
    count: int = 1
    """How many equal findings it covers."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A match with its card, identity, entity and life; made only by `steps.normalise`."""

    rule: Rule
    location: Location
    fingerprint: str
    """`v1:` + hash of rule uid, anchor and mark + `:n`."""
    severity: Severity
    confidence: str
    """`low`, `medium` or `high`."""
    entity: str
    excerpt: str = ""
    message: str = ""
    mark: str = ""
    score: float | None = None
    owner: str = ""
    """Who acts: from CODEOWNERS or the portfolio; empty: nobody is named, which reports say."""
    state: State = State.NEW
    waived_by: Waiver | None = None
    seen_by: tuple[str, ...] = ()
    saving: Saving | None = None
    details: Mapping[str, str] = field(default_factory=dict)
    also_at: tuple[Location, ...] = ()
    first_seen: str = ""
    """Period or date-time of the first run that saw it; empty: this one."""
    last_seen: str = ""
    hashes: Mapping[str, str] = field(default_factory=dict)
    """For the tiered matcher: `content` (no path), `line`, `before`, `after`."""

    @property
    def title(self) -> str:
        """The sentence of this place, or the card's title."""
        return self.message or self.rule.title

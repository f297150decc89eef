"""How a scanner and a target ended: what was found, and what was not looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # A hook has no facts, and their classes cost it milliseconds.
    from auditor.model.fact import Fact, Record
    from auditor.model.finding import Match
    from auditor.model.target import ScanTarget


class OutcomeStatus(StrEnum):
    """How a (scanner, target) pair ended."""

    DONE = "done"
    SKIPPED = "skipped"
    """Not applicable, or not asked for; the reason says which."""
    FAILED = "failed"
    """Should have been scanned and was not."""


@dataclass(frozen=True, slots=True)
class NotScanned:
    """One thing inside a target that was not looked at."""

    path: str
    reason: str
    """Short and countable: `too large`, `binary`, `syntax error`, `timed out`, `LFS pointer`, `access denied`, ..."""
    expected: bool = False
    """True for what nobody expects to be read (binaries, vendored files): counted, but the run stays complete."""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """How one rule ended over the things of one entity in one target; what a control can rest on when nothing fails."""

    rule: str
    entity: str = ""
    """Whose things; empty: shared, or nothing of the rule's kind is there (every count is then 0)."""
    passed: int = 0
    failed: int = 0
    not_applicable: int = 0
    unseen: Mapping[str, int] = field(default_factory=dict)
    """Count by reason of what should have been judged and was not (`access denied`, `no data`, `evaluation error`)."""
    passed_on: tuple[str, ...] = ()
    """Names of what passed, in order, at most 200 of them."""


@dataclass(frozen=True, slots=True)
class ScanResult:
    """Everything a scanner says about one target."""

    matches: tuple[Match, ...] = ()
    records: tuple[Record, ...] = ()
    facts: tuple[Fact, ...] = ()
    looked_at: Mapping[str, int] = field(default_factory=dict)
    """Counts by noun: `files`, `lines`, `rules`, `resources`, `pages`, ..."""
    not_scanned: tuple[NotScanned, ...] = ()
    skipped: str = ""
    """Why the scanner has nothing to do here (`no Apps Script project`); empty: it did its work."""
    tallies: tuple[Tally, ...] = ()
    """One or more per rule, from scanners that judge thing by thing; empty: the result as a whole says it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one (scanner, target) pair ended, with what it yielded."""

    scanner: str
    target: ScanTarget
    status: OutcomeStatus
    reason: str = ""
    result: ScanResult = ScanResult()
    seconds: float = 0.0
    """Wall time; for the operator only, never part of a snapshot's hash."""
    content: str = field(default="", compare=False)
    """Hash over a work tree's files as this scan read them; empty where a commit says what was read, or nobody can."""

    @property
    def is_complete(self) -> bool:
        """Whether everything that should have been looked at was."""
        return self.status is not OutcomeStatus.FAILED and all(n.expected for n in self.result.not_scanned)

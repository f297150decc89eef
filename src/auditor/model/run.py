"""What a run looked at, what it found, and what a report may know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from auditor.model.fact import Conflict, Fact, Gap, Miscalculation, Record
from auditor.model.finding import Finding
from auditor.model.outcome import NotScanned, Outcome, OutcomeStatus, ScanResult, Tally
from auditor.model.scorecard import Score

__all__ = [
    "Coverage", "EntityInfo", "NotScanned", "Outcome", "OutcomeStatus", "Run", "ScanResult", "Snapshot", "Tally",
    "Verdict", "WikiEdit", "WikiReading",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class WikiReading:
    """Everything that the pages of a wiki say, and what they leave open."""

    result: ScanResult
    """Matches of the rules `wiki.*`, facts, records, and counts of pages, lines and figures."""
    gaps: tuple[Gap, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    miscalculations: tuple[Miscalculation, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """One use of the program over a set of targets."""

    id: str
    started: datetime
    """Aware, UTC."""
    period: str
    """`YYYY-MM`."""
    version: str
    rules_digest: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """One line of the coverage block: a scanner on a target."""

    scanner: str
    target: str
    kind: str
    entity: str
    status: OutcomeStatus
    reason: str
    looked_at: Mapping[str, int]
    not_scanned: Mapping[str, int]
    """Count by reason, expected ones included."""
    complete: bool
    commit: str = ""
    """Commit of the repository or wiki; for an account the date of the inventory."""
    tallies: tuple[Tally, ...] = ()


@dataclass(frozen=True, slots=True)
class EntityInfo:
    """What the portfolio file says of one entity."""

    key: str
    name: str
    kind: str = ""
    """`event-boat`, `charter`, `hauling`, `web-clients`, `rental`, `yacht-delivery`, `client-portfolio`, ..."""
    what: str = ""
    repos: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    aws: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    owner: str = ""
    """Who acts where nobody else is named."""


@dataclass(frozen=True, slots=True)
class WikiEdit:
    """A commit that changed a wiki page since the last snapshot."""

    page: str
    commit: str
    author: str
    when: str
    subject: str
    lines: tuple[int, ...] = ()
    """Lines of the page, as they are now, that it wrote."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that a report may know: frozen, with a content hash; every report of a month is made from the same one."""

    period: str
    portfolio: str
    """Name of the portfolio."""
    frozen_at: datetime
    """Aware, UTC; the clock of the run, so that the same inputs give the same bytes."""
    entities: tuple[EntityInfo, ...]
    findings: tuple[Finding, ...]
    """Open, waived and fixed in this period."""
    facts: tuple[Fact, ...]
    records: tuple[Record, ...]
    gaps: tuple[Gap, ...]
    conflicts: tuple[Conflict, ...]
    miscalculations: tuple[Miscalculation, ...]
    coverage: tuple[Coverage, ...]
    thresholds: Mapping[str, str] = field(default_factory=dict)
    """From the portfolio file, defaults filled in; printed in the reports."""
    run_id: str = ""
    version: str = ""
    rules_digest: str = ""
    wiki_commit: str = ""
    wiki_edits: tuple[WikiEdit, ...] = ()
    rules_run: tuple[str, ...] = ()
    """Ids of the rules that took part; empty: written by a version that did not keep them."""
    scores: tuple[Score, ...] = ()
    """One for each framework, in the portfolio's order."""
    decisions: str = ""
    """`number:hash` of the newest decision when it was frozen, so that a chain cut off later is seen; empty: not kept."""
    content_hash: str = ""
    """SHA-256 of the canonical JSON without this field; empty until frozen."""

    @property
    def is_complete(self) -> bool:
        """Whether everything that should have been looked at was."""
        return all(c.complete for c in self.coverage)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a scan or gate says at its end."""

    findings: tuple[Finding, ...]
    outcomes: tuple[Outcome, ...]
    blocking: tuple[Finding, ...]
    """Those over the threshold, after waivers and baseline."""
    complete: bool
    notes: tuple[str, ...] = ()
    """Remarks for people: expiring waivers, foreign markers, what was cut off."""

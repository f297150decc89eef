"""Findings, outcomes and runs for tests of the store and of mails."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from auditor.model.finding import Finding
from auditor.model.location import CodeLocation
from auditor.model.rule import Rule, Severity
from auditor.model.run import NotScanned, Outcome, OutcomeStatus, Run, ScanResult
from auditor.model.target import Repo

KEY_RULE = Rule(
    "secrets.stripe-live-key", "Live Stripe key in code", "secrets", Severity.CRITICAL, "Anyone can charge.", "Rotate."
)


def run_of(period: str, number: int = 1) -> Run:
    """A run on the given day of the month."""
    year, month = period.split("-")
    started = datetime(int(year), int(month), number, 6, 17, tzinfo=UTC)
    return Run(f"{period}-{number:02d}", started, period, "0.1.0", "rules")


def finding_at(path: str, line: int = 1, *, repo: str = "shop", mark: str = "m", rule: Rule = KEY_RULE) -> Finding:
    """A finding of one rule in one file."""
    return Finding(
        rule=rule,
        location=CodeLocation(repo, path, line, commit="c0ffee"),
        fingerprint=f"v1:{hashlib.sha256(repr((rule.id, path, mark)).encode()).hexdigest()[:32]}:1",
        severity=rule.severity,
        confidence="high",
        entity="jada",
        excerpt="sk_l…[redacted]",
        mark=mark,
    )


def outcome_of(
    repo: str = "shop",
    *,
    scanner: str = "secrets",
    status: OutcomeStatus = OutcomeStatus.DONE,
    not_scanned: Sequence[NotScanned] = (),
) -> Outcome:
    """A look at one repository."""
    result = ScanResult(looked_at={"files": 3}, not_scanned=tuple(not_scanned))
    reason = "the engine died" if status is OutcomeStatus.FAILED else ""
    return Outcome(scanner, Repo(repo, "jada", Path("/repos") / repo, commit="c0ffee"), status, reason, result, 0.5)

"""Everything that reports may know, as one frozen snapshot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from auditor.formats.snapshot import freeze as with_hash
from auditor.model.fact import Conflict, Fact, Gap, Miscalculation, Record
from auditor.model.finding import Finding
from auditor.model.run import Coverage, EntityInfo, Outcome, Run, Snapshot, WikiEdit
from auditor.model.scorecard import Score
from auditor.model.target import AwsAccount, Repo, ScanTarget
from auditor.portfolio import Portfolio


def freeze(
    portfolio: Portfolio,
    run: Run,
    moment: datetime,
    *,
    findings: Sequence[Finding],
    outcomes: Sequence[Outcome],
    facts: Iterable[Fact] = (),
    records: Iterable[Record] = (),
    gaps: Sequence[Gap] = (),
    conflicts: Sequence[Conflict] = (),
    miscalculations: Sequence[Miscalculation] = (),
    wiki_commit: str = "",
    wiki_edits: Sequence[WikiEdit] = (),
    rules: Iterable[str] = (),
    decisions: str = "",
    score: Callable[[Snapshot], tuple[Score, ...]] = lambda _: (),
) -> Snapshot:
    """The snapshot of a run with its content hash; facts and records of the outcomes are added to the given ones.

    `score` gives the counts of each framework from everything else.
    """
    scanned = [outcome.result for outcome in outcomes]
    whole = Snapshot(
        period=run.period,
        portfolio=portfolio.name,
        frozen_at=moment,
        entities=_entities(portfolio, outcomes),
        findings=tuple(findings),
        facts=(*facts, *(fact for result in scanned for fact in result.facts)),
        records=(*records, *(record for result in scanned for record in result.records)),
        gaps=tuple(gaps),
        conflicts=tuple(conflicts),
        miscalculations=tuple(miscalculations),
        coverage=tuple(coverage(outcome) for outcome in outcomes),
        thresholds=dict(portfolio.thresholds),
        run_id=run.id,
        version=run.version,
        rules_digest=run.rules_digest,
        wiki_commit=wiki_commit,
        wiki_edits=tuple(wiki_edits),
        rules_run=tuple(sorted(rules)),
        decisions=decisions,
    )
    return with_hash(replace(whole, scores=score(whole)))


def coverage(outcome: Outcome) -> Coverage:
    """One line of the coverage block."""
    target = outcome.target
    return Coverage(
        scanner=outcome.scanner,
        target=target.name,
        kind=target.kind,
        entity=target.entity,
        status=outcome.status,
        reason=outcome.reason,
        looked_at=dict(outcome.result.looked_at),
        not_scanned=dict(sorted(Counter(item.reason for item in outcome.result.not_scanned).items())),
        complete=outcome.is_complete,
        commit=_version(target),
        tallies=outcome.result.tallies,
    )


def _version(target: ScanTarget) -> str:
    return target.inventory.stem if isinstance(target, AwsAccount) else target.commit or ""


def _entities(portfolio: Portfolio, outcomes: Sequence[Outcome]) -> tuple[EntityInfo, ...]:
    repos: dict[str, dict[str, None]] = {}
    for outcome in outcomes:
        if isinstance(outcome.target, Repo):
            repos.setdefault(outcome.target.entity, {})[outcome.target.name] = None
    return tuple(
        EntityInfo(
            key=entity.key,
            name=entity.name,
            kind=entity.kind,
            what=entity.what,
            repos=tuple(repos.get(entity.key, ())),
            pages=entity.pages,
            aws=tuple(account.name for account in portfolio.accounts if account.entity in {"", entity.key}),
            domains=entity.domains,
            owner=entity.owner,
        )
        for entity in portfolio.entities
    )

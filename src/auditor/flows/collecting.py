"""The look at everything: scan, read the wiki, recognise, record, freeze."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from auditor import __version__
from auditor.adapters.files import open_files
from auditor.adapters.garbage import uncollected
from auditor.adapters.git import Git
from auditor.adapters.history import edits
from auditor.errors import ConfigError, NotScannedError
from auditor.flows.deciding import waiver_file
from auditor.flows.scanning import problem_notes, scan_targets
from auditor.flows.tools import Tools
from auditor.model.fact import Conflict, Gap, Miscalculation, Record
from auditor.model.finding import Finding
from auditor.model.location import FileLocation
from auditor.model.run import EntityInfo, Outcome, OutcomeStatus, Run, ScanResult, Snapshot, WikiEdit
from auditor.model.target import AwsAccount, Wiki
from auditor.portfolio import Portfolio
from auditor.steps.compare import compare_pages
from auditor.steps.comply import scores
from auditor.steps.decide import waiver_decisions
from auditor.steps.discover import Discovered, discover_portfolio
from auditor.steps.fetch import Fetched
from auditor.steps.freeze import freeze
from auditor.steps.match import match_findings
from auditor.steps.normalise import normalise
from auditor.steps.owners import owners_of
from auditor.steps.waive import Waived, waive

if TYPE_CHECKING:
    from auditor.adapters.store.store import Store


@dataclass(frozen=True, slots=True)
class Sources:
    """What was brought here before the scan: inventories of accounts, mirrors of repositories, and what is missing."""

    inventories: Sequence[AwsAccount] = ()
    fetched: Mapping[str, Sequence[Fetched]] | None = None
    missing: Sequence[Outcome] = ()


@dataclass(frozen=True, slots=True)
class Collected:
    """A run's end: what reports are made from, and what the operator is told."""

    run: Run
    snapshot: Snapshot
    outcomes: tuple[Outcome, ...]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]
    complete: bool


def collect(
    portfolio: Portfolio,
    period: str,
    tools: Tools,
    store: Store,
    sources: Sources,
    previous: Snapshot | None = None,
) -> Collected:
    """Look at everything in a portfolio and freeze what was seen; the run is recorded in the store.

    Raises:
        UsageError: there is nothing to scan.
        StoreError: the store refuses.
    """
    moment = tools.now
    discovered = discover_portfolio(portfolio, moment, sources.inventories, sources.fetched)
    discovered = replace(discovered, missing=(*discovered.missing, *sources.missing))
    outcomes = scan_targets(discovered, tools, remember=True)
    with uncollected():
        return _put_together(portfolio, period, tools, store, discovered, outcomes, previous)


def _put_together(
    portfolio: Portfolio,
    period: str,
    tools: Tools,
    store: Store,
    discovered: Discovered,
    outcomes: tuple[Outcome, ...],
    previous: Snapshot | None,
) -> Collected:
    from auditor.adapters.store.decisions import Decisions

    moment = tools.now
    wiki = next((target for target in discovered.targets if isinstance(target, Wiki)), None)
    reading = _read_wiki(portfolio, wiki, tools) if wiki else None
    if reading:
        outcomes = compare_pages((*outcomes, reading.outcome))
    rules = tools.rulebook.by_id()
    owner = owners_of(discovered.targets, {entity.key: entity.owner for entity in portfolio.entities}, tools.cache)
    result = normalise(outcomes, rules, owner)
    run = Run(
        id=f"{moment:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}",
        started=moment,
        period=period,
        version=__version__,
        rules_digest=tools.rulebook.digest,
    )
    waived = _recognised(portfolio, discovered, result.findings, tools, store)
    taking_part = frozenset(rule.id for rule in tools.rulebook.rules)
    findings = store.record_run(run, result.outcomes, waived.findings, rules=taking_part)
    today = _today(portfolio, moment)
    chain = Decisions(store, _At(moment))
    chain.append_all(waiver_decisions(findings, chain.all(), today, run.id, period))
    snapshot = freeze(
        portfolio,
        run,
        moment,
        findings=findings,
        outcomes=result.outcomes,
        gaps=reading.gaps if reading else (),
        conflicts=reading.conflicts if reading else (),
        miscalculations=reading.miscalculations if reading else (),
        wiki_commit=(wiki.commit or "") if wiki else "",
        wiki_edits=_edits(wiki, previous) if wiki else (),
        rules=taking_part,
        decisions=chain.head(),
        score=lambda whole: scores(tools.frameworks(), whole, portfolio.frameworks),
    )
    problems = problem_notes(tools.rulebook)
    complete = not problems and all(outcome.is_complete for outcome in result.outcomes)
    notes = (*waived.notes(today), *problems)
    return Collected(run, snapshot, result.outcomes, findings, notes, complete)


@dataclass(frozen=True, slots=True)
class _At:
    """A clock that stands at the moment of the run."""

    moment: datetime

    def now(self) -> datetime:
        """Aware, UTC."""
        return self.moment


@dataclass(frozen=True, slots=True)
class _Read:
    outcome: Outcome
    gaps: tuple[Gap, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    miscalculations: tuple[Miscalculation, ...] = ()


def _read_wiki(portfolio: Portfolio, wiki: Wiki, tools: Tools) -> _Read:
    from auditor.adapters.wiki.reading import read_pages
    from auditor.adapters.wiki.sources import last_changes, line_dates, pages_of

    started = perf_counter()
    try:
        files = open_files(wiki)
        assert files is not None
        git = Git(wiki.path)
        changes = last_changes(git, wiki.commit) if wiki.commit else {}
        pages, unread = pages_of(files, changes, when=None, commit=wiki.commit)
        reading = read_pages(
            pages,
            tools.rules_folder,
            entities=entity_infos(portfolio),
            source_priority=portfolio.source_priority,
            currency=portfolio.currency,
            now=_today(portfolio, tools.now),
            line_dates=partial(line_dates, git, wiki.commit) if wiki.commit else None,
        )
    except (NotScannedError, ConfigError) as error:
        return _Read(Outcome("wiki", wiki, OutcomeStatus.FAILED, str(error), seconds=perf_counter() - started))
    result = ScanResult(
        matches=reading.matches,
        records=(*reading.records, *declared_rates(portfolio)),
        facts=reading.facts,
        looked_at={"pages": len(reading.pages), "lines": reading.lines, "figures": len(reading.facts)},
        not_scanned=(*unread, *reading.not_scanned),
    )
    outcome = Outcome("wiki", wiki, OutcomeStatus.DONE, result=result, seconds=round(perf_counter() - started, 3))
    return _Read(outcome, reading.gaps, reading.conflicts, reading.miscalculations)


def declared_rates(portfolio: Portfolio) -> tuple[Record, ...]:
    """The exchange rates of the portfolio file, as records beside those of the wiki."""
    return tuple(
        Record(
            "rate",
            "",
            f"{rate.base}/{rate.quote}",
            FileLocation("portfolio.toml"),
            {
                "from": rate.base,
                "to": rate.quote,
                "rate": rate.rate,
                "date": rate.on.isoformat(),
                "source": rate.source,
            },
        )
        for rate in portfolio.rates
    )


def entity_infos(portfolio: Portfolio) -> tuple[EntityInfo, ...]:
    """The entities of a portfolio as the wiki's reader knows them."""
    return tuple(
        EntityInfo(key=e.key, name=e.name, kind=e.kind, what=e.what, pages=e.pages, domains=e.domains)
        for e in portfolio.entities
    )


def _recognised(
    portfolio: Portfolio, discovered: Discovered, findings: Sequence[Finding], tools: Tools, store: Store
) -> Waived:
    rules = tools.rulebook.by_id()
    names = tuple(target.name for target in discovered.targets)
    known = store.known_findings(names, cards=rules)
    matched = match_findings(known, findings, rules=rules)
    today = _today(portfolio, tools.now)
    return waive(matched.findings, waiver_file(portfolio, tools.now), rules, today)


def _today(portfolio: Portfolio, moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(portfolio.timezone)).date()


def _edits(wiki: Wiki, previous: Snapshot | None) -> tuple[WikiEdit, ...]:
    """What was changed in the pages since the last snapshot; nothing in the first month."""
    if not wiki.commit or previous is None or not previous.wiki_commit:
        return ()
    try:
        changes = edits(Git(wiki.path), previous.wiki_commit, wiki.commit)
    except NotScannedError:
        # The old commit is gone (a rewritten history): the figures still say what moved, without the author.
        return ()
    return tuple(
        WikiEdit(page=page, commit=commit.id, author=commit.author, when=commit.when, subject=commit.subject)
        for page, commit in changes
    )

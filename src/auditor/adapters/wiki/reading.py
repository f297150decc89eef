"""The whole wiki: pages in, everything that reports may know of them out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.adapters.garbage import uncollected
from auditor.adapters.pool import ProcessPool
from auditor.adapters.programs import LocalPrograms
from auditor.adapters.wiki.blocks import parser
from auditor.adapters.wiki.chart_file import read_chart
from auditor.adapters.wiki.conflicts import find_conflicts
from auditor.adapters.wiki.gaps import belongs, missing_gaps, placeholder_gaps
from auditor.adapters.wiki.judge import Evidence, judge
from auditor.adapters.wiki.ledgers import is_ledger, read_ledger
from auditor.adapters.wiki.page import PageReading, read_page
from auditor.adapters.wiki.scope import Scope
from auditor.adapters.wiki.vocabulary import Vocabulary, read_vocabulary
from auditor.errors import NotScannedError
from auditor.finance.chart import account_records
from auditor.model.fact import Conflict, Fact, Gap, Miscalculation, Record, Tier
from auditor.model.finding import Match
from auditor.model.location import WikiLocation
from auditor.model.ports import Programs
from auditor.model.run import EntityInfo, NotScanned

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

MANY = 2_000_000
"""Characters of all pages from which on starting processes pays."""
MOST_WORKERS = 4


@dataclass(frozen=True, slots=True)
class PageSource:
    """A page before it is read."""

    page: str
    """Relative path, `/` between parts."""
    content: bytes
    when: date | None = None
    """Date of the last commit that touched it, or of the file."""
    commit: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A label that may mean a metric: to be confirmed by the page's owner, never used."""

    fact: Fact
    metric: str
    line_to_paste: str


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything the pages say."""

    pages: tuple[PageReading, ...]
    facts: tuple[Fact, ...]
    records: tuple[Record, ...]
    gaps: tuple[Gap, ...]
    conflicts: tuple[Conflict, ...]
    miscalculations: tuple[Miscalculation, ...]
    matches: tuple[Match, ...]
    not_scanned: tuple[NotScanned, ...] = ()

    @property
    def lines(self) -> int:
        """Lines of all pages."""
        return sum(p.document.line_count for p in self.pages)


def read_pages(
    sources: Iterable[PageSource],
    rules: Path,
    *,
    entities: Sequence[EntityInfo] = (),
    source_priority: Sequence[str] = (),
    currency: str = "USD",
    now: date | None = None,
    programs: Programs | None = None,
    line_dates: Callable[[str], Mapping[int, date]] | None = None,
) -> Reading:
    """Read all pages. The result does not depend on their order. Without `now` nothing is overdue or stale.

    `line_dates` says when each line of a page was last changed; it is asked once for each page that states metrics without
    a date, whose figures then have the date of their line instead of that of the page's last change.

    Raises:
        ConfigError: the vocabulary below `rules` cannot be read.
    """
    vocabulary = read_vocabulary(rules)
    jobs: list[_Job] = []
    skipped: list[NotScanned] = []
    ledger_facts: list[Fact] = []
    ledger_rows: list[Record] = []
    for source in sorted(sources, key=lambda s: s.page):
        text, problem = _decode(source.content)
        if problem:
            skipped.append(NotScanned(source.page, problem))
            continue
        owner = next((e for e in entities if belongs(source.page, e)), None)
        entity = owner.key if owner else ""
        if is_ledger(source.page):
            scope = Scope(source.page, entity, currency, as_of=source.when, commit=source.commit)
            try:
                booked = read_ledger(source.page, text, scope, vocabulary, programs or LocalPrograms())
            except NotScannedError as error:
                skipped.append(NotScanned(source.page, "ledger not readable", detail=str(error)))
            else:
                ledger_facts.extend(booked[0])
                ledger_rows.extend(booked[1])
            continue
        jobs.append(_Job(text, source.page, entity, owner.kind if owner else "", source.when, source.commit, currency))
    readings = _read_all(jobs, rules, vocabulary)
    for reading in readings:
        skipped.extend(
            NotScanned(reading.page, "line too long" if "longer than" in p else "front matter not readable", detail=p)
            for p in reading.document.problems
        )
    if line_dates is not None:
        readings = [_dated_by_line(reading, line_dates) for reading in readings]
    facts = (*(f for r in readings for f in r.facts), *ledger_facts)
    rows = (*(record for r in readings for record in r.records), *ledger_rows)
    records = (*rows, *_accounts(rules, entities, facts, rows))
    stated = tuple(g for r in readings for g in placeholder_gaps(r, vocabulary))
    gaps = stated + missing_gaps(entities, facts, vocabulary, [r.page for r in readings], stated)
    conflicts = find_conflicts(facts, vocabulary, source_priority)
    wrong = tuple(m for r in readings for m in r.miscalculations)
    return Reading(
        pages=tuple(readings),
        facts=facts,
        records=records,
        gaps=gaps,
        conflicts=conflicts,
        miscalculations=wrong,
        matches=judge(Evidence(readings, facts, records, gaps, conflicts, wrong, entities, now)),
        not_scanned=tuple(skipped),
    )


@dataclass(frozen=True, slots=True)
class _Job:
    """One page to read, with what holds where it declares nothing."""

    text: str
    page: str
    entity: str
    kind: str
    when: date | None
    commit: str | None
    currency: str


def _read_all(jobs: Sequence[_Job], rules: Path, vocabulary: Vocabulary) -> list[PageReading]:
    """All pages in order; many of them by several processes."""
    workers = min(os.cpu_count() or 1, MOST_WORKERS)
    if workers < 2 or sum(len(job.text) for job in jobs) < MANY:
        return _read_batch(jobs, rules, vocabulary)
    size = max(1, len(jobs) // (workers * 32))
    with uncollected(), ProcessPool(workers) as pool:
        waiting = [pool.submit(_read_batch, jobs[at : at + size], rules) for at in range(0, len(jobs), size)]
        return [reading for future in waiting for reading in future.result()]


@lru_cache(maxsize=2)
def _vocabulary(rules: Path) -> Vocabulary:
    """Read once in each process."""
    return read_vocabulary(rules)


def _read_batch(jobs: Sequence[_Job], rules: Path, vocabulary: Vocabulary | None = None) -> list[PageReading]:
    known = vocabulary or _vocabulary(rules)
    markdown = parser()
    with uncollected():
        return [_read(job, known, markdown) for job in jobs]


def _read(job: _Job, vocabulary: Vocabulary, markdown: MarkdownIt) -> PageReading:
    reading = read_page(
        job.text,
        page=job.page,
        entity=job.entity,
        vocabulary=vocabulary,
        markdown=markdown,
        when=job.when,
        commit=job.commit,
        currency=job.currency,
        kind=job.kind,
    )
    # the blocks have served their purpose; without them a page is light enough to be sent between processes
    return replace(reading, document=replace(reading.document, blocks=()))


def _dated_by_line(reading: PageReading, line_dates: Callable[[str], Mapping[int, date]]) -> PageReading:
    own = reading.scope.as_of
    undated = {f for f in reading.facts if f.metric is not None and f.as_of == own}
    if reading.scope.as_of_said or not undated:
        return reading
    dates = line_dates(reading.page)
    return replace(
        reading,
        facts=tuple(
            replace(f, as_of=dates.get(f.source.line or 0, own))
            if f in undated and isinstance(f.source, WikiLocation)
            else f
            for f in reading.facts
        ),
    )


def _accounts(
    rules: Path, entities: Sequence[EntityInfo], facts: Sequence[Fact], rows: Sequence[Record]
) -> list[Record]:
    """Accounts of the standard chart, kept or missing, of each entity that has a page."""
    if not entities:
        return []
    chart = read_chart(rules)
    found: list[Record] = []
    for entity in entities:
        own = [f for f in facts if f.entity == entity.key]
        if own:
            found.extend(
                account_records(chart, entity.kind, entity.key, own, [r for r in rows if r.entity == entity.key])
            )
    return found


def _decode(content: bytes) -> tuple[str, str]:
    """Text of a page, and why it cannot be read."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace"), ""
    if b"\x00" in content[:4096]:
        return "", "binary"
    try:
        return content.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace"), ""


def candidates(facts: Iterable[Fact], vocabulary: Vocabulary, rows: Iterable[Record] = ()) -> Iterator[Candidate]:
    """Labels that hold a metric's name without being one; rows of known tables and of costs need no confirmation."""
    known = {str(record.source) for record in rows}
    seen: set[tuple[str, str]] = set()
    for fact in facts:
        if (
            fact.metric is not None
            or fact.tier is not Tier.DECLARED
            or fact.extractor.endswith("total")
            or fact.category
        ):
            continue
        if str(fact.source) in known:
            continue
        metric = vocabulary.candidate(fact.label, fact.value)
        if metric is None or (fact.entity, fact.label) in seen:
            continue
        seen.add((fact.entity, fact.label))
        yield Candidate(fact, metric, _paste(fact, metric, vocabulary))


def _paste(fact: Fact, metric: str, vocabulary: Vocabulary) -> str:
    per = f" | {fact.value.per}" if fact.value.per else " |"
    raw = fact.raw.split("/")[0].split(" per ")[0].strip()
    as_of = fact.as_of.isoformat() if fact.as_of else ""
    return f"| {vocabulary.metrics[metric].labels[0]} | {raw}{per} | {fact.status.value} | {as_of} |"

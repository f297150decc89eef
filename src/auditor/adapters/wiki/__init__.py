"""The project wiki: Markdown pages written by people, read as they are; no figure is ever invented."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from auditor.adapters.wiki.reading import Reading, read_pages
from auditor.adapters.wiki.sources import Change, pages_of
from auditor.model.ports import Files
from auditor.model.run import EntityInfo, ScanResult, WikiReading

__all__ = ["Change", "Reading", "read_wiki"]


def read_wiki(
    files: Files,
    rules: Path,
    *,
    now: datetime,
    entities: Sequence[EntityInfo] = (),
    changes: Mapping[str, Change] | None = None,
    commit: str | None = None,
    currency: str = "USD",
    source_priority: Sequence[str] = (),
) -> WikiReading:
    """Read the pages of a wiki and judge them by the rules `wiki.*`.

    `now` decides what is overdue and stale. `changes` gives the last commit of each page (`sources.last_changes`); a page
    without one is dated `now`. `entities` say which pages are whose, and what their kind must state.

    Raises:
        ConfigError: the vocabulary or the standard chart below `rules` cannot be read.
    """
    sources, failed = pages_of(files, changes or {}, when=None, commit=commit)
    reading = read_pages(
        sources, rules, entities=entities, source_priority=source_priority, currency=currency, now=now.date()
    )
    return WikiReading(
        ScanResult(
            matches=reading.matches,
            records=reading.records,
            facts=reading.facts,
            looked_at={"pages": len(reading.pages), "lines": reading.lines, "figures": len(reading.facts)},
            not_scanned=(*failed, *reading.not_scanned),
        ),
        gaps=reading.gaps,
        conflicts=reading.conflicts,
        miscalculations=reading.miscalculations,
    )

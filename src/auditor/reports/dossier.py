"""One month on a report writer's desk: a snapshot, indexed once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property

from auditor.finance.book import Book, make_book
from auditor.model.fact import Fact, Record
from auditor.model.figure import Figure
from auditor.model.finding import Finding
from auditor.model.rule import Severity
from auditor.model.run import EntityInfo, Snapshot
from auditor.reports.places import visible
from auditor.reports.words import short


class Dossier:
    """A snapshot as seen by one report: only the entities it is about."""

    def __init__(self, snapshot: Snapshot, keys: Iterable[str] = ()) -> None:
        self.snapshot = snapshot
        wanted = set(keys)
        every = tuple(replace(e, name=visible(e.name or e.key)) for e in snapshot.entities)
        self.names: dict[str, str] = {e.key: e.name for e in every}
        """Names of all entities by key, those of other reports included; safe to print."""
        self.entities: tuple[EntityInfo, ...] = tuple(e for e in every if not wanted or e.key in wanted)
        self._whole = len(self.entities) == len(snapshot.entities)
        self._keys = frozenset(e.key for e in self.entities)
        self.figures: dict[tuple[str, str], Figure] = {}
        """What was computed already, by metric and entity."""

    @cached_property
    def books(self) -> tuple[Book, ...]:
        """Facts and rows of each entity, in the order of the portfolio."""
        facts: dict[str, list[Fact]] = {}
        for fact in self.snapshot.facts:
            facts.setdefault(fact.entity, []).append(fact)
        rows: dict[str, list[Record]] = {}
        for record in self.snapshot.records:
            rows.setdefault(record.entity, []).append(record)
        return tuple(
            make_book(
                e.key, self.snapshot.period, facts.get(e.key, ()), rows.get(e.key, ()), self.snapshot.conflicts, e
            )
            for e in self.entities
        )

    @cached_property
    def _book_by_key(self) -> dict[str, Book]:
        return {book.entity: book for book in self.books}

    def book(self, entity: str) -> Book:
        """Facts and rows of one entity; an empty book for one that the report is not about."""
        return self._book_by_key.get(entity) or make_book(entity, self.snapshot.period, ())

    def name(self, key: str) -> str:
        """What people call the entity, short enough for a sentence."""
        return short(self.names.get(key, key), 44) or "Whole portfolio"

    def owner(self, key: str) -> str:
        """Who acts for the entity where nobody else is named."""
        return next((visible(e.owner) for e in self.snapshot.entities if e.key == key), "")

    def concerns(self, entity: str) -> bool:
        """Whether something of this entity belongs into the report; what belongs to nobody belongs to all."""
        return self._whole or not entity or entity in self._keys

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Open findings of these entities, worst first."""
        mine = [f for f in self.snapshot.findings if f.state.is_open and self.concerns(f.entity)]
        return tuple(sorted(mine, key=lambda f: (-f.severity, f.rule.id, f.entity, f.fingerprint)))

    def at_least(self, severity: Severity) -> tuple[Finding, ...]:
        """Open findings of that severity and worse."""
        return tuple(f for f in self.findings if f.severity >= severity)

    @cached_property
    def _by_kind(self) -> dict[str, list[Record]]:
        result: dict[str, list[Record]] = {}
        for record in self.snapshot.records:
            result.setdefault(record.kind, []).append(record)
        return result

    def records(self, kind: str, entity: str = "") -> tuple[Record, ...]:
        """Rows of that kind, of one entity or of all that the report is about."""
        rows = self._by_kind.get(kind, ())
        return tuple(r for r in rows if (r.entity == entity if entity else self.concerns(r.entity)))


def of_kind(snapshot: Snapshot, *kinds: str) -> tuple[str, ...]:
    """Keys of the entities of these kinds."""
    return tuple(e.key for e in snapshot.entities if e.kind in kinds)

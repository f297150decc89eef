"""Sprints: work planned from risk, money and effort."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from auditor.model.money import MoneyRange
from auditor.model.rule import Severity


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of work."""

    key: str
    """Permanent for the same rule and entity: an exported item is found again by it."""
    title: str
    entity: str
    owner: str
    severity: Severity
    days: Decimal
    week: int
    """From 1; 0: not in this sprint."""
    due: str
    saves: MoneyRange | None
    """A month."""
    saves_words: str
    """The same as people write it; empty where nothing is priced."""
    why: str
    fix: str
    places: tuple[str, ...]
    fingerprints: tuple[str, ...]
    references: tuple[str, ...]
    controls: tuple[str, ...]
    done_when: str

    @property
    def labels(self) -> tuple[str, ...]:
        """For trackers."""
        kind = "cost" if self.saves else "security"
        return ("auditor", kind, f"severity:{self.severity.word}")


@dataclass(frozen=True, slots=True)
class Sprint:
    """Work of a few weeks."""

    name: str
    goal: str
    weeks: int
    capacity: Decimal
    """Days that the people have for planned work."""
    items: tuple[Item, ...]
    later: tuple[Item, ...]
    """In rank order; what did not fit."""

    @property
    def days(self) -> Decimal:
        """Days of what is in it."""
        return sum((item.days for item in self.items), Decimal(0))

    @property
    def saves(self) -> MoneyRange | None:
        """Money a month that it frees; items in another currency than the first are left out."""
        total: MoneyRange | None = None
        for item in self.items:
            if item.saves is not None and (total is None or item.saves.currency == total.currency):
                total = item.saves if total is None else total + item.saves
        return total


@dataclass(frozen=True, slots=True)
class Plan:
    """The sprints of a month."""

    period: str
    portfolio: str
    people: int
    complete: bool
    """False: something was not scanned, so work may be missing."""
    sprints: tuple[Sprint, ...]

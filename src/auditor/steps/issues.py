"""Open the items of a plan as issues: each once, however often the plan is made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from auditor.formats.plan import issue_body, issue_title, marker_of
from auditor.model.plan import Plan


class Tracker(Protocol):
    """Where issues are opened."""

    def bodies(self) -> Iterator[str]:
        """Bodies of the issues that are there."""
        ...

    def open(self, title: str, body: str, labels: tuple[str, ...]) -> str:
        """Open one; its address."""
        ...


@dataclass(frozen=True, slots=True)
class Opened:
    """What became of a plan's items."""

    addresses: tuple[str, ...]
    known: int
    """Items whose issue was there already."""


def open_issues(plan: Plan, tracker: Tracker) -> Opened:
    """Open what is not there yet, in the order of the plan."""
    there = {marker for body in tracker.bodies() if (marker := marker_of(body))}
    addresses, known = [], 0
    for sprint in plan.sprints:
        for item in sprint.items:
            body = issue_body(item)
            if marker_of(body) in there:
                known += 1
                continue
            addresses.append(tracker.open(issue_title(item), body, (*item.labels, f"sprint:{sprint.name}")))
    return Opened(tuple(addresses), known)

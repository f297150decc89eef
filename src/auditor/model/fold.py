"""Repeats of one fault in one file, told once: seventy-five places may be one habit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from auditor.model.finding import Finding
from auditor.model.location import CodeLocation


def folded(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings of one rule, file, severity and state become the first of them, with the other places in `also_at`.

    For showing only: each place keeps its identity in the store, so that one more of them is new and can block.
    """
    first: dict[tuple[object, ...], Finding] = {}
    order: list[tuple[object, ...]] = []
    for number, finding in enumerate(findings):
        where = finding.location
        key: tuple[object, ...] = (number,)
        # Two secrets in one file are two things to rotate.
        is_secret = finding.rule.scanner == "secrets"
        if isinstance(where, CodeLocation) and where.path and where.line and not finding.saving and not is_secret:
            key = (finding.rule.id, where.repo, where.path, finding.severity, finding.state, finding.waived_by)
        if key not in first:
            first[key] = finding
            order.append(key)
            continue
        held = first[key]
        places = (*held.also_at, where, *finding.also_at)
        first[key] = replace(held, also_at=places, details={**held.details, "repeats": str(len(places) + 1)})
    return tuple(first[key] for key in order)

"""Reads findings back as the model's values."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, select

from auditor.adapters.store import codec, tables
from auditor.model.finding import Finding, State
from auditor.model.rule import Rule, Severity

T = TypeVar("T")


def in_parts(values: Sequence[T], size: int = 500) -> Iterator[Sequence[T]]:
    """Cut a list of parameters to what every database takes in one statement."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def finding_from(row: Row[*tuple[Any, ...]], cards: Mapping[str, Rule]) -> Finding:
    """One finding; a rule that no longer exists keeps the words it had when it was last seen."""
    severity = Severity(row.severity)
    card = cards.get(row.rule)
    if card is None:
        words = (row.title or row.rule, row.scanner, severity, row.why or "", row.fix or "")
        card = Rule(row.rule, *words)
    return Finding(
        rule=card,
        fingerprint=row.fingerprint,
        severity=severity,
        entity=row.entity,
        state=State(row.state),
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        **({"confidence": card.confidence.word} | codec.finding_parts(row.body)),
    )


def select_findings(
    connection: Connection,
    cards: Mapping[str, Rule],
    *,
    states: Collection[State] = (),
    entity: str = "",
    targets: Sequence[str] = (),
    rule: str = "",
    severity: Severity = Severity.INFO,
    fingerprint: str = "",
) -> tuple[Finding, ...]:
    """Findings by filter, the worst first. An empty filter does not filter; `rule` and `fingerprint` may be a prefix."""
    t = tables.findings.c
    chosen = select(tables.findings, tables.rules.c.title, tables.rules.c.why, tables.rules.c.fix).join(
        tables.rules, tables.rules.c.id == t.rule, isouter=True
    )
    chosen = chosen.where(t.severity >= int(severity))
    if states:
        chosen = chosen.where(t.state.in_([s.value for s in states]))
    if entity:
        chosen = chosen.where(t.entity == entity)
    if rule:
        chosen = chosen.where(t.rule.startswith(rule, autoescape=True))
    if fingerprint:
        chosen = chosen.where(t.fingerprint.startswith(fingerprint, autoescape=True))
    chosen = chosen.order_by(t.severity.desc(), t.rule, t.path, t.fingerprint)
    if not targets:
        return tuple(finding_from(row, cards) for row in connection.execute(chosen))
    parts = in_parts(tuple(targets))
    rows = [row for names in parts for row in connection.execute(chosen.where(t.target.in_(names)))]
    rows.sort(key=lambda r: (-r.severity, r.rule, r.path, r.fingerprint))
    return tuple(finding_from(row, cards) for row in rows)


def select_as_of(connection: Connection, cards: Mapping[str, Rule], run_id: str) -> tuple[Finding, ...]:
    """What one run saw, in the state it had then; words and excerpt are the newest known."""
    t, s = tables.findings.c, tables.sightings.c
    chosen = (
        select(
            *(c for c in tables.findings.c if c.name not in {"state", "severity"}),
            s.state,
            s.severity,
            tables.rules.c.title,
            tables.rules.c.why,
            tables.rules.c.fix,
        )
        .join(tables.sightings, s.finding_id == t.id)
        .join(tables.rules, tables.rules.c.id == t.rule, isouter=True)
        .where(s.run_id == run_id)
        .order_by(s.severity.desc(), t.rule, t.path, t.fingerprint)
    )
    return tuple(finding_from(row, cards) for row in connection.execute(chosen))

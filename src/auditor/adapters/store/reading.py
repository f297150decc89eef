"""Reads findings back as the model's values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, select

from auditor.adapters.store import codec, tables
from auditor.model.finding import Finding, State
from auditor.model.rule import Rule, Severity

T = TypeVar("T")


def in_parts(values: Sequence[T], size: int = 500) -> Iterator[Sequence[T]]:
    """Cut a list of parameters to what every database takes in one statement."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


_SEVERITIES = {int(severity): severity for severity in Severity}
_STATES = {state.value: state for state in State}
_T = tables.findings.c
_COLUMNS = (_T.target, _T.fingerprint, _T.rule, _T.scanner, _T.entity, _T.path, _T.first_seen, _T.last_seen, _T.body)
_WORDS = (tables.rules.c.title, tables.rules.c.why, tables.rules.c.fix)


def findings_query(*, state: ColumnElement[Any] = _T.state, severity: ColumnElement[Any] = _T.severity) -> Select[Any]:
    """What `findings_from` reads: findings with the last words of their rules."""
    chosen = select(*_COLUMNS, state.label("state"), severity.label("severity"), *_WORDS)
    return chosen.select_from(tables.findings.join(tables.rules, tables.rules.c.id == _T.rule, isouter=True))


def findings_from(rows: Iterable[Any], cards: Mapping[str, Rule]) -> Iterator[Finding]:
    """Findings in order of the rows; a rule that no longer exists keeps the words it had when it was last seen.

    A month has tens of thousands of them: rows are taken apart by position, and each card is made once.
    """
    known = dict(cards)
    for _, fingerprint, rule, scanner, entity, _, first_seen, last_seen, body, state, level, title, why, fix in rows:
        severity = _SEVERITIES[level]
        card = known.get(rule)
        if card is None:
            card = known[rule] = Rule(rule, title or rule, scanner, severity, why or "", fix or "")
        parts = codec.finding_parts(body)
        if "confidence" not in parts:
            parts["confidence"] = card.confidence.word
        yield Finding(
            rule=card,
            fingerprint=fingerprint,
            severity=severity,
            entity=entity,
            state=_STATES[state],
            first_seen=first_seen,
            last_seen=last_seen,
            **parts,
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
    changed: str = "",
) -> tuple[Finding, ...]:
    """Findings by filter, the worst first. An empty filter does not filter; `rule` and `fingerprint` may be a prefix.

    `changed` is the period in which the finding got its present state.
    """
    t = tables.findings.c
    chosen = findings_query()
    chosen = chosen.where(t.severity >= int(severity))
    if states:
        chosen = chosen.where(t.state.in_([s.value for s in states]))
    if changed:
        chosen = chosen.where(t.changed_period == changed)
    if entity:
        chosen = chosen.where(t.entity == entity)
    if rule:
        chosen = chosen.where(t.rule.startswith(rule, autoescape=True))
    if fingerprint:
        chosen = chosen.where(t.fingerprint.startswith(fingerprint, autoescape=True))
    chosen = chosen.order_by(t.severity.desc(), t.rule, t.path, t.fingerprint)
    if not targets:
        return tuple(findings_from(connection.execute(chosen), cards))
    rows = [row for names in in_parts(tuple(targets)) for row in connection.execute(chosen.where(t.target.in_(names)))]
    rows.sort(key=lambda r: (-r.severity, r.rule, r.path, r.fingerprint))
    return tuple(findings_from(rows, cards))


def select_as_of(connection: Connection, cards: Mapping[str, Rule], run_id: str) -> tuple[Finding, ...]:
    """What one run saw, in the state it had then; words and excerpt are the newest known."""
    t, s = tables.findings.c, tables.sightings.c
    chosen = (
        findings_query(state=s.state, severity=s.severity)
        .join(tables.sightings, s.finding_id == t.id)
        .where(s.run_id == run_id)
        .order_by(s.severity.desc(), t.rule, t.path, t.fingerprint)
    )
    return tuple(findings_from(connection.execute(chosen), cards))

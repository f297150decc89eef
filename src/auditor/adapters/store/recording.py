"""Writes one run: outcomes, sightings, facts and the life of every finding, in one transaction."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, text, update

from auditor.adapters.store import codec, life, tables
from auditor.adapters.store.reading import findings_from, findings_query, in_parts
from auditor.errors import StoreError
from auditor.model.finding import Finding, State
from auditor.model.rule import Rule
from auditor.model.run import Outcome, Run
from auditor.model.target import AwsAccount

BATCH = 5_000


def record(
    connection: Connection,
    run: Run,
    outcomes: Sequence[Outcome],
    findings: Sequence[Finding],
    rules: frozenset[str] | None,
) -> tuple[Finding, ...]:
    """Write the run and return what a snapshot of it holds: open, waived, and fixed in this period.

    Findings of targets that could not be looked at this time are among them, in the state they had.
    """
    if connection.execute(select(tables.runs.c.id).where(tables.runs.c.id == run.id)).first():
        raise StoreError(f"run {run.id} is already in the store; a run is recorded once")
    if connection.dialect.name != "sqlite":
        connection.execute(text("LOCK TABLE findings IN SHARE ROW EXCLUSIVE MODE"))
    _write_run(connection, run, outcomes)
    _write_rules(connection, (f.rule for f in findings))
    names = tuple(dict.fromkeys(codec.printable(o.target.name) for o in outcomes))
    known = _known(connection, names)
    seen: dict[tuple[str, str], Finding] = {}
    for target, finding in zip(life.target_names(findings, outcomes), findings, strict=True):
        seen.setdefault((codec.printable(target), finding.fingerprint), finding)
    _write_seen(connection, run, seen, known)
    by_pair = {(o.scanner, codec.printable(o.target.name)): o for o in outcomes}
    fixed = [k.id for key, k in known.items() if key not in seen and life.is_fixed(k, by_pair, rules)]
    closed = frozenset(fixed)
    still = [k.id for key, k in known.items() if key not in seen and k.id not in closed]
    _mark_fixed(connection, run, fixed)
    _carry_over(connection, run, still)
    return _result(connection, run, {f.rule.id: f.rule for f in findings}, names)


def _write_run(connection: Connection, run: Run, outcomes: Sequence[Outcome]) -> None:
    connection.execute(
        insert(tables.runs).values(
            id=run.id,
            started=run.started.isoformat(),
            period=run.period,
            version=run.version,
            rules_digest=run.rules_digest,
            seconds=sum(o.seconds for o in outcomes),
            complete=all(o.is_complete for o in outcomes),
        )
    )
    named: Counter[tuple[str, str]] = Counter()
    rows = []
    for outcome in outcomes:
        row = _outcome_row(run, outcome)
        pair = (row["scanner"], row["target"])
        named[pair] += 1
        # An account and a repository may share a name, and both be missing: neither may stop the run.
        rows.append(row if named[pair] == 1 else row | {"target": f"{row['target']} ({named[pair]})"})
    _many(connection, tables.outcomes, rows)
    facts = (
        {"run_id": run.id, "entity": f.entity, "metric": f.metric, "period": f.period, "body": codec.dump(f)}
        for o in outcomes
        for f in o.result.facts
    )
    _many(connection, tables.facts, facts)
    records = (
        {
            "run_id": run.id,
            "kind": r.kind,
            "entity": r.entity,
            "name": codec.printable(r.name),
            "body": codec.dump(r),
        }
        for o in outcomes
        for r in o.result.records
    )
    _many(connection, tables.records, records)


def _outcome_row(run: Run, outcome: Outcome) -> dict[str, Any]:
    target = outcome.target
    reasons = Counter(n.reason for n in outcome.result.not_scanned)
    return {
        "run_id": run.id,
        "scanner": outcome.scanner,
        "target": codec.printable(target.name),
        "kind": target.kind,
        "entity": target.entity,
        "status": outcome.status.value,
        "reason": codec.printable(outcome.reason or outcome.result.skipped),
        "complete": outcome.is_complete,
        "version": (str(target.inventory.name) if isinstance(target, AwsAccount) else target.commit) or "",
        "looked_at": json.dumps(dict(outcome.result.looked_at), sort_keys=True),
        "not_scanned": json.dumps(reasons, sort_keys=True),
        "seconds": outcome.seconds,
    }


def _write_rules(connection: Connection, cards: Iterable[Rule]) -> None:
    """Keep the last words of each card, so that a finding outlives its rule."""
    latest = {card.id: card for card in cards}
    for ids in in_parts(tuple(latest)):
        connection.execute(delete(tables.rules).where(tables.rules.c.id.in_(ids)))
    rows = (
        {"id": c.id, "title": c.title, "scanner": c.scanner, "severity": int(c.severity), "why": c.why, "fix": c.fix}
        for c in latest.values()
    )
    _many(connection, tables.rules, rows)


def _known(connection: Connection, targets: Sequence[str]) -> dict[tuple[str, str], life.Known]:
    t = tables.findings.c
    found: dict[tuple[str, str], life.Known] = {}
    columns = (t.id, t.target, t.fingerprint, t.rule, t.scanner, t.state, t.first_seen, t.first_period)
    for names in in_parts(targets):
        chosen = select(*columns, t.changed_period, t.body).where(t.target.in_(names))
        for row in connection.execute(chosen):
            parts = codec.finding_parts(row.body)
            found[row.target, row.fingerprint] = life.Known(
                id=row.id,
                target=row.target,
                fingerprint=row.fingerprint,
                rule=row.rule,
                scanner=row.scanner,
                path=life.path_of(parts["location"]),
                state=State(row.state),
                first_seen=row.first_seen,
                first_period=row.first_period,
                changed_period=row.changed_period,
                only_in_history=life.is_only_in_history(parts.get("details", {})),
            )
    return found


def _write_seen(
    connection: Connection,
    run: Run,
    seen: dict[tuple[str, str], Finding],
    known: dict[tuple[str, str], life.Known],
) -> None:
    now = run.started.isoformat()
    free = (connection.execute(select(func.max(tables.findings.c.id))).scalar() or 0) + 1
    fresh: list[dict[str, Any]] = []
    again: list[dict[str, Any]] = []
    sightings: list[dict[str, Any]] = []
    for (target, fingerprint), finding in seen.items():
        before = known.get((target, fingerprint))
        state = life.next_state(before, run.period, waived=finding.waived_by is not None)
        row: dict[str, Any] = {
            "rule": finding.rule.id,
            "scanner": finding.rule.scanner,
            "entity": finding.entity,
            "path": codec.printable(life.path_of(finding.location)),
            "severity": int(finding.severity),
            "state": state.value,
            "last_seen": now,
            "last_run": run.id,
            "body": codec.finding_body(finding),
        }
        moved = before is None or before.state is not state
        row["changed_period"] = run.period if before is None or moved else before.changed_period
        if before is None:
            key = {"id": free, "target": target, "fingerprint": fingerprint}
            fresh.append(row | key | {"first_seen": now, "first_period": run.period, "changed": now})
            number = free
            free += 1
        else:
            number = before.id
            again.append({f"new_{k}": v for k, v in row.items()} | {"which": number})
        line = getattr(finding.location, "line", None)
        sightings.append(
            {
                "run_id": run.id,
                "finding_id": number,
                "line": line,
                "severity": int(finding.severity),
                "state": state.value,
            }
        )
    _many(connection, tables.findings, fresh)
    if again:
        names = [k for k in again[0] if k.startswith("new_")]
        changes: dict[str, Any] = {k.removeprefix("new_"): bindparam(k) for k in names}
        statement = update(tables.findings).where(tables.findings.c.id == bindparam("which")).values(**changes)
        for start in range(0, len(again), BATCH):
            connection.execute(statement, again[start : start + BATCH])
    _many(connection, tables.sightings, sightings)


def _mark_fixed(connection: Connection, run: Run, ids: Sequence[int]) -> None:
    for some in in_parts(ids):
        connection.execute(
            update(tables.findings)
            .where(tables.findings.c.id.in_(some))
            .values(state=State.FIXED.value, changed=run.started.isoformat(), changed_period=run.period)
        )


def _carry_over(connection: Connection, run: Run, ids: Sequence[int]) -> None:
    """What was neither seen nor closed is known, not new, once its month is over."""
    t = tables.findings.c
    for some in in_parts(ids):
        connection.execute(
            update(tables.findings)
            .where(t.id.in_(some), t.state.in_((State.NEW.value, State.REOPENED.value)), t.changed_period != run.period)
            .values(state=State.KNOWN.value)
        )


def _result(connection: Connection, run: Run, cards: dict[str, Rule], targets: Sequence[str]) -> tuple[Finding, ...]:
    t = tables.findings.c
    found: list[Finding] = []
    for names in in_parts(targets):
        chosen = (
            findings_query()
            .where(t.target.in_(names))
            .where((t.state != State.FIXED.value) | (t.changed_period == run.period))
        )
        found.extend(findings_from(connection.execute(chosen), cards))
    return tuple(sorted(found, key=lambda f: (-f.severity, f.rule.id, str(f.location), f.fingerprint)))


def _many(connection: Connection, table: Any, rows: Iterable[dict[str, Any]]) -> None:
    waiting: list[dict[str, Any]] = []
    for row in rows:
        waiting.append(row)
        if len(waiting) == BATCH:
            connection.execute(insert(table), waiting)
            waiting = []
    if waiting:
        connection.execute(insert(table), waiting)

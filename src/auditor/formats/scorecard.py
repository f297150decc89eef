"""Scorecards as JSON (schema `auditor/compliance@1`, a stable interface), CSV, and rows for people."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from auditor.formats.tables import safe_cell
from auditor.model.finding import Finding
from auditor.model.location import CloudLocation
from auditor.model.scorecard import ControlResult, ControlState, RuleEvidence, Score, Scorecard
from auditor.model.text import visible

SCHEMA = "auditor/compliance@1"
COLUMNS = ("framework", "control", "group", "title", "state", "reads_as", "strength", "why", "rule", "rule_state",
           "rule_strength", "fault", "finding", "severity", "finding_state", "where", "seen", "entity", "waiver", "run", "snapshot")  # fmt: skip


def scorecard_json(card: Scorecard, *, indent: int | None = 1) -> str:
    """One framework, every control with its evidence; on one line without `indent`."""
    return json.dumps({"schema": SCHEMA, **scorecard_object(card)}, indent=indent, ensure_ascii=True) + "\n"


def overview_json(cards: Sequence[Scorecard]) -> str:
    """The scores of all frameworks."""
    first = cards[0] if cards else None
    document = {
        "schema": "auditor/compliance-overview@1",
        "period": first.period if first else "",
        "entity": first.entity if first else "",
        "snapshot": first.snapshot if first else "",
        "frameworks": [
            {"framework": c.framework, "publisher": c.publisher, "version": c.version, "score": score_object(c.score)}
            for c in cards
        ],
    }
    return json.dumps(document, indent=1, ensure_ascii=True) + "\n"


def score_object(score: Score) -> dict[str, Any]:
    """The counts; the percentage is null where nothing was judged."""
    counts = {state.value.replace(" ", "_"): score.count(state) for state in ControlState}
    percent = None if score.percent is None else round(float(score.percent), 1)
    return {"percent": percent, "controls": score.controls, "judged": score.judged, **counts, "pass_on_full_evidence": score.full}  # fmt: skip


def scorecard_object(card: Scorecard) -> dict[str, Any]:
    """One framework as plain data."""
    return {
        "framework": card.framework,
        "publisher": card.publisher,
        "version": card.version,
        "portfolio": card.portfolio,
        "period": card.period,
        "entity": card.entity,
        "run": card.run_id,
        "snapshot": card.snapshot,
        "frozen_at": card.frozen_at,
        "catalogues": card.digest,
        "score": score_object(card.score),
        "controls": [_control(control) for control in card.controls],
        "rules": {item.rule: _looks(item) for item in _each_rule(card)},
    }


def _each_rule(card: Scorecard) -> Iterable[RuleEvidence]:
    found = {item.rule: item for control in card.controls for item in control.evidence}
    return (found[rule] for rule in sorted(found))


def _looks(item: RuleEvidence) -> dict[str, Any]:
    """What a rule looked at: the same for every control that it speaks of, so it stands once."""
    return {
        "title": item.title,
        "state": item.state.value,
        "looked_at": [
            {"scanner": k.scanner, "target": k.target, "commit": k.commit, "state": k.state.value, "said": k.said}
            for k in item.looks
        ],
        "passed_on": list(item.passed_on),
    }


def _control(control: ControlResult) -> dict[str, Any]:
    return {
        "id": control.id,
        "group": control.group,
        "title": control.title,
        "state": control.state.value,
        "reads_as": control.word,
        "strength": control.strength,
        "why": control.why,
        "evidence": [_evidence(item) for item in control.evidence],
        "findings": [finding_line(finding) for finding in control.findings],
    }


def _evidence(item: RuleEvidence) -> dict[str, Any]:
    return {
        "rule": item.rule,
        "title": item.title,
        "state": item.state.value,
        "strength": item.strength,
        "rationale": item.rationale,
        "reviewed": item.reviewed,
        "findings": [finding.fingerprint for finding in item.findings],
    }


def finding_line(finding: Finding) -> dict[str, Any]:
    """A finding as evidence: what, where, and what was decided about it."""
    waiver = finding.waived_by
    decided = (
        {"owner": waiver.owner, "reason": waiver.reason, "until": waiver.until, "where": waiver.where}
        if waiver
        else None
    )
    return {
        "fingerprint": finding.fingerprint,
        "rule": finding.rule.id,
        "severity": finding.severity.word,
        "fault": finding.rule.title,
        "title": finding.title,
        "where": where(finding),
        "seen": seen(finding),
        "entity": finding.entity,
        "state": finding.state.value,
        "first_seen": finding.first_seen,
        "waiver": decided,
    }


def where(finding: Finding) -> str:
    """The place with the commit that it was seen at, or the call and the moment that showed it."""
    place = finding.location
    if isinstance(place, CloudLocation):
        shown = ", ".join(filter(None, (place.call, place.as_of)))
        return visible(f"{place} ({shown})" if shown else str(place))
    commit = getattr(place, "commit", None)
    return visible(f"{place} @ {commit}" if commit else str(place))


def seen(finding: Finding) -> str:
    """What stood there: the values that a check read, or the redacted excerpt."""
    return visible(finding.details.get("evidence") or finding.excerpt)


def scorecards_csv(cards: Iterable[Scorecard]) -> str:
    """One line per finding of each control; a control without any has one line per rule, or one."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for card in cards:
        for control in card.controls:
            for row in _rows(card, control):
                writer.writerow([safe_cell(visible(cell)) for cell in row])
    return out.getvalue()


def _rows(card: Scorecard, control: ControlResult) -> Iterator[tuple[str, ...]]:
    head = (card.framework, control.id, control.group, control.title, control.state.value, control.word, control.strength, control.why)  # fmt: skip
    tail = (card.run_id, card.snapshot)
    if not control.evidence:
        yield (*head, *[""] * 11, *tail)
    for item in control.evidence:
        said = (item.rule, item.state.value, item.strength, item.title)
        for finding in item.findings:
            waiver = finding.waived_by
            decided = f"{waiver.owner} until {waiver.until}: {waiver.reason}" if waiver else ""
            yield (
                *head, *said, finding.fingerprint, finding.severity.word, finding.state.value, where(finding),
                seen(finding), finding.entity, decided, *tail,
            )  # fmt: skip
        if not item.findings:
            looked = "; ".join(f"{look.target}: {look.said}" for look in item.looks)
            yield (*head, *said, "", "", "", looked, "", card.entity, "", *tail)


def control_rows(card: Scorecard, *, everything: bool) -> tuple[tuple[str, ...], ...]:
    """(control, reads as, strength, why, title) for people; without `everything` only those that a rule speaks of."""
    return tuple(
        (c.id, c.word, c.strength, visible(c.why), visible(c.title)) for c in card.controls if everything or c.evidence
    )


def overview_rows(cards: Sequence[Scorecard]) -> tuple[tuple[str, ...], ...]:
    """(framework, score, judged, the six counts, full) for people."""
    rows = []
    for card in cards:
        score = card.score
        percent = "-" if score.percent is None else f"{score.percent:.0f}%"
        counts = (str(score.count(state)) for state in ControlState)
        rows.append((card.framework, percent, str(score.judged), *counts, str(score.full)))
    return tuple(rows)

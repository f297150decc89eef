"""What a run has to write into the chain of decisions: waivers that began, ended or went, and what they accepted."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from auditor.model.decision import Decision, Entry
from auditor.model.finding import Finding, State, Waiver
from auditor.model.text import visible
from auditor.waivers import is_over

SYSTEM = "auditor"
"""Who decides what follows from the calendar or from the files alone."""
_OVER = frozenset({"expire", "withdraw"})


def waiver_id(waiver: Waiver) -> str:
    """Name of a waiver by its terms; where it stands takes no part, as lines move. Other terms are another waiver."""
    terms = (waiver.rule, waiver.fingerprint, waiver.path, str(waiver.count), waiver.owner, waiver.reason, waiver.until)
    return f"waiver:{hashlib.sha256(chr(31).join(terms).encode('utf-8', 'backslashreplace')).hexdigest()[:16]}"


def waiver_decisions(
    findings: Iterable[Finding], past: Sequence[Decision], today: date, run_id: str, period: str
) -> tuple[Entry, ...]:
    """Entries for everything that changed since the chain's end; nothing when nothing did, so that a second run is silent.

    `findings` are those that the run recorded, what could not be looked at this time included.
    """
    waived = sorted(
        ((f, f.waived_by) for f in findings if f.state is State.WAIVED and f.waived_by is not None),
        key=lambda pair: (pair[0].rule.id, pair[0].fingerprint),
    )
    return tuple(_entries([(f, w) for f, w in waived if w is not None], past, today, {"run": run_id, "period": period}))


def _entries(
    waived: Sequence[tuple[Finding, Waiver]], past: Sequence[Decision], today: date, of: dict[str, str]
) -> Iterator[Entry]:
    active, accepted = _standing(past)
    used = {waiver_id(waiver): waiver for _, waiver in waived}
    for name in sorted(active.keys() - used.keys()):
        before = active[name]
        until = before.body.get("until", "")
        over = bool(until) and until < today.isoformat()
        reason = (
            f"its last day, {until}, has passed" if over else "it is not written down any more, or no finding needs it"
        )
        yield Entry("expire" if over else "withdraw", name, SYSTEM, reason, {"owner": before.who, "until": until, **of})
    for name, waiver in sorted(used.items()):
        if name not in active and not is_over(waiver, today):
            yield Entry("waive", name, waiver.owner, waiver.reason, {**_terms(waiver), **of})
    for finding, waiver in waived:
        name = waiver_id(waiver)
        if accepted.get(finding.fingerprint) != name and not is_over(waiver, today):
            body = {
                "waiver": name,
                "rule": finding.rule.id,
                "at": visible(str(finding.location)),
                "until": waiver.until,
            }
            yield Entry(
                "accept", finding.fingerprint, waiver.owner, waiver.reason, {**body, "entity": finding.entity, **of}
            )


def _terms(waiver: Waiver) -> dict[str, str]:
    said = {
        "rule": waiver.rule, "finding": waiver.fingerprint, "path": waiver.path, "count": str(waiver.count),
        "until": waiver.until, "where": waiver.where,
    }  # fmt: skip
    return {key: visible(value) for key, value in said.items() if value}


def _standing(past: Sequence[Decision]) -> tuple[dict[str, Decision], dict[str, str]]:
    """Waivers that hold by the chain, and the waiver under which each finding is accepted."""
    active: dict[str, Decision] = {}
    accepted: dict[str, str] = {}
    for decision in past:
        if decision.what == "waive":
            active[decision.subject] = decision
        elif decision.what in _OVER:
            active.pop(decision.subject, None)
            accepted = {finding: name for finding, name in accepted.items() if name != decision.subject}
        elif decision.what == "accept" and "waiver" in decision.body:
            accepted[decision.subject] = decision.body["waiver"]
    return active, accepted

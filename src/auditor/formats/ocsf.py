"""Findings as OCSF 1.6 events (Open Cybersecurity Schema Framework): class Detection Finding, one event per finding.

The events are made through the models of py-ocsf-models, which check them; what OCSF has no word for stands under
`unmapped`, the controls that a finding speaks against included.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from auditor.errors import MissingExtraError
from auditor.formats.scan_json import path_of
from auditor.formats.scorecard import where
from auditor.model.finding import Finding, State
from auditor.model.location import CloudLocation, CodeLocation
from auditor.model.rule import Severity
from auditor.model.run import Snapshot
from auditor.model.text import visible

OCSF_VERSION = "1.6.0"
CLASS = 2004
"""Detection Finding."""
_SEVERITY = {Severity.INFO: 1, Severity.LOW: 2, Severity.MEDIUM: 3, Severity.HIGH: 4, Severity.CRITICAL: 5}
_SEVERITY_WORD = {1: "Informational", 2: "Low", 3: "Medium", 4: "High", 5: "Critical"}
_CONFIDENCE = {"low": 1, "medium": 2, "high": 3}
_STATUS: Mapping[State, tuple[int, str]] = {
    State.NEW: (1, "New"),
    State.REOPENED: (1, "New"),
    State.KNOWN: (2, "In Progress"),
    State.WAIVED: (3, "Suppressed"),
    State.FIXED: (4, "Resolved"),
}
_ACTIVITY: Mapping[State, tuple[int, str]] = {State.NEW: (1, "Create"), State.FIXED: (3, "Close")}


def ocsf_json(snapshot: Snapshot, findings: Iterable[Finding] | None = None) -> str:
    """The findings of a frozen month (all of them if none are given) as a JSON array, one event a line.

    Raises:
        MissingExtraError: py-ocsf-models is not installed.
    """
    events = [event(finding, snapshot) for finding in (snapshot.findings if findings is None else findings)]
    lines = (json.dumps(item, sort_keys=True, ensure_ascii=True, separators=(",", ":")) for item in events)
    return "[\n" + ",\n".join(lines) + "\n]\n"


def event(finding: Finding, snapshot: Snapshot) -> dict[str, Any]:
    """One event, checked by the model.

    Raises:
        MissingExtraError: py-ocsf-models is not installed.
    """
    try:
        from py_ocsf_models.events.findings.detection_finding import DetectionFinding
    except ImportError as error:
        raise MissingExtraError("OCSF needs the extra `evidence`: pip install 'auditor[evidence]'") from error
    made = DetectionFinding.model_validate(_event(finding, snapshot))
    plain: dict[str, Any] = made.model_dump(mode="json", exclude_none=True)
    return plain


def _event(finding: Finding, snapshot: Snapshot) -> dict[str, Any]:
    rule = finding.rule
    activity, activity_word = _ACTIVITY.get(finding.state, (2, "Update"))
    severity = _SEVERITY[finding.severity]
    status, status_word = _STATUS[finding.state]
    return {
        "activity_id": activity,
        "activity_name": activity_word,
        "category_name": "Findings",
        "category_uid": 2,
        "class_name": "Detection Finding",
        "class_uid": CLASS,
        "type_uid": CLASS * 100 + activity,
        "type_name": f"Detection Finding: {activity_word}",
        "time": _milliseconds(snapshot.frozen_at),
        "timezone_offset": 0,
        "severity_id": severity,
        "severity": _SEVERITY_WORD[severity],
        "confidence": finding.confidence.capitalize(),
        "confidence_id": _CONFIDENCE.get(finding.confidence, 0),
        "confidence_score": None if finding.score is None else round(finding.score * 100),
        "status_id": status,
        "status": status_word,
        "status_code": finding.state.value,
        "status_detail": _decided(finding),
        "message": visible(finding.title),
        "metadata": _metadata(finding, snapshot),
        "finding_info": _info(finding, snapshot),
        "remediation": {"desc": rule.fix, "references": list(rule.references) or None},
        "resources": [_resource(finding)],
        "evidences": [_evidence(finding)],
        "cloud": _cloud(finding),
        "vulnerabilities": [
            {
                "title": rule.title,
                "desc": rule.why,
                "severity": _SEVERITY_WORD[severity],
                "cwe": {"uid": f"CWE-{number}"},
            }
            for number in rule.cwe
        ]
        or None,
        "unmapped": _unmapped(finding),
    }


def _metadata(finding: Finding, snapshot: Snapshot) -> dict[str, Any]:
    return {
        "version": OCSF_VERSION,
        "product": {"name": "auditor", "uid": "auditor", "vendor_name": "auditor", "version": snapshot.version},
        "uid": finding.fingerprint,
        "event_code": finding.rule.id,
        "tenant_uid": snapshot.portfolio,
        "correlation_uid": snapshot.run_id or None,
        "profiles": ["cloud"] if isinstance(finding.location, CloudLocation) else None,
    }


def _info(finding: Finding, snapshot: Snapshot) -> dict[str, Any]:
    rule = finding.rule
    first, last = _moment(finding.first_seen), _moment(finding.last_seen)
    return {
        "uid": finding.fingerprint,
        "title": visible(finding.title),
        "desc": rule.why,
        "types": [rule.scanner],
        "analytic": {"name": rule.title, "uid": rule.id, "type_id": 1, "type": "Rule", "category": rule.scanner},
        "created_time": _milliseconds(first or snapshot.frozen_at),
        "first_seen_time": _milliseconds(first) if first else None,
        "last_seen_time": _milliseconds(last) if last else None,
        "data_sources": list(finding.seen_by) or None,
    }


def _resource(finding: Finding) -> dict[str, Any]:
    place = finding.location
    labels = [f"entity:{finding.entity}"] if finding.entity else None
    if isinstance(place, CloudLocation):
        name = finding.details.get("resource") or place.arn
        return {
            "uid": place.arn, "name": visible(name), "type": finding.details.get("kind") or "aws",
            "region": place.region or None, "cloud_partition": "aws", "labels": labels,
        }  # fmt: skip
    repo = place.repo if isinstance(place, CodeLocation) else ""
    path = visible(path_of(place))
    commit = getattr(place, "commit", None)
    return {
        "uid": f"{repo}/{path}".strip("/") or repo, "name": path or repo, "type": "file" if path else "repository",
        "namespace": repo or None, "version": commit, "labels": labels,
    }  # fmt: skip


def _evidence(finding: Finding) -> dict[str, Any]:
    data: dict[str, object] = {"where": where(finding)}
    if finding.excerpt:
        data["excerpt"] = finding.excerpt
    if isinstance(finding.location, CloudLocation):
        data["call"] = finding.location.call
    data |= {name: value for name, value in finding.details.items() if name in {"evidence", "undo", "method", "path"}}
    return {"name": finding.rule.id, "data": data}


def _cloud(finding: Finding) -> dict[str, Any] | None:
    place = finding.location
    if not isinstance(place, CloudLocation):
        return None
    account = {"uid": place.account, "name": place.account, "type_id": 10, "type": "AWS Account"}
    return {"provider": "AWS", "region": place.region or None, "account": account}


def _unmapped(finding: Finding) -> dict[str, Any]:
    rule, waiver = finding.rule, finding.waived_by
    said: dict[str, Any] = {
        "entity": finding.entity,
        "owner": finding.owner,
        "controls": list(rule.controls),
        "owasp": list(rule.owasp),
    }
    if waiver:
        said["waiver"] = {"owner": waiver.owner, "reason": waiver.reason, "until": waiver.until, "where": waiver.where}
    if finding.saving and finding.saving.monthly:
        monthly = finding.saving.monthly
        said["saving_a_month"] = {"low": str(monthly.low.amount), "high": str(monthly.high.amount), "currency": monthly.low.currency}  # fmt: skip
    return {key: value for key, value in said.items() if value}


def _decided(finding: Finding) -> str | None:
    waiver = finding.waived_by
    return f"accepted by {waiver.owner} until {waiver.until}: {waiver.reason}" if waiver else None


def _moment(text: str) -> datetime | None:
    """First and last sight stand as a month or as a date-time."""
    try:
        moment = datetime.fromisoformat(f"{text}-01" if len(text) == 7 else text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)

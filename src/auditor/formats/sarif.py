"""A verdict as SARIF 2.1.0, within GitHub's limits."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from auditor import __version__
from auditor.model.finding import Finding
from auditor.model.location import CodeLocation
from auditor.model.rule import Rule, Severity
from auditor.model.run import Verdict

MOST_RESULTS = 25_000
"""Results that GitHub accepts in a run; the most severe are kept and the rest is said."""
_LEVEL = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
_SCORE = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "3.0",
    Severity.INFO: "0.0",
}
"""GitHub's `security-severity`: over 9.0 critical, 7.0 high, 4.0 medium, below low."""


def sarif(verdict: Verdict) -> str:
    """The log as text; findings outside of files (a cloud resource) have a logical location only."""
    findings = verdict.findings[:MOST_RESULTS]
    rules = {finding.rule.id: finding.rule for finding in findings}
    order = {identity: index for index, identity in enumerate(sorted(rules))}
    notifications = [
        {"level": "error", "message": {"text": f"{o.scanner} on {o.target.name}: {o.reason}"}}
        for o in verdict.outcomes
        if o.status == "failed"
    ]
    notifications += [
        {"level": "warning", "message": {"text": f"not scanned: {item.path}: {item.reason}"}}
        for o in verdict.outcomes
        for item in o.result.not_scanned
        if not item.expected
    ]
    if len(verdict.findings) > MOST_RESULTS:
        cut = len(verdict.findings) - MOST_RESULTS
        notifications.append({"level": "warning", "message": {"text": f"{cut} less severe findings were left out"}})
    run = {
        "tool": {
            "driver": {
                "name": "auditor",
                "version": __version__,
                "rules": [_rule(rules[identity]) for identity in sorted(rules)],
            }
        },
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": verdict.complete, "toolExecutionNotifications": notifications}],
        "results": [_result(finding, order) for finding in findings],
    }
    document = {
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    return json.dumps(document, indent=1, ensure_ascii=True) + "\n"


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "name": rule.id.split(".")[-1].title().replace("-", ""),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {"text": rule.fix, "markdown": rule.fix},
        "defaultConfiguration": {"level": _LEVEL[rule.severity]},
        "properties": {
            "security-severity": _SCORE[rule.severity],
            "precision": {"high": "high", "medium": "medium", "low": "low"}[rule.confidence.word],
            "tags": ["security", *(f"external/cwe/cwe-{number:03}" for number in rule.cwe)],
        },
    }


def _prints(finding: Finding) -> dict[str, str]:
    prints = {"auditor/v1": finding.fingerprint}
    # A secret's line must not be guessable from its hash; CWE-798 is a credential in the code.
    if finding.hashes.get("github") and finding.rule.scanner != "secrets" and 798 not in finding.rule.cwe:
        prints["primaryLocationLineHash"] = finding.hashes["github"]
    return prints


def _result(finding: Finding, order: dict[str, int]) -> dict[str, Any]:
    where = finding.location
    result: dict[str, Any] = {
        "ruleId": finding.rule.id,
        "ruleIndex": order[finding.rule.id],
        "level": _LEVEL[finding.severity],
        "message": {"text": f"{finding.title}. {finding.rule.fix}"},
        "partialFingerprints": _prints(finding),
        "properties": {"confidence": finding.confidence, "entity": finding.entity, "state": finding.state.value},
    }
    if isinstance(where, CodeLocation):
        physical: dict[str, Any] = {
            "artifactLocation": {"uri": quote(where.path.encode("utf-8", "surrogateescape")) or "."}
        }
        physical["region"] = {"startLine": where.line or 1, "endLine": where.end_line or where.line or 1}
        result["locations"] = [{"physicalLocation": physical}]
    else:
        result["locations"] = [{"logicalLocations": [{"fullyQualifiedName": str(where), "kind": "resource"}]}]
    if finding.waived_by:
        result["suppressions"] = [{"kind": "external", "justification": finding.waived_by.reason}]
    return result

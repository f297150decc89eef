"""A verdict as JSON: schema `auditor/scan@1`, a stable interface."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from auditor.model.finding import Finding
from auditor.model.location import CodeLocation, Location
from auditor.model.run import Outcome, Verdict

SCHEMA = "auditor/scan@1"


def scan_json(verdict: Verdict) -> str:
    """The document, indented, keys in a fixed order, ASCII only."""
    document = {
        "schema": SCHEMA,
        "complete": verdict.complete,
        "targets": list(_targets(verdict.outcomes)),
        "findings": [finding_object(finding) for finding in verdict.findings],
        "not_scanned": list(not_scanned(verdict.outcomes)),
        "notes": list(verdict.notes),
    }
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def _targets(outcomes: Sequence[Outcome]) -> Iterator[Mapping[str, Any]]:
    for target in dict.fromkeys(outcome.target for outcome in outcomes):
        scanners = [
            {
                "name": outcome.scanner,
                "status": outcome.status.value,
                "reason": outcome.reason,
                "looked_at": dict(outcome.result.looked_at),
            }
            for outcome in outcomes
            if outcome.target == target
        ]
        yield {"name": target.name, "kind": target.kind, "scanners": scanners}


def finding_object(finding: Finding) -> dict[str, Any]:
    """One finding, as every JSON output of ours prints it."""
    where = finding.location
    line = getattr(where, "line", None)
    return {
        "fingerprint": finding.fingerprint,
        "rule": finding.rule.id,
        "aliases": list(finding.rule.aliases),
        "severity": finding.severity.word,
        "confidence": finding.confidence,
        "score": finding.score,
        "title": finding.title,
        "repo": where.repo if isinstance(where, CodeLocation) else "",
        "path": path_of(where),
        "line": line,
        "end_line": getattr(where, "end_line", None) or line,
        "excerpt": finding.excerpt,
        "entity": finding.entity,
        "state": finding.state.value,
        "owner": finding.owner,
        "why": finding.rule.why,
        "fix": finding.rule.fix,
        "cwe": list(finding.rule.cwe),
        "seen_by": list(finding.seen_by),
        "details": dict(finding.details),
        "also_at": [
            {"repo": getattr(p, "repo", ""), "path": path_of(p), "line": getattr(p, "line", None)}
            for p in finding.also_at
        ],
    }


def path_of(location: Location) -> str:
    r"""What stands in the `path` field: a file, a wiki page, or an ARN; bytes that are not UTF-8 as `\xNN`."""
    text = getattr(location, "path", None) or getattr(location, "page", None) or getattr(location, "arn", "")
    return str(text).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def not_scanned(outcomes: Iterable[Outcome]) -> Iterator[dict[str, Any]]:
    """Each path and reason once, whatever number of scanners said it; expected ones are counted in `looked_at`."""
    seen: set[tuple[str, str, str]] = set()
    for outcome in outcomes:
        for item in outcome.result.not_scanned:
            key = (outcome.target.name, item.path, item.reason)
            if key not in seen:
                seen.add(key)
                path = item.path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
                yield {
                    "target": outcome.target.name,
                    "scanner": outcome.scanner,
                    "path": path,
                    "reason": item.reason,
                    "expected": item.expected,
                    "detail": item.detail,
                }
        if outcome.status == "failed":
            yield {
                "target": outcome.target.name,
                "scanner": outcome.scanner,
                "path": "",
                "reason": outcome.reason,
                "expected": False,
                "detail": "",
            }

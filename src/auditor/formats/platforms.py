"""A verdict where reviewers look: GitHub annotations and summary, GitLab reports, JUnit, Markdown."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from auditor import __version__
from auditor.formats.scan_json import path_of
from auditor.model.finding import Finding
from auditor.model.rule import Severity
from auditor.model.run import OutcomeStatus, Verdict
from auditor.model.text import visible

MOST_ANNOTATIONS = 10
"""GitHub shows ten errors and ten warnings of a step; the most severe come first."""
_ANNOTATION = {
    Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "notice",
    Severity.INFO: "notice",
}  # fmt: skip
_GITLAB = {
    Severity.CRITICAL: "Critical", Severity.HIGH: "High", Severity.MEDIUM: "Medium", Severity.LOW: "Low",
    Severity.INFO: "Info",
}  # fmt: skip
_QUALITY = {
    Severity.CRITICAL: "blocker", Severity.HIGH: "critical", Severity.MEDIUM: "major", Severity.LOW: "minor",
    Severity.INFO: "info",
}  # fmt: skip


def github_annotations(verdict: Verdict, shown: Sequence[Finding]) -> str:
    """Workflow commands, the most severe first; the rest is counted in one notice."""
    lines = [_annotation(finding) for finding in shown[:MOST_ANNOTATIONS]]
    if len(shown) > MOST_ANNOTATIONS:
        lines.append(f"::notice title=auditor::{len(shown) - MOST_ANNOTATIONS} more findings stand in the summary")
    lines += [
        f"::error title=auditor: not scanned::{_data(f'{outcome.scanner}: {outcome.reason}')}"
        for outcome in verdict.outcomes
        if outcome.status is OutcomeStatus.FAILED
    ]
    return "".join(f"{line}\n" for line in lines)


def _annotation(finding: Finding) -> str:
    line = _line(finding)
    place = f"file={_property(path_of(finding.location))},line={line},endLine={_end(finding)}"
    text = _data(f"{finding.title}. {finding.rule.fix}")
    return f"::{_ANNOTATION[finding.severity]} {place},title={_property(finding.rule.id)}::{text}"


def _data(text: str) -> str:
    """GitHub's escapes for the message of a workflow command."""
    return visible(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def markdown(verdict: Verdict, shown: Sequence[Finding], *, fixed: int = 0, most: int = 50) -> str:
    """For a step summary or a sticky comment; cells are escaped, so that a finding cannot write into the page."""
    return "\n".join(_markdown(verdict, shown, fixed, most)) + "\n"


def _markdown(verdict: Verdict, shown: Sequence[Finding], fixed: int, most: int) -> Iterator[str]:
    blocked = len(verdict.blocking)
    word = "Incomplete" if not verdict.complete else "Blocked" if blocked else "Passed"
    yield f"### auditor: {word}"
    yield ""
    new = sum(f.state.value == "new" for f in verdict.findings)
    known = sum(f.state.value == "known" for f in verdict.findings)
    yield f"{blocked} blocking, {new} new, {known} known before, {fixed} mended by this change."
    yield ""
    if shown:
        yield "| severity | rule | where | what |"
        yield "|---|---|---|---|"
        for finding in shown[:most]:
            place = f"{path_of(finding.location)}:{_line(finding)}"
            yield f"| {finding.severity.word} | {_cell(finding.rule.id)} | {_cell(place)} | {_cell(finding.title)} |"
        if len(shown) > most:
            yield f"\n{len(shown) - most} more findings are left out here."
        yield ""
    missing = [
        f"{outcome.scanner}: {item.path}: {item.reason}"
        for outcome in verdict.outcomes
        for item in outcome.result.not_scanned
        if not item.expected
    ] + [f"{o.scanner}: {o.reason}" for o in verdict.outcomes if o.status is OutcomeStatus.FAILED]
    if missing:
        yield f"**Not scanned** ({len(missing)}; not scanned is not clean):"
        yield ""
        yield from (f"- {_cell(text)}" for text in missing[:20])
        yield ""
    yield from (f"- {_cell(note)}" for note in verdict.notes)


def _cell(text: str) -> str:
    shown = visible(text)
    for character in "\\`*_{}[]<>|#!~":
        shown = shown.replace(character, f"\\{character}" if character not in "<>" else f"&{'lg'[character == '>']}t;")
    return shown


def junit(verdict: Verdict, shown: Sequence[Finding]) -> str:
    """One test case per finding (failed when it blocks), and one error per scanner that failed."""
    blocking = {id(finding) for finding in verdict.blocking}
    cases = [_case(finding, blocks=id(finding) in blocking) for finding in shown]
    errors = [o for o in verdict.outcomes if not o.is_complete]
    cases += [
        f'<testcase classname="auditor.coverage" name={quoteattr(f"{o.scanner} on {o.target.name}")}>'
        f"<error message={quoteattr(visible(o.reason or 'not everything could be scanned'))}/></testcase>"
        for o in errors
    ]
    if not cases:
        cases = ['<testcase classname="auditor" name="no findings"/>']
    failures = sum(1 for finding in shown if id(finding) in blocking)
    head = f'<testsuite name="auditor" tests="{len(cases)}" failures="{failures}" errors="{len(errors)}">'
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *cases, "</testsuite>", ""])


def _case(finding: Finding, *, blocks: bool) -> str:
    place = f"{path_of(finding.location)}:{_line(finding)}"
    name = f"<testcase classname={quoteattr(finding.rule.id)} name={quoteattr(visible(place))}"
    if not blocks:
        return f"{name}/>"
    text = escape(visible(f"{place}\n{finding.title}\n{finding.rule.fix}"))
    return f"{name}><failure type={quoteattr(finding.severity.word)} message={quoteattr(visible(finding.title))}>{text}</failure></testcase>"


def gitlab_sast(verdict: Verdict, shown: Sequence[Finding], started: str) -> str:
    """GitLab's security report, schema 15.2; `started` is an ISO date-time without offset."""
    scan = {
        "analyzer": _tool(),
        "scanner": _tool(),
        "type": "sast",
        "start_time": started,
        "end_time": started,
        "status": "success" if verdict.complete else "failure",
        "messages": [{"level": "warn", "value": note} for note in verdict.notes],
    }
    document = {"version": "15.2.1", "scan": scan, "vulnerabilities": [_vulnerability(f) for f in shown]}
    return json.dumps(document, indent=1) + "\n"


def _tool() -> dict[str, Any]:
    return {"id": "auditor", "name": "auditor", "version": __version__, "vendor": {"name": "auditor"}}


def _vulnerability(finding: Finding) -> dict[str, Any]:
    identifiers = [{"type": "auditor_rule", "name": finding.rule.id, "value": finding.rule.id}]
    identifiers += [
        {"type": "cwe", "name": f"CWE-{n}", "value": str(n), "url": f"https://cwe.mitre.org/data/definitions/{n}.html"}
        for n in finding.rule.cwe
    ]
    return {
        "id": _uuid(finding.fingerprint),
        "name": finding.title[:255],
        "description": finding.rule.why,
        "severity": _GITLAB[finding.severity],
        "solution": finding.rule.fix,
        "location": {"file": path_of(finding.location), "start_line": _line(finding), "end_line": _end(finding)},
        "identifiers": identifiers,
    }


def _uuid(text: str) -> str:
    digest = hashlib.sha256(text.encode()).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-8{digest[17:20]}-{digest[20:32]}"


def code_quality(shown: Sequence[Finding]) -> str:
    """GitLab's (Code Climate's) code quality report."""
    issues = [
        {
            "description": finding.title,
            "check_name": finding.rule.id,
            "fingerprint": hashlib.sha256(finding.fingerprint.encode()).hexdigest(),
            "severity": _QUALITY[finding.severity],
            "location": {"path": path_of(finding.location), "lines": {"begin": _line(finding), "end": _end(finding)}},
        }
        for finding in shown
    ]
    return json.dumps(issues, indent=1) + "\n"


def _line(finding: Finding) -> int:
    return getattr(finding.location, "line", None) or 1


def _end(finding: Finding) -> int:
    return getattr(finding.location, "end_line", None) or _line(finding)

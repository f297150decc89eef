"""A verdict as plain text: findings by place, then what was looked at and what was not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from auditor.formats.scan_json import path_of
from auditor.model.content import has_minified_name
from auditor.model.finding import Finding
from auditor.model.fold import folded
from auditor.model.rule import Severity
from auditor.model.run import Outcome, OutcomeStatus, Verdict
from auditor.model.text import visible

MOST_NOT_SCANNED = 20
"""Lines about single paths; the rest is counted."""


def scan_text(verdict: Verdict, *, most: int = 0) -> str:
    """The whole text; `most` limits the findings printed (0: all)."""
    lines = [*_findings(verdict.findings, most), *_coverage(verdict), *_end(verdict)]
    return "\n".join(visible(line) for line in lines) + "\n"


def _findings(findings: Sequence[Finding], most: int) -> Iterator[str]:
    told = folded(findings)
    shown = told[:most] if most else told
    for finding in shown:
        where = finding.location
        line = getattr(where, "line", None)
        place = visible(path_of(where)) or getattr(where, "repo", "")
        yield f"{place}{f':{line}' if line else ''}: {finding.severity.word} {finding.rule.id} {finding.title}"
        if finding.excerpt:
            yield f"    {finding.excerpt[:160]}"
        if finding.also_at:
            more = len(finding.also_at)
            yield f"    and at {more} more place{'s' if more > 1 else ''}, first {visible(str(finding.also_at[0]))}"
        if finding.state.value != "new":
            yield f"    {finding.state.value}"
    if len(shown) < len(told):
        yield f"... and {len(told) - len(shown)} more"
    if findings:
        yield ""


def _coverage(verdict: Verdict) -> Iterator[str]:
    for outcome in verdict.outcomes:
        counts = ", ".join(f"{number} {noun}" for noun, number in outcome.result.looked_at.items())
        said = {OutcomeStatus.DONE: counts or "done"}.get(outcome.status, f"{outcome.status.value}: {outcome.reason}")
        yield f"{outcome.target.name}: {outcome.scanner}: {visible(said)}"
    yield from _not_scanned(verdict.outcomes)


def _not_scanned(outcomes: Sequence[Outcome]) -> Iterator[str]:
    expected: Counter[str] = Counter()
    lines: list[str] = []
    minified: list[str] = []
    seen: set[tuple[str, str, str]] = set()
    for outcome in outcomes:
        for item in outcome.result.not_scanned:
            key = (outcome.target.name, item.path, item.reason)
            if key in seen:
                continue
            seen.add(key)
            if item.expected:
                expected[item.reason] += 1
                if item.reason == "minified" and not has_minified_name(item.path):
                    minified.append(item.path)
            else:
                detail = f" ({item.detail})" if item.detail else ""
                lines.append(f"not scanned: {visible(item.path)}: {visible(item.reason + detail)}")
    yield from lines[:MOST_NOT_SCANNED]
    if len(lines) > MOST_NOT_SCANNED:
        yield f"not scanned: {len(lines) - MOST_NOT_SCANNED} more paths (all of them with --format json)"
    # A file that looks like generated code may be somebody's own on one line: it is named.
    yield from (f"not scanned as code: {visible(path)}: minified" for path in minified[:MOST_NOT_SCANNED])
    if expected:
        yield "left out as usual: " + ", ".join(f"{number} {reason}" for reason, number in expected.most_common())


def _end(verdict: Verdict) -> Iterator[str]:
    for note in verdict.notes:
        yield f"note: {note}"
    counts = Counter(finding.severity for finding in verdict.findings if finding.state.is_open)
    words = ", ".join(f"{counts[severity]} {severity.word}" for severity in reversed(Severity) if counts[severity])
    total = sum(counts.values())
    yield f"{total} finding{'' if total == 1 else 's'}{f': {words}' if words else ''}."
    if not verdict.complete:
        yield "INCOMPLETE: not everything was looked at; not scanned is not clean."

"""One finding in full, as plain text."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.formats.controls import by_framework
from auditor.model.finding import Finding
from auditor.model.text import visible


def finding_text(finding: Finding) -> str:
    """Everything that is known of it, one line each."""
    return "\n".join(_lines(finding))


def _lines(finding: Finding) -> Iterator[str]:
    yield f"{finding.severity.word.upper()}  {finding.title}"
    yield f"  id          {finding.fingerprint}"
    yield f"  rule        {finding.rule.id}"
    yield f"  where       {visible(str(finding.location))}"
    for place in finding.also_at:
        yield f"  also at     {visible(str(place))}"
    if finding.excerpt:
        yield f"  there       {finding.excerpt}"
    yield f"  state       {finding.state.value}" + (f", first seen {finding.first_seen}" if finding.first_seen else "")
    yield f"  confidence  {finding.confidence}" + (f" ({finding.score:.2f})" if finding.score is not None else "")
    yield f"  entity      {finding.entity or 'none'}"
    yield f"  owner       {finding.owner or 'nobody named'}"
    yield f"  why         {finding.rule.why}"
    yield f"  fix         {finding.rule.fix}"
    if finding.waived_by:
        waiver = finding.waived_by
        yield f"  waived      {waiver.reason} ({waiver.owner}, until {waiver.until}; {waiver.where})"
    for name, value in finding.details.items():
        yield f"  {name:<11} {visible(value)}"
    if finding.rule.cwe:
        yield "  weakness    " + ", ".join(f"CWE-{number}" for number in finding.rule.cwe)
    for number, line in enumerate(by_framework(finding.rule.controls)):
        yield f"  {'' if number else 'controls':<11} {line}"
    yield from (f"  see         {reference}" for reference in finding.rule.references)

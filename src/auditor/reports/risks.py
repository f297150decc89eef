"""Risks as a chief executive acts on them: by business and severity, in words that need no engineer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from auditor.model.finding import Finding
from auditor.model.rule import Effort, Severity
from auditor.reports.actions import EFFORTS, MANY_PLACES, TOLD_BY_ROWS, Task, finding_tasks, grown, policy_due
from auditor.reports.draft import Draft
from auditor.reports.places import placed, visible
from auditor.reports.words import plural

RISKS_NAMED = 4
"""Kinds of risk that a line for a whole business names."""


def risk_tasks(draft: Draft, findings: Iterable[Finding]) -> list[Task]:
    """For readers who have it done rather than do it: one task for all risks of a severity in an entity.

    What has a price keeps its own line; what is not severe is none of theirs unless it is about the business itself.
    """
    rest: list[Finding] = []
    groups: dict[tuple[str, Severity], list[Finding]] = {}
    for finding in findings:
        if finding.rule.id in TOLD_BY_ROWS:
            continue
        if finding.severity < Severity.HIGH or finding.saving:
            rest.append(finding)
        else:
            groups.setdefault((finding.entity, finding.severity), []).append(finding)
    together = [_risk_task(draft, entity, severity, group) for (entity, severity), group in groups.items()]
    return [*together, *finding_tasks(draft, rest)]


def _risk_task(draft: Draft, entity: str, severity: Severity, group: list[Finding]) -> Task:
    rules = {finding.rule.id: finding.rule for finding in group}
    kinds = sorted(Counter(finding.rule.id for finding in group).items(), key=lambda kind: (-kind[1], kind[0]))
    titles = [visible(rules[key].title) + (f" ({count:,} places)" if count > 1 else "") for key, count in kinds]
    shown = (
        titles
        if len(titles) <= RISKS_NAMED
        else [*titles[: RISKS_NAMED - 1], f"{len(titles) - RISKS_NAMED + 1:,} more kinds"]
    )
    where = draft.now.name(entity)
    key = f"risks.{severity.word}.{entity}"
    draft.counted(
        f"close.{key}", f"{severity.word.capitalize()} risks, {where}", group, rule=f"open findings, {severity.word}"
    )
    every = [f for f in draft.now.findings if f.entity == entity and f.severity is severity]
    risks = plural(len(every), f"{severity.word} risk") if len(every) > 1 else f"the {severity.word} risk"
    if len(every) > len(group):
        name = f"{severity.word.capitalize()} risks in all, {where}"
        draft.counted(f"close.{key}.all", name, every, rule=f"open findings, {severity.word}")
        risks = f"{len(group):,} of {risks}"
    owners = Counter(finding.owner for finding in group if finding.owner)
    return Task(
        sentence=f"Close {risks} of {where}: {'; '.join(_inside(title) for title in shown)}.",
        severity=severity,
        owner=owners.most_common(1)[0][0] if owners else "",
        due=policy_due(draft, severity),
        effort=grown(Effort.SMALL)
        if len(group) >= MANY_PLACES
        else max((rule.effort for rule in rules.values()), key=EFFORTS.index),
        pill=severity.word.capitalize(),
        sources=placed(group),
        why=rules[kinds[0][0]].why,
        key=key,
        entity=entity,
        findings=tuple(group),
    )


def _inside(title: str) -> str:
    """A title inside a sentence; names and abbreviations keep their capitals."""
    first = title.split(" ", 1)[0]
    return title[:1].lower() + title[1:] if first.lower().rstrip(",") in _COMMON else title


_COMMON = frozenset({"a", "an", "the", "any", "anyone", "every", "no", "one", "environment", "database", "bucket", "key", "password", "token",
                     "telephone", "e-mail", "access", "administration", "answers", "anybody", "application", "broken", "canonical", "card", "certificate",
                     "client", "copy", "credential", "credentials", "cryptographic", "customer", "data", "deleted", "distribution", "encryption",
                     "everything", "expired", "file", "finding", "function", "image", "inline", "installed", "invisible", "keys", "list", "logging",
                     "measured", "measurement", "new", "object", "old", "part", "payment", "pickled", "policy", "port", "query", "receipt", "received",
                     "registry", "role", "root", "secret", "sending", "server", "session", "signing", "snapshot", "some", "strangers", "text", "too",
                     "trail", "user", "what", "whole", "price", "request", "form", "private", "visits", "visitors", "page", "site", "web", "public"})  # fmt: skip

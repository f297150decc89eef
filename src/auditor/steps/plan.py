"""Sprints from what was found: security by risk, cost by dollars, both against the days they take."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from auditor.model.finding import Finding
from auditor.model.plan import Item, Plan, Sprint
from auditor.model.report import ViewSettings
from auditor.model.rule import Effort, Severity
from auditor.model.run import Snapshot
from auditor.reports.actions import NOBODY, Task, finding_tasks, ranked
from auditor.reports.draft import Draft
from auditor.reports.places import place, visible
from auditor.reports.words import plural, range_words

DAYS_A_WEEK = Decimal(5)
FOCUS = Decimal("0.6")
"""Share of a working day that goes into planned work; the rest goes into what nobody planned."""
LEAST_WEEKS, MOST_WEEKS = 2, 4
_EXTRA_PLACE = Decimal("0.1")
"""Days for each further place of the same fault."""


def plan(snapshot: Snapshot, *, people: int = 1, weeks: int = 0) -> Plan:
    """A security and a cost sprint; `weeks` 0: two to four, as much as the criticals and highs need.

    A finding with a saving is cost work, unless its severity is high or worse: then it is security work that also saves.
    """
    draft = Draft(snapshot, None, (), ViewSettings("plan"))
    tasks = finding_tasks(draft, draft.now.findings)
    risky = [task for task in tasks if _is_security(task)]
    costly = [task for task in tasks if not _is_security(task) and task.monthly]
    sprints = (
        _sprint(draft, "security", "No critical or high finding is open.", risky, people, weeks),
        _sprint(draft, "cost", "Nothing is paid for that nobody uses.", costly, people, weeks),
    )
    return Plan(snapshot.period, snapshot.portfolio, people, snapshot.is_complete, sprints)


def _is_security(task: Task) -> bool:
    scanner = task.rule.scanner if task.rule else ""
    if task.severity >= Severity.HIGH:
        return scanner != "wiki"
    return not task.monthly and scanner not in {"wiki", "pages"} and task.severity >= Severity.MEDIUM


def _sprint(draft: Draft, name: str, goal: str, tasks: Iterable[Task], people: int, weeks: int) -> Sprint:
    items = [_item(draft, task) for task in ranked(draft, tasks)]
    must = sum((item.days for item in items if item.severity >= Severity.HIGH or name == "cost"), Decimal(0))
    a_week = DAYS_A_WEEK * FOCUS * people
    length = weeks or min(max(LEAST_WEEKS, int(-(-must // a_week))), MOST_WEEKS)
    capacity = a_week * length
    inside, later, used = [], [], Decimal(0)
    for item in items:
        if used + item.days <= capacity:
            inside.append(replace(item, week=min(int(used // a_week) + 1, length)))
            used += item.days
        else:
            later.append(item)
    return Sprint(name, goal, length, capacity, tuple(inside), tuple(later))


def _item(draft: Draft, task: Task) -> Item:
    rule = task.rule
    assert rule
    days = Decimal(str(task.effort.days)) + _EXTRA_PLACE * (len(task.findings) - 1)
    return Item(
        key=task.key,
        title=task.sentence,
        entity=draft.now.name(task.entity) if task.entity else "",
        owner=task.owner or NOBODY,
        severity=task.severity,
        days=min(days, Decimal(str(Effort.LARGE.days)) * 2),
        week=0,
        due=task.due,
        saves=task.monthly,
        saves_words=f"{range_words(task.monthly)} a month" if task.monthly else "",
        why=visible(rule.why),
        fix=visible(rule.fix),
        places=_places(task.findings),
        fingerprints=tuple(f.fingerprint for f in task.findings),
        references=rule.references,
        controls=rule.controls,
        done_when=f"`auditor findings list --rule {rule.id}{f' --entity {task.entity}' if task.entity else ''}` shows nothing.",
    )


def _places(findings: Sequence[Finding], limit: int = 20) -> tuple[str, ...]:
    shown = [place(finding.location) for finding in findings[:limit]]
    if len(findings) > limit:
        shown.append(f"and {plural(len(findings) - limit, 'more place')}")
    return tuple(shown)

"""Changed since last month, from two stored snapshots: findings, figures, and the wiki edits that moved them."""

from __future__ import annotations

from collections.abc import Iterable

from auditor.model.fact import Fact
from auditor.model.finding import Finding, State
from auditor.model.location import WikiLocation
from auditor.model.report import Change, Tone
from auditor.model.rule import Severity
from auditor.model.run import Snapshot, WikiEdit
from auditor.reports.draft import Draft
from auditor.reports.places import place, placed, visible
from auditor.reports.words import month_before, month_short, period_words, plural, quantity_words, short

FIRST_MONTH = "This is the first month: there is nothing to compare with yet."
_Figure = tuple[str, str, str, str]


def changes(draft: Draft, findings: Iterable[Finding], metrics: Iterable[str]) -> tuple[tuple[Change, ...], str]:
    """Lines of the block, and what is said in their place when there are none.

    `findings` are those of this month that the reader acts on; `metrics` are the figures that the report uses.
    """
    if draft.before is None:
        return (), _nothing_before(draft)
    before = draft.before
    rules = {f.rule.id for f in findings}
    lines = [
        *_findings(draft, tuple(findings), before.snapshot),
        *_moved(draft, before.snapshot, frozenset(metrics), rules),
        *_edits(draft),
    ]
    return tuple(lines), "" if lines else f"Nothing changed since {month_short(before.snapshot.period)}."


def _nothing_before(draft: Draft) -> str:
    if not draft.past:
        return FIRST_MONTH
    missing = period_words(month_before(draft.now.snapshot.period))
    last = period_words(draft.past[-1].snapshot.period)
    return f"{missing} was not frozen, so there is no month to compare with; the last one before it is {last}."


def open_prints(findings: Iterable[Finding]) -> frozenset[str]:
    """Fingerprints of the open ones."""
    return frozenset(f.fingerprint for f in findings if f.state.is_open)


def _findings(draft: Draft, now: tuple[Finding, ...], before: Snapshot) -> Iterable[Change]:
    known = open_prints(before.findings)
    current = open_prints(draft.now.snapshot.findings)
    reopened = [f for f in now if f.state is State.REOPENED and f.fingerprint not in known]
    new = [f for f in now if f.state is not State.REOPENED and f.fingerprint not in known]
    audience = {f.rule.id for f in now}
    gone = [
        f for f in before.findings
        if f.state.is_open and f.fingerprint not in current and draft.now.concerns(f.entity)
        and (draft.settings.module in f.rule.audience or f.rule.id in audience)
    ]  # fmt: skip
    looked = {f.fingerprint for f in draft.now.snapshot.findings if f.state is State.FIXED}
    for kind, group, tone in (("new", new, Tone.BAD), ("reopened", reopened, Tone.BAD), ("resolved", gone, Tone.OK)):
        for lines in _grouped(group):
            verb = {"new": "New", "reopened": "Back again", "resolved": "Resolved"}[kind]
            if kind == "resolved" and looked and not all(f.fingerprint in looked for f in lines):
                verb = "No longer seen"
            yield _line(draft, kind, verb, lines, tone if lines[0].severity >= Severity.MEDIUM else Tone.UNKNOWN)


def _grouped(findings: list[Finding]) -> list[list[Finding]]:
    groups: dict[tuple[int, str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((-finding.severity, finding.rule.id, finding.entity), []).append(finding)
    return [groups[key] for key in sorted(groups)]


def _line(draft: Draft, kind: str, verb: str, group: list[Finding], tone: Tone) -> Change:
    first = group[0]
    title = first.title if len(group) == 1 else first.rule.title
    places = f", {plural(len(group), 'place')}" if len(group) > 1 else ""
    if places:
        identity = f"changed.{kind}.{first.rule.id}.{first.entity}"
        draft.counted(identity, f"{verb}: {short(first.rule.title, 60)}", group, rule="places")
    where = draft.now.name(first.entity)
    text = f"{verb}: {visible(title)} ({where}, {first.severity.word}{places})"
    return Change(kind, text, tone, placed(group, 3))


def _newest(facts: Iterable[Fact]) -> dict[_Figure, Fact]:
    result: dict[_Figure, Fact] = {}
    for fact in facts:
        if fact.metric is None:
            continue
        key = (fact.entity, fact.metric, fact.status.value, fact.scenario)
        other = result.get(key)
        if other is None or _age(fact) >= _age(other):
            result[key] = fact
    return result


def _age(fact: Fact) -> tuple[str, str]:
    return fact.period or "", fact.as_of.isoformat() if fact.as_of else ""


def _moved(draft: Draft, before: Snapshot, metrics: frozenset[str], _: set[str]) -> Iterable[Change]:
    now, then = _newest(draft.now.snapshot.facts), _newest(before.facts)
    for key in sorted(now.keys() & then.keys()):
        new, old = now[key], then[key]
        entity, metric = key[0], key[1]
        if (metrics and metric not in metrics) or not draft.now.concerns(entity):
            continue
        if (new.value.low, new.value.high) == (old.value.low, old.value.high):
            continue
        was, is_now = quantity_words(old.value), quantity_words(new.value)
        label = new.label or metric.replace("_", " ")
        planned = "" if new.status.value == "actual" else f" ({new.status.value})"
        edit = _edit_of(draft.now.snapshot.wiki_edits, new)
        by = f"; {visible(edit.author)} edited it on {edit.when[:10]}" if edit else ""
        sources = tuple(dict.fromkeys((place(old.source), place(new.source))))
        draft.worked(
            f"moved.{entity}.{metric}", f"{label}, {draft.now.name(entity)}, moved", is_now,
            formula=f"{month_short(before.period)} against {month_short(draft.now.snapshot.period)}",
            filled=f"{was} to {is_now}", sources=sources,
        )  # fmt: skip
        yield Change(
            "moved", f"{draft.now.name(entity)}, {visible(label)}{planned}: {was} → {is_now}{by}", None, sources
        )


def _edit_of(edits: tuple[WikiEdit, ...], fact: Fact) -> WikiEdit | None:
    source = fact.source
    if not isinstance(source, WikiLocation):
        return None
    touching = [e for e in edits if e.page == source.page and (source.line in e.lines or not e.lines)]
    return max(touching, key=lambda e: e.when, default=None)


def _edits(draft: Draft) -> Iterable[Change]:
    pages: dict[str, list[WikiEdit]] = {}
    for edit in draft.now.snapshot.wiki_edits:
        if _page_concerns(draft, edit.page):
            pages.setdefault(edit.page, []).append(edit)
    for page, edits in sorted(pages.items()):
        last = max(edits, key=lambda e: e.when)
        times = plural(len(edits), "edit")
        sources = tuple(f"{visible(page)} @ {e.commit[:7]}" for e in edits)
        draft.worked(f"edits.{page}", f"Edits of {visible(page)}", times, formula="commits that changed the page",
                     filled=f"commits = {times}", sources=sources)  # fmt: skip
        subject = f"“{visible(short(last.subject, 60))}”" if last.subject else "without a subject"
        yield Change(
            "wiki",
            f"{visible(page)}: {times}, last {subject} by {visible(last.author)}, {last.when[:10]}",
            None,
            sources,
        )


def _page_concerns(draft: Draft, page: str) -> bool:
    from fnmatch import fnmatchcase

    owners = [e.key for e in draft.now.snapshot.entities if any(fnmatchcase(page, glob) for glob in e.pages)]
    return not owners or any(draft.now.concerns(key) for key in owners)

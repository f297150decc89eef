"""What to do, in one list over code risk and money.

Rank: criticals that have no price first; then money a month x confidence / effort weight; severe risks without a price
stand before money below `small_money_month`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from auditor.model.fact import Conflict, Gap, Record
from auditor.model.finding import Finding
from auditor.model.money import CurrencyMismatchError, Money, MoneyRange
from auditor.model.report import Action, Cell, Tone
from auditor.model.rule import Effort, Rule, Severity
from auditor.reports.draft import Draft
from auditor.reports.places import cited, conflict_sides, place, placed, visible
from auditor.reports.words import day_words, listing, parse_day, plain_label, plural, range_words, sentence, short

NOBODY = "nobody named"
NO_DATE = "no date"
_CONFIDENCE = {"low": Decimal("0.3"), "medium": Decimal("0.6"), "high": Decimal(1)}
_EFFORT_WORDS = {
    Effort.SMALL: "up to half a day",
    Effort.MEDIUM: "up to two days",
    Effort.LARGE: "more than two days",
}
EFFORTS = (Effort.SMALL, Effort.MEDIUM, Effort.LARGE)
TOLD_BY_ROWS = frozenset({
    "wiki.gap", "wiki.placeholder", "wiki.conflict", "wiki.blocker-overdue", "wiki.blocker-without-owner",
    "wiki.milestone-overdue", "wiki.unsigned-agreement", "wiki.equity-not-whole", "wiki.asset-not-owned-by-company",
    "wiki.invoice-overdue", "wiki.no-billing-model", "wiki.hosted-not-billed", "wiki.missing-chart-category",
})  # fmt: skip
"""Findings that say what a row of the wiki says: the report's own task for that row names people, dates and money."""
MANY_PLACES = 10
"""From here on a group of findings takes the next class of effort."""


@dataclass(frozen=True, slots=True)
class Task:
    """One thing that could be done, before it is ranked against the others."""

    sentence: str
    severity: Severity = Severity.MEDIUM
    owner: str = ""
    due: str = ""
    """Words; empty: no date."""
    monthly: MoneyRange | None = None
    once: MoneyRange | None = None
    confidence: Decimal = Decimal(1)
    effort: Effort = Effort.SMALL
    pill: str = ""
    """Word in place of money: `Critical`, `High`, `Equity`, ..."""
    sources: tuple[str, ...] = ()
    why: str = ""
    key: str = ""
    """Names it in traces and exports; permanent for the same rule and entity."""
    rule: Rule | None = None
    entity: str = ""
    findings: tuple[Finding, ...] = ()

    @property
    def worth(self) -> Decimal:
        """Money a month, its middle; what comes once counts a twelfth."""
        month = self.monthly.mid.amount if self.monthly else Decimal(0)
        return month + (self.once.mid.amount / 12 if self.once else Decimal(0))

    @property
    def score(self) -> Decimal:
        """Money a month x confidence / effort weight."""
        return self.worth * self.confidence / self.effort.weight

    def day(self, today: date) -> date | None:
        """The due date; a date without a year is the nearest one to `today`."""
        text = self.due.removeprefix("by ").removesuffix(", overdue")
        found = parse_day(text)
        if found is None and len(text.split()) == 2:
            years = (parse_day(f"{text} {today.year + shift}") for shift in (-1, 0, 1))
            found = min((day for day in years if day), key=lambda day: abs(day - today), default=None)
        return found


def finding_tasks(draft: Draft, findings: Iterable[Finding]) -> list[Task]:
    """One task for all findings of a rule in an entity."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        if finding.rule.id not in TOLD_BY_ROWS:
            groups.setdefault((finding.rule.id, finding.entity), []).append(finding)
    return [_finding_task(draft, group) for group in groups.values()]


def _finding_task(draft: Draft, group: list[Finding]) -> Task:
    first = group[0]
    severity = max(f.severity for f in group)
    owners = Counter(f.owner for f in group if f.owner)
    where = draft.now.name(first.entity) if first.entity else ""
    places = plural(len(group), "place") if len(group) > 1 else ""
    tail = ", ".join(part for part in (where, places) if part)
    said = f"{short(visible(first.rule.title), 80)}{f' ({tail})' if tail else ''}: {_remedy(visible(first.rule.fix))}"
    return Task(
        sentence=said,
        severity=severity,
        owner=owners.most_common(1)[0][0] if owners else "",
        due=policy_due(draft, severity),
        monthly=savings(group),
        confidence=max(_CONFIDENCE.get(f.confidence, Decimal("0.6")) for f in group),
        effort=grown(first.rule.effort) if len(group) >= MANY_PLACES else first.rule.effort,
        pill=severity.word.capitalize() if severity >= Severity.HIGH else "",
        sources=placed(group),
        why=first.rule.why,
        key=f"{first.rule.id}.{first.entity}" if first.entity else first.rule.id,
        rule=first.rule,
        entity=first.entity,
        findings=tuple(group),
    )


_ASIDE = re.compile(r"\s*\([^()]*\)")


def _remedy(fix: str, limit: int = 90) -> str:
    """The card's first instruction, without asides and code marks, cut between clauses rather than words."""
    text = sentence(_ASIDE.sub("", fix).replace("`", ""), 400)[:-1]
    text = text[:1].lower() + text[1:] if text[1:2].islower() else text
    if len(text) > limit:
        head = text[:limit].rpartition(",")[0]
        text = head if len(head) > 25 else short(text, limit)
    return f"{text}."


def grown(effort: Effort) -> Effort:
    """The next class of effort."""
    return EFFORTS[min(EFFORTS.index(effort) + 1, len(EFFORTS) - 1)]


def policy_due(draft: Draft, severity: Severity) -> str:
    """When a finding of that severity has to be closed, in words; empty where the policy sets no date."""
    name = {Severity.CRITICAL: "critical_due_days", Severity.HIGH: "high_due_days"}.get(severity)
    if name is None:
        return ""
    return f"by {day_words((draft.now.snapshot.frozen_at + timedelta(days=int(draft.threshold(name)))).date())}"


def savings(findings: Iterable[Finding]) -> MoneyRange | None:
    """Money a month that mending them frees; what is counted with another resource is not counted twice."""
    ranges = [f.saving.monthly for f in findings if f.saving and f.saving.monthly and not f.saving.counted_with]
    total: MoneyRange | None = None
    for part in sorted(ranges, key=lambda r: (r.currency, r.low.amount)):
        try:
            total = part if total is None else total + part
        except CurrencyMismatchError:
            continue  # the second currency stands in the table of savings; a sum needs a dated rate
    return total


def gap_tasks(draft: Draft, gaps: Iterable[Gap]) -> list[Task]:
    """One task for all missing figures of a page."""
    pages: dict[tuple[str, str], list[Gap]] = {}
    for gap in gaps:
        pages.setdefault((gap.page, gap.entity), []).append(gap)
    tasks = []
    for (page, entity), missing in sorted(pages.items()):
        labels = list(
            dict.fromkeys(f"a {g.label}" if g.metric.endswith("[]") else plain_label(g.label) for g in missing)
        )
        what = listing(
            [visible(label) for label in labels], limit=4, noun="more figures" if len(labels) > 4 else "more"
        )
        blocks = list(dict.fromkeys(b for g in missing for b in g.blocks))
        where = f" in {visible(page)}" if page else ""
        said = f"Write down {what} for {draft.now.name(entity)}{where}."
        why = (
            f"Without it nobody can compute {listing([plain_label(b.replace('_', ' ')) for b in blocks], limit=5)}."
            if blocks
            else ""
        )
        tasks.append(
            Task(short(said, 160), Severity.MEDIUM, pill="Missing figure", why=why, entity=entity,
                 sources=(page or "on no page so far",), key=f"gap.{entity}.{page}")
        )  # fmt: skip
    return tasks


def conflict_tasks(draft: Draft, conflicts: Iterable[Conflict]) -> list[Task]:
    """Two pages that contradict each other have to be settled by a person."""
    tasks = []
    for conflict in conflicts:
        label = conflict.first.label or conflict.metric.replace("_", " ")
        said = f"Settle which is right for {draft.now.name(conflict.entity)}: {visible(label.lower())} differs between two places."
        key = f"conflict.{conflict.entity}.{conflict.metric}"
        tasks.append(
            Task(
                short(said, 160),
                pill="Contradiction",
                sources=conflict_sides(conflict),
                entity=conflict.entity,
                key=key,
            )
        )
    return tasks


def blocker_tasks(draft: Draft) -> list[Task]:
    """What the wiki itself calls a blocker, with its owner and date; overdue ones are severe."""
    today = draft.now.snapshot.frozen_at.date()
    tasks = []
    for record in draft.now.records("blocker"):
        day = parse_day(record.text.get("due", ""))
        late = day is not None and day < today
        due = f"by {day_words(day)}" if day else visible(record.text.get("due", ""))
        said = visible(record.name.strip().rstrip("."))
        tasks.append(
            Task(
                f"Unblock {draft.now.name(record.entity)}: {short(said, 110)}.",
                Severity.HIGH if late else Severity.MEDIUM,
                visible(record.text.get("owner", "")),
                f"{due}, overdue" if late else due,
                pill="Overdue" if late else "Blocker",
                sources=(place(record.source),),
                key=f"blocker.{record.entity}.{record.name}",
                entity=record.entity,
            )
        )
    return tasks


def ranked(draft: Draft, tasks: Iterable[Task]) -> list[Task]:
    """Most worth doing first; equal ones by date, places and name, so that the order never depends on the input's."""
    small = draft.threshold("small_money_month")
    today = draft.now.snapshot.frozen_at.date()

    def order(task: Task) -> tuple[int, Decimal, int, str, int, str]:
        if task.severity is Severity.CRITICAL and not task.worth:
            step = 0
        elif task.score >= small:
            step = 1
        elif task.severity >= Severity.HIGH:
            step = 2
        else:
            step = 3
        return (step, -task.score, -task.severity, str(task.day(today) or "9999"), -len(task.findings), task.key)

    return sorted(tasks, key=order)


def actions(draft: Draft, tasks: Sequence[Task]) -> tuple[Action, ...]:
    """The ranked tasks as printed."""
    return tuple(_action(draft, rank, task) for rank, task in enumerate(ranked(draft, tasks), 1))


def _action(draft: Draft, rank: int, task: Task) -> Action:
    return Action(
        rank=rank,
        sentence=task.sentence,
        owner=task.owner or draft.now.owner(task.entity) or NOBODY,
        due=task.due or NO_DATE,
        impact=_impact(draft, task),
        sources=task.sources,
        why=task.why,
        effort=_EFFORT_WORDS[task.effort] if task.findings else "",
    )


def _impact(draft: Draft, task: Task) -> Cell:
    money, tail = (task.monthly, " a month") if task.monthly else (task.once, " once")
    if money is None or not money.high.amount:
        tone = {"Critical": Tone.BAD, "High": Tone.WARN, "Overdue": Tone.BAD, "Equity": Tone.WARN}.get(task.pill)
        return Cell(task.pill, tone=tone or Tone.UNKNOWN) if task.pill else Cell("")
    text = f"{range_words(money)}{tail}"
    priced = [f for f in task.findings if f.saving and f.saving.monthly]
    formula = priced[0].saving.formula if len(priced) == 1 and priced[0].saving else ""
    basis = "; ".join(dict.fromkeys(f"{f.saving.basis}, {f.saving.as_of}" for f in priced[:5] if f.saving))
    name = f"Worth of: {short(task.sentence, 60)}"
    filled = f"{formula} = {text}" if formula else text
    return draft.worked(
        f"worth.{task.key}", name, text, formula="what the fix frees", filled=filled, sources=cited(task.findings) or task.sources, note=basis,
        strong=True,
    )  # fmt: skip


def exact(amount: Decimal, currency: str | None) -> MoneyRange:
    """An amount as a range of one point."""
    return MoneyRange.exact(Money(amount, currency or "USD"))


def due_of(record: Record, today: date | None = None) -> str:
    """The date a row states, as printed; `, overdue` when it is before `today`."""
    day = parse_day(record.text.get("due", ""))
    if day is None:
        return visible(record.text.get("due", ""))
    return f"by {day_words(day)}, overdue" if today and day < today else f"by {day_words(day)}"


def item_task(draft: Draft, record: Record, said: str, kind: str) -> Task:
    """A row that somebody has to finish: severe, and called overdue when its date has passed."""
    due = due_of(record, draft.now.snapshot.frozen_at.date())
    return Task(
        f"{said}: {visible(record.name.strip().rstrip('.'))}.", Severity.HIGH, visible(record.text.get("owner", "")), due,
        pill="Overdue" if due.endswith("overdue") else "Open", sources=(place(record.source),),
        key=f"{kind}.{record.entity}.{record.name}", entity=record.entity,
    )  # fmt: skip

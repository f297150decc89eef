"""What one entity states, as of one month: which fact answers a question, and which gap stands in its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from auditor.finance.catalog import blocked_by
from auditor.finance.interval import Interval
from auditor.finance.periods import days_in_month, monthly, period_length
from auditor.model.fact import Conflict, Fact, Gap, Quantity, Record, Status, Tier
from auditor.model.finding import Finding
from auditor.model.location import WikiLocation
from auditor.model.rule import Severity
from auditor.model.run import EntityInfo, Snapshot

OLD_BALANCE = 12
"""Months after which a balance of cash says nothing of today's."""


@dataclass(frozen=True, slots=True)
class Given:
    """An input of a formula: its value, and the facts it rests on."""

    value: Interval
    facts: tuple[Fact, ...]
    currency: str | None = None
    note: str = ""

    @property
    def fact(self) -> Fact:
        """The first fact."""
        return self.facts[0]


@dataclass(frozen=True, slots=True)
class Book:
    """Facts and records of one entity. `period` is the month asked for, `YYYY-MM`."""

    entity: str
    period: str
    facts: tuple[Fact, ...] = ()
    records: tuple[Record, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    kind: str = ""
    page: str = ""
    """Where a missing figure should stand."""
    scenario: str = ""
    critical: tuple[Finding, ...] = ()
    """Its open critical findings, for what must be paid first."""
    _index: dict[str, list[Fact]] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Facts by metric, once."""
        for fact in self.facts:
            if fact.metric is not None:
                self._index.setdefault(fact.metric, []).append(fact)

    @property
    def end(self) -> date:
        """Last day of the month."""
        return date(int(self.period[:4]), int(self.period[5:7]), days_in_month(self.period))

    @property
    def start(self) -> date:
        """First day of the month."""
        return date(int(self.period[:4]), int(self.period[5:7]), 1)

    def rows(self, kind: str) -> tuple[Record, ...]:
        """Records of one kind, in page order."""
        return tuple(r for r in self.records if r.kind == kind)

    def ask(
        self, metric: str, *, status: Status = Status.ACTUAL, also: Sequence[Status] = (), scenario: str | None = None
    ) -> Given | Gap:
        """The fact that answers, or the gap.

        Only declared facts of the status asked for (or, in order, those in `also`). Among several the one for this month,
        else the latest as-of not after it. Two that contradict each other without a precedence answer nothing.
        """
        wanted = self.scenario if scenario is None else scenario
        for kind in (status, *also):
            found = [f for f in self._index.get(metric, ()) if self._answers(f, kind, wanted)]
            if not found:
                continue
            best = max(found, key=self._rank)
            if metric == "cash" and kind is Status.ACTUAL and (said := self._long_ago(best)):
                return self._gap(metric, kind, f"{best.label} (last stated for {said})", best)
            conflict = self._conflict(best)
            if conflict is not None and conflict.chosen is None:
                return self._gap(metric, kind, f"{best.label}: {conflict.first.raw} or {conflict.second.raw}", best)
            if conflict is not None and conflict.chosen is not None:
                best = conflict.chosen
            return Given(Interval.of(best.value), (best,), best.value.currency)
        return self._gap(metric, status)

    def ask_monthly(
        self, metric: str, *, status: Status = Status.ACTUAL, also: Sequence[Status] = (), scenario: str | None = None
    ) -> Given | Gap:
        """The same per month; a figure that does not say per what is a gap, not a guess."""
        found = self.ask(metric, status=status, also=also, scenario=scenario)
        if isinstance(found, Gap):
            return found
        fact = found.fact
        low, high = (monthly(end, fact.value.per, fact.period) for end in (fact.value.low, fact.value.high))
        if low is None or high is None:
            if fact.value.high == 0:
                return found
            return self._gap(metric, status, f"{fact.label} (does not say per what)", fact)
        per = fact.value.per or (f"{period_length(fact.period)} months" if fact.period else "")
        note = "" if per in {"month", "1 months"} else f"{fact.label} per {per} as a month"
        return replace(found, value=Interval(low, high), note=note)

    def _answers(self, fact: Fact, status: Status, scenario: str) -> bool:
        if fact.status is not status or fact.tier is not Tier.DECLARED or fact.scenario != scenario:
            return False
        if fact.as_of is not None and fact.period is None and fact.as_of > self.end:
            return False
        return not (
            fact.period and fact.period[:2] == "20" and fact.period[:7] > self.period and status is Status.ACTUAL
        )

    def _long_ago(self, fact: Fact) -> str:
        """When a balance was stated, where that is more than a year before this month; else empty."""
        said = fact.period or (f"{fact.as_of:%Y-%m}" if fact.as_of is not None else "")
        m = re.match(r"(?:FY)?(\d{4})(?:-(\d\d)(?!\d)|-Q([1-4])|-H([12]))?(?:\.\.(\d{4})-(\d\d))?$", said)
        if m is None:
            return ""
        month = int(m[2] or int(m[3] or 0) * 3 or int(m[4] or 0) * 6 or 12)
        year, month = (int(m[5]), int(m[6])) if m[5] else (int(m[1]), month)
        age = (self.end.year - year) * 12 + self.end.month - month
        return said if age > OLD_BALANCE else ""

    def _rank(self, fact: Fact) -> tuple[bool, str, str, str]:
        return (fact.period == self.period, fact.period or "", str(fact.as_of or ""), f"{fact.source}")

    def _conflict(self, fact: Fact) -> Conflict | None:
        return next((c for c in self.conflicts if fact in {c.first, c.second}), None)

    def _gap(self, metric: str, status: Status, why: str = "", fact: Fact | None = None) -> Gap:
        name = f"{metric}@target" if status is Status.TARGET else metric
        label = why or metric.replace("_", " ") + (" target" if status is Status.TARGET else "")
        place = fact.source if fact is not None else None
        page, line = (place.page, place.line) if isinstance(place, WikiLocation) else (self.page, None)
        return Gap(self.entity, name, label, page, blocked_by(name), fact.raw if fact is not None else "", line)


def book_of(snapshot: Snapshot, entity: str, period: str = "") -> Book:
    """The book of one entity in a snapshot; an empty key: of the whole portfolio."""
    info = next((e for e in snapshot.entities if e.key == entity), None)
    return make_book(
        entity,
        period or snapshot.period,
        snapshot.facts,
        snapshot.records,
        snapshot.conflicts,
        info,
        snapshot.findings,
    )


def make_book(
    entity: str,
    period: str,
    facts: Iterable[Fact],
    records: Iterable[Record] = (),
    conflicts: Iterable[Conflict] = (),
    info: EntityInfo | None = None,
    findings: Iterable[Finding] = (),
) -> Book:
    """A book from everything that is known; what belongs to other entities is left out unless `entity` is empty."""
    own = tuple(sorted((f for f in facts if not entity or f.entity == entity), key=_place))
    page = next((f.source.page for f in own if f.metric and isinstance(f.source, WikiLocation)), f"{entity}.md")
    return Book(
        entity,
        period,
        own,
        tuple(sorted((r for r in records if not entity or r.entity == entity or r.kind == "rate"), key=_place)),
        tuple(c for c in conflicts if not entity or c.entity == entity),
        info.kind if info else "",
        page,
        critical=tuple(
            f for f in findings
            if (not entity or f.entity == entity) and f.severity is Severity.CRITICAL and f.state.is_open
        ),
    )  # fmt: skip


def _place(item: Fact | Record) -> tuple[str, int, int]:
    """Order of the pages, whatever order the snapshot keeps."""
    where = item.source
    if isinstance(where, WikiLocation):
        return (where.page, where.line or 0, where.column or 0)
    return (str(where), getattr(where, "line", None) or 0, 0)


def money_quantity(value: Interval, currency: str | None, per: str | None = None) -> Quantity:
    """An amount of money as a quantity."""
    return Quantity(value.low, value.high, "money", currency or "USD", per)

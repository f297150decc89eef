"""Two statements about the same thing that cannot both be true; nothing is chosen but by a declared precedence."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from auditor.adapters.wiki.vocabulary import Vocabulary
from auditor.finance.periods import monthly_factor
from auditor.model.fact import Conflict, Fact, Status, Tier
from auditor.model.location import WikiLocation

APPROX = Decimal("0.1")
"""A figure marked `~` agrees with anything within a tenth."""


def find_conflicts(
    facts: Iterable[Fact], vocabulary: Vocabulary, source_priority: Sequence[str] = ()
) -> tuple[Conflict, ...]:
    """Pairs of declared facts of one entity, metric, period, status and scenario whose intervals do not meet.

    `source_priority` lists pages, most trusted first; it decides only where the dates are equal.
    """
    facts = tuple(facts)
    alike = parallel_sections(facts)
    groups: dict[tuple[str, ...], list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.metric is None or fact.tier is not Tier.DECLARED or fact.status is Status.RULE:
            continue
        groups[_key(fact, vocabulary)].append(fact)
    found: list[Conflict] = []
    for key in sorted(groups):
        members = sorted(groups[key], key=_place)
        clusters: list[Fact] = []
        for fact in members:
            if not any(
                _agree(fact, other) or _succeeds(fact, other) or _apart(fact, other, alike) for other in clusters
            ):
                clusters.append(fact)
        first = clusters[0]
        for second in clusters[1:]:
            chosen, reason = _choose(first, second, source_priority)
            found.append(Conflict(first.entity, str(first.metric), first, second, chosen, reason))
    return tuple(found)


def parallel_sections(facts: Iterable[Fact]) -> frozenset[tuple[str, str, str]]:
    """(page, heading, heading) of sections that state two or more of the same labels: one for each product or site.

    Their figures are about different things and contradict nothing.
    """
    labels: dict[tuple[str, str], set[str]] = defaultdict(set)
    for fact in facts:
        if isinstance(fact.source, WikiLocation) and fact.tier is Tier.DECLARED:
            labels[fact.source.page, fact.source.heading].add(" ".join(re.findall(r"[a-z0-9]+", fact.label.lower())))
    by_page: dict[str, list[tuple[str, set[str]]]] = defaultdict(list)
    for (page, heading), words in labels.items():
        by_page[page].append((heading, words))
    found: set[tuple[str, str, str]] = set()
    for page, sections in by_page.items():
        if len(sections) > 200:
            continue
        for index, (one, first) in enumerate(sections):
            for other, second in sections[index + 1 :]:
                if len(first & second) >= 2:
                    found |= {(page, one, other), (page, other, one)}
    return frozenset(found)


def _apart(one: Fact, other: Fact, alike: frozenset[tuple[str, str, str]]) -> bool:
    a, b = one.source, other.source
    if not isinstance(a, WikiLocation) or not isinstance(b, WikiLocation) or a.page != b.page:
        return False
    return (a.page, a.heading, b.heading) in alike


def _key(fact: Fact, vocabulary: Vocabulary) -> tuple[str, ...]:
    page = fact.source.page if isinstance(fact.source, WikiLocation) else str(fact.source)
    metric = vocabulary.metrics[str(fact.metric)]
    narrow = ""
    if metric.many:
        heading = fact.source.heading if isinstance(fact.source, WikiLocation) else ""
        narrow = f"{page}\x1f{heading}\x1f{re.sub(r'[^a-z0-9]+', ' ', fact.label.lower())}"
    period = fact.period or ""
    return (
        fact.entity or page,
        metric.id,
        period,
        fact.status.value,
        fact.scenario.lower(),
        fact.value.currency or "",
        narrow,
    )


def _place(fact: Fact) -> tuple[str, int, int]:
    if isinstance(fact.source, WikiLocation):
        return (fact.source.page, fact.source.line or 0, fact.source.column or 0)
    return (str(fact.source), 0, 0)


def interval(fact: Fact) -> tuple[Decimal | None, Decimal | None]:
    """Ends after normalising to a month and widening for `~`, `+`, `<`; None: open on that side."""
    factor = monthly_factor(fact.value.per, fact.period) or Decimal(1)
    low, high = fact.value.low * factor, fact.value.high * factor
    if "approx" in fact.value.flags:
        low, high = low - abs(low) * APPROX, high + abs(high) * APPROX
    return (
        None if "at_most" in fact.value.flags else low,
        None if "at_least" in fact.value.flags else high,
    )


def _agree(one: Fact, other: Fact) -> bool:
    if one.value.unit != other.value.unit and one.value.unit and other.value.unit:
        return True  # not comparable: months against money is a matter for the mapping, not a contradiction
    known = [monthly_factor(f.value.per, f.period) is None for f in (one, other)]
    if known[0] != known[1] and one.value.unit == "money":
        return True  # one of them does not say per what
    low_a, high_a = interval(one)
    low_b, high_b = interval(other)
    slack = _rounding(one) + _rounding(other)
    below = high_a is not None and low_b is not None and high_a + slack < low_b
    above = high_b is not None and low_a is not None and high_b + slack < low_a
    return not (below or above)


def _rounding(fact: Fact) -> Decimal:
    """Half of the last place written: `$1.2M` stands for 1.15 to 1.25 million, and a year's twelfth is not exact."""
    factor = monthly_factor(fact.value.per, fact.period) or Decimal(1)
    return last_place(fact.raw) / 2 * factor if factor != 1 or re.search(r"\d\s?[KkMB%]", fact.raw) else Decimal(0)


def last_place(raw: str) -> Decimal:
    """Value of one step of the last digit written in a figure: 1 for `1,234`, 0.01 for `1.25`, 100,000 for `$1.2M`."""
    numbers = re.findall(r"\d[\d,]*(?:\.(\d+))?\s?([KkMmBb])?", raw)
    if not numbers:
        return Decimal(1)
    decimals, letter = numbers[-1]
    factor = {"k": 3, "m": 6, "b": 9}.get(letter.lower(), 0) if letter else 0
    return Decimal(10) ** (factor - len(decimals))


def _succeeds(one: Fact, other: Fact) -> bool:
    """Two dated statements on one page: a history, not a contradiction."""
    same_page = _place(one)[0] == _place(other)[0]
    return same_page and one.as_of != other.as_of


def _choose(first: Fact, second: Fact, priority: Sequence[str]) -> tuple[Fact | None, str]:
    if first.as_of and second.as_of and first.as_of != second.as_of:
        newer = max((first, second), key=lambda f: str(f.as_of))
        return newer, f"newer as-of ({newer.as_of})"
    ranks = {page: rank for rank, page in enumerate(priority)}
    one, other = (ranks.get(_place(f)[0]) for f in (first, second))
    if one is not None and (other is None or one < other):
        return first, "source priority"
    if other is not None and (one is None or other < one):
        return second, "source priority"
    return None, "no precedence decides; neither is used"

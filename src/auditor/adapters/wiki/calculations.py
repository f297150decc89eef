"""Calculations written out in lines, totals of lists, and the same figure stated twice."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from auditor.adapters.wiki.conflicts import last_place, parallel_sections
from auditor.adapters.wiki.numbers import whole_cell
from auditor.adapters.wiki.scope import Scope
from auditor.model.fact import Fact, Miscalculation, Tier
from auditor.model.location import WikiLocation

_EXPRESSION = re.compile(
    r"(?P<left>\(?\s*[-−]?[$€£]?\s?[\d.,]+\s?[KkM%]?(?:\s?/\s?[a-z]+)?\s*(?:[×x*÷/+−–-]\s*\(?\s*[$€£]?\s?[\d.,]+\s?[KkM%]?\)?\s*)+)=\s*(?P<right>[-−]?[$€£]?\s?[\d.,]*\d\s?[KkM]?%?)(?![\d\w])"
)
_FACTORS = tuple(f for n in (1, 12, 52, 365, 4, 100, 1000) for f in (Decimal(n), Decimal(1) / n))
"""Periods and percent that calculations in running text leave out."""


def line_checks(text: str, number: int, scope: Scope) -> Iterator[Miscalculation]:
    """Calculations written out in a line: `$7,200 / $45,000 = 16%`."""
    if "=" not in text:
        return
    for m in _EXPRESSION.finditer(text):
        computed = _evaluate(m["left"])
        right = m["right"].strip()
        stated = _operand(right)
        if computed is None or stated is None:
            continue
        step = last_place(right)
        if right.endswith("%"):
            computed *= 100
        slack = max(step * Decimal("0.6"), abs(computed) * Decimal("0.006"))
        if "~" in text or "≈" in text or "approx" in text.lower():
            slack = max(slack, abs(computed) / 10)
        if not any(abs(stated - computed * factor) <= slack * max(factor, Decimal(1)) for factor in _FACTORS):
            yield Miscalculation(
                scope.entity,
                "product",
                stated,
                computed.quantize(Decimal("0.01")),
                WikiLocation(scope.page, scope.section, number, m.start("right") + 1, scope.commit),
                " ".join(m["left"].split()),
            )


def _operand(text: str) -> Decimal | None:
    hits = whole_cell(text.replace("−", "-"), years=True)
    if len(hits) != 1 or hits[0].value.low != hits[0].value.high:
        return None
    return hits[0].value.low


def _evaluate(text: str) -> Decimal | None:
    """Value of a flat calculation with one level of brackets; None for what is not one."""
    tokens = re.findall(r"[$€£]?\s?\d[\d.,]*\s?[KkM]?%?|[×x*÷/+−–()-]", re.sub(r"/\s?[a-z]+", "", text))
    try:
        value, rest = _sum_of(tokens)
    except (ValueError, ArithmeticError, IndexError):
        return None
    return value if not rest else None


def _sum_of(tokens: list[str]) -> tuple[Decimal, list[str]]:
    value, tokens = _product_of(tokens)
    while tokens and tokens[0] in "+−–-":
        sign = 1 if tokens[0] == "+" else -1
        part, tokens = _product_of(tokens[1:])
        value += sign * part
    return value, tokens


def _product_of(tokens: list[str]) -> tuple[Decimal, list[str]]:
    value, tokens = _factor_of(tokens)
    while tokens and tokens[0] in "×x*÷/":
        operator = tokens[0]
        part, tokens = _factor_of(tokens[1:])
        value = value / part if operator in "÷/" else value * part
    return value, tokens


def _factor_of(tokens: list[str]) -> tuple[Decimal, list[str]]:
    head, rest = tokens[0], tokens[1:]
    if head == "(":
        value, rest = _sum_of(rest)
        if rest[0] != ")":
            raise ValueError("unbalanced")
        return value, rest[1:]
    if head in "−–-":
        value, rest = _factor_of(rest)
        return -value, rest
    value_or_none = _operand(head)
    if value_or_none is None:
        raise ValueError(head)
    return (value_or_none / 100 if head.rstrip().endswith("%") else value_or_none), rest


def list_checks(facts: Sequence[Fact]) -> Iterator[Miscalculation]:
    """A list's `Total` item against the items above it below the same heading."""
    groups: dict[tuple[str, str, str], list[Fact]] = defaultdict(list)
    for fact in facts:
        if (
            isinstance(fact.source, WikiLocation)
            and fact.extractor in {"item.label", "code.label"}
            and fact.tier is Tier.DECLARED
        ):
            groups[fact.source.page, fact.source.heading, fact.extractor].append(fact)
    for members in groups.values():
        start = 0
        for index, fact in enumerate(members):
            if not re.match(r"^\W*(?:grand |sub)?total\b", fact.label, re.IGNORECASE):
                continue
            parts = [f for f in members[start:index] if f.value.unit == "money" and f.value.low == f.value.high]
            first = index
            start = index + 1
            if len(parts) < 2 or fact.value.unit != "money" or fact.value.low != fact.value.high or fact.value.flags:
                continue
            lines = [f.source.line or 0 for f in parts if isinstance(f.source, WikiLocation)]
            if len(lines) != len(set(lines)) or any(
                f.value.flags or f.value.per != fact.value.per for f in members[:first][-len(parts) :]
            ):
                continue
            total = sum((f.value.low for f in parts), Decimal(0))
            slack = max(last_place(fact.raw), *(last_place(f.raw) for f in parts))
            if abs(total - fact.value.low) > slack and fact.value.low not in {total * 12, total / 12}:
                yield Miscalculation(
                    fact.entity, "total", fact.value.low, total, fact.source, " + ".join(f.raw for f in parts)
                )


def repeat_checks(facts: Iterable[Fact]) -> Iterator[Miscalculation]:
    """The same named figure stated twice on a page with different values: totals and lines of two words or more."""
    facts = tuple(facts)
    alike = parallel_sections(facts)
    known: dict[tuple[str, ...], Fact] = {}
    for fact in facts:
        if (
            fact.metric is not None
            or fact.tier is not Tier.DECLARED
            or not isinstance(fact.source, WikiLocation)
            or fact.period is None
        ):
            continue
        words = re.findall(r"[a-z0-9]+", fact.label.lower())
        if len(words) < 2 or fact.value.unit != "money" or "–" in fact.label:
            continue
        key = (
            fact.entity, fact.source.page, " ".join(words), fact.period, fact.status.value, fact.scenario, fact.value.per or "", fact.value.currency or "",
        )  # fmt: skip
        first = known.setdefault(key, fact)
        if first is fact or not isinstance(first.source, WikiLocation) or first.source.heading == fact.source.heading:
            continue
        if (fact.source.page, first.source.heading, fact.source.heading) in alike:
            continue
        slack = (
            (last_place(first.raw) + last_place(fact.raw)) / 2
            if re.search(r"[KkMB.]", first.raw + fact.raw)
            else Decimal(0)
        )
        if first.value.high + slack < fact.value.low or fact.value.high + slack < first.value.low:
            yield Miscalculation(
                fact.entity, "repeat", fact.value.low, first.value.low, fact.source, f"{first.raw} at {first.source}"
            )

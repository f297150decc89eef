"""The one door from reports to finance: a metric and an entity in, a figure with its trace out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal

from auditor.model.fact import Fact, Gap, Quantity, Status
from auditor.model.figure import Figure
from auditor.model.report import Trace
from auditor.reports.dossier import Dossier
from auditor.reports.places import place
from auditor.reports.words import quantity_words

_LABELS = {
    "revenue": "Revenue", "revenue@target": "Revenue target", "expenses": "Expenses", "cash": "Cash",
    "net_burn": "Net burn", "runway": "Runway",
}  # fmt: skip


def figure(dossier: Dossier, metric: str, entity: str = "") -> Figure:
    """The figure of one entity, or over all entities of the dossier."""
    if metric == "net_burn":
        return net_burn(dossier, entity)
    if metric == "runway":
        return runway(dossier, entity)
    return stated(dossier, metric, entity) if entity else total(dossier, metric)


def _label(metric: str) -> str:
    return _LABELS.get(metric, metric.replace("_", " ").capitalize())


def stated(dossier: Dossier, metric: str, entity: str) -> Figure:
    """The newest statement of the wiki."""
    wanted, _, word = metric.partition("@")
    status = Status(word or "actual")
    facts = [
        f for f in dossier.snapshot.facts
        if f.entity == entity and f.metric == wanted and f.status is status and (f.period or "") <= dossier.snapshot.period
    ]  # fmt: skip
    if not facts:
        info = next((e for e in dossier.snapshot.entities if e.key == entity), None)
        page = info.pages[0] if info and info.pages else ""
        return Figure(metric, entity, None, gaps=(Gap(entity, metric, _label(metric), page),), label=_label(metric))
    best: Fact = max(facts, key=lambda f: (f.period or "", f.as_of.isoformat() if f.as_of else ""))
    words = quantity_words(best.value)
    trace = Trace(
        f"{metric}.{entity}", f"{_label(metric)}, {dossier.name(entity)}", "as stated", words, (place(best.source),)
    )
    return Figure(metric, entity, best.value, trace, label=_label(metric))


def total(dossier: Dossier, metric: str) -> Figure:
    """Sum over the entities that state it."""
    parts = [stated(dossier, metric, e.key) for e in dossier.entities]
    known = [p for p in parts if p.value and p.trace]
    gaps = tuple(g for p in parts for g in p.gaps)
    if not known:
        return Figure(metric, "", None, gaps=gaps, label=_label(metric))
    first = known[0].value
    assert first
    value = Quantity(
        sum((p.value.low for p in known if p.value), Decimal(0)), sum((p.value.high for p in known if p.value), Decimal(0)),
        first.unit, first.currency, first.per,
    )  # fmt: skip
    filled = " + ".join(p.trace.filled for p in known if p.trace)
    trace = Trace(
        f"{metric}.all", f"{_label(metric)}, all", "sum over the businesses that state it",
        f"{filled} = {quantity_words(value)}", tuple(s for p in known if p.trace for s in p.trace.sources),
    )  # fmt: skip
    return Figure(metric, "", value, trace, gaps, label=_label(metric))


def net_burn(dossier: Dossier, entity: str) -> Figure:
    """Expenses less revenue."""
    out, back = figure(dossier, "expenses", entity), figure(dossier, "revenue", entity)
    return _combine("net_burn", entity, "expenses − revenue", "−", out, back)


def runway(dossier: Dossier, entity: str) -> Figure:
    """Months until cash is gone."""
    cash, burn = figure(dossier, "cash", entity), figure(dossier, "net_burn", entity)
    if burn.value and burn.trace and burn.value.high <= 0:
        return Figure("runway", entity, None, burn.trace, cash.gaps + burn.gaps, "profitable", "Runway")
    return _combine("runway", entity, "cash / net burn", "/", cash, burn)


def _combine(metric: str, entity: str, formula: str, sign: str, left: Figure, right: Figure) -> Figure:
    gaps = left.gaps + right.gaps
    if not (left.value and right.value and left.trace and right.trace):
        return Figure(metric, entity, None, gaps=gaps, label=_label(metric))
    if sign == "/":
        low, high = left.value.low / right.value.high, left.value.high / right.value.low
        value = Quantity(
            low.quantize(Decimal("0.1")),
            high.quantize(Decimal("0.1"), ROUND_CEILING) if low != high else low.quantize(Decimal("0.1")),
            "months",
        )
    else:
        value = Quantity(
            left.value.low - right.value.high,
            left.value.high - right.value.low,
            "money",
            left.value.currency,
            left.value.per,
        )
    filled = f"{quantity_words(left.value)} {sign} {quantity_words(right.value)} = {quantity_words(value)}"
    trace = Trace(
        f"{metric}.{entity or 'all'}",
        _label(metric),
        formula,
        filled,
        tuple(dict.fromkeys(left.trace.sources + right.trace.sources)),
    )
    return Figure(metric, entity, value, trace, gaps, label=_label(metric))


@dataclass(frozen=True, slots=True)
class Category:
    """One category of costs over the entities of a dossier, a month."""

    label: str
    figure: Figure


_MONTHS = {
    "month": Decimal(1),
    "year": Decimal(1) / 12,
    "quarter": Decimal(1) / 3,
    "week": Decimal(52) / 12,
    "day": Decimal(365) / 12,
}


def categories(dossier: Dossier) -> tuple[Category, ...]:
    """Costs by category, largest first; only actual ones of the newest period that names them."""
    groups: dict[str, list[Fact]] = {}
    for fact in dossier.snapshot.facts:
        if (
            fact.category
            and fact.status is Status.ACTUAL
            and dossier.concerns(fact.entity)
            and fact.value.unit == "money"
        ):
            groups.setdefault(fact.category, []).append(fact)
    result = []
    for label, facts in groups.items():
        newest = max(f.period or "" for f in facts)
        used = [f for f in facts if (f.period or "") == newest]
        low = sum((f.value.low * _MONTHS.get(f.value.per or "month", Decimal(1)) for f in used), Decimal(0))
        high = sum((f.value.high * _MONTHS.get(f.value.per or "month", Decimal(1)) for f in used), Decimal(0))
        value = Quantity(low, high, "money", used[0].value.currency, "month")
        filled = f"{' + '.join(quantity_words(f.value) for f in used)} = {quantity_words(value)}"
        trace = Trace(
            f"category.{label}", label, "sum of the rows of this category", filled, tuple(place(f.source) for f in used)
        )
        result.append(Category(label, Figure(f"category.{label}", "", value, trace, label=label)))
    return tuple(sorted(result, key=lambda c: (-(c.figure.value.high if c.figure.value else Decimal(0)), c.label)))


def a_month(item: Figure) -> Figure:
    """The same money per month; unchanged where it says no period or one that is no time."""
    value = item.value
    factor = _MONTHS.get(value.per or "") if value else None
    if value is None or item.trace is None or factor is None or value.per == "month":
        return item
    month = replace(value, low=value.low * factor, high=value.high * factor, per="month")
    trace = replace(
        item.trace,
        id=f"{item.trace.id}.month",
        filled=f"{quantity_words(value)} = {quantity_words(month)}",
        formula=f"per {value.per} as per month",
    )
    return replace(item, value=month, trace=trace)

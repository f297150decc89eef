"""The one door from reports to finance: a metric and an entity in, a figure with its trace out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from auditor.finance.metrics import of_book, over
from auditor.model.fact import Fact, Gap, Quantity, Record, Status
from auditor.model.figure import Figure
from auditor.model.report import Trace
from auditor.reports.dossier import Dossier
from auditor.reports.places import place
from auditor.reports.words import money_words, quantity_words

_COUNTS = frozenset(
    {"units_sold", "pipeline", "users", "email_subscribers", "leads", "new_customers", "capacity_units"}
)
"""Counts that may be added over entities."""
_INSTEAD: Mapping[tuple[str, str], str] = {("rental", "revenue"): "rent", ("client-portfolio", "revenue"): "mrr"}
"""What a kind of entity calls its revenue."""


def figure(dossier: Dossier, metric: str, entity: str = "") -> Figure:
    """The figure of one entity, or over all entities of the dossier; computed once."""
    key = (metric, entity)
    if key not in dossier.figures:
        dossier.figures[key] = _own(metric)(dossier, entity) if metric in _OWN else _computed(dossier, metric, entity)
    return dossier.figures[key]


def _computed(dossier: Dossier, metric: str, entity: str) -> Figure:
    if entity:
        found = of_book(dossier.book(entity), metric)
        other = _INSTEAD.get((dossier.book(entity).kind, metric))
        if found.value is None and other:
            second = of_book(dossier.book(entity), other)
            return replace(a_month(second), metric=metric) if second.value else found
        return found
    if metric in _COUNTS:
        return _counts(dossier, metric)
    if metric == "revenue":
        return _sum(dossier, metric, "Revenue")
    found = over(dossier.books, metric, dossier.records("cost"))
    if found.trace and metric.endswith("@target"):
        return replace(found, trace=replace(found.trace, name=f"{found.trace.name} target"))
    return found


def cash_and_burn(dossier: Dossier) -> tuple[Figure, Figure]:
    """Cash and net burn of the businesses that state both: the two that may be held against each other."""
    both = tuple(b for b in dossier.books if of_book(b, "cash").value and of_book(b, "net_burn").value)
    return over(both, "cash"), over(both, "net_burn")


def _parts(dossier: Dossier, metric: str) -> tuple[list[Figure], tuple[Gap, ...]]:
    found = [figure(dossier, metric, entity.key) for entity in dossier.entities]
    return [f for f in found if f.value and f.trace], tuple(g for f in found if f.value is None for g in f.gaps)


def _sum(dossier: Dossier, metric: str, label: str) -> Figure:
    """Sum over the entities that state it, in the first one's currency."""
    known, gaps = _parts(dossier, metric)
    if not known or known[0].value is None:
        return Figure(metric, "", None, gaps=gaps, label=label)
    currency = known[0].value.currency
    same = [f for f in known if f.value and f.value.currency == currency]
    low = sum((f.value.low for f in same if f.value), Decimal(0))
    high = sum((f.value.high for f in same if f.value), Decimal(0))
    value = replace(known[0].value, low=low, high=high)
    shown = " + ".join(f"{dossier.name(f.entity)} {quantity_words(f.value, per=False)}" for f in same if f.value)
    note = f"{len(same)} of {len(dossier.entities)} businesses state it" if len(same) < len(dossier.entities) else ""
    sources = tuple(dict.fromkeys(s for f in same if f.trace for s in f.trace.sources))
    trace = Trace(
        f"all.{metric}", label, "sum over the businesses", f"{shown} = {quantity_words(value)}", sources, note
    )
    return Figure(metric, "", value, trace, gaps, label=label)


def _counts(dossier: Dossier, metric: str) -> Figure:
    label = {"units_sold": "Bookings", "users": "Registered users"}.get(metric, metric.replace("_", " ").capitalize())
    found = _sum(dossier, metric, label)
    return replace(found, value=replace(found.value, unit="count", currency=None)) if found.value else found


def _email_share(dossier: Dossier, entity: str) -> Figure:
    mails, users = figure(dossier, "email_subscribers", entity), figure(dossier, "users", entity)
    return _ratio("email_share", "Users reachable by e-mail", mails, users, percent=True)


def _cost_per_lead(dossier: Dossier, entity: str) -> Figure:
    spend = (
        _sum(dossier, "marketing_spend", "Marketing spend")
        if not entity
        else figure(dossier, "marketing_spend", entity)
    )
    return _ratio("cost_per_lead", "Cost per lead", spend, figure(dossier, "leads", entity))


def _cac(dossier: Dossier, entity: str) -> Figure:
    if entity:
        return _computed(dossier, "cac", entity)
    spend, new = _sum(dossier, "marketing_spend", "Marketing spend"), figure(dossier, "new_customers")
    return _ratio("cac", "Cost per new customer", spend, new, none="no new customers")


def _net_income(dossier: Dossier, entity: str) -> Figure:
    burn = figure(dossier, "net_burn", entity)
    if not (burn.value and burn.trace):
        return burn
    value = replace(burn.value, low=-burn.value.high, high=-burn.value.low)
    filled = f"−({quantity_words(burn.value)}) = {quantity_words(value)}"
    trace = replace(burn.trace, id="net-income", name="Net", formula="revenue − expenses", filled=filled)
    return Figure("net_income", entity, value, trace, burn.gaps, label="Net")


def _capital_asked(dossier: Dossier, entity: str) -> Figure:
    rows = [(r, r.amounts["cost"]) for r in dossier.records("ask", entity) if "cost" in r.amounts]
    total = sum((v.high for _, v in rows), Decimal(0))
    if not rows:
        return Figure("capital_asked", entity, None, label="Capital asked", words="nothing asked")
    currency = rows[0][1].currency
    filled = f"{' + '.join(quantity_words(v) for _, v in rows)} = {money_words(total, currency)}"
    trace = Trace("capital-asked", "Capital asked", "sum of the asks", filled, tuple(place(r.source) for r, _ in rows))
    return Figure("capital_asked", entity, Quantity(total, total, "money", currency), trace, label="Capital asked")


def by_month(rows: Iterable[tuple[Record, Quantity]]) -> dict[str, list[Quantity]]:
    """Amounts by month of the bill, oldest first; six months at most."""
    months: dict[str, list[Quantity]] = {}
    for record, value in rows:
        months.setdefault(record.text.get("month", record.text.get("period", "")), []).append(value)
    return {month: months[month] for month in sorted(months)[-6:]}


def _job_margin(dossier: Dossier, entity: str) -> Figure:
    from auditor.finance.delivery import jobs

    found = [job.margin for book in dossier.books if not entity or book.entity == entity for job in jobs(book)]
    known = [f for f in found if f.value and f.trace]
    if not known:
        return Figure(
            "job_margin", entity, None, gaps=tuple(g for f in found for g in f.gaps)[:4], label="Margin per job"
        )
    total = sum(((f.value.low + f.value.high) / 2 for f in known if f.value), Decimal(0))
    mean = total / len(known)
    currency = known[0].value.currency if known[0].value else "USD"
    shown = " + ".join(quantity_words(f.value) for f in known if f.value)
    filled = f"({shown}) / {len(known)} = {money_words(mean, currency)}"
    sources = tuple(dict.fromkeys(s for f in known if f.trace for s in f.trace.sources))
    trace = Trace(
        "job-margin", "Margin per job", "sum of the margins / jobs", filled, sources, f"mean of {len(known)} jobs"
    )
    return Figure("job_margin", entity, Quantity(mean, mean, "money", currency), trace, label="Margin per job")


def _ratio(metric: str, label: str, part: Figure, whole: Figure, *, percent: bool = False, none: str = "") -> Figure:
    gaps = (*part.gaps, *whole.gaps)
    if not (part.value and whole.value and part.trace and whole.trace):
        return Figure(metric, part.entity, None, gaps=gaps, label=label)
    sources = tuple(dict.fromkeys((*part.trace.sources, *whole.trace.sources)))
    formula = f"{part.label or part.trace.name} / {whole.label or whole.trace.name}".lower()
    if not whole.value.high:
        filled = f"{quantity_words(part.value, per=False)} / {quantity_words(whole.value, per=False)}"
        trace = Trace(metric, label, formula, filled, sources)
        return Figure(metric, part.entity, None, trace, gaps, none or "nothing to divide by", label)
    factor = Decimal(100) if percent else Decimal(1)
    value = Quantity(
        part.value.low * factor / whole.value.high, part.value.high * factor / (whole.value.low or whole.value.high),
        "percent" if percent else part.value.unit, part.value.currency,
    )  # fmt: skip
    shown = (
        f"{quantity_words(part.value, per=False)} / {quantity_words(whole.value, per=False)} = {quantity_words(value)}"
    )
    return Figure(metric, part.entity, value, Trace(metric, label, formula, shown, sources), gaps, label=label)


Own = Callable[[Dossier, str], Figure]
_OWN: Mapping[str, Own] = {
    "email_share": _email_share,
    "cost_per_lead": _cost_per_lead,
    "cac": _cac,
    "net_income": _net_income,
    "capital_asked": _capital_asked,
    "job_margin": _job_margin,
}
"""Figures that only a report needs."""


def _own(metric: str) -> Own:
    return _OWN[metric]


@dataclass(frozen=True, slots=True)
class Category:
    """One category of costs over the entities of a dossier, a month."""

    label: str
    figure: Figure


_MONTHS = {
    "month": Decimal(1), "year": Decimal(1) / 12, "quarter": Decimal(1) / 3, "week": Decimal(52) / 12, "day": Decimal(365) / 12,
}  # fmt: skip


def categories(dossier: Dossier) -> tuple[Category, ...]:
    """Costs by category, largest first; actual ones that say per what, each business's newest."""
    newest: dict[tuple[str, str], Fact] = {}
    for fact in dossier.snapshot.facts:
        is_cost = fact.category and fact.status is Status.ACTUAL and fact.value.unit == "money" and not fact.scenario
        if is_cost and fact.value.per in _MONTHS and dossier.concerns(fact.entity) and "–" not in fact.label:
            key = (fact.category or "", fact.entity)
            if key not in newest or str(fact.as_of or "") >= str(newest[key].as_of or ""):
                newest[key] = fact
    groups: dict[str, list[Fact]] = {}
    for (label, _), fact in sorted(newest.items()):
        groups.setdefault(label, []).append(fact)
    found = [_category(dossier, facts) for facts in groups.values()]
    return tuple(sorted(found, key=lambda c: (-(c.figure.value.high if c.figure.value else Decimal(0)), c.label)))


def _category(dossier: Dossier, facts: Sequence[Fact]) -> Category:
    low, high = (
        sum((getattr(f.value, end) * _MONTHS[f.value.per or "month"] for f in facts), Decimal(0))
        for end in ("low", "high")
    )
    label = facts[0].label
    value = Quantity(low, high, "money", facts[0].value.currency, "month")
    filled = " + ".join(f"{dossier.name(f.entity)} {quantity_words(f.value)}" for f in facts)
    if len(facts) > 1 or facts[0].value.per != "month":
        filled = f"{filled} = {quantity_words(value)}"
    trace = Trace(
        f"category.{label}", label, "sum of the rows of this category", filled, tuple(place(f.source) for f in facts)
    )
    return Category(label, Figure(f"category.{label}", "", value, trace, label=label))


def a_month(item: Figure) -> Figure:
    """The same money per month; unchanged where it says no period or one that is no time."""
    value = item.value
    factor = _MONTHS.get(value.per or "") if value else None
    if value is None or item.trace is None or factor is None or value.per == "month":
        return item
    month = replace(value, low=value.low * factor, high=value.high * factor, per="month")
    filled = f"{quantity_words(value)} = {quantity_words(month)}"
    trace = replace(item.trace, id=f"{item.trace.id}.month", filled=filled, formula=f"per {value.per} as per month")
    return replace(item, value=month, trace=trace)

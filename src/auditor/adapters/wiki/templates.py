"""A page as we like it, per kind of business: front matter, numbers, tables; to be filled in by its owner."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from auditor.adapters.wiki.vocabulary import Vocabulary

_PER = {
    "revenue": "month", "expenses": "month", "fixed_costs": "month", "units_sold": "month", "marketing_spend": "month",
    "new_customers": "month", "leads": "month", "mrr": "month", "churn_rate": "month", "rent": "month", "maintenance": "month",
    "property_tax": "year", "insurance": "year", "hourly_rate": "hour", "cost_rate": "hour", "adr": "night", "per_diem": "day",
    "captain_day_rate": "day", "crew_day_rate": "day", "fuel_price": "gallon", "price": "unit", "variable_cost": "unit",
}  # fmt: skip
_LABEL = {"adr": "nightly rate", "mrr": "MRR", "opex_rental": "operating expenses", "vacancy_rate": "vacancy rate"}
_UNIT = {"event-boat": "charter", "charter": "charter", "hauling": "job"}

_COSTS = ("## Operating costs", "| Category | Monthly |", ("Software", "$"))
_TABLES: dict[str, tuple[tuple[str, str, tuple[str, ...]], ...]] = {
    "channels": (("## Channels", "| Channel | Commission | Price | Expected bookings | Effort | Status | Blocker | Go live |", ("GetMyBoat", "%", "$", "per month", "S, M or L", "", "", "")),),
    "contracts": (("## Contracts and deposits", "| Contract | Client | Price | Deposit | Deposit date | Service date | Refund | Refund date | Signed | Cancellation policy |", ("", "", "$", "$", "2026-01-31", "2026-02-14", "", "", "yes", "14 days")),),
    "pipeline": (("## Pipeline", "| Deal | Value | Probability | Stage |", ("", "$", "%", "")),),
    "owners": (("## Owners", "| Owner | Equity | Agreement |", ("", "%", "signed 2026-01-31")),),
    "assets": (("## Assets", "| Asset | Type | Owner | Value |", ("", "", "", "$")),),
    "asks": (("## Capital asks", "| Ask | Cost | Monthly effect | Class |", ("", "$", "$", "must pay, growth or comfort")),),
    "milestones": (("## Milestones", "| Milestone | Due | Owner | Status |", ("", "2026-03-31", "", "open")),),
    "clients": (("## Clients", "| Client | Billing model | Monthly fee | Site | Hosting / month | Last invoice | Status |", ("", "retainer, hourly or hosting only", "$", "", "$", "", "active")),),
    "invoices": (("## Invoices", "| Invoice | Client | Amount | Date | Due | Paid |", ("", "", "$", "2026-01-31", "2026-02-14", "")),),
    "hours": (("## Hours", "| Client | Month | Hours | Invoiced |", ("", "2026-01", "", "")),),
    "jobs": (("## Jobs", "| Job | Route | Distance (nm) | Speed (kn) | Fuel burn (gal/h) | Lay days | Crew | Travel | Season | Quote | Status |", ("", "A - B", "", "", "", "", "", "$", "", "$", "")),),
    "partners": (("## Partners", "| Partner | Service | Contract | Status |", ("", "", "", "")),),
}  # fmt: skip
_OF_KIND = {
    "event-boat": ("channels", "contracts", "pipeline", "milestones", "owners", "assets", "asks"),
    "charter": ("channels", "contracts", "pipeline", "milestones", "owners", "assets", "asks"),
    "hauling": ("pipeline", "milestones", "owners", "assets", "asks"),
    "web-clients": ("pipeline", "owners", "asks"),
    "rental": (),
    "yacht-delivery": ("jobs", "partners", "contracts"),
    "client-portfolio": ("clients", "invoices", "hours"),
}
_CHECKLIST = {"rental": ("Lease on file", "Smoke detectors tested"), "yacht-delivery": ("Insurance rider for deliveries", "Life raft inspected"), "event-boat": ("Fire extinguishers inspected",), "charter": ("Fire extinguishers inspected",)}  # fmt: skip


def kinds(vocabulary: Vocabulary) -> tuple[str, ...]:
    """Kinds of page there is a template for: `numbers`, the single tables, and whole pages per kind of business."""
    return ("numbers", *sorted(_TABLES), *vocabulary.needs)


def template(kind: str, vocabulary: Vocabulary, today: date) -> Iterator[str]:
    """Lines of the template.

    Raises:
        KeyError: there is none of that kind.
    """
    if kind in _TABLES:
        yield from _table(kind)
        return
    if kind == "numbers":
        yield from _head("", today)
        yield from _numbers(
            ("cash", "revenue", "revenue@target", "expenses", "price", "variable_cost"), vocabulary, "unit", today
        )
        return
    needs = vocabulary.needs[kind]
    yield from _head(kind, today)
    yield from _numbers(needs, vocabulary, _UNIT.get(kind, "unit"), today)
    if kind not in {"client-portfolio", "rental"}:
        yield ""
        yield _COSTS[0]
        yield ""
        yield from _rows(_COSTS[1], _COSTS[2])
    for name in _OF_KIND.get(kind, ()):
        yield from _table(name)
    if kind in _CHECKLIST:
        yield ""
        yield "## Readiness checklist"
        yield ""
        for item in _CHECKLIST[kind]:
            yield f"- [ ] {item} (owner: , due: {today.isoformat()})"
    yield ""
    yield "## Blockers"
    yield ""
    yield f"- What is in the way (owner: name, due: {today.isoformat()})"


def _head(kind: str, today: date) -> Iterator[str]:
    yield "---"
    yield "entity: key-of-the-entity"
    yield "currency: USD"
    yield f"as_of: {today.isoformat()}"
    yield "fiscal_year_start: 1"
    yield "---"
    yield f"# Name of the business{f' ({kind})' if kind else ''}"
    yield ""


def _numbers(needs: tuple[str, ...], vocabulary: Vocabulary, unit: str, today: date) -> Iterator[str]:
    yield "## Numbers"
    yield ""
    yield "| metric | value | per | status | as of |"
    yield "|---|---|---|---|---|"
    for need in needs:
        metric, _, target = need.partition("@")
        entry = vocabulary.metrics[metric]
        label = entry.targets[0] if target and entry.targets else _LABEL.get(metric, entry.labels[0])
        value = {"money": "$", "percent": "%"}.get(entry.unit, "")
        per = _PER.get(metric, "")
        yield f"| {label[:1].upper()}{label[1:]} | {value} | {unit if per == 'unit' else per} | {'target' if target else 'actual'} | {today.isoformat()} |"


def _table(name: str) -> Iterator[str]:
    for heading, header, row in _TABLES[name]:
        yield ""
        yield heading
        yield ""
        yield from _rows(header, row)


def _rows(header: str, row: tuple[str, ...]) -> Iterator[str]:
    yield header
    yield "|" + "---|" * (header.count("|") - 1)
    yield "| " + " | ".join(row) + " |"

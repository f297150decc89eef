"""The declared standard chart against the categories that wiki and ledger use: a difference of two sets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from auditor.finance.book import Book
from auditor.finance.figures import computed, missing, needs_record
from auditor.model.fact import Fact, Quantity, Record, Status, Tier
from auditor.model.figure import Figure
from auditor.model.location import FileLocation, WikiLocation

_STATED = frozenset(
    "revenue rent deferred_revenue security_deposit mrr property_tax insurance hoa management_fee maintenance utilities "
    "debt_service".split()
)
"""Metrics that show by themselves that an account is kept; other accounts need a category of a costs table or a ledger."""


@dataclass(frozen=True, slots=True)
class Account:
    """One account of the chart."""

    id: str
    name: str
    group: str
    tax: str
    """`C 8`: Schedule C line 8; `E 5`: Schedule E line 5; empty: balance sheet."""
    labels: tuple[str, ...]
    line: int
    """Its line in the chart's file."""


@dataclass(frozen=True, slots=True)
class Chart:
    """The declared accounts of each kind of business."""

    version: int
    as_of: str
    path: str
    accounts: Mapping[str, Account]
    kinds: Mapping[str, tuple[str, ...]]
    groups: Mapping[str, str]


def account_records(
    chart: Chart, kind: str, entity: str, facts: Iterable[Fact], records: Iterable[Record]
) -> tuple[Record, ...]:
    """One `account` record per declared account: `status` is `kept` or `missing`, `evidence` where it is kept."""
    evidence = _evidence(facts, records)
    result: list[Record] = []
    for identity in chart.kinds.get(kind, ()):
        account = chart.accounts[identity]
        found = next((evidence[label] for label in account.labels if label in evidence), "")
        text = {
            "group": chart.groups.get(account.group, account.group),
            "tax": account.tax,
            "status": "kept" if found else "missing",
            "evidence": found,
            "version": str(chart.version),
            "account": account.id,
        }
        result.append(Record("account", entity, account.name, FileLocation(chart.path, account.line), text))
    return tuple(result)


def _evidence(facts: Iterable[Fact], records: Iterable[Record]) -> dict[str, str]:
    """Category labels in use, each with its first place."""
    found: dict[str, str] = {}
    for fact in sorted(facts, key=lambda f: str(f.source)):
        if fact.tier is not Tier.DECLARED or fact.status is Status.RULE:
            continue
        if fact.category:
            found.setdefault(plain_label(fact.category), str(fact.source))
        elif fact.metric in _STATED:
            found.setdefault(plain_label(fact.label), str(fact.source))
            found.setdefault(str(fact.metric).replace("_", " "), str(fact.source))
    for record in records:
        if record.kind == "ledger":
            for part in record.text.get("account", record.name).split(":"):
                found.setdefault(plain_label(part), str(record.source))
        elif record.kind == "contract" and "deposit" in record.amounts:
            found.setdefault("customer deposits", str(record.source))
    return found


def plain_label(label: str) -> str:
    """A category without brackets, case and punctuation."""
    without = re.sub(r"\([^)]*\)", " ", label.lower())
    return " ".join(re.findall(r"[a-z0-9]+", without.replace("&", " and ")))


def chart_coverage(book: Book) -> Figure:
    """Declared accounts that the books keep, in percent; the trace names the missing groups, file and version."""
    accounts = book.rows("account")
    # Books that nobody wrote down are a gap, not books that keep nothing.
    nothing_kept = not any(a.text["status"] == "kept" for a in accounts)
    if not accounts or (nothing_kept and not any(fact.category for fact in book.facts)):
        return missing(
            book, "chart_coverage", needs_record(book, "category", "costs table with categories, or a ledger")
        )
    kept = [a for a in accounts if a.text["status"] == "kept"]
    value = Decimal(len(kept)) / Decimal(len(accounts)) * 100
    lacking = ", ".join(missing_groups(book)) or "none"
    filled = f"{len(kept)} of {len(accounts)} accounts = {value.quantize(Decimal(1))}%; groups without any account: {lacking}"
    note = f"chart version {accounts[0].text['version']}; management view, not tax advice"
    evidence = [WikiLocation(*_split(a.text["evidence"])) for a in kept if a.text["evidence"]]
    figure = computed(book, "chart_coverage", Quantity(value, value, "percent"), filled, accounts[:1], note=note)
    if figure.trace is not None and evidence:
        from dataclasses import replace

        sources = (*figure.trace.sources, *dict.fromkeys(str(place) for place in evidence))
        return replace(figure, trace=replace(figure.trace, sources=sources))
    return figure


def _split(place: str) -> tuple[str, str, int | None]:
    page, _, line = place.rpartition(":")
    return (page, "", int(line)) if page and line.isdigit() else (place, "", None)


def missing_accounts(book: Book) -> tuple[Record, ...]:
    """Declared accounts that are not kept, in the chart's order."""
    return tuple(a for a in book.rows("account") if a.text["status"] == "missing")


def missing_groups(book: Book) -> tuple[str, ...]:
    """Groups of which not one account is kept, such as "customer acquisition"."""
    groups: dict[str, bool] = {}
    for account in book.rows("account"):
        groups[account.text["group"]] = groups.get(account.text["group"], False) or account.text["status"] == "kept"
    return tuple(name for name, kept in groups.items() if not kept)

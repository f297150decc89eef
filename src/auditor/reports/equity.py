"""Who owns what: unsigned agreements, shares that do not add up, assets that belong to a person."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from auditor.model.fact import Record
from auditor.model.report import Cell, Table, Tone
from auditor.model.rule import Severity
from auditor.reports.actions import Task, due_of
from auditor.reports.draft import Draft
from auditor.reports.places import cited, place, visible
from auditor.reports.rows import amount_of, text_of
from auditor.reports.words import listing, number_words

_OPEN = (
    "unsigned",
    "not signed",
    "missing",
    "unknown",
    "tbd",
    "verbal",
    "undocumented",
    "not documented",
    "draft",
    "pending",
    "none",
)
_NOT_ASKED = frozenset({"client-portfolio", "web-clients"})
"""Kinds whose ownership is that of the business behind them."""


@dataclass(frozen=True, slots=True)
class Holding:
    """One statement about who owns what."""

    entity: str
    what: str
    said: str
    """As the page says it."""
    risk: bool
    todo: str
    """Imperative, for a risk."""
    owner: str
    due: str
    share: Cell
    sources: tuple[str, ...]


def holdings(draft: Draft) -> tuple[Holding, ...]:
    """Shares and assets of every business, risks first."""
    found = [_share(draft, record) for record in draft.now.records("owner")]
    found += _sums(draft)
    found += _unwritten(draft)
    found += [_asset(draft, record) for record in draft.now.records("asset")]
    return tuple(sorted(found, key=lambda h: (not h.risk, h.entity, h.what)))


def _share(draft: Draft, record: Record) -> Holding:
    share, name = amount_of(record, "share"), draft.now.name(record.entity)
    agreement = text_of(record, "agreement", "status", "contract")
    risk = not agreement or any(word in agreement.lower() for word in _OPEN) or agreement.lower() == "no"
    who = visible(record.name)
    cell = (
        draft.stated(f"equity.{record.entity}.{who}", f"Share of {who} in {name}", share, record) if share else Cell("")
    )
    said = agreement or "no agreement is named"
    portion = f"{cell.text} of {name}" if share else name
    todo = f"Have {who}'s {portion} agreed and signed." if share else f"Put in writing and sign: {who} of {name}."
    return Holding(
        record.entity, who, said, risk, todo, text_of(record, "contact"), due_of(record), cell, (place(record.source),)
    )


def _sums(draft: Draft) -> list[Holding]:
    found = []
    for entity in draft.now.entities:
        rows = [
            (r, v)
            for r in draft.now.records("owner", entity.key)
            if (v := amount_of(r, "share")) and v.unit == "percent"
        ]
        total = sum((value.high for _, value in rows), Decimal(0))
        if not rows or total == 100:
            continue
        rest = number_words(abs(100 - total))
        filled = f"{' + '.join(number_words(v.high) + '%' for _, v in rows)} = {number_words(total)}%; 100% − {number_words(total)}% = {rest}%"
        sources = cited([r for r, _ in rows])
        cell = draft.worked(
            f"equity.{entity.key}.sum",
            f"All shares of {entity.name}",
            f"{number_words(total)}%",
            formula="sum of the shares",
            filled=filled,
            sources=sources,
        )
        word = "belongs to nobody" if total < 100 else "is given away twice"
        todo = f"Settle the {rest}% of {entity.name} that {word}."
        found.append(
            Holding(
                entity.key,
                "All shares",
                f"they sum to {number_words(total)}%",
                risk=True,
                todo=todo,
                owner="",
                due="",
                share=cell,
                sources=sources,
            )
        )
    return found


def _unwritten(draft: Draft) -> list[Holding]:
    found = []
    for entity in draft.now.entities:
        if entity.kind in _NOT_ASKED or draft.now.records("owner", entity.key):
            continue
        where = listing(list(entity.pages), limit=2) or "the portfolio file"
        todo = f"Write down who owns {entity.name}, and in which shares."
        found.append(
            Holding(
                entity.key,
                "Owners",
                "written nowhere",
                risk=True,
                todo=todo,
                owner="",
                due="",
                share=Cell(""),
                sources=(visible(where),),
            )
        )
    return found


def _asset(draft: Draft, record: Record) -> Holding:
    name, owner = draft.now.name(record.entity), text_of(record, "owner")
    people = {r.name.lower() for r in draft.now.records("owner", record.entity)}
    personal = "personal" in owner.lower() or "private" in owner.lower() or owner.lower() in people
    kind = text_of(record, "type")
    what = visible(record.name)
    said = f"{f'{kind}, ' if kind else ''}{f'held by {owner}' if owner else 'no owner named'}"
    todo = f"Move {what} from {owner} to the company." if owner else f"Write down who holds {what} of {name}."
    return Holding(
        record.entity, what, said, personal or not owner, todo, "", due_of(record), Cell(""), (place(record.source),)
    )


def equity_table(draft: Draft, found: tuple[Holding, ...]) -> Table:
    """All of it, risks first."""
    rows = tuple(
        (
            Cell(f"{draft.now.name(h.entity)}: {h.what}", strong=True),
            Cell("At risk", tone=Tone.BAD) if h.risk else Cell("Healthy", tone=Tone.OK),
            h.share,
            Cell(h.said),
            Cell(h.sources[0], align="source"),
        )
        for h in found
    )  # fmt: skip
    columns = ("Share or asset", "State", "Share", "", "")
    return Table("equity", "Equity and ownership", columns, rows, "The portfolio names no business.",
                 "Unsigned agreements, shares that do not add up, assets that a person holds instead of the company.", numeric=(2,))  # fmt: skip


def equity_tasks(found: tuple[Holding, ...]) -> tuple[Task, ...]:
    """One task for each risk."""
    return tuple(
        Task(h.todo, Severity.HIGH, h.owner, h.due, pill="Equity", sources=h.sources, key=f"equity.{h.entity}.{h.what}", entity=h.entity)
        for h in found
        if h.risk
    )  # fmt: skip

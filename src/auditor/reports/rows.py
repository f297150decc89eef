"""Rows of the wiki and of scanners: cells by any of their usual column names."""

from __future__ import annotations

from datetime import date

from auditor.model.fact import Quantity, Record
from auditor.model.report import Cell, Tone
from auditor.reports.places import place, visible
from auditor.reports.words import parse_day

_YES = frozenset(
    {
        "yes",
        "y",
        "true",
        "done",
        "ok",
        "x",
        "✓",
        "✔",
        "complete",
        "completed",
        "in place",
        "valid",
        "signed",
        "live",
        "ready",
    }
)
_NO = frozenset({"no", "n", "false", "none", "missing", "-", "–", "—", "open", "todo", "tbd", "expired", "pending", ""})


def text_of(record: Record, *names: str) -> str:
    """The first of these cells that holds something, made safe to print."""
    return next((visible(record.text[name].strip()) for name in names if record.text.get(name, "").strip()), "")


def amount_of(record: Record, *names: str) -> Quantity | None:
    """The first of these cells that is a figure."""
    return next((record.amounts[name] for name in names if name in record.amounts), None)


def day_of(record: Record, *names: str) -> date | None:
    """The first of these cells that is a date."""
    days = (parse_day(record.text.get(name, "")) for name in names)
    return next((day for day in days if day), None)


def is_yes(text: str) -> bool | None:
    """Whether a cell says yes or no; None for anything else."""
    word = text.strip().lower().rstrip(".!")
    return True if word in _YES else False if word in _NO else None


def yes_cell(text: str, *, missing: str = "not stated") -> Cell:
    """Yes and no as pills, everything else as written."""
    said = is_yes(text)
    if not text.strip():
        return Cell(missing, tone=Tone.UNKNOWN)
    if said is None:
        return Cell(visible(text))
    return Cell("yes", tone=Tone.OK) if said else Cell("no", tone=Tone.BAD)


def where(record: Record) -> Cell:
    """The row's place, printed as a source."""
    return Cell(place(record.source), align="source")

"""A book from the text of a wiki page, for tests of formulas."""

from __future__ import annotations

from textwrap import dedent

from auditor.adapters.wiki.reading import PageSource, read_pages
from auditor.finance.book import Book, make_book
from auditor.model.run import EntityInfo
from auditor.resources import rules_folder


def book(text: str, *, period: str = "2026-09", kind: str = "") -> Book:
    """The book of the entity `e`, whose only page `p.md` holds `text`."""
    info = EntityInfo("e", "E", kind, pages=("p.md",))
    reading = read_pages([PageSource("p.md", dedent(text).encode())], rules_folder(), entities=[info])
    return make_book("e", period, reading.facts, reading.records, reading.conflicts, info)


def numbers(*rows: str) -> str:
    """A table of the convention: `metric | value | per | status`."""
    return (
        "## Numbers\n\n| metric | value | per | status |\n|---|---|---|---|\n"
        + "\n".join(f"| {row} |" for row in rows)
        + "\n"
    )

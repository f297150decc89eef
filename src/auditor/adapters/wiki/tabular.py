"""Tables before they are read: pipe rows, tables taken out of the page, HTML tables."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from auditor.adapters.wiki.masking import mask

DELIMITER = re.compile(r"^\s*\|?\s*:?-{1,}:?\s*(?:\|\s*:?-{1,}:?\s*)*\|?\s*$")
PIPES = re.compile(r"(?<!\\)\|")
_TABLE = re.compile(r"<table\b.*?</table\s*>", re.IGNORECASE | re.DOTALL)
_ROW = re.compile(r"<tr\b[^>]*>(.*?)(?=<tr\b|</tr|</table|</tbody|</thead|\Z)", re.IGNORECASE | re.DOTALL)
_CELL = re.compile(r"<(t[dh])\b([^>]*)>(.*?)(?=<t[dh]\b|</t[dh]|</tr|\Z)", re.IGNORECASE | re.DOTALL)
_SPAN = re.compile(r"colspan\s*=\s*[\"']?(\d{1,2})", re.IGNORECASE)
MARK = "\x02"
"""Stands for a table that was taken out; no page can hold it, as control characters are blanked first."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A table cell: masked text, and where it begins."""

    text: str
    line: int
    column: int
    """Of the first character of `text`, from 1."""

    @property
    def words(self) -> str:
        """Without outer space, inner space single."""
        return " ".join(self.text.split())


@dataclass(frozen=True, slots=True)
class Table:
    """Header cells (none for rows without a header) and rows."""

    header: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: str = ""
    """Text of the line before, where it ends with a colon or is bold."""


def html_tables(lines: list[str]) -> list[tuple[int, int, Table]]:
    """HTML tables with their first and last line (from 0)."""
    text = "\n".join(lines)
    if "<table" not in text.lower():
        return []
    return [
        (text.count("\n", 0, m.start()), text.count("\n", 0, m.end()), table)
        for m in _TABLE.finditer(text)
        if (table := _html_table(m[0], text, m.start())) is not None
    ]


def _html_table(html: str, text: str, offset: int) -> Table | None:
    rows: list[tuple[bool, tuple[Cell, ...]]] = []
    for row in _ROW.finditer(html):
        cells: list[Cell] = []
        heads = 0
        for m in _CELL.finditer(row[1]):
            at = offset + row.start(1) + m.start(3)
            number = text.count("\n", 0, at) + 1
            column = at - (text.rfind("\n", 0, at) + 1) + 1
            lead = len(m[3]) - len(m[3].lstrip())
            if "\n" in m[3][:lead]:
                number += m[3][:lead].count("\n")
                column = lead - m[3][:lead].rfind("\n")
            content = mask(m[3].strip().replace("\n", " "))
            cells.append(Cell(content, number, column))
            heads += m[1].lower() == "th"
            span = _SPAN.search(m[2])
            cells.extend(Cell("", number, column) for _ in range(int(span[1]) - 1 if span else 0))
        if cells:
            rows.append((heads == len([c for c in cells if c.text]) and heads > 1, tuple(cells)))
    if not rows:
        return None
    if rows[0][0] or not any(any(ch.isdigit() for ch in c.text) for c in rows[0][1]):
        return Table(rows[0][1], tuple(r for _, r in rows[1:]))
    return Table((), tuple(r for _, r in rows))


def split_row(line: str, number: int) -> tuple[Cell, ...]:
    """Cells of a pipe row; escaped pipes stay inside their cell."""
    bounds = [m.start() for m in PIPES.finditer(line)]
    edges = [-1, *bounds, len(line)]
    if bounds and not line[: bounds[0]].strip(" >"):
        edges = edges[1:]
    if bounds and len(edges) > 1 and not line[bounds[-1] + 1 :].strip():
        edges = edges[:-1]
    masked = [(mask(line[a + 1 : b]), a + 2) for a, b in pairwise(edges)]
    return tuple(Cell(text, number, column) for text, column in masked)


def pipe_tables(lines: list[str]) -> dict[int, Table]:
    """Takes plain pipe tables out of the lines, leaving a mark; the parser would make ten tokens of each cell.

    Indented and quoted tables stay for the parser.
    """
    found: dict[int, Table] = {}
    fence = ""
    n = 0
    while n < len(lines) - 1:
        line = lines[n]
        stripped = line.lstrip()
        if stripped.startswith(("```", "~~~")):
            mark = stripped[:3]
            fence = "" if fence == mark else fence or mark
        elif (
            not fence
            and "|" in line
            and len(line) - len(stripped) < 4
            and stripped[0] != ">"
            and "-" in lines[n + 1]
            and DELIMITER.match(lines[n + 1])
            and "|" in lines[n + 1]
        ):
            header = split_row(line, n + 1)
            if len(header) == len(split_row(lines[n + 1], n + 2)):
                end = n + 2
                while end < len(lines) and "|" in lines[end] and lines[end].lstrip()[:1] not in {"", ">", "#"}:
                    end += 1
                found[n] = Table(header, tuple(split_row(lines[k], k + 1) for k in range(n + 2, end)))
                lines[n] = MARK
                lines[n + 1 : end] = [""] * (end - n - 1)
                n = end
                continue
        n += 1
    return found

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
_COLSPAN = re.compile(r"colspan\s*=\s*[\"']?(\d{1,2})", re.IGNORECASE)
_ROWSPAN = re.compile(r"rowspan\s*=\s*[\"']?(\d{1,3})", re.IGNORECASE)
MOST_COLUMNS = 60
MOST_ROWS = 500
_FIGURE = re.compile(r"[$€£%]\s?\d|\d\s?%|\d[,.]\d|(?<!\d)(?!(?:19|20)\d\d(?!\d))\d{3,}|^\W*\d{1,2}\W*$")
_SECOND_HEAD = re.compile(
    r"\(?(?:[$€£%#]|[A-Z]{3}|US\$|hours?|hrs?|days?|months?|nm|k[$€£]|[$€£]k|thousands?|millions?|actuals?|budget(?:ed)?|forecast|target|plan(?:ned)?|"
    r"projected|amount|units?|count|Q[1-4]|H[12]|(?:FY)?(?:19|20)?\d\d(?:[-/]\d\d)?|per \w+)\)?",
    re.IGNORECASE,
)
_UNIT_ROW = re.compile(r"commodity|currency|units?|ccy|w[äa]hrung|einheit|devise", re.IGNORECASE)
MARK = "\x02"
"""Stands for a table that was taken out; no page can hold it, as control characters are blanked first."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A table cell: masked text, and where it begins."""

    text: str
    line: int
    column: int
    """Of the first character of `text`, from 1."""
    breaks: tuple[int, ...] = ()
    """Where in the text the page begins a new line."""

    def line_at(self, offset: int) -> int:
        """The line of a place in the text."""
        return self.line + sum(1 for at in self.breaks if at < offset)

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
    rows: list[tuple[Cell, ...]] = []
    heads: list[bool] = []
    spread = False
    below: dict[int, tuple[int, Cell]] = {}
    for row in _ROW.finditer(html):
        cells: list[Cell] = []
        titles = 0
        written = list(_CELL.finditer(row[1]))
        for m in written:
            _hang(cells, below)
            cell = _html_cell(m, text, offset + row.start(1))
            titles += m[1].lower() == "th"
            wide, high = (int(span[1]) if (span := s.search(m[2])) else 1 for s in (_COLSPAN, _ROWSPAN))
            spread |= not rows and wide > 1
            for n in range(min(wide, MOST_COLUMNS)):
                repeated = cell if not n else _shadow(cell, head=m[1].lower() == "th")
                if high > 1:
                    below[len(cells)] = (min(high, MOST_ROWS) - 1, _shadow(cell, head=False))
                cells.append(repeated)
        _hang(cells, below)
        if written:
            rows.append(tuple(cells))
            heads.append(titles == len(written) and titles > 1)
    if not rows:
        return None
    first = 0
    while first < len(rows) - 1 and heads[first]:
        first += 1
    if first == 0 and _is_wordy(rows[0]):
        first = 2 if spread and len(rows) > 2 and _is_wordy(rows[1]) and sum(1 for c in rows[1] if c.words) > 1 else 1
    header: tuple[Cell, ...] = rows[0] if first else ()
    for extra in rows[1:first]:
        header = _stack(header, extra)
    return Table(header, tuple(rows[first:]))


def _is_wordy(row: tuple[Cell, ...]) -> bool:
    """Whether no cell of a row holds a digit."""
    return not any(any(ch.isdigit() for ch in c.text) for c in row)


def _hang(cells: list[Cell], below: dict[int, tuple[int, Cell]]) -> None:
    """Adds the cells that reach down from a row above to this place."""
    while (found := below.get(len(cells))) is not None:
        left, cell = found
        if left == 1:
            del below[len(cells)]
        else:
            below[len(cells)] = (left - 1, cell)
        cells.append(cell)


def _shadow(cell: Cell, *, head: bool) -> Cell:
    """A cell repeated where it spans: words name every column or row that they span, a figure stands once."""
    return cell if head or not any(ch.isdigit() for ch in cell.text) else Cell("", cell.line, cell.column)


def _html_cell(m: re.Match[str], text: str, offset: int) -> Cell:
    at = offset + m.start(3)
    number = text.count("\n", 0, at) + 1
    column = at - (text.rfind("\n", 0, at) + 1) + 1
    lead = len(m[3]) - len(m[3].lstrip())
    if "\n" in m[3][:lead]:
        number += m[3][:lead].count("\n")
        column = lead - m[3][:lead].rfind("\n")
    inner = m[3].strip()
    breaks = tuple(at for at, char in enumerate(inner) if char == "\n") if "\n" in inner else ()
    return Cell(mask(inner.replace("\n", " ")), number, column, breaks)


def _stack(upper: tuple[Cell, ...], lower: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """Two header rows as one: `2024` above `Budget` is `2024 Budget`."""
    width = max(len(upper), len(lower))
    blank = Cell("", 0, 0)
    stacked = []
    for n in range(width):
        top = upper[n] if n < len(upper) else blank
        under = lower[n] if n < len(lower) else blank
        same = not under.words or under.words == top.words
        stacked.append(top if same else Cell(f"{top.words} {under.words}".strip(), top.line or under.line, top.column))
    return tuple(stacked)


def side_by_side(table: Table) -> tuple[Table, ...]:
    """A table whose second half has the heads of the first (`Income | Amount | Expenditure | Amount`) as two tables."""
    half, odd = divmod(len(table.header), 2)
    words = [c.words.lower() for c in table.header]
    if odd or half < 2 or not all(words) or words[1:half] != words[half + 1 :]:
        return (table,)
    named = [r[half].words for r in table.rows if half < len(r) and r[half].words]
    if sum(1 for name in named if any(ch.isalpha() for ch in name)) * 2 <= len(named):
        return (table,)
    parts = (slice(0, half), slice(half, 2 * half))
    return tuple(
        Table(table.header[part], tuple(r[part] for r in table.rows if any(c.words for c in r[part])), table.caption)
        for part in parts
    )


_ROW_AMOUNT = re.compile(
    r"[~≈∼<>]?\s?(?:(?:[$€£¥₹]|[A-Z]{2,3}\$?) ?\d[\d.,' ]*(?:[kKM]|Mio\.?|Mrd\.?|million|bn)?|\d[\d.,' ]*(?:[kKM]|Mio\.?|Mrd\.?|million|bn)? ?(?:[€$£¥₹]|EUR|USD|GBP|CHF))"
)
_TITLE_OF_COLUMN = re.compile(
    r"(?:items?|names?|plans?|tiers?|features?|metrics?|categor(?:y|ies)|posten|poste|concepto|description|type|service|product|month|year|date)",
    re.IGNORECASE,
)


def _is_row(header: tuple[Cell, ...]) -> bool:
    """Whether a head that Markdown demands is the first row itself: a name and an amount."""
    name, amount = (c.words for c in header)
    named = any(ch.isalpha() for ch in name) and not any(ch.isdigit() for ch in name)
    return named and _ROW_AMOUNT.fullmatch(amount) is not None and _TITLE_OF_COLUMN.fullmatch(name) is None


def with_full_header(table: Table) -> Table:
    """The table with header rows that Markdown cannot say: an empty head above the true one, or a second row of heads."""
    header, rows = table.header, table.rows
    if len(header) == 2 and _is_row(header):
        return Table(tuple(Cell("", c.line, c.column) for c in header), (header, *rows), table.caption)
    if not header or len(rows) < 2:
        return table
    first = rows[0]
    words = [c.words for c in first]
    if not any(c.words for c in header):
        if sum(1 for w in words if w) > 1 and not any(ch.isdigit() for w in words for ch in w):
            return Table(first, rows[1:], table.caption)
        return table
    filled = [w for w in words[1:] if w]
    if (
        (words[:1] not in ([""], [header[0].words]) and not _UNIT_ROW.fullmatch(words[0]))
        or len(filled) < 2
        or any(_FIGURE.search(w) for w in filled)
    ):
        return table
    if any(not c.words for c in header[1:]):
        spread: list[Cell] = []
        for cell in header:
            spread.append(spread[-1] if not cell.words and len(spread) > 1 else cell)
        header = tuple(spread)
    elif not all(_SECOND_HEAD.fullmatch(w) for w in filled):
        return table
    return Table(_stack(header, first), rows[1:], table.caption)


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

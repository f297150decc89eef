"""A page cut into blocks with their lines: headings, tables, items, paragraphs, fences; block structure only."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from auditor.adapters.wiki.masking import mask, strip_heading, strip_marker
from auditor.adapters.wiki.tabular import (
    DELIMITER,
    MARK,
    PIPES,
    Cell,
    Table,
    html_tables,
    pipe_tables,
    side_by_side,
    split_row,
    with_full_header,
)

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

MAX_BYTES = 2_000_000
MAX_LINE = 8_000

_SCRIPT = re.compile(r"<(script|style|svg)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_BOLD_LINE = re.compile(
    r"^\s*(?:[-*+]\s+)?(?:\d+\.\s+)?(?:\*\*|__)([^*]{2,80}?)(?:\*\*|__)\s*(?:\([^()]{1,30}\))?\s*:?\s*$"
)
_NUMBERED = re.compile(r"^(?:\d+[.)]|step \d|phase \d|part \d)", re.IGNORECASE)
_COLON_LINE = re.compile(r"^\s*(?:\*\*|__|\*|_)?([^|`$€£%\d]{2,60}):\s*(?:\*\*|__|\*|_)?\s*$")
_HTML_HEADING = re.compile(r"^\s{0,3}<h([1-6])\b[^>]*>(.{1,200}?)</h\1>\s*(?:<br ?/?>)?\s*$", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_VALUED = re.compile(r":.*\d|[$€£₹]\s?\d|\d\s?[%€]")
"""A bold item that states a figure is no title of the items after it."""
_STATED = re.compile(r"[A-Za-z][^:]*:\s*[~≈]?-?\s?(?:[$€£]\s?\d[\d.,]*|\d[\d.,]*\s?[€%])[kKM]?\s*$")
"""A bold line that is a statement: `**Monthly revenue: $12.09**`."""
_DEFINITION = re.compile(r"^\s{0,3}:\s+\S")


def _bold_line(line: str) -> re.Match[str] | None:
    """A line that is nothing but bold: its words."""
    return _BOLD_LINE.match(line) if "**" in line or "__" in line else None


def _colon_line(line: str) -> re.Match[str] | None:
    """What is before the colon that ends a line."""
    return _COLON_LINE.match(line) if ":" in line else None


TEXT_FENCES = frozenset({"", "text", "txt", "plain", "plaintext", "md", "markdown", "none", "table", "ascii"})


_PRICED = re.compile(r"^[^{}();]{2,60}:\s*[~<>]?\s?(?:[$€£]\s?\d|\d[\d.,]*\s?(?:%|€))")


def _is_priced(language: str, lines: Sequence[str]) -> bool:
    """Whether a fence of YAML is a list of amounts that people wrote (`Hosting: $50/month`), not a configuration."""
    return language in {"yaml", "yml"} and sum(1 for line in lines if _PRICED.match(line)) > 2


@dataclass(frozen=True, slots=True)
class Line:
    """One masked line of text, with its number in the page."""

    text: str
    number: int
    term: str = ""
    """The term that this line of a definition list defines."""
    following: str = ""
    preceding: str = ""
    """The next line of its paragraph, and the end of the one before it."""
    lead: str = ""
    """In a text fence, the line above it that opens what it belongs to: `Hosting:`."""


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of the page."""

    kind: str
    """`heading`, `table`, `item`, `paragraph`, `code`."""
    headings: tuple[str, ...]
    """Path of headings above it, outermost first; bold lines that stand for headings included."""
    lines: tuple[Line, ...] = ()
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A page after parsing."""

    meta: Mapping[str, Any]
    """Front matter; empty when there is none or it cannot be read."""
    meta_lines: Mapping[str, int]
    """Line of each front-matter key."""
    blocks: tuple[Block, ...]
    problems: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    """The page's lines as written."""

    @property
    def line_count(self) -> int:
        """How many lines the page has."""
        return len(self.lines)


@dataclass(slots=True)
class _Path:
    """The headings above the current place."""

    real: list[tuple[int, str]] = field(default_factory=list)
    numbered: str = ""
    """A bold line such as `2. Cash flow`, above plain bold ones."""
    bold: str = ""
    lead: str = ""
    of_item: bool = False
    """Whether `lead` is the name of an item, which the text behind the list is not below."""
    tables: dict[int, Table] = field(default_factory=dict)
    """Pipe tables by the line (from 0) where a mark stands for them."""

    def enter(self, level: int, text: str) -> None:
        self.real = [h for h in self.real if h[0] < level] + [(level, text)]
        self.numbered = self.bold = self.lead = ""

    def embolden(self, text: str) -> None:
        if _NUMBERED.match(text):
            self.numbered, self.bold = text, ""
        else:
            self.bold = text
        self.lead = ""

    def at(self, *, is_item: bool) -> None:
        """Text behind a list is not below the last of its items."""
        if self.of_item and not is_item:
            self.lead, self.of_item = "", False

    def names(self) -> tuple[str, ...]:
        return tuple(text for _, text in self.real) + tuple(t for t in (self.numbered, self.bold, self.lead) if t)


def parser() -> MarkdownIt:
    """A CommonMark parser with tables that leaves inline markup alone: figures are read from the source lines."""
    from markdown_it import MarkdownIt

    markdown = MarkdownIt("commonmark", {"maxNesting": 20}).enable("table")
    markdown.core.ruler.enableOnly(["normalize", "block"])
    return markdown


def parse_document(source: str, markdown: MarkdownIt) -> Document:
    """Cut a page into blocks. Never raises for what a page holds."""
    source = (
        source[:MAX_BYTES]
        .replace("\r\n", "\n")
        .replace("\r", "\n")
        .replace("\x00", " ")
        .replace("\x02", " ")
        .replace("\u2028", " ")
    )
    meta, meta_lines, first, problems = _front_matter(source)
    lines = source.split("\n")
    problems.extend(
        f"line {n} is longer than {MAX_LINE} characters and was cut"
        for n, line in enumerate(lines, 1)
        if len(line) > MAX_LINE
    )
    lines = [line[:MAX_LINE] for line in lines]
    body = [""] * first + lines[first:]
    hidden = _hide(body)
    raw_tables = html_tables(body)
    covered = {n for start, end, _ in raw_tables for n in range(start, end + 1)} | hidden
    path = _Path()
    blocks: list[Block] = []
    pending = sorted(raw_tables, key=lambda t: t[0])
    markdown_lines = ["" if n in covered else line for n, line in enumerate(body)]
    path.tables = pipe_tables(markdown_lines)
    for block, start in _walk(markdown.parse("\n".join(markdown_lines)), markdown_lines, path):
        while pending and pending[0][0] < start:
            blocks.append(Block("table", blocks[-1].headings if blocks else (), table=pending.pop(0)[2]))
        blocks.append(block)
    blocks.extend(Block("table", path.names(), table=t[2]) for t in pending)
    return Document(meta, meta_lines, tuple(_join_orphans(blocks)), tuple(problems), tuple(lines))


def _front_matter(source: str) -> tuple[dict[str, Any], dict[str, int], int, list[str]]:
    import yaml

    if not source.startswith("---\n"):
        return {}, {}, 0, []
    end = source.find("\n---", 3)
    if end < 0 or end > 20_000 or (source[end + 4 : end + 5] or "\n") not in "\n ":
        return {}, {}, 0, []
    text = source[4:end]
    first = source[: end + 4].count("\n") + 1
    keys = {
        m[1].lower(): number
        for number, line in enumerate(text.split("\n"), 2)
        if (m := re.match(r"([A-Za-z_][\w -]*):", line))
    }
    if "&" in text and "*" in text and text.count("*") > 20:
        return {}, {}, first, ["front matter with many aliases is not read"]
    try:
        loaded = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506  CSafeLoader is a safe loader
    except (yaml.YAMLError, ValueError, RecursionError, OverflowError) as error:
        return {}, {}, first, [f"front matter is not valid YAML: {str(error).splitlines()[0]}"]
    if not isinstance(loaded, dict):
        return {}, {}, first, []
    return {str(k).lower(): v for k, v in loaded.items()}, keys, first, []


def _hide(lines: list[str]) -> set[int]:
    """Numbers (from 0) of lines inside comments, scripts and styles."""
    hidden: set[int] = set()
    text = "\n".join(lines)
    if "<" not in text:
        return hidden
    for pattern in (re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL), _SCRIPT):
        for m in pattern.finditer(text):
            start = text.count("\n", 0, m.start())
            count = m[0].count("\n")
            if count:
                hidden.update(range(start, start + count + 1))
    return hidden


def _walk(tokens: Sequence[Token], lines: list[str], path: _Path) -> Iterator[tuple[Block, int]]:
    """Blocks in order, each with the number of its first line (from 0)."""
    item_lines: set[int] = set()
    for token in tokens:
        if token.map is None:
            continue
        start, end = token.map
        if token.type == "heading_open":
            text = " ".join(mask(strip_heading(lines[start])).split()).strip("# ")
            path.enter(int(token.tag[1]), text)
            yield Block("heading", path.names(), (Line(strip_heading(mask(lines[start])), start + 1),)), start
        elif token.type == "table_open":
            caption = path.lead or path.bold
            rows = [split_row(lines[n], n + 1) for n in range(start, end) if lines[n].strip()]
            yield Block("table", path.names(), table=Table(rows[0], tuple(rows[2:]), caption)), start
            path.lead = ""
        elif token.type == "list_item_open":
            item_lines.add(start)
        elif token.type == "html_block" and any(_HTML_HEADING.match(line) for line in lines[start:end]):
            yield from _html(lines, start, end, path)
        elif token.type in {"paragraph_open", "html_block"}:
            yield from _paragraph(lines, start, end, path, is_item=start in item_lines)
        elif token.type in {"fence", "code_block"}:
            language = (token.info or "").strip().split(" ")[0].lower()
            if (
                token.type == "code_block"
                or language in TEXT_FENCES
                or _is_priced(language, lines[start + 1 : end - 1])
            ):
                inside = range(start + 1, end - 1) if token.type == "fence" else range(start, end)
                yield from _code(lines, inside, path)


def _html(lines: list[str], start: int, end: int, path: _Path) -> Iterator[tuple[Block, int]]:
    """A piece of HTML whose headings stand on lines of their own: they are headings, the rest is text."""
    first = start
    for n in range(start, min(end, len(lines))):
        if (m := _HTML_HEADING.match(lines[n])) is None:
            continue
        if first < n:
            yield from _paragraph(lines, first, n, path, is_item=False)
        path.enter(int(m[1]), " ".join(mask(m[2]).split()))
        yield Block("heading", path.names(), (Line(mask(lines[n]), n + 1),)), n
        first = n + 1
    if first < end:
        yield from _paragraph(lines, first, end, path, is_item=False)


def _paragraph(lines: list[str], start: int, end: int, path: _Path, *, is_item: bool) -> Iterator[tuple[Block, int]]:
    end = min(end, len(lines))
    path.at(is_item=is_item)
    if (
        not is_item
        and end - start == 1
        and (m := _bold_line(lines[start]))
        and m[1][-1] not in ".!?"
        and "=" not in m[1]
    ):
        names, stated = path.names(), _STATED.search(m[1])
        path.embolden(m[1].strip(" :"))
        yield (
            Block(
                "paragraph" if stated else "heading",
                names if stated else path.names(),
                (Line(mask(lines[start]), start + 1),),
            ),
            start,
        )
        return
    kind = "item" if is_item else "paragraph"
    run: list[Line] = []
    rows: list[int] = []
    for n in range(start, end):
        line = lines[n]
        if line == MARK and n in path.tables:
            if run:
                yield Block(kind, path.names(), tuple(run)), run[0].number - 1
                above = lines[run[-1].number - 1]
                title = _bold_line(above) or _colon_line(above)
                path.lead = title[1].strip(" :") if title else ""
                run = []
            table = path.tables[n]
            yield Block("table", path.names(), table=Table(table.header, table.rows, path.lead or path.bold)), n
            path.lead = ""
            continue
        if "|" in line and (len(PIPES.findall(line)) >= 2 or (rows and DELIMITER.match(line))):
            rows.append(n)
            continue
        if rows:
            yield _orphan(lines, rows, path), rows[0]
            rows = []
        if line.strip():
            term = run[-1].text.strip() if run and not run[-1].term and _DEFINITION.match(line) else ""
            run.append(Line(mask(line), n + 1, term if len(term) <= 80 else ""))
    if rows:
        yield _orphan(lines, rows, path), rows[0]
    if run:
        yield Block(kind, path.names(), _joined(run)), start
        last = lines[run[-1].number - 1]
        last = strip_marker(run[-1].text) if "](" in last else last
        if not is_item:
            path.lead, path.of_item = m[1].strip() if (m := _colon_line(last)) else "", False
        elif ((m := _bold_line(last)) and not _VALUED.search(m[1])) or (m := _colon_line(last)):
            path.lead, path.of_item = m[1].strip(" -*:"), True


def _joined(run: list[Line]) -> tuple[Line, ...]:
    """The lines of a paragraph, each that may hold a figure knowing the ones beside it."""
    texts = ["", *(line.text for line in run), ""]
    return tuple(
        Line(at.text, at.number, at.term, texts[n + 2][:80], texts[n][-80:]) if _DIGIT.search(at.text) else at
        for n, at in enumerate(run)
    )


def _orphan(lines: list[str], numbers: list[int], path: _Path) -> Block:
    """Pipe rows that Markdown does not take for a table."""
    delimiter = [n for n in numbers if DELIMITER.match(lines[n])]
    rows = [n for n in numbers if n not in delimiter]
    header: tuple[Cell, ...] = ()
    if delimiter and rows and rows[0] < delimiter[0]:
        header = split_row(lines[rows[0]], rows[0] + 1)
        rows = rows[1:]
    return Block("table", path.names(), table=Table(header, tuple(split_row(lines[n], n + 1) for n in rows)))


def _join_orphans(blocks: list[Block]) -> Iterator[Block]:
    """Rows without a header get that of the table before them in the same section, if they are as wide."""
    header: tuple[Cell, ...] = ()
    section: tuple[str, ...] = ()
    for block in blocks:
        if block.table is None:
            yield block
            continue
        table = with_full_header(block.table)
        if table.header:
            header, section = table.header, block.headings
        elif header and block.headings[:1] == section[:1] and table.rows and len(table.rows[0]) == len(header):
            table = Table(header, table.rows, table.caption)
        for part in side_by_side(table):
            yield replace(block, table=part)


def _code(lines: list[str], numbers: range, path: _Path) -> Iterator[tuple[Block, int]]:
    """A text fence: rows drawn with box characters become a table, other lines stay lines."""
    rows: list[tuple[Cell, ...]] = []
    run: list[Line] = []
    leads: list[tuple[int, str]] = []
    for n in numbers:
        if n >= len(lines):
            break
        line = lines[n].replace("│", "|").replace("┃", "|").replace("║", "|")
        cells = split_row(line, n + 1) if len(PIPES.findall(line)) >= 2 and not DELIMITER.match(line) else ()
        if len(cells) > 1:
            rows.append(cells)
        elif cells:
            run.append(Line(mask(line.replace("|", " ")), n + 1))
        elif line.strip():
            indent = len(line) - len(line.lstrip())
            leads = [(depth, text) for depth, text in leads if depth < indent]
            run.append(Line(mask(line), n + 1, lead=leads[-1][1] if leads else ""))
            if (m := _colon_line(line)) is not None:
                leads.append((indent, m[1].strip(" -*")))
    if rows:
        headed = len(rows) > 1 and not any(ch.isdigit() for c in rows[0] for ch in c.text)
        table = Table(rows[0], tuple(rows[1:])) if headed else Table((), tuple(rows))
        yield Block("table", path.names(), table=table), numbers.start
    if run:
        yield Block("code", path.names(), tuple(run)), numbers.start

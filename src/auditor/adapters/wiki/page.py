"""One page: text in, facts and placeholders out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from auditor.adapters.wiki.blocks import Block, Document, Line, parse_document
from auditor.adapters.wiki.calculations import line_checks, list_checks, repeat_checks
from auditor.adapters.wiki.columns import Column, columns_of
from auditor.adapters.wiki.composition import compose, dated
from auditor.adapters.wiki.currencies import (
    code_of,
    is_lone_name,
    national_dollar,
    remarked_currency,
    stated_currency,
    used_currency,
)
from auditor.adapters.wiki.dates import parse_date
from auditor.adapters.wiki.labels import as_of_of
from auditor.adapters.wiki.numbers import find_quantities
from auditor.adapters.wiki.periods import is_period, parse_period, periods_in
from auditor.adapters.wiki.records import item_records, table_records
from auditor.adapters.wiki.scope import Scope, contexts_of, declared, scale_of, stated_scale
from auditor.adapters.wiki.sift import Words
from auditor.adapters.wiki.statements import is_cost_list, line_facts
from auditor.adapters.wiki.table_checks import table_checks
from auditor.adapters.wiki.tables import Placeholder, table_facts
from auditor.adapters.wiki.units import CODES
from auditor.adapters.wiki.vocabulary import Vocabulary
from auditor.adapters.wiki.words import per_of, status_of
from auditor.model.fact import Fact, Miscalculation, Record, Tier
from auditor.model.location import WikiLocation

if TYPE_CHECKING:
    from markdown_it import MarkdownIt


_PERIOD_LINE = re.compile(
    r"^[\W_]*(?:(?:reporting|report|budget|accounting|review|billing) )?(?:period|month|quarter|fiscal year|date range|zeitraum|p[ée]riode|periodo)[\W_]*:[\W_]*(.+)$",
    re.IGNORECASE,
)
_REPORT = Words.of(
    "report", "update", "results?", "review", "snapshot", "newsletter", "statement", "budget", "financials?", "finances?", "transparency",
    "metrics", "numbers", "summary", "treasury", "recap", "overview", "roundup", "minutes", "expenses?", "spending", "costs",
)  # fmt: skip
_REPORT_OF = Words.of(
    "update", "report", "results?", "review", "snapshot", "newsletter", "statement", "budget", "number", "figure", "financial", "rate",
    "price", "fee", "tariff", "account", "metric", "kpi", "expense", "cost", "income", "accounts",
    after=r"s?\s+(?:for|of|from|covering)\s+(?:the\s+)?(?:month of\s+|period\s+)?",
)  # fmt: skip
_DOT_GROUPS = re.compile(r"[1-9](?<![\w.,][1-9])\d{0,2}(?:\.\d{3})+(?![\d.]|,\d{3})")
_COMMA_DECIMALS = re.compile(r"(?<![\w.,])\d{1,3}(?:\.\d{3})*,\d{1,2}(?![\d,])")
_OTHER_MARKS = re.compile(
    r"(?<![\w.,])\d{1,3}(?:,\d{3})+(?!\d)|(?<![\w.,-])\d+\.(?:\d{1,2}|\d{4,})(?![\d.\w])|(?<![\w.,])0\.\d"
)
_DOT_DECIMALS = re.compile(r"[$€£]\s?\d+\.\d{2}(?!\d)|(?<![\w.,-])\d+\.\d{1,2}\s?%")


@dataclass(frozen=True, slots=True)
class PageReading:
    """What one page says."""

    page: str
    entity: str
    document: Document
    scope: Scope
    facts: tuple[Fact, ...]
    placeholders: tuple[Placeholder, ...]
    records: tuple[Record, ...] = ()
    miscalculations: tuple[Miscalculation, ...] = ()


def read_page(
    source: str,
    *,
    page: str,
    entity: str,
    vocabulary: Vocabulary,
    markdown: MarkdownIt,
    when: date | None = None,
    commit: str | None = None,
    currency: str = "USD",
    kind: str = "",
) -> PageReading:
    """Read one page. `kind` is that of the entity it belongs to. `entity`, `currency` and `when` (date of the file or its last commit) hold where the page declares none."""
    document = parse_document(source, markdown)
    scope = _page_scope(document, page, entity, when, commit, currency, kind)
    facts: list[Fact] = []
    holes: list[Placeholder] = []
    places = tuple(_places(document, scope, vocabulary))
    for found in _found(document, places, scope, vocabulary):
        (facts if isinstance(found, Fact) else holes).append(found)  # type: ignore[arg-type]
    rands = len({f.raw for f in facts if f.value.currency == "ZAR"})
    if rands == 1:
        facts = [f for f in facts if not is_lone_name(f.raw, f.value.currency, rands, source)]
    kept = sorted({(f.source, f.raw): f for f in reversed(facts)}.values(), key=lambda f: (_line(f), _column(f)))
    return PageReading(
        page,
        scope.entity,
        document,
        scope,
        facts=tuple(kept),
        placeholders=tuple(holes),
        records=tuple(_records(document, places)),
        miscalculations=tuple(_checks(places, kept)),
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """A block with what applies to it."""

    block: Block
    scope: Scope
    columns: tuple[Column, ...] = ()


def _places(document: Document, page_scope: Scope, vocabulary: Vocabulary) -> Iterator[_Place]:
    scopes: dict[tuple[str, ...], Scope] = {}
    reported: dict[tuple[str, ...], str] = {}
    """Periods that a sentence below a heading says for its section: `Treasurer's report for the year ended ...`."""
    remark = ""
    """What the paragraph before a table says."""
    for block in document.blocks:
        scope = scopes.get(block.headings)
        if scope is None:
            scope = scopes[block.headings] = _below(page_scope, block.headings, reported)
        if block.kind == "paragraph" and (said := _reported(block)) is not None and scope.period == page_scope.period:
            said = dated(compose(said, page_scope.period), page_scope.written) or said
            reported[block.headings] = said
            scope = scopes[block.headings] = replace(scope, period=said)
        if block.table is None:
            remark = " ".join(line.text for line in block.lines) if len(block.lines) <= 3 else ""
            yield _Place(block, scope)
            continue
        if (factor := scale_of(block.table.caption) or scale_of(remark)) is not None:
            scope = replace(scope, factor=factor)
        if code := remarked_currency(remark, scope.currency):
            scope = replace(scope, currency=code, currency_declared=True)
        yield _Place(block, scope, columns_of(block.table, scope, vocabulary))


def _below(page_scope: Scope, headings: tuple[str, ...], reported: Mapping[tuple[str, ...], str]) -> Scope:
    for depth in range(len(headings), 0, -1):
        if (said := reported.get(headings[:depth])) is not None:
            return replace(page_scope, period=said).below(headings)
    return page_scope.below(headings)


def _reported(block: Block) -> str | None:
    """The period that a short sentence of a report says it is of."""
    if len(block.lines) > 2:
        return None
    text = " ".join(line.text for line in block.lines)
    if len(text) > 240 or "$" in text or "€" in text or "£" in text:
        return None
    return _report_of(text)


def _report_of(text: str) -> str | None:
    """The one period that a line says a report, a budget or figures are of."""
    if not _REPORT_OF.may_be_in(text):
        return None
    for m in _REPORT_OF.pattern.finditer(text):
        named = periods_in(text[m.end() : m.end() + 40])
        if named and named[0][0] <= 1 and not _AND_ANOTHER.search(text[m.end() :][: named[0][1] + 12]):
            return named[0][2]
    return None


def _records(document: Document, places: Sequence[_Place]) -> Iterator[Record]:
    """Rows of the page's tables and lists that are of a known kind, in page order."""
    for place in places:
        block = place.block
        if block.table is not None:
            yield from table_records(block.table, block.headings, place.columns, place.scope)
        elif block.kind == "item":
            yield from item_records(block, document.lines, place.scope)


def _checks(places: Sequence[_Place], facts: Sequence[Fact]) -> Iterator[Miscalculation]:
    """What the page states and its own figures contradict, in the order of the page."""
    found: list[Miscalculation] = []
    for place in places:
        if place.block.table is not None:
            found.extend(table_checks(place.block.table, place.columns, place.scope))
        for line in place.block.lines:
            found.extend(line_checks(line.text, line.number, place.scope))
    found.extend(list_checks(facts))
    found.extend(repeat_checks(facts))
    yield from sorted(found, key=lambda m: (m.source.line or 0) if isinstance(m.source, WikiLocation) else 0)


def _line(fact: Fact) -> int:
    return fact.source.line or 0 if isinstance(fact.source, WikiLocation) else 0


def _column(fact: Fact) -> int:
    return fact.source.column or 0 if isinstance(fact.source, WikiLocation) else 0


def _page_scope(
    document: Document, page: str, entity: str, when: date | None, commit: str | None, default: str, kind: str
) -> Scope:
    meta = document.meta
    stated = declared(meta, "currency")
    default = national_dollar(document.lines, _titles(document, page)) or default
    if stated.upper() in CODES:
        currency = stated.upper()
    else:
        currency = code_of(stated, default) or stated_currency(document.lines, default)
    used, often = ("", False) if currency else used_currency(document.lines, default)
    said = _date(meta.get("as_of")) or _stated_date(document) or _dated_name(page)
    written = _date(meta.get("date")) or _date(meta.get("published")) or _written(document, page) or said
    return Scope(
        page=page,
        entity=declared(meta, "entity") or entity,
        currency=currency or used or default,
        currency_declared=bool(currency),
        currency_used=often and bool(used),
        about=declared(meta, "title"),
        contexts=contexts_of(document.lines, kind),
        dots_group=_dots_group(document.lines),
        as_of=said or when,
        as_of_said=said is not None,
        written=written,
        commit=commit,
        status=status_of(declared(meta, "status")),
        factor=stated_scale(document.lines),
        period=dated(parse_period(declared(meta, "period")) or _stated_period(document, page), written),
    )


def _titles(document: Document, page: str) -> str:
    """What a page is called: its first heading, its title and place in the front matter, and the name of its file."""
    first = next((line for line in document.lines if line.startswith("# ")), "")
    said = (
        declared(document.meta, key) for key in ("title", "description", "subtitle", "country", "location", "region")
    )
    name = re.sub(r"[-_.]+", " ", page.rpartition("/")[2])
    return "\n".join((first, *said, name))


_AND_ANOTHER = re.compile(r"\d\s*(?:&|and\b|or\b)\s*\d")
_WRITTEN = re.compile(r"^[\W_]*(?:date|published|posted|written)(?: on)?[\W_]*:[\W_]*(.+)$", re.IGNORECASE)


def _dated_name(page: str) -> date | None:
    """The day in the name of a file: `2023-05-01.md`, `minutes-2023_05_01.md`, `20230501-board.md`."""
    m = re.search(r"(?<!\d)((?:19|20)\d\d)([-_.]?)(0[1-9]|1[0-2])\2([0-2]\d|3[01])(?!\d)", page.rpartition("/")[2])
    return parse_date(f"{m[1]}-{m[3]}-{m[4]}") if m is not None else None


def _written(document: Document, page: str) -> date | None:
    """The day in the name of a post, or in a line `Date: ...` among the first ones."""
    if (found := _dated_name(page)) is not None:
        return found
    for line in document.lines[:20]:
        if (m := _WRITTEN.match(line)) is not None and (found := parse_date(m[1][:40])) is not None:
            return found
    return None


def _stated_period(document: Document, page: str) -> str | None:
    """What the page says it is about: "Period: May 2025", "update for May 2025", or a title such as "May 2025 Report"."""
    for line in document.lines[:60]:
        if (m := _PERIOD_LINE.match(line)) is not None and (found := parse_period(m[1][:60])) is not None:
            return found
    title = declared(document.meta, "title")
    if _REPORT.search(title) and (found := parse_period(title)) is not None:
        return found
    if (found := _subtitle_period(document)) is not None:
        return found
    second = [n for n, line in enumerate(document.lines[:80]) if line.startswith("## ")][1:2]
    top = document.lines[: second[0]] if second else document.lines
    read = [line for line in top if line.strip() and not line.startswith(("#", "|", "-", ">", "* ", "+ "))][:12]
    return next((found for line in read if (found := _report_of(line)) is not None), None) or _named_period(page)


def _subtitle_period(document: Document) -> str | None:
    """A period that stands alone in one of the lines below the title of a report or budget; a day only dates the page."""
    title = next((line for line in document.lines if line.startswith("# ")), "") or declared(document.meta, "title")
    if not _REPORT.search(title) and not _DATED_FOLDER.search(title):
        return None
    first = len(document.meta_lines) + 2 if document.meta_lines else 0
    lines = [line for line in document.lines[first : first + 16] if line.strip(" -*_=\n")][:7]
    for number, line in enumerate(lines):
        if number and line.startswith("#") and not line.startswith("## "):
            break
        if line.startswith(("```", "~~~")):
            break
        if line.startswith(("|", "-", "+ ", "# ")) or len(line) > 60:
            continue
        plain = re.sub(r"^[\W_]+|[\W_]+$|[*_]", "", line)
        if line.startswith("## ") and number > 1:
            break
        if is_period(plain) and (parse_date(plain) is None or "end" in plain):
            return parse_period(plain)
    return None


_POSTED = re.compile(r"^\d{4}-\d\d-\d\d-")
_DATED_FOLDER = re.compile(
    r"report|update|minutes|budget|financ|treasur|account|statement|expens|metric|review", re.IGNORECASE
)


def _named_period(page: str) -> str | None:
    """The period in the name of a file of reports: `reports/2022.md`, `treasury-report-2024-q3.md`."""
    folder, _, name = page.rpartition("/")
    stem = _POSTED.sub("", name.rsplit(".", 1)[0])
    plain = re.sub(r"(?<=[A-Za-z])[-_](?=\w)|(?<=\w)[-_](?=[A-Za-z])|_", " ", stem)
    if not any(ch.isdigit() for ch in plain) or not _DATED_FOLDER.search(f"{folder.rpartition('/')[2]} {plain}"):
        return None
    return parse_period(plain) if parse_date(plain) is None else None


def _dots_group(lines: Sequence[str]) -> bool:
    """Whether dots group thousands on this page: some do, and no dot is a decimal mark.

    Either commas are decimal marks there, or nothing is grouped by commas.
    """
    text = "\n".join(line for line in lines if "." in line)
    if len(_DOT_GROUPS.findall(text)) < 2 or _DOT_DECIMALS.search(text):
        return False
    return bool(_COMMA_DECIMALS.search(text)) or not _OTHER_MARKS.search(text)


def _date(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    return parse_date(value) if isinstance(value, str) else None


def _stated_date(document: Document) -> date | None:
    """The first "as of" remark of the page."""
    for block in document.blocks:
        for line in block.lines:
            if (found := as_of_of(line.text)) is not None:
                return parse_date(found[1])
    return None


def _found(
    document: Document, places: Sequence[_Place], page_scope: Scope, vocabulary: Vocabulary
) -> Iterator[Fact | Placeholder]:
    yield from _meta_facts(document, page_scope, vocabulary)
    for place in places:
        block, scope = place.block, place.scope
        if block.table is not None:
            yield from table_facts(block.table, place.columns, scope, vocabulary)
        elif block.kind == "heading":
            yield from _heading(block, scope, vocabulary)
        else:
            costs = block.kind in {"item", "code"} and is_cost_list(scope, block.headings[-1] if block.headings else "")
            per = _last_column_per(block) if block.kind == "code" else None
            for line in block.lines:
                for found in line_facts(line, block.kind, scope, vocabulary, costs=costs):
                    yield _of_last_column(found, line, per, scope.heading) if per is not None else found


def _of_last_column(found: Fact | Placeholder, line: Line, per: str, heading: str) -> Fact | Placeholder:
    """An amount at the end of a line of columns, named by the first of them and per what the last one's head says."""
    if isinstance(found, Placeholder) or found.value.unit != "money" or not line.text.rstrip().endswith(found.raw):
        return found
    first = re.split(r"\s{2,}|\t", line.text.strip(" │├└─|\t"))[0]
    label = first if found.label == heading and re.search(r"[A-Za-z]{2}", first) else found.label
    return replace(found, label=label, value=replace(found.value, per=found.value.per or per))


def _last_column_per(block: Block) -> str | None:
    """What the last column of a text fence is per, by a first line of headers: `Name    Quantity    Monthly cost`."""
    heads = re.split(r"\s{2,}|\t", block.lines[0].text.strip()) if block.lines else []
    return per_of(heads[-1]) if len(heads) > 1 and not any(ch.isdigit() for ch in block.lines[0].text) else None


def _heading(block: Block, scope: Scope, vocabulary: Vocabulary) -> Iterator[Fact | Placeholder]:
    for line in block.lines:
        for found in line_facts(line, "heading", scope, vocabulary):
            yield replace(found, tier=Tier.PROSE, metric=None) if isinstance(found, Fact) else found


def _meta_facts(document: Document, scope: Scope, vocabulary: Vocabulary) -> Iterator[Fact]:
    """Front-matter keys that are metrics."""
    for key, value in document.meta.items():
        label = key.replace("_", " ").replace("-", " ")
        if isinstance(value, bool) or not isinstance(value, (int, float, str)) or vocabulary.lookup(label) is None:
            continue
        line = Line(f"{label}: {value}", document.meta_lines.get(key, 1))
        if find_quantities(line.text):
            for found in line_facts(line, "item", scope, vocabulary):
                if isinstance(found, Fact):
                    yield replace(found, extractor="meta")

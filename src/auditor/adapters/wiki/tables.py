"""From a table to facts, row by row; and the cells where a figure should stand and does not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from auditor.adapters.wiki.cells import TOTAL, Row, in_money, is_once, label_per, names_currency, row_per, typed
from auditor.adapters.wiki.columns import Column, is_name
from auditor.adapters.wiki.composition import before, combine, compose, is_relative, lately
from auditor.adapters.wiki.counting import ENUMERATED, counted_behind
from auditor.adapters.wiki.dates import parse_date
from auditor.adapters.wiki.headers import ATTRIBUTE, GENERIC, NUMBERED, PERIOD_HEADER
from auditor.adapters.wiki.labels import following_period, near_period, recurring_per
from auditor.adapters.wiki.month_runs import months_of_year
from auditor.adapters.wiki.numbers import Hit, whole_cell
from auditor.adapters.wiki.periods import is_period, parse_period, periods_in
from auditor.adapters.wiki.scope import Scope
from auditor.adapters.wiki.sift import Words
from auditor.adapters.wiki.tabular import Cell, Table
from auditor.adapters.wiki.vocabulary import POSITIONS, Meaning, Vocabulary
from auditor.adapters.wiki.words import EMPTY_CELL, ZERO, is_rule, is_scenario, per_of, placeholder, status_of
from auditor.model.fact import Fact, Quantity, Status, Tier
from auditor.model.location import WikiLocation

_CHILD = re.compile(r"^(?:[-–—•·↳└├─│>*]+|&nbsp;)\s*(?=[A-Za-z])|^\.{2,}\s*")
COST_WORDS = Words.of(
    "costs?", "expen(?:ses?|ditures?)", "budget", "spend(?:ing)?", "burn", "overheads?", "opex", "operating", "outgoings", "bills?", "fees"
)  # fmt: skip
_INCOME = re.compile(r"\b(?:income|revenues?|receipts?|sales|sources?|funding|assets?|donations)\b", re.IGNORECASE)
_METRICS = re.compile(r"^(?:metric|kpi|indicator|measure|ratio)s?$", re.IGNORECASE)
_TIME_WORDS = re.compile(
    r"\b(?:hours?|days?|points?|(?<!one-)(?<!one )time|effort|capacity|tokens?|credits?|quantity|headcount|members?)\b",
    re.IGNORECASE,
)
_PER_HEAD = re.compile(
    r"\b(?:avg|average|salary|rate|unit|each|per (?!month|year|week|day|quarter)\w+)\b", re.IGNORECASE
)
_NOT_COSTS = re.compile(
    r"\b(?:revenue|income|sales|pricing|funding|use of funds|per unit|unit economics|scenario|saving|channel|commission|client|invoice|contract|customer)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A cell or value without a figure, where one should stand."""

    label: str
    raw: str
    line: int
    heading: str = ""


def table_facts(
    table: Table, columns: Sequence[Column], scope: Scope, vocabulary: Vocabulary
) -> Iterator[Fact | Placeholder]:
    """Figures of a table, row by row, left to right; and the cells where one should stand and does not."""
    labels = [c for c in columns if c.role == "label"]
    label_column = labels[0] if labels else None
    values = [c for c in columns if c.role == "value"]
    numeric = [
        c for c in values if any(any(ch.isdigit() for ch in r[c.index].text) for r in table.rows if c.index < len(r))
    ]
    counted = {c.index for c in numeric}
    may_be_empty = {c.index for c in values if c.index in counted or GENERIC.match(c.header)}
    costs = _is_cost_table(table, scope, label_column, numeric)
    in_costs = costs or (
        COST_WORDS.search(f"{scope.title or scope.about} {scope.section}") and not _NOT_COSTS.search(scope.heading)
    )
    if in_costs and label_column is not None and not _TIME_WORDS.search(f"{scope.heading} {table.caption}"):
        columns = values = [in_money(c, scope, table, broad=costs) if c.role == "value" else c for c in columns]
        values = [c for c in columns if c.role == "value"]
    group = above = ""
    above_period: str | None = None
    rows = [_row(cells, columns, label_column, "") for cells in table.rows]
    years = months_of_year([*(r.period for r in rows), *(c.period for c in values)], scope.period)
    values = [replace(c, period=years.get(c.period or "", c.period)) for c in values]
    per = scope.per
    for cells in table.rows:
        if label_column is not None and (title := _group_title(cells, label_column.index)):
            above = title
            scope = replace(scope, per=per_of(title) or per)
            above_period = parse_period(title) if is_period(title) else None
        row = _row(cells, columns, label_column, group)
        within = years.get(row.period or "") or compose(row.period, above_period)
        row = replace(row, period=within, group=row.group or above)
        if label_column is not None and label_column.index < len(cells) and cells[label_column.index].words:
            group = row.label
        if label_column is not None and label_column.index < len(cells):
            yield from _in_label(cells[label_column.index], label_column, row, scope, vocabulary, numeric, table)
        for column in values:
            if column.index >= len(cells):
                continue
            cell = cells[column.index]
            category = costs and not row.period and not row.scenario and not (row.group and _INCOME.search(row.group))
            found = list(_cell_facts(cell, column, row, scope, vocabulary, numeric, costs=category))
            yield from found
            if (
                not found
                and column.index in may_be_empty
                and (gap := _cell_gap(cell, column, row, vocabulary)) is not None
            ):
                yield replace(gap, heading=scope.heading)


def _group_title(cells: Sequence[Cell], label: int) -> str:
    """The words of a row that has nothing but words in its naming column: a title of the rows below it."""
    words = [c.words for c in cells]
    if label >= len(words) or not words[label] or len(words) < 2:
        return ""
    rest = {w for n, w in enumerate(words) if n != label and w}
    return (
        words[label].strip(" :")
        if rest <= {words[label]} and (is_period(words[label]) or is_name(words[label]))
        else ""
    )


def _in_label(
    cell: Cell, column: Column, row: Row, scope: Scope, vocabulary: Vocabulary, numeric: Sequence[Column], table: Table
) -> Iterator[Fact]:
    """Figures in the naming column: a cell that is a value (`20 jobs`), or money and rates in a name (`Gold ($25K/yr)`)."""
    words = cell.words
    if not words or is_period(words) or not any(ch.isdigit() for ch in words):
        return
    is_value = not is_name(words) and not column.metric_header and bool(column.header or table.header)
    for fact in _cell_facts(cell, column, row, scope, vocabulary, numeric, costs=False):
        if is_value or fact.value.unit in {"money", "percent", "ratio"}:
            name = " ".join(words.replace(fact.raw, " ").replace("()", " ").split()).strip(" -–:")
            yield replace(fact, metric=None, label=column.header if is_value else name or column.header)


def _row(cells: Sequence[Cell], columns: Sequence[Column], label: Column | None, group: str) -> Row:
    text = cells[label.index].words if label is not None and label.index < len(cells) else ""
    if not text and label is not None:
        rest = [c.words for c in cells if c.words and not any(ch.isdigit() for ch in c.words)]
        text = rest[0] if rest else group
    attributes = {
        c.role: cells[c.index].words
        for c in columns
        if c.role in ATTRIBUTE and c.index < len(cells) and cells[c.index].words
    }
    if label is not None and names_currency(label.header, text):
        attributes.setdefault("currency", text)
    period = None
    for column in columns:
        said = cells[column.index].words if column.index < len(cells) else ""
        if column.role != "period" or not said:
            continue
        header = column.header
        own = parse_period(f"{header.split(' ')[0]} {said.rstrip('+')}" if NUMBERED.fullmatch(said) else said)
        period = combine(period, own)
    if period is not None:
        period = combine(period, parse_period(text)) if is_period(text) else period
    elif (lead := _LEADING.match(text)) is not None and is_period(lead[1]):
        period = parse_period(lead[1])
    elif is_period(text) or (label is not None and PERIOD_HEADER.match(label.header)):
        period = parse_period(text)
    named = label is not None and ATTRIBUTE["scenario"].match(label.header) is not None
    scenario = attributes.get("scenario", "") or (text if named or is_scenario(text) else "")
    group = next((cells[c.index].words for c in columns if c.role == "group" and c.index < len(cells)), "")
    return Row(
        _CHILD.sub("", text).strip(" :").lstrip("=+→ "), attributes, period, scenario, bool(_CHILD.match(text)), group
    )


def _cell_facts(
    cell: Cell,
    column: Column,
    row: Row,
    scope: Scope,
    vocabulary: Vocabulary,
    numeric: Sequence[Column],
    *,
    costs: bool,
) -> Iterator[Fact]:
    hits = whole_cell(cell.text, currency=scope.currency, dots_group=scope.dots_group, years=column.years)
    label, metric_label = _label(row, column, numeric, scope.heading)
    if not hits:
        zero = ZERO.match(cell.text)
        meaning = vocabulary.lookup(row.label) or vocabulary.lookup(column.header)
        if zero and meaning is not None and vocabulary.metrics[meaning.metric].unit in {"money", "count"}:
            need = vocabulary.metrics[meaning.metric].unit
            value = Quantity(
                Decimal(0),
                Decimal(0),
                need,
                scope.currency if need == "money" else None,
                flags=frozenset({"zero_word"}),
            )
            start = len(cell.text) - len(cell.text.lstrip())
            hits = (Hit(start, start + len(cell.text.strip()), value, "", bare=False),)
        else:
            return
    extra = _extra_words(cell.text, hits)
    if not column.header and (own := _OWN_LABEL.match(cell.text[: hits[0].start])) is not None:
        row = replace(row, label=own[1])
        label = metric_label = own[1]
    meaning = vocabulary.lookup(row.label)
    enumerated = column.bare and len(hits) > 1 and ENUMERATED.fullmatch(cell.words.strip(" .")) is not None
    for position, hit in enumerate(counted_behind(cell.text, hits)):
        if hit.bare and not enumerated and (not column.bare or extra > 3 or position):
            continue
        if hit.bare and column.unit == "" and not column.header and row.label == "":
            continue
        raw = cell.text[hit.start : hit.end]
        after = cell.text[hit.end :]
        other = position > 0 and hit.value.unit != hits[0].value.unit
        of = replace(column, unit="", per=None, shown=None, factor=Decimal(1)) if other else column
        value = typed(hit.value, of, row, scope, vocabulary, meaning.metric if meaning else None, raw, after)
        per = value.per or (row_per(row, value) or of.per if value.unit != "percent" else None)
        if per is None and value.unit == "money":
            per = recurring_per(cell.text, hit) or (None if after.lstrip()[:1] == "=" else label_per(row.label, column))
        if per is None and value.unit == "money" and not column.apart and not is_once(row.label + " " + column.header):
            per = None if _by_months(scope.per, combine(row.period, column.period)) else scope.per
        named = (following_period(cell.text, hit) if column.period is None or is_relative(column.period) else None) or (
            combine(row.period, column.period)
            or _tail_period(row.label)
            or (near_period(cell.text, hit) if len(cell.words) > len(raw) + 3 else None)
        )
        period = lately(compose(named, scope.period), scope.written)
        if column.prior:
            period = before(period)
        status = _status(row, column, scope, period)
        metric = None
        total = bool(TOTAL.search(row.label))
        chosen = _chosen(row, column, vocabulary, known=period is not None) if position == 0 else None
        if chosen is not None and costs and value.unit == "money" and not total and chosen.metric not in POSITIONS:
            chosen = None
        if chosen is not None and vocabulary.holds(chosen.metric, value, scope, row.group, [c.header for c in numeric]):
            metric = chosen.metric
            status = chosen.status if chosen.status is not None and status is Status.ACTUAL else status
            value, per = _settle(value, per or chosen.per or vocabulary.metrics[metric].per, vocabulary, metric)
        as_of = parse_date(row.attributes.get("as_of", "")) or scope.as_of
        yield Fact(
            entity=scope.entity,
            label=label if position == 0 else _second_label(label, cell.text, hit),
            value=replace(value, per=per),
            source=WikiLocation(
                scope.page, scope.section, cell.line_at(hit.start), cell.column + hit.start, scope.commit
            ),
            metric=metric,
            category=metric_label.lower()
            if costs and value.unit == "money" and not total and position == 0 and not _PER_HEAD.search(column.header)
            else None,
            period=period,
            as_of=as_of,
            status=status,
            tier=Tier.DECLARED if extra <= 8 else Tier.PROSE,
            scenario=_scenario(row, column, scope),
            raw=" ".join(cell.text[hit.start : hit.end].split()),
            extractor="table.total" if total else "table.child" if row.child else "table.cell",
        )


def _by_months(per: str | None, period: str | None) -> bool:
    """Whether `Monthly breakdown` above rows of months only says that there is one for each."""
    return per == "month" and period is not None and re.match(r"month \d|month of|\d{4}-\d\d$", period) is not None


def _chosen(row: Row, column: Column, vocabulary: Vocabulary, *, known: bool) -> Meaning | None:
    """What the figure of a row and a column means, by the label of one of them. `known`: its period is."""
    if column.prior and not known:
        return None
    meaning = vocabulary.lookup(row.label)
    if meaning is not None and _plain_column(column, vocabulary):
        return meaning
    if row.scenario or not row.label or is_period(row.label):
        return vocabulary.lookup(column.header)
    return None


def _settle(value: Quantity, per: str | None, vocabulary: Vocabulary, metric: str) -> tuple[Quantity, str | None]:
    unit = vocabulary.metrics[metric].unit
    if value.unit in {"", "gallons"} or (value.unit == "points" and unit == "count"):
        value = replace(value, unit=unit, per=per)
    if unit not in {"money", "count", "hours", "percent"}:
        per = value.per
    return value, per


def _plain_column(column: Column, vocabulary: Vocabulary) -> bool:
    """Whether a column holds the row's figure itself, not another attribute of the row."""
    if column.header == "" or GENERIC.match(column.header) or is_period(column.header) or column.scenario:
        return True
    words = re.sub(r"\([^)]*\)", "", column.header).strip()
    return (
        bool(GENERIC.match(words))
        or is_period(words)
        or bool(
            re.fullmatch(
                r"(?:monthly|annual|yearly|daily|weekly|per \w+|estimated|projected|actual|target)[ /]*(?:amount|cost|value|total|budget|actual|target)?",
                words,
                re.IGNORECASE,
            )
        )
        or column.prior
        or (vocabulary.lookup(column.header) is not None and column.period is not None)
    )


_TAIL = re.compile(
    r"(?:\b(?:at|by|in|of|for|as of|end of|through|until)\s+(?:the end of\s+)?|\(|,\s*|\s[-–—]\s)$", re.IGNORECASE
)


def _tail_period(label: str) -> str | None:
    """A period that a label ends with: `Equity at year 5`, `Members (2024)`."""
    named = periods_in(label)
    if not named or label[named[-1][1] :].strip(" )."):
        return None
    return named[-1][2] if _TAIL.search(label[: named[-1][0]]) else None


def _status(row: Row, column: Column, scope: Scope, period: str | None) -> Status:
    if is_rule(row.label):
        return Status.RULE
    said = column.status or status_of(row.attributes.get("status", "")) or status_of(row.label)
    if said is None and row.period:
        said = status_of(row.attributes.get("period", row.label))
    said = said or scope.status
    if said is None and is_relative(period):
        return Status.PROJECTED
    return said or Status.ACTUAL


def _scenario(row: Row, column: Column, scope: Scope) -> str:
    above = scope.scenario
    if (column.scenario or row.scenario) and re.fullmatch(r"(?i)\W*(?:\w+ )?scenario(?:s| analysis)\W*", above):
        above = ""
    parts = [p for p in (above, column.scenario, row.scenario) if p]
    return " / ".join(dict.fromkeys(parts))


def _label(row: Row, column: Column, numeric: Sequence[Column], about: str) -> tuple[str, str]:
    """Label of the figure, and the row's own name."""
    name = row.label
    header = column.header
    if not name or (header and _AMOUNT_ALONE.fullmatch(name)):
        return header, header
    if (row.period and is_period(name) and not TOTAL.search(name)) or (row.scenario and row.scenario == name):
        return (header if header and not is_period(header) else about or header or name), name
    if (
        not header
        or GENERIC.match(re.sub(r"\s*[\[(][^\])]*[\])]", "", header))
        or is_period(re.sub(r"\s*\([^)\d]*\)", "", header))
        or column.scenario
        or len(numeric) <= 1
    ):
        return name, name
    return f"{name} – {header}", name


_AMOUNT_ALONE = re.compile(r"[+-−–]?\s?[$€£¥][\d.,]+|[\d.,]+\s?€")
"""A first cell that is an amount names nothing."""
_LEADING = re.compile(r"\W*([^:]{2,20}):\s")
"""A row that begins with its period: `Year 1: Railway $120 | Render $285`."""
_OWN_LABEL = re.compile(r"^\W*([A-Za-z][^:|$€£\d]{1,50}?)\s*:\s*[~<>≈]?\s*$")


def _second_label(label: str, text: str, hit: Hit) -> str:
    after = re.match(r"[\s)]*([A-Za-z][\w '&-]{1,40})", text[hit.end :])
    before = re.search(r"([A-Za-z][\w '&-]{1,40})[\s(:]*$", text[: hit.start])
    words = hit.noun or (after[1] if after else before[1] if before else "")
    return f"{label} ({words.strip()})" if words.strip() else label


def _extra_words(text: str, hits: Sequence[Hit]) -> int:
    rest = text
    for hit in reversed(hits):
        rest = rest[: hit.start] + " " + rest[hit.end :]
    return len(re.findall(r"[A-Za-z]{2,}", rest))


def _cell_gap(cell: Cell, column: Column, row: Row, vocabulary: Vocabulary) -> Placeholder | None:
    name = row.label or column.header
    if raw := placeholder(cell.text):
        return Placeholder(
            name if GENERIC.match(column.header) or not column.header or row.period is None else f"{column.header}",
            raw,
            cell.line,
        )
    if vocabulary.lookup(row.label) is not None and EMPTY_CELL.match(cell.text) and _plain_column(column, vocabulary):
        return Placeholder(name, cell.words or "empty cell", cell.line)
    return None


def _is_cost_table(table: Table, scope: Scope, label: Column | None, numeric: Sequence[Column]) -> bool:
    if label is None or not numeric:
        return False
    if _METRICS.match(label.header):
        return False
    about = " ".join([scope.heading, table.caption, label.header, *(c.header for c in numeric)])
    if re.search(r"\b(?:unit|variable|per) (?:costs?|unit)\b", about, re.IGNORECASE):
        return False
    return bool(COST_WORDS.search(about)) and not _NOT_COSTS.search(f"{scope.heading} {table.caption} {label.header}")

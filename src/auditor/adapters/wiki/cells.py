"""What the figure of one cell is: its unit, currency, factor and what it is per, from its row, column, heading and page."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from auditor.adapters.wiki import units
from auditor.adapters.wiki.columns import Column
from auditor.adapters.wiki.counting import MONEY_NOUNS, names_count, says_count
from auditor.adapters.wiki.currencies import money_hint
from auditor.adapters.wiki.headers import GENERIC, MONEY_CELL, MONEY_WORDS, NO_BARE, hints
from auditor.adapters.wiki.periods import is_period
from auditor.adapters.wiki.scope import Scope
from auditor.adapters.wiki.tabular import Table
from auditor.adapters.wiki.vocabulary import Vocabulary
from auditor.adapters.wiki.words import per_cell, per_of
from auditor.model.fact import Quantity

TOTAL = re.compile(
    r"^\W*(?:grand |sub[- ]?|overall |annual |monthly |net )?totals?\b|^\W*sum\b|\btotals?\W*$", re.IGNORECASE
)


_NAMED = re.compile(
    r"\s*(?!(?:net|gross|total|one|once|per|est|approx|avg|average|incl|excl|plus|each|max|min|to|or|and|in|of|on|at|for|if)\b)[A-Za-z]{3,}"
)
SCALED = re.compile(
    r"\d\s?(?:k|mm?|bn?|mn|mio|mrd|tsd|t|thousand|million|billion|lakh|lac|crore|cr|l)s?\b(?!\s?\w)|\d\s?(?:k|mm?|bn?)(?=[ €$£]|\b)",
    re.IGNORECASE,
)
"""An amount that says by itself by how much it is shortened."""


@dataclass(frozen=True, slots=True)
class Row:
    """What a row of a table says of its figures."""

    label: str
    attributes: dict[str, str]
    period: str | None
    scenario: str
    child: bool = False
    """Written below its sum: `- Day charters` under `Charters`."""
    group: str = ""
    """Name of the group of rows that it stands in."""


_NO_MONEY = re.compile(
    r"%|\b(?:percent(?:age)?|share|ratio|rate|hours?|days?|weeks?|months?|years?|units?|qty|quantity|count|number|no|nr|people|persons?|fte|"
    r"users?|customers?|headcount|weight|size|score|growth|margin|rank|priority|phase|period|duration|menge|anzahl|stunden|tage|quantit[ée]|nombre)\b",
    re.IGNORECASE,
)
"""Headers of columns in a table of costs that hold something else."""


_BUDGETARY = re.compile(
    r"^(?:budget(?:ed|s)?|spent|remaining|remainder|allocated|planned|actuals?|paid|due|balance|forecast|variance|approved|requested|committed|available|left|"
    r"over ?/ ?under|difference|d[ée]pens[ée]e?s?|reste|restant|pr[ée]vu|r[ée]alis[ée]|ist|soll|rest|plan|ausgegeben|presupuestado|gastado)\b",
    re.IGNORECASE,
)


def in_money(column: Column, scope: Scope, table: Table, *, broad: bool) -> Column:
    """A column of plain amounts in a table of costs, headed by a period or a word such as `Total`, holds money."""
    if column.shown is not None and not column.unit:
        digits = [
            r[column.index].text
            for r in table.rows
            if column.index < len(r) and any(ch.isdigit() for ch in r[column.index].text)
        ]
        plain_numbers = all(MONEY_CELL.search(t) or not re.search(r"[%]|[A-Za-z]{2}", t) for t in digits)
        return (
            replace(column, unit="money", currency=column.shown)
            if plain_numbers and not names_count(column.header)
            else column
        )
    plain = not column.unit
    if not plain or names_count(column.header) or _NO_MONEY.search(column.header):
        return column
    if (m := re.fullmatch(r"(?:[A-Za-z]+ )?([A-Za-z]{2,}s)", column.header)) and m[1].lower() not in MONEY_NOUNS:
        return column if not is_period(column.header) else replace(column, unit="money", currency=scope.currency)
    remarks = {n for n, cell in enumerate(table.header) if NO_BARE.search(cell.words)}
    signed = any(MONEY_CELL.search(c.text) for r in table.rows for n, c in enumerate(r) if n not in remarks)
    known = broad and (scope.currency_declared or scope.currency_used) and not signed
    if not (
        known
        or is_period(column.header)
        or GENERIC.match(column.header)
        or TOTAL.search(column.header)
        or _BUDGETARY.match(column.header)
    ):
        return column
    if any(
        re.search(r"[$€£%]|[A-Za-z]{2}", r[column.index].text.replace("N/A", ""))
        for r in table.rows
        if column.index < len(r)
    ):
        return column
    return replace(column, unit="money", currency=scope.currency)


def typed(
    value: Quantity,
    column: Column,
    row: Row,
    scope: Scope,
    vocabulary: Vocabulary,
    metric: str | None,
    raw: str,
    after: str = "",
) -> Quantity:
    """The value with the unit and the factor that its row, column, heading and page give it.

    `after` is what stands behind it in its cell: in `8 providers` it counts something, whatever the row is called.
    """
    value = _by_unit_column(value, row, scope)
    if column.factor != 1 and SCALED.search(raw):
        column = replace(column, factor=Decimal(1))
    typed = _in_currency_of_row(value, column, row) or _by_header(
        value, column, row, scope, vocabulary, metric, named=bool(_NAMED.match(after))
    )
    if typed.unit == "money" and _BARE_DOLLAR.search(raw) and (code := _dollar_said(column, row, scope)):
        typed = replace(typed, currency=code)
    if scope.factor == 1 or column.factor != 1 or typed.low != value.low or SCALED.search(raw):
        return typed
    if typed.unit == "" and not counts(row.label):
        typed = replace(typed, unit="money", currency=scope.currency)
    return (
        replace(typed, low=typed.low * scope.factor, high=typed.high * scope.factor) if typed.unit == "money" else typed
    )


_HELD = re.compile(
    r"\b(?:quantity|qty|holdings?|held|units|tokens?|coins?|received|sent|spent|deposits?|withdrawn|opening|closing|in|out)\b",
    re.IGNORECASE,
)


def _in_currency_of_row(value: Quantity, column: Column, row: Row) -> Quantity | None:
    """A plain amount in the currency that its row names, where the header gives none and speaks of amounts."""
    header, code = column.header, row.attributes.get("currency", "")
    if value.unit or not code or column.unit not in {"", "money"} or column.shown is not None or "%" in header:
        return None
    if money_hint(header) is not None or not (
        MONEY_WORDS.search(header) or GENERIC.match(header) or _HELD.search(header)
    ):
        return None
    known = next((c for c in (code, code.upper()) if c in units.CODES), code if column.unit == "money" else "")
    if not known:
        return None
    low, high = value.low * column.factor, value.high * column.factor
    return replace(value, low=low, high=high, unit="money", currency=known)


def names_currency(header: str, name: str) -> bool:
    """Whether the name of a row is that of the currency or token which it is about."""
    return _NAMES_CURRENCY.match(header) is not None and _TOKEN.fullmatch(name) is not None


_NAMES_CURRENCY = re.compile(
    r"^(?:currenc(?:y|ies)|ccy|symbol|ticker|tokens?|coins?|assets?|crypto(?:currency)?)$", re.IGNORECASE
)
_TOKEN = re.compile(r"[A-Za-z]{0,2}[A-Z]{2,5}[A-Za-z0-9]?")
_BARE_DOLLAR = re.compile(r"(?<![A-Za-z])(?<![A-Z] )\$(?![A-Z]{3})(?!.*[A-Z]{3})")


def _dollar_said(column: Column, row: Row, scope: Scope) -> str:
    """Whose dollar a bare one is by the header of its column or by what its row says; empty where neither does."""
    own = row.attributes.get("currency", "").upper()
    for code in (own, hints(row.label, scope)[1] or "", column.currency or ""):
        if code in units.DOLLARS:
            return code
    return ""


def _by_unit_column(value: Quantity, row: Row, scope: Scope) -> Quantity:
    """The value with what a column headed `Unit` says of its row."""
    if value.unit == "" and ":" in row.label and _RATIO_OF.fullmatch(row.label):
        return replace(value, unit="ratio")
    said = row.attributes.get("unit", "")
    if not said or value.unit not in {"", "count"}:
        return value
    name, _, per = (part.strip() for part in said.replace(" per ", "/").partition("/"))
    unit = ""
    if name == "%" or name.lower().startswith("percent"):
        unit = "percent"
    elif name in units.SYMBOLS or name.upper() in units.CODES:
        currency = scope.currency if name == "$" else units.SYMBOLS.get(name, name.upper())
        value, unit = replace(value, currency=currency), "money"
    elif name.lower() in units.MEASURES:
        unit = units.MEASURES[name.lower()]
    elif units.singular(name) in units.COUNTED:
        unit = "count"
    elif name.lower().startswith("per "):
        per = name[4:]
    return replace(value, unit=unit or value.unit, per=value.per or (per_cell(per) if per else None))


def _label_says(label: str, scope: Scope) -> tuple[str, str | None, Decimal]:
    unit, currency, factor, _ = hints(label, scope)
    if currency in units.CODES - units.ISO_CODES and not re.search(rf"^\W*{currency}\W*$|[(\[]{currency}", label):
        return "", None, factor  # `Coinbase Wrapped BTC` is another token
    return unit, currency, factor


def _by_header(
    value: Quantity, column: Column, row: Row, scope: Scope, vocabulary: Vocabulary, metric: str | None, *, named: bool
) -> Quantity:
    if value.unit in {"", "count"} and column.unit == "money" and value.unit == "":
        label_unit = "count" if says_count(row.label) else hints(row.label, scope)[0]
        if label_unit in {"", "money"} and (metric is None or vocabulary.metrics[metric].unit == "money"):
            return replace(
                value,
                low=value.low * column.factor,
                high=value.high * column.factor,
                unit="money",
                currency=column.currency,
            )
        return replace(value, unit=label_unit)
    if value.unit == "":
        unit, currency, factor = _label_says(row.label, scope)
        if column.unit and column.unit != "money" and not unit:
            return replace(value, unit=column.unit)
        if not unit and column.shown and value.per is None and not named and MONEY_WORDS.search(row.label):
            unit, currency = "money", column.shown
        code = row.attributes.get("currency", "").upper()
        if code in units.CODES and unit in {"", "money"}:
            unit, currency = "money", code
        if unit:
            return replace(value, low=value.low * factor, high=value.high * factor, unit=unit, currency=currency)
        if column.factor != 1:
            return replace(value, low=value.low * column.factor, high=value.high * column.factor)
        if (
            names_count(column.header)
            or counts(column.header)
            or ((GENERIC.match(column.header) or is_period(column.header)) and counts(row.label))
        ):
            return replace(value, unit="count")
        if metric and vocabulary.metrics[metric].unit == "money" and scope.currency_declared:
            return replace(value, unit="money", currency=scope.currency)
    elif value.unit == "money" and column.factor != 1 and column.unit == "money":
        return replace(value, low=value.low * column.factor, high=value.high * column.factor)
    return value


_RATIO_OF = re.compile(r"\W*[A-Z]{2,5}\s?:\s?[A-Z]{2,5}(?: [Rr]atio)?\W*")
"""`LTV:CAC Ratio`."""


def counts(label: str) -> bool:
    """Whether a label names things that are counted (`Active members`)."""
    words = re.findall(r"[A-Za-z]+", re.sub(r"\([^)]*\)", "", label))
    return (
        bool(words)
        and any(
            w.lower().endswith(("s", "people", "staff", "crew", "headcount")) and units.singular(w) in units.COUNTED
            for w in words
        )
        and not MONEY_WORDS.search(label)
    )


def row_per(row: Row, value: Quantity) -> str | None:
    """What the row's figures are per, by a column of its own."""
    if "per" in row.attributes:
        return per_cell(row.attributes["per"])
    said = row.attributes.get("unit", "")
    if value.unit == "money" and said and said.upper() not in units.CODES and said not in units.SYMBOLS:
        return per_cell(re.sub(r"^.*?(?:/| per )", "", said))
    return total_per(row.label) if value.unit == "money" else counted_per(row.label, value)


_SLASHED = re.compile(
    r"[A-Za-z$€£)]\s?/\s?(sqft|sqm|sf|m²|hr|hour|h|day|week|wk|month|mo|year|yr|night|person|unit|kg|item|head|user|mile|km|lb|gallon|ton|acre|"
    r"mois|an|jour|semaine|heure|nuit|monat|jahr|tag|woche|stunde|nacht|mes|a[ñn]o|d[íi]a|semana|hora|noche|mês|mese|anno|giorno|notte)(?![\w/])",
    re.IGNORECASE,
)
"""`Plumber/hr min`: what the amount of a row is per, in its name."""


def label_per(label: str, column: Column) -> str | None:
    """What a figure is per by the label of its row, where its column says nothing."""
    if not column.per and "/" in label and (m := _SLASHED.search(label) or _PRICE_PER.match(label)) is not None:
        return units.PERIODS.get(m[1].lower()) or units.singular(m[1])
    return None if column.per or re.search(r"[$€£]", re.sub(r"\([^)]*\)", " ", label)) else per_of(label)


def counted_per(label: str, value: Quantity) -> str | None:
    """What a number of things is per, by the end of its label: `Slots available / year`."""
    if "/" not in label or value.unit not in {"", "count"}:
        return None
    m = _SLASHED.search(label)
    return units.PERIODS.get(m[1].lower()) if m is not None and m.end() == len(label) else None


_PRICE_PER = re.compile(
    r"(?:prix|price|preis|precio|prezzo|preço|co[uû]t|cost|tarif|tariff|fee)\s?/\s?([^\W\d_]{2,})$", re.IGNORECASE
)
_TOTAL_PER = re.compile(r"\W*(?:(?:grand |sub)?totals?|totaux|summe|gesamt(?:summe)?|totale)\b", re.IGNORECASE)


def total_per(label: str) -> str | None:
    """What the sum in a row is per where the row says it (`Total annuel` in a column by month)."""
    return per_of(label) if _TOTAL_PER.match(label) else None


def is_once(text: str) -> bool:
    """Whether a label names something that is paid once."""
    return (
        re.search(
            r"\b(?:one[- ]?time|once|upfront|initial|set-?up|purchase|total investment|down payment|runway|reserves?(?! (?:fund|contribution))|(?:working|start(?:ing|-?up)?|seed|total) capital)\b",
            text,
            re.IGNORECASE,
        )
        is not None
    )

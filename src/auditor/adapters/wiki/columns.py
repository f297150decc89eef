"""The columns of a table: which one names the rows, which hold figures, and what each header says of its figures."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from auditor.adapters.wiki import units
from auditor.adapters.wiki.counting import names_count
from auditor.adapters.wiki.currencies import code_of, money_hint
from auditor.adapters.wiki.dates import parse_date
from auditor.adapters.wiki.numbers import whole_cell
from auditor.adapters.wiki.periods import is_period, parse_period
from auditor.adapters.wiki.scope import Scope
from auditor.adapters.wiki.tabular import Table
from auditor.adapters.wiki.vocabulary import Vocabulary
from auditor.adapters.wiki.words import EMPTY_CELL, is_scenario, per_cell, per_of, status_of
from auditor.model.fact import Status

_COUNTED_PERIOD = re.compile(r"^(?:year|month|quarter|week|yr|day)s?(?: ?#| no\.?| number)?$", re.IGNORECASE)
NUMBERED = re.compile(r"\d{1,2}\+?|\d{1,2}\s?[-–—]\s?\d{1,2}\+?|\d{1,2} to \d{1,2}")
"""A cell that counts periods: `3`, `7–12`."""
PERIOD_HEADER = re.compile(r"^(?:year|month|quarter|week|yr|period|date|phase|when|timeline)s?$", re.IGNORECASE)
_INDEX = re.compile(
    r"^(?:#|no\.?|nr\.?|sl\.? ?no\.?|sr\.? ?no\.?|id|rank|step|phase|sprint|order|item #|s/?no\.?|row|line|ref|priority|option|pos\.?|lfd\.? ?nr\.?)$",
    re.IGNORECASE,
)
GENERIC = re.compile(
    r"^(?:amount|amounts|value|values|cost|costs|price|total|usd|eur|gbp|figure|figures|number|numbers|quantity|qty|count|estimate|estimated cost|"
    r"actual|target|projected|forecast|budget|current|result|metric value|est\.? cost|sum|balance|rate|today|now|data|stat|statistic|"
    r"betrag|montant|importe|valor|bedrag|bel[øo]p|belopp|importo|wert|anzahl|menge|kosten|preis|prix|"
    r"[$€£]|in [a-z]{3}|cost estimate|estimated|goal|baseline|expense|fee|assumptions?|(?:value )?(?:this|current) (?:month|quarter|year|week|period)|latest|current value)$",
    re.IGNORECASE,
)
ATTRIBUTE = {
    "per": re.compile(
        r"^(?:per|frequency|cadence|billing|interval|billing period|how often|recurrence)$", re.IGNORECASE
    ),
    "unit": re.compile(r"^(?:units?|uom|measure|unit of measure)$", re.IGNORECASE),
    "period": re.compile(
        r"^(?:period|month|quarter|year|fiscal year|fy|as at|when|week|day|(?:(?:transaction|posting|posted|booking|booked|payment|invoice|value|paid|received|purchase|order|donation|expense) )?date(?: (?:paid|received|posted|of \w+))?|"
        r"(?:paid|received|booked|purchased) on|datum|fecha|data|dato|buchungstag|monat|mois|mes|m[êe]s|maand|jahr|ann[ée]e|a[ñn]o|ano|trimestre|quartal)$",
        re.IGNORECASE,
    ),
    "status": re.compile(r"^(?:status|state|kind|type|basis)$", re.IGNORECASE),
    "as_of": re.compile(r"^(?:as of|as-of|updated|last updated|date|checked)$", re.IGNORECASE),
    "currency": re.compile(r"^(?:currency|ccy|symbol|ticker|token|coin)$", re.IGNORECASE),
    "scenario": re.compile(r"^(?:scenario|case|option)$", re.IGNORECASE),
}
_NO_BARE = re.compile(
    r"^(?:start|end)(?:ing|s|ed)?(?: date| time| month| year)?$|\b(?:dates?|due|deadline|when|launch(?:ed)?|founded|since|period|timeline|eta|version|phone|zip|ids?|sku|ref|code|port|"
    r"invoice|order no|year built|notes?|comments?|description|details|source|reference|lines?|url|link|commit|hash|address|priority|page|issue|pr|ticket|"
    r"configuration|config|spec|model|example)\b|#|^(?:(?:g/?l )?accounts?|acct\.?|compte|konto|cuenta|conto|conta|rekening)(?:[ -]?(?:no\.?|nr\.?|n°|num[eé]ro|number|code))?$",
    re.IGNORECASE,
)
DESCRIPTION = re.compile(
    r"^(?:descriptions?|items?|tasks?|work(?: done)?|projects?|activit(?:y|ies)|services?|clients?|customers?|what|names?|payee|vendor|supplier|"
    r"categor(?:y|ies)|account|memo|purpose|expense|product|title|source|recipient|grantee|event|details?|transactions?|particulars|narration|text|remarks?|reason|paid to|from|to|who|donor|"
    r"posten|beschreibung|bezeichnung|verwendungszweck|zweck|buchungstext|empf[äa]nger|libell[ée]s?|d[ée]signation|objet|intitul[ée]|b[ée]n[ée]ficiaire|fournisseur|concepto|descripci[óo]n|"
    r"descri[çc][ãa]o|omschrijving|beskrivelse|tekst|beskrivning|descrizione|causale|voce)$",
    re.IGNORECASE,
)
_ANYTHING = re.compile(
    r"(?:(?:metric|current|target|actual|new|old) )?(?:values?|net|gross|total|balance|wert|valor)", re.IGNORECASE
)
"""Headers of columns that hold money and other things."""
_CENTS = re.compile(r"\(?-?[\d,]+\.\d\d\)?\*?")
"""Plain numbers of a column that begins and ends with dollars, as accountants write it."""
MONEY_CELL = re.compile(r"[$€£¥₹]\s?\d|\d\s?€|\b(?:USD|EUR|GBP)\b")
PRICED = re.compile(r"[$€£]\s?\d|\d\s?€")
"""A header that names a price itself (`Pro ($19/mo)`) says nothing of the figures below it."""
PRIOR = re.compile(
    r"(?:(?:prior|previous|last|prev\.?) (?:month|quarter|year|period|fy)|(?:month|quarter|year) before)", re.IGNORECASE
)
_MEASURED = re.compile(
    r"^(?:[A-Za-z]+ ){0,2}(hours|hrs|days|nights|minutes|mins|weeks|miles|nm|km|stunden|heures|horas|tage|jours|noches|n[äa]chte)(?: [A-Za-z]+)?$",
    re.IGNORECASE,
)
"""A header or label that names what it counts: `Hours worked`."""
_METRIC_HEADER = re.compile(
    r"^(?:metric|item|figure|kpi|indicator|measure|line item|category|parameter|description|name|input|assumption)s?$",
    re.IGNORECASE,
)
MONEY_WORDS = re.compile(
    r"\b(?:costs?|revenues?|prices?|amounts?|income|expen(?:ses?|ditures?)|profits?|budget|salar(?:y|ies)|fees?|rent|sales|spend|spending|cash|payments?|"
    r"betrag|kosten|preis|summe|umsatz|einnahmen|ausgaben|gesamtkosten|prix|montant|co[uû]ts?|d[ée]penses|recettes|importe|precio|costo|coste|ingresos|gastos|bedrag|"
    r"prijs|bel[øo]p|belopp|pris|kostnad(?:er)?|cena|kwota|importo|prezzo|costi|"
    r"earnings|ebitda|mrr|arr|(?:cash|net|gross|monthly) burn|burn rate|balance|cogs|opex|capex|debt|loan|funding|investment|value|net|gross|margin \$|usd|\$|ltv|cac|noi|turnover|wages?|payroll)\b",
    re.IGNORECASE,
)
_MEASURE_HINT = re.compile(r"[\[(]\s*([A-Za-z²³]{1,8})\s*[\])]")
_UNIT_HINT = re.compile(
    r"[\[(]\s*(?:in )?(?:(?P<percent>%|pct|percent)|(?P<mult>k|mm|thousands?|millions?|'?000'?s?|bn))\s*(?:/\s*(?P<per>[a-z]+))?\s*[\])]|(?P<mult2>'000s?)",
    re.IGNORECASE,
)
_MULT = {"k": 3, "t": 3, "0": 3, "'": 3, "m": 6, "b": 9}
_BRACKET_PER = re.compile(r"/\s*([a-z]+)\s*[\])]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Column:
    """What a column is."""

    index: int
    header: str
    role: str
    """`label`, `value`, `skip`, or the attribute it gives its row (`per`, `status`, ...)."""
    per: str | None = None
    period: str | None = None
    status: Status | None = None
    scenario: str = ""
    unit: str = ""
    currency: str | None = None
    shown: str | None = None
    """Currency of most of its cells; plain numbers of rows with a money word take it."""
    factor: Decimal = Decimal(1)
    bare: bool = True
    """Whether plain numbers count in it."""
    years: bool = False
    metric_header: bool = False
    prior: bool = False
    """Of the period before that of the other columns."""
    apart: bool = False
    """Per a thing (`Cost/brief`, `Price per kg`): what the heading says its figures are per does not hold here."""


_NOTES = re.compile(r"notes?|anhang|erl[äa]uterung", re.IGNORECASE)


def columns_of(table: Table, scope: Scope, vocabulary: Vocabulary) -> tuple[Column, ...]:
    """The role of each column."""
    width = max([len(table.header), *(len(r) for r in table.rows)], default=0)
    header = [table.header[i].words if i < len(table.header) else "" for i in range(width)]
    body = [[r[i].words if i < len(r) else "" for r in table.rows] for i in range(width)]
    label = _label_column(header, body)
    if label is not None and _NOTES.fullmatch(header[label]) and (notes := label + 1) < width:
        # the head of the notes stands above the names: what is below the empty one beside it are their numbers
        header[notes] = header[notes] or ("Note" if all(re.fullmatch(r"\d{0,2}", c) for c in body[notes]) else "")
    group = None
    if label is not None and (better := _described(header, body, label)) is not None:
        label = better
    elif label is not None and (better := _within_groups(header, body, label)) is not None:
        group, label = label, better
    shown = [_shows_money(cells) for cells in body]
    some = any(shown)
    columns = tuple(
        Column(i, header[i], "group")
        if i == group
        else _column(i, header[i], body[i], label, scope, vocabulary, plain=some and not shown[i])
        for i in range(width)
    )
    named = next((c for c in columns if c.role == "label" and c.unit == "money"), None)
    if named is None or any(c.unit == "money" for c in columns if c is not named):
        return columns
    # `Metric (₹ Cr)` above the names of the rows: what the plain numbers of all of them are
    return tuple(
        replace(c, unit="money", currency=named.currency, factor=named.factor)
        if c.role == "value" and not c.unit
        else c
        for c in columns
    )


def _label_column(header: Sequence[str], body: Sequence[Sequence[str]]) -> int | None:
    for i, cells in enumerate(body):
        if _is_index(header[i], cells) or _numbers_periods(header[i], [c for c in cells if c]):
            continue
        filled = [c for c in cells if c]
        if not filled:
            if header[i]:
                continue
            return i if i == 0 and len(body) > 1 and False else None
        wordy = sum(1 for c in filled if is_name(c))
        if wordy * 2 >= len(filled):
            return i
        return (
            i if i == 0 and _METRIC_HEADER.match(header[0]) else (None if i else _first_column_values(header, filled))
        )
    return None


def _described(header: Sequence[str], body: Sequence[Sequence[str]], label: int) -> int | None:
    """The column that names the rows of a log, whose first column only dates them."""
    filled = [c for c in body[label] if c]
    dated = sum(1 for c in filled if is_period(c) or re.fullmatch(r"\d\d?[/.]\d\d?\.?", c))
    if dated * 2 < len(filled) or not filled:
        return None
    for i in range(label + 1, len(body)):
        cells = [c for c in body[i] if c]
        if cells and DESCRIPTION.match(header[i]) and sum(1 for c in cells if is_name(c)) * 2 > len(cells):
            return i
    return None


def _within_groups(header: Sequence[str], body: Sequence[Sequence[str]], label: int) -> int | None:
    """The column that names the rows where the first one only says to which group they belong."""
    names = [c for c in body[label] if c and not is_period(c)]
    nxt = label + 1
    if len(names) * 2 < len([c for c in body[label] if c]) or nxt >= len(body) or len(body[label]) < 2:
        return None
    inner = [c for c in body[nxt] if c]
    if (
        len(set(names)) > len(inner) * 0.8
        or len(set(inner)) < len(inner) * 0.9
        or len(inner) * 3 < len(body[label]) * 2
    ):
        return None
    if _NO_BARE.search(header[nxt]) and not DESCRIPTION.match(header[nxt]):
        return None
    wordy = [c for c in inner if is_name(c) and len(c) <= 60 and not parse_date(c)]
    return nxt if len(wordy) * 5 >= len(inner) * 4 and not all(is_period(c) for c in inner) else None


def _first_column_values(header: Sequence[str], filled: Sequence[str]) -> int | None:
    """A first column of values (`20 jobs`) still names its rows where other columns hold what follows from it."""
    return 0 if len(header) > 1 and len(set(filled)) == len(filled) else None


def is_name(cell: str) -> bool:
    """Whether a cell names something or a period, rather than being a figure itself."""
    if is_period(cell):
        return True
    hits = whole_cell(cell, years=False)
    rest = cell
    for hit in reversed(hits):
        rest = rest[: hit.start] + rest[hit.end :]
    return any(ch.isalpha() for ch in rest)


def _numbers_periods(header: str, cells: Sequence[str]) -> bool:
    """A column headed `Year` or `Month` whose cells only count: 1, 2, 3."""
    if not cells or _COUNTED_PERIOD.match(header) is None:
        return False
    counted = sum(1 for c in cells if NUMBERED.fullmatch(c))
    return counted * 2 > len(cells) and all(NUMBERED.fullmatch(c) or not c[0].isdigit() for c in cells)


def _is_index(header: str, cells: Sequence[str]) -> bool:
    """A column that numbers its rows."""
    return _sequential(cells) or (_INDEX.match(header) is not None and all(len(c) <= 6 for c in cells))


def _sequential(cells: Sequence[str]) -> bool:
    numbers = [c.rstrip(".)") for c in cells if c]
    return len(numbers) > 1 and numbers == [str(n) for n in range(1, len(numbers) + 1)]


def _shows_money(cells: Sequence[str]) -> bool:
    return any(MONEY_CELL.search(c) for c in cells)


def _column(
    i: int,
    header: str,
    cells: Sequence[str],
    label: int | None,
    scope: Scope,
    vocabulary: Vocabulary,
    *,
    plain: bool = False,
) -> Column:
    if i == label:
        unit, currency, factor, _ = hints(header, scope)
        known = {"unit": unit, "currency": currency, "factor": factor} if unit == "money" else {}
        return Column(i, header, "label", metric_header=bool(_METRIC_HEADER.match(header)), **known)  # type: ignore[arg-type]
    if _is_index(header, cells) and not _COUNTED_PERIOD.match(header):
        return Column(i, header, "skip")
    filled = [c for c in cells if c and not EMPTY_CELL.match(c)]
    if _numbers_periods(header, filled):
        return Column(i, header, "period")
    digits = [c for c in filled if any(ch.isdigit() for ch in c)]
    for role, pattern in ATTRIBUTE.items():
        if pattern.match(header.strip()) and _is_attribute(role, filled):
            return Column(i, header, role)
    like_years = MONEY_WORDS.search(header) is not None and all(re.fullmatch(r"\d{4}", c) for c in filled)
    if filled and not like_years and all(is_period(c) or parse_date(c) is not None for c in filled):
        plain = not header or (is_period(header) and all(parse_date(c) is not None for c in filled))
        return Column(i, header, "period" if plain and all(is_period(c) for c in filled) else "skip")
    unit, currency, factor, per = hints(header, scope)
    plain_years = bool(digits) and all(re.fullmatch(r"(?:19|20)\d\d", c) for c in digits)
    looks_money = [c for c in digits if re.search(r"[$€£¥₹]|\b(?:USD|EUR|GBP)\b", c)]
    shown = None
    numeric = [c for c in digits if c not in looks_money and re.fullmatch(r"[~(+-]?[\d.,' ]+\)?\*?", c)]
    if (
        not unit
        and looks_money
        and (len(looks_money) * 2 >= len(digits) or len(looks_money) + len(numeric) == len(digits))
    ):
        found = [
            h.value.currency
            for c in looks_money
            for h in whole_cell(c, currency=scope.currency, dots_group=scope.dots_group)[:1]
            if h.value.currency
        ]
        shown = Counter(found).most_common(1)[0][0] if found else None
        cents = bool(numeric) and all(_CENTS.fullmatch(c) for c in numeric)
        if shown and (MONEY_WORDS.search(header) or (cents and not names_count(header))):
            unit, currency = "money", shown
    if (
        not unit
        and (scope.currency_declared or (scope.currency_used and not plain))
        and MONEY_WORDS.search(header)
        and not _ANYTHING.fullmatch(header)
        and not names_count(header)
        and not re.search(r"%|\brate\b|count|number|#", header)
    ):
        unit, currency = "money", scope.currency
    meaning = vocabulary.lookup(header)
    return Column(
        i,
        header,
        "value",
        per=_header_per(header, per),
        apart=_PER_THING.search(header) is not None,
        period=parse_period(header),
        status=status_of(header),
        scenario=header if is_scenario(header) and not GENERIC.match(header) else "",
        prior=bool(PRIOR.fullmatch(header)),
        unit=unit,
        currency=currency,
        shown=shown,
        factor=factor,
        bare=not _NO_BARE.search(header) or meaning is not None,
        years=(unit == "money" or (MONEY_WORDS.search(header) is not None and _COUNTED_PERIOD.match(header) is None))
        or (
            not plain_years and any(re.fullmatch(r"\d{1,3}(?:,\d{3})+|\d{1,3}|\d{5,}|\d[\d,]*\.\d+", c) for c in digits)
        ),
    )


_BOTH = re.compile(r"(?:/|\bper)\s?([A-Za-z]+)\s?(?:/|\bper)\s?(month|mo|year|yr|day|week|hour)\b", re.IGNORECASE)


_PER_THING = re.compile(
    r"(?:/\s?|\bper )(?!(?:mo|month|yr|year|day|week|wk|hr|hour|quarter|annum|night|cent)s?\b)(?=[A-Za-z])[A-Za-z]{2,}",
    re.IGNORECASE,
)


def _header_per(header: str, hinted: str | None) -> str | None:
    """What figures below a header are per; a figure of the header itself (`Pro ($19/mo)`) is per something by itself."""
    plain = re.sub(r"\([^()]*\d[^()]*\)|@.*|\d[\d.,]*\s?[A-Z]{0,3}\s?/\s?\w+", " ", header)
    return None if PRICED.search(plain) else _per_both(plain) or hinted or per_of(plain)


def _per_both(header: str) -> str | None:
    """`Cost/Customer/Month`."""
    m = _BOTH.search(header)
    return f"{units.singular(m[1])}/{units.PERIODS[m[2].lower()]}" if m else None


def _is_attribute(role: str, cells: Sequence[str]) -> bool:
    if not cells:
        return True
    if role == "currency":
        return any(_fits(role, c) for c in cells) and all(re.fullmatch(r"[A-Za-z$.]{2,10}", c) for c in cells)
    return sum(1 for c in cells if _fits(role, c)) * 3 >= len(cells) * 2


def _fits(role: str, cell: str) -> bool:
    if role == "per":
        return per_cell(cell) is not None and not any(ch.isdigit() for ch in cell)
    if role in {"period", "as_of"}:
        return is_period(cell) or parse_date(cell) is not None
    if role == "currency":
        return cell.upper() in units.CODES
    if role == "unit":
        return len(cell.split()) <= 3 and not any(ch.isdigit() for ch in cell)
    return not any(ch in "$€£%" or ch.isdigit() for ch in cell)


def hints(text: str, scope: Scope) -> tuple[str, str | None, Decimal, str | None]:
    """Unit, currency, factor and per that a header or label gives in brackets: `Amount (EUR)`, `Revenue ($K)`."""
    if (
        (m := _MEASURED.match(text.strip()))
        and m[1].lower() in units.MEASURES
        and not MONEY_WORDS.search(text)
        and "per " not in text.lower()
    ):
        return units.MEASURES[m[1].lower()], None, Decimal(1), None
    if (m := _MEASURE_HINT.search(text)) and m[1].lower() in units.MEASURES:
        return units.MEASURES[m[1].lower()], None, Decimal(1), None
    if text.strip().lower() in {"bps", "basis points"}:
        return "bps", None, Decimal(1), None
    if re.search(r"\(gal(?:lons)?\s?/\s?h(?:r|our)?\)", text, re.IGNORECASE):
        return "gal/h", None, Decimal(1), None
    if (m := _UNIT_HINT.search(text)) is not None and m["percent"]:
        return "percent", None, Decimal(1), units.PERIODS.get((m["per"] or "").lower())
    if not names_count(text) and (money := money_hint(text)) is not None:
        per = units.PERIODS.get(b[1].lower()) if (b := _BRACKET_PER.search(text)) else None
        return "money", code_of(money[0], scope.currency) or scope.currency, money[1], per
    if m is not None:
        short = (m["mult"] or m["mult2"]).lower().lstrip("'")
        return "", None, Decimal(10) ** _MULT[short[0]], units.PERIODS.get((m["per"] or "").lower())
    if re.search(r"(?<!\d)(?<!\d )%", text) or re.search(r"\b(?:percent(?:age)?|pct|share of)\b", text, re.IGNORECASE):
        return "percent", None, Decimal(1), None
    return "", None, Decimal(1), None

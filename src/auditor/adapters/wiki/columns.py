"""The columns of a table: which one names the rows, which hold figures, and what each header says of its figures."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from auditor.adapters.wiki import units
from auditor.adapters.wiki.counting import names_count
from auditor.adapters.wiki.dates import parse_date
from auditor.adapters.wiki.headers import (
    ANYTHING,
    ATTRIBUTE,
    CENTS,
    COUNTED_PERIOD,
    DESCRIPTION,
    GENERIC,
    INDEX,
    METRIC_HEADER,
    MONEY_CELL,
    MONEY_WORDS,
    NO_BARE,
    NUMBERED,
    PER_THING,
    PRIOR,
    header_per,
    hints,
)  # fmt: skip
from auditor.adapters.wiki.numbers import whole_cell
from auditor.adapters.wiki.periods import is_period, parse_period
from auditor.adapters.wiki.scope import Scope
from auditor.adapters.wiki.tabular import Table
from auditor.adapters.wiki.vocabulary import Vocabulary
from auditor.adapters.wiki.words import EMPTY_CELL, is_scenario, per_cell, status_of
from auditor.model.fact import Status


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


_SIDE_OF_LEDGER = re.compile(
    r"(?:(?:debits?|credits?|paid (?:in|out)|money (?:in|out)|withdrawals?|deposits?|income|expenses?|d[ée]bit|cr[ée]dit|debe|haber|soll|haben|einnahmen?|ausgaben?|recettes?|d[ée]penses?|ingresos?|gastos?)\b|"
    r"kredit|debet|pemasukan|pengeluaran|masuk|keluar|wp[łl]yw|wydat|przych|p[řr][íi]j|v[ýy]daj|bor[çc]|alacak|gelir|gider|приход|расход|дебет|кредит|надходження|витрати|видатки|bevétel|kiadás|"
    r"借方|貸方|収入|支出|入金|出金|수입|지출|입금|출금|รายรับ|รายจ่าย)",
    re.IGNORECASE,
)
_BALANCE = re.compile(
    r"(?:(?:running|closing|current|new|ending) )?(?:balance|saldo|solde|kontostand|total|残高|잔액|bakiye|остаток|залишок)",
    re.IGNORECASE,
)


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
    columns = _two_sided(columns, body, scope)
    booked = next((c for c in columns if c.unit == "money" and _SIDE_OF_LEDGER.match(c.header)), None)
    if booked is not None:
        columns = tuple(
            replace(c, unit="money", currency=booked.currency)
            if c.role == "value" and not c.unit and _BALANCE.fullmatch(c.header)
            else c
            for c in columns
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


def _two_sided(columns: tuple[Column, ...], body: Sequence[Sequence[str]], scope: Scope) -> tuple[Column, ...]:
    """Both sides of a ledger, in the page's currency or that of the portfolio where their plain numbers show none."""
    sides = [c for c in columns if c.role == "value" and _SIDE_OF_LEDGER.match(c.header) and not names_count(c.header)]
    dated = any(c.role == "period" and any(parse_date(cell) for cell in body[c.index]) for c in columns)
    if len(sides) < 2 or not dated or any(c.unit or c.shown for c in sides):
        return columns
    if not all(
        _AMOUNT.fullmatch(cell) or not any(ch.isdigit() for ch in cell) for c in sides for cell in body[c.index]
    ):
        return columns
    return tuple(replace(c, unit="money", currency=scope.currency) if c in sides else c for c in columns)


_AMOUNT = re.compile(r"[(+−-]?\s?\d[\d.,' \u00a0]*\)?")
_PRICE = re.compile(
    r"(?:(?:total|unit|estimated|est\.?|actual) )?(?:costs?|prices?|fees?|expenses?)|amount(?: (?:paid|spent|due))?|betrag|kosten|preis|montant|prix|co[uû]t|importe|"
    r"precio|coste|costo|valor|kwota|cena|koszt|částka|harga|biaya|tutar|fiyat|сумма|цена|стоимость|сума|ціна|вартість|金額|금액|가격|価格|料金",
    re.IGNORECASE,
)


def _priced(header: str, cells: Sequence[str]) -> bool:
    """Whether a column headed by a word for a price holds amounts to the cent, all of them."""
    return (
        len(cells) > 1
        and _PRICE.fullmatch(header.strip()) is not None
        and sum(1 for c in cells if CENTS.fullmatch(c)) * 2 > len(cells)
        and all(_AMOUNT.fullmatch(c) for c in cells)
    )


def _label_column(header: Sequence[str], body: Sequence[Sequence[str]]) -> int | None:
    for i, cells in enumerate(body):
        if _is_index(header[i], cells) or _numbers_periods(header[i], [c for c in cells if c]):
            continue
        if i + 1 < len(body) and _is_coded(header[i], cells) and any(is_name(c) for c in body[i + 1]):
            continue
        filled = [c for c in cells if c]
        if not filled:
            if header[i]:
                continue
            return i if i == 0 and len(body) > 1 and False else None
        wordy = sum(1 for c in filled if is_name(c))
        if wordy * 2 >= len(filled):
            return i
        if i == 0 and not wordy and _PRICE.fullmatch(header[i]) and any(DESCRIPTION.match(h) for h in header[1:]):
            continue
        return i if i == 0 and METRIC_HEADER.match(header[0]) else (None if i else _first_column_values(header, filled))
    return None


_CODE_HEADER = re.compile(
    r"codes?|ids?|ref\.?|reference|sku|n[°o]\.?|nr\.?|(?:g/?l )?accounts?(?: (?:no|number|code)\.?)?|acct\.?|compte|konto|cuenta|conta|rekening|art\.?[- ]?nr\.?",
    re.IGNORECASE,
)
_CODED = re.compile(r"[A-Z]{0,3}[-.]?\d{1,6}[A-Z]?")


def _is_coded(header: str, cells: Sequence[str]) -> bool:
    """A column of numbers or codes of what its rows are called beside it."""
    filled = [c for c in cells if c]
    return (
        bool(filled) and _CODE_HEADER.fullmatch(header.strip()) is not None and all(_CODED.fullmatch(c) for c in filled)
    )


def _described(header: Sequence[str], body: Sequence[Sequence[str]], label: int) -> int | None:
    """The column that names the rows of a log, whose first column only dates them."""
    filled = [c for c in body[label] if c]
    dated = sum(1 for c in filled if is_period(c) or re.fullmatch(r"\d\d?[/.]\d\d?\.?", c))
    if dated * 2 < len(filled) or not filled:
        return None
    found = [
        i
        for i in range(label + 1, len(body))
        if DESCRIPTION.match(header[i]) and _is_wordy(cells := [c for c in body[i] if c]) and cells
    ]
    if len(found) > 1 and _KIND_HEADER.fullmatch(header[found[0]]) and _ITEM_HEADER.fullmatch(header[found[1]]):
        return found[1]
    return found[0] if found else None


_KIND_HEADER = re.compile(r"categor(?:y|ies)|account|type|group|area", re.IGNORECASE)
_ITEM_HEADER = re.compile(r"items?|descriptions?|what|expenses?|products?|names?|details?|purchases?", re.IGNORECASE)
"""What a row is of, and what it is: the name comes from the second."""


def _is_wordy(cells: Sequence[str]) -> bool:
    """Whether most cells of a column name something."""
    return sum(1 for c in cells if is_name(c)) * 2 > len(cells)


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
    if NO_BARE.search(header[nxt]) and not DESCRIPTION.match(header[nxt]):
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
    if not cells or COUNTED_PERIOD.match(header) is None:
        return False
    counted = sum(1 for c in cells if NUMBERED.fullmatch(c))
    return counted * 2 > len(cells) and all(NUMBERED.fullmatch(c) or not c[0].isdigit() for c in cells)


_QUANTITY = re.compile(
    r"(?:quantit(?:y|ies)|qty\.?|count|number|units?|amount|anzahl|menge|quantit[ée]|cantidad|trips|persons?|people)",
    re.IGNORECASE,
)


def _is_index(header: str, cells: Sequence[str]) -> bool:
    """A column that numbers its rows."""
    return (_sequential(cells) and not _QUANTITY.fullmatch(header)) or (
        INDEX.match(header) is not None and all(len(c) <= 6 for c in cells)
    )


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
    if label is not None and i < label and _is_coded(header, cells):
        return Column(i, header, "skip")
    if i == label:
        unit, currency, factor, _ = hints(header, scope)
        plain_name = Column(
            i, header, "label", header_per(header, None), metric_header=bool(METRIC_HEADER.match(header))
        )
        return replace(plain_name, unit=unit, currency=currency, factor=factor) if unit == "money" else plain_name
    if _is_index(header, cells) and not COUNTED_PERIOD.match(header):
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
        cents = bool(numeric) and all(CENTS.fullmatch(c) for c in numeric)
        if shown and (MONEY_WORDS.search(header) or (cents and not names_count(header))):
            unit, currency = "money", shown
    if (
        not unit
        and (scope.currency_declared or (scope.currency_used and not plain))
        and MONEY_WORDS.search(header)
        and not ANYTHING.fullmatch(header)
        and not names_count(header)
        and not re.search(r"%|\brate\b|count|number|#", header)
    ):
        unit, currency = "money", scope.currency
    if not unit and not plain and not looks_money and _priced(header, digits):
        unit, currency = "money", scope.currency
    meaning = vocabulary.lookup(header)
    return Column(
        i,
        header,
        "value",
        per=header_per(header, per),
        apart=PER_THING.search(header) is not None,
        period=parse_period(header),
        status=status_of(header),
        scenario=header if is_scenario(header) and not GENERIC.match(header) else "",
        prior=bool(PRIOR.fullmatch(header)),
        unit=unit,
        currency=currency,
        shown=shown,
        factor=factor,
        bare=(not NO_BARE.search(header) and not (DESCRIPTION.match(header) and _is_wordy(filled)))
        or meaning is not None,
        years=(unit == "money" or (MONEY_WORDS.search(header) is not None and COUNTED_PERIOD.match(header) is None))
        or (
            not plain_years and any(re.fullmatch(r"\d{1,3}(?:,\d{3})+|\d{1,3}|\d{5,}|\d[\d,]*\.\d+", c) for c in digits)
        ),
    )


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
    return not any(ch in "$€£%" or ch.isdigit() for ch in _DAY.sub("", cell))


_DAY = re.compile(r"(?<![\d.,-])(?:(?:19|20)\d\d[-/.])?\d{1,2}[-/.]\d{1,2}(?:[-/.](?:\d\d){1,2})?\.?(?![\d,-])")
"""A day within the words of a status: `Installed 03-30`."""

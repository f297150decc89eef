"""Ledgers and lists beside the pages: CSV, Beancount (its parser, never its loader or plugins) and hledger (its program).

What a ledger books becomes `ledger` records, and per account and month facts: expenses by category, revenue, expenses.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from auditor.adapters.wiki.columns import columns_of
from auditor.adapters.wiki.numbers import whole_cell
from auditor.adapters.wiki.records import table_records
from auditor.adapters.wiki.scope import Scope
from auditor.adapters.wiki.tabular import Cell, Table
from auditor.adapters.wiki.vocabulary import Vocabulary
from auditor.errors import NotScannedError
from auditor.model.fact import Fact, Quantity, Record, Status, Tier
from auditor.model.location import WikiLocation
from auditor.model.ports import Programs

CSV = (".csv", ".tsv")
BEANCOUNT = (".beancount", ".bean")
HLEDGER = (".journal", ".hledger", ".ledger")
SUFFIXES = (*CSV, *BEANCOUNT, *HLEDGER)
MAX_ROWS = 50_000
_INCLUDE = re.compile(r"^\s*!?include\b", re.MULTILINE)
_COLUMNS = {
    "date": re.compile(r"^(?:date|booked|booking date|posted|transaction date)$", re.IGNORECASE),
    "account": re.compile(r"^(?:account|category|ledger account|account name)$", re.IGNORECASE),
    "amount": re.compile(r"^(?:amount|value|sum|debit|total)$", re.IGNORECASE),
    "name": re.compile(r"^(?:description|payee|memo|narration|text|details|name)$", re.IGNORECASE),
}


@dataclass(frozen=True, slots=True)
class Posting:
    """One amount booked to one account."""

    day: date
    account: str
    amount: Decimal
    currency: str
    payee: str
    line: int


def is_ledger(path: str) -> bool:
    """Whether a file beside the pages may be a ledger or a list."""
    return path.lower().endswith(SUFFIXES)


def read_ledger(
    path: str, text: str, scope: Scope, vocabulary: Vocabulary, programs: Programs | None
) -> tuple[tuple[Fact, ...], tuple[Record, ...]]:
    """Facts and records of one file; both empty for a CSV file of no known kind.

    Raises:
        NotScannedError: it is a ledger and cannot be read; the message says why.
    """
    lower = path.lower()
    if lower.endswith(CSV):
        return _from_csv(text, scope, vocabulary, "\t" if lower.endswith(".tsv") else "")
    postings = tuple(_beancount(text)) if lower.endswith(BEANCOUNT) else tuple(_hledger(text, programs))
    return tuple(_facts(postings, scope)), tuple(_record(p, scope) for p in postings)


def _from_csv(
    text: str, scope: Scope, vocabulary: Vocabulary, delimiter: str
) -> tuple[tuple[Fact, ...], tuple[Record, ...]]:
    import csv
    import io

    sample = text[:4000]
    if not delimiter:
        delimiter = max(",;\t", key=sample.split("\n", 1)[0].count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    rows: list[tuple[int, list[str]]] = []
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append((reader.line_num, row))
            if len(rows) > MAX_ROWS:
                raise NotScannedError(f"more than {MAX_ROWS} rows")
    except csv.Error as error:
        raise NotScannedError(f"not readable as CSV: {error}") from error
    if len(rows) < 2:
        return (), ()
    table = Table(_cells(*rows[0]), tuple(_cells(*row) for row in rows[1:]))
    postings = tuple(_csv_postings(table, scope))
    if postings:
        return tuple(_facts(postings, scope)), tuple(_record(p, scope) for p in postings)
    stem = re.sub(r"[-_]+", " ", scope.page.rsplit("/", 1)[-1].rsplit(".", 1)[0])
    return (), tuple(table_records(table, (stem,), columns_of(table, scope, vocabulary), scope))


def _cells(line: int, row: list[str]) -> tuple[Cell, ...]:
    column, cells = 1, []
    for text in row:
        cells.append(Cell(text, line, column))
        column += len(text) + 1
    return tuple(cells)


def _csv_postings(table: Table, scope: Scope) -> Iterator[Posting]:
    """Rows of a table with date, account and amount."""
    header = [c.words for c in table.header]
    place = {
        key: next((i for i, text in enumerate(header) if pattern.match(text)), None)
        for key, pattern in _COLUMNS.items()
    }
    day_at, account_at, amount_at = place["date"], place["account"], place["amount"]
    if day_at is None or account_at is None or amount_at is None:
        return
    for row in table.rows:
        if len(row) <= max(day_at, account_at, amount_at):
            continue
        hits = whole_cell(row[amount_at].text, currency=scope.currency, dots_group=scope.dots_group)
        try:
            day = date.fromisoformat(row[day_at].words[:10])
        except ValueError:
            continue
        if hits and row[account_at].words:
            name = place["name"]
            payee = row[name].words if name is not None and name < len(row) else ""
            value = hits[0].value
            yield Posting(day, row[account_at].words, value.low, value.currency or scope.currency, payee, row[0].line)


def _beancount(text: str) -> Iterator[Posting]:
    try:
        from beancount.parser import parser
    except ImportError as error:
        raise NotScannedError("Beancount is not installed: pip install 'auditor[ledger]'") from error
    parsed: Any = parser.parse_string(text)
    entries, errors, _ = parsed
    if errors:
        first: Any = errors[0]
        raise NotScannedError(f"line {first.source.get('lineno', '?')}: {first.message}")
    for entry in entries:
        postings = getattr(entry, "postings", None)
        if not postings:
            continue
        payee = str(entry.payee or entry.narration or "")
        for posting, amount, currency in _balanced(postings):
            yield Posting(entry.date, posting.account, amount, currency, payee, int(posting.meta["lineno"]))


def _balanced(postings: Iterable[Any]) -> Iterator[tuple[Any, Decimal, str]]:
    """Postings with their amounts; one that leaves it out takes what is left to zero, where there is one currency."""
    known: dict[str, Decimal] = defaultdict(Decimal)
    open_ones = []
    for posting in postings:
        number = getattr(posting.units, "number", None)
        if isinstance(number, Decimal):
            known[posting.units.currency] += number
            yield posting, number, str(posting.units.currency)
        else:
            open_ones.append(posting)
    if len(open_ones) == 1 and len(known) == 1:
        currency, total = next(iter(known.items()))
        yield open_ones[0], -total, currency


def _hledger(text: str, programs: Programs | None) -> Iterator[Posting]:
    import json

    if _INCLUDE.search(text):
        raise NotScannedError("the journal includes other files, which is not followed")
    if programs is None or programs.find("hledger") is None:
        raise NotScannedError("the program hledger is not installed")
    done = programs.run(["hledger", "-f", "-", "print", "-O", "json"], stdin=text.encode(), seconds=60)
    if done.returncode or done.timed_out:
        said = done.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"]
        raise NotScannedError(f"hledger: {said[0]}")
    for transaction in json.loads(done.stdout, parse_float=Decimal):
        day = date.fromisoformat(transaction["tdate"])
        line = int((transaction.get("tsourcepos") or [{}])[0].get("sourceLine", 1))
        for offset, posting in enumerate(transaction["tpostings"], 1):
            for amount in posting["pamount"]:
                quantity = amount["aquantity"]
                try:
                    value = Decimal(quantity["decimalMantissa"]).scaleb(-int(quantity["decimalPlaces"]))
                except (InvalidOperation, KeyError, TypeError):
                    continue
                sign = {"$": "USD", "€": "EUR", "£": "GBP"}.get(amount["acommodity"], amount["acommodity"])
                yield Posting(day, posting["paccount"], value, sign, str(transaction["tdescription"]), line + offset)


def _record(posting: Posting, scope: Scope) -> Record:
    return Record(
        "ledger",
        scope.entity,
        posting.payee or posting.account,
        WikiLocation(scope.page, "", posting.line, None, scope.commit),
        {"date": posting.day.isoformat(), "account": posting.account},
        {"amount": Quantity(posting.amount, posting.amount, "money", posting.currency)},
    )


def _facts(postings: Iterable[Posting], scope: Scope) -> Iterator[Fact]:
    """Sums by month: every expense account as a category, all expenses, all income."""
    sums: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    first: dict[tuple[str, str, str], Posting] = {}
    for posting in postings:
        root = posting.account.split(":")[0].strip().lower()
        month = f"{posting.day:%Y-%m}"
        keys = []
        if root in {"expenses", "expense"} or (
            ":" not in posting.account and root not in {"income", "revenue", "assets", "liabilities", "equity"}
        ):
            keys = [("category", posting.account.rsplit(":", 1)[-1], month), ("expenses", "", month)]
        elif root in {"income", "revenue", "revenues"}:
            keys = [("revenue", "", month)]
        for kind, name, period in keys:
            key = (kind, f"{name}\x1f{posting.currency}", period)
            sums[key] += -posting.amount if kind == "revenue" and ":" in posting.account else posting.amount
            first.setdefault(key, posting)
    for (kind, named, period), total in sorted(sums.items()):
        name, _, currency = named.partition("\x1f")
        posting = first[kind, named, period]
        yield Fact(
            entity=scope.entity,
            label=name or f"{kind} booked in the ledger",
            value=Quantity(total, total, "money", currency),
            source=WikiLocation(scope.page, "", posting.line, None, scope.commit),
            metric=None if kind == "category" else kind,
            category=re.sub(r"[-_]+", " ", name).lower() if kind == "category" else None,
            period=period,
            as_of=scope.as_of,
            status=Status.ACTUAL,
            tier=Tier.DECLARED,
            raw=f"{total} {currency}",
            extractor="ledger",
        )

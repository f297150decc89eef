"""Ledgers and lists beside the pages."""

from __future__ import annotations

import shutil
from decimal import Decimal

import pytest

from auditor.adapters.wiki.reading import PageSource, Reading, read_pages
from auditor.finance.book import make_book
from auditor.finance.cash import net_burn
from auditor.model.run import EntityInfo
from auditor.resources import rules_folder

BEANCOUNT = """\
plugin "os"
include "/etc/passwd"
2026-09-01 * "Marina" "Slip"
  Expenses:Boat:Slip   1650.00 USD
  Assets:Bank

2026-09-12 * "Charter guest"
  Assets:Bank   2900.00 USD
  Income:Charters
"""
HLEDGER = """\
2026-09-01 Marina
    expenses:slip    $1,650.00
    assets:bank

2026-09-12 Charter guest
    assets:bank      $2,900.00
    income:charters
"""


def read(name: str, text: str) -> Reading:
    info = EntityInfo("e", "E", "charter", pages=("e*.md",))
    return read_pages([PageSource(name, text.encode())], rules_folder(), entities=[info])


def burn(reading: Reading) -> Decimal | None:
    value = net_burn(make_book("e", "2026-09", reading.facts, reading.records)).value
    return value.low if value else None


def test_a_list_of_invoices_in_csv_gives_the_same_records_as_a_table() -> None:
    reading = read("e-invoices.csv", "Invoice,Client,Amount,Date,Due,Paid\n7,Cafe,$250,2026-09-01,2026-09-15,\n")
    (row,) = reading.records[:1]
    assert (row.kind, row.entity, row.name, row.text["client"], row.amounts["amount"].low, str(row.source)) == (
        "invoice", "e", "7", "Cafe", 250, "e-invoices.csv:2",
    )  # fmt: skip


def test_a_csv_ledger_gives_expenses_by_category_and_month() -> None:
    reading = read(
        "e.csv", "Date;Account;Amount\n2026-09-01;Slip;1.650,00 €\n2026-09-20;Fuel;100 €\n2026-10-01;Slip;1.650,00 €\n"
    )
    facts = {(f.label, f.period): f.value.low for f in reading.facts if f.category}
    assert facts == {("Slip", "2026-09"): 1650, ("Fuel", "2026-09"): 100, ("Slip", "2026-10"): 1650}


def test_beancount_is_parsed_and_neither_its_plugins_nor_its_includes_are_run() -> None:
    reading = read("e.beancount", BEANCOUNT)
    assert reading.not_scanned == ()
    assert burn(reading) == Decimal(1650) - 2900
    assert {f.category for f in reading.facts if f.category} == {"slip"}
    assert next(r for r in reading.records if r.kind == "account" and r.name == "Slip").text["status"] == "kept"


@pytest.mark.skipif(shutil.which("hledger") is None, reason="hledger is not installed")
def test_hledger_reads_its_own_journals() -> None:
    assert burn(read("e.journal", HLEDGER)) == Decimal(1650) - 2900


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("e.beancount", "2026-09-01 * unbalanced (\n", "line 1"),
        ("e.journal", "include /etc/passwd\n", "includes other files"),
    ],
)
def test_a_ledger_that_cannot_be_read_is_not_scanned_and_never_empty(name: str, text: str, why: str) -> None:
    (problem,) = read(name, text).not_scanned
    assert why in problem.detail
    assert not problem.expected

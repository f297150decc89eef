"""Plain amounts whose currency nobody writes beside them: of the page, of its language, or of the portfolio."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.adapters.wiki.reading import PageSource, read_pages
from auditor.adapters.wiki.tongues import national_currency
from auditor.model.fact import Fact
from auditor.resources import rules_folder


def facts(page: str, *, currency: str = "USD", name: str = "p.md") -> Sequence[Fact]:
    return read_pages([PageSource(name, page.encode())], rules_folder(), currency=currency).facts


def money(page: str, *, currency: str = "USD") -> list[str]:
    return [f"{f.value.low:f} {f.value.currency or f.value.unit}" for f in facts(page, currency=currency)]


def test_a_column_of_prices_to_the_cent_is_in_the_currency_of_the_portfolio() -> None:
    page = "| Amount | Category | What |\n|---|---|---|\n| 290.00 | Entry | Fee |\n| 45.00 | Entry | Licence |\n"
    assert money(page) == ["290 USD", "45 USD"]
    assert money(page, currency="EUR") == ["290 EUR", "45 EUR"]


def test_a_title_in_the_front_matter_dates_a_list_of_expenses_and_says_that_it_is_one() -> None:
    page = (
        "---\ntitle: 2019 Rally Expenses\n---\n\n| Amount | Item |\n|---|---|\n| 29 | Entry fee |\n| 45 | Licence |\n"
    )
    assert [(f.value.currency, f.period) for f in facts(page)] == [("USD", "2019"), ("USD", "2019")]


def test_both_sides_of_a_dated_ledger_are_money_in_the_one_sign_of_its_page() -> None:
    page = (
        "Saldo: Rp27.288.024\n\n| Tanggal | Item | Keterangan | Kredit | Debit |\n|---|---|---|---|---|\n"
        "| 2025-11-14 | Donasi | Transfer | 100,000 | |\n| 2025-12-04 | Poster | Cetak | | 75,000 |\n"
    )
    found = facts(page)
    assert [f.value.currency for f in found] == ["IDR"] * 3
    assert [f.period for f in found][1:] == ["2025-11", "2025-12"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Tanggal dan keterangan pengeluaran untuk kegiatan yang sudah selesai", "IDR"),
        ("Tarikh dan keterangan perbelanjaan untuk program yang menggunakan wang syarikat", ""),
        ("Składki członków są wpłacane na konto, a wydatki księgujemy każdego miesiąca; zarząd może żądać dopłaty", "PLN"),
        ("Příjmy a výdaje sdružení vedeme průběžně, příspěvek členů je splatný předem, věci kupuje tajemník v říjnu", "CZK"),
        ("Витрати їхньої організації за місяць і надходження від її членів, які є відкриті", "UAH"),
        ("Расходы нашей организации за месяц и поступления от её членов", ""),
        ("Les dépenses de l'association sont votées chaque année", ""),
        ("会費の支払いについては、つぎのとおりとします。くわしくは事務局まで。", "JPY"),
        ("会費の支払いについては、つぎのとおりとします。くわしくは事務局まで。$5", ""),
        ("회원들의 회비와 지출 내역을 공개합니다 문의 주세요", "KRW"),
    ],
)  # fmt: skip
def test_a_language_of_one_country_tells_the_currency_where_no_sign_does(text: str, code: str) -> None:
    assert national_currency(text) == code


@given(st.text())
def test_any_text_has_a_currency_or_none(text: str) -> None:
    assert national_currency(text) in {
        "",
        "JPY",
        "KRW",
        "THB",
        "ILS",
        "INR",
        "UAH",
        "PLN",
        "CZK",
        "HUF",
        "TRY",
        "VND",
        "IDR",
    }

"""Amounts in words of Russian, Polish, Czech, Ukrainian, Indonesian and Vietnamese pages."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.adapters.wiki.abroad import read_coin, read_multiple, read_per
from auditor.adapters.wiki.reading import PageSource, read_pages
from auditor.model.fact import Fact
from auditor.resources import rules_folder


def facts(page: str) -> Sequence[Fact]:
    return read_pages([PageSource("p.md", page.encode())], rules_folder()).facts


def said(page: str) -> list[str]:
    found = []
    for fact in facts(page):
        v = fact.value
        ends = f"{v.low.normalize():f}" if v.low == v.high else f"{v.low:f}..{v.high:f}"
        found.append(" ".join(p for p in (ends, v.currency or v.unit, v.per or "") if p))
    return found


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("- Хостинг: 1000 рублей в месяц × 12 месяцев = 12000 рублей", ["1000 RUB month", "12 months", "12000 RUB"]),
        ("- Домен: 1 500 руб. в год", ["1500 RUB year"]),
        ("- Бюджет: 2,5 млн руб.", ["2500000 RUB"]),
        ("Стоимость может варьироваться от 1000 до 3000 долларов.", ["1000..3000 USD"]),
        ("- Ставка веб-разработчика, почасовая: 1000 рублей", ["1000 RUB hour"]),
        ("- Оренда: 12 тис. грн на місяць", ["12000 UAH month"]),
        ("W każdym miesiącu zarząd może wydawać do 400zł bez pytania.", ["400 PLN month"]),
        ("- Składka: 100 zł miesięcznie przez 5 miesięcy", ["100 PLN month", "5 months"]),
        ("- Czynsz: od 1 200 do 1 500 złotych", ["1200..1500 PLN"]),
        ("- Nájem: 12 000 korun měsíčně", ["12000 CZK month"]),
        ("- Sewa: 3 juta rupiah per bulan", ["3000000 IDR month"]),
        ("- Tiền thuê: 5 triệu đồng mỗi tháng", ["5000000 VND month"]),
    ],
)
def test_money_measures_and_rates_are_read_in_the_words_of_the_page(line: str, values: list[str]) -> None:
    assert said(line + "\n") == values


def test_a_year_named_as_such_is_no_length_of_time() -> None:
    assert said("Итоги 2024 года подведены.\n") == []
    assert said("Koszty w 2024 roku wzrosły.\n") == []


def test_a_range_within_a_sentence_without_blanks_keeps_both_ends() -> None:
    assert said("通常按充电1500–2200元考虑，全程约858–1300 kWh。\n") == ["1500..2200 CNY", "858..1300 kWh"]
    assert said("第3–5期，共12–14人。\n") == []


@given(st.text(), st.integers(0, 20))
def test_any_text_behind_a_number_is_read_without_harm(text: str, end: int) -> None:
    for read in (read_coin, read_multiple, read_per):
        found = read(text, end)
        assert found is None or end < found[1] <= len(text)

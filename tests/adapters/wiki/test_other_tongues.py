"""Amounts as pages in other languages write them: wide signs, `万円`, `NT$`, `Mio.`, `$ CA`."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.adapters.wiki.east_asian import narrowed
from auditor.adapters.wiki.reading import PageSource, read_pages
from auditor.model.fact import Fact
from auditor.resources import rules_folder


def facts(page: str) -> Sequence[Fact]:
    return read_pages([PageSource("p.md", page.encode())], rules_folder()).facts


def said(page: str) -> list[tuple[str, str]]:
    found = []
    for fact in facts(page):
        v = fact.value
        ends = f"{v.low.normalize():f}" if v.low == v.high else f"{v.low:f}..{v.high:f}"
        found.append((fact.label, " ".join(p for p in (ends, v.currency or v.unit, v.per or "") if p)))
    return found


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("- 家賃：85,000円", "85000 JPY"),
        ("- 売上: 120万円/月", "1200000 JPY month"),
        ("- 預算：NT$735,700", "735700 TWD"),
        ("- 费用：5,000元", "5000 CNY"),
        ("- 費用：5,000 元（總計）", "5000 TWD"),
        ("- 価格：￥12,500", "12500 JPY"),
        ("- 예산: 300만원", "3000000 KRW"),
        ("- 合計：1.5億円", "150000000 JPY"),
    ],
)
def test_an_amount_is_read_with_the_sign_and_multiple_behind_it(line: str, value: str) -> None:
    assert [v for _, v in said(line + "\n")] == [value]


def test_an_amount_within_a_sentence_needs_no_blanks() -> None:
    assert [v for _, v in said("訂金NT$368,000已付，尾款 NT$367,700 交貨時付。\n")] == ["368000 TWD", "367700 TWD"]
    assert [v for _, v in said("先月は5,000円を支払い、残りは20%でした。\n")] == ["5000 JPY", "20 percent"]


def test_numbers_of_things_in_such_a_sentence_are_no_figures() -> None:
    assert said("第3期は12人、5万人が来た。\n") == []


def test_a_header_says_currency_and_multiple_of_its_column() -> None:
    page = "# 預算\n\n| 項目 | 金額 (NT$) |\n|---|---:|\n| 驗屋 | 15,499 |\n| **小計** | **15,499** |\n"
    assert said(page) == [("驗屋", "15499 TWD"), ("小計", "15499 TWD")]
    assert said("| 項目 | 金額(万円) |\n|---|---:|\n| 家賃 | 12 |\n| 合計 | 30 |\n") == [
        ("家賃", "120000 JPY"),
        ("合計", "300000 JPY"),
    ]


@given(st.text(max_size=60))
def test_a_narrowed_line_is_as_long_as_it_was(text: str) -> None:
    assert len(narrowed(text)) == len(text)


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("- Förderung: 2,193 Mio. €", "2193000 EUR"),
        ("- Förderung: 2,193 Millionen Euro", "2193000 EUR"),
        ("- Förderung: 2,19 Mrd. €", "2190000000 EUR"),
        ("- Funding: $2,193 million", "2193000000 USD"),
    ],
)
def test_three_digits_behind_a_comma_are_decimals_before_a_german_million(line: str, value: str) -> None:
    assert [v for _, v in said(line + "\n")] == [value]


def test_a_dollar_behind_the_number_may_say_whose_it_is() -> None:
    page = "# Budget\n\nPlafond : 200 $ CA par année, repli de 200 $ CA.\n\n- Domaine : 20 $\n- Hébergement : 12 $ US/mois\n"
    assert [v for _, v in said(page)][-2:] == ["20 CAD", "12 USD month"]


def test_debit_and_credit_are_money_on_a_page_of_dollars() -> None:
    page = (
        "Costs: $4.00, $12.00 and $2.60.\n\n| Date | Description | Debit (+) | Credit (-) |\n|-|-|-|-|\n"
        "| 1/9/23 | Storage | | 6.05 |\n| 1/1/23 | Interest | 0.04 | |\n"
    )
    assert [v for _, v in said(page)][-2:] == ["6.05 USD", "0.04 USD"]


def test_calls_of_the_program_that_makes_the_page_hold_no_figures() -> None:
    assert said('{{< img src="chart" style="margin: 12%" />}}\n\n{% include box.html width="40%" %}\n') == []


def test_a_table_whose_head_is_its_first_row_loses_none() -> None:
    page = "Fördermittel | ≈2,90 Mio. € |\n--- | ---:\nKfW-Zuschuss | ≈ 0,93 Mio. € |\n"
    assert said(page) == [("Fördermittel", "2900000 EUR"), ("KfW-Zuschuss", "930000 EUR")]
    assert said("Summe | ≈ 21,2 Mio. € |\n--- | ---:\n") == [("Summe", "21200000 EUR")]
    assert [v for _, v in said("| Item | $100 |\n|-|-|\n| Rent | 5 |\n")] != [("Item", "100 USD"), ("Rent", "5")]


def test_words_for_a_night_or_a_week_say_what_prices_are_for() -> None:
    page = "## Studio\n\n**Preise pro Nacht für eine Nacht:**\n\n38,00 € für 1 Person, 51,00 € für 2 Personen\n"
    assert [v for _, v in said(page) if "EUR" in v] == ["38 EUR night", "51 EUR night"]
    table = (
        "<table><tr><td colspan='2'>Haus A</td></tr>\n<tr><td>Wochenpreis</td><td>Tagespreis</td></tr>\n"
        "<tr><td><span>&euro;</span>860</td>\n<td><span>&euro;</span>140</td></tr></table>\n"
    )
    assert [v for _, v in said(table)] == ["860 EUR week", "140 EUR day"]


def test_a_figure_in_a_cell_of_several_lines_stands_in_its_line() -> None:
    page = "<table><tr><th>A</th><th>B</th></tr>\n<tr><td>Rent</td><td>\n first\n then $500\n</td></tr></table>\n"
    assert [f.source.line for f in facts(page)] == [4]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("- Netto: 16.000 – 16.936,17 = –936,17 EUR", "-936.17 EUR"),
        ("- Resultaat = **–5.183,67 EUR**", "-5183.67 EUR"),
        ("- Beitrag: 16,00 € pro Kalenderjahr", "16 EUR year"),
        ("- Suivi : 200 € HT / mois", "200 EUR month"),
        ("- Équipe : 650 €/j", "650 EUR day"),
        ("- TVA : 20% par défaut", "20 percent"),
        ("- Taux horaire : 40 euros", "40 EUR hour"),
        ("- 5 km Run: 16 EUR", "16 EUR"),
        ("- Revenue multiple: 3x annual revenue", "3 ratio"),
    ],
)
def test_signs_and_what_an_amount_is_for_are_read_as_they_are_said(line: str, value: str) -> None:
    assert [v for _, v in said(line + "\n")][-1] == value


def test_two_amounts_with_a_between_them_are_a_range_in_portuguese() -> None:
    page = "| Item | Mensal | Anual |\n|-|-|-|\n| Nuvem | R$ 80 a R$ 300 | R$ 960 a R$ 3.600 |\n"
    assert [v for _, v in said(page)] == ["80..300 BRL month", "960..3600 BRL year"]


def test_a_column_of_codes_names_no_rows() -> None:
    page = (
        "| Compte | Libellé | Montant (€) |\n|-|-|-|\n| 621 | Intervenants | 7 000 |\n| 6181 | Formations | 5 000 |\n"
    )
    assert said(page) == [("Intervenants", "7000 EUR"), ("Formations", "5000 EUR")]


def test_what_an_amount_is_for_may_begin_the_next_line() -> None:
    assert next(v for _, v in said("Most people have phone plans. I pay $39.90 AUD per\nmonth for data.\n")) == (
        "39.9 AUD month"
    )


def test_a_chinese_list_of_purchases_is_named_by_what_was_bought() -> None:
    page = "| 序号 | 日期 | 类别 | 项目名称 | 总金额(元) | 备注 |\n|-|-|-|-|-|-|\n| 1 | 2023-10-05 | 材料费 | 地板 | 10000 | 实木 |\n"
    assert [(f.label, f.value.currency, f.period) for f in facts(page)] == [("地板", "CNY", "2023-10")]


def test_a_wide_colon_parts_a_label_from_its_calculation() -> None:
    page = "# 会費\n\n## 2024年3月\n\n自動更新あり：180円×5名 = 900円（手数料は弊社持ち）\n"
    assert [(f.label, f.period) for f in facts(page)] == [("自動更新あり", "2024-03"), ("自動更新あり", "2024-03")]


def test_an_ordinal_ends_no_clause() -> None:
    line = "Der Beitrag für Kinder bis zur Vollendung des 16. Lebensjahres beträgt 60,00 Euro.\n"
    assert "Vollendung" in said(line)[0][0]


def test_a_header_that_says_per_night_in_french_is_per_night() -> None:
    page = "| Étape | Nuits | Total CHF | CHF / nuit |\n|-|-|-|-|\n| Kyoto | 5 | CHF 297 | CHF 59.40 |\n"
    assert [v for _, v in said(page)] == ["5", "297 CHF", "59.4 CHF night"]

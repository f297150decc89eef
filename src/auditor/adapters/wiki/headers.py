"""What the words of a column's header mean: an amount, a description, an attribute of the row; their unit and what they are per."""

from __future__ import annotations

import re
from decimal import Decimal

from auditor.adapters.wiki import units
from auditor.adapters.wiki.counting import names_count
from auditor.adapters.wiki.currencies import code_of, money_hint
from auditor.adapters.wiki.east_asian import MONEY
from auditor.adapters.wiki.scope import Scope
from auditor.adapters.wiki.words import per_of

COUNTED_PERIOD = re.compile(r"^(?:year|month|quarter|week|yr|day)s?(?: ?#| no\.?| number)?$", re.IGNORECASE)
NUMBERED = re.compile(r"\d{1,2}\+?|\d{1,2}\s?[-–—]\s?\d{1,2}\+?|\d{1,2} to \d{1,2}")
"""A cell that counts periods: `3`, `7–12`."""
PERIOD_HEADER = re.compile(r"^(?:year|month|quarter|week|yr|period|date|phase|when|timeline)s?$", re.IGNORECASE)
INDEX = re.compile(
    r"^(?:#|no\.?|nr\.?|sl\.? ?no\.?|sr\.? ?no\.?|id|rank|step|phase|sprint|order|item #|s/?no\.?|row|line|ref|priority|option|pos\.?|lfd\.? ?nr\.?|序号|序號|番号|编号|編號|순번|번호)$",
    re.IGNORECASE,
)
GENERIC = re.compile(
    r"^(?:amount|amounts|value|values|cost|costs|price|total|usd|eur|gbp|figure|figures|number|numbers|quantity|qty|count|estimate|estimated cost|"
    r"actual|target|projected|forecast|budget|current|result|metric value|est\.? cost|sum|balance|rate|today|now|data|stat|statistic|"
    r"betrag|金額|金额|價格|价格|価格|費用|费用|料金|小計|數值|数值|수량|금액|montant|importe|valor|bedrag|bel[øo]p|belopp|importo|wert|anzahl|menge|kosten|preis|prix|"
    r"[$€£]|in [a-z]{3}|cost estimate|estimated|goal|baseline|expense|fee|assumptions?|(?:value )?(?:this|current) (?:month|quarter|year|week|period)|latest|current value)$",
    re.IGNORECASE,
)
ATTRIBUTE = {
    "per": re.compile(
        r"^(?:per|frequency|cadence|billing|interval|billing period|how often|recurrence)$", re.IGNORECASE
    ),
    "unit": re.compile(
        r"^(?:units?|uom|measure|unit of measure|unit[ée]|einheit|unidade?|eenheid|unit[àa])$", re.IGNORECASE
    ),
    "period": re.compile(
        r"^(?:period|month|quarter|year|fiscal year|fy|as at|when|week|day|(?:(?:transaction|posting|posted|booking|booked|payment|invoice|value|paid|received|purchase|order|donation|expense) )?date(?: (?:paid|received|posted|of \w+))?|"
        r"(?:paid|received|booked|purchased) on|datum|fecha|data|dato|buchungstag|日期|日付|年月|月份|날짜|일자|monat|mois|mes|m[êe]s|maand|jahr|ann[ée]e|a[ñn]o|ano|trimestre|quartal|tanggal|tgl\.?|bulan|tahun|tarih|ngày|kuupäev|päivä(?:ys|määrä)?|dátum|дата|місяць|месяц|год|рік|miesiąc|rok|měsíc|取引日|วันที่|תאריך|तारीख|दिनांक)$",
        re.IGNORECASE,
    ),
    "status": re.compile(r"^(?:status|state|kind|type|basis)$", re.IGNORECASE),
    "as_of": re.compile(r"^(?:as of|as-of|updated|last updated|date|checked)$", re.IGNORECASE),
    "currency": re.compile(r"^(?:currency|ccy|symbol|ticker|token|coin)$", re.IGNORECASE),
    "scenario": re.compile(r"^(?:scenario|case|option)$", re.IGNORECASE),
}
NO_BARE = re.compile(
    r"^(?:start|end)(?:ing|s|ed)?(?: date| time| month| year)?$|\b(?:dates?|due|deadline|when|launch(?:ed)?|founded|since|period|timeline|eta|version|phone|zip|ids?|sku|ref|code|port|"
    r"invoice|order no|year built|notes?|comments?|description|details|source|reference|lines?|url|link|备注|備註|備考|비고|saison|season|zeitraum|commit|hash|address|priority|page|issue|pr|ticket|"
    r"configuration|config|spec|model|example)\b|#|^(?:(?:g/?l )?accounts?|acct\.?|compte|konto|cuenta|conto|conta|rekening)(?:[ -]?(?:no\.?|nr\.?|n°|num[eé]ro|number|code))?$",
    re.IGNORECASE,
)
DESCRIPTION = re.compile(
    r"^(?:descriptions?|items?|tasks?|work(?: done)?|projects?|activit(?:y|ies)|services?|clients?|customers?|what|names?|payee|vendor|supplier|"
    r"categor(?:y|ies)|account|memo|purpose|expense|product|title|source|recipient|grantee|event|details?|transactions?|particulars|narration|text|remarks?|reason|paid to|from|to|who|donor|"
    r"posten|beschreibung|bezeichnung|verwendungszweck|zweck|buchungstext|empf[äa]nger|libell[ée]s?|d[ée]signation|objet|intitul[ée]|b[ée]n[ée]ficiaire|fournisseur|concepto|descripci[óo]n|"
    r"descri[çc][ãa]o|omschrijving|beskrivelse|tekst|beskrivning|descrizione|causale|voce|[项項]目(?:名称|名稱|名)?|品目|品名|品項|摘要|内容|內容|名称|名稱|科目|明细|明細|用途|内訳|내역|항목|품목|적요|適用|"
    r"keterangan|uraian|opis|nazwa|tytu[łl]|popis|polo[žz]ka|název|a[çc]ıklama|kalem|описание|наименование|назначение|статья|опис|назва|призначення|megnevez[ée]s|le[íi]r[áa]s|t[ée]tel|di[ễe]n gi[ảa]i|nội dung|mô tả|hạng mục|รายการ|פירוט|תיאור|विवरण)$",
    re.IGNORECASE,
)
ANYTHING = re.compile(
    r"(?:(?:metric|current|target|actual|new|old) )?(?:values?|net|gross|total|balance|wert|valor)", re.IGNORECASE
)
"""Headers of columns that hold money and other things."""
CENTS = re.compile(r"\(?-?[\d,]+\.\d\d\)?\*?")
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
METRIC_HEADER = re.compile(
    r"^(?:metric|item|figure|kpi|indicator|measure|line item|category|parameter|description|name|input|assumption)s?$",
    re.IGNORECASE,
)
MONEY_WORDS = re.compile(
    r"\b(?:costs?|revenues?|prices?|amounts?|income|expen(?:ses?|ditures?)|profits?|budget|salar(?:y|ies)|fees?|rent|sales|spend|spending|cash|payments?|"
    r"betrag|kosten|preis|summe|umsatz|einnahmen|ausgaben|gesamtkosten|prix|montant|co[uû]ts?|d[ée]penses|recettes|importe|precio|costo|coste|ingresos|gastos|bedrag|"
    r"prijs|bel[øo]p|belopp|pris|kostnad(?:er)?|cena|kwota|importo|prezzo|costi|"
    r"earnings|ebitda|mrr|arr|(?:cash|net|gross|monthly) burn|burn rate|balance|cogs|opex|capex|debt|loan|funding|investment|value|net|gross|margin \$|usd|\$|ltv|cac|noi|turnover|wages?|payroll|saldo|banksaldo|netto|inkomsten|uitgaven|omzet|winst|solde|r[ée]sultat|receitas?|despesas?|valor|custos?|pre[çc]os?|debits?|credits?|withdrawals?|deposits?|paid (?:in|out)|money (?:in|out)|d[ée]bit|cr[ée]dit|debe|haber|soll|haben|incomings?|outgoings?|"
    r"harga|biaya|anggaran|pemasukan|pengeluaran|debet|kredit|koszt(?:y|ów)?|wydatk(?:i|ów)|przych(?:ód|ody)|wp[łl]ywy|cen[ay]|n[áa]klady|částka|p[řr][íi]jmy|v[ýy]daje|tutar|fiyat|maliyet|gelir|gider|"
    r"bütçe|borç|alacak|chi phí|giá|số tiền|thành tiền|стоимость|цена|сумма|расход(?:ы|ов)?|доход(?:ы|ов)?|приход|затраты|бюджет|дебет|кредит|вартість|ціна|сума|витрати|видатки|дохід|надходження|összeg|költség|bevétel|kiadás)\b|"
    + MONEY.pattern,
    re.IGNORECASE,
)
_MEASURE_HINT = re.compile(r"[\[(]\s*([A-Za-z²³]{1,8})\.?\s*[\])]")
_UNIT_HINT = re.compile(
    r"[\[(]\s*(?:in )?(?:(?P<percent>%|pct|percent)|(?P<mult>k|mm|thousands?|millions?|'?000'?s?|bn))\s*(?:/\s*(?P<per>[a-z]+))?\s*[\])]|(?P<mult2>'000s?)",
    re.IGNORECASE,
)
_MULT = {"k": 3, "t": 3, "0": 3, "'": 3, "m": 6, "b": 9}
_BRACKET_PER = re.compile(r"/\s*([a-z]+)\s*[\])]", re.IGNORECASE)


_BOTH = re.compile(r"(?:/|\bper)\s?([A-Za-z]+)\s?(?:/|\bper)\s?(month|mo|year|yr|day|week|hour)\b", re.IGNORECASE)


PER_THING = re.compile(
    r"(?:/\s?|\bper )(?!(?:mo|month|yr|year|day|week|wk|hr|hour|quarter|annum|night|cent)s?\b)(?=[A-Za-z])[A-Za-z]{2,}",
    re.IGNORECASE,
)


def header_per(header: str, hinted: str | None) -> str | None:
    """What figures below a header are per; a figure of the header itself (`Pro ($19/mo)`) is per something by itself."""
    plain = re.sub(r"\([^()]*\d[^()]*\)|@.*|\d[\d.,]*\s?[A-Z]{0,3}\s?/\s?\w+", " ", header)
    return None if PRICED.search(plain) else _per_both(plain) or hinted or per_of(plain) or _per_thing(plain)


_ABROAD = (
    frozenset(
        "nuit jour mois semaine heure nacht tag monat woche stunde jahr noche día mes semana hora año giorno mese notte".split()
    )
    & units.PERIODS.keys()
)
_ONE_THING = re.compile(r"(?:/\s?|\b(?:per|pro|par|por) )([^\W\d_]+)\W*$", re.IGNORECASE)


def _per_thing(header: str) -> str | None:
    """`Cost / item`, `Per Trip`: one of a thing that is counted or measured."""
    if "/" not in header and "r " not in header and "pro " not in header.lower():
        return None
    m = _ONE_THING.search(header)
    if m is None:
        return None
    word = m[1].lower()
    if word in _ABROAD and (money_hint(header) is not None or MONEY_WORDS.search(header)):
        return units.PERIODS[word]
    if m.start() and not MONEY_WORDS.search(header):
        return None
    return word if word in units.COUNTED or (word in units.MEASURES and not word.endswith("s")) else None


def _per_both(header: str) -> str | None:
    """`Cost/Customer/Month`."""
    m = _BOTH.search(header)
    return f"{units.singular(m[1])}/{units.PERIODS[m[2].lower()]}" if m else None


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

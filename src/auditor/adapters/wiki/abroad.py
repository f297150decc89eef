"""How pages in Russian, Polish, Czech, Turkish, Vietnamese, Indonesian and their neighbours name money, measures and what amounts are per."""

from __future__ import annotations

import re

COIN = re.compile(
    r"[ \u00a0\u202f]?(?P<name>руб(?:л[а-я]{1,3})?(?![а-яё])\.?|р\.(?=[\s,;)]|$)|долл(?:ар[а-я]{0,3})?(?![а-яё])\.?|долар[а-яії]{0,3}|евро(?!\w)|євро(?!\w)|грн(?!\w)\.?|гривен[ьіи]?|гривн[яіюаи]|"
    r"тенге(?!\w)|лв(?!\w)\.?|лев(?:а|ов)(?!\w)|дин(?:ара?)?(?!\w)\.?|dinara\b|zł(?:ot(?:ych|ego|ym|e|y))?(?!\w)|korun[ay]?(?!\w)|(?-i:Ft)(?!\w)|forint(?!\w)|(?-i:TL)(?!\w)|"
    r"(?-i:VN[ĐD])(?!\w)|đ(?:ồng)?(?!\w)|rupiah(?!\w)|บาท|ש[\"״]ח|שקל(?:ים)?|रुपय[ेा]|रुपए)",
    re.IGNORECASE,
)
_COINS = (
    ("руб", "RUB"), ("р.", "RUB"), ("долл", "USD"), ("долар", "USD"), ("евро", "EUR"), ("євро", "EUR"), ("гр", "UAH"), ("тенге", "KZT"),
    ("ле", "BGN"), ("лв", "BGN"), ("дин", "RSD"), ("dinar", "RSD"), ("zł", "PLN"), ("korun", "CZK"), ("f", "HUF"), ("tl", "TRY"), ("vn", "VND"),
    ("đ", "VND"), ("rup", "IDR"), ("บ", "THB"), ("ש", "ILS"), ("र", "INR"),
)  # fmt: skip
_FIRST = frozenset("рдегтлzkfvđrบשरДРЕГТЛZKFVĐRtTdD")
"""What these names begin with."""


def read_coin(text: str, end: int) -> tuple[str, int] | None:
    """The currency that is named behind a number, and where its name ends."""
    after = text[end : end + 2].lstrip(" \u00a0\u202f")[:1]
    if after not in _FIRST or not after:
        return None
    m = COIN.match(text, end)
    if m is None:
        return None
    name = m["name"].lower()
    return next(code for start, code in _COINS if name.startswith(start)), m.end()


_STEMS = (
    ("hour", "почасов godzinow hodinov погодинн"),
    ("month", "ежемесячн помесячн месячн щомісячн miesięczn měsíčn bulanan aylık hàng tháng mỗi tháng"),
    ("month", "każdym miesiącu, każdego miesiąca, každý měsíc, каждый месяц, кожного місяця, setiap bulan, her ay"),
    ("year", "ежегодн годов roczn ročn щорічн tahunan yıllık hàng năm mỗi năm"),
    ("week", "еженедельн tygodniow týdenn щотижн mingguan haftalık"),
    ("day", "ежедневн dzienn denní щоденн harian günlük"),
)
_PAIRS = {"hàng", "mỗi"}


def _stems() -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for per, said in _STEMS:
        if "," in said:
            found.extend((stem.strip(), per) for stem in said.split(","))
            continue
        words = iter(said.split())
        found.extend((f"{w} {next(words)}" if w in _PAIRS else w, per) for w in words)
    return tuple(found)


RECURRING = _stems()
"""Words, or what they begin with, that say how often an amount falls due."""
_BEHIND = re.compile(
    r"[ \u00a0](?:(?:в|на|за|w|na|za|v|per|se|mỗi|một)[ \u00a0](?P<word>[^\W\d_]+)|(?P<adverb>[^\W\d_]+))(?!\w)",
    re.IGNORECASE,
)
UNITS_OF_TIME = {
    "месяц": "month", "мес": "month", "год": "year", "день": "day", "сутки": "day", "ночь": "night", "час": "hour", "неделю": "week", "квартал": "quarter",
    "місяць": "month", "рік": "year", "добу": "day", "ніч": "night", "годину": "hour", "тиждень": "week",
    "miesiąc": "month", "miesiącu": "month", "mies": "month", "rok": "year", "roku": "year", "dzień": "day", "godzinę": "hour", "godz": "hour", "tydzień": "week", "noc": "night",
    "kwartał": "quarter", "měsíc": "month", "den": "day", "hodinu": "hour", "týden": "week", "bulan": "month", "tahun": "year", "hari": "day", "minggu": "week", "jam": "hour",
    "tháng": "month", "năm": "year", "ngày": "day", "giờ": "hour", "tuần": "week", "ay": "month", "yıl": "year", "gün": "day",
    "человека": "person", "чел": "person", "людину": "person", "osobę": "person", "osobu": "person", "orang": "person", "người": "person", "kişi": "person",
}  # fmt: skip
"""One of what an amount may be for, as it stands behind a preposition or a slash."""
_ADVERBS = {"sebulan": "month", "setahun": "year", "sehari": "day", "помесячно": "month"}


def read_per(text: str, end: int) -> tuple[str, int] | None:
    """What an amount is for by the words behind it: `рублей в месяц`, `zł rocznie`."""
    m = _BEHIND.match(text, end)
    if m is None:
        return None
    per = UNITS_OF_TIME.get(m["word"].lower()) if m["word"] else adverb(m["adverb"].lower())
    return (per, m.end()) if per is not None else None


def adverb(word: str) -> str | None:
    """What an amount is per by an adverb of these languages, in small letters."""
    if word in _ADVERBS:
        return _ADVERBS[word]
    if not word.endswith(("о", "ie", "ě", "я", "k")):
        return None
    return next((per for stem, per in RECURRING if word.startswith(stem)), None)


def recurring(text: str) -> str | None:
    """How often what a text names falls due: `почасовая ставка`, `miesięcznego budżetu`."""
    lowered = text.lower()
    found = [(lowered.rfind(stem), per) for stem, per in RECURRING if stem in lowered]
    return max(found)[1] if found else None


MEASURES = {
    "часов": "hours", "часа": "hours", "час": "hours", "годин": "hours", "години": "hours", "минут": "minutes", "минуты": "minutes", "хвилин": "minutes",
    "дней": "days", "дня": "days", "днів": "days", "дні": "days", "суток": "days", "недель": "weeks", "недели": "weeks", "тижнів": "weeks", "тижні": "weeks",
    "месяцев": "months", "месяца": "months", "мес": "months", "місяців": "months", "місяці": "months", "лет": "years", "года": "years", "років": "years", "роки": "years",
    "км": "km", "кг": "kg", "dni": "days", "dzień": "days", "godzin": "hours", "godziny": "hours", "tygodni": "weeks", "tygodnie": "weeks", "miesięcy": "months", "miesiące": "months",
    "dní": "days", "dny": "days", "hodin": "hours", "hodiny": "hours", "týdnů": "weeks", "týdny": "weeks", "měsíců": "months", "měsíce": "months",
    "hari": "days", "minggu": "weeks", "bulan": "months", "gün": "days", "hafta": "weeks", "saat": "hours",
    "ngày": "days", "tháng": "months", "giờ": "hours", "tuần": "weeks",
}  # fmt: skip
MULTIPLES = {
    "тысячи": 3, "тысяч": 3, "тис": 3, "тыс": 3, "миллионов": 6, "миллиона": 6, "миллион": 6, "мільйонів": 6, "млн": 6, "млрд": 9, "tysięcy": 3, "tysiące": 3, "tys": 3,
    "juta": 6, "ribu": 3, "triệu": 6, "nghìn": 3, "ngàn": 3, "tỷ": 9, "tisíc": 3,
}  # fmt: skip
_MULTIPLE = re.compile(
    "[ \u00a0]?(" + "|".join(sorted(MULTIPLES, key=len, reverse=True)) + r")(?!\w)\.?", re.IGNORECASE
)


def read_multiple(text: str, end: int) -> tuple[int, int] | None:
    """The power of ten that is written behind a number, and where it ends."""
    after = text[end : end + 2].lstrip(" \u00a0")[:1]
    if after not in _MULTIPLES_BEGIN or not after:
        return None
    m = _MULTIPLE.match(text, end)
    return (MULTIPLES[m[1].lower()], m.end()) if m is not None else None


_MULTIPLES_BEGIN = frozenset(word[0] for word in MULTIPLES)

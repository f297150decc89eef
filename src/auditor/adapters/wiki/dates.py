"""Dates and accounting periods as people write them."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january janvier januar januari enero gennaio janeiro jänner", "feb february février fevrier februar februari febrero febbraio fevereiro",
            "mar march mars märz marzo março maart marts maret", "apr april avril abril aprile", "may mai maj mei mayo maggio maio",
            "jun june juin juni junio giugno junho", "jul july juillet juli julio luglio julho", "aug august août aout augustus augusti agosto agustus",
            "sep sept september septembre septiembre settembre setembro", "oct october okt oktober octobre octubre ottobre outubro",
            "nov november novembre noviembre novembro", "dec december dez dezember décembre decembre diciembre dicembre dezembro desember",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
"""Names of months in the languages of western Europe, in small letters."""
MONTH = "(?:(?=[adefgjlmnosADEFGJLMNOS])(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + "))"
"""The letters that months begin with are looked for first: it is much faster."""
_MONTH = MONTH
YEAR = r"(?:19|20)\d\d"
_YEAR = YEAR

DATE = re.compile(
    rf"""(?<![\w.])(?=[\dadefgjlmnos])(?:
      (?P<iso>{_YEAR})(?P<sep>[./-])(?P<iso_m>\d\d?)(?P=sep)(?P<iso_d>\d\d?)(?:T[\d:.]+Z?)?
    | (?P<mdy_m>{_MONTH})\.?\s+(?P<mdy_d>\d\d?)(?:st|nd|rd|th)?,?\s+(?P<mdy_y>{_YEAR})
    | (?P<dmy_d>\d\d?)(?:st|nd|rd|th)?\.?[\s/-]*(?:(?:of|de)\s+)?(?P<dmy_m>{_MONTH})\.?,?[\s/-]+(?:(?:de|of|del)\s+)?(?P<dmy_y>{_YEAR}|[0-3]\d(?=\W*$))
    | (?P<us_m>\d\d?)/(?P<us_d>\d\d?)/(?P<us_y>(?:19|20)?\d\d)
    | (?P<de_d>\d\d?)\.[ ]?(?P<de_m>\d\d?)\.[ ]?(?P<de_y>{_YEAR})
    )(?![\w/])""",
    re.IGNORECASE | re.VERBOSE,
)
_LOOSE = re.compile(
    rf"""(?<![\w.])(?=['\dadefgjlmnos])(?:
      {_YEAR}-\d\d(?![\d-]) | 0[1-9]-(?:0[1-9]|[12]\d|3[01])(?![\d.,-]) | {_YEAR}/\d\d?(?:/\d\d?)? | {_MONTH}\.?\s+\d\d?(?:st|nd|rd|th)?(?!\s*[\d%,.]*\d)(?![\w%]) |
      \d\d?(?:st|nd|rd|th)?\s+{_MONTH}\b(?!\s+{_YEAR}) | \d\d?:\d\d(?::\d\d)? | \d\d?\s?(?:am|pm)\b |
      {_YEAR}\s?[-–—]\s?(?:{_YEAR}|\d\d)(?![\d,.]*\d) | \d\d?/\d\d?(?:/\d\d)?(?!\d) |
      '\d\d\b | \d\d?(?:\s?[-–]\s?\d\d?)?\.?\s+(?:de\s+)?(?:janvier|f[ée]vrier|mars|avril|mai|juin|juillet|ao[uû]t|septembre|octobre|novembre|d[ée]cembre|
      januar|februar|m[äa]rz|juni|juli|oktober|dezember|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)\b
    )""",
    re.IGNORECASE | re.VERBOSE,
)

_PHONE = re.compile(
    r"(?<![\w$€£.,])(?:\+\d{1,3}[\s.-]?)?\(\d{2,4}\)[\s.-]?\d{3,4}[\s.-]\d{3,5}(?!\d)|(?<![\w$€£.,])\+\d{1,3}(?:[\s.-]\d{2,4}){3,5}(?!\d)|"
    r"(?<![\w$€£.,])(?:1[.-])?\d{3}[.-]\d{3}[.-]\d{4}(?!\d)|\bnet[ -](?:7|10|14|15|30|45|60|90)\b(?!\s?%)",
    re.IGNORECASE,
)
_PAIR = re.compile(
    r"[\d(+'nN](?:(?<=[nN])[eE][tT][ -]\d|(?<=\d)(?:\.?\s+[a-zéûäA-ZÉÛÄ]{3,}|\s?[-/:.–—]\s?\d|\s?[apAP][mM]\b)|(?<=[(+'])\d\d)"
)
"""What all dates have that hold no name of a month. It begins with a set of characters: such patterns are searched fast."""
_DIGIT = re.compile(r"\d")
_TRIPLE = re.compile(r"\d[.-]\d{3}[.-]\d")
_SHORTEST = tuple(sorted(m for m in MONTHS if not any(other in m for other in MONTHS if other != m)))
"""Each name of a month holds one of these."""


def may_name_month(lowered: str) -> bool:
    """Whether a text in small letters may hold the name of a month."""
    for name in _SHORTEST:  # noqa: SIM110  `any` of a generator costs more than the search
        if name in lowered:
            return True
    return False


@lru_cache(maxsize=4096)
def parse_date(text: str) -> date | None:
    """The first full date in the text; month before day where only slashes are written (as in the United States)."""
    if not _DIGIT.search(text):
        return None
    for match in DATE.finditer(text):
        part = match.groupdict()
        for form in ("iso", "mdy", "dmy", "us", "de"):
            year = part["iso"] if form == "iso" else part[f"{form}_y"]
            if year is None:
                continue
            written = part[f"{form}_m"].lower()
            month = MONTHS.get(written) or (int(written) if written.isdigit() else 0)
            day = int(part[f"{form}_d"])
            if form == "us" and month > 12:
                month, day = day, month
            try:
                return date(int(year) if len(year) == 4 else 2000 + int(year), month, day)
            except ValueError:
                continue
    return None


def date_spans(text: str) -> list[tuple[int, int]]:
    """Where dates, times, year ranges, plain fractions and telephone numbers stand: numbers in there are no values."""
    if not _DIGIT.search(text) or not (_PAIR.search(text) or may_name_month(text.lower())):
        return []
    spans = [m.span() for m in DATE.finditer(text)] if "/" in text or "19" in text or "20" in text else []
    spans.extend(m.span() for m in _LOOSE.finditer(text))
    if "(" in text or "+" in text or "net" in text.lower() or _TRIPLE.search(text):
        spans.extend(m.span() for m in _PHONE.finditer(text))
    return spans

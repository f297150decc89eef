"""Dates and accounting periods as people write them."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

_MONTHS = {
    name: number
    for number, names in enumerate(
        "jan january|feb february|mar march|apr april|may|jun june|jul july|aug august|sep sept september|oct october|"
        "nov november|dec december".split("|"),
        1,
    )
    for name in names.split()
}
_MONTH = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
_YEAR = r"(?:19|20)\d\d"

DATE = re.compile(
    rf"""(?<![\w.])(?:
      (?P<iso>{_YEAR})-(?P<iso_m>\d\d)-(?P<iso_d>\d\d)(?:T[\d:.]+Z?)?
    | (?P<mdy_m>{_MONTH})\.?\s+(?P<mdy_d>\d\d?)(?:st|nd|rd|th)?,?\s+(?P<mdy_y>{_YEAR})
    | (?P<dmy_d>\d\d?)(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<dmy_m>{_MONTH})\.?,?\s+(?P<dmy_y>{_YEAR})
    | (?P<us_m>\d\d?)/(?P<us_d>\d\d?)/(?P<us_y>(?:19|20)?\d\d)
    | (?P<de_d>\d\d?)\.(?P<de_m>\d\d?)\.(?P<de_y>{_YEAR})
    )(?![\w/])""",
    re.IGNORECASE | re.VERBOSE,
)
_LOOSE = re.compile(
    rf"""(?<![\w.])(?:
      {_YEAR}-\d\d(?![\d-]) | {_YEAR}/\d\d?(?:/\d\d?)? | {_MONTH}\.?\s+\d\d?(?:st|nd|rd|th)?(?!\s*[\d%,.]*\d)(?![\w%]) |
      \d\d?(?:st|nd|rd|th)?\s+{_MONTH}\b(?!\s+{_YEAR}) | \d\d?:\d\d(?::\d\d)? | \d\d?\s?(?:am|pm)\b |
      {_YEAR}\s?[-–—]\s?(?:{_YEAR}|\d\d)(?![\d,.]*\d) | \d\d?/\d\d?(?:/\d\d)?(?!\d) |
      '\d\d\b | \d\d?(?:\s?[-–]\s?\d\d?)?\.?\s+(?:de\s+)?(?:janvier|f[ée]vrier|mars|avril|mai|juin|juillet|ao[uû]t|septembre|octobre|novembre|d[ée]cembre|
      januar|februar|m[äa]rz|juni|juli|oktober|dezember|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)\b
    )""",
    re.IGNORECASE | re.VERBOSE,
)

_PAIR = re.compile(rf"\d\.?\s+[a-zéûä]{{3,}}|\d\s?[-/:.–—]\s?\d|\d\s?[ap]m\b|'\d\d|{_MONTH}", re.IGNORECASE)
_MAYBE = re.compile(rf"\d|^\W*{_MONTH}\.?\W*$", re.IGNORECASE)
_MONTH_YEAR = re.compile(rf"\b({_MONTH})\.?[\s,/'-]+({_YEAR}|\d\d)\b(?!-\d)", re.IGNORECASE)
_YEAR_MONTH = re.compile(rf"(?<![\d-])({_YEAR})[-/](0[1-9]|1[0-2])(?![\d-])")
_QUARTER = re.compile(rf"\bQ([1-4])[\s,/'-]*(FY)?\s*({_YEAR}|\d\d)?\b|\b({_YEAR})[\s-]*Q([1-4])\b", re.IGNORECASE)
_HALF = re.compile(rf"\bH([12])[\s,/'-]*({_YEAR})\b", re.IGNORECASE)
_FISCAL = re.compile(rf"\b(?:FY|fiscal(?:\s+year)?)[\s'-]*({_YEAR}|\d\d)(?:[/-]\d\d)?\b", re.IGNORECASE)
_RELATIVE = re.compile(r"\b(year|month|quarter|week|yr|day)\s?#?(\d{1,2})(?:\s*[-–—]\s*(\d{1,2}))?\b", re.IGNORECASE)
_SHORT = re.compile(r"\b([YM])(\d{1,2})(?:\s*[-–]\s*[YM]?(\d{1,2}))?\b")
_QUARTER_Y = re.compile(r"\bQ([1-4])\s*[Yy](?:ear\s*)?(\d)\b")
_YEAR_ONLY = re.compile(rf"(?<![\w$€£.,/-])({_YEAR})(?![\w%,.]*\d|-\d|\w)")
_MONTH_ONLY = re.compile(rf"^\W*({_MONTH})\.?\W*$", re.IGNORECASE)
_SPAN = re.compile(rf"(?<!\d)({_YEAR})\s?[-–—]\s?({_YEAR})(?!\d)")


@lru_cache(maxsize=4096)
def parse_date(text: str) -> date | None:
    """The first full date in the text; month before day where only slashes are written (as in the United States)."""
    if not _MAYBE.search(text):
        return None
    for match in DATE.finditer(text):
        part = match.groupdict()
        for form in ("iso", "mdy", "dmy", "us", "de"):
            year = part["iso"] if form == "iso" else part[f"{form}_y"]
            if year is None:
                continue
            written = part[f"{form}_m"].lower()
            month = _MONTHS.get(written) or (int(written) if written.isdigit() else 0)
            day = int(part[f"{form}_d"])
            if form == "us" and month > 12:
                month, day = day, month
            try:
                return date(int(year) if len(year) == 4 else 2000 + int(year), month, day)
            except ValueError:
                continue
    return None


def date_spans(text: str) -> list[tuple[int, int]]:
    """Where dates, times, year ranges and plain fractions stand: numbers in there are no values."""
    if not _PAIR.search(text):
        return []
    return [m.span() for m in DATE.finditer(text)] + [m.span() for m in _LOOSE.finditer(text)]


@lru_cache(maxsize=4096)
def parse_period(text: str) -> str | None:  # noqa: C901  one case per way of writing; a table would hide their order
    """The accounting period named in the text, if any.

    `2026-10`, `2026`, `2026-Q3`, `2026-H1`, `FY2026`, `2024-2027`, and relative ones: `year 2`, `month 3`,
    `months 1-3`, `Q3 year 1`.
    """
    if not _MAYBE.search(text):
        return None
    if m := _QUARTER_Y.search(text):
        return f"Q{m[1]} year {m[2]}"
    if (m := _QUARTER.search(text)) and (m[3] or m[5]):
        year = m[4] or _full(m[3])
        return f"{'FY' if m[2] else ''}{year}-Q{m[1] or m[5]}"
    if m := _HALF.search(text):
        return f"{m[2]}-H{m[1]}"
    if m := _YEAR_MONTH.search(text):
        return f"{m[1]}-{m[2]}"
    if found := parse_date(text):
        return f"{found:%Y-%m}"
    if (m := _MONTH_YEAR.search(text)) and (len(m[2]) == 4 or "'" in m[0] or "-" in m[0]):
        return f"{_full(m[2])}-{_MONTHS[m[1].lower()]:02d}"
    if m := _FISCAL.search(text):
        return f"FY{_full(m[1])}"
    if m := _SPAN.search(text):
        return f"{m[1]}-{m[2]}"
    if m := _RELATIVE.search(text):
        unit = {"yr": "year"}.get(m[1].lower(), m[1].lower())
        return f"{unit}s {m[2]}-{m[3]}" if m[3] else f"{unit} {int(m[2])}"
    if m := _SHORT.search(text):
        unit = {"Y": "year", "M": "month"}[m[1]]
        return f"{unit}s {m[2]}-{m[3]}" if m[3] else f"{unit} {int(m[2])}"
    if m := _YEAR_ONLY.search(text):
        return m[1]
    if m := _QUARTER.search(text):
        return f"Q{m[1]}"
    if m := _MONTH_ONLY.match(text):
        return f"month of {_MONTHS[m[1].lower()]:02d}"
    return None


@lru_cache(maxsize=4096)
def is_period(text: str) -> bool:
    """Whether the text names a period and hardly anything else (`Q3 2025`, `Year 2 (projected)`)."""
    if len(text) > 40 or parse_period(text) is None:
        return False
    rest = text
    for pattern in (
        DATE, _MONTH_YEAR, _YEAR_MONTH, _QUARTER_Y, _QUARTER, _HALF, _FISCAL, _SPAN, _RELATIVE, _SHORT, _YEAR_ONLY,
        _MONTH_ONLY,
    ):  # fmt: skip
        rest = pattern.sub(" ", rest)
    words = re.findall(r"[A-Za-z]+", rest)
    return all(w.lower() in _FILLER for w in words)


_FILLER = frozenset(
    "actual actuals projected projection forecast estimate estimated est target budget plan ytd end of the to and in "
    "for e a f p year month quarter fiscal fy total".split()
)


def _full(year: str) -> str:
    return year if len(year) == 4 else f"20{year}"

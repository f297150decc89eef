"""Accounting periods as people write them, brought to one form.

`2026-10`, `2026`, `2026-Q3`, `2026-H1`, `FY2026`, `FY2026-Q3`, `2024-2027`, `2026-01..2026-05`, `2026-YTD`, `TTM`; relative
ones: `year 2`, `month 3`, `months 1-3`, `Q3 year 1`; and, where the year is not said, `month of 03`, `Q3`, `H1`, `YTD`,
which `composition` completes from what stands around them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from auditor.adapters.wiki.dates import DATE, MONTH, MONTHS, YEAR, may_name_month, parse_date

_ORDINALS = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "1st": 1,
    "2nd": 2,
    "3rd": 3,
    "4th": 4,
    "fifth": 5,
    "5th": 5,
    **dict.fromkeys(
        ("primer", "primero", "primera", "première", "premier", "erstes", "ersten", "primo", "primeiro", "eerste"), 1
    ),
    **dict.fromkeys(("segundo", "deuxième", "seconde", "zweites", "zweiten", "secondo", "tweede"), 2),
    **dict.fromkeys(("tercer", "troisième", "drittes", "dritten", "terzo", "terceiro", "derde"), 3),
}
_NUMBERS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
}
_UNITS = {
    "yr": "year", "yrs": "year", "years": "year", "mo": "month", "mos": "month", "mth": "month", "months": "month",
    "quarters": "quarter", "weeks": "week", "wk": "week", "days": "day", "jahr": "year", "année": "year", "annee": "year",
    "an": "year", "año": "year", "ano": "year", "monat": "month", "mois": "month", "mes": "month", "mês": "month",
    "woche": "week", "semaine": "week", "semana": "week", "anno": "year", "mese": "month", "jaar": "year", "maand": "month",
}  # fmt: skip
_Y = rf"(?:{YEAR}|(?<=['’/-])\d\d|(?<=FY)\d\d|(?<=FY )\d\d|(?<=Q\d )2\d(?=\s*(?:[):,|]|$)))"
_GAP = r"[\s,/'’-]*(?:of\s+|in\s+)?"
_FY = r"(?P<fy>FY[E]?[\s'’-]*|fiscal(?:\s+year)?\s+)?"


def _full(year: str) -> str:
    return year if len(year) == 4 else f"20{year}"


def _fiscal(year: str, second: str | None) -> str:
    """A fiscal year is named by the year in which it ends: `FY2024/25` is FY2025."""
    return f"FY{int(_full(year)) + (1 if second else 0)}"


def _part(m: re.Match[str], letter: str) -> str:
    """A quarter or half of a year."""
    word = (m["n"] or "").lower()
    number = _ORDINALS.get(word) or int(word)
    year = m["y"]
    if year is None:
        return f"{letter}{number}"
    split = m.groupdict().get("y2")
    if m["fy"] or split:
        return f"{_fiscal(year, split)}-{letter}{number}"
    return f"{_full(year)}-{letter}{number}"


def _months(first: tuple[int, int], last: tuple[int, int]) -> str:
    """From one month to another, as the shortest name for it."""
    (year, start), (until, end) = first, last
    if first >= last:
        return f"{until}-{end:02d}"
    if year == until and (start, end) == (1, 12):
        return f"{year}"
    if year == until and start % 3 == 1 and end == start + 2:
        return f"{year}-Q{(start + 2) // 3}"
    if year == until and start in {1, 7} and end == start + 5:
        return f"{year}-H{1 if start == 1 else 2}"
    return f"{year}-{start:02d}..{until}-{end:02d}"


def _month_range(m: re.Match[str]) -> str:
    last = int(m["y2"])
    first = int(m["y1"]) if m["y1"] else last
    start, end = MONTHS[m["m1"].lower()], MONTHS[m["m2"].lower()]
    if not m["y1"] and start > end:
        first -= 1
    return _months((first, start), (last, end))


def _iso_range(m: re.Match[str]) -> str:
    return _months((int(m["y1"]), int(m["m1"])), (int(m["y2"]), int(m["m2"])))


def _quarters(m: re.Match[str]) -> str:
    first, last = sorted((int(m["n1"]), int(m["n2"])))
    year = m["y"]
    if year is None:
        return f"quarters {first}-{last}"
    if m["fy"]:
        return f"{_fiscal(year, None)}-{'H1' if (first, last) == (1, 2) else 'H2' if (first, last) == (3, 4) else f'Q{first}..Q{last}'}"
    return _months((int(_full(year)), first * 3 - 2), (int(_full(year)), last * 3))


def _dated(m: re.Match[str]) -> str | None:
    found = parse_date(m[0])
    return f"{found:%Y-%m}" if found else None


_LENGTHS = {
    "three": 3,
    "six": 6,
    "nine": 9,
    "twelve": 12,
    "quarter": 3,
    "half": 6,
    "year": 12,
    "fiscal": 12,
    "financial": 12,
    "month": 1,
}


def _ended(m: re.Match[str]) -> str | None:
    """`year ended 31 December 2025` is 2025, `year ended June 30, 2025` FY2025, `three months ended March 31, 2025` 2025-Q1."""
    end = parse_date(m["date"])
    if end is None:
        return None
    word = re.split(r"[\s-]", m["length"].lower())[0]
    length = _LENGTHS.get(word) or int(word)
    if length == 12:
        return f"{end.year}" if end.month == 12 else f"FY{end.year}"
    start = end.month - length + 1
    first = (end.year, start) if start > 0 else (end.year - 1, start + 12)
    return f"{end:%Y-%m}" if length == 1 else _months(first, (end.year, end.month))


def _relative(m: re.Match[str]) -> str:
    word = m["unit"].lower()
    unit = _UNITS.get(word, word)
    first = _NUMBERS.get(m["a"].lower()) or int(m["a"])
    return f"{unit}s {first}-{int(m['b'])}" if m["b"] else f"{unit} {first}"


def _ordinal_unit(m: re.Match[str]) -> str | None:
    word = m["unit"].lower()
    number = _ORDINALS.get(m["n"].lower()) or int(re.sub(r"\D", "", m["n"]) or 0)
    return f"{_UNITS.get(word, word)} {number}" if number else None


def _short(m: re.Match[str]) -> str:
    unit = {"Y": "year", "M": "month", "W": "week"}[m[1]]
    return f"{unit}s {int(m[2])}-{int(m[3])}" if m[3] else f"{unit} {int(m[2])}"


def _month_year(m: re.Match[str]) -> str | None:
    if len(m["y"]) == 4 or "'" in m[0] or "’" in m[0] or "-" in m[0] or (m[0][-3] == "/" and m["y"] > "12"):
        return f"{_full(m['y'])}-{MONTHS[m['m'].lower()]:02d}"
    return None


_Rule = tuple[re.Pattern[str], "Callable[[re.Match[str]], str | None]"]


def _rule(pattern: str, read: Callable[[re.Match[str]], str | None], flags: int = re.IGNORECASE) -> _Rule:
    return re.compile(pattern, flags), read


_CAPITAL = "(?:(?=[ADEFGJLMNOS])(?:" + "|".join(sorted({m.capitalize() for m in MONTHS}, key=len, reverse=True)) + "))"
_NTH = r"(?P<n>first|second|third|fourth|1st|2nd|3rd|4th)"
_END = r"(?![\w]|\.\d)"
_RULES: tuple[_Rule, ...] = (
    _rule(r"\bQ(?P<n>[1-4])\s*[Yy](?:ear\s*)?(?P<year>\d)\b", lambda m: f"Q{m['n']} year {m['year']}", 0),
    _rule(r"\b(?:Y|year\s*)(?P<year>\d)\s*Q(?P<n>[1-4])\b", lambda m: f"Q{m['n']} year {m['year']}"),
    _rule(rf"\bQ(?P<n1>[1-4])\s*(?:-|/|&|\+|to|and)\s*Q?(?P<n2>[1-4])(?:{_GAP}{_FY}(?P<y>{_Y}))?{_END}", _quarters),
    _rule(
        rf"\b(?:Q|T(?=\d{_GAP}(?:19|20)\d\d))(?P<n>[1-4]){_GAP}{_FY}(?P<y>{_Y})(?:[/-](?P<y2>\d\d))?{_END}",
        lambda m: _part(m, "Q"),
    ),
    _rule(
        rf"\b{_FY}(?P<y>(?<=FY)\d\d|(?<=FY )\d\d|{YEAR})(?:/(?P<y2>\d\d))?[\s,/'’-]*Q(?P<n>[1-4]){_END}",
        lambda m: _part(m, "Q"),
    ),
    _rule(rf"\b(?P<n>[1-4])Q\s*['’]?{_FY}(?P<y>{YEAR}|\d\d){_END}", lambda m: _part(m, "Q")),
    _rule(rf"\b{_NTH}\s+quarter(?:{_GAP}{_FY}(?P<y>{YEAR}))?{_END}", lambda m: _part(m, "Q")),
    _rule(
        r"\b(?P<length>(?:(?:fiscal|financial)\s+)?year|(?:three|3|six|6|nine|9|twelve|12)\s+months|half[ -]?year|quarter|month)\s+(?:ended|ending|to)\s+(?P<date>[^|;()\n]{6,24})",
        _ended,
    ),
    _rule(rf"\bH(?P<n>[12]){_GAP}{_FY}(?P<y>{_Y}){_END}", lambda m: _part(m, "H")),
    _rule(rf"\b{_FY}(?P<y>(?<=FY)\d\d|(?<=FY )\d\d|{YEAR})[\s,/'’-]*H(?P<n>[12]){_END}", lambda m: _part(m, "H")),
    _rule(rf"\b(?P<n>[12])H\s*['’]?{_FY}(?P<y>{YEAR}|\d\d){_END}", lambda m: _part(m, "H")),
    _rule(rf"\b(?P<n>first|second)\s+half{_GAP}{_FY}(?P<y>{YEAR}){_END}", lambda m: _part(m, "H")),
    _rule(
        rf"\b(?:YTD|year[ -]to[ -]date)\b{_GAP}\(?(?P<y>{YEAR}){_END}|\b(?P<z>{YEAR})[\s,-]*\(?(?:YTD|year[ -]to[ -]date)\b",
        lambda m: f"{m['y'] or m['z']}-YTD",
    ),
    _rule(r"\b(?:TTM|LTM|(?:trailing|last)[ -](?:twelve|12)[ -]months)\b", lambda _: "TTM"),
    _rule(
        rf"\b(?P<m1>{MONTH})\.?(?:\s+\d\d?(?:st|nd|rd|th)?)?,?(?:[\s'’]+(?P<y1>{YEAR}))?\s*(?:-|to|through|until|/|&)\s*(?P<m2>{MONTH})\.?(?:\s+\d\d?(?:st|nd|rd|th)?)?,?\s+(?P<y2>{YEAR}){_END}",
        _month_range,
    ),
    _rule(
        rf"(?<!\d)\d\d?\.?\s+(?P<m1>{MONTH})\.?(?:\s+(?P<y1>{YEAR}))?\s*(?:-|to|through|until)\s*\d\d?\.?\s+(?P<m2>{MONTH})\.?\s+(?P<y2>{YEAR}){_END}",
        _month_range,
    ),
    _rule(
        rf"(?<![\d-])(?P<y1>{YEAR})[-/](?P<m1>0[1-9]|1[0-2])(?:[-/]\d\d)?\s*(?:\s-\s|\.\.|\bto\b|\bthrough\b)\s*(?P<y2>{YEAR})[-/](?P<m2>0[1-9]|1[0-2])(?:[-/]\d\d)?(?![\d-])",
        _iso_range,
    ),
    _rule(rf"(?<![\d-])(?P<y>{YEAR})[-/](?P<m>0[1-9]|1[0-2])(?![\d-])", lambda m: f"{m['y']}-{m['m']}"),
    (DATE, _dated),
    _rule(rf"(?P<y>{YEAR})\s?年\s?(?P<m>0?[1-9]|1[0-2])\s?月", lambda m: f"{m['y']}-{int(m['m']):02d}", 0),
    _rule(rf"(?<![\d/])(?P<m>0?[1-9]|1[0-2])/(?P<y>{YEAR})(?![\d/])", lambda m: f"{m['y']}-{int(m['m']):02d}"),
    _rule(rf"\b(?P<m>{MONTH})\.?(?:[\s,/-]+|\s?['’]|\s+(?:de|of)\s+)(?P<y>{YEAR}|\d\d)\b(?!-\d|\.?\d)", _month_year),
    _rule(
        rf"\b(?:FYE?|fiscal(?:\s+year)?)[\s'’-]*(?P<y>{YEAR}|\d\d)(?:[/-](?P<y2>(?:20)?\d\d))?[AEFPB]?{_END}",
        lambda m: _fiscal(m["y"], m["y2"]),
    ),
    _rule(
        rf"(?<!\d)(?P<y>{YEAR})\s?(?:&|\+|and|und|et|y)\s?(?P<z>{YEAR})(?!\d)",
        lambda m: f"{m['y']}-{m['z']}" if int(m["z"]) == int(m["y"]) + 1 else None,
    ),
    _rule(rf"(?<!\d)(?P<y>{YEAR})\s?[-/]\s?(?P<z>{YEAR})(?!\d)", lambda m: f"{m['y']}-{m['z']}"),
    _rule(
        r"(?<![\d$€£.,/-])(?P<y>(?:19|20)\d\d)[/-](?P<z>\d\d)(?![\d/-]|[.,]\d)",
        lambda m: _fiscal(m["y"], m["z"]) if int(m["z"]) == (int(m["y"]) + 1) % 100 else None,
    ),
    _rule(rf"(?<![\w$€£.,/-])(?P<y>{YEAR})(?:[AEFPB]\b|年)?(?![\w%,.]*\d|-\d|\w)", lambda m: m["y"], 0),
    _rule(
        r"\b(?P<unit>years?|months?|quarters?|weeks?|yrs?|mos?|days?|wk|jahr|ann[ée]e|a[ñn]o|monat|mois|m[eê]s|woche|semaine|semana)\.?\s?#?(?P<a>\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten)(?:\s*(?:-|to)\s*(?:years?\s|months?\s)?(?P<b>\d{1,2}))?\b(?![.,/]\d)",
        _relative,
    ),
    _rule(
        r"(?<![\w.])(?P<n>first|second|third|fourth|fifth|1st|2nd|3rd|4th|5th|\d\.|(?:prim|deux|second|terc|trois|terz|segund|tweed|eerst|derd|erst|zweit|dritt)[a-zè]{1,4})\s+(?P<unit>year|month|quarter|week|jahr|monat|ann[ée]e|a[ñn]o|mes|anno|mese|ano|m[êe]s|jaar|maand|mois)\b",
        _ordinal_unit,
    ),
    _rule(r"\b([YMW])(\d{1,2})(?:\s*-\s*[YMW]?(\d{1,2}))?\b(?![.,/]\d)", _short, 0),
    _rule(
        rf"\b(?:in|during|for|by|of|through|until|since|on|from|to|early|mid|late|vs\.?|than)[ -]+(?P<m>{_CAPITAL})\b(?!\.?,?\s+\d{{4}})",
        lambda m: f"month of {MONTHS[m['m'].lower()]:02d}",
        0,
    ),
    _rule(
        rf"^\W*(?:\w+ )?(?P<m>{_CAPITAL})['’]?s? (?=(?:[A-Za-z&]+ ){{0,3}}(?i:Reports?|Updates?|Recap|Review|Metrics|Results?|Numbers|Summary|Newsletter|Overview|Financials?|Finances|Budget|Minutes|Meeting|Statement|Expenses|Income|Treasury|Snapshot|Roundup)\b)",
        lambda m: f"month of {MONTHS[m['m'].lower()]:02d}",
        0,
    ),
    _rule(r"\b[Qq](?P<n>[1-4])\b", lambda m: f"Q{m['n']}", 0),
    _rule(r"\bH(?P<n>[12])\b", lambda m: f"H{m['n']}", 0),
    _rule(r"\b(?:YTD|year[ -]to[ -]date)\b", lambda _: "YTD"),
)
_ALONE = re.compile(
    rf"^\W*({MONTH})\.?\W*(?:\((?:actuals?|est\.?|estimated|projected|forecast|partial)\)\W*)?$", re.IGNORECASE
)
_DAY_ALONE = re.compile(
    rf"^\W*(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,? )?(?:(?P<m>{MONTH})\.? \d\d?(?:st|nd|rd|th)?|\d\d?(?:st|nd|rd|th|\.)?[ -](?:de )?(?P<n>{MONTH})\.?)\W*$",
    re.IGNORECASE,
)
"""A day without its year, and nothing else: `Mar 5`, `5. März`."""
_DIGIT = re.compile(r"\d")
_IN_WORDS = re.compile(
    rf"\b(?-i:{_CAPITAL})\b|^\W*{MONTH}\b|\b(?:YTD|TTM|LTM|year[ -]to[ -]date|(?:first|second|third|fourth|fifth)\s+(?:year|month|quarter|week|half)|[a-zè]{{4,9}}\s+(?:a[ñn]o|ann[ée]e|jahr|anno|jaar|mes|mois|monat)|(?:year|month|week|day)\s+(?:one|two|three|four|five))\b|\b(?:trailing|last) twelve",
    re.IGNORECASE,
)
_PARTS_OF_WORDS = (
    "ytd",
    "ttm",
    "ltm",
    "year",
    "month",
    "quarter",
    "week",
    "half",
    "day",
    "twelve",
    "año",
    "ano",
    "anné",
    "anne",
    "jahr",
    "anno",
    "jaar",
    "mes",
    "mois",
    "monat",
)
"""One of these, or the name of a month, is in every period that is named without a figure."""


def _holds_part(lowered: str) -> bool:
    for part in _PARTS_OF_WORDS:  # noqa: SIM110  `any` of a generator costs more than the search
        if part in lowered:
            return True
    return False


def _names_any(text: str) -> bool:
    """Whether the text may name a period."""
    if _DIGIT.search(text):
        return True
    lowered = text.lower()
    return (_holds_part(lowered) or may_name_month(lowered)) and _IN_WORDS.search(text) is not None


_DASHES = str.maketrans({"–": "-", "—": "-", "‑": "-", "−": "-", "\u00a0": " ", "\u202f": " "})
_FILLER = frozenset(
    "actual actuals projected projection projections forecast forecasts estimate estimated estimates est target targets budget budgeted plan planned "
    "ytd end of the to and in for e a f p year month quarter fiscal fy total totals approved adopted audited unaudited preliminary revised final "
    "restated proposed ending ended ends as at on through period date annual full partial goal only by since until from months years".split()
)


_AS_OF = re.compile(r"\(?\bas of\b[^()]*\)?", re.IGNORECASE)


@lru_cache(maxsize=8192)
def parse_period(text: str) -> str | None:
    """The accounting period named in the text, if any; the more exactly named one of several."""
    if not _names_any(text):
        return None
    text = text.translate(_DASHES)
    if (
        "as of" in text.lower()
        and (rest := _AS_OF.sub(" ", text)) != text
        and (found := parse_period(rest)) is not None
    ):
        return found  # `2026 (as of June 4)` is of 2026
    for pattern, read in _RULES:
        for m in pattern.finditer(text):
            if (found := read(m)) is not None:
                return found
    alone = _ALONE.match(text) or _DAY_ALONE.match(text)
    return f"month of {MONTHS[alone[alone.lastindex or 1].lower()]:02d}" if alone else None


@lru_cache(maxsize=4096)
def periods_in(text: str) -> tuple[tuple[int, int, str], ...]:
    """All periods of a line with their place, from left to right."""
    if not _names_any(text):
        return ()
    rest = text.translate(_DASHES)
    found: list[tuple[int, int, str]] = []
    for pattern, read in _RULES:
        found.extend((m.start(), m.end(), period) for m in pattern.finditer(rest) if (period := read(m)) is not None)
        for start, end, _ in found:
            rest = rest[:start] + "\x00" * (end - start) + rest[end:]
    if not found and (alone := _ALONE.match(rest) or _DAY_ALONE.match(rest)):
        month = alone.lastindex or 1
        place = (alone.start(1), alone.end(1)) if alone.re is _ALONE else alone.span()
        return ((*place, f"month of {MONTHS[alone[month].lower()]:02d}"),)
    return tuple(sorted(found))


@lru_cache(maxsize=4096)
def is_period(text: str) -> bool:
    """Whether the text names a period and hardly anything else (`Q3 2025`, `Year 2 (projected)`)."""
    if len(text) > 48 or parse_period(text) is None:
        return False
    rest = text
    for start, end, _ in reversed(periods_in(text)):
        rest = rest[:start] + " " * (end - start) + rest[end:]
    if re.search(r"\d", rest):
        return False
    words = re.findall(r"[^\W\d_]+", rest)
    return all(w.lower() in _FILLER or w.lower() in MONTHS for w in words)


def is_day(text: str) -> bool:
    """Whether the text names a day, with its year or without."""
    return any(ch.isdigit() for ch in text) and (parse_date(text) is not None or _DAY_ALONE.match(text) is not None)

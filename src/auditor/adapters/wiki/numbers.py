"""The number grammar: figures in one line of text, with ranges, signs, multipliers, units and what they are per.

Pure: text in, values out. Measured alternatives were worse on real pages: price-parser loses ranges, suffixes and signs;
quantulum3 reads `nm` as nanometre ampere-turn; dateparser makes dates of quarters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from itertools import islice

from auditor.adapters.wiki.atoms import CORE, read_atom
from auditor.adapters.wiki.dates import date_spans
from auditor.adapters.wiki.rates import Atom
from auditor.adapters.wiki.units import DOLLARS
from auditor.model.fact import Quantity

_JOIN = re.compile(
    r"\s*(?:-|–|—|‑|−|\bto\b|\bthrough\b|\.\.\.?|~|∼|\band\b|\b(?:bis|à|til|tot|hasta|até|a|et|und|y|e|до|do|sampai|hingga|đến)\b)\s*(?:~|≈|∼)?"
)
_TWO_ENDS = {
    "and": re.compile(r"\bbetween\s*$", re.IGNORECASE),
    "et": re.compile(r"\bentre\s*$", re.IGNORECASE),
    "y": re.compile(r"\bentre\s*$", re.IGNORECASE),
    "e": re.compile(r"\b(?:entre|tra|fra)\s*$", re.IGNORECASE),
    "und": re.compile(r"\bzwischen\s*$", re.IGNORECASE),
    "a": re.compile(r"\b(?:de|da|desde)\s*$", re.IGNORECASE),
    "до": re.compile(r"\b(?:от|с|від|од|з)\s*$", re.IGNORECASE),
    "do": re.compile(r"\bod\s*$", re.IGNORECASE),
}
"""Words that make a range of two numbers only behind another word."""
_DOTTED = re.compile(r"[1-9]\d{0,2}\.\d{3}(?!\d)")
_CALCULATION = re.compile(r"[=≈]\s*[(~]?\s?[$€£]?\d|\d\s*[=×]|[×*÷]\s*[(]?[$€£]?\d")
"""In a line that calculates, a dash between two figures takes one from the other."""
_CHANGED = re.compile(
    r"\b(?:grew|grown|grows?|growing|rose|risen|rises?|rising|fell|fallen|falls?|falling|improv(?:e[sd]?|ing)|increas(?:e[sd]?|ing)|decreas(?:e[sd]?|ing)|"
    r"drop(?:s|ped|ping)?|went|goes|gone|mov(?:e[sd]?|ing)|jump(?:s|ed)?|climb(?:s|ed)?|slid|declin(?:e[sd]?|ing)|rais(?:e[sd]?|ing)|lower(?:s|ed)?|"
    r"reduc(?:e[sd]?|ing)|expand(?:s|ed)?|shrank|chang(?:e[sd]?|ing)|scal(?:e[sd]?|ing)|cut|up|down)\b[^.;!?]{0,40}\bfrom\s*$",
    re.IGNORECASE,
)
"""From one figure to another is a change, not a range."""
_RANGES = re.compile(r"\b(?:rang(?:e[sd]?|ing)|var(?:y|ies|ied|ying)|anywhere)\s+from\s*$", re.IGNORECASE)
_APPROX = re.compile(
    r"(?:[~≈∼±]|\b(?:about|around|approximately|approx\.?|circa|ca\.|roughly|nearly|almost|est\.|estimated at|około|okolo|около|примерно|близько|приблизно|sekitar|yaklaşık|khoảng))\s*$",
    re.IGNORECASE,
)
_AT_MOST = re.compile(
    r"(?:(?<![-=<])<=?|≤|\b(?:under|below|less than|lower than|up to|at most|no more than|not more than|fewer than|max(?:imum)?(?: of)?|не более|менее))\s*$",
    re.IGNORECASE,
)
_AT_LEAST = re.compile(
    r"(?:(?<![-=>])>=?|≥|\b(?:over|above|more than|greater than|at least|min(?:imum)?(?: of)?|no less than|not less than|starting (?:at|from)|from|exceeds?|exceeding|upwards? of|ponad|свыше|более|не менее|понад))\s*$",
    re.IGNORECASE,
)
_ACCOUNTING = re.compile(r"^\s*((?P<c>[$€£¥₹]|[A-Z]{3}\b)\s*\(\s*(?P<n>[\d.,' ]+[kKMB]?)\s*\))\s*$")
"""`$ (1,234)`: the currency stands before the brackets."""
_SIGN_APART = re.compile(
    r"\W*?(?P<sign>[-–−])[ \u00a0\u202f]+(?P<n>[$€£¥₹]?[ \u00a0]?\d[\d.,'’ \u00a0\u202f]*(?:[ \u00a0]?[$€£])?)\W*?"
)
"""A cell that is one figure with its sign apart from it: `– 2 907,45`."""
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Hit:
    """One figure in a line: `text[start:end]` is all of it, sign, unit and "per" included."""

    start: int
    end: int
    value: Quantity
    noun: str = ""
    """The counted thing as written (`registered users`); empty for money and percent."""
    bare: bool = False
    """Neither currency, percent, unit nor noun: a value only where the place says so (a cell, `Label: 5`)."""


MOST_IN_A_LINE = 300
"""Numbers of one line that are looked at; no line of people has more."""


@lru_cache(maxsize=8192)
def find_quantities(
    text: str, *, currency: str = "USD", years: bool = False, dots_group: bool = False
) -> tuple[Hit, ...]:
    """All figures of a line, in order.

    `currency` is what a bare dollar sign means here. `years` admits plain four-digit numbers that look like years.
    `dots_group`: the page writes 1.632 for one thousand six hundred and thirty-two.
    Numbers inside identifiers, versions, dates, times, ordinals (`Phase 2`, `1st`) and fractions are left out.
    """
    if not _DIGIT.search(text):
        return ()
    spans = date_spans(text)
    atoms: list[Atom] = []
    refused: set[int] = set()
    for m in islice(CORE.finditer(text), MOST_IN_A_LINE):
        last = atoms[-1] if atoms else None
        first_end = last.currency if last is not None and _JOIN.fullmatch(text, last.end, m.start("num")) else None
        atom = read_atom(text, m, currency, spans, dots_group=dots_group, first=first_end)
        if atom is None:
            refused.add(m.start("num"))
        elif not (atoms and m.start("num") < atoms[-1].end):
            atoms.append(atom)
    hits: list[Hit] = []
    index = 0
    while index < len(atoms):
        first = atoms[index]
        second = atoms[index + 1] if index + 1 < len(atoms) else None
        both = _range(text, first, second) if second is not None else None
        if both is not None:
            hits.append(both)
            index += 2
            continue
        broken = second is not None and second.glued and second.start - first.end <= 1 and not first.unit
        broken = broken or (
            bool(refused)
            and not first.unit
            and text[first.end : first.end + 1] in {"-", "–"}
            and first.end + 1 in refused
        )
        if not first.glued and not first.opening and not broken and not (first.year_like and not years):
            hits.append(_single(text, first))
        index += 1
    return tuple(hits)


@lru_cache(maxsize=8192)
def whole_cell(text: str, *, currency: str = "USD", years: bool = True, dots_group: bool = False) -> tuple[Hit, ...]:
    """Figures of a table cell; `(300)` is negative if it is all of the cell, without per, percent or range."""
    if (m := _SIGN_APART.fullmatch(text)) is not None:
        inner = find_quantities(m["n"], currency=currency, years=years, dots_group=dots_group)
        if len(inner) == 1 and (value := inner[0].value).low == value.high and value.low > 0:
            hit = replace(inner[0], start=m.start("sign"), end=m.start("n") + inner[0].end)
            return (replace(hit, value=replace(value, low=-value.low, high=-value.high)),)
    hits = find_quantities(text, currency=currency, years=years, dots_group=dots_group)
    stripped = text.strip()
    if (m := _ACCOUNTING.match(text)) is not None and len(hits) <= 1:
        inner = find_quantities(f"{m['c']} {m['n']}", currency=currency, years=years, dots_group=dots_group)
        if len(inner) == 1 and inner[0].value.low > 0:
            value = inner[0].value
            start = len(text) - len(text.lstrip())
            return (Hit(start, len(text.rstrip()), replace(value, low=-value.high, high=-value.low)),)
    if len(hits) == 1 and stripped.startswith("(") and stripped.endswith(")") and len(stripped) > 2:
        hit = hits[0]
        inside = text[text.index("(") + 1 : text.rindex(")")].strip()
        whole = text[hit.start : hit.end].strip() == inside
        value = hit.value
        if whole and value.per is None and value.unit != "percent" and value.low == value.high and value.low > 0:
            return (
                replace(
                    hit,
                    start=text.index("("),
                    end=text.rindex(")") + 1,
                    value=replace(value, low=-value.low, high=-value.high),
                ),
            )
    return hits


def _range(text: str, first: Atom, second: Atom) -> Hit | None:
    """Two numbers that are the ends of one range, or None."""
    between = text[first.end : second.start]
    # In `8-12` the dash was left before the second number; in `$3-$6` it may have been taken for its sign.
    m = _JOIN.fullmatch(between)
    if m is None:
        return None
    word = between.strip().lower()
    if not _joins(text, first, between) or _counts_first(text, first, second, between):
        return None
    second = _within(first, second)
    first = _of_same_dollar(text, first, second)
    if not _agree(first, second):
        return None
    low, high = first.amount, second.amount
    if low < 1000 <= high and not first.unit and _DOTTED.fullmatch(text, first.start, first.end):
        low *= 1000 if _DOTTED.match(text, second.start) else 1  # the sign behind the second end tells for both
    if (
        second.factor
        and not first.factor
        and low < high
        and (first.end == first.number_end or not first.unit or first.currency)
    ):
        low *= second.factor
    elif first.factor:
        low *= first.factor
    high *= second.factor or 1
    low, high = (-low if first.negative else low), (-high if second.negative else high)
    if low > high and first.negative and second.negative and first.unit:
        low, high = high, low  # `-0.2% to -0.6%`
    if low > high or (second.year_like and first.year_like):
        return None
    if first.opening and not second.unit:
        return None
    flags = set(first.flags or ()) | set(second.flags or ())
    value = Quantity(
        _plain(low),
        _plain(high),
        unit=second.unit or first.unit,
        currency=second.currency or first.currency,
        per=second.per or first.per,
    )
    start, left_flags = _left_flags(text, first.start)
    flags |= left_flags - (
        {"at_least"}
        if word in {"to", "through"}
        and re.search(r"\bfrom\s*$", text[max(0, first.start - 20) : first.start], re.IGNORECASE)
        else set()
    )
    noun = second.noun or first.noun
    return Hit(
        start,
        second.end,
        replace(value, flags=frozenset(flags)),
        noun,
        bare=not value.unit and value.per is None and not first.factor and not second.factor,
    )


def _agree(first: Atom, second: Atom) -> bool:
    """Whether currencies, units and signs let two numbers be the ends of one range."""
    if first.currency and second.currency and first.currency != second.currency:
        return False
    if first.unit and second.unit and first.unit != second.unit:
        return False
    if first.unit == "money" and second.unit == "" and second.noun:
        return False
    if first.unit and first.unit != "money" and not second.unit:
        return False
    return not (first.glued or (first.negative and not second.negative and not first.currency))


def _within(first: Atom, second: Atom) -> Atom:
    """The second end of a range of money without the noun behind it: `€30-50k grant`."""
    if first.unit == "money" and second.unit != "money" and second.glued and (second.unit or second.noun):
        return replace(second, unit="", noun="", per=None, end=second.number_end or second.end)
    return second


def _of_same_dollar(text: str, first: Atom, second: Atom) -> Atom:
    """The first end of a range whose dollar only the code behind the second end tells: `$2,000-4,000 AUD`."""
    bare = second.currency in DOLLARS and text.startswith("$", first.start)
    return replace(first, currency=second.currency) if bare else first


def _joins(text: str, first: Atom, between: str) -> bool:
    """Whether what stands between two numbers makes a range of them: no subtraction, no change, no mere "and"."""
    word = between.strip().lower()
    before = text[max(0, first.start - 80) : first.start]
    if word == "a" and first.unit == "money":
        return True
    if (opened := _TWO_ENDS.get(word)) is not None:
        return opened.search(before) is not None
    if word == "to":
        return _CHANGED.search(before) is None or _RANGES.search(before) is not None
    return not (word in {"-", "–", "−"} and between != between.strip() and _CALCULATION.search(text))


def _counts_first(text: str, first: Atom, second: Atom, between: str) -> bool:
    """Whether a plain number before a dash only counts or numbers what has a price: `Organizers: 2 – $400`."""
    plain = not first.unit and not first.factor and first.amount > 0
    return plain and between.strip() in {"-", "–", "—"} and between != between.strip() and text[second.start] in "$€£"


def _plain(amount: Decimal) -> Decimal:
    """3600000.0 as 3600000; cents as written."""
    return (
        amount.quantize(Decimal(1))
        if amount == amount.to_integral_value() and abs(amount) < Decimal(10) ** 24
        else amount
    )


def _single(text: str, atom: Atom) -> Hit:
    amount = atom.amount * (atom.factor or 1)
    amount = -amount if atom.negative else amount
    start, left = _left_flags(text, atom.start)
    flags = set(atom.flags or ()) | left
    amount = _plain(amount)
    value = Quantity(amount, amount, atom.unit, atom.currency, atom.per, frozenset(flags))
    return Hit(
        start,
        atom.end,
        value,
        atom.noun,
        bare=not atom.unit and atom.per is None and atom.factor is None and not atom.changed,
    )


def _left_flags(text: str, start: int) -> tuple[int, set[str]]:
    """Flags said before the number; a sign such as `~` or `<` becomes part of the figure as written."""
    flags: set[str] = set()
    for _ in range(3):
        before = text[max(0, start - 40) : start]
        cut = start - len(before)
        for name, pattern in (("approx", _APPROX), ("at_most", _AT_MOST), ("at_least", _AT_LEAST)):
            if m := pattern.search(before):
                flags.add(name)
                start = cut + m.start()
                break
        else:
            break
    return start, flags

"""What one of a figure is for: `$5/user/month`, `R200 per person per night`, `each month`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from auditor.adapters.wiki import abroad, east_asian, units

_CODES = units.alternatives(units.CODES)
_AMOUNT = rf"\d[\d.,]*\s?(?:[kKmMbB]n?\s?)?(?:{_CODES})\b|\d[\d.,]*\s?[kKmMbB]?n?\s?[€%]"
_PER_SLASH = re.compile(
    rf"[ ]?/[ ]?(?=[A-Za-z\d])(?!{_AMOUNT}|\d+,\d\d?\b)(\d[\d,]*[KkM]?[ ]?)?(?!(?:and|or|of|to|in|with|for|the|plus|from)\b)([A-Za-zÀ-ɏЀ-ӿẠ-ỿ][A-Za-zÀ-ɏЀ-ӿẠ-ỿ²-]*)(?![$€£\d])(?:(?:[ ]?/[ ]?| per )([A-Za-z]+)(?![$€£\d]))?"
)
_WHICH = r"(?:(?:paying|active|new|additional|extra|further|registered|completed|billable|individual|single|full|average|acquired|enterprise|participating|sold) )?"
_PER_WORD = re.compile(
    rf"(?:[ ]{{1,90}}(?=per\b|for\b|each\b|every\b)|[ ]{{1,3}}|-)(?:per|(?:for )?(?:each|every)|a|an|/|pro|par|por|im)[ -](?!{_AMOUNT}|\d+,\d\d?\b)(?!(?:in|of|at|for|on|to|and|or|with|from|by|is|was|as|if|when|the|our|their|other)\b)(\d[\d,]*[KkM]?[ ]?)?{_WHICH}([A-Za-zÀ-ÿ][A-Za-zÀ-ÿ²]*(?:-(?:month|year|day|hour|week|second|night)s?\b)?)(?: (?:per|pro|par|por|al|im) {_WHICH}([A-Za-zÀ-ÿ]+)|/([A-Za-z]+))?",
    re.IGNORECASE,
)
_PER_ADVERB = re.compile(
    r"[ ]{0,3}\(?\b(monthly|yearly|annually|annual|daily|weekly|hourly|quarterly|nightly|p\.a\.|pa|each month|each year)(?![A-Za-z])\)?",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Atom:
    """A number on its way to a figure: filled from the number outwards."""

    start: int
    end: int
    amount: Decimal
    factor: Decimal | None = None
    currency: str | None = None
    unit: str = ""
    per: str | None = None
    noun: str = ""
    plus: bool = False
    flags: set[str] | None = None
    number_end: int = 0
    year_like: bool = False
    negative: bool = False
    changed: bool = False
    """Followed by the words of a change: `+0.2 YoY`."""
    glued: bool = False
    """After a hyphen: only the end of a range, or part of a word."""
    opening: bool = False
    """Within a word of a script without blanks: only the first end of a range."""


_ASIDE = re.compile(
    r"[ \u00a0]\(?(?:HT|TTC|HTVA|TVAC|netto|brutto|\+ ?(?:VAT|GST|MwSt\.?)|(?:excl?|incl?|inkl|zzgl|plus)\.? (?:VAT|GST|btw|MwSt\.?|tax|IVA)|"
    r"pledged|paid|charged|billed|budgeted|donated|earned|due|spent)\)?(?=[ \u00a0]?(?:/|per\b|par\b|pro\b|por\b|each\b))"
)
"""What may stand between an amount and what it is for: taxes, `pledged`."""
_NO_THING = frozenset(
    "défaut rapport exemple ejemplo exemplo ailleurs contre favor encima supuesto fois cent ciento cento default hand".split()
)


def read_per(text: str, atom: Atom) -> None:
    """Adds to an atom what the words behind it say it is per."""
    if atom.unit == "money" and (aside := _ASIDE.match(text, atom.end)) is not None:
        end, atom.end = atom.end, aside.end()
        _read_per(text, atom)
        if atom.per is None:
            atom.end = end
        return
    _read_per(text, atom)


def _read_per(text: str, atom: Atom) -> None:
    if m := _PER_SLASH.match(text, atom.end):
        scale, word, second = (m[1] or "").strip(), m[2], m[3]
        if word.lower() == "or":
            return
        _set_per(atom, scale, word, second, m.end())
    elif m := _PER_WORD.match(text, atom.end):
        article = m[0].strip(" -").split(" ", 1)[0].split("-", 1)[0].lower()
        if m[2].lower() in _NO_THING:
            return
        if article == "for" and atom.unit != "money":
            return
        word = m[2].lower()
        if article == "im" and word not in units.PERIODS:
            return
        if article == "por" and word.endswith(("ar", "er", "ir")):
            return  # still to be done
        if article in {"a", "an"} and word not in units.PERIODS and units.singular(word) not in units.COUNTED:
            return
        if article in {"a", "an"} and atom.unit == "percent" and word not in units.PERIODS:
            return
        _set_per(atom, (m[1] or "").strip(), m[2], m[3] or m[4], m.end())
    elif atom.unit != "ratio" and (m := _PER_ADVERB.match(text, atom.end)):
        key = m[1].lower()
        atom.per = units.PERIODS.get(key) or ("month" if "month" in key else "year")
        atom.end = m.end()
    else:
        _read_per_abroad(text, atom)


def _read_per_abroad(text: str, atom: Atom) -> None:
    after = text[atom.end : atom.end + 1]
    if (
        text[atom.end + 1 : atom.end + 3].strip() > "\u2fff"
        and (east := east_asian.read_per(text, atom.end)) is not None
    ):
        atom.per, atom.end = east
    elif atom.unit == "money" and after in {" ", "\u00a0"} and (far := abroad.read_per(text, atom.end)) is not None:
        atom.per, atom.end = far


def _set_per(atom: Atom, scale: str, word: str, second: str | None, end: int) -> None:
    low = word.lower().rstrip("-")
    if word == "m" and not scale and not second and atom.unit == "money":
        atom.per, atom.end = "month", end
        return
    if low in {"k", "m"} and not second:
        atom.per, atom.end = f"{scale or 1}{word.upper() if low == 'm' else 'k'}", end
        return
    if "-" in low:
        head, _, tail = low.partition("-")
        name = f"{head}/{units.PERIODS[tail]}" if tail in units.PERIODS else low
    else:
        name = units.PERIODS.get(low) or abroad.UNITS_OF_TIME.get(low) or units.singular(low)
    if scale:
        name = f"{scale} {name}"
    if second:
        name = f"{name}/{units.PERIODS.get(second.lower()) or units.singular(second)}"
    atom.per, atom.end = name, end

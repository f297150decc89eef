"""Which currency plain amounts of a page, a section, a column or a row are in, and by how much they are shortened."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache

from auditor.adapters.wiki.units import DOLLARS, ISO_CODES, SYMBOLS, alternatives

_NAMED = {
    "us dollar": "USD", "dollar": "USD", "euro": "EUR", "pound": "GBP", "pounds sterling": "GBP", "rupee": "INR",
    "swiss franc": "CHF", "franken": "CHF", "yen": "JPY", "naira": "NGN", "rand": "ZAR", "canadian dollar": "CAD",
    "australian dollar": "AUD",
}  # fmt: skip
_CODE = alternatives(ISO_CODES)
_SYMBOL = alternatives(s for s in SYMBOLS if not s.isalpha() or s in {"Kč", "zł"})
_NAME = r"(?:US |Canadian |Australian )?dollars?|euros?|pounds? sterling|pounds?|rupees?|Swiss francs?|Franken|yen|naira|rand"
_ALL_AMOUNTS = re.compile(
    r"\b(?=[abfmpstvc])(?:all|alle|toutes?|tous|todos|todas|alla|figures|amounts|prices|values|costs|sums|montants|betr[äa]ge|preise|priser|amounts? shown)\b[^.\n|]{0,60}?"
    rf"(?:(?<![A-Za-z])((?-i:{_CODE}))(?![A-Za-z])|(?<=in )({_SYMBOL}|(?:{_NAME})(?!\w)))",
    re.IGNORECASE,
)
"""`All amounts in EUR unless stated otherwise`."""
_CURRENCY_LINE = re.compile(
    rf"^[\W_]*(?:base |reporting |default |local )?(?:currency|w[äa]hrung|devise|moneda|valuta)(?: code| unit)?[\W_]*[:|=][\W_]*?((?-i:{_CODE})(?![A-Za-z])|{_SYMBOL}|(?:{_NAME})\b)",
    re.IGNORECASE,
)
"""`Currency: EUR`, also as a row of a table."""
_SIGNED = re.compile(rf"({_SYMBOL})[ \u00a0]?\d|(?<=\d)[ \u00a0]?(?:[kKmM][ \u00a0]?)?([€£¥₹₽₺₴₦]|zł|Kč)")
_SIGNS = "$€£¥₹₽₩₺₱₫₪₦฿₴"
_TRIPLE = re.compile(r"(?<![A-Za-z])[A-Z]{3}(?![A-Za-z])")
_AMOUNT_AFTER = re.compile(r"[ \u00a0]?[\d$€£]")
_AMOUNT_BEFORE = re.compile(r"\d[ \u00a0]?(?:[kKmM][ \u00a0]?)?$")
_MULT = r"k|K|T|thousands?|tsd\.?|'?’?000'?s?|m|M|mm|MM|mn|Mn|millions?|mio\.?|Mio\.?|bn|Bn|B|billions?|lakhs?|Lakhs?|lacs?|Lacs?|L|crores?|Crores?|Cr\.?|cr\.?"
_HINT = re.compile(
    rf"(?<![A-Za-z\d.,])(?:(?P<before>k|K|T|m|M|[Tt]housands? (?:of )?|[Mm]illions? (?:of )?|Tsd\.? |Mio\.? |'000 )?(?P<money>{_CODE}|{_SYMBOL})"
    rf"(?:[ '’]{{0,2}}(?:in )?(?P<after>{_MULT}))?(?![A-Za-z]|\s?[\[(~]?\d))"
)
_FACTORS = {"k": 3, "t": 3, "0": 3, "'": 3, "’": 3, "m": 6, "b": 9, "l": 5, "c": 7}


def code_of(said: str, default: str) -> str:
    """The code of a currency said as code, sign or name; empty for none. A bare dollar is the default one if that is a dollar."""
    said = " ".join(said.split())
    if said in ISO_CODES:
        return said
    code = SYMBOLS.get(said) or _NAMED.get(said.lower()) or _NAMED.get(said.lower().rstrip("s")) or ""
    if not code and said.upper() in ISO_CODES:
        return said.upper()
    plain = said == "$" or said.lower().rstrip("s") == "dollar"
    return default if plain and default in DOLLARS else code


def stated_currency(lines: Sequence[str], default: str) -> str:
    """Currency of "all amounts in ..." and "Currency: ..." remarks at the beginning or the end; empty when there is none."""
    for line in (*lines[:60], *lines[max(60, len(lines) - 20) :]):
        if " in " not in line and ":" not in line and "|" not in line and "=" not in line:
            continue
        if (m := _ALL_AMOUNTS.search(line) or _CURRENCY_LINE.match(line)) is not None and (
            code := code_of(next(g for g in m.groups() if g), default)
        ):
            return code
    return ""


_IN_MULTIPLES = re.compile(
    rf"\bin\s+({_CODE}|{_SYMBOL})\s*(?:of\s+)?['’]?(?:thousands?|millions?|billions?|lakhs?|crores?|000s?)\b",
    re.IGNORECASE,
)
"""A remark that says currency and multiple of a statement in one: `(in € millions, except per share)`."""


def remarked_currency(text: str, default: str) -> str:
    """Currency that a remark above a table says of it; empty when it says none."""
    if (m := _ALL_AMOUNTS.search(text)) is not None:
        return code_of(m[1] or m[2], default)
    return code_of(m[1], default) if (m := _IN_MULTIPLES.search(text)) is not None else ""


LOOKED_AT = 20_000
"""Characters of a page that tell which currency it uses."""


def used_currency(lines: Sequence[str], default: str) -> str:
    """The currency that the page writes beside its amounts, nearly all of them; empty where it writes few or several."""
    used: Counter[str] = Counter()
    text = "\n".join(lines)[:LOOKED_AT]
    if any(sign in text for sign in _SIGNS):
        used.update(code_of(m[1] or m[2], default) for m in _SIGNED.finditer(text))
    used.update(m[0] for m in _TRIPLE.finditer(text) if m[0] in ISO_CODES and _beside_amount(text, m))
    if not used:
        return ""
    code, times = used.most_common(1)[0]
    return code if times >= 3 and times * 20 >= sum(used.values()) * 17 else ""


def _beside_amount(text: str, m: re.Match[str]) -> bool:
    after = _AMOUNT_AFTER.match(text, m.end()) is not None
    return after or _AMOUNT_BEFORE.search(text[max(0, m.start() - 4) : m.start()]) is not None


@lru_cache(maxsize=4096)
def money_hint(text: str) -> tuple[str, Decimal] | None:
    """Currency (code or sign) and factor that a header or label names: `Amount (EUR)`, `k€`, `Revenue ($M)`, `Monthly SAR`.

    None where it names none, several, or one beside a figure (`Renters at 1,000 SAR`).
    """
    found: tuple[str, Decimal] | None = None
    for m in _HINT.finditer(text):
        if m.start() and re.search(r"\d[\d.,]*\s?[kKmM]?\s?$", text[: m.start()]):
            continue
        short = (m["before"] or m["after"] or "").strip().lower()
        hint = (m["money"], Decimal(10) ** (_FACTORS[short[0]] if short else 0))
        if found is not None and found[0] != hint[0]:
            return None
        found = found or hint
    return found


_HEADED = re.compile(
    rf"[(\[]\s*(?:in |all in |amounts in )?({_CODE}|{_SYMBOL})\s*(?:,[^)\]]*)?[)\]]|\bin ({_CODE}|{_SYMBOL})(?![\w\d])\s*$"
)


@lru_cache(maxsize=4096)
def headed_currency(heading: str) -> str:
    """Code or sign of the currency that a heading gives to the section below it: `Budget 2026 (EUR)`; empty for none."""
    m = _HEADED.search(heading)
    return (m[1] or m[2]) if m is not None else ""

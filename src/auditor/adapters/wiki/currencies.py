"""Which currency plain amounts of a page, a section, a column or a row are in, and by how much they are shortened."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache

from auditor.adapters.wiki.east_asian import coin_code, east_hint, yuan_of
from auditor.adapters.wiki.sift import Words
from auditor.adapters.wiki.tongues import national_currency
from auditor.adapters.wiki.units import CODES, DOLLARS, ISO_CODES, SYMBOLS, alternatives

_NAMED = {
    "us dollar": "USD", "dollar": "USD", "euro": "EUR", "pound": "GBP", "pounds sterling": "GBP", "rupee": "INR",
    "swiss franc": "CHF", "franken": "CHF", "yen": "JPY", "naira": "NGN", "rand": "ZAR", "canadian dollar": "CAD",
    "australian dollar": "AUD", "new zealand dollar": "NZD", "singapore dollar": "SGD", "hong kong dollar": "HKD", "kiwi dollar": "NZD",
}  # fmt: skip
_CODE = alternatives(ISO_CODES)
_HELD = alternatives(CODES - {"COMP", "OP", "UNI", "ADA", "DOT", "FIL", "TON", "LINK", "NEAR"})
"""What a header or label may name as the currency of its figures; tokens that are also words may not."""
_SYMBOL = alternatives(s for s in SYMBOLS if not s.isalpha() or s in {"Kč", "zł"})
_NAME = r"(?:US |Canadian |Australian |New Zealand |Singapore |Hong Kong )?dollars?|euros?|pounds? sterling|pounds?|rupees?|Swiss francs?|Franken|yen|naira|rand"
_ALL_AMOUNTS = Words.of(
    "all", "alle", "toutes?", "tous", "todos", "todas", "alla", "figures", "amounts", "prices", "values", "costs", "sums", "montants",
    "betr[äa]ge", "preise", "priser", "amounts? shown",
    after=rf"\b[^.\n|]{{0,60}}?(?:(?<![A-Za-z])((?-i:{_CODE}))(?![A-Za-z])|(?<=in )({_SYMBOL}|(?:{_NAME})(?!\w)))",
)  # fmt: skip
"""`All amounts in EUR unless stated otherwise`."""
_CURRENCY_LINE = re.compile(
    rf"^[\W_]*(?:base |reporting |default |local )?(?:currency|w[äa]hrung|devise|moneda|valuta)(?: code| unit)?[\W_]*[:|=][\W_]*?((?-i:{_CODE})(?![A-Za-z])|{_SYMBOL}|(?:{_NAME})\b)",
    re.IGNORECASE,
)
"""`Currency: EUR`, also as a row of a table."""
_SIGNED = re.compile(
    rf"({_SYMBOL})[ \u00a0]?\d|(?<=\d)[ \u00a0]?(?:[kKmM][ \u00a0]?)?(?:[万萬億亿] ?)?([€£¥₹₽₺₴₦円元圓원]|zł|Kč)"
)
_LETTERED = re.compile(r"(?<![A-Za-z])(Rp|RM|KSh|TSh|USh|Rs)\.?[ \u00a0]?\d")
"""Signs that are letters, before an amount."""
_LETTERS = ("Rp", "RM", "Sh", "Rs")
_SIGNS = "$€£¥₹₽₩₺₱₫₪₦฿₴円元圓원"
_WITH_SIGN = re.compile(rf"[{_SIGNS}]|Rs\.|Fr\.|zł|Kč")
_TRIPLE = re.compile(r"[A-Z]{3}(?![A-Za-z])(?<![A-Za-z][A-Z]{3})")
_AMOUNT_AFTER = re.compile(r"[ \u00a0]?[\d$€£]")
_AMOUNT_BEFORE = re.compile(r"\d[ \u00a0]?(?:[kKmM][ \u00a0]?)?$")
_MULT = r"k|K|T|thousands?|tsd\.?|'?’?000'?s?|m|M|mm|MM|mn|Mn|millions?|mio\.?|Mio\.?|bn|Bn|B|billions?|lakhs?|Lakhs?|lacs?|Lacs?|L|crores?|Crores?|Cr\.?|cr\.?"
_HINT = re.compile(
    rf"(?<![A-Za-z\d.,])(?:(?P<before>k|K|T|m|M|[Tt]housands? (?:of )?|[Mm]illions? (?:of )?|Tsd\.? |Mio\.? |'000 )?(?P<money>{_HELD}|{_SYMBOL})"
    rf"(?:[ '’]{{0,2}}(?:in )?(?P<after>{_MULT}))?(?![A-Za-z]|\s?[\[(~]?\d))"
)
_FACTORS = {"k": 3, "t": 3, "0": 3, "'": 3, "’": 3, "m": 6, "b": 9, "l": 5, "c": 7}


def code_of(said: str, default: str) -> str:
    """The code of a currency said as code, sign or name; empty for none. A bare dollar is the default one if that is a dollar."""
    said = " ".join(said.split())
    if said in CODES:
        return said
    code = SYMBOLS.get(said) or _NAMED.get(said.lower()) or _NAMED.get(said.lower().rstrip("s")) or ""
    if not code and said.upper() in ISO_CODES:
        return said.upper()
    if not code and (east := coin_code(said, default)):
        return east
    plain = said == "$" or said.lower().rstrip("s") == "dollar"
    return default if plain and default in DOLLARS else code


def stated_currency(lines: Sequence[str], default: str) -> str:
    """Currency of "all amounts in ..." and "Currency: ..." remarks at the beginning or the end; empty when there is none."""
    for line in (*lines[:60], *lines[max(60, len(lines) - 20) :]):
        if " in " not in line and ":" not in line and "|" not in line and "=" not in line and "figures " not in line:
            continue
        if (m := _ALL_AMOUNTS.search(line) or _CURRENCY_LINE.match(line)) is not None and (
            code := code_of(next(g for g in m.groups() if g), default)
        ):
            return code
    return ""


_NATIONS = {
    "AUD": r"australian?s?|aussie|(?-i:AUD)|au\$|(?<!\w)(?-i:A)\$|sydney|melbourne|brisbane|queensland|(?-i:NSW)",
    "CAD": r"canad(?:a|ians?)|ca\$|(?<!\w)(?-i:C)\$|toronto|vancouver|ontario|qu[ée]bec|calgary|winnipeg|ottawa|alberta|british columbia",
    "NZD": r"new zealand|aotearoa|(?-i:NZD?)|nz\$|(?-i:NZ)",
    "SGD": r"singapore(?:an)?|(?-i:SGD)|(?<!\w)(?-i:S)\$",
    "HKD": r"hong kong|(?-i:HKD)|hk\$",
    "USD": r"united states|(?-i:USD?|USA)|us\$|u\.s\.(?:a\.)?|americans?|america",
    "": r"europe(?:an)?|germany|india|britain|british(?! columbia)|(?-i:UK|EU)",
}
_NATION = re.compile(
    r"(?<!\w)(?=[a-z$])(?:" + "|".join(rf"(?P<n{n}>{words})" for n, words in enumerate(_NATIONS.values())) + r")(?!\w)",
    re.IGNORECASE,
)
"""Words that tell whose dollars a page is about."""
_CODES_OF = alternatives(DOLLARS)
_SAID_DOLLAR = re.compile(
    rf"\d[\d.,]*[kKmM]?[ \u00a0]?(?P<a>{_CODES_OF})\b|\b(?P<b>{_CODES_OF})[ \u00a0]?\$?[ \u00a0]?\d|[(\[]\$?(?P<c>{_CODES_OF})\$?[)\]]|\b(?:in|are) (?P<d>{_CODES_OF})\b|"
    r"(?<![A-Za-z])(?P<e>US|AU?|CA?|NZ|HK|S|NT)\$[ ]?\d|\d[ \u00a0]?\$[ \u00a0]?(?P<g>US|CA|AU|NZ)(?![A-Za-z])|\b(?P<f>US|Canadian|Australian|New Zealand|Singapore|Hong Kong) dollars?\b"
)


_DOLLAR_SIGNS = (
    *sorted(DOLLARS),
    "$ CA",
    "$CA",
    "$ US",
    "$US",
    "$ AU",
    "$ NZ",
    "US$",
    "A$",
    "AU$",
    "C$",
    "NZ$",
    "HK$",
    "S$",
    " dollar",
)
_FAR = (
    "australia",
    "aussie",
    "canad",
    "zealand",
    "aotearoa",
    "singapore",
    "hong kong",
    "toronto",
    "vancouver",
    "ontario",
    "sydney",
    "melbourne",
    "brisbane",
    "queensland",
    "calgary",
    "winnipeg",
    "ottawa",
    "alberta",
    "british columbia",
    "bec",
    "nzd",
    "sgd",
    "hkd",
    "aud",
    "nsw",
    "nz",
)
"""Parts of what a page must hold to be of such a country: looked for first, as that costs next to nothing."""


def national_dollar(lines: Sequence[str], titles: str) -> str:
    """Whose dollars the bare ones of a page are: said beside amounts, by its title, or by the one country that it speaks of."""
    text = "\n".join(lines)[:LOOKED_AT]
    if not text.isascii() and (east := yuan_of(text)):
        return east
    if "$" not in text:
        return ""
    said = Counter(
        _dollar_of(m) for m in (_SAID_DOLLAR.finditer(text) if any(code in text for code in _DOLLAR_SIGNS) else ())
    )
    if said:
        code, times = said.most_common(1)[0]
        return (
            code
            if len(said) == 1
            or (times > 1 and times * 3 >= sum(said.values()) * 2 and "$ " + code[:2] in text)
            or (times > 3 and times * 4 >= sum(said.values()) * 3)
            else ""
        )
    named = _nations(titles)
    if named:
        return next(iter(named)) if len(named) == 1 else ""
    lowered = text.lower()
    if not any(name in lowered for name in _FAR):
        return ""
    told = _nations(text)
    code, times = told.most_common(1)[0] if told else ("", 0)
    return code if times >= 3 and (sum(told.values()) - times) * 4 <= times else ""


def _dollar_of(m: re.Match[str]) -> str:
    code = m["a"] or m["b"] or m["c"] or m["d"]
    return code or (SYMBOLS[f"{m['e'] or m['g']}$"] if m["e"] or m["g"] else _NAMED[f"{m['f'].lower()} dollar"])


def _nations(text: str) -> Counter[str]:
    codes = tuple(_NATIONS)
    return Counter(codes[int((m.lastgroup or "n0")[1:])] for m in _NATION.finditer(text))


_IN_MULTIPLES = re.compile(
    rf"\bin\s+({_CODE}|{_SYMBOL})\s*(?:of\s+)?['’]?(?:thousands?|millions?|billions?|lakhs?|crores?|000s?)\b",
    re.IGNORECASE,
)
"""A remark that says currency and multiple of a statement in one: `(in € millions, except per share)`."""


def remarked_currency(text: str, default: str) -> str:
    """Currency that a remark above a table says of it; empty when it says none."""
    if not text.isascii() and (east := east_hint(text)) is not None:
        return code_of(east[0], default)
    if (m := _ALL_AMOUNTS.search(text)) is not None:
        return code_of(m[1] or m[2], default)
    return code_of(m[1], default) if (m := _IN_MULTIPLES.search(text)) is not None else ""


def is_lone_name(raw: str, currency: str | None, rands: int, text: str) -> bool:
    """Whether what looks like rands (`R129`) is a name: the only one on a page that does not speak of South Africa."""
    return (
        currency == "ZAR"
        and rands < 2
        and re.fullmatch(r"R\d{2,4}", raw) is not None
        and not any(word in text for word in ("ZAR", "South Africa", "Rand", "rand "))
    )


LOOKED_AT = 20_000
"""Characters of a page that tell which currency it uses."""


def used_currency(lines: Sequence[str], default: str) -> tuple[str, bool]:
    """The currency that the page writes beside its amounts, nearly all of them, and whether it does so often.

    Where it writes none, that of the one country whose language it is in; empty where it writes several.
    """
    used: Counter[str] = Counter()
    text = "\n".join(lines)[:LOOKED_AT]
    if any(sign in text for sign in _SIGNS):
        signed = "\n".join(line for line in text.split("\n") if _WITH_SIGN.search(line))
        used.update(code_of(m[1] or m[2], default) for m in _SIGNED.finditer(signed))
    used.update(m[0] for m in _TRIPLE.finditer(text) if m[0] in ISO_CODES and _beside_amount(text, m))
    if not used and any(sign in text for sign in _LETTERS):
        used.update(SYMBOLS[m[1]] for m in _LETTERED.finditer(text))
    if not used:
        code = national_currency(text)
        return code, bool(code)
    code, times = used.most_common(1)[0]
    return code if times * 20 >= sum(used.values()) * 17 else "", times >= 3


def _beside_amount(text: str, m: re.Match[str]) -> bool:
    after = _AMOUNT_AFTER.match(text, m.end()) is not None
    return after or _AMOUNT_BEFORE.search(text[max(0, m.start() - 4) : m.start()]) is not None


@lru_cache(maxsize=4096)
def money_hint(text: str) -> tuple[str, Decimal] | None:
    """Currency (code or sign) and factor that a header or label names: `Amount (EUR)`, `k€`, `Revenue ($M)`, `Monthly SAR`.

    None where it names none, several, or one beside a figure (`Renters at 1,000 SAR`).
    """
    if not text.isascii() and (east := east_hint(text)) is not None:
        return east
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
    rf"[(\[]\s*(?:in |all in |amounts in )?({_CODE}|{_SYMBOL}|(?:{_NAME})(?!\w))\s*(?:,[^)\]]*)?[)\]]|\bin ({_CODE}|{_SYMBOL})(?![\w\d])\s*$"
)


@lru_cache(maxsize=4096)
def headed_currency(heading: str) -> str:
    """Code or sign of the currency that a heading gives to the section below it: `Budget 2026 (EUR)`; empty for none."""
    m = _HEADED.search(heading)
    return (m[1] or m[2]) if m is not None else ""

"""How many, and of which currency: digits with their marks, and the code, sign or name behind them."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from auditor.adapters.wiki import abroad, east_asian, units
from auditor.adapters.wiki.rates import Atom

_CODES = units.alternatives(units.CODES)
SUFFIX_CODE = re.compile(
    rf"[ \u00a0\u202f]?(?:(?P<code>(?-i:{_CODES}))(?![A-Za-z])|(?P<sym>€|£|¥|₹|₽|₺|₴|₦|₱|₫|₩|₪|฿|zł|Kč|kr\b|(?-i:\$[ \u00a0]?(?:CA|US|AU|NZ|HK)(?![A-Za-z]))|\$(?!\s?[\d(])(?![A-Za-z])))"
    r"|[ \u00a0](?P<word>(?:US )?dollars?|euros?|rupees?|yen|pounds? sterling|francs?|cents?|pence|naira|rands?|zloty|forints?|baht|ringgit|yuan|renminbi|rmb|reais|kroner|kronor|pesos?|shillings?|dirhams?|riyals?|lei)\b"
    r"|[ \u00a0]?(?P<cent>¢|(?-i:(?<![ \u00a0])p)(?![A-Za-z0-9]))",
    re.IGNORECASE,
)
_MONEY_WORDS = {
    "euro": "EUR", "rupee": "INR", "yen": "JPY", "pound": "GBP", "franc": "CHF", "naira": "NGN", "rand": "ZAR", "zloty": "PLN",
    "forint": "HUF", "baht": "THB", "ringgit": "MYR", "yuan": "CNY", "renminbi": "CNY", "rmb": "CNY", "reai": "BRL", "kroner": "NOK",
    "kronor": "SEK", "peso": "MXN", "shilling": "KES", "dirham": "AED", "riyal": "SAR", "lei": "RON",
}  # fmt: skip
_SHARED = {
    "kroner": frozenset({"SEK", "NOK", "DKK", "ISK"}),
    "peso": frozenset({"MXN", "PHP", "ARS", "CLP", "COP"}),
    "franc": frozenset({"CHF", "XOF", "XAF"}),
}
"""Words that several currencies have; the page's own one decides."""
_CROWNS = frozenset({"SEK", "NOK", "DKK", "ISK"})
"""What `kr` may mean; the page's own currency decides."""
_GROUPING = re.compile(r"[\s'’\u00a0\u202f\u2009]")


def to_decimal(digits: str, *, euro: bool = False) -> Decimal:
    """`1,200.50`, `1.200,50`, `1'200`, `12,34,567`, `1 200` as a number.

    `euro`: a dot before exactly three digits groups thousands, as in `1.200 €`.
    """
    if not digits.isdigit():
        digits = _GROUPING.sub("", digits)
    if "," in digits and "." in digits:
        decimal_mark = "," if digits.rindex(",") > digits.rindex(".") else "."
        digits = digits.replace("." if decimal_mark == "," else ",", "").replace(",", ".")
    elif "," in digits:
        tail = digits.rsplit(",", 1)[1]
        grouped = len(tail) == 3 and digits.split(",", 1)[0] != "0"
        digits = digits.replace(",", "") if grouped or digits.count(",") > 1 else digits.replace(",", ".")
    elif digits.count(".") > 1 or (euro and re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", digits)):
        digits = digits.replace(".", "")
    try:
        return Decimal(digits)
    except InvalidOperation:  # digits of other scripts that Decimal refuses
        return Decimal(0)


def suffix_currency(text: str, atom: Atom, end: int, digits: str, declared: str) -> int:
    """The currency said behind the number; the place where it ends."""
    if not atom.currency and (far := _named_abroad(text, atom, end, digits, declared)) is not None:
        return far
    m = SUFFIX_CODE.match(text, end)
    if m is None or (atom.currency and not m["code"]) or (m["cent"] == "p" and declared != "GBP"):
        return end
    word = (m["word"] or "").lower().removeprefix("us ").split(" ")[0].rstrip("s")
    if m["code"]:
        code = m["code"]
    elif m["cent"] == "p" or word == "pence":
        code, atom.factor = "GBP", Decimal("0.01")
    elif m["cent"] or word == "cent":
        code, atom.factor = declared, Decimal("0.01")
    elif word == "dollar" or m["sym"] == "$":
        code = declared if declared in units.DOLLARS else "USD"
    elif word:
        code = declared if declared in _SHARED.get(word, ()) else _MONEY_WORDS[word]
    elif m["sym"][0] == "$":
        code = units.SYMBOLS[m["sym"][1:].strip(" \u00a0") + "$"]
    elif m["sym"].lower() == "kr":
        code = declared if declared in _CROWNS else "SEK"
    else:
        code = units.SYMBOLS[m["sym"]]
    atom.currency, atom.unit = code, "money"
    if (m["sym"] and m["sym"][0] != "$") or code == "EUR":
        atom.amount = to_decimal(digits, euro=True)
    return m.end()


def _named_abroad(text: str, atom: Atom, end: int, digits: str, declared: str) -> int | None:
    """The end of a currency's name in a language of the east; None where there is none."""
    if text[end : end + 2].strip() > "\u2fff":
        if (coin := east_asian.read_coin(text, end, declared)) is None:
            return None
        atom.currency, atom.unit = coin[0], "money"
        return coin[1]
    if (far := abroad.read_coin(text, end)) is None:
        return None
    code, end = far
    atom.currency, atom.unit = (declared if code == "USD" and declared in units.DOLLARS else code), "money"
    if code not in {"THB", "ILS", "INR"}:
        atom.amount = to_decimal(digits, euro=True)
    return end

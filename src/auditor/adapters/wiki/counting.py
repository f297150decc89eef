"""Whether words name amounts of money or things that are counted; whether 2000 is an amount or a year."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from auditor.adapters.wiki import units
from auditor.adapters.wiki.numbers import Hit
from auditor.adapters.wiki.scope import Scope
from auditor.adapters.wiki.vocabulary import Vocabulary

BEFORE = re.compile(
    r"\b(?:(?:up|down)(?: from)?|was|vs\.?|versus|previously|prior|compared (?:to|with)|(?:target|goal|plan|budget|previous)(?: is| was)?:?)\s*$",
    re.IGNORECASE,
)
"""What stands before an earlier or planned value of the same thing: `68 (up from 62)`."""
_SAYS_COUNT = re.compile(
    r"^#(?: of)? [A-Za-z]|\b(?:number|count|no\.) of\b|\b(?:headcount|qty|quantity)\b", re.IGNORECASE
)
_NO_NOUN = (
    "is|was|has|does|runs|steps|ways|things|reasons|options|points|parts|versions|pixels|lines|pages|characters|chars|words|bytes|bits|tests|files|times|rules|"
    "means|declares|contains|includes|needs|uses|makes|takes|gives|shows|says|returns|requires|allows|covers|exists|works|fields|columns|rows|items|sections|degrees|volts|nodes|rounds|others|years|months|weeks|days|hours|minutes|seconds"
)
THINGS = re.compile(
    r"[~≈]?\s?(?:\d{1,3}(?:,\d{3})+|\d{2,6})\+?(?: \([^()]{1,20}\))? (?!(?:of|in|to|for|and|or|the|on|at|by|with|from|is|are|as|than|per|a|an|times|which|that)\b)"
    rf"((?:[A-Za-z][a-z-]+ ){{0,2}}(?!(?:{_NO_NOUN})\b)[a-z]{{3,}}s)\b(?! ago)"
)
"""A number of things in running text: `3,700 Swiss practices`, `18 (2024 - 16) new members`."""
OF_THINGS = re.compile(r"\d[\d,]* (?:out )?of (?:the |all |our )?\d[\d,]* [a-z]{3,}")
"""A part of a counted whole: `209 of 283 households`."""
ENUMERATED = re.compile(
    r"[~≈]?\d[\d,]* (?!of\b|to\b|out\b|in\b|x\b|or\b|and\b)[A-Za-z][A-Za-z-]*(?: [A-Za-z][A-Za-z-]*)?(?:\s?[,/;+&]\s?(?:and )?[~≈]?\d[\d,]* [A-Za-z][A-Za-z-]*(?: [A-Za-z][A-Za-z-]*)?)+"
)
"""Several things counted one after the other: `12 enterprise, 31 total`."""
_COUNTED = re.compile(
    r"^(?:(?:number|no\.?|count) of |# (?:of )?|(?:active|new|total|paying|paid|registered|monthly|daily|weekly|required|needed|free) ){0,3}"
    r"(?P<noun>[A-Za-z]+s|people|staff|headcount)(?P<rest> (?:for|at|needed|required|to|in|by|sold|served|booked|on) .*| ?@.*| needed| required| sold| served)?$",
    re.IGNORECASE,
)
_COUNTED_BRACKET = re.compile(r"[(\[]\s*(?:in )?([A-Za-z]+s|people|staff|FTEs?)\s*[)\]]", re.IGNORECASE)


def says_count(label: str) -> bool:
    """Whether words say outright that they count: `# of boats`, `Number of jobs`, `Headcount`."""
    return _SAYS_COUNT.search(label) is not None


def names_count(header: str) -> bool:
    """Whether a header says that its figures count things: `Renters for OPEX`, `Break-even (units)`, `# of boats`."""
    if says_count(header):
        return True
    if (m := _COUNTED_BRACKET.search(header)) is not None:
        word = m[1].lower()
        return word not in MONEY_NOUNS and word not in units.MEASURES and word not in _PLURAL_MULTIPLES
    m = _COUNTED.match(header)
    if m is None:
        return False
    word = m["noun"].lower()
    return word not in MONEY_NOUNS and (m["rest"] is not None or units.singular(word) in units.COUNTED)


_PLURAL_MULTIPLES = frozenset(
    {"thousands", "millions", "billions", "lakhs", "crores", "dollars", "euros", "pounds", "rupees", "francs", "cents"}
)
MONEY_NOUNS = frozenset(
    "costs sales fees revenues prices expenses earnings profits payments wages salaries taxes savings funds grants sponsorships donations "
    "investments loans assets liabilities receipts gains losses totals subs subscriptions estimates actuals figures values amounts "
    "rates commissions royalties dues rents refunds margins purchases transactions".split()
)
"""Plurals that name money, not things."""


_AMOUNT = re.compile(
    r"\b(?:costs?|revenues?|prices?|amounts?|income|expen(?:ses?|ditures?)|profits?|loss|budget|salar(?:y|ies)|wages?|fees?|rent|spend(?:ing)?|cash|payments?|"
    r"donations?|grants?|deposits?|balance|funding|invoiced|debt|loan|turnover|ebitda|mrr|arr|betrag|kosten|preis|umsatz|einnahmen|ausgaben|miete|"
    r"geh[äa]lter|spenden|budget|prix|co[uû]ts?|loyer|recettes|d[ée]penses|dons|salaires?|importe|precio|ingresos|gastos|alquiler|bedrag|prijs|huur|bel[øo]p|pris)\b",
    re.IGNORECASE,
)
_NO_AMOUNT = re.compile(
    r"%|\b(?:rate|ratio|share|score|margin|growth|count|number|months?|days?|hours?|years?|weeks?|units?|percent(?:age)?|runway|multiple|times?|"
    r"period|duration|people|per (?:head|capita)|accounts?|customers?|users?|members?|runs?|tokens?|requests?|calls?)\b",
    re.IGNORECASE,
)


def is_amount(label: str, after: str, scope: Scope) -> bool:
    """Whether the plain number of a line is money: the page's currency is known and the label speaks of money."""
    known = scope.currency_declared or scope.currency_used
    return (
        known
        and _AMOUNT.search(label) is not None
        and not _NO_AMOUNT.search(label)
        and not names_count(label)
        and not re.match(r"\s*[A-Za-z]{3,}", after)
    )


_LIKE_YEAR = re.compile(r"^\W*([^:=|]{2,60})[:=|]\W*((?:19|20)\d\d)[\s*_]*(?:\([^)]*\)\s*)?$")
_OF_TIME = re.compile(
    r"\b(?:years?|founded|established|est\.?|since|dates?|built|born|launch(?:ed)?|copyright|version|model|vintage|fy|fiscal|start(?:ed)?|end(?:s|ed)?|expir\w*|"
    r"due|period|edition|season|class|when|updated|created|incorporated|opened|jahr|ann[ée]e|a[ñn]o)\b",
    re.IGNORECASE,
)


def is_no_year(text: str, kind: str, vocabulary: Vocabulary) -> bool:
    """Whether a number such as 2000 is the value of a line, its label being one of amounts and not of time."""
    if (
        ("19" not in text and "20" not in text)
        or kind == "heading"
        or (m := _LIKE_YEAR.match(text)) is None
        or _OF_TIME.search(m[1])
    ):
        return False
    return _AMOUNT.search(m[1]) is not None or vocabulary.lookup(m[1]) is not None or names_count(m[1])


_COUNT_BEHIND = re.compile(r"(?<=\d)\s\(\d[\d,]*\d\)\W*$")
"""How many an amount is of: `$40,000 (80)`; one digit may be a footnote."""


def counted_behind(text: str, hits: Sequence[Hit]) -> Sequence[Hit]:
    """The figures of a cell, the second a count where it is how many the amount before it is of."""
    if len(hits) != 2 or hits[0].value.unit != "money" or not hits[1].bare or not _COUNT_BEHIND.search(text):
        return hits
    return hits[0], replace(hits[1], bare=False, value=replace(hits[1].value, unit="count"))

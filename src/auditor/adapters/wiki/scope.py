"""What applies at a place of a page: entity, currency, date, and what the headings above say."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from auditor.adapters.wiki.composition import compose, dated
from auditor.adapters.wiki.currencies import code_of, headed_currency
from auditor.adapters.wiki.dates import parse_date
from auditor.adapters.wiki.periods import parse_period, periods_in
from auditor.adapters.wiki.sift import Words
from auditor.adapters.wiki.words import per_of, scenario_of_heading, status_of
from auditor.model.fact import Status


@dataclass(frozen=True, slots=True)
class Scope:
    """Defaults for the figures of a place."""

    page: str
    entity: str
    currency: str
    currency_declared: bool = False
    currency_used: bool = False
    """Whether the page writes no other currency sign than that of `currency`, or is in the language of its country, without declaring it."""
    about: str = ""
    """The title in the front matter, for tables that stand below no heading."""
    contexts: frozenset[str] = frozenset()
    """Kinds of things that the page speaks of (`rental`, `delivery`); some labels mean a metric only there."""
    dots_group: bool = False
    """Whether the page writes 1.632 for more than a thousand."""
    as_of: date | None = None
    as_of_said: bool = False
    """Whether the page says it; else it is the date of the last change."""
    written: date | None = None
    """The day that the page itself bears; months without a year in its headings are those before it."""
    commit: str | None = None
    status: Status | None = None
    """Declared by the page or the nearest heading that says one."""
    period: str | None = None
    per: str | None = None
    scenario: str = ""
    factor: Decimal = Decimal(1)
    """What plain amounts are in: 1,000 below "in thousands"."""
    heading: str = ""
    """The nearest heading."""
    title: str = ""
    """The outermost heading: what the page is about."""
    section: str = ""
    """The last two headings: where a figure stands, for its identity and for telling sections apart."""

    def below(self, headings: tuple[str, ...]) -> Scope:
        """The same with what the headings supply; the nearest heading that says something wins."""
        status, period, per, scenario, factor = self.status, self.period, self.per, "", self.factor
        as_of, said = self.as_of, self.as_of_said
        currency, stated = self.currency, self.currency_declared
        for heading in headings:
            own = _heading_says(heading)
            status, factor, per = own.status or status, own.factor or factor, own.per or per
            if own.currency:
                currency, stated = code_of(own.currency, currency) or currency, True
            if own.day is not None:
                as_of, said = own.day, True  # a day dates the figures; it is no accounting period
            else:
                period = dated(compose(own.period, period), self.written)
            scenario = f"{scenario} / {own.scenario}" if scenario and own.scenario else own.scenario or scenario
        return replace(
            self,
            currency=currency,
            currency_declared=stated,
            status=status,
            period=period,
            per=per,
            scenario=scenario,
            factor=factor,
            as_of=as_of,
            as_of_said=said,
            heading=headings[-1] if headings else "",
            title=headings[0] if headings else "",
            section=" > ".join(headings[-2:]),
        )


@dataclass(frozen=True, slots=True)
class _Said:
    """What one heading says of the figures below it."""

    status: Status | None
    factor: Decimal | None
    per: str | None
    period: str | None
    day: date | None
    scenario: str
    currency: str


@lru_cache(maxsize=4096)
def _heading_says(heading: str) -> _Said:
    day = parse_date(heading)
    return _Said(
        status_of(heading),
        scale_of(heading),
        _heading_per(heading),
        None if _between_periods(heading) or _SENTENCE.search(heading) else parse_period(heading),
        day if day is not None and len(periods_in(heading)) == 1 else None,
        scenario_of_heading(heading),
        headed_currency(heading) if "(" in heading or " in " in heading or "[" in heading else "",
    )


_SENTENCE = re.compile(r"^(?:\S+\s+){11,}\S|[a-z]{3,}[.!]\s*$")
"""A heading that tells something rather than naming what is below it."""
_OF_WRITING = re.compile(
    r"\b(?:monthly|weekly|quarterly|annual|yearly|daily)\s+(?!(?:\w+\s+)?(?:costs?|expen(?:ses?|ditures?)|spend(?:ing)?|burn|fees?|charges|prices?|pricing|rent|salar(?:y|ies)|payments?)\s+(?:summar(?:y|ies)|snapshots?|statements?)\b)(?:\w+\s+){0,2}?(?:reports?|updates?|reviews?|newsletters?|meetings?|minutes|digests?|summar(?:y|ies)|snapshots?|statements?|calls?|check-?ins?|reporting)\b",
    re.IGNORECASE,
)
"""How often a page is written, not what its figures are per."""


def _heading_per(heading: str) -> str | None:
    """What figures below a heading are per; a figure of its own (`6 new accounts/month`) is per something by itself."""
    if per_of(heading) is None or re.search(r"[$€£]", heading):
        return None
    return per_of(_OF_WRITING.sub(" ", heading))


def _between_periods(heading: str) -> bool:
    """Whether a heading compares periods (`Q4 2024 → Q1 2025`), so that its figures are of neither."""
    if not any(sign in heading for sign in ("→", "->", "=>", "vs", "ersus", "gainst", "ompared")):
        return False
    named = periods_in(heading)
    return len({p for _, _, p in named}) > 1 and any(_COMPARES.search(heading[a[1] : b[0]]) for a, b in pairwise(named))


_COMPARES = re.compile(r"→|->|=>|\bvs\.?(?!\w)|\bversus\b|\bagainst\b|\bcompared\b", re.IGNORECASE)
_SCALE = re.compile(
    r"\bin\s+(?:US\$|[$€£₹]|Rs\.?|[A-Z]{3}|US dollars|dollars|euros|rupees)?\s*(?:of\s+)?['’]?(?P<a>thousands?|millions?|billions?|lakhs?|crores?|000s?)\b|"
    r"\(\s*(?:US\$|[$€£₹]|Rs\.?|(?-i:[A-Z]{3}))\s*(?:in\s+)?['’]?(?P<b>thousands?|millions?|billions?|lakhs?|crores?|cr|000s?|k|mn|mm|m|bn)\s*\)|"
    r"(?:US\$|[$€£₹]|Rs\.?|(?-i:\b[A-Z]{3}))\s+(?:in\s+)?(?P<c>thousands|millions|billions|lakhs|crores)\b",
    re.IGNORECASE,
)
_SCALES = {"th": 3, "00": 3, "k": 3, "mi": 6, "mn": 6, "mm": 6, "m": 6, "bi": 9, "bn": 9, "la": 5, "cr": 7}


def scale_of(text: str) -> Decimal | None:
    """The factor that a heading, caption or remark such as "in thousands of USD" gives to plain amounts."""
    m = _SCALE.search(text)
    if m is None:
        return None
    word = (m["a"] or m["b"] or m["c"]).lower()
    return Decimal(10) ** _SCALES[word[:2]]


_FIGURES = re.compile(r"\b(?:all|figures|amounts|values|numbers|sums|alle|betr[äa]ge|montants)\b", re.IGNORECASE)


def stated_scale(lines: Sequence[str]) -> Decimal:
    """What "all figures in thousands of USD" says of the whole page, among its first and last lines; 1 where nothing does."""
    for line in (*lines[:40], *lines[max(40, len(lines) - 10) :]):
        if " in " not in line or line.startswith(("#", "|")):
            continue
        if (scale := scale_of(line)) is not None and _FIGURES.search(line):
            return scale
    return Decimal(1)


_CONTEXTS = {
    "rental": Words.of("tenants?", "landlord", "leases?", "rentals?", "vacancy", "cap rate", "mortgage", "airbnb", "ltr", "duplex", "triplex", flags=re.NOFLAG),
    "delivery": Words.of("boats?", "yachts?", "vessels?", "captains?", "skippers?", "nautical", "knots", "deckhands?", "passages?", "marina", flags=re.NOFLAG),
}  # fmt: skip
_SHORT_RENTAL = re.compile(r"(?:str(?<!\wstr)|noi(?<!\wnoi))\b")
"""Parts of so many other words that to look for them first would help little."""
_KINDS = {"rental": "rental", "yacht-delivery": "delivery", "charter": "delivery", "event-boat": "delivery"}


def contexts_of(lines: Sequence[str], kind: str) -> frozenset[str]:
    """What the page speaks of, by the kind of its entity or by its words."""
    text = "\n".join(lines).lower()
    found = {name for name, words in _CONTEXTS.items() if words.search(text)}
    if _SHORT_RENTAL.search(text):
        found.add("rental")
    return frozenset({_KINDS[kind]} if kind in _KINDS else ()) | found


def declared(meta: Mapping[str, object], key: str) -> str:
    """A scalar of the front matter as text; empty when absent."""
    value = meta.get(key)
    return str(value).strip() if isinstance(value, (str, int, float, date)) else ""

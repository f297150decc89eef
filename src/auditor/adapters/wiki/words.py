"""What words near a figure say about it: status, scenario, period, and placeholders that stand for no figure."""

from __future__ import annotations

import re
from functools import lru_cache

from auditor.adapters.wiki.abroad import recurring
from auditor.adapters.wiki.east_asian import narrowed, per_in
from auditor.adapters.wiki.sift import Words
from auditor.adapters.wiki.units import PERIODS
from auditor.model.fact import Status

_STATUS = (
    (Status.RULE, Words.of(
        "rules? of thumb", "benchmarks?", "industry (?:averages?|standards?|norms?)", "typical(?:ly)?", "ideal(?:ly)?", "healthy", "best practices?", "should be", "is good", "are good", "considered good", "recommended", "generally", "usually",
    )),
    (Status.TARGET, Words.of(
        "targets?", "goals?", "objectives?", "okrs?", "quota", "aim(?:ing)? for",
    )),
    (Status.PROJECTED, Words.of(
        "project(?:ions?|ed|s)", "forecast(?:s|ed|ing)?", "estimat(?:es?|ed|ion)", r"est\.", "expect(?:ed|s)", "pro[- ]?forma", "budget(?:s|ed)?", "planned", "outlook", "anticipated?", "assumptions?", "assumed", "potential", "hypothetical", "will (?:be|reach|cost|have)",
    )),
    (Status.ACTUAL, Words.of(
        "actuals?", "booked", "paid", "received", "invoiced", "reali[sz]ed", "to date", "ytd", "collected", "recorded", "spent",
    )),
)  # fmt: skip
_SCENARIO = re.compile(
    r"\b(?:scenarios?|conservative|optimistic|pessimistic|realistic|aggressive|moderate|base(?:[ -]?case)?|best[ -]case|worst[ -]case|"
    r"examples?|deal|bad deal|good deal|option|variant|what[ -]if|case [A-Z0-9]\b|plan [A-Z]\b|low|mid|medium|high|likely|upside|downside|"
    r"bear|bull|stress)\b",
    re.IGNORECASE,
)
_SCENARIO_CELL = re.compile(
    r"(?:\W|\d)*(?:conservative|optimistic|pessimistic|realistic|aggressive|moderate|base(?:line)?|best|worst|low|mid|medium|high|likely|most likely|expected|"
    r"upside|downside|bear|bull|stress(?:ed)?)(?: (?:case|scenario|estimate|end|range))?(?:\W|\d)*|scenario \w+.*|(?:option|plan|case|deal|example) [A-Z0-9]\b.*",
    re.IGNORECASE,
)
_SCENARIO_HEADING = re.compile(
    r"\b(?:scenarios? ?\w*|conservative|optimistic|pessimistic|realistic case|aggressive|base[ -]?case|best[ -]case|worst[ -]case|"
    r"examples?|deal|what[ -]if|case [A-Z0-9]\b|plan [A-Z]\b|option [A-Z0-9]\b|upside|downside|bear case|bull case|stress)\b",
    re.IGNORECASE,
)
_CASE = re.compile(r"\b(?:scenario|case)\b", re.IGNORECASE)
PLACEHOLDER = re.compile(
    r"^\W*(?:tbd|tba|tbc|todo|fixme|xxx+|to be (?:determined|decided|confirmed|announced|defined|added|filled(?: in)?)|unknown|not (?:yet )?(?:known|set|recorded|measured|tracked|documented|available|calculated|decided|defined)|"
    r"pending|fill (?:in|me)|needs? (?:data|input|number)|no data|coming soon|ask \w+|n/?k)\b",
    re.IGNORECASE,
)
_TEMPLATE = re.compile(
    r"[$€£]?\s?\[[^\]\d]{0,40}\]%?|[$€£]\s?(?:[Xx]+(?:[.,][Xx]+)*[KkMm]?|_{2,}|\?+|\.{2,})(?![A-Za-z])|<[a-z][^<>]{0,30}>|\{\{[^}]*\}\}|\?{2,}|^\W*[?_]+\W*$|(?<![A-Za-z])X{2,3}%?(?![A-Za-z])"
)
EMPTY_CELL = re.compile(r"^\s*(?:[-–—]+|[$€£%]|n/?a|none given|\.{2,})?\s*$", re.IGNORECASE)
ZERO = re.compile(
    r"^\W*(zero|none|nil|nothing|no \w+(?: yet)?|pre-?revenue|none yet|not yet any|empty)\b[^,;$€£\d]{0,40}$",
    re.IGNORECASE,
)
_PER = re.compile(
    r"(?:(\bper\b|/|\beach\b|\ba\b)\s*)?\b(month(?:ly)?|year(?:ly)?|annual(?:ly|ized|ised)?|annum|week(?:ly)?|da(?:y|ily)|quarter(?:ly)?|hour(?:ly)?|night(?:ly)?|mo|yr|p\.a|"
    r"mensuel(?:le)?s?|annuel(?:le)?s?|hebdomadaires?|mensual(?:es)?|anual(?:es)?|anuais|mensa(?:l|is)|mensil[ei]|annual[ei]|semana(?:l|is|les)|trimestra(?:l|is|les)|trimestriel(?:le)?s?|horaires?|monatlich(?:e[nrs]?)?|j[äa]hrlich(?:e[nrs]?)?)\b",
    re.IGNORECASE,
)
_ADJECTIVES = (
    ("mens", "month"),
    ("monat", "month"),
    ("annuel", "year"),
    ("anual", "year"),
    ("j", "year"),
    ("hebdo", "week"),
    ("semana", "week"),
    ("anuais", "year"),
    ("trimestr", "quarter"),
    ("horaire", "hour"),
    ("annuali", "year"),
    ("annuale", "year"),
)
"""How words of other languages for `monthly` and `yearly` begin."""


_COMPOUNDS = {"tag": "day", "woc": "week", "mon": "month", "jah": "year", "nac": "night", "stu": "hour"}
_ELSEWHERE = re.compile(
    r"\b(?P<of>tages|wochen|monats|jahres|nacht|stunden)(?:preise?|s[äa]tze?|satz|mieten?|beitr[äa]ge?|beitrag|geh[äa]lt(?:er)?|kosten|geb[üu]hr(?:en)?|lohn|rate|tarif)\b|"
    r"\b(?:pro|par|por|je|al|à la) (?P<word>nacht|tag|woche|monat|jahr|stunde|nuit|jour|semaine|mois|an|heure|noche|d[íi]a|semana|mes|a[ñn]o|hora|giorno|settimana|mese|anno|dia|m[êe]s|ano|noite)\b"
)
_ELSEWHERE_NEEDLES = (
    "tages",
    "wochen",
    "monats",
    "jahres",
    "nacht",
    "stunden",
    "pro ",
    "par ",
    "por ",
    "je ",
    "al ",
    "à la ",
)
_RECURRING = re.compile(r"\b(MRR|ARR)(?:\s*\([^()]*\))?$")
_PER_ALONE = re.compile(r"\(\s*(?:per |a |/ ?)?(month|year|week|day|quarter|hour|night|annum)\s*\)", re.IGNORECASE)
_FIGURE_PER = re.compile(r"\d[\w.,+%]*(?:(?:[ -][A-Za-z-]+){0,4}\s?/|(?: [A-Za-z-]+)?\s(?:per|a)\b)\s?\w+")
"""A figure that is per something by itself (`6 new accounts/month`) says nothing of the others."""
_ASIDE = re.compile(r"\((?=[^()]*\b[A-Za-z]+\b[^()]*\b[A-Za-z]+\b[^()]*\b[A-Za-z]+\b)[^()]*\)")
"""Brackets with more than two words: a remark (`30-day terms, about 30 % of monthly revenue`)."""


@lru_cache(maxsize=4096)
def status_of(text: str) -> Status | None:
    """Status that the words of a label, cell or heading declare."""
    for status, words in _STATUS:
        if words.search(text):
            return status
    return None


@lru_cache(maxsize=4096)
def is_rule(text: str) -> bool:
    """Whether the line states a rule of thumb."""
    return _STATUS[0][1].search(text) is not None


def scenario_of_heading(heading: str) -> str:
    """The heading itself where it opens a scenario, example or deal of its own; else empty."""
    plain = re.sub(r"\([^)]*\)", " ", heading) if "(" in heading else heading
    return heading if _SCENARIO_HEADING.search(plain) or _CASE.search(heading) else ""


@lru_cache(maxsize=4096)
def is_scenario(cell: str) -> bool:
    """Whether a cell or column header names a scenario (`Conservative`, `Low`, `Option B`)."""
    return len(cell) <= 40 and _SCENARIO_CELL.fullmatch(cell.strip()) is not None


def _may_be_elsewhere(lowered: str) -> bool:
    for needle in _ELSEWHERE_NEEDLES:  # noqa: SIM110  `any` of a generator costs more than the search
        if needle in lowered:
            return True
    return False


@lru_cache(maxsize=4096)
def per_of(text: str) -> str | None:
    """What the figures below a header or heading are for: `Monthly cost` is per month. Plain `Month` is not said."""
    if "RR" in text and (m := _RECURRING.search(text.strip())):
        return "month" if m[1] == "MRR" else "year"
    if not text.isascii() and (east := per_in(narrowed(text)) or recurring(text)) is not None:
        return east
    lowered = text.lower()
    if _may_be_elsewhere(lowered) and (m := _ELSEWHERE.search(lowered)) is not None:
        return _COMPOUNDS.get((m["of"] or "")[:3]) or PERIODS.get(m["word"] or "")
    if _PER.search(text) is None:
        return None
    if alone := _PER_ALONE.search(text):
        return PERIODS[alone[1].lower()]
    text = _FIGURE_PER.sub(" ", _ASIDE.sub(" ", text))
    for m in sorted(_PER.finditer(text), key=lambda m: m[1] is None):
        word = m[2].lower()
        if adjective := next((p for start, p in _ADJECTIVES if word.startswith(start)), None):
            return adjective
        said = m[1] is not None and (m[1] != "a" or word in {"month", "year", "week", "day"})
        if said or word.endswith("ly") or word.startswith(("annual", "annum", "p.a")):
            return PERIODS.get(word) or {"annualized": "year", "annualised": "year", "p.a": "year"}.get(word)
    return None


_LUMP = frozenset({"forfait", "lump", "pauschal", "pauschale", "flat", "fixed", "lot", "projet", "global"})


def per_cell(text: str) -> str | None:
    """A cell of a `per` column: `month`, `per year`, `monthly`, `charter`."""
    words = re.findall(r"[A-Za-z.]+", text.lower())
    words = [w for w in words if w not in {"per", "a", "each", "every", "/", "par", "pro", "por", "je"}]
    if not words or words[0] in _LUMP or len(words) > 2:
        return None
    return PERIODS.get(words[0]) or (words[0] if len(words) == 1 else None)


def placeholder(text: str) -> str:
    """The words or signs that stand where a figure should; empty when there are none."""
    if m := PLACEHOLDER.match(text):
        return m[0].strip()
    if m := _TEMPLATE.search(text):
        return m[0].strip()
    return ""

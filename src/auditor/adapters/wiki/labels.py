"""The words of a line that name its figure, and the period nearest to it."""

from __future__ import annotations

import re

from auditor.adapters.wiki.dates import parse_date
from auditor.adapters.wiki.numbers import Hit
from auditor.adapters.wiki.periods import periods_in

_DIGIT = re.compile(r"\d")
_AS_OF = re.compile(r"\b(?:as of|as at|last updated|updated(?: on)?|status as of|per)\b[:\s]*", re.IGNORECASE)


_CLAUSE = re.compile(r"[.;:!?](?=\s|$)|[()\[\]—–|]| - |, (?:and|but|which|with)\b|,(?=\s)")


TRAIL = frozenset(
    "is are was were be been being costs cost of at to for about around reached reach reaches had has have with from by a an the and or in on as "
    "will would can could should may might pay pays paid charge charges charged get gets got than then plus minus over under up it its "
    "roughly approximately only just totaling totalling totals averaging averages between equals equal per into that this we they i you our "
    "your expect expects expecting expected project projects approx another next last first via + ~ only yields yielded generating generates "
    "generated raised raise raising earns earn earned brings bringing makes making make grew grow growing increased increase decreased spend spent "
    "spending we've they've currently now there about also still receiving received receive compared made estimated planning plan plans allocating "
    "allocated finishing finished falling fell rose dropped crossed passed hit reaching totalled totaled comes came coming we're they're more "
    "less roughly which whom through during within".split()
)


_BRACKETED = re.compile(r"([A-Za-z][^().;:!?|]{1,60})\(\s*[+~<>≈-]?\s*$")
"""`Stablecoins (61 %)`: what a figure in brackets is of."""


GOES_ON = re.compile(
    r"\s*(?:\(|,)?\s*(?:(?:up|down|and|or|to|from|vs\.?|versus|compared (?:to|with)|against|previously|was|then|now|reaching|increase|decrease|over|plus|about|around|~|=|→)\s*){0,4}",
    re.IGNORECASE,
)
"""Between two figures of the same thing: `grew 12% to $1.2M (+5%)`."""


_NEXT_FIGURE = re.compile(r"[$€£]\s?\d|\d[\d,.]*\s?%|(?<![\w.,/-])(?!(?:19|20)\d\d\b)\d[\d,]{2,}")


def as_of_of(text: str) -> tuple[int, str] | None:
    """Where an "as of" remark ends and its ISO date, if the line has one."""
    if not _DIGIT.search(text):
        return None
    m = _AS_OF.search(text)
    if m is None:
        return None
    found = parse_date(text[m.end() : m.end() + 40])
    return (m.end(), found.isoformat()) if found else None


def segment_label(text: str, value_at: int, hit: Hit, hits: tuple[Hit, ...], position: int) -> str:
    """The words nearest to one of several figures behind a label: before it, else its noun, else behind it."""
    start = hits[position - 1].end if position else value_at
    before = re.split(r"[,;(|·•]|\.\s|\band\b|\bvs\.?\b", text[start : hit.start])[-1]
    before = re.sub(r"[:=×x*÷/+→≈~<>\s-]+$", "", before).strip(" )(=×÷+*/→-")
    if re.search(r"[A-Za-z]{2}", before):
        return " ".join(before.split()[-6:])
    end = hits[position + 1].start if position + 1 < len(hits) else len(text)
    after = re.split(r"[,;()|·•=×÷+]|\band\b", text[hit.end : end])[0].strip(" -–—:.")
    if hit.noun:
        return hit.noun
    return " ".join(after.split()[:5]) if re.search(r"[A-Za-z]{2}", after) else ""


def prose_label(text: str, hit: Hit, hits: tuple[Hit, ...], position: int, following: str = "") -> str:
    """The words of the clause next to the figure: before it, without the verb; else behind it, on the next line if need be."""
    left = text[hits[position - 1].end if position else 0 : hit.start]
    clause = _CLAUSE.split(left)[-1]
    if position:
        clause = re.split(r"\band\b", clause)[-1]
    for start, end, _ in reversed(periods_in(clause)):
        clause = clause[:start] + " " + clause[end:]
    words = _AS_OF.sub(" ", clause).split()
    while words and words[-1].lower().strip("*,~") in TRAIL:
        words.pop()
    while words and words[0].lower().strip("*,") in TRAIL:
        words.pop(0)
    if hit.noun:
        return hit.noun
    if not words and (bracketed := _BRACKETED.search(left)) is not None:
        return " ".join(bracketed[1].split()[-6:]).strip(" *_-:,")
    if words and re.search(r"[^\W\d_]", " ".join(words)):
        return " ".join(words[-6:]).strip(" *_-:,")
    stop = hits[position + 1].start if position + 1 < len(hits) else len(text)
    rest = text[hit.end : stop] + (f" {following}" if stop == len(text) else "")
    for part in (rest, re.sub(r"^[\W_]+", "", rest), re.sub(r"^[\s)]*\([^()]*\)", " ", text[hit.end :])):
        after = re.split(r"\band\b", _CLAUSE.split(part[:160])[0])[0].split()
        while after and after[0].lower().strip("*,") in TRAIL:
            after.pop(0)
        found = " ".join(after[:5]).strip(" *_-:,.()→")
        if re.search(r"[^\W\d_]", found) and not _NEXT_FIGURE.search(found):
            return found
    wide = [w for w in re.split(r"[.;!?]\s", left)[-1].split() if re.search(r"[^\W\d_]", w)]
    while wide and wide[-1].lower().strip("*,~(") in TRAIL:
        wide.pop()
    return " ".join(wide[-5:]).strip(" *_-:,.()")


def near_period(text: str, hit: Hit) -> str | None:
    """A period named in the same line, nearest to the figure; an "as of" date is none."""
    cut = as_of_of(text)
    if cut is not None:
        text = text[: max(0, cut[0] - 12)] + " " * 60 + text[cut[0] + 30 :]
    end = hit.end + 60
    if (following := _NEXT_FIGURE.search(text, hit.end, end)) is not None:
        end = following.start()
    after = re.split(r"[.;]\s|, |\s[–—-]\s", text[hit.end : end])[0]
    for start, _, period in periods_in(after):
        if not _COMPARED.search(after[:start]):
            return period
    before = re.split(r"[.;]\s", text[max(0, hit.start - 200) : hit.start])[-1]
    named = [period for start, _, period in periods_in(before) if not _COMPARED.search(before[:start])]
    return named[-1] if named else None


_COMPARED = re.compile(
    r"\b(?:compared (?:to|with)|versus|vs\.?|than|against|relative to|over)\s+(?:in\s+)?(?:\w+\s+)?$", re.IGNORECASE
)
"""A period that a figure is only compared with."""

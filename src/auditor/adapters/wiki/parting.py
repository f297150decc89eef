"""Where a line parts into a label and its value: `Rent: $900`, `Rent - $900`, `Rent   $900`, `Burn $80k/mo`."""

from __future__ import annotations

import re
from dataclasses import replace

from auditor.adapters.wiki.labels import TRAIL
from auditor.adapters.wiki.numbers import Hit
from auditor.adapters.wiki.periods import is_period
from auditor.adapters.wiki.scope import Scope
from auditor.adapters.wiki.vocabulary import Vocabulary

_LABELLED = re.compile(
    r"^\s*(?P<label>[^:=|→]{1,90}?)\s*(?P<sep>::?(?!//|\d)|(?<=[\u3040-\u9fff\uac00-\ud7af]):(?=\d)|=|→|\|)\s*(?P<value>.*)$"
)
_DASHED = re.compile(r"^\s*(?P<label>[^:=–—]{2,70}?)\s+(?P<sep>–|—|-|\.{3,}|→)\s+(?P<value>\S.*)$")
_SPACED = re.compile(r"^\s*(?P<label>\S(?:[^\d$€£]*[^\s\d$€£])?)(?:\s{2,}|\t|\.{3,})\s*(?P<value>\S.*)$")
_SIGNS = {
    _LABELLED: re.compile(r"[:=→|]"),
    _DASHED: re.compile(r"[–—→]|\s-|\.{3}"),
    _SPACED: re.compile(r"\s{2}|\t|\.{3}"),
}
"""What a line must hold for a form to be worth trying."""
_INNER_LABEL = re.compile(r"([A-Za-z][^:=|.;,$€£\d]{1,50}):\s+(?=[~<>≈]?\s?[$€£]?\d)")
"""A second label before the figure: `North star: nights sold: 310`."""
_SHORT = re.compile(
    r"\b(?:ca|approx|incl|excl|est|no|nr|vs|e\.g|i\.e|etc|max|min|avg|st|dr|mr|ms|inc|ltd|co|z\.b|inkl|bzw|p\.a)\. ",
    re.IGNORECASE,
)
"""Shortened words, whose stop ends no sentence."""
_LENGTHS = frozenset({"minutes", "hours", "days", "weeks", "months", "nights", "count"})
"""Units of figures that may be part of the name of something with a price: `30 Minute Session - $45`."""
_TIGHT = re.compile(r"^\s*(?P<label>[A-Za-z][A-Za-z&/'’ -]{1,40}?)\s+$")


def parted(text: str, hits: tuple[Hit, ...], kind: str) -> tuple[str, int] | None:
    """The label of a line and where its value begins; None where the line is running text."""
    for pattern in (_LABELLED, _DASHED, _SPACED) if kind in {"item", "code"} else (_LABELLED, _DASHED):
        m = pattern.match(text) if _SIGNS[pattern].search(text, 0, 200) else None
        if m is None or not (re.search(r"[^\W\d_]", m["label"]) or is_period(m["label"])):
            continue
        if pattern is _DASHED and kind == "paragraph" and len(m["label"].split()) > 5:
            continue
        label, value_at = m["label"].strip(" .-–—:"), m.start("value")
        if (inner := _INNER_LABEL.match(m["value"])) is not None:
            label, value_at = f"{label}: {inner[1].strip()}", value_at + inner.end()
        if len(label.split()) > 10 or re.search(r"[;!?] |\. (?![a-z])", _SHORT.sub(" ", label)):
            continue
        bare_label = text[: m.end("label")]
        for hit in reversed(hits):
            if hit.end <= len(bare_label):
                bare_label = bare_label[: hit.start] + bare_label[hit.end :]
        if (
            not re.search(r"[^\W\d_]{2}", bare_label)
            and not is_period(label)
            and not _names_size(hits, len(text[: m.end("label")]))
        ):
            continue
        if pattern is not _LABELLED and any(
            h.start < m.start("value") - 1
            and not h.bare
            and not (h.value.unit in _LENGTHS and hits[-1].value.unit == "money")
            for h in hits
        ):
            continue
        return label, value_at
    return None


def _names_size(hits: tuple[Hit, ...], end: int) -> bool:
    """Whether a label is a number of things that an amount is asked of: `25-49 employees: $1000/year`."""
    return len(hits) > 1 and hits[0].end >= end - 1 and bool(hits[0].noun) and hits[-1].value.unit == "money"


_BOOKED = re.compile(
    r"^\s*(?P<label>[^\W\d_][^|=:$€£]{1,60}?)(?:[ \u00a0]{4,}|\t\s*)(?P<value>[-−–(]?\d[\d.,']*\)?)[\s*_]*$"
)
_OF_BOOKS = re.compile(
    r"\b(?:income|receipts?|revenues?|expen(?:ses?|ditures?)|costs?|payments?|outgoings|assets?|liabilit(?:y|ies)|accounts?|balance|budget|funds?|"
    r"recettes|d[ée]penses|produits|charges|einnahmen|ausgaben|ingresos|gastos)\b",
    re.IGNORECASE,
)


_SIGNED_LINE = re.compile(r"^\s*(?P<label>[^\W\d_][^|=:$€£]{1,70}?)(?:[ \u00a0]{3,}|\t\s*)(?P<value>\S.*)$")


def booked_line(text: str, hits: tuple[Hit, ...], scope: Scope) -> tuple[str, tuple[Hit, ...]] | None:
    """`Hall hire        10.00` in accounts without a table: its label and its amount in the page's currency."""
    if len(hits) == 1 and hits[0].value.unit == "money" and (signed := _SIGNED_LINE.match(text)) is not None:
        apart = hits[0].start >= signed.start("value") and not text[hits[0].end :].strip(" *_")
        return (
            (signed["label"].strip(" .-–—*_"), hits)
            if apart and not text[signed.start("value") : hits[0].start].strip("*_ ")
            else None
        )
    m = _BOOKED.match(text) if hits and (scope.currency_declared or scope.currency_used) else None
    if m is None or hits[-1].start < m.start("value") - 1 or not hits[-1].bare or not _OF_BOOKS.search(scope.section):
        return None
    value = hits[-1].value
    hit = replace(hits[-1], bare=False, value=replace(value, unit="money", currency=scope.currency))
    return m["label"].strip(" .-–—*_"), (hit,)


def tight(text: str, hit: Hit, vocabulary: Vocabulary) -> tuple[str, int] | None:
    """`Burn $80k/mo`: a short item of nothing but a name and its figure."""
    if text[hit.end :].strip(" .*_") or (m := _TIGHT.match(text[: hit.start])) is None or len(m["label"].split()) > 5:
        return None
    if m["label"].split()[-1].lower() in TRAIL or (hit.bare and vocabulary.lookup(m["label"]) is None):
        return None
    return m["label"], hit.start


_FURTHER = re.compile(r"[|;•·]\s*([A-Z][^:|;=$€£\d]{1,40}(?: [A-Z0-9])?)\**:\**\s*[~≈]?$")
_BASIS = re.compile(r"[(,]\s*(?:at|@|based on|assuming|averaging|avg\.?)\s*[~≈]?\s*$", re.IGNORECASE)


def further_label(text: str, start: int, end: int) -> str:
    """A label of its own between two figures of a line: `Unit A: $1,100 | Unit B: $1,050`; empty for none."""
    m = _FURTHER.search(text, start, end)
    return m[1].strip(" *_") if m is not None else ""


def is_basis(text: str, start: int) -> bool:
    """Whether a figure is what the main one is reckoned from: `Monthly revenue: ₹1L (at ₹6,000 average)`."""
    return _BASIS.search(text, 0, start) is not None


_SPANS = frozenset({"days", "weeks", "months", "years", "hours"})
_WITHIN = re.compile(r"\b(?:next|last|past|first|previous|coming|trailing|within|rolling)\s*$", re.IGNORECASE)


def is_span(text: str, hit: Hit) -> bool:
    """Whether a figure in a label is only the time that it covers: `Total due (next 30 days)`."""
    return hit.value.unit in _SPANS and _WITHIN.search(text, 0, hit.start) is not None

"""Prices and tiers as the page shows them, so that a later step can compare them with the wiki."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from auditor.model.fact import Quantity
from auditor.model.pattern import lazy
from scanners.pages.page import Page

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_AMOUNT = lazy(
    r"(?P<sign>US\$|CA\$|AU\$|[$€£])\s?(?P<low>\d{1,3}(?:,\d{3})+(?:\.\d\d)?|\d+(?:\.\d\d)?)(?P<kilo>k\b)?(?:\s*(?:-|–|—|to)\s*(?:US\$|[$€£])?\s?(?P<high>\d{1,3}(?:,\d{3})+(?:\.\d\d)?|\d+(?:\.\d\d)?))?(?P<plus>\+)?"
)
_SIGN = lazy(r"[$€£]\s?\d")
_PER = lazy(
    r"^[\s(]*(?:USD\s*)?(?:/|per\b|an?\b|each\b|p\.?p\.?\b)\s*(?P<per>person|people|guest|pax|adult|child|hour|hr|h\b|night|day|week|month|mo\b|year|yr|trip|tour|load|item|cubic\s+yard|truck|boat|charter|group|seat|ticket|project|site|nm|mile)?",
    re.IGNORECASE,
)
_SAME = {
    "hr": "hour",
    "h": "hour",
    "mo": "month",
    "yr": "year",
    "people": "person",
    "guest": "person",
    "pax": "person",
    "adult": "person",
    "charter": "trip",
    "tour": "trip",
}
_CURRENCY = {"$": "USD", "US$": "USD", "CA$": "CAD", "AU$": "AUD", "€": "EUR", "£": "GBP"}
_LABELS = "h1, h2, h3, h4, h5, h6, th, dt, strong, b, legend, .title, .name, .tier, .plan"
_BOX = frozenset(
    {"article", "li", "tr", "section", "td", "div", "dl", "form", "fieldset", "p", "figure", "label", "a", "option"}
)
_NOT_A_PRICE = lazy(
    r"\b(?:save|off|discount|up\s+to|deposit|gift|coverage|insur\w*|million|billion|revenue|raised|fine|worth)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Price:
    """One price with what it is for."""

    label: str
    """Heading nearest above it in its box: the tier's name; empty when there is none."""
    raw: str
    value: Quantity
    line: int | None


def prices(page: Page) -> Iterator[Price]:
    """Prices in document order, each once per label."""
    seen: set[tuple[str, str]] = set()
    if not _SIGN.search(page.text):
        return
    for node in page.css("body *"):
        if not _SIGN.search(node.text(deep=False)) or node.tag in {"script", "style", "title"}:
            continue
        whole = " ".join(node.text(separator=" ").split())
        for found in _AMOUNT.finditer(whole):
            if _NOT_A_PRICE.search(whole[max(0, found.start() - 25) : found.start()]):
                continue
            value = _quantity(found, whole[found.end() : found.end() + 30])
            if value is None:
                continue
            label = _label(node, whole[: found.start()])
            if (label, found[0]) in seen:
                continue
            seen.add((label, found[0]))
            yield Price(label, whole[found.start() : found.end() + 20].strip(), value, page.line_of(node))


def _quantity(found: re.Match[str], after: str) -> Quantity | None:
    try:
        low = Decimal(found["low"].replace(",", ""))
        high = Decimal(found["high"].replace(",", "")) if found["high"] else low
    except InvalidOperation:
        return None
    if found["kilo"]:
        low, high = low * 1000, high * 1000
    per = _PER.match(after)
    unit = (per["per"] or "").lower() if per and per["per"] else None
    flags = frozenset({"at_least"}) if found["plus"] else frozenset[str]()
    return Quantity(
        min(low, high),
        max(low, high),
        "money",
        _CURRENCY[found["sign"]],
        _SAME.get(unit, unit) if unit else None,
        flags,
    )


def _label(node: LexborNode, before: str) -> str:
    """The nearest heading inside the box around a price, else the words before it."""
    box: LexborNode | None = node
    for _ in range(6):
        if box is None or box.tag == "body":
            break
        if box.tag in _BOX:
            heading = box.css_first(_LABELS)
            text = " ".join(heading.text(separator=" ").split()) if heading else ""
            if text and not _SIGN.search(text):
                return text[:80]
            if box.tag == "tr":
                cell = box.css_first("td")
                text = " ".join(cell.text(separator=" ").split()) if cell else ""
                if text and not _SIGN.search(text):
                    return text[:80]
        box = box.parent
    words = re.split(r"[.;:|•–—]\s*", before.strip(" :–—-"))
    return words[-1].strip()[-60:] if words else ""

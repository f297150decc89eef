"""What stands in for a real number, a real address or a real text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from auditor.model.pattern import lazy
from scanners.pages.apply import Hit, Spot, counted, excerpt, is_templated, judged
from scanners.pages.cards import PageRule
from scanners.pages.page import Page
from scanners.pages.site import Site

_MADE_UP_NUMBER = lazy(
    r"^1?(?:555\d{7}|\d{3}55501\d\d|\d{3}5555555|12345679?[0-9]{2,3}|\d{2,6}0{7}|0000000000|1111111111|9999999999|1234567|5555555|0000000|\d{3}0000000|\d{0,6}1234567(?:8(?:90?)?)?|\d{3}5551234|\d{0,3}(\d)\1{8,})$"
)
_TEXT_NUMBER = lazy(
    r"(?<![\w.+-])(?:\+?1[\s.-]?)?\(?(?:\d{3}|[Xx]{3})\)?[\s.-](?:\d{3}|[Xx]{3})[\s.-](?:\d{4}|[Xx]{4})(?![\w-])"
    r"|(?<![\w.+-])0\d{9,10}(?![\w-])|(?<![\w./+-])0\d{2,5}\s?/\s?\d{4,8}(?![\w/-])|(?<![\w.+-])(\d)\1\1[\s.-]\1{3}[\s.-]\1{3}(?![\w-])|(?<![\w.])\+\d{1,3}[\s.-]?(?:\(?[\dXx]{1,4}\)?[\s.-]?){2,5}(?![\w-])"
)
_OF_NUMBERS = lazy(r"[\dXx+(][\dXx+()\s./-]{3,}")
"""Whatever a telephone number is written with, as far as it goes: nearly all of a page is nothing of the kind."""
_FILLER = lazy(
    r"\blorem\s+ipsum|dolor\s+sit\s+amet|\bfar,?\s+far\s+away,?\s+behind\s+the\s+word\s+mountains|\bnemo\s+enim\s+ipsam|\bsed\s+ut\s+perspiciatis|\bneque\s+porro\s+quisquam|\bvero\s+eos\s+et\s+accusam"
    r"|\b(?:nonsec|nonseq|dolupt|molupt|volupt|sollupt|eaquunt|omnimp|quiat)\w+(?:\s+\w+){0,6}?\s+(?:(?:volupt|dolupt|molupt|nonsec|nonseq|sollupt|beaqu|inull|eaqu|verum|omnim|quiat)\w+)",
    re.IGNORECASE,
)
_OF_FILLER = tuple(
    """lorem|dolor|far away|nemo enim|perspiciatis|neque porro|vero eos|nonsec|nonseq|dolupt|molupt|volupt|sollupt|eaquunt|omnimp|quiat""".split(
        "|"
    )
)
"""One of these is in every filler: most pages need no closer look."""


def phone(site: Site, rule: PageRule, now: datetime) -> Iterator[Hit]:
    """Numbers that ring nowhere: 555-01xx (reserved for fiction), area code 555, 123-456-7890, XXX."""
    del now
    for page in judged(rule, site):
        spots = []
        for node in page.css("a[href^='tel:' i], a[href*='wa.me/' i]"):
            address = node.attributes.get("href") or ""
            if _is_made_up(address):
                spots.append(Spot(page.line_of(node), excerpt(address)))
        if not spots and any(_numbers(page.text)):
            spots = [Spot(page.line_at(f.start()), excerpt(f[0])) for f in _numbers(page.bare) if _is_made_up(f[0])]
        if spots:
            yield Hit(page, tuple(spots), counted(rule, len(spots)))


def email(site: Site, rule: PageRule, now: datetime) -> Iterator[Hit]:
    """Addresses where nobody reads: of hosts that are kept for examples, and of names that only stand in."""
    del now
    for page in judged(rule, site):
        links = page.css("a[href^='mailto:' i]")
        stated = ((node, (node.attributes.get("href") or "").strip()) for node in links)
        spots = [
            Spot(page.line_of(node), excerpt(address))
            for node, address in stated
            if not is_templated(address) and (_NOBODY.search(address) or _STANDS_IN.search(address))
        ]
        if not spots and "@" in page.text and _NOBODY.search(page.text):
            found = (each for each in _NOBODY.finditer(page.bare))
            spots = [Spot(page.line_at(each.start()), excerpt(each[0])) for each in found if not _is_hint(page, each)]
        if spots:
            yield Hit(page, tuple(spots), counted(rule, len(spots)))


def _is_hint(page: Page, found: re.Match[str]) -> bool:
    """Whether an address only shows what one is to write, or is what a script replaces."""
    return bool(_FOR_EXAMPLE.search(page.bare, max(0, found.start() - 60), found.start()))


_NOBODY = lazy(
    r"[\w.+-]{0,64}@(?:[\w-]{1,64}\.){0,4}?(?:[\w-]{1,64}\.(?:example|invalid|test|localhost)\b"
    r"|(?:example|exemple|ejemplo|exemplo|esempio|beispiel|muster(?:mann|firma)?|test|domain|yourdomain|your-?domain|yoursite|your-?company|company|email|mysite|website|sample)"
    r"\.(?:com|org|net|co|de|at|ch|fr|es|it|pt|br|com\.br|co\.uk|nl|be|pl)\b|[\w-]*\.(?:[a-z]*([a-z])\1{2}[a-z]*)\b|[\w-]{0,20}(?:lala|blabla|asdf|qwert)[\w-]*\.[a-z]{2,})",
    re.IGNORECASE,
)
_STANDS_IN = lazy(
    r"mailto:(?:your[-_.]?(?:e?-?mail|name|company|business|address)?|you|name|email|someone|user|test|example)@|^mailto:\s*$",
    re.IGNORECASE,
)
_FOR_EXAMPLE = lazy(
    r"\b(?:e\.?g|z\.\s?B|p\.?\s?ex|ej|esempio|exemple|ejemplo|exemplo|such as|like|format|beispiel)\b[^@]*$",
    re.IGNORECASE,
)


def _numbers(text: str) -> Iterator[re.Match[str]]:
    """Telephone numbers as they are written; one character more is seen, for what may not follow them."""
    for run in _OF_NUMBERS.finditer(text):
        yield from _TEXT_NUMBER.finditer(text, run.start(), run.end() + 1)


def _is_made_up(number: str) -> bool:
    if re.search(r"[xX]{3,}", number):
        return True
    return bool(_MADE_UP_NUMBER.match(re.sub(r"\D", "", number)))


def text(site: Site, rule: PageRule, now: datetime) -> Iterator[Hit]:
    """Text that fills a layout: lorem ipsum, blind text, and what layout programs make."""
    del now
    for page in judged(rule, site):
        lowered = page.text.lower()
        if any(word in lowered for word in _OF_FILLER) and _FILLER.search(page.text):
            spots = tuple(Spot(page.line_at(each.start()), excerpt(each[0])) for each in _FILLER.finditer(page.bare))
            if spots:
                yield Hit(page, spots, counted(rule, len(spots)))

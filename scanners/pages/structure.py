"""Structured data: does it parse, are its types real, and are they the right ones for this business?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from scanners.pages.apply import Hit, Spot, excerpt
from scanners.pages.cards import PageRule
from scanners.pages.profile import kinds_of
from scanners.pages.site import Site, structured_data, types_of

_RIGHT: dict[str, tuple[str, ...]] = {
    "boats": ("LocalBusiness", "Trip", "Product", "Service", "Event", "TouristAttraction", "Offer"),
    "tours": ("LocalBusiness", "Trip", "Product", "Service", "Event", "TouristAttraction", "Offer"),
    "hauling": ("LocalBusiness", "Service"),
    "rental": ("LodgingBusiness", "Accommodation", "LocalBusiness", "Product", "Apartment", "House"),
}
"""Types that search engines use for such a business; any kind of one of them is right.

Sources: Google Search Central, structured data for local business, vacation rental, product, event; schema.org.
"""
_ADVICE = {
    "boats": "LocalBusiness with TouristTrip or BoatTrip",
    "tours": "LocalBusiness with TouristTrip",
    "hauling": "LocalBusiness with Service",
    "rental": "VacationRental",
}


def unknown_types(site: Site, rule: PageRule, now: datetime) -> Iterator[Hit]:
    """Types that schema.org does not have."""
    del rule, now
    if not site.types:
        return
    for page in site.pages:
        for line, kinds in types_of(page):
            unknown = sorted(
                {
                    kind
                    for kind in kinds
                    if kind.rsplit(":", 1)[-1].rsplit("/", 1)[-1] not in site.types and "{" not in kind
                }
            )
            if unknown:
                yield Hit(
                    page,
                    (Spot(line, excerpt(", ".join(unknown))),),
                    f"Structured data of a type that does not exist: {excerpt(', '.join(unknown))}",
                )


def unreadable(site: Site, rule: PageRule, now: datetime) -> Iterator[Hit]:
    """Blocks that are no JSON."""
    del rule, now
    for page in site.pages:
        lines = [line for line, document in structured_data(page) if document is None]
        if lines:
            yield Hit(page, tuple(Spot(line) for line in lines))


def wrong_type(site: Site, rule: PageRule, now: datetime) -> Iterator[Hit]:
    """Structured data is there, and nothing in it says what kind of business this is.

    Where a type does not exist at all, that is said by its own rule, and nothing more.
    """
    del rule, now
    business = sorted(set(_RIGHT) & site.profiles)
    stated = [kind for kind in site.structured_types if kind in site.types]
    if not business or not stated or len(stated) < len(site.structured_types):
        return
    kinds = frozenset().union(*(kinds_of(kind, site) for kind in stated))
    if any(set(_RIGHT[each]) & kinds for each in business):
        return
    page = next((page for page in site.pages if page.has("script[type*='ld+json' i], [itemtype]")), site.main)
    node = page.tree.css_first("script[type*='ld+json' i], [itemtype]")
    listed = ", ".join(dict.fromkeys(stated))
    message = f"Structured data says {excerpt(listed)}, not what is sold: {_ADVICE[business[0]]}"
    yield Hit(page, (Spot(page.line_of(node) if node else None, excerpt(listed)),), message)

"""Marketplaces on which others sell the trip or the stay."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from scanners.pages.apply import Hit
from scanners.pages.cards import PageRule
from scanners.pages.site import Site

_CHANNELS = {
    "Sailo": re.compile(r"\bsailo\.com"),
    "GetMyBoat": re.compile(r"getmyboat\.com|\bgmb\.to/"),
    "Airbnb Experiences": re.compile(r"airbnb\.[a-z.]+/(?:[a-z-]+/)?experiences?|abnb\.me/[^/]*experience"),
    "Viator": re.compile(r"viator\.com"),
    "Tripadvisor": re.compile(r"tripadvisor\.[a-z.]+/\w"),
    "GetYourGuide": re.compile(r"getyourguide\.[a-z]+"),
    "Boatsetter": re.compile(r"boatsetter\.com"),
    "Click&Boat": re.compile(r"clickandboat\.com"),
    "SamBoat": re.compile(r"samboat\.[a-z.]+"),
    "FishingBooker": re.compile(r"fishingbooker\.com"),
    "Captain Experiences": re.compile(r"captainexperiences\.com"),
    "Civitatis": re.compile(r"civitatis\.com"),
    "Withlocals": re.compile(r"withlocals\.com"),
    "Tiqets": re.compile(r"tiqets\.com"),
    "Headout": re.compile(r"headout\.com"),
    "Musement": re.compile(r"musement\.com"),
    "TripShock": re.compile(r"tripshock\.com"),
    "Zizoo": re.compile(r"zizoo\.[a-z]+|zizooboats\."),
    "Borrow A Boat": re.compile(r"borrowaboat\.com"),
    "Nautal": re.compile(r"nautal\.[a-z]+"),
    "Peek": re.compile(r"(?:www|//)\.?peek\.com/(?!s/)"),
    "Groupon": re.compile(r"groupon\.[a-z.]+/deals"),
    "Klook": re.compile(r"klook\.com"),
    "Expedia": re.compile(r"expedia\.[a-z.]+"),
    "Airbnb": re.compile(r"airbnb\.[a-z.]+/(?:rooms|h/|users|l/|s/)|abnb\.me"),
    "Vrbo": re.compile(r"vrbo\.com|homeaway\."),
    "Booking.com": re.compile(r"booking\.com/(?:hotel|Share|s/)"),
}
OTA_WANTED = ("Sailo", "GetMyBoat", "Airbnb Experiences", "Viator")
"""Channels that are recorded as present or absent; the others only where they are linked."""


def channels(site: Site) -> dict[str, str]:
    """Marketplaces that the site links to, with the address; text and picture names prove nothing."""
    found: dict[str, str] = {}
    for href in site.hrefs:
        for name, expression in _CHANNELS.items():
            if expression.search(href):
                found.setdefault(name, href)
    return found


def no_ota(site: Site, rule: PageRule, now: datetime) -> Iterator[Hit]:
    """No link to any marketplace."""
    del rule, now
    if not channels(site):
        yield Hit(site.main)

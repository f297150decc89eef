"""What kind of site it is: a rule about booking says nothing about a sign-in page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scanners.pages.site import Site

KNOWN = frozenset({"app", "dialog", "marketing", "booking", "tours", "boats", "hauling", "rental"})

PHONE = re.compile(
    r"(?<![\w.-])(?:\+?\d{1,3}[\s.-]?)?\(?\d{3}\)?[\s.-]\d{3}[\s.-]\d{4}(?![\w-])|\+\d{2,3}[\s-]\d[\d\s-]{6,}\d"
)
PRICE = re.compile(
    r"[$€£]\s?\{\{|(?:US|CA|AU|NZ|R)?[$€£¥₹₱₦฿₺]\s?\d[\d,.]*(?![\d,.])(?!\s*(?i:off|discount|rabatt)\b)|\b\d[\d,.]*\s?(?:€|£|₺|USD|EUR|GBP|AED|KES|MXN|euros?|dollars?|dhs?)\b|\b(?:USD|EUR|GBP|AED|KES|Ksh|KSh|Rs\.?|MXN|ZAR|Kč|kr\.?)\s?\d[\d,.]*"
)
_CALL_TO_BOOK = re.compile(
    r"\b(?:book(?!\s+(?:a|your|an|my)?\s*(?:free\s+|discovery\s+|strategy\s+|quick\s+|intro\w*\s+|tech\s+)*(?:call|demo|consult\w*|meeting|session|audit|chat|review))(?:\s+(?:now|online|a|an|it|your|today|here|this|direct|with|our|the|us))|bookings?|reserve(?:\s+(?:now|your|a|today))?|reservations?"
    r"|request\s+(?:a|your|an)\s+(?:booking|pick-?up|reservation)|check\s+availability|(?:make|schedule)\s+an?\s+appointment"
    r"|bestill|boka|varaa|rezerwuj|rezervovat|забронировать|бронирование|buchen|reservieren|anfragen|reservar|reserva|réserver|prenota|rezervasyon)\b",
    re.IGNORECASE,
)
_BUSINESS_NAV = re.compile(
    r"\b(?:services|our\s+fleet|fleet|prices|pricing|rates|testimonials|reviews|about\s+us|our\s+team|our\s+story|contact\s+us|get\s+in\s+touch|contact|gallery|faqs?"
    r"|call\s+(?:us|now|today)|packages|amenities|service\s+areas?|why\s+choose\s+us|our\s+tours|destinations)\b",
    re.IGNORECASE,
)
_TOURS = re.compile(
    r"\b(?:tours?|excursions?|cruises?|(?:yacht|boat|fishing|sailing|private|sunset|deep[\s-]sea|catamaran|luxury)\s+charters?|charters\b|sailing\s+trips?"
    r"|fishing\s+(?:trips?|adventures?|guides?)|whale\s+watching|snorkel\w*|safaris?|kayak\w*|boat\s+(?:trips?|rides?|rentals?)|day\s+trips?|sightseeing|expeditions?|trekking|rafting|scuba|diving|surf\s+lessons?|paddle\s*board\w*|zip-?lin\w*|horseback|parasail\w*|jet\s?skis?|boat\s+hire"
    r"|alquiler\s+de\s+(?:barcos?|yates?|embarcaciones)|excursiones|paseos?\s+en\s+(?:barco|velero)|tours?\s+en|location\s+de\s+bateaux?|balades?\s+en\s+mer|bootsverleih|segeltörns?|ausflüge?"
    r"|noleggio\s+barche|escursioni|passeios?\s+de\s+barco|аренд\w+\s+(?:яхт|катер)\w*|экскурси\w+|тур\w*\s+по)\b",
    re.IGNORECASE,
)
_TRAVEL = re.compile(
    r"\b(?:travels?|trips?|tourism|holidays?|vacations?|destinations?|getaways?|viajes|reisen|voyages)\b", re.IGNORECASE
)
_TRIP_WORDS = re.compile(
    r"\b(?:tours?|trips?|packages?|destinations?|itinerary|itineraries|excursions?|cruises?|sightseeing|days?\s*/\s*\d|\d+\s*days?|per\s+person|hotels?)\b",
    re.IGNORECASE,
)
_BOATS = re.compile(
    r"\b(?:boats?|yachts?|sail(?:ing|boats?)|catamarans?|vessels?|(?:fishing|yacht|boat|sailing)\s+charters?|cruises?|barcos?|yates?|veleros?|bateaux?|boote?|barche|barca|яхт\w*|катер\w*)\b",
    re.IGNORECASE,
)
_HAULING = re.compile(
    r"\b(?:junk|(?:junk|trash|debris|waste|rubbish|furniture|appliance|light)\s+haul\w*|haul[\s-]away|hauling\s+(?:services?|company|by)|dumpsters?|rubbish|(?:trash|debris|waste|furniture|appliance)\s+removal|clean-?outs?)\b",
    re.IGNORECASE,
)
_RENTAL = re.compile(
    r"\b(?:vacation\s+(?:rentals?|homes?)|holiday\s+(?:lets?|homes?|rentals?|cottages?|apartments?)|guest\s?houses?|cottages?|villas?|apartments?|condos?|cabins?"
    r"|airbnb|bed\s+(?:and|&)\s+breakfast|b&b|bnb|short[\s-]term\s+rentals?|beach\s+house|lodge|chalet|ferienwohnung)\b",
    re.IGNORECASE,
)
_STAY = re.compile(r"\b(?:nights?|nightly|bedrooms?|check-?in|sleeps\s+\d|guests?|stays?|per\s+night)\b", re.IGNORECASE)
_RENTAL_OF_BOATS = re.compile(r"\b(?:boat|yacht|kayak|jet\s?ski|car|bike|equipment)\s+rentals?\b", re.IGNORECASE)
_APPLICATION = re.compile(
    r"\b(?:dashboard|admin(?:istration)?|sign\s?in|log\s?in|login|portal|console|control\s+panel|back\s?office|playground|checklist|tracker)\b",
    re.IGNORECASE,
)


def profiles_of(site: Site) -> frozenset[str]:
    """Profiles that the pages themselves speak for."""
    if _is_apps_script(site):
        return frozenset({"dialog", "app"})
    if not site.public:
        return frozenset({"app"})
    headline, shown = _headline(site), _shown(site)
    text = site.text
    found: set[str] = set()
    if _TOURS.search(headline):
        found.add("tours")
    if _BOATS.search(headline):
        found.add("boats")
    if _HAULING.search(headline):
        found.add("hauling")
    if _RENTAL.search(headline) and len(_STAY.findall(text)) >= 3 and not _RENTAL_OF_BOATS.search(headline):
        found.add("rental")
    if not found and not site.is_shell and _sells_trips(headline, shown, text):
        found.add("tours")
    if "boats" in found and _CALL_TO_BOOK.search(shown):
        found.add("tours")  # Whoever takes bookings for boats sells trips.
    signals = _signals(site, shown)
    if not found and _APPLICATION.search(headline) and signals < 4:
        return frozenset({"app"})
    if signals < (0 if site.is_shell and found else 1 if found else 3):
        return frozenset({"app"} if site.main.is_application else ())
    found.add("marketing")
    if found & {"tours", "hauling", "rental"} or _CALL_TO_BOOK.search(shown):
        found.add("booking")
    return frozenset(found)


def _sells_trips(headline: str, shown: str, text: str) -> bool:
    """Whether a site whose headline is only a name sells trips: it offers them in links and headings, and at length."""
    offered = len(_TOURS.findall(shown)) >= 4 or bool(_TRAVEL.search(headline))
    return offered and len(_TRIP_WORDS.findall(text)) >= 8


def implied(declared: frozenset[str]) -> frozenset[str]:
    """Declared profiles with what follows from them: who takes bookings wants to be found."""
    found = set(declared)
    if found & {"tours", "hauling", "rental"}:
        found.add("booking")
    if found & {"booking", "boats"}:
        found.add("marketing")
    return frozenset(found)


def _is_apps_script(site: Site) -> bool:
    prefix = f"{site.root}/" if site.root else ""
    return any(
        path in site.paths
        for path in (f"{prefix}appsscript.json", f"{prefix}.clasp.json", "appsscript.json", ".clasp.json")
    ) and any(path.startswith(prefix) and path.endswith(".gs") for path in site.paths)


def _headline(site: Site) -> str:
    """What the main pages call themselves: titles, descriptions, first headings."""
    parts = []
    for page in site.public[:8] if site.main not in site.public else (site.main,):
        parts += [
            page.first_text("head > title"),
            page.meta("description"),
            page.meta("og:title"),
            page.meta("og:description"),
            page.first_text("h1"),
        ]
        parts.append(page.meta("keywords")[:300])
    return " | ".join(parts)


def _shown(site: Site) -> str:
    """Text of links, buttons and headings."""
    parts = []
    for page in (*site.public, *site.fragments):
        parts += [node.text(separator=" ") for node in page.tree.css("a, button, h1, h2, h3, label, title")]
        parts += [
            node.attributes.get("value") or "" for node in page.tree.css("input[type='submit'], input[type='button']")
        ]
    return " | ".join(" ".join(part.split()) for part in parts)


def _signals(site: Site, shown: str) -> int:
    text = site.text
    words = {found.lower() for found in _BUSINESS_NAV.findall(shown)}
    return (
        any(href.startswith("tel:") for href in site.hrefs)
        + any(href.startswith("mailto:") or "wa.me/" in href or "whatsapp" in href for href in site.hrefs)
        + bool(PHONE.search(text))
        + bool(PRICE.search(text))
        + bool(_CALL_TO_BOOK.search(shown))
        + min(len(words), 2)
        + any("LocalBusiness" in kinds_of(kind, site) for kind in site.structured_types)
    )


def kinds_of(kind: str, site: Site) -> frozenset[str]:
    """A schema.org type and all the types that it is a kind of."""
    found, waiting = set(), [kind]
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.add(each)
            waiting += site.types.get(each, ())
    return frozenset(found)

"""What a visitor needs to become a customer: a form, a calendar, a price, a way to pay, a way to ask."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from auditor.model.pattern import lazy
from scanners.pages.apply import Hit
from scanners.pages.cards import PageRule
from scanners.pages.hours import states_hours
from scanners.pages.page import Page
from scanners.pages.profile import PHONE, PRICE
from scanners.pages.services import (
    BOOKING_SERVICES,
    CALENDARS,
    CHATS,
    FORM_SERVICES,
    LETTERS,
    MARKETPLACES,
    PAYMENTS,
    PICKERS,
)
from scanners.pages.site import Site

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode


def _links(site: Site, words: tuple[str, ...]) -> bool:
    return any(word in href for href in site.hrefs for word in words)


def _loads(site: Site, words: tuple[str, ...]) -> bool:
    return any(word in site.lowered for word in words)


_TAKEN = lazy(
    r"\bdisable\s*:\s*(?!true|false)\S|beforeshowday|isinvaliddate|isdatedisabled|disabledayfn|datesdisabled|lockdays|filterdate|\benable\s*:\s*\["
)
_AVAILABILITY = lazy(r"\bavailability\s*[:=(\[]")
_CALENDAR_MARKUP = "[id*='calendar' i]:not(i):not(svg):not(input), [class*='calendar' i]:not(i):not(svg):not(span):not(input):not(img):not(a):not(em):not([class*='icon' i]):not([class*='fa-' i]):not([class*='bi-' i]), [data-calendar], [id*='availability' i]:not(input)"
_PAYMENT_LINK = lazy(
    r"/(?:pay(?:ments?)?|pagos?|pagamento|paiement|zahlung|bezahlen|deposit)(?:[/.?#]|$)|^(?:pay(?:ments?|-now|-deposit)?|deposit|pagos?|paiement|zahlung)(?:\.(?:html?|php))?(?:[?#]|$)"
)
_NO_PRICE = lazy(
    r"\b(?:save|saving|up\s+to|gift|coverage|insur\w*|raised|fined?|worth|win|earn|reward|exceed(?:s|ing)?)\W",
    re.IGNORECASE,
)
_MOST_AMOUNTS = 200
_PRICE_COLUMN = lazy(
    r"(?:price|prices|rate|rates|cost|fee|precio|tarifa|prix|tarif|preis|prezzo|pre[çc]o|prijs|cena)s?\b.{0,20}",
    re.IGNORECASE,
)
_NUMBER = lazy(r"\d{2,}(?:[.,]\d{1,3})*")
_STATED_PRICE = lazy(r"\"(?:price|lowPrice|minPrice)\"\s*:\s*\"?\d|\"priceRange\"\s*:\s*\"[^\"]*\d|itemprop=.price")
_PRINTED_PRICE = lazy(
    r"[\"']\s*(?:€|£|₹|₱|₦|฿|₫|US\$|R\$|Rs\.?|EUR|USD)\s*(?:[\"']|<)|(?:\$|€|£|₹|₱|₦|฿|R\$|Rs\.?)\s*[\"']\s*\.\s*[\w($]|[\"'\s>](?:\\\$|€|£|₹|₱)\s*\{?\$\w"
)
"""A currency beside what a program prints: the number stands in a database."""
_CONTACT_LINK = lazy(
    r"^tel:|^mailto:|^sms:|^callto:|wa\.me/|whatsapp|m\.me/|t\.me/|line\.me/|viber:|signal\.me|contact|kontakt|contac?to|contatti|contato|impressum|get-?in-?touch|enquir|inquir|#?kontakta"
)
_OWN_FILE = lazy(r"(?![a-z][a-z0-9+.-]*:|//)(?:[^?#]*/)?([^/?#]+\.(?:html?|php))(?:[?#]|$)")
_ASKED_ADDRESS = lazy(r"type\s*[=:]\s*\\?['\"]email|name\s*[=:]\s*\\?['\"][\w-]*email", re.IGNORECASE)
_CARD_FIELDS = "input[autocomplete^='cc-'], input[name*='card' i]:not([name*='cardap' i]), input[name*='tarjeta' i], input[id*='tarjeta' i], input[name*='cartao' i], input[name*='numero_carte' i], input[name*='numero_carta' i], input[name*='kartennummer' i], input[name='cvv' i], input[name='cvc' i], input[id='cvv' i], input[id='cvc' i], [id*='card-number' i], [id*='card-element' i], form[id*='payment' i], form[action*='pay' i], input[id*='payment' i], button[id*='pay' i], [id*='payment-element' i], [id*='payment-form' i], [name*='deposit' i], [class*='payment' i][class*='form' i]"
_REVIEWS = lazy(
    r"\b(?:testimonials?|(?<!leave\s)(?<!write\s)reviews(?!\s+(?:your|the|all|each|every|our|any|availab\w+|requests?|applications?|bookings?|inquir\w+|enquir\w+|submissions?|details|it|them|whether)\b)|(?:customer|client|guest|patient|google|yelp|verified|recent|read|star)s?\s+reviews?|reviews?\s+(?:from|by|of\s+our)|reviewed\s+(?:on|by)|what\s+(?:our\s+|my\s+|past\s+|happy\s+)*(?:customers|clients|guests|people|others|patients|travell?ers|families|neighbou?rs|they)\s+(?:are\s+|have\s+to\s+)?say\w*"
    r"|(?:customer|client|guest|patient|traveler)s?.?\s+(?:comments?|voices|stories)|happy\s+(?:customers|clients|guests|patients)|kind\s+words|in\s+their\s+(?:own\s+)?words|word\s+on\s+the\s+street"
    r"|rated\s+\d|(?<![\d/])[345](?:[.,]\d)?\s*/\s*5(?![\d/])|\d(?:[.,]\d)?\s*(?:out\s+of\s+5|stars?(?!\s+(?:hotels?|resorts?|accommodation|luxury|villas?|boutique|propert|stay)))|star\s+rat(?:ed|ing)|(?:five|5)[- ]star(?!\s+(?:service|experience|hotel|resort|quality|luxury|accommodation|treatment|hospitality|comfort|cuisine|dining|villa|stay))|trusted\s+by\s+(?:\d|thousands|hundreds)|loved\s+by\s+(?:\d|thousands|hundreds|our|customers|clients|guests|locals|patients)"
    r"|bewertungen|kundenstimmen|rezensionen|referenzen|g[äa]stestimmen|was\s+(?:unsere\s+)?(?:kunden|g[äa]ste|patienten)\s+(?:über\s+uns\s+)?sagen"
    r"|opini[oó]n(?:es)?|rese[ñn]as|testimonios?|lo\s+que\s+dicen|clientes\s+(?:dicen|felices|satisfechos)"
    r"|avis|t[ée]moignages?|ce\s+(?:que|qu.)\s+(?:nos|en)\s+(?:clients|disent)\w*|ils\s+nous\s+ont|livre\s+d.or"
    r"|recensioni|testimonianze|dicono\s+di\s+noi|cosa\s+dicono|avalia[çc][õo]es|depoimentos?|o\s+que\s+(?:dizem|nossos)|recensies|beoordelingen|klantervaringen|opinie|referencje|anmeldelser|omd[öo]men|yorumlar|отзывы)\b|★{3,}|⭐{3,}|★\s?\d[.,]\d|\d[.,]\d\s?★",
    re.IGNORECASE,
)
_GUEST_SAYS = lazy(
    r"\b(?:I|we)\s+(?:(?:have\s+)?had|spent|enjoyed)\s+(?:an?|the|our|my)\s+(?:[\w-]+\s+){0,3}(?:stay|experience|time|trip|meal|visit|night|weekend|evening)\b|\b(?:I|we)(?:\s+would|['’]d)\s+(?:\w+\s+)?recommend|\b(?:exceeded|surpassed)\s+my\s+expectations|\bI\s+(?:highly|strongly|definitely|totally)\s+recommend|\b(?:I|we)(?:\s+will|['’]ll)\s+(?:definitely|certainly|be)\s+(?:be\s+)?(?:back|return|coming)"
    r"|super[óo]\s+mis\s+expectativas|(?:lo|los|la)\s+recomiendo|je\s+(?:vous\s+)?(?:le\s+|la\s+|les\s+)?recommande|ich\s+kann\s+(?:\w+\s+){0,4}(?:nur\s+)?(?:weiter)?empfehlen|(?:lo|la)\s+consiglio\s+(?:a\s+tutti|vivamente)|super\s+recomendo",
    re.IGNORECASE,
)
"""What only a guest says, in the first person: it needs no heading."""
_REVIEW_LINK = lazy(
    r"tripadvisor\.[a-z.]+/\w|yelp\.[a-z.]+/\w|trustpilot|google\.[a-z.]+/(?:maps|search).*review|//g\.page/|search\.google\.com/local|elfsight|trustindex|birdeye|facebook\.com/[^/]+/reviews"
    r"|senja\.io|taggbox|embedsocial|sociablekit|reviews\.io|feefo|judge\.me|nicejob|embedreviews|reviewsonmywebsite|repuso|angi\.com/companylist|thumbtack\.com/|bbb\.org/us|houzz\.|provenexpert|kundentests|opiniones-verificadas|avis-verifies|testimonial\.to|endorsal|widg\.io|featurable|shapo\.io",
    re.IGNORECASE,
)
_NO_REQUEST = lazy(
    r"(?:^|/)(?:social)?(?:accounts?|mfa|openid|users?|members?|profiles?|registration|auth|blog|posts?|comments?|reviews?|products?|bag|cart)/|(?:review|comment|post|product|profile|search|delete|signup|password)[\w.-]*$",
    re.IGNORECASE,
)
"""What a visitor fills in there asks for nothing."""
_SMALL_FORM = lazy(r"search|newsletter|subscribe|login|sign-?in|mc-embedded|locale|language", re.IGNORECASE)
_FIELD = "input:not([type=hidden i]):not([type=submit i]):not([type=button i]):not([type=reset i]):not([type=search i]), textarea, select"


_MADE_FIELDS = lazy(
    r"\{%-?\s*(?:for\s+\w+\s+in\s+\w*form\w*\b|crispy\b|bootstrap_form\b|render_form\b)|\{\{\s*(?:\w*form\w*(?:\.as_\w+|\s*\|\s*crispy|\s*\}\})|(?:wtf\.quick_form|render_form|form_widget)\b)"
    r"|\{\{\s*(?:render_field\(|\w*form\w*\.\w+)|<%=\s*f\.\w+_field\b|\bform_for\b|\bsimple_form_for\b"
)
"""Fields that a framework makes of a form's description."""


def _is_made(page: Page, form: LexborNode) -> bool:
    """Whether a framework fills a form in, which is neither for signing in nor for searching."""
    return (
        page.is_assembled
        and not page.is_application
        and not form.css("input[type='password' i]")
        and not _SMALL_FORM.search(form.html[: form.html.find(">")] if form.html else "")
        and not _NO_REQUEST.search(page.path)
        and bool(_MADE_FIELDS.search(page.source))
    )


_KEEPS = lazy(
    r"^\W*(?:add|save|update|create|delete|edit|upload|publish|hinzuf[üu]gen|speichern|aktualisieren|guardar|insertar|crear|cr[ée]er|anlegen|erstellen|cadastrar|inserisci|a[ñn]adir|agregar|actualizar|ajouter|enregistrer|modifier|salva|aggiungi|modifica|adicionar|salvar|atualizar|zapisz|dodaj)\b(?!.{0,20}\b(?:cart|booking|reservation|basket|reserva|panier|warenkorb|carrito)\b)",
    re.IGNORECASE,
)
"""What a button says that puts something into the site: a visitor sends, asks or books."""
_CALCULATES = lazy(r"calc|rechner|kalkul|simul", re.IGNORECASE)


def _is_of_staff(form: LexborNode) -> bool:
    button = form.css_first("button[type='submit' i], input[type='submit' i], button:not([type])")
    return button is not None and bool(_KEEPS.search(button.text().strip() or button.attributes.get("value") or ""))


def _asks(fields: list[LexborNode]) -> bool:
    """Whether one can write or pick a day: numbers and choices alone filter a list."""
    return any(
        (field.attributes.get("type") or "text").lower() not in _CHOICES for field in fields if field.tag != "select"
    )


_CHOICES = frozenset({"number", "range", "checkbox", "radio"})


def _calculates(field: LexborNode) -> bool:
    """Whether a field belongs to a calculator, which asks nobody for anything."""
    return bool(_CALCULATES.search(f"{field.attributes.get('id') or ''} {field.attributes.get('name') or ''}"))


def _has_booking_form(site: Site, *, made: bool = True) -> bool:
    for page in site.everything:
        of_staff: set[int] = set()
        for form in page.tree.css("form"):
            fields = form.css(_FIELD)
            if _is_of_staff(form) or (fields and not _asks(fields)):
                of_staff |= {field.mem_id for field in fields}
                continue
            words = f"{form.attributes.get('role') or ''} {form.attributes.get('class') or ''} {form.attributes.get('id') or ''} {form.attributes.get('action') or ''}"
            if (
                len(fields) >= 2
                and not form.css("input[type='password' i]")
                and not (_SMALL_FORM.search(words) and len(fields) < 3)
            ) or (made and _is_made(page, form)):
                return True
        asked = page.tree.css("input[type='date' i], input[type='tel' i], input[type='datetime-local' i]")
        if any(field.mem_id not in of_staff and not _calculates(field) for field in asked):
            return True
        fields = [field for field in page.tree.css(_FIELD) if field.mem_id not in of_staff]
        if len(fields) >= 2 and any(field.tag == "textarea" for field in fields):  # One alone asks for an opinion.
            return True
    return False


_AWAY = lazy(r"^(?!#|[^?]*/#|mailto:|tel:|sms:|whatsapp:|https?://(?:wa\.me|(?:api|web)\.whatsapp|m\.me|t\.me)/)")
"""A link to a section of the page itself, to a mail program or to a chat leads to no form elsewhere."""


def no_form(site: Site, rule: PageRule, now: datetime) -> Iterator[Hit]:
    """Nothing to fill in, here or at a booking service."""
    del now
    services = _links(site, (*BOOKING_SERVICES, *MARKETPLACES, *FORM_SERVICES))
    names = {path.rsplit("/", 1)[-1].lower() for path in site.paths}
    elsewhere = rule.unless_href is not None and any(
        _AWAY.search(href)
        and rule.unless_href.search(href)
        and site.target(href) is None
        and not _leads_nowhere(site, href, names)
        for href in site.hrefs
    )
    if (
        services
        or elsewhere
        or _frames_booking(site)
        or _loads(site, (*FORM_SERVICES, *BOOKING_SERVICES))
        or _has_booking_form(site)
    ):
        return
    yield Hit(site.main)


_OF_A_HOST = lazy(r"airbnb\.[a-z.]+/users?/")
_FRAMED = lazy(
    r"^(?:https?:)?//[^/?#]*(?:\brdv|rdv\d*\.|rendez-?vous|appointments?|booking|reserv|agenda|randevu|prenot|buchung)",
    re.IGNORECASE,
)
"""A host of another service in a frame, named for what it does."""


def _frames_booking(site: Site) -> bool:
    return any(
        _FRAMED.search(frame.attributes.get("src") or "")
        for page in site.everything
        for frame in page.css("iframe[src]")
    )


def _sells_elsewhere(site: Site) -> bool:
    """Whether a home is let where others show which nights are free: the host's own page there does not."""
    return "rental" in site.profiles and any(
        word in href for href in site.hrefs if not _OF_A_HOST.search(href) for word in MARKETPLACES
    )


def no_calendar(site: Site, rule: PageRule, now: datetime) -> Iterator[Hit]:
    """Nothing shows which dates are free."""
    del rule, now
    if _sells_elsewhere(site):
        return
    if _links(site, (*BOOKING_SERVICES, "calendar.google")):
        return
    if _loads(site, (*BOOKING_SERVICES, *CALENDARS)) or _AVAILABILITY.search(site.lowered):
        return
    if any(page.has(_CALENDAR_MARKUP) for page in site.everything):
        return
    if _loads(site, PICKERS) and _TAKEN.search(site.lowered):
        return
    if any(page.has("input[type='date' i], input[type='datetime-local' i]") for page in site.everything):
        yield Hit(site.main, (), "A date can be asked for, but nothing shows which ones are free", "date-field")
    else:
        yield Hit(site.main)


def no_checkout(site: Site, rule: PageRule, now: datetime) -> Iterator[Hit]:
    """No way to pay or leave a deposit."""
    del rule, now
    if _sells_elsewhere(site):
        return
    if _links(site, (*PAYMENTS, *BOOKING_SERVICES)) or any(_PAYMENT_LINK.search(href) for href in site.hrefs):
        return
    if _loads(site, (*PAYMENTS, *BOOKING_SERVICES)) or any(page.has(_CARD_FIELDS) for page in site.everything):
        return
    yield Hit(site.main)


def _leads_nowhere(site: Site, href: str, names: set[str]) -> bool:
    """Whether a link means a file of the site that is not there: only where nothing builds or serves the pages."""
    found = _OWN_FILE.match(href)
    return found is not None and not site.main.is_assembled and found[1] not in names


def no_contact(site: Site, rule: PageRule, now: datetime) -> Iterator[Hit]:
    """No telephone number, address, form or chat."""
    del rule, now
    names = {path.rsplit("/", 1)[-1].lower() for path in site.paths}
    if any(_CONTACT_LINK.search(href) and not _leads_nowhere(site, href, names) for href in site.hrefs):
        return
    if (
        PHONE.search(site.text)
        or re.search(r"[\w.+-]+@[\w-]+\.\w{2,}", site.text)
        or _has_booking_form(site, made=False)
    ):
        return
    if _links(site, (*FORM_SERVICES, *BOOKING_SERVICES)) or _loads(site, CHATS):
        return
    yield Hit(site.main)


def _states_price(text: str) -> bool:
    """Whether an amount is asked for: what one saves, wins or is insured for is none."""
    amounts = islice(PRICE.finditer(text), _MOST_AMOUNTS)
    return any(not _NO_PRICE.search(text, max(0, found.start() - 25), found.start()) for found in amounts)


def no_price(site: Site, rule: PageRule, now: datetime) -> Iterator[Hit]:
    """No price anywhere."""
    del rule, now
    if _states_price(site.text) or _states_price(" ".join(page.meta("description") for page in site.pages)):
        return
    if re.search(
        r"[\"'`>]\s*(?:[A-Z]{1,3})?[$€£₹]\s?\d{2,}|\b(?:price|precio|prix|preis|prezzo|pre[çc]o)\w*[\"']?\s*[:=]\s*[\"']?\$?\d{2,}",
        site.code,
    ) or any(_STATED_PRICE.search(page.source) for page in site.pages):
        return
    if any(_PRINTED_PRICE.search(page.server_code) for page in site.everything):
        return
    if not any(_has_price_table(page) for page in site.everything):
        yield Hit(site.main)


def _has_price_table(page: Page) -> bool:
    """Whether a table has a column of prices, be it without a currency."""
    for table in page.tree.css("table"):
        columns: set[int] = set()
        for row in table.css("tr"):
            cells = [cell.text().strip() for cell in row.css("th, td")]
            if any(at in columns and _NUMBER.fullmatch(cell) for at, cell in enumerate(cells)):
                return True
            columns |= {at for at, cell in enumerate(cells) if _PRICE_COLUMN.fullmatch(cell)}
    return False


def no_reviews(site: Site, rule: PageRule, now: datetime) -> Iterator[Hit]:
    """Nobody says that it was good."""
    del rule, now
    if (
        _REVIEWS.search(site.text)
        or _GUEST_SAYS.search(site.text)
        or any(_REVIEW_LINK.search(href) for href in site.hrefs)
    ):
        return
    if any(
        page.has(
            "[class*='testimonial' i], [id*='testimonial' i], [class^='review' i], [class*=' review' i], [class*='-review' i], [class*='_review' i], [id^='review' i], [id*='-review' i]"
        )
        for page in site.everything
    ):
        return
    if _is_quoted(site):
        return
    if {"Review", "AggregateRating"} & set(site.structured_types) or _REVIEW_LINK.search(site.code):
        return
    yield Hit(site.main)


def _is_quoted(site: Site) -> bool:
    """Whether somebody is quoted: one quote without a name, in quotes of its own, is what the site says of itself."""
    quotes = [quote for page in site.everything for quote in page.tree.css("blockquote")]
    return len(quotes) > 1 or any(
        any(each.mem_id != quote.mem_id for each in quote.css("*"))
        or _NAMED.search(quote.text().strip())
        or _next_element(quote)
        for quote in quotes
    )


_NAMED = lazy(r"[—–-]\s*\w[^.!?]{1,60}$")


def _next_element(node: LexborNode) -> bool:
    each = node.next
    while each is not None and each.tag in {"-text", "-comment"}:
        each = each.next
    return each is not None


def no_hours(site: Site, rule: PageRule, now: datetime) -> Iterator[Hit]:
    """Nobody says when somebody is there."""
    del rule, now
    if states_hours(site.text) or "OpeningHoursSpecification" in site.structured_types:
        return
    if any("openingHours" in page.source for page in site.everything):
        return
    yield Hit(site.main)


def no_email_capture(site: Site, rule: PageRule, now: datetime) -> Iterator[Hit]:
    """Nowhere may a visitor leave an address."""
    del now
    asked = "input[type='email' i], input[name*='mail' i], input[id*='mail' i], input[placeholder*='mail' i], input[placeholder*='correo' i], input[name*='correo' i], input[autocomplete='email' i], iframe[src*='forms' i]"
    if any(page.has(asked) for page in site.everything):
        return
    if _links(site, (*LETTERS, *FORM_SERVICES)) or _loads(site, (*LETTERS, *FORM_SERVICES)):
        return
    if rule.unless_href is not None and any(rule.unless_href.search(href) for href in site.hrefs):
        return
    if any(page.path.endswith(".astro") and _ASKED_ADDRESS.search(page.source) for page in site.everything):
        return  # Handed to a component for forms.
    if not _ASKED_ADDRESS.search(site.code):
        yield Hit(site.main)

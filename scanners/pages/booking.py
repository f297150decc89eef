"""What a visitor needs to become a customer: a form, a calendar, a price, a way to pay, a way to ask."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from scanners.pages.apply import Hit
from scanners.pages.cards import PageRule
from scanners.pages.profile import PHONE, PRICE
from scanners.pages.site import Site

_BOOKING_SERVICES = tuple(
    """fareharbor peek.com book.peek checkfront rezdy bokun xola.com xola.app trekksoft regiondo ventrata rezgo starboardsuite
    theflybook anchor.tours singenuity captainbook resova bookeo booqable bookwhen lodgify ownerrez hospitable.com guesty.com guestybookings
    hostaway smoobu beds24 cloudbeds sirvoy escapia houfy uplisting hostfully freetobook eviivo calendly //cal.com/
    acuityscheduling squarespacescheduling setmore.com simplybook youcanbook.me appointlet zcal. tidycal savvycal
    book.squareup square.site housecallpro getjobber clienthub.getjobber jobber.com workiz.com servicetitan vonigo dumpster.software
    docketsystem bookingkoala bookkoala vagaro.com mindbodyonline healcode booksy.com fresha.com opentable resy.com""".split()
)
_MARKETPLACES = tuple(
    """fishingbooker.com getmyboat boatsetter clickandboat sailo.com samboat nautal airbnb. vrbo.com booking.com homeaway
    viator. getyourguide""".split()
)
"""Where others sell the trip: a way to book, but not this site's calendar or till (for a rental it often is both)."""
_FORM_SERVICES = tuple(
    """docs.google.com/forms forms.gle typeform jotform tally.so hsforms forms.hubspot cognitoforms wufoo paperform
    airtable.com/embed airtable.com/shr airtable.com/app forms.office formstack 123formbuilder fillout.com gravityforms
    wpforms leadconnectorhq msgsndr gohighlevel""".split()
)


def _links(site: Site, words: tuple[str, ...]) -> bool:
    return any(word in href for href in site.hrefs for word in words)


def _loads(site: Site, words: tuple[str, ...]) -> bool:
    return any(word in site.lowered for word in words)


_CALENDARS = tuple(
    """fullcalendar flatpickr pikaday litepicker lightpick air-datepicker datepicker daterangepicker easepick tui-calendar
    calendar.google.com availabilitycalendar availability-calendar availability_calendar availabledates available_dates
    availableslots available_slots availabilityslots blockeddates blocked_dates bookeddates booked_dates disabledates
    disabled_dates disableddates unavailabledates unavailable_dates""".split()
)
_AVAILABILITY = re.compile(r"\bavailability\s*[:=(\[]")
_CALENDAR_MARKUP = (
    "[id*='calendar' i]:not(i):not(svg), [class*='calendar' i]:not(i):not(svg):not(span), [class*='datepicker' i], [id*='datepicker' i], [class*='flatpickr' i], "
    "[data-calendar], [id*='availability' i]"
)
_PAYMENTS = tuple(
    """stripe.com stripe-buy-button stripe( paypal squareup.com square.site squarecdn /checkout checkout.html checkout.php
    checkout.js checkout.stripe checkoutsession checkout-session snipcart shopify gumroad lemonsqueezy paddle.com paddle.js
    razorpay paystack flutterwave mollie.com mollie_ klarna braintree authorize.net adyen payfast mercadopago wompi venmo.com cash.app
    ecwid woocommerce paymentintent payment_intent payment-intent paynow pay-now cart.html /cart/ iyzico paytr payu. payumoney pesapal
    mpesa m-pesa dpopay peach-payments yoco.com""".split()
)
_PAYMENT_LINK = re.compile(r"/pay(?:ments?)?(?:[/.?#]|$)|^pay(?:ments?)?(?:\.html?)?(?:[?#]|$)")
_CHATS = ("tawk.to", "intercom", "crisp.chat", "tidio", "livechat", "wa.me/")
_CARD_FIELDS = "input[autocomplete^='cc-'], input[name*='card' i], [id*='card-number' i], [id*='card-element' i], [id*='payment' i], [name*='deposit' i], [class*='payment' i][class*='form' i]"
_REVIEWS = re.compile(
    r"\b(?:testimonials?|reviews?|what\s+(?:our\s+)?(?:customers|clients|guests|people|others)\s+(?:are\s+)?say\w*|customer\s+(?:stories|feedback|love)|happy\s+(?:customers|clients|guests)"
    r"|rated\s+\d|\d(?:\.\d)?\s*(?:/\s*5|out\s+of\s+5|stars?)|star\s+rat(?:ed|ing)|five[- ]star|5[- ]star|bewertungen|opiniones|reseñas|avis)\b|★{3,}|⭐{3,}",
    re.IGNORECASE,
)
_REVIEW_LINK = re.compile(
    r"tripadvisor\.[a-z.]+/\w|yelp\.[a-z.]+/\w|trustpilot|google\.[a-z.]+/(?:maps|search).*review|//g\.page/|elfsight|trustindex|birdeye|facebook\.com/[^/]+/reviews",
    re.IGNORECASE,
)
_HOURS = re.compile(
    r"\b(?:mon(?:day)?|tues?(?:day)?|wed(?:nesday)?|thu(?:r?s?(?:day)?)|fri(?:day)?|sat(?:urday)?|sun(?:day)?|weekday|weekend)s?\.?\s*(?:-|–|—|to|through|thru|&|and|:|,)|\bopen(?:ing)?\s+(?:hours|times|daily|\d|from|every|7|year|24)"
    r"|\b(?:business|office|working|operating|store)\s+hours\b.{0,40}\d|\bhours\b\s*(?:of\s+operation|:)|24\s*/\s*7|24\s+hours\s+(?:a|per)\s+day|7\s+days\s+(?:a|per)\s+week"
    r"|\b\d{1,2}(?::\d\d)?\s*(?:am|a\.m\.|pm|p\.m\.)\s*(?:-|–|—|to|until)\s*\d{1,2}|\b\d{1,2}:\d\d\s*(?:-|–|—|to)\s*\d{1,2}:\d\d"
    r"|check-?in\b.{0,20}?\b\d{1,2}(?::\d\d|\s*(?:am|pm|h\b|uhr))|öffnungszeiten|horarios?\s+de\s+(?:atenci[oó]n|apertura|oficina|trabajo)|horarios?\s*:|\bseven\s+days\b|\bevery\s+day\b|\bopen\s+all\b|\bdaily\s+(?:from|at|departures?)"
    r"|\b(?:lunes|montags?|lundi|luned[iì])\b",
    re.IGNORECASE,
)
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
    "Klook": re.compile(r"klook\.com"),
    "Expedia": re.compile(r"expedia\.[a-z.]+"),
    "Airbnb": re.compile(r"airbnb\.[a-z.]+/(?:rooms|h/|users|l/|s/)|abnb\.me"),
    "Vrbo": re.compile(r"vrbo\.com|homeaway\."),
    "Booking.com": re.compile(r"booking\.com/(?:hotel|Share|s/)"),
}
OTA_WANTED = ("Sailo", "GetMyBoat", "Airbnb Experiences", "Viator")
"""Channels that are recorded as present or absent; the others only where they are linked."""
_SMALL_FORM = re.compile(r"search|newsletter|subscribe|login|sign-?in|mc-embedded|locale|language", re.IGNORECASE)
_FIELD = "input:not([type=hidden i]):not([type=submit i]):not([type=button i]):not([type=reset i]):not([type=search i]), textarea, select"


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


def _has_booking_form(site: Site) -> bool:
    for page in site.everything:
        for form in page.tree.css("form"):
            fields = form.css(_FIELD)
            words = f"{form.attributes.get('role') or ''} {form.attributes.get('class') or ''} {form.attributes.get('id') or ''} {form.attributes.get('action') or ''}"
            if (
                len(fields) >= 2
                and not form.css("input[type='password' i]")
                and not (_SMALL_FORM.search(words) and len(fields) < 3)
            ):
                return True
        if (
            page.has("textarea")
            or len(page.tree.css("input[type='date' i], input[type='tel' i], input[type='datetime-local' i]")) >= 1
        ):
            return True
    return False


def no_form(site: Site, rule: PageRule, now: datetime) -> Iterator[Hit]:
    """Nothing to fill in, here or at a booking service."""
    del now
    services = _links(site, (*_BOOKING_SERVICES, *_MARKETPLACES, *_FORM_SERVICES))
    elsewhere = rule.unless_href is not None and any(
        rule.unless_href.search(href) and site.target(href) is None for href in site.hrefs
    )
    if services or elsewhere or _loads(site, (*_FORM_SERVICES, *_BOOKING_SERVICES)) or _has_booking_form(site):
        return
    yield Hit(site.main)


def _sells_elsewhere(site: Site) -> bool:
    return "rental" in site.profiles and _links(site, _MARKETPLACES)


def no_calendar(site: Site, rule: PageRule, now: datetime) -> Iterator[Hit]:
    """Nothing shows which dates are free."""
    del rule, now
    if _sells_elsewhere(site):
        return
    if _links(site, (*_BOOKING_SERVICES, "calendar.google")):
        return
    if _loads(site, (*_BOOKING_SERVICES, *_CALENDARS)) or _AVAILABILITY.search(site.lowered):
        return
    if any(page.has(_CALENDAR_MARKUP) for page in site.everything):
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
    if _links(site, (*_PAYMENTS, *_BOOKING_SERVICES)) or any(_PAYMENT_LINK.search(href) for href in site.hrefs):
        return
    if _loads(site, (*_PAYMENTS, *_BOOKING_SERVICES)) or any(page.has(_CARD_FIELDS) for page in site.everything):
        return
    yield Hit(site.main)


def no_contact(site: Site, rule: PageRule, now: datetime) -> Iterator[Hit]:
    """No telephone number, address, form or chat."""
    del rule, now
    if any(
        re.search(r"^tel:|^mailto:|^sms:|wa\.me/|whatsapp|m\.me/|t\.me/|contact|kontakt|contacto", href)
        for href in site.hrefs
    ):
        return
    if PHONE.search(site.text) or re.search(r"[\w.+-]+@[\w-]+\.\w{2,}", site.text) or _has_booking_form(site):
        return
    if _links(site, (*_FORM_SERVICES, *_BOOKING_SERVICES)) or _loads(site, _CHATS):
        return
    yield Hit(site.main)


def no_price(site: Site, rule: PageRule, now: datetime) -> Iterator[Hit]:
    """No price anywhere."""
    del rule, now
    if PRICE.search(site.text) or PRICE.search(" ".join(page.meta("description") for page in site.pages)):
        return
    if (
        re.search(r"[\"'`>]\s*(?:US)?[$€£]\s?\d{2,}|\bprice\w*[\"']?\s*[:=]\s*[\"']?\$?\d{2,}", site.code)
        or "priceRange" in site.text
    ):
        return
    yield Hit(site.main)


def no_reviews(site: Site, rule: PageRule, now: datetime) -> Iterator[Hit]:
    """Nobody says that it was good."""
    del rule, now
    if _REVIEWS.search(site.text) or any(_REVIEW_LINK.search(href) for href in site.hrefs):
        return
    if any(
        page.has(
            "[class*='testimonial' i], [id*='testimonial' i], [class^='review' i], [class*=' review' i], [class*='-review' i], [class*='_review' i], [id^='review' i], [id*='-review' i], blockquote"
        )
        for page in site.everything
    ):
        return
    if {"Review", "AggregateRating"} & set(site.structured_types) or _REVIEW_LINK.search(site.code):
        return
    yield Hit(site.main)


def no_hours(site: Site, rule: PageRule, now: datetime) -> Iterator[Hit]:
    """Nobody says when somebody is there."""
    del rule, now
    if _HOURS.search(site.text) or "OpeningHoursSpecification" in site.structured_types:
        return
    if any("openingHours" in page.source for page in site.everything):
        return
    yield Hit(site.main)

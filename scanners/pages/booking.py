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
from scanners.pages.site import Site

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_BOOKING_SERVICES = tuple(
    """fareharbor peek.com book.peek checkfront rezdy bokun xola.com xola.app trekksoft regiondo ventrata rezgo starboardsuite
    theflybook anchor.tours singenuity captainbook resova bookeo booqable bookwhen lodgify ownerrez hospitable.com guesty.com guestybookings
    hostaway smoobu beds24 cloudbeds sirvoy escapia houfy uplisting hostfully freetobook eviivo calendly //cal.com/
    acuityscheduling squarespacescheduling setmore.com simplybook youcanbook.me appointlet zcal. tidycal savvycal
    book.squareup square.site housecallpro getjobber clienthub.getjobber jobber.com workiz.com servicetitan vonigo dumpster.software
    docketsystem bookingkoala bookkoala vagaro.com mindbodyonline healcode booksy.com fresha.com opentable resy.com
    tripworks trpwrks turitop bookingkit palisis wetravel.com tourcms trytn bookinglayer zaui.net ticketspice roller.app
    eventbrite. simpletix bookingsync smily.com octorate avantio supercontrol rentalsunited tokeet.com kigo.net lodgix myvr.com
    bookerville streamlinevrs nightsbridge hotelrunner siteminder thebookingbutton direct-book.com littlehotelier mews.com
    clock-software roomracoon webrezpro thinkreservations resnexus campspot newbook.cloud rmscloud staylist amenitiz
    doctolib zocdoc janeapp jane.app cliniko nookal halaxy.com hotdoc.com healthengine simplepractice nexhealth.com localmed
    phreesia practo.com intakeq osmind drchrono docplanner miodottore doctoralia treatwell planity.com timely.com/book gettimely
    phorest glossgenius schedulicity styleseat zenoti momence wellnessliving picktime bookafy appointy timify
    reservio salonized sagenda meetings.hubspot outlook.office365.com/owa/calendar outlook.office.com/book bookings.microsoft
    calendar.app.google zenbooker launch27 gorilladesk curbwaste thryv. hqrentalsoftware rentcentric rentsyst turo.com getaround.com
    sevenrooms exploretock quandoo thefork toasttab.com tripleseat goodshuffle inflatableoffice eventrentalsystems booqable
    hipcamp.com outdoorsy.com rvshare.com""".split()
)
_MARKETPLACES = tuple(
    """fishingbooker.com getmyboat boatsetter clickandboat sailo.com samboat nautal airbnb. vrbo.com booking.com homeaway
    viator. getyourguide zizoo borrowaboat filovent civitatis withlocals musement tiqets headout tripshock hostelworld agoda.
    hotels.com expedia. plumguide holidu fewo-direkt abritel""".split()
)
"""Where others sell the trip: a way to book, but not this site's calendar or till (for a rental it often is both)."""
_FORM_SERVICES = tuple(
    """docs.google.com/forms forms.gle typeform jotform tally.so hsforms forms.hubspot cognitoforms wufoo paperform
    airtable.com/embed airtable.com/shr airtable.com/app forms.office formstack 123formbuilder fillout.com gravityforms
    wpforms leadconnectorhq msgsndr gohighlevel formsubmit. formspree getform.io web3forms formcarry basin.com usebasin
    zohopublic forms.zoho monday.com/forms forms.monday clickup.com/forms heyflow involve.me survicate surveymonkey""".split()
)


def _links(site: Site, words: tuple[str, ...]) -> bool:
    return any(word in href for href in site.hrefs for word in words)


def _loads(site: Site, words: tuple[str, ...]) -> bool:
    return any(word in site.lowered for word in words)


_CALENDARS = tuple(
    """fullcalendar tui-calendar calendar.google.com availabilitycalendar availability-calendar availability_calendar availabledates available_dates
    availableslots available_slots availabilityslots blockeddates blocked_dates bookeddates booked_dates disabledates
    disabled_dates disableddates unavailabledates unavailable_dates""".split()
)
_PICKERS = ("flatpickr", "pikaday", "litepicker", "lightpick", "datepicker", "daterangepicker", "easepick")
"""Fields for a date: which ones are free they show only where the taken ones are handed to them."""
_TAKEN = lazy(
    r"\bdisable\s*:\s*(?!true|false)\S|beforeshowday|isinvaliddate|isdatedisabled|disabledayfn|datesdisabled|lockdays|filterdate|\benable\s*:\s*\["
)
_AVAILABILITY = lazy(r"\bavailability\s*[:=(\[]")
_CALENDAR_MARKUP = "[id*='calendar' i]:not(i):not(svg):not(input), [class*='calendar' i]:not(i):not(svg):not(span):not(input), [data-calendar], [id*='availability' i]:not(input)"
_PAYMENTS = tuple(
    """stripe.com stripe-buy-button stripe( paypal squareup.com square.site squarecdn /checkout checkout.html checkout.php
    checkout.js checkout.stripe checkoutsession checkout-session snipcart shopify gumroad lemonsqueezy paddle.com paddle.js
    razorpay paystack flutterwave mollie.com mollie_ klarna braintree authorize.net adyen payfast mercadopago wompi venmo.com cash.app
    ecwid woocommerce paymentintent payment_intent payment-intent paynow pay-now cart.html /cart/ iyzico paytr payu. payumoney pesapal
    mpesa m-pesa dpopay peach-payments yoco.com sumup.com sumup.link zettle redsys bizum paytm phonepe instamojo cashfree ccavenue
    payhere xendit midtrans toyyibpay billplz saferpay multisafepay afterpay affirm.com zellepay.com tap.company myfatoorah hyperpay
    moyasar telr.com stripe.js @stripe pagar.me pagseguro mercadolibre payzen monetico sipay viva.com vivawallet dibspayment nets.eu
    swipesimple clover.com helcim paysimple honeybook gocardless wise.com/pay revolut.me paypal.me""".split()
)
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
_CHATS = tuple(
    """tawk.to intercom crisp.chat tidio livechat wa.me/ zopim zdassets drift.com smartsupp jivosite jivochat olark chatra userlike
    freshchat chatway landbot joinchat manychat podium.com birdeye.com line.me/ viber: skype: signal.me messenger""".split()
)
_CONTACT_LINK = lazy(
    r"^tel:|^mailto:|^sms:|^callto:|wa\.me/|whatsapp|m\.me/|t\.me/|line\.me/|viber:|signal\.me|contact|kontakt|contac?to|contatti|contato|impressum|get-?in-?touch|enquir|inquir|#?kontakta"
)
_OWN_FILE = lazy(r"(?![a-z][a-z0-9+.-]*:|//)(?:[^?#]*/)?([^/?#]+\.(?:html?|php))(?:[?#]|$)")
_ASKED_ADDRESS = lazy(r"type\s*[=:]\s*\\?['\"]email|name\s*[=:]\s*\\?['\"][\w-]*email", re.IGNORECASE)
_LETTERS = tuple(
    """list-manage.com mailchimp chimpstatic mailerlite klaviyo convertkit ck.page kit.com/ sendinblue sibforms brevo.com getresponse
    activecampaign omnisend privy.com beehiiv substack mailchi.mp aweber constantcontact ctctcdn mailjet mailpoet sendfox flodesk
    moosend drip.com campaignmonitor createsend hsforms forms.hubspot buttondown emailoctopus
    hellobar sumo.com optinmonster poptin wisepops getsitecontrol sleeknote popupsmart justuno""".split()
)
_CARD_FIELDS = "input[autocomplete^='cc-'], input[name*='card' i], [id*='card-number' i], [id*='card-element' i], form[id*='payment' i], form[action*='pay' i], input[id*='payment' i], button[id*='pay' i], [id*='payment-element' i], [id*='payment-form' i], [name*='deposit' i], [class*='payment' i][class*='form' i]"
_REVIEWS = lazy(
    r"\b(?:testimonials?|(?<!leave\s)(?<!write\s)reviews(?!\s+(?:your|the|all|each|every|our|any)\b)|(?:customer|client|guest|patient|google|yelp|verified|recent|read|star)s?\s+reviews?|reviews?\s+(?:from|by|of\s+our)|reviewed\s+(?:on|by)|what\s+(?:our\s+|my\s+|past\s+|happy\s+)*(?:customers|clients|guests|people|others|patients|travell?ers|families|neighbou?rs|they)\s+(?:are\s+|have\s+to\s+)?say\w*"
    r"|(?:customer|client|guest|patient|traveler)s?.?\s+(?:comments?|voices|stories)|happy\s+(?:customers|clients|guests|patients)|kind\s+words|in\s+their\s+(?:own\s+)?words|word\s+on\s+the\s+street"
    r"|rated\s+\d|(?<![\d/])[345](?:[.,]\d)?\s*/\s*5(?![\d/])|\d(?:[.,]\d)?\s*(?:out\s+of\s+5|stars?(?!\s+(?:hotels?|resorts?|accommodation|luxury|villas?|boutique|propert|stay)))|star\s+rat(?:ed|ing)|five[- ]star|5[- ]star|trusted\s+by\s+(?:\d|thousands|hundreds)|loved\s+by\s+(?:\d|thousands|hundreds|our|customers|clients|guests|locals|patients)"
    r"|bewertungen|kundenstimmen|rezensionen|referenzen|g[äa]stestimmen|was\s+(?:unsere\s+)?(?:kunden|g[äa]ste|patienten)\s+(?:über\s+uns\s+)?sagen"
    r"|opini[oó]n(?:es)?|rese[ñn]as|testimonios?|lo\s+que\s+dicen|clientes\s+(?:dicen|felices|satisfechos)"
    r"|avis|t[ée]moignages?|ce\s+(?:que|qu.)\s+(?:nos|en)\s+(?:clients|disent)\w*|ils\s+nous\s+ont|livre\s+d.or"
    r"|recensioni|testimonianze|dicono\s+di\s+noi|cosa\s+dicono|avalia[çc][õo]es|depoimentos?|o\s+que\s+(?:dizem|nossos)|recensies|beoordelingen|klantervaringen|opinie|referencje|anmeldelser|omd[öo]men|yorumlar|отзывы)\b|★{3,}|⭐{3,}|★\s?\d[.,]\d|\d[.,]\d\s?★",
    re.IGNORECASE,
)
_REVIEW_LINK = lazy(
    r"tripadvisor\.[a-z.]+/\w|yelp\.[a-z.]+/\w|trustpilot|google\.[a-z.]+/(?:maps|search).*review|//g\.page/|search\.google\.com/local|elfsight|trustindex|birdeye|facebook\.com/[^/]+/reviews"
    r"|senja\.io|taggbox|embedsocial|sociablekit|reviews\.io|feefo|judge\.me|nicejob|embedreviews|reviewsonmywebsite|repuso|angi\.com/companylist|thumbtack\.com/|bbb\.org/us|houzz\.|provenexpert|kundentests|opiniones-verificadas|avis-verifies|testimonial\.to|endorsal|widg\.io|featurable|shapo\.io",
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
_NO_REQUEST = lazy(
    r"(?:^|/)(?:social)?(?:accounts?|mfa|openid|users?|members?|profiles?|registration|auth|blog|posts?|comments?|reviews?|products?|bag|cart)/|(?:review|comment|post|product|profile|search|delete|signup|password)[\w.-]*$",
    re.IGNORECASE,
)
"""What a visitor fills in there asks for nothing."""
_SMALL_FORM = lazy(r"search|newsletter|subscribe|login|sign-?in|mc-embedded|locale|language", re.IGNORECASE)
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


def _has_booking_form(site: Site, *, made: bool = True) -> bool:
    for page in site.everything:
        for form in page.tree.css("form"):
            fields = form.css(_FIELD)
            words = f"{form.attributes.get('role') or ''} {form.attributes.get('class') or ''} {form.attributes.get('id') or ''} {form.attributes.get('action') or ''}"
            if (
                len(fields) >= 2
                and any(field.tag != "select" for field in fields)
                and not form.css("input[type='password' i]")
                and not (_SMALL_FORM.search(words) and len(fields) < 3)
            ) or (made and _is_made(page, form)):
                return True
        if page.has("input[type='date' i], input[type='tel' i], input[type='datetime-local' i]"):
            return True
        if page.has("textarea") and len(page.tree.css(_FIELD)) >= 2:  # One alone asks for an opinion.
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
    if _loads(site, _PICKERS) and _TAKEN.search(site.lowered):
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
    if _links(site, (*_FORM_SERVICES, *_BOOKING_SERVICES)) or _loads(site, _CHATS):
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
    if _links(site, (*_LETTERS, *_FORM_SERVICES)) or _loads(site, (*_LETTERS, *_FORM_SERVICES)):
        return
    if rule.unless_href is not None and any(rule.unless_href.search(href) for href in site.hrefs):
        return
    if not _ASKED_ADDRESS.search(site.code):
        yield Hit(site.main)

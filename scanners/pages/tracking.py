"""Whether visits are counted, and whether anybody was asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from auditor.model.pattern import lazy
from scanners.pages.apply import Hit, Spot, judged_whole, once
from scanners.pages.cards import PageRule
from scanners.pages.page import Page
from scanners.pages.site import Site

_ID = lazy(
    r"\bG-(?!X{4,}|0{4,}|1234|ABC|YOUR|MEASUREMENT|ID\b|TRACKING)[A-Z0-9]{6,12}\b|\bGTM-(?!X{4,}|0{4,}|ABC|YOUR)[A-Z0-9]{4,9}\b"
    r"|\bGT-[A-Z0-9]{6,}\b|\bAW-\d{8,}"
)
_OWN = lazy(r"src=\"[^\"]*/?[\w-]*(?:track(?:er|ing)?|analytics|pageviews?|visits?)[\w-]*\.js|sendBeacon\(")
"""A counting script of the site's own."""
_SERVICES = tuple(
    """plausible.io/js plausible.js usefathom.com matomo.js matomo.php piwik.js piwik.php cloudflareinsights.com
    cdn.segment.com posthog mixpanel.init cdn.mxpnl.com static.hotjar.com clarity.ms/tag umami.is umami.js data-website-id
    simpleanalytics /fbevents.js fbq('init' fbq("init" heapanalytics heap.load amplitude goatcounter counter.dev
    statcounter.com mc.yandex.ru snap.licdn.com /_vercel/insights getclicky.com adobedtm.com hs-scripts.com js.hs-analytics
    pirsch.io panelbear splitbee analytics.tiktok.com ahrefs.com/analytics beampipe rybbit openpanel tinybird kissmetrics
    firebase-analytics getAnalytics( woopra countly swetrix vitals.vercel nr-data.net dap.digitalgov va.vercel-scripts datafa.st
    usermaven withcabin microanalytics shinystat histats.com etracker.com at-internet quantserve chartbeat crazyegg mouseflow
    luckyorange smartlook inspectlet fullstory logrocket pintrk( snaptr( twq( rdt( bat.bing.com hs-scripts _paq.push
    static.ads-twitter.com pagesense zohopublic.com/zoho_page siteimprove piano.io wa_id= visitor-analytics twipla leadfeeder
    google-analytics.com/g/collect awswaf-analytics rum.js cwr( stape.io""".split()
)
_LIBRARIES = tuple(
    """react-ga vue-gtag @vercel/analytics googletagmanager.com posthog-js @segment mixpanel plausible-tracker firebase/analytics ReactGA
    trackPageview umami""".split()
)
_PLACEHOLDER = lazy(
    r"\bG-(?:X{4,}[A-Z0-9]*|0{4,}|1234\w*|ABC\w*|YOUR\w*|MEASUREMENT\w*|TRACKING\w*)|\bGTM-(?:X{4,}|0{4,}|ABC\w*|YOUR\w*)|\bUA-(?:X{4,}|0{4,}|1{6,}|12345\d*)-[\dXY]+"
    r"|\b(?:GA_(?:MEASUREMENT|TRACKING)_ID|YOUR[-_](?:GA|GTM|TRACKING|MEASUREMENT|PIXEL)[-_]?(?:4[-_])?(?:ID|CODE)?|GOOGLE_ANALYTICS_ID)\b"
)
_RETIRED = lazy(r"\bUA-(?!X{4,}|0{4,}|1{6,}|12345)\d{5,10}-\d{1,3}\b")
_TRACKS = lazy(
    r"\bG-(?!X{4,}|0{4,}|1234|ABC|YOUR|MEASUREMENT|TRACKING)[A-Z0-9]{6,12}\b|\bGTM-(?!X{4,}|0{4,}|ABC|YOUR)[A-Z0-9]{4,9}\b|\bUA-\d{5,10}-\d|\bAW-\d{8,}|connect\.facebook\.net|fbq\(|hotjar|clarity\.ms|doubleclick|analytics\.tiktok|snap\.licdn|cdn\.segment|mixpanel|hs-scripts|mc\.yandex"
    r"|googlesyndication|heapanalytics|fullstory"
)
_SHELL_SOURCE = lazy(r"(?:^|/)(?:src|app|pages|components)/.*\.(?:[jt]sx?|vue|svelte)$|(?:^|/)package\.json$")
_CONSENT = lazy(
    r"cookiebot|onetrust|cookielaw|cookieyes|cookie-?consent|cookieconsent|osano|iubenda|termly|usercentrics|didomi|quantcast|complianz|klaro|tarteaucitron|cookiehub|cookie-?script|cookiefirst|civic(?:uk|computing)"
    r"|trustarc|borlabs|sourcepoint|cookiepro|cookiecode|clickio|pandectes|consentmo|hu-manity|moove_gdpr|real-cookie|orejime|silktide|illow|securiti\.ai|ketch\.com|transcend\.io|metomic|uniconsent|legalmonster|cookie_?information|cookieinformation|rgpd|dsgvo|cookie[-_]?(?:consenso|aviso|hinweis)|axeptio|consentmanager|gdpr|cookie[-_]?(?:banner|notice|bar|popup|policy|modal|law)|['\"]consent['\"]\s*,\s*['\"]default|consent[-_]?(?:banner|mode|manager)|acceptCookies|secureprivacy|enzuzo",
    re.IGNORECASE,
)

_COOKIE = lazy(r"[cC][oO][oO][kK][iI][eE]")
_ASKS = lazy(
    r"\b(?:we|this\s+(?:web)?site)\s+uses?\s+cookies\b|accept\s+(?:all\s+)?cookies|cookie\s+(?:settings|preferences)"
    r"|utiliz(?:a|amos)\s+cookies|usa(?:mos)?\s+cookies|aceptar\s+(?:todas\s+las\s+)?cookies|utilis(?:e|ons)\s+des\s+cookies|accepter\s+(?:les\s+)?cookies|verwende[nt]\s+cookies|cookies\s+akzeptieren|utilizz(?:a|iamo)\s+(?:i\s+)?cookie|accetta\s+(?:i\s+)?cookie|aceitar\s+cookies|gebruik\w*\s+(?:van\s+)?cookies",
    re.IGNORECASE,
)
"""What a notice says; all of it stands near the word for cookies."""
_SAYS_WHAT_IS_KEPT = lazy(
    r"(?:^|/)[^/]*(?:privac|datenschutz|polic[yi]|politi|confidentialit|legal|terms)[^/]*$", re.IGNORECASE
)
"""A page that says what is done with data asks nobody."""


def _code_of(site: Site, page: Page) -> str:
    parts = [script for _, script in page.scripts]
    for node in page.tree.css("script, iframe, img, link"):
        parts.append(
            " ".join(
                f'{name}="{value}"'
                for name, value in node.attributes.items()
                if name in {"src", "href", "id", "data-domain", "data-website-id", "data-token", "data-goatcounter"}
            )
        )
        source = node.attributes.get("src") or ""
        if node.tag == "script" and source:
            parts.append(site.read(site.local(page, source) or ""))
    return "\n".join(parts)


def _is_measured(code: str) -> bool:
    return any(service in code for service in _SERVICES) or bool(_ID.search(code)) or bool(_OWN.search(code))


def _is_handed_on(site: Site) -> bool:
    """Whether a component is given an id for counting, or keeps one in its code."""
    return any(page.path.endswith(".astro") and _ID.search(f"{page.code}\n{page.source}") for page in site.everything)


def no_analytics(site: Site, rule: PageRule, now: datetime) -> Iterator[Hit]:
    """Nothing counts visits on any page; a placeholder or a retired id counts nothing."""
    del rule, now
    code = site.code
    if site.is_shell:
        code += "\n".join(site.texts(path for path in sorted(site.paths) if _SHELL_SOURCE.search(path)))
        if any(library in code for library in _LIBRARIES):
            return
    if not _is_measured(code) and not _is_measured(site.settings) and not _is_handed_on(site):
        yield Hit(site.main)


def analytics_on_some(site: Site, rule: PageRule, now: datetime) -> Iterator[Hit]:
    """Some pages are counted and some are not."""
    del now
    pages = [page for page in judged_whole(rule, site) if page in site.public and not page.is_assembled]
    measured = [page for page in pages if _is_measured(_code_of(site, page))]
    if measured and not any(_is_measured(_code_of(site, fragment)) for fragment in site.fragments):
        yield from once(site, [page for page in pages if page not in measured], pages, rule)


def _spots(page: Page, expression: re.Pattern[str]) -> tuple[Spot, ...]:
    found = [
        Spot(page.line_at(at + hit.start()), hit[0]) for at, text in page.scripts for hit in expression.finditer(text)
    ]
    for node in page.css("script[src]"):
        hit = expression.search(node.attributes.get("src") or "")
        if hit:
            found.append(Spot(page.line_of(node), hit[0]))
    return tuple(sorted(found, key=lambda spot: spot.line or 0))


def placeholder_id(site: Site, rule: PageRule, now: datetime) -> Iterator[Hit]:
    """A measurement id that nobody filled in."""
    del rule, now
    for page in (*site.pages, *site.parts):
        spots = _spots(page, _PLACEHOLDER)
        if spots:
            yield Hit(page, spots[:1])


def retired_analytics(site: Site, rule: PageRule, now: datetime) -> Iterator[Hit]:
    """Universal Analytics, and nothing newer on the page."""
    del rule, now
    for page in (*site.pages, *site.parts):
        spots = _spots(page, _RETIRED)
        if spots and not _is_measured(_code_of(site, page)):
            yield Hit(page, spots[:1])


def no_consent(site: Site, rule: PageRule, now: datetime) -> Iterator[Hit]:
    """Visitors are followed and nobody asks them."""
    del rule, now
    tracks = _TRACKS.search(site.code) or _TRACKS.search(site.settings) or _is_handed_on(site)
    if not tracks or _CONSENT.search(site.code):
        return
    names = {
        " ".join((node.attributes.get("id") or "", node.attributes.get("class") or ""))
        for page in site.everything
        for node in page.tree.css("div, section, aside, dialog, footer")
    }
    if any(_CONSENT.search(name) for name in names):
        return
    text = " ".join(page.text for page in site.everything if not _SAYS_WHAT_IS_KEPT.search(page.path))
    if any(_ASKS.search(text, max(0, at.start() - 100), at.end() + 100) for at in _COOKIE.finditer(text)):
        return
    for page in site.pages:
        found = next(iter(_spots(page, _TRACKS)), None)
        if found:
            yield Hit(page, (found,))
            return
    yield Hit(site.main)

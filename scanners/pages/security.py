"""What the page lets others do: the network it loads code from, and the pages it opens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from auditor.model.pattern import lazy
from scanners.pages.apply import Hit, Spot, counted, excerpt, judged
from scanners.pages.cards import PageRule
from scanners.pages.site import Site

_CDN = lazy(
    r"^(?:https?:)?//(?:cdnjs\.cloudflare\.com|cdn\.jsdelivr\.net|unpkg\.com|esm\.sh|code\.jquery\.com|(?:maxcdn|stackpath|netdna)\.bootstrapcdn\.com|ajax\.googleapis\.com/ajax/libs"
    r"|ajax\.aspnetcdn\.com|cdn\.datatables\.net|use\.fontawesome\.com|cdn\.tailwindcss\.com|cdn\.skypack\.dev|rawgit\.com|cdn\.rawgit\.com|raw\.githubusercontent\.com|cdn\.bootcdn\.net"
    r"|cdn\.bootcss\.com|lib\.baomitu\.com|cdn\.staticfile\.(?:org|net)|d3js\.org|code\.angularjs\.org|cdn\.plot\.ly|code\.highcharts\.com|unicons\.iconscout\.com|kit\.fontawesome\.com"
    r"|code\.ionicframework\.com|cdn\.quilljs\.com|cdn\.ckeditor\.com|cdn\.lineicons\.com|pro\.fontawesome\.com|cdn\.rtlcss\.com|www\.gstatic\.com/firebasejs|cdn\.linearicons\.com)",
    re.IGNORECASE,
)
_HANDLER = lazy(r"^on(?!line$|site$|going$)[a-z]{3,}$")


def without_integrity(site: Site, rule: PageRule, now: datetime) -> Iterator[Hit]:
    """Scripts and styles from a public CDN that are not tied to their content."""
    del now
    for page in judged(rule, site):
        spots = []
        for node in page.css("script[src], link[rel~='stylesheet' i][href]"):
            address = (node.attributes.get("src") if node.tag == "script" else node.attributes.get("href")) or ""
            if _CDN.match(address.strip()) and not (node.attributes.get("integrity") or "").strip():
                spots.append(Spot(page.line_of(node), excerpt(address)))
        if spots:
            yield Hit(page, tuple(spots), counted(rule, len(spots)))


def opener(site: Site, rule: PageRule, now: datetime) -> Iterator[Hit]:
    """New windows on other sites that keep a handle on this one."""
    del now
    for page in judged(rule, site):
        spots = []
        for node in page.css(
            "a[target='_blank' i][href], area[target='_blank' i][href], form[target='_blank' i][action]"
        ):
            address = (node.attributes.get("href") or node.attributes.get("action") or "").strip()
            relation = (node.attributes.get("rel") or "").lower().split()
            if re.match(r"(?:https?:)?//", address, re.IGNORECASE) and not {"noopener", "noreferrer"} & set(relation):
                spots.append(Spot(page.line_of(node), excerpt(address)))
        if spots:
            yield Hit(page, tuple(spots), counted(rule, len(spots)))


def inline_handlers(site: Site, rule: PageRule, now: datetime) -> Iterator[Hit]:
    """`onclick=` and its like."""
    del now
    for page in judged(rule, site):
        spots = []
        for node in page.css("*"):
            name = next((name for name in node.attributes if _HANDLER.match(name.lower())), None)
            if name:
                spots.append(Spot(page.line_of(node), f"{node.tag} {excerpt(name)}"))
        if spots:
            yield Hit(page, tuple(spots), counted(rule, len(spots)))


_SECRET = lazy(
    r"\b[sr]k_live_[0-9A-Za-z]{10,}|\bAKIA[0-9A-Z]{16}\b|\bASIA[0-9A-Z]{16}\b|-----BEGIN (?:[A-Z]+ )*PRIVATE KEY|\bgh[pousr]_[A-Za-z0-9]{36}|\bxox[abprs]-[0-9A-Za-z-]{10,}"
    r"|\bSG\.[\w-]{16,}\.[\w-]{16,}|\bsk-(?:proj-|ant-)[\w-]{20,}|\bwhsec_[0-9A-Za-z]{16,}"
)
_SECRET_WORDS = (
    "k_live_",
    "AKIA",
    "ASIA",
    "PRIVATE KEY",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "xox",
    "SG.",
    "sk-proj-",
    "sk-ant-",
    "whsec_",
    "AIza",
    "Token",
    "apiKey",
    "api_key",
    "API_KEY",
)
"""One of these is in every secret: most pages need no closer look."""
_NAMED = lazy(
    r"\b(?:api_?key|access_?token|secret_?key|api_?token|teamup-?token)[\"']?\s*[:=]\s*[\"'](?=[0-9a-f]*[a-f])(?=[0-9a-f]*\d)[0-9a-f]{64}[\"']",
    re.IGNORECASE,
)
"""Called a key or a token, and as long as only one that a machine made is: shorter ones are often meant for browsers."""
_GOOGLE_KEY = lazy(r"\bAIza[0-9A-Za-z_\-]{35}(?![0-9A-Za-z_\-])")


def secrets(site: Site, rule: PageRule, now: datetime) -> Iterator[Hit]:
    """Secrets in the page, never shown. A Google key may be one that is meant for browsers: its grade says so."""
    del rule, now
    for page in (*site.pages, *site.parts):
        if not any(word in page.source for word in _SECRET_WORDS):
            continue
        lines = [page.line_at(found.start()) for found in _SECRET.finditer(page.source)]
        lines += [page.line_at(at + found.start()) for at, text in page.scripts for found in _NAMED.finditer(text)]
        if lines:
            yield Hit(page, tuple(Spot(line) for line in lines))
            continue
        keys = [page.line_at(found.start()) for found in _GOOGLE_KEY.finditer(page.source)]
        if keys:
            message = "Google key in a public page: a secret unless it is restricted to this site's address"
            yield Hit(page, tuple(Spot(line) for line in keys), message, "google-key")

"""What the page says: its year, its placeholders, its links, its title beside those of the other pages."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from posixpath import dirname
from urllib.parse import unquote

from auditor.model.pattern import lazy
from scanners.pages.apply import Hit, Spot, counted, excerpt, judged
from scanners.pages.cards import PageRule
from scanners.pages.page import Page
from scanners.pages.places import is_elsewhere, is_layout
from scanners.pages.site import Site
from scanners.pages.templates import is_template

_COPYRIGHT = lazy(
    r"(?:©|&copy;|&#0*169;|&#xa9;|\(c\)|\bcopyright\b)[^\n]{0,60}?((?:19|20)\d\d)(?:\s*(?:-|–|—|&[nm]dash;|to)\s*((?:19|20)\d\d|present|now|today))?",
    re.IGNORECASE,
)
# Every alternative begins with a plain character: so the beginnings are looked for many at a time.
_SIGN = lazy(r"©|\([cC]\)|copyright|Copyright|COPYRIGHT")
_SIGN_IN_SOURCE = lazy(r"©|&[cC][oO][pP][yY];|&#0*169;|&#[xX][aA]9;|\([cC]\)|copyright|Copyright|COPYRIGHT")
_ICON = lazy(
    r"<(i|span)\b[^<>]*\bclass=[\"'][^\"']*(?:-copyright|bi-c-circle)\b[^<>]*>\s*</\1>\s*((?:19|20)\d\d)(?:\s*(?:-|–|—|&[nm]dash;)\s*((?:19|20)\d\d|present|now|today))?",
    re.IGNORECASE,
)
"""The sign drawn by a font of icons, before the year."""
_YEAR_BEFORE = lazy(r"((?:19|20)\d\d)\s*(?:©|&copy;|&#0*169;)(?!\s*(?:19|20)\d\d)", re.IGNORECASE)
_OPEN_RANGE = lazy(
    r"\s*(?:-|–|—|&[nm]dash;|&#82(?:11|12);|/|to)\s*(?:<(?:span|time|b|strong|em)\b[^<>]*>\s*)?(?:<\?|<%|\{\{|\{%|\$\{|@\(?\w|<script\b|\{\s*new\s+Date)"
)
"""A dash, and then what a server or a script prints."""
_RESERVED = lazy(
    r"((?:19|20)\d\d)[\s.,|·-]{0,5}(?:all\s+rights?\s+reserved|alle\s+rechte\s+vorbehalten|alle\s+rechten\s+voorbehouden|todos\s+(?:los\s+derechos|os\s+direitos)\s+reservados|tous\s+droits\s+r[ée]serv[ée]s"
    r"|tutti\s+i\s+diritti\s+riservati|wszelkie\s+prawa\s+zastrze[żz]one|все\s+права\s+защищены|tüm\s+hakları\s+saklıdır|toate\s+drepturile\s+rezervate|alla\s+rättigheter\s+förbehållna)",
    re.IGNORECASE,
)
"""A line of copyright without the sign."""
_TOGGLE = lazy(
    r"toggle|modal|prev|next|scroll|(?:back|to)[-_]?top|close|tab\b|tabs|slide|carousel|accordion|hamburger|menu-?(?:btn|button|icon)|collapse|dropdown|lang",
    re.IGNORECASE,
)
_ARROW = "[class*='toggle-dropdown' i], [class*='dropdown-indicator' i], [class*='caret' i], [class*='chevron-down' i], [class*='angle-down' i]"
_SCRIPTED = lazy(
    r"data-(?!i18n|aos|wow|lang|en$|fr$|es$|de$|it$|text|translate|animat|delay|hover|title|w-id|scroll-reveal|sal|cy|test)|aria-(?:expanded|controls|haspopup)|@|v-|x-|ng-|\(click|wire:|hx-"
)
_ADDRESS = lazy(r"^(?:[a-z][a-z0-9+.\-]*:|//|#|\?)|\{\{|\{%|<\?|<%|\$\{", re.IGNORECASE)
_BUILD = lazy(
    r"(?:^|/)(?:package\.json|_config\.yml|hugo\.(?:toml|yaml)|config\.toml|astro\.config\.[a-z]+|eleventy\.config\.[a-z]+|\.eleventy\.js|gatsby-config\.[jt]s|manage\.py|app\.py|server\.js|pom\.xml|artisan)$"
)
_HTML_NAME = lazy(r"\.html?$", re.IGNORECASE)
_PHP_NAME = lazy(r"\.(?:html?|php)$", re.IGNORECASE)
_BLANKED = lazy(r"\S[ \t]{6,}|(?<!\s)[ \t]{6,}\S")
"""Where code of the server stood."""
_PICTURE = lazy(r"\.(?:jpe?g|png|gif|webp|avif|svg)$", re.IGNORECASE)


def stale_year(site: Site, rule: PageRule, now: datetime) -> Iterator[Hit]:
    """A copyright line that ends before this year, unless a script writes the year."""
    newest_allowed = now.year - 1 if now.month <= 2 else now.year
    for page in judged(rule, site):
        drawn = "-copyright" in page.source or "bi-c-circle" in page.source
        reserved = list(_RESERVED.finditer(page.bare)) if _RESERVED.search(page.text) else []
        if not drawn and not reserved and not _SIGN.search(page.text):
            continue
        by_script = _script_writes_year(site, page)
        spots = []
        drawn_ones = _ICON.finditer(page.source) if drawn else ()
        for at, found in (*_copyrights(page), *((0, each) for each in (*drawn_ones, *reserved))):
            last = max(group for group, year in enumerate(found.groups(), 1) if year)
            if found[last].isdigit() and _OPEN_RANGE.match(page.source, at + found.end()):
                continue  # The server writes the year behind the dash.
            if not found[last].isdigit() or int(found[last]) >= newest_allowed:
                continue
            if not (by_script and _stands_alone(page, at + found.start(last), at + found.end(last))):
                spots.append(Spot(page.line_at(at + found.start()), excerpt(found[0])))
        if spots:
            yield Hit(page, tuple(spots[:1]))


def _copyrights(page: Page) -> Iterator[tuple[int, re.Match[str]]]:
    """Lines of copyright with the offset from which they count: only what stands at a sign is looked at closely."""
    end = 0
    for start, text in page.shown:
        for sign in _SIGN_IN_SOURCE.finditer(text):
            first, last = start + sign.start(), start + sign.end()
            if first < end:
                continue
            begin = max(0, first - 8)
            bare = page.stretch(begin, last + 90)
            before = _YEAR_BEFORE.search(bare, 0, last + 8 - begin)
            found = _COPYRIGHT.match(bare, first - begin)
            yield from ((begin, each) for each in (found, before) if each)
            end = begin + found.end() if found else last


def _stands_alone(page: Page, start: int, end: int) -> bool:
    """Whether an element holds a year and nothing else, as one does that a script fills in."""
    return page.source[:start].rstrip().endswith(">") and page.source[end:].lstrip().startswith("<")


def _script_writes_year(site: Site, page: Page) -> bool:
    if any("getFullYear" in text for _, text in page.scripts):
        return True
    paths = (site.local(page, node.attributes.get("src") or "") for node in page.tree.css("script[src]"))
    return any("getFullYear" in text for text in site.texts(path for path in paths if path))


def dead_links(site: Site, rule: PageRule, now: datetime) -> Iterator[Hit]:
    """Links that lead nowhere; what a script turns into a button is none."""
    del now
    for page in judged(rule, site):
        spots = []
        for node in page.css("a[href='#'], a[href='']"):
            attributes = node.attributes
            words = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
            if "onclick" in attributes or attributes.get("role") in {"button", "tab"} or _TOGGLE.search(words):
                continue
            if node.css_first(_ARROW) is not None:
                continue  # It opens a menu.
            if any(_SCRIPTED.match(name) for name in attributes):
                continue
            spots.append(Spot(page.line_of(node), excerpt(node.html or "")))
        if len(spots) >= rule.minimum:
            yield Hit(page, tuple(spots), counted(rule, len(spots)))


def broken_links(site: Site, rule: PageRule, now: datetime) -> Iterator[Hit]:
    """Links to pages of this site that are not there; only where nothing builds or routes pages."""
    del now
    served = any(path.endswith(".php") for path in site.paths) and not any(
        path.endswith((".htaccess", "artisan")) for path in site.paths
    )
    yield from _lost(site, rule, "a[href]", "href", _PHP_NAME if served else _HTML_NAME)


def missing_pictures(site: Site, rule: PageRule, now: datetime) -> Iterator[Hit]:
    """Pictures of this site that are not there."""
    del now
    yield from _lost(site, rule, "img[src]", "src", _PICTURE)


def _lost(site: Site, rule: PageRule, selector: str, attribute: str, wanted: re.Pattern[str]) -> Iterator[Hit]:
    ways = {path for path in site.paths if _BUILD.search(path) and not is_elsewhere(path)}
    ways -= {path for path in ways if path.endswith("package.json") and not _runs(site.read(path))}
    built = {dirname(path) for path in ways}
    served = {dirname(path) for path in ways if path.endswith("server.js")}
    only_served = (
        wanted is _PICTURE
        and built == served
        and not any(_IS_BUILD.search(site.read(f"{each}/package.json".lstrip("/"))) for each in served)
    )
    names = {path.rsplit("/", 1)[-1] for path in site.paths}
    for page in judged(rule, site):
        by_php = wanted is _PHP_NAME and page.path.lower().endswith(".php")
        if page.has("base[href]") or (not only_served and any(_is_below(page.path, folder) for folder in built)):
            continue
        if _is_filled_in(page) and not by_php:
            continue
        spots = []
        for node in page.css(selector):
            address = re.split(r"[?#]", (node.attributes.get(attribute) or "").strip(), maxsplit=1)[0]
            if not address or _ADDRESS.search(address) or not wanted.search(address):
                continue
            plain = unquote(address).replace("\\", "/")
            # What begins at the root of the host may be mounted anywhere; what a template shows, too.
            elsewhere = plain.rsplit("/", 1)[-1] in names and (
                plain.startswith("/") or is_template(page.path) or bool(built)
            )
            elsewhere = elsewhere or (bool(built) and bool(_UPLOADED.search(plain)))
            if site.local(page, plain) is None and not elsewhere:
                spots.append(Spot(page.line_of(node), excerpt(address)))
        if spots:
            yield Hit(page, tuple(spots), counted(rule, len(spots)))


def _runs(manifest: str) -> bool:
    """Whether a package may build or serve anything: the one script that `npm init` writes does not."""
    try:
        package = json.loads(manifest)
    except (ValueError, RecursionError):
        return True
    if not isinstance(package, dict) or not _mapping(package.get("scripts")):
        return True
    started = any(name != "test" for name in _mapping(package["scripts"]))
    needed = {**_mapping(package.get("dependencies")), **_mapping(package.get("devDependencies"))}
    return started or any(_BUILDS.search(name) for name in needed)


def _mapping(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


_BUILDS = lazy(
    r"^(?:express|koa|fastify|@?hapi\b.*|gulp.*|grunt.*|webpack.*|vite|parcel.*|rollup|@11ty/.*|astro|next|nuxt|gatsby|hexo|metalsmith|panini|assemble|harp|react-scripts|serve|http-server|live-server|browser-sync|sails|meteor.*)$"
)
_UPLOADED = lazy(r"(?:^|/)(?:uploads?|media|files|storage|data)/", re.IGNORECASE)
_IS_BUILD = lazy(r"\"build\"\s*:\s*\"(?!echo)")


def _is_filled_in(page: Page) -> bool:
    """Whether a program makes the page of it; one that only fetches its header is as it is."""
    return page.is_assembled and (
        is_template(page.path) or bool(page.front) or "{%" in page.source or "{{" in page.source
    )


def _is_below(path: str, folder: str) -> bool:
    return not folder or path.startswith(f"{folder}/")


def repeated_titles(site: Site, rule: PageRule, now: datetime) -> Iterator[Hit]:
    """Several pages under one title."""
    del rule, now
    yield from _repeated(site, lambda page: page.first_text("head > title"), "title")


def repeated_descriptions(site: Site, rule: PageRule, now: datetime) -> Iterator[Hit]:
    """Several pages under one description."""
    del rule, now
    yield from _repeated(site, lambda page: page.meta("description"), "description")


def _repeated(site: Site, value_of: Callable[[Page], str], name: str) -> Iterator[Hit]:
    pages: dict[str, list[Page]] = defaultdict(list)
    for page in site.public:
        value = value_of(page)
        if value and "{" not in value and _has_a_head_of_its_own(page):
            pages[value].append(page)
    groups = [
        same for same in pages.values() if len({page.path.rsplit("/", 1)[-1] for page in same}) > 1 or _differ(same)
    ]
    if not groups:
        return
    every = [page for same in groups for page in same]
    first = site.main if site.main in every else every[0]
    node = first.tree.css_first("head > title" if name == "title" else "meta[name='description' i]")
    spot = Spot(first.line_of(node) if node else None, excerpt(value_of(first)))
    shared = f"share {len(groups)} {name}s" if len(groups) > 1 else f"have the same {name}"
    yield Hit(first, (spot,), f"{len(every)} pages {shared}", also=tuple(page for page in every if page is not first))


def _has_a_head_of_its_own(page: Page) -> bool:
    """Whether what stands in its head is that of one page: not of a layout, and not put together by code."""
    if not page.is_assembled:
        return True
    if page.path.lower().endswith(".php") and not page.path.lower().endswith(".blade.php"):
        title = page.tree.css_first("head > title")
        printed = title is None or bool(_BLANKED.search(title.text()))
        return not (printed or page.front or "{%" in page.source or is_layout(page.path))
    return not _is_filled_in(page) and not is_layout(page.path)


_SERVED = lazy(r"(?:^|(?<=/))(?:public|www|htdocs|public_html|docs|dist)/")
"""Folders of which a server shows what lies in them: what lies beside them under the same name is a copy."""


def _differ(pages: Sequence[Page]) -> bool:
    """Whether pages of one file name are different pages: index pages of folders are, copies in two folders are not."""
    return (
        len(pages) > 1
        and pages[0].path.rsplit("/", 1)[-1].startswith("index.")
        and len({page.text for page in pages}) > 1
        and len({_SERVED.sub("", page.path) for page in pages}) > 1
    )


def rendered_by_script(site: Site, rule: PageRule, now: datetime) -> Iterator[Hit]:
    """Pages that are empty until a script has run; what a server of SvelteKit fills in is not."""
    del rule, now
    made = (page for page in site.pages if "%sveltekit.body%" not in page.source)
    shells = [page for page in made if page.is_shell or page.is_rendered]
    if shells:
        yield Hit(shells[0], also=tuple(shells[1:]))


def seen_in_browser(site: Site, rule: PageRule, now: datetime) -> Iterator[Hit]:
    """What axe-core found in the rendered pages: contrast by itself, the rest together per rule of axe-core.

    What our own rules find without a browser is not said twice.
    """
    del now
    contrast = rule.rule.id.endswith("-contrast")
    for page in site.pages:
        for violation in site.violations.get(page.path, ()):
            if (violation.rule == "color-contrast") is not contrast or violation.rule in _OURS:
                continue
            spots = tuple(Spot(None, excerpt(node)) for node in violation.nodes[:1])
            places = f"{len(violation.nodes)} elements" if len(violation.nodes) != 1 else "one element"
            message = f"{excerpt(violation.help)}: {places}"
            details = {"axe": excerpt(violation.rule), "impact": excerpt(violation.impact)}
            yield Hit(page, spots, message, details=details)


_OURS = frozenset(
    "image-alt input-image-alt area-alt label select-name button-name link-name html-has-lang meta-viewport frame-title "
    "document-title duplicate-id duplicate-id-aria".split()
)


def compared_later(site: Site, rule: PageRule, now: datetime) -> Iterator[Hit]:
    """Nothing here: prices and tiers are recorded, and a later step compares them with the wiki."""
    del site, rule, now
    yield from ()

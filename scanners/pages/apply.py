"""One rule over one site."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from auditor.model.pattern import lazy
from scanners.pages.cards import PageRule
from scanners.pages.page import Page
from scanners.pages.places import is_back_office, is_elsewhere
from scanners.pages.site import Site

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_TEMPLATED = lazy(r"\{\{|\{%|<\?|<%|\$\{|\[\[|^\s*\{")
"""An attribute that begins with a brace is an expression of Astro, JSX or Svelte."""
_OF_THE_SITE = frozenset(
    "consent calendar checkout booking_form contact price reviews hours ota email_capture ld_right_type".split()
)
"""Checks that look for something anywhere: a first page that a script renders may hold it."""
_WRITTEN_BY_TAGS = lazy(r"title|description|canonical|og:image|ld\+json")
"""What plug-ins of site generators write into the head."""
_JEKYLL_SEO = lazy(r"\{%-?\s*seo\b")
_HAS_PICTURE = lazy(r"^\s*-?\s*image\s*:", re.MULTILINE)
_REWRITES = lazy(r"(?:^|/)(?:vercel\.json|_redirects|netlify\.toml|firebase\.json|staticwebapp\.config\.json)$")
_SOURCE_FOLDER = lazy(
    r"(?:^|/)(?:src|public|static|www|web|app|templates|views|_?layouts|html|client|dist|dst|build|out|_site|docs|assets|pages)$"
)
"""Folders that a build or a server puts at the root of the site, with what lies beside them."""
_CONFIGURATION = lazy(
    r"(?:^|/)(?:_headers|_redirects|netlify\.toml|vercel\.json|now\.json|firebase\.json|staticwebapp\.config\.json|\.htaccess|customHttp\.ya?ml|customHeaders\.json"
    r"|amplify\.ya?ml|web\.config|Caddyfile|nginx[^/]*|[^/]*\.conf|[^/]*\.tf|serverless\.ya?ml|template\.ya?ml|cloudfront[^/]*\.(?:json|ya?ml|ts|py|js)"
    r"|(?:next|nuxt|vite|astro|svelte)\.config\.[cm]?[jt]s|middleware\.[jt]s|server\.[jt]s|app\.(?:js|ts|py)|index\.js|settings\.py|wrangler\.toml|_worker\.js)$"
)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on a page."""

    line: int | None
    excerpt: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule is true on a page (or for a site, seen from its first page)."""

    page: Page
    spots: tuple[Spot, ...] = ()
    message: str = ""
    grade: str = ""
    also: tuple[Page, ...] = ()
    """Further pages of which the same is true."""

    details: Mapping[str, str] = field(default_factory=dict)


Check = Callable[[Site, PageRule, datetime], Iterator[Hit]]
"""A named check: everything that the rule has to say about one site."""


def hits(rule: PageRule, site: Site, now: datetime, checks: Mapping[str, Check]) -> Iterator[Hit]:
    """Everything that one rule has to say about one site."""
    if not concerns(rule, site):
        return
    if rule.check:
        unseen = site.main.is_shell if rule.check in _OF_THE_SITE else site.is_shell
        if rule.in_shell or not unseen:
            yield from checks[rule.check](site, rule, now)
    elif rule.find:
        for page in judged(rule, site):
            yield from _found(rule, site, page)
    elif rule.text is not None or rule.script is not None:
        for page in judged(rule, site):
            yield from _said(rule, page)
    elif rule.absent:
        yield from _missing(rule, site)
    elif rule.files and not _has_file(rule, site):
        yield Hit(site.main)


def concerns(rule: PageRule, site: Site) -> bool:
    """Whether a rule is for this kind of site."""
    if rule.not_when & site.profiles:
        return False
    return bool(rule.when & site.profiles) if rule.when else "dialog" not in site.profiles


def judged(rule: PageRule, site: Site) -> Iterator[Page]:
    """Pages, and the parts that templates make pages of, on which the rule may be judged without a browser."""
    yield from judged_whole(rule, site)
    yield from (part for part in site.parts if rule.apart or not (part.is_apart or part.is_application))


def judged_whole(rule: PageRule, site: Site) -> Iterator[Page]:
    """The whole pages among them: in them something can be missing."""
    for page in site.pages:
        if page.is_shell and not rule.in_shell:
            continue
        if not rule.apart and (page.is_apart or page.is_application):
            continue
        yield page


def is_filled_in(node: LexborNode) -> bool:
    """Whether a template adds attributes to an element, so that what it will have is not known."""
    return any(name.startswith(("{", "<", "@", "...")) or "}" in name for name in node.attributes)


def is_templated(value: str) -> bool:
    """Whether a template fills in a value, so that what it will be is not known."""
    return bool(_TEMPLATED.search(value))


def _found(rule: PageRule, site: Site, page: Page) -> Iterator[Hit]:
    spots = []
    nodes = page.css(rule.find)
    if not nodes or (rule.files and _has_file(rule, site)) or (rule.unless and page.has(rule.unless)):
        return
    for node in nodes:
        value = (node.attributes.get(rule.attribute) or "") if rule.attribute else ""
        if _TEMPLATED.search(value) if rule.attribute else is_filled_in(node):
            continue
        if rule.matches is not None and not rule.matches.search(value.strip()):
            continue
        if rule.not_matches is not None and rule.not_matches.search(value.strip()):
            continue
        spots.append(Spot(page.line_of(node), excerpt(value or node.html or "")))
    if len(spots) >= rule.minimum and not (rule.minimum > 1 and _are_alternatives(page, spots)):
        yield Hit(page, tuple(spots), counted(rule, len(spots)))


def _are_alternatives(page: Page, spots: Sequence[Spot]) -> bool:
    """Whether no two of these are shown together: each stands in another branch."""
    lines = [spot.line for spot in spots]
    return all(page.are_apart(first, second) for first, second in pairwise(lines))


def counted(rule: PageRule, count: int) -> str:
    """`12 pictures without text`; empty for one, where the card's title says it."""
    return f"{count} {rule.noun}" if rule.noun and count > 1 else ""


def excerpt(text: str) -> str:
    """The beginning of a text, in one line, control characters made visible."""
    line = " ".join(text.split(maxsplit=161)[:161])[:160]  # so many words are more than so many characters
    if line.isprintable():
        return line
    return "".join(c if c.isprintable() and not "\ud800" <= c <= "\udfff" else f"\\u{ord(c):04x}" for c in line)


def _said(rule: PageRule, page: Page) -> Iterator[Hit]:
    spots = []
    if rule.text is not None and rule.text.search(page.text):
        spots += [Spot(page.line_at(f.start()), excerpt(f[0])) for f in rule.text.finditer(page.bare)]
    if rule.script is not None:
        # What is found may be a secret: it is never shown.
        spots += [Spot(page.line_at(at + f.start())) for at, text in page.scripts for f in rule.script.finditer(text)]
        if not spots:
            spots += [Spot(page.line_at(f.start())) for f in rule.script.finditer(page.source)]
    if len(spots) >= rule.minimum:
        yield Hit(page, tuple(spots), counted(rule, len(spots)))


def _missing(rule: PageRule, site: Site) -> Iterator[Hit]:
    if rule.header and _sets_header(site, rule.header):
        return
    if rule.files and _has_file(rule, site):
        return
    if rule.unless_href is not None and any(rule.unless_href.search(href) for href in site.hrefs):
        return
    holding = [fragment for fragment in site.fragments if _present(rule, fragment)]
    for_staff = bool(holding) or _is_written(rule, site)
    in_fragment = any(not is_back_office(part.path) for part in holding) or _is_written(rule, site)
    pages = list(judged_whole(rule, site))
    if rule.main_page and pages and _present(rule, site.main):
        return
    if rule.whole_site:
        if site.main.is_shell and not rule.in_shell:
            return
        excused = rule.unless and any(page.has(rule.unless) for page in site.everything)
        if pages and not excused and not in_fragment and not any(_present(rule, page) for page in pages):
            yield Hit(site.main if site.main in pages else pages[0])
        return
    lacking = [
        page
        for page in pages
        if not _present(rule, page)
        and not (page.is_assembled and (for_staff if is_back_office(page.path) else in_fragment))
        and not (rule.unless and page.has(rule.unless))
    ]
    yield from once(site, lacking, pages, rule)


def _is_written(rule: PageRule, site: Site) -> bool:
    """Whether a plug-in writes it: that of Jekyll writes a picture only for a page or a site that has one.

    Components for the head of Astro write no structured data: one that does is read itself.
    Source: jekyll/jekyll-seo-tag, docs/usage.md.
    """
    writers = (
        [page for page in site.everything if page.is_served_by_tag] if _WRITTEN_BY_TAGS.search(rule.absent) else []
    )
    if "ld+json" in rule.absent:
        writers = [page for page in writers if not page.path.lower().endswith(".astro")]
    if not writers or "og:image" not in rule.absent:
        return bool(writers)
    if not all(_JEKYLL_SEO.search(page.source) for page in writers):
        return True
    fronts = (page.front for page in site.everything)
    return any(_HAS_PICTURE.search(text) for text in (site.settings, *fronts))


def once(site: Site, lacking: Sequence[Page], pages: Sequence[Page], rule: PageRule) -> Iterator[Hit]:
    """One hit for all pages that lack something, the main page first."""
    if not lacking:
        return
    first = site.main if site.main in lacking else lacking[0]
    share = f": {len(lacking)} of {len(pages)} pages" if len(pages) > 1 else ""
    yield Hit(first, (), f"{rule.rule.title}{share}", also=tuple(page for page in lacking if page is not first))


def _present(rule: PageRule, page: Page) -> bool:
    if rule.non_empty:
        return any(node.text().strip() for node in page.tree.css(rule.absent))
    return page.has(rule.absent)


def _has_file(rule: PageRule, site: Site) -> bool:
    stem = rule.files[0].rsplit("/", 1)[-1].rsplit(".", 1)[0]
    if re.fullmatch(r"robots|sitemap", stem) and (
        _is_generated(site, stem)
        or _is_built_in(site, stem)
        or site.answers(stem)
        or (site.main.is_assembled and (site.names_file(stem) or site.names_file("jekyll-sitemap")))
    ):
        return True
    prefix = f"{site.root}/" if site.root else ""
    bases = [prefix]
    if _SOURCE_FOLDER.search(site.root):
        bases.append(prefix.removesuffix("/").rpartition("/")[0] + "/" if "/" in site.root else "")
    return any(base + name in site.paths for name in rule.files for base in bases)


def _is_built_in(site: Site, stem: str) -> bool:
    """Whether what makes the site serves the file unasked: WordPress both, Hugo the sitemap, and robots.txt if it is told to.

    Sources: WordPress 5.5 field guide (`wp-sitemap.xml`), gohugo.io (sitemap and robots templates).
    """
    if any("wp_head" in page.server_code for page in site.pages):
        return True
    prefix = f"{site.root}/" if site.root else ""
    named = any(f"{prefix}hugo.{kind}" in site.paths for kind in ("toml", "yaml", "yml", "json"))
    old = any(f"{prefix}config.{kind}" in site.paths for kind in ("toml", "yaml", "yml")) or any(
        path.startswith(f"{prefix}config/_default/") for path in site.paths
    )
    if not named and not (
        old and any(path.startswith((f"{prefix}archetypes/", f"{prefix}layouts/")) for path in site.paths)
    ):
        return False
    if stem == "robots":
        return bool(re.search(r"enableRobotsTXT[\"']?\s*[:=]\s*true", site.settings, re.IGNORECASE))
    return not re.search(r"disableKinds[^\n]*sitemap", site.settings, re.IGNORECASE)


def _is_generated(site: Site, stem: str) -> bool:
    """Whether a program or a rewrite of the host answers under this name."""
    kinds = r"[cm]?[jt]sx?|py|php|rb|njk|liquid|xsl" + ("|xml|xml\\.gz|txt" if stem == "sitemap" else "")
    program = re.compile(rf"(?:^|/){stem}[\w.-]*\.(?:{kinds})$")
    if any(program.search(path) and site.is_near(path) and not is_elsewhere(path) for path in site.paths):
        return True
    return any(f"{stem}." in text for text in site.texts(path for path in sorted(site.paths) if _REWRITES.search(path)))


def _sets_header(site: Site, header: str) -> bool:
    return any(
        header in text.lower()
        for text in site.texts(path for path in sorted(site.paths) if _CONFIGURATION.search(path))
    )

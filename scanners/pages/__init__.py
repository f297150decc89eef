"""Public pages: can they be found, can they take a booking, do they measure anything, can everybody use them?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from auditor.errors import NotScannedError
from auditor.model.fact import Record
from auditor.model.finding import Match
from auditor.model.location import CodeLocation
from auditor.model.pattern import lazy
from auditor.model.ports import FileEntry, Files, ScanContext
from auditor.model.run import NotScanned, ScanResult
from auditor.model.target import Repo, ScanTarget, Scope
from scanners.pages import accessibility, booking, channels, content, placeholders, security, structure, tracking
from scanners.pages.apply import Check, Hit, hits
from scanners.pages.cards import PageRule, compiled
from scanners.pages.deep import MOST_PAGES, Deep, axe_file
from scanners.pages.page import LARGEST, Page, decoded
from scanners.pages.places import (
    built_copies,
    is_copied,
    is_elsewhere,
    is_mail,
    left_out,
    of_packages,
    saved_copies,
)
from scanners.pages.profile import KNOWN
from scanners.pages.records import records as records_of
from scanners.pages.site import Site, roots
from scanners.pages.templates import PLAIN, has_markup, is_template

_SOURCE = lazy(r"\.(?:md|mdx|markdown|mdoc|qmd)$", re.IGNORECASE)
_CONTENT = lazy(r"(?:^|/)(?:content|_?posts|_?pages|collections?)/", re.IGNORECASE)
_FOR_DEVELOPERS = lazy(
    r"(?:^|/)(?:readme|changelog|contributing|licen[cs]e|code_of_conduct|security|history|upgrading|authors|todo|claude|agents)[^/]*$",
    re.IGNORECASE,
)
_COMPONENT = lazy(r"\.(?:jsx|tsx|vue|svelte)$|^src/(?:[^/]+/)*[A-Z][\w-]*\.js$")
"""Sources of what a script renders; React's are named like what they render, whatever their ending is."""
_DATA = lazy(
    r"(?:^|/)(?:_?data|i18n|locales?|languages?|translations|content)/(?:[^/]+/)*[^/]+\.(?:[cm]?[jt]s|json|ya?ml|toml)$"
    r"|(?:^|/)(?:_config|hugo|config|site|site-?config|consts?|constants|settings|metadata|navigation|nav|menus?)\.(?:[cm]?[jt]s|json|ya?ml|toml)$",
    re.IGNORECASE,
)
"""Where sites that are generated keep their texts, addresses and prices."""
_MARKDOWN_LINK = lazy(r"\[([^\]\n]{0,200})\]\(([^)\s\"<>]{1,500})\)")
_MARKDOWN_HEADING = lazy(r"^(#{1,6})[ \t]+([^\n#]{1,300})", re.MULTILINE)
_MOST_SOURCES = 400
_MOST_DATA = 40
_LARGEST_DATA = 64 * 1024
_MOST_TEMPLATES = 1500
_MOST_COMPONENTS = 120
_MOST_PLACES = 50
_LARGEST_SCRIPT = 512 * 1024
_LARGEST_ASSET = 8 * 1024 * 1024

CHECKS: Mapping[str, Check] = {
    "analytics": tracking.no_analytics,
    "analytics_on_some": tracking.analytics_on_some,
    "analytics_placeholder": tracking.placeholder_id,
    "analytics_retired": tracking.retired_analytics,
    "consent": tracking.no_consent,
    "calendar": booking.no_calendar,
    "checkout": booking.no_checkout,
    "booking_form": booking.no_form,
    "contact": booking.no_contact,
    "price": booking.no_price,
    "reviews": booking.no_reviews,
    "hours": booking.no_hours,
    "email_capture": booking.no_email_capture,
    "ota": channels.no_ota,
    "ld_types": structure.unknown_types,
    "ld_json": structure.unreadable,
    "ld_right_type": structure.wrong_type,
    "pictures_without_text": accessibility.pictures_without_text,
    "unlabelled_inputs": accessibility.unlabelled_inputs,
    "nameless_controls": accessibility.nameless_controls,
    "repeated_ids": accessibility.repeated_ids,
    "page_secrets": security.secrets,
    "sri": security.without_integrity,
    "noopener": security.opener,
    "inline_handlers": security.inline_handlers,
    "stale_year": content.stale_year,
    "placeholder_phone": placeholders.phone,
    "placeholder_email": placeholders.email,
    "placeholder_text": placeholders.text,
    "dead_links": content.dead_links,
    "broken_links": content.broken_links,
    "missing_pictures": content.missing_pictures,
    "repeated_titles": content.repeated_titles,
    "repeated_descriptions": content.repeated_descriptions,
    "rendered_by_script": content.rendered_by_script,
    "seen_in_browser": content.seen_in_browser,
    "compared_with_wiki": content.compared_later,
}
"""By the name that a card uses under `check`."""


class Pages:
    """Rules over the HTML files of a repository, site by site."""

    name = "pages"
    kinds = frozenset({"repo"})

    def scan(self, target: ScanTarget, context: ScanContext) -> ScanResult:
        """Look at every site of one repository.

        A site is looked at as a whole: whether a change broke it cannot be said from the changed files alone, so a scan
        of staged or changed files leaves this to the full scan.
        """
        assert isinstance(target, Repo)
        assert context.files is not None
        if target.scope is not Scope.TREE:
            return ScanResult(skipped="pages are looked at as a whole site, in full scans")
        reading = _Reading(context.files)
        sites = _sites(target, reading, _types(context.data))
        if not sites:
            return ScanResult(skipped="no HTML page in the repository", not_scanned=tuple(reading.not_scanned))
        if context.options.get("deep") in {"true", "yes", "1"}:
            sites = _rendered(sites, reading, context)
        rules = [compiled(rule, frozenset(CHECKS)) for rule in context.rules]
        matches: list[Match] = []
        records: list[Record] = []
        for site in sites:
            for rule in rules:
                matches += (_match(target, rule, site, hit) for hit in hits(rule, site, context.now, CHECKS))
            records += records_of(target, site)
        pages = [page for site in sites for page in site.pages]
        shells = [NotScanned(page.path, "rendered by script", expected=True) for page in pages if page.is_shell]
        return ScanResult(
            matches=tuple(matches),
            records=tuple(records),
            looked_at={"pages": len(pages), "sites": len(sites), "rules": len(rules)},
            not_scanned=(*shells, *reading.not_scanned, *context.files.unreadable()),
        )


def _rendered(sites: Sequence[Site], reading: _Reading, context: ScanContext) -> list[Site]:
    """The sites as a browser shows them; what could not be rendered is left as it lies there, and said."""
    try:
        deep = Deep(context.programs, context.work, axe_file(context.options.get("axe", "")))
    except NotScannedError as error:
        reading.not_scanned.append(NotScanned("", "not rendered", detail=str(error)))
        return list(sites)
    if not deep.has_axe:
        missing = "contrast check, which needs axe-core (--axe FILE)"
        reading.not_scanned.append(NotScanned("", missing, expected=True))
    done = []
    for site in sites:
        wanted = [page.path for page in site.pages]
        seen = dict(deep.render(site.root, wanted[:MOST_PAGES], reading.raw))
        reading.not_scanned += [NotScanned(path, "not rendered") for path in wanted if path not in seen]
        pages = tuple(
            Page(page.path, seen[page.path].markup, is_rendered=True) if page.is_shell and page.path in seen else page
            for page in site.pages
        )
        violations = {path: rendered.violations for path, rendered in seen.items()}
        done.append(replace(site, pages=pages, violations=violations))
    return done


class _Reading:
    """Files of the target by path, read once and only when somebody asks."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self.entries: Mapping[str, FileEntry] = {entry.path: entry for entry in files.entries() if entry.tracked}
        self.not_scanned: list[NotScanned] = []
        self._texts: dict[str, str] = {}
        self._sources: tuple[Page, ...] | None = None

    def text(self, path: str) -> str:
        """Text of a small file; empty for what is missing, large or binary."""
        if path not in self._texts:
            entry = self.entries.get(path)
            found = ""
            if entry is not None and entry.size <= _LARGEST_SCRIPT:
                found = next((decoded(body) or "" for _, body in self._files.read_many([entry])), "")
            self._texts[path] = found
        return self._texts[path]

    def raw(self, path: str) -> bytes | None:
        """Bytes of any file that a page may ask for; None for what is missing or too large to matter."""
        entry = self.entries.get(path)
        if entry is None or entry.size > _LARGEST_ASSET:
            return None
        return next((body for _, body in self._files.read_many([entry])), None)

    def prefetch(self, paths: Iterable[str]) -> None:
        """Read many small files by one process, so that `text` finds them."""
        wanted = [self.entries[p] for p in paths if p in self.entries and p not in self._texts]
        for entry, body in self._files.read_many([entry for entry in wanted if entry.size <= _LARGEST_SCRIPT]):
            self._texts[entry.path] = decoded(body) or ""

    def components(self, root: str) -> tuple[Page, ...]:
        """What a script will render, as far as its sources look like markup: they say what kind of site it is."""
        if f"{root}/index.html" in self.entries and root.rpartition("/")[2] == "public":
            root = root.rpartition("/")[0]  # What is copied as it is: the sources lie beside it.
        prefix = f"{root}/" if root else ""
        named = (
            path for path in self.entries if path.startswith(prefix) and _COMPONENT.search(path.removeprefix(prefix))
        )
        wanted = sorted(path for path in named if not is_elsewhere(path.removeprefix(prefix)))[:_MOST_COMPONENTS]
        self.prefetch(wanted)
        return tuple(Page(path, self.text(path), is_evidence=True) for path in wanted)

    def sources(self) -> tuple[Page, ...]:
        """What a site generator makes pages of: evidence for what a layout alone does not show."""
        if self._sources is None:
            named = (path for path in self.entries if _SOURCE.search(path) and not _FOR_DEVELOPERS.search(path))
            wanted = [path for path in named if not is_elsewhere(path)][:_MOST_SOURCES]
            self.prefetch(wanted)
            # Without front matter and outside a folder of content it is a note for developers.
            shown = [path for path in wanted if _CONTENT.search(path) or self.text(path).startswith(("---", "+++"))]
            self._sources = tuple(Page(path, _marked_up(self.text(path)), is_evidence=True) for path in shown)
        return self._sources

    def data(self, root: str) -> tuple[Page, ...]:
        """What a generator fills into its layouts: evidence as well."""
        prefix = f"{root}/" if root else ""
        named = (path for path in self.entries if path.startswith(prefix) and _DATA.search(path))
        small = (path for path in named if self.entries[path].size <= _LARGEST_DATA)
        wanted = sorted(path for path in small if not is_elsewhere(path.removeprefix(prefix)))[:_MOST_DATA]
        self.prefetch(wanted)
        return tuple(Page.of_data(path, self.text(path)) for path in wanted)

    def pages(self) -> Iterator[Page]:
        """HTML files that are pages or fragments of pages."""
        wanted = [entry for path, entry in self.entries.items() if PLAIN.search(path) and not is_elsewhere(path)]
        made = [entry for path, entry in self.entries.items() if is_template(path) and not is_elsewhere(path)]
        if len(made) > _MOST_TEMPLATES:
            self.not_scanned.append(NotScanned("", "too many templates", detail=f"{len(made)}"))
        wanted += made[:_MOST_TEMPLATES]
        saved = saved_copies((entry.path for entry in wanted), self.entries)
        saved |= of_packages((entry.path for entry in wanted), self.entries)
        wanted = [entry for entry in wanted if entry.path not in saved]
        copies = built_copies([entry.path for entry in wanted])
        self.not_scanned += [NotScanned(path, "built copy", expected=True) for path in sorted(copies)]
        self.not_scanned += [NotScanned(entry.path, "too large") for entry in wanted if entry.size > LARGEST]
        readable = [entry for entry in wanted if entry.size <= LARGEST and entry.path not in copies]
        for entry, body in self._files.read_many(readable):
            source = decoded(body)
            if source is None:
                self.not_scanned.append(NotScanned(entry.path, "binary", expected=True))
            elif source.strip() and not is_copied(entry.path, source):
                page = Page(entry.path, source)
                if is_mail(entry.path, page.source):
                    continue  # One that its code only sends has been blanked.
                if is_template(entry.path) and not has_markup(entry.path, page.source):
                    continue
                if page.is_too_deep:
                    self.not_scanned.append(NotScanned(entry.path, "nested too deeply"))
                else:
                    yield page


def _marked_up(text: str) -> str:
    """Markdown with what the rules ask for as markup: links and headings."""
    text = _MARKDOWN_LINK.sub(r'<a href="\2">\1</a>', text)
    return _MARKDOWN_HEADING.sub(lambda found: f"<h{len(found[1])}>{found[2]}</h{len(found[1])}>", text)


def _sites(target: Repo, reading: _Reading, types: Mapping[str, tuple[str, ...]]) -> list[Site]:
    everything = list(reading.pages())
    shown = {page.path.rsplit("/", 1)[-1] for page in everything}
    shown |= {name.partition(".")[0] for name in shown}  # Engines of templates add the ending themselves.
    for page in everything:
        if page.included and not shown.intersection(page.included):
            page.is_assembled = False  # What it includes is code.
    _demote(everything)
    declared = frozenset(word.strip() for word in target.profile.split(",") if word.strip() in KNOWN)
    beside = left_out([page.path for page in everything], reading.entries, reading.text)
    made = [page for page in everything if page.path not in beside]
    sites = _grouped(made, reading, types, frozenset(beside.values()))
    if beside:  # A generator never sees them: they are no part of what it makes.
        others = _grouped([page for page in everything if page.path in beside], reading, types)
        sites += [replace(site, is_beside=True) for site in others]
    if declared and len(sites) > 1 and any("marketing" in site.profiles for site in sites):
        # What is declared is meant for the public sites, not for the tools that lie beside them.
        return [replace(site, declared=declared) if "marketing" in site.profiles else site for site in sites]
    return [replace(site, declared=declared) for site in sites]


def _grouped(
    everything: Sequence[Page],
    reading: _Reading,
    types: Mapping[str, tuple[str, ...]],
    inputs: frozenset[str] = frozenset(),
) -> list[Site]:
    """Sites of these pages and parts; `inputs` are folders of which a generator makes all of a site."""
    pages = {page.path: page for page in everything if page.is_page}
    fragments = [page for page in everything if not page.is_page]
    sites = []
    grouped = roots(list(pages), [fragment.path for fragment in fragments], reading.entries)
    for root, paths in sorted(grouped.items()):
        prefix = f"{root}/" if root else ""
        assembled = any(pages[path].is_assembled for path in paths)
        near = tuple(f for f in fragments if assembled or f.path.startswith(prefix) or len(pages) == len(paths))
        near += (*reading.sources(), *reading.data(root)) if assembled else ()
        near += reading.components(root) if all(pages[path].is_shell for path in paths) else ()
        inner = (each for each in inputs if each.startswith(prefix) and all(p.startswith(f"{each}/") for p in paths))
        sites.append(
            Site(
                root=next(inner, root),
                pages=tuple(pages[path] for path in paths),
                fragments=near,
                own=frozenset(f.path for f in fragments if _owner(f.path, grouped) == root),
                paths=frozenset(reading.entries),
                read=reading.text,
                prefetch=reading.prefetch,
                types=types,
            )
        )
    return sites


def _demote(everything: Sequence[Page]) -> None:
    """Whole documents that other whole documents include are parts of those: nobody visits them by themselves."""
    whole = [page for page in everything if page.is_page]
    named = Counter(name for page in whole for name in page.includes)
    opened = Counter(name for page in everything if not page.is_page for name in page.includes)
    wanted = {name for name, times in named.items() if times >= opened[name] and not name.startswith("index.")}
    for page in whole:
        name = page.path.rsplit("/", 1)[-1]
        if name in wanted and not any(part in page.path for part in ("/pages/", "/views/")):
            page.is_page = False


def _owner(path: str, grouped: Mapping[str, tuple[str, ...]]) -> str:
    """Root of the site to which a fragment belongs: the deepest one above it, else the first."""
    above = [root for root in grouped if not root or path.startswith(f"{root}/")]
    return max(above, key=len) if above else min(grouped)


def _types(data: Path) -> dict[str, tuple[str, ...]]:
    """Types of schema.org with the types they are kinds of; empty when the list is not installed."""
    path = data / "pages" / "schema-org-types.txt"
    if not path.is_file():
        return {}
    lines = (line for line in path.read_text().splitlines() if line and not line.startswith("#"))
    parted = (line.partition(":") for line in lines)
    return {name: tuple(parents.split()) for name, _, parents in parted}


def _match(target: Repo, rule: PageRule, site: Site, hit: Hit) -> Match:
    commit = target.commit
    first = hit.spots[0] if hit.spots else None
    if hit.page.is_rendered:
        first = replace(first, line=None) if first else None
    rest = () if hit.page.is_rendered else hit.spots[1:]
    places = [CodeLocation(target.name, hit.page.path, spot.line, commit=commit) for spot in rest]
    places += [CodeLocation(target.name, page.path, commit=commit) for page in hit.also]
    return Match(
        rule_id=rule.rule.id,
        location=CodeLocation(target.name, hit.page.path, first.line if first else None, commit=commit),
        excerpt=first.excerpt if first else "",
        grade=hit.grade,
        mark=hit.details.get("axe", ""),
        message=hit.message,
        details={"site": site.root or "/", "profiles": ", ".join(sorted(site.profiles)), **hit.details},
        also_at=tuple(places[:_MOST_PLACES]),
    )

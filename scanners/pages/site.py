"""Pages that belong together, and what kind of business they speak for."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from posixpath import dirname, join, normpath
from typing import Any

from auditor.model.pattern import lazy
from scanners.pages.deep import Violation
from scanners.pages.page import Page, addresses
from scanners.pages.places import is_back_office, is_elsewhere, is_opener
from scanners.pages.templates import is_template

_INDEX = (
    "index.html",
    "index.htm",
    "index.shtml",
    "index.xhtml",
    "index.php",
    "home.html",
    "home.htm",
    "home.php",
    "default.html",
    "default.htm",
)
_LIBRARY = lazy(
    r"(?:^|/)(?:jquery|bootstrap|popper|angular|react|vue|lodash|underscore|moment|three|gsap|swiper|slick|owl|modernizr|d3|chart|tailwind"
    r"|foundation|materialize|isotope|wow|aos|fancybox|lightbox|leaflet|polyfill|flatpickr|pikaday|litepicker|daterangepicker|(?:bootstrap-)?datepicker|datedropper)[\w.-]*\.js$",
    re.IGNORECASE,
)
"""Scripts of others: what they could do says nothing of what the page does."""
_FETCHED = lazy(r"[\"'`](?:\.{0,2}/)*([\w][\w./-]{0,120}\.json)\b")
_MOST_FETCHED = 20
_IS_INDEX = lazy(r"(?:^|/)index\.[a-z.]+$", re.IGNORECASE)
_INNER = lazy(
    r"(?:^|/)(?:_?layouts?(?:/_default)?|_?includes?|_?partials?|_?components?|views?|pages|templates|snippets|sections|theme|src|app|resources|"
    r"public|static|web|www|shared)$",
    re.IGNORECASE,
)
"""Folders inside a project in which a generator looks for layouts."""
_VIEWS = lazy(
    r"(?:^|/)(?:resources/views|src/main/(?:webapp|resources/templates)|app/views?|views?|templates)/", re.IGNORECASE
)
"""Where frameworks keep the templates of one site, a folder for each kind of page."""
_STARTS = ("manage.py", "wsgi.py", "run.py", "main.py", "app.py")
"""What starts the program that fills in the templates of its packages: the site is all of it."""
_PROGRAM = lazy(
    r"(?:^|/)(?:urls|views|routes|app|server|main|settings|_config|config|Gemfile|hugo|gatsby-config|astro\.config|web)[^/]*\.?(?:py|js|ts|mjs|rb|php|ya?ml|toml|json)?$"
)


_ROUTES = lazy(r"(?:^|/)(?:app|server|main|index|routes?|urls)\.(?:[cm]?[jt]s|py|rb|go)$")
_IS_A_ROUTE = lazy(r"\.(?:get|all|route|use|GET|HandleFunc)\(|\b(?:re_)?path\(|^\s*get\s", re.MULTILINE)
_RENDERED = lazy(r"(?:^|/)views/index\.(?:ejs|eta|hbs|handlebars|njk|mustache|twig|liquid)$")
"""The first page of a program: what lies beside the program is not what it answers with."""
_SETTINGS = (
    "_config.yml",
    "hugo.toml",
    "hugo.yaml",
    "hugo.yml",
    "config.toml",
    "config.yaml",
    "config/_default/hugo.toml",
    "config/_default/config.toml",
    "config/_default/params.toml",
    "_data/site.json",
    "src/_data/site.json",
    "_data/metadata.json",
    "src/_data/metadata.json",
    *(
        f"{folder}{name}"
        for folder in ("src/", "src/data/", "src/_data/", "_data/", "")
        for name in (
            "config.yml",
            "site.yml",
            "site.yaml",
            "site.js",
            "site.ts",
            "site.config.ts",
            "siteConfig.ts",
            "config.ts",
            "consts.ts",
            "constants.ts",
        )
    ),
    "src/config.yaml",
    "src/config.json",
)


@dataclass(frozen=True)
class Site:
    """Pages below one folder. Evidence is taken from fragments and local scripts as well."""

    root: str
    """Folder in the repository; empty: its top."""
    pages: tuple[Page, ...]
    fragments: tuple[Page, ...]
    """Files that are included into pages."""
    paths: frozenset[str]
    """Every path of the repository."""
    read: Callable[[str], str]
    """Text of a path; empty when it cannot be had."""
    prefetch: Callable[[Iterable[str]], None]
    """Read these paths together, so that `read` is cheap."""
    own: frozenset[str] = frozenset()
    """Paths of the fragments that belong to this site and to no other."""
    declared: frozenset[str] = frozenset()
    violations: Mapping[str, Sequence[Violation]] = field(default_factory=dict)
    """By path, what axe-core found in the rendered page."""
    types: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Known schema.org types with the types that they are kinds of."""
    is_beside: bool = False
    """Whether its pages lie beside what a generator makes the site of: they speak for no business."""

    @cached_property
    def main(self) -> Page:
        """The page a visitor begins with."""
        order = {name: rank for rank, name in enumerate(_INDEX)} | {f"{stem}.": 8 for stem in ("index", "home")}
        return min(
            self.pages,
            key=lambda p: (
                is_back_office(p.path) or p.is_apart,
                _RENDERED.search(p.path) is None,
                p.path.count("/"),
                order.get(name := p.path.rsplit("/", 1)[-1].lower(), order.get(f"{name.partition('.')[0]}.", 9)),
                p.is_application,
                not is_opener(p.path),
                p.path,
            ),
        )

    @cached_property
    def public(self) -> tuple[Page, ...]:
        """Pages for visitors who have not signed in."""
        return tuple(page for page in self.pages if not page.is_application and not page.is_apart)

    @cached_property
    def parts(self) -> tuple[Page, ...]:
        """Fragments in which faults of their own are looked for: what visitors see stands in them."""
        if self.is_shell:
            return ()
        assembled = any(page.is_assembled for page in self.pages)
        own = (part for part in self.fragments if part.path in self.own)
        return tuple(part for part in own if assembled or part.path.rsplit("/", 1)[-1] in self.code)

    @cached_property
    def everything(self) -> tuple[Page, ...]:
        """Pages and fragments that may hold what a visitor looks for: what the staff sees is left out."""
        shown = tuple(page for page in self.pages if not (is_back_office(page.path) or page.is_of_staff))
        return (*(shown or self.pages), *(part for part in self.fragments if not is_back_office(part.path)))

    @cached_property
    def is_shell(self) -> bool:
        """Whether every page is rendered by script."""
        return all(page.is_shell for page in self.pages)

    @cached_property
    def hrefs(self) -> tuple[str, ...]:
        """Targets of links, frames and forms, lower case, each once."""
        found: dict[str, None] = {}
        for page in self.everything:
            found |= dict.fromkeys(address.lower() for address in addresses(page.code))
            for node in page.tree.css(
                "a[href], iframe[src], form[action], area[href], [data-href], [data-url], [data-src]"
            ):
                for name in ("href", "src", "action", "data-href", "data-url", "data-src"):
                    value = node.attributes.get(name)
                    if value:
                        # Of an expression (Astro, JSX) the address begins behind the quote: {`tel:${phone}`}.
                        found[value.strip().lstrip("{`'\" ").lower()] = None
        return tuple(found)

    @cached_property
    def text(self) -> str:
        """Text of all pages and fragments, in one line, and of what the code of a component fills in."""
        return " ".join(f"{page.text} {page.code}" if page.code else page.text for page in self.everything)

    @cached_property
    def code(self) -> str:
        """Inline scripts, addresses of scripts and frames, and the text of the site's own script files, each once."""
        parts: dict[str, None] = {}
        files: dict[str, None] = {}
        for page in self.everything:
            parts |= dict.fromkeys(script for _, script in page.scripts)
            for node in page.tree.css(
                "script[src], iframe[src], link[href], stripe-buy-button, div[data-url], [data-domain], [data-website-id]"
            ):
                parts[" ".join(f'{name}="{value}"' for name, value in node.attributes.items())] = None
                path = self.local(page, node.attributes.get("src") or "") if node.tag == "script" else None
                if path and not _LIBRARY.search(path):
                    files[path] = None
        parts |= dict.fromkeys(self.texts(files))
        parts |= dict.fromkeys(self.texts(self._fetched(parts)))
        return "\n".join(parts)

    def _fetched(self, scripts: Iterable[str]) -> list[str]:
        """Files of data that scripts of the site ask for."""
        named = {found[1] for script in scripts if ".json" in script for found in _FETCHED.finditer(script)}
        prefix = f"{self.root}/" if self.root else ""
        wanted = {normpath(join(prefix, name.lstrip("/"))) for name in sorted(named)[:_MOST_FETCHED]}
        return sorted(path for path in self.paths if path in wanted)

    def is_near(self, path: str) -> bool:
        """Whether a file belongs to the same project: no manifest lies between them."""
        folder = dirname(path)
        while folder and f"{folder}/package.json" not in self.paths and f"{folder}/composer.json" not in self.paths:
            folder = dirname(folder)
        return not folder or self.root == folder or self.root.startswith(f"{folder}/")

    def names_file(self, name: str) -> bool:
        """Whether a program of the repository names a file, and so may serve or generate it."""
        stem = name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
        named = (path for path in sorted(self.paths) if _PROGRAM.search(path) and not is_elsewhere(path))
        return any(stem in text for text in self.texts(named))

    def answers(self, stem: str) -> bool:
        """Whether a program of the site has a route of this name: `/robots.txt`."""
        route = re.compile(rf"[\"'`/^]{stem}\\?\.(?:txt|xml)\b")
        named = (path for path in sorted(self.paths) if _ROUTES.search(path) and not is_elsewhere(path))
        return any(_IS_A_ROUTE.search(text) and route.search(text) for text in self.texts(filter(self.is_near, named)))

    def texts(self, paths: Iterable[str]) -> list[str]:
        """Texts of paths, read together."""
        wanted = list(paths)
        self.prefetch(wanted)
        return [self.read(path) for path in wanted]

    def target(self, href: str) -> Page | None:
        """The page of this site that a link found on its main page would lead to."""
        path = self.local(self.main, href)
        return next((page for page in self.pages if page.path == path), None)

    def local(self, page: Page, address: str) -> str | None:
        """Path in the repository that an address of a page means; None when it leads elsewhere or is not there."""
        bare = re.split(r"[?#]", address.strip(), maxsplit=1)[0]
        if not bare or re.match(r"(?:[a-z][a-z0-9+.\-]*:|//)", bare, re.IGNORECASE) or "{" in bare:
            return None
        for base in (
            (self.root, join(self.root, "public"), "", "public", "static")
            if bare.startswith("/")
            else (dirname(page.path), self.root)
        ):
            path = normpath(join(base, bare.lstrip("/")))
            for candidate in (path, f"{path}.html", f"{path}/index.html"):
                if candidate.removeprefix("./") in self.paths:
                    return candidate.removeprefix("./")
        return None

    @cached_property
    def settings(self) -> str:
        """What the generator of the site is told, comments left out; empty where nothing is generated."""
        if not (self.is_shell or any(page.is_assembled for page in self.pages)):
            return ""
        prefix = f"{self.root}/" if self.root else ""
        texts = self.texts(f"{prefix}{name}" for name in _SETTINGS if f"{prefix}{name}" in self.paths)
        return "\n".join(
            line for text in texts for line in text.splitlines() if not line.lstrip().startswith(("#", "//"))
        )

    @cached_property
    def lowered(self) -> str:
        """`code` in lower case, for plain words."""
        return self.code.lower()

    @cached_property
    def structured_types(self) -> tuple[str, ...]:
        """Types of all JSON-LD blocks that parse, and of microdata."""
        found: list[str] = []
        for page in self.everything:
            for _, kinds in types_of(page):
                found += kinds
            for node in page.tree.css("[itemtype], [typeof]"):
                named = f"{node.attributes.get('itemtype') or ''} {node.attributes.get('typeof') or ''}"
                found += [value.rstrip("/").rsplit("/", 1)[-1].removeprefix("schema:") for value in named.split()]
        return tuple(found)

    @cached_property
    def profiles(self) -> frozenset[str]:
        """What the pages speak for, with what the portfolio declares for this site."""
        from scanners.pages.profile import implied, profiles_of

        if self.is_beside:
            return frozenset()
        found = profiles_of(self)
        if not self.declared or "dialog" in found:
            return found
        if "app" in self.declared:
            return self.declared
        return (found - {"app"}) | implied(self.declared)


def structured_data(page: Page) -> Iterator[tuple[int | None, Any]]:
    """(line, document) of each JSON-LD block; the document is None where it does not parse."""
    yield from page.remembered("structured data", _structured_data)


def _structured_data(page: Page) -> Iterator[tuple[int | None, Any]]:
    for node in page.tree.css("script[type*='ld+json' i]"):
        text = node.text().strip()
        text = re.sub(r"\A(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>)\Z", "", text).strip()
        if not text or re.search(r"\{\{|\{%|<\?|<%|\$\{", text):
            continue
        try:
            document = json.loads(text, parse_int=str, parse_float=str)
        except (ValueError, RecursionError):
            document = None
        yield page.line_of(node), document


def types_of(page: Page) -> Iterator[tuple[int | None, tuple[str, ...]]]:
    """(line, types) of each JSON-LD block."""
    yield from page.remembered("types", _types_of)


def _types_of(page: Page) -> Iterator[tuple[int | None, tuple[str, ...]]]:
    return ((line, tuple(types_in(document))) for line, document in structured_data(page))


def types_in(document: Any, depth: int = 0) -> list[str]:
    """Every `@type` of a JSON-LD document, without the vocabulary's address."""
    found: list[str] = []
    if depth > 30:
        return found
    if isinstance(document, dict):
        value = document.get("@type")
        found += (
            re.sub(r"^(?:https?://)?(?:www\.)?schema\.org/|^schema:", "", each.strip())
            for each in (value if isinstance(value, list) else [value])
            if isinstance(each, str)
        )
        for inner in document.values():
            found += types_in(inner, depth + 1)
    elif isinstance(document, list):
        for inner in document:
            found += types_in(inner, depth + 1)
    return found


def roots(
    paths: Sequence[str], fragments: Sequence[str] = (), every: Collection[str] = ()
) -> Mapping[str, tuple[str, ...]]:
    """Folder of each site with its pages: the outermost folder with an index page, else the page's own.

    A layout belongs to the project in whose folder of layouts it lies; `every` is each path of the repository.
    """
    with_index = {dirname(path) for path in paths if path.rsplit("/", 1)[-1].lower() in _INDEX}
    with_index |= {dirname(path) for path in fragments if _IS_INDEX.search(path) and not _INNER.search(dirname(path))}
    found: dict[str, list[str]] = {}
    for path in paths:
        folder, best = dirname(path), None
        above = folder
        while True:
            if above in with_index:
                best = above
            if not above:
                break
            above = dirname(above)
        whole = folder if best is None else best
        if best is None or (is_template(path) and best == folder):
            best = _project(whole)
        views = _VIEWS.search(f"{whole}/")
        if views:
            best = _started(_project(whole[: views.start()]), every)
        found.setdefault(best, []).append(path)
    return {root: tuple(sorted(pages)) for root, pages in _joined(found, with_index).items()}


def _joined(found: Mapping[str, Sequence[str]], with_index: Collection[str]) -> Mapping[str, Sequence[str]]:
    """Pages of a program that lie beside the only site with an index belong to it."""
    main = [root for root in found if root in with_index]
    beside = [root for root, pages in found.items() if root not in with_index and all(map(_is_of_php, pages))]
    if len(main) != 1 or not beside or not any(map(_is_of_php, found[main[0]])):
        return found
    joined = [*found[main[0]], *(path for root in beside for path in found[root])]
    return {root: pages for root, pages in found.items() if root not in beside} | {main[0]: joined}


def _is_of_php(path: str) -> bool:
    return path.lower().endswith(".php")


def _started(folder: str, every: Collection[str]) -> str:
    """The folder from which the program of a package is started, if it lies above."""
    above = folder
    while above and not any(f"{above}/{name}" in every for name in _STARTS):
        above = dirname(above)
    return above if above or any(name in every for name in _STARTS) else folder


def _project(folder: str) -> str:
    while folder and (inner := _INNER.search(folder)):
        folder = folder[: inner.start()]
    return folder

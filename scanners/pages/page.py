"""One HTML file: parsed once, its text with places, and what kind of page it is."""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from functools import cache, cached_property
from itertools import accumulate
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeVar

from auditor.model.pattern import lazy
from scanners.pages.places import is_apart, is_for_members
from scanners.pages.templates import PLAIN, branches, closed, included, is_assembled, is_part, parted

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

_T = TypeVar("_T")
LARGEST = 3 * 1024 * 1024
"""Bytes; a larger file is no page that a visitor waits for."""

DEEPEST = 1500
"""Levels of elements; questions about ancestors cost the square of it."""
_ELEMENT = lazy(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)[^<>]*>")
_MUCH_TEXT = 1500
_MANY_LINKS = 10
_MOUNTS = "div[id='root'], div[id='app'], div[id='__next'], div[id='__nuxt'], div[id='svelte'], div[id='main']:empty, app-root"
"""Where a script puts what it renders."""
_AWAITS_BUILD = "div[id='root']:empty, app-root"
"""The same where it is the build that adds the script."""
_IS_BUILT = lazy(r"(?:^|/)(?:public|src)/index\.html$")
_UNCLOSED = frozenset(
    "area base br col embed hr img input link meta source track wbr p li dt dd tr td th option thead tbody tfoot path "
    "html head body".split()
)
_TOKEN = lazy(
    r"<!--[^-]*+(?:-(?!->)[^-]*+)*+(?:-->|\Z)"
    r"|<(?P<raw>script|style|textarea|xmp)\b(?P<raw_attributes>(?:[^\"'>]++|\"[^\"]*+\"|'[^']*+')*+)>"
    r"(?P<content>[^<]*+(?:<(?!/(?P=raw)\s*>)[^<]*+)*+)</(?P=raw)\s*>"
    r"|<(?P<tag>[a-zA-Z][a-zA-Z0-9:-]*)(?P<attributes>(?:[^\"'>]++|\"[^\"]*+\"|'[^']*+')*+)>"
    r"|</[a-zA-Z][^>]*>",
    re.DOTALL | re.IGNORECASE,
)
_ATTRIBUTE = lazy(r"([^\s\"'>/=]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?")
_COMBINED = lazy(r"[\s,>+~|]")
"""In a selector that may name a node twice."""
_ONE_TAG = lazy(r"([a-z][a-z0-9]*)(?:\[[^\[\]]*\]|:(?:not|empty)(?:\(\[[^()]*\]\))?)*")
_END_OF_NOSCRIPT = lazy(r"</noscript", re.IGNORECASE)
_TAG_NAME = lazy(r"<([a-zA-Z][a-zA-Z0-9-]*)")
_ADDED = frozenset({"html", "head", "body", "tbody", "tr", "colgroup"})
"""What a parser adds where the source has none."""
_NOT_SPACE = lazy(r"[^\r\n]+")
_TEMPLATE_TAG = lazy(r"\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_FRONT_MATTER = lazy(r"\A---\r?\n.*?\r?\n---\r?\n", re.DOTALL)
_IS_PAGE = lazy(r"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]", re.IGNORECASE)
_SERVED = lazy(
    r"\{%-?\s*(?:seo|social_meta|feed_meta|metamagic|head)\b|\{\{-?\s*(?:seo|content_for_header|ghost_head)|<(?:SEO|Seo|BaseHead|MetaTags|AstroSeo)\b"
    r"|%sveltekit\.head%|\bwp_head\b|\bget_header\b|\bcsrf_meta|@seo|SEOMeta|_internal/(?:opengraph|twitter_cards|schema)"
)
"""A plug-in or a component writes title, description, addresses and pictures into the head."""
_SERVED_HINTS = (
    "{%", "{{", "%sveltekit", "<SEO", "<Seo", "<BaseHead", "<MetaTags", "<AstroSeo", "wp_head", "get_header", "csrf_meta", "@seo", "SEOMeta",
    "_internal/",
)  # fmt: skip
_HEAD_TAGS = frozenset("html head title meta link script style base noscript template".split())

_STATED_ADDRESS = lazy(r"(?:https?://|mailto:|tel:)[^\s\"'`<>()\[\]{}\\]+")
_STATED_LINK = lazy(
    r"\b(?:href|url|link|to|path|slug)[\"']?\s*:\s*(?:[\w.]{1,40}\(\s*)?[\"'`]?(/[\w./#?&=%-]{1,200})[\"'`]?"
)
_TITLES = ("title", "description", "tagline")


def decoded(content: bytes) -> str | None:
    """Text of a file; None for what is no text."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    if b"\0" in content[:2048]:
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


@cache
def _tags_of(selector: str) -> frozenset[str] | None:
    """The tags of which a match must be one; None where it may be any."""
    parts = [_ONE_TAG.fullmatch(part.strip()) for part in selector.split(",")]
    return frozenset(part[1] for part in parts if part) if all(parts) else None


def _with(source: str, changed: Iterable[tuple[int, str]]) -> str:
    """A source with other texts of the same length in some places."""
    out: list[str] = []
    at = 0
    for start, text in changed:
        out += (source[at:start], text)
        at = start + len(text)
    return "".join((*out, source[at:])) if out else source


def addresses(text: str) -> list[str]:
    """Absolute addresses that stand in code or data."""
    return _STATED_ADDRESS.findall(text)


class Page:
    """An HTML file of a site, or a fragment that others include."""

    def __init__(self, path: str, source: str, *, is_rendered: bool = False, is_evidence: bool = False) -> None:
        from selectolax.lexbor import LexborHTMLParser

        self.path = path
        """In the repository."""
        self.is_rendered = is_rendered
        self.is_evidence = is_evidence
        """Whether it only says what is there (a text that a generator makes a page of), and is not judged."""
        """Whether a browser made this of the file: places in the markup are none of the file."""
        source = closed(path, source)
        markup_only, code = parted(source)
        self.source = _FRONT_MATTER.sub(lambda found: _blank(found[0]), markup_only)
        self.front = source[: len(found[0])] if (found := _FRONT_MATTER.match(source)) else ""
        """What stands between `---` at its top: a generator's settings for the page."""
        self.code = self.front if path.endswith(".astro") else ""
        """What stands there in a component: code, with the texts, addresses and prices that it fills in."""
        self.scripts: tuple[tuple[int, str], ...]
        """(offset, text) of inline scripts, structured data left out."""
        self._starts: dict[str, list[tuple[int, str]]] = {}
        """By tag: offset and attributes of each start tag."""
        self.shown: list[tuple[int, str]] = []
        """(offset, text) of what stands between the markup, white space left out."""
        markup = self._read_tokens()
        self.text = " ".join(html.unescape(" ".join(text for _, text in self.shown)).split())
        """What a visitor can read (or could, if all of it were shown), in one line."""
        self.is_too_deep = self._depth(markup) > DEEPEST
        """Whether elements are nested so deeply that no tree is made; nothing of it is judged."""
        self.tree: LexborHTMLParser = LexborHTMLParser("" if self.is_too_deep else markup)
        self.is_assembled = is_assembled(path, source, code)
        """Whether parts of it stand in other files."""
        names, rest = included(code)
        self.includes = names
        """Names of the files that its code includes by a fixed name."""
        self.included = names if names and not is_assembled(path, source, rest) else ()
        """The same where they alone make it assembled: if they show something."""
        self._branches = branches(path, source)
        self.server_code = code
        """What a server runs in it."""
        self.is_page = (
            bool(_IS_PAGE.search(self.source))
            and not is_part(path, self.source, assembled=self.is_assembled)
            and not self._is_redirect()
        )
        hints = _SERVED_HINTS[: 3 if PLAIN.search(path) else None]
        self.is_served_by_tag = any(hint in source for hint in hints) and bool(_SERVED.search(source))
        """Whether a plug-in's tag writes title, description, addresses and pictures into the head."""
        self._lines: dict[str, dict[int, int]] = {}
        self._remembered: dict[str, tuple[Any, ...]] = {}

    @classmethod
    def of_data(cls, path: str, text: str) -> Page:
        """A file of texts that a generator fills in: what is an address is a link, a first title is what a page's front matter says."""
        markup = _STATED_ADDRESS.sub(lambda found: f'<a href="{found[0]}">{found[0]}</a>', text)
        markup = _STATED_LINK.sub(lambda found: f'{found[0]} <a href="{found[1]}"></a>', markup)
        page = cls(path, markup, is_evidence=True)
        first = (
            found
            for key in _TITLES
            for found in [re.search(rf"[\"']?\b{key}[\"']?\s*[:=]\s*[\"'`]?([^\"'`\n]{{3,300}})", text)]
        )
        page.front = "\n".join(f"title: {found[1]}" for found in first if found)
        return page

    def _read_tokens(self) -> str:
        """The markup without template tags between elements: one before `<html>` ends the head."""
        source, starts = self.source, self._starts
        scripts: list[tuple[int, str]] = []
        changed: list[tuple[int, str]] = []
        at, last, unseen = 0, "", 0
        in_head = bool(_IS_PAGE.search(source))
        for token in _TOKEN.finditer(source):
            start, end = token.span()
            text = source[at:start]
            if text and not text.isspace():
                plain = _TEMPLATE_TAG.sub(lambda found: _blank(found[0]), text) if "{" in text else text
                self.shown.append((at, plain))
                # A stray text would end the head, and what a template has there is none for the visitor.
                stray = in_head and last != "title" and "<" not in plain and not plain.isspace()
                if stray or (plain != text and last != "title"):
                    changed.append((at, _blank(plain) if stray else plain))
            at, last = end, ""
            if start < unseen:  # A picture for browsers without script would end the head.
                changed.append((start, _blank(token[0])))
                continue
            kind = token.lastgroup
            if kind is None:
                continue
            raw = kind == "content"
            last = tag = token["raw" if raw else "tag"].lower()
            in_head = in_head and tag in _HEAD_TAGS
            if in_head and tag == "noscript" and (close := _END_OF_NOSCRIPT.search(source, end)):
                unseen = close.start()
            attributes = token["raw_attributes" if raw else "attributes"]
            starts.setdefault(tag, []).append((start, attributes))
            # One that is never closed is no raw text: what it holds is not known.
            if raw and tag == "script" and "json" not in attributes.lower():
                scripts.append((token.start("content"), token["content"]))
        self.shown.append((at, source[at:]))
        self.scripts = tuple(scripts)
        return _with(source, changed)

    @cached_property
    def bare(self) -> str:
        """The source with markup, comments, scripts and styles blanked; offsets are those of the source."""
        return self.stretch(0, len(self.source))

    def stretch(self, start: int, end: int) -> str:
        """`bare[start:end]`, without making the whole of it."""
        out: list[str] = []
        at, end = start, min(end, len(self.source))
        nearest = max(0, bisect_right(self.shown, start, key=itemgetter(0)) - 1)
        for index in range(nearest, len(self.shown)):
            begin, text = self.shown[index]
            if begin >= end:
                break
            first, last = max(begin, start), min(begin + len(text), end)
            if last > first:
                out += (_blank(self.source[at:first]), text[first - begin : last - begin])
                at = last
        return "".join((*out, _blank(self.source[at:end])))

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *accumulate(len(line) + 1 for line in self.source.split("\n")[:-1])]

    @cached_property
    def _tags(self) -> frozenset[str]:
        """Every tag that the tree may have, those included that a parser adds."""
        found = {tag.lower() for tag in set(_TAG_NAME.findall(self.source))}
        return frozenset(found | _ADDED | ({"img"} if "image" in found else set()))

    @staticmethod
    def _depth(markup: str) -> int:
        if markup.count("<") - markup.count("</") < DEEPEST:
            return 0
        depth = deepest = 0
        for found in _ELEMENT.finditer(markup):
            if found[2].lower() not in _UNCLOSED and not found[0].endswith("/>"):
                depth = max(0, depth + (-1 if found[1] else 1))
                deepest = max(deepest, depth)
        return deepest

    def _is_redirect(self) -> bool:
        return len(self.text) < 200 and self.tree.css_first("meta[http-equiv='refresh' i]") is not None

    def line_at(self, offset: int) -> int:
        """Line of an offset into the source, from 1."""
        return bisect_right(self._line_starts, offset)

    def line_of(self, node: LexborNode) -> int | None:
        """Line of a node's start tag: the parser keeps none, so the n-th node of a tag is its n-th start tag."""
        tag = node.tag or ""
        if tag not in self._lines:
            self._lines[tag] = self._placed(tag)
        return self._lines[tag].get(node.mem_id)

    def _placed(self, tag: str) -> dict[int, int]:
        starts = self._starts.get(tag, [])
        if not starts or not re.fullmatch(r"[a-z][a-z0-9-]*", tag):
            return {}
        nodes = self.tree.css(tag)
        if len(nodes) == len(starts):
            return {node.mem_id: self.line_at(start) for node, (start, _) in zip(nodes, starts, strict=True)}
        placed: dict[int, int] = {}
        named = [frozenset(found[1].lower() for found in _ATTRIBUTE.finditer(text)) for _, text in starts]
        at = 0
        for node in nodes:
            names = frozenset(name.lower() for name in node.attributes)
            ahead = next((i for i in range(at, min(at + 50, len(starts))) if named[i] == names), None)
            if ahead is None:
                continue
            placed[node.mem_id] = self.line_at(starts[ahead][0])
            at = ahead + 1
        return placed

    def are_apart(self, first: int | None, second: int | None) -> bool:
        """Whether a server shows what stands at one line or what stands at the other, but not both."""
        if first is None or second is None:
            return False
        return any(first <= self.line_at(at) <= second for at in self._branches)

    def css(self, selector: str) -> list[LexborNode]:
        """Nodes that a browser would show, each once: those inside `noscript` and `template` are left out."""
        if self._lacks(selector):
            return []
        unseen = self._unseen
        if not unseen and not _COMBINED.search(selector):
            return self.tree.css(selector)
        nodes = {node.mem_id: node for node in self.tree.css(selector)}
        return [node for at, node in nodes.items() if at not in unseen] if unseen else list(nodes.values())

    @cached_property
    def _unseen(self) -> frozenset[int]:
        if not {"noscript", "template"} & self._tags:
            return frozenset()
        return frozenset(node.mem_id for node in self.tree.css("noscript *, template *"))

    def _lacks(self, selector: str) -> bool:
        """Whether the page has no tag that the selector asks for: most rules ask for what most pages have not."""
        tags = _tags_of(selector)
        return tags is not None and not tags & self._tags

    def remembered(self, name: str, read: Callable[[Page], Iterable[_T]]) -> tuple[_T, ...]:
        """What several rules ask of the page, read once."""
        if name not in self._remembered:
            self._remembered[name] = tuple(read(self))
        return self._remembered[name]

    def has(self, selector: str) -> bool:
        """Whether anything matches."""
        return not self._lacks(selector) and self.tree.css_first(selector) is not None

    def first_text(self, selector: str) -> str:
        """Text of the first match, in one line; empty when there is none."""
        node = self.tree.css_first(selector)
        return " ".join(node.text(separator=" ").split()) if node else ""

    def meta(self, *names: str) -> str:
        """Content of the first `meta` with one of these names or properties."""
        for name in names:
            node = self.tree.css_first(f"meta[name='{name}' i], meta[property='{name}' i]")
            if node and node.attributes.get("content"):
                return (node.attributes["content"] or "").strip()
        return ""

    @cached_property
    def is_shell(self) -> bool:
        """Whether a script renders what a visitor sees, so that the file itself shows nothing.

        What a page of parts shows stands in the parts, unless it has an empty place for a script.
        """
        if self.is_rendered or len(self.text_of_body()) > 160:
            return False
        if "%sveltekit.body%" in self.source:
            return True
        if not self.has("script"):
            by_build = _IS_BUILT.search(self.path) is not None and self.has(_AWAITS_BUILD)
            return by_build and not self.has("form, img, a[href], button, input, h1")
        places = self.tree.css(_MOUNTS)
        if self.is_assembled and not any(not place.text().strip() and place.child is None for place in places):
            return False
        by_script = "script[type='module'][src], script[src*='bundle'], script[src*='main'], script[src*='app']"
        return bool(places or self.has(by_script)) and not (
            self.has("form, img, a[href], button, input") or self.css("h1")
        )

    def text_of_body(self) -> str:
        """Visible text without the title."""
        title = self.first_text("head > title")
        return self.text.removeprefix(title).strip()

    @cached_property
    def is_application(self) -> bool:
        """Whether it is for people who have signed in, or sign in here: not a page of its own that offers it on the side."""
        if is_for_members(self.path):
            return True
        if not self.has("input[type='password' i]"):
            return False
        return len(self.text) < _MUCH_TEXT or len(self.tree.css("a[href]:not([href^='#'])")) < _MANY_LINKS

    @cached_property
    def is_of_staff(self) -> bool:
        """Whether it asks for a password and wants no search engine: what it shows is not for customers."""
        return self.is_application and self.has("input[type='password' i]") and "noindex" in self.meta("robots").lower()

    @cached_property
    def is_apart(self) -> bool:
        """Whether nobody is meant to find it by searching: errors, thanks, previews."""
        return is_apart(self.path)


def _blank(text: str) -> str:
    """As many spaces, with the line ends kept."""
    if "\n" not in text and "\r" not in text:
        return " " * len(text)
    if "\r" in text:
        return _NOT_SPACE.sub(lambda run: " " * len(run[0]), text)
    return "\n".join([" " * len(line) for line in text.split("\n")])

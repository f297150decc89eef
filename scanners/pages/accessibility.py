"""Names and labels that assistive technology would miss (WCAG 2.2: 1.1.1, 3.3.2, 4.1.2)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from auditor.model.pattern import lazy
from scanners.pages.apply import Hit, Spot, counted, excerpt, is_filled_in, judged
from scanners.pages.cards import PageRule
from scanners.pages.page import Page
from scanners.pages.site import Site

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_BOUND = lazy(
    r"^(?::|v-bind:|th:|ng-|bind:|data-ng-|\[(?:attr\.)?)(?:alt|title|aria-?label|bind|html|text|attr)\]?$|^(?:set:(?:html|text)|v-text|v-html|x-text|x-html|data-i18n.*)$"
)
"""An attribute that gives an element its name when the page runs."""
_TEXT_COMPONENT = lazy(r"(?:logo\w*|wordmark|brand\w*|\w*text|\w*label|\w*title|\w*name|trans|translate|slot|fragment)")
"""Tags of components that are named after a text, or hand one on: what they show is not known here."""
_IS_COMPONENT = lazy(r"\.(?:astro|svelte|vue)$", re.IGNORECASE)
_SILENT_TYPES = frozenset({"hidden", "submit", "button", "reset", "image"})


def _is_named(node: LexborNode, page: Page) -> bool:
    attributes = node.attributes
    if _is_bound(node):
        return True
    if any((attributes.get(name) or "").strip() for name in ("aria-label", "title")):
        return True
    return any(page.has(f"[id='{_quoted(target)}']") for target in (attributes.get("aria-labelledby") or "").split())


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'").replace("\n", " ")


def _is_hidden(node: LexborNode) -> bool:
    each: LexborNode | None = node
    while each is not None:
        attributes = each.attributes
        style = (attributes.get("style") or "").replace(" ", "").lower()
        if (
            "hidden" in attributes
            or attributes.get("aria-hidden") == "true"
            or "display:none" in style
            or "visibility:hidden" in style
        ):
            return True
        each = each.parent
    return False


def _says_something(node: LexborNode) -> bool:
    return bool(node.text().strip()) or _is_bound(node) or node.css_first("[aria-label], img[alt]") is not None


def _is_bound(node: LexborNode) -> bool:
    return is_filled_in(node) or any(_BOUND.search(name) for name in node.attributes)


def _inside_label(node: LexborNode) -> bool:
    above = node.parent
    while above is not None:
        if above.tag == "label":
            return bool(above.text().strip()) or above.css_first("[aria-label], img[alt]") is not None
        above = above.parent
    return False


def pictures_without_text(site: Site, rule: PageRule, now: datetime) -> Iterator[Hit]:
    """Pictures with no `alt`, not even an empty one that says "decoration"."""
    del now
    for page in judged(rule, site):
        nodes = [
            node
            for node in page.css("img:not([alt]), input[type='image' i]:not([alt]), area[href]:not([alt])")
            if node.attributes.get("role") not in {"presentation", "none"}
            and not _is_hidden(node)
            and not _is_named(node, page)
        ]
        if nodes:
            spots = tuple(Spot(page.line_of(node), excerpt(node.html or "")) for node in nodes)
            yield Hit(page, spots, counted(rule, len(spots)))


def unlabelled_inputs(site: Site, rule: PageRule, now: datetime) -> Iterator[Hit]:
    """Fields without a label; a placeholder vanishes as soon as one types and is none."""
    del now
    for page in judged(rule, site):
        drawn = {node.attributes.get("for") for node in page.tree.css("label[for]")}
        labelled = {node.attributes.get("for") for node in page.tree.css("label[for]") if _says_something(node)}
        spots = []
        for node in page.css("input, select, textarea"):
            kind = (node.attributes.get("type") or "text").lower()
            if (
                (node.tag == "input" and kind in _SILENT_TYPES)
                or node.attributes.get("tabindex") == "-1"
                or _is_hidden(node)
            ):
                continue
            identity = node.attributes.get("id")
            if kind == "checkbox" and identity in drawn and _is_switch(site, page, node):
                continue
            if (identity and identity in labelled) or _inside_label(node) or _is_named(node, page):
                continue
            spots.append(Spot(page.line_of(node), excerpt(node.html or "")))
        if spots:
            yield Hit(page, tuple(spots), counted(rule, len(spots)))


def _is_switch(site: Site, page: Page, node: LexborNode) -> bool:
    """Whether a style sheet hides a box of which its label is the picture, as menus without script have it."""
    attributes = node.attributes
    classes = (attributes.get("class") or "").split()
    if {"hidden", "d-none", "btn-check"} & set(classes):
        return True
    names = "|".join(re.escape(name) for name in (f"#{attributes.get('id')}", *(f".{each}" for each in classes)))
    rule = re.compile(rf"(?:{names})\s*(?:,[^{{}}]*)?\{{[^{{}}]*display\s*:\s*none")
    sheets = (site.local(page, each.attributes.get("href") or "") for each in page.tree.css("link[href$='.css' i]"))
    texts = [each.text() for each in page.tree.css("style")] + site.texts(path for path in sheets if path)
    return any(rule.search(text) for text in texts)


def nameless_controls(site: Site, rule: PageRule, now: datetime) -> Iterator[Hit]:
    """Links and buttons that a screen reader can only call "link" and "button"."""
    del now
    for page in judged(rule, site):
        spots = []
        for node in page.css("a[href], button, [role='button'], input[type='button' i]"):
            if _is_hidden(node) or _has_content(node) or _is_named(node, page) or _is_given_a_name(node, page):
                continue
            spots.append(Spot(page.line_of(node), excerpt(node.html or "")))
        if spots:
            yield Hit(page, tuple(spots), counted(rule, len(spots)))


def _is_given_a_name(node: LexborNode, page: Page) -> bool:
    """Whether another component, or an expression for what is inside, may name a control."""
    return _IS_COMPONENT.search(page.path) is not None and any(
        each.tag != "title" and (_TEXT_COMPONENT.fullmatch(each.tag or "") or any(map(_SETS.match, each.attributes)))
        for each in node.css("*")
    )


_SETS = lazy(r"set:(?:html|text)$|v-(?:html|text)$")


def _has_content(node: LexborNode) -> bool:
    if node.tag == "input":
        return bool((node.attributes.get("value") or "").strip())
    if any(each.tag not in {"script", "style"} and each.text(deep=False).strip() for each in (node, *node.css("*"))):
        return True
    for inner in node.css("img[alt], [aria-label], svg[title], input[value], [title]"):
        if inner.attributes.get("aria-hidden") == "true":
            continue
        if any((inner.attributes.get(name) or "").strip() for name in ("alt", "aria-label", "title", "value")):
            return True
    return any(inner.text().strip() for inner in node.css("svg title"))


def repeated_ids(site: Site, rule: PageRule, now: datetime) -> Iterator[Hit]:
    """One id on several elements: labels and scripts reach only the first."""
    del now
    for page in judged(rule, site):
        seen: dict[str, LexborNode] = {}
        spots = []
        for node in page.css("[id]"):
            identity = node.attributes.get("id") or ""
            if not identity or "{" in identity or "<" in identity or _in_svg(node):
                continue
            if identity not in seen:
                seen[identity] = node
            elif not page.are_apart(page.line_of(seen[identity]), page.line_of(node)):
                spots.append(Spot(page.line_of(node), f"id={excerpt(identity)}"))
        if spots:
            yield Hit(page, tuple(spots), counted(rule, len(spots)))


def _in_svg(node: LexborNode) -> bool:
    each: LexborNode | None = node
    while each is not None:
        if each.tag == "svg":
            return True
        each = each.parent
    return False

"""What a mail program may get wrong, checked in the rendered mail: features, structure, size, contrast."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import tinycss2
from selectolax.lexbor import LexborHTMLParser, LexborNode

DATA = Path(__file__).parents[1] / "reports" / "data" / "caniemail.json"

ALLOWED = {
    # feature: why its lack changes nothing that a reader needs
    "css-border-radius": "Outlook on Windows shows square pills; the tinted word reads the same",
    "css-max-width": "Outlook on Windows gets its width from the ghost table",
    "css-max-height": "only on the hidden preheader, which `display:none` hides as well",
    "css-overflow": "only on the hidden preheader",
    "css-display": "inline-block columns become ghost cells in Outlook on Windows",
    "css-background": "colours stand in `bgcolor` as well where a shape depends on them",
    "css-at-media": "phones without it show four narrow columns, which still read",
    "css-at-media-prefers-color-scheme": "programs without it show the light sheet",
    "css-color-scheme": "a hint to the program only",
    "html-meta-color-scheme": "a hint to the program only",
    "css-important": "only inside the media queries above",
    "css-white-space": "figures that must not break carry &nbsp; as well",
    "css-selector-class": "only inside the media queries; the base style is inline",
    "html-style": "only media queries and Outlook's own block; the base style is inline",
    "html-doctype": "stripped and replaced by webmail; nothing depends on it",
    "html-body": "webmail turns it into a div; the background stands on the outer table too",
    "html-role": "an aid for screen readers; tables read in order without it",
    "html-lang": "an aid for screen readers; stands on `html`, which webmail drops",
    "html-comments": "conditional comments, meant for Outlook on Windows alone",
    "html-width": "percentages on cells; the sheet has its width from the style too",
    "html-height": "bars have their height from style and attribute, one of which always works",
    "html-small": "set in a smaller size or not, the unit is read",
    "html-semantics": "header elements are not used for layout",
    "css-font": "family falls back to the program's own",
    "css-font-size": "size 0 on the KPI row only closes gaps between columns",
    "css-line-height": "rows may be a little higher or lower",
    "css-padding": "on `td` only where Outlook on Windows needs it",
    "css-margin": "zero on paragraphs and headings",
    "css-width": "columns have ghost cells beside it",
    "css-height": "bars carry the attribute as well",
    "css-vertical-align": "cells carry `valign` where it matters",
    "css-border": "hairlines between rows only",
    "css-border-spacing": "zero; tables collapse",
    "html-dir": "left to right is the default",
    "css-word-break": "on phones only; without it a long place makes the sheet wider",
    "html-wbr": "a range breaks one place later",
    "css-unit-px": "known everywhere that counts",
    "css-display-none": "hides the preheader; where it is not known the four figures are shown twice",
}


def problems(html: str) -> Iterator[str]:
    """Everything that is wrong, as sentences."""
    tree = LexborHTMLParser(html)
    yield from _structure(tree, html)
    support = json.loads(DATA.read_text())["features"]
    for feature in sorted(_features(tree)):
        lacking = support.get(feature, {})
        if any(answer == "n" for answer in lacking.values()) and feature not in ALLOWED:
            yield f"{feature} is not known to {', '.join(k for k, v in lacking.items() if v == 'n')}"
    yield from _contrast(tree)


def _structure(tree: LexborHTMLParser, html: str) -> Iterator[str]:
    root, head = tree.css_first("html"), tree.css_first("title")
    if root is None or not root.attributes.get("lang"):
        yield "no lang"
    if head is None or not head.text().strip():
        yield "no title"
    if len(tree.css("h1")) != 1:
        yield "not exactly one h1"
    for tag in ("script", "link", "iframe", "form", "img", "svg", "video", "object"):
        if tree.css(tag):
            yield f"a {tag} element"
    if re.search(r"url\(|@import|@font-face|(?:src|href|background)=", html):
        yield "an address outside"
    yield from _tables(tree)
    for node in tree.css("[style]"):
        size = re.search(r"font-size:\s*(\d+)px", node.attributes.get("style") or "")
        if size and 0 < int(size[1]) < 11:
            yield f"text of {size[1]} px"


def _tables(tree: LexborHTMLParser) -> Iterator[str]:
    for table in tree.css("table"):
        heads = [node for node in table.css("th") if _table_of(node) == table.mem_id]
        if table.attributes.get("role") != "presentation" and not heads:
            yield "a layout table without role=presentation"
        if table.attributes.get("role") == "presentation" and heads:
            yield "a data table that says it is layout"
    for cell in tree.css("th"):
        if cell.attributes.get("scope") not in {"col", "row"}:
            yield "a th without scope"


def _table_of(node: LexborNode) -> int:
    parent = node.parent
    while parent is not None and parent.tag != "table":
        parent = parent.parent
    return parent.mem_id if parent is not None else 0


def _features(tree: LexborHTMLParser) -> set[str]:
    found: set[str] = set()
    for node in tree.css("*"):
        found.add(f"html-{node.tag}")
        for name, value in node.attributes.items():
            found.add(f"html-{name}")
            if name == "style":
                found |= _declared(value or "")
    for style in tree.css("style"):
        for rule in tinycss2.parse_stylesheet(style.text(), skip_whitespace=True, skip_comments=True):
            if rule.type == "at-rule":
                query = tinycss2.serialize(rule.prelude)
                found.add("css-at-media-prefers-color-scheme" if "prefers-color-scheme" in query else "css-at-media")
            elif rule.type == "qualified-rule":
                found |= _declared(tinycss2.serialize(rule.content))
    return found


def _declared(text: str) -> set[str]:
    found = set()
    for item in tinycss2.parse_declaration_list(text, skip_whitespace=True, skip_comments=True):
        if item.type == "declaration":
            name = item.lower_name
            value = tinycss2.serialize(item.value).strip()
            found.add(f"css-{name}")
            found.add(f"css-{name.split('-')[0]}")
            if name == "display":
                found.add(f"css-display-{value}")
            found |= {f"css-unit-{unit}" for unit in re.findall(r"\d(rem|em|vw|vh|ch|calc)\b", value)}
    return found


def _contrast(tree: LexborHTMLParser) -> Iterator[str]:
    seen = set()
    for node in tree.css("[style]"):
        colour = _colour(node, "color")
        ground = _ground(node)
        if colour and ground and node.text(deep=False).strip() and (colour, ground) not in seen:
            seen.add((colour, ground))
            if ratio(colour, ground) < 4.5:
                yield f"contrast {ratio(colour, ground):.2f} of {colour} on {ground}"


def _colour(node: LexborNode, name: str) -> str:
    style = node.attributes.get("style") or ""
    found = re.findall(rf"(?:^|;)\s*{name}:\s*(#[0-9a-fA-F]{{6}})", style)
    return found[-1].lower() if found else ""


def _ground(node: LexborNode | None) -> str:
    while node is not None:
        if node.tag != "-text":
            found = _colour(node, "background") or _colour(node, "background-color")
            if found:
                return found
        node = node.parent
    return "#ffffff"


def ratio(first: str, second: str) -> float:
    """Contrast of two colours, WCAG 2.2 formula."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

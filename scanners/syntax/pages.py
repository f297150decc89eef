"""The scripts inside of HTML, Vue and Svelte files, with the line at which each begins."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from auditor.model.pattern import lazy

_SCRIPT = lazy(rb"<script\b([^>]*)>([^<]*+(?:<(?!/script\s*>)[^<]*+)*+)</script\s*>", re.IGNORECASE | re.DOTALL)
_TYPE = lazy(rb"""\btype\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)
_LANG = lazy(rb"""\blang\s*=\s*["']?(tsx?)\b""", re.IGNORECASE)
_CODE = {b"text/javascript", b"application/javascript", b"module", b"text/babel", b"text/jsx", b"text/ecmascript"}


@dataclass(frozen=True, slots=True)
class Script:
    """One inline script."""

    source: bytes
    first_line: int
    dialect: str
    """`ts`, `tsx` or empty."""


def inline_scripts(page: bytes) -> Iterator[Script]:
    """Scripts that hold code (not JSON, not templates, not `src`), in order; template tags are blanked."""
    first, counted = 1, 0
    for match in _SCRIPT.finditer(page):
        attributes, source = match.group(1), match.group(2)
        kind = _TYPE.search(attributes)
        if not source.strip() or (kind and kind.group(1).lower() not in _CODE):
            continue
        lang = _LANG.search(attributes)
        first, counted = first + page.count(b"\n", counted, match.start(2)), match.start(2)
        yield Script(_without_template_tags(source), first, lang.group(1).decode().lower() if lang else "")


_HANDLER = lazy(
    rb"""(?:@[\w.:-]+|v-on:[\w.:-]+|x-on:[\w.:-]+|\bon[a-z]{3,15}|\((?:ngSubmit|click|submit|change)\))\s*=\s*("[^"]{4,400}"|'[^']{4,400}')"""
)
_NAMES = (
    lazy(rb"@[\w.:-]+\s*="), lazy(rb"v-on:[\w.:-]+\s*="), lazy(rb"x-on:[\w.:-]+\s*="), lazy(rb"on[a-z]{3,15}\s*="),
    lazy(rb"\((?:ngSubmit|click|submit|change)\)\s*="),
)  # fmt: skip
"""Where such an attribute may begin: each by itself begins with plain characters, which are looked for fast."""


def handlers(page: bytes) -> Script | None:
    """What attributes run (`@click`, `onclick`, `(click)`), each on the line of its tag; None when nothing calls anything."""
    lines: dict[int, list[bytes]] = {}
    line = end = 0
    for start in sorted(found.start() for names in _NAMES for found in names.finditer(page)):
        match = _HANDLER.match(page, start) if start >= end else None
        if match is None:
            continue
        line, end = line + page.count(b"\n", end, match.end()), match.end()
        code = match.group(1)[1:-1].replace(b"&quot;", b'"').replace(b"&#39;", b"'")
        if b"(" in code:
            lines.setdefault(line - page.count(b"\n", start, end), []).append(b" ".join(code.split()))
    if not lines:
        return None
    source = b"\n".join(b";".join(lines.get(n, ())) for n in range(max(lines) + 1))
    return Script(_without_template_tags(source), 1, "")


def _without_template_tags(source: bytes) -> bytes:
    """Jinja, ERB and Apps Script scriptlets are not JavaScript; their place is kept by a name of the same length."""
    if b"<?" not in source and b"<%" not in source and b"{%" not in source and b"{{" not in source:
        return source

    def blank(match: re.Match[bytes]) -> bytes:
        text = match.group(0)
        lines = text.count(b"\n")
        return b"_" * max(1, len(text) - lines) + b"\n" * lines

    for pattern in (rb"<\?!?=?.*?\?>", rb"<%.*?%>", rb"\{\{.*?\}\}"):
        source = re.sub(pattern, blank, source, flags=re.DOTALL)
    return re.sub(rb"\{%.*?%\}", lambda m: b"\n" * m.group(0).count(b"\n"), source, flags=re.DOTALL)

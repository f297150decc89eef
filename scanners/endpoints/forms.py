"""What the forms of pages send, and where; also the attributes of htmx."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from auditor.model.pattern import lazy
from scanners.endpoints.endpoint import FrontCall
from scanners.routing.route import spell

_FORM = lazy(rb"<form\b[^>]{0,2000}>", re.IGNORECASE)
_HTMX = lazy(rb"""\bhx-(get|post|put|patch|delete)\s*=\s*["'](/[^"'{}<>]*)["']""", re.IGNORECASE)
_ATTRIBUTE = r"""(?i)\b{}\s*=\s*["']([^"']*)["']"""
_PAGE = lazy(r"(?i)\.(html?|php|aspx?)$|^$|^#|^(mailto|tel|javascript):|[{}<>]")


def form_calls(pages: Mapping[str, bytes]) -> Iterator[FrontCall]:
    """Forms with a literal address that is not a page, and htmx requests."""
    for path, content in pages.items():
        lower = content.lower()
        if b"<form" not in lower and b"hx-" not in lower:
            continue
        for match in _FORM.finditer(content):
            tag = match.group(0).decode(errors="replace")
            action = re.search(_ATTRIBUTE.format("action"), tag)
            if action is None or _PAGE.search(action.group(1).split("?")[0]):
                continue
            method = re.search(_ATTRIBUTE.format("method"), tag)
            line = content.count(b"\n", 0, match.start()) + 1
            verb = (method.group(1) if method else "get").upper()
            yield _call(verb if verb == "POST" else "GET", action.group(1), path, line)
        for match in _HTMX.finditer(content):
            line = content.count(b"\n", 0, match.start()) + 1
            yield _call(match.group(1).decode().upper(), match.group(2).decode(errors="replace"), path, line)


def _call(method: str, address: str, path: str, line: int) -> FrontCall:
    absolute = re.match(r"(?i)^(?:https?:)?//[^/]+", address)
    shown = address.split("?", maxsplit=1)[0] if absolute else spell(address)
    return FrontCall(method, shown, absolute.group(0) if absolute else "", path, line)

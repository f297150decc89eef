"""Places as sources are printed: short, and enough to find them again without a network."""

from __future__ import annotations

import re
from collections.abc import Iterable

from auditor.model.fact import Conflict, Fact, Record
from auditor.model.finding import Finding
from auditor.model.location import CloudLocation, CodeLocation, Location, WikiLocation

_CONTROL = {code: f"\\x{code:02x}" for code in (*range(32), 127)} | {
    code: f"\\u{code:04x}" for code in (0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
}


def visible(text: str) -> str:
    """The text with control characters, direction overrides and undecodable bytes made visible."""
    if text.isascii() and text.isprintable():
        return text
    try:
        raw = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raw = text.encode("utf-8", "surrogatepass")
    return raw.decode("utf-8", "backslashreplace").translate(_CONTROL)


def place(location: Location) -> str:
    """`page.md:12 @ abc1234`, `repo:path:3 @ abc1234`, `service:Call arn 2026-11-01`."""
    if isinstance(location, CloudLocation):
        parts = (location.call, location.arn, location.as_of[:10])
        return visible(" ".join(part for part in parts if part))
    text = visible(str(location))
    commit = location.commit if isinstance(location, (WikiLocation, CodeLocation)) else None
    return f"{text} @ {commit[:7]}" if commit else text


def placed(items: Iterable[Finding], limit: int = 200) -> tuple[str, ...]:
    """Places of findings without their ids, each once, in order: what a person goes and looks at."""
    found = (place(item.location) for count, item in enumerate(items) if count < limit)
    return tuple(dict.fromkeys(found))


def cited(items: Iterable[Finding | Fact | Record], limit: int = 200) -> tuple[str, ...]:
    """Sources of findings, facts or rows, each once, in order."""
    seen: dict[str, None] = {}
    for count, item in enumerate(items):
        if count >= limit:
            break
        if isinstance(item, Finding):
            seen[f"finding {item.fingerprint} {place(item.location)}"] = None
        else:
            seen[place(item.source)] = None
    return tuple(seen)


def conflict_sides(conflict: Conflict) -> tuple[str, str]:
    """Both places of a conflict."""
    return place(conflict.first.source), place(conflict.second.source)


def anchor(identity: str) -> str:
    """A trace's id as HTML, links and CSS take it: letters, digits and hyphens."""
    return "t-" + re.sub(r"[^a-zA-Z0-9]+", "-", identity).strip("-").lower()

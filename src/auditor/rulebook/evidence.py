"""What a mapping file says of each rule: the controls that it is evidence for, or why there is none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_DEFAULTS = ("asserted_by", "reviewed")
"""Keys that a file may say once for all its entries."""


def entries(document: object) -> Iterator[tuple[str, Mapping[str, Any] | None]]:
    """Rule and entry, in the order of the file, with the lists inside lists (aliases of sets) resolved.

    An entry without `catalog` and `control` comes as None. What two sets both say of a rule comes once, the stronger.
    """
    if not isinstance(document, dict) or not isinstance(document.get("rules"), dict):
        return
    defaults = {key: document[key] for key in _DEFAULTS if key in document}
    for rule, listed in document["rules"].items():
        kept: dict[tuple[str, str], dict[str, Any]] = {}
        for entry in _flat(listed):
            if entry is None:
                yield str(rule), None
                continue
            key = (str(entry["catalog"]), str(entry["control"]))
            if key not in kept or kept[key].get("strength") != "full":
                kept[key] = defaults | entry
        yield from ((str(rule), entry) for entry in kept.values())


def unmapped(document: object) -> Mapping[str, str]:
    """Rule to the reason why it is evidence for no control."""
    reasons = document.get("unmapped") if isinstance(document, dict) else None
    return {str(rule): str(why) for rule, why in reasons.items()} if isinstance(reasons, dict) else {}


def _flat(listed: object) -> Iterator[dict[str, Any] | None]:
    if isinstance(listed, list):
        for item in listed:
            yield from _flat(item)
    elif isinstance(listed, dict) and {"catalog", "control"} <= set(listed):
        yield listed
    else:
        yield None

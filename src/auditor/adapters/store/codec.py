"""Model values as ASCII JSON text and back.

Findings have a codec of their own because a month's snapshot reads tens of thousands of them; everything else goes
through one tagged form. Only classes of the model are ever made from text: nothing stored can name code to run.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

from auditor.errors import StoreError
from auditor.model.fact import Conflict, Fact, Gap, Miscalculation, Quantity, Record, Status, Tier
from auditor.model.finding import Finding, Match, State, Waiver
from auditor.model.location import CloudLocation, CodeLocation, FileLocation, Location, WikiLocation
from auditor.model.money import Money, MoneyRange, Saving
from auditor.model.run import NotScanned, Outcome, OutcomeStatus, ScanResult, Tally
from auditor.model.target import AwsAccount, Repo, Scope, Wiki

_CLASSES: dict[str, type[Any]] = {
    c.__name__: c
    for c in (
        *(Fact, Quantity, Record, Gap, Conflict, Miscalculation, Match, Waiver, Money, MoneyRange, Saving),
        *(CodeLocation, CloudLocation, WikiLocation, FileLocation, NotScanned, Outcome, ScanResult, Tally),
        *(Repo, AwsAccount, Wiki, Status, Tier, State, OutcomeStatus, Scope),
    )
}


_NAMES: dict[type[Any], tuple[str, ...]] = {
    c: tuple(f.name for f in fields(c)) for c in _CLASSES.values() if is_dataclass(c)
}
_KNOWN: dict[type[Any], frozenset[str]] = {c: frozenset(names) for c, names in _NAMES.items()}
_MAKERS: dict[Any, Callable[[str], Any]] = {
    "Decimal": Decimal,
    "Path": Path,
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
}
_AS_THEY_ARE = frozenset({str, int, float, bool, type(None)})


def to_plain(value: Any) -> Any:
    """The value as what JSON can hold; classes and exact numbers carry a tag `$`."""
    kind = type(value)
    if kind in _AS_THEY_ARE:
        return value
    names = _NAMES.get(kind)
    if names is not None:
        kept: dict[str, Any] = {"$": kind.__name__}
        for name in names:
            kept[name] = to_plain(getattr(value, name))
        return kept
    if isinstance(value, Mapping):
        return {"$": "map", "v": {str(k): to_plain(v) for k, v in value.items()}}
    if isinstance(value, frozenset | set):
        return {"$": "frozenset", "v": sorted(to_plain(v) for v in value)}
    if isinstance(value, list | tuple):
        return [to_plain(v) for v in value]
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if isinstance(value, Enum):
        return {"$": type(value).__name__, "v": value.value}
    if isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Decimal):
        return {"$": "Decimal", "v": str(value)}
    if isinstance(value, datetime):
        return {"$": "datetime", "v": value.isoformat()}
    if isinstance(value, date):
        return {"$": "date", "v": value.isoformat()}
    if isinstance(value, Path):
        return {"$": "Path", "v": str(value)}
    raise TypeError(f"{type(value).__name__} is no value of the model")


def from_plain(value: Any) -> Any:
    """Inverse of `to_plain`; lists become tuples, fields that a class no longer has are dropped.

    Raises:
        StoreError: a tag that is no class of the model.
    """
    if isinstance(value, list):
        return tuple(from_plain(v) for v in value)
    if not isinstance(value, dict):
        return value
    tag = value.get("$")
    if tag == "map":
        return {k: from_plain(v) for k, v in value["v"].items()}
    if tag == "frozenset":
        return frozenset(from_plain(v) for v in value["v"])
    if tag in _MAKERS:
        return _MAKERS[tag](value["v"])
    made = _CLASSES.get(str(tag))
    if made is None:
        raise StoreError(f"the store holds a value of the unknown kind {tag!r}; it was written by a newer version")
    if issubclass(made, Enum):
        return made(value["v"])
    known = _KNOWN[made]
    return made(**{k: from_plain(v) for k, v in value.items() if k in known})


def dump(value: Any) -> str:
    """One value as ASCII JSON text, keys in their given order."""
    return json.dumps(to_plain(value), separators=(",", ":"))


def load(text: str) -> Any:
    """Inverse of `dump`."""
    return from_plain(json.loads(text))


def printable(text: str) -> str:
    """Text that both databases accept: escapes instead of NUL and of bytes that are not UTF-8."""
    safe = text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace") if not text.isascii() else text
    return safe.replace("\x00", "\\x00")


_SHORT: dict[type[Any], str] = {CodeLocation: "c", CloudLocation: "a", WikiLocation: "w", FileLocation: "f"}
_DECODER = json.JSONDecoder()
_LONG: dict[str, type[Any]] = {v: k for k, v in _SHORT.items()}


def _place(location: Location) -> list[Any]:
    return [_SHORT[type(location)], *(getattr(location, f.name) for f in fields(location))]


def finding_body(finding: Finding) -> str:
    """What of a finding has no column of its own, as ASCII JSON; empty values are left out."""
    kept: dict[str, Any] = {
        "at": _place(finding.location),
        "confidence": finding.confidence,
        "excerpt": finding.excerpt,
        "message": finding.message,
        "mark": finding.mark,
        "score": finding.score,
        "owner": finding.owner,
        "seen_by": list(finding.seen_by),
        "details": dict(finding.details),
        "also_at": [_place(place) for place in finding.also_at],
        "hashes": dict(finding.hashes),
    }
    if finding.waived_by is not None:
        kept["waived_by"] = to_plain(finding.waived_by)
    if finding.saving is not None:
        kept["saving"] = to_plain(finding.saving)
    return json.dumps({k: v for k, v in kept.items() if v not in (None, "", [], {})}, separators=(",", ":"))


def finding_parts(body: str) -> dict[str, Any]:
    """Inverse of `finding_body`: keyword arguments of `Finding`."""
    # `json.loads` looks for white space around the text twice, which costs as much as reading it.
    kept, _ = _DECODER.raw_decode(body)
    place = kept.pop("at")
    kept["location"] = _LONG[place[0]](*place[1:])
    if "seen_by" in kept:
        kept["seen_by"] = tuple(kept["seen_by"])
    if "also_at" in kept:
        kept["also_at"] = tuple(_LONG[row[0]](*row[1:]) for row in kept["also_at"])
    for name in ("waived_by", "saving"):
        if name in kept:
            kept[name] = from_plain(kept[name])
    parts: dict[str, Any] = kept
    return parts

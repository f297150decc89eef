"""Files of secrets that were deleted and still lie in the history."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.model.pattern import lazy
from auditor.model.ports import CommitInfo, History
from scanners.hygiene.cards import HygieneRule
from scanners.hygiene.contents import READERS
from scanners.hygiene.seen import LIMIT, Seen, in_utf8

_READERS = ("private-key", "cloud-key", "credential-file", "environment")
_STATE = (".tfstate", ".tfstate.backup")
_RESOURCES = lazy(rb'"(?:resources|outputs)"\s*:\s*(?:\[\s*\{|\{\s*")')
"""A state that manages something, or says something."""
_ALWAYS = (".p12", ".pfx", ".jks", ".keystore", ".kdbx", ".bks")


@dataclass(frozen=True, slots=True)
class Gone:
    """A deleted file that still matters."""

    path: str
    deleted: CommitInfo
    seen: Seen


def gone(history: History, rule: HygieneRule) -> Iterator[Gone]:
    """Deleted files that the card's globs name and whose content bears out what the name says.

    Where no version can be read any more, the name alone decides.
    """
    assert rule.history is not None
    named = {
        path: commit
        for path, commit in history.deleted_paths().items()
        if rule.history.fullmatch(path) and not (rule.exceptions and rule.exceptions.fullmatch(path))
    }
    if not named:
        return
    versions = history.versions(named)
    holders: dict[str, list[str]] = {}
    for path, ids in versions.items():
        for blob in ids:
            holders.setdefault(blob, []).append(path)
    judged: dict[str, list[Seen | None]] = {}
    for blob, content in history.read_blobs(holders):
        for path in holders[blob]:
            judged.setdefault(path, []).append(_judged(path, in_utf8(content)[:LIMIT]))
    for path in sorted(named):
        seen = _worst(judged[path]) if path in judged else Seen()
        if seen is not None:
            yield Gone(path, named[path], seen)


def _judged(path: str, content: bytes) -> Seen | None:
    if path.lower().endswith(_STATE):
        return Seen() if _RESOURCES.search(content) else None
    if path.lower().endswith(_ALWAYS):
        return Seen()
    name = path.rsplit("/", 1)[-1].lower()
    for reader in _READERS[:3]:
        if seen := READERS[reader](path, content):
            return seen
    return READERS["environment"](path, content) if ".env" in name or name.startswith("env.") else None


_ORDER = ("empty", "encrypted", "public", "settings", "test", "default")


def _worst(seen: list[Seen | None]) -> Seen | None:
    """The gravest state that the file ever had; None where no state of it held anything."""
    held = [
        each for each in seen if each is not None and each.grade not in {"empty", "encrypted", "public", "settings"}
    ]
    return max(held, key=lambda each: _ORDER.index(each.grade) if each.grade in _ORDER else len(_ORDER), default=None)

"""The rulebook in a form that loads in milliseconds, kept in the state folder; reading the YAML takes ten times as long."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import Any

from auditor import __version__
from auditor.model.rule import Confidence, Effort, Rule, Severity
from auditor.rulebook.cards import Rulebook, read_rulebook

SHAPE = 2
"""Version of the kept file."""
_LEFT_OUT = frozenset({"examples", "counter_examples"})
"""No scan needs them, and they are most of the bytes."""
_NAMES = tuple(field.name for field in fields(Rule) if field.name not in _LEFT_OUT)
_TUPLES = frozenset({"aliases", "cwe", "owasp", "audience", "references", "controls"})


def compiled_rulebook(folder: Path, scanners: Sequence[str], kept: Path) -> Rulebook:
    """The cards of some scanners (none named: all) without examples; from `kept` while no rule file has changed."""
    state = _state(folder, scanners)
    found = _load(kept, state)
    if found is not None:
        return found
    book = read_rulebook(folder, scanners=scanners)
    if not book.problems:
        _save(kept, state, book)
    return book


def _state(folder: Path, scanners: Sequence[str]) -> list[Any]:
    """All that tells whether the rule files are still the same, without reading them."""
    found: list[Any] = [SHAPE, __version__, str(folder)]
    for root in [folder / name for name in (*scanners, "compliance")] if scanners else [folder]:
        for where, inner, files in os.walk(root):
            inner[:] = sorted(item for item in inner if item != "fixtures")
            for file in sorted(files):
                about = os.stat(os.path.join(where, file))  # noqa: PTH116, PTH118  on the hook's path
                found.append([os.path.join(where, file), about.st_mtime_ns, about.st_size])  # noqa: PTH118
    return found


def _load(kept: Path, state: list[Any]) -> Rulebook | None:
    try:
        document = json.loads(kept.read_bytes())
    except (OSError, ValueError):
        return None
    if not isinstance(document, dict) or document.get("state") != state:
        return None
    return Rulebook(tuple(_rule(values) for values in document["rules"]), (), str(document["digest"]))


def _rule(values: list[Any]) -> Rule:
    named = dict(zip(_NAMES, values, strict=True))
    named["severity"] = Severity(named["severity"])
    named["confidence"] = Confidence(named["confidence"])
    named["effort"] = Effort(named["effort"])
    named["grades"] = {key: Severity(value) for key, value in named["grades"].items()}
    named |= {name: tuple(named[name]) for name in _TUPLES}
    return Rule(**named)


def _save(kept: Path, state: list[Any], book: Rulebook) -> None:
    """Written whole or not at all; a folder that cannot be written only costs time."""
    rules = [[getattr(rule, name) for name in _NAMES] for rule in book.rules]
    text = json.dumps({"state": state, "digest": book.digest, "rules": rules}, default=dict)
    fresh = kept.with_suffix(f".{os.getpid()}")
    try:
        kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
        fresh.replace(kept)
    except OSError:
        with suppress(OSError):  # half a file would keep a full disk full
            fresh.unlink()

"""Which rules can match in a text at all: the engine's own conditions, asked of it once per set of rules.

The engine leaves a rule out of a file that lacks the words the rule's patterns name, but only after it has read the rule,
which costs more than everything else where little is staged. It prints those conditions; kept, they are tried here first.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

Condition: TypeAlias = Any
"""A word that stands in the text; True: nothing is known; `["&", ...]` or `["|", ...]`: all or one of several."""


@dataclass(frozen=True, slots=True)
class Prefilter:
    """Conditions by rule; a rule without one can match anywhere."""

    conditions: Mapping[str, Condition]

    def admits(self, rule: str, text: str, known: dict[str, bool]) -> bool:
        """Whether a rule can match in a text; `known` holds the words looked for in that text before."""
        return _holds(self.conditions.get(rule, True), text, known)

    def to_bytes(self) -> bytes:
        """As stored."""
        return json.dumps(self.conditions).encode()

    @classmethod
    def from_bytes(cls, stored: bytes) -> Prefilter | None:
        """As read; None when it is not what this version writes."""
        try:
            conditions = json.loads(stored)
        except ValueError:
            return None
        return cls(conditions) if isinstance(conditions, dict) else None

    @classmethod
    def from_engine(cls, printed: bytes) -> Prefilter | None:
        """From what the engine prints: a list of rules with `["Some", formula]` or nothing; None when it is not that."""
        try:
            return cls({str(entry["rule_id"]): _filter(entry["filter"]) for entry in json.loads(printed)})
        except (ValueError, KeyError, TypeError, RecursionError):
            return None


def _filter(written: Any) -> Condition:
    return _simplified(written[1]) if isinstance(written, list) and written[0] == "Some" else True


def _simplified(formula: Sequence[Any]) -> Condition:
    """The formula without expressions, which other engines may read differently: what they ask counts as given."""
    kind, body = formula
    if kind == "Pred":
        name, words = body
        return _joined("&", words) if name == "Idents" else True
    if kind not in {"And", "Or"}:
        return True
    parts = [_simplified(part) for part in body]
    if kind == "Or":
        return True if any(part is True for part in parts) else _joined("|", parts)
    return _joined("&", [part for part in parts if part is not True])


def _joined(sign: str, parts: Sequence[Condition]) -> Condition:
    different: list[Condition] = []
    for part in parts:
        if part not in different:
            different.append(part)
    if len(different) == 1:
        return different[0]
    # Nothing asked for is always there; one of nothing never is, but no rule says that on purpose.
    return [sign, *different] if different else True


def _holds(condition: Condition, text: str, known: dict[str, bool]) -> bool:
    if condition is True:
        return True
    if isinstance(condition, str):
        if condition not in known:
            known[condition] = condition in text
        return known[condition]
    every = all if condition[0] == "&" else any
    return every(_holds(part, text, known) for part in condition[1:])

"""The rule card: severity, text and references of one rule, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any


class Severity(IntEnum):
    """How bad it is when true; thresholds are comparisons."""

    INFO = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def word(self) -> str:
        """Lower-case word for people and formats."""
        return self.name.lower()


class Confidence(IntEnum):
    """How sure we are that it is true."""

    LOW = 0
    MEDIUM = 1
    HIGH = 2

    @property
    def word(self) -> str:
        """Lower-case word for people and formats."""
        return self.name.lower()


class Effort(StrEnum):
    """What mending takes: S up to half a day, M up to two days, L more. The classes weigh 1, 3 and 8 in plans."""

    SMALL = "S"
    MEDIUM = "M"
    LARGE = "L"

    @property
    def days(self) -> float:
        """Working days used for planning: the middle of the class."""
        return {"S": 0.25, "M": 1.0, "L": 4.0}[self.value]

    @property
    def weight(self) -> int:
        """Divisor in the ranking of actions."""
        return {"S": 1, "M": 3, "L": 8}[self.value]


@dataclass(frozen=True, slots=True)
class Rule:
    """One card. A scanner matches; everything else a finding says comes from here."""

    id: str
    """`scanner.the-fault`, such as `secrets.stripe-live-key`; permanent."""
    title: str
    """The fault in a few words, no full stop."""
    scanner: str
    """Name of the scanner that yields its matches."""
    severity: Severity
    why: str
    """Why it matters, in words an executive understands."""
    fix: str
    """What to do, in the imperative."""
    confidence: Confidence = Confidence.HIGH
    effort: Effort = Effort.SMALL
    grades: Mapping[str, Severity] = field(default_factory=dict)
    """Severity by the grade a match may carry (an environment file with only public values, for example)."""
    aliases: tuple[str, ...] = ()
    """Former and working ids; they still bind waivers and are printed in JSON."""
    cwe: tuple[int, ...] = ()
    owasp: tuple[str, ...] = ()
    """Such as `A01:2021`."""
    controls: tuple[str, ...] = ()
    """`catalog/control` pairs, filled from rules/compliance/mappings."""
    audience: tuple[str, ...] = ("cto",)
    """Reports whose reader acts on it."""
    references: tuple[str, ...] = ()
    since: str = "0.1.0"
    examples: tuple[Any, ...] = ()
    counter_examples: tuple[Any, ...] = ()
    spec: Mapping[str, Any] = field(default_factory=dict)
    """The scanner's own part of the card (patterns, selectors, expression); only that scanner reads it."""
    path: str = ""
    """File of the card, relative to the rules folder."""

    def severity_of(self, grade: str) -> Severity:
        """Severity for a match's grade; the card's own severity when it has none."""
        return self.grades.get(grade, self.severity)

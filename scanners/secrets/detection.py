"""One secret at one place, and a candidate with its score; both hold text in clear and must not leave the scanner."""

from __future__ import annotations

from dataclasses import dataclass, field

from scanners.secrets.candidates import Candidate


@dataclass(frozen=True, slots=True)
class Detection:
    """One secret at one place. Its `repr` shows nothing of it."""

    rule: str
    line: int
    end_line: int
    column: int
    """From 0, in characters of the line or window."""
    secret: str = field(repr=False)
    score: float
    kind: str
    """`provider` or the kind of the generic candidate."""
    name: str = ""
    """Name the value is given to."""
    grade: str = ""
    text: str = field(default="", repr=False)
    """The line; in clear."""
    spans: tuple[tuple[int, int], ...] = ()
    """What must be hidden in it."""
    via: str = ""
    """`base64` when it was found in decoded content."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A generic candidate with its score, reported or not."""

    line: int
    candidate: Candidate = field(repr=False)
    score: float
    rule: str
    """Card that names it."""

"""Searches for one of many words that first look for parts of those words.

The regular expression engine tries every alternative at every place of a text. To look for a string in a string costs next to
nothing, and most lines hold none of the words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

_PLAIN = re.compile(r"[\w /&-]+")


@dataclass(frozen=True, slots=True)
class Words:
    """A pattern that is searched only in texts that hold one of its needles."""

    pattern: re.Pattern[str]
    needles: tuple[str, ...]
    """In small letters; every match holds one of them."""

    @classmethod
    def of(
        cls, *alternatives: str, before: str = r"\b", after: str = r"\b", flags: re.RegexFlag = re.IGNORECASE
    ) -> Self:
        """Words of which each may be an expression that begins with plain letters (`costs?`, `will (?:be|reach)`).

        Raises:
            ValueError: an alternative begins with fewer than two letters that every match holds.
        """
        pattern = re.compile(f"{before}(?:{'|'.join(alternatives)}){after}", flags)
        heads = {_head(alternative) for alternative in alternatives}
        return cls(pattern, tuple(h for h in sorted(heads) if not any(o in h for o in heads if o != h)))

    def may_be_in(self, text: str) -> bool:
        """Whether the text holds a needle: if not, there is no match."""
        lowered = text.lower()
        for needle in self.needles:  # noqa: SIM110  `any` of a generator costs more than the search
            if needle in lowered:
                return True
        return False

    def search(self, text: str) -> re.Match[str] | None:
        """As the pattern's own."""
        return self.pattern.search(text) if self.may_be_in(text) else None


def _head(alternative: str) -> str:
    """The plain letters that every match of the expression begins with, in small letters."""
    found = _PLAIN.match(alternative)
    head = found[0] if found else ""
    if alternative[len(head) : len(head) + 1] in {"?", "*", "{"}:
        head = head[:-1]
    if len(head) < 2:
        raise ValueError(f"{alternative!r} begins with fewer than two letters that every match holds")
    return head.lower()

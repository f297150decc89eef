"""How much a text looks like words: a trigram table and a word list, counted over the source of CPython's library."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PARTS = r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])"


@dataclass(frozen=True, slots=True)
class Language:
    """The trained tables of the judge that concern words."""

    trigrams: bytes
    """-10 log2 p(c | a, b), capped at 255, at 729 a + 27 b + c; letters are 1 to 26, everything else is 0."""
    words: frozenset[str]
    parts: re.Pattern[str]
    run: re.Pattern[str]

    @classmethod
    def of(cls, trigrams: bytes, words: frozenset[str]) -> Language:
        """With the expressions it needs."""
        return cls(
            trigrams,
            words,
            re.compile(_PARTS),
            re.compile(r"[A-Za-z]+"),
        )

    def letters(self, text: str) -> list[str]:
        """Runs of letters."""
        return self.run.findall(text)

    def strangeness(self, text: str) -> float:
        """Mean surprise per character in bits, 0 to 25.5: words have about 3, random letters 8."""
        codes = [0, *(ord(c) - 96 if "a" <= c <= "z" else 0 for c in text[:80].lower()), 0]
        table = self.trigrams
        total = sum(table[729 * a + 27 * b + c] for a, b, c in zip(codes, codes[1:], codes[2:], strict=False))
        return total / (len(codes) - 2) / 10 if len(codes) > 2 else 0.0

    def cover(self, text: str) -> tuple[float, int]:
        """Share of the letters that belong to known words, and the length of the longest such word."""
        letters = covered = longest = 0
        for part in self.parts.findall(text):
            letters += len(part)
            word = part.lower()
            if len(word) >= 3 and word in self.words:
                covered += len(word)
                longest = max(longest, len(word))
            elif len(word) >= 6:
                inside, best = self._inside(word)
                covered += inside
                longest = max(longest, best)
        return covered / (letters or 1), longest

    def _inside(self, word: str) -> tuple[int, int]:
        """Greedy split of a run such as `mypassword`: letters covered, longest word."""
        covered = longest = at = 0
        while at < len(word) - 3:
            for end in range(min(len(word), at + 12), at + 3, -1):
                if word[at:end] in self.words:
                    covered += end - at
                    longest = max(longest, end - at)
                    at = end
                    break
            else:
                at += 1
        return covered, longest

    def shared(self, key: str, lowered: str) -> int:
        """How many words of a name stand in the (lower-case) value."""
        return sum(part.lower() in lowered for part in self.parts.findall(key) if len(part) > 2)

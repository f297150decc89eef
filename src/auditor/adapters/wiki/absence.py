"""Lines that say that there is no figure, or that it is missing; and plain numbers that only quotation marks set apart."""

from __future__ import annotations

import re

from auditor.adapters.wiki.numbers import Hit

_NOTHING_SIGNS = re.compile(r"[\[{<?$€£]|__|\.\.|[xX][xX]|[nN]/?[kK]\b")
_NOTHING_WORDS = re.compile(
    r"\b(?:zero|none|nil|nothing|no|not|pre-?revenue|empty|tb[dac]|todo|fixme|to be|unknown|pending|fill|needs?|coming|ask)\b|\b(?:month|week|day) \d",
    re.IGNORECASE,
)
_NOTHING_BEGINS = frozenset(
    "zero none nil nothing no not pre prerevenue empty tbd tba tbc todo fixme to unknown pending fill need needs coming ask month week day".split()
)
"""The first word of each match of those words."""
_WORD = re.compile(r"\w+")


def may_say_nothing(text: str) -> bool:
    """Whether a line without a figure has words or signs that may still say that there is none, or that it is missing."""
    if _NOTHING_SIGNS.search(text):
        return True
    return not _NOTHING_BEGINS.isdisjoint(_WORD.findall(text.lower())) and _NOTHING_WORDS.search(text) is not None


def is_quoted(text: str, hit: Hit) -> bool:
    """Whether quotation marks set a large number apart: `are ‘160,000’ and ‘982,644’`."""
    return (
        text[hit.start - 1 : hit.start] in {"‘", "“"}
        and text[hit.end : hit.end + 1] in {"’", "”"}
        and "," in text[hit.start : hit.end]
    )

"""The years of months that a table names without them, one after another."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

_ALONE = re.compile(r"month of (\d\d)")
_ENDS = re.compile(r"(?:FY|\d{4}-)(\d{4})")


def months_of_year(named: Iterable[str | None], outer: str | None) -> dict[str, str]:
    """Months by their name without a year, where they run from one calendar year into the next within `outer`.

    July to June below `FY2025` are 2024-07 to 2025-06. Empty where they do not run on, or stay within one year:
    then nothing says where the accounting year begins.
    """
    if outer is None or (m := _ENDS.fullmatch(outer)) is None:
        return {}
    months = list(dict.fromkeys(p for p in named if p is not None and _ALONE.fullmatch(p)))
    numbers = [int(p[-2:]) for p in months]
    if len(numbers) < 3 or 1 not in numbers[1:] or any(b != a % 12 + 1 for a, b in pairwise(numbers)):
        return {}
    turn = numbers.index(1)
    return {p: f"{int(m[1]) - (n < turn)}-{p[-2:]}" for n, p in enumerate(months)}

"""Regular expressions that are compiled when they are first used: a hook that needs three of a hundred compiles three."""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast

_NAMES = (
    "search",
    "match",
    "fullmatch",
    "finditer",
    "findall",
    "sub",
    "subn",
    "split",
    "pattern",
    "flags",
    "groups",
    "groupindex",
)


class _Lazy:
    def __init__(self, text: str | bytes, flags: int) -> None:
        self._text = text
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        """Called for the first name asked for only: afterwards the compiled expression's own methods are there."""
        if name not in _NAMES:
            raise AttributeError(name)
        compiled = re.compile(self._text, self._flags)
        self.__dict__.update({each: getattr(compiled, each) for each in _NAMES})
        return self.__dict__[name]


def lazy(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Like `re.compile`, later; what cannot be compiled is an error where it is used."""
    return cast("re.Pattern[AnyStr]", _Lazy(pattern, flags))

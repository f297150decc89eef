"""Methods of strings on the path of a request, and texts made of its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.routing.values import (
    Lit,
    Many,
    Part,
    Pattern,
    Value,
    What,
)

if TYPE_CHECKING:
    pass


_KEEPS_PATH = frozenset(
    "strip rstrip lstrip lower removeprefix removesuffix replace replaceAll toLowerCase toString trim decode encode "
    "trimEnd substring slice title casefold format".split()
)
_CUTS = frozenset({"slice", "substring", "substr", "removeprefix", "replace", "lstrip"})
_STRIPS = frozenset({"strip", "lstrip"})


def without_start(base: Value | None, low: int, *, bounded: bool) -> Value | None:
    """`value[low:]`."""
    if isinstance(base, Part) and base.what is What.SEGMENTS:
        return Part(What.SEGMENTS, base.offset - low) if low >= 0 and not bounded else None
    if isinstance(base, Part) and base.what is What.PATH:
        return Part(What.PATH, 0 if low == 1 else base.offset)
    if isinstance(base, Many) and not bounded and low >= 0:
        return Many(base.items[low:])
    return None


def path_method(base: Part, name: str, args: tuple[Value | None, ...]) -> Value | None:
    """A method of strings on the path."""
    first = args[0] if args else None
    by_slash = isinstance(first, Lit) and first.value == "/"
    gone = len([p for p in base.below.split("/") if p])
    if name in {"split", "rsplit"}:
        return Part(What.SEGMENTS, base.offset - gone) if by_slash else base
    if name == "partition" and by_slash and base.offset == 0:
        return Many((Part(What.SEGMENT, gone), None, Part(What.SEGMENT, gone + 1)))
    if name in _KEEPS_PATH:
        if name in _STRIPS and (first is None or (isinstance(first, Lit) and first.value == "/")) and args:
            return Part(What.PATH, 0, base.below)
        if name in {"replace", "replaceAll"} and isinstance(first, Pattern) and first.source.startswith((r"^\/", "^/")):
            return Part(
                What.PATH,
                0 if first.source.lstrip("^").replace("\\", "").rstrip("+").split("|")[0] == "/" else base.offset,
            )
        if name in {"slice", "substring"} and isinstance(first, Lit) and first.value == 1:
            return Part(What.PATH, 0)
        return base
    return None


def concatenated(values: list[Value | None]) -> Value | None:
    """A sum or a template of texts."""
    parts = [v for v in values if isinstance(v, Part)]
    if {p.what for p in parts} == {What.METHOD, What.PATH} and len(parts) == 2:
        return Part(What.KEY)
    if (
        len(parts) == 1
        and parts[0].what in {What.PATH, What.SEGMENT}
        and all(v is parts[0] or isinstance(v, Lit) for v in values)
    ):
        return parts[0] if parts[0].what is What.PATH else None
    if values and all(isinstance(v, Lit) and isinstance(v.value, str) for v in values):
        return Lit("".join(str(v.value) for v in values if isinstance(v, Lit)))
    return None

"""Addresses of which a program says two: one from outside and what stands in for it."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.model.pattern import lazy
from scanners.endpoints.url import ABSOLUTE, Base, Gap, Hole, Piece, flat, tail_of

_STAGE = lazy(r"(?i)^/(prod|production|dev|development|stage|staging|test|live|default|\$default)(?=/|$)")
"""A stage of a gateway that runs on this machine; where the base comes from elsewhere, it says nothing."""
_HERE = lazy(r"(?i)^https?://(localhost|127\.0\.0\.1|0\.0\.0\.0)\b")


def either(sides: list[list[Piece]]) -> Iterator[Piece]:
    """`window.API || "https://..."`: one base, with the literal as its value."""
    for side in sides:
        if any(isinstance(p, Hole) for p in side):
            yield from side
            return
    if sides and _is_said(sides[0]):
        yield from sides[0]  # a committed file says it
        return
    bases = [p for side in sides for p in side if isinstance(p, Base) and p.name]
    literal = next((flat(side) for side in sides if _is_literal(side)), "")
    if bases:
        yield from _with_default(bases[0].name, literal)
        return
    yield from next((s for s in sides if flat(s)), [Gap("value")])


def choice(then: list[Piece], other: list[Piece]) -> Iterator[Piece]:
    """`local ? "http://localhost:3000" : "https://..."`: a base; a query that may be absent: nothing."""
    for side in (then, other):
        if flat(side).startswith(("?", "&")):
            yield "?"
            return
    for known, default in ((then, other), (other, then)):
        if _is_open(known) and _is_literal(default):  # `API ? API : "/api"`
            yield from _with_default(next(p.name for p in known if isinstance(p, Base)), flat(default))
            return
    absolute = [s for s in (other, then) if ABSOLUTE.match(flat(s))]
    if absolute:
        text = flat(absolute[0])
        found = ABSOLUTE.match(text)
        assert found is not None
        yield Base(found.group(0), text)
        yield from tail_of(text[found.end() :])
        return
    if not flat(other) or not flat(then):
        side = next((s for s in (then, other) if flat(s).startswith("/")), then)
        known_side = flat(side).startswith("/") or any(isinstance(p, Base) for p in side)
        yield from side if known_side else [Gap("value")]
        return
    yield from then


def _with_default(name: str, literal: str) -> Iterator[Piece]:
    found = ABSOLUTE.match(literal)
    yield Base(name, literal)
    tail = literal[found.end() :] if found else literal
    if _HERE.match(literal):
        tail = _STAGE.sub("", tail)
    if tail.startswith("/"):
        yield from tail_of(tail)


def _is_said(side: list[Piece]) -> bool:
    return bool(side) and isinstance(side[0], Base) and ABSOLUTE.match(side[0].value) is not None


def _is_literal(side: list[Piece]) -> bool:
    """Whether it is text alone, and an address."""
    return bool(flat(side)) and all(isinstance(p, str) or p == Base("") for p in side)


def _is_open(side: list[Piece]) -> bool:
    """Whether it is a base of which nothing is known, with nothing but a slash behind it."""
    named = [p for p in side if isinstance(p, Base) and p.name]
    return len(named) == 1 and all(isinstance(p, (str, Base)) for p in side) and not flat(side).strip("/")

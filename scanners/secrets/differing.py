"""What two versions of a file share, found by the C library's comparing and searching, without splitting into lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

_STEP = 4096
_SMALL = 6000
"""Bytes of a difference that are sooner matched than looked into."""
_PROBE = 48
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Shared:
    """Whole lines that stand in both versions, in the same order."""

    old: int
    """Offset in the old version."""
    new: int
    size: int


def shared(old: bytes, new: bytes) -> list[Shared]:
    """Blocks of equal whole lines, in order; what lies between them differs. Not all that is equal is found."""
    blocks: list[Shared] = []
    for block in _shared(old, new, (0, len(old)), (0, len(new)), 0):
        last = blocks[-1] if blocks else None
        if last and last.old + last.size == block.old and last.new + last.size == block.new:
            blocks[-1] = Shared(last.old, last.new, last.size + block.size)
        else:
            blocks.append(block)
    return blocks


def _shared(old: bytes, new: bytes, within: tuple[int, int], span: tuple[int, int], depth: int) -> Iterator[Shared]:
    """Both spans begin at the start of a line and end after a line break, or at the end of the version."""
    (a, b), (c, d) = within, span
    if a >= b or c >= d:
        return
    head = common_prefix(old, new, a, c, min(b - a, d - c))
    if head == b - a == d - c:
        yield Shared(a, c, head)
        return
    head = new.rfind(b"\n", c, c + head) + 1 - c
    if head > 0:
        yield Shared(a, c, head)
        a, c = a + head, c + head
    tail = common_suffix(old, new, b, d, min(b - a, d - c))
    cut = new.find(b"\n", d - tail, d) + 1 if tail else 0
    tail = d - cut if cut > 0 and old[b - (d - cut) - 1 : b - (d - cut)] == b"\n" else 0
    b, d = b - tail, d - tail
    if d - c > _SMALL and b - a > _SMALL and depth < _DEEPEST:
        yield from _around_a_probe(old, new, (a, b), (c, d), depth)
    if tail:
        yield Shared(b, d, tail)


def _around_a_probe(
    old: bytes, new: bytes, within: tuple[int, int], span: tuple[int, int], depth: int
) -> Iterator[Shared]:
    (a, b), (c, d) = within, span
    for part in (2, 4, 1, 5, 3):
        at = new.find(b"\n", c + (d - c) * part // 6, d) + 1
        if at <= c or at + _PROBE > d:
            continue
        probe = new[at - 1 : at + _PROBE]
        there = _place(old, probe, a, b, (a + at - 1 - c, b - (d - at + 1)))
        if there >= 0:
            yield from _shared(old, new, (a, there + 1), (c, at), depth + 1)
            yield from _shared(old, new, (there + 1, b), (at, d), depth + 1)
            return


def _place(old: bytes, probe: bytes, a: int, b: int, likely: tuple[int, int]) -> int:
    """Where a text stands in the old version: as far from the start or the end as in the new one, or anywhere."""
    for at in likely:
        if a <= at and at + len(probe) <= b and old.startswith(probe, at):
            return at
    return old.find(probe, a, b)


def common_prefix(one: bytes, two: bytes, at: int, to: int, most: int) -> int:
    """Length of what `one` from `at` and `two` from `to` begin with, at most `most`."""
    low, step = 0, _STEP
    while low < most:
        size = min(step, most - low)
        if not one.startswith(two[to + low : to + low + size], at + low):
            break
        low += size
        step *= 2
    high = min(most, low + step)
    while low < high:
        middle = (low + high + 1) // 2
        if one.startswith(two[to + low : to + middle], at + low):
            low = middle
        else:
            high = middle - 1
    return low


def common_suffix(one: bytes, two: bytes, end: int, stop: int, most: int) -> int:
    """Length of what `one` before `end` and `two` before `stop` end with, at most `most`."""
    low, step = 0, _STEP
    while low < most:
        size = min(step, most - low)
        if not one.startswith(two[stop - low - size : stop - low], end - low - size):
            break
        low += size
        step *= 2
    high = min(most, low + step)
    while low < high:
        middle = (low + high + 1) // 2
        if one.startswith(two[stop - middle : stop - low], end - middle):
            low = middle
        else:
            high = middle - 1
    return low

"""Room for deeply nested programs: long `elif` chains and sums nest as deeply as they are long."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

DEEPEST = 400
"""Levels of a program that are read; what is below is left out. Long chains of real code stay under 250."""
FRAMES = 12_000
"""Calls of ours that this takes at most: lowering, following and evaluating a level costs up to 25."""


@contextmanager
def room_for_nesting() -> Iterator[None]:
    """Allow that many calls while a repository is read, and put the limit back.

    The garbage collector rests meanwhile: hundreds of thousands of small nodes are made, none in a cycle, and looking through
    them again and again costs a sixth of the time.
    """
    before, collecting = sys.getrecursionlimit(), gc.isenabled()
    sys.setrecursionlimit(max(before, FRAMES))
    gc.disable()
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
        if collecting:
            gc.enable()

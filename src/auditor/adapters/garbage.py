"""No search for cycles while many small values are made."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Nothing is collected meanwhile, except by reference counts.

    Pages, findings and outcomes hold no cycles, and looking for them again and again among all that is alive took a sixth
    of a wiki's reading and a quarter of the time in which a large run is put together.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()

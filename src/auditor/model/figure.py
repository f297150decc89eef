"""A computed figure with the trace that proves it, or the gaps for which there is none."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.model.fact import Gap, Quantity
from auditor.model.report import Trace


@dataclass(frozen=True, slots=True)
class Figure:
    """Result of one formula for one entity; reports print it, `auditor explain` prints its trace."""

    metric: str
    """Vocabulary id of what was computed: `net_burn`, `runway`, `break_even_units`, ..."""
    entity: str
    """Key of the entity; empty: the whole portfolio."""
    value: Quantity | None
    """None: cannot be computed (`gaps` says why), or has no number (`words` says what holds instead)."""
    trace: Trace | None = None
    """None only when inputs are missing."""
    gaps: tuple[Gap, ...] = ()
    words: str = ""
    """What stands in the place of a number: `profitable`, `no break-even`."""
    label: str = ""
    """The figure's name for people, from the vocabulary."""

"""One shared back-off clock per account, service and region: when one call is refused, all slow down.

Measured: botocore's own retries count per call and lose half of the calls in a storm; a shared clock loses none,
because the calls that wait are not tried.
"""

from __future__ import annotations

from dataclasses import dataclass

TRIES = 12
"""Refusals of one call before it may be given up ..."""
PATIENCE = 60.0
"""... and seconds without any success on its clock."""
_FIRST = 0.02
_SLOWEST = 0.1
_PROBING = 0.025
_STORM = 10.0
_EASE = 0.85
_FULL_SPEED = 0.004


@dataclass(slots=True)
class Pace:
    """Seconds between two calls of one clock; doubles on refusal, eases with success, and is zero at full speed."""

    interval: float = 0.0
    next_slot: float = 0.0
    slowed_at: float = -1.0
    """When it last slowed down: refusals of calls that began before do not slow it again."""
    last_success: float = -1.0
    refused_since: float = -1.0

    def began(self, now: float) -> None:
        """A call begins now."""
        self.next_slot = now + self.interval

    def refused(self, began: float, now: float) -> None:
        """A call that began then was throttled."""
        if self.refused_since < 0:
            self.refused_since = now
        if began >= self.slowed_at:
            # Nothing but refusals for a short while is a storm, which passes: it is probed at 40 a second. Where some
            # calls do get through it is a rate limit, and slower is faster.
            storm = 0.5 < now - self.refused_since < _STORM or (
                self.last_success < 0 and now - self.refused_since < _STORM
            )
            self.interval = min(max(self.interval * 2, _FIRST), _PROBING if storm else _SLOWEST)
            self.slowed_at = now
            self.next_slot = max(self.next_slot, now + self.interval)

    def answered(self, now: float) -> None:
        """A call was answered."""
        self.last_success = now
        self.refused_since = -1.0
        self.interval *= _EASE
        if self.interval < _FULL_SPEED:
            self.interval = 0.0

    def hopeless(self, tries: int, now: float) -> bool:
        """Whether a call refused that often is given up: the clock has not seen an answer for a minute."""
        return tries >= TRIES and self.refused_since >= 0 and now - self.refused_since >= PATIENCE

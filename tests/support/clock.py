"""A clock that stands still."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

MORNING = datetime(2026, 12, 1, 6, 17, tzinfo=UTC)


@dataclass(frozen=True)
class StandingClock:
    moment: datetime = MORNING

    def now(self) -> datetime:
        return self.moment

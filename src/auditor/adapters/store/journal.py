"""The journal of a month: which unit of which step is done, so that the next start goes on where the last one died."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select

from auditor.adapters.store import tables
from auditor.adapters.store.store import Store
from auditor.model.ports import Clock

_T = tables.journal.c


@dataclass(frozen=True, slots=True)
class Entry:
    """One unit of one step."""

    step: str
    """`collect`, `freeze`, `render`, `hold`, `deliver`, `summary`."""
    unit: str
    """`secrets on jada`, `ceo`, a delivery key; empty: the step as a whole."""
    state: str
    """`done`, `held`, `released`, `failed`."""
    run_id: str
    at: str
    seconds: float
    detail: Mapping[str, str]


def latest_edition(store: Store, period: str) -> int:
    """Edition of a month that was begun last; 1 when none was."""
    with store.reading() as connection:
        return connection.execute(select(func.max(_T.edition)).where(_T.period == period)).scalar() or 1


@dataclass(frozen=True, slots=True)
class Journal:
    """The journal of one edition of one month."""

    store: Store
    clock: Clock
    period: str
    edition: int = 1

    def write(
        self,
        step: str,
        unit: str = "",
        *,
        state: str = "done",
        run_id: str = "",
        seconds: float = 0.0,
        detail: Mapping[str, str] | None = None,
    ) -> None:
        """Note that a unit is done (or held, released, failed); a later note replaces an earlier one."""
        values = {
            "period": self.period,
            "edition": self.edition,
            "step": step,
            "unit": unit,
            "state": state,
            "run_id": run_id,
            "at": self.clock.now().isoformat(timespec="seconds"),
            "seconds": seconds,
            "detail": json.dumps(dict(detail or {}), sort_keys=True),
        }
        with self.store.writing() as connection:
            connection.execute(
                delete(tables.journal).where(
                    _T.period == self.period, _T.edition == self.edition, _T.step == step, _T.unit == unit
                )
            )
            connection.execute(insert(tables.journal).values(**values))

    def get(self, step: str, unit: str = "") -> Entry | None:
        """What is noted of a unit; None: nothing."""
        return next((e for e in self.entries(step) if e.unit == unit), None)

    def is_done(self, step: str, unit: str = "") -> bool:
        """Whether a unit needs no further work."""
        found = self.get(step, unit)
        return found is not None and found.state in {"done", "released"}

    def entries(self, step: str = "") -> tuple[Entry, ...]:
        """Notes in order of time."""
        chosen = select(tables.journal).where(_T.period == self.period, _T.edition == self.edition)
        if step:
            chosen = chosen.where(_T.step == step)
        with self.store.reading() as connection:
            rows = connection.execute(chosen.order_by(_T.at, _T.step, _T.unit)).all()
        return tuple(Entry(r.step, r.unit, r.state, r.run_id, r.at, r.seconds, json.loads(r.detail)) for r in rows)

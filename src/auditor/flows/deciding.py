"""Every waiver of a portfolio with what it covers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from auditor.model.finding import State, Waiver
from auditor.portfolio import Portfolio
from auditor.waivers import FILE_NAME, WaiverFile, WaiverProblem, ends_soon, is_over, read_waivers

if TYPE_CHECKING:
    from auditor.adapters.store.store import Store


@dataclass(frozen=True, slots=True)
class Decision:
    """A waiver, and how it stands."""

    waiver: Waiver
    state: str
    """`in force`, `ends soon`, `ended`, `not used`."""
    findings: int
    """How many the last run waived by it."""


@dataclass(frozen=True, slots=True)
class Decisions:
    """All of them, and those that could not be used."""

    decisions: tuple[Decision, ...]
    problems: tuple[WaiverProblem, ...]


def waiver_file(portfolio: Portfolio, moment: datetime) -> WaiverFile:
    """The portfolio's waiver file: beside its rules, or in its folder; empty when there is none."""
    today = moment.astimezone(ZoneInfo(portfolio.timezone)).date()
    for folder in (portfolio.rules, portfolio.folder):
        if folder is not None and (folder / FILE_NAME).is_file():
            text = (folder / FILE_NAME).read_text(encoding="utf-8", errors="replace")
            return read_waivers(text, today, FILE_NAME)
    return WaiverFile()


def decisions(portfolio: Portfolio, store: Store, moment: datetime) -> Decisions:
    """Waivers of the file, and those in comments that the last run found, the next to end first."""
    file = waiver_file(portfolio, moment)
    today = moment.astimezone(ZoneInfo(portfolio.timezone)).date()
    waived = [f.waived_by for f in store.findings(states=(State.WAIVED,)) if f.waived_by is not None]
    used = Counter(w.where for w in waived)
    every = {w.where: w for w in (*waived, *file.waivers)}
    found = []
    for waiver in sorted(every.values(), key=lambda w: (w.until, w.where)):
        if is_over(waiver, today):
            state = "ended"
        elif not used[waiver.where]:
            state = "not used"
        else:
            state = "ends soon" if ends_soon(waiver, today) else "in force"
        found.append(Decision(waiver, state, used[waiver.where]))
    return Decisions(tuple(found), file.problems)

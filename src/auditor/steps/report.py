"""The reports of a month: every one from the same frozen snapshot."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
from typing import TypeAlias

from auditor.errors import ConfigError, UsageError
from auditor.model.report import Report, ViewSettings
from auditor.model.run import Snapshot
from auditor.portfolio import REPORT_NAMES, Portfolio
from auditor.reports.words import month_before

VIEW_GROUP = "auditor.reports"
"""Entry-point group in which a package offers a view: a module with `build`."""
HISTORY = 5
"""Months before this one, for the bars beside a figure."""

Build: TypeAlias = Callable[[Snapshot, Snapshot | None, Sequence[Snapshot], ViewSettings], Report]


@dataclass(frozen=True, slots=True)
class Month:
    """A snapshot with the ones before it."""

    snapshot: Snapshot
    previous: Snapshot | None
    """The month before; None: there is none, the first month or a hole."""
    history: tuple[Snapshot, ...]
    """At most five earlier months, oldest first."""


def month_of(period: str, periods: Sequence[str], load: Callable[[str], Snapshot]) -> Month:
    """The month with its history; `periods` are those that have a snapshot.

    Raises:
        UsageError: that month was never frozen.
    """
    if period not in periods:
        known = ", ".join(sorted(periods)[-6:])
        raise UsageError(f"no snapshot of {period}; {f'there are {known}' if known else 'run `auditor run` first'}")
    earlier = [other for other in sorted(set(periods)) if other < period][-HISTORY:]
    history = tuple(load(other) for other in earlier)
    last = history[-1] if history and earlier[-1] == month_before(period) else None
    return Month(load(period), last, history)


def find_view(name: str) -> Build:
    """The view of that name: shipped, or of an installed package.

    Raises:
        UsageError: there is none; the message lists the known ones.
    """
    if name in REPORT_NAMES:
        build: Build = import_module(f"auditor.reports.{name}").build
        return build
    points = {point.name: point for point in entry_points(group=VIEW_GROUP)}
    if name not in points:
        raise UsageError(f"no report is made by {name!r}; known are {', '.join((*REPORT_NAMES, *sorted(points)))}")
    found = points[name].load()
    chosen: Build = getattr(found, "build", found)
    return chosen


def view_settings(portfolio: Portfolio) -> tuple[ViewSettings, ...]:
    """The portfolio's reports in its order."""
    return tuple(
        ViewSettings(
            name=report.name,
            view=report.view,
            title=report.title,
            reader=report.reader,
            entities=report.entities,
            sections=report.sections,
            brand=portfolio.brand,
            mail_rows=report.rows,
        )
        for report in portfolio.reports
    )


def check_views(portfolio: Portfolio) -> None:
    """Every report of the portfolio can be made; asked before anything is looked at.

    Raises:
        ConfigError: one is of no kind that there is.
    """
    for report in portfolio.reports:
        try:
            find_view(report.view or report.name)
        except UsageError as error:
            raise ConfigError(f"{portfolio.folder / 'portfolio.toml'}: [reports.{report.name}]: {error}") from None


def chosen_settings(settings: Sequence[ViewSettings], names: Sequence[str]) -> tuple[ViewSettings, ...]:
    """Those of these names; none given: all.

    Raises:
        UsageError: a name that the portfolio does not have.
    """
    by_name: Mapping[str, ViewSettings] = {item.name: item for item in settings}
    unknown = [name for name in names if name not in by_name]
    if unknown:
        raise UsageError(f"the portfolio has no report {unknown[0]!r}; it has {', '.join(by_name)}")
    return tuple(by_name[name] for name in names) if names else tuple(settings)


def build_reports(month: Month, settings: Sequence[ViewSettings]) -> tuple[Report, ...]:
    """All reports, in the order of the settings."""
    return tuple(find_view(item.module)(month.snapshot, month.previous, month.history, item) for item in settings)

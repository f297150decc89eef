"""One look at everything with its reports: what `auditor run` and the demo do, and what a month is made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from auditor.flows.collecting import Collected, Sources, collect
from auditor.flows.compliance import write_compliance
from auditor.flows.monthly import Month as MonthlyRun
from auditor.flows.monthly import MonthResult, monthly
from auditor.flows.printing import print_reports
from auditor.flows.reporting import Written, write_index, write_reports
from auditor.flows.tools import Tools
from auditor.formats.snapshot import dump_snapshot, load_snapshot
from auditor.model.ports import Clock, Transport
from auditor.model.run import Outcome, Snapshot
from auditor.model.target import AwsAccount
from auditor.portfolio import Portfolio
from auditor.reports.words import month_before
from auditor.steps.comply import order, scorecards
from auditor.steps.discover import recorded_inventories
from auditor.steps.fetch import fetch_repositories
from auditor.steps.render import FORMS, Renderer
from auditor.steps.report import Month, month_of, view_settings

if TYPE_CHECKING:
    from auditor.adapters.store.store import Store


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything that looking and printing need."""

    portfolio: Portfolio
    tools: Tools
    store: Store
    renderer: Callable[[Snapshot], Renderer]
    collect_accounts: Callable[[Portfolio, str, datetime], tuple[Sequence[AwsAccount], Sequence[Outcome]]]
    """Asks the accounts that have no recorded inventory."""
    transport: Transport
    clock: Clock
    holder: str
    """Unique to this process."""


def closed_month(portfolio: Portfolio, moment: datetime) -> str:
    """The last closed month in the portfolio's time zone, `YYYY-MM`."""
    first = moment.astimezone(ZoneInfo(portfolio.timezone)).replace(day=1)
    return (first - timedelta(days=1)).strftime("%Y-%m")


def look(desk: Desk, period: str) -> Collected:
    """Bring everything here, scan it, and freeze what was seen."""
    portfolio = desk.portfolio
    recorded, missing = recorded_inventories(portfolio.accounts, portfolio.folder, period, month_before(period))
    asked, denied = desk.collect_accounts(portfolio, period, desk.tools.now)
    patterns = [pattern for entity in portfolio.entities for pattern in entity.repositories]
    fetched = fetch_repositories(patterns, portfolio.state / "mirrors", portfolio.credentials)
    sources = Sources((*recorded, *asked), fetched, (*missing, *denied))
    previous = desk.store.load_snapshot(month_before(period))
    before = load_snapshot(previous.text.encode("ascii")) if previous else None
    return collect(portfolio, period, desk.tools, desk.store, sources, before)


def keep(desk: Desk, snapshot: Snapshot) -> Snapshot:
    """Store a snapshot and give back what was stored, so that every report is made from the same bytes."""
    stored = desk.store.save_snapshot(
        snapshot.period,
        dump_snapshot(snapshot).decode("ascii"),
        snapshot.content_hash,
        frozen_at=snapshot.frozen_at.isoformat(),
        run_id=snapshot.run_id,
    )
    return load_snapshot(stored.text.encode("ascii"))


def frozen(desk: Desk, period: str) -> Snapshot:
    """The newest snapshot of a month that was frozen."""
    stored = desk.store.load_snapshot(period)
    assert stored is not None
    return load_snapshot(stored.text.encode("ascii"))


def with_history(desk: Desk, snapshot: Snapshot) -> Month:
    """A snapshot with the stored ones before it."""

    def load(period: str) -> Snapshot:
        if period == snapshot.period:
            return snapshot
        stored = desk.store.load_snapshot(period)
        assert stored is not None
        return load_snapshot(stored.text.encode("ascii"))

    return month_of(snapshot.period, sorted({*desk.store.periods(), snapshot.period}), load)


def write_pages(
    desk: Desk, snapshot: Snapshot, folder: Path, forms: Sequence[str] = tuple(FORMS)
) -> tuple[tuple[Written, ...], Path]:
    """All reports in the forms asked for, and the index over all months in the folder."""
    settings = view_settings(desk.portfolio)
    renderer = desk.renderer(snapshot)
    month = with_history(desk, snapshot)
    written = write_reports(month, settings, renderer, folder, forms)
    if "page" in forms:
        frameworks = desk.tools.frameworks()
        titles = {rule.id: rule.title for rule in desk.tools.rulebook.rules}
        cards = scorecards(frameworks, snapshot, wanted=order(frameworks, desk.portfolio.frameworks), titles=titles)
        write_compliance(month, cards, renderer, folder)
    return written, write_index(folder, [item.name for item in settings], renderer)


def deliver_month(desk: Desk, snapshot: Snapshot) -> MonthResult:
    """Mail the reports of a snapshot, each reader once; a month whose mails are out stays as it is."""
    return monthly(
        MonthlyRun(
            period=snapshot.period,
            portfolio=desk.portfolio,
            store=desk.store,
            transport=desk.transport,
            clock=desk.clock,
            holder=desk.holder,
            collect=lambda _: snapshot,
            print_reports=lambda frozen: print_reports(
                with_history(desk, frozen), desk.portfolio, desk.renderer(frozen)
            ),
        )
    )


def at(tools: Tools, moment: datetime) -> Tools:
    """The same tools with another clock."""
    return replace(tools, now=moment)

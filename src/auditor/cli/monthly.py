"""`auditor monthly` and `auditor release`: the month by itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli.output import AsFormat, Quiet, TableFormat, progress
from auditor.cli.portfolios import PortfolioPath
from auditor.errors import UsageError

if TYPE_CHECKING:
    from auditor.flows.monthly import Month, MonthResult
    from auditor.flows.running import Desk

Period = Annotated[str, typer.Option(help="Month, YYYY-MM; the last closed one if not given.")]


def monthly(
    portfolio: PortfolioPath = Path(),
    period: Period = "",
    hold: Annotated[
        bool, typer.Option("--hold", help="Wait for `auditor release` before any reader gets mail.")
    ] = False,
    correct: Annotated[
        bool, typer.Option("--correct", help="Look again and send corrected reports as the next edition.")
    ] = False,
    early: Annotated[bool, typer.Option("--early", help="Freeze a month that is not over yet.")] = False,
    executor: Annotated[str, typer.Option(help="Where the work is done: here, or dask://HOST:PORT.")] = "",
    jobs: Annotated[int, typer.Option("--jobs", "-j", help="Processes; 0 for one per processor.")] = 0,
    output_format: AsFormat = TableFormat.TEXT,
    quiet: Quiet = False,
) -> None:
    """Collect, freeze, render, hold and deliver one month; made to be started by a timer, daily on days 1 to 5.

    A second start does nothing and says so; after a crash the next start goes on where it was. Below the coverage floor
    nobody but the operator is told. Exit codes: 0 delivered (or already), 3 something was not scanned, 4 a mail is in doubt
    or was refused.
    """
    from dataclasses import replace

    from auditor.flows.monthly import monthly as run_month
    from auditor.flows.running import closed_month
    from auditor.steps.mailing import check_sender
    from auditor.steps.report import check_views
    from auditor.wiring import open_desk

    with (
        progress("looking", quiet=quiet) as announce,
        open_desk(portfolio, workers=jobs, executor=executor, announce=announce) as desk,
    ):
        closed = closed_month(desk.portfolio, desk.tools.now)
        chosen = checked_period(period) or closed
        if chosen > closed and not early:
            raise UsageError(f"{chosen} is not over, and is frozen only once; --early does it all the same")
        check_sender(desk.portfolio)
        check_views(desk.portfolio)
        result = run_month(replace(month_at(desk, chosen), hold=hold, correct=correct))
    _say(result, output_format)
    raise typer.Exit(result.exit_code)


def release(
    reason: Annotated[str, typer.Option("--reason", help="Why; kept in the chain of decisions.")],
    portfolio: PortfolioPath = Path(),
    period: Period = "",
    who: Annotated[str, typer.Option("--who", help="Your name; your login if not given.")] = "",
    output_format: AsFormat = TableFormat.TEXT,
) -> None:
    """Let a held month go out, as it was frozen, and send it."""
    import getpass

    from auditor.flows.deliveries import Desk as MailDesk
    from auditor.flows.deliveries import release as let_go
    from auditor.flows.monthly import monthly as run_month
    from auditor.flows.running import closed_month
    from auditor.wiring import open_desk

    if not reason.strip():
        raise UsageError("--reason: a decision needs one")
    with open_desk(portfolio) as desk:
        chosen = checked_period(period) or closed_month(desk.portfolio, desk.tools.now)
        mails = MailDesk(desk.store, desk.transport, desk.clock, desk.holder, who or getpass.getuser())
        let_go(mails, chosen, reason.strip())
        result = run_month(month_at(desk, chosen))
    _say(result, output_format)
    raise typer.Exit(result.exit_code)


def checked_period(period: str) -> str:
    """The month as given; empty stays empty.

    Raises:
        UsageError: it is none.
    """
    if period and not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", period):
        raise UsageError(f"--period {period}: a month as YYYY-MM")
    return period


def month_at(desk: Desk, period: str) -> Month:
    """The month of a portfolio, with its pages written beside the mails."""
    from auditor.adapters.ping import ping
    from auditor.flows.monthly import Month
    from auditor.flows.printing import print_reports
    from auditor.flows.running import look, with_history, write_pages
    from auditor.model.run import Snapshot
    from auditor.steps.mailing import PrintedReport

    portfolio = desk.portfolio

    def printed(snapshot: Snapshot) -> tuple[PrintedReport, ...]:
        write_pages(desk, snapshot, portfolio.folder / "reports")
        return print_reports(with_history(desk, snapshot), portfolio, desk.renderer(snapshot))

    return Month(
        period=period,
        portfolio=portfolio,
        store=desk.store,
        transport=desk.transport,
        clock=desk.clock,
        holder=desk.holder,
        collect=lambda wanted: look(desk, wanted).snapshot,
        print_reports=printed,
        operator=portfolio.mail.told,
        run_cost=_cost(portfolio.state / "aws", period),
        ping=lambda good: ping(portfolio.ping, good=good),
    )


def _cost(folder: Path, period: str) -> Callable[[object], str]:
    """What asking AWS cost, from the inventories that were collected for the month."""

    def said(_: object) -> str:
        import json
        from decimal import Decimal, InvalidOperation

        total = Decimal(0)
        for path in sorted(folder.rglob(f"*{period}*.json")) if folder.is_dir() else ():
            try:
                total += Decimal(str(json.loads(path.read_bytes()).get("cost", {}).get("usd", "0")))
            except (OSError, ValueError, InvalidOperation, AttributeError):
                continue
        return f"paid calls to AWS cost ${total}" if total else "no paid calls to AWS"

    return said


def _say(result: MonthResult, output_format: TableFormat) -> None:
    import json
    from collections import Counter

    counts = Counter(d.state.value for d in result.deliveries)
    if output_format is TableFormat.JSON:
        document = {
            "schema": "auditor/monthly@1",
            "period": result.period,
            "edition": result.edition,
            "ended": result.ended.value,
            "exit_code": int(result.exit_code),
            "complete": result.complete,
            "coverage": round(result.share, 4),
            "snapshot": result.snapshot_hash,
            "deliveries": dict(sorted(counts.items())),
            "notes": list(result.notes),
        }
        typer.echo(json.dumps(document, indent=2))
        return
    edition = f", edition {result.edition}" if result.edition > 1 else ""
    mails = ", ".join(f"{count} {state}" for state, count in sorted(counts.items())) or "none"
    typer.echo(f"{result.period}{edition}: {result.ended.value}. Mails: {mails}. Coverage {result.share:.0%}.")
    for note in result.notes:
        typer.echo(f"note: {note}")

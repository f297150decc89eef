"""`auditor run` and `auditor demo`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli.output import Quiet, progress
from auditor.cli.portfolios import PortfolioPath
from auditor.cli.scanning import severity_of
from auditor.errors import ExitCode, UsageError
from auditor.model.text import visible

if TYPE_CHECKING:
    from auditor.flows.collecting import Collected
    from auditor.flows.monthly import MonthResult
    from auditor.flows.reporting import Written
    from auditor.flows.running import Desk

Folder = Annotated[Path | None, typer.Option("--output", "-o", help="Folder of the reports; reports/ if not given.")]


def run(
    portfolio: PortfolioPath = Path(),
    period: Annotated[str, typer.Option(help="Month of the reports, YYYY-MM; the last closed one if not given.")] = "",
    output: Folder = None,
    deliver: Annotated[bool, typer.Option(help="Hand the mails to the configured transport.")] = True,
    fail_on: Annotated[
        str, typer.Option(help="Give exit code 1 for open findings of this severity and worse; off if not given.")
    ] = "",
    executor: Annotated[str, typer.Option(help="Where the work is done: here, or dask://HOST:PORT.")] = "",
    jobs: Annotated[int, typer.Option("--jobs", "-j", help="Processes; 0 for one per processor.")] = 0,
    quiet: Quiet = False,
) -> None:
    """Scan everything in a portfolio, store what is found, write the reports and deliver them.

    Mails of a month leave once: running again looks again and writes the reports anew, and says that the mails are out.
    What could not be looked at stands in every report, and gives exit code 3. No mail leaves of a month that is not over.
    """
    from auditor.cli.monthly import checked_period
    from auditor.flows.monthly import Ended
    from auditor.flows.running import closed_month
    from auditor.reports.words import month_before
    from auditor.steps.mailing import check_sender
    from auditor.steps.report import check_views
    from auditor.wiring import open_desk

    least = severity_of(fail_on) if fail_on else None
    with (
        progress("looking", quiet=quiet) as announce,
        open_desk(portfolio, workers=jobs, executor=executor, announce=announce) as desk,
    ):
        if deliver:
            check_sender(desk.portfolio)
        check_views(desk.portfolio)
        closed = closed_month(desk.portfolio, desk.tools.now)
        month = checked_period(period) or closed
        if month > month_before(closed, -1):
            raise UsageError(f"--period {month}: that month has not begun")
        collected, written, index, mailed = _run(desk, month, output, deliver=deliver and month <= closed)
    _say(collected, written, index)
    if deliver and month > closed:
        typer.echo(
            f"No mail: {month} is not over, and its mails leave only once; `auditor monthly --period {month} --early` sends "
            "them all the same."
        )
    if mailed is not None:
        typer.echo(_mail_line(mailed, desk.portfolio.mail.transport))
        if mailed.ended in {Ended.ALREADY, Ended.HELD}:
            for note in mailed.notes:
                typer.echo(f"note: {note}")
    over = [f for f in collected.findings if f.state.is_open and least is not None and f.severity >= least]
    raise typer.Exit(_exit(collected, mailed, findings=bool(over)))


def demo(
    folder: Annotated[Path, typer.Argument(help="Where to put it; made anew each time.")] = Path("demo-portfolio"),
    quiet: Quiet = False,
) -> None:
    """Run the main job on the example portfolio: two months, eight reports, mails in an outbox folder.

    Needs no account and no network. Everything lies in one folder afterwards; look at reports/index.html first. The evidence
    pack of the last month lies beside it; `auditor evidence verify` checks it.
    """
    from dataclasses import replace

    from auditor.flows.demo import MONTHS, advance, prepare
    from auditor.flows.running import at
    from auditor.resources import example_folder
    from auditor.wiring import open_desk

    source = example_folder()
    prepare(source, folder)
    for month in MONTHS:
        advance(source, folder, month)
        with (
            progress(f"looking at {month.period}", quiet=quiet) as announce,
            open_desk(folder, announce=announce) as desk,
        ):
            moved = replace(desk, tools=at(desk.tools, month.moment))
            collected, written, index, mailed = _run(moved, month.period, None, deliver=True)
            if month is MONTHS[-1]:
                pack = _packed(moved, month.period, written, folder)
    _say(collected, written, index)
    assert mailed is not None
    typer.echo(_mail_line(mailed, "outbox"))
    typer.echo("")
    typer.echo(f"Reports   {index}")
    typer.echo(f"Outbox    {folder / 'outbox'}")
    typer.echo(f"Evidence  {pack}")
    typer.echo(f"Look on   auditor findings list -p {folder}")


def _packed(desk: Desk, period: str, written: Sequence[Written], folder: Path) -> Path:
    """The evidence pack of the month, with the reports as they were just written."""
    from auditor.cli.evidence import gather, write_pack

    printed = {path.name: path.read_bytes() for item in written for path in item.files}
    made = gather(desk.portfolio, desk.store, period, printed=printed)
    place = folder / f"{made.root}.zip"
    write_pack(made, place)
    return place


def _run(
    desk: Desk, period: str, output: Path | None, *, deliver: bool
) -> tuple[Collected, Sequence[Written], Path, MonthResult | None]:
    from auditor.flows.running import deliver_month, keep, look, write_pages

    collected = look(desk, period)
    snapshot = keep(desk, collected.snapshot)
    written, index = write_pages(desk, snapshot, output or desk.portfolio.folder / "reports")
    return collected, written, index, deliver_month(desk, snapshot) if deliver else None


def _say(collected: Collected, written: Sequence[Written], index: Path) -> None:
    from collections import Counter

    from auditor.model.rule import Severity

    counts = Counter(f.severity for f in collected.findings if f.state.is_open)
    words = ", ".join(f"{counts[s]} {s.word}" for s in reversed(Severity) if counts[s]) or "none"
    typer.echo(f"{collected.snapshot.period}: open findings: {words}")
    for item in written:
        typer.echo(f"  {item.report.tone.word:8} {item.report.title}: {item.report.verdict}")
    for outcome in collected.outcomes:
        if outcome.status == "failed":
            typer.echo(visible(f"not scanned: {outcome.target.name}: {outcome.scanner}: {outcome.reason}"))
        missed = [item for item in outcome.result.not_scanned if not item.expected]
        for gap in missed[:5]:
            typer.echo(visible(f"not scanned: {outcome.target.name}: {gap.path}: {gap.reason}"))
        if len(missed) > 5:
            typer.echo(visible(f"not scanned: {outcome.target.name}: {len(missed) - 5} more ({outcome.scanner})"))
    for note in collected.notes:
        typer.echo(visible(f"note: {note}"))
    typer.echo(f"Wrote the reports to {index.parent / collected.snapshot.period}, and {index}.")


def _mail_line(result: MonthResult, transport: str) -> str:
    from collections import Counter

    states = Counter(delivery.state.value for delivery in result.deliveries)
    counted = ", ".join(f"{number} {state}" for state, number in sorted(states.items())) or "no mail planned"
    return f"Mail ({transport}): {result.ended.value}: {counted}."


def _exit(collected: Collected, mailed: MonthResult | None, *, findings: bool) -> ExitCode:
    if mailed is not None and mailed.exit_code is ExitCode.DELIVERY:
        return ExitCode.DELIVERY
    if not collected.complete:
        return ExitCode.INCOMPLETE
    return ExitCode.FINDINGS if findings else ExitCode.PASSED

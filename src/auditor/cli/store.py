"""`auditor store`, `auditor export`, `auditor prune`: backup, restore, and how long things are kept."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from auditor.cli.output import NoColour, table
from auditor.cli.portfolios import PortfolioPath

app = typer.Typer(no_args_is_help=True, help="Back up, restore and look at the findings store.")


@app.command("backup")
def backup(
    file: Annotated[Path, typer.Argument(help="Such as backup-2026-11.jsonl.gz.")], portfolio: PortfolioPath = Path()
) -> None:
    """Write everything in the store to one file, the same for SQLite and PostgreSQL."""
    from auditor.adapters.store.transfer import backup as write
    from auditor.wiring import open_portfolio_store

    with open_portfolio_store(portfolio) as store:
        rows = write(store, file)
    typer.echo(f"Wrote {rows} rows to {file}.")


@app.command("restore")
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `auditor store backup` wrote.")],
    portfolio: PortfolioPath = Path(),
) -> None:
    """Fill an empty store from a backup, of this or an older version; also the way from SQLite to PostgreSQL."""
    from auditor.adapters.store.transfer import restore as read
    from auditor.wiring import open_portfolio_store

    with open_portfolio_store(portfolio) as store:
        rows = read(store, file)
        typer.echo(f"Read {rows} rows into {store.where}.")


@app.command("info")
def info(portfolio: PortfolioPath = Path(), no_colour: NoColour = False) -> None:
    """Say where the store is, its schema, its months, and how many rows it has."""
    from auditor.adapters.store.opening import HEAD
    from auditor.adapters.store.retention import sizes
    from auditor.wiring import open_portfolio_store

    with open_portfolio_store(portfolio) as store:
        typer.echo(f"{store.where}, schema {HEAD}, months {', '.join(store.periods()) or 'none'}")
        rows = [(name, str(count)) for name, count in sizes(store).items()]
    table(("table", "rows"), rows, empty="", no_colour=no_colour)


class ExportFormat(StrEnum):
    """What is exported."""

    LINES = "jsonl"
    OCSF = "ocsf"


def export(
    portfolio: PortfolioPath = Path(),
    output_format: Annotated[
        ExportFormat,
        typer.Option("--format", "-f", help="jsonl: the whole store; ocsf: the findings of a frozen month."),
    ] = ExportFormat.LINES,
    period: Annotated[str, typer.Option(help="For ocsf: the month, YYYY-MM; without it the newest one.")] = "",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file.")] = None,
) -> None:
    """Write everything in the store as JSON lines, or a month's findings as OCSF 1.6 events, for other programs."""
    from auditor.adapters.store.transfer import export_lines
    from auditor.cli.output import write
    from auditor.wiring import open_portfolio_store

    with open_portfolio_store(portfolio) as store:
        if output_format is ExportFormat.OCSF:
            from auditor.cli.reporting import load_month, newest
            from auditor.formats.ocsf import ocsf_json

            write(ocsf_json(load_month(store, period or newest(store))), output)
            return
        if output is None:
            for line in export_lines(store):
                sys.stdout.write(f"{line}\n")
            return
        write("", output)
        with output.open("a", encoding="ascii") as stream:
            stream.writelines(f"{line}\n" for line in export_lines(store))


def prune(
    portfolio: PortfolioPath = Path(),
    months: Annotated[int, typer.Option(help="How many are kept, the current one included.")] = 24,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count.")] = False,
) -> None:
    """Forget runs, snapshots and mail contents that are older; the ledger and the decisions are kept for ever."""
    from auditor.adapters.store.retention import prune as forget
    from auditor.wiring import SystemClock, open_portfolio_store

    with open_portfolio_store(portfolio) as store:
        done = forget(store, f"{SystemClock().now():%Y-%m}", months, dry_run=dry_run)
    said = "Would forget" if dry_run else "Forgot"
    typer.echo(
        f"{said} what is older than {done.before}: {done.runs} runs, {done.snapshots} snapshots, "
        f"{done.findings} fixed findings, the content of {done.mails} mails."
    )

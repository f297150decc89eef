"""`auditor log`: the chain of decisions, listed and verified."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from auditor.cli.output import AsFormat, NoColour, TableFormat, table
from auditor.cli.portfolios import PortfolioPath
from auditor.errors import ExitCode

log_app = typer.Typer(help="Every decision, in a chain that nobody can rewrite unseen; listed without a command.")


@log_app.callback(invoke_without_command=True)
def log(context: typer.Context, portfolio: PortfolioPath = Path(), output_format: AsFormat = TableFormat.TEXT) -> None:
    """List every decision; `verify` checks the chain."""
    if context.invoked_subcommand is None:
        list_decisions(portfolio, output_format=output_format)


@log_app.command("list")
def list_decisions(
    portfolio: PortfolioPath = Path(),
    subject: Annotated[
        str, typer.Option(help="Only about this waiver, finding, mail or month; the beginning is enough.")
    ] = "",
    what: Annotated[
        str, typer.Option(help="Only these: waive, accept, expire, withdraw, resend, mark-sent, give-up, release.")
    ] = "",
    output_format: AsFormat = TableFormat.TEXT,
    no_colour: NoColour = False,
) -> None:
    """List who decided what, when and why, the newest last: findings accepted, mails sent again, months released."""
    from auditor.adapters.store.decisions import Decisions
    from auditor.wiring import SystemClock, open_portfolio_store

    with open_portfolio_store(portfolio) as store:
        chain = Decisions(store, SystemClock()).all()
    found = [d for d in chain if d.subject.startswith(subject) and what in {"", d.what}]
    if output_format is TableFormat.JSON:
        document = {"schema": "auditor/log@1", "decisions": [{**asdict(d), "body": dict(d.body)} for d in found]}
        typer.echo(json.dumps(document, indent=2))
        return
    rows = [(str(d.seq), d.at, d.who, d.what, d.subject, d.reason, d.hash[:12]) for d in found]
    headings = ("no", "at", "who", "what", "about", "why", "hash")
    table(headings, rows, empty="No decision was taken so far.", no_colour=no_colour)


@log_app.command("verify")
def verify(portfolio: PortfolioPath = Path(), output_format: AsFormat = TableFormat.TEXT) -> None:
    """Check every link of the chain, and its end against what journal and snapshots remember of it.

    Names the first decision that was changed, taken out, put in or cut off. Exit code 0 when the chain holds, 1 when not.
    """
    from auditor.adapters.store.decisions import Decisions
    from auditor.wiring import SystemClock, open_portfolio_store

    with open_portfolio_store(portfolio) as store:
        chain = Decisions(store, SystemClock())
        found, every, anchors = chain.first_break(), chain.all(), chain.anchors()
    head = every[-1].head if every else ""
    if output_format is TableFormat.JSON:
        document = {
            "schema": "auditor/log-verify@1", "holds": found is None, "decisions": len(every), "head": head,
            "anchors": len(anchors), "first_break": {"decision": found.seq, "why": found.why} if found else None,
        }  # fmt: skip
        typer.echo(json.dumps(document, indent=2))
    elif found is None:
        typer.echo(f"The chain holds: {len(every)} decisions, {len(anchors)} anchors; head {head or 'none'}.")
    else:
        typer.echo(f"The chain is broken. {found}.")
    raise typer.Exit(ExitCode.PASSED if found is None else ExitCode.FINDINGS)

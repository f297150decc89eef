"""`auditor doctor`: is everything there that the month needs?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from auditor.cli.output import AsFormat, NoColour, TableFormat, table
from auditor.cli.portfolios import PortfolioPath
from auditor.errors import ExitCode


def doctor(
    portfolio: PortfolioPath = Path(),
    strict: Annotated[bool, typer.Option(help="Exit with 3 when something could not be checked.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only what did not pass.")] = False,
    output_format: AsFormat = TableFormat.TEXT,
    no_colour: NoColour = False,
) -> None:
    """Check programs, rules, store, credentials, readers and mail before a run; changes nothing, sends nothing.

    Each line is pass, fail or could not check, with what to do. Exit code 2 when one fails.
    """
    from auditor.flows.doctor import Clients, preflight
    from auditor.model.check import CheckStatus
    from auditor.wiring import SystemClock, load_portfolio, make_tools, ses_client_of, sts_client_of

    settings = load_portfolio(portfolio)
    tools = make_tools(state=settings.state, own_rules=settings.rules, options=settings.scanners, workers=1)
    clients = Clients(lambda: ses_client_of(settings.mail), sts_client_of)
    checks = tuple(preflight(settings, tools, SystemClock(), clients))
    failures = [check for check in checks if check.status is CheckStatus.FAIL]
    doubts = [check for check in checks if check.status is CheckStatus.UNKNOWN]
    if output_format is TableFormat.JSON:
        rows = [{"name": c.name, "status": c.status.value, "detail": c.detail, "fix": c.fix} for c in checks]
        typer.echo(json.dumps({"schema": "auditor/doctor@1", "ok": not failures, "checks": rows}, indent=2))
    else:
        shown = (*failures, *doubts) if quiet else checks
        lines = [(c.status.value, c.name, c.detail, c.fix) for c in shown]
        if lines:
            table(("", "check", "what was seen", "what to do"), lines, empty="", no_colour=no_colour)
        if not quiet:
            typer.echo(
                f"\n{len(checks) - len(failures) - len(doubts)} pass, {len(failures)} fail, {len(doubts)} could not check"
            )
    if failures:
        raise typer.Exit(ExitCode.USAGE)
    if doubts and strict:
        raise typer.Exit(ExitCode.INCOMPLETE)

"""The command line: one module per group of commands; what is heavy is imported inside the commands."""

from __future__ import annotations

from typing import Annotated

import typer

from auditor.cli import (
    compliance,
    deciding,
    endpoints,
    explain,
    gating,
    operations,
    planning,
    portfolios,
    reporting,
    running,
    scanning,
    wiki,
)
from auditor.cli.aws import aws_app, prices_app
from auditor.cli.evidence import evidence_app
from auditor.cli.fixing import fix_app
from auditor.cli.log import log_app
from auditor.cli.rules import rules_app

EPILOG = """Exit codes: 0 passed; 1 findings over the threshold; 2 usage or configuration; 3 incomplete, something that should
have been scanned was not; 4 delivery problem. Not scanned is not clean: 3 is never turned into 0."""

app = typer.Typer(
    name="auditor",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
    pretty_exceptions_enable=False,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from auditor import __version__

        typer.echo(f"auditor {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Audit a portfolio: secrets and code in its repositories, its cloud accounts, its pages and its wiki.

    Start with `auditor demo` to see eight reports made from an example portfolio, or with `auditor scan .` to look at
    the folder you stand in. `auditor init` writes a portfolio file for your own repositories, `auditor run` scans
    everything in it, stores what it finds, writes the reports and delivers them.
    """
    del version


app.command()(running.demo)
app.command()(portfolios.init)
app.command()(scanning.scan)
app.command()(endpoints.endpoints)
app.command()(gating.gate)
app.command()(running.run)
app.command()(deciding.waivers)
app.command()(deciding.baseline)
app.add_typer(log_app, name="log")
app.command()(reporting.report)
app.command()(planning.plan)
app.command()(compliance.compliance)
app.add_typer(evidence_app, name="evidence")
app.add_typer(portfolios.findings_app, name="findings")
app.add_typer(wiki.app, name="wiki")
app.add_typer(rules_app, name="rules")
app.command()(explain.explain)
operations.register(app)
app.add_typer(aws_app, name="aws")
app.add_typer(fix_app, name="fix")
app.add_typer(prices_app, name="prices")

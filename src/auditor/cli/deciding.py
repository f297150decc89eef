"""`auditor waivers` and `auditor baseline`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from auditor.cli.output import AsFormat, NoColour, Quiet, TableFormat, progress, split, table, write
from auditor.cli.portfolios import PortfolioPath
from auditor.errors import ExitCode


def waivers(
    portfolio: PortfolioPath = Path(), output_format: AsFormat = TableFormat.TEXT, no_colour: NoColour = False
) -> None:
    """List every decision to accept a finding: who, why, until when, and whether anything still needs it.

    Waivers stand in waivers.toml (beside the portfolio's rules, or in the portfolio's folder) and in comments on the line:
    `auditor: allow <rule> -- <reason> (<owner>, until YYYY-MM-DD)`. Exit code 1 when one has ended or is not complete.
    """
    from auditor.flows.deciding import decisions
    from auditor.wiring import SystemClock, load_portfolio, open_store_of

    settings = load_portfolio(portfolio)
    with open_store_of(settings) as store:
        found = decisions(settings, store, SystemClock().now())
    if output_format is TableFormat.JSON:
        waived = [
            {
                "rule": d.waiver.rule, "finding": d.waiver.fingerprint, "path": d.waiver.path, "count": d.waiver.count,
                "reason": d.waiver.reason, "owner": d.waiver.owner, "until": d.waiver.until, "where": d.waiver.where,
                "state": d.state, "findings": d.findings,
            }
            for d in found.decisions
        ]  # fmt: skip
        document = {"schema": "auditor/waivers@1", "waivers": waived, "problems": [str(p) for p in found.problems]}
        typer.echo(json.dumps(document, indent=2))
    else:
        rows = [
            (
                d.state, d.waiver.until, d.waiver.owner, d.waiver.rule or d.waiver.fingerprint[:14],
                d.waiver.path or "one finding", f"{d.findings} of {d.waiver.count}", d.waiver.reason, d.waiver.where,
            )
            for d in found.decisions
        ]  # fmt: skip
        headings = ("state", "until", "owner", "rule", "for", "used", "reason", "where")
        table(headings, rows, empty="No waiver is written down, and no finding carries one.", no_colour=no_colour)
        for problem in found.problems:
            typer.echo(f"not used: {problem}")
    bad = found.problems or any(d.state == "ended" for d in found.decisions)
    raise typer.Exit(ExitCode.FINDINGS if bad else ExitCode.PASSED)


def baseline(
    targets: Annotated[
        list[Path] | None, typer.Argument(metavar="[TARGET ...]", help="Folders, repositories or files; here if none.")
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="The file.")] = Path("auditor-baseline.json"),
    only: Annotated[str, typer.Option(help="Scanners to run, `a,b`; all if not given.")] = "",
    jobs: Annotated[int, typer.Option("--jobs", "-j", help="Processes; 0 for one per processor.")] = 0,
    quiet: Quiet = False,
) -> None:
    """Write down what is known today, so that `auditor scan --baseline FILE` blocks only on what comes after it.

    The file holds fingerprints, no line numbers and no times, one a line in a fixed order. An incomplete scan writes
    nothing: what was not looked at is not known.
    """
    from auditor.flows.scanning import scan_paths
    from auditor.flows.tools import Policy
    from auditor.formats.baseline import baseline as text_of
    from auditor.formats.text import scan_text
    from auditor.wiring import make_tools

    with progress("scanning", quiet=quiet) as announce:
        tools = make_tools(only=split(only), workers=jobs, announce=announce)
        verdict = scan_paths(targets or [Path()], tools, Policy())
    if not verdict.complete:
        typer.echo(scan_text(verdict, most=1), nl=False)
        typer.echo("No baseline was written: the scan is incomplete.", err=True)
        raise typer.Exit(ExitCode.INCOMPLETE)
    write(text_of(verdict.findings), output)
    typer.echo(f"Wrote {sum(f.state.is_open for f in verdict.findings)} findings to {output}.")

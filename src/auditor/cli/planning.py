"""`auditor plan`: sprints as work items."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from auditor.cli.output import Output, write
from auditor.cli.portfolios import PortfolioPath
from auditor.errors import UsageError


def plan(
    portfolio: PortfolioPath = Path(),
    period: Annotated[str, typer.Option(help="Month, YYYY-MM; without it the newest one.")] = "",
    output_format: Annotated[
        str, typer.Option("--format", "-f", help="markdown, csv, json or github-issues.")
    ] = "markdown",
    people: Annotated[int, typer.Option(min=1, max=50, help="People who work on it.")] = 1,
    weeks: Annotated[int, typer.Option(min=0, max=12, help="Length of a sprint; 0: two to four, as needed.")] = 0,
    output: Output = None,
    post: Annotated[str, typer.Option(help="OWNER/NAME: open the issues there, with the token in GITHUB_TOKEN.")] = "",
    api: Annotated[str, typer.Option(help="Address of the GitHub API.")] = "https://api.github.com",
) -> None:
    """Plan a security and a cost sprint from risk, money and effort, and export them as work items.

    `--format github-issues` prints `gh` commands; with `--post OWNER/NAME` the issues are opened, each only once.
    """
    from auditor.cli.reporting import load_month, newest
    from auditor.formats.plan import FORMATS
    from auditor.steps.plan import plan as make_plan
    from auditor.wiring import load_portfolio, open_store_of

    if output_format not in FORMATS:
        raise UsageError(f"no format is called {output_format!r}; there are {', '.join(FORMATS)}")
    with open_store_of(load_portfolio(portfolio)) as store:
        snapshot = load_month(store, period or newest(store))
    made = make_plan(snapshot, people=people, weeks=weeks)
    if not post:
        write(FORMATS[output_format](made), output)
        return
    from auditor.adapters.github import Issues
    from auditor.steps.issues import open_issues

    token = os.environ.get("GITHUB_TOKEN", "")
    if not token:
        raise UsageError("--post needs a token in the environment variable GITHUB_TOKEN")
    opened = open_issues(made, Issues(post, token, api.rstrip("/")))
    for address in opened.addresses:
        typer.echo(address)
    typer.echo(f"Opened {len(opened.addresses)} issues; {opened.known} were there already.")

"""`auditor explain`: the proof of a figure, or why a line is or is not a finding."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from auditor.cli.portfolios import PortfolioPath

Period = Annotated[str, typer.Option(help="Month, YYYY-MM; without it the newest one.")]


def explain(
    what: Annotated[
        str,
        typer.Argument(help="A figure such as runway or break_even_units, or FILE:LINE.", metavar="METRIC|FILE:LINE"),
    ],
    entity: Annotated[
        str, typer.Option("--entity", "-e", help="Key of the business; without it the whole portfolio.")
    ] = "",
    portfolio: PortfolioPath = Path(),
    period: Period = "",
    output: Annotated[str, typer.Option("--format", help="text or json.")] = "text",
) -> None:
    """Print how a figure was computed: formula, the formula with its numbers, and the wiki lines it rests on.

    What cannot be computed names the missing line and the page where it should stand.
    """
    explain_figure(what, entity, portfolio, period, output)


def explain_figure(metric: str, entity: str, portfolio: Path, period: str, output: str) -> None:
    """Print one figure's proof."""
    from auditor.errors import UsageError
    from auditor.finance.explain import explain_lines, explain_values
    from auditor.flows.explaining import explain_metric
    from auditor.wiring import SystemClock, load_portfolio, open_store_of

    if output not in {"text", "json"}:
        raise UsageError(f"--format is text or json, not {output!r}")
    settings = load_portfolio(portfolio)
    with open_store_of(settings) as store:
        figures, month = explain_metric(settings, store, metric, entity, period, SystemClock().now())
    if output == "json":
        import json

        documents = [explain_values(f, month) for f in figures]
        typer.echo(json.dumps(documents[0] if len(documents) == 1 else documents, indent=1, ensure_ascii=False))
        return
    for figure in figures:
        for line in explain_lines(figure, month):
            typer.echo(line)

"""`auditor explain`: the proof of a figure, or why a line is or is not a finding."""

from __future__ import annotations

import re
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

    What cannot be computed names the missing line and the page where it should stand. With FILE:LINE: which patterns of the
    secret rules hit in that line, which checks held, how the judge scored it, and so why it is a finding or none.
    """
    place = re.fullmatch(r"(.+):(\d+)", what)
    if place and Path(place[1]).is_file():
        explain_place(Path(place[1]), int(place[2]), output)
    else:
        explain_figure(what, entity, portfolio, period, output)


def explain_place(path: Path, line: int, output: str) -> None:
    """Print what the secret scanner thinks of one line."""
    from auditor.errors import UsageError
    from auditor.flows.explaining_lines import explain_line
    from auditor.wiring import make_tools

    if output not in {"text", "json"}:
        raise UsageError(f"--format is text or json, not {output!r}")
    said = explain_line(path, line, make_tools(only=["secrets"]))
    if output == "json":
        import json

        typer.echo(
            json.dumps({"schema": "auditor/explain-line@1", "file": str(path), "line": line, "said": said}, indent=1)
        )
        return
    typer.echo("\n".join(said))


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

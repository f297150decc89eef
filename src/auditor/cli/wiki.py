"""`auditor wiki`: what the pages say, what is wrong with them, and templates for page owners."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from auditor.adapters.wiki.reading import Reading
    from auditor.model.run import EntityInfo

app = typer.Typer(no_args_is_help=True, help="Facts, checks and templates for the project wiki.")

Pages = Annotated[
    list[Path] | None,
    typer.Argument(
        help="Markdown pages, or folders of them; without any, the wiki of the portfolio, or the folder you stand in.",
        metavar="[PAGE|FOLDER ...]",
        show_default=False,
    ),
]
Format = Annotated[str, typer.Option("--format", help="text or json.")]
PortfolioFile = Annotated[
    Path | None,
    typer.Option(
        "--portfolio", help="Portfolio whose page map and kinds say what is missing; without it only the pages speak."
    ),
]


@app.command()
def facts(pages: Pages = None, output: Format = "text", portfolio: PortfolioFile = None) -> None:
    """Print every figure of the pages with its place; JSON follows the schema auditor/facts@1."""
    reading = _read(pages, portfolio)
    if _is_json(output):
        from auditor.adapters.wiki.as_json import facts_text

        typer.echo(facts_text(reading))
        return
    from auditor.adapters.wiki.as_text import facts_lines

    for line in facts_lines(reading):
        typer.echo(line)


@app.command()
def lint(
    pages: Pages = None,
    problems: Annotated[
        bool, typer.Option("--problems", help="Only what is wrong: conflicts, arithmetic, unreadable pages.")
    ] = False,
    output: Format = "text",
    portfolio: PortfolioFile = None,
) -> None:
    """Say line by line what was understood, what was not, and what is missing.

    Exit code 1 if pages contradict themselves or cannot be read; what is merely missing does not fail. As a pre-commit hook
    of the wiki's own repository: `auditor wiki lint --problems`.
    """
    from auditor.adapters.wiki.lint import lint as remarks_of
    from auditor.adapters.wiki.vocabulary import read_vocabulary
    from auditor.errors import ExitCode
    from auditor.resources import rules_folder

    remarks = remarks_of(_read(pages, portfolio), read_vocabulary(rules_folder()))
    shown = [r for r in remarks if r.is_problem or not problems]
    if _is_json(output):
        import json

        rows = [{"page": r.page, "line": r.line or None, "kind": r.kind, "text": r.text} for r in shown]
        typer.echo(json.dumps({"schema": "auditor/wiki-lint@1", "remarks": rows}, indent=1, ensure_ascii=False))
    else:
        for remark in shown:
            typer.echo(str(remark))
        counts = {kind: sum(1 for r in remarks if r.kind == kind) for kind in dict.fromkeys(r.kind for r in remarks)}
        typer.echo(
            ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items())) or "nothing to say", err=problems
        )
    raise typer.Exit(int(ExitCode.FINDINGS if any(r.is_problem for r in remarks) else ExitCode.PASSED))


@app.command()
def template(
    kind: Annotated[
        str, typer.Argument(help="numbers, a table such as channels or invoices, or a kind of business such as rental.")
    ] = "numbers",
) -> None:
    """Print a page to fill in: front matter, the numbers that reports need, and the tables."""
    from datetime import UTC, datetime

    from auditor.adapters.wiki.templates import kinds
    from auditor.adapters.wiki.templates import template as lines_of
    from auditor.adapters.wiki.vocabulary import read_vocabulary
    from auditor.errors import UsageError
    from auditor.resources import rules_folder

    vocabulary = read_vocabulary(rules_folder())
    if kind not in kinds(vocabulary):
        raise UsageError(f"there is no template {kind!r}; there are {', '.join(kinds(vocabulary))}")
    for line in lines_of(kind, vocabulary, datetime.now(UTC).date()):
        typer.echo(line)


def _is_json(output: str) -> bool:
    from auditor.errors import UsageError

    if output not in {"text", "json"}:
        raise UsageError(f"--format is text or json, not {output!r}")
    return output == "json"


def _read(paths: list[Path] | None, portfolio: Path | None) -> Reading:
    from auditor.adapters.wiki.reading import read_pages
    from auditor.adapters.wiki.sources import pages_below
    from auditor.portfolio import FILE_NAME
    from auditor.resources import rules_folder

    entities: Sequence[EntityInfo] = ()
    currency = "USD"
    if portfolio is None and not paths and Path(FILE_NAME).is_file():
        portfolio = Path(FILE_NAME)
    if portfolio is not None:
        from auditor.flows.collecting import entity_infos
        from auditor.wiring import load_portfolio

        settings = load_portfolio(portfolio)
        entities, currency = entity_infos(settings), settings.currency
        if not paths and settings.wiki:
            paths = [settings.wiki]
    return read_pages(pages_below(paths or [Path()]), rules_folder(), entities=entities, currency=currency)

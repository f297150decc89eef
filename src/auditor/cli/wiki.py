"""`auditor wiki`: what the pages say, what is wrong with them, and templates for page owners."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from auditor.adapters.wiki.reading import Reading

app = typer.Typer(no_args_is_help=True, help="Facts, checks and templates for the project wiki.")

Pages = Annotated[list[Path], typer.Argument(help="Markdown pages, or folders of them.", metavar="PAGE|FOLDER ...")]
Format = Annotated[str, typer.Option("--format", help="text or json.")]


@app.command()
def facts(pages: Pages, output: Format = "text") -> None:
    """Print every figure of the pages with its place; JSON follows the schema auditor/facts@1."""
    reading = _read(pages)
    if output == "json":
        import json

        from auditor.adapters.wiki.as_json import facts_document

        typer.echo(json.dumps(facts_document(reading), indent=1, ensure_ascii=False))
        return
    if output != "text":
        raise typer.BadParameter("is text or json", param_hint="--format")
    from auditor.adapters.wiki.as_text import facts_lines

    for line in facts_lines(reading):
        typer.echo(line)


def _read(paths: list[Path]) -> Reading:
    from auditor.adapters.wiki.reading import read_pages
    from auditor.adapters.wiki.sources import pages_below
    from auditor.errors import AuditorError
    from auditor.resources import rules_folder

    try:
        return read_pages(pages_below(paths), rules_folder())
    except AuditorError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(int(error.exit_code)) from error

"""What every command shares: progress for people, output for pipes, options that mean the same everywhere."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from auditor.model.run import Outcome

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress; only the result.")]
NoColour = Annotated[bool, typer.Option("--no-colour", "--no-color", help="No colours (also: NO_COLOR=1).")]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="Write the result to this file.")]


class TableFormat(StrEnum):
    """How a table is printed."""

    TEXT = "text"
    JSON = "json"


AsFormat = Annotated[TableFormat, typer.Option("--format", "-f", help="text for people, json for programs.")]


def write(text: str, output: Path | None) -> None:
    """Print, or write to a file that only its owner may read."""
    if output is None:
        sys.stdout.write(text)
        return
    output.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)


Announce = Callable[[int], Callable[[Outcome], None]]


@contextmanager
def progress(title: str, *, quiet: bool) -> Iterator[Announce]:
    """A progress bar on stderr while jobs finish; silent when stderr is no terminal."""
    if quiet or not sys.stderr.isatty():
        yield lambda _count: lambda _outcome: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)

        def announce(count: int) -> Callable[[Outcome], None]:
            bar.update(task, total=count)

            def finished(outcome: Outcome) -> None:
                bar.update(task, advance=1, description=f"{outcome.scanner} on {outcome.target.name}")

            return finished

        yield announce


NARROW = 14
"""Characters a column must have at least, on average: in a narrower terminal each row stands below the other, named."""


def table(columns: tuple[str, ...], rows: Sequence[tuple[str, ...]], *, empty: str, no_colour: bool = False) -> None:
    """A table for people: as wide as the terminal, or unlimited in a pipe."""
    if not rows:
        typer.echo(empty)
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    width = None if sys.stdout.isatty() else 400
    console = Console(no_color=no_colour or None, width=width, highlight=False)
    if console.width < NARROW * len(columns) and console.width < sum(
        max(map(len, cells)) + 1 for cells in zip(columns, *rows, strict=True)
    ):
        for row in rows:
            named = [(column, cell) for column, cell in zip(columns, row, strict=True) if cell]
            typer.echo("\n".join(f"{'  ' if n else ''}{name}: {cell}" for n, (name, cell) in enumerate(named)))
        return
    view = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        view.add_column(column, overflow="fold")
    for row in rows:
        view.add_row(*(Text(cell) for cell in row))
    console.print(view)


def split(value: str) -> tuple[str, ...]:
    """`a,b` as a tuple."""
    return tuple(part.strip() for part in value.split(",") if part.strip())

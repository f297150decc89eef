"""The command line; one module per group of commands, imported here, heavy parts inside the commands."""

import typer

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, add_completion=False)


@app.callback()
def root() -> None:
    """Scan repositories, cloud accounts and a wiki; tell eight readers what it means for them."""

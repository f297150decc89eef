"""`auditor init` and `auditor findings`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli.output import AsFormat, NoColour, TableFormat, table
from auditor.errors import UsageError

if TYPE_CHECKING:
    from auditor.adapters.store.store import Store

findings_app = typer.Typer(no_args_is_help=True, help="What the store holds: list findings, show one with its history.")

PortfolioPath = Annotated[
    Path,
    typer.Option("--portfolio", "-p", help="The portfolio file, or the folder it lies in.", envvar="AUDITOR_PORTFOLIO"),
]


def init(
    folder: Annotated[Path, typer.Argument(help="Folder of your repositories.")] = Path(),
    force: Annotated[bool, typer.Option(help="Replace an existing file.")] = False,
) -> None:
    """Write a portfolio file for a folder of repositories, one entity for each, and say what to do next."""
    from auditor.portfolio import CREDENTIALS_NAME, FILE_NAME
    from auditor.steps.propose import propose

    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder")
    path = folder / FILE_NAME
    if path.exists() and not force:
        raise UsageError(f"{path} exists; --force replaces it")
    path.write_text(propose(folder), encoding="utf-8")
    ignore = folder / ".gitignore"
    wanted = [line for line in (CREDENTIALS_NAME, ".auditor/", "outbox/", "reports/") if line not in _lines(ignore)]
    if wanted:
        with ignore.open("a", encoding="utf-8") as stream:
            stream.write("\n".join(["", "# auditor: credentials, state and what it writes", *wanted, ""]))
    typer.echo(f"Wrote {path} and added {', '.join(wanted) or 'nothing'} to {ignore}.")
    typer.echo("Next: read the file, name the readers, then run `auditor run` in that folder.")


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.is_file() else []


@findings_app.command("list")
def list_findings(
    portfolio: PortfolioPath = Path(),
    entity: Annotated[str, typer.Option(help="Only of this entity.")] = "",
    severity: Annotated[str, typer.Option(help="This severity and worse.")] = "info",
    rule: Annotated[str, typer.Option(help="Rule id, or the beginning of one.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="Fixed and waived ones too.")] = False,
    output_format: AsFormat = TableFormat.TEXT,
    no_colour: NoColour = False,
) -> None:
    """List the findings of the last runs, the worst first."""
    import json

    from auditor.formats.scan_json import finding_object
    from auditor.model.finding import State
    from auditor.model.rule import Severity
    from auditor.wiring import open_portfolio_store

    try:
        least = Severity[severity.upper()]
    except KeyError:
        raise typer.BadParameter(f"{severity!r} is no severity") from None
    states = () if everything else tuple(state for state in State if state.is_open)
    with open_portfolio_store(portfolio) as store:
        found = store.findings(states=states, entity=entity, rule=rule, severity=least)
        if not found:
            _check_filter(store, portfolio, entity, rule)
    if output_format is TableFormat.JSON:
        typer.echo(
            json.dumps({"schema": "auditor/findings@1", "findings": [finding_object(f) for f in found]}, indent=2)
        )
        return
    rows = [
        (f.severity.word, f.state.value, f.entity, f.rule.id, str(f.location), f.title, f.fingerprint[:14])
        for f in found
    ]
    table(
        ("severity", "state", "entity", "rule", "where", "what", "id"),
        rows,
        empty="No open finding in the store." if not everything else "No finding in the store.",
        no_colour=no_colour,
    )


def _check_filter(store: Store, portfolio: Path, entity: str, rule: str) -> None:
    """A list that is empty because of a slip of the pen must not read as clean.

    Raises:
        UsageError: no entity has the key, or no rule begins so.
    """
    from auditor.resources import rules_folder
    from auditor.rulebook import read_rulebook
    from auditor.wiring import load_portfolio

    settings = load_portfolio(portfolio)
    keys = [known.key for known in settings.entities]
    if entity and entity not in keys and not store.findings(entity=entity):
        raise UsageError(f"--entity: no entity has the key {entity!r}; there are {', '.join(keys)}")
    if rule and not store.findings(rule=rule):
        folders = (rules_folder(), *((settings.rules,) if settings.rules else ()))
        if not any(card.id.startswith(rule) for card in read_rulebook(*folders).rules):
            raise UsageError(f"--rule: no rule begins with {rule!r}; `auditor rules list` names them")


@findings_app.command("show")
def show_finding(
    fingerprint: Annotated[str, typer.Argument(help="Id of a finding, or the beginning of one.")],
    portfolio: PortfolioPath = Path(),
    output_format: AsFormat = TableFormat.TEXT,
) -> None:
    """Show one finding: where, why, what to do, and its life."""
    import json

    from auditor.formats.finding_text import finding_text
    from auditor.formats.scan_json import finding_object
    from auditor.wiring import open_portfolio_store

    with open_portfolio_store(portfolio) as store:
        found = store.findings(fingerprint=fingerprint)
    if not found:
        raise UsageError(f"no finding begins with {fingerprint!r}; `auditor findings list --all` shows their ids")
    if output_format is TableFormat.JSON:
        typer.echo(
            json.dumps({"schema": "auditor/findings@1", "findings": [finding_object(f) for f in found]}, indent=2)
        )
        return
    typer.echo("\n\n".join(finding_text(f) for f in found))


def portfolio_folder(path: Path) -> Path:
    """The folder of a portfolio given as file or folder."""
    return Path(os.path.abspath(path if path.is_dir() else path.parent))  # noqa: PTH100  links stay as written

"""`auditor aws` and `auditor prices`: record an account, judge the record, print the permissions it takes."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from auditor.cli.output import Output, write
from auditor.cli.scanning import exit_code, severity_of

if TYPE_CHECKING:
    from auditor.model.ports import Scanner

aws_app = typer.Typer(no_args_is_help=True, help="AWS accounts: record an inventory, judge it offline.")


class CheckFormat(StrEnum):
    """How results are printed."""

    TEXT = "text"
    JSON = "json"


def _words(values: list[str] | None) -> tuple[str, ...]:
    """Values of an option that may be repeated, or hold several between commas or blanks."""
    return tuple(word for value in values or () for word in value.replace(",", " ").split())


def _judge() -> Any:
    """The AWS scanner; found like every other."""
    from auditor.errors import MissingExtraError
    from auditor.wiring import find_scanners

    found = find_scanners(["aws"])
    if found.broken:
        raise MissingExtraError("; ".join(found.broken.values()))
    scanner: Scanner = found.scanners[0]
    return scanner


@aws_app.command("check")
def check(
    inventory: Annotated[Path, typer.Argument(help="Recorded by `auditor aws collect`.")],
    output_format: Annotated[CheckFormat, typer.Option("--format", "-f", help="Never changes the exit code.")] = (
        CheckFormat.TEXT
    ),
    output: Output = None,
    account: Annotated[
        str, typer.Option(help="Judge this account only; refused where the inventory is of others.")
    ] = "",
    rules: Annotated[Path | None, typer.Option(help="Folder with rules of your own, beside the shipped ones.")] = None,
    only: Annotated[str, typer.Option(help="Checks to run: ids or beginnings of ids, `a,b`; all if not given.")] = "",
    fail_on: Annotated[str, typer.Option(help="Least severity that makes the exit code 1.")] = "low",
    entities: Annotated[
        list[str] | None,
        typer.Option("--entity", help="Whose a name is: `example.com=jada`; a domain, name, ARN or glob."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Text: show what passed, too.")] = False,
) -> None:
    """Judge a recorded inventory; asks AWS nothing.

    Each check says pass, fail, not assessed, error or not applicable of each resource. What was denied when the
    inventory was recorded is not assessed, never passed, and makes the exit code 3.
    """
    from auditor.formats.aws import as_json, as_text
    from auditor.resources import rules_folder
    from auditor.rulebook import read_rulebook

    threshold = severity_of(fail_on)
    folder = rules_folder()
    book = read_rulebook(folder, *([rules] if rules else []), scanners=["aws", "compliance"])
    for problem in book.problems:
        typer.echo(f"rule not usable: {problem}", err=True)
    wanted = _words([only])
    cards = tuple(
        rule for rule in book.of("aws") if not wanted or rule.id.startswith(wanted) or rule.id[4:].startswith(wanted)
    )
    if not cards:
        raise typer.BadParameter(f"no check begins with {only!r}; `auditor rules list` names them")
    judgement = _judge().judge(
        inventory, cards, folder, account=account, options={"domains": " ".join(_words(entities))}
    )
    if output_format is CheckFormat.JSON:
        write(as_json(judgement), output)
    else:
        write(as_text(judgement, everything=everything), output)
    results = judgement.results
    complete = (
        not book.problems and not any(result.hides for result in results) and not judgement.estate.inventory.failures
    )
    blocking = any(result.failed and result.severity >= threshold for result in results)
    raise typer.Exit(exit_code(complete=complete, blocking=blocking))

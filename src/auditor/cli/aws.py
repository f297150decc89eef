"""`auditor aws` and `auditor prices`: record an account, judge the record, print the permissions it takes."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from auditor.cli.output import Output, Quiet, write
from auditor.cli.scanning import exit_code, severity_of

if TYPE_CHECKING:
    from auditor.model.ports import Scanner

aws_app = typer.Typer(no_args_is_help=True, help="AWS accounts: record an inventory, judge it offline.")
prices_app = typer.Typer(no_args_is_help=True, help="The price table behind every saving.")


class CheckFormat(StrEnum):
    """How results are printed."""

    TEXT = "text"
    JSON = "json"


def _words(values: list[str] | None) -> tuple[str, ...]:
    """Values of an option that may be repeated, or hold several between commas or blanks."""
    return tuple(word for value in values or () for word in value.replace(",", " ").split())


def _regions(given: list[str] | None, more: list[str] | None) -> tuple[str, ...]:
    """Regions of `--regions a,b`, of repeated options, and of `--regions a b`."""
    regions = (*_words(given), *_words(more))
    wrong = [name for name in regions if not re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d", name)]
    if wrong or (more and not given):
        raise typer.BadParameter(f"{(wrong or list(regions))[0]!r} is no region; they read `us-east-1`")
    return regions


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
    from auditor.rulebook.compiled import compiled_rulebook
    from auditor.wiring import state_folder

    threshold = severity_of(fail_on)
    folder = rules_folder()
    if rules:
        book = read_rulebook(folder, rules, scanners=["aws"])
    else:
        book = compiled_rulebook(folder, ["aws"], state_folder() / "rules-aws.json")
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


@aws_app.command("collect")
def collect(
    more_regions: Annotated[list[str] | None, typer.Argument(hidden=True, help="Regions after the first.")] = None,
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="Where the inventory goes; readable by you only.")],
    profiles: Annotated[
        list[str] | None, typer.Option("--profile", help="Profile of ~/.aws/config; may be repeated.")
    ] = None,
    role_arns: Annotated[
        list[str] | None, typer.Option("--role-arn", help="Role to assume; may be repeated, one for each account.")
    ] = None,
    external_id: Annotated[str, typer.Option(help="External id for the roles.")] = "",
    regions: Annotated[
        list[str] | None, typer.Option("--regions", help="Regions, `a,b`; every enabled region if not given.")
    ] = None,
    accounts: Annotated[
        list[str] | None, typer.Option("--account", help="Account ids that may be read; any other is refused.")
    ] = None,
    services: Annotated[
        list[str] | None, typer.Option("--services", help="Services or kinds to read, `s3,lambda`; all if not given.")
    ] = None,
    endpoint_url: Annotated[str, typer.Option(help="Ask this address instead of AWS (a test double).")] = "",
    bill: Annotated[bool, typer.Option("--bill/--no-bill", help="Ask Cost Explorer (cached for a day).")] = True,
    metrics: Annotated[
        bool, typer.Option("--metrics/--no-metrics", help="Ask CloudWatch how much things are used.")
    ] = True,
    entity_tag: Annotated[str, typer.Option(help="Cost-allocation tag that names the business.")] = "Entity",
    dns: Annotated[bool, typer.Option("--dns", help="Ask public DNS about mail domains without a zone here.")] = False,
    threads: Annotated[int, typer.Option(min=1, max=128, help="Calls in flight.")] = 32,
    quiet: Quiet = False,
) -> None:
    """Record an inventory of one or more accounts; reads only, and each call at most once.

    Prints what was called and what the calls cost. Exit code 3 when something was denied or out of reach: it is
    recorded as not seen.
    """
    from auditor.adapters.aws.collecting import Wanted, collect_accounts
    from auditor.adapters.aws.report import summary
    from auditor.adapters.aws.writing import inventory_json

    wanted = Wanted(
        profiles=_words(profiles),
        role_arns=_words(role_arns),
        external_id=external_id,
        regions=_regions(regions, more_regions),
        accounts=_words(accounts),
        services=_words(services),
        endpoint_url=endpoint_url,
        bill=bill,
        metrics=metrics,
        entity_tag=entity_tag,
        dns=dns,
        threads=threads,
    )
    collected = collect_accounts(wanted)
    write(inventory_json(collected), output)
    if not quiet:
        typer.echo(summary(collected), err=True)
    raise typer.Exit(exit_code(complete=not collected.failures, blocking=False))


@aws_app.command("policy")
def policy(output: Output = None) -> None:
    """Print the least read-only IAM policy that `aws collect` takes; generated from what it calls."""
    from auditor.adapters.aws.policy import policy_json

    write(policy_json(), output)


@prices_app.command("update")
def update(
    output: Annotated[Path, typer.Option("--output", "-o", help="Where the renewed table goes.")],
    profile: Annotated[str, typer.Option(help="Profile of ~/.aws/config.")] = "",
    endpoint_url: Annotated[str, typer.Option(help="Ask this address instead of AWS (a test double).")] = "",
    regions: Annotated[list[str] | None, typer.Option("--regions", help="Only these regions, `a,b`.")] = None,
) -> None:
    """Renew the price table from the Pricing API; what it does not answer keeps its figure, date and source."""
    from auditor.adapters.aws.pricing import renewed_prices
    from auditor.resources import rules_folder

    text, changed, kept = renewed_prices(
        rules_folder() / "prices" / "aws.json", profile=profile, endpoint_url=endpoint_url, regions=_words(regions)
    )
    write(text, output)
    typer.echo(f"{changed} prices renewed, {kept} kept as they were", err=True)
    raise typer.Exit(exit_code(complete=changed > 0, blocking=False))

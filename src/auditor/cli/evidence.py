"""`auditor evidence`: a month for an auditor, in one pack, and whether a pack is what it was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli.output import AsFormat, TableFormat
from auditor.cli.portfolios import PortfolioPath
from auditor.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditor.adapters.store.store import Store
    from auditor.flows.evidence import Pack
    from auditor.portfolio import Portfolio
    from auditor.steps.render import Renderer

evidence_app = typer.Typer(
    no_args_is_help=True, help="Evidence packs: everything about one month, hashed; made and verified."
)


@evidence_app.command("pack")
def pack(
    portfolio: PortfolioPath = Path(),
    period: Annotated[str, typer.Option(help="Month, YYYY-MM; without it the newest one that was frozen.")] = "",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Folder, or a file that ends in .zip; evidence/<month> if not given."),
    ] = None,
) -> None:
    """Write a pack: snapshot, reports, findings, coverage, waivers with their decisions, scorecards, and a hashed manifest.

    The manifest lists what is not in it, and why. The same frozen month and the same log give the same bytes. Nothing in it
    can be run, and no secret is in it. Exit code 0 when it is written, whatever the controls say; 1 when the chain of
    decisions does not hold (the pack is written, and says so); 2 when there is no such month.
    """
    from auditor.wiring import load_portfolio, open_store_of

    settings = load_portfolio(portfolio)
    with open_store_of(settings) as store:
        made = gather(settings, store, period)
    place = output or settings.folder / "evidence" / made.root.removeprefix("evidence-")
    write_pack(made, place)
    typer.echo(
        f"Wrote {len(made.files)} files to {place}; {len(made.omissions)} omissions, each with its reason, in the manifest."
    )
    typer.echo(f"Fingerprint of the manifest, to be kept elsewhere: {made.fingerprint}")
    broken = [item.why for item in made.omissions if item.what == "an unbroken chain of decisions"]
    for why in broken:
        typer.echo(f"The chain of decisions is broken: {why}.", err=True)
    raise typer.Exit(ExitCode.FINDINGS if broken else ExitCode.PASSED)


def write_pack(made: Pack, place: Path) -> None:
    """As a zip file where the name says so, else as a folder."""
    from auditor.adapters.packing import write_folder, write_zip

    if place.suffix == ".zip":
        write_zip(place, made.root, made.files)
    else:
        write_folder(place, made.files)


def gather(
    portfolio: Portfolio,
    store: Store,
    period: str,
    renderer: Renderer | None = None,
    printed: Mapping[str, bytes] | None = None,
) -> Pack:
    """The pack of a month; `printed` are reports that were just printed from its snapshot, by file name.

    Raises:
        UsageError: it was never frozen.
    """
    from auditor.adapters.store.decisions import Decisions
    from auditor.adapters.store.ledger import Ledger
    from auditor.cli.reporting import load_month, newest, renderer_of
    from auditor.flows.evidence import Sources, make_pack
    from auditor.reports.words import month_before
    from auditor.steps.comply import order, scorecards
    from auditor.steps.discover import recorded_inventories
    from auditor.steps.report import month_of, view_settings
    from auditor.wiring import SystemClock, frameworks_of, rules_of

    chosen = period or newest(store)
    month = month_of(chosen, store.periods(), lambda p: load_month(store, p))
    stored = store.load_snapshot(chosen)
    assert stored is not None
    frameworks, book = frameworks_of(portfolio.state, portfolio.rules), rules_of(portfolio.state, portfolio.rules)
    wanted = order(frameworks, portfolio.frameworks)
    titles = {rule.id: rule.title for rule in book.rules}
    recorded, _ = recorded_inventories(portfolio.accounts, portfolio.folder, chosen, month_before(chosen))
    inventories = {account.name: account.inventory for account in recorded}
    for account in portfolio.accounts:
        if not account.inventory:
            inventories[account.name] = portfolio.state / "aws" / f"{account.name}-{chosen}.json"
    chain = Decisions(store, SystemClock())
    return make_pack(
        Sources(
            month=month,
            edition=stored.edition,
            reports=view_settings(portfolio),
            renderer=renderer or renderer_of(portfolio, month.snapshot),
            cards=scorecards(frameworks, month.snapshot, wanted=wanted, titles=titles),
            frameworks=frameworks,
            rules=book.rules,
            rules_digest=book.digest,
            decisions=chain.all(),
            broken=chain.first_break(),
            deliveries=Ledger(store, SystemClock(), "").find(chosen),
            inventories=inventories,
            printed=printed or {},
        )
    )


@evidence_app.command("verify")
def verify(
    path: Annotated[Path, typer.Argument(help="Folder or zip file.")],
    fingerprint: Annotated[
        str, typer.Option(help="SHA-256 of the manifest, as the maker of the pack said it by another way.")
    ] = "",
    output_format: AsFormat = TableFormat.TEXT,
) -> None:
    """Check a pack: every hash, missing and foreign files, the manifest, the snapshot's own hash, and every link of the log.

    Nothing is unpacked, and no link is followed; paths that lead outside are refused. Exit code 0 when the pack is whole and
    unchanged, 1 when not, 2 when it is no pack. A pack that somebody made anew from changed data is found by its fingerprint.
    """
    from auditor.adapters.packing import read_pack
    from auditor.steps.verify import verify as check

    found = check(read_pack(path), fingerprint)
    if output_format is TableFormat.JSON:
        document = {
            "schema": "auditor/evidence-verify@1", "holds": found.holds, "period": found.period, "files": found.files,
            "omissions": found.omissions, "decisions": found.decisions, "fingerprint": found.fingerprint,
            "problems": list(found.problems),
        }  # fmt: skip
        typer.echo(json.dumps(document, indent=2))
    elif found.holds:
        typer.echo(
            f"The pack of {found.period} is whole and unchanged: {found.files} files, {found.decisions} decisions in an unbroken "
            f"chain, {found.omissions} omissions listed."
        )
        typer.echo(f"Fingerprint of the manifest: {found.fingerprint}")
    else:
        typer.echo(f"The pack does not hold: {len(found.problems)} problems.")
        for problem in found.problems:
            typer.echo(f"  {problem}")
    if not found.fingerprint:
        raise typer.Exit(ExitCode.USAGE)
    raise typer.Exit(ExitCode.PASSED if found.holds else ExitCode.FINDINGS)

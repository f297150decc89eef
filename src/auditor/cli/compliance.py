"""`auditor compliance`: how the controls of a framework stand."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli.output import NoColour, Output, table, write
from auditor.cli.portfolios import PortfolioPath
from auditor.cli.reporting import Period, load_month, newest, renderer_of
from auditor.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor.model.scorecard import Scorecard
    from auditor.portfolio import Portfolio
    from auditor.rulebook.mappings import Frameworks
    from auditor.steps.report import Month


class ComplianceFormat(StrEnum):
    """How a scorecard is printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    HTML = "html"
    OSCAL = "oscal"


def compliance(
    framework: Annotated[
        str, typer.Argument(help="Id of a catalogue, such as soc2-tsc-2017; without it all of them.")
    ] = "",
    portfolio: PortfolioPath = Path(),
    entity: Annotated[str, typer.Option(help="Only the things of this entity, and what is shared.")] = "",
    period: Period = "",
    output_format: Annotated[
        ComplianceFormat, typer.Option("--format", "-f", help="table, csv, json, html or oscal (assessment results).")
    ] = ComplianceFormat.TABLE,
    everything: Annotated[
        bool, typer.Option("--all", help="In the table: also the controls that no rule speaks of.")
    ] = False,
    output: Output = None,
    no_colour: NoColour = False,
) -> None:
    """Say how each control of a framework stands in a frozen month, and what that rests on.

    Six states are kept apart: pass, fail, waived, error, not evaluated, not applicable. The score is pass / (pass + fail).
    Not scanned is not clean: a control whose rules did not run, were denied or broke is never a pass, and a control with
    only partial evidence reads "no failing evidence". Exit code 0 whatever the states are; 2 for an unknown framework.
    """
    from auditor.flows.compliance import compliance_pages
    from auditor.formats.scorecard import control_rows, overview_json, overview_rows, scorecard_json, scorecards_csv
    from auditor.wiring import load_portfolio

    settings = load_portfolio(portfolio)
    month, cards, frameworks = cards_of(settings, period, framework, entity)
    for problem in frameworks.problems[:5]:
        typer.echo(f"note: {problem}", err=True)
    if len(frameworks.problems) > 5:
        typer.echo(f"note: {len(frameworks.problems) - 5} more faults in catalogues and mappings", err=True)
    if output_format is ComplianceFormat.CSV:
        write(scorecards_csv(cards), output)
    elif output_format is ComplianceFormat.JSON:
        write(scorecard_json(cards[0]) if framework else overview_json(cards), output)
    elif output_format is ComplianceFormat.HTML:
        pages = compliance_pages(month, cards, renderer_of(settings, month.snapshot), linked=False)
        write((pages[list(pages)[1 if framework else 0]]).decode(), output)
    elif output_format is ComplianceFormat.OSCAL:
        from auditor.formats.oscal import oscal_json

        if not framework:
            raise UsageError("--format oscal: name the framework; assessment results speak of one")
        write(oscal_json(cards[0]), output)
    elif framework:
        card = cards[0]
        typer.echo(f"{card.name}, {card.period}: {_percent(card)}. {card.score.words}.")
        headings = ("control", "state", "evidence", "why", "title")
        table(headings, control_rows(card, everything=everything), empty="No rule speaks of it.", no_colour=no_colour)
    else:
        columns = ("framework", "score", "judged", "pass", "fail", "waived", "error", "not evaluated", "n/a", "full")
        table(columns, overview_rows(cards), empty="No catalogue is installed.", no_colour=no_colour)


def _percent(card: Scorecard) -> str:
    percent = card.score.percent
    return "nothing was judged" if percent is None else f"{percent:.0f}% of {card.score.judged} judged controls"


def cards_of(
    portfolio: Portfolio, period: str, framework: str = "", entity: str = ""
) -> tuple[Month, Sequence[Scorecard], Frameworks]:
    """The scorecards of a frozen month, one or all.

    Raises:
        UsageError: no such month, framework or entity.
    """
    from auditor.steps.comply import order, scorecards
    from auditor.steps.report import month_of
    from auditor.wiring import frameworks_of, open_store_of, rules_of

    if entity and entity not in {item.key for item in portfolio.entities}:
        known = ", ".join(item.key for item in portfolio.entities)
        raise UsageError(f"no [[entity]] has the key {entity!r}; there are {known}")
    frameworks = frameworks_of(portfolio.state, portfolio.rules)
    wanted = order(frameworks, (framework,) if framework else portfolio.frameworks)
    with open_store_of(portfolio) as store:
        month = month_of(period or newest(store), store.periods(), lambda p: load_month(store, p))
    book = rules_of(portfolio.state, portfolio.rules)
    if month.snapshot.rules_digest not in {"", book.digest}:
        typer.echo(
            "note: rules or mappings have changed since that month was frozen; the reports of then may differ", err=True
        )
    titles = {rule.id: rule.title for rule in book.rules}
    cards = scorecards(frameworks, month.snapshot, wanted=wanted, entity=entity, titles=titles)
    return month, cards, frameworks

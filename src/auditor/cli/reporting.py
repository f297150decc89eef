"""`auditor report`: any month again, in any form."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli.portfolios import PortfolioPath
from auditor.errors import UsageError

if TYPE_CHECKING:
    from auditor.adapters.store.store import Store
    from auditor.model.run import Snapshot
    from auditor.portfolio import Portfolio
    from auditor.steps.render import Renderer

Period = Annotated[str, typer.Option(help="Month, YYYY-MM; without it the newest one.")]


def report(
    names: Annotated[list[str] | None, typer.Argument(help="Reports, such as ceo cfo; without any, all.")] = None,
    portfolio: PortfolioPath = Path(),
    period: Period = "",
    form: Annotated[
        list[str] | None, typer.Option("--form", "-f", help="mail, text, page, pdf, csv, json; may be repeated.")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder; without it reports/ beside the portfolio.")
    ] = None,
    open_it: Annotated[bool, typer.Option("--open", help="Show the result in the browser.")] = False,
    show: Annotated[bool, typer.Option("--print", help="Print one report's text instead of writing files.")] = False,
) -> None:
    """Render the reports of a month from its frozen snapshot; the same snapshot gives the same bytes.

    Writes reports/<month>/<report>.<form> and reports/index.html over all months that were rendered there.
    """
    from auditor.flows.reporting import write_index, write_reports
    from auditor.steps.render import FORMS
    from auditor.steps.report import build_reports, chosen_settings, month_of, view_settings
    from auditor.wiring import load_portfolio, open_store_of

    settings_of = load_portfolio(portfolio)
    settings = chosen_settings(view_settings(settings_of), names or [])
    unknown = [name for name in form or [] if name not in FORMS]
    if unknown:
        raise UsageError(f"no form is called {unknown[0]!r}; there are {', '.join(FORMS)}")
    with open_store_of(settings_of) as store:
        month = month_of(period or newest(store), store.periods(), lambda p: load_month(store, p))
    renderer = renderer_of(settings_of, month.snapshot)
    if show:
        for view in build_reports(month, settings):
            typer.echo(renderer.mail_text(view))
        return
    target = folder or settings_of.folder / "reports"
    written = write_reports(month, settings, renderer, target, form or tuple(FORMS))
    index = write_index(target, [item.name for item in view_settings(settings_of)], renderer)
    for item in written:
        typer.echo(f"{item.report.tone.word:8} {item.report.title}: {item.report.verdict}")
    typer.echo(
        f"Wrote {sum(len(item.files) for item in written)} files to {target / month.snapshot.period}, and {index}."
    )
    if open_it:
        pages = [path for item in written for path in item.files if path.suffix == ".html" and ".mail" not in path.name]
        typer.launch(str(pages[0] if len(pages) == 1 else index))


def newest(store: Store) -> str:
    """The newest month that was frozen.

    Raises:
        UsageError: none was.
    """
    periods = store.periods()
    if not periods:
        raise UsageError("no month was frozen yet; `auditor run` scans the portfolio and freezes one")
    return periods[-1]


def load_month(store: Store, period: str) -> Snapshot:
    """The newest edition of a month."""
    from auditor.formats.snapshot import load_snapshot

    stored = store.load_snapshot(period)
    if stored is None:
        raise UsageError(f"no snapshot of {period} is in the store")
    return load_snapshot(stored.text.encode())


def renderer_of(portfolio: Portfolio, snapshot: Snapshot) -> Renderer:
    """Templates of the program, with the portfolio's own before them."""
    from auditor.resources import templates_folder
    from auditor.steps.render import Renderer

    return Renderer(templates_folder(), portfolio.templates, portfolio.brand, portfolio.name, snapshot.entities)

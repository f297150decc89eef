"""Any figure with its proof: from the frozen month, else from the wiki as it lies there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from auditor.adapters.files import open_files
from auditor.adapters.git import Git, is_repository
from auditor.adapters.wiki.reading import read_pages
from auditor.adapters.wiki.sources import last_changes, line_dates, pages_of
from auditor.adapters.wiki.vocabulary import read_vocabulary
from auditor.errors import UsageError
from auditor.finance.book import Book, book_of, make_book
from auditor.finance.metrics import COMPUTED, of_book, over, rows_of
from auditor.flows.collecting import declared_rates, entity_infos
from auditor.formats.snapshot import load_snapshot
from auditor.model.figure import Figure
from auditor.model.target import Wiki
from auditor.portfolio import Portfolio
from auditor.resources import rules_folder

if TYPE_CHECKING:
    from auditor.adapters.store.store import Store


def explain_metric(
    portfolio: Portfolio, store: Store, metric: str, entity: str, period: str, now: datetime
) -> tuple[tuple[Figure, ...], str]:
    """The figure (several for `channels`, `jobs`, `sensitivities`), and its month.

    The newest frozen month answers, or the one asked for; without any, the wiki is read as it is now.

    Raises:
        UsageError: no such metric, entity or month; the message lists what there is.
    """
    _check(portfolio, metric, entity)
    periods = store.periods()
    if period and period not in periods:
        raise UsageError(f"{period} was never frozen; there are {', '.join(periods) or 'no months yet'}")
    chosen = period or (periods[-1] if periods else "")
    stored = store.load_snapshot(chosen) if chosen else None
    if stored is not None:
        snapshot = load_snapshot(stored.text.encode())
        books = tuple(book_of(snapshot, e.key) for e in snapshot.entities)
        bill = tuple(r for r in snapshot.records if r.kind == "cost")
    else:
        chosen = f"{now:%Y-%m}"
        books, bill = _read_now(portfolio, chosen, now), ()
    if not entity:
        return (over(books, metric, bill),), chosen
    book = next((b for b in books if b.entity == entity), Book(entity, chosen))
    return _figures(book, metric), chosen


def _figures(book: Book, metric: str) -> tuple[Figure, ...]:
    rows = rows_of(book, metric)
    return rows if rows is not None else (of_book(book, metric),)


def _check(portfolio: Portfolio, metric: str, entity: str) -> None:
    keys = [e.key for e in portfolio.entities]
    if entity and entity not in keys:
        raise UsageError(f"no entity has the key {entity!r}; there are {', '.join(keys)}")
    stated = read_vocabulary(rules_folder()).metrics
    name = metric.partition("@")[0]
    if name not in COMPUTED and name not in stated and name not in {"channels", "jobs"}:
        raise UsageError(
            f"no figure is called {metric!r}; computed are {', '.join(sorted(COMPUTED))}, channels, jobs; stated are {', '.join(sorted(stated))}"
        )


def _read_now(portfolio: Portfolio, period: str, now: datetime) -> tuple[Book, ...]:
    if portfolio.wiki is None or not portfolio.wiki.is_dir():
        raise UsageError("no month was frozen yet, and the portfolio names no wiki; `auditor run` freezes a month")
    git = Git(portfolio.wiki) if is_repository(portfolio.wiki) else None
    commit = git.resolve() if git else None
    files = open_files(Wiki("wiki", "", portfolio.wiki, commit))
    assert files is not None
    changes = last_changes(git, commit) if git and commit else {}
    pages, _ = pages_of(files, changes, when=None, commit=commit)
    infos = entity_infos(portfolio)
    reading = read_pages(
        pages,
        rules_folder(),
        entities=infos,
        source_priority=portfolio.source_priority,
        line_dates=partial(line_dates, git, commit) if git and commit else None,
        currency=portfolio.currency,
        now=now.date(),
    )
    records = (*reading.records, *declared_rates(portfolio))
    return tuple(make_book(i.key, period, reading.facts, records, reading.conflicts, i) for i in infos)


def names() -> Sequence[str]:
    """Ids of all computed figures."""
    return (*sorted(COMPUTED), "channels", "jobs")

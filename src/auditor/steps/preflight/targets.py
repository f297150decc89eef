"""Whether what the portfolio names is there: repositories on this machine, the wiki and its pages, kinds of business."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path

from auditor.adapters.git import is_repository
from auditor.adapters.wiki.gaps import belongs
from auditor.adapters.wiki.sources import is_page
from auditor.model.check import Check, failed, passed, unknown
from auditor.model.run import EntityInfo
from auditor.model.target import Repo
from auditor.portfolio import Portfolio
from auditor.steps.discover import discover_portfolio
from auditor.steps.fetch import is_remote


def check_repositories(portfolio: Portfolio, moment: datetime) -> Iterator[Check]:
    """Every path and glob leads to a repository with a commit; those to be fetched are asked when the month runs."""
    here = tuple(
        replace(e, repositories=tuple(p for p in e.repositories if not is_remote(p))) for e in portfolio.entities
    )
    found = discover_portfolio(replace(portfolio, entities=here, wiki=None), moment)
    for outcome in found.missing:
        fix = f"portfolio.toml: [[entity]] {outcome.target.entity}: repositories"
        yield failed(f"repositories.{outcome.target.entity}", outcome.reason, fix)
    count = sum(1 for target in found.targets if isinstance(target, Repo))
    far = sum(1 for e in portfolio.entities for p in e.repositories if is_remote(p))
    if not found.missing:
        yield passed("repositories", f"{count} on this machine" + (f", {far} to be fetched" if far else ""))


def check_wiki(portfolio: Portfolio) -> Iterator[Check]:
    """The wiki's folder is there, has pages, and each entity's pages are among them."""
    if portfolio.wiki is None:
        yield unknown(
            "wiki", "no wiki is named: every figure will be missing", 'portfolio.toml: [portfolio] wiki = "..."'
        )
        return
    if not portfolio.wiki.is_dir():
        yield failed("wiki", f"{portfolio.wiki}: no such folder", "portfolio.toml: [portfolio] wiki")
        return
    pages = tuple(_pages(portfolio.wiki))
    if not pages:
        yield failed("wiki", f"{portfolio.wiki} holds no page", "portfolio.toml: [portfolio] wiki; pages end in .md")
        return
    git = "" if is_repository(portfolio.wiki) else ", no git repository: sources have a page and a line, and no commit"
    yield passed("wiki", f"{len(pages)} pages{git}")
    for entity in portfolio.entities:
        for glob in entity.pages:
            told = EntityInfo(entity.key, entity.name, pages=(glob,))
            if not any(belongs(page, told) for page in pages):
                fix = f"portfolio.toml: [[entity]] {entity.key}: pages; paths are from the wiki's folder"
                yield failed(f"wiki.pages.{entity.key}", f"{glob!r} is no page of the wiki", fix)


def check_kinds(portfolio: Portfolio, known: Sequence[str]) -> Iterator[Check]:
    """A kind that is nearly one of the known ones is most likely meant to be it."""
    for entity in portfolio.entities:
        near = get_close_matches(entity.kind, known, n=1, cutoff=0.75)
        if entity.kind and entity.kind not in known and near:
            fix = f"portfolio.toml: [[entity]] {entity.key}: kind = {near[0]!r}, if that is meant"
            yield unknown(f"kind.{entity.key}", f"{entity.kind!r} is no kind that has figures of its own", fix)


def _pages(folder: Path) -> Iterator[str]:
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != ".git"]
        for name in names:
            path = (Path(place) / name).relative_to(folder).as_posix()
            if is_page(path):
                yield path

"""Two targets never share a name: it is an identity in the store."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from auditor.model.run import Outcome
from auditor.portfolio import Entity, Portfolio
from auditor.steps.discover import discover_portfolio
from auditor.steps.fetch import Fetched
from tests.support.repositories import commit

MOMENT = datetime(2026, 11, 1, tzinfo=UTC)


def names(folder: Path, *patterns: str, fetched: dict[str, list[Fetched]] | None = None) -> tuple[list[str], list[str]]:
    portfolio = Portfolio("Boats", folder, (Entity("jada", "JADA", repositories=patterns),))
    found = discover_portfolio(portfolio, MOMENT, fetched=fetched)
    missing: tuple[Outcome, ...] = found.missing
    return [t.name for t in found.targets], [o.target.name for o in missing]


def test_a_name_that_is_unique_is_left_alone(tmp_path: Path) -> None:
    commit(tmp_path / "shop", {"a": "b"})
    assert names(tmp_path, "shop") == (["shop"], [])


def test_equal_names_get_the_folders_that_tell_them_apart(tmp_path: Path) -> None:
    for folder in ("a/x/shop", "b/x/shop", "c/shop", "boat"):
        commit(tmp_path / folder, {"a": "b"})
    found, _ = names(tmp_path, "a/x/shop", "b/x/shop", "c/shop", "boat")
    assert found == ["a/x/shop", "b/x/shop", "c/shop", "boat"]


def test_mirrors_are_told_apart_by_their_address(tmp_path: Path) -> None:
    fetched = {}
    for org in ("boats", "cars"):
        url = f"https://example.com/{org}/shop.git"
        commit(tmp_path / f"m-{org}" / "shop.git", {"a": "b"})
        fetched[url] = [Fetched("shop", url, tmp_path / f"m-{org}" / "shop.git")]
    assert names(tmp_path, *fetched, fetched=fetched)[0] == ["boats/shop", "cars/shop"]


def test_what_is_missing_twice_under_one_name_is_missing_twice(tmp_path: Path) -> None:
    commit(tmp_path / "shop", {"a": "b"})
    found, missing = names(tmp_path, "shop", "gone/shop", "lost/shop")
    assert len({*found, *missing}) == 3

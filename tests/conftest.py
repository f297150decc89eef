"""Fixtures that several areas share."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support.postgres import running_server, server_programs

# The same examples every time, and no verdict by the clock: speed is shown by benchmarks.
settings.register_profile("auditor", deadline=None, derandomize=True)
settings.load_profile("auditor")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of the maintenance database of a real server, started once."""
    programs = server_programs()
    if programs is None:
        pytest.skip("no PostgreSQL server is installed (Debian: apt-get install postgresql)")
    with running_server(programs) as url:
        yield url


@pytest.fixture(scope="session")
def postgres_names() -> Iterator[int]:
    """Numbers for database names."""
    return itertools.count(1)


@pytest.fixture
def new_database(postgres_server: str, postgres_names: Iterator[int]) -> Callable[[], str]:
    """Makes an empty database and returns its URL."""
    import psycopg

    def make() -> str:
        name = f"store{next(postgres_names)}"
        with psycopg.connect(postgres_server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]
        return postgres_server.replace("/postgres?", f"/{name}?")

    return make


@pytest.fixture
def postgres_url(new_database: Callable[[], str]) -> str:
    """URL of an empty database."""
    return new_database()


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=[pytest.mark.slow, pytest.mark.xdist_group("postgresql")])]
)
def store_place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Place of a store that does not exist yet, once per database: the contract suite runs over both."""
    if request.param == "sqlite":
        return str(tmp_path / "state" / "findings.db")
    url: str = request.getfixturevalue("postgres_url")
    return url

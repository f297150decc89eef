"""Months killed at every step and at random moments: nobody gets a mail twice, nobody is forgotten."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.crash import STEPS, Matrix, Tally, crash_matrix

RUNS = int(os.environ.get("CRASH_RUNS", "12"))
"""A sample; `CRASH_RUNS=200 pytest tests/test_crash.py` is the whole matrix."""


WHOLE = 200


@pytest.fixture
def matrix(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Matrix]:
    """In the whole matrix every tenth run has its store in PostgreSQL."""
    postgres = request.getfixturevalue("new_database") if RUNS >= WHOLE else None
    with crash_matrix(tmp_path, postgres) as made:
        yield made


@pytest.mark.slow
def test_no_crash_sends_a_mail_twice_or_loses_one(matrix: Matrix) -> None:
    tally = Tally()
    for number in range(RUNS):
        matrix.run(number, tally)
    assert (tally.double, tally.lost, tally.wrong) == ([], [], [])
    assert tally.runs == RUNS
    assert tally.mails == RUNS * 8
    assert tally.killed > RUNS // 2
    sys.stdout.write(f"{tally.runs} runs, {tally.killed} kills, {tally.mails} mails: {dict(tally.states)}\n")


@pytest.mark.slow
def test_the_matrix_knows_every_step(matrix: Matrix) -> None:
    folder = matrix.folder / "whole"
    folder.mkdir()
    readers = {f"r{n}": f"ok.{n}@example.com" for n in range(8)}
    common = {"folder": str(folder), "transport": "outbox", "where": str(folder / "outbox"), "readers": readers}
    assert matrix.start(store=str(folder / "a.db"), die_at=STEPS, **common) == 0
    assert matrix.start(store=str(folder / "b.db"), die_at=STEPS - 1, **common) == -9

"""The process pool survives its workers."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import as_completed
from pathlib import Path

import pytest

from auditor.adapters.executors import open_executor
from auditor.adapters.pool import ProcessPool, WorkerDiedError
from auditor.errors import UsageError


def double(number: int) -> int:
    return number * 2


def die_on(bad: int, number: int) -> int:
    if number == bad:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def die_once(flag: Path, number: int) -> int:
    if not flag.exists():
        flag.touch()
        os._exit(7)
    return number


def fail(words: str) -> None:
    raise ValueError(words)


def hang() -> None:
    time.sleep(60)


class AwkwardError(Exception):
    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} and {two}")


def awkward() -> None:
    raise AwkwardError(1, 2)


def unpicklable() -> Callable[[], None]:
    return lambda: None


def test_results_come_back_in_the_futures_that_asked() -> None:
    with ProcessPool(2) as pool:
        assert list(pool.map(double, range(50))) == [n * 2 for n in range(50)]


def test_a_job_that_kills_its_worker_is_named_and_no_other_is_lost() -> None:
    with ProcessPool(2) as pool:
        futures = {pool.submit(die_on, 13, n): n for n in range(40)}
        errors = {futures[f]: f.exception() for f in as_completed(futures)}
    dead = {n: e for n, e in errors.items() if e is not None}
    assert list(dead) == [13]
    assert isinstance(dead[13], WorkerDiedError)
    assert "SIGKILL" in str(dead[13])


def test_a_job_whose_worker_was_killed_by_somebody_else_is_done_after_all(tmp_path: Path) -> None:
    with ProcessPool(2) as pool:
        assert pool.submit(die_once, tmp_path / "flag", 5).result() == 5


def echo(content: bytes) -> bytes:
    return content * 4


def test_large_arguments_and_answers_do_not_make_both_sides_wait() -> None:
    contents = [bytes([n]) * size for n in range(12) for size in (10, 15_000, 300_000)]
    with ProcessPool(2) as pool:
        assert list(pool.map(echo, contents)) == [content * 4 for content in contents]


def test_the_job_behind_one_that_hangs_is_done_by_another_worker() -> None:
    with ProcessPool(1, seconds=0.5) as pool:
        hung = pool.submit(hang)
        behind = [pool.submit(double, n) for n in range(6)]
        assert isinstance(hung.exception(), WorkerDiedError)
        assert [future.result() for future in behind] == [0, 2, 4, 6, 8, 10]


def total(numbers: tuple[int, ...], factor: int) -> tuple[int, int]:
    return sum(numbers) * factor, id(numbers)


def test_a_long_tuple_is_sent_once_to_each_worker() -> None:
    numbers, others = tuple(range(1000)), tuple(range(1000, 2000))
    with ProcessPool(1) as pool:
        results = [f.result() for f in [pool.submit(total, numbers, n) for n in range(5)]]
        assert [value for value, _ in results] == [sum(numbers) * n for n in range(5)]
        assert len({identity for _, identity in results}) == 1
        assert pool.submit(total, others, 1).result()[0] == sum(others)


def test_an_error_of_a_job_arrives_with_its_place() -> None:
    with ProcessPool(1) as pool:
        error = pool.submit(fail, "words").exception()
    assert isinstance(error, ValueError)
    assert "in fail" in str(error.__cause__)


def test_a_job_that_hangs_is_stopped_and_named() -> None:
    with ProcessPool(1, seconds=0.2) as pool:
        hung, fine = pool.submit(hang), pool.submit(double, 1)
        assert "took longer" in str(hung.exception())
        assert fine.result() == 2


def test_what_cannot_be_pickled_is_an_error_of_that_job_alone() -> None:
    with ProcessPool(1) as pool:
        argument = pool.submit(double, lambda: None)  # type: ignore[arg-type]
        result = pool.submit(unpicklable)
        assert argument.exception() is not None
        assert isinstance(result.exception(), TypeError)
        assert isinstance(pool.submit(awkward).exception(), (TypeError, AwkwardError))
        assert pool.submit(double, 1).result() == 2


def test_an_interrupted_caller_does_not_wait_for_the_queue() -> None:
    pool = ProcessPool(1)
    futures = [pool.submit(hang) for _ in range(5)]
    pool.__exit__(KeyboardInterrupt)
    assert all(f.cancelled() or f.done() for f in futures)


ORPHAN = """
import os, sys, time
from auditor.adapters.pool import ProcessPool
def tell(): print(os.getpid(), flush=True); time.sleep(600)
pool = ProcessPool(1)
pool.submit(tell)
time.sleep(60)
"""


@pytest.mark.slow
def test_workers_die_with_their_parent() -> None:
    parent = subprocess.Popen([sys.executable, "-c", ORPHAN], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    assert int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    with parent.stdout:
        assert select.select([parent.stdout], [], [], 20)[0], "the worker still holds the pipe"
        assert parent.stdout.read() == ""


def test_an_unknown_executor_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="dask"), open_executor("ray://x", 3):
        pass

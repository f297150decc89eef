"""A real dask cluster: a killed worker loses nothing, a job that kills workers is named."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from auditor.adapters.executors import open_executor
from auditor.adapters.pool import WorkerDiedError
from auditor.errors import NotScannedError
from auditor.flows.scanning import scan_targets
from auditor.model.run import OutcomeStatus
from auditor.model.target import Repo
from auditor.steps.discover import Discovered
from tests.support.dask_cluster import Loopback, loopback_cluster
from tests.support.repositories import commit
from tests.support.scanners import CARD, Breaks, Words
from tests.support.tools import tools

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("dask")]


def work(number: int) -> tuple[int, int]:
    return number, sum(n * n for n in range(20_000)) and os.getpid()


def kill_worker(bad: int, number: int) -> int:
    if number == bad:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def refuse(words: str) -> None:
    raise ValueError(words)


def test_a_worker_killed_in_mid_run_loses_nothing() -> None:
    with loopback_cluster(2) as cluster, open_executor(f"dask://{cluster.address}", 300) as executor:
        futures = [executor.submit(work, n) for n in range(300)]
        victim = futures[0].result()[1]
        os.kill(victim, signal.SIGKILL)
        results = [future.result(timeout=60) for future in futures]
        assert [number for number, _ in results] == list(range(300))
        assert results[-1][1] != victim
        error = executor.submit(refuse, "words").exception(timeout=60)
    assert isinstance(error, ValueError)
    assert "in refuse" in str(error.__cause__)


def test_a_job_that_kills_its_workers_is_named_and_the_others_are_done() -> None:
    with (
        loopback_cluster(2, nanny=True, failures=0) as cluster,
        open_executor(f"dask://{cluster.address}", 40) as executor,
    ):
        futures = [executor.submit(kill_worker, 13, n) for n in range(40)]
        errors = {n: future.exception(timeout=120) for n, future in enumerate(futures)}
    dead = {n: error for n, error in errors.items() if error is not None}
    assert list(dead) == [13]
    assert isinstance(dead[13], WorkerDiedError)


@pytest.fixture
def cluster() -> Loopback:
    with loopback_cluster(2) as made:
        yield made  # type: ignore[misc]


def test_repositories_are_scanned_on_a_cluster_as_at_home(cluster: Loopback, tmp_path: Path) -> None:
    targets = []
    for number in range(6):
        folder = tmp_path / "origin" / f"repo{number}"
        made = commit(folder, {"a.txt": f"forbidden {number}\n"})
        # Half of them are where only an address leads to: the worker fetches them itself.
        place = folder if number % 2 else tmp_path / "not here"
        targets.append(Repo(f"repo{number}", "jada", place, made, url=f"file://{folder}"))
    found = Discovered(tuple(targets))
    at_home = [t for t in targets if t.path.exists()]
    local = scan_targets(Discovered(tuple(at_home)), tools([Words(), Breaks()], [CARD]))
    remote = scan_targets(
        found, tools([Words(), Breaks()], [CARD], executor=lambda n: open_executor(f"dask://{cluster.address}", n))
    )
    assert [o.status for o in remote if o.scanner == "words"] == [OutcomeStatus.DONE] * 6
    assert all("ValueError at scanners.py" in o.reason for o in remote if o.scanner == "breaks")
    matches = {(m.location, m.mark) for o in remote for m in o.result.matches}
    assert matches > {(m.location, m.mark) for o in local for m in o.result.matches}
    assert len(matches) == 6


def test_a_cluster_that_is_not_there_is_said() -> None:
    with pytest.raises(NotScannedError, match="cannot be reached"), open_executor("dask://127.0.0.1:9", 3):
        pass

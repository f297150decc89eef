"""Where jobs run: processes of this machine, or a dask cluster."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager

from auditor.adapters.pool import ProcessPool
from auditor.errors import UsageError


@contextmanager
def open_executor(where: str, jobs: int, workers: int = 0) -> Iterator[Executor]:
    """The executor that `--executor` names.

    Args:
        where: empty for processes of this machine, or `dask://HOST:PORT`.
        jobs: how many there will be; one job needs no process of its own.
        workers: processes at most; 0: one per core.

    Raises:
        UsageError: it names neither.
        NotScannedError: the cluster cannot be reached.
        MissingExtraError: dask is not installed.
    """
    if where.startswith("dask://"):
        from auditor.adapters.cluster import open_cluster

        with open_cluster(where.removeprefix("dask://")) as cluster:
            yield cluster
        return
    if where not in {"", "processes"}:
        raise UsageError(f"--executor {where}: known are processes and dask://HOST:PORT")
    count = min(workers or os.cpu_count() or 1, jobs)
    if count <= 1:
        with ThreadPoolExecutor(max_workers=1) as thread:
            yield thread
    else:
        with ProcessPool(count) as pool:
            yield pool

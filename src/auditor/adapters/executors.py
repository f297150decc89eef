"""Where jobs run: processes of this machine, or a dask cluster."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from auditor.adapters.pool import ProcessPool
from auditor.errors import MissingExtraError, NotScannedError, UsageError


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
        with _dask(where.removeprefix("dask://")) as cluster:
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


@contextmanager
def _dask(address: str) -> Iterator[Executor]:
    try:
        from distributed import Client
    except ModuleNotFoundError:
        raise MissingExtraError("--executor dask:// needs: pip install 'auditor[dask]'") from None
    try:
        client: Any = Client(f"tcp://{address}", timeout=10, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, TimeoutError) as error:
        raise NotScannedError(f"the dask scheduler at {address} cannot be reached: {error}") from None
    with client:
        # pure=False: a job is a deed, not a value that the cluster may reuse by name.
        yield client.get_executor(pure=False)

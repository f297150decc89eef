"""A real dask cluster on loopback: a scheduler and workers as processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Loopback:
    """The cluster's address, and its worker processes."""

    address: str
    workers: tuple[subprocess.Popen[bytes], ...]


@contextmanager
def loopback_cluster(workers: int = 2, *, nanny: bool = False, failures: int = 3) -> Iterator[Loopback]:
    """Start them; everything ends with the block."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        file = Path(folder) / "scheduler.json"
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
            "AUDITOR_MIRRORS": str(Path(folder) / "mirrors"),
            "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": str(failures),
            "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": "60s",
        }
        options = ["--scheduler-file", str(file), "--no-dashboard"]

        def start(module: str, *arguments: str) -> subprocess.Popen[bytes]:
            command = [sys.executable, "-m", f"distributed.cli.{module}", *options, *arguments]
            process = subprocess.Popen(
                command, env=environment, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            stack.callback(process.wait)
            stack.callback(process.terminate)
            return process

        start("dask_scheduler", "--host", "127.0.0.1", "--port", "0")
        until = time.monotonic() + 30
        while not file.exists() or not file.read_text().strip():
            assert time.monotonic() < until, "the scheduler did not start"
            time.sleep(0.05)
        kind = ["--nanny"] if nanny else ["--no-nanny"]
        started = tuple(
            start("dask_worker", "--host", "127.0.0.1", "--nthreads", "1", "--local-directory", folder, *kind)
            for _ in range(workers)
        )
        address = str(json.loads(file.read_text())["address"]).removeprefix("tcp://")
        yield Loopback(address, started)

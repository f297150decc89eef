"""A dask cluster as an executor: calls travel in batches, and a batch that kills its workers is split until it names one.

A batch is pickled as one, so that what its calls share is sent once. dask itself tries a task again on another worker when
one dies; only a task that was on several dead workers comes back as an error. It may have been their victim: such a call is
tried once more when everything else is done, alone on the cluster, and then its guilt is certain.
"""

from __future__ import annotations

import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from auditor.adapters.pool import RemoteTracebackError, WorkerDiedError
from auditor.errors import MissingExtraError, NotScannedError

LARGEST = 32
"""Calls in one batch."""


@dataclass(frozen=True, slots=True)
class _Call:
    future: Future[Any]
    call: tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]


def run_batch(
    calls: Sequence[tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]],
) -> list[tuple[BaseException | None, Any]]:
    """On a worker: each call's error and result."""
    # A future keeps whatever the call raised: it belongs to the caller, and is judged there.
    with ThreadPoolExecutor(1) as thread:
        return [_ended(thread.submit(function, *args, **kwargs)) for function, args, kwargs in calls]


def _ended(future: Future[Any]) -> tuple[BaseException | None, Any]:
    error = future.exception()
    return (error, "".join(traceback.format_exception(error))) if error else (None, future.result())


class Cluster(Executor):
    """Runs calls on a dask cluster."""

    def __init__(self, client: Any) -> None:
        """Start nothing yet; the client stays the caller's."""
        self._client = client
        self._lock = threading.Lock()
        self._waiting: deque[_Call] = deque()
        self._suspects: deque[_Call] = deque()
        self._flying = 0
        self._threads = 1
        self._idle = threading.Event()
        self._idle.set()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Queue a call; batches leave as the cluster takes them."""
        future: Future[Any] = Future()
        with self._lock:
            self._waiting.append(_Call(future, (fn, args, kwargs)))
            self._idle.clear()
        self._fill()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Wait for what is queued."""
        if cancel_futures:
            with self._lock:
                while self._waiting:
                    self._waiting.popleft().future.cancel()
                while self._suspects:
                    self._suspects.popleft().future.set_exception(WorkerDiedError("the run was stopped"))
        if wait:
            self._idle.wait()

    def _fill(self) -> None:
        """Keep two batches for each worker thread under way: one at work and one waiting there."""
        if self._flying == 0:
            self._threads = max(1, sum(self._client.nthreads().values()))
        threads = self._threads
        while True:
            with self._lock:
                if not self._waiting and not self._flying and self._suspects:
                    self._flying += 1
                    suspect = self._suspects.popleft()
                    break
                if not self._waiting or self._flying >= 2 * threads:
                    if not self._waiting and not self._flying:
                        self._idle.set()
                    return
                size = max(1, min(LARGEST, len(self._waiting) // (4 * threads)))
                batch = [self._waiting.popleft() for _ in range(size)]
                self._flying += 1
            self._send([call for call in batch if call.future.set_running_or_notify_cancel()])
        self._send([suspect], alone=True)

    def _send(self, batch: Sequence[_Call], *, alone: bool = False) -> None:
        if not batch:
            with self._lock:
                self._flying -= 1
            return
        # pure=False: a call is a deed, not a value that the cluster may reuse by name.
        sent = self._client.submit(run_batch, [call.call for call in batch], pure=False)
        sent.add_done_callback(lambda done: self._landed(batch, done, alone=alone))

    def _landed(self, batch: Sequence[_Call], done: Any, *, alone: bool) -> None:
        error = done.exception()
        if error is None:
            for call, (wrong, result) in zip(batch, done.result(), strict=True):
                if wrong is None:
                    call.future.set_result(result)
                else:
                    wrong.__cause__ = RemoteTracebackError(result)
                    call.future.set_exception(wrong)
        elif alone:
            kind = type(error).__name__
            batch[0].future.set_exception(
                WorkerDiedError(f"the process that did this died on the cluster ({kind}); put aside")
            )
        elif len(batch) == 1:
            with self._lock:
                self._suspects.append(batch[0])
        else:
            middle = len(batch) // 2
            with self._lock:
                self._flying += 2
            self._send(batch[:middle])
            self._send(batch[middle:])
        with self._lock:
            self._flying -= 1
        self._fill()


@contextmanager
def open_cluster(address: str, seconds: float = 10.0) -> Iterator[Executor]:
    """A cluster by the address of its scheduler.

    Raises:
        NotScannedError: it cannot be reached, or has no worker.
        MissingExtraError: dask is not installed.
    """
    try:
        from distributed import Client
    except ModuleNotFoundError:
        raise MissingExtraError("--executor dask:// needs: pip install 'auditor[dask]'") from None
    try:
        client: Any = Client(f"tcp://{address}", timeout=seconds, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, TimeoutError, ValueError) as error:
        raise NotScannedError(f"the dask scheduler at {address} cannot be reached: {error}") from None
    with client:
        try:
            client.wait_for_workers(1, timeout=6 * seconds)
        except TimeoutError:
            raise NotScannedError(f"the dask scheduler at {address} has no worker") from None
        with Cluster(client) as cluster:
            yield cluster

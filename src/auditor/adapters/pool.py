"""Processes of this machine that survive each other.

The standard library's pool loses every waiting job when one worker dies. Here each worker does one job at a time, so a death
names its job: the worker is replaced, the job gets one more try alone, and a job that kills twice is put aside by name. The next
job already lies in its pipe, so that a worker does not wait for the parent between two jobs.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection, Pipe, wait
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import ForkingPickler
from pickle import PicklingError, UnpicklingError
from typing import Any, Self

from auditor.adapters.interning import Receiver, Sender
from auditor.errors import NotScannedError

TRIES = 2
"""How often a job may kill its worker; the first time may be somebody else's fault (memory taken by a neighbour)."""


AHEAD = 16_384
"""Bytes of a message that may lie unread in a worker's pipe. A larger one could fill it, and both sides would wait for ever."""


class WorkerDiedError(NotScannedError):
    """A job whose worker died, again."""


class RemoteTracebackError(Exception):
    """Text of a traceback in another process; the cause of an error that came from there."""


@dataclass(slots=True)
class _Task:
    future: Future[Any]
    call: tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]
    tried: int = 0
    running: bool = False
    """Its future says so already."""
    waits: bool = False
    """Is not to be sent ahead: too large, or its first try killed a worker."""


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    connection: Connection[Any, Any]
    task: _Task
    following: _Task | None = None
    """What lies in its pipe."""
    deadline: float = 0.0
    sent: set[int] = field(default_factory=set)
    """Shared parts that it has."""


@dataclass(slots=True)
class _Shared:
    """What the submitting and the dispatching thread share; guarded by `lock`."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    waiting: deque[_Task] = field(default_factory=deque)
    closed: bool = False
    stopped: bool = False
    woken: bool = False
    """A wake-up is on its way; more would only fill the pipe."""


class ProcessPool(Executor):
    """A pool of processes that survives its workers. Arguments and results must be picklable."""

    def __init__(self, workers: int, *, seconds: float = 6 * 3600.0) -> None:
        """Start nothing yet.

        Args:
            workers: processes at most.
            seconds: after so long a job counts as hanging, and its worker is killed.
        """
        self._workers = max(1, workers)
        self._seconds = seconds
        self._shared = _Shared()
        self._wake_in, self._wake_out = Pipe(duplex=False)
        self._thread: threading.Thread | None = None
        self._sender = Sender()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Queue a call."""
        future: Future[Any] = Future()
        with self._shared.lock:
            if self._shared.closed:
                raise RuntimeError("the pool is closed")
            self._shared.waiting.append(_Task(future, (fn, args, kwargs)))
            if self._thread is None:
                self._thread = threading.Thread(target=self._dispatch, name="process-pool", daemon=True)
                self._thread.start()
        self._wake()
        return future

    def _wake(self) -> None:
        with self._shared.lock:
            if self._shared.woken:
                return
            self._shared.woken = True
        with contextlib.suppress(OSError):
            self._wake_out.send_bytes(b"x")

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more calls; end when the queue is empty, or at once with `cancel_futures`."""
        with self._shared.lock:
            already = self._shared.closed
            self._shared.closed = True
            if cancel_futures:
                self._shared.stopped = True
                while self._shared.waiting:
                    self._shared.waiting.popleft().future.cancel()
        if not already or cancel_futures:
            self._wake()
        if self._thread is not None and wait:
            self._thread.join()
        if wait:
            self._wake_in.close()
            self._wake_out.close()

    def __enter__(self) -> Self:
        """The pool itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """End; when the caller was interrupted, without the rest of the queue."""
        self.shutdown(wait=True, cancel_futures=kind is not None)

    def _dispatch(self) -> None:
        idle: list[_Worker] = []
        busy: list[_Worker] = []
        while True:
            self._fill(idle, busy)
            with self._shared.lock:
                if self._shared.stopped or (self._shared.closed and not self._shared.waiting and not busy):
                    break
            until = min((w.deadline for w in busy), default=None)
            patience = None if until is None else max(0.0, until - time.monotonic())
            ready = wait([self._wake_in, *(w.connection for w in busy), *(w.process.sentinel for w in busy)], patience)
            if self._wake_in in ready:
                with self._shared.lock:
                    self._shared.woken = False
                self._wake_in.recv_bytes()
            for worker in tuple(busy):
                if worker.connection in ready or worker.process.sentinel in ready:
                    busy.remove(worker)
                    if self._collect(worker):
                        (busy if self._goes_on(worker) else idle).append(worker)
                elif worker.deadline <= time.monotonic():
                    busy.remove(worker)
                    worker.task.tried = TRIES
                    self._bury(worker, f"took longer than {self._seconds:.0f} s and was stopped")
        for worker in (*idle, *busy):
            worker.process.kill()
            worker.process.join()
            worker.connection.close()
            for task in (worker.task, worker.following):
                if task is not None and not task.future.done():
                    task.future.set_exception(WorkerDiedError("the run was stopped"))

    def _fill(self, idle: list[_Worker], busy: list[_Worker]) -> None:
        while len(busy) < self._workers:
            with self._shared.lock:
                if not self._shared.waiting or self._shared.stopped:
                    return
                task = self._shared.waiting.popleft()
            if not task.running and not task.future.set_running_or_notify_cancel():
                continue
            task.running = True
            worker = idle.pop() if idle and not task.tried else self._start(task)
            worker.task = task
            try:
                worker.connection.send_bytes(self._sender.message(task.call, worker.sent))
            except OSError:
                self._bury(worker, "died")
                continue
            except (PicklingError, TypeError, AttributeError, ValueError) as error:
                # What cannot be pickled belongs to its own future; the other jobs go on.
                task.future.set_exception(error)
                idle.append(worker)
                continue
            worker.deadline = time.monotonic() + self._seconds
            busy.append(worker)
        for worker in busy:
            if worker.following is None:
                self._send_ahead(worker)

    def _send_ahead(self, worker: _Worker) -> None:
        """Put the next job into a busy worker's pipe, while there are enough for everybody."""
        with self._shared.lock:
            if len(self._shared.waiting) <= self._workers or self._shared.stopped or self._shared.waiting[0].waits:
                return
            task = self._shared.waiting.popleft()
        if not task.running and not task.future.set_running_or_notify_cancel():
            return
        task.running = True
        sent = set(worker.sent)
        try:
            message = self._sender.message(task.call, sent)
            if len(message) <= AHEAD:
                worker.connection.send_bytes(message)
                worker.following, worker.sent = task, sent
                return
        except (PicklingError, TypeError, AttributeError, ValueError) as error:
            task.future.set_exception(error)
            return
        except OSError:
            pass  # It has died; its end is seen by its sentinel.
        task.waits = True
        with self._shared.lock:
            self._shared.waiting.appendleft(task)

    def _goes_on(self, worker: _Worker) -> bool:
        """Whether an answered worker has begun the job in its pipe."""
        if worker.following is None:
            return False
        worker.task, worker.following = worker.following, None
        worker.deadline = time.monotonic() + self._seconds
        return True

    def _start(self, task: _Task) -> _Worker:
        context = get_context()
        ours, theirs = context.Pipe()
        # No daemon: a scanner may start processes of its own. `_die_with` ends a worker whose parent is gone.
        process = context.Process(target=_serve, args=(theirs, os.getpid()), daemon=False)
        process.start()
        theirs.close()
        return _Worker(process, ours, task)

    def _collect(self, worker: _Worker) -> bool:
        """Take the answer; False when the worker died instead of giving one."""
        try:
            content = worker.connection.recv_bytes() if worker.connection.poll() else b""
        except (EOFError, OSError):
            content = b""
        if not content:
            worker.process.join(5)
            self._bury(worker, f"died ({_ending(worker.process.exitcode)})")
            return False
        try:
            error, result = ForkingPickler.loads(content)
        except (UnpicklingError, TypeError, ValueError, AttributeError, ImportError) as failed:
            # An error class that cannot be made again from its words.
            error, result = TypeError(f"the answer cannot be read: {type(failed).__name__}"), ""
        if error is None:
            worker.task.future.set_result(result)
        else:
            error.__cause__ = RemoteTracebackError(result)
            worker.task.future.set_exception(error)
        return True

    def _bury(self, worker: _Worker, how: str) -> None:
        """Replace a dead worker: its job goes first in the queue once more, or is put aside."""
        worker.process.kill()
        worker.process.join()
        worker.connection.close()
        task = worker.task
        if worker.following is not None:
            with self._shared.lock:
                self._shared.waiting.appendleft(worker.following)
        task.tried += 1
        task.waits = True
        if task.tried >= TRIES:
            task.future.set_exception(WorkerDiedError(f"the process that did this {how}; put aside"))
            return
        with self._shared.lock:
            self._shared.waiting.appendleft(task)


def _ending(code: int | None) -> str:
    if code is not None and code < 0:
        with contextlib.suppress(ValueError):
            return f"{signal.Signals(-code).name}{', out of memory?' if code == -signal.SIGKILL else ''}"
    return f"exit code {code}"


def _serve(connection: Connection[Any, Any], parent: int) -> None:
    """A worker: one call after the other until there is nobody to answer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_die_with, args=(os.getppid(), parent), daemon=True).start()
    # A future keeps whatever the call raised: it belongs to the caller, and is judged there.
    receiver = Receiver()
    with ThreadPoolExecutor(1) as thread:
        while True:
            try:
                message = connection.recv_bytes()
            except EOFError:
                return
            done = thread.submit(_call, receiver, message)
            error = done.exception()
            words = "".join(traceback.format_exception(error)) if error else ""
            answer = (error, words) if error else (None, done.result())
            try:
                connection.send(answer)
            except OSError:
                return
            except (PicklingError, TypeError, AttributeError, ValueError) as failed:
                connection.send((TypeError(f"not picklable: {type(failed).__name__}"), words))


def _call(receiver: Receiver, message: bytes) -> Any:
    call, args, kwargs = receiver.value(message)
    return call(*args, **kwargs)


def _die_with(parent: int, caller: int) -> None:
    """A worker whose parent was killed would wait for ever, and hold what it inherited."""
    while os.getppid() == parent and (parent == caller or _is_alive(caller)):
        time.sleep(0.5)
    os._exit(1)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True

"""External programs: started with an empty environment, ended by a time limit, with bounded memory and output."""

from __future__ import annotations

import os
import resource
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Protocol

from auditor.adapters.ahead import SEARCHED, Waiting, clean_environment
from auditor.errors import NotScannedError
from auditor.model.ports import Completed

_CHUNK = 1 << 16
OUTPUT_LIMIT = 256 * 1024 * 1024


class LocalPrograms:
    """Programs of this machine; picklable, without state."""

    def find(self, name: str) -> Path | None:
        """Where a program lies: beside the running Python first, then on PATH."""
        beside = Path(sys.executable).parent / name
        if beside.is_file() and os.access(beside, os.X_OK):
            return beside
        from shutil import which

        found = which(name, path=f"{os.environ.get('PATH', '')}:{SEARCHED}")
        return Path(found) if found else None

    def run(
        self,
        argv: Sequence[str],
        *,
        cwd: Path | None = None,
        stdin: bytes = b"",
        seconds: float = 60.0,
        environment: Mapping[str, str] | None = None,
        megabytes: int | None = None,
        output_limit: int = OUTPUT_LIMIT,
    ) -> Completed:
        """Run to the end, never through a shell; the whole process group is ended when time or output runs out.

        Raises:
            NotScannedError: the program is not installed or cannot be started.
        """
        program = self.find(argv[0]) if os.sep not in argv[0] else Path(argv[0])
        if program is None:
            raise NotScannedError(f"the program {argv[0]!r} is not installed")
        try:
            process = subprocess.Popen(
                [str(program), *argv[1:]],
                cwd=cwd,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=clean_environment(environment),
                start_new_session=True,
                preexec_fn=_limit(megabytes) if megabytes else None,  # noqa: PLW1509  no threads hold locks here
            )
        except OSError as error:
            raise NotScannedError(f"{argv[0]} could not be started: {error.strerror}") from error
        return _collect(process, stdin, time.monotonic() + seconds, output_limit)


class StartedProgram:
    """A program that waits for its input; see `auditor.model.ports.Started`."""

    def __init__(self, waiting: Waiting) -> None:
        self._waiting = waiting
        self.folder = Path(waiting.folder)

    def finish(self, stdin: bytes, seconds: float) -> Completed:
        """Hand its input over and read it to its end."""
        return _collect(self._waiting, stdin, time.monotonic() + seconds, OUTPUT_LIMIT)


class _Process(Protocol):
    """What `subprocess.Popen` and `Waiting` have in common."""

    pid: int

    @property
    def stdin(self) -> IO[bytes] | None: ...
    @property
    def stdout(self) -> IO[bytes] | None: ...
    @property
    def stderr(self) -> IO[bytes] | None: ...
    def wait(self) -> int: ...


def _limit(megabytes: int) -> Callable[[], None]:
    def apply() -> None:
        limit = megabytes * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))

    return apply


def _collect(process: _Process, stdin: bytes, deadline: float, output_limit: int) -> Completed:
    """Feed and read a process without blocking; what it wrote until it ended or was ended."""
    assert process.stdin
    assert process.stdout
    assert process.stderr
    output: dict[int, bytearray] = {process.stdout.fileno(): bytearray(), process.stderr.fileno(): bytearray()}
    out_fd, err_fd = output
    pending = memoryview(stdin)
    truncated = timed_out = False
    with selectors.DefaultSelector() as selector:
        for stream in (process.stdout, process.stderr):
            selector.register(stream, selectors.EVENT_READ)
        if pending:
            os.set_blocking(process.stdin.fileno(), False)
            selector.register(process.stdin, selectors.EVENT_WRITE)
        else:
            process.stdin.close()
        while selector.get_map():
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                timed_out = True
                break
            for key, _ in selector.select(min(remaining, 1.0)):
                if key.fileobj is process.stdin:
                    pending = _feed(process, pending, selector)
                    continue
                chunk = os.read(key.fd, _CHUNK)
                if not chunk:
                    selector.unregister(key.fileobj)
                    continue
                output[key.fd] += chunk
                truncated = truncated or len(output[key.fd]) > output_limit
            if truncated:
                break
    if timed_out or truncated:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    returncode = process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        with suppress(BrokenPipeError):
            stream.close()
    return Completed(returncode, bytes(output[out_fd]), bytes(output[err_fd]), timed_out, truncated)


def _feed(process: _Process, pending: memoryview, selector: selectors.BaseSelector) -> memoryview:
    assert process.stdin
    try:
        pending = pending[os.write(process.stdin.fileno(), pending[:_CHUNK]) :]
    except BrokenPipeError:
        pending = memoryview(b"")
    if not pending:
        selector.unregister(process.stdin)
        with suppress(BrokenPipeError):
            process.stdin.close()
    return pending

"""A program that is started before its work is known: getting ready takes some programs longer than their work.

It waits for its standard input. Nothing is imported here but what the hook has loaded anyway: the point is to start the
program first, and to import everything else while it gets ready.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

MEMORY_FOLDER = "/dev/shm"  # noqa: S108  private folders are made in it
SEARCHED = "/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin"


def clean_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The little that programs need; nothing of the caller's environment but PATH and the temporary folder."""
    kept = {name: os.environ[name] for name in ("TMPDIR", "SYSTEMROOT") if name in os.environ}
    return {
        "PATH": os.environ.get("PATH", SEARCHED),
        "HOME": "/nonexistent",
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        **kept,
        **(extra or {}),
    }


def private_temporary_folder() -> str:
    """A new folder that only its owner may enter, in memory where there is such a place."""
    root = MEMORY_FOLDER if os.path.isdir(MEMORY_FOLDER) else os.environ.get("TMPDIR") or "/tmp"  # noqa: PTH112, S108
    path = f"{root}/auditor-{os.urandom(12).hex()}"
    os.mkdir(path, 0o700)  # noqa: PTH102  pathlib costs 3 ms
    return path


def remove_folder(path: str) -> None:
    """Remove a private folder and what is in it, links themselves and not what they point to; what stays is no error."""
    try:
        with os.scandir(path) as items:
            for item in items:
                if item.is_dir(follow_symlinks=False):
                    remove_folder(item.path)
                else:
                    os.unlink(item.path)  # noqa: PTH108
        os.rmdir(path)  # noqa: PTH106
    except OSError:
        return


class Waiting:
    """A started program, as `subprocess.Popen` would show it."""

    __slots__ = ("_status", "folder", "pid", "stderr", "stdin", "stdout")

    def __init__(self, pid: int, folder: str, pipes: tuple[int, int, int]) -> None:
        self.pid = pid
        self.folder = folder
        """Private, for what the program reads; not removed here."""
        self.stdin = open(pipes[0], "wb", buffering=0)  # noqa: PTH123, SIM115  descriptors, closed by `stop`
        self.stdout = open(pipes[1], "rb", buffering=0)  # noqa: PTH123, SIM115
        self.stderr = open(pipes[2], "rb", buffering=0)  # noqa: PTH123, SIM115
        self._status: int | None = None

    def wait(self) -> int:
        """Its exit code, as `subprocess` counts; a signal is negative."""
        if self._status is None:
            self._status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self._status

    def stop(self) -> None:
        """End it, whatever it does."""
        if self._status is None:
            os.kill(self.pid, 9)
        self.wait()
        for stream in (self.stdin, self.stdout, self.stderr):
            stream.close()


def start(argv: list[str], folder: str, environment: Mapping[str, str]) -> Waiting | None:
    """Start a program in a session of its own; None where that is not possible.

    When this process dies, the program's input ends.
    """
    theirs_in, ours_in = os.pipe()
    ours_out, theirs_out = os.pipe()
    ours_err, theirs_err = os.pipe()
    try:
        pid = os.posix_spawn(
            argv[0],
            argv,
            clean_environment(environment),
            file_actions=[
                (os.POSIX_SPAWN_DUP2, theirs_in, 0),
                (os.POSIX_SPAWN_DUP2, theirs_out, 1),
                (os.POSIX_SPAWN_DUP2, theirs_err, 2),
            ],
            setsid=True,
        )
    except (OSError, NotImplementedError):
        for ours in (ours_in, ours_out, ours_err):
            os.close(ours)
        return None
    finally:
        for theirs in (theirs_in, theirs_out, theirs_err):
            os.close(theirs)
    return Waiting(pid, folder, (ours_in, ours_out, ours_err))

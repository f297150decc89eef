"""Files of a work tree that may be changed: read and replaced without following links, and only what git has as well."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from auditor.adapters.folder import blob_id
from auditor.adapters.git import Git, is_repository
from auditor.errors import NotScannedError, UsageError


def read_plain(root: Path, path: str) -> bytes | None:
    """A regular file below a folder; None when there is none, or a link on the way."""
    if not _is_plain(root, path):
        return None
    try:
        descriptor = os.open(root / path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as stream:
        return stream.read() if stat.S_ISREG(os.fstat(descriptor).st_mode) else None


def _is_plain(root: Path, path: str) -> bool:
    """Whether every step down to a file is a folder itself and not a link to one."""
    parts = path.split("/")
    if not path or ".." in parts or path.startswith("/"):
        return False
    here = root
    for part in parts[:-1]:
        here = here / part
        if here.is_symlink():
            return False
    return not (root / path).is_symlink()


def is_committed(root: Path, path: str, content: bytes) -> bool:
    """Whether git's last commit and index hold a file as it lies there; False where there is no git, or another encoding.

    git is not asked to compare: that may run filters which the repository names.
    """
    if not is_repository(root):
        return False
    git = Git(root)
    wanted = blob_id(content)
    try:
        staged = git.text("ls-files", "--stage", "-z", "--", path).split("\0")[0].split()
        committed = git.text("ls-tree", "-z", "HEAD", "--", path).split("\0")[0].split()
    except NotScannedError:
        return False
    return len(staged) > 1 and len(committed) > 2 and staged[1] == committed[2] == wanted


def replace_file(root: Path, path: str, before: bytes, after: bytes) -> None:
    """Put new content in a file's place at once; its mode stays.

    Raises:
        UsageError: it is not what it was when the change was made, or cannot be written.
    """
    if read_plain(root, path) != before:
        raise UsageError(f"{path} has changed meanwhile; nothing was written to it")
    target = root / path
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        mode = stat.S_IMODE(target.lstat().st_mode)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(after)
        fresh.chmod(mode)
        fresh.replace(target)
    except OSError as error:
        with suppress(OSError):
            fresh.unlink()
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error

"""One program at a time: a lock that the operating system or the database lets go of when its holder dies."""

from __future__ import annotations

import fcntl
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from auditor.adapters.store.store import Store
from auditor.errors import StoreError


class LockedError(StoreError):
    """Another program holds the lock; what it does is what we would have done."""


@contextmanager
def held(store: Store, name: str, holder: str) -> Iterator[None]:
    """Hold the lock `name` of a store.

    A file lock beside an SQLite store (it works on one machine, as SQLite itself does), a session lock of PostgreSQL
    (it works for all machines). Neither outlives its holder, so a killed program leaves no stale lock behind.

    Raises:
        LockedError: another program holds it; says which, where known.
    """
    if store.engine.dialect.name == "sqlite":
        with _held_file(Path(f"{store.engine.url.database}.{name}.lock"), name, holder):
            yield
        return
    number = zlib.crc32(f"auditor {name}".encode())
    with store.engine.connect() as connection:
        if not connection.execute(text("SELECT pg_try_advisory_lock(:n)"), {"n": number}).scalar():
            raise LockedError(f"another program holds the lock {name!r} of {store.where}")
        connection.commit()
        try:
            yield
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:n)"), {"n": number})
            connection.commit()


@contextmanager
def _held_file(path: Path, name: str, holder: str) -> Iterator[None]:
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreError(f"the lock {path} cannot be made: {error.strerror}") from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            other = os.pread(handle, 200, 0).decode("utf-8", "replace").strip()
            raise LockedError(f"another program holds the lock {name!r}: {other or path}") from None
        os.fchmod(handle, 0o600)
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{holder}\n".encode(), 0)
        yield
    finally:
        os.close(handle)

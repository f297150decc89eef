"""Opens a store: a path is SQLite, a URL is PostgreSQL; private files, and the newest schema."""

from __future__ import annotations

import os
import sqlite3
import stat
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from auditor.adapters.store.store import Store
from auditor.errors import MissingExtraError, StoreError

HEAD = "0002"
"""Newest migration; a test compares it with Alembic's own answer."""


def open_store(where: str | Path) -> Store:
    """Open the store, making and upgrading it as needed.

    Args:
        where: path of an SQLite file, or a `postgresql://` URL.

    Raises:
        StoreError: it cannot be opened, or was written by a newer version.
        MissingExtraError: the PostgreSQL driver is not installed.
    """
    url = store_url(where)
    if url.drivername == "sqlite":
        private_file(Path(str(url.database)))
    engine = _engine(url)
    shown = url.render_as_string(hide_password=True)
    try:
        with engine.connect().execution_options(writes=True) as connection, connection.begin():
            _upgrade(connection)
    except StoreError:
        engine.dispose()
        raise
    except SQLAlchemyError as error:
        engine.dispose()
        raise StoreError(f"the findings store {shown} cannot be opened: {_reason(error)}") from None
    return Store(engine)


def store_url(where: str | Path) -> URL:
    """The place of a store as an URL of SQLAlchemy.

    Raises:
        StoreError: the scheme is neither SQLite's nor PostgreSQL's.
    """
    written = str(where)
    if "://" not in written:
        return URL.create("sqlite", database=str(Path(written).absolute()))
    try:
        url = make_url(written)
    except ArgumentError:
        raise StoreError("the store's URL cannot be read; it looks like postgresql://user@host/database") from None
    if url.drivername in {"postgres", "postgresql", "postgresql+psycopg"}:
        return url.set(drivername="postgresql+psycopg")
    if url.drivername == "sqlite" and url.database:
        return url
    raise StoreError(f"{url.drivername}:// is no store: give a path (SQLite) or a postgresql:// URL")


def private_file(path: Path) -> None:
    """Make the file 0600 and its folder 0700 when they are new, whatever the umask; tighten a file that is ours.

    Raises:
        StoreError: it cannot be created or is no regular file.
    """
    try:
        missing = [p for p in (path.parent, *path.parent.parents) if not p.exists()]
        for folder in reversed(missing):
            folder.mkdir(mode=0o700, exist_ok=True)
            folder.chmod(0o700)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            found = os.fstat(handle)
            if not stat.S_ISREG(found.st_mode):
                raise StoreError(f"{path} is no regular file and cannot be a findings store")
            if stat.S_IMODE(found.st_mode) != 0o600:
                os.fchmod(handle, 0o600)
        finally:
            os.close(handle)
    except OSError as error:
        raise StoreError(f"the findings store {path} cannot be opened: {error.strerror}") from None


def _engine(url: URL) -> Engine:
    if url.drivername != "sqlite":
        try:
            # A month is sorted in memory: tens of megabytes, where the server's default of four would write files.
            options = {"connect_timeout": 10, "options": "-c work_mem=64MB"}
            return create_engine(url, pool_pre_ping=True, connect_args=options)
        except ModuleNotFoundError:
            raise MissingExtraError("a PostgreSQL store needs: pip install 'auditor[postgres]'") from None
    engine = create_engine(url, connect_args={"timeout": 30})

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: object) -> None:
        # The driver's own transactions begin too late for BEGIN IMMEDIATE; we say BEGIN ourselves below.
        connection.isolation_level = None
        try:
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY"):
                connection.execute(f"PRAGMA {pragma}").close()
        except sqlite3.Error:
            connection.close()  # no database; the engine does not know this connection yet
            raise

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        # A transaction that will write takes the lock at once: a later upgrade of the lock can fail half-way.
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        # Two programs that start at once on an empty database: one makes the tables, the other waits.
        connection.execute(text("SELECT pg_advisory_xact_lock(7237401)"))
    if connection.dialect.has_table(connection, "alembic_version"):
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        if found == HEAD:
            return
        if found is not None and found > HEAD:
            raise StoreError(f"the findings store has schema {found}, this version knows {HEAD}: update auditor")
    from alembic import command

    command.upgrade(migrations(connection), "head")


def migrations(connection: Connection | None = None) -> Any:
    """Alembic's configuration for the migrations that lie in this package."""
    from alembic.config import Config

    config = Config()
    folder = Path(__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _reason(error: SQLAlchemyError) -> str:
    """First line of the database's own words; never the statement, whose parameters may hold a mail."""
    words = str(error.orig if isinstance(error, DBAPIError) else type(error).__name__).strip().splitlines()
    return words[0] if words else type(error).__name__

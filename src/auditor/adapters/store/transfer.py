"""Everything in a store as JSON lines, and back: export, backup, restore, and the way from SQLite to PostgreSQL.

The first line names the schema, then one line a row in an order that respects references, then one line with the count and
the SHA-256 of all lines before it: what was cut off or changed does not pass for a whole backup.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, LargeBinary, MetaData, Table, insert, select, text

from auditor import __version__
from auditor.adapters.store import tables
from auditor.adapters.store.store import Store
from auditor.errors import StoreError, UsageError

SCHEMA = "auditor/export@1"
BATCH = 2_000


def export_lines(store: Store) -> Iterator[str]:
    """JSON lines of one consistent view of the store."""
    said = hashlib.sha256()
    count = 0

    def line(document: dict[str, Any]) -> str:
        made = json.dumps(document, separators=(",", ":"), sort_keys=True)
        said.update(f"{made}\n".encode())
        return made

    with _snapshot(store) as connection:
        revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        yield line({"schema": SCHEMA, "version": __version__, "revision": revision})
        for table in tables.metadata.sorted_tables:
            chosen = select(table).order_by(*table.primary_key.columns)
            for row in connection.execution_options(yield_per=BATCH).execute(chosen).mappings():
                yield line({"table": table.name, "row": {k: _plain(v) for k, v in row.items()}})
                count += 1
    yield json.dumps({"rows": count, "sha256": said.hexdigest()}, separators=(",", ":"), sort_keys=True)


def backup(store: Store, path: Path) -> int:
    """Write a compressed backup, whole or not at all, for its owner only; returns the number of rows.

    Raises:
        StoreError: the file cannot be written.
    """
    waiting = path.with_name(f".{path.name}.part")
    rows = -2
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        waiting.unlink(missing_ok=True)
        handle = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "wb") as raw:
            # No name and time in the header: the same store gives the same bytes.
            with gzip.GzipFile(fileobj=raw, mode="wb", filename="", mtime=0, compresslevel=6) as packed:
                for line in export_lines(store):
                    packed.write(f"{line}\n".encode())
                    rows += 1
            raw.flush()
            os.fsync(raw.fileno())
        waiting.replace(path)
    except OSError as error:
        waiting.unlink(missing_ok=True)
        raise StoreError(f"{path}: the backup cannot be written: {error.strerror}") from None
    return rows


def restore(store: Store, path: Path) -> int:
    """Fill an empty store from a backup, all or nothing; returns the number of rows.

    Raises:
        UsageError: the store is not empty.
        StoreError: the file is no whole backup, or is of a newer version.
    """
    _verify(path)
    lines = _lines(path)
    header = next(lines)
    with store.writing() as connection:
        if _is_used(connection):
            raise UsageError(f"{store.where} is not empty; restore into a new store")
        _to_revision(connection, str(header["revision"]))
        reflected = MetaData()
        reflected.reflect(connection)
        rows = _fill(connection, reflected, lines)
        _to_revision(connection, "head")
        if connection.dialect.name != "sqlite":
            for name in ("facts", "records"):
                connection.execute(
                    text(
                        f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), "  # noqa: S608  names of ours
                        f"COALESCE((SELECT max(id) FROM {name}), 0) + 1, false)"
                    )
                )
    return rows


def _snapshot(store: Store) -> Any:
    if store.engine.dialect.name == "sqlite":
        return store.reading()
    return store.reading(isolation="REPEATABLE READ")


def _plain(value: Any) -> Any:
    return {"base64": base64.b64encode(bytes(value)).decode()} if isinstance(value, bytes | memoryview) else value


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with gzip.open(path, "rt", encoding="ascii") as stream:
            for line in stream:
                yield json.loads(line)
    except (OSError, EOFError, ValueError) as error:
        raise StoreError(f"{path}: not a readable backup: {error}") from None


def _verify(path: Path) -> None:
    said = hashlib.sha256()
    last = ""
    count = 0
    try:
        with gzip.open(path, "rt", encoding="ascii") as stream:
            for line in stream:
                said.update(last.encode())
                last = line
                count += 1
        end = json.loads(last or "null")
    except (OSError, EOFError, ValueError) as error:
        raise StoreError(f"{path}: not a readable backup: {error}") from None
    if not isinstance(end, dict) or end.get("sha256") != said.hexdigest() or end.get("rows") != count - 2:
        raise StoreError(f"{path}: the backup is not whole, or was changed after it was written")
    with gzip.open(path, "rt", encoding="ascii") as stream:
        header = json.loads(stream.readline())
    if header.get("schema") != SCHEMA:
        raise StoreError(f"{path}: written as {header.get('schema')}, {SCHEMA} was expected: update auditor")


def _is_used(connection: Connection) -> bool:
    return any(
        connection.execute(select(table).limit(1)).first() is not None for table in tables.metadata.sorted_tables
    )


def _to_revision(connection: Connection, revision: str) -> None:
    from alembic import command

    from auditor.adapters.store.opening import HEAD, migrations

    wanted = HEAD if revision == "head" else revision
    if wanted > HEAD:
        raise StoreError(f"the backup has schema {wanted}, this version knows {HEAD}: update auditor")
    if str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()) > wanted:
        command.downgrade(migrations(connection), wanted)
    else:
        command.upgrade(migrations(connection), wanted)


def _fill(connection: Connection, reflected: MetaData, lines: Iterator[dict[str, Any]]) -> int:
    waiting: list[dict[str, Any]] = []
    current: Table | None = None
    rows = 0
    for document in lines:
        if "table" not in document:
            break
        table = reflected.tables[document["table"]]
        if current is not None and (table is not current or len(waiting) >= BATCH):
            connection.execute(insert(current), waiting)
            waiting = []
        current = table
        waiting.append({k: _value(table, k, v) for k, v in document["row"].items()})
        rows += 1
    if current is not None and waiting:
        connection.execute(insert(current), waiting)
    return rows


def _value(table: Table, column: str, value: Any) -> Any:
    if isinstance(value, dict):
        return base64.b64decode(value["base64"])
    if isinstance(value, str) and isinstance(table.c[column].type, LargeBinary):
        return value.encode()
    return value

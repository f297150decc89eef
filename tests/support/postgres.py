"""A real PostgreSQL server of our own: private folder, socket only, thrown away afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def server_programs() -> Path | None:
    """Folder that holds `initdb` and `postgres`; None where no server is installed."""
    places = [*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    on_path = shutil.which("initdb")
    if on_path:
        places.append(Path(on_path).resolve().parent)
    return next((place for place in places if (place / "initdb").exists() and (place / "pg_ctl").exists()), None)


def _account() -> pwd.struct_passwd:
    """The server refuses to run as root: then an account without rights runs it."""
    if os.getuid() != 0:
        return pwd.getpwuid(os.getuid())
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise AssertionError("no account to run the server under")


@contextmanager
def running_server(programs: Path) -> Iterator[str]:
    """Start a server; yields the URL of its maintenance database."""
    account = _account()
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    os.chown(folder, account.pw_uid, account.pw_gid)
    rights = {} if os.getuid() != 0 else {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "HOME": str(folder)}
    data = folder / "data"

    def run(name: str, *arguments: str) -> None:
        subprocess.run(
            [programs / name, *arguments],
            check=True,
            capture_output=name == "initdb",
            stdout=None if name == "initdb" else subprocess.DEVNULL,
            env=environment,
            cwd=folder,
            **rights,
        )

    try:
        run("initdb", "-D", str(data), "-U", "auditor", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off -c full_page_writes=off -c max_connections=40"
        run("pg_ctl", "-D", str(data), "-l", str(folder / "log"), "-w", "-o", options, "start")
        try:
            yield f"postgresql://auditor@/postgres?host={folder}"
        finally:
            run("pg_ctl", "-D", str(data), "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)

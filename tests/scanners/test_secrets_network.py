"""A scan makes no connection: counted by the kernel where it can be, refused by Python everywhere."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.repositories import commit

KEY = "sk_live_" + "Zq8RtY2uVw5xLm3nBd7kPf4s"
SCAN = ("-m", "auditor", "scan", "shop", "--only", "secrets", "--history", "-q", "-f", "json")
CONNECTING = (
    "-c",
    "import socket\ntry:\n socket.create_connection(('192.0.2.1', 80), 1)\nexcept OSError:\n pass",
)
COUNTING = """
import subprocess, sys
def counted():
    lines = [line.split() for line in open('/proc/net/snmp')]
    tables = [dict(zip(names, values)) for names, values in zip(lines[::2], lines[1::2])]
    wanted = ('OutNoRoutes', 'ActiveOpens', 'OutDatagrams')
    return sum(int(table[name]) for table in tables for name in wanted if name in table)
before = counted()
done = subprocess.run([sys.executable, *sys.argv[1:]], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(done.returncode, counted() - before)
"""
REFUSING = """
import os, sys
def refuse(event, arguments):
    if event in ('socket.connect', 'socket.getaddrinfo', 'socket.sendto', 'socket.gethostbyname'):
        with open(os.environ['ATTEMPTS'], 'a') as stream:
            stream.write(event + chr(10))
        raise ConnectionRefusedError(event)
sys.addaudithook(refuse)
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    commit(tmp_path / "shop", {"pay.py": f"KEY = '{KEY}'\n", "deploy.env": "DB_PASSWORD=hunter2-correct-horse\n"})
    return tmp_path


def apart(folder: Path, arguments: tuple[str, ...]) -> tuple[int, int]:
    """Exit code, and how often anything in a network of its own tried to reach another: a connection, a question for a name."""
    unshare = shutil.which("unshare")
    if unshare is None or subprocess.run([unshare, "-rn", "true"], capture_output=True, check=False).returncode:
        pytest.skip("no network namespaces here")
    environment = {**os.environ, "XDG_STATE_HOME": str(folder / "state")}
    done = subprocess.run(
        [unshare, "-rn", sys.executable, "-c", COUNTING, *arguments],
        capture_output=True, text=True, check=True, cwd=folder, env=environment,
    )  # fmt: skip
    code, tries = done.stdout.split()
    return int(code), int(tries)


def test_a_scan_and_all_its_children_try_to_reach_nobody(shop: Path) -> None:
    assert apart(shop, SCAN) == (1, 0)


def test_a_try_to_reach_somebody_would_be_counted(shop: Path) -> None:
    code, tries = apart(shop, CONNECTING)
    assert (code, tries > 0) == (0, True)


@pytest.mark.parametrize(("arguments", "attempts"), [(SCAN, False), (CONNECTING, True)], ids=["scan", "a connection"])
def test_no_python_process_of_a_scan_asks_for_a_socket_to_elsewhere(
    shop: Path, arguments: tuple[str, ...], attempts: bool
) -> None:
    (shop / "site").mkdir()
    (shop / "site" / "sitecustomize.py").write_text(REFUSING)
    said = shop / "attempts"
    environment = {
        **os.environ,
        "XDG_STATE_HOME": str(shop / "state"),
        "PYTHONPATH": str(shop / "site"),
        "ATTEMPTS": str(said),
    }
    subprocess.run([sys.executable, *arguments], cwd=shop, env=environment, capture_output=True, check=False)
    assert said.exists() is attempts

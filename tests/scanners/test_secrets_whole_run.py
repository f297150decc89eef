"""Canary secrets are nowhere after a whole run, nor while it lasts (hostile inputs, case 37).

Store, reports, mails and their attachments, temporary files, command lines and environments of all processes, what is printed.
"""

from __future__ import annotations

import email
import os
import re
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.scanners.test_secrets_canaries import FILE, leaks
from tests.support.repositories import commit

PORTFOLIO = """
[portfolio]
name = "Harbour"
[[entity]]
key = "shop"
name = "Shop"
kind = "charter"
repositories = ["shop"]
[reports.ceo]
readers = ["ceo@example.com"]
[reports.cto]
readers = ["cto@example.com"]
attachments = ["pdf", "csv"]
[mail]
transport = "outbox"
outbox = "outbox"
sender = "auditor@example.com"
"""
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
BROKEN = "import scanners.secrets.detector as d\ndef broken(self, path, content, depth=0):\n    raise ValueError(content)\nd.Detector.detect = broken\n"


def contents(path: Path) -> Iterator[bytes]:
    """A file as it lies there, and what is packed inside of it."""
    raw = path.read_bytes()
    yield raw
    if path.suffix == ".eml":
        yield from (part.get_payload(decode=True) or b"" for part in email.message_from_bytes(raw).walk())
    for packed in _STREAM.findall(raw) if raw.startswith(b"%PDF") else [raw]:
        with suppress(zlib.error):
            yield zlib.decompress(packed)


class Watching(threading.Thread):
    """Reads again and again what other people of the machine could read of a run: its processes and temporary files."""

    def __init__(self, parent: int, temporary: Path) -> None:
        super().__init__(daemon=True)
        self.parent, self.temporary, self.done = parent, temporary, False
        self.seen: set[str] = set()
        self.leaked: list[str] = []

    def run(self) -> None:
        while not self.done:
            for process in self._family():
                for name in ("cmdline", "environ"):
                    with suppress(OSError):
                        self._look(f"{name} of a process", Path(f"/proc/{process}/{name}").read_bytes())
            for path in self.temporary.rglob("*"):
                with suppress(OSError):
                    if path.is_file():
                        self._look(f"temporary file {path.name}", path.read_bytes())
            time.sleep(0.005)

    def _look(self, where: str, text: bytes) -> None:
        self.seen.add(where)
        self.leaked += [f"{where}: {name}" for name in leaks(text)]

    def _family(self) -> set[int]:
        parents: dict[int, int] = {}
        for entry in (path.name for path in Path("/proc").iterdir()):
            with suppress(OSError, IndexError):
                if entry.isdigit():
                    stat = Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()
                    parents[int(entry)] = int(stat[1])
        family = {self.parent}
        while more := {child for child, parent in parents.items() if parent in family} - family:
            family |= more
        return family


@pytest.fixture
def portfolio(tmp_path: Path) -> Path:
    commit(tmp_path / "shop", {"deploy.env": FILE, "app.py": "print('hello')\n"})
    commit(tmp_path / "shop", {"deploy.env": None, "config/other.env": FILE})
    (tmp_path / "portfolio.toml").write_text(PORTFOLIO)
    return tmp_path


def run(folder: Path, *arguments: str, **more: str) -> tuple[subprocess.Popen[bytes], Watching]:
    temporary = folder / "temporary"
    temporary.mkdir(exist_ok=True)
    environment = {**os.environ, "TMPDIR": str(temporary), "XDG_STATE_HOME": str(folder / "xdg"), **more}
    process = subprocess.Popen(
        [sys.executable, "-m", "auditor", *arguments],
        cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    watching = Watching(process.pid, temporary)
    watching.start()
    return process, watching


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc")
def test_no_secret_is_left_by_a_whole_run_or_shown_while_it_lasts(portfolio: Path) -> None:
    process, watching = run(portfolio, "run", "--period", "2026-10", "-q")
    out, err = process.communicate(timeout=300)
    assert process.returncode in {0, 3}, err.decode()
    watching.done = True
    watching.join()
    assert "cmdline of a process" in watching.seen
    assert watching.leaked == []
    assert leaks(out) == leaks(err) == []
    files = [p for p in portfolio.rglob("*") if p.is_file() and "shop" not in p.relative_to(portfolio).parts[:1]]
    kinds = {path.suffix for path in files}
    assert {".eml", ".sqlite"} <= kinds, kinds
    text = b"".join(b for path in files for b in contents(path))
    assert b"secrets.stripe-live-key" in text, "the finding itself must be there, or the test sees nothing"
    for path in files:
        for content in contents(path):
            assert leaks(content) == [], path


def test_a_bug_in_the_scanner_prints_no_secret(portfolio: Path) -> None:
    site = portfolio / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(BROKEN)
    process, watching = run(portfolio, "scan", "shop", "--only", "secrets", "-q", PYTHONPATH=str(site))
    out, err = process.communicate(timeout=120)
    watching.done = True
    assert process.returncode == 3
    assert b"ValueError" in out + err
    assert leaks(out) == leaks(err) == []

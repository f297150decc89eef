"""Canary secrets are in nothing that a scan prints or keeps, in no encoding (hostile inputs, case 37)."""

from __future__ import annotations

import base64
import sqlite3
import subprocess
import urllib.parse
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from auditor.cli.app import app

CANARIES = {
    "stripe": "sk_live_" + "Zq8RtY2uVw5xLm3nBd7kPf4s",
    "password": "CharterBoat#2024&more",
    "token": "8fKq2vTzLw93mXbR7nQpL4sDqW1z",
    "url": "tR7kq93LmZxW",
    "neighbour": "Vq8mz2Lr0tKx91Wd",
}
FILE = f"""STRIPE_SECRET_KEY={CANARIES["stripe"]}
DB_PASSWORD="{CANARIES["password"]}"
AUTH_TOKEN={CANARIES["token"]}
DATABASE_URL=postgres://app:{CANARIES["url"]}@db.internal.example.com/app
curl -u ci:{CANARIES["neighbour"]} -H 'Authorization: Bearer {CANARIES["token"]}' https://api.example.com/
blob: {base64.b64encode(("key " + CANARIES["stripe"]).encode()).decode()}
"""


def forms(secret: str) -> Iterator[bytes]:
    raw = secret.encode()
    yield raw
    yield raw[::-1]
    yield raw.hex().encode()
    yield urllib.parse.quote(secret, safe="").encode()
    yield secret.encode("utf-16-le")
    for offset in range(3):
        whole = base64.b64encode(b"\0" * offset + raw).decode()
        yield whole[-(-offset * 8 // 6) : (offset + len(raw)) * 8 // 6].encode()


def leaks(text: bytes) -> list[str]:
    return [name for name, secret in CANARIES.items() if any(form in text for form in forms(secret))]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "deploy.env").write_text(FILE)
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "first"]):
        subprocess.run(
            ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.com", *command], cwd=folder, check=True
        )
    (folder / "deploy.env").write_text("STRIPE_SECRET_KEY=${KEY}\n")
    (folder / "other.env").write_text(FILE)
    return folder


@pytest.mark.parametrize(
    "arguments", [["--history"], ["--engine", "detect-secrets"]], ids=["history", "detect-secrets"]
)
def test_a_scan_says_and_keeps_no_secret(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    state = tmp_path / "state"
    monkeypatch.setenv("XDG_STATE_HOME", str(state))
    for style in ("text", "json", "sarif"):
        result = CliRunner().invoke(app, ["scan", str(repository), "--only", "secrets", "-q", "-f", style, *arguments])
        assert result.exit_code == 1
        assert style == "sarif" or "[redacted" in result.output
        assert leaks(result.output.encode()) == []
        assert leaks(result.stderr.encode()) == []
    for path in state.rglob("*"):
        if path.is_file():
            assert leaks(path.read_bytes()) == [], path.name
    cache = sqlite3.connect(next(state.rglob("cache.sqlite")))
    for key, value in cache.execute("SELECT key, value FROM results"):
        stored = bytes(value)
        assert leaks(stored) == [], key
        if "history" in key:
            assert leaks(zlib.decompress(stored)) == [], key
    cache.close()


def test_an_explanation_says_no_secret(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for line in range(1, 7):
        result = CliRunner().invoke(app, ["explain", f"{repository / 'other.env'}:{line}"])
        assert result.exit_code == 0
        assert leaks(result.output.encode()) == []

"""Repositories by URL."""

from __future__ import annotations

import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from auditor.adapters.mirrors import Mirrors, is_url, repository_name
from auditor.errors import NotScannedError
from tests.support.repositories import commit, git


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    folder = tmp_path / "origin" / "shop"
    commit(folder, {"a.txt": "one\n"})
    return folder


def test_a_mirror_follows_its_origin(origin: Path, tmp_path: Path) -> None:
    mirrors = Mirrors(tmp_path / "mirrors")
    url = f"file://{origin}"
    place = mirrors.fetch(url)
    assert git(place, "rev-parse", "HEAD") == git(origin, "rev-parse", "HEAD")
    git(origin, "branch", "side")
    commit(origin, {"a.txt": "two\n"})
    assert mirrors.fetch(url) == place
    assert git(place, "rev-parse", "HEAD") == git(origin, "rev-parse", "HEAD")
    git(origin, "branch", "-D", "side")
    git(origin, "branch", "-m", "main", "trunk")
    mirrors.fetch(url)
    assert git(place, "symbolic-ref", "HEAD") == "refs/heads/trunk"
    assert git(place, "for-each-ref", "--format=%(refname)") == "refs/heads/trunk"


def test_several_that_want_one_repository_at_once_all_get_it(origin: Path, tmp_path: Path) -> None:
    url = f"file://{origin}"
    with ThreadPoolExecutor(6) as threads:
        first = set(threads.map(lambda _: Mirrors(tmp_path / "mirrors").fetch(url), range(6)))
        git(origin, "branch", "side")
        second = set(threads.map(lambda _: Mirrors(tmp_path / "mirrors").fetch(url), range(6)))
    (place,) = first | second
    assert git(place, "rev-parse", "side") == git(origin, "rev-parse", "side")


def test_an_unchanged_repository_transfers_nothing(origin: Path, tmp_path: Path) -> None:
    mirrors = Mirrors(tmp_path / "mirrors")
    place = mirrors.fetch(f"file://{origin}")
    before = {p: p.stat().st_mtime_ns for p in place.rglob("*") if p.is_file() and p.name != "HEAD"}
    mirrors.fetch(f"file://{origin}")
    assert {p: p.stat().st_mtime_ns for p in place.rglob("*") if p.is_file() and p.name != "HEAD"} == before


def test_a_repository_that_is_gone_is_an_error_not_its_last_state(origin: Path, tmp_path: Path) -> None:
    mirrors = Mirrors(tmp_path / "mirrors")
    mirrors.fetch(f"file://{origin}")
    origin.rename(tmp_path / "elsewhere")
    with pytest.raises(NotScannedError, match="cannot be fetched"):
        mirrors.fetch(f"file://{origin}")


def test_a_failed_first_fetch_leaves_nothing_behind(tmp_path: Path) -> None:
    mirrors = Mirrors(tmp_path / "mirrors")
    with pytest.raises(NotScannedError):
        mirrors.fetch(f"file://{tmp_path}/nothing")
    assert not [p for p in (tmp_path / "mirrors").rglob("*") if p.name.endswith(".git")]


def test_a_mirror_is_private_and_holds_no_token(origin: Path, tmp_path: Path) -> None:
    mirrors = Mirrors(tmp_path / "mirrors", {"example.com": "token-made-up"})
    place = mirrors.fetch(f"file://{origin}")
    assert (tmp_path / "mirrors").stat().st_mode & 0o077 == 0
    assert not [p for p in place.rglob("*") if p.is_file() and b"token-made-up" in p.read_bytes()]


@pytest.mark.parametrize("url", ["https://u:p@example.com/r.git", "https://token@example.com/r.git"])
def test_a_credential_in_a_url_is_refused_and_not_repeated(url: str, tmp_path: Path) -> None:
    with pytest.raises(NotScannedError) as said:
        Mirrors(tmp_path).fetch(url)
    assert "example.com" not in str(said.value)


@pytest.mark.parametrize("url", ["ext::sh -c touch% pwned", "--upload-pack=touch pwned", "-u"])
def test_what_only_looks_like_a_url_starts_nothing(url: str, tmp_path: Path) -> None:
    assert not is_url(url)
    with pytest.raises(NotScannedError):
        Mirrors(tmp_path / "m").fetch(url)
    assert not list(Path.cwd().glob("pwned*"))


def test_the_fetched_repository_starts_nothing_here(origin: Path, tmp_path: Path) -> None:
    flag = tmp_path / "pwned"
    hook = origin / ".git" / "hooks" / "post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {flag}\n")
    hook.chmod(0o755)
    subprocess.run(["git", "config", "core.fsmonitor", f"touch {flag}"], cwd=origin, check=True)
    subprocess.run(["git", "config", "uploadpack.packObjectsHook", f"touch {flag}"], cwd=origin, check=True)
    Mirrors(tmp_path / "m").fetch(f"file://{origin}")
    assert not flag.exists()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://example.com/o/shop.git", True),
        ("git@example.com:o/shop.git", True),
        ("ssh://git@example.com/o/shop", True),
        ("../shop", False),
        ("repos/*", False),
        ("github:org", False),
        ("C:/x", False),
    ],
)
def test_urls_are_told_from_paths(text: str, expected: bool) -> None:
    assert is_url(text) is expected
    if expected:
        assert repository_name(text) == "shop"

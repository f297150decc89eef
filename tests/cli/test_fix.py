"""`auditor fix gitignore` as a user runs it."""

import subprocess
from pathlib import Path

from tests.cli.test_scan import auditor
from tests.support.repositories import commit


def is_ignored(folder: Path, name: str) -> bool:
    return subprocess.run(["git", "check-ignore", "-q", name], cwd=folder, check=False).returncode == 0


def test_the_printed_lines_are_written_only_on_demand_and_then_git_obeys_them(tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    commit(shop, {".gitignore": "dist/", "package.json": "{}", "repos.env.example": "A=\n"})
    printed = auditor("fix", "gitignore", str(shop), home=tmp_path)
    assert printed.returncode == 0
    assert {".env", "repos.env", "*.pem"} <= set(printed.stdout.splitlines())
    assert (shop / ".gitignore").read_text() == "dist/"
    auditor("fix", "gitignore", str(shop), "--write", home=tmp_path)
    assert all(is_ignored(shop, name) for name in (".env", ".env.local", "repos.env", "a.pem", "dist/x"))
    assert not is_ignored(shop, ".env.example")
    again = auditor("fix", "gitignore", str(shop), home=tmp_path)
    assert (again.stdout, "covers" in again.stderr) == ("", True)

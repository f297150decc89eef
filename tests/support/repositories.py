"""Real git repositories for tests, made deterministically and in isolation."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

_ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "HOME": "/nonexistent",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_AUTHOR_NAME": "Dana Reyes",
    "GIT_AUTHOR_EMAIL": "dana@example.com",
    "GIT_COMMITTER_NAME": "Dana Reyes",
    "GIT_COMMITTER_EMAIL": "dana@example.com",
}


def git(folder: Path, *arguments: str, when: str = "2026-10-01T09:00:00+00:00") -> str:
    """Output of git in a folder."""
    dates = {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env=_ENVIRONMENT | dates, capture_output=True, check=True, text=True
    )
    return done.stdout.strip()


def write(folder: Path, files: Mapping[str, str | bytes | None]) -> None:
    """Write files; None removes one."""
    for name, content in files.items():
        path = folder / name
        if content is None:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def commit(folder: Path, files: Mapping[str, str | bytes | None], message: str = "Change", day: int = 1) -> str:
    """Write files and commit everything; makes the repository when there is none. Returns the commit's id."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / ".git").exists():
        git(folder, "init", "-q", "-b", "main")
    write(folder, files)
    git(folder, "add", "-A", "-f")
    git(folder, "commit", "-q", "--allow-empty", "-m", message, when=f"2026-10-{day:02}T09:00:00+00:00")
    return git(folder, "rev-parse", "HEAD")

"""What git would ignore, asked of git itself.

The `.gitignore` files of the repository, and nothing else of it, are written into an empty folder that git takes for a
repository: neither the scanned repository's configuration nor the user's takes part.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from tempfile import mkdtemp

from auditor.errors import NotScannedError
from auditor.model.ports import Programs

_ISOLATED = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "HOME": os.devnull,
    "XDG_CONFIG_HOME": os.devnull,
    "LC_ALL": "C",
}


def ignored(gitignores: Mapping[str, bytes], probes: Sequence[str], programs: Programs, work: Path) -> frozenset[str]:
    """Those of the `probes` (paths of files that need not exist) that git would ignore.

    Args:
        gitignores: content of each `.gitignore` by its path in the repository.
        probes: relative paths.
        programs: starts git.
        work: a private folder.

    Raises:
        NotScannedError: git is missing, or did not answer.
    """
    if not probes or not gitignores:
        return frozenset()
    root = Path(mkdtemp(prefix="ignore-", dir=work))
    _empty_repository(root / ".git")
    for name, content in gitignores.items():
        parts = PurePosixPath(name).parts
        if ".." in parts or ".git" in parts or name.startswith("/"):
            continue
        target = root.joinpath(*parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    done = programs.run(
        ["git", "-c", f"core.excludesFile={os.devnull}", "-c", "core.fsmonitor=false", "check-ignore", "--no-index", "-z",
         "--stdin"],
        cwd=root,
        stdin=b"".join(os.fsencode(probe) + b"\0" for probe in probes),
        seconds=20,
        environment=_ISOLATED,
    )  # fmt: skip
    if done.returncode not in {0, 1} or done.timed_out:
        raise NotScannedError("git check-ignore did not answer; the .gitignore files were not audited")
    return frozenset(os.fsdecode(path) for path in done.stdout.split(b"\0") if path)


def _empty_repository(folder: Path) -> None:
    """What git needs to see a repository: `git init` without starting it."""
    for name in ("objects", "refs"):
        (folder / name).mkdir(parents=True)
    (folder / "HEAD").write_text("ref: refs/heads/main\n")
    (folder / "config").write_text("[core]\n\trepositoryformatversion = 0\n\tbare = false\n")

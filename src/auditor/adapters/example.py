"""Real git repositories from overlays and a `history.toml`, the same bytes and object ids on every machine.

The example portfolio keeps the content of its repositories as folders, one per commit:

    history.toml                 # [[commit]] folder, message, author, date, remove
    commits/01-start/...         # copied over the work tree, then committed

A leading dot of a name is written `dot.`, so that nothing in our own repository is obeyed by git or found by our own
scanners. For the same reason values that look like keys stand as `<<made-up sk_live_ 24>>` and become, while the overlay
is copied, a prefix and that many characters derived from the marker: made up, invalid everywhere, and equal every time.
"""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path, PurePosixPath

from auditor.adapters.git import ENVIRONMENT, ISOLATION
from auditor.adapters.programs import LocalPrograms
from auditor.errors import ConfigError, NotScannedError

_KEYS = frozenset({"folder", "message", "author", "date", "remove"})
_MADE_UP = re.compile(rb"<<made-up (\S*) (\d{1,3})( upper| hex)?>>")
_ALPHABETS = {
    b"": "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    b" upper": "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
    b" hex": "0123456789abcdef",
}


@dataclass(frozen=True, slots=True)
class _Commit:
    folder: str
    """Overlay below `commits/`; empty: only removals."""
    message: str
    name: str
    email: str
    when: datetime
    """Aware; author and committer date."""
    remove: tuple[str, ...]


def build_repositories(source: Path, target: Path, until: datetime) -> tuple[Path, ...]:
    """Build `target/<name>` from each `source/<name>` that has a `history.toml`, with the commits up to `until`.

    A repository that is there already gets the commits that it lacks, so that the next month is a real continuation.

    Raises:
        ConfigError: a `history.toml` cannot be used, or a repository there was not built from it.
        NotScannedError: git is missing or says no.
    """
    names = sorted(path.parent.name for path in source.glob("*/history.toml"))
    return tuple(build_repository(source / name, target / name, until) for name in names)


def build_repository(source: Path, target: Path, until: datetime) -> Path:
    """Build one repository (or the wiki) from the folder that holds its `history.toml`; raises as the plural does."""
    commits = [commit for commit in _history(source / "history.toml") if commit.when <= until]
    target.mkdir(parents=True, exist_ok=True)
    if not (target / ".git").exists():
        _git(target, "init", "--quiet", "--initial-branch=main", "--template=", "--object-format=sha1")
    done = _messages(target)
    if done != [commit.message for commit in commits[: len(done)]]:
        raise ConfigError(f"{target}: its commits are not those of {source / 'history.toml'}; choose an empty folder")
    for commit in commits[len(done) :]:
        _apply(source, target, commit)
    return target


def _history(path: Path) -> list[_Commit]:
    try:
        document = tomllib.loads(path.read_text())
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
    rows = document.get("commit")
    if not isinstance(rows, list) or not rows:
        raise ConfigError(f"{path}: has no [[commit]]")
    commits = [_commit(path, number, row) for number, row in enumerate(rows, 1)]
    for earlier, later in pairwise(commits):
        if later.when < earlier.when:
            raise ConfigError(f"{path}: commit {later.message!r} is dated before the one above it")
    return commits


def _commit(path: Path, number: int, row: Mapping[str, object]) -> _Commit:
    where = f"{path}: commit {number}"
    unknown = sorted(set(row) - _KEYS)
    if unknown:
        raise ConfigError(f"{where}: unknown key {unknown[0]!r}")
    author = re.fullmatch(r"([^<>]+?)\s*<([^<>\s]+@[^<>\s]+)>", str(row.get("author", "")))
    if not author:
        raise ConfigError(f"{where}: `author` reads `Name <name@example.com>`")
    try:
        when = datetime.fromisoformat(str(row.get("date", "")))
    except ValueError as error:
        raise ConfigError(f"{where}: `date` is no ISO date and time") from error
    if when.tzinfo is None:
        raise ConfigError(f"{where}: `date` needs an offset, such as -08:00")
    folder, message = str(row.get("folder", "")), str(row.get("message", "")).strip()
    if not message:
        raise ConfigError(f"{where}: `message` is missing")
    if folder and not (path.parent / "commits" / folder).is_dir():
        raise ConfigError(f"{where}: there is no folder commits/{folder}")
    listed = row.get("remove", [])
    remove = tuple(str(name) for name in listed) if isinstance(listed, list) else ()
    for name in (folder, *remove):
        if ".." in PurePosixPath(name).parts or name.startswith("/"):
            raise ConfigError(f"{where}: {name!r} leads outside")
    return _Commit(folder, message, author[1], author[2], when, remove)


def _apply(source: Path, target: Path, commit: _Commit) -> None:
    if commit.folder:
        overlay = source / "commits" / commit.folder
        for path in sorted(overlay.rglob("*")):
            if path.is_file() and not path.is_symlink():
                to = target.joinpath(*(_named(part) for part in path.relative_to(overlay).parts))
                to.parent.mkdir(parents=True, exist_ok=True)
                to.write_bytes(_MADE_UP.sub(_made_up, path.read_bytes()))
    for name in commit.remove:
        (target / name).unlink(missing_ok=True)
    date = commit.when.isoformat()
    person = {
        "GIT_AUTHOR_NAME": commit.name,
        "GIT_AUTHOR_EMAIL": commit.email,
        "GIT_AUTHOR_DATE": date,
        "GIT_COMMITTER_NAME": commit.name,
        "GIT_COMMITTER_EMAIL": commit.email,
        "GIT_COMMITTER_DATE": date,
    }
    _git(target, "add", "--all", "--force", ".")
    _git(target, "commit", "--quiet", "--allow-empty", "--no-verify", "--no-gpg-sign", "-m", commit.message, **person)


def _named(part: str) -> str:
    return f".{part.removeprefix('dot.')}" if part.startswith("dot.") else part


def _made_up(marker: re.Match[bytes]) -> bytes:
    alphabet = _ALPHABETS[marker[3] or b""]
    count = int(marker[2])
    drawn = hashlib.shake_256(marker[0]).digest(count)
    return marker[1] + "".join(alphabet[byte % len(alphabet)] for byte in drawn).encode()


def _messages(target: Path) -> list[str]:
    """First lines of the commits, oldest first; empty for a repository without one."""
    done = _run(target, "rev-list", "--reverse", "--no-commit-header", "--format=%B%x00", "HEAD", "--")
    if done is None:
        return []
    return [message.strip() for message in done.split("\0") if message.strip()]


def _git(target: Path, *arguments: str, **environment: str) -> str:
    said = _run(target, *arguments, **environment)
    if said is None:
        raise NotScannedError(f"git {arguments[0]} failed in {target}")
    return said


def _run(target: Path, *arguments: str, **environment: str) -> str | None:
    settings = ("-c", "core.autocrlf=false", "-c", "core.fileMode=true", "-c", "core.safecrlf=false")
    done = LocalPrograms().run(
        ["git", *ISOLATION, *settings, *arguments],
        cwd=target,
        environment=ENVIRONMENT | {"HOME": os.devnull} | environment,
        seconds=60,
    )
    return done.stdout.decode(errors="replace") if done.returncode == 0 else None

"""Pages of a wiki with the date of their last change: from git where there is git, else from the file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from auditor.adapters.folder import FolderFiles
from auditor.adapters.git import LOG, Git, is_repository
from auditor.adapters.wiki.ledgers import is_ledger
from auditor.adapters.wiki.reading import PageSource
from auditor.errors import NotScannedError, UsageError
from auditor.model.ports import FileEntry, Files
from auditor.model.run import NotScanned

SUFFIXES = (".md", ".markdown", ".mdown", ".mkd")
SKIPPED = frozenset({"node_modules", ".venv", "__pycache__", ".obsidian", "site-packages"})
MAX_PAGE = 5_000_000
"""Bytes; no page written by people is longer."""


@dataclass(frozen=True, slots=True)
class Change:
    """The last commit that touched a page."""

    commit: str
    when: date


def is_page(path: str) -> bool:
    """Whether a path is a Markdown page, or a ledger or list beside the pages, that people keep."""
    return (path.lower().endswith(SUFFIXES) or is_ledger(path)) and not SKIPPED.intersection(path.split("/"))


def pages_of(
    files: Files, changes: Mapping[str, Change], *, when: date | None, commit: str | None
) -> tuple[list[PageSource], list[NotScanned]]:
    """Pages of a wiki, and those that could not be read."""
    entries = [e for e in files.entries() if is_page(e.path)]
    large = [NotScanned(e.path, "too large") for e in entries if e.size > MAX_PAGE]
    found: list[PageSource] = []
    for entry, content in files.read_many(e for e in entries if e.size <= MAX_PAGE):
        change = changes.get(entry.path)
        found.append(
            PageSource(entry.path, content, change.when if change else when, change.commit if change else commit)
        )
    return found, [*large, *(n for n in files.unreadable() if is_page(n.path))]


def last_changes(git: Git, commit: str) -> dict[str, Change]:
    """The last commit of every page up to a commit, by one walk over the log; dates are the authors' days in UTC."""
    found: dict[str, Change] = {}
    current: Change | None = None
    listing = git.text(*LOG, "--format=%x01%H %at", "--name-only", "-m", "--first-parent", commit, "--")
    for line in listing.split("\n"):
        if line.startswith("\x01"):
            identity, _, seconds = line[1:].partition(" ")
            current = Change(identity, datetime.fromtimestamp(int(seconds), UTC).date())
        elif line and current is not None:
            found.setdefault(line, current)
    return found


def line_dates(git: Git, commit: str, page: str) -> dict[int, date]:
    """When each line of a page was last changed, up to a commit: one `git blame`. Empty where git cannot say."""
    try:
        listing = _blame(git, commit, page)
    except NotScannedError:
        return {}
    when: dict[str, date] = {}
    found: dict[int, date] = {}
    commit_id, number = "", 0
    for line in listing.split("\n"):
        if (m := _BLAMED.match(line)) is not None:
            commit_id, number = m[1], int(m[2])
        elif line.startswith("author-time "):
            when[commit_id] = datetime.fromtimestamp(int(line[12:]), UTC).date()
        elif line.startswith("\t") and commit_id in when:
            found[number] = when[commit_id]
    return found


def _blame(git: Git, commit: str, page: str) -> str:
    """What `git blame` says, whatever commits the repository's own configuration would have it pass over.

    No option takes that setting back: git reads the file that it names in any case, and stops where there is none. So
    where it is set, blame runs in an empty repository that borrows the objects of this one.
    """
    arguments = ("blame", "--porcelain", "-w", "--no-textconv", commit, "--", page)
    if "blame.ignorerevsfile" not in git.text("config", "--list", "--name-only"):
        return git.text(*arguments)
    objects = git.text("rev-parse", "--path-format=absolute", "--git-path", "objects")
    with TemporaryDirectory() as folder:
        bare = Path(folder)
        (bare / "refs").mkdir()
        (bare / "objects" / "info").mkdir(parents=True)
        (bare / "objects" / "info" / "alternates").write_text(f"{objects}\n")
        (bare / "config").write_text("[core]\n\trepositoryformatversion = 0\n\tbare = true\n")
        (bare / "HEAD").write_text("ref: refs/heads/none\n")
        return Git(bare).text(*arguments)


_BLAMED = re.compile(r"([0-9a-f]{40,64}) \d+ (\d+)(?: \d+)?$")


def pages_below(paths: Iterable[Path]) -> Iterator[PageSource]:
    """The pages named, and the Markdown pages of the folders named; names are relative to their folder.

    Raises:
        UsageError: a path does not exist or cannot be read.
    """
    seen: set[str] = set()
    for path in paths:
        if path.is_dir():
            sources = _folder(path)
        elif path.is_file():
            sources = [_file(path)]
        else:
            raise UsageError(f"{path}: no such page or folder")
        for source in sources:
            if source.page not in seen:
                seen.add(source.page)
                yield source


def _folder(path: Path) -> list[PageSource]:
    git = Git(path) if is_repository(path) else None
    files = FolderFiles(path, git)
    head = git.resolve() if git else None
    changes = last_changes(git, head) if git and head else {}
    found, failed = pages_of(files, changes, when=None, commit=None)
    if failed:
        raise UsageError(f"{path / failed[0].path} cannot be read: {failed[0].detail or failed[0].reason}")
    return [s if s.when else PageSource(s.page, s.content, _modified(path / s.page)) for s in found]


def _file(path: Path) -> PageSource:
    name = path.as_posix() if not path.is_absolute() else path.name
    try:
        content = FolderFiles(path.parent, only=path.name).read(FileEntry(path.name, "", -1))
    except (NotScannedError, OSError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
    return PageSource(name, content[:MAX_PAGE], _modified(path))


def _modified(path: Path) -> date:
    return datetime.fromtimestamp(path.lstat().st_mtime, UTC).date()

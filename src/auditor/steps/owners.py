"""Who acts: CODEOWNERS of the repository, else the owner that the portfolio names for the entity."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from auditor.adapters.files import open_files
from auditor.errors import NotScannedError
from auditor.model.location import CodeLocation, Location
from auditor.model.ports import Cache, Files
from auditor.model.target import Repo, ScanTarget

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
"""Where GitHub and GitLab look, in this order; the first one counts."""
LARGEST = 3 * 1024 * 1024
"""Bytes; GitHub ignores a larger file too."""


@dataclass(frozen=True, slots=True)
class CodeOwners:
    """The lines of one CODEOWNERS file."""

    lines: tuple[tuple[Any, str], ...]
    """(compiled pattern, owners as written); the last pattern that matches counts."""

    def of(self, path: str) -> str:
        """Owners of a file; empty when no line matches, or the last one that does names nobody."""
        return next((owners for pattern, owners in reversed(self.lines) if pattern.match_file(path)), "")


def read_codeowners(text: str) -> CodeOwners:
    """Lines of a file; comments and GitLab's section headers are left out."""
    import pathspec

    lines = []
    for raw in text.splitlines():
        line = raw.split(" #")[0].strip()
        if not line or line.startswith(("#", "[", "^[")):
            continue
        pattern, *owners = line.split()
        lines.append((pathspec.GitIgnoreSpec.from_lines([pattern]), " ".join(owners)))
    return CodeOwners(tuple(lines))


def owners_of(
    targets: Iterable[ScanTarget], by_entity: Mapping[str, str], cache: Cache | None = None
) -> Callable[[str, Location], str]:
    """Gives the owner of a finding by entity and place.

    A repository's file is read when its first finding asks, and remembered by commit.
    """
    repos = {target.name: target for target in targets if isinstance(target, Repo)}
    known: dict[str, CodeOwners | None] = {}

    def owner(entity: str, where: Location) -> str:
        named = ""
        if isinstance(where, CodeLocation) and where.repo in repos:
            if where.repo not in known:
                known[where.repo] = _remembered(repos[where.repo], cache)
            found = known[where.repo]
            named = found.of(where.path) if found else ""
        return named or by_entity.get(entity, "")

    return owner


def _remembered(target: Repo, cache: Cache | None) -> CodeOwners | None:
    if cache is None or not target.commit:
        text = _read(target)
    else:
        stored = cache.get(_key(target))
        text = stored.decode("utf-8", "replace") if stored is not None else _read(target)
        if stored is None and text is not None:
            cache.put_many({_key(target): text.encode("utf-8", "replace")})
    return read_codeowners(text) if text else None


def _key(target: Repo) -> str:
    return f"codeowners:{target.commit}"


def remember_owners(target: Repo, files: Files, cache: Cache) -> None:
    """Note who owns what while a repository is open anyway: to open thousands again for this took as long as a scanner."""
    if target.commit and cache.get(_key(target)) is None:
        text = _counting(files)
        if text is not None:
            cache.put_many({_key(target): text.encode("utf-8", "replace")})


def _read(target: Repo) -> str | None:
    try:
        files = open_files(target)
    except NotScannedError:
        # The scanners say by themselves that the repository cannot be read.
        return None
    return _counting(files) if files is not None else ""


def _counting(files: Files) -> str | None:
    """Text of the file that counts; empty when there is none, None when nobody could look."""
    try:
        by_path = {entry.path: entry for entry in files.entries()}
        for place in PLACES:
            entry = by_path.get(place)
            if entry is not None and entry.size <= LARGEST:
                return files.read(entry).decode("utf-8", "replace")
    except NotScannedError:
        # The scanners say by themselves that the repository cannot be read.
        return None
    return ""

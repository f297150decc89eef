"""Who acts: CODEOWNERS of the repository, else the owner that the portfolio names for the entity."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from auditor.adapters.files import open_files
from auditor.errors import NotScannedError
from auditor.model.location import CodeLocation, Location
from auditor.model.target import Repo, ScanTarget

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
"""Where GitHub and GitLab look, in this order; the first one counts."""
LARGEST = 3 * 1024 * 1024
"""Bytes; GitHub ignores a larger file too."""


@dataclass(frozen=True, slots=True)
class CodeOwners:
    """The lines of one CODEOWNERS file."""

    lines: tuple[tuple[str, str], ...]
    """(pattern, owners as written); the last pattern that matches counts."""

    def of(self, path: str) -> str:
        """Owners of a file; empty when no line matches, or the last one that does names nobody."""
        import pathspec

        found = ""
        for pattern, owners in self.lines:
            if pathspec.GitIgnoreSpec.from_lines([pattern]).match_file(path):
                found = owners
        return found


def read_codeowners(text: str) -> CodeOwners:
    """Lines of a file; comments and GitLab's section headers are left out."""
    lines = []
    for raw in text.splitlines():
        line = raw.split(" #")[0].strip()
        if not line or line.startswith(("#", "[", "^[")):
            continue
        pattern, *owners = line.split()
        lines.append((pattern, " ".join(owners)))
    return CodeOwners(tuple(lines))


def owners_of(targets: Iterable[ScanTarget], by_entity: Mapping[str, str]) -> Callable[[str, Location], str]:
    """Gives the owner of a finding by entity and place."""
    files = {target.name: found for target in targets if isinstance(target, Repo) and (found := _read(target))}

    def owner(entity: str, where: Location) -> str:
        named = files[where.repo].of(where.path) if isinstance(where, CodeLocation) and where.repo in files else ""
        return named or by_entity.get(entity, "")

    return owner


def _read(target: Repo) -> CodeOwners | None:
    try:
        files = open_files(target)
        if files is None:
            return None
        by_path = {entry.path: entry for entry in files.entries()}
        for place in PLACES:
            entry = by_path.get(place)
            if entry is not None and entry.size <= LARGEST:
                return read_codeowners(files.read(entry).decode("utf-8", "replace"))
    except NotScannedError:
        # The scanners say by themselves that the repository cannot be read.
        return None
    return None

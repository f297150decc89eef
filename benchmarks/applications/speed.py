"""Seconds that each of the four application areas takes on one repository.

    python benchmarks/applications/speed.py REPOSITORY...

REPOSITORY is a git work tree or bare repository; its HEAD is scanned. Git is asked for the files once per area, as in a
run of that area alone. The target is 3 seconds for all four on 1,000 files, without a browser and without Node.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from time import perf_counter

from one_scan import rules_of, scan

from auditor.adapters.git import Git, GitFiles
from auditor.model.ports import Scanner
from scanners.apps_script.scanner import AppsScript
from scanners.endpoints.scanner import Endpoints
from scanners.hygiene import Hygiene
from scanners.pages import Pages

AREAS: tuple[Scanner, ...] = (Endpoints(), AppsScript(), Pages(), Hygiene())


def seconds(folder: Path, commit: str, area: Scanner) -> tuple[float, int]:
    """Seconds and findings of one area, its rules read beforehand."""
    rules = rules_of(area)
    with tempfile.TemporaryDirectory() as work:
        start = perf_counter()
        result = scan(area, folder, commit, Path(work), rules)
        return perf_counter() - start, len(result.matches)


def main(folders: list[Path]) -> None:
    for folder in folders:
        commit = Git(folder).resolve()
        if commit is None:
            print(f"{folder.name}: no commit")
            continue
        files = sum(entry.tracked for entry in GitFiles(Git(folder), commit).entries())
        commits = len(Git(folder).text("rev-list", commit).splitlines())
        parts = {area.name: seconds(folder, commit, area) for area in AREAS}
        total = sum(each for each, _ in parts.values())
        told = "  ".join(f"{name} {each:.2f} s ({count})" for name, (each, count) in parts.items())
        print(f"{folder.parent.name}/{folder.name}: {files} files, {commits} commits: {total:.2f} s: {told}")


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])

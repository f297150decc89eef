"""The hook's cold path: blobs that were never seen are scanned, and the answers are kept for the next time."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from auditor.adapters.cache import private_folder
from auditor.errors import ExitCode

MOST_LINES = 50
"""Findings printed; the rest is counted."""


def look(unseen: list[tuple[str, str, str]], said: list[str], *, folder: str, budget: float, fail_on: str) -> int:
    """Scan what was never seen and print everything; the exit code."""
    from auditor.flows.staged import check_staged
    from auditor.model.rule import Severity
    from auditor.wiring import make_hook_tools

    tools = make_hook_tools()
    result = check_staged(Path.cwd(), unseen, tools, Severity[fail_on.upper()], budget)
    keep = Path(folder)
    if not result.unfinished:
        _forget_others(keep)
        for path, blob, before in unseen:
            name = f"{blob}-{before[:12]}" if before else blob
            target = private_folder(keep / blob[:2]) / name
            text = "".join(result.lines.get(path, ()))
            target.write_text(f"{path!r}\n{text}", encoding="utf-8")
        (keep / "notes").write_text("".join(f"auditor: {note}\n" for note in result.notes), encoding="utf-8")
    lines = [*said, *(line for path in sorted(result.lines) for line in result.lines[path])]
    for line in lines[:MOST_LINES]:
        sys.stdout.write(line)
    if len(lines) > MOST_LINES:
        sys.stdout.write(f"... and {len(lines) - MOST_LINES} more\n")
    for note in (*result.notes, *result.unfinished):
        sys.stderr.write(f"auditor: {note}\n")
    if lines:
        sys.stdout.write(
            "Rotate a secret that was ever committed. To accept a finding, add to its line:\n"
            "  auditor: allow <rule> -- <reason> (<owner>, until YYYY-MM-DD)\n"
        )
    if result.unfinished:
        return int(ExitCode.INCOMPLETE)
    return int(ExitCode.FINDINGS if lines else ExitCode.PASSED)


def _forget_others(folder: Path) -> None:
    """Answers of other versions and rules are of no use any more."""
    if folder.is_dir() or not folder.parent.is_dir():
        return
    for other in folder.parent.iterdir():
        shutil.rmtree(other, ignore_errors=True)

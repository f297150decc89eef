"""The hook's cold path: blobs that were never seen are scanned, and the answers are kept for the next time."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from auditor.adapters.ahead import Waiting, private_temporary_folder, remove_folder, start

if TYPE_CHECKING:
    from pathlib import Path

    from auditor.flows.staged import Checked  # imported while the engine gets ready

MOST_LINES = 50
"""Findings printed; the rest is counted."""
SLOW_TO_START = {"semgrep": "scanners.semgrep.ahead"}
"""Modules that know how a scanner's program is called, without importing the scanner."""


def look(
    unseen: list[tuple[str, str, str]], said: list[str], *, folder: Callable[[], str], budget: float, fail_on: str
) -> int:
    """Scan what was never seen and print everything; the exit code. `folder` names where answers are kept."""
    import gc

    gc.disable()  # a short life: collecting while importing costs more than it frees
    started = start_ahead([path for path, _, _ in unseen])
    try:
        result = _check(unseen, started, budget, fail_on)
    finally:
        for waiting in started.values():
            _remove(waiting)
    if not result.unfinished:
        _keep(folder(), unseen, result)
    return _print(said, result)


def start_ahead(paths: list[str]) -> dict[str, Waiting]:
    """The programs that will probably be wanted, by scanner."""
    found: dict[str, Waiting] = {}
    for scanner, name in SLOW_TO_START.items():
        try:
            module = import_module(name)
        except ImportError:
            continue  # said later, when the scanner itself is loaded
        folder = private_temporary_folder()
        argv = module.command(paths, folder)
        waiting = start(argv, folder, module.ENVIRONMENT) if argv else None
        if waiting is None:
            remove_folder(folder)
        else:
            found[scanner] = waiting
    return found


def _remove(waiting: Waiting) -> None:
    waiting.stop()
    remove_folder(waiting.folder)


def _check(unseen: list[tuple[str, str, str]], started: dict[str, Waiting], budget: float, fail_on: str) -> Checked:
    from pathlib import Path

    from auditor.adapters.programs import StartedProgram
    from auditor.flows.staged import check_staged
    from auditor.model.rule import Severity
    from auditor.wiring import hook_scanners, make_hook_tools

    waiting = {scanner: StartedProgram(program) for scanner, program in started.items()}
    broken: dict[str, str] = {}
    tools, scanners = make_hook_tools(broken), hook_scanners(broken)
    return check_staged(Path.cwd(), unseen, tools, scanners, Severity[fail_on.upper()], budget, waiting)


def _keep(folder: str, unseen: list[tuple[str, str, str]], result: Checked) -> None:
    from pathlib import Path

    from auditor.adapters.cache import private_folder

    keep = Path(folder)
    if any(place.is_symlink() for place in (keep.parent.parent, keep.parent, keep)):
        return  # somebody else put it there, and it may lead anywhere
    _forget_others(keep)
    for path, blob, before in unseen:
        name = f"{blob}-{before[:12]}" if before else blob
        target = private_folder(keep / blob[:2]) / name
        text = "".join(result.lines.get(path, ()))
        target.write_text(f"{path!r}\n{text}", encoding="utf-8")
    (keep / "notes").write_text("".join(f"auditor: {note}\n" for note in result.notes), encoding="utf-8")


def _print(said: list[str], result: Checked) -> int:
    from auditor.errors import ExitCode

    lines = [*said, *(line for path in sorted(result.lines) for line in result.lines[path])]
    for line in lines[:MOST_LINES]:
        sys.stdout.write(line)
    if len(lines) > MOST_LINES:
        sys.stdout.write(f"... and {len(lines) - MOST_LINES} more\n")
    for note in (*result.notes, *result.remarks, *result.unfinished):
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
    import shutil

    for other in folder.parent.iterdir():
        shutil.rmtree(other, ignore_errors=True)

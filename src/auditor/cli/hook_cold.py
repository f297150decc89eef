"""The hook's cold path: blobs that were never seen are scanned, and the answers are kept for the next time."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from auditor.adapters.ahead import Waiting, private_temporary_folder, remove_folder, start
from auditor.cli.hook import installed
from auditor.cli.hook_door import doubtful, is_there, keep_answers, keep_database

if TYPE_CHECKING:
    from auditor.flows.staged import Checked  # imported while the engine gets ready

MOST_LINES = 50
"""Findings printed; the rest is counted."""
SCANNERS = frozenset({"bandit", "hygiene", "secrets", "semgrep"})
"""Those that judge single files."""
SLOW_TO_START = {"semgrep": "scanners.semgrep.ahead"}
"""Modules that know how a scanner's program is called, without importing the scanner."""


def look(
    unseen: list[tuple[str, str, str]],
    said: list[str],
    *,
    folder: Callable[[], str],
    installation: str,
    budget: float,
    fail_on: str,
    only: str = "",
) -> int:
    """Scan what was never seen and print everything; the exit code. `folder` names where answers are kept."""
    import gc

    gc.disable()  # a short life: collecting while importing costs more than it frees
    started = start_ahead([path for path, _, _ in unseen], only)
    try:
        result = _check(unseen, started, budget, fail_on, _wanted(unseen, installation, only))
    finally:
        for waiting in started.values():
            _remove(waiting)
    if not result.unfinished:
        lines = {path: "".join(told) for path, told in result.lines.items()}
        keep_answers(folder(), unseen, lines, "".join(f"auditor: {note}\n" for note in result.notes))
        _prepare_door(installation)
    return _print(said, result)


def _wanted(unseen: list[tuple[str, str, str]], installation: str, only: str) -> frozenset[str]:
    """The scanners to be asked: of secrets the door may know enough."""
    if only:
        return frozenset({only})
    return SCANNERS if doubtful(unseen, installation) else SCANNERS - {"secrets"}


def _prepare_door(before: str) -> None:
    """Keep the database for next time, where it was made by the very program and rules that have just been used."""
    after = installed()
    if is_there(after) or before.rsplit("-", 1)[0] != after.rsplit("-", 1)[0]:
        return
    from auditor.wiring import make_hook_tools

    tools = make_hook_tools({})
    making = import_module("scanners.secrets.making")
    stored = making.stored_database(tools.rulebook.digest, tools.rulebook.of("secrets"), tools.cache)
    if stored:
        keep_database(after, stored)


def start_ahead(paths: list[str], only: str = "") -> dict[str, Waiting]:
    """The programs that will probably be wanted, by scanner."""
    found: dict[str, Waiting] = {}
    for scanner, name in SLOW_TO_START.items():
        if only not in {"", scanner}:
            continue
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


def _check(
    unseen: list[tuple[str, str, str]],
    started: dict[str, Waiting],
    budget: float,
    fail_on: str,
    wanted: frozenset[str],
) -> Checked:
    from pathlib import Path

    from auditor.adapters.programs import StartedProgram
    from auditor.flows.staged import check_staged
    from auditor.model.rule import Severity
    from auditor.wiring import hook_scanners, make_hook_tools

    waiting = {scanner: StartedProgram(program) for scanner, program in started.items()}
    broken: dict[str, str] = {}
    tools, scanners = make_hook_tools(broken), hook_scanners(broken, wanted)
    return check_staged(Path.cwd(), unseen, tools, scanners, Severity[fail_on.upper()], budget, waiting)


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

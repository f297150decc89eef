"""The pre-commit check: staged blobs through the scanners that judge single files."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from auditor.adapters.git import Git
from auditor.adapters.programs import LocalPrograms
from auditor.adapters.staged import BlobFiles
from auditor.errors import AuditorError, MissingExtraError
from auditor.flows.tools import Tools
from auditor.model.finding import Finding, State
from auditor.model.location import CodeLocation
from auditor.model.ports import ScanContext, Scanner, Started
from auditor.model.rule import Severity
from auditor.model.run import NotScanned, Outcome, OutcomeStatus, ScanResult
from auditor.model.target import Repo, Scope
from auditor.model.text import visible
from auditor.steps.match import match_findings
from auditor.steps.neighbours import with_neighbours
from auditor.steps.normalise import normalise
from auditor.steps.waive import waive
from auditor.waivers import read_waivers

_TMPFS = Path("/dev/shm")  # noqa: S108  private folders are made in it


@dataclass(frozen=True, slots=True)
class Checked:
    """What the hook says."""

    lines: Mapping[str, tuple[str, ...]]
    """Printed lines by path, each with its line end."""
    notes: tuple[str, ...]
    """What is not installed, and the like; said, but no reason to stop a commit."""
    unfinished: tuple[str, ...]
    """What should have been checked and was not; stops the commit."""


def check_staged(
    path: Path,
    staged: Sequence[tuple[str, str, str]],
    tools: Tools,
    fail_on: Severity,
    budget: float,
    started: Mapping[str, Started] = MappingProxyType({}),
) -> Checked:
    """Check (path, blob, blob before) triples; a finding that stood in the blob before stops nobody.

    `started` are programs that wait for their scanner, by its name.
    """
    git = Git(path)
    repo = Repo(path.name, path.name, path, scope=Scope.STAGED)
    now, unfinished, notes = _scan(
        repo, BlobFiles(git, [(name, blob) for name, blob, _ in staged]), tools, budget, started
    )
    rules = tools.rulebook.by_id()
    found = normalise(now, rules).findings
    guilty = {_path(f) for f in found if f.severity >= fail_on}
    before = [(name, blob) for name, _, blob in staged if blob and name in guilty]
    if before and not unfinished:
        then, missed, _ = _scan(repo, BlobFiles(git, before), tools, budget)
        found = match_findings(normalise(then, rules).findings, found, rules=rules).findings
        unfinished = (*unfinished, *missed)
    today = tools.now.date()
    waived = waive(found, read_waivers("", today), rules, today)
    lines: dict[str, list[str]] = {}
    for finding in waived.findings:
        if finding.state is State.NEW and finding.severity >= fail_on:
            lines.setdefault(_path(finding), []).append(_line(finding))
    problems = tuple(str(problem) for problem in waived.problems)
    return Checked({name: tuple(said) for name, said in lines.items()}, (*notes, *problems), unfinished)


def _scan(
    repo: Repo, files: BlobFiles, tools: Tools, budget: float, started: Mapping[str, Started] = MappingProxyType({})
) -> tuple[tuple[Outcome, ...], tuple[str, ...], tuple[str, ...]]:
    """Outcomes, what was not finished, and what is not installed; slow engines first, all at once."""
    work = Path(tempfile.mkdtemp(prefix="auditor-hook-", dir=_TMPFS if _TMPFS.is_dir() else None))
    order = sorted(tools.scanners, key=lambda scanner: scanner.name != "semgrep")
    pool = ThreadPoolExecutor(max_workers=len(order) or 1)
    unfinished: list[str] = []
    notes: list[str] = [f"{name}: {reason}" for name, reason in tools.broken_scanners.items()]
    outcomes: list[Outcome] = []
    try:
        futures: dict[Future[ScanResult], Scanner] = {}
        for scanner in order:
            own = work / scanner.name
            own.mkdir()
            futures[pool.submit(scanner.scan, repo, _context(scanner, replace_files(files), tools, own, started))] = (
                scanner
            )
        done, late = wait(futures, timeout=budget)
        unfinished += [f"{futures[f].name} could not finish within {budget:g} s; nothing is known of it" for f in late]
        for future in sorted(done, key=lambda f: futures[f].name):
            name = futures[future].name
            error = future.exception()
            if isinstance(error, MissingExtraError):
                notes.append(f"{name}: {error}")
            elif isinstance(error, AuditorError):
                unfinished.append(f"{name}: {error}")
            elif error is not None:
                unfinished.append(f"{name}: internal error ({type(error).__name__}); please report it")
            else:
                result = with_neighbours(future.result(), files, tools.mark)
                unfinished += [_missed(item) for item in result.not_scanned if not item.expected]
                outcomes.append(Outcome(name, repo, OutcomeStatus.DONE, result=result))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        shutil.rmtree(work, ignore_errors=True)
    return tuple(outcomes), tuple(unfinished), tuple(notes)


def replace_files(files: BlobFiles) -> BlobFiles:
    """The same files for another thread: what could not be read is counted by each one by itself."""
    return BlobFiles(files.git, files.blobs, tuple(files.entries()))


def _context(
    scanner: Scanner, files: BlobFiles, tools: Tools, work: Path, started: Mapping[str, Started]
) -> ScanContext:
    return ScanContext(
        rules=tools.rulebook.of(scanner.name),
        rules_digest=tools.rulebook.digest,
        files=files,
        history=None,
        programs=LocalPrograms(),
        cache=tools.cache,
        mark=tools.mark,
        now=tools.now,
        data=tools.rules_folder,
        work=work,
        options=tools.options.get(scanner.name, {}),
        started=started.get(scanner.name),
    )


def _missed(item: NotScanned) -> str:
    return f"not checked: {visible(item.path)}: {item.reason}{f' ({visible(item.detail)})' if item.detail else ''}"


def _path(finding: Finding) -> str:
    return finding.location.path if isinstance(finding.location, CodeLocation) else ""


def _line(finding: Finding) -> str:
    line = getattr(finding.location, "line", None)
    place = f"{visible(_path(finding))}{f':{line}' if line else ''}"
    return f"{place}: {finding.rule.id} {finding.title} ({finding.severity.word})\n"

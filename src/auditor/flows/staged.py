"""The pre-commit check: staged blobs through the scanners that judge single files."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from types import MappingProxyType
from typing import TYPE_CHECKING

from auditor.adapters.ahead import private_temporary_folder, remove_folder
from auditor.adapters.git import Git
from auditor.adapters.programs import LocalPrograms
from auditor.adapters.staged import BlobFiles
from auditor.errors import AuditorError, MissingExtraError
from auditor.model.content import has_minified_name
from auditor.model.location import CodeLocation
from auditor.model.outcome import NotScanned, Outcome, OutcomeStatus, ScanResult
from auditor.model.ports import ScanContext, Scanner, Started
from auditor.model.rule import Severity
from auditor.model.target import Repo, Scope
from auditor.model.text import visible

if TYPE_CHECKING:
    # What judges matches is imported when there are some.
    from auditor.flows.tools import Tools
    from auditor.model.finding import Finding

_NOTHING: Mapping[str, Started] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Checked:
    """What the hook says."""

    lines: Mapping[str, tuple[str, ...]]
    """Printed lines by path, each with its line end."""
    notes: tuple[str, ...]
    """What is not installed, and the like; said, but no reason to stop a commit."""
    unfinished: tuple[str, ...]
    """What should have been checked and was not; stops the commit."""
    remarks: tuple[str, ...] = ()
    """What was left out on purpose and is not called by a name that says so; told once."""


def check_staged(
    path: Path,
    staged: Sequence[tuple[str, str, str]],
    tools: Tools,
    scanners: Iterable[Scanner],
    fail_on: Severity,
    budget: float,
    started: Mapping[str, Started] = _NOTHING,
) -> Checked:
    """Check (path, blob, blob before) triples; a finding that stood in the blob before stops nobody.

    `scanners` may be loaded one by one: each begins as soon as it is there, so the slowest comes first. `started` are
    programs that wait for their scanner, by its name.
    """
    git = Git(path)
    repo = Repo(path.name, path.name, path, scope=Scope.STAGED)
    loaded: list[Scanner] = []
    files = BlobFiles(git, [(name, blob) for name, blob, _ in staged])
    now = _scan(repo, files, tools, _remembered(scanners, loaded), budget, started)
    if not any(outcome.result.matches for outcome in now.outcomes):
        return Checked({}, now.notes, now.unfinished, now.remarks)

    from auditor.steps.normalise import normalise
    from auditor.steps.waive import waive
    from auditor.waivers import WaiverFile

    rules, unfinished = tools.rulebook.by_id(), now.unfinished
    found = normalise(now.outcomes, rules).findings
    guilty = {_path(f) for f in found if f.severity >= fail_on}
    before = [(name, blob) for name, _, blob in staged if blob and name in guilty]
    if before and not unfinished:
        from auditor.steps.match import match_findings, with_copies

        then = _scan(repo, BlobFiles(git, before), tools, loaded, budget)
        known = normalise(then.outcomes, rules).findings
        found = with_copies(known, match_findings(known, found, rules=rules).findings)
        unfinished = (*unfinished, *then.unfinished)
    waived = waive(found, WaiverFile(), rules, tools.now.date())
    lines: dict[str, list[str]] = {}
    for finding in waived.findings:
        if _stops(finding, fail_on):
            lines.setdefault(_path(finding), []).append(_line(finding))
    problems = tuple(str(problem) for problem in waived.problems)
    told = {name: tuple(said) for name, said in lines.items()}
    return Checked(told, (*now.notes, *problems), unfinished, now.remarks)


def _stops(finding: Finding, fail_on: Severity) -> bool:
    from auditor.model.finding import State

    return finding.state is State.NEW and finding.severity >= fail_on


def _remembered(scanners: Iterable[Scanner], loaded: list[Scanner]) -> Iterator[Scanner]:
    for scanner in scanners:
        loaded.append(scanner)
        yield scanner


@dataclass(frozen=True, slots=True)
class _Scanned:
    """What all scanners say."""

    outcomes: tuple[Outcome, ...]
    unfinished: tuple[str, ...]
    notes: tuple[str, ...]
    """What is not installed."""
    remarks: tuple[str, ...]
    """What was left out as generated."""


class _Look(Thread):
    """One scanner at work; a daemon, because one that hangs must not keep the commit waiting."""

    def __init__(self, scanner: Scanner, repo: Repo, context: ScanContext) -> None:
        super().__init__(daemon=True)
        self.scanner, self.repo, self.context = scanner, repo, context
        self.result: ScanResult | None = None
        self.error: BaseException | None = None

    def run(self) -> None:
        """What it raises belongs to whoever asked, as with a future, and is judged there."""
        with self:
            self.result = self.scanner.scan(self.repo, self.context)

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        """Keep what was raised."""
        self.error = error
        return True


def _scan(
    repo: Repo,
    files: BlobFiles,
    tools: Tools,
    scanners: Iterable[Scanner],
    budget: float,
    started: Mapping[str, Started] = _NOTHING,
) -> _Scanned:
    """All scanners at once, each from the moment on at which it is loaded."""
    from auditor.steps.neighbours import with_neighbours

    work = private_temporary_folder()
    deadline = time.monotonic() + budget
    looks: list[_Look] = []
    unfinished: list[str] = []
    notes: list[str] = []
    remarks: list[str] = []
    outcomes: list[Outcome] = []
    try:
        for scanner in scanners:
            own = Path(work) / scanner.name
            own.mkdir()
            looks.append(_Look(scanner, repo, _context(scanner, files.for_another(), tools, own, started)))
            looks[-1].start()
        for look in sorted(looks, key=lambda look: look.scanner.name):
            look.join(max(0.0, deadline - time.monotonic()))
            name, error = look.scanner.name, look.error
            if look.is_alive():
                unfinished.append(f"{name} could not finish within {budget:g} s; nothing is known of it")
            elif isinstance(error, MissingExtraError):
                notes.append(f"{name}: {error}")
            elif isinstance(error, AuditorError):
                unfinished.append(f"{name}: {error}")
            elif look.result is None:
                unfinished.append(f"{name}: internal error ({type(error).__name__}); please report it")
            else:
                result = with_neighbours(look.result, files, tools.mark)
                unfinished += [_missed(item) for item in result.not_scanned if not item.expected]
                remarks += [f"{_missed(i)}, by {name}" for i in result.not_scanned if i.expected and _is_own(i)]
                outcomes.append(Outcome(name, repo, OutcomeStatus.DONE, result=result))
    finally:
        remove_folder(work)
    notes[:0] = [f"{name}: {reason}" for name, reason in tools.broken_scanners.items()]
    return _Scanned(tuple(outcomes), tuple(unfinished), tuple(notes), tuple(remarks))


def _is_own(item: NotScanned) -> bool:
    """Whether what was left out may be somebody's own code: on one line, but not called `x.min.js`."""
    return item.reason == "minified" and not has_minified_name(item.path)


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

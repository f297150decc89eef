"""What was looked at before and has not changed is not looked at again.

The key of a result holds everything it can depend on: scanner, its code and engine, rules, options, the commit (and every
ref, where history is read), the installation's key, and the day unless the scanner says that time plays no part.
Only complete results are kept: whatever timed out or could not be read is tried again.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from sys import modules
from time import monotonic

from auditor import __version__
from auditor.adapters.files import open_files
from auditor.adapters.folder import FolderFiles
from auditor.adapters.garbage import uncollected
from auditor.adapters.store.codec import dump, load
from auditor.errors import NotScannedError, StoreError
from auditor.model.ports import Cache, Scanner
from auditor.model.run import Outcome, OutcomeStatus, ScanResult
from auditor.model.target import AwsAccount, Repo, ScanTarget, Scope
from auditor.steps.scan import Job, ended, run_job

ENGINES = ("semgrep", "bandit", "detect-secrets", "hyperscan", "tree-sitter")
"""Packages whose version takes part in every key."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was computed for another job already."""

    codes: dict[str, str] = field(default_factory=dict)
    refs: dict[Path, str] = field(default_factory=dict)
    trees: dict[Path, str] = field(default_factory=dict)

    def refs_of(self, path: Path) -> str:
        """Every ref of a repository, as it was at the first question."""
        if path not in self.refs:
            self.refs[path] = _refs(path)
        return self.refs[path]


def _recalled(jobs: Sequence[Job], seen: _Seen) -> tuple[Mapping[int, str], dict[int, Outcome]]:
    """The key of each job that is known before its scan, and outcomes that are remembered, by index of their job."""
    keys = {index: key for index, job in enumerate(jobs) if (key := _key_of(job, _content(job, seen), seen))}
    found: dict[int, Outcome] = {}
    if jobs:
        stored = jobs[0].cache.get_many(tuple(keys.values()))
        for index, key in keys.items():
            outcome = _outcome(jobs[index], stored.get(key))
            if outcome is not None:
                found[index] = outcome
    return keys, found


def _key_of(job: Job, content: str, seen: _Seen) -> str:
    """Key of a job's result; empty when it cannot be remembered."""
    if not content:
        return ""
    codes = seen.codes
    if "" not in codes:
        codes[""] = "\n".join(_installed(name) for name in ENGINES)
    # One answer for all scanners of a package: it is a look at each of its files.
    name = type(job.scanner).__module__.partition(".")[0]
    if name not in codes:
        codes[name] = _code_of(job.scanner)
    text = "\x00".join((*_what(job), codes[name], codes[""], content))
    return "outcome:" + hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()


def scan_what_changed(
    jobs: Sequence[Job],
    executor: Callable[[int], AbstractContextManager[Executor]],
    finished: Callable[[Outcome], None] = lambda _: None,
) -> tuple[Outcome, ...]:
    """Like `scan`, for those jobs whose result is not known; outcomes come back in the order of the jobs.

    A run that died goes on where it was: what it finished is known.
    """
    seen = _Seen()
    with uncollected():
        keys, known = _recalled(jobs, seen)
    for outcome in known.values():
        finished(outcome)
    left = [index for index in range(len(jobs)) if index not in known]
    every = dict(known)

    def key_of(index: int, outcome: Outcome) -> str:
        job = jobs[index]
        if not _is_work_tree(job.target):
            return keys.get(index, "")
        # Somebody may have edited it meanwhile: what counts is what the scan itself has read.
        return _key_of(job, _tree_content(job.target, outcome.content, seen), seen)

    if left:
        kept = _Kept(jobs[left[0]].cache)
        with executor(len(left)) as opened, closing(kept):
            for place, (outcome, packed) in ended([jobs[i] for i in left], opened, _scanned_and_packed, _unpacked):
                every[left[place]] = outcome
                kept.put(key_of(left[place], outcome) if packed else "", packed)
                finished(outcome)
    return tuple(every[index] for index in range(len(jobs)))


def _scanned_and_packed(job: Job) -> tuple[Outcome, bytes]:
    """An outcome, and what is remembered of it; made where the job ran, so that the caller is free for the other jobs."""
    outcome = run_job(job)
    packed = zlib.compress(dump((outcome.reason, outcome.result)).encode(), 1) if outcome.is_complete else b""
    return outcome, packed


def _unpacked(outcome: Outcome) -> tuple[Outcome, bytes]:
    return outcome, b""


@dataclass(slots=True)
class _Kept:
    """Results on their way into the cache, many at a time; a run that dies loses those of its last second."""

    cache: Cache
    waiting: dict[str, bytes] = field(default_factory=dict)
    since: float = 0.0

    def put(self, key: str, packed: bytes) -> None:
        """Remember a result; no key: it is none to remember."""
        if not key:
            return
        self.since = self.since if self.waiting else monotonic()
        self.waiting[key] = packed
        if monotonic() - self.since >= 1.0:
            self.close()

    def close(self) -> None:
        """Write what waits."""
        self.cache.put_many(self.waiting)
        self.waiting = {}


def _is_work_tree(target: ScanTarget) -> bool:
    return isinstance(target, Repo) and target.commit is None and not target.url and target.scope is Scope.TREE


def _tree_content(target: ScanTarget, files: str, seen: _Seen) -> str:
    """What a work tree holds, by the hash over its files; empty when that is empty, or a ref has moved meanwhile."""
    assert isinstance(target, Repo)
    refs = seen.refs_of(target.path)
    return f"{files}\n{refs}" if files and _refs(target.path) == refs else ""


def _outcome(job: Job, content: bytes | None) -> Outcome | None:
    if content is None:
        return None
    try:
        reason, result = load(zlib.decompress(content).decode())
    except (zlib.error, ValueError, KeyError, TypeError, StoreError):
        return None
    if not isinstance(result, ScanResult):
        return None
    status = OutcomeStatus.SKIPPED if result.skipped else OutcomeStatus.DONE
    return Outcome(job.scanner.name, job.target, status, str(reason), result)


def _what(job: Job) -> tuple[str, ...]:
    target = job.target
    timeless = bool(getattr(job.scanner, "timeless", False))
    return (
        __version__,
        job.scanner.name,
        str(getattr(job.scanner, "version", "")),
        job.digest,
        repr(sorted(job.options.items())),
        job.mark(b"auditor result cache"),
        "" if timeless else job.now.date().isoformat(),
        f"{target.kind} {target.name} {target.entity} {getattr(target, 'profile', '')} {getattr(target, 'history', '')}",
    )


def _content(job: Job, seen: _Seen) -> str:
    """What the target holds; empty when nobody can tell without looking."""
    target = job.target
    if isinstance(target, AwsAccount):
        return "\n".join(_digest(path) for path in (target.inventory, target.previous) if path)
    if isinstance(target, Repo) and target.scope is not Scope.TREE:
        return ""
    refs = seen.refs_of(target.path)
    if target.commit is not None:
        return f"{target.commit}\n{refs}"
    if not isinstance(target, Repo) or not _is_work_tree(target):
        return ""
    if target.path not in seen.trees:
        seen.trees[target.path] = _files(target, job.cache)
    files = seen.trees[target.path]
    return f"{files}\n{refs}" if files else ""


def _files(target: Repo, cache: Cache) -> str:
    """Hash over every file of a work tree as it lies there; empty when it was never looked at or cannot be hashed."""
    try:
        files = open_files(target, cache)
        if not isinstance(files, FolderFiles) or (files.memory is not None and not files.memory.exists):
            return ""
        said = files.digest()
        files.remember()
    except NotScannedError:
        return ""
    return said


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _refs(path: Path) -> str:
    """Every ref of a repository, read without starting git: history may change while the commit stays."""
    folder = path / ".git" if (path / ".git").exists() else path
    if folder.is_file():  # a linked work tree: its refs lie elsewhere
        return f"unknown {folder.stat().st_mtime_ns}"
    said = hashlib.sha256()
    for file in (
        folder / "HEAD",
        folder / "packed-refs",
        folder / "info" / "exclude",
        *sorted((folder / "refs").rglob("*")),
    ):
        if file.is_file():
            said.update(f"{file.relative_to(folder)}\n".encode("utf-8", "backslashreplace"))
            said.update(file.read_bytes())
    return said.hexdigest()


def _code_of(scanner: Scanner) -> str:
    """Size and time of the files of the scanner's outermost package, so that a changed scanner looks again.

    The whole package: scanners share code that lies beside them.
    """
    name = type(scanner).__module__
    file = getattr(modules.get(name), "__file__", None)
    if not file:
        return ""
    folders = [Path(folder) for folder in getattr(modules.get(name.partition(".")[0]), "__path__", ())]
    files = sorted(f for folder in folders for f in folder.rglob("*.py")) or [Path(file)]
    return "\n".join(f"{f.name} {f.stat().st_size} {f.stat().st_mtime_ns}" for f in files)


def _installed(name: str) -> str:
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return f"{name} -"

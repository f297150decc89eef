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
from contextlib import AbstractContextManager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from sys import modules

from auditor import __version__
from auditor.adapters.files import open_files
from auditor.adapters.store.codec import dump, load
from auditor.errors import NotScannedError, StoreError
from auditor.model.ports import Scanner
from auditor.model.run import Outcome, OutcomeStatus, ScanResult
from auditor.model.target import AwsAccount, Repo, Scope
from auditor.steps.scan import Job, scan

ENGINES = ("semgrep", "bandit", "detect-secrets", "hyperscan", "tree-sitter")
"""Packages whose version takes part in every key."""


def recalled(jobs: Sequence[Job]) -> tuple[Mapping[int, Outcome], Mapping[int, str]]:
    """Outcomes that are known already, by index of their job; and the key of each job that can be remembered."""
    codes: dict[str, str] = {}
    seen: dict[str, str] = {}
    keys = {index: key for index, job in enumerate(jobs) if (key := _key_of(job, codes, seen))}
    found: dict[int, Outcome] = {}
    if jobs:
        stored = jobs[0].cache.get_many(tuple(keys.values()))
        for index, key in keys.items():
            outcome = _outcome(jobs[index], stored.get(key))
            if outcome is not None:
                found[index] = outcome
    return found, keys


def _key_of(job: Job, codes: dict[str, str], seen: dict[str, str]) -> str:
    """Key of a job's result; empty when it cannot be remembered. What was computed for another job is taken from there."""
    content = _content(job, seen)
    if not content:
        return ""
    if "" not in codes:
        codes[""] = "\n".join(_installed(name) for name in ENGINES)
    name = job.scanner.name
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
    known, keys = recalled(jobs)
    for outcome in known.values():
        finished(outcome)
    left = [index for index in range(len(jobs)) if index not in known]
    names = {(jobs[i].scanner.name, jobs[i].target): (jobs[i], keys[i]) for i in left if i in keys}

    def keep(outcome: Outcome) -> None:
        found = names.get((outcome.scanner, outcome.target))
        if found and outcome.is_complete and _stayed(*found):
            job, key = found
            job.cache.put_many({key: zlib.compress(dump((outcome.reason, outcome.result)).encode(), 1)})
        finished(outcome)

    fresh: tuple[Outcome, ...] = ()
    if left:
        with executor(len(left)) as opened:
            fresh = scan([jobs[i] for i in left], opened, keep)
    every = {**known, **dict(zip(left, fresh, strict=True))}
    return tuple(every[index] for index in range(len(jobs)))


def _stayed(job: Job, key: str) -> bool:
    """Whether a work tree is still what it was when its key was made: somebody may have edited it meanwhile."""
    return not isinstance(job.target, Repo) or job.target.commit is not None or _key_of(job, {}, {}) == key


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


def _content(job: Job, seen: dict[str, str]) -> str:
    """What the target holds; empty when nobody can tell without looking."""
    target = job.target
    if isinstance(target, AwsAccount):
        return "\n".join(_digest(path) for path in (target.inventory, target.previous) if path)
    if isinstance(target, Repo) and target.scope is not Scope.TREE:
        return ""
    refs = f"refs {target.path}"
    if refs not in seen:
        seen[refs] = _refs(target.path)
    if target.commit is not None:
        return f"{target.commit}\n{seen[refs]}"
    if not isinstance(target, Repo) or target.url:
        return ""
    files = f"files {target.path}"
    if files not in seen:
        seen[files] = _files(target)
    return f"{seen[files]}\n{seen[refs]}" if seen[files] else ""


def _files(target: Repo) -> str:
    """Hash over every file of a work tree as it lies there; empty when one of them is too large to be hashed."""
    try:
        files = open_files(target)
        entries = files.entries() if files else ()
    except NotScannedError:
        return ""
    if not entries or not all(entry.blob for entry in entries):
        return ""
    said = hashlib.sha256()
    for entry in entries:
        line = f"{entry.path}\x00{entry.blob}\x00{entry.executable}\x00{entry.tracked}\n"
        said.update(line.encode("utf-8", "surrogateescape"))
    for item in files.not_listed() if files else ():
        said.update(repr(item).encode("utf-8", "backslashreplace"))
    return said.hexdigest()


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
    """Size and time of the scanner's own files, so that a changed scanner looks again."""
    module = modules.get(type(scanner).__module__)
    file = getattr(module, "__file__", None)
    if not file:
        return ""
    path = Path(file)
    whole = path.name == "__init__.py" or type(scanner).__module__.count(".") > 1
    files = sorted(path.parent.rglob("*.py")) if whole else [path]
    return "\n".join(f"{f.name} {f.stat().st_size} {f.stat().st_mtime_ns}" for f in files)


def _installed(name: str) -> str:
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return f"{name} -"

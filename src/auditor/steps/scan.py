"""Every scanner over every target it understands; each pair ends as done, skipped or failed."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, as_completed
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from auditor.adapters.cache import private_folder
from auditor.adapters.files import open_files, open_history
from auditor.adapters.folder import FolderFiles
from auditor.adapters.mirrors import Mirrors
from auditor.adapters.programs import LocalPrograms
from auditor.errors import MissingExtraError, NotScannedError
from auditor.model.ports import Cache, Files, Marker, ScanContext, Scanner
from auditor.model.rule import Rule
from auditor.model.run import NotScanned, Outcome, OutcomeStatus, ScanResult
from auditor.model.target import Repo, ScanTarget, Scope
from auditor.steps.neighbours import with_neighbours
from auditor.steps.owners import remember_owners

T = TypeVar("T")

_TMPFS = Path("/dev/shm")  # noqa: S108  private folders are made in it


@dataclass(frozen=True, slots=True)
class Job:
    """One scanner on one target, with all that it needs; picklable."""

    scanner: Scanner
    target: ScanTarget
    rules: tuple[Rule, ...]
    digest: str
    cache: Cache
    mark: Marker
    now: datetime
    data: Path
    options: Mapping[str, str] = field(default_factory=dict)


def jobs_for(
    scanners: Iterable[Scanner],
    targets: Iterable[ScanTarget],
    make: Callable[[Scanner, ScanTarget], Job],
) -> tuple[Job, ...]:
    """All pairs that fit, the slowest scanners first so that no worker waits for them at the end."""
    weight = {"semgrep": 0, "secrets": 1, "bandit": 2, "aws": 3}
    pairs = [(scanner, target) for target in targets for scanner in scanners if target.kind in scanner.kinds]
    pairs.sort(key=lambda pair: weight.get(pair[0].name, 4))
    return tuple(make(scanner, target) for scanner, target in pairs)


def scan(
    jobs: Sequence[Job],
    executor: Executor,
    finished: Callable[[Outcome], None] = lambda _: None,
) -> tuple[Outcome, ...]:
    """Run all jobs; the outcomes come back in the order of the jobs.

    A scanner that breaks is a FAILED outcome that names the place of its bug; the other jobs go on.
    """
    outcomes: dict[int, Outcome] = {}
    for index, outcome in ended(jobs, executor, run_job, _itself):
        outcomes[index] = outcome
        finished(outcome)
    return tuple(outcomes[index] for index in range(len(jobs)))


def ended(
    jobs: Sequence[Job], executor: Executor, call: Callable[[Job], T], of_broken: Callable[[Outcome], T]
) -> Iterator[tuple[int, T]]:
    """What the call says of each job, by the job's index, as they end; a call that breaks says what `of_broken` makes of it."""
    futures: dict[Future[T], int] = {executor.submit(call, job): i for i, job in enumerate(jobs)}
    for future in as_completed(futures):
        index = futures[future]
        error = future.exception()
        yield index, of_broken(_broken(jobs[index], error)) if error else future.result()


def _itself(outcome: Outcome) -> Outcome:
    return outcome


def run_job(job: Job) -> Outcome:
    """One pair to its end, in whatever process this is."""
    started = time.perf_counter()
    work = Path(tempfile.mkdtemp(prefix="auditor-", dir=_TMPFS if _TMPFS.is_dir() else None))
    try:
        if isinstance(job.target, Repo) and job.target.url and not job.target.path.is_dir():
            job = replace(job, target=_fetched_here(job.target))
        files = open_files(job.target, job.cache, lazy=bool(getattr(job.scanner, "reads_all", False)))
        wants_history = isinstance(job.target, Repo) and (job.target.history or job.scanner.name == "hygiene")
        context = ScanContext(
            rules=job.rules,
            rules_digest=job.digest,
            files=files,
            history=open_history(job.target) if wants_history else None,
            programs=LocalPrograms(),
            cache=job.cache,
            mark=job.mark,
            now=job.now,
            data=job.data,
            work=work,
            options=job.options,
        )
        result = job.scanner.scan(job.target, context)
        result = _with_unread(with_neighbours(result, files, job.mark, for_github=True), files)
        content = _remembered(files)
        if result.matches and files is not None and isinstance(job.target, Repo) and job.target.scope is Scope.TREE:
            remember_owners(job.target, files, job.cache)
    except NotScannedError as error:
        return Outcome(job.scanner.name, job.target, OutcomeStatus.FAILED, str(error), seconds=_since(started))
    except MissingExtraError as error:
        return Outcome(job.scanner.name, job.target, OutcomeStatus.FAILED, str(error), seconds=_since(started))
    finally:
        shutil.rmtree(work, ignore_errors=True)
    status = OutcomeStatus.SKIPPED if result.skipped else OutcomeStatus.DONE
    return Outcome(job.scanner.name, job.target, status, result.skipped, result, _since(started), content)


def _fetched_here(target: Repo) -> Repo:
    """The target with a mirror on this machine: a worker of a cluster does not share the caller's disk.

    Tokens come from the worker's environment.
    """
    from auditor.adapters.forges import CREDENTIALS, Forges  # with all of urllib

    tokens = Forges({name: os.environ[name] for name in CREDENTIALS if name in os.environ}).tokens()
    # Not in the temporary folder: there somebody else could have put one of that name before us.
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    folder = Path(os.environ.get("AUDITOR_MIRRORS") or Path(state) / "auditor" / "mirrors")
    return replace(target, path=Mirrors(private_folder(folder), tokens).fetch(target.url))


def _remembered(files: Files | None) -> str:
    """What the files of a work tree were; kept for the next run."""
    if not isinstance(files, FolderFiles):
        return ""
    files.remember()
    return files.digest()


def _with_unread(result: ScanResult, files: Files | None) -> ScanResult:
    """The result, with what the files themselves could not give added, each path and reason once."""
    if files is None or result.skipped:
        return result
    every: dict[tuple[str, str], NotScanned] = {}
    for item in (*result.not_scanned, *files.not_listed(), *files.unreadable()):
        every.setdefault((item.path, item.reason), item)
    return replace(result, not_scanned=tuple(every.values()))


def _broken(job: Job, error: BaseException) -> Outcome:
    """A bug: its type and place, never its message, which may hold what was scanned.

    What an executor says of a worker that died is its own words.
    """
    if isinstance(error, NotScannedError):
        return Outcome(job.scanner.name, job.target, OutcomeStatus.FAILED, str(error))
    place = next((f"{Path(f.filename).name}:{f.lineno}" for f in _frames(error)), "unknown place")
    reason = f"internal error in the scanner ({type(error).__name__} at {place}); please report it"
    return Outcome(job.scanner.name, job.target, OutcomeStatus.FAILED, reason)


def _frames(error: BaseException) -> Iterator[traceback.FrameSummary]:
    """Innermost first; a remote traceback of a worker process is only text, and is left alone."""
    cause = error.__cause__
    text = str(cause) if type(cause).__name__ in {"_RemoteTraceback", "RemoteTracebackError"} else ""
    for line in reversed(text.splitlines()):
        if line.strip().startswith("File "):
            parts = line.strip().split(", ")
            yield traceback.FrameSummary(parts[0][6:-1], int(parts[1].removeprefix("line ")), "")
    yield from reversed(traceback.extract_tb(error.__traceback__))


def _since(started: float) -> float:
    return round(time.perf_counter() - started, 3)

"""What has not changed is not looked at again."""

from __future__ import annotations

import importlib
import os
import time
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from auditor.adapters.folder import FolderFiles
from auditor.adapters.tree_memory import TreeMemory, state_of
from auditor.model.ports import ScanContext, Scanner
from auditor.model.run import Outcome, OutcomeStatus, ScanResult
from auditor.model.target import Repo, ScanTarget, Scope
from auditor.steps.recall import scan_what_changed
from auditor.steps.scan import Job
from tests.support.context import NOW, MemoryCache
from tests.support.repositories import git, write
from tests.support.scanners import CARD, Refuses, Words


def mark(secret: bytes) -> str:
    return secret.hex()[:32]


@dataclass
class Counted:
    """An executor that counts what it was opened for."""

    jobs: list[int] = field(default_factory=list)

    @contextmanager
    def __call__(self, count: int) -> Iterator[Executor]:
        self.jobs.append(count)
        with ThreadPoolExecutor(1) as thread:
            yield thread


@pytest.fixture
def job(tmp_path: Path) -> Job:
    git(tmp_path, "init", "-q", "-b", "main")
    write(tmp_path, {"a.txt": "forbidden\n", "b.txt": "fine\n"})
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "Start")
    target = Repo("shop", "jada", tmp_path, git(tmp_path, "rev-parse", "HEAD"))
    return Job(Words(), target, (CARD,), "digest", MemoryCache(), mark, NOW, tmp_path)


def looked(job: Job) -> tuple[Outcome, list[int]]:
    counted = Counted()
    (outcome,) = scan_what_changed([job], counted)
    return outcome, counted.jobs


def test_an_unchanged_repository_is_a_look_up_with_the_same_answer(job: Job) -> None:
    first, opened = looked(job)
    assert opened == [1]
    told: list[Outcome] = []
    counted = Counted()
    (second,) = scan_what_changed([job], counted, told.append)
    assert counted.jobs == []
    assert replace(first, seconds=0.0) == second == told[0]
    assert len(second.result.matches) == 1


def test_code_beside_a_scanner_that_it_shares_with_others_is_a_part_of_the_question(
    job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "plugins" / "their_plugin"
    scanner = "from tests.support.scanners import Words\n\nclass Theirs(Words):\n    pass\n"
    write(package, {"__init__.py": "", "shared.py": "", "words/__init__.py": "", "words/scanner.py": scanner})
    monkeypatch.syspath_prepend(str(package.parent))
    theirs = replace(job, scanner=importlib.import_module("their_plugin.words.scanner").Theirs())
    assert [looked(theirs)[1], looked(theirs)[1]] == [[1], []]
    write(package, {"shared.py": "CHANGED = True\n"})
    assert looked(theirs)[1] == [1]


@pytest.mark.parametrize(
    "change",
    [
        {"digest": "other"},
        {"options": {"deep": "true"}},
        {"now": NOW + timedelta(days=1)},
        {"mark": lambda secret: "other"},
    ],
)
def test_whatever_the_answer_depends_on_makes_it_look_again(job: Job, change: dict[str, object]) -> None:
    looked(job)
    assert looked(replace(job, **change))[1] == [1]  # type: ignore[arg-type]


def test_another_commit_or_ref_makes_it_look_again(job: Job) -> None:
    looked(job)
    assert isinstance(job.target, Repo)
    git(job.target.path, "branch", "side")
    assert looked(job)[1] == [1]
    write(job.target.path, {"a.txt": "fine\n"})
    git(job.target.path, "commit", "-qam", "Mend")
    moved = replace(job, target=replace(job.target, commit=git(job.target.path, "rev-parse", "HEAD")))
    outcome, opened = looked(moved)
    assert (outcome.result.matches, opened) == ((), [1])


class Timeless(Words):
    timeless = True


def test_a_scanner_that_does_not_ask_the_clock_is_remembered_over_months(job: Job) -> None:
    looked(replace(job, scanner=Timeless()))
    assert looked(replace(job, scanner=Timeless(), now=NOW + timedelta(days=31)))[1] == []


def test_what_could_not_be_looked_at_is_tried_again(job: Job) -> None:
    refusing = replace(job, scanner=Refuses())
    assert looked(refusing)[0].status is OutcomeStatus.FAILED
    assert looked(refusing)[1] == [1]
    assert isinstance(job.target, Repo)
    write(job.target.path, {"a.txt": "unreadable\n"})
    git(job.target.path, "commit", "-qam", "Break")
    partly = replace(job, target=replace(job.target, commit=git(job.target.path, "rev-parse", "HEAD")))
    assert not looked(partly)[0].is_complete
    assert looked(partly)[1] == [1]


def test_what_is_staged_is_always_looked_at(job: Job) -> None:
    job = replace(job, target=replace(job.target, scope=Scope.STAGED))  # type: ignore[type-var]
    looked(job)
    assert looked(job)[1] == [1]


def test_a_damaged_memory_is_no_answer(job: Job) -> None:
    looked(job)
    assert isinstance(job.cache, MemoryCache)
    job.cache.values = dict.fromkeys(job.cache.values, b"rubbish")
    outcome, opened = looked(job)
    assert (len(outcome.result.matches), opened) == (1, [1])


class Other(Words):
    name = "other"

    def scan(self, target: ScanTarget, context: ScanContext) -> ScanResult:
        return ScanResult(looked_at={"files": 0})


def test_outcomes_keep_the_order_of_their_jobs(job: Job) -> None:
    looked(job)
    scanners: tuple[Scanner, ...] = (Other(), Words(), Refuses())
    outcomes = scan_what_changed([replace(job, scanner=s) for s in scanners], Counted())
    assert [o.scanner for o in outcomes] == ["other", "words", "refuses"]


class Fragile(Words):
    """Works on the repositories that are there, and takes the process down at one."""

    name = "words"
    looked: list[str] = []  # noqa: RUF012  counts over copies

    def scan(self, target: ScanTarget, context: ScanContext) -> ScanResult:
        if target.name == "last" and not self.looked.count("again"):
            raise KeyboardInterrupt
        self.looked.append(target.name)
        return super().scan(target, context)


def test_a_run_that_was_killed_goes_on_with_what_it_had_not_finished(job: Job) -> None:
    names = ["first", "second", "last"]
    jobs = [replace(job, scanner=Fragile(), target=replace(job.target, name=n)) for n in names]
    Fragile.looked.clear()
    with pytest.raises(KeyboardInterrupt):
        _interrupted(jobs)
    assert Fragile.looked == ["first", "second"]
    Fragile.looked.append("again")
    outcomes = scan_what_changed(jobs, Counted())
    assert [o.status for o in outcomes] == [OutcomeStatus.DONE] * 3
    assert Fragile.looked == ["first", "second", "again", "last"]


def _interrupted(jobs: list[Job]) -> None:
    for outcome in scan_what_changed(jobs, Counted()):
        if "KeyboardInterrupt" in outcome.reason:
            raise KeyboardInterrupt


def test_a_work_tree_is_known_by_its_files_and_looked_at_again_when_one_changes(job: Job) -> None:
    tree = replace(job, target=replace(job.target, commit=None))
    first, opened = looked(tree)
    assert opened == [1]
    again, opened = looked(tree)
    assert (opened, again.result) == ([], first.result)
    write(tree.target.path, {"b.txt": "forbidden\n"})
    changed, opened = looked(tree)
    assert opened == [1]
    assert len(changed.result.matches) == 2
    write(tree.target.path, {"b.txt": "fine\n"})
    assert looked(tree)[1] == []


class Editing(Words):
    """Somebody edits a file between its reading and the end of the scan."""

    def scan(self, target: ScanTarget, context: ScanContext) -> ScanResult:
        result = super().scan(target, context)
        write(target.path, {"b.txt": "forbidden\n"})
        return result


class Lazy(Editing):
    reads_all = True


@pytest.mark.parametrize("scanner", [Editing(), Lazy()])
def test_what_was_edited_while_it_was_looked_at_is_remembered_as_it_was_read(job: Job, scanner: Scanner) -> None:
    tree = replace(job, scanner=scanner, target=replace(job.target, commit=None))
    first, _ = looked(tree)
    assert len(first.result.matches) == 1
    second, opened = looked(tree)
    assert (opened, len(second.result.matches)) == ([1], 2)
    write(tree.target.path, {"b.txt": "fine\n"})
    assert looked(tree) == (replace(first, seconds=0.0), [])


def test_a_file_that_was_not_changed_is_not_read_to_know_its_content(job: Job) -> None:
    assert isinstance(job.target, Repo)
    folder = job.target.path
    for name in ("a.txt", "b.txt"):
        os.utime(folder / name, (1_700_000_000, 1_700_000_000))
    long_ago = time.time_ns() + 10_000_000_000
    memory = TreeMemory.load(job.cache, folder)
    for name in ("a.txt", "b.txt"):
        about = (folder / name).stat()
        memory.add(name, state_of(about), "0" * 40, now=long_ago)
    memory.save(["a.txt", "b.txt"])
    files = FolderFiles(folder, memory=TreeMemory.load(job.cache, folder))
    assert {entry.blob for entry in files.entries()} == {"0" * 40}
    write(folder, {"b.txt": "forbidden\n"})
    files = FolderFiles(folder, memory=TreeMemory.load(job.cache, folder))
    assert [entry.blob == "0" * 40 for entry in files.entries()] == [True, False]


def test_a_file_that_was_changed_a_moment_ago_is_read_again(job: Job) -> None:
    memory = TreeMemory(job.cache, "tree")
    about = (job.target.path / "a.txt").stat()  # type: ignore[union-attr]
    memory.add("a.txt", state_of(about), "0" * 40)
    assert memory.blob("a.txt", state_of(about)) == ""


def test_what_was_finished_before_the_caller_broke_off_is_remembered(job: Job) -> None:
    jobs = [replace(job, scanner=scanner) for scanner in (Words(), Other())]

    def break_off(outcome: Outcome) -> None:
        if outcome.scanner == "other":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        scan_what_changed(jobs, Counted(), break_off)
    counted = Counted()
    scan_what_changed(jobs, counted)
    assert counted.jobs == []

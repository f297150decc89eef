"""The world outside as protocols; adapters implement them, wiring chooses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    # A protocol only names them; the hook does without what it does not need.
    from auditor.model.delivery import Envelope, Sent
    from auditor.model.outcome import NotScanned, ScanResult
    from auditor.model.rule import Rule
    from auditor.model.target import ScanTarget


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file of a target, before its content is read."""

    path: str
    """Relative, `/` between parts, surrogate escapes for bytes that are not UTF-8."""
    blob: str
    """Git object id; for a folder without git the id that git would give, or empty until read."""
    size: int
    """Bytes; -1 when unknown."""
    executable: bool = False
    tracked: bool = True
    """Whether git knows it; False for a new file of a work tree. In a folder without git everything counts as tracked."""


class Files(Protocol):
    """The files of one target: git objects or a folder, read without following links and without running anything."""

    def entries(self) -> Sequence[FileEntry]:
        """Regular files in path order (bytewise); links, submodules and devices are in `not_listed`."""
        ...

    def not_listed(self) -> Sequence[NotScanned]:
        """What is there and is not a regular file, with the reason."""
        ...

    def read(self, entry: FileEntry) -> bytes:
        """Content of a file.

        Raises:
            NotScannedError: it cannot be read (missing object, swapped for a link, permission).
        """
        ...

    def read_many(self, entries: Iterable[FileEntry]) -> Iterator[tuple[FileEntry, bytes]]:
        """Contents in the order asked for, by one process; unreadable ones are left out and counted in `unreadable`."""
        ...

    def unreadable(self) -> Sequence[NotScanned]:
        """What `read_many` could not read so far."""
        ...


class History(Protocol):
    """All that a repository ever held."""

    def tips(self) -> Sequence[str]:
        """Ids of where branches and tags stand."""
        ...

    def blobs(self, known: frozenset[str] = frozenset(), since: Sequence[str] = ()) -> Iterator[tuple[str, str, int]]:
        """(blob id, a path it had, size) of every blob reachable or not, but those in `known`; each id once.

        `since`: tips of which all is known.
        """
        ...

    def read_blobs(self, ids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Contents by one `cat-file --batch`."""
        ...

    def commits_of(
        self, blobs: frozenset[str], since: Sequence[str] = ()
    ) -> Mapping[str, tuple[CommitInfo, CommitInfo]]:
        """First and last commit that hold each blob, of those commits that came after the tips `since`."""
        ...

    def cut_off(self) -> str:
        """Why older commits are not here, as in a shallow or partial clone; empty where all of history is."""
        ...

    def deleted_paths(self) -> Mapping[str, CommitInfo]:
        """Paths that once existed and do not at the commit under scan, with the commit that deleted them.

        Over the branches, tags and remote branches; commits that are on none of them do not count.
        """
        ...

    def versions(self, paths: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
        """Blob ids of all contents that each of these paths had, over the same commits."""
        ...

    def authors(self) -> Mapping[str, int]:
        """Commits by author name, over the history of the commit under scan."""
        ...

    def head(self) -> CommitInfo | None:
        """The commit under scan; None where there is none."""
        ...


@dataclass(frozen=True, slots=True)
class CommitInfo:
    """A commit as far as reports need it."""

    id: str
    when: str
    """ISO date-time of the author, with offset."""
    author: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Completed:
    """A finished program."""

    returncode: int
    stdout: bytes
    stderr: bytes
    timed_out: bool = False
    truncated: bool = False
    """Output went over the limit and was cut."""


class Programs(Protocol):
    """Runs external programs with an empty environment, a time limit and limits on memory and output."""

    def run(
        self,
        argv: Sequence[str],
        *,
        cwd: Path | None = None,
        stdin: bytes = b"",
        seconds: float = 60.0,
        environment: Mapping[str, str] | None = None,
        megabytes: int | None = None,
        output_limit: int = 256 * 1024 * 1024,
    ) -> Completed:
        """Run to the end; never through a shell.

        Raises:
            NotScannedError: the program is not installed or cannot be started.
        """
        ...

    def find(self, name: str) -> Path | None:
        """Where a program lies: beside the running Python first, then on PATH."""
        ...


class Started(Protocol):
    """A program that was started before its input was known, because getting ready takes it long; it waits for its input."""

    folder: Path
    """Private, for what it reads besides."""

    def finish(self, stdin: bytes, seconds: float) -> Completed:
        """Hand its input over, and wait for its end. Only once."""
        ...


class Cache(Protocol):
    """Results by content; what is in it may vanish at any time."""

    def get(self, key: str) -> bytes | None:
        """Stored value or None."""
        ...

    def get_many(self, keys: Sequence[str]) -> Mapping[str, bytes]:
        """Stored values of those keys that are known."""
        ...

    def put_many(self, values: Mapping[str, bytes]) -> None:
        """Store; a cache that cannot be written is no error."""
        ...


class Marker(Protocol):
    """Keyed hash of a secret: equal secrets have equal marks within one installation, and nothing leaks."""

    def __call__(self, secret: bytes) -> str:
        """Hex digest, 32 characters."""
        ...


@dataclass(frozen=True, slots=True)
class ScanContext:
    """Everything a scanner may use; it imports nothing else of ours. Picklable as far as its parts are."""

    rules: tuple[Rule, ...]
    """The cards of this scanner."""
    rules_digest: str
    """Hash over those cards and everything else in the rules folder that they may use."""
    files: Files | None
    """The target's files; None for an AWS account."""
    history: History | None
    """None where there is no git history, or nobody asked for it."""
    programs: Programs
    cache: Cache
    mark: Marker
    now: datetime
    """Clock of the run, aware, UTC: scanners never ask the system for the time."""
    data: Path
    """The rules folder, for data files such as price tables."""
    work: Path
    """A private folder for temporary files (on tmpfs where there is one), removed afterwards."""
    options: Mapping[str, str]
    """Declared options of the scanner (`deep`, `engine`, `threshold`), from command line and portfolio."""
    started: Started | None = None
    """The scanner's program, started ahead; None: it starts what it needs by itself."""


class Scanner(Protocol):
    """A plug-in. Found by the entry-point group `auditor.scanners`; constructed without arguments.

    Some attributes may be left out: `per_file = True` says that no file's findings depend on another file, `timeless = True`
    that results do not depend on the date, so that they are remembered over months. `version`, if there is one, takes part in
    what is remembered. `reads_all = True` says that every file is read and no blob id is asked for before.
    """

    name: str
    """Also the folder of its cards in `rules/`."""
    kinds: frozenset[str]
    """Kinds of target it understands: `repo`, `aws-account`, `wiki`."""

    def scan(self, target: ScanTarget, context: ScanContext) -> ScanResult:
        """Look at one target.

        Raises:
            NotScannedError: nothing of it could be looked at; the message is the reason of the FAILED outcome.
        """
        ...


@dataclass(frozen=True, slots=True)
class ExamplesReport:
    """How a scanner's rules did on examples that only it can read."""

    examples: int
    failures: tuple[str, ...]
    """`path:line: what is wrong`."""


@runtime_checkable
class SelfTesting(Protocol):
    """A scanner that runs its rules' examples itself, because they are more than files with an expected answer."""

    def try_examples(self, context: ScanContext) -> ExamplesReport:
        """Run the examples of the context's rules; `context.data` is the rules folder."""
        ...


@runtime_checkable
class Explaining(Protocol):
    """A scanner that can say of any line why it is a finding, or why not."""

    def explain(self, path: str, content: bytes, line: int, context: ScanContext) -> tuple[str, ...]:
        """Lines for people; they hold no secret. `line` counts from 1."""
        ...


class Transport(Protocol):
    """Hands one mail over, once, without retries."""

    name: str

    def send(self, envelope: Envelope) -> Sent:
        """One try. A late or lost reply is UNKNOWN, a definite no is FAILED."""
        ...

    def evidence(self, envelope: Envelope) -> Sent | None:
        """Whether an interrupted mail went out; None: it cannot be found out."""
        ...


class Clock(Protocol):
    """The time, so that tests can set it."""

    def now(self) -> datetime:
        """Aware, UTC."""
        ...

"""Git repositories read as objects: no checkout, no hooks, no filters, no configuration of theirs obeyed.

Every call runs with an isolated configuration. What a repository's own `.git/config` can still say is limited to what
plumbing commands that only read objects look at, and the keys that start programs are switched off by name.
"""

from __future__ import annotations

import fcntl
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

from auditor.adapters.ahead import clean_environment
from auditor.adapters.programs import LocalPrograms
from auditor.errors import NotScannedError
from auditor.model.outcome import NotScanned
from auditor.model.ports import FileEntry

ISOLATION = (
    "-c", "core.fsmonitor=false",
    "-c", "core.hooksPath=/dev/null",
    "-c", "core.sshCommand=false",
    "-c", "core.pager=cat",
    "-c", "core.askPass=false",
    "-c", "diff.external=",
    "-c", "core.attributesFile=/dev/null",
    "-c", "core.untrackedCache=false",
    "-c", "core.quotePath=false",
    "-c", "core.ignoreCase=false",
    "-c", "diff.orderFile=/dev/null",
    "-c", "diff.relative=false",
    "-c", "log.follow=false",
    "-c", "log.showSignature=false",
    "-c", "log.diffMerges=separate",
    "-c", "gpg.program=false",
    "-c", "gpg.ssh.program=false",
    "-c", "gpg.x509.program=false",
    "-c", "gpg.openpgp.program=false",
    "-c", "color.ui=false",
    "-c", "i18n.logOutputEncoding=UTF-8",
    "-c", "submodule.recurse=false",
    "-c", "protocol.allow=never",
    "-c", "gc.auto=0",
    "--no-pager",
    "--no-optional-locks",
    "--no-replace-objects",
    "--literal-pathspecs",
)  # fmt: skip
"""Flags of every call; `protocol.allow=never` also stops the lazy fetch of a partial clone."""

ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_GRAFT_FILE": "/dev/null",
}
LOG = (
    "log", "--no-show-signature", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames", "--no-mailmap",
    "--encoding=UTF-8",
)  # fmt: skip
"""`git log` with what the repository's configuration could make of it switched off: it would check signatures by a program
that the repository names."""
EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


@dataclass(frozen=True, slots=True)
class Git:
    """The git program over one repository."""

    path: Path
    """Work tree, or bare repository."""

    def run(self, *arguments: str, stdin: bytes = b"", seconds: float = 120.0, here: bool = False) -> bytes:
        """Output of a plumbing command.

        With `here` the work tree is this folder, whatever the repository's configuration says of it (`core.worktree`).

        Raises:
            NotScannedError: git is missing, too slow, or says no; the message is git's first line.
        """
        done = LocalPrograms().run(
            ["git", *ISOLATION, "-C", str(self.path), *(("--work-tree=.",) if here else ()), *arguments],
            stdin=stdin,
            seconds=seconds,
            environment=ENVIRONMENT,
            output_limit=2 * 1024 * 1024 * 1024,
        )
        if done.timed_out:
            raise NotScannedError(f"git {arguments[0]} took longer than {seconds:.0f} s in {self.path.name}")
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"]
            raise NotScannedError(f"git {arguments[0]}: {said[0]}")
        return done.stdout

    def text(self, *arguments: str) -> str:
        """Output as text without the final line end."""
        return self.run(*arguments).decode(errors="surrogateescape").rstrip("\n")

    def resolve(self, revision: str = "HEAD") -> str | None:
        """Object id of a commit; None when there is no such commit (an unborn branch)."""
        with suppress(NotScannedError):
            return self.text("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        return None

    def commit_before(self, moment: str, revision: str = "HEAD") -> str | None:
        """Last commit of the first-parent line before an ISO date-time; None when there was none yet."""
        return self.text("rev-list", "-1", f"--before={moment}", "--first-parent", revision) or None

    def is_shallow(self) -> bool:
        """Whether history was cut off when the repository was cloned."""
        return self.text("rev-parse", "--is-shallow-repository") == "true"

    def stream(self, *arguments: str, feed: Iterable[bytes] | None = None) -> Iterator[subprocess.Popen[bytes]]:
        """A running git process whose output the caller reads; use with `contextlib.closing` or a for loop of one."""
        process = subprocess.Popen(
            ["git", *ISOLATION, "-C", str(self.path), *arguments],
            stdin=subprocess.PIPE if feed is not None else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=clean_environment(ENVIRONMENT),
            bufsize=1 << 20,
        )
        assert process.stdout
        with suppress(OSError, AttributeError):  # not on Linux, or over the user's limit: only slower
            fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, 1 << 20)
        writer = Thread(target=_feed, args=(process, feed), daemon=True) if feed is not None else None
        if writer:
            writer.start()
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
            for pipe in (process.stdout, process.stdin):
                if pipe:
                    with suppress(BrokenPipeError):
                        pipe.close()


def _feed(process: subprocess.Popen[bytes], lines: Iterable[bytes] | None) -> None:
    assert process.stdin
    with suppress(BrokenPipeError, ValueError):
        for line in lines or ():
            process.stdin.write(line)
        process.stdin.close()


def looks_like_repository(path: Path) -> bool:
    """Whether a folder has what the top of a work tree or a bare repository has; git is not asked."""
    return (path / ".git").exists() or ((path / "objects").is_dir() and (path / "HEAD").is_file())


def is_repository(path: Path) -> bool:
    """Whether a folder is the top of a git work tree, or a bare repository.

    Raises:
        NotScannedError: git refuses the repository (it belongs to another user); the message says so.
    """
    if not looks_like_repository(path):
        return False
    try:
        Git(path).run("rev-parse", "--git-dir")
    except NotScannedError as error:
        if "dubious ownership" in str(error):
            raise NotScannedError(
                f"{path} belongs to another user, and git refuses it; scan it as its owner, or clone it first"
            ) from error
        raise
    return True


def read_blobs(git: Git, ids: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
    """(id, content) in the order asked for, by one `cat-file --batch`; None for a missing object."""
    wanted = list(ids)
    if not wanted:
        return
    lines = (f"{blob}\n".encode() for blob in wanted)
    for process in git.stream("cat-file", "--batch", "--buffer", feed=lines):
        assert process.stdout
        for blob in wanted:
            header = process.stdout.readline().split()
            if len(header) != 3:
                yield blob, None
                continue
            content = process.stdout.read(int(header[2]))
            process.stdout.read(1)
            yield blob, content


@dataclass(slots=True)
class GitFiles:
    """The files of one commit, read from objects."""

    git: Git
    commit: str
    _entries: tuple[FileEntry, ...] | None = None
    _not_listed: list[NotScanned] = field(default_factory=list)
    _unreadable: list[NotScanned] = field(default_factory=list)

    def entries(self) -> Sequence[FileEntry]:
        """Regular files in path order."""
        if self._entries is None:
            self._not_listed.clear()
            self._entries = tuple(self._list())
        return self._entries

    def not_listed(self) -> Sequence[NotScanned]:
        """Links and submodules."""
        self.entries()
        return tuple(self._not_listed)

    def read(self, entry: FileEntry) -> bytes:
        """Content of one file.

        Raises:
            NotScannedError: the object is missing.
        """
        for _, content in read_blobs(self.git, [entry.blob]):
            if content is not None:
                return content
        raise NotScannedError(f"{entry.path}: object {entry.blob[:12]} is missing")

    def read_many(self, entries: Iterable[FileEntry]) -> Iterator[tuple[FileEntry, bytes]]:
        """Contents by one process."""
        wanted = list(entries)
        blobs = read_blobs(self.git, [entry.blob for entry in wanted])
        for entry, (_, content) in zip(wanted, blobs, strict=True):
            if content is None:
                self._unreadable.append(NotScanned(entry.path, "missing object", detail=entry.blob))
            else:
                yield entry, content

    def unreadable(self) -> Sequence[NotScanned]:
        """What `read_many` could not read so far."""
        return tuple(self._unreadable)

    def _list(self) -> Iterator[FileEntry]:
        output = self.git.run("ls-tree", "-r", "-z", "--long", "--full-tree", self.commit)
        for line in output.split(b"\0"):
            if not line:
                continue
            facts, name = line.split(b"\t", 1)
            mode, _, blob, size = facts.split()
            path = name.decode("utf-8", "surrogateescape")
            if mode == b"120000":
                self._not_listed.append(NotScanned(path, "symbolic link", expected=True))
            elif mode == b"160000":
                self._not_listed.append(NotScanned(path, "submodule", expected=True, detail=blob.decode()))
            else:
                length = int(size) if size.isdigit() else -1
                yield FileEntry(path, blob.decode(), length, executable=mode == b"100755")

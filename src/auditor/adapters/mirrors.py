"""Repositories by URL: bare mirrors in a private cache folder, fetched with an isolated configuration.

Nothing is checked out. A token travels in git's environment, never in a URL, an argument or the mirror's configuration,
and no redirect is followed with it. A mirror is made beside its place and moved there whole.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from auditor.adapters.cache import private_folder
from auditor.adapters.git import ENVIRONMENT
from auditor.adapters.programs import LocalPrograms
from auditor.errors import NotScannedError

_SCP = re.compile(r"(?:[A-Za-z0-9._-]+@)?(?P<host>[A-Za-z0-9.-]+):(?P<path>(?!/)[^\s\x00-\x1f]+)")
_SCHEMES = frozenset({"https", "http", "ssh", "git", "file"})
_REFS = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")


def is_url(text: str) -> bool:
    """Whether a repository is named by a URL (also `git@host:path`), not by a path."""
    return text.partition("://")[0] in _SCHEMES if "://" in text else bool(_SCP.fullmatch(text)) and "@" in text


def repository_name(url: str) -> str:
    """Last part of the URL without `.git`."""
    name = re.split(r"[/:]", url.rstrip("/"))[-1].removesuffix(".git")
    return name or "repository"


@dataclass(frozen=True, slots=True)
class Mirrors:
    """A folder of mirrors."""

    folder: Path
    tokens: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Access token by host."""
    seconds: float = 1800.0
    """Time limit of one transfer."""

    def path(self, url: str) -> Path:
        """Where the mirror of a URL lies; two URLs never share one."""
        name = re.sub(r"[^A-Za-z0-9._-]+", "-", repository_name(url)).strip("-.")[-80:]
        return self.folder / hashlib.sha256(url.encode()).hexdigest()[:12] / f"{name or 'repository'}.git"

    def fetch(self, url: str) -> Path:
        """Bring the mirror up to date and return its path; costs one question when nothing has changed.

        Raises:
            NotScannedError: it cannot be fetched; what an earlier fetch brought is not passed off as today's state.
        """
        if not is_url(url):
            # Also stands between git's `ext::` transport, which runs commands, and what an API answers.
            raise NotScannedError(f"{url!r} is no repository URL: https, ssh, git, http, file or git@host:path")
        if urlsplit(url).password or (urlsplit(url).username and urlsplit(url).scheme in {"http", "https"}):
            raise NotScannedError("a repository URL holds a credential; put the token into repos.env instead")
        place = self.path(url)
        refs, head = self._asked(url)
        with self._alone(place, url):
            if place.is_dir():
                self._update(place, url, refs)
            else:
                self._make(place, url)
            if head:
                self._git(["-C", str(place), "symbolic-ref", "HEAD", head], url)
        return place

    @contextmanager
    def _alone(self, place: Path, url: str) -> Iterator[None]:
        """One at a time: several scanners' workers may want the same repository at once."""
        try:
            private_folder(self.folder)
            private_folder(place.parent)
            handle = os.open(place.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise NotScannedError(f"{url}: the mirror cannot be written: {error.strerror}") from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _asked(self, url: str) -> tuple[dict[str, str], str]:
        """Heads and tags of the remote, and what its HEAD points to."""
        refs: dict[str, str] = {}
        head = ""
        for line in self._git(
            ["ls-remote", "--symref", "--", url, "HEAD", "refs/heads/*", "refs/tags/*"], url
        ).splitlines():
            value, _, name = line.partition("\t")
            if value.startswith("ref: "):
                head = value.removeprefix("ref: ") if name == "HEAD" else head
            elif name != "HEAD" and not name.endswith("^{}"):
                refs[name] = value
        return refs, head if head in refs else ""

    def _update(self, place: Path, url: str, refs: Mapping[str, str]) -> None:
        shown = self._git(["-C", str(place), "for-each-ref", "--format=%(refname)%09%(objectname)"], url)
        here = dict(line.split("\t") for line in shown.splitlines())
        if here != refs:
            self._git(
                ["-C", str(place), "fetch", "--quiet", "--prune", "--no-write-fetch-head", "--", url, *_REFS], url
            )

    def _make(self, place: Path, url: str) -> None:
        waiting = place.with_name(f".{place.name}.{os.getpid()}")
        shutil.rmtree(waiting, ignore_errors=True)
        try:
            self._git(["init", "--quiet", "--bare", "--template=", "--", str(waiting)], url)
            self._git(["-C", str(waiting), "fetch", "--quiet", "--no-write-fetch-head", "--", url, *_REFS], url)
            waiting.replace(place)
        except OSError as error:
            raise NotScannedError(f"{url}: the mirror cannot be written: {error.strerror}") from error
        finally:
            shutil.rmtree(waiting, ignore_errors=True)

    def _git(self, arguments: list[str], url: str) -> str:
        parts = urlsplit(url)
        scheme = parts.scheme or "ssh"
        settings = {
            "core.fsmonitor": "false",
            "core.hooksPath": "/dev/null",
            "core.askPass": "false",
            "credential.helper": "",
            "gc.auto": "0",
            "maintenance.auto": "false",
            "submodule.recurse": "false",
            "http.followRedirects": "false",
            "protocol.allow": "never",
            f"protocol.{scheme}.allow": "always",
        }
        token = self.tokens.get(parts.hostname or "")
        if token and scheme == "https":
            basic = base64.b64encode(f"x-access-token:{token}".encode()).decode()
            settings[f"http.{scheme}://{parts.netloc}/.extraHeader"] = f"Authorization: Basic {basic}"
        environment = {k: v for k, v in ENVIRONMENT.items() if k != "GIT_ALLOW_PROTOCOL"}
        environment |= {
            "GIT_SSH_COMMAND": "ssh -oBatchMode=yes -oStrictHostKeyChecking=yes",
            "GIT_CONFIG_COUNT": str(len(settings)),
            **{f"GIT_CONFIG_KEY_{n}": key for n, key in enumerate(settings)},
            **{f"GIT_CONFIG_VALUE_{n}": value for n, value in enumerate(settings.values())},
        }
        if scheme == "ssh" and "SSH_AUTH_SOCK" in os.environ:
            environment |= {"SSH_AUTH_SOCK": os.environ["SSH_AUTH_SOCK"], "HOME": str(Path.home())}
        done = LocalPrograms().run(["git", *arguments], seconds=self.seconds, environment=environment)
        if done.timed_out:
            raise NotScannedError(f"{url}: not fetched within {self.seconds:.0f} s")
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"]
            words = next((line for line in said if line.startswith(("fatal:", "ERROR", "error:"))), said[-1])
            raise NotScannedError(f"{url}: cannot be fetched: {words}")
        return done.stdout.decode(errors="surrogateescape")

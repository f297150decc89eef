"""Repositories that a portfolio names by URL or by organisation, brought here as mirrors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.adapters.mirrors import Mirrors, is_url, repository_name
from auditor.errors import NotScannedError

if TYPE_CHECKING:
    from auditor.adapters.forges import Forges

AT_ONCE = 8
"""Transfers at the same time; they wait for the network, not for the processor."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A repository that has a URL, and its mirror."""

    name: str
    url: str
    path: Path | None
    """None: it could not be fetched."""
    reason: str = ""


def is_remote(pattern: str) -> bool:
    """Whether an entry of `repositories` is not on this machine."""
    return pattern.startswith(("github:", "gitlab:")) or is_url(pattern)


def fetch_repositories(
    patterns: Iterable[str], folder: Path, credentials: Mapping[str, str]
) -> Mapping[str, tuple[Fetched, ...]]:
    """Mirrors by entry of the portfolio; entries that are paths are left out.

    Args:
        patterns: entries of `repositories`.
        folder: cache of mirrors.
        credentials: tokens of repos.env.
    """
    remote = [pattern for pattern in dict.fromkeys(patterns) if is_remote(pattern)]
    if not remote:
        return {}
    from auditor.adapters.forges import Forges  # with all of urllib, which a scan of what is here does without

    forges = Forges(credentials)
    mirrors = Mirrors(folder, forges.tokens())
    named = {pattern: _named(pattern, forges) for pattern in remote}
    with ThreadPoolExecutor(AT_ONCE) as threads:
        waiting = {pattern: [threads.submit(_fetch, mirrors, one) for one in every] for pattern, every in named.items()}
        return {pattern: tuple(future.result() for future in futures) for pattern, futures in waiting.items()}


def _named(pattern: str, forges: Forges) -> Sequence[Fetched]:
    if is_url(pattern):
        return (Fetched(repository_name(pattern), pattern, None),)
    try:
        return tuple(Fetched(found.name, found.url, None) for found in forges.list(pattern))
    except NotScannedError as error:
        return (Fetched(pattern, "", None, str(error)),)


def _fetch(mirrors: Mirrors, wanted: Fetched) -> Fetched:
    if wanted.reason:
        return wanted
    try:
        return Fetched(wanted.name, wanted.url, mirrors.fetch(wanted.url))
    except NotScannedError as error:
        return Fetched(wanted.name, wanted.url, None, str(error))

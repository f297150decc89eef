"""What there is to scan: paths, globs and folders of repositories become targets."""

from __future__ import annotations

import glob
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.adapters.folder import NESTED
from auditor.adapters.git import Git, is_repository, looks_like_repository
from auditor.errors import NotScannedError
from auditor.model.run import Outcome, OutcomeStatus
from auditor.model.target import AwsAccount, Repo, ScanTarget, Wiki
from auditor.steps.fetch import AT_ONCE, Fetched, is_remote

if TYPE_CHECKING:
    from auditor.portfolio import Account, Entity, Portfolio  # a plain scan does without it


@dataclass(frozen=True, slots=True)
class Discovered:
    """Targets, and what should have been one."""

    targets: tuple[ScanTarget, ...]
    missing: tuple[Outcome, ...] = ()
    """FAILED outcomes of the scanner `discover`."""


def discover_paths(paths: Sequence[Path], *, history: bool = False) -> Discovered:
    """Targets of `auditor scan`: a folder, a repository, a file, or a folder of repositories, as they lie there."""
    targets: list[ScanTarget] = []
    missing: list[Outcome] = []
    for path in paths:
        try:
            targets.extend(_local(path, "", history=history))
        except NotScannedError as error:
            missing.append(_missing(path, "", str(error)))
    return _apart(targets, missing)


def _local(path: Path, entity: str, *, history: bool) -> Iterator[Repo]:
    full = Path(os.path.abspath(path))  # noqa: PTH100  resolve() would follow links
    if not full.exists():
        raise NotScannedError(f"{path}: no such file or folder")
    if full.is_file():
        yield Repo(full.name, entity or full.stem, full)
        return
    if is_repository(full):
        yield _work_tree(full, entity, history=history)
        return
    inner = sorted(repositories_below(full))
    for repository in inner:
        yield _work_tree(repository, entity, history=history)
    if not inner or _has_loose_files(full, inner):
        yield Repo(full.name or "root", entity or full.name, full)


def _work_tree(path: Path, entity: str, *, history: bool) -> Repo:
    git = Git(path)
    head = git.resolve()
    bare = not (path / ".git").exists()
    return Repo(
        path.name, entity or path.name, path, commit=head if bare else None, history=history and head is not None
    )


def repositories_below(folder: Path, depth: int = 1) -> Iterator[Path]:
    """Git work trees at most three levels below a folder; not inside of one another."""
    if depth > NESTED:
        return
    with os.scandir(folder) as items:
        for item in items:
            if not item.is_dir(follow_symlinks=False) or item.name in {".git", "node_modules"}:
                continue
            path = Path(item.path)
            if (path / ".git").exists():
                yield path
            else:
                yield from repositories_below(path, depth + 1)


def _has_loose_files(folder: Path, repositories: Sequence[Path]) -> bool:
    inside = {str(path) for path in repositories}
    for where, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if f"{where}/{name}" not in inside and name != ".git"]
        if files:
            return True
    return False


def discover_portfolio(
    portfolio: Portfolio,
    moment: datetime,
    inventories: Sequence[AwsAccount] = (),
    fetched: Mapping[str, Sequence[Fetched]] | None = None,
) -> Discovered:
    """Targets of a portfolio at a moment: the last commit before it of every repository, the wiki, the accounts.

    `inventories` are the recorded or freshly collected accounts; `fetched` holds the mirrors of repositories that are
    given by URL or organisation, by entry of the portfolio.
    """
    targets: list[ScanTarget] = []
    missing: list[Outcome] = []
    seen: set[Path] = set()
    for entity in portfolio.entities:
        for pattern in entity.repositories:
            if is_remote(pattern):
                here, absent = _mirrored(pattern, entity, moment, fetched or {}, history=portfolio.history)
                targets.extend(target for target in here if target.path not in seen)
                seen.update(target.path for target in here)
                missing.extend(absent)
                continue
            try:
                found = list(_of_pattern(portfolio, pattern))
            except NotScannedError as error:
                missing.append(_missing(Path(pattern), entity.key, str(error)))
                continue
            fresh = [path for path in dict.fromkeys(found) if path not in seen]
            seen.update(fresh)
            for path, target in zip(fresh, _at_once(fresh, entity, moment, history=portfolio.history), strict=True):
                if isinstance(target, Repo):
                    targets.append(target)
                else:
                    missing.append(_missing(path, entity.key, target))
    if portfolio.wiki:
        try:
            targets.append(_wiki(portfolio, moment))
        except NotScannedError as error:
            missing.append(_missing(portfolio.wiki, "", str(error), kind="wiki"))
    targets.extend(inventories)
    return _apart(targets, missing)


def recorded_inventories(
    accounts: Sequence[Account], folder: Path, period: str, previous: str
) -> tuple[tuple[AwsAccount, ...], tuple[Outcome, ...]]:
    """Accounts whose inventory was recorded, as targets; a missing file is a FAILED outcome."""
    found: list[AwsAccount] = []
    missing: list[Outcome] = []
    for account in accounts:
        if not account.inventory:
            continue
        path = folder / account.inventory.format(period=period)
        before = folder / account.inventory.format(period=previous)
        target = AwsAccount(
            account.name,
            account.entity,
            account.account_id,
            path,
            before if before != path and before.is_file() else None,
        )
        if path.is_file():
            found.append(target)
        else:
            missing.append(Outcome("discover", target, OutcomeStatus.FAILED, f"no inventory at {account.inventory}"))
    return tuple(found), tuple(missing)


def _of_pattern(portfolio: Portfolio, pattern: str) -> Iterator[Path]:
    root = portfolio.folder / Path(pattern).expanduser()
    paths = [Path(p) for p in sorted(glob.glob(str(root)))] if glob.has_magic(pattern) else [root]  # noqa: PTH207
    if not paths:
        raise NotScannedError(f"{pattern}: nothing matches")
    for path in paths:
        full = Path(os.path.abspath(path))  # noqa: PTH100  resolve() would follow links
        if not full.is_dir():
            raise NotScannedError(f"{pattern}: no such folder")
        if looks_like_repository(full):
            yield full
            continue
        inner = sorted(repositories_below(full))
        yield from inner or [full]


def _at_once(paths: Sequence[Path], entity: Entity, moment: datetime, *, history: bool) -> list[Repo | str]:
    """A target for each path, or why there is none; a few at a time, because each waits for a git process."""

    def one(path: Path) -> Repo | str:
        try:
            return _at_moment(path, entity, moment, history=history)
        except NotScannedError as error:
            return str(error)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(one, paths))


def _mirrored(
    pattern: str, entity: Entity, moment: datetime, fetched: Mapping[str, Sequence[Fetched]], *, history: bool
) -> tuple[list[Repo], list[Outcome]]:
    targets: list[Repo] = []
    missing: list[Outcome] = []
    for mirror in fetched.get(pattern, (Fetched(pattern, "", None, f"{pattern}: was not fetched"),)):
        if mirror.path is None:
            missing.append(_missing(Path(mirror.name), entity.key, mirror.reason))
            continue
        try:
            target = _at_moment(mirror.path, entity, moment, history=history)
        except NotScannedError as error:
            missing.append(_missing(Path(mirror.name), entity.key, str(error)))
        else:
            targets.append(replace(target, name=mirror.name, url=mirror.url))
    return targets, missing


def _at_moment(path: Path, entity: Entity, moment: datetime, *, history: bool) -> Repo:
    if not looks_like_repository(path):
        return Repo(path.name, entity.key, path, profile=entity.profile)
    git = Git(path)
    commit = None
    # One process where all is well; what is wrong is found out where it is not.
    with suppress(NotScannedError):
        commit = git.commit_before(moment.isoformat())
    if commit is None and is_repository(path):
        commit = git.resolve()
    if commit is None:
        raise NotScannedError(f"{path.name}: the repository has no commit yet")
    return Repo(path.name, entity.key, path, commit, profile=entity.profile, history=history)


def _wiki(portfolio: Portfolio, moment: datetime) -> Wiki:
    assert portfolio.wiki
    path = Path(os.path.abspath(portfolio.wiki))  # noqa: PTH100  resolve() would follow links
    if not path.is_dir():
        raise NotScannedError(f"{portfolio.wiki}: the wiki folder does not exist")
    commit = None
    if is_repository(path):
        git = Git(path)
        head = git.resolve()
        commit = git.commit_before(moment.isoformat(), head) if head else None
    return Wiki("wiki", "", path, commit)


def _missing(path: Path, entity: str, reason: str, *, kind: str = "repo") -> Outcome:
    target: ScanTarget = Wiki("wiki", entity, path) if kind == "wiki" else Repo(path.name or str(path), entity, path)
    return Outcome("discover", target, OutcomeStatus.FAILED, reason)


def _named_apart(targets: Sequence[ScanTarget]) -> tuple[ScanTarget, ...]:
    """Repositories of the same name get as many of the folders above them in front as it takes; then numbers."""
    depth = 1
    names = [target.name for target in targets]
    while len(set(names)) < len(names) and depth < 8:
        counts = Counter(names)
        names = [
            "/".join(_parts(target)[-1 - depth :]) if isinstance(target, Repo) and counts[name] > 1 else name
            for target, name in zip(targets, names, strict=True)
        ]
        depth += 1
    seen: Counter[str] = Counter()
    result: list[ScanTarget] = []
    for target, name in zip(targets, names, strict=True):
        seen[name] += 1
        result.append(replace(target, name=name if seen[name] == 1 else f"{name} ({seen[name]})"))
    return tuple(result)


def _parts(target: Repo) -> list[str]:
    """Folders and name, of the address where there is one: a mirror's folder says nothing to a reader."""
    where = re.sub(r"^\w+://|^[^/]*@", "", target.url) if target.url else str(target.path)
    return [part for part in re.split(r"[/:]", where.removesuffix(".git")) if part]


def _apart(targets: Sequence[ScanTarget], missing: Sequence[Outcome]) -> Discovered:
    """What was found and what is missing, no two of them under one name: a name is an identity in the store."""
    every = _named_apart((*targets, *(outcome.target for outcome in missing)))
    absent = zip(missing, every[len(targets) :], strict=True)
    return Discovered(every[: len(targets)], tuple(replace(outcome, target=target) for outcome, target in absent))

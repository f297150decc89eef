"""What can be scanned."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias


class Scope(StrEnum):
    """Which part of a repository is looked at."""

    TREE = "tree"
    """Every file of one commit, or of a folder without git."""
    STAGED = "staged"
    CHANGED = "changed"
    """Files that differ between two commits."""


@dataclass(frozen=True, slots=True)
class Repo:
    """A repository, or a folder that is not under git."""

    name: str
    entity: str
    path: Path
    commit: str | None = None
    """Resolved object id; None: the files of the folder as they lie there."""
    scope: Scope = Scope.TREE
    base: str | None = None
    """For `CHANGED`: object id of the commit it is compared with; files that are equal there are left out."""
    profile: str = ""
    """Declared page profile (`app`, `marketing`, `booking`, `tours`, ...); empty: found out from the pages."""
    history: bool = False
    """Whether all of git's history is read as well (secrets)."""
    url: str = ""
    """Where `path`, a mirror, was fetched from; a worker on another machine fetches it there. Never holds a credential."""

    kind = "repo"


@dataclass(frozen=True, slots=True)
class AwsAccount:
    """An AWS account as one recorded inventory."""

    name: str
    entity: str
    account_id: str
    inventory: Path
    """JSON written by the collector."""
    previous: Path | None = None
    """Last month's inventory, if any."""

    kind = "aws-account"


@dataclass(frozen=True, slots=True)
class Wiki:
    """A folder of Markdown pages."""

    name: str
    entity: str
    path: Path
    commit: str | None = None

    kind = "wiki"


ScanTarget: TypeAlias = Repo | AwsAccount | Wiki

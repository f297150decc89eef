"""Places a finding or a figure can point to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class CodeLocation:
    """A place in a repository, or the repository itself (`path` empty)."""

    repo: str
    path: str = ""
    """Relative to the repository's root, `/` between parts; bytes that are not UTF-8 are surrogate escapes."""
    line: int | None = None
    """From 1. None: the whole file, or the repository."""
    end_line: int | None = None
    """Inclusive; None: same as `line`."""
    column: int | None = None
    commit: str | None = None
    """None: the work tree of a folder that is not under git."""
    scope: str = ""
    """Chain of enclosing functions and classes, `Outer.inner`; takes part in identity, line numbers do not."""

    @property
    def anchor(self) -> str:
        """What stays when lines move."""
        return f"{self.path}\x1f{self.scope}"

    def __str__(self) -> str:
        """`repo:path:line`, as people and terminals read it."""
        tail = f":{self.line}" if self.line else ""
        return f"{self.repo}:{self.path}{tail}" if self.path else self.repo


@dataclass(frozen=True, slots=True)
class CloudLocation:
    """A resource in a cloud account, with the call that showed it."""

    account: str
    region: str
    arn: str
    """The resource's ARN, or `service/type/id` where the service gives none."""
    call: str = ""
    """`service:Operation` that the statement rests on, such as `cloudfront:ListDistributions`."""
    as_of: str = ""
    """ISO date and time of that call."""

    @property
    def anchor(self) -> str:
        """What stays when lines move: the resource."""
        return f"{self.account}\x1f{self.arn}"

    def __str__(self) -> str:
        """The ARN."""
        return self.arn


@dataclass(frozen=True, slots=True)
class WikiLocation:
    """A place in a wiki page."""

    page: str
    """Relative to the wiki's folder."""
    heading: str = ""
    line: int | None = None
    column: int | None = None
    commit: str | None = None

    @property
    def anchor(self) -> str:
        """What stays when lines move."""
        return f"{self.page}\x1f{self.heading}"

    def __str__(self) -> str:
        """`page:line`."""
        return f"{self.page}:{self.line}" if self.line else self.page


@dataclass(frozen=True, slots=True)
class FileLocation:
    """A line of a data file named by the portfolio (a CSV ledger, the configuration, a price table)."""

    path: str
    line: int | None = None

    @property
    def anchor(self) -> str:
        """What stays when lines move."""
        return self.path

    def __str__(self) -> str:
        """`path:line`."""
        return f"{self.path}:{self.line}" if self.line else self.path


Location: TypeAlias = CodeLocation | CloudLocation | WikiLocation | FileLocation

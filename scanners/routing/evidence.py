"""What is known of the guard before an endpoint, and what that rests on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

NOT_VISIBLE = "no guard visible in this repository"


class Auth(StrEnum):
    """Whether a guard stands before the handler."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Strength(StrEnum):
    """Where a guard stands, strongest first."""

    GATEWAY = "gateway authorizer"
    DECORATOR = "decorator"
    DISPATCH = "check before dispatch"
    BRANCH = "check in the branch"
    HANDLER = "check in the handler"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Guard:
    """The judgement over one endpoint, with what it rests on."""

    auth: Auth
    evidence: str
    strength: Strength = Strength.NONE
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that stands as a guard, or only looks like one."""

    what: str
    file: str
    line: int
    verified: bool = True
    """False: the token is read, nobody checks it."""
    throws: bool = False
    """It stops strangers by an exception: worth nothing where that is swallowed."""

    def __str__(self) -> str:
        """`require_auth() at app.py:12`."""
        return f"{self.what} at {self.file}:{self.line}"


def public(evidence: Evidence | None = None) -> Guard:
    """No guard."""
    if evidence is not None:
        return Guard(Auth.NO, f"{evidence}: not a guard", Strength.NONE, evidence.line)
    return Guard(Auth.NO, NOT_VISIBLE)


def guarded(strength: Strength, evidence: Evidence) -> Guard:
    """A guard of that strength."""
    return Guard(Auth.YES, f"{strength}: {evidence}", strength, evidence.line)

"""One line of the preflight."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CheckStatus(StrEnum):
    """How a check ended."""

    PASS = "pass"  # noqa: S105  a word, not a password
    FAIL = "fail"
    UNKNOWN = "could not check"
    """Neither good nor bad: a service did not answer, a permission is missing."""


@dataclass(frozen=True, slots=True)
class Check:
    """What was checked, how it ended, and what to do."""

    name: str
    """Dotted: `ses.sender`, `store.schema`."""
    status: CheckStatus
    detail: str
    fix: str = ""
    """What to do; empty when it passed."""


def passed(name: str, detail: str) -> Check:
    """All is well."""
    return Check(name, CheckStatus.PASS, detail)


def failed(name: str, detail: str, fix: str) -> Check:
    """The month would not go well."""
    return Check(name, CheckStatus.FAIL, detail, fix)


def unknown(name: str, detail: str, fix: str) -> Check:
    """Nobody can tell from here."""
    return Check(name, CheckStatus.UNKNOWN, detail, fix)

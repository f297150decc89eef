"""Waivers: decisions to accept a finding, each with reason, owner and an end that is enforced.

They stand in `waivers.toml` beside a portfolio's rules, or in a comment on the line or the line above:
`auditor: allow <rule> -- <reason> (<owner>, until YYYY-MM-DD)`. The owner of a comment may be left out where the
portfolio or CODEOWNERS names one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from auditor.model.finding import Waiver
from auditor.model.pattern import lazy

FILE_NAME = "waivers.toml"
LONGEST = timedelta(days=366)
"""A waiver ends within a year of the day it is used; longer ones are refused, not shortened."""
WARNING = timedelta(days=30)
_INLINE = lazy(
    r"auditor:\s*allow\s+(?P<rule>[a-z][a-z0-9_]*\.[a-z0-9-]+|[A-Z][A-Z0-9-]+)\s*(?:--|—|:)\s*(?P<reason>[^()]*?)\s*"
    r"\(\s*(?:(?P<owner>[^(),]+?)\s*,\s*)?until\s+(?P<until>\d{4}-\d\d-\d\d)\s*\)"
)
_KEYS = frozenset({"finding", "rule", "path", "count", "reason", "owner", "until"})


@dataclass(frozen=True, slots=True)
class WaiverProblem:
    """A waiver that cannot be used; the finding stays open."""

    where: str
    message: str

    def __str__(self) -> str:
        """`waivers.toml:12: message`."""
        return f"{self.where}: {self.message}"


@dataclass(frozen=True, slots=True)
class WaiverFile:
    """What a waiver file says."""

    waivers: tuple[Waiver, ...] = ()
    problems: tuple[WaiverProblem, ...] = ()
    honour_foreign: bool = False
    """Whether markers of other tools (`nosec`, `nosemgrep`, `pragma: allowlist secret`) waive; they are counted anyway."""


def read_waivers(text: str, today: date, where: str = FILE_NAME) -> WaiverFile:
    """The waivers of a file; what is written wrongly is a problem with its line, and the rest goes on."""
    import tomllib  # comments in code need none

    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return WaiverFile(problems=(WaiverProblem(where, f"not valid TOML: {error}"),))
    entries = document.get("waiver", [])
    if not isinstance(entries, list):
        return WaiverFile(problems=(WaiverProblem(where, "write [[waiver]], with double brackets"),))
    lines = [number for number, line in enumerate(text.splitlines(), 1) if line.strip() == "[[waiver]]"]
    waivers: list[Waiver] = []
    problems: list[WaiverProblem] = []
    for index, entry in enumerate(entries):
        place = f"{where}:{lines[index] if index < len(lines) else 1}"
        made = _waiver(entry, place, today)
        if isinstance(made, Waiver):
            waivers.append(made)
        else:
            problems.extend(WaiverProblem(place, message) for message in made)
    return WaiverFile(tuple(waivers), tuple(problems), bool(document.get("honour_foreign_markers", False)))


def _waiver(entry: Mapping[str, Any], place: str, today: date) -> Waiver | list[str]:
    wrong = [f"unknown key {key!r}" for key in entry if key not in _KEYS]
    wrong += [f"`{key}` is missing" for key in ("reason", "owner", "until") if not str(entry.get(key, "")).strip()]
    finding, rule, path = (str(entry.get(key, "")) for key in ("finding", "rule", "path"))
    if not finding and not (rule and path):
        wrong.append("name a `finding`, or a `rule` with a `path`")
    if path and not path.replace("*", "").replace("/", "").strip("."):
        wrong.append(f"the path {path!r} would accept everything")
    count = entry.get("count", 1)
    if not isinstance(count, int) or isinstance(count, bool) or count < 1:
        wrong.append("`count` is a number from 1")
        count = 1
    until = entry.get("until", "")
    wrong += list(_date_problems(str(until), today)) if until else []
    if wrong:
        return wrong
    return Waiver(
        rule, str(entry["reason"]).strip(), str(entry["owner"]).strip(), str(until), place, finding, path, count
    )


def _date_problems(until: str, today: date) -> Iterator[str]:
    try:
        last = date.fromisoformat(until)
    except ValueError:
        yield f"`until` {until!r} is no day of the calendar"
        return
    if last - today > LONGEST:
        yield f"`until` {until} is more than a year away; a waiver is looked at again every year"


def read_inline(comment: str, where: str, owner: str, today: date) -> Waiver | WaiverProblem | None:
    """The waiver in a line of code; None when there is none; a problem when it is not complete."""
    if "auditor:" not in comment or not re.search(r"auditor:\s*allow\b", comment):
        return None
    found = _INLINE.search(comment)
    if not found:
        return WaiverProblem(where, "write `auditor: allow <rule> -- <reason> (<owner>, until YYYY-MM-DD)`")
    who = (found["owner"] or owner).strip()
    wrong = list(_date_problems(found["until"], today))
    if not found["reason"].strip():
        wrong.append("a reason is missing")
    if not who:
        wrong.append("an owner is missing, and nobody is named for this file")
    if wrong:
        return WaiverProblem(where, "; ".join(wrong))
    return Waiver(found["rule"], found["reason"].strip(), who, found["until"], where)


def is_over(waiver: Waiver, today: date) -> bool:
    """Whether its last day has passed."""
    return date.fromisoformat(waiver.until) < today


def ends_soon(waiver: Waiver, today: date) -> bool:
    """Whether it ends within thirty days."""
    return today <= date.fromisoformat(waiver.until) <= today + WARNING

"""A hygiene card's own part, checked and compiled."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from auditor.errors import RuleError
from auditor.model.rule import Rule
from scanners.hygiene.contents import READERS
from scanners.hygiene.globs import Globs, pattern
from scanners.hygiene.seen import Reader

_KEYS = frozenset("paths except content content_is dirs history file_absent check fold tests any_case needs".split())
CHECKS = frozenset(
    "gitignore_missing gitignore_env gitignore_gaps lockfile tests stale bus_factor vendored".split(),
)


@dataclass(frozen=True, slots=True)
class HygieneRule:
    """One card, ready to be applied. A card without `paths` or `history` speaks about the repository as a whole."""

    rule: Rule
    paths: Globs | None = None
    exceptions: Globs | None = None
    content: re.Pattern[bytes] | None = None
    """Must be found in the file."""
    reader: Reader | None = None
    directories: Globs | None = None
    """Outermost directories; one match each."""
    history: Globs | None = None
    absent: Globs | None = None
    """No file of this name in the whole repository."""
    needs: Globs | None = None
    """With `absent`: only where such a file is."""
    check: str = ""
    fold: bool = False
    """All files make one match."""
    tests: str = ""
    """What becomes of files among tests: empty, as any other; `skip`; or the grade they get."""


def compiled(rule: Rule) -> HygieneRule:
    """Read a card's `match`.

    Raises:
        RuleError: an unknown key, reader or check, or an expression that does not compile.
    """
    spec = rule.spec
    unknown = sorted(set(spec) - _KEYS)
    if unknown:
        raise RuleError(f"{rule.id}: `match` does not know {unknown[0]!r}")
    reader, check = str(spec.get("content_is", "")), str(spec.get("check", ""))
    if reader and reader not in READERS:
        raise RuleError(f"{rule.id}: `content_is: {reader}` is none of {', '.join(sorted(READERS))}")
    if check and check not in CHECKS:
        raise RuleError(f"{rule.id}: `check: {check}` is none of {', '.join(sorted(CHECKS))}")
    if not check and not any(key in spec for key in ("paths", "dirs", "history", "file_absent")):
        raise RuleError(f"{rule.id}: `match` says nothing to look for")
    try:
        content = re.compile(str(spec["content"]).encode()) if "content" in spec else None
    except re.error as error:
        raise RuleError(f"{rule.id}: `content` is no regular expression: {error}") from None
    any_case = bool(spec.get("any_case", False))
    return HygieneRule(
        rule=rule,
        paths=_globs(spec, "paths", any_case=any_case),
        exceptions=_globs(spec, "except", any_case=any_case),
        content=content,
        reader=READERS.get(reader),
        directories=_globs(spec, "dirs", any_case=any_case),
        history=_globs(spec, "history", any_case=any_case),
        absent=_globs(spec, "file_absent", any_case=any_case),
        needs=_globs(spec, "needs", any_case=any_case),
        check=check,
        fold=bool(spec.get("fold", False)),
        tests=str(spec.get("tests", "")),
    )


def _globs(spec: Mapping[str, Any], key: str, *, any_case: bool) -> Globs | None:
    value = spec.get(key)
    if value is None:
        return None
    globs = [value] if isinstance(value, str) else [str(item) for item in value]
    return pattern(globs, any_case=any_case)

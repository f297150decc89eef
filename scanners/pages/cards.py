"""A page card's own part, checked and compiled."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from auditor.errors import RuleError
from auditor.model.rule import Rule
from scanners.pages.profile import KNOWN

_KEYS = frozenset(
    "find absent attr matches not_matches text script min file_absent headers_absent unless_href unless check when not_when "
    "scope in_shell apart non_empty noun".split()
)


@dataclass(frozen=True, slots=True)
class PageRule:
    """One card, ready to be applied.

    `absent` and `file_absent` speak once per site, the others once per page.
    """

    rule: Rule
    find: str = ""
    """Selector of what must not be there."""
    absent: str = ""
    """Selector of what must be there."""
    non_empty: bool = False
    """With `absent`: an element without text counts as missing."""
    attribute: str = ""
    matches: re.Pattern[str] | None = None
    not_matches: re.Pattern[str] | None = None
    """An attribute that templates fill in is not judged."""
    text: re.Pattern[str] | None = None
    script: re.Pattern[str] | None = None
    minimum: int = 1
    """Fewer places on a page are no match."""
    files: tuple[str, ...] = ()
    """One of these, below the site's folder, must be there."""
    header: str = ""
    """With `absent`: not missing where a server's or host's configuration sets this header."""
    unless_href: re.Pattern[str] | None = None
    unless: str = ""
    """Selector that excuses the page (or, with scope `site`, the site)."""
    check: str = ""
    when: frozenset[str] = frozenset()
    """Profiles; empty: every site but the dialogs of Apps Script."""
    not_when: frozenset[str] = frozenset()
    whole_site: bool = False
    """With `absent`: one page that has it is enough."""
    main_page: bool = False
    """With `absent`: it is enough that the site's first page has it."""
    in_shell: bool = False
    """Whether the file itself decides even where a script renders the page."""
    apart: bool = True
    """Whether pages that nobody searches for (errors, thanks, previews, sign-in) count."""
    noun: str = ""
    """What a place is, in the plural, for `12 pictures without text`."""


def compiled(rule: Rule, checks: frozenset[str]) -> PageRule:
    """Read a card's `match`.

    Raises:
        RuleError: an unknown key, check or profile, or an expression that does not compile.
    """
    spec = rule.spec
    unknown = sorted(set(spec) - _KEYS)
    if unknown:
        raise RuleError(f"{rule.id}: `match` does not know {unknown[0]!r}")
    check = str(spec.get("check", ""))
    if check and check not in checks:
        raise RuleError(f"{rule.id}: `check: {check}` is none of {', '.join(sorted(checks))}")
    if not check and not any(key in spec for key in ("find", "absent", "text", "script", "file_absent")):
        raise RuleError(f"{rule.id}: `match` says nothing to look for")
    when, not_when = _words(spec, "when"), _words(spec, "not_when")
    strangers = sorted((when | not_when) - KNOWN)
    if strangers:
        raise RuleError(f"{rule.id}: profile {strangers[0]!r} is none of {', '.join(sorted(KNOWN))}")
    return PageRule(
        rule=rule,
        find=str(spec.get("find", "")),
        absent=str(spec.get("absent", "")),
        non_empty=bool(spec.get("non_empty", False)),
        attribute=str(spec.get("attr", "")),
        matches=_expression(rule, "matches"),
        not_matches=_expression(rule, "not_matches"),
        text=_expression(rule, "text"),
        script=_expression(rule, "script"),
        minimum=int(spec.get("min", 1)),
        files=tuple(str(name) for name in spec.get("file_absent", ())),
        header=str(spec.get("headers_absent", "")).lower(),
        unless_href=_expression(rule, "unless_href"),
        unless=str(spec.get("unless", "")),
        check=check,
        when=when,
        not_when=not_when,
        whole_site=spec.get("scope") == "site",
        main_page=spec.get("scope") == "main",
        in_shell=bool(spec.get("in_shell", False)),
        apart=bool(spec.get("apart", True)),
        noun=str(spec.get("noun", "")),
    )


def _words(spec: Mapping[str, Any], key: str) -> frozenset[str]:
    return frozenset(str(word) for word in spec.get(key, ()))


def _expression(rule: Rule, key: str) -> re.Pattern[str] | None:
    value = rule.spec.get(key)
    if value is None:
        return None
    try:
        return re.compile(str(value))
    except re.error as error:
        raise RuleError(f"{rule.id}: `{key}` is no regular expression: {error}") from None

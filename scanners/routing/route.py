"""What a request must look like to reach a place in a program, and paths in one spelling."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from auditor.model.pattern import lazy

METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
ANY = "ANY"


class Match(StrEnum):
    """How a path is compared."""

    EXACT = "exact"
    PREFIX = "prefix"
    SUFFIX = "suffix"
    CONTAINS = "contains"
    SEGMENTS = "segments"
    """Part by part, some of them parameters."""
    WILDCARD = "wildcard"
    """Everything below, by `{proxy+}` or `*`."""
    ANY = "any"
    """The path is not looked at."""


@dataclass(frozen=True, slots=True)
class Route:
    """A predicate over requests: methods x path. Empty parts are not constrained."""

    methods: frozenset[str] = frozenset()
    path: str = ""
    match: Match = Match.ANY
    segments: tuple[tuple[int, str], ...] = ()
    """Known parts of the path by position from 0, when it is compared part by part."""
    length: int | None = None
    """Number of parts."""
    action: str = ""
    """Value of the `action` parameter, where one address serves many."""

    @property
    def is_pathless(self) -> bool:
        """Whether nothing is known of the path."""
        return self.match is Match.ANY and not self.segments and self.length is None

    def rendered(self) -> tuple[str, Match]:
        """Path and match kind as shown."""
        if not self.segments and self.length is None:
            return self.path, self.match
        known = dict(self.segments)
        if any(index < 0 for index in known):
            tail = known[max(index for index in known if index < 0)]
            return f"{self.path.rstrip('/')}/{tail}", Match.SUFFIX
        count = self.length if self.length is not None else max(known, default=-1) + 1
        if self.match is Match.PREFIX:
            for index, part in enumerate(p for p in self.path.split("/") if p):
                known.setdefault(index, part)
            count = max(count, len([p for p in self.path.split("/") if p]))
        parts = [known.get(i, "{id}") for i in range(max(count, 0))]
        path = "/" + "/".join(parts)
        if self.match is Match.EXACT and self.path:
            return self.path, Match.EXACT
        complete = self.length is not None and len(known) >= count
        return path, Match.EXACT if complete else Match.SEGMENTS if self.length is not None else Match.PREFIX


def exact(path: str) -> Route:
    """A route by its whole path, parameters in any style."""
    spelled = spell(path)
    kind = Match.WILDCARD if "+}" in spelled or "*" in spelled else Match.SEGMENTS if "{" in spelled else Match.EXACT
    return Route(path=spelled, match=kind)


def both(first: Route, second: Route) -> Route | None:
    """What satisfies both; None when nothing can."""
    methods = first.methods or second.methods
    if first.methods and second.methods:
        methods = first.methods & second.methods
        if not methods:
            return None
    if first.action and second.action and first.action != second.action:
        return None
    segments = _merged(first.segments, second.segments)
    if segments is None or (None not in {first.length, second.length} and first.length != second.length):
        return None
    length = first.length if first.length is not None else second.length
    path, match = _path(first, second)
    if match is None:
        return None
    return Route(methods, path, match, segments, length, first.action or second.action)


def _merged(a: tuple[tuple[int, str], ...], b: tuple[tuple[int, str], ...]) -> tuple[tuple[int, str], ...] | None:
    known = dict(a)
    for index, value in b:
        if known.setdefault(index, value) != value:
            return None
    return tuple(sorted(known.items()))


def _path(a: Route, b: Route) -> tuple[str, Match | None]:
    if a.match is Match.ANY:
        return b.path, b.match
    if b.match is Match.ANY:
        return a.path, a.match
    whole = {Match.EXACT, Match.SEGMENTS, Match.WILDCARD}
    if a.match in whole and b.match in whole:
        return (a.path, a.match) if a.path == b.path else ("", None)
    if a.match in whole or b.match in whole:
        full, part = (a, b) if a.match in whole else (b, a)
        fits = {
            Match.PREFIX: full.path.startswith(part.path.rstrip("/")),
            Match.SUFFIX: full.path.endswith(part.path),
            Match.CONTAINS: part.path in full.path,
        }[part.match]
        return (full.path, full.match) if fits or "{" in full.path else ("", None)
    if {a.match, b.match} == {Match.PREFIX, Match.SUFFIX}:
        head, tail = (a, b) if a.match is Match.PREFIX else (b, a)
        if head.path.rstrip("/") == tail.path:
            return head.path, Match.EXACT
        return f"{head.path.rstrip('/')}/{{id}}/{tail.path.lstrip('/')}", Match.SEGMENTS
    longer = a if len(a.path) >= len(b.path) else b
    return longer.path, longer.match


def product(first: Iterable[Route], second: Iterable[Route]) -> tuple[Route, ...]:
    """All pairs that can hold together, each once, in order."""
    rights = tuple(second)
    found = dict.fromkeys(r for a in first for b in rights if (r := both(a, b)) is not None)
    return tuple(found)


_FLASK = lazy(r"<(?:[\w.]+(?:\([^)]*\))?:)?(\w+)>")
_PATH_CONVERTER = lazy(r"<path:(\w+)>|\{(\w+):path\}|\{\*(\w+)\}")
_COLON = lazy(r"(?<=[/.\-]):(\w+)(?:\([^)]*\))?[?*+]?")
_TYPED = lazy(r"\{(\w+):[^{}]*\}")


def spell(path: str) -> str:
    """One spelling: leading slash, `{name}` for parameters, no trailing slash but for the root."""
    path = path.split("?", 1)[0].strip()
    path = _PATH_CONVERTER.sub(lambda m: "{" + (m.group(1) or m.group(2) or m.group(3)) + "+}", path)
    path = _FLASK.sub(r"{\1}", path)
    path = _TYPED.sub(r"{\1}", path)
    if not path.startswith("/"):
        path = "/" + path
    path = _COLON.sub(r"{\1}", path)
    path = re.sub(r"//+", "/", path)
    return path.rstrip("/") or "/"


def joined(prefix: str, path: str) -> str:
    """A prefix and a path below it."""
    if not prefix.strip("/"):
        return spell(path) if path else "/"
    return spell(prefix.rstrip("/") + "/" + path.lstrip("/"))


_NAMED = lazy(r"\(\?P?<(\w+)>(?:[^()]|\([^()]*\))*\)[?*+]?")
_GROUP = lazy(r"\((?:\?:)?(?:\[[^\]]*\]|\\[dwS]|\.|[^()])*\)[?*+]?")
_CLASS = lazy(r"(?:\[[^\]]*\]|\\[dwS]|\.)(?:[*+]\??|\{\d+(?:,\d*)?\})")


def from_regex(source: str, *, whole: bool = False) -> Route | None:
    """A regular expression over a path as a route; None when it does not look like one.

    `whole`: matched from the first to the last character even without `^` and `$` (`re.fullmatch`).
    """
    start = source.startswith(("^", r"\A")) or whole
    end = source.endswith(("$", r"\Z")) or whole
    body = re.sub(r"^(\^|\\A)|(\$|\\Z)$", "", source)
    body = body.replace(r"\/", "/").replace(r"\-", "-")
    body = re.sub(r"/\?$", "", body)
    literal = re.fullmatch(r"\(\?:(/[\w-]+)\)\?(/.*)", body)  # an optional stage in front
    if literal:
        body = literal.group(2)
    open_end = re.search(r"(\(\.[*+]\??\)|\.[*+])$", body)
    body = _NAMED.sub(r"{\1}", body)
    body = _GROUP.sub("{id}", body)
    body = _CLASS.sub("{id}", body)
    body = re.sub(r"\\([.\-/_])", r"\1", body)
    if not body.startswith("/") or re.search(r"[\\()\[\]|*+?^$]", body):
        return None
    spelled = spell(body)
    if open_end and body.endswith("/{id}") is False:
        return Route(path=spelled.removesuffix("{id}") or "/", match=Match.PREFIX)
    if not end:
        return Route(path=spelled, match=Match.PREFIX if "{" not in spelled else Match.SEGMENTS)
    if not start:
        return Route(path=spelled, match=Match.SUFFIX)
    return exact(spelled)


def with_methods(route: Route, methods: Iterable[str]) -> Route:
    """The route limited to methods."""
    return replace(route, methods=frozenset(m.upper() for m in methods))


def from_key(text: str) -> Route | None:
    """`GET /items/{id}` (API Gateway's route key, and what hand-made tables use), `/items|GET`; None when it is not one."""
    found = re.fullmatch(r"\s*([A-Za-z]+)[\s:_#|-]+(/\S*)\s*", text)
    turned = re.fullmatch(r"\s*(/\S*?)[\s:_#|-]+([A-Z]+)\s*", text) if not found else None
    if found:
        method, path = found.group(1).upper(), found.group(2)
    elif turned:
        path, method = turned.groups()
    else:
        return None
    if method not in METHODS and method not in {"ANY", "ALL"}:
        return None
    route = exact(path)
    return with_methods(route, [method]) if method in METHODS else route

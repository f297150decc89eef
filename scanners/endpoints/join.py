"""Endpoints, what calls them and what declares them, side by side."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from auditor.model.pattern import lazy
from scanners.endpoints.endpoint import Endpoint, FrontCall
from scanners.routing.evidence import Auth
from scanners.routing.route import ANY, Match

_STATIC = lazy(
    r"(?i)\.(json|html?|md|txt|csv|xml|svg|png|jpe?g|webp|gif|ico|css|m?js|ya?ml|wasm|pdf|mp[34]|geojson|webmanifest|"
    r"woff2?|glb|glsl)$"
)
_STAGES = lazy(
    r"^/(?:prod|production|dev|development|stage|staging|test|api|v\d+)(?=/)", re.IGNORECASE
)  # fmt: skip
_OTHERS = lazy(r"(?i)health|webhook|/hook|callback|ping|status$|metrics|robots|favicon|^/$|docs|openapi|swagger|cron")


@dataclass(frozen=True, slots=True)
class Joined:
    """The four lists."""

    open: tuple[Endpoint, ...]
    """No guard."""
    dead: tuple[Endpoint, ...]
    """Never called by any front end that we know."""
    missing: tuple[FrontCall, ...]
    """Called, and not served by the back end that serves the other calls of the same base."""
    undeclared: tuple[Endpoint, ...]
    """In code, and not in the infrastructure code that declares its neighbours."""


def join(
    endpoints: Sequence[Endpoint], calls: Sequence[FrontCall], *, dynamic: frozenset[str], opaque: bool = False
) -> Joined:
    """Compare the inventory with the calls.

    `dynamic`: back ends whose routes cannot be listed, for which nothing is called missing. `opaque`: there are functions
    that answer requests, and nothing here says for which paths; then nothing at all is called missing.
    """
    wanted = [c for c in calls if not _STATIC.search(c.path) and c.method != "RUN"]
    asked = {(c.method, c.path): c for c in wanted}
    answers = {request: [e for e in endpoints if matches(c, e)] for request, c in asked.items()}
    served = {id(c): answers[c.method, c.path] for c in wanted}
    return Joined(
        open=tuple(e for e in endpoints if e.auth is Auth.NO),
        dead=_dead(endpoints, wanted, served),
        missing=() if opaque else _missing(endpoints, wanted, served, dynamic),
        undeclared=_undeclared(endpoints),
    )


def _dead(
    endpoints: Sequence[Endpoint], calls: list[FrontCall], served: dict[int, list[Endpoint]]
) -> tuple[Endpoint, ...]:
    """Only for back ends that a front end of this repository calls at all."""
    called = {id(e) for found in served.values() for e in found}
    backends = {e.backend for found in served.values() for e in found}
    blind = any(c.path.startswith("/{") for c in calls)
    if blind:
        return ()
    return tuple(e for e in endpoints if e.backend in backends and id(e) not in called and not _called_by_others(e))


def _called_by_others(endpoint: Endpoint) -> bool:
    """Health checks, webhooks, pages and wildcards."""
    return endpoint.match in {Match.WILDCARD, Match.ANY} or bool(_OTHERS.search(endpoint.path))


def _missing(
    endpoints: Sequence[Endpoint],
    calls: list[FrontCall],
    served: dict[int, list[Endpoint]],
    dynamic: frozenset[str],
) -> tuple[FrontCall, ...]:
    groups: dict[str, list[FrontCall]] = {}
    for call in calls:
        groups.setdefault(call.base, []).append(call)
    found: list[FrontCall] = []
    for group in groups.values():
        backends = {e.backend for c in group for e in served[id(c)]}
        wild = any(e.backend in backends and e.match in {Match.WILDCARD, Match.ANY} for e in endpoints)
        hits = sum(bool(served[id(c)]) for c in group)
        if not backends or wild or backends & dynamic or hits * 2 < len(group):
            continue  # another back end serves this base: not visible in this repository
        found.extend(c for c in group if not served[id(c)] and _is_certain(c))
    return tuple(found)


def _is_certain(call: FrontCall) -> bool:
    """Whether enough of the path is literal to say that nothing serves it."""
    if "//" in call.path:
        return False
    parts = [p for p in call.path.split("/") if p]
    if not parts or "{" in parts[0]:
        return False
    return all("{" not in p or re.fullmatch(r"\{\w+\}", p) for p in parts)


def _undeclared(endpoints: Sequence[Endpoint]) -> tuple[Endpoint, ...]:
    declared = {e.backend for e in endpoints if e.declared}
    wild = {e.backend for e in endpoints if e.declared and e.match in {Match.WILDCARD, Match.ANY}}
    return tuple(e for e in endpoints if e.backend in declared - wild and not e.declared)


def matches(call: FrontCall, endpoint: Endpoint) -> bool:
    """Whether an endpoint would serve a call."""
    if endpoint.method not in {call.method, ANY} and call.method != ANY:
        return False
    if endpoint.match is Match.ANY:
        return False
    path = re.sub(r"(?i)^[a-z]+://[^/]+|^//[^/]+", "", call.path) or "/"
    if path_matches(path, endpoint):
        return True
    short = _STAGES.sub("", path)
    if short != path and path_matches(short, endpoint):
        return True
    shorter = _STAGES.sub("", endpoint.path)
    return shorter != endpoint.path and endpoint.match is not Match.WILDCARD and _segments_match(path, shorter)


def path_matches(path: str, endpoint: Endpoint) -> bool:
    """Whether a path of a call falls under an endpoint's predicate."""
    known = endpoint.path
    if endpoint.match is Match.PREFIX:
        head = known.rstrip("/")
        count = len(head.split("/"))
        return path.startswith(head) or _segments_match("/".join(path.split("/")[:count]), head)
    if endpoint.match is Match.SUFFIX:
        count = len(known.strip("/").split("/"))
        return path.endswith(known) or _segments_match("/".join(path.split("/")[-count:]), known)
    if endpoint.match is Match.CONTAINS:
        return known in path
    if endpoint.match is Match.WILDCARD:
        head = re.split(r"/?(?:\{\w+\+\}|\*)", known)[0]
        return path == head or path.startswith(head + "/") or not head
    return _segments_match(path, known)


def _segments_match(path: str, known: str) -> bool:
    ours, theirs = path.strip("/").split("/"), known.strip("/").split("/")
    return len(ours) == len(theirs) and all(
        a == b or "{" in a or "{" in b for a, b in zip(ours, theirs, strict=True)
    )  # fmt: skip


def unique(items: Iterable[Endpoint]) -> list[Endpoint]:
    """Endpoints once by method, path, kind and file; the first statement of each is kept."""
    seen: dict[tuple[str, str, str, str], Endpoint] = {}
    for item in items:
        seen.setdefault((item.method, item.path, item.match, item.file), item)
    return list(seen.values())

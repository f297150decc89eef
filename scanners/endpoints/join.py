"""Endpoints, what calls them and what declares them, side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from auditor.model.routes import is_certain, is_for_others, is_served, serves
from scanners.endpoints.endpoint import Endpoint, FrontCall
from scanners.routing.evidence import Auth
from scanners.routing.route import Match


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
    wanted = [c for c in calls if is_served(c)]
    asked = {(c.method, c.path): c for c in wanted}
    answers = {request: [e for e in endpoints if serves(e, c)] for request, c in asked.items()}
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
    return tuple(e for e in endpoints if e.backend in backends and id(e) not in called and not is_for_others(e))


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
        found.extend(c for c in group if not served[id(c)] and is_certain(c))
    return tuple(found)


def _undeclared(endpoints: Sequence[Endpoint]) -> tuple[Endpoint, ...]:
    declared = {e.backend for e in endpoints if e.declared}
    wild = {e.backend for e in endpoints if e.declared and e.match in {Match.WILDCARD, Match.ANY}}
    return tuple(e for e in endpoints if e.backend in declared - wild and not e.declared)


def unique(items: Iterable[Endpoint]) -> list[Endpoint]:
    """Endpoints once by method, path, kind and file; the first statement of each is kept."""
    seen: dict[tuple[str, str, str, str], Endpoint] = {}
    for item in items:
        seen.setdefault((item.method, item.path, item.match, item.file), item)
    return list(seen.values())

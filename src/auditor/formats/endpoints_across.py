"""The join between several targets: a front end in one repository, its back end in another.

Each target has been joined with itself already. Here only what one left open is looked for in the others: a call that
nothing beside it serves, and an endpoint that nothing beside it calls.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from auditor.model.fact import Record
from auditor.model.routes import TAKES_ALL, is_certain, is_for_others, is_served, serves


@dataclass(frozen=True, slots=True)
class Target:
    """What was found in one place."""

    endpoints: tuple[Record, ...]
    calls: tuple[Record, ...]
    dynamic: bool = False
    """Whether it has routes that cannot be listed."""


@dataclass(frozen=True, slots=True)
class _Call:
    record: Record
    target: int
    method: str
    path: str


@dataclass(frozen=True, slots=True)
class _Endpoint:
    record: Record
    target: int
    method: str
    path: str
    match: str

    @property
    def backend(self) -> tuple[int, str]:
        return self.target, self.record.text.get("backend", "")


def joined(targets: Sequence[Target]) -> tuple[Target, ...]:
    """The targets with `missing` and `dead` as they are when all of them are looked at together."""
    if len(targets) < 2:
        return tuple(targets)
    endpoints = [
        _Endpoint(r, i, r.text["method"], r.text["path"], r.text.get("match", ""))
        for i, target in enumerate(targets)
        for r in target.endpoints
    ]
    calls = [
        call
        for i, target in enumerate(targets)
        for r in target.calls
        if is_served(call := _Call(r, i, r.text["method"], r.text["path"]))
    ]
    answers = _answers(endpoints, calls)
    changed: dict[int, Mapping[str, str]] = {}
    reached: set[tuple[int, str]] = set()
    for group in _groups(calls):
        backends = _taken_by(group, answers)
        reached |= backends
        wild = any(e.backend in backends and e.match in TAKES_ALL for e in endpoints)
        closed = not wild and not any(targets[target].dynamic for target, _ in backends)
        for call in group if backends else ():
            missing = closed and not answers[id(call)] and is_certain(call)
            changed[id(call.record)] = {"missing": "yes" if missing else ""}
    called = {id(e) for found in answers.values() for e in found}
    blind = any(c.path.startswith("/{") for c in calls)
    for endpoint in endpoints if reached and not blind else ():
        if endpoint.backend in reached:
            dead = id(endpoint) not in called and not is_for_others(endpoint)
            changed[id(endpoint.record)] = {"dead": "yes" if dead else ""}
    return tuple(
        replace(target, endpoints=_with(target.endpoints, changed), calls=_with(target.calls, changed))
        for target in targets
    )


def _answers(endpoints: Sequence[_Endpoint], calls: Sequence[_Call]) -> dict[int, list[_Endpoint]]:
    """What serves each call: of its own target, else of the others."""
    known: dict[tuple[str, str], list[_Endpoint]] = {}
    found: dict[int, list[_Endpoint]] = {}
    for call in calls:
        request = (call.method, call.path)
        if request not in known:
            known[request] = [e for e in endpoints if serves(e, call)]
        own = [e for e in known[request] if e.target == call.target]
        found[id(call)] = own or known[request]
    return found


def _groups(calls: Iterable[_Call]) -> list[list[_Call]]:
    """Calls of one target with one base address."""
    groups: dict[tuple[int, str], list[_Call]] = {}
    for call in calls:
        groups.setdefault((call.target, call.record.text.get("base", "")), []).append(call)
    return list(groups.values())


def _taken_by(group: Sequence[_Call], answers: Mapping[int, list[_Endpoint]]) -> set[tuple[int, str]]:
    """Back ends of other targets that serve most of a group: one equal path may be a coincidence."""
    hits = [c for c in group if any(e.target != c.target for e in answers[id(c)])]
    if len({(c.method, c.path) for c in hits}) < 2 or len(hits) * 2 < len(group):
        return set()
    return {e.backend for c in hits for e in answers[id(c)]}


def _with(records: tuple[Record, ...], changed: Mapping[int, Mapping[str, str]]) -> tuple[Record, ...]:
    return tuple(replace(r, text={**r.text, **changed[id(r)]}) if id(r) in changed else r for r in records)

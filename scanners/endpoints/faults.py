"""All matches of a repository: open endpoints, what does not fit together, and what should be hardened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from auditor.model.finding import Match
from auditor.model.location import CodeLocation
from auditor.model.target import Repo
from auditor.model.text import visible
from scanners.endpoints.access import access_faults, details, place
from scanners.endpoints.endpoint import Declared, Endpoint
from scanners.endpoints.hardening import Fault
from scanners.endpoints.join import Joined


def matches(
    target: Repo,
    endpoints: Sequence[Endpoint],
    joined: Joined,
    unserved: Sequence[Declared],
    places: Sequence[Fault],
) -> Iterator[Match]:
    """Everything, in no order; text of the repository made visible."""
    for match in (*access_faults(target, endpoints), *_join_faults(target, joined, unserved)):
        yield replace(match, excerpt=visible(match.excerpt), message=visible(match.message))
    for fault in places:
        yield Match(
            f"endpoints.{fault.rule}",
            CodeLocation(target.name, fault.file, fault.line, commit=target.commit, scope=fault.scope),
            grade=fault.grade,
            message=visible(fault.message),
            also_at=tuple(CodeLocation(target.name, f, n, commit=target.commit) for f, n in fault.also)[:50],
        )


def _join_faults(target: Repo, joined: Joined, unserved: Sequence[Declared]) -> Iterator[Match]:
    for call in joined.missing:
        mark = f"{call.method} {call.path}"
        where = CodeLocation(target.name, call.file, call.line, commit=target.commit)
        yield Match(
            "endpoints.called-not-served",
            where,
            excerpt=mark,
            mark=mark,
            message=f"{mark} is called and nothing here serves it",
        )
    for rule, found, said in (
        ("never-called", joined.dead, "are served and called by no page here"),
        ("not-declared", joined.undeclared, "are in the code and not in the infrastructure code"),
    ):
        for backend, group in _by_backend(found).items():
            listed = ", ".join(f"{e.method} {e.path}" for e in group[:10])
            yield Match(
                f"endpoints.{rule}", place(target, group[0]), excerpt=listed, mark=backend,
                message=f"{len(group)} endpoints of {backend} {said}: {listed}", details=details(group[0]),
                also_at=tuple(place(target, e) for e in group[1:])[:50],
            )  # fmt: skip
    for declared in unserved:
        mark = f"{declared.method} {declared.path}"
        where = CodeLocation(target.name, declared.file, declared.line, commit=target.commit)
        yield Match(
            "endpoints.declared-not-served",
            where,
            excerpt=mark,
            mark=mark,
            message=f"{mark} is declared and {declared.handler} does not answer it",
        )


def _by_backend(found: Sequence[Endpoint]) -> Mapping[str, list[Endpoint]]:
    groups: dict[str, list[Endpoint]] = {}
    for endpoint in found:
        groups.setdefault(endpoint.backend, []).append(endpoint)
    return groups

"""Which open endpoints are faults, and how bad."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from auditor.model.finding import Match
from auditor.model.location import CodeLocation
from auditor.model.pattern import lazy
from auditor.model.target import Repo
from scanners.endpoints.endpoint import Endpoint
from scanners.routing.evidence import Auth

_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_PUBLIC = lazy(
    r"(?i)(^|[/_-])(log-?in|sign-?in|sign-?up|log-?out|register|registration|auth|oauth\d?|authenticate|token|tokens|refresh|"
    r"password|forgot|reset|verify|verification|confirm|health\w*|ping|status|version|metrics|webhooks?|hooks?|callback|"
    r"contact|contact-?us|subscribe|newsletter|feedback|track|analytics|beacon|csp-report|otp|magic-?link|unsubscribe|search|"
    r"favicon\.ico|docs|openapi\.json|session|sessions|login-?check|echo|graphql)(?=[/_-]|$)"
)
"""Addresses that are public on purpose; webhooks are judged by their signature."""
_PERSONAL = lazy(
    r"(?i)user|customer|account|member|profile|booking|order|payment|invoice|contact|guest|client|patient|employee|admin|"
    r"message|lead|crew|waiver"
)


def access_faults(target: Repo, endpoints: Sequence[Endpoint]) -> Iterator[Match]:
    """One match for each open write, one for all open reads of a back end."""
    reads: dict[str, list[Endpoint]] = {}
    for endpoint in endpoints:
        if endpoint.auth is not Auth.NO or _PUBLIC.search(endpoint.path):
            continue
        if endpoint.method in _WRITES:
            yield _write(target, endpoint)
        elif endpoint.method in {"GET", "ANY"} and endpoint.path != "/":
            reads.setdefault(endpoint.backend, []).append(endpoint)
    for found in reads.values():
        yield _reads(target, found)


def _write(target: Repo, endpoint: Endpoint) -> Match:
    grade = "unverified-token" if "without verification" in endpoint.evidence else "gateway-open"
    if grade == "gateway-open" and endpoint.framework == "lambda" and not endpoint.declared:
        grade = "not-visible"
    return Match(
        "endpoints.write-without-auth",
        place(target, endpoint),
        excerpt=f"{endpoint.method} {endpoint.path}",
        mark=f"{endpoint.method} {endpoint.path}",
        grade=grade,
        message=f"{endpoint.method} {endpoint.path} answers without authentication ({endpoint.evidence})",
        details=details(endpoint),
    )


def _reads(target: Repo, found: list[Endpoint]) -> Match:
    personal = [e for e in found if _PERSONAL.search(e.path)]
    first = (personal or found)[0]
    listed = ", ".join(dict.fromkeys(e.path for e in (personal or found)[:8]))
    return Match(
        "endpoints.read-without-auth",
        place(target, first),
        excerpt=listed,
        mark=first.backend,
        grade="personal" if personal else "",
        message=f"{len(found)} endpoints of {first.backend} answer without authentication: {listed}",
        details=details(first) | {"count": str(len(found)), "personal": str(len(personal))},
        also_at=tuple(place(target, e) for e in found if e is not first)[:50],
    )


def place(target: Repo, endpoint: Endpoint) -> CodeLocation:
    """Where an endpoint stands."""
    return CodeLocation(
        target.name, endpoint.file, endpoint.line, commit=target.commit, scope=endpoint.handler
    )  # fmt: skip


def details(endpoint: Endpoint) -> dict[str, str]:
    """What a report may say of it."""
    return {
        "method": endpoint.method, "path": endpoint.path, "auth": str(endpoint.auth), "evidence": endpoint.evidence,
        "handler": endpoint.handler, "backend": endpoint.backend,
    }  # fmt: skip

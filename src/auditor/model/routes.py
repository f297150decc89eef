"""Whether an endpoint would serve a request, by method and path."""

from __future__ import annotations

import re
from typing import Protocol

from auditor.model.pattern import lazy

_STAGES = lazy(
    r"^/(?:prod|production|dev|development|stage|staging|test|api|v\d+)(?=/)", re.IGNORECASE
)  # fmt: skip
_STATIC = lazy(
    r"(?i)\.(json|html?|md|txt|csv|xml|svg|png|jpe?g|webp|gif|ico|css|m?js|ya?ml|wasm|pdf|mp[34]|geojson|webmanifest|"
    r"woff2?|glb|glsl)$"
)
_OTHERS = lazy(r"(?i)health|webhook|/hook|callback|ping|status$|metrics|robots|favicon|^/$|docs|openapi|swagger|cron")
ANY = "ANY"
"""The method of an endpoint that does not look at it."""
TAKES_ALL = frozenset({"wildcard", "any"})
"""Kinds of match that leave nothing to others."""


class Asked(Protocol):
    """A request, as a front end makes it."""

    @property
    def method(self) -> str:
        """Upper case."""
        ...

    @property
    def path(self) -> str:
        """With `{name}` for what is filled in; a whole address for other hosts."""
        ...


class Served(Protocol):
    """An endpoint."""

    @property
    def method(self) -> str:
        """Upper case, or `ANY`."""
        ...

    @property
    def path(self) -> str:
        """With `{name}` for parameters."""
        ...

    @property
    def match(self) -> str:
        """`exact`, `segments`, `prefix`, `suffix`, `contains`, `wildcard` or `any`."""
        ...


def serves(endpoint: Served, call: Asked) -> bool:
    """Whether an endpoint would serve a call; a stage of a gateway in front of either path plays no part."""
    if endpoint.method not in {call.method, ANY} and call.method != ANY:
        return False
    if endpoint.match == "any":
        return False
    path = re.sub(r"(?i)^[a-z]+://[^/]+|^//[^/]+", "", call.path) or "/"
    if takes(endpoint, path):
        return True
    short = _STAGES.sub("", path)
    if short != path and takes(endpoint, short):
        return True
    shorter = _STAGES.sub("", endpoint.path)
    return shorter != endpoint.path and endpoint.match != "wildcard" and _segments_match(path, shorter)


def takes(endpoint: Served, path: str) -> bool:
    """Whether a path falls under an endpoint's predicate."""
    known = endpoint.path
    if endpoint.match == "prefix":
        head = known.rstrip("/")
        count = len(head.split("/"))
        return path.startswith(head) or _segments_match("/".join(path.split("/")[:count]), head)
    if endpoint.match == "suffix":
        count = len(known.strip("/").split("/"))
        return path.endswith(known) or _segments_match("/".join(path.split("/")[-count:]), known)
    if endpoint.match == "contains":
        return known in path
    if endpoint.match == "wildcard":
        head = re.split(r"/?(?:\{\w+\+\}|\*)", known)[0]
        return path == head or path.startswith(head + "/") or not head
    return _segments_match(path, known)


def _segments_match(path: str, known: str) -> bool:
    ours, theirs = path.strip("/").split("/"), known.strip("/").split("/")
    return len(ours) == len(theirs) and all(
        a == b or "{" in a or "{" in b for a, b in zip(ours, theirs, strict=True)
    )  # fmt: skip


def is_served(call: Asked) -> bool:
    """Whether a back end is meant at all: no file of the page itself, no function of Apps Script."""
    return call.method != "RUN" and not _STATIC.search(call.path)


def is_certain(call: Asked) -> bool:
    """Whether enough of the path is literal to say that nothing serves it."""
    if "//" in call.path:
        return False
    parts = [p for p in call.path.split("/") if p]
    if not parts or "{" in parts[0]:
        return False
    return all("{" not in p or re.fullmatch(r"\{\w+\}", p) for p in parts)


def is_for_others(endpoint: Served) -> bool:
    """Health checks, webhooks, pages and wildcards: no front end has to call them."""
    return endpoint.match in TAKES_ALL or bool(_OTHERS.search(endpoint.path))

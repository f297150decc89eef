"""The arguments of the next page, from botocore's paginators, or by the usual names where an operation has none."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

_USUAL = (
    ("NextMarker", "NextMarker"),
    ("NextToken", "NextToken"),
    ("nextToken", "nextToken"),
    ("position", "position"),
    ("NextMarker", "Marker"),
    ("NextPageToken", "NextPageToken"),
)


def next_arguments(client: Any, operation: str, page: Mapping[str, Any]) -> dict[str, Any]:
    """What to add to the call for the next page; empty: this was the last. An empty token ends it, too."""
    from botocore import xform_name

    config = _config(client, xform_name(operation))
    if config is None:
        return _usual(client, operation, page)
    more = config.get("more_results")
    if more and not _search(more, page):
        return {}
    inputs, outputs = _listed(config["input_token"]), _listed(config["output_token"])
    found = {name: _search(path, page) for name, path in zip(inputs, outputs, strict=True)}
    return {name: value for name, value in found.items() if value} if any(found.values()) else {}


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _search(path: str, page: Mapping[str, Any]) -> Any:
    if path.replace("_", "").isalnum():
        return page.get(path)
    return _compiled(path).search(page)


@lru_cache(maxsize=512)
def _compiled(path: str) -> Any:
    import jmespath

    return jmespath.compile(path)


def _config(client: Any, name: str) -> Mapping[str, Any] | None:
    known = client.__dict__.setdefault("_auditor_paging", {})
    if name not in known:
        found = None
        if client.can_paginate(name):
            found = client._cache["page_config"][client._PY_TO_OP_NAME[name]]  # noqa: SLF001  filled by can_paginate
        known[name] = found
    config: Mapping[str, Any] | None = known[name]
    return config


def _usual(client: Any, operation: str, page: Mapping[str, Any]) -> dict[str, Any]:
    shape = client.meta.service_model.operation_model(operation).input_shape
    members = shape.members if shape is not None else {}
    for output, name in _USUAL:
        if page.get(output) and name in members:
            return {name: page[output]}
    return {}

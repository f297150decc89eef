"""One recorded inventory, read and checked; nothing here calls AWS."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from auditor.errors import NotScannedError

SCHEMA = "auditor/aws-inventory@1"

Resource = dict[str, Any]
"""Fields as the API names them, and ours with an underscore: `_id`, `_arn`, `_name`, `_region`, `_account`, `_tags`,
`_missing` (call -> why it gave nothing), `_metrics`, and what `derived` adds."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A call that gave no answer."""

    account: str
    region: str
    call: str
    """`service:Operation`."""
    kind: str
    """`denied`, `throttled`, `unreachable`, `disabled`, `expired`, `failed`."""
    message: str = ""
    count: int = 1


@dataclass(frozen=True, slots=True)
class Inventory:
    """Everything that was collected of one or more accounts."""

    accounts: tuple[str, ...]
    regions: tuple[str, ...]
    collected_at: datetime
    """Aware, UTC; ages are counted to it."""
    resources: dict[str, list[Resource]]
    failures: tuple[Failure, ...]
    bill: tuple[Mapping[str, Any], ...]
    """Per account: `account`, `months`, `status`; see docs/aws.md."""
    dns: Mapping[str, Any] = field(default_factory=dict)
    """Answers of public DNS by name, where the collector was asked for them."""
    source: str = ""
    complete_kinds: frozenset[str] | None = None
    """Kinds that were collected; None: all."""

    def of(self, kind: str) -> list[Resource]:
        """Resources of a kind, in recorded order."""
        return self.resources.get(kind, [])

    def every(self) -> Iterator[tuple[str, Resource]]:
        """(kind, resource) of everything."""
        for kind, resources in self.resources.items():
            for resource in resources:
                yield kind, resource


def read_inventory(path: Path) -> Inventory:
    """Read an inventory.

    Raises:
        NotScannedError: it is not there, or not one of ours.
    """
    try:
        document = json.loads(path.read_bytes())
    except OSError as error:
        raise NotScannedError(f"{path}: {error.strerror or error}; record one with `auditor aws collect`") from None
    except (ValueError, RecursionError) as error:
        raise NotScannedError(f"{path}: not valid JSON ({type(error).__name__}: {str(error)[:120]})") from None
    return inventory_of(document, str(path))


def inventory_of(document: Any, source: str = "") -> Inventory:
    """Check a parsed document.

    Raises:
        NotScannedError: a part is missing or of another type; the message names it.
    """
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise NotScannedError(f"{source}: not an inventory ({SCHEMA!r} expected under `schema`)")
    resources = _typed(document, "resources", dict, source)
    for kind, listed in resources.items():
        if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
            raise NotScannedError(f"{source}: `resources.{kind}` is not a list of resources")
    return Inventory(
        accounts=tuple(str(account.get("id", "")) for account in _typed(document, "accounts", list, source)),
        regions=tuple(str(region) for region in _typed(document, "regions", list, source)),
        collected_at=_time(document.get("collected_at"), source),
        resources=resources,
        failures=tuple(_failure(item) for item in document.get("failures") or ()),
        bill=tuple(item for item in document.get("bill") or () if isinstance(item, dict)),
        dns=document.get("dns") or {},
        source=source,
        complete_kinds=frozenset(document["kinds"]) if isinstance(document.get("kinds"), list) else None,
    )


def _typed(document: Mapping[str, Any], key: str, type_: type, source: str) -> Any:
    value = document.get(key)
    if not isinstance(value, type_):
        raise NotScannedError(f"{source}: `{key}` is missing or not a {type_.__name__}")
    return value


def _failure(item: Mapping[str, Any]) -> Failure:
    return Failure(
        account=str(item.get("account", "")),
        region=str(item.get("region", "")),
        call=str(item.get("call", "")),
        kind=str(item.get("kind", "failed")),
        message=str(item.get("message", "")),
        count=int(item.get("count", 1)),
    )


def _time(value: object, source: str) -> datetime:
    moment = moment_of(value)
    if moment is None:
        raise NotScannedError(f"{source}: `collected_at` is not a date and time")
    return moment


def moment_of(value: object) -> datetime | None:
    """An aware time from ISO text or a count of seconds or milliseconds (as CloudWatch Logs writes it)."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value / 1000 if value > 10**11 else value, UTC)
        moment = datetime.fromisoformat(str(value))
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

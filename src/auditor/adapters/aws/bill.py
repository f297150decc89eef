"""The bill from Cost Explorer: six closed months and the running one, by service and by business; cached for a day.

Each request to Cost Explorer costs a cent, so an answer of today is asked for once.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor.adapters.aws.classify import Cause, Fault, classified
from auditor.adapters.aws.patience import patiently
from auditor.adapters.aws.sessions import HOME, Account
from auditor.adapters.aws.spec import Ask

if TYPE_CHECKING:
    from auditor.adapters.aws.collecting import Collected

ASK = Ask("ce", "GetCostAndUsage")
MONTHS = 6
_METRIC = "UnblendedCost"


def add_bill(account: Account, entity_tag: str, collected: Collected, *, cached: bool) -> None:
    """Add the account's bill, or note why there is none."""
    today = collected.collected_at
    path = _cache_file(account.id, entity_tag, today) if cached else None
    stored = _read(path) if path else None
    if stored is not None:
        collected.bill.append(stored)
        return
    found = _asked(account, entity_tag, today, collected)
    if isinstance(found, Fault):
        if found.cause is not Cause.ABSENT:
            collected.failed(account.id, "global", ASK.name, found)
            return
        found = {}
    bill = {
        "account": account.id,
        # Cost Explorer has nothing in the first 24 to 48 hours after it was switched on.
        "status": "known" if found else "empty",
        "as_of": today.isoformat(),
        "entity_tag": entity_tag,
        "months": [_month(name, parts, today) for name, parts in sorted(found.items())],
    }
    collected.bill.append(bill)
    if path and found:
        _write(path, bill)


def _asked(
    account: Account, entity_tag: str, today: datetime, collected: Collected
) -> dict[str, dict[tuple[str, str], Decimal]] | Fault:
    """Month -> (service, entity) -> dollars. One request, and one more for each further page."""
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    arguments: dict[str, Any] = {
        "TimePeriod": {
            "Start": _months_back(today.date(), MONTHS).isoformat(),
            "End": _next_month(today.date()).isoformat(),
        },
        "Granularity": "MONTHLY",
        "Metrics": [_METRIC],
        "GroupBy": [{"Type": "DIMENSION", "Key": "SERVICE"}, {"Type": "TAG", "Key": entity_tag}],
    }
    months: dict[str, dict[tuple[str, str], Decimal]] = {}
    seen: set[str] = set()
    while True:
        try:
            answer = patiently(partial(account.client("ce", HOME).get_cost_and_usage, **arguments))
        except (BotoCoreError, ClientError, ResponseParserError) as error:
            return classified(error)
        finally:
            collected.bill_requests += 1
            collected.calls[ASK.name] += 1
        for result in answer.get("ResultsByTime", ()):
            _add(months, result)
        token = answer.get("NextPageToken")
        if not token or token in seen:
            return months
        seen.add(token)
        arguments["NextPageToken"] = token


def _add(months: dict[str, dict[tuple[str, str], Decimal]], result: Mapping[str, Any]) -> None:
    name = str(result.get("TimePeriod", {}).get("Start", ""))[:7]
    for group in result.get("Groups", ()):
        keys = [str(key) for key in group.get("Keys", ())]
        entity = keys[1].split("$", 1)[-1] if len(keys) > 1 else ""
        try:
            amount = Decimal(str(group.get("Metrics", {}).get(_METRIC, {}).get("Amount", "0")))
        except InvalidOperation:
            continue
        parts = months.setdefault(name, {})
        key = (keys[0] if keys else "", entity)
        parts[key] = parts.get(key, Decimal(0)) + amount


def _month(name: str, parts: Mapping[tuple[str, str], Decimal], today: datetime) -> dict[str, Any]:
    services: dict[str, Decimal] = {}
    entities: dict[str, Decimal] = {}
    split: dict[str, dict[str, str]] = {}
    for (service, entity), amount in sorted(parts.items()):
        services[service] = services.get(service, Decimal(0)) + amount
        entities[entity] = entities.get(entity, Decimal(0)) + amount
        if entity:
            split.setdefault(entity, {})[service] = str(amount)
    return {
        "month": name,
        # The running month is partial, and the last one is still corrected in its first days.
        "estimated": name >= today.strftime("%Y-%m"),
        "total": str(sum(services.values(), Decimal(0))),
        "services": {service: str(amount) for service, amount in services.items() if amount},
        "by_entity": split,
        "entities": {entity: str(amount) for entity, amount in entities.items()} if split else {},
    }


def _months_back(today: date, count: int) -> date:
    index = today.year * 12 + today.month - 1 - count
    return date(index // 12, index % 12 + 1, 1)


def _next_month(today: date) -> date:
    return _months_back(today, -1)


def _cache_file(account: str, entity_tag: str, today: datetime) -> Path:
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    name = hashlib.blake2b(f"{account}\0{entity_tag}".encode(), digest_size=8).hexdigest()
    return root / "auditor" / f"bill-{name}-{today:%Y%m%d}.json"


def _read(path: Path) -> dict[str, Any] | None:
    try:
        stored = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return stored if isinstance(stored, dict) else None


def _write(path: Path, bill: Mapping[str, Any]) -> None:
    """Keep for today, readable by the owner only; a cache that cannot be written is no error."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            json.dump(bill, stream)
    except OSError:
        return

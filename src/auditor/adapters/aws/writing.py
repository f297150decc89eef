"""The inventory as JSON: the same state gives the same bytes, apart from the times."""

from __future__ import annotations

import json
import os
from decimal import Decimal
from pathlib import Path

from auditor import __version__
from auditor.adapters.aws.collecting import Collected

SCHEMA = "auditor/aws-inventory@1"


def inventory_json(collected: Collected) -> str:
    """One resource a line, so that two inventories can be compared line by line."""
    head = {
        "schema": SCHEMA,
        "collected_at": collected.collected_at.isoformat(),
        "collector": __version__,
        "accounts": collected.accounts,
        "regions": sorted(collected.regions),
        "kinds": list(collected.kinds),
        "failures": [collected.failures[key] for key in sorted(collected.failures)],
        "calls": dict(sorted(collected.calls.items())),
        "cost": {"usd": str(cost_of(collected))},
        "bill": collected.bill,
        "dns": collected.dns,
    }
    text = json.dumps(head, indent=1, ensure_ascii=False, default=str)
    kinds = (f"  {json.dumps(kind)}: [{_lines(resources)}]" for kind, resources in collected.resources.items())
    return f'{text[:-2]},\n "resources": {{\n' + ",\n".join(kinds) + "\n }\n}\n"


def _lines(resources: list[dict[str, object]]) -> str:
    if not resources:
        return ""
    lines = (json.dumps(resource, ensure_ascii=False, default=str, sort_keys=True) for resource in resources)
    return "\n   " + ",\n   ".join(lines) + "\n  "


def cost_of(collected: Collected) -> Decimal:
    """What the calls cost at list price: a cent for each Cost Explorer request, and for each 1,000 CloudWatch series."""
    return Decimal("0.01") * collected.bill_requests + Decimal("0.00001") * collected.metrics_asked


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, in a folder that only its owner may open."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)

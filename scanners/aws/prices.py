"""List prices with their source and date; a price that is not there is unknown, never zero."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from auditor.errors import ConfigError

HOURS = Decimal(730)
"""Hours in a month, everywhere; the figure AWS's own calculator uses."""


@dataclass(frozen=True, slots=True)
class Price:
    """One list price."""

    key: str
    usd: Decimal
    unit: str
    """What one of it is for: `hour`, `month`, `GB-month`, ..."""
    region: str
    """Region the figure is of; `*`: the same everywhere."""
    as_of: str
    source: str
    fallback: bool = False
    """The region asked for has no price of its own here."""

    @property
    def monthly(self) -> Decimal:
        """For a month of 730 hours where it is by the hour."""
        return self.usd * HOURS if self.unit == "hour" else self.usd


@dataclass(frozen=True, slots=True)
class Prices:
    """The price table."""

    table: Mapping[str, Any]
    fallback: str = "us-east-1"
    sources: Mapping[str, str] | None = None

    def of(self, key: str, region: str) -> Price | None:
        """The price in a region, or in the fallback region and marked so; None when unknown."""
        entry = self.table.get(key)
        if entry is None:
            return None
        by_region = entry["usd"]
        for name in (region, "*", self.fallback):
            if name in by_region:
                source = (self.sources or {}).get(entry["source"], entry["source"])
                return Price(
                    key,
                    Decimal(by_region[name]),
                    entry["unit"],
                    name,
                    entry["as_of"],
                    source,
                    fallback=name not in {region, "*"},
                )
        return None


def read_prices(path: Path) -> Prices:
    """Read rules/prices/aws.json.

    Raises:
        ConfigError: missing or not of our schema.
    """
    try:
        document = json.loads(path.read_bytes())
        if document.get("schema") != "auditor/prices@1":
            raise ConfigError(f"{path}: `schema` is not auditor/prices@1")
        return Prices(document["prices"], document.get("fallback", "us-east-1"), document.get("sources"))
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise ConfigError(f"{path}: no usable price table ({error})") from None

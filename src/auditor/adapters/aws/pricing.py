"""`auditor prices update`: list prices from the Pricing API into our table; what has no answer keeps its figure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from auditor.adapters.aws.classify import classified
from auditor.adapters.aws.sessions import make_client
from auditor.errors import ConfigError

_SERVICE_REGION = "us-east-1"
"""The Pricing API answers there, for every region."""
_RDS = {"mysql": "MySQL", "postgres": "PostgreSQL", "mariadb": "MariaDB", "aurora-mysql": "Aurora MySQL",
        "aurora-postgresql": "Aurora PostgreSQL"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Question:
    service: str
    filters: Mapping[str, str]


def _question(key: str) -> _Question | None:
    """How a key of our table is asked for; None: it is a flat price that is entered by hand."""
    parts = key.split(".")
    if parts[0] == "ec2" and len(parts) == 3:
        filters = {"instanceType": ".".join(parts[1:]), "operatingSystem": "Linux", "tenancy": "Shared",
                   "preInstalledSw": "NA", "capacitystatus": "Used"}  # fmt: skip
        return _Question("AmazonEC2", filters)
    if parts[0] == "ebs" and len(parts) == 2 and parts[1] != "snapshot":
        return _Question("AmazonEC2", {"productFamily": "Storage", "volumeApiName": parts[1]})
    if parts[0] == "rds" and "db" in parts:
        engine = parts[2] if parts[1] == "multi-az" else parts[1]
        option = "Multi-AZ" if parts[1] == "multi-az" else "Single-AZ"
        filters = {"instanceType": ".".join(parts[parts.index("db") :]), "databaseEngine": _RDS[engine],
                   "deploymentOption": option}  # fmt: skip
        return _Question("AmazonRDS", filters)
    return None


def renewed_prices(path: Path, *, profile: str, endpoint_url: str, regions: tuple[str, ...]) -> tuple[str, int, int]:
    """The table as JSON text, how many prices were renewed, how many kept.

    Raises:
        ConfigError: the table is damaged, or the Pricing API says no.
    """
    import botocore.session

    try:
        document = json.loads(path.read_bytes())
        table: dict[str, Any] = document["prices"]
    except (OSError, ValueError, KeyError) as error:
        raise ConfigError(f"{path}: no usable price table ({error})") from None
    client = make_client(botocore.session.Session(profile=profile or None), "pricing", _SERVICE_REGION, endpoint_url)
    today = datetime.now(UTC).date().isoformat()
    changed = 0
    for key, entry in sorted(table.items()):
        question = _question(key)
        if question is None:
            continue
        found = dict(_asked(client, question, regions))
        if found:
            entry["usd"].update({region: str(usd) for region, usd in found.items()})
            entry["as_of"] = today
            entry["source"] = "AWS Price List API"
            changed += len(found)
    kept = sum(len(entry["usd"]) for entry in table.values()) - changed
    return _written(document), changed, kept


def _written(document: dict[str, Any]) -> str:
    prices = document.pop("prices")
    head = json.dumps(document, indent=0)[:-2]
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(prices[key], separators=(',', ':'))}" for key in sorted(prices))
    return f'{head},\n"prices": {{\n{lines}\n}}\n}}\n'


def _asked(client: Any, question: _Question, regions: tuple[str, ...]) -> Iterator[tuple[str, Decimal]]:
    from botocore.exceptions import BotoCoreError, ClientError

    filters = [{"Type": "TERM_MATCH", "Field": field, "Value": value} for field, value in question.filters.items()]
    token: dict[str, str] = {}
    while True:
        try:
            answer = client.get_products(ServiceCode=question.service, Filters=filters, **token)
        except (BotoCoreError, ClientError) as error:
            fault = classified(error)
            raise ConfigError(f"pricing:GetProducts {fault.cause.value}: {fault.message or fault.code}") from None
        for text in answer.get("PriceList", ()):
            yield from _price(json.loads(text) if isinstance(text, str) else text, regions)
        if not answer.get("NextToken"):
            return
        token = {"NextToken": answer["NextToken"]}


def _price(product: Mapping[str, Any], regions: tuple[str, ...]) -> Iterator[tuple[str, Decimal]]:
    region = str(product.get("product", {}).get("attributes", {}).get("regionCode", ""))
    if not region or (regions and region not in regions):
        return
    for term in product.get("terms", {}).get("OnDemand", {}).values():
        for dimension in term.get("priceDimensions", {}).values():
            try:
                usd = Decimal(str(dimension.get("pricePerUnit", {}).get("USD", "")))
            except InvalidOperation:
                continue
            if usd > 0:
                yield region, usd.normalize()

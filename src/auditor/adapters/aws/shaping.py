"""Answers become resources: JSON values, identifiers, tags; secret values are judged here and never kept."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from auditor.adapters.aws.spec import Kind
from auditor.model.credential import credential_kind

NOT_RECORDED = "(not recorded)"
_PLACE = re.compile(r"\{(\w+)\}")


def search(path: str, value: Any) -> Any:
    """JMESPath, compiled once."""
    return _compiled(path).search(value)


@lru_cache(maxsize=1024)
def _compiled(path: str) -> Any:
    import jmespath

    return jmespath.compile(path)


def plain(value: Any) -> Any:
    """JSON's types: times as ISO text in UTC, decimals as text, bytes not at all."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes | bytearray):
        return NOT_RECORDED
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def fill(template: object, values: Mapping[str, Any]) -> Any:
    """A template with its places filled; a template that is one place keeps the value's type."""
    if isinstance(template, list):
        return [fill(item, values) for item in template]
    if not isinstance(template, str):
        return template
    whole = _PLACE.fullmatch(template)
    if whole:
        return values.get(whole[1])
    return _PLACE.sub(lambda match: str(values.get(match[1]) or ""), template)


def arguments_of(arguments: Mapping[str, object], values: Mapping[str, Any]) -> dict[str, Any] | None:
    """Arguments of a call; None where a figure that it needs is not there."""
    filled = {name: fill(template, values) for name, template in arguments.items()}
    return None if any(value is None or value == "" for value in filled.values()) else filled


def known_of(
    resource: Mapping[str, Any], account: str, partition: str, region: str, identity: str = ""
) -> dict[str, Any]:
    """Everything a template may name."""
    arn = str(resource.get("LoadBalancerArn") or "")
    return {
        **resource,
        "account": account,
        "partition": partition,
        "region": region,
        "_tail": str(identity or resource.get("Id") or "").rsplit("/", 1)[-1],
        "_tail2": arn.split("loadbalancer/", 1)[-1],
    }


def parsed(answer: Any) -> Any:
    """A policy that comes as JSON text."""
    if not isinstance(answer, str):
        return answer
    try:
        return json.loads(answer)
    except (ValueError, RecursionError):
        return answer


def finish(kind: Kind, resource: dict[str, Any], account: str, partition: str, region: str) -> None:
    """Add identifier, ARN, name, region and tags; judge and drop secret values."""
    own = str(search(kind.region, resource) or region) if kind.region else region
    known = known_of(resource, account, partition, own)
    identity = str(fill(kind.id, known) or "")
    known = known_of(resource, account, partition, own, identity)
    resource["_id"] = identity
    resource["_arn"] = str(fill(kind.arn, known) or identity)
    resource["_name"] = str((search(kind.label, resource) if kind.label else None) or _name_tag(resource) or identity)
    resource["_region"] = own
    resource["_account"] = account
    resource["_tags"] = tags_of(resource)
    _redact(kind.name, resource)


def tags_of(resource: Mapping[str, Any]) -> dict[str, str]:
    """Tags, however the service writes them."""
    for name in ("Tags", "tags", "TagList", "TagSet"):
        value = resource.get(name)
        if isinstance(value, Mapping):
            return {str(key): str(item) for key, item in value.items()}
        if isinstance(value, list):
            return {
                str(item.get("Key", item.get("TagKey", ""))): str(item.get("Value", item.get("TagValue", "")))
                for item in value
                if isinstance(item, Mapping)
            }
    return {}


def _name_tag(resource: Mapping[str, Any]) -> str:
    return tags_of(resource).get("Name", "")


def _redact(kind: str, resource: dict[str, Any]) -> None:
    if kind == "lambda.function":
        variables = (resource.get("Environment") or {}).get("Variables") or {}
        resource["_secrets"] = _judged(variables)
        if variables:
            resource["Environment"] = {"Variables": dict.fromkeys(variables, NOT_RECORDED)}
        provisioned = resource.get("ProvisionedConcurrency") or []
        qualifier = str(provisioned[0].get("FunctionArn", "")).rsplit(":", 1)[-1] if provisioned else ""
        resource["_provisioned_qualifier"] = qualifier
    elif kind == "apigateway.rest_api":
        found = []
        for stage in resource.get("Stages") or ():
            variables = stage.get("variables") or {}
            found += _judged(variables)
            if variables:
                stage["variables"] = dict.fromkeys(variables, NOT_RECORDED)
        resource["_secrets"] = found
    elif kind == "apigatewayv2.api":
        for stage in resource.get("Stages") or ():
            if stage.get("StageVariables"):
                stage["StageVariables"] = dict.fromkeys(stage["StageVariables"], NOT_RECORDED)
    elif kind == "cloudfront.distribution":
        for origin in ((resource.get("DistributionConfig") or {}).get("Origins") or {}).get("Items") or ():
            for header in (origin.get("CustomHeaders") or {}).get("Items") or ():
                header["HeaderValue"] = NOT_RECORDED


def _judged(variables: Mapping[str, Any]) -> list[dict[str, str]]:
    judged = ((name, credential_kind(name, value)) for name, value in sorted(variables.items()))
    return [{"name": name, "what": what} for name, what in judged if what]

"""Readings of what keeps data: who may read it, whether it is used, what it costs."""

from __future__ import annotations

import json
from datetime import date
from math import ceil
from typing import Any

from scanners.aws.derived.field import Derived, Missing
from scanners.aws.policy import denies_plain_http, foreign_accounts, public_actions

_EVERYBODY = ("AllUsers", "AuthenticatedUsers")
_WRITES = ("Put", "Delete", "Write", "*", "Restore", "Replicate")
# RDS engine versions whose standard support has ended (major versions):
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/extended-support-versions.html
_ENGINE_ENDS = {
    ("mysql", "5.7"): "2024-02-29", ("mysql", "5.6"): "2022-03-01", ("mysql", "8.0"): "2026-07-31",
    ("postgres", "9"): "2022-04-26", ("postgres", "10"): "2023-04-17", ("postgres", "11"): "2024-02-29",
    ("postgres", "12"): "2025-02-28", ("postgres", "13"): "2026-02-28", ("mariadb", "10.3"): "2023-10-23",
    ("mariadb", "10.4"): "2024-12-31", ("mariadb", "10.5"): "2025-12-31",
}  # fmt: skip


def _public_actions(resource: Any, _estate: Any) -> list[str]:
    """Actions that the policy gives to everybody, unless the bucket restricts public policies."""
    block = resource.get("PublicAccessBlock") or {}
    return [] if block.get("RestrictPublicBuckets") else public_actions(resource.get("Policy"))


def _public_writes(resource: Any, estate: Any) -> list[str]:
    return [action for action in _public_actions(resource, estate) if any(word in action for word in _WRITES)]


def _grants(resource: Any, permissions: set[str]) -> list[str]:
    block = resource.get("PublicAccessBlock") or {}
    if block.get("IgnorePublicAcls"):
        return []
    return sorted(
        str(grant.get("Permission"))
        for grant in (resource.get("Acl") or {}).get("Grants") or ()
        if str((grant.get("Grantee") or {}).get("URI", "")).endswith(_EVERYBODY)
        and str(grant.get("Permission")) in permissions
    )


def _acl_read(resource: Any, _estate: Any) -> list[str]:
    return _grants(resource, {"READ", "READ_ACP", "FULL_CONTROL"})


def _acl_write(resource: Any, _estate: Any) -> list[str]:
    return _grants(resource, {"WRITE", "WRITE_ACP", "FULL_CONTROL"})


def _blocks_all(resource: Any, _estate: Any) -> bool:
    block = resource.get("PublicAccessBlock") or {}
    return all(
        block.get(name)
        for name in ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    )


def _tls_only(resource: Any, _estate: Any) -> bool:
    return denies_plain_http(resource.get("Policy"))


def _foreign(resource: Any, _estate: Any) -> list[str]:
    return foreign_accounts(resource.get("Policy"), str(resource.get("_account", "")))


def _policy_public(resource: Any, _estate: Any) -> list[str]:
    return public_actions(resource.get("Policy"))


def _rules(resource: Any) -> list[dict[str, Any]]:
    return [rule for rule in resource.get("Lifecycle") or () if rule.get("Status") == "Enabled"]


def _aborts_uploads(resource: Any, _estate: Any) -> bool:
    return any(rule.get("AbortIncompleteMultipartUpload") for rule in _rules(resource))


def _expires_old(resource: Any, _estate: Any) -> bool:
    return any(
        rule.get("NoncurrentVersionExpiration") or rule.get("NoncurrentVersionTransitions") for rule in _rules(resource)
    )


def _gigabytes(resource: Any, _estate: Any) -> Any:
    found = (resource.get("_metrics") or {}).get("bytes")
    return Missing() if found is None else round(float(found.get("avg") or 0) / 1024**3, 6)


def _mode(resource: Any, _estate: Any) -> str:
    return str((resource.get("BillingModeSummary") or {}).get("BillingMode") or "PROVISIONED")


def _capacity(field: str) -> Any:
    def units(resource: Any, _estate: Any) -> int:
        """Provisioned units of the table and its indexes; 0 on demand."""
        if _mode(resource, None) != "PROVISIONED":
            return 0
        parts = [resource, *(resource.get("GlobalSecondaryIndexes") or ())]
        return sum(int((part.get("ProvisionedThroughput") or {}).get(field) or 0) for part in parts)

    return units


_read_units = _capacity("ReadCapacityUnits")
_write_units = _capacity("WriteCapacityUnits")


def _needed(metric: str, units: Any) -> Any:
    def needed(resource: Any, estate: Any) -> int | Missing:
        """Units that would carry twice the busiest day's average use, at least 1 and at most what is provisioned."""
        found = (resource.get("_metrics") or {}).get(metric)
        if found is None:
            return Missing()
        busiest = float(found.get("max") or 0) / 86400 * 2
        return min(int(units(resource, estate)), max(1, ceil(busiest)))

    return needed


def _consumed(resource: Any, _estate: Any) -> Any:
    metrics = resource.get("_metrics") or {}
    found = [metrics.get("read"), metrics.get("write")]
    known = [item for item in found if item is not None]
    return sum(float(item.get("sum") or 0) for item in known) if len(known) == 2 else Missing()


def _table_gb(resource: Any, _estate: Any) -> float:
    return round(int(resource.get("TableSizeBytes") or 0) / 1024**3, 6)


def _scales(resource: Any, estate: Any) -> bool:
    return any(
        target.get("ResourceId") == f"table/{resource.get('TableName')}"
        for target in estate.of("dynamodb.scaling_target")
    )


def _pitr(resource: Any, _estate: Any) -> str:
    description = (resource.get("ContinuousBackups") or {}).get("PointInTimeRecoveryDescription") or {}
    return str(description.get("PointInTimeRecoveryStatus") or "DISABLED")


def _engine_ends(resource: Any, _estate: Any) -> str:
    """When standard support of the engine's major version ends; empty where no date is announced."""
    engine, version = str(resource.get("Engine", "")), str(resource.get("EngineVersion", ""))
    for (name, major), ends in _ENGINE_ENDS.items():
        if engine == name and (version == major or version.startswith(f"{major}.")):
            return ends
    return ""


def _engine_days(resource: Any, estate: Any) -> int:
    """Days until then; a far figure where no date is announced."""
    ends = _engine_ends(resource, estate)
    return int((date.fromisoformat(ends) - estate.now.date()).days) if ends else 9999


def _certificate_days(resource: Any, estate: Any) -> Any:
    passed = estate.days_since((resource.get("CertificateDetails") or {}).get("ValidTill"))
    return Missing("no certificate date") if passed is None else -passed


def _price_engine(resource: Any, _estate: Any) -> str:
    return {"aurora": "aurora-mysql"}.get(str(resource.get("Engine", "")), str(resource.get("Engine", "")))


def _storage_type(resource: Any, _estate: Any) -> str:
    return str(resource.get("StorageType") or "gp2")


def _shared_with(resource: Any, _estate: Any) -> list[str]:
    return sorted(
        str(value)
        for item in resource.get("Attributes") or ()
        if item.get("AttributeName") == "restore"
        for value in item.get("AttributeValues") or ()
    )


def _source_gone(resource: Any, estate: Any) -> bool:
    return estate.one("rds.instance", "_id", resource.get("DBInstanceIdentifier")) is None


def _log_gb(resource: Any, _estate: Any) -> float:
    return round(int(resource.get("storedBytes") or 0) / 1024**3, 6)


def _days_unused(resource: Any, estate: Any) -> Any:
    used = estate.days_since(resource.get("LastAccessedDate"))
    return resource.get("_age_days") if used is None else used


def _days_unrotated(resource: Any, estate: Any) -> Any:
    changed = estate.days_since(resource.get("LastRotatedDate") or resource.get("LastChangedDate"))
    return changed if changed is not None else resource.get("_age_days") or 0


def _mentioned_keys(estate: Any) -> str:
    """Every text of the inventory outside KMS, in which a key in use would be named; made once per estate."""
    return "".join(
        json.dumps(resource, default=str)
        for kind, resources in estate.inventory.resources.items()
        if not kind.startswith("kms.")
        for resource in resources
    )


def _key_used(resource: Any, estate: Any) -> bool:
    """Whether any resource of the inventory names the key or one of its aliases."""
    text = estate.memo("mentioned keys", _mentioned_keys)
    names = [str(resource.get("KeyId", "")), *_aliases(resource, estate)]
    return any(name and name in text for name in names)


def _aliases(resource: Any, estate: Any) -> list[str]:
    return sorted(
        str(alias.get("AliasName")) for alias in estate.find("kms.alias", "TargetKeyId", resource.get("KeyId"))
    )


_LIST = ["string"]
_B = "s3.bucket"
_T = "dynamodb.table"
_METRICS = ("cloudwatch:GetMetricData",)
STORAGE = (
    Derived(_B, "_public_actions", _LIST, _public_actions, own=("Policy", "PublicAccessBlock")),
    Derived(_B, "_public_writes", _LIST, _public_writes, own=("Policy", "PublicAccessBlock")),
    Derived(_B, "_acl_read", _LIST, _acl_read, own=("Acl", "PublicAccessBlock")),
    Derived(_B, "_acl_write", _LIST, _acl_write, own=("Acl", "PublicAccessBlock")),
    Derived(_B, "_blocks_all", "boolean", _blocks_all, own=("PublicAccessBlock",)),
    Derived("s3.account", "_blocks_all", "boolean", lambda r, e: _blocks_all({"PublicAccessBlock": r}, e)),
    Derived(_B, "_tls_only", "boolean", _tls_only, own=("Policy",)),
    Derived(_B, "_foreign_accounts", _LIST, _foreign, own=("Policy",)),
    Derived(_B, "_aborts_uploads", "boolean", _aborts_uploads, own=("Lifecycle",)),
    Derived(_B, "_expires_old", "boolean", _expires_old, own=("Lifecycle",)),
    Derived(_B, "_gigabytes", "number", _gigabytes, _METRICS),
    Derived(_T, "_mode", "string", _mode),
    Derived(_T, "_read_units", "number", _read_units),
    Derived(_T, "_write_units", "number", _write_units),
    Derived(_T, "_read_needed", "number", _needed("read", _read_units), _METRICS),
    Derived(_T, "_write_needed", "number", _needed("write", _write_units), _METRICS),
    Derived(_T, "_consumed", "number", _consumed, _METRICS),
    Derived(_T, "_gigabytes", "number", _table_gb),
    Derived(_T, "_scales", "boolean", _scales, ("application-autoscaling:DescribeScalableTargets",)),
    Derived(_T, "_pitr", "string", _pitr, own=("ContinuousBackups",)),
    Derived("rds.instance", "_engine_ends", "string", _engine_ends),
    Derived("rds.instance", "_engine_days", "number", _engine_days),
    Derived("rds.instance", "_certificate_days", "number", _certificate_days),
    Derived("rds.instance", "_price_engine", "string", _price_engine),
    Derived("rds.instance", "_storage_type", "string", _storage_type),
    Derived("rds.snapshot", "_shared_with", _LIST, _shared_with, own=("Attributes",)),
    Derived("rds.snapshot", "_source_gone", "boolean", _source_gone, ("rds:DescribeDBInstances",)),
    Derived("logs.log_group", "_gigabytes", "number", _log_gb),
    Derived("secretsmanager.secret", "_days_unused", "number", _days_unused),
    Derived("secretsmanager.secret", "_days_unrotated", "number", _days_unrotated),
    Derived("secretsmanager.secret", "_public_actions", _LIST, _policy_public, own=("Policy",)),
    Derived("kms.key", "_public_actions", _LIST, _policy_public, own=("Policy",)),
    Derived("kms.key", "_aliases", _LIST, _aliases, ("kms:ListAliases",)),
    Derived("kms.key", "_used", "boolean", _key_used, ("kms:ListAliases",)),
)

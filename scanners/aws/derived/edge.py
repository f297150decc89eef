"""Joins of what faces the public: distribution -> origins, certificate, web ACL, domains; web ACL -> what it guards."""

from __future__ import annotations

import re
from typing import Any

from scanners.aws.derived.field import Derived, Missing
from scanners.aws.policy import public_statements

_BUCKET = re.compile(r"(?P<name>.+?)\.s3(?P<website>-website)?[.-](?:(?P<region>[a-z0-9-]+)\.)?amazonaws\.com(?:\.cn)?")
_FUNCTION_URL = re.compile(r"(?P<id>[a-z0-9]+)\.lambda-url\.(?P<region>[a-z0-9-]+)\.on\.aws")
_API = re.compile(r"(?P<id>[a-z0-9]+)\.execute-api\.(?P<region>[a-z0-9-]+)\.amazonaws\.com")
_STATIC = (".css", ".js", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".ico", ".woff", ".woff2", ".webp", ".mp4", ".map")
# Managed cache policies: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
# Managed headers policies that say HSTS, nosniff, frame and referrer options.
SECURITY_HEADERS = frozenset(
    {
        "67f7725c-6f97-4210-82d7-5512b31e9d03",
        "e61eb60c-9c35-4d20-a928-2b84e02af89c",
        "eaab4381-ed33-4a86-88ca-d9558dc6cd63",
    }
)
_RATE = "RateBasedStatement"
_GB = 10**9


def items(value: Any) -> list[Any]:
    """CloudFront's `{Quantity, Items}`, a plain list, or nothing."""
    if isinstance(value, dict):
        value = value.get("Items")
    return list(value) if isinstance(value, list) else []


def _config(resource: Any) -> dict[str, Any]:
    return resource.get("DistributionConfig") or {}


def _origins(resource: Any, estate: Any) -> list[dict[str, Any]]:
    return [_origin(origin, estate) for origin in items(_config(resource).get("Origins"))]


def _origin(origin: dict[str, Any], estate: Any) -> dict[str, Any]:
    domain = str(origin.get("DomainName", "")).lower()
    joined: dict[str, Any] = {
        "id": origin.get("Id", ""),
        "domain": domain,
        "kind": "custom",
        "oac": bool(origin.get("OriginAccessControlId")),
        "oai": bool((origin.get("S3OriginConfig") or {}).get("OriginAccessIdentity")),
        "protocol": (origin.get("CustomOriginConfig") or {}).get("OriginProtocolPolicy", ""),
        "tls": items((origin.get("CustomOriginConfig") or {}).get("OriginSslProtocols")),
        "bucket": None,
        "function": None,
    }
    if match := _FUNCTION_URL.fullmatch(domain):
        joined |= {"kind": "lambda-url", "function": _function(domain, match["region"], estate)}
    elif match := _BUCKET.fullmatch(domain):
        bucket = estate.one("s3.bucket", "_id", match["name"])
        kind = "s3-website" if match["website"] else "s3"
        joined |= {"kind": kind, "bucket": {"name": match["name"], "exists": bucket is not None}}
    elif match := _API.fullmatch(domain):
        joined["kind"] = "api"
    elif domain.endswith(".elb.amazonaws.com"):
        joined["kind"] = "load-balancer"
    return joined


def _function(domain: str, region: str, estate: Any) -> dict[str, Any]:
    for function in estate.of("lambda.function"):
        for url in function.get("UrlConfigs") or ():
            if domain in str(url.get("FunctionUrl", "")).lower():
                return {
                    "name": function.get("_name"),
                    "arn": function.get("_arn"),
                    "url": {"AuthType": url.get("AuthType")},
                }
    return {"name": "", "arn": "", "url": {"AuthType": None}, "region": region}


def _behaviors(resource: Any, estate: Any) -> list[dict[str, Any]]:
    config = _config(resource)
    kinds = {origin["id"]: origin["kind"] for origin in _origins(resource, estate)}
    default = config.get("DefaultCacheBehavior")
    found = [("*", default)] if isinstance(default, dict) else []
    found += [(str(item.get("PathPattern", "")), item) for item in items(config.get("CacheBehaviors"))]
    return [_behavior(pattern, item, kinds, estate) for pattern, item in found]


def _behavior(pattern: str, item: dict[str, Any], kinds: dict[str, str], estate: Any) -> dict[str, Any]:
    forwarded = item.get("ForwardedValues") or {}
    policy_id = item.get("CachePolicyId") or ""
    policy = estate.one("cloudfront.cache_policy", "_id", policy_id) if policy_id else None
    policy_config = (policy or {}).get("CachePolicyConfig") or {}
    headers = items(forwarded.get("Headers"))
    cookies = (forwarded.get("Cookies") or {}).get("Forward", "none")
    ttl = policy_config.get("MaxTTL") if policy else item.get("MaxTTL")
    return {
        "path": pattern,
        "viewer": item.get("ViewerProtocolPolicy", ""),
        "compress": bool(item.get("Compress")),
        "headers_policy": item.get("ResponseHeadersPolicyId") or "",
        "field_encryption": bool(item.get("FieldLevelEncryptionId")),
        "static": kinds.get(str(item.get("TargetOriginId")), "") in {"s3", "s3-website"} or pattern.endswith(_STATIC),
        "caching_disabled": policy_id == CACHING_DISABLED,
        "forwards_all": "*" in headers or cookies == "all",
        "max_ttl": ttl,
        "edge_code": bool(items(item.get("LambdaFunctionAssociations")) or items(item.get("FunctionAssociations"))),
    }


def _domains(resource: Any, _estate: Any) -> list[str]:
    return [str(name).lower() for name in items(_config(resource).get("Aliases"))] or [
        str(resource.get("DomainName", "")).lower()
    ]


def _entity(resource: Any, estate: Any) -> str:
    return str(estate.entity_of(resource, *resource["_domains"]))


def _web_acl(resource: Any, estate: Any) -> dict[str, Any] | None:
    arn = _config(resource).get("WebACLId") or ""
    acl = estate.one("wafv2.web_acl", "_arn", arn) if arn else None
    return {"arn": arn, "name": acl.get("_name") if acl else ""} if arn else None


def _protected_siblings(resource: Any, estate: Any) -> list[str]:
    if _config(resource).get("WebACLId"):
        return []
    return sorted(
        _domains(other, estate)[0]
        for other in estate.of("cloudfront.distribution")
        if other is not resource
        and _config(other).get("WebACLId")
        and other.get("_account") == resource.get("_account")
    )


def _certificate(resource: Any, estate: Any) -> dict[str, Any] | None:
    viewer = _config(resource).get("ViewerCertificate") or {}
    arn = viewer.get("ACMCertificateArn") or ""
    if not arn:
        return None
    found = estate.one("acm.certificate", "_arn", arn)
    names = [str(name).lower() for name in (found or {}).get("SubjectAlternativeNames") or ()]
    if found and found.get("DomainName"):
        names.append(str(found["DomainName"]).lower())
    uncovered = [name for name in items(_config(resource).get("Aliases")) if not _covered(str(name).lower(), names)]
    days = estate.days_since((found or {}).get("NotAfter"))
    return {
        "arn": arn,
        "known": found is not None,
        "uncovered": uncovered if found else [],
        "days_left": -days if days is not None else None,
    }


def _covered(name: str, names: list[str]) -> bool:
    return name in names or f"*.{name.split('.', 1)[-1]}" in names


def _gigabytes(resource: Any, _estate: Any) -> Any:
    found = (resource.get("_metrics") or {}).get("bytes")
    return Missing() if found is None else round(float(found.get("sum") or 0) / _GB, 6)


def _rules(resource: Any) -> list[dict[str, Any]]:
    return [rule for rule in resource.get("Rules") or () if isinstance(rule, dict)]


def _has(statement: Any, name: str) -> bool:
    if isinstance(statement, dict):
        return name in statement or any(_has(value, name) for value in statement.values())
    return isinstance(statement, list) and any(_has(value, name) for value in statement)


def _groups(resource: Any, _estate: Any) -> list[str]:
    found = []
    for rule in _rules(resource):
        group = (rule.get("Statement") or {}).get("ManagedRuleGroupStatement")
        if group:
            found.append(str(group.get("Name", "")))
    return found


def _counting(resource: Any, _estate: Any) -> list[str]:
    return [str(rule.get("Name", "")) for rule in _rules(resource) if "Count" in (rule.get("OverrideAction") or {})]


def _blocking(resource: Any, _estate: Any) -> list[str]:
    """Rules that can stop a request: they block or challenge, or are groups that are not overridden to Count."""
    found = []
    for rule in _rules(resource):
        action = rule.get("Action") or {}
        override = rule.get("OverrideAction")
        if {"Block", "Captcha", "Challenge"} & set(action) or (override is not None and "Count" not in override):
            found.append(str(rule.get("Name", "")))
    return found


def _rate(resource: Any, _estate: Any) -> list[str]:
    return [str(rule.get("Name", "")) for rule in _rules(resource) if _has(rule.get("Statement"), _RATE)]


def _guards(resource: Any, estate: Any) -> list[str]:
    arn = resource.get("_arn")
    found = [
        str(other.get("_arn"))
        for other in estate.of("cloudfront.distribution")
        if _config(other).get("WebACLId") == arn
    ]
    for name in ("LoadBalancers", "ApiStages", "UserPools", "GraphqlApis", "AppRunner"):
        found += [str(item) for item in resource.get(name) or ()]
    return sorted(found)


def _zone_dangling(resource: Any, estate: Any) -> list[str]:
    """Names that point to a CloudFront distribution or bucket website which this inventory does not have."""
    own = {str(other.get("DomainName", "")).lower() for other in estate.of("cloudfront.distribution")}
    buckets = {str(bucket.get("_id")) for bucket in estate.of("s3.bucket")}
    found = []
    for record in resource.get("Records") or ():
        name = str(record.get("Name", "")).rstrip(".").replace("\\052", "*")
        targets = [str((record.get("AliasTarget") or {}).get("DNSName", ""))]
        if record.get("Type") == "CNAME":
            targets += [str(value.get("Value", "")) for value in record.get("ResourceRecords") or ()]
        for target in (text.lower().rstrip(".") for text in targets if text):
            if target.endswith(".cloudfront.net") and target not in own:
                found.append(f"{name} -> {target}")
            elif ".s3-website" in target or target.startswith("s3-website"):
                bucket = name if target.startswith("s3-website") else target.split(".s3-website", 1)[0]
                if bucket not in buckets:
                    found.append(f"{name} -> {target}")
    return sorted(set(found))


def _zone_types(resource: Any, _estate: Any) -> list[str]:
    return sorted({str(record.get("Type", "")) for record in resource.get("Records") or ()})


def _days_left(resource: Any, estate: Any) -> Any:
    passed = estate.days_since(resource.get("NotAfter"))
    return Missing("not issued") if passed is None else -passed


def _public(resource: Any, _estate: Any) -> list[str]:
    return [str(statement.get("Sid", "")) for statement in public_statements(resource.get("Policy"))]


_ORIGIN_SHAPE = [
    {
        "id": "string",
        "domain": "string",
        "kind": "string",
        "oac": "boolean",
        "oai": "boolean",
        "protocol": "string",
        "tls": ["string"],
        "bucket": {"name": "string", "exists": "boolean"},
        "function": {"name": "string", "arn": "string", "url": {"AuthType": "string"}},
    }
]
_BEHAVIOR_SHAPE = [
    {
        "path": "string",
        "viewer": "string",
        "compress": "boolean",
        "headers_policy": "string",
        "field_encryption": "boolean",
        "static": "boolean",
        "caching_disabled": "boolean",
        "forwards_all": "boolean",
        "max_ttl": "number",
        "edge_code": "boolean",
    }
]
_CERTIFICATE_SHAPE = {"arn": "string", "known": "boolean", "uncovered": ["string"], "days_left": "number"}
_DISTRIBUTION = "cloudfront.distribution"
_ACL = "wafv2.web_acl"

EDGE = (
    Derived(_DISTRIBUTION, "_origins", _ORIGIN_SHAPE, _origins, own=("DistributionConfig",)),
    Derived(
        _DISTRIBUTION, "_origin_buckets", _ORIGIN_SHAPE, _origins, ("s3:ListBuckets",), own=("DistributionConfig",)
    ),
    Derived(
        _DISTRIBUTION,
        "_origin_functions",
        _ORIGIN_SHAPE,
        _origins,
        ("lambda:ListFunctions", "lambda:ListFunctionUrlConfigs"),
        own=("DistributionConfig",),
    ),
    Derived(_DISTRIBUTION, "_behaviors", _BEHAVIOR_SHAPE, _behaviors, own=("DistributionConfig",)),
    Derived(
        _DISTRIBUTION,
        "_cached_behaviors",
        _BEHAVIOR_SHAPE,
        _behaviors,
        ("cloudfront:ListCachePolicies",),
        own=("DistributionConfig",),
    ),
    Derived(_DISTRIBUTION, "_domains", ["string"], _domains, own=("DistributionConfig",)),
    Derived(_DISTRIBUTION, "_name", "string", lambda resource, _estate: resource["_domains"][0]),
    Derived(_DISTRIBUTION, "_entity", "string", _entity, own=("DistributionConfig",)),
    Derived(
        _DISTRIBUTION,
        "_web_acl",
        {"arn": "string", "name": "string"},
        _web_acl,
        ("wafv2:ListWebACLs",),
        own=("DistributionConfig",),
    ),
    Derived(
        _DISTRIBUTION,
        "_protected_siblings",
        ["string"],
        _protected_siblings,
        ("cloudfront:ListDistributions",),
        own=("DistributionConfig",),
    ),
    Derived(
        _DISTRIBUTION,
        "_certificate",
        _CERTIFICATE_SHAPE,
        _certificate,
        ("acm:ListCertificates", "acm:DescribeCertificate"),
        own=("DistributionConfig",),
    ),
    Derived(_DISTRIBUTION, "_gigabytes", "number", _gigabytes, ("cloudwatch:GetMetricData",)),
    Derived(_ACL, "_groups", ["string"], _groups, own=("Rules",)),
    Derived(_ACL, "_counting", ["string"], _counting, own=("Rules",)),
    Derived(_ACL, "_blocking", ["string"], _blocking, own=("Rules",)),
    Derived(_ACL, "_rate_rules", ["string"], _rate, own=("Rules",)),
    Derived(
        _ACL,
        "_guards",
        ["string"],
        _guards,
        ("cloudfront:ListDistributions", "cloudfront:GetDistributionConfig"),
        own=("LoadBalancers", "ApiStages", "UserPools", "GraphqlApis", "AppRunner"),
    ),
    Derived("acm.certificate", "_days_left", "number", _days_left, own=("NotAfter",)),
    Derived(
        "route53.hosted_zone",
        "_dangling",
        ["string"],
        _zone_dangling,
        ("cloudfront:ListDistributions", "s3:ListBuckets"),
        own=("Records",),
    ),
    Derived("route53.hosted_zone", "_types", ["string"], _zone_types, own=("Records",)),
)

"""What an inventory says besides faults: sites and who owns them, the bill, the resources themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from auditor.model.fact import Fact, Quantity, Record, Status
from auditor.model.location import CloudLocation
from scanners.aws.estate import Estate
from scanners.aws.inventory import Resource

_COUNTED = (
    "lambda.function", "ec2.instance", "rds.instance", "dynamodb.table", "s3.bucket", "cloudfront.distribution",
    "apigateway.rest_api", "apigatewayv2.api", "elbv2.load_balancer", "elb.load_balancer", "ec2.nat_gateway",
    "ses.identity", "secretsmanager.secret", "wafv2.web_acl", "route53.hosted_zone",
)  # fmt: skip


def place(resource: Resource, estate: Estate, call: str) -> CloudLocation:
    """Where a resource is, with the call that showed it and when."""
    return CloudLocation(
        account=str(resource.get("_account", "")),
        region=str(resource.get("_region", "")),
        arn=str(resource.get("_arn", "")),
        call=call,
        as_of=estate.now.isoformat(),
    )


def records(estate: Estate) -> Iterator[Record]:
    """Sites, then costs, then resources, each in a fixed order."""
    yield from _sites(estate)
    yield from _costs(estate)
    for kind in _COUNTED:
        call = estate.schema.call(kind, "*")
        for resource in estate.of(kind):
            yield Record(
                kind="resource",
                entity=str(resource.get("_entity", "")),
                name=str(resource.get("_name") or resource.get("_id", "")),
                source=place(resource, estate, call),
                text={"kind": kind, "region": str(resource.get("_region", ""))} | _words(resource),
            )


def _words(resource: Resource) -> dict[str, str]:
    known = {"runtime": resource.get("Runtime"), "engine": resource.get("Engine"), "version": resource.get("EngineVersion"),
             "ends": resource.get("_runtime_ends") or resource.get("_engine_ends"), "type": resource.get("InstanceType")}  # fmt: skip
    words = {name: str(value) for name, value in known.items() if value}
    return words | {
        name: word for name, word in (("backups", _backups(resource)), ("iac", _built_from(resource))) if word
    }


def _backups(resource: Resource) -> str:
    """What is kept of a database or a bucket; empty where the inventory does not say."""
    if isinstance(days := resource.get("BackupRetentionPeriod"), int):
        return f"{days} day{'' if days == 1 else 's'}" if days else "none"
    if isinstance(described := resource.get("ContinuousBackups"), dict):
        recovery = described.get("PointInTimeRecoveryDescription") or {}
        return "to any second" if recovery.get("PointInTimeRecoveryStatus") == "ENABLED" else "none"
    if isinstance(versioning := resource.get("Versioning"), dict):
        return "old versions" if versioning.get("Status") == "Enabled" else "none"
    return ""


def _built_from(resource: Resource) -> str:
    """The tool whose tags a resource carries; empty where there are none, which proves nothing."""
    tags = {str(key).lower(): str(value).lower() for key, value in (resource.get("_tags") or {}).items()}
    if "aws:cloudformation:stack-name" in tags:
        return f"CloudFormation, {tags['aws:cloudformation:stack-name']}"
    if any("terraform" in key or "terraform" in value for key, value in tags.items()):
        return "Terraform"
    return "Pulumi" if any("pulumi" in key or "pulumi" in value for key, value in tags.items()) else ""


def _sites(estate: Estate) -> Iterator[Record]:
    """One record per public name: aliases of distributions, bucket websites, API domain names."""
    seen: set[str] = set()
    for resource in estate.of("cloudfront.distribution"):
        origins = resource.get("_origins") or []
        certificate = resource.get("_certificate") or {}
        for name in resource.get("_domains") or ():
            seen.add(name)
            yield _site(
                name,
                resource,
                estate,
                "cloudfront:GetDistributionConfig",
                served_by="CloudFront",
                origin=", ".join(origin["domain"] for origin in origins),
                origin_kind=", ".join(sorted({origin["kind"] for origin in origins})),
                web_acl="yes" if (resource.get("DistributionConfig") or {}).get("WebACLId") else "no",
                certificate_days=str(certificate.get("days_left") or ""),
                enabled="yes" if (resource.get("DistributionConfig") or {}).get("Enabled", True) else "no",
            )
    for resource in estate.of("s3.bucket"):
        name = str(resource.get("_id", ""))
        if resource.get("Website") and "." in name and name not in seen:
            seen.add(name)
            yield _site(name, resource, estate, "s3:GetBucketWebsite", served_by="S3 website", origin_kind="s3-website")
    for resource in estate.of("apigateway.domain_name"):
        name = str(resource.get("_id", ""))
        if name and name not in seen:
            seen.add(name)
            yield _site(name, resource, estate, "apigateway:GetDomainNames", served_by="API Gateway", origin_kind="api")


def _site(name: str, resource: Resource, estate: Estate, call: str, **text: str) -> Record:
    entity = estate.owner_of(name) or str(resource.get("_entity", ""))
    tags = resource.get("_tags") or {}
    client = next((str(tags[key]) for key in ("Client", "client") if tags.get(key)), "")
    return Record(
        kind="site",
        entity=entity,
        name=name,
        source=place(resource, estate, call),
        text={"domain": name, "hosted": "yes", "hosted_on": text.get("served_by", ""), "client": client, **text},
    )


def months(estate: Estate) -> list[dict[str, Any]]:
    """The bill, all accounts together: month, whether it is still running, total, by service and by entity."""
    merged: dict[str, dict[str, Any]] = {}
    for bill in estate.inventory.bill:
        for month in bill.get("months") or ():
            entry = merged.setdefault(
                str(month.get("month")),
                {"month": str(month.get("month")), "estimated": False, "services": Counter(), "entities": Counter()},
            )
            entry["estimated"] = entry["estimated"] or bool(month.get("estimated"))
            for service, amount in (month.get("services") or {}).items():
                entry["services"][service] += _amount(amount)
            for (entity, _service), amount in _shares(month, estate).items():
                entry["entities"][entity] += amount
    for entry in merged.values():
        entry["total"] = sum(entry["services"].values(), Decimal(0))
    return [merged[key] for key in sorted(merged)]


def _amount(value: object) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return Decimal(0)


def _through(month: str, as_of: str) -> str:
    """The last whole day that a running month's bill can hold; empty before its first day is over.

    Cost Explorer is up to a day behind, so the day of the request does not count.
    """
    try:
        day, first = date.fromisoformat(as_of[:10]) - timedelta(days=1), date.fromisoformat(f"{month}-01")
    except ValueError:
        return ""
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return min(day, last).isoformat() if day >= first else ""


def _shares(month: dict[str, Any], estate: Estate) -> dict[tuple[str, str], Decimal]:
    """(entity, service) -> dollars: by tag where the bill is split by it, what is untagged to the account's owner."""
    shares: dict[tuple[str, str], Decimal] = {}
    split: dict[str, dict[str, str]] = month.get("by_entity") or {}
    for service, amount in (month.get("services") or {}).items():
        rest = _amount(amount)
        for entity, services in split.items():
            if entity and service in services:
                part = _amount(services[service])
                shares[entity, service] = shares.get((entity, service), Decimal(0)) + part
                rest -= part
        if rest:
            key = (estate.default_entity, service)
            shares[key] = shares.get(key, Decimal(0)) + rest
    return shares


def facts(estate: Estate) -> Iterator[Fact]:
    """The bill as figures: per month and entity; a month that is still running is marked approximate."""
    for month in months(estate):
        for entity, amount in sorted(month["entities"].items()):
            yield Fact(
                entity=entity,
                label=f"AWS bill {month['month']}",
                value=Quantity(
                    amount, amount, "money", "USD", "month", frozenset({"approx"} if month["estimated"] else ())
                ),
                source=CloudLocation(
                    ", ".join(estate.inventory.accounts),
                    "global",
                    f"bill/{month['month']}",
                    call="ce:GetCostAndUsage",
                    as_of=estate.now.isoformat(),
                ),
                metric="aws_cost",
                period=month["month"],
                as_of=estate.now.date(),
                status=Status.PROJECTED if month["estimated"] else Status.ACTUAL,
                extractor="aws.bill",
            )


def _costs(estate: Estate) -> Iterator[Record]:
    """One record per month, entity and service."""
    for bill in estate.inventory.bill:
        account = str(bill.get("account", ""))
        as_of = str(bill.get("as_of") or estate.now.isoformat())
        for month in bill.get("months") or ():
            name = str(month.get("month"))
            running = bool(month.get("estimated"))
            state = {"estimated": "yes", "through": _through(name, as_of)} if running else {"estimated": "no"}
            for (entity, service), amount in sorted(_shares(month, estate).items()):
                yield Record(
                    kind="cost",
                    entity=entity,
                    name=service,
                    source=CloudLocation(
                        account,
                        "global",
                        f"bill/{name}/{service}",
                        call="ce:GetCostAndUsage",
                        as_of=as_of,
                    ),
                    text={"month": name, "service": service, "account": account} | state,
                    amounts={"amount": Quantity(amount, amount, "money", "USD", "month")},
                )

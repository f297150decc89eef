"""Readings of functions, APIs and instances."""

from __future__ import annotations

from datetime import date
from typing import Any

from scanners.aws.derived.field import Derived, Missing
from scanners.aws.policy import foreign_accounts, public_actions, trusting_services

# End of support of Lambda runtimes ("Block function update" comes later):
# https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
RUNTIME_ENDS = {
    "nodejs": "2016-10-31", "nodejs4.3": "2020-03-05", "nodejs4.3-edge": "2019-04-30", "nodejs6.10": "2019-08-12",
    "nodejs8.10": "2020-03-06", "nodejs10.x": "2021-07-30", "nodejs12.x": "2023-03-31", "nodejs14.x": "2023-12-04",
    "nodejs16.x": "2024-06-12", "nodejs18.x": "2025-09-01", "nodejs20.x": "2026-04-30", "nodejs22.x": "2027-04-30",
    "python2.7": "2021-07-15", "python3.6": "2022-07-18", "python3.7": "2023-12-04", "python3.8": "2024-10-14",
    "python3.9": "2025-12-15", "python3.10": "2026-10-31", "python3.11": "2027-06-30", "python3.12": "2028-10-31",
    "python3.13": "2029-06-30", "java8": "2024-01-08", "java8.al2": "2027-06-30", "java11": "2027-06-30",
    "java17": "2027-06-30", "java21": "2029-06-30", "dotnetcore1.0": "2019-06-27", "dotnetcore2.0": "2019-05-30",
    "dotnetcore2.1": "2022-01-05", "dotnetcore3.1": "2023-04-03", "dotnet5.0": "2022-05-10", "dotnet6": "2024-12-20",
    "dotnet7": "2024-05-14", "dotnet8": "2026-11-10", "go1.x": "2024-01-08", "provided": "2024-01-08",
    "provided.al2": "2026-06-30", "ruby2.5": "2021-07-30", "ruby2.7": "2023-12-07", "ruby3.2": "2026-03-31",
    "ruby3.3": "2027-03-31",
}  # fmt: skip
_ASYNC_SOURCES = ("s3.amazonaws.com", "sns.amazonaws.com", "events.amazonaws.com", "ses.amazonaws.com")


def _runtime_ends(resource: Any, _estate: Any) -> str:
    return RUNTIME_ENDS.get(str(resource.get("Runtime", "")), "")


def _runtime_days(resource: Any, estate: Any) -> int | None:
    """Days until support ends; negative: it has ended; a far figure where no end is announced."""
    ends = RUNTIME_ENDS.get(str(resource.get("Runtime", "")))
    return (date.fromisoformat(ends) - estate.now.date()).days if ends else 9999


def _public_actions(resource: Any, _estate: Any) -> list[str]:
    return public_actions(resource.get("Policy"))


def _foreign(resource: Any, _estate: Any) -> list[str]:
    return foreign_accounts(resource.get("Policy"), str(resource.get("_account", "")))


def _services(resource: Any, _estate: Any) -> list[str]:
    return trusting_services(resource.get("Policy"))


def _is_async(resource: Any, estate: Any) -> bool:
    """Whether something invokes it without waiting: then a lost event is lost for good without a destination."""
    if any(source in str(resource.get("Policy", "")) for source in _ASYNC_SOURCES):
        return True
    arn = resource.get("_arn")
    return any(
        (action.get("LambdaAction") or {}).get("FunctionArn") == arn
        for rule in estate.of("ses.receipt_rule")
        for action in rule.get("Actions") or ()
    )


def _log_group(resource: Any) -> str:
    return str((resource.get("LoggingConfig") or {}).get("LogGroup") or f"/aws/lambda/{resource.get('FunctionName')}")


def _invocations(resource: Any, estate: Any) -> Any:
    """Invocations in 90 days. Lambda reports nothing where nothing happens, so silence counts as zero only with proof.

    The proof: another function of the account and region did report (so the figures can be read), and this function
    has written no log.
    """
    found = (resource.get("_metrics") or {}).get("invocations")
    if found is not None:
        return int(found.get("sum") or 0)
    siblings = [
        other
        for other in estate.of("lambda.function")
        if other.get("_region") == resource.get("_region") and other.get("_account") == resource.get("_account")
    ]
    if not any((other.get("_metrics") or {}).get("invocations") for other in siblings):
        return Missing()
    group = estate.one("logs.log_group", "logGroupName", _log_group(resource))
    if estate.failures_of("logs:DescribeLogGroups") or (group is not None and group.get("storedBytes")):
        return Missing()
    return 0


def _provisioned(resource: Any, _estate: Any) -> int:
    return sum(
        int(item.get("RequestedProvisionedConcurrentExecutions") or 0)
        for item in resource.get("ProvisionedConcurrency") or ()
    )


def _provisioned_gb_seconds(resource: Any, _estate: Any) -> float:
    """A month of the provisioned memory, in GB-seconds."""
    return _provisioned(resource, None) * int(resource.get("MemorySize") or 128) / 1024 * 730 * 3600


def _architecture(resource: Any, _estate: Any) -> str:
    return str((resource.get("Architectures") or ["x86_64"])[0])


def _guarded(method: dict[str, Any]) -> bool:
    return str(method.get("authorizationType") or "NONE") != "NONE" or bool(method.get("apiKeyRequired"))


def _open_methods(resource: Any, _estate: Any) -> list[str]:
    return sorted(
        f"{verb} {item.get('path', '')}"
        for item in resource.get("Resources") or ()
        for verb, method in (item.get("resourceMethods") or {}).items()
        if verb != "OPTIONS" and not _guarded(method or {})
    )


def _guarded_methods(resource: Any, _estate: Any) -> list[str]:
    return sorted(
        f"{verb} {item.get('path', '')}"
        for item in resource.get("Resources") or ()
        for verb, method in (item.get("resourceMethods") or {}).items()
        if verb != "OPTIONS" and _guarded(method or {})
    )


def _open_routes(resource: Any, _estate: Any) -> list[str]:
    return sorted(
        str(route.get("RouteKey", ""))
        for route in resource.get("Routes") or ()
        if str(route.get("AuthorizationType") or "NONE") == "NONE"
        and not route.get("ApiKeyRequired")
        and not str(route.get("RouteKey", "")).startswith("OPTIONS")
    )


def _guarded_routes(resource: Any, _estate: Any) -> list[str]:
    return sorted(
        str(route.get("RouteKey", ""))
        for route in resource.get("Routes") or ()
        if str(route.get("AuthorizationType") or "NONE") != "NONE"
    )


def _unlimited_stages(resource: Any, _estate: Any) -> list[str]:
    """Stages without a rate limit of their own (only the account's limit holds)."""
    found = []
    for stage in resource.get("Stages") or ():
        name = str(stage.get("stageName") or stage.get("StageName") or "")
        settings = stage.get("methodSettings") or {}
        default = settings.get("*/*") or stage.get("DefaultRouteSettings") or {}
        limit = default.get("throttlingRateLimit", default.get("ThrottlingRateLimit"))
        if limit is None or limit < 0:
            found.append(name)
    return found


def _volume_bytes(resource: Any, estate: Any) -> int:
    """Gigabytes of the volumes attached to an instance."""
    return sum(int(volume.get("Size") or 0) for volume in _volumes(resource, estate))


def _volumes(resource: Any, estate: Any) -> list[Any]:
    return [
        volume
        for volume in estate.of("ec2.volume")
        for attachment in volume.get("Attachments") or ()
        if attachment.get("InstanceId") == resource.get("InstanceId")
    ]


def _gb_of(type_: str) -> Any:
    def size(resource: Any, estate: Any) -> int:
        return sum(
            int(volume.get("Size") or 0) for volume in _volumes(resource, estate) if volume.get("VolumeType") == type_
        )

    return size


def _public_ports(resource: Any, estate: Any) -> list[str]:
    from scanners.aws.derived.network import world_ports

    found: set[str] = set()
    for group in resource.get("SecurityGroups") or ():
        known = estate.one("ec2.security_group", "_id", group.get("GroupId"))
        if known:
            found |= set(world_ports(known))
    return sorted(found)


def _stopped_days(resource: Any, estate: Any) -> Any:
    """Days since it was stopped, from the time in StateTransitionReason; 0 while it runs."""
    if (resource.get("State") or {}).get("Name") != "stopped":
        return 0
    reason = str(resource.get("StateTransitionReason", ""))
    if "(" not in reason:
        return Missing("no time of stopping")
    stopped = estate.days_since(reason.rsplit("(", 1)[-1].rstrip(")").removesuffix(" GMT").removesuffix(" UTC"))
    return Missing("no time of stopping") if stopped is None else stopped


def _old_generation(resource: Any, _estate: Any) -> bool:
    family = str(resource.get("InstanceType", "")).split(".")[0]
    return family in {"t1", "t2", "m1", "m2", "m3", "m4", "c1", "c3", "c4", "r3", "r4", "i2", "d2", "g2", "g3", "p2"}


def _image_used(resource: Any, estate: Any) -> bool:
    return estate.one("ec2.instance", "ImageId", resource.get("ImageId")) is not None


def _image_gb(resource: Any, _estate: Any) -> int:
    return sum(
        int((item.get("Ebs") or {}).get("VolumeSize") or 0) for item in resource.get("BlockDeviceMappings") or ()
    )


_LIST = ["string"]
_F = "lambda.function"
_VOLUMES = ("ec2:DescribeVolumes",)
COMPUTE = (
    Derived(_F, "_runtime_ends", "string", _runtime_ends),
    Derived(_F, "_runtime_days", "number", _runtime_days),
    Derived(_F, "_public_actions", _LIST, _public_actions, own=("Policy",)),
    Derived(_F, "_foreign_accounts", _LIST, _foreign, own=("Policy",)),
    Derived(_F, "_trusting_services", _LIST, _services, own=("Policy",)),
    Derived(_F, "_is_async", "boolean", _is_async, ("ses:DescribeActiveReceiptRuleSet",), own=("Policy",)),
    Derived(
        _F,
        "_invocations",
        "number",
        _invocations,
        ("cloudwatch:GetMetricData",),
    ),
    Derived(_F, "_provisioned", "number", _provisioned, own=("ProvisionedConcurrency",)),
    Derived(_F, "_provisioned_gb_seconds", "number", _provisioned_gb_seconds, own=("ProvisionedConcurrency",)),
    Derived(_F, "_architecture", "string", _architecture),
    Derived("apigateway.rest_api", "_open_methods", _LIST, _open_methods, own=("Resources",)),
    Derived("apigateway.rest_api", "_guarded_methods", _LIST, _guarded_methods, own=("Resources",)),
    Derived("apigateway.rest_api", "_unlimited_stages", _LIST, _unlimited_stages, own=("Stages",)),
    Derived("apigatewayv2.api", "_open_routes", _LIST, _open_routes, own=("Routes",)),
    Derived("apigatewayv2.api", "_guarded_routes", _LIST, _guarded_routes, own=("Routes",)),
    Derived("apigatewayv2.api", "_unlimited_stages", _LIST, _unlimited_stages, own=("Stages",)),
    Derived("ec2.instance", "_volume_gb", "number", _volume_bytes, _VOLUMES),
    *(
        Derived("ec2.instance", f"_gb_{name}", "number", _gb_of(name), _VOLUMES)
        for name in ("gp2", "gp3", "io1", "io2", "st1", "sc1", "standard")
    ),
    Derived("ec2.instance", "_public_ports", _LIST, _public_ports, ("ec2:DescribeSecurityGroups",)),
    Derived("ec2.instance", "_stopped_days", "number", _stopped_days),
    Derived("ec2.instance", "_old_generation", "boolean", _old_generation),
    Derived("ec2.image", "_used", "boolean", _image_used, ("ec2:DescribeInstances",)),
    Derived("ec2.image", "_gb", "number", _image_gb),
)

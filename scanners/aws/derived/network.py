"""Readings of networks: what is open to the world, what is idle, what belongs to what."""

from __future__ import annotations

from typing import Any

from scanners.aws.derived.field import Derived, Missing

_WORLD = {"0.0.0.0/0", "::/0"}
ADMIN_PORTS = {22: "ssh", 3389: "rdp", 23: "telnet", 5985: "winrm", 5900: "vnc"}
DATA_PORTS = {
    1433: "sql server", 1521: "oracle", 3306: "mysql", 5432: "postgresql", 6379: "redis", 9200: "elasticsearch",
    5601: "kibana", 11211: "memcached", 27017: "mongodb", 9042: "cassandra", 9092: "kafka", 2375: "docker",
    445: "smb", 21: "ftp", 389: "ldap",
}  # fmt: skip


def world_ranges(group: Any) -> list[tuple[int, int]]:
    """Port ranges (both ends inclusive) that everybody may reach; all protocols are 0 to 65535."""
    found = []
    for permission in group.get("IpPermissions") or ():
        sources = {str(item.get("CidrIp", "")) for item in permission.get("IpRanges") or ()}
        sources |= {str(item.get("CidrIpv6", "")) for item in permission.get("Ipv6Ranges") or ()}
        if not sources & _WORLD:
            continue
        protocol = str(permission.get("IpProtocol", "-1"))
        if protocol == "-1":
            found.append((0, 65535))
        elif protocol in {"tcp", "udp", "6", "17"}:
            found.append((int(permission.get("FromPort") or 0), int(permission.get("ToPort") or 65535)))
    return found


def world_ports(group: Any) -> list[str]:
    """The same as text: `22`, `8000-8100`, `all`."""
    return sorted(
        "all" if (low, high) == (0, 65535) else str(low) if low == high else f"{low}-{high}"
        for low, high in world_ranges(group)
    )


def _open(ports: dict[int, str]) -> Any:
    def named(resource: Any, _estate: Any) -> list[str]:
        ranges = [pair for pair in world_ranges(resource) if pair != (0, 65535)]
        return sorted(f"{port} {name}" for port, name in ports.items() if any(a <= port <= b for a, b in ranges))

    return named


def _open_all(resource: Any, _estate: Any) -> bool:
    return (0, 65535) in world_ranges(resource)


def _group_used(resource: Any, estate: Any) -> bool:
    own = resource.get("GroupId")
    return any(
        group.get("GroupId") == own
        for interface in estate.of("ec2.network_interface")
        for group in interface.get("Groups") or ()
    ) or any(
        pair.get("GroupId") == own
        for other in estate.of("ec2.security_group")
        if other is not resource
        for permission in other.get("IpPermissions") or ()
        for pair in permission.get("UserIdGroupPairs") or ()
    )


def _vpc_logged(resource: Any, estate: Any) -> bool:
    return any(
        log.get("ResourceId") == resource.get("VpcId") and log.get("FlowLogStatus", "ACTIVE") == "ACTIVE"
        for log in estate.of("ec2.flow_log")
    )


def _vpc_used(resource: Any, estate: Any) -> bool:
    own = resource.get("VpcId")
    return any(other.get("VpcId") == own for kind in ("ec2.instance", "elbv2.load_balancer", "ec2.nat_gateway")
               for other in estate.of(kind)) or any(
        (function.get("VpcConfig") or {}).get("VpcId") == own for function in estate.of("lambda.function")
    ) or any(
        (database.get("DBSubnetGroup") or {}).get("VpcId") == own for database in estate.of("rds.instance")
    )  # fmt: skip


def _attributes(resource: Any, _estate: Any) -> dict[str, str]:
    return {str(item.get("Key")): str(item.get("Value")) for item in resource.get("Attributes") or ()}


def _targets(resource: Any, estate: Any) -> list[str]:
    """Registered targets behind a load balancer."""
    arn = resource.get("_arn")
    return sorted(
        str(health.get("Target"))
        for group in estate.of("elbv2.target_group")
        if arn in (group.get("LoadBalancerArns") or ())
        for health in group.get("Health") or ()
    )


def _has_web_acl(resource: Any, estate: Any) -> bool:
    return any(resource.get("_arn") in (acl.get("LoadBalancers") or ()) for acl in estate.of("wafv2.web_acl"))


def _protected_stages(resource: Any, estate: Any) -> list[str]:
    """Stages of an API that no web ACL guards."""
    own = resource.get("_id")
    guarded = {str(arn) for acl in estate.of("wafv2.web_acl") for arn in acl.get("ApiStages") or ()}
    return sorted(
        str(stage.get("stageName", ""))
        for stage in resource.get("Stages") or ()
        if not stage.get("webAclArn")
        and not any(arn.endswith(f"/restapis/{own}/stages/{stage.get('stageName')}") for arn in guarded)
    )


def _snapshot_volume_gone(resource: Any, estate: Any) -> bool:
    return estate.one("ec2.volume", "_id", resource.get("VolumeId")) is None


def _snapshot_image(resource: Any, estate: Any) -> str:
    """The image that a snapshot belongs to; such a snapshot cannot be deleted alone."""
    for image in estate.of("ec2.image"):
        for item in image.get("BlockDeviceMappings") or ():
            if (item.get("Ebs") or {}).get("SnapshotId") == resource.get("SnapshotId"):
                return str(image.get("ImageId", ""))
    return ""


def _snapshot_public(resource: Any, estate: Any) -> bool:
    listed = estate.one("ec2.public_snapshot", "_id", resource.get("SnapshotId"))
    return listed is not None and any(item.get("Group") == "all" for item in listed.get("Permissions") or ())


def _stopped_owner(resource: Any, estate: Any) -> str:
    """ARN of the stopped instance a volume hangs on; its saving already holds the volume's."""
    for attachment in resource.get("Attachments") or ():
        instance = estate.one("ec2.instance", "_id", attachment.get("InstanceId"))
        if instance and (instance.get("State") or {}).get("Name") == "stopped":
            return str(instance.get("_arn", ""))
    return ""


def _nat_addresses(resource: Any, _estate: Any) -> int:
    return sum(
        1 for item in resource.get("NatGatewayAddresses") or () if item.get("PublicIp") or item.get("AllocationId")
    )


def _subnets(resource: Any, _estate: Any) -> int:
    return max(1, len(resource.get("SubnetIds") or ()))


def _traffic(*names: str) -> Any:
    def total(resource: Any, _estate: Any) -> Any:
        metrics = resource.get("_metrics") or {}
        found = [metrics.get(name) for name in names if name in metrics]
        known = [item for item in found if item is not None]
        return sum(float(item.get("sum") or 0) for item in known) if known else Missing()

    return total


_LIST = ["string"]
NETWORK = (
    Derived("ec2.security_group", "_admin_ports", _LIST, _open(ADMIN_PORTS)),
    Derived("ec2.security_group", "_data_ports", _LIST, _open(DATA_PORTS)),
    Derived("ec2.security_group", "_open_all", "boolean", _open_all),
    Derived("ec2.security_group", "_used", "boolean", _group_used, ("ec2:DescribeNetworkInterfaces",)),
    Derived("ec2.vpc", "_flow_logs", "boolean", _vpc_logged, ("ec2:DescribeFlowLogs",)),
    Derived(
        "ec2.vpc",
        "_used",
        "boolean",
        _vpc_used,
        ("ec2:DescribeInstances", "rds:DescribeDBInstances", "lambda:ListFunctions", "elbv2:DescribeLoadBalancers"),
    ),
    Derived("elbv2.load_balancer", "_attributes", {"*": "string"}, _attributes, own=("Attributes",)),
    Derived(
        "elbv2.load_balancer",
        "_targets",
        _LIST,
        _targets,
        ("elbv2:DescribeTargetGroups", "elbv2:DescribeTargetHealth"),
    ),
    Derived(
        "elbv2.load_balancer",
        "_has_web_acl",
        "boolean",
        _has_web_acl,
        ("wafv2:ListWebACLs", "wafv2:ListResourcesForWebACL"),
    ),
    Derived("elbv2.load_balancer", "_traffic", "number", _traffic("requests", "flows"), ("cloudwatch:GetMetricData",)),
    Derived(
        "apigateway.rest_api",
        "_unguarded_stages",
        _LIST,
        _protected_stages,
        ("wafv2:ListWebACLs", "wafv2:ListResourcesForWebACL"),
        own=("Stages",),
    ),
    Derived("ec2.snapshot", "_volume_gone", "boolean", _snapshot_volume_gone, ("ec2:DescribeVolumes",)),
    Derived("ec2.snapshot", "_image", "string", _snapshot_image, ("ec2:DescribeImages",)),
    Derived(
        "ec2.snapshot",
        "_public",
        "boolean",
        _snapshot_public,
        ("ec2:DescribeSnapshots", "ec2:DescribeSnapshotAttribute"),
    ),
    Derived("ec2.volume", "_stopped_owner", "string", _stopped_owner, ("ec2:DescribeInstances",)),
    Derived("ec2.nat_gateway", "_addresses", "number", _nat_addresses),
    Derived("ec2.vpc_endpoint", "_subnets", "number", _subnets),
    Derived(
        "ec2.vpn_connection", "_traffic", "number", _traffic("bytes_in", "bytes_out"), ("cloudwatch:GetMetricData",)
    ),
)

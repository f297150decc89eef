"""The account, its regions and its bill as resources of their own, for what should be there and is not."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from scanners.aws.derived.field import Derived, Missing
from scanners.aws.inventory import Resource
from scanners.aws.policy import ADMIN_ARN, escalations, is_admin, listed, principals, statements

SIGNIFICANT = Decimal(10)
"""Dollars a month below which a change of the bill is not worth a word."""


def accounts(estate: Any) -> list[Resource]:
    """One resource per account."""
    return [
        _synthetic(account, "global", account, f"arn:aws:iam::{account}:root") for account in estate.inventory.accounts
    ]


def regions(estate: Any) -> list[Resource]:
    """One resource per account and region."""
    return [
        _synthetic(account, region, region, f"arn:aws:ec2:{region}:{account}:region/{region}")
        for account in estate.inventory.accounts
        for region in estate.inventory.regions
    ]


def _synthetic(account: str, region: str, name: str, arn: str) -> Resource:
    return {"_id": name, "_name": name, "_arn": arn, "_region": region, "_account": account, "_tags": {}, "_entity": ""}


def services(estate: Any) -> list[Resource]:
    """One resource per account and service on the bill, with its last two closed months."""
    found = []
    for bill in estate.inventory.bill:
        closed = [month for month in bill.get("months") or () if not month.get("estimated")]
        if not closed:
            continue
        last = closed[-1]
        before = closed[-2] if len(closed) > 1 else None
        for service in sorted({*last.get("services", {}), *(before or {}).get("services", {})}):
            account = str(bill.get("account", ""))
            resource = _synthetic(account, "global", service, f"bill/{service}")
            resource |= {
                "month": str(last.get("month", "")),
                "amount": str(last.get("services", {}).get(service, "0")),
                "before": str(before.get("services", {}).get(service, "0")) if before else None,
            }
            found.append(resource)
    return found


def _decimal(value: object) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _growth(resource: Any, _estate: Any) -> Any:
    """How many dollars a month the service grew by."""
    now, before = _decimal(resource.get("amount")), _decimal(resource.get("before"))
    return Missing("one closed month only") if now is None or before is None else float(now - before)


def _growth_percent(resource: Any, _estate: Any) -> Any:
    now, before = _decimal(resource.get("amount")), _decimal(resource.get("before"))
    if now is None or before is None:
        return Missing("one closed month only")
    if before <= 0:
        return 100.0 if now > 0 else 0.0
    return float((now - before) / before * 100)


def _bill(resource: Any, estate: Any) -> dict[str, Any] | None:
    return next((bill for bill in estate.inventory.bill if bill.get("account") == resource.get("_account")), None)


def _untagged_percent(resource: Any, estate: Any) -> Any:
    bill = _bill(resource, estate)
    closed = [month for month in (bill or {}).get("months") or () if not month.get("estimated")]
    if not closed or not closed[-1].get("entities"):
        return Missing("the bill is not split by tag")
    month = closed[-1]
    total, untagged = _decimal(month.get("total")) or Decimal(0), _decimal(month["entities"].get("", "0")) or Decimal(0)
    return float(untagged / total * 100) if total > 0 else 0.0


def _bill_status(resource: Any, estate: Any) -> Any:
    bill = _bill(resource, estate)
    if bill is None:
        return Missing("the bill was not collected")
    return "known" if bill.get("months") else str(bill.get("status") or "empty")


def _same_account(kind: str) -> Any:
    def present(resource: Any, estate: Any) -> int:
        return sum(1 for other in estate.of(kind) if other.get("_account") == resource.get("_account"))

    return present


def _same_region(kind: str, *, on: Any = None) -> Any:
    def present(resource: Any, estate: Any) -> bool:
        return any(
            other.get("_region") == resource.get("_region")
            and other.get("_account") == resource.get("_account")
            and (on is None or on(other))
            for other in estate.of(kind)
        )

    return present


def _logging_trails(resource: Any, estate: Any) -> list[str]:
    """Trails that record every region and are on."""
    return sorted(
        str(trail.get("_name"))
        for trail in estate.of("cloudtrail.trail")
        if trail.get("_account") == resource.get("_account")
        and trail.get("IsMultiRegionTrail")
        and (trail.get("Status") or {}).get("IsLogging")
    )


def _region_used(resource: Any, estate: Any) -> bool:
    """Whether anything that runs or keeps data lies in the region."""
    ours = ("lambda.function", "ec2.instance", "rds.instance", "dynamodb.table", "elbv2.load_balancer", "s3.bucket",
            "apigateway.rest_api", "apigatewayv2.api", "secretsmanager.secret")  # fmt: skip
    return any(
        other.get("_region") == resource.get("_region") and other.get("_account") == resource.get("_account")
        for kind in ours
        for other in estate.of(kind)
    )


def _trail_bucket(resource: Any, estate: Any) -> dict[str, Any]:
    bucket = estate.one("s3.bucket", "_id", resource.get("S3BucketName"))
    return {
        "name": str(resource.get("S3BucketName", "")),
        "exists": bucket is not None,
        "public": bool(bucket and (bucket.get("_public_actions") or bucket.get("_acl_read"))),
    }


def _management_events(resource: Any, _estate: Any) -> bool:
    selectors = resource.get("Selectors") or {}
    if any(
        item.get("IncludeManagementEvents") and item.get("ReadWriteType", "All") == "All"
        for item in selectors.get("EventSelectors") or ()
    ):
        return True
    return any(
        field.get("Field") == "eventCategory" and "Management" in listed(field.get("Equals"))
        for item in selectors.get("AdvancedEventSelectors") or ()
        for field in item.get("FieldSelectors") or ()
    )


def _key_ages(resource: Any, estate: Any) -> list[dict[str, Any]]:
    """Active access keys: age and days since their last use (age where never used)."""
    used = resource.get("KeysLastUsed") or {}
    found = []
    for key in resource.get("AccessKeys") or ():
        if key.get("Status") != "Active":
            continue
        age = estate.days_since(key.get("CreateDate")) or 0
        last = estate.days_since((used.get(key.get("AccessKeyId")) or {}).get("LastUsedDate"))
        found.append({"id": str(key.get("AccessKeyId", ""))[-4:], "age": age, "unused": age if last is None else last})
    return found


def _console_unused(resource: Any, estate: Any) -> Any:
    """Days since the password was last used, or since it was made."""
    used = estate.days_since(resource.get("PasswordLastUsed"))
    made = estate.days_since((resource.get("LoginProfile") or {}).get("CreateDate"))
    return used if used is not None else made if made is not None else 0


def _detail(resource: Any, estate: Any) -> Resource:
    return estate.one("iam.user_detail", "_arn", resource.get("_arn")) or {}


def _attached(detail: Any) -> list[str]:
    return [str(item.get("PolicyArn", "")) for item in detail.get("AttachedManagedPolicies") or ()]


def _document(policy: Any) -> Any:
    for version in policy.get("PolicyVersionList") or ():
        if version.get("IsDefaultVersion"):
            return version.get("Document")
    return None


def _inline(detail: Any) -> list[tuple[str, Any]]:
    return [
        (str(item.get("PolicyName", "")), item.get("PolicyDocument"))
        for name in ("UserPolicyList", "GroupPolicyList", "RolePolicyList")
        for item in detail.get(name) or ()
    ]


def _admin_ways(detail: Any, estate: Any) -> list[str]:
    """Policies that make their holder an administrator."""
    found = [arn for arn in _attached(detail) if arn.endswith(ADMIN_ARN.split("aws:", 2)[-1])]
    found += [name for name, document in _inline(detail) if is_admin(document)]
    for arn in _attached(detail):
        policy = estate.one("iam.policy", "_arn", arn)
        if policy is not None and is_admin(_document(policy)):
            found.append(arn)
    return sorted(set(found))


def _user_admin(resource: Any, estate: Any) -> list[str]:
    return _admin_ways(_detail(resource, estate), estate)


def _user_direct(resource: Any, estate: Any) -> list[str]:
    detail = _detail(resource, estate)
    return sorted([*_attached(detail), *(name for name, _ in _inline(detail))])


def _inline_escalations(resource: Any, _estate: Any) -> list[str]:
    return sorted({f"{name}: {way}" for name, document in _inline(resource) for way in escalations(document)})


def _policy_admin(resource: Any, _estate: Any) -> bool:
    return is_admin(_document(resource))


def _policy_escalations(resource: Any, _estate: Any) -> list[str]:
    return escalations(_document(resource))


def _trust_public(resource: Any, _estate: Any) -> bool:
    return any(
        statement.get("Effect") == "Allow" and "*" in principals(statement) and not statement.get("Condition")
        for statement in statements(resource.get("AssumeRolePolicyDocument"))
    )


def _trust_foreign(resource: Any, _estate: Any) -> list[str]:
    """Other accounts that may assume the role without an external id or any other condition."""
    own = str(resource.get("_account", ""))
    found = set()
    for statement in statements(resource.get("AssumeRolePolicyDocument")):
        if statement.get("Effect") != "Allow" or statement.get("Condition"):
            continue
        for name in principals(statement):
            account = name.split(":")[4] if name.startswith("arn:") and name.count(":") >= 5 else name
            if account.isdigit() and account != own:
                found.add(account)
    return sorted(found)


def _certificate_days(resource: Any, estate: Any) -> Any:
    passed = estate.days_since(resource.get("Expiration"))
    return Missing("no date") if passed is None else -passed


_LIST = ["string"]
_AUTH = ("iam:GetAccountAuthorizationDetails",)
_A, _R, _U = "account", "region", "iam.user"
ACCOUNT = (
    Derived(_A, "_budgets", "number", _same_account("budgets.budget"), ("budgets:DescribeBudgets",)),
    Derived(
        _A,
        "_trails",
        _LIST,
        _logging_trails,
        ("cloudtrail:DescribeTrails", "cloudtrail:GetTrailStatus"),
    ),
    Derived(_A, "_bill", "string", _bill_status, ("ce:GetCostAndUsage",)),
    Derived(_A, "_untagged_percent", "number", _untagged_percent, ("ce:GetCostAndUsage",)),
    Derived(
        _R,
        "_used",
        "boolean",
        _region_used,
        ("lambda:ListFunctions", "ec2:DescribeInstances", "rds:DescribeDBInstances", "dynamodb:ListTables"),
    ),
    Derived(
        _R,
        "_guardduty",
        "boolean",
        _same_region("guardduty.detector", on=lambda r: r.get("Status") == "ENABLED"),
        ("guardduty:ListDetectors", "guardduty:GetDetector"),
    ),
    Derived(
        _R,
        "_config",
        "boolean",
        _same_region("config.recorder", on=lambda r: r.get("recording")),
        ("config:DescribeConfigurationRecorderStatus",),
    ),
    Derived(
        _R,
        "_analyzer",
        "boolean",
        _same_region("accessanalyzer.analyzer", on=lambda r: r.get("status") == "ACTIVE"),
        ("accessanalyzer:ListAnalyzers",),
    ),
    Derived("bill.service", "_growth", "number", _growth),
    Derived("bill.service", "_growth_percent", "number", _growth_percent),
    Derived(
        "cloudtrail.trail",
        "_bucket",
        {"name": "string", "exists": "boolean", "public": "boolean"},
        _trail_bucket,
        ("s3:ListBuckets", "s3:GetBucketPolicy", "s3:GetBucketAcl", "s3:GetPublicAccessBlock"),
    ),
    Derived("cloudtrail.trail", "_management_events", "boolean", _management_events, own=("Selectors",)),
    Derived(
        _U,
        "_keys",
        [{"id": "string", "age": "number", "unused": "number"}],
        _key_ages,
        own=("AccessKeys", "KeysLastUsed"),
    ),
    Derived(_U, "_console_unused", "number", _console_unused, own=("LoginProfile",)),
    Derived(_U, "_admin", _LIST, _user_admin, _AUTH),
    Derived(_U, "_direct", _LIST, _user_direct, _AUTH),
    Derived("iam.group", "_admin", _LIST, _admin_ways),
    Derived("iam.role", "_admin", _LIST, _admin_ways),
    Derived("iam.role", "_trust_public", "boolean", _trust_public),
    Derived("iam.role", "_trust_foreign", _LIST, _trust_foreign),
    Derived("iam.role", "_escalations", _LIST, _inline_escalations),
    Derived("iam.user_detail", "_escalations", _LIST, _inline_escalations),
    Derived("iam.policy", "_is_admin", "boolean", _policy_admin),
    Derived("iam.policy", "_escalations", _LIST, _policy_escalations),
    Derived("iam.server_certificate", "_days_left", "number", _certificate_days),
)

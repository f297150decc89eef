"""The least IAM policy the collector needs, made from its table: read-only, action by action, nothing with a `*`."""

from __future__ import annotations

import json

from auditor.adapters.aws.spec import Ask
from auditor.adapters.aws.table import TABLE

# Where the IAM action is not `service:Operation`.
# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
_PREFIX = {
    "sesv2": "ses",
    "elb": "elasticloadbalancing",
    "elbv2": "elasticloadbalancing",
    "apigatewayv2": "apigateway",
    "s3control": "s3",
    "accessanalyzer": "access-analyzer",
}
_ACTION = {
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:GetBucketCors": "s3:GetBucketCORS",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3control:GetPublicAccessBlock": "s3:GetAccountPublicAccessBlock",
    "lambda:ListFunctionUrlConfigs": "lambda:ListFunctionUrlConfigs",
    "budgets:DescribeBudgets": "budgets:ViewBudget",
    "budgets:DescribeNotificationsForBudget": "budgets:ViewBudget",
}
_OTHER = (
    Ask("sts", "GetCallerIdentity"),
    Ask("ec2", "DescribeRegions"),
    Ask("cloudwatch", "GetMetricData"),
    Ask("ce", "GetCostAndUsage"),
)


def asks() -> list[Ask]:
    """Every call the collector can make."""
    found = [ask for kind in TABLE for ask in (kind.ask, *(detail.ask for detail in kind.details))]
    found += [detail.instead for kind in TABLE for detail in kind.details if detail.instead]
    return [*found, *_OTHER]


def action_of(ask: Ask) -> str:
    """The IAM action that a call needs."""
    if ask.service in {"apigateway", "apigatewayv2"}:
        return "apigateway:GET"
    return _ACTION.get(ask.name, f"{_PREFIX.get(ask.service, ask.service)}:{ask.operation}")


def policy_json() -> str:
    """The policy document. GetCallerIdentity needs no permission, so it is not in it."""
    actions = sorted({action_of(ask) for ask in asks()} - {"sts:GetCallerIdentity"})
    document = {
        "Version": "2012-10-17",
        "Statement": [{"Sid": "AuditorReadsConfiguration", "Effect": "Allow", "Action": actions, "Resource": "*"}],
    }
    return json.dumps(document, indent=2) + "\n"

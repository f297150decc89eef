"""What a resource policy allows, and to whom. Own reading of the documented grammar; conservative where it is open.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import fnmatch
import json
import urllib.parse
from collections.abc import Iterator, Mapping
from typing import Any

# Condition keys that pin the caller to somebody: with one of these a `*` principal is not the public.
_PINNING = frozenset(
    "aws:sourcearn aws:sourceaccount aws:principalorgid aws:principalaccount aws:principalarn aws:sourcevpc "
    "aws:sourcevpce aws:sourceorgid aws:principalorgpaths aws:sourceip aws:userid lambda:functionurlauthtype "
    "aws:vpcsourceip kms:calleraccount aws:sourceowner s3:dataaccesspointaccount".split()
)
ADMIN_ARN = "arn:aws:iam::aws:policy/AdministratorAccess"


def document_of(policy: Any) -> Mapping[str, Any]:
    """A policy as a mapping; it may come parsed, as JSON, or URL-encoded (IAM)."""
    if isinstance(policy, str):
        text = urllib.parse.unquote(policy) if policy.lstrip().startswith("%") else policy
        try:
            policy = json.loads(text)
        except (ValueError, RecursionError):
            return {}
    return policy if isinstance(policy, Mapping) else {}


def statements(policy: Any) -> Iterator[Mapping[str, Any]]:
    """The statements; a single one may stand without a list."""
    found = document_of(policy).get("Statement") or ()
    for statement in [found] if isinstance(found, Mapping) else found:
        if isinstance(statement, Mapping):
            yield statement


def listed(value: Any) -> list[str]:
    """One or several strings."""
    if isinstance(value, str):
        return [value]
    return [str(item) for item in value] if isinstance(value, list | tuple) else []


def principals(statement: Mapping[str, Any]) -> list[str]:
    """Everybody a statement names: `*`, ARNs, account ids, service names."""
    principal = statement.get("Principal")
    if isinstance(principal, str):
        return [principal]
    if isinstance(principal, Mapping):
        return [name for value in principal.values() for name in listed(value)]
    return []


def _condition_keys(statement: Mapping[str, Any]) -> set[str]:
    condition = statement.get("Condition")
    if not isinstance(condition, Mapping):
        return set()
    return {
        str(key).lower()
        for operator, keys in condition.items()
        if isinstance(keys, Mapping) and not str(operator).lower().startswith(("stringnot", "arnnot", "notip", "null"))
        for key, value in keys.items()
        if not any(item in {"*", "0.0.0.0/0", "::/0"} for item in listed(value))
    }


def public_statements(policy: Any) -> list[Mapping[str, Any]]:
    """Allow statements open to everybody, with no condition that pins the caller."""
    return [
        statement
        for statement in statements(policy)
        if statement.get("Effect") == "Allow"
        and ("*" in principals(statement) or "NotPrincipal" in statement)
        and not _condition_keys(statement) & _PINNING
    ]


def public_actions(policy: Any) -> list[str]:
    """Actions that everybody may take."""
    return sorted({action for statement in public_statements(policy) for action in listed(statement.get("Action"))})


def foreign_accounts(policy: Any, own: str) -> list[str]:
    """Other accounts that an Allow statement names."""
    found = set()
    for statement in statements(policy):
        if statement.get("Effect") != "Allow":
            continue
        for name in principals(statement):
            account = name.split(":")[4] if name.startswith("arn:") and name.count(":") >= 5 else name
            if account.isdigit() and len(account) == 12 and account != own:
                found.add(account)
    return sorted(found)


def trusting_services(policy: Any) -> list[str]:
    """Service principals that are let in without a condition on source ARN or account (confused deputy)."""
    return sorted(
        {
            name
            for statement in statements(policy)
            if statement.get("Effect") == "Allow" and not _condition_keys(statement) & _PINNING
            for name in principals(statement)
            if name.endswith(".amazonaws.com")
        }
    )


def allows(policy: Any, action: str) -> bool:
    """Whether an Allow statement covers an action on everything (`Resource: *`)."""
    return any(
        statement.get("Effect") == "Allow"
        and "*" in listed(statement.get("Resource"))
        and any(fnmatch.fnmatchcase(action.lower(), pattern.lower()) for pattern in listed(statement.get("Action")))
        for statement in statements(policy)
    )


def is_admin(policy: Any) -> bool:
    """Whether a statement allows everything on everything without a condition."""
    return any(
        statement.get("Effect") == "Allow"
        and {"*", "*:*"} & set(listed(statement.get("Action")))
        and "*" in listed(statement.get("Resource"))
        and not statement.get("Condition")
        for statement in statements(policy)
    )


def denies_plain_http(policy: Any) -> bool:
    """Whether requests without TLS are denied."""
    for statement in statements(policy):
        condition = statement.get("Condition")
        if statement.get("Effect") != "Deny" or not isinstance(condition, Mapping):
            continue
        for keys in condition.values():
            if not isinstance(keys, Mapping):
                continue
            lowered = {str(key).lower(): listed(value) or [str(value)] for key, value in keys.items()}
            if any(str(item).lower() == "false" for item in lowered.get("aws:securetransport", ())):
                return True
            if "s3:tlsversion" in lowered:
                return True
    return False


# Sets of actions that, on everything, let their holder take over the account. After Rhino Security Labs' list of IAM
# escalation methods (https://rhinosecuritylabs.com/aws/aws-privilege-escalation-methods-mitigation/).
_ESCALATIONS = (
    ("iam:CreatePolicyVersion",),
    ("iam:SetDefaultPolicyVersion",),
    ("iam:AttachUserPolicy",),
    ("iam:AttachRolePolicy",),
    ("iam:AttachGroupPolicy",),
    ("iam:PutUserPolicy",),
    ("iam:PutRolePolicy",),
    ("iam:PutGroupPolicy",),
    ("iam:CreateAccessKey",),
    ("iam:CreateLoginProfile",),
    ("iam:UpdateLoginProfile",),
    ("iam:AddUserToGroup",),
    ("iam:UpdateAssumeRolePolicy",),
    ("iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"),
    ("iam:PassRole", "ec2:RunInstances"),
    ("iam:PassRole", "cloudformation:CreateStack"),
    ("iam:PassRole", "glue:CreateDevEndpoint"),
    ("lambda:UpdateFunctionCode",),
)


def escalations(policy: Any) -> list[str]:
    """Ways to more rights that a policy opens; not those of a plain administrator."""
    if is_admin(policy):
        return []
    return [" + ".join(ways) for ways in _ESCALATIONS if all(allows(policy, action) for action in ways)]

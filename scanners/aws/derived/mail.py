"""E-mail of a domain: SPF, DMARC, DKIM and MAIL FROM, read from its Route 53 zone, or from public DNS where recorded.

SPF: RFC 7208; DMARC: RFC 7489; MAIL FROM and alignment:
https://docs.aws.amazon.com/ses/latest/dg/mail-from.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from scanners.aws.derived.field import Derived, Missing
from scanners.aws.inventory import Resource
from scanners.aws.policy import public_actions

_LOOKUPS = re.compile(r"^[+?~-]?(include:|a$|a[:/]|mx$|mx[:/]|ptr|exists:)|^redirect=", re.IGNORECASE)
_QUOTED = re.compile(r'"((?:\\.|[^"\\])*)"')
_NO_ZONE = "no zone of this domain in the inventory; ask with --dns"


def _text(value: str) -> str:
    parts = _QUOTED.findall(value)
    return "".join(parts) if parts else value


def _zone(domain: str, estate: Any) -> Resource | None:
    """The public zone that holds a name: the longest one."""
    best: Resource | None = None
    for zone in estate.of("route53.hosted_zone"):
        name = str(zone.get("Name", "")).rstrip(".").lower()
        if (zone.get("Config") or {}).get("PrivateZone") or not name:
            continue
        if (domain == name or domain.endswith(f".{name}")) and (best is None or len(name) > len(str(best["Name"])) - 1):
            best = zone
    return best


class _Names:
    """Answers about names below one domain."""

    def __init__(self, domain: str, estate: Any) -> None:
        self._zone = _zone(domain, estate)
        self._dns: Mapping[str, Any] = estate.inventory.dns
        self._domain = domain

    @property
    def missing(self) -> Missing | None:
        """Why nothing can be said, if so."""
        if self._zone is not None:
            gaps = self._zone.get("_missing") or {}
            if "route53:ListResourceRecordSets" in gaps:
                return Missing(str(gaps["route53:ListResourceRecordSets"]))
            return None
        asked = self._dns.get(self._domain)
        return None if isinstance(asked, Mapping) else Missing(_NO_ZONE)

    def values(self, name: str, type_: str) -> list[str]:
        """Record values; a wildcard record answers for names that have none of their own."""
        name = name.lower().rstrip(".")
        if self._zone is None:
            answer = self._dns.get(name)
            return [str(value) for value in (answer or {}).get(type_, ())] if isinstance(answer, Mapping) else []
        exact = list(self._recorded(name, type_))
        return exact or list(self._recorded(f"*.{name.split('.', 1)[-1]}", type_))

    def _recorded(self, name: str, type_: str) -> Iterator[str]:
        assert self._zone is not None
        for record in self._zone.get("Records") or ():
            written = str(record.get("Name", "")).rstrip(".").lower().replace("\\052", "*")
            if written == name and record.get("Type") == type_:
                yield from (_text(str(value.get("Value", ""))) for value in record.get("ResourceRecords") or ())


def _spf(domain: str, names: _Names) -> dict[str, Any]:
    found = [text for text in names.values(domain, "TXT") if re.match(r"v=spf1(\s|$)", text, re.IGNORECASE)]
    terms = found[0].split()[1:] if found else []
    ends = [term.lower() for term in terms if term.lower().lstrip("+?~-") == "all"]
    all_term = ends[-1] if ends else ""
    return {
        "count": len(found),
        "text": found[0] if found else "",
        "all": "+all" if all_term == "all" else all_term,
        "redirect": any(term.lower().startswith("redirect=") for term in terms),
        "lookups": sum(1 for term in terms if _LOOKUPS.match(term)),
        "ses": any("amazonses.com" in term.lower() for term in terms),
    }


def _dmarc(domain: str, names: _Names, estate: Any) -> dict[str, Any]:
    found = _dmarc_at(domain, names)
    parent = domain
    while not found and parent.count(".") > 1:
        parent = parent.split(".", 1)[1]
        above = _Names(parent, estate)
        found = _dmarc_at(parent, above) if above.missing is None else []
    tags = {
        key.strip().lower(): value.strip()
        for key, _, value in (part.partition("=") for part in (found[0] if found else "").split(";"))
        if value
    }
    inherited = parent != domain
    policy = tags.get("sp", tags.get("p", "")) if inherited else tags.get("p", "")
    percent = tags.get("pct", "100")
    return {
        "count": len(found),
        "text": found[0] if found else "",
        "policy": policy.lower(),
        "reports": bool(tags.get("rua")),
        "percent": int(percent) if percent.isdigit() else 0,
    }


def _dmarc_at(domain: str, names: _Names) -> list[str]:
    return [text for text in names.values(f"_dmarc.{domain}", "TXT") if text.upper().startswith("V=DMARC1")]


def mail_domains(estate: Any) -> list[Resource]:
    """One resource per domain that mail could claim to come from: SES domains, public zones, declared domains."""
    domains: dict[tuple[str, str], Resource] = {}

    def add(account: str, name: str, arn: str, region: str) -> Resource:
        return domains.setdefault(
            (account, name),
            {
                "_id": name,
                "_name": name,
                "_arn": arn,
                "_region": region,
                "_account": account,
                "_tags": {},
                "identities": [],
                "zone": "",
            },
        )

    for identity in estate.of("ses.identity"):
        if identity.get("IdentityType", "DOMAIN") == "DOMAIN" and "@" not in str(identity.get("_id")):
            name = str(identity.get("_id")).lower()
            add(str(identity["_account"]), name, f"mail-domain/{name}", str(identity["_region"]))["identities"].append(
                identity["_arn"]
            )
    for zone in estate.of("route53.hosted_zone"):
        name = str(zone.get("Name", "")).rstrip(".").lower()
        if name and not (zone.get("Config") or {}).get("PrivateZone") and not name.endswith((".arpa", ".local")):
            add(str(zone["_account"]), name, f"mail-domain/{name}", "global")["zone"] = zone["_arn"]
    for resource in domains.values():
        resource["_entity"] = estate.entity_of(resource, str(resource["_id"]))
    return [domains[key] for key in sorted(domains)]


def _spf_of(resource: Any, estate: Any) -> Any:
    names = _Names(resource["_id"], estate)
    return names.missing or _spf(resource["_id"], names)


def _dmarc_of(resource: Any, estate: Any) -> Any:
    names = _Names(resource["_id"], estate)
    return names.missing or _dmarc(resource["_id"], names, estate)


def _identities(resource: Any, estate: Any) -> list[Resource]:
    return [identity for arn in resource["identities"] for identity in estate.find("ses.identity", "_arn", arn)]


def _dkim_gaps(resource: Any, estate: Any) -> Any:
    """DKIM names that SES expects and DNS does not have."""
    names = _Names(resource["_id"], estate)
    if names.missing:
        return names.missing
    gaps = []
    for identity in _identities(resource, estate):
        dkim = identity.get("DkimAttributes") or {}
        if str(dkim.get("SigningAttributesOrigin", "AWS_SES")) != "AWS_SES":
            continue
        gaps += [
            f"{token}._domainkey.{resource['_id']}"
            for token in dkim.get("Tokens") or ()
            if not any(
                "dkim" in value.lower() for value in names.values(f"{token}._domainkey.{resource['_id']}", "CNAME")
            )
        ]
    return sorted(set(gaps))


def _mail_from(resource: Any, estate: Any) -> Any:
    """The custom MAIL FROM domain and what its DNS lacks."""
    names = _Names(resource["_id"], estate)
    if names.missing:
        return names.missing
    found = [
        str((identity.get("MailFromAttributes") or {}).get("MailFromDomain") or "")
        for identity in _identities(resource, estate)
    ]
    domain = next((name for name in found if name), "")
    if not domain:
        return {"domain": "", "mx": True, "spf": True}
    return {
        "domain": domain,
        "mx": any("feedback-smtp" in value for value in names.values(domain, "MX")),
        "spf": any(
            "amazonses.com" in value for value in names.values(domain, "TXT") if value.lower().startswith("v=spf1")
        ),
    }


def _sends(resource: Any, estate: Any) -> bool:
    """Whether the domain has an SES identity or receives mail."""
    return bool(resource["identities"]) or bool(_Names(resource["_id"], estate).values(resource["_id"], "MX"))


def _has_identity(resource: Any, _estate: Any) -> bool:
    return bool(resource["identities"])


def _policy_public(resource: Any, _estate: Any) -> list[str]:
    policies = resource.get("Policies") or {}
    return sorted({action for policy in policies.values() for action in public_actions(policy)})


def _is_domain(resource: Any, _estate: Any) -> bool:
    return "@" not in str(resource.get("_id"))


def _event_types(resource: Any, _estate: Any) -> list[str]:
    return sorted(
        {
            str(type_)
            for destination in resource.get("EventDestinations") or ()
            if destination.get("Enabled")
            for type_ in destination.get("MatchingEventTypes") or ()
        }
    )


def _missing_targets(resource: Any, estate: Any) -> list[str]:
    """Buckets and functions of a receipt rule's actions that do not exist in this account."""
    found = []
    for action in resource.get("Actions") or ():
        bucket = (action.get("S3Action") or {}).get("BucketName")
        if bucket and estate.one("s3.bucket", "_id", bucket) is None:
            found.append(f"bucket {bucket}")
        function = str((action.get("LambdaAction") or {}).get("FunctionArn") or "")
        if function and f":{resource.get('_account')}:" in function:
            arn = ":".join(function.split(":")[:7])
            if estate.one("lambda.function", "_arn", arn) is None:
                found.append(f"function {function.split(':')[6]}")
    return sorted(found)


def _public_targets(resource: Any, estate: Any) -> list[str]:
    """Buckets of the rule's actions that everybody may read."""
    found = []
    for action in resource.get("Actions") or ():
        bucket = estate.one("s3.bucket", "_id", (action.get("S3Action") or {}).get("BucketName"))
        if bucket and (bucket.get("_public_actions") or bucket.get("_acl_read")):
            found.append(str(bucket["_id"]))
    return sorted(found)


def _rate(name: str) -> Any:
    def percent(resource: Any, _estate: Any) -> Any:
        """Highest daily rate of the window, in percent."""
        found = (resource.get("_metrics") or {}).get(name)
        return Missing() if found is None else round(float(found.get("max") or 0) * 100, 4)

    return percent


def _used(resource: Any, estate: Any) -> bool:
    """Whether mail is sent from the region at all: an identity, or a message in 24 hours."""
    sent = (resource.get("SendQuota") or {}).get("SentLast24Hours") or 0
    return bool(sent) or any(
        identity.get("_region") == resource.get("_region") and identity.get("_account") == resource.get("_account")
        for identity in estate.of("ses.identity")
    )


_LIST = ["string"]
_ZONES = ("route53:ListHostedZones", "route53:ListResourceRecordSets")
_IDENTITIES = ("sesv2:ListEmailIdentities", "sesv2:GetEmailIdentity")
_D = "mail.domain"
MAIL = (
    Derived("ses.identity", "_is_domain", "boolean", _is_domain),
    Derived("ses.identity", "_public_actions", _LIST, _policy_public, own=("Policies",)),
    Derived("ses.account", "_used", "boolean", _used, ("sesv2:ListEmailIdentities",)),
    Derived("ses.account", "_bounce_percent", "number", _rate("bounce_rate"), ("cloudwatch:GetMetricData",)),
    Derived("ses.account", "_complaint_percent", "number", _rate("complaint_rate"), ("cloudwatch:GetMetricData",)),
    Derived("ses.configuration_set", "_event_types", _LIST, _event_types, own=("EventDestinations",)),
    Derived(
        "ses.receipt_rule",
        "_missing_targets",
        _LIST,
        _missing_targets,
        ("s3:ListBuckets", "lambda:ListFunctions"),
    ),
    Derived(
        "ses.receipt_rule",
        "_public_targets",
        _LIST,
        _public_targets,
        ("s3:ListBuckets", "s3:GetBucketPolicy", "s3:GetBucketAcl", "s3:GetPublicAccessBlock"),
    ),
    Derived(_D, "_has_identity", "boolean", _has_identity, ("sesv2:ListEmailIdentities",)),
    Derived(_D, "_sends", "boolean", _sends, (*_ZONES, "sesv2:ListEmailIdentities")),
    Derived(
        _D,
        "_spf",
        {
            "count": "number",
            "text": "string",
            "all": "string",
            "redirect": "boolean",
            "lookups": "number",
            "ses": "boolean",
        },
        _spf_of,
        _ZONES,
    ),
    Derived(
        _D,
        "_dmarc",
        {"count": "number", "text": "string", "policy": "string", "reports": "boolean", "percent": "number"},
        _dmarc_of,
        _ZONES,
    ),
    Derived(_D, "_dkim_gaps", _LIST, _dkim_gaps, (*_ZONES, *_IDENTITIES)),
    Derived(
        _D, "_mail_from", {"domain": "string", "mx": "boolean", "spf": "boolean"}, _mail_from, (*_ZONES, *_IDENTITIES)
    ),
)

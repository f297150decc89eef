"""Public DNS about mail domains that have no zone in the inventory; only when asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditor.errors import MissingExtraError

if TYPE_CHECKING:
    from auditor.adapters.aws.collecting import Collected

_SECONDS = 5.0


def add_dns(collected: Collected) -> None:
    """Record TXT, MX and DKIM answers for SES domains.

    Raises:
        MissingExtraError: dnspython is not installed.
    """
    try:
        import dns.exception
        import dns.resolver
    except ImportError as error:
        raise MissingExtraError("--dns needs the extra `dns`: pip install 'auditor[dns]'") from error
    resolver = dns.resolver.Resolver()
    resolver.lifetime = _SECONDS

    def asked(name: str, type_: str) -> list[str] | None:
        try:
            return [_text(record) for record in resolver.resolve(name, type_)]
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except dns.exception.DNSException:
            return None

    zones = {
        str(zone.get("Name", "")).rstrip(".").lower() for zone in collected.resources.get("route53.hosted_zone", ())
    }
    for identity in collected.resources.get("ses.identity", ()):
        domain = str(identity["_id"]).lower()
        if "@" in domain or any(domain == zone or domain.endswith(f".{zone}") for zone in zones):
            continue
        wanted = [(domain, "TXT"), (domain, "MX"), (f"_dmarc.{domain}", "TXT")]
        wanted += [
            (f"{token}._domainkey.{domain}", "CNAME")
            for token in (identity.get("DkimAttributes") or {}).get("Tokens") or ()
        ]
        mail_from = (identity.get("MailFromAttributes") or {}).get("MailFromDomain")
        wanted += [(mail_from, "MX"), (mail_from, "TXT")] if mail_from else []
        answers = [(name, type_, asked(name, type_)) for name, type_ in wanted]
        if any(values is None for _, _, values in answers):
            # A resolver that does not answer is not a domain without records.
            continue
        for name, type_, values in answers:
            collected.dns.setdefault(name, {})[type_] = values


def _text(record: Any) -> str:
    strings = getattr(record, "strings", None)
    return b"".join(strings).decode("utf-8", "replace") if strings else str(record.to_text())

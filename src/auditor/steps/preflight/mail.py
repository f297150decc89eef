"""Will the mails go out? Asks SES or the SMTP server, sends nothing."""

from __future__ import annotations

import contextlib
import smtplib
from collections.abc import Iterator, Sequence
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from auditor.adapters.mail.message import checked_address
from auditor.adapters.mail.smtp import Smtp
from auditor.errors import AuditorError
from auditor.model.check import Check, failed, passed, unknown
from auditor.model.ports import Programs
from auditor.portfolio import MailSettings

CONSOLE = "https://docs.aws.amazon.com/ses/latest/dg/"


def check_outbox(folder: Path) -> Iterator[Check]:
    """The outbox can be written."""
    place = next(p for p in (folder, *folder.parents) if p.exists())
    try:
        probe = place / ".auditor-probe"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        yield failed("outbox.folder", f"{place}: {error.strerror}", "make the folder writable")
    else:
        yield passed("outbox.folder", f"{folder} can be written; no mail leaves this machine")


def check_smtp(server: Smtp) -> Iterator[Check]:
    """The server is there, speaks TLS and takes the login."""
    try:
        connection = server.connect()
    except smtplib.SMTPAuthenticationError as error:
        yield failed(
            "smtp.login", f"{server.host} refused the login: {error.smtp_code}", "mend mail.user, mail.password"
        )
    except (OSError, smtplib.SMTPException) as error:
        fix = "check mail.host, mail.port and mail.tls, and the network"
        yield failed("smtp.connect", f"{server.host}:{server.port}: {error}", fix)
    else:
        with contextlib.suppress(OSError, smtplib.SMTPException):
            connection.quit()
        connection.close()
        yield passed(
            "smtp.connect",
            f"{server.host}:{server.port} with {server.tls}, login {'taken' if server.user else 'not needed'}",
        )


def check_ses(client: Any, settings: MailSettings, recipients: Sequence[str]) -> Iterator[Check]:
    """Account, sender, configuration set, recipients, as SES sees them.

    Args:
        client: SESv2.
        settings: the table `[mail]`.
        recipients: everybody who will get a mail, audit copies not included.
    """
    sandbox = False
    account = _asked(client, "get_account")
    if isinstance(account, str):
        yield unknown("ses.account", account, "allow ses:GetAccount")
    else:
        sandbox = not account.get("ProductionAccessEnabled", False)
        yield from _account(account, (len(recipients) * (1 + len(settings.bcc))), sandbox=sandbox)
    yield from _sender(client, settings.sender)
    if settings.configuration_set:
        found = _asked(client, "get_configuration_set", ConfigurationSetName=settings.configuration_set)
        yield _configuration_set(settings.configuration_set, found)
    for address in dict.fromkeys(recipients):
        yield from _recipient(client, address, sandbox=sandbox)


def _account(account: dict[str, Any], mails: int, *, sandbox: bool) -> Iterator[Check]:
    if account.get("SendingEnabled", False):
        yield passed("ses.sending", "sending is enabled")
    else:
        yield failed(
            "ses.sending", "sending is paused for this account", "SES console, Account dashboard: resume sending"
        )
    status = str(account.get("EnforcementStatus", "HEALTHY"))
    if status == "HEALTHY":
        yield passed("ses.enforcement", status)
    else:
        yield failed("ses.enforcement", status, "answer the case that AWS opened, before SES shuts the account down")
    quota = account.get("SendQuota", {})
    room = float(quota.get("Max24HourSend", 0)) - float(quota.get("SentLast24Hours", 0))
    unlimited = float(quota.get("Max24HourSend", 0)) == -1
    if unlimited or room >= mails:
        yield passed("ses.quota", f"{mails} recipients wanted, {'no limit' if unlimited else f'{room:.0f} left today'}")
    else:
        yield failed(
            "ses.quota", f"{mails} recipients wanted, {room:.0f} left today", "ask AWS for a higher sending quota"
        )
    if sandbox:
        fix = "ask for production access, or verify every recipient"
        yield unknown("ses.sandbox", "the account is in the sandbox: 200 mails a day, verified recipients only", fix)
    else:
        yield passed("ses.sandbox", "production access")


def _sender(client: Any, sender: str) -> Iterator[Check]:
    bare = parseaddr(sender)[1]
    if not bare:
        yield failed("ses.sender", "no sender is named", "portfolio.toml: [mail] sender")
        return
    domain = bare.rpartition("@")[2]
    found: dict[str, Any] | str = "not asked"
    for identity in (bare, domain):
        found = _asked(client, "get_email_identity", EmailIdentity=identity)
        if not isinstance(found, str):
            break
        if not found.startswith("NotFound"):
            yield unknown("ses.sender", found, "allow ses:GetEmailIdentity")
            return
    if isinstance(found, str):
        fix = f"verify {domain} (or {bare}) in SES: {CONSOLE}creating-identities.html"
        yield failed("ses.sender", f"neither {bare} nor {domain} is an identity of this account and region", fix)
        return
    if found.get("VerifiedForSendingStatus"):
        yield passed("ses.sender", f"{identity} is verified")
    else:
        yield failed(
            "ses.sender", f"{identity} is not verified", "finish the verification: publish the records that SES shows"
        )
    dkim = found.get("DkimAttributes", {})
    status = str(dkim.get("Status", "NOT_STARTED"))
    if status == "SUCCESS" and dkim.get("SigningEnabled", True):
        yield passed("ses.dkim", "signed")
    else:
        yield failed("ses.dkim", f"DKIM is {status}", "publish the three CNAME records of Easy DKIM")
    origin = found.get("MailFromAttributes", {})
    if origin.get("MailFromDomainStatus") == "SUCCESS":
        yield passed("ses.mail-from", str(origin.get("MailFromDomain", "")))
    else:
        fix = f"set a MAIL FROM domain below {domain}, with its MX and SPF records, so that SPF is aligned"
        yield unknown("ses.mail-from", "no own MAIL FROM domain: SPF passes for amazonses.com only", fix)


def _configuration_set(name: str, found: dict[str, Any] | str) -> Check:
    if not isinstance(found, str):
        if found.get("SendingOptions", {}).get("SendingEnabled", True):
            return passed("ses.configuration-set", name)
        return failed("ses.configuration-set", f"sending is switched off in {name}", "switch it on in the set")
    if found.startswith("NotFound"):
        return failed(
            "ses.configuration-set", f"{name} does not exist here", "create it, or leave mail.configuration_set out"
        )
    return unknown("ses.configuration-set", found, "allow ses:GetConfigurationSet")


def _recipient(client: Any, address: str, *, sandbox: bool) -> Iterator[Check]:
    name = f"recipient.{address}"
    try:
        bare = checked_address(address)
    except AuditorError as error:
        yield failed(name, str(error), "mend the address")
        return
    listed = _asked(client, "get_suppressed_destination", EmailAddress=bare)
    if not isinstance(listed, str):
        reason = listed.get("SuppressedDestination", {}).get("Reason", "")
        fix = f"ask the reader, then: aws sesv2 delete-suppressed-destination --email-address {bare}"
        yield failed(name, f"on the suppression list ({reason}): SES would take the mail and not send it", fix)
        return
    if not listed.startswith("NotFound"):
        yield unknown(name, f"suppression list: {listed}", "allow ses:GetSuppressedDestination (closed in the sandbox)")
    else:
        yield passed(name, "not suppressed")
    if sandbox:
        identities = (_asked(client, "get_email_identity", EmailIdentity=i) for i in (bare, bare.rpartition("@")[2]))
        if any(not isinstance(i, str) and i.get("VerifiedForSendingStatus") for i in identities):
            yield passed(f"{name}.verified", "verified")
        else:
            yield failed(
                f"{name}.verified", "in the sandbox only verified recipients get mail", f"verify {bare} in SES"
            )


def _asked(client: Any, operation: str, **arguments: str) -> dict[str, Any] | str:
    """The answer, or why there is none: `NotFound...` or other words."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        answer: dict[str, Any] = getattr(client, operation)(**arguments)
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        return code if code.startswith("NotFound") else f"{operation}: {code}"
    except BotoCoreError as error:
        return f"{operation}: {type(error).__name__}"
    return answer


def check_dns(sender: str, programs: Programs) -> Iterator[Check]:
    """SPF and DMARC of the sender's domain, where a resolver program is installed."""
    domain = parseaddr(sender)[1].rpartition("@")[2]
    if not domain:
        return
    if programs.find("dig") is None:
        yield unknown(
            "dns", "`dig` is not installed", f"look up the TXT records of {domain} and _dmarc.{domain} by hand"
        )
        return
    for name, host, start in (("dns.spf", domain, "v=spf1"), ("dns.dmarc", f"_dmarc.{domain}", "v=DMARC1")):
        done = programs.run(["dig", "+short", "+time=3", "+tries=1", "TXT", host], seconds=15)
        said = done.stdout.decode(errors="replace")
        if done.returncode or done.timed_out or "communications error" in said:
            yield unknown(name, f"{host}: no answer", "check the network")
        elif start in said:
            yield passed(name, next(line for line in said.splitlines() if start in line).strip('" '))
        else:
            yield failed(
                name, f"{host} has no {start} record", f"publish one: without it mails from {domain} end in spam"
            )

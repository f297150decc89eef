"""Composes a mail: the same content gives the same bytes, whatever transport takes them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from auditor.errors import DeliveryError
from auditor.model.delivery import Attachment, DeliveryKey, Envelope

POLICY = SMTP.clone(cte_type="7bit", max_line_length=76)
_LOCAL = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}"
_DOMAIN = r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,62}"
_ADDRESS = re.compile(f"{_LOCAL}@{_DOMAIN}")
# C0 and C1 controls, line and paragraph separators, and what turns the direction of text around.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says, before it is mail."""

    subject: str
    text: str
    html: str
    when: datetime
    """Aware; from the frozen snapshot, never the moment of sending, so that the bytes can be made again."""
    attachments: Sequence[Attachment] = ()
    supersedes: int | None = None
    """Edition that this one corrects."""


def compose(key: DeliveryKey, letter: Letter, *, sender: str, bcc: Sequence[str] = (), list_name: str = "") -> Envelope:
    """The mail to one reader.

    Args:
        key: gives recipient, Message-ID and `X-Report-Key`.
        letter: content.
        sender: address, or `Name <address>`.
        bcc: audit mailboxes; they stand in the envelope, never in a header.
        list_name: name of the portfolio, for `List-Id`.

    Raises:
        DeliveryError: an address cannot be one.
    """
    name, bare = parseaddr(sender)
    bare = checked_address(bare or sender)
    recipient = checked_address(key.recipient)
    domain = bare.rpartition("@")[2]
    digest = hashlib.sha256(str(key).encode()).hexdigest()[:32]
    message = EmailMessage(policy=POLICY)
    message["From"] = Address(display_name=visible(name), addr_spec=bare)
    message["To"] = Address(addr_spec=recipient)
    message["Subject"] = visible(letter.subject)
    message["Date"] = format_datetime(letter.when)
    message["Message-ID"] = message_id(key, bare)
    slug = re.sub(r"[^a-z0-9]+", "-", list_name.lower()).strip("-") or "reports"
    message["List-Id"] = f"<{slug}.{domain}>"
    message["List-Unsubscribe"] = f"<mailto:{bare}?subject=unsubscribe%20{key.report}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Report-Key"] = visible(str(key))
    if letter.supersedes is not None:
        earlier = DeliveryKey(key.period, key.report, key.recipient, letter.supersedes)
        message["In-Reply-To"] = message["References"] = message_id(earlier, bare)
        message["X-Supersedes-Edition"] = str(letter.supersedes)
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    for attached in letter.attachments:
        main, _, sub = attached.media_type.partition("/")
        message.add_attachment(attached.content, maintype=main, subtype=sub, filename=visible(attached.name))
    # The standard library draws boundaries by lot; ours follow from the key.
    for number, part in enumerate(p for p in message.walk() if p.is_multipart()):
        part.set_boundary(f"=_{digest}_{number}")
    return Envelope(key, sender, recipient, tuple(checked_address(b) for b in bcc), message.as_bytes())


def message_id(key: DeliveryKey, sender: str) -> str:
    """The Message-ID of a delivery: the same key never has two."""
    digest = hashlib.sha256(str(key).encode()).hexdigest()[:32]
    return f"<{digest}@{parseaddr(sender)[1].rpartition('@')[2]}>"


def checked_address(text: str) -> str:
    """The bare address, if it can be one (ASCII, one @, no room for a second header).

    Raises:
        DeliveryError: it cannot.
    """
    bare = parseaddr(text)[1] if text.endswith(">") else text
    if not _ADDRESS.fullmatch(bare) or ".." in bare or len(bare) > 254:
        raise DeliveryError(f"{visible(text)!r} is no mail address: name@domain in ASCII is expected")
    return bare


def visible(text: str) -> str:
    """The text with control characters written out, so that none can end a header or turn a line around."""
    return _UNSAFE.sub(lambda found: f"\\x{ord(found[0]):02x}", text)

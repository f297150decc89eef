"""SMTP: one connection per mail, TLS, and no doubt about what the server said.

The answer to the final dot decides (RFC 5321, 4.2.5): before the whole mail is handed over a break is a definite no, after
it a missing answer is `unknown`, because the server may have taken the mail.
"""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from email.parser import BytesHeaderParser
from email.utils import parseaddr

from auditor.errors import ConfigError
from auditor.model.delivery import Envelope, SendResult, Sent

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class Smtp:
    """A mail server."""

    host: str
    port: int = 587
    tls: str = "starttls"
    """`starttls`, `tls` (from the first byte), or `none`, which only loopback may use."""
    user: str = ""
    password: str = field(default="", repr=False)
    seconds: float = 60.0
    """Time limit of every step; RFC 5321 would wait ten minutes for the last answer."""
    context: Callable[[], ssl.SSLContext] = ssl.create_default_context
    name = "smtp"

    def __post_init__(self) -> None:
        """Refuse clear text over a network."""
        if self.tls == "none" and self.host not in LOOPBACK:
            raise ConfigError(
                f"mail.tls: {self.host} would get passwords and reports in clear text; use starttls or tls"
            )

    def send(self, envelope: Envelope) -> Sent:
        """One try."""
        try:
            server = self.connect()
        except smtplib.SMTPResponseException as error:
            return Sent(SendResult.FAILED, error=f"{self.host} refused: {_words(error.smtp_code, error.smtp_error)}")
        except (OSError, smtplib.SMTPException) as error:
            return Sent(SendResult.FAILED, error=f"{self.host} cannot be reached: {_reason(error)}")
        try:
            return self._hand_over(server, envelope)
        finally:
            server.close()

    def evidence(self, envelope: Envelope) -> Sent | None:  # noqa: ARG002 - the interface of every transport
        """Nothing: a server cannot be asked what became of a mail."""
        return None

    def connect(self) -> smtplib.SMTP:
        """A connection ready for mail: TLS and login done.

        Raises:
            OSError: not reachable, or not trusted.
            smtplib.SMTPException: refused.
        """
        if self.tls == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=self.seconds, context=self.context())
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=self.seconds)
        with ExitStack() as unless_ready:
            unless_ready.callback(server.close)
            server.ehlo_or_helo_if_needed()
            if self.tls == "starttls":
                server.starttls(context=self.context())
                server.ehlo()
            if self.user:
                server.login(self.user, self.password)
            unless_ready.pop_all()
        return server

    def _hand_over(self, server: smtplib.SMTP, envelope: Envelope) -> Sent:
        try:
            code, words = server.mail(parseaddr(envelope.sender)[1] or envelope.sender)
            if code != 250:
                return _refused(f"sender {envelope.sender}", code, words, final=False)
            for address in (envelope.recipient, *envelope.bcc):
                code, words = server.rcpt(address)
                if code not in {250, 251}:
                    # The audit copy's mailbox is no fault of the reader: that can be mended and tried again.
                    return _refused(address, code, words, final=code >= 500 and address == envelope.recipient)
            code, words = server.docmd("DATA")
            if code != 354:
                return _refused("the mail", code, words, final=False)
            server.send(_dotted(envelope.content))
        except (OSError, smtplib.SMTPException) as error:
            return Sent(
                SendResult.FAILED, error=f"{self.host} went away before the mail was handed over: {_reason(error)}"
            )
        try:
            code, words = server.getreply()
        except (OSError, smtplib.SMTPException) as error:
            return Sent(SendResult.UNKNOWN, error=f"{self.host} did not answer after the mail: {_reason(error)}")
        if code != 250:
            return _refused("the mail", code, words, final=code >= 500)
        identity = str(BytesHeaderParser().parsebytes(envelope.content)["Message-ID"])
        with contextlib.suppress(OSError, smtplib.SMTPException):
            server.docmd("QUIT")  # The mail is taken; a bad good-bye changes nothing.
        return Sent(SendResult.SENT, message_id=identity)


def _dotted(content: bytes) -> bytes:
    """The mail as DATA wants it: CRLF, leading dots doubled, the final dot."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", content)
    lines = re.sub(rb"(?m)^\.", b"..", lines)
    return lines + (b"" if lines.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def _refused(what: str, code: int, words: bytes, *, final: bool) -> Sent:
    return Sent(SendResult.FAILED, error=f"{what}: {_words(code, words)}", final=final)


def _words(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {' '.join(text.split())}"[:300]


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "timed out"
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__)[:300]

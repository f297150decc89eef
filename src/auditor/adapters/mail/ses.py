"""Amazon SES through SESv2 `SendEmail` with the raw mail.

SES has no idempotency token, and boto3 by default sends again when a reply is late: one call whose answer came late
reached a server three times. So there is exactly one attempt, and every doubt is `unknown`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from auditor.errors import MissingExtraError
from auditor.model.delivery import Envelope, SendResult, Sent

FINAL = frozenset({"MessageRejected"})
"""Codes after which the same mail is refused again."""
SLOWEST_RATE = 1.0
"""Mails a second in the sandbox; used when SES does not say."""


@dataclass(slots=True)
class Ses:
    """SES in one region. Waits between mails as the account's rate asks."""

    client: Any
    configuration_set: str = ""
    per_second: float | None = None
    """Mails a second; None: SES is asked before the first mail."""
    sleep: Callable[[float], None] = field(repr=False, default=lambda _: None)
    monotonic: Callable[[], float] = field(repr=False, default=lambda: 0.0)
    last: float | None = None
    name = "ses"

    def send(self, envelope: Envelope) -> Sent:
        """One try."""
        from botocore import exceptions as botocore

        self._pace()
        key = envelope.key
        tags = {"period": key.period, "report": key.report, "edition": str(key.edition)}
        request: dict[str, Any] = {
            "FromEmailAddress": envelope.sender,
            "Destination": {"ToAddresses": [envelope.recipient], "BccAddresses": list(envelope.bcc)},
            "Content": {"Raw": {"Data": envelope.content}},
            "EmailTags": [{"Name": k, "Value": re.sub(r"[^A-Za-z0-9_.@-]", "_", v)[:255]} for k, v in tags.items()],
        }
        if self.configuration_set:
            request["ConfigurationSetName"] = self.configuration_set
        try:
            answer = self.client.send_email(**request)
        except botocore.ClientError as error:
            return _refused(error)
        except (
            botocore.EndpointConnectionError,
            botocore.ConnectTimeoutError,
            botocore.ProxyConnectionError,
            botocore.SSLError,
            botocore.NoCredentialsError,
            botocore.PartialCredentialsError,
            botocore.CredentialRetrievalError,
            botocore.TokenRetrievalError,
            botocore.UnauthorizedSSOTokenError,
            botocore.ParamValidationError,
            botocore.NoRegionError,
        ) as error:
            return Sent(SendResult.FAILED, error=f"SES was not reached: {_short(error)}")
        except botocore.BotoCoreError as error:
            # A read timeout, a connection closed after the request, an answer that cannot be read.
            return Sent(SendResult.UNKNOWN, error=f"SES did not answer: {_short(error)}")
        identity = str(answer.get("MessageId", ""))
        if not identity:
            return Sent(SendResult.UNKNOWN, error="SES answered without a message id")
        return Sent(SendResult.SENT, message_id=identity)

    def evidence(self, envelope: Envelope) -> Sent | None:  # noqa: ARG002 - the interface of every transport
        """Nothing: SES cannot be asked what became of a mail."""
        return None

    def _pace(self) -> None:
        if self.per_second is None:
            self.per_second = send_rate(self.client)
        now = self.monotonic()
        if self.last is not None:
            wait = self.last + 1.0 / self.per_second - now
            if wait > 0:
                self.sleep(wait)
                now += wait
        self.last = now


def _refused(error: Any) -> Sent:
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    words = f"SES refused: {code} {error.response.get('Error', {}).get('Message', '')}".strip()[:300]
    if 400 <= status < 500:
        return Sent(SendResult.FAILED, error=words, final=code in FINAL)
    return Sent(SendResult.UNKNOWN, error=f"SES answered {status}: {words}")


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:300]


def ses_client(region: str = "", profile: str = "", endpoint_url: str = "", *, seconds: float = 30.0) -> Any:
    """A SESv2 client that never tries twice.

    Raises:
        MissingExtraError: boto3 is not installed.
    """
    try:
        import boto3
        from botocore.config import Config
    except ModuleNotFoundError:
        raise MissingExtraError("mail by SES needs: pip install 'auditor[aws]'") from None
    session = boto3.Session(profile_name=profile or None, region_name=region or None)
    config = Config(retries={"total_max_attempts": 1, "mode": "standard"}, connect_timeout=10, read_timeout=seconds)
    return session.client("sesv2", endpoint_url=endpoint_url or None, config=config)


def send_rate(client: Any) -> float:
    """Mails a second that the account may send; the slowest known when SES does not say."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return float(client.get_account()["SendQuota"]["MaxSendRate"]) or SLOWEST_RATE
    except (BotoCoreError, ClientError, KeyError):
        return SLOWEST_RATE

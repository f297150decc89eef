"""A mail to one reader, and its line in the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class DeliveryState(StrEnum):
    """`planned -> sending -> sent | failed | unknown | dead`."""

    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    """A definite no; may be tried again."""
    UNKNOWN = "unknown"
    """Nobody knows whether it went out; never sent again by itself."""
    DEAD = "dead"
    """Given up by decision."""


@dataclass(frozen=True, slots=True)
class DeliveryKey:
    """What may exist once: a reader gets an edition of a report for a period at most once."""

    period: str
    report: str
    recipient: str
    edition: int = 1

    def __str__(self) -> str:
        """`2026-11/ceo/ceo@example.com/1`."""
        return f"{self.period}/{self.report}/{self.recipient}/{self.edition}"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One row of the ledger."""

    key: DeliveryKey
    state: DeliveryState
    body_sha: str
    transport: str
    """`outbox`, `smtp`, `ses`."""
    attempt: int = 0
    claimed_by: str = ""
    message_id: str = ""
    error: str = ""
    updated: str = ""
    """ISO date-time, UTC."""
    supersedes: int | None = None
    """Edition that this one corrects."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Envelope:
    """A mail as composed: the exact bytes, and whom it goes to."""

    key: DeliveryKey
    sender: str
    recipient: str
    bcc: tuple[str, ...]
    """Audit mailbox; in the destination, never in a header."""
    content: bytes


class SendResult(StrEnum):
    """What a transport knows after one try."""

    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Sent:
    """Answer of a transport."""

    result: SendResult
    message_id: str = ""
    error: str = ""
    final: bool = False
    """For FAILED: trying again cannot help (a refused address)."""

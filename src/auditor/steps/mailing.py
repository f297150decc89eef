"""From printed reports to planned mails: one per report and reader, with what each reader asked for attached."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from auditor.adapters.mail.message import Letter, checked_address, compose
from auditor.errors import ConfigError
from auditor.model.delivery import Attachment, Delivery, DeliveryKey, DeliveryState, Envelope
from auditor.portfolio import Portfolio

OPERATOR = "operator"
"""Name under which the summary for whoever runs the program stands in the ledger."""
BIGGEST = 25 * 1024 * 1024
"""Bytes of a mail. SES takes 40 MB, but many readers' servers refuse more than 25."""


@dataclass(frozen=True, slots=True)
class PrintedReport:
    """One report as it goes to its readers."""

    name: str
    subject: str
    text: str
    html: str
    attachments: Mapping[str, Attachment] = field(default_factory=dict)
    """By form: `pdf`, `csv`; those that could be made."""


class Plans(Protocol):
    """The part of the ledger that planning needs."""

    def plan(self, envelope: Envelope, transport: str, *, supersedes: int | None = None) -> Delivery:
        """Write a mail down before it is sent."""
        ...

    def find(self, period: str = "", states: Sequence[DeliveryState] = ()) -> tuple[Delivery, ...]:
        """Lines of the ledger."""
        ...


@dataclass(frozen=True, slots=True)
class Mailing:
    """The mails of one edition of one month."""

    keys: tuple[DeliveryKey, ...]
    without_reader: tuple[str, ...]
    """Reports that nobody gets; said aloud, so that nobody is forgotten in silence."""
    notes: tuple[str, ...] = ()


def compose_mailing(
    reports: Sequence[PrintedReport],
    portfolio: Portfolio,
    *,
    period: str,
    when: datetime,
    edition: int = 1,
    before: Sequence[Delivery] = (),
) -> tuple[tuple[Envelope, ...], Mailing]:
    """Every mail of an edition, in order of reports and readers; the same input gives the same bytes.

    `before` are the month's mails so far: who has got one, or may have, is told that this one corrects it.

    Raises:
        ConfigError: no sender is named.
        DeliveryError: an address cannot be one.
    """
    mail = portfolio.mail
    check_sender(portfolio)
    settings = {report.name: report for report in portfolio.reports}
    envelopes: list[Envelope] = []
    lonely: list[str] = []
    notes: list[str] = []
    for printed in reports:
        wanted = settings.get(printed.name)
        readers = dict.fromkeys(checked_address(reader) for reader in (wanted.readers if wanted else ()))
        if not readers:
            lonely.append(printed.name)
        forms = wanted.forms if wanted else ()
        absent = [form for form in forms if form not in printed.attachments]
        if absent and readers:
            notes.append(f"{printed.name}: {', '.join(absent)} could not be made and is not attached")
        for reader in readers:
            chosen = wanted.attached(reader) if wanted else ()
            attached = tuple(printed.attachments[form] for form in chosen if form in printed.attachments)
            corrected = max(
                (
                    d.key.edition
                    for d in before
                    if (d.key.report, d.key.recipient) == (printed.name, reader)
                    and d.key.edition < edition
                    and d.state in {DeliveryState.SENT, DeliveryState.UNKNOWN}
                ),
                default=None,
            )
            subject = printed.subject if corrected is None else f"{printed.subject} (corrected)"
            letter = Letter(subject, printed.text, printed.html, when, attached, corrected)
            key = DeliveryKey(period, printed.name, reader, edition)
            envelope = compose(key, letter, sender=mail.sender, bcc=mail.bcc, list_name=portfolio.name)
            if len(envelope.content) > BIGGEST:
                notes.append(f"{printed.name}: too large for {reader} with its attachments; sent without them")
                bare = replace(letter, attachments=())
                envelope = compose(key, bare, sender=mail.sender, bcc=mail.bcc, list_name=portfolio.name)
            envelopes.append(envelope)
    return tuple(envelopes), Mailing(tuple(e.key for e in envelopes), tuple(lonely), tuple(notes))


def check_sender(portfolio: Portfolio) -> None:
    """Asked before anything is looked at, so that no long look ends in a mail that cannot be written.

    Raises:
        ConfigError: there are readers, and no sender is named.
    """
    if not portfolio.mail.sender and any(report.readers for report in portfolio.reports):
        raise ConfigError(f"{portfolio.folder / 'portfolio.toml'}: mail.sender: mails need a sender's address")


def plan_mailing(
    ledger: Plans,
    envelopes: Sequence[Envelope],
    transport: str,
    checkpoint: Callable[[str], None] = lambda _: None,
) -> tuple[Delivery, ...]:
    """Write the mails into the ledger; what stands there already and left stays as it is."""
    planned = []
    for envelope in envelopes:
        supersedes = envelope.key.edition - 1 or None
        planned.append(ledger.plan(envelope, transport, supersedes=supersedes))
        checkpoint(f"planned {envelope.key}")
    return tuple(planned)

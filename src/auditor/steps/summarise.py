"""The operator's summary of a month: what was looked at, what went out, what it took."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from auditor.adapters.mail.message import Letter, compose
from auditor.model.delivery import Delivery, DeliveryKey, DeliveryState, Envelope
from auditor.model.run import Snapshot
from auditor.portfolio import Portfolio
from auditor.steps.mailing import OPERATOR

LONGEST = 40
"""Lines of gaps in the mail; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What the operator is told."""

    period: str
    edition: int
    ended: str
    """`delivered`, `held`, `not everything delivered`."""
    deliveries: tuple[Delivery, ...]
    notes: tuple[str, ...]
    share: float
    seconds: float
    cost: str


def summary_envelope(summary: Summary, snapshot: Snapshot, portfolio: Portfolio, operator: str) -> Envelope:
    """The mail; its report name tells the state, so that each state is told once."""
    name = f"{OPERATOR}-{summary.ended.replace(' ', '-')}"
    key = DeliveryKey(summary.period, name, operator, summary.edition)
    text = summary_text(summary, snapshot)
    html = f'<!doctype html><html lang="en"><title>{escape(_subject(summary, portfolio))}</title><pre>{escape(text)}</pre></html>'
    letter = Letter(_subject(summary, portfolio), text, html, snapshot.frozen_at)
    return compose(key, letter, sender=portfolio.mail.sender, list_name=portfolio.name)


def _subject(summary: Summary, portfolio: Portfolio) -> str:
    return f"{portfolio.name} {summary.period}: reports {summary.ended}"


def summary_text(summary: Summary, snapshot: Snapshot) -> str:
    """The text of the mail, also printed in the terminal."""
    return "\n".join(_lines(summary, snapshot)) + "\n"


def _lines(summary: Summary, snapshot: Snapshot) -> Iterator[str]:
    counts = Counter(d.state for d in summary.deliveries)
    said = ", ".join(f"{counts[state]} {state.value}" for state in DeliveryState if counts[state]) or "none"
    edition = f", edition {summary.edition}" if summary.edition > 1 else ""
    yield f"Reports of {summary.period}{edition}: {summary.ended}."
    yield f"Mails: {said}."
    looked = sum(1 for line in snapshot.coverage if line.complete)
    yield f"Looked at: {looked} of {len(snapshot.coverage)} (scanner on target); coverage, the mean over targets, {summary.share:.0%}."
    yield f"This run took {summary.seconds:.0f} s; {summary.cost}."
    yield f"Snapshot {snapshot.content_hash[:16]}, run {snapshot.run_id}, auditor {snapshot.version}."
    problems = [d for d in summary.deliveries if d.state not in {DeliveryState.SENT, DeliveryState.PLANNED}]
    if problems:
        yield ""
        yield "Mails that need you:"
        for delivery in problems:
            yield f"  {delivery.key}  {delivery.state.value}: {delivery.error or 'no reason given'}"
        if any(d.state is DeliveryState.UNKNOWN for d in problems):
            yield "  `unknown` is never sent again by itself: ask the reader, then `auditor resend KEY` or `auditor mark-sent KEY`."
        if any(d.state is DeliveryState.DEAD for d in problems):
            yield "  `dead` was refused for good: ask what is wrong with the mailbox, then `auditor resend KEY`."
    if summary.notes:
        yield ""
        yield from (f"- {note}" for note in summary.notes)
    absent = [line for line in snapshot.coverage if not line.complete]
    if absent:
        yield ""
        yield "Not scanned, which is not clean:"
        for line in absent[:LONGEST]:
            reasons = ", ".join(f"{count} × {reason}" for reason, count in line.not_scanned.items())
            yield f"  {line.scanner} on {line.target}: {line.reason or reasons}"
        if len(absent) > LONGEST:
            yield f"  and {len(absent) - LONGEST} more"

"""Decisions of people, and of time: a chain in which each holds the hash of the one before, so that a rewritten one shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Entry:
    """A decision that is not in the chain yet."""

    what: str
    """`waive`, `accept`, `expire`, `withdraw`, `resend`, `mark-sent`, `give-up`, `release`."""
    subject: str
    """A waiver, a fingerprint, a delivery key, or a period."""
    who: str
    reason: str
    body: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision as it stands in the chain."""

    seq: int
    """From 1, without holes."""
    at: str
    who: str
    what: str
    subject: str
    reason: str
    body: Mapping[str, str]
    previous: str
    """Hash of the one before; empty for the first."""
    hash: str

    @property
    def computed(self) -> str:
        """SHA-256 over everything but the hash itself."""
        fields = [self.seq, self.at, self.who, self.what, self.subject, self.reason, dict(self.body), self.previous]
        return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()

    @property
    def head(self) -> str:
        """`12:ab34...`: what is kept elsewhere, so that a chain cut off behind it is seen."""
        return f"{self.seq}:{self.hash}"


@dataclass(frozen=True, slots=True)
class Anchor:
    """What something outside of the chain remembers of it."""

    head: str
    """`number:hash`."""
    where: str
    """`snapshot of 2026-10, edition 1`."""


@dataclass(frozen=True, slots=True)
class Break:
    """The first link that does not hold."""

    seq: int
    why: str

    def __str__(self) -> str:
        """`decision 12: its content was changed`."""
        return f"decision {self.seq}: {self.why}"


def first_break(chain: Sequence[Decision], anchors: Iterable[Anchor] = ()) -> Break | None:
    """The first decision that was changed, taken out, put in or cut off; None when the chain holds.

    A chain alone cannot show that its end was cut off, or that all of it was written anew: the anchors do.
    """
    found = list(_links(chain))
    known = {decision.seq: decision.hash for decision in chain}
    for anchor in anchors:
        number, _, said = anchor.head.partition(":")
        if not number.isdigit():
            continue
        if int(number) not in known:
            found.append(
                Break(len(chain) + 1, f"cut off: {anchor.where} knows {number} decisions, {len(chain)} are left")
            )
        elif known[int(number)] != said:
            found.append(Break(int(number), f"written anew: it is not the one that {anchor.where} knows"))
    return min(found, key=lambda item: item.seq, default=None)


def _links(chain: Sequence[Decision]) -> Iterable[Break]:
    previous = ""
    for number, decision in enumerate(chain, 1):
        if decision.seq != number:
            yield Break(number, f"taken out: number {decision.seq} follows number {number - 1}")
            return
        if decision.hash != decision.computed:
            yield Break(number, "its content was changed")
            return
        if decision.previous != previous:
            yield Break(number, "does not follow from the one before it")
            return
        previous = decision.hash

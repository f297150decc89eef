"""What a framework's controls rest on: how each stands, why, and how strong that is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditor.model.finding import Finding


class ControlState(StrEnum):
    """How a control stands; the six are kept apart everywhere."""

    PASS = "pass"  # noqa: S105  a state, not a password
    FAIL = "fail"
    WAIVED = "waived"
    """Everything that speaks against it is accepted by a decision."""
    ERROR = "error"
    """Something that should have judged it broke."""
    NOT_EVALUATED = "not evaluated"
    """Nobody looked: no rule is mapped, did not run, or was denied."""
    NOT_APPLICABLE = "not applicable"
    """Every rule that would judge it found nothing of its kind."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a rule looked at in one target."""

    scanner: str
    target: str
    commit: str
    """Of the repository or wiki; for an account the inventory."""
    said: str
    """`12 of 12 pass`, `312 files`, or why it could not be judged."""
    state: ControlState


@dataclass(frozen=True, slots=True)
class RuleEvidence:
    """What one rule says about a control."""

    rule: str
    title: str
    """The fault that the rule looks for; empty where its card is not at hand."""
    strength: str
    """`full`: the rule is the whole of the control; `partial`: a part of it."""
    state: ControlState
    findings: tuple[Finding, ...] = ()
    """Open ones, and waived ones."""
    looks: tuple[Look, ...] = ()
    passed_on: tuple[str, ...] = ()
    """Names of what passed, where the scanner says them."""
    rationale: str = ""
    reviewed: str = ""


@dataclass(frozen=True, slots=True)
class ControlResult:
    """One control of a framework."""

    id: str
    group: str
    title: str
    """The publisher's words where they may be shown, else ours; may be empty."""
    state: ControlState
    strength: str
    """Of what it rests on: `full`, `partial`, or empty where nothing was judged."""
    why: str
    """One sentence."""
    evidence: tuple[RuleEvidence, ...] = ()

    @property
    def word(self) -> str:
        """The state for people: partial evidence alone never reads as a pass."""
        if self.state is ControlState.PASS and self.strength != "full":
            return "no failing evidence"
        return self.state.value

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Findings of all rules, each once."""
        return tuple({f.fingerprint: f for item in self.evidence for f in item.findings}.values())


@dataclass(frozen=True, slots=True)
class Score:
    """The counts of one framework, as a snapshot keeps them."""

    framework: str
    name: str
    controls: int
    states: Mapping[str, int]
    """Count by state; a state without any is left out."""
    full: int = 0
    """Of the passes those that rest on full evidence."""

    def count(self, state: ControlState) -> int:
        """Controls in that state."""
        return self.states.get(state.value, 0)

    @property
    def judged(self) -> int:
        """Controls that pass or fail: what the percentage is of."""
        return self.count(ControlState.PASS) + self.count(ControlState.FAIL)

    @property
    def percent(self) -> Decimal | None:
        """Passes per hundred of passes and fails; None: nothing was judged."""
        return Decimal(self.count(ControlState.PASS) * 100) / self.judged if self.judged else None

    @property
    def words(self) -> str:
        """The counts in one line, what nobody looked at included."""
        parts = [f"{self.count(state)} {state.value}" for state in ControlState if self.count(state)]
        return ", ".join(parts) or "no control"


@dataclass(frozen=True, slots=True)
class Scorecard:
    """One framework over one snapshot."""

    framework: str
    publisher: str
    version: str
    private: bool
    """Whether its words are the user's own licensed ones, that do not leave the house."""
    period: str
    portfolio: str
    entity: str
    """Key; empty: the whole portfolio."""
    run_id: str
    snapshot: str
    """Content hash."""
    frozen_at: str
    digest: str
    """Over the catalogue and the mappings that it was made with."""
    controls: tuple[ControlResult, ...]
    note: str = ""
    """Licence remark of the catalogue."""

    @property
    def name(self) -> str:
        """`NIST nist-800-53-r5 5.1.1`."""
        return f"{self.publisher} {self.framework}, version {self.version}"

    @property
    def score(self) -> Score:
        """The counts."""
        states = Counter(control.state.value for control in self.controls)
        full = sum(1 for c in self.controls if c.state is ControlState.PASS and c.strength == "full")
        return Score(self.framework, self.name, len(self.controls), dict(sorted(states.items())), full)

"""The one sentence at the top: rules with thresholds, the worst that holds speaks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from auditor.model.report import Tone
from auditor.reports.words import short

LIMIT = 110
"""Characters of a verdict."""


@dataclass(frozen=True, slots=True)
class Check:
    """One rule of a verdict."""

    tone: Tone
    """BAD or WARN when it holds."""
    holds: bool | None
    """None: nobody can say, a figure is missing."""
    clause: str
    """What is said when it holds, without capital and full stop: `cash lasts 4.2 months`."""
    rule: str
    """The rule with its threshold, printed: `runway is below 6 months`."""
    unknown: str = ""
    """What is said when nobody can say and nothing is worse."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """Tone, sentence and the rules behind them."""

    tone: Tone
    sentence: str
    rules: tuple[str, ...]


def judge(checks: Sequence[Check], healthy: str, *, complete: bool) -> Judgement:
    """BAD checks that hold speak first (two of them in one sentence), then WARN, then what nobody can say.

    Not scanned is not clean: an incomplete month is never healthy.
    """
    rules = (
        *(f"{check.tone.word} when {check.rule}" for check in checks),
        "Unknown when a figure that the verdict needs is missing",
        "Watch when something that should have been scanned was not",
    )
    for tone in (Tone.BAD, Tone.WARN):
        clauses = [check.clause for check in checks if check.tone is tone and check.holds]
        if clauses:
            clauses += [check.clause for check in checks if check.holds and check.clause not in clauses]
            return Judgement(tone, _joined(clauses), rules)
    unknowns = list(dict.fromkeys(check.unknown for check in checks if check.holds is None and check.unknown))
    if unknowns:
        return Judgement(Tone.UNKNOWN, _joined(unknowns), rules)
    if not complete:
        said = f"{healthy}, but not everything could be looked at"
        if len(said) >= LIMIT:
            said = "nothing bad was found, but not everything could be looked at"
        return Judgement(Tone.WARN, _joined([said]), rules)
    return Judgement(Tone.OK, _joined([healthy]), rules)


_NOBODY = "nobody can say "


def _joined(clauses: list[str]) -> str:
    two = f"{clauses[0]} and {clauses[1]}." if len(clauses) > 1 else ""
    if two and all(clause.startswith(_NOBODY) for clause in clauses[:2]):
        two = f"{clauses[0]} or {clauses[1].removeprefix(_NOBODY)}."
    text = two if two and len(two) <= LIMIT else f"{short(clauses[0], LIMIT - 1)}."
    return text[0].upper() + text[1:]

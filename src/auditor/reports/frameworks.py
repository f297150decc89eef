"""The pages of compliance: one over all frameworks, one for each; arithmetic is here, never in a template."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from auditor.model.finding import Finding, Waiver
from auditor.model.report import Tone
from auditor.model.run import Snapshot
from auditor.model.scorecard import ControlResult, ControlState, RuleEvidence, Score, Scorecard
from auditor.reports.coverage import coverage_sentence
from auditor.reports.index import Entry
from auditor.reports.kpi import since_known
from auditor.reports.places import place, visible
from auditor.reports.words import long_day, month_short, number_words, period_words, plural, short, verb

PAGE = "compliance"
PERIODS = 6
_FINDINGS = 5
"""Places that a control names on its page; the CSV and JSON have all."""
_RULES = 12
TONES: Mapping[ControlState, Tone] = {
    ControlState.PASS: Tone.OK,
    ControlState.FAIL: Tone.BAD,
    ControlState.WAIVED: Tone.WARN,
    ControlState.ERROR: Tone.WARN,
    ControlState.NOT_EVALUATED: Tone.UNKNOWN,
    ControlState.NOT_APPLICABLE: Tone.UNKNOWN,
}
_SECTIONS: Sequence[tuple[str, ControlState, str]] = (
    ("Fails", ControlState.FAIL, "No control fails."),
    ("Could not be judged", ControlState.ERROR, ""),
    ("Looked at only in part", ControlState.NOT_EVALUATED, ""),
    ("Accepted by a decision", ControlState.WAIVED, ""),
    ("Passes", ControlState.PASS, "No control passes on what was looked at."),
    ("Not applicable", ControlState.NOT_APPLICABLE, ""),
)


@dataclass(frozen=True, slots=True)
class Tile:
    """One of the four figures at the top."""

    label: str
    value: str
    context: str
    spark: tuple[float | None, ...] = ()
    delta: str = ""
    delta_tone: str = ""


class EvidenceLine(NamedTuple):
    """What one rule says, in words; a tuple, as pages print thousands of them and take them apart at once."""

    rule: str
    title: str
    state: str
    strength: str
    looks: str


@dataclass(frozen=True, slots=True)
class ControlLine:
    """One control with its evidence."""

    id: str
    title: str
    word: str
    tone: Tone
    why: str
    places: tuple[str, ...]
    more_places: int
    evidence: tuple[EvidenceLine, ...]
    more_evidence: int


@dataclass(frozen=True, slots=True)
class Block:
    """Controls of one state."""

    title: str
    lines: tuple[ControlLine, ...]
    empty: str = ""


@dataclass(frozen=True, slots=True)
class Unmapped:
    """Controls of a group that no rule speaks of."""

    group: str
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FrameworkView:
    """The page of one framework."""

    card: Scorecard
    name: str
    period_words: str
    tone: Tone
    verdict: str
    support: str
    tiles: tuple[Tile, ...]
    blocks: tuple[Block, ...]
    unmapped: tuple[Unmapped, ...]
    unmapped_count: int
    coverage: str
    complete: bool
    footer: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OverviewLine:
    """One framework on the page over all."""

    score: Score
    name: str
    href: str
    tone: Tone
    percent: str
    counts: tuple[tuple[str, int], ...]
    bars: tuple[tuple[str, float], ...]
    """(tone or state, share of all controls)."""
    delta: str
    delta_tone: str


@dataclass(frozen=True, slots=True)
class OverviewView:
    """The page over all frameworks."""

    period_words: str
    tone: Tone
    verdict: str
    support: str
    lines: tuple[OverviewLine, ...]
    coverage: str
    footer: tuple[str, ...]


def label(framework: str) -> str:
    """`cis-aws-3.0.0` as people say it: `CIS AWS 3.0.0`."""
    words = [w.upper() if len(w) <= 5 else w.capitalize() for w in framework.split("-")]
    text = " ".join(words)
    return re.sub(r"(?<=\d) (?=\d)", "-", text)


def href(framework: str) -> str:
    """File of a framework's page, beside the reports of the month."""
    return f"{PAGE}-{re.sub(r'[^a-zA-Z0-9._-]+', '-', framework)}.html"


def percent_words(score: Score) -> str:
    """`67%`, or a dash where nothing was judged."""
    return "–" if score.percent is None else f"{number_words(score.percent, 0)}%"


def tone_of(score: Score) -> Tone:
    """Bad where something fails, unknown where hardly anything was judged; healthy only when all of it was looked at."""
    if score.count(ControlState.FAIL):
        return Tone.BAD
    if not score.judged:
        return Tone.UNKNOWN
    seen = score.count(ControlState.NOT_EVALUATED) + score.count(ControlState.ERROR) + score.count(ControlState.WAIVED)
    return Tone.WARN if seen else Tone.OK


def framework_view(card: Scorecard, snapshot: Snapshot, history: Sequence[Snapshot] = ()) -> FrameworkView:
    """One framework's page; `history` are the months before, oldest first."""
    score = card.score
    past = _past(card.framework, history)
    unmapped = [c for c in card.controls if not c.evidence]
    return FrameworkView(
        card=card,
        name=label(card.framework),
        period_words=period_words(card.period),
        tone=tone_of(score),
        verdict=_verdict(score),
        support=_support(card, score, snapshot),
        tiles=_tiles(score, past, history),
        blocks=tuple(_blocks(card)),
        unmapped=_grouped(unmapped),
        unmapped_count=len(unmapped),
        coverage=coverage_sentence(snapshot),
        complete=snapshot.is_complete,
        footer=_footer(card, snapshot),
    )


def overview_view(cards: Sequence[Scorecard], snapshot: Snapshot, history: Sequence[Snapshot] = ()) -> OverviewView:
    """The page over all frameworks."""
    lines = tuple(_overview_line(card, history) for card in cards)
    failing = [line for line in lines if line.score.count(ControlState.FAIL)]
    verdict = f"{plural(len(lines), 'framework')} looked at, {len(failing)} with failing controls."
    return OverviewView(
        period_words=period_words(snapshot.period),
        tone=Tone.BAD if failing else Tone.WARN if lines else Tone.UNKNOWN,
        verdict=verdict if lines else "No framework was looked at.",
        support="A score is pass / (pass + fail). What nobody looked at is shown beside it, and is never a pass.",
        lines=lines,
        coverage=coverage_sentence(snapshot),
        footer=_footer(cards[0], snapshot) if cards else (),
    )


def compliance_entry(cards: Sequence[Scorecard], snapshot: Snapshot) -> Entry:
    """What the index over all months keeps: the first four frameworks, as trends."""
    view = overview_view(cards, snapshot)
    figures = tuple(
        (line.name, line.percent, None if line.score.percent is None else float(line.score.percent))
        for line in view.lines[:4]
    )
    return Entry(PAGE, "Compliance", "Auditor", snapshot.period, view.tone, view.verdict, figures)


def _past(framework: str, history: Sequence[Snapshot]) -> list[Decimal | None]:
    months = []
    for snapshot in history[-(PERIODS - 1) :]:
        score = next((s for s in snapshot.scores if s.framework == framework), None)
        months.append(score.percent if score else None)
    return months


def _verdict(score: Score) -> str:
    if not score.judged:
        return "No control was judged: nobody looked, or nothing of its kind is there."
    failed = score.count(ControlState.FAIL)
    unseen = score.count(ControlState.NOT_EVALUATED)
    how_many = f"{failed} of" if failed else "None of"
    return (
        f"{how_many} {plural(score.judged, 'judged control')} {verb(failed or 1, 'fail')}; "
        f"{unseen:,} {'was' if unseen == 1 else 'were'} not evaluated."
    )


def _support(card: Scorecard, score: Score, snapshot: Snapshot) -> str:
    whose = ""
    if card.entity:
        name = next((e.name for e in snapshot.entities if e.key == card.entity), card.entity)
        whose = f"Of {visible(name)} and what is shared. "
    return (
        f"{whose}Of {plural(score.controls, 'control')}: {score.words}. The score is pass / (pass + fail); a single check "
        "is seldom the whole of a control, and then it never reads as a pass."
    )


def _tiles(score: Score, past: Sequence[Decimal | None], history: Sequence[Snapshot]) -> tuple[Tile, ...]:
    spark = tuple(None if v is None else float(v) / 100 for v in since_known([*past, score.percent]))
    delta, tone = _delta(score.percent, past, history)
    judged = score.judged
    full = score.count(ControlState.PASS)
    rest = (
        f"{score.count(ControlState.WAIVED)} waived, {score.count(ControlState.ERROR)} error, "
        f"{score.count(ControlState.NOT_APPLICABLE)} not applicable"
    )
    return (
        Tile("Score", percent_words(score), f"of {plural(judged, 'judged control')}", spark, delta, tone),
        Tile("Pass", f"{full:,}", f"{score.full} on full evidence"),
        Tile("Fail", f"{score.count(ControlState.FAIL):,}", "open findings speak against them"),
        Tile("Not evaluated", f"{score.count(ControlState.NOT_EVALUATED):,}", rest),
    )


def _delta(now: Decimal | None, past: Sequence[Decimal | None], history: Sequence[Snapshot]) -> tuple[str, str]:
    if now is None or not past or past[-1] is None:
        return "", ""
    month = month_short(history[-1].period)
    step = round(now) - round(past[-1])
    if not step:
        return f"= as in {month}", ""
    sign, arrow = ("+", "▲") if step > 0 else ("−", "▼")
    return f"{arrow} {sign}{plural(abs(step), 'point')} vs {month}", "ok" if step > 0 else "bad"


def _blocks(card: Scorecard) -> Iterable[Block]:
    for title, state, empty in _SECTIONS:
        lines = tuple(control_line(c) for c in card.controls if c.state is state and c.evidence)
        if lines or empty:
            yield Block(title, lines, empty)


def control_line(control: ControlResult) -> ControlLine:
    """A control as its page prints it."""
    is_open = control.state is ControlState.FAIL
    every = sorted(control.findings, key=lambda f: (-f.severity, f.rule.id, f.fingerprint))
    shown = [f for f in every if f.state.is_open == is_open or control.state is not ControlState.FAIL]
    evidence = sorted(control.evidence, key=lambda e: (e.state is not control.state, e.rule))
    said = tuple(_said(shown[:_FINDINGS]))
    return ControlLine(
        control.id, short(visible(control.title), 220), control.word, _tone(control), visible(control.why),
        said, max(len(shown) - _FINDINGS, 0),
        tuple(_evidence_line(e) for e in evidence[:_RULES]), max(len(evidence) - _RULES, 0),
    )  # fmt: skip


def _said(findings: Iterable[Finding]) -> Iterator[str]:
    """Places under the fault they share, which is said once."""
    title = ""
    for finding in findings:
        if finding.rule.title != title:
            title = finding.rule.title
            yield f"{visible(title)}:"
        said = f": {short(visible(finding.message), 120)}" if finding.message and finding.message != title else ""
        decided = f", {_waiver(finding.waived_by)}" if finding.waived_by else ""
        yield f"\u00a0 {place(finding.location)}{said}{decided}"


def _tone(control: ControlResult) -> Tone:
    if control.state is ControlState.PASS and control.strength != "full":
        return Tone.UNKNOWN
    return TONES[control.state]


def _waiver(waiver: Waiver) -> str:
    return visible(f"accepted by {waiver.owner} until {waiver.until}: {waiver.reason}")


def _evidence_line(item: RuleEvidence) -> EvidenceLine:
    looks = (f"{k.target}: {k.said}" + (f" @ {k.commit[:10]}" if k.commit else "") for k in item.looks[:6])
    return EvidenceLine(item.rule, item.title, item.state.value, item.strength, visible("; ".join(looks)))


def _grouped(controls: Iterable[ControlResult]) -> tuple[Unmapped, ...]:
    groups: dict[str, list[str]] = {}
    for control in controls:
        groups.setdefault(visible(control.group), []).append(visible(control.id))
    return tuple(Unmapped(group, tuple(ids)) for group, ids in groups.items())


def _overview_line(card: Scorecard, history: Sequence[Snapshot]) -> OverviewLine:
    score = card.score
    counts = tuple((state.value, score.count(state)) for state in ControlState)
    total = max(score.controls, 1)
    order = (ControlState.PASS, ControlState.FAIL, ControlState.WAIVED, ControlState.ERROR)
    bars = tuple((TONES[state].value, score.count(state) / total) for state in order if score.count(state))
    delta, tone = _delta(score.percent, _past(card.framework, history), history)
    return OverviewLine(
        score, label(card.framework), href(card.framework), tone_of(score), percent_words(score), counts, bars, delta, tone
    )  # fmt: skip


def _footer(card: Scorecard, snapshot: Snapshot) -> tuple[str, ...]:
    frozen = f"{long_day(snapshot.frozen_at.date())}, {snapshot.frozen_at:%H:%M} UTC"
    lines = (
        f"{snapshot.portfolio}, {period_words(snapshot.period)}; frozen on {frozen}",
        f"Run {snapshot.run_id or 'without a number'}; snapshot {snapshot.content_hash[:12]}",
        f"auditor {snapshot.version or 'unreleased'}; catalogues and mappings {card.digest[:12]}",
        "Evidence of a scanner: not an audit, and no statement of conformity.",
    )
    return tuple(visible(line) for line in lines)

"""Controls in the CTO's report: every framework with its score, and the first one as a key figure with its trend."""

from __future__ import annotations

from decimal import Decimal

from auditor.model.fact import Quantity
from auditor.model.figure import Figure
from auditor.model.report import Cell, Table, Tone, Trace
from auditor.model.scorecard import ControlState, Score
from auditor.reports.coverage import checked_words
from auditor.reports.dossier import Dossier
from auditor.reports.draft import Draft
from auditor.reports.frameworks import href, label, percent_words
from auditor.reports.kpi import Indicator
from auditor.reports.words import month_short, plural


def controls_indicator(draft: Draft) -> Indicator | None:
    """The controls of the portfolio's first framework; None where no framework was judged."""
    score = next(iter(draft.now.snapshot.scores), None)
    if score is None:
        return None
    context = f"{label(score.framework)}: {score.judged:,} judged, {score.count(ControlState.NOT_EVALUATED):,} not"
    return Indicator("controls", "Controls passing", passing, "up", context, points=True)


def controls_table(draft: Draft) -> Table:
    """How the frameworks stood when the month was frozen, beside the month before."""
    before = {s.framework: s for s in draft.before.snapshot.scores} if draft.before else {}
    rows = []
    for score in draft.now.snapshot.scores:
        failed, unseen = score.count(ControlState.FAIL), score.count(ControlState.NOT_EVALUATED)
        name = label(score.framework)
        rows.append((
            Cell(name, strong=True, href=href(score.framework)),
            Cell(_moved(draft, score, before.get(score.framework))),
            _score_cell(draft, score),
            _states(draft, f"controls.failing.{score.framework}", f"Failing controls, {name}", failed, score),
            _states(draft, f"controls.unseen.{score.framework}", f"Controls not evaluated, {name}", unseen, score),
        ))  # fmt: skip
    columns = ("Framework", "", "Score", "Fail", "Not evaluated")
    return Table("controls", "Controls by framework", columns, tuple(rows), "No framework was judged in this month.",
                 "The score is pass / (pass + fail); what nobody looked at is no pass. `auditor compliance` has every control.",
                 numeric=(2, 3, 4))  # fmt: skip


def _score_cell(draft: Draft, score: Score) -> Cell:
    passed, failed = score.count(ControlState.PASS), score.count(ControlState.FAIL)
    if score.percent is None:
        return Cell("not judged", tone=Tone.UNKNOWN)
    text = percent_words(score)
    return draft.worked(
        f"controls.{score.framework}", f"Score, {label(score.framework)}", text, formula="pass / (pass + fail)",
        filled=f"{passed:,} / ({passed:,} + {failed:,}) = {text}", sources=(f"{score.name}; {checked_words(draft.now.snapshot)}",),
        note=score.words,
    )  # fmt: skip


def _states(draft: Draft, identity: str, name: str, count: int, score: Score) -> Cell:
    return draft.worked(identity, name, f"{count:,}", formula="controls in this state", filled=f"{count:,} of {score.controls:,}",
                        sources=(score.name,), note=score.words)  # fmt: skip


def _moved(draft: Draft, score: Score, before: Score | None) -> str:
    """`+4 points since Sep`; empty in the first month."""
    if before is None or draft.before is None or score.percent is None or before.percent is None:
        return ""
    step, month = round(score.percent) - round(before.percent), month_short(draft.before.snapshot.period)
    if not step:
        return f"as in {month}"
    return f"{'+' if step > 0 else '−'}{plural(abs(step), 'point')} since {month}"


def passing(dossier: Dossier) -> Figure:
    """The score of the portfolio's first framework: controls without failing evidence among those judged."""
    score = next(iter(dossier.snapshot.scores), None)
    if score is None or score.percent is None:
        return Figure("controls", "", None, None, label="Controls passing", words="not judged")
    passed, value = score.count(ControlState.PASS), score.percent.quantize(Decimal(1))
    filled = f"{passed:,} / ({passed:,} + {score.count(ControlState.FAIL):,}) = {value}%"
    trace = Trace("controls-passing", f"Controls passing, {label(score.framework)}", "pass / (pass + fail)", filled,
                  (f"{score.name}; {checked_words(dossier.snapshot)}",), score.words)  # fmt: skip
    return Figure("controls", "", Quantity(value, value, "percent"), trace, label="Controls passing")

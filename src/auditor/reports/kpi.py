"""Four figures at the top: value, six months as bars, difference to last month, context."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from auditor.model.fact import Quantity
from auditor.model.figure import Figure
from auditor.model.report import Kpi, Tone, Trace
from auditor.reports.dossier import Dossier
from auditor.reports.draft import Draft
from auditor.reports.words import month_before, month_short, number_words, quantity_words

PERIODS = 6
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Indicator:
    """How one KPI is read from any month."""

    id: str
    label: str
    read: Callable[[Dossier], Figure]
    good: str = "up"
    """`up`, `down`, or empty where neither is good or bad."""
    context: str = ""
    points: bool = False
    """The difference is printed in its own unit rather than in percent."""


def kpi(draft: Draft, indicator: Indicator) -> Kpi:
    """The KPI of this month beside the months before."""
    figure = indicator.read(draft.now)
    draft.note_gaps(figure.gaps)
    known = {dossier.snapshot.period: indicator.read(dossier).value for dossier in draft.past}
    past = [known.get(month_before(draft.now.snapshot.period, back)) for back in range(PERIODS - 1, 0, -1)]
    before = indicator.read(draft.before).value if draft.before else None
    delta, tone = _delta(draft, indicator, figure.value, before)
    note = "" if delta else _why_no_delta(draft, figure.value, before)
    cell = draft.cell(figure, strong=True)
    size = float(middle(figure.value)) if figure.value else None
    return Kpi(indicator.label, cell, _spark([*past, figure.value]), delta, tone, indicator.context, size, note)


def middle(value: Quantity) -> Decimal:
    """The point that a bar or a difference is drawn from."""
    return (value.low + value.high) / 2


def _spark(values: list[Quantity | None]) -> tuple[float | None, ...]:
    sizes = [None if v is None else abs(middle(v)) for v in since_known(values)]
    top = max((s for s in sizes if s is not None), default=Decimal(0))
    return tuple(None if s is None else (round(float(s / top), 3) if top else 0.0) for s in sizes)


def since_known(values: Sequence[T | None]) -> Sequence[T | None]:
    """The months from the first known one on; a gap after it stays a gap."""
    known = [place for place, value in enumerate(values) if value is not None]
    return values[known[0] :] if known else ()


def _delta(
    draft: Draft, indicator: Indicator, now: Quantity | None, before: Quantity | None
) -> tuple[str, Tone | None]:
    if (
        draft.before is None
        or now is None
        or before is None
        or (now.unit, now.currency) != (before.unit, before.currency)
    ):
        return "", None
    month = month_short(draft.before.snapshot.period)
    step = middle(now) - middle(before)
    if not step:
        return f"= as in {month}", None
    sign, arrow = ("+", "▲") if step > 0 else ("−", "▼")
    size = abs(step)
    percent = size * 100 / abs(middle(before)) if middle(before) else None
    if indicator.points or percent is None or percent >= 1000 or now.unit != "money":
        unit = "points" if now.unit == "percent" else ""
        text = quantity_words(Quantity(size, size, "" if unit else now.unit, now.currency), per=False)
        amount = f"{text} {unit}".strip()
    else:
        amount = f"{number_words(percent, 0 if percent >= 1 else 1)}%"
    _trace_delta(draft, indicator, now, before, f"{sign}{amount}")
    good = (step > 0) == (indicator.good == "up")
    return f"{arrow} {sign}{amount} vs {month}", (Tone.OK if good else Tone.BAD) if indicator.good else None


def _why_no_delta(draft: Draft, now: Quantity | None, before: Quantity | None) -> str:
    month = month_short(month_before(draft.now.snapshot.period))
    if draft.before is None:
        return f"{month} was not frozen" if draft.past else "first month"
    return f"not known in {month}" if now is not None and before is None else ""


def _trace_delta(draft: Draft, indicator: Indicator, now: Quantity, before: Quantity, result: str) -> None:
    if draft.before is None:
        return
    month = month_short(draft.before.snapshot.period)
    draft.worked(
        f"delta.{indicator.id}",
        f"{indicator.label}, difference",
        result,
        formula="this month against the month before",
        filled=f"{quantity_words(now, per=False)} against {quantity_words(before, per=False)} in {month} = {result}",
        sources=(f"snapshot {draft.before.snapshot.period} {draft.before.snapshot.content_hash[:12]}".strip(),),
    )


def counter(metric: str, label: str, count: int, sources: tuple[str, ...], rule: str) -> Figure:
    """A count as a figure, for indicators that count findings or rows."""
    trace = Trace(metric, label, rule, f"{rule} = {count:,}", sources)
    return Figure(metric, "", Quantity(Decimal(count), Decimal(count), "count"), trace, label=label)

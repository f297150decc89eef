"""The desk on which one report is put together: every figure that goes onto it leaves its trace."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from auditor.model.fact import Gap, Quantity, Record
from auditor.model.figure import Figure
from auditor.model.finding import Finding
from auditor.model.report import Cell, Tone, Trace, ViewSettings
from auditor.model.run import Snapshot
from auditor.reports import figures
from auditor.reports.dossier import Dossier
from auditor.reports.places import anchor, cited, visible
from auditor.reports.thresholds import threshold
from auditor.reports.words import money_words, number_words, quantity_words

NOT_KNOWN = "not known"
_NEGATIVE = re.compile(r"(?<=[\s(])-(?=[$€£\d])|^-(?=[$€£\d])")


class Draft:
    """Collects traces and gaps while a report's parts are made; lives only inside one `build`."""

    def __init__(
        self,
        snapshot: Snapshot,
        previous: Snapshot | None,
        history: Sequence[Snapshot],
        settings: ViewSettings,
        keys: Iterable[str] = (),
    ) -> None:
        scope = tuple(settings.entities or keys)
        self.settings = settings
        self.now = Dossier(snapshot, scope)
        self.before = Dossier(previous, scope) if previous else None
        self.past = tuple(Dossier(earlier, scope) for earlier in history)
        """Earlier months, oldest first; the month before, if there is one, is the last."""
        self.traces: dict[str, Trace] = {}
        self._anchors: dict[str, str] = {}
        """Ids of traces by what they are on the page, where no two may be one."""
        self.gaps: dict[tuple[str, str], Gap] = {}

    def threshold(self, name: str) -> Decimal:
        """A threshold of the portfolio."""
        return threshold(self.now.snapshot.thresholds, name)

    def figure(self, metric: str, entity: str = "") -> Figure:
        """A figure of this month; what it lacks is noted as a gap."""
        figure = figures.figure(self.now, metric, entity)
        self.note_gaps(figure.gaps)
        return figure

    def note_gaps(self, gaps: Iterable[Gap]) -> None:
        """Gaps once each, with everything that they block."""
        for gap in gaps:
            key = (gap.entity, gap.metric)
            known = self.gaps.get(key)
            self.gaps[key] = replace(gap, blocks=tuple(dict.fromkeys((*known.blocks, *gap.blocks)))) if known else gap

    def trace(self, trace: Trace) -> str:
        """Id under which the trace stands in the report; a second one of the same id and other words gets a number."""
        trace = replace(trace, filled=self._readable(trace.filled), name=visible(trace.name), note=visible(trace.note))
        identity, number = trace.id, 1
        while (known := self._anchors.get(anchor(identity))) and replace(self.traces[known], id="") != replace(
            trace, id=""
        ):
            number += 1
            identity = f"{trace.id}.{number}"
        identity = self._anchors.setdefault(anchor(identity), identity)
        self.traces[identity] = replace(trace, id=identity)
        return identity

    def _readable(self, filled: str) -> str:
        """Signs as people write them, and names in place of keys."""
        text = _NEGATIVE.sub("−", visible(filled).replace(" x ", " × ").replace(" - ", " − "))
        for key, name in self.now.names.items():
            if key in text and key != name:
                text = re.sub(rf"(?<![\w/.-]){re.escape(key)}(?= [−$€£\d])", name.replace("\\", "\\\\"), text)
        return text

    def cell(self, figure: Figure, *, per: bool = False, strong: bool = False, tone: Tone | None = None) -> Cell:
        """A figure as a printed value; without a number the word for it, or `not known`."""
        if figure.value is None:
            identity = self.trace(figure.trace) if figure.trace else ""
            return Cell(figure.words or NOT_KNOWN, identity, tone=tone, align="right", strong=strong)
        text = quantity_words(figure.value, per=per)
        return Cell(text, self._shown(figure.trace, text), tone=tone, align="right", strong=strong)

    def _shown(self, trace: Trace | None, text: str) -> str:
        """The trace's id; a rounding between trace and print is written into it."""
        if trace is None:
            return ""
        exact = re.search(rf"(?<![\d.,]){re.escape(_bare(text))}(?![.,]?\d)", _bare(trace.filled))
        filled = trace.filled if exact else f"{trace.filled}, rounded {text}"
        return self.trace(replace(trace, filled=filled))

    def counted(
        self,
        identity: str,
        name: str,
        items: Sequence[Finding | Record],
        *,
        rule: str,
        checked: str = "",
        strong: bool = False,
    ) -> Cell:
        """A count of findings or rows; `checked` says what was looked at when there are none."""
        sources = cited(items) or (checked or "nothing found in what was looked at, see coverage",)
        trace = Trace(identity, name, rule, f"{rule} = {len(items):,}", sources)
        return Cell(f"{len(items):,}", self.trace(trace), align="right", strong=strong)

    def stated(self, identity: str, name: str, value: Quantity, item: Record | Finding, *, per: bool = False) -> Cell:
        """A figure exactly as a row states it."""
        words = quantity_words(value, per=per)
        trace = Trace(identity, name, "as stated", quantity_words(value), cited([item]))
        return Cell(words, self.trace(trace), align="right")

    def worked(
        self,
        identity: str,
        name: str,
        text: str,
        *,
        formula: str,
        filled: str,
        sources: Sequence[str],
        note: str = "",
        strong: bool = False,
    ) -> Cell:
        """A figure that the report itself works out."""
        trace = Trace(identity, name, formula, filled, tuple(sources), note)
        return Cell(text, self.trace(trace), align="right", strong=strong)


def _bare(text: str) -> str:
    return text.replace("−", "-").replace("–", "-")


def usd(amount: Decimal, currency: str | None = "USD") -> str:
    """Short for reports that print sums."""
    return money_words(amount, currency)


def share_words(part: Decimal, whole: Decimal) -> str:
    """`75%`; empty when there is no whole."""
    return f"{number_words(part * 100 / whole, 0)}%" if whole else ""

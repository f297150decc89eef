"""`auditor wiki lint`: line by line what was understood, what was not, what is missing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from auditor.adapters.wiki.as_text import fact_line, plain_number
from auditor.adapters.wiki.page import PageReading
from auditor.adapters.wiki.reading import Reading, candidates
from auditor.adapters.wiki.vocabulary import Vocabulary
from auditor.model.text import visible

_FIGURE = re.compile(r"[$€£]\s?\d|\d\s?%")


@dataclass(frozen=True, slots=True)
class Remark:
    """One line of the lint's output."""

    page: str
    line: int
    kind: str
    """`understood`, `not understood`, `please confirm`, `missing`, `conflict`, `arithmetic`, `unreadable`."""
    text: str

    @property
    def is_problem(self) -> bool:
        """Whether a pre-commit check stops for it: what is wrong, not what is merely absent."""
        return self.kind in {"conflict", "arithmetic", "unreadable"}

    def __str__(self) -> str:
        """`page:line: kind: text`."""
        return (
            f"{self.page}:{self.line}: {self.kind}: {self.text}"
            if self.line
            else f"{self.page}: {self.kind}: {self.text}"
        )


def lint(reading: Reading, vocabulary: Vocabulary) -> tuple[Remark, ...]:
    """All remarks in order of page and line."""
    found = [
        *_understood(reading),
        *(remark for page in reading.pages for remark in _not_understood(page)),
        *(
            Remark(
                _page(c.fact.source),
                _line(c.fact.source),
                "please confirm",
                f"{c.fact.label!r} may be {c.metric}; if so, paste: {c.line_to_paste}",
            )
            for c in candidates(reading.facts, vocabulary, reading.records)
        ),
        *_missing(reading),
        *(
            Remark(
                _page(c.first.source),
                _line(c.first.source),
                "conflict",
                f"{c.first.label}: {c.first.raw} here, {c.second.raw} at {c.second.source} ({c.reason})",
            )
            for c in reading.conflicts
        ),
        *(
            Remark(
                _page(m.source),
                _line(m.source),
                "arithmetic",
                f"states {plain_number(m.stated)}, its own figures give {plain_number(m.computed)}: {m.formula}",
            )
            for m in reading.miscalculations
        ),
        *(
            Remark(n.path, 0, "unreadable", f"{n.reason}{f': {n.detail}' if n.detail else ''}")
            for n in reading.not_scanned
        ),
    ]
    return tuple(sorted(found, key=lambda r: (r.page, r.line, r.kind, r.text)))


def _page(source: object) -> str:
    return str(getattr(source, "page", source))


def _line(source: object) -> int:
    return int(getattr(source, "line", 0) or 0)


def _understood(reading: Reading) -> Iterator[Remark]:
    for fact in reading.facts:
        place, _, text = fact_line(fact).partition(": ")
        del place
        yield Remark(_page(fact.source), _line(fact.source), "understood", text)
    for record in reading.records:
        if record.kind != "account":
            yield Remark(_page(record.source), _line(record.source), "understood", f"{record.kind}: {record.name}")


def _not_understood(page: PageReading) -> Iterator[Remark]:
    read = {_line(f.source) for f in page.facts} | {_line(r.source) for r in page.records}
    fenced = False
    for number, line in enumerate(page.document.lines, 1):
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        if not fenced and number not in read and _FIGURE.search(line) and "<!--" not in line and "](" not in line:
            yield Remark(page.page, number, "not understood", visible(line.strip())[:120])


def _missing(reading: Reading) -> Iterator[Remark]:
    for gap in reading.gaps:
        blocks = f"; blocks {', '.join(gap.blocks)}" if gap.blocks else ""
        yield Remark(gap.page, gap.line or 0, "missing", f"{gap.label}{f' ({gap.raw})' if gap.raw else ''}{blocks}")

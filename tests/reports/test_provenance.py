"""Every money or count that a reader sees is in a trace, or stands word for word in what was read."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from selectolax.lexbor import LexborHTMLParser

from auditor.formats.codec import Codec
from auditor.model.report import Report
from auditor.model.run import Snapshot
from auditor.model.thresholds import REPORT_THRESHOLDS
from auditor.portfolio import REPORT_NAMES
from tests.support.built import RENDERER, built
from tests.support.snapshots import state

_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
_NOT_FIGURES = re.compile(
    rf"\d{{4}}-\d\d(?:-\d\d)?|\d{{1,2}} {_MONTH}(?: \d{{4}})?|{_MONTH} \d{{4}}|Schedule [CE], line \S+|ASC 606[-\d]*|Form 1040|line \d+"
    r"|[1245] (?:contract|obligation|allocation|recognised)|the five steps|step 3|next 12 months|\b(?:price|volume) −\d+%|Price −10%|Volume −20%"
    r"|^\d+\. |Rent [+−]5%|\+1 point|at 3 months|within (?:3|12) months|next 30 days|PDF/UA-1|and \d+ more"
)
_TOKEN = re.compile(r"(?<![\w.,:/-])[$€£]?\d[\d,]*(?:\.\d+)?%?(?![\w/])")


def figures(text: str) -> set[str]:
    """Money, counts and percentages of a text; dates and names of forms are none."""
    plain = text.replace("−", "-").replace("–", " – ").replace("\xa0", " ")
    plain = _NOT_FIGURES.sub(" ", plain.replace(" - ", " − "))
    return {token.strip("$€£%").rstrip(".,") for token in _TOKEN.findall(plain)} - {""}


def strings(data: object) -> Iterator[str]:
    """All texts and numbers in plain data."""
    if isinstance(data, dict):
        for value in data.values():
            yield from strings(value)
    elif isinstance(data, list):
        for value in data:
            yield from strings(value)
    elif data is not None:
        yield str(data)


def known(report: Report, snapshot: Snapshot) -> set[str]:
    """What the traces compute, what was read word for word, and the thresholds."""
    allowed: set[str] = set()
    for trace in report.traces:
        allowed |= figures(f"{trace.name} {trace.formula} {trace.filled} {trace.note}")
    codec = Codec()
    for part in (
        snapshot.findings,
        snapshot.records,
        snapshot.gaps,
        snapshot.conflicts,
        snapshot.coverage,
        snapshot.entities,
        snapshot.wiki_edits,
    ):
        for text in strings([codec.encode(item) for item in part]):
            allowed |= figures(text)
    for text in (*REPORT_THRESHOLDS.values(), *snapshot.thresholds.values(), *report.verdict_rules):
        allowed |= figures(text)
    return allowed


def printed_text(report: Report) -> str:
    """What stands on the page, without sources, ranks, footer, and counts of what was left out."""
    tree = LexborHTMLParser(RENDERER.page(report))
    for node in tree.css(
        "style, title, .s, .traces i, footer, .no, [aria-labelledby='h-looked'], [aria-labelledby='h-coverage']"
    ):
        node.decompose()
    blocks = (node.text(separator=" ") for node in tree.css("h1, h2, p, li, td, th, div.bar"))
    return "\n".join(
        block
        for block in blocks
        if not re.search(r"\bmore (?:rows?|actions?|changes?|lines?|number|missing|contradiction)", block)
    )


@pytest.mark.parametrize("condition", ["healthy", "bad", "first month", "empty"])
@pytest.mark.parametrize("name", REPORT_NAMES)
def test_every_figure_in_the_text_is_in_a_trace(name: str, condition: str) -> None:
    report = built(name, condition)
    loose = {token for token in figures(printed_text(report)) if token not in known(report, state(condition)[0])}
    assert not loose


def test_a_figure_from_nowhere_would_be_seen() -> None:
    report = built("ceo", "bad")
    assert "4,711" not in known(report, state("bad")[0])
    assert figures("Revenue is $4,711 of 98% since 3 Nov 2026") == {"4,711", "98"}

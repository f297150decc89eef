"""Controls in the CTO's report: a key figure with its trend, and a table that leads to each framework's page."""

from __future__ import annotations

from dataclasses import replace

from auditor.model.report import Report, Tone, ViewSettings
from auditor.model.scorecard import Score
from auditor.reports import cto
from tests.support.built import RENDERER
from tests.support.snapshots import snapshot

OWN = Score("cis-aws-3.0.0", "CIS", 62, {"pass": 6, "fail": 2, "not evaluated": 54}, 6)
BEFORE = replace(OWN, states={"pass": 5, "fail": 5, "not evaluated": 52})
UNKNOWN = Score("soc2-tsc-2017", "AICPA", 61, {"not evaluated": 61})


def report(*scores: Score, before: tuple[Score, ...] = (BEFORE,)) -> Report:
    now = replace(snapshot(), scores=scores)
    earlier = replace(snapshot(), period="2026-09", scores=before)
    return cto.build(now, earlier, (earlier,), ViewSettings("cto"))


def test_the_first_framework_is_a_key_figure_with_trend_and_trace() -> None:
    made = report(OWN, UNKNOWN)
    kpi = made.kpis[3]
    assert (kpi.label, kpi.value.text, kpi.delta) == ("Controls passing", "75%", "▲ +25 points vs Sep")
    assert kpi.delta_tone is Tone.OK
    assert kpi.spark[-2:] == (0.667, 1.0)
    assert kpi.context == "CIS AWS 3.0.0: 8 judged, 54 not"
    assert next(t.filled for t in made.traces if t.id == kpi.value.trace) == "6 / (6 + 2) = 75%"


def test_a_month_without_frameworks_shows_runtimes_instead() -> None:
    assert report().kpis[3].label == "At end of life"


def test_what_was_not_judged_is_no_number() -> None:
    table = next(t for t in report(UNKNOWN).tables if t.id == "controls")
    assert [cell.text for cell in table.rows[0]] == ["SOC2 TSC 2017", "", "not judged", "0", "61"]
    assert report(UNKNOWN).kpis[3].value.text == "not judged"


def test_only_the_page_on_the_disk_links_to_the_frameworks() -> None:
    made = report(OWN)
    link = 'href="compliance-cis-aws-3.0.0.html"'
    assert link in RENDERER.page(made)
    assert link not in RENDERER.mail_html(made)
    assert next(t for t in made.tables if t.id == "controls").rows[0][1].text == "+25 points since Sep"

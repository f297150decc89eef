"""All eight reports in all states."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from importlib import import_module
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.formats.snapshot import freeze
from auditor.model.report import Tone, ViewSettings
from auditor.portfolio import REPORT_NAMES
from auditor.resources import templates_folder
from auditor.steps.render import MAIL_LIMIT, Renderer, report_csv, report_json
from tests.support.built import RENDERER, built, mail
from tests.support.snapshots import STATES, snapshot

each = pytest.mark.parametrize("condition", STATES)
every = pytest.mark.parametrize("name", REPORT_NAMES)


@each
@every
def test_every_report_has_all_blocks_in_every_state(name: str, condition: str) -> None:
    report = built(name, condition)
    assert len(report.verdict) <= 110
    assert report.verdict.endswith(".")
    assert report.support
    assert len(report.kpis) == 4
    assert report.charts
    assert len(report.tables) >= 3
    assert all(chart.bars or chart.empty for chart in report.charts)
    assert all(table.rows or table.empty for table in report.tables)
    assert report.changes or report.changes_note
    assert report.coverage_sentence
    assert report.verdict_rules


@each
@every
def test_every_figure_names_a_trace_that_stands_in_the_report(name: str, condition: str) -> None:
    report = built(name, condition)
    known = {trace.id for trace in report.traces}
    cells = [cell for table in report.tables for row in table.rows for cell in row]
    cells += [kpi.value for kpi in report.kpis] + [bar.value for chart in report.charts for bar in chart.bars]
    cells += [action.impact for action in report.actions]
    assert {cell.trace for cell in cells if cell.trace} <= known
    assert all(trace.sources for trace in report.traces)


@each
@every
def test_a_mail_body_stays_below_the_limit(name: str, condition: str) -> None:
    assert len(mail(name, condition).encode()) <= MAIL_LIMIT


@every
def test_the_same_snapshot_gives_the_same_bytes(name: str) -> None:
    forms = ("mail", "text", "page", "csv", "json")
    first, second = (Renderer(templates_folder()).forms(built.__wrapped__(name, "bad"), forms) for _ in range(2))
    assert first == second


@every
def test_what_was_not_scanned_stands_on_page_one_and_is_never_healthy(name: str) -> None:
    report = built(name, "bad")
    assert "the clone is incomplete" in report.coverage_sentence
    assert report.sections.index("coverage") <= 1
    assert report.tone is not Tone.OK


@every
def test_the_first_month_says_so(name: str) -> None:
    report = built(name, "first month")
    assert "first month" in report.changes_note
    assert not report.changes
    assert all(not kpi.delta for kpi in report.kpis)


@every
def test_a_month_that_was_not_frozen_is_named_and_is_not_a_first_month(name: str) -> None:
    report = built(name, "after a gap")
    assert report.changes_note.startswith("September 2026 was not frozen")
    assert "July 2026" in report.changes_note
    assert {kpi.delta_note for kpi in report.kpis} == {"Sep was not frozen"}
    assert {kpi.spark[-2] for kpi in report.kpis if len(kpi.spark) > 1} == {None}
    for text in (mail(name, "after a gap"), RENDERER.page(report), RENDERER.mail_text(report)):
        assert "first month" not in text


def test_a_chief_executive_reads_of_risks_by_business_and_no_command() -> None:
    report = built("ceo", "bad")
    assert report.actions[0].sentence == "Close 2 critical risks of JADA: Stripe live key in git (2 places)."
    assert not any("`" in action.sentence or "git rm" in action.sentence for action in report.actions)


@every
def test_nothing_known_is_unknown_and_not_healthy(name: str) -> None:
    assert built(name, "empty").tone is Tone.UNKNOWN


@every
def test_markup_in_names_stays_text(name: str) -> None:
    report = built(name, "strange names")
    for html in (mail(name, "strange names"), RENDERER.page(report)):
        assert "<script" not in html
        assert "\u202e" not in html
        assert "\x1b" not in html
    assert "49" not in report.verdict


@every
def test_no_cell_of_the_csv_can_become_a_formula(name: str) -> None:
    for row in csv.reader(io.StringIO(report_csv(built(name, "strange names")))):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)


def test_the_view_as_json_holds_every_row() -> None:
    report = built("cto", "many findings")
    document = json.loads(report_json(report))
    assert document["schema"] == "auditor/report@1"
    hardening = next(table for table in document["tables"] if table["id"] == "hardening")
    assert len(hardening["rows"]) > 100


def test_no_finding_id_stands_on_a_ceos_first_screen() -> None:
    report = built("ceo", "bad")
    first = " ".join(
        [report.verdict, report.support, *(a.sentence for a in report.actions), *(k.context for k in report.kpis)]
    )
    assert "v1:" not in first


def test_no_two_readers_see_different_totals() -> None:
    def trace(name: str, identity: str) -> str:
        return next(t.filled for t in built(name, "healthy").traces if t.id == identity)

    for identity in ("all-net-burn", "all-runway", "all-cash"):
        assert trace("ceo", identity) == trace("cfo", identity)
    assert built("ceo", "bad").kpis[3].value.text == built("cto", "bad").kpis[0].value.text


@given(st.randoms(use_true_random=False))
@settings(max_examples=8, deadline=None)
def test_the_order_in_which_things_were_found_changes_no_byte(chance: Random) -> None:
    base = snapshot()
    facts, records, findings = list(base.facts), list(base.records), list(base.findings)
    for values in (facts, records, findings):
        chance.shuffle(values)
    turned = freeze(replace(base, facts=tuple(facts), records=tuple(records), findings=tuple(findings)))
    assert turned == base
    for name in ("ceo", "clients"):
        view = import_module(f"auditor.reports.{name}").build(turned, None, (), ViewSettings(name))
        assert view == import_module(f"auditor.reports.{name}").build(base, None, (), ViewSettings(name))

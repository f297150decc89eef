"""Scorecards in their forms: the states stay apart in each, and OSCAL fits the models of compliance-trestle."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest

from auditor.formats.oscal import control_id, oscal_document, oscal_json, validate_oscal
from auditor.formats.scorecard import overview_json, scorecard_json, scorecards_csv
from auditor.model.finding import State
from auditor.model.run import Snapshot
from auditor.model.scorecard import Scorecard
from auditor.reports.frameworks import framework_view, href, label, overview_view
from auditor.resources import rules_folder, templates_folder
from auditor.rulebook.mappings import read_frameworks
from auditor.steps.comply import order, scorecards
from auditor.steps.render import Renderer
from tests.support.frameworks import COVERAGE, FRAMEWORKS, finding, snapshot

MIXED = [finding("secrets.key"), finding("aws.trail-off", state=State.WAIVED), finding("semgrep.sql", 4)]


def card(of: Snapshot | None = None) -> Scorecard:
    (made,) = scorecards(FRAMEWORKS, of or snapshot(MIXED), titles={"secrets.key": "A key in the code"})
    return made


def test_the_json_view_holds_states_evidence_and_decisions() -> None:
    document = json.loads(scorecard_json(card()))
    assert document["schema"] == "auditor/compliance@1"
    assert document["score"] == {
        "percent": 0.0, "controls": 5, "judged": 2, "pass": 0, "fail": 2, "waived": 2, "error": 0, "not_evaluated": 1,
        "not_applicable": 0, "pass_on_full_evidence": 0,
    }  # fmt: skip
    first, third = document["controls"][0], document["controls"][2]
    assert (first["state"], first["strength"], first["evidence"][0]["title"]) == ("fail", "full", "A key in the code")
    assert first["findings"][0]["where"] == f"shop:src/m0.py:3 @ {'c' * 40}"
    assert third["findings"][0]["waiver"]["until"] == "2027-01-31"
    assert json.loads(overview_json([card()]))["frameworks"][0]["score"] == document["score"]


def test_the_csv_has_every_control_and_no_cell_can_become_a_formula() -> None:
    strange = replace(finding("secrets.key"), message="=cmd()", entity="@jada")
    rows = list(csv.DictReader(io.StringIO(scorecards_csv([card(snapshot([strange]))]))))
    assert {row["control"] for row in rows} == {"C.1", "C.2", "C.3", "C.4", "C.5"}
    assert not any((value or "").startswith(("=", "@", "+", "-")) for row in rows for value in row.values())
    assert next(r for r in rows if r["control"] == "C.5")["reads_as"] == "not evaluated"


@pytest.mark.parametrize("of", [snapshot(), snapshot(MIXED), snapshot(coverage=()), snapshot(MIXED, COVERAGE[:2])])
def test_oscal_results_fit_the_models_of_trestle(of: Snapshot) -> None:
    validate_oscal(oscal_json(card(of)))
    assert oscal_json(card(of)) == oscal_json(card(of))


def test_oscal_says_satisfied_only_of_a_pass_on_full_evidence() -> None:
    (result,) = oscal_document(card(snapshot()))["assessment-results"]["results"]
    states = {f["target"]["target-id"]: f["target"]["status"] for f in result["findings"]}
    assert {k: (s["state"], s["reason"]) for k, s in states.items()} == {
        "C.1": ("satisfied", "pass"), "C.2": ("not-satisfied", "other"),
        "C.3": ("satisfied", "pass"), "C.4": ("not-satisfied", "other"),
    }  # fmt: skip
    assert control_id(card(), "1.10") == "own_1.10"


def test_every_shipped_framework_has_a_page_and_valid_results() -> None:
    frameworks = read_frameworks(rules_folder())
    assert frameworks.problems == ()
    of = snapshot(MIXED)
    cards = scorecards(frameworks, of, wanted=order(frameworks))
    assert cards
    renderer = Renderer(templates_folder())
    for one in cards:
        page = renderer.framework(framework_view(one, of, [of]))
        assert one.controls[0].id in page
        validate_oscal(oscal_json(one))
    overview = renderer.frameworks(overview_view(cards, of))
    assert all(href(one.framework) in overview for one in cards)


def test_markup_in_what_was_found_stays_text_on_the_page() -> None:
    evil = replace(finding("secrets.key"), message="<script>alert(1)</script>\u202e")
    of = snapshot([evil])
    page = Renderer(templates_folder()).framework(framework_view(card(of), of))
    assert "<script" not in page
    assert "\u202e" not in page


def test_the_page_shows_what_nobody_looked_at_and_the_trend() -> None:
    before, now = snapshot(), snapshot(MIXED)
    scored = replace(before, scores=(card(before).score,))
    view = framework_view(card(now), now, [scored])
    assert view.verdict == "2 of 2 judged controls fail; 1 was not evaluated."
    assert view.tiles[0].delta == "▼ −100 points vs Oct"
    assert [group.ids for group in view.unmapped] == [("C.5",)]
    assert [block.title for block in view.blocks] == ["Fails", "Accepted by a decision", "Passes"]


def test_names_of_frameworks_are_as_people_say_them() -> None:
    assert [label(i) for i in ("cis-aws-3.0.0", "nist-800-53-r5", "iso-27001-2022")] == ["CIS AWS 3.0.0", "NIST 800-53 R5", "ISO 27001-2022"]  # fmt: skip

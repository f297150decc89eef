"""How controls stand: six states kept apart, and what was not looked at is never a pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model.finding import Finding, State
from auditor.model.run import Coverage, OutcomeStatus, Snapshot, Tally
from auditor.model.scorecard import ControlResult, ControlState
from auditor.rulebook.mappings import compiled_frameworks, read_frameworks
from auditor.steps.comply import scorecards, scores
from tests.support.frameworks import CLEAN, COVERAGE, FRAMEWORKS, RULES, finding, line, snapshot

PASS, FAIL, WAIVED = ControlState.PASS, ControlState.FAIL, ControlState.WAIVED
ERROR, UNSEEN, NOTHING = ControlState.ERROR, ControlState.NOT_EVALUATED, ControlState.NOT_APPLICABLE


def controls(of: Snapshot, entity: str = "") -> Mapping[str, ControlResult]:
    (card,) = scorecards(FRAMEWORKS, of, entity=entity)
    return {control.id: control for control in card.controls}


def states(of: Snapshot, entity: str = "") -> dict[str, ControlState]:
    return {key: control.state for key, control in controls(of, entity).items()}


def with_line(changed: Coverage) -> tuple[Coverage, ...]:
    same = (changed.scanner, changed.target)
    return tuple(changed if (c.scanner, c.target) == same else c for c in COVERAGE)


def test_a_clean_look_at_everything_passes_what_is_mapped_and_nothing_else() -> None:
    assert states(snapshot()) == {"C.1": PASS, "C.2": PASS, "C.3": PASS, "C.4": PASS, "C.5": UNSEEN}


def test_partial_evidence_alone_never_reads_as_a_pass() -> None:
    found = controls(snapshot())
    assert [found[i].word for i in ("C.1", "C.2", "C.3", "C.4")] == ["pass", "no failing evidence"] * 2


def test_an_open_finding_fails_every_control_that_its_rule_is_evidence_for() -> None:
    found = controls(snapshot([finding("secrets.key")]))
    assert [key for key, control in found.items() if control.state is FAIL] == ["C.1", "C.2"]
    assert found["C.1"].why == "1 finding speaks against it: secrets.key (1)."
    assert [f.fingerprint for f in found["C.2"].findings] == ["v1:secrets.key0:1"]


def test_a_waived_finding_is_neither_a_pass_nor_a_fail() -> None:
    assert states(snapshot([finding("secrets.key", state=State.WAIVED)]))["C.1"] is WAIVED
    both = [finding("secrets.key", state=State.WAIVED), finding("secrets.key", 1)]
    assert states(snapshot(both))["C.1"] is FAIL


def test_a_failure_that_no_decision_covers_stays_a_failure() -> None:
    tallies = (Tally("aws.trail-off", "jada", failed=2), CLEAN[1])
    of = snapshot([finding("aws.trail-off", state=State.WAIVED)], with_line(line("aws", "main", tallies=tallies)))
    assert states(of)["C.3"] is FAIL


def test_a_fixed_finding_does_not_fail_a_control() -> None:
    assert states(snapshot([finding("secrets.key", state=State.FIXED)]))["C.1"] is PASS


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (line("secrets", "shop", status=OutcomeStatus.FAILED, reason="git refused"), ERROR),
        (line("secrets", "shop", status=OutcomeStatus.FAILED, reason="AccessDenied: no"), UNSEEN),
        (line("secrets", "shop", not_scanned={"timed out": 2}), ERROR),
        (line("secrets", "shop", status=OutcomeStatus.SKIPPED, reason="not asked for"), UNSEEN),
    ],
)
def test_what_was_not_scanned_is_not_clean(changed: Coverage, expected: ControlState) -> None:
    found = controls(snapshot(coverage=with_line(changed)))["C.1"]
    assert found.state is expected
    assert "shop" in found.why


def test_a_place_with_nothing_of_the_kind_does_not_spoil_a_pass() -> None:
    nothing = line("secrets", "shop", status=OutcomeStatus.SKIPPED, reason="no files here")
    assert states(snapshot(coverage=with_line(nothing)))["C.1"] is PASS
    everywhere = [line("secrets", repo, files=0) for repo in ("shop", "boats")]
    assert states(snapshot(coverage=(*everywhere, *COVERAGE[2:])))["C.1"] is NOTHING


@pytest.mark.parametrize(
    ("tally", "expected"),
    [
        (Tally("aws.trail-off", "jada", passed=3, unseen={"access denied": 1}), UNSEEN),
        (Tally("aws.trail-off", "jada", passed=3, unseen={"evaluation error": 1}), ERROR),
        (Tally("aws.trail-off", "jada", passed=3, unseen={"throttled": 1, "access denied": 4}), ERROR),
        (Tally("aws.trail-off"), NOTHING),
        (Tally("aws.bucket-open", "jada", passed=3), UNSEEN),
    ],
)
def test_a_cloud_check_counts_resource_by_resource(tally: Tally, expected: ControlState) -> None:
    assert states(snapshot(coverage=with_line(line("aws", "main", tallies=[tally]))))["C.3"] is expected


def test_an_account_that_could_not_be_asked_is_no_pass_and_says_why() -> None:
    lines = (*COVERAGE[:-1], line("discover", "main", status=OutcomeStatus.FAILED, reason="no credentials"))
    found = controls(snapshot(coverage=lines))["C.3"]
    assert found.state is not PASS
    assert controls(snapshot(coverage=COVERAGE[:-1]))["C.3"].state is UNSEEN


def test_a_rule_that_did_not_take_part_is_no_evidence() -> None:
    assert states(snapshot(rules=["semgrep.sql"]))["C.1"] is UNSEEN
    assert states(snapshot(rules=()))["C.2"] is UNSEEN


def test_one_business_is_judged_by_its_own_things_and_by_what_is_shared() -> None:
    mine = snapshot([finding("secrets.key", entity="rental")])
    assert (states(mine, "jada")["C.1"], states(mine, "rental")["C.1"]) == (PASS, FAIL)
    assert states(snapshot(), "rental")["C.1"] is UNSEEN


def test_the_score_is_of_what_was_judged_and_shows_the_rest() -> None:
    (card,) = scorecards(FRAMEWORKS, snapshot([finding("secrets.key")]))
    assert card.score.percent == 50
    assert (card.score.judged, card.score.full) == (4, 1)
    assert card.score.words == "2 pass, 2 fail, 1 not evaluated"
    nothing = scorecards(FRAMEWORKS, snapshot(coverage=()))[0].score
    assert (nothing.percent, nothing.words) == (None, "5 not evaluated")
    assert scores(FRAMEWORKS, snapshot([finding("secrets.key")])) == (card.score,)


FINDINGS = st.lists(
    st.builds(
        lambda rule, number, state: finding(rule, number, state=state),
        st.sampled_from(RULES), st.integers(0, 3), st.sampled_from([State.KNOWN, State.WAIVED, State.FIXED]),
    ),
    max_size=4, unique_by=lambda f: f.fingerprint,
)  # fmt: skip
TALLIES = st.lists(
    st.builds(
        Tally, st.sampled_from(["aws.trail-off", "aws.bucket-open"]), st.sampled_from(["", "jada"]), passed=st.integers(0, 2),
        failed=st.integers(0, 1), unseen=st.sampled_from([{}, {"access denied": 1}, {"evaluation error": 2}]),
    ),
    max_size=4,
)  # fmt: skip
LINES = st.tuples(
    *(
        st.sampled_from([line(s, r), line(s, r, not_scanned={"timed out": 1}), line(s, r, files=0),
                         line(s, r, status=OutcomeStatus.FAILED, reason="crashed"),
                         line(s, r, status=OutcomeStatus.SKIPPED, reason="no project")])
        for s in ("secrets", "semgrep") for r in ("shop", "boats")
    ),
    TALLIES.map(lambda found: line("aws", "main", tallies=found)),
)  # fmt: skip


@given(FINDINGS, LINES, st.data())
def test_taking_coverage_away_never_makes_a_pass(
    found: list[Finding], lines: tuple[Coverage, ...], data: st.DataObject
) -> None:
    before = states(snapshot(found, lines))
    kept = [item for item in lines if data.draw(st.booleans())]
    forgotten = data.draw(st.sets(st.sampled_from(RULES)))
    less = [replace(c, tallies=tuple(t for t in c.tallies if t.rule not in forgotten)) for c in kept]
    after = states(snapshot(found, less, [rule for rule in RULES if data.draw(st.booleans())]))
    assert {key for key, state in after.items() if state is PASS} <= {
        key for key, state in before.items() if state is PASS
    }


@given(FINDINGS, LINES, st.sampled_from(RULES))
def test_one_more_open_finding_never_raises_the_score(
    found: list[Finding], lines: tuple[Coverage, ...], rule: str
) -> None:
    (before,) = scorecards(FRAMEWORKS, snapshot(found, lines))
    (after,) = scorecards(FRAMEWORKS, snapshot([*found, finding(rule, 9)], lines))
    assert after.score.percent is not None
    assert after.score.percent <= (before.score.percent if before.score.percent is not None else 0)
    for old, new in zip(before.controls, after.controls, strict=True):
        assert new.state is old.state or new.state is FAIL


@given(FINDINGS, LINES)
def test_every_control_stands_in_exactly_one_state(found: list[Finding], lines: tuple[Coverage, ...]) -> None:
    (card,) = scorecards(FRAMEWORKS, snapshot(found, lines))
    assert sum(card.score.states.values()) == card.score.controls == len(card.controls)


CATALOG = """
schema: auditor/catalog@1
id: {id}
publisher: We
version: "1"
source: {{url: "https://example.com", retrieved: "2026-11-24", sha256: null}}
licence: {{id: none, text_policy: full, note: ""}}
expected_count: 2
controls: [{{id: "1.1", group: X}}, {{id: "1.10", group: X}}]
"""


def test_a_mapping_to_a_control_that_does_not_exist_is_a_problem_and_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "compliance"
    for part in ("catalogs", "mappings", "private/mappings"):
        (folder / part).mkdir(parents=True)
    (folder / "catalogs" / "own.yaml").write_text(CATALOG.format(id="own"))
    (folder / "mappings" / "a.yaml").write_text(
        "rules:\n  aws.a: [{catalog: own, control: 1.10, strength: full}, {catalog: own, control: 9}]\n"
    )
    found = read_frameworks(tmp_path)
    assert [(m.control, m.strength) for m in found.mappings] == [("1.10", "full")]
    assert [p.message for p in found.problems] == ["no control own/9, which 1 rule is mapped to"]
    (folder / "mappings" / "a.yaml").write_text("rules:\n  aws.a: [{catalog: own, control: 1.10}]\n")
    (folder / "private" / "mine.yaml").write_text(CATALOG.format(id="mine"))
    (folder / "private" / "mappings" / "b.yaml").write_text("rules:\n  aws.b: [{catalog: mine, control: 1.1}]\n")
    fresh = compiled_frameworks(tmp_path / "kept.json", tmp_path)
    assert fresh.private == {"mine"}
    assert (tmp_path / "kept.json").is_file()
    assert compiled_frameworks(tmp_path / "kept.json", tmp_path) == fresh

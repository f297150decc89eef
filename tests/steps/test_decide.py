"""Waivers in the chain of decisions: what began, what it accepts, what ended; and nothing twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from auditor.model.decision import Decision, Entry
from auditor.model.finding import Finding, State, Waiver
from auditor.steps.decide import waiver_decisions, waiver_id
from tests.support.frameworks import finding

OCTOBER, FEBRUARY = date(2026, 10, 31), date(2027, 2, 1)
KNOWN = finding("secrets.key", state=State.WAIVED)
TERMS = KNOWN.waived_by or Waiver("", "", "", "", "")


def chain(*runs: tuple[Sequence[Finding], date]) -> list[Entry]:
    past: list[Decision] = []
    for findings, today in runs:
        for entry in waiver_decisions(findings, past, today, "run-1", "2026-10"):
            past.append(
                Decision(len(past) + 1, "", entry.who, entry.what, entry.subject, entry.reason, entry.body, "", "")
            )
    return [Entry(d.what, d.subject, d.who, d.reason, d.body) for d in past]


def test_a_waiver_and_what_it_accepts_are_written_once_however_often_it_runs() -> None:
    made = chain(*[([KNOWN], OCTOBER)] * 3)
    assert [(e.what, e.subject, e.who) for e in made] == [
        ("waive", waiver_id(TERMS), "Dana"), ("accept", KNOWN.fingerprint, "Dana"),
    ]  # fmt: skip
    assert made[1].body["waiver"] == waiver_id(TERMS)
    assert (made[0].reason, made[0].body["until"]) == ("known", "2027-01-31")


def test_one_more_finding_under_a_known_waiver_is_a_decision_of_its_own() -> None:
    more = finding("secrets.key", 1, state=State.WAIVED)
    assert [e.what for e in chain(([KNOWN], OCTOBER), ([KNOWN, more], OCTOBER))] == ["waive", "accept", "accept"]


def test_other_terms_are_another_decision_and_another_line_is_not() -> None:
    longer = replace(KNOWN, waived_by=replace(TERMS, until="2027-06-30"))
    moved = replace(KNOWN, waived_by=replace(TERMS, where="waivers.toml:40"))
    assert [e.what for e in chain(([KNOWN], OCTOBER), ([longer], OCTOBER))] == [
        "waive",
        "accept",
        "withdraw",
        "waive",
        "accept",
    ]
    assert [e.what for e in chain(([KNOWN], OCTOBER), ([moved], OCTOBER))] == ["waive", "accept"]


def test_the_last_day_and_a_waiver_taken_away_end_it_differently() -> None:
    still_there = replace(KNOWN, state=State.KNOWN, waived_by=None)
    over = chain(([KNOWN], OCTOBER), ([still_there], FEBRUARY))[-1]
    gone = chain(([KNOWN], OCTOBER), ([still_there], OCTOBER))[-1]
    assert (over.what, over.who, over.reason) == ("expire", "auditor", "its last day, 2027-01-31, has passed")
    assert (gone.what, gone.body["owner"]) == ("withdraw", "Dana")


def test_a_waiver_that_comes_back_accepts_again() -> None:
    made = chain(([KNOWN], OCTOBER), ([], OCTOBER), ([KNOWN], OCTOBER))
    assert [e.what for e in made] == ["waive", "accept", "withdraw", "waive", "accept"]


def test_a_finding_that_nobody_waived_is_no_decision() -> None:
    assert chain(([finding("secrets.key"), finding("aws.trail-off", state=State.FIXED)], OCTOBER)) == []

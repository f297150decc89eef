"""Findings of several engines on one defect, and repeats in one file."""

from __future__ import annotations

from dataclasses import replace

from auditor.model.finding import Finding, Match, State
from auditor.model.fold import folded
from auditor.model.location import CodeLocation
from auditor.model.rule import Confidence, Rule, Severity
from auditor.steps.merge import FAMILIES, Judged, merged


def card(name: str, cwe: int, severity: Severity = Severity.HIGH, confidence: Confidence = Confidence.MEDIUM) -> Rule:
    return Rule(
        id=name,
        title=name,
        scanner=name.split(".", maxsplit=1)[0],
        severity=severity,
        why="w",
        fix="f",
        cwe=(cwe,),
        confidence=confidence,
    )


def at(rule: Rule, line: int, end: int | None = None, path: str = "a.py", **fields: object) -> Judged:
    return rule, Match(rule.id, CodeLocation("shop", path, line, end), **fields), "shop"  # type: ignore[arg-type]


OURS = card("semgrep.python-sql-from-request", 89, Severity.CRITICAL)
OTHER = card("semgrep.python-sql-built-from-strings", 89)
BANDIT = card("bandit.sql-from-strings", 89, Severity.MEDIUM)
SHELL = card("bandit.shell-true", 78, Severity.MEDIUM)


def test_one_defect_seen_by_three_rules_is_one_and_names_them_all() -> None:
    result = merged([at(BANDIT, 9, 12), at(OTHER, 11), at(OURS, 11, mark="x")])
    ((rule, match, _),) = result
    assert rule is OURS
    assert match.mark == "x"
    assert match.seen_by == (OURS.id, OTHER.id, BANDIT.id)


def test_different_weaknesses_places_and_files_stay_apart() -> None:
    pairs = [at(BANDIT, 9), at(SHELL, 9), at(OURS, 11), at(OURS, 9, path="b.py")]
    assert merged(pairs) == tuple(pairs)


def test_two_places_of_one_rule_are_two_findings() -> None:
    pairs = [at(OURS, 3), at(OURS, 3), at(BANDIT, 3)]
    result = merged(pairs)
    assert [len(match.seen_by) for _, match, _ in result] == [2, 0]


def test_a_scanner_that_says_two_things_means_two() -> None:
    pairs = [at(card("endpoints.write-without-auth", 306), 5), at(card("endpoints.guard-never-called", 306), 5)]
    assert merged(pairs) == tuple(pairs)
    with_ours = merged([*pairs, at(card("semgrep.iac-route-without-authorizer", 306, Severity.LOW), 5)])
    assert [len(match.seen_by) for _, match, _ in with_ours] == [2, 0]


def test_the_order_of_the_input_does_not_change_who_speaks() -> None:
    pairs = [at(BANDIT, 9, 12), at(OTHER, 11), at(OURS, 11)]
    assert {merged(order)[0][0].id for order in (pairs, pairs[::-1])} == {OURS.id}


def test_a_weakness_belongs_to_one_family_only() -> None:
    numbers = [number for family in FAMILIES.values() for number in family]
    assert len(numbers) == len(set(numbers))


def finding(line: int, rule: Rule = OURS, **fields: object) -> Finding:
    base = Finding(rule, CodeLocation("shop", "a.py", line), f"v1:{line}:1", rule.severity, "high", "shop")
    return replace(base, **fields)  # type: ignore[arg-type]


def test_repeats_in_a_file_are_told_once_with_their_places() -> None:
    (one,) = folded(finding(line) for line in range(1, 76))
    assert one.fingerprint == "v1:1:1"
    assert len(one.also_at) == 74
    assert one.details["repeats"] == "75"


def test_a_new_repeat_among_known_ones_is_told_by_itself() -> None:
    result = folded([finding(1, state=State.KNOWN), finding(2, state=State.KNOWN), finding(3, state=State.NEW)])
    assert [(f.state, len(f.also_at)) for f in result] == [(State.KNOWN, 1), (State.NEW, 0)]


def test_other_rules_and_files_are_left_alone() -> None:
    findings = [finding(1), finding(1, BANDIT), finding(1, location=CodeLocation("shop", "b.py", 1))]
    assert folded(findings) == tuple(findings)

"""Every rule is tried on its own fixtures, and holds everything a card needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.adapters.programs import LocalPrograms
from auditor.model.rule import Rule
from auditor.resources import rules_folder
from auditor.rulebook import read_rulebook
from scanners.semgrep.engine import Engine
from scanners.semgrep.fixtures import Verdict, judge, read_fixtures

BOOK = read_rulebook(rules_folder(), scanners=["semgrep"])
RULES = BOOK.of("semgrep")


@pytest.fixture(scope="module")
def verdict(tmp_path_factory: pytest.TempPathFactory) -> Verdict:
    work: Path = tmp_path_factory.mktemp("fixtures")
    return judge(RULES, read_fixtures(rules_folder()), Engine.find(LocalPrograms()), work)


def test_every_card_can_be_read() -> None:
    assert [str(problem) for problem in BOOK.problems] == []


def test_each_rule_matches_what_its_fixtures_say_and_nothing_else(verdict: Verdict) -> None:
    assert verdict.failures == ()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_has_two_examples_and_two_counter_examples(rule: Rule, verdict: Verdict) -> None:
    name = str(rule.spec["id"])
    assert verdict.positives[name] >= 2
    assert verdict.negatives[name] >= 2


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_holds_full_metadata(rule: Rule) -> None:
    metadata = rule.spec["metadata"]
    wanted = {"title", "severity", "confidence", "effort", "fix", "cwe", "owasp", "aliases", "references", "since"}
    assert sorted(wanted - set(metadata)) == []
    assert rule.why.endswith(".")
    assert rule.fix.endswith(".")
    assert len(rule.title) <= 72

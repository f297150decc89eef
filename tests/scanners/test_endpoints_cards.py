"""Every card of the endpoints scanner against its own examples."""

from __future__ import annotations

import pytest

from auditor.model.rule import Rule
from auditor.resources import rules_folder
from auditor.rulebook import read_rulebook
from scanners.endpoints import Endpoints
from tests.support.context import scan

CARDS = read_rulebook(rules_folder(), scanners=["endpoints"]).rules


def fires(rule: Rule, example: dict[str, str]) -> bool:
    files = {example["file"]: example["text"]} | example.get("files", {})
    result = scan(Endpoints(), files, rules=CARDS)
    return rule.id in {match.rule_id for match in result.matches}


@pytest.mark.parametrize("rule", CARDS, ids=lambda rule: rule.id)
def test_a_card_fires_on_its_examples_and_stays_silent_on_its_counter_examples(rule: Rule) -> None:
    assert len(rule.examples) >= 2
    assert len(rule.counter_examples) >= 2
    assert [e for e in rule.examples if not fires(rule, e)] == []
    assert [e for e in rule.counter_examples if fires(rule, e)] == []

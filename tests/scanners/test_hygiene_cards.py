"""Every hygiene card does what its examples say, and its counter-examples stay silent."""

from collections.abc import Mapping
from typing import Any

import pytest

from auditor.model.finding import Match
from auditor.model.rule import Rule
from auditor.resources import rules_folder
from auditor.rulebook import read_rulebook
from scanners.hygiene import Hygiene
from tests.support.context import scan
from tests.support.history import MemoryHistory

CARDS = read_rulebook(rules_folder(), scanners=["hygiene"]).of("hygiene")


def matches(rule: Rule, example: Mapping[str, Any]) -> list[Match]:
    history = MemoryHistory(
        {path: text.encode() for path, text in example.get("deleted", {}).items()},
        example.get("authors", {}),
        example.get("head", ""),
    )
    result = scan(Hygiene(), example["files"], rules=[rule], history=history)
    return [match for match in result.matches if match.rule_id == rule.id]


@pytest.mark.parametrize("rule", CARDS, ids=lambda rule: rule.id)
def test_a_card_fires_on_its_examples_and_on_none_of_its_counter_examples(rule: Rule) -> None:
    assert len(rule.examples) >= 2
    assert len(rule.counter_examples) >= 2
    for example in rule.examples:
        found = matches(rule, example)
        assert len(found) == 1, example
        if "grade" in example:
            assert found[0].grade == example["grade"], example
        assert found[0].grade in {"", "secret", *rule.grades}
    for example in rule.counter_examples:
        assert matches(rule, example) == [], example


def test_the_working_ids_of_all_26_rules_are_aliases() -> None:
    assert len({alias for rule in CARDS for alias in rule.aliases}) == 26

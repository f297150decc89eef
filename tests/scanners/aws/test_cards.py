"""Every card's examples are its tests: what must fail fails, what must pass passes, savings agree to the cent."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest

from auditor.model.rule import Rule
from auditor.resources import rules_folder
from auditor.rulebook import read_rulebook
from scanners.aws.check import Result, Status
from scanners.aws.fixture import Bench

RULES = read_rulebook(rules_folder(), scanners=["aws"]).of("aws")


@cache
def bench() -> Bench:
    return Bench.of(RULES, rules_folder())


def first(rule: Rule, example: Mapping[str, Any]) -> Result:
    return bench().results(rule, example)[0]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_example_of_a_card_fails_and_every_counter_example_does_not(rule: Rule) -> None:
    assert [first(rule, example).status for example in rule.examples] == [Status.FAIL] * len(rule.examples)
    counter = [first(rule, example) for example in rule.counter_examples]
    assert {result.status for result in counter} <= {Status.PASS, Status.NOT_APPLICABLE}, counter
    assert Status.PASS in {result.status for result in counter}
    assert min(len(rule.examples), len(counter)) >= 2


SAVERS = [
    pytest.param(rule, example, id=f"{rule.id}-{number}")
    for rule in RULES
    for number, example in enumerate(rule.examples)
    if "saving" in example
]


@pytest.mark.parametrize(("rule", "example"), SAVERS)
def test_a_saving_agrees_to_the_cent_with_the_hand_calculation(rule: Rule, example: Mapping[str, Any]) -> None:
    saving = first(rule, example).saving
    assert saving is not None
    assert saving.monthly is not None, saving.basis
    assert f"{saving.monthly.low.amount:.2f} {saving.monthly.high.amount:.2f}" == " ".join(
        (example["saving"]["low"], example["saving"]["high"])
    )
    assert saving.as_of


def test_every_card_with_a_saving_formula_has_a_hand_calculation_and_a_way_back() -> None:
    for rule in RULES:
        if "saves" in rule.spec:
            assert any("saving" in example for example in rule.examples), rule.id
            assert rule.spec.get("undo"), rule.id

"""Every card of rules/secrets finds its examples and lets its counter-examples pass, with either engine."""

import pytest

from tests.scanners.secrets_support import cards, found, look


def place(example: object) -> tuple[str, str]:
    if isinstance(example, dict):
        return str(example["file"]), str(example["text"])
    return "config/app.py", str(example)


OTHER_ENGINE = "secrets.detect-secrets"
OWN = [card for card in cards() if card.id != OTHER_ENGINE]
EXAMPLES = [pytest.param(card.id, *place(e), id=f"{card.id}-{i}") for card in OWN for i, e in enumerate(card.examples)]
COUNTER_EXAMPLES = [
    pytest.param(card.id, *place(e), id=f"{card.id}-{i}") for card in OWN for i, e in enumerate(card.counter_examples)
]


@pytest.mark.parametrize(("rule", "path", "text"), EXAMPLES)
def test_an_example_is_found(rule: str, path: str, text: str) -> None:
    assert rule in found(text, path)


@pytest.mark.parametrize(("rule", "path", "text"), COUNTER_EXAMPLES)
def test_a_counter_example_passes(rule: str, path: str, text: str) -> None:
    assert rule not in found(text, path)


def test_every_card_has_two_examples_and_two_counter_examples() -> None:
    assert [c.id for c in cards() if len(c.examples) < 2 or len(c.counter_examples) < 2] == []


def test_without_hyperscan_the_same_examples_are_found() -> None:
    missed = [
        (card.id, e)
        for card in OWN
        for e in card.examples
        if card.id not in found(place(e)[1], place(e)[0], plain=True)
    ]
    assert missed == []


def test_the_card_of_the_other_engine_is_found_by_that_engine_only() -> None:
    (card,) = [card for card in cards() if card.id == OTHER_ENGINE]
    for text in card.examples:
        (match, *_) = look({"a.py": str(text)}, engine="detect-secrets").matches
        assert match.rule_id == OTHER_ENGINE
    for text in card.counter_examples:
        assert look({"a.py": str(text)}, engine="detect-secrets").matches == ()

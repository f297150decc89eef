"""Every card of the wiki does what its examples say, and its counter-examples stay silent."""

import re
from datetime import date
from pathlib import Path

import pytest

from auditor.adapters.wiki import judge
from auditor.adapters.wiki.reading import PageSource, read_pages
from auditor.model.rule import Rule
from auditor.model.run import EntityInfo
from auditor.resources import rules_folder
from auditor.rulebook import read_rulebook

CARDS = read_rulebook(rules_folder(), scanners=["wiki"]).of("wiki")


def matched(example: dict[str, object]) -> set[str]:
    info = EntityInfo("e", "E", str(example.get("kind", "")), pages=("p.md",))
    now = example.get("now")
    reading = read_pages(
        [PageSource("p.md", str(example["page"]).encode())],
        rules_folder(),
        entities=[info] if info.kind else [],
        now=now if isinstance(now, date) else None,
    )
    return {m.rule_id for m in reading.matches}


@pytest.mark.parametrize("rule", CARDS, ids=lambda rule: rule.id)
def test_a_card_fires_on_its_examples_and_on_none_of_its_counter_examples(rule: Rule) -> None:
    assert min(len(rule.examples), len(rule.counter_examples)) >= 2
    for example in rule.examples:
        assert rule.id in matched(example), example
    for example in rule.counter_examples:
        assert rule.id not in matched(example), example


def test_every_match_has_a_card() -> None:
    written = set(re.findall(r'_match\(\s*"([a-z-]+)"', Path(judge.__file__).read_text()))
    assert {f"wiki.{name}" for name in written} == {rule.id for rule in CARDS}

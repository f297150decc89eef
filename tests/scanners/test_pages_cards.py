"""Every page card does what its examples say, and its counter-examples stay silent."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from auditor.model.fact import Fact, Quantity
from auditor.model.finding import Match
from auditor.model.location import CodeLocation, WikiLocation
from auditor.model.rule import Rule
from auditor.model.run import Outcome, OutcomeStatus, ScanResult
from auditor.resources import rules_folder
from auditor.rulebook import read_rulebook
from auditor.steps.compare import compare_pages
from scanners.pages import CHECKS, Pages
from scanners.pages.apply import hits
from scanners.pages.cards import compiled
from scanners.pages.deep import Violation
from scanners.pages.page import Page
from scanners.pages.site import Site
from tests.support.context import NOW, context, repo

PLACE = WikiLocation("projects/shop.md", line=7)
CARDS = read_rulebook(rules_folder(), scanners=["pages"]).of("pages")


def matches(rule: Rule, example: Mapping[str, Any]) -> list[Match]:
    if "wiki" in example:
        return compared(rule, example)
    if "axe" in example:
        return in_browser(rule, example)
    files = example.get("files") or {"index.html": example["html"]}
    result = Pages().scan(repo(profile=example.get("profile", "")), context(files, rules=[rule]))
    return [match for match in result.matches if match.rule_id == rule.id]


def compared(rule: Rule, example: Mapping[str, Any]) -> list[Match]:
    target = repo()
    result = Pages().scan(target, context({"index.html": example["html"]}, rules=[]))
    facts = tuple(
        Fact("shop", label, Quantity(Decimal(amount), Decimal(amount), "money", "USD", per or None), PLACE, "price")
        for label, (amount, per) in example["wiki"].items()
    )
    wiki = Outcome("wiki", target, OutcomeStatus.DONE, result=ScanResult(facts=facts))
    pages, _ = compare_pages([Outcome("pages", target, OutcomeStatus.DONE, result=result), wiki])
    return [match for match in pages.result.matches if match.rule_id == rule.id]


def in_browser(rule: Rule, example: Mapping[str, Any]) -> list[Match]:
    axe = example["axe"]
    violations = {"index.html": (Violation(axe["id"], axe["help"], "serious", tuple(axe["nodes"])),)}
    page = Page("index.html", "<html><body>x</body></html>")
    site = Site("", (page,), (), frozenset(), lambda _: "", lambda _: None, violations=violations)
    card = compiled(rule, frozenset(CHECKS))
    return [Match(rule.id, CodeLocation("shop"), message=hit.message) for hit in hits(card, site, NOW, CHECKS)]


@pytest.mark.parametrize("rule", CARDS, ids=lambda rule: rule.id)
def test_a_card_fires_on_its_examples_and_on_none_of_its_counter_examples(rule: Rule) -> None:
    assert len(rule.examples) >= 2
    assert len(rule.counter_examples) >= 2
    for example in rule.examples:
        found = matches(rule, example)
        assert len(found) == 1, example
        assert found[0].grade == example.get("grade", ""), example
    for example in rule.counter_examples:
        assert matches(rule, example) == [], example


def test_the_working_ids_of_all_46_rules_are_aliases() -> None:
    assert len({alias for rule in CARDS for alias in rule.aliases}) == 46

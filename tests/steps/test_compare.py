"""Pages against the wiki: only what both state, in one currency and at the newest date, is compared."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from auditor.model.fact import Fact, Quantity, Record, Status
from auditor.model.finding import Match
from auditor.model.location import CodeLocation, WikiLocation
from auditor.model.run import Outcome, OutcomeStatus, ScanResult
from auditor.steps.compare import compare_pages
from tests.support.context import repo

SAIL = Record(
    "page-price",
    "shop",
    "Sunset sail",
    CodeLocation("shop", "index.html", 3),
    {"label": "Sunset sail", "price": "$89", "page": "index.html"},
    {"price": Quantity(Decimal(89), Decimal(89), "money", "USD")},
)
FACT = Fact(
    "shop",
    "Sunset sail",
    Quantity(Decimal(95), Decimal(95), "money", "USD"),
    WikiLocation("projects/shop.md", line=7),
    "price",
    as_of=date(2026, 10, 31),
)


def said(*facts: Fact, status: OutcomeStatus = OutcomeStatus.DONE) -> list[Match]:
    pages = Outcome("pages", repo(), status, result=ScanResult(records=(SAIL,)))
    wiki = Outcome("wiki", repo(), OutcomeStatus.DONE, result=ScanResult(facts=facts))
    return list(compare_pages([pages, wiki])[0].result.matches)


def test_a_stale_price_names_both_places() -> None:
    (match,) = said(FACT)
    assert match.message == "The page says $89 for Sunset sail, the wiki $95 (projects/shop.md:7)"
    assert match.location == CodeLocation("shop", "index.html", 3)
    assert match.also_at == (WikiLocation("projects/shop.md", line=7),)


def test_only_the_newest_date_counts() -> None:
    old = replace(FACT, as_of=date(2026, 7, 31))
    now = replace(FACT, value=SAIL.amounts["price"])
    assert said(old, now) == []


def test_plans_scenarios_other_entities_and_other_currencies_contradict_nothing() -> None:
    assert said(replace(FACT, status=Status.PROJECTED)) == []
    assert said(replace(FACT, scenario="Optimistic")) == []
    assert said(replace(FACT, entity="other")) == []
    assert said(replace(FACT, value=replace(FACT.value, currency="EUR"))) == []


def test_a_scan_that_failed_is_compared_with_nothing() -> None:
    assert said(FACT, status=OutcomeStatus.FAILED) == []

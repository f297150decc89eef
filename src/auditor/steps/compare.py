"""What the public pages say, held against what the wiki says: prices and tiers that have gone stale.

The pages' scanner cannot see the wiki, and the wiki's reader cannot see the pages; both leave records, and here they meet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from auditor.model.fact import Fact, Quantity, Record, Status
from auditor.model.finding import Match
from auditor.model.run import Outcome, OutcomeStatus

STALE_PRICE, STALE_TIER = "pages.stale-price", "pages.stale-tier"
_FILLER = frozenset("the a an our per for of from price prices rate rates package plan tier option fee".split())
_SAME_UNIT = {
    "charter": "trip",
    "evening": "trip",
    "event": "trip",
    "tour": "trip",
    "cruise": "trip",
    "guest": "person",
}


def compare_pages(outcomes: Sequence[Outcome]) -> tuple[Outcome, ...]:
    """The outcomes, with a match in each pages' outcome for every price or tier that the wiki contradicts.

    Only list prices of the newest date count: actual, outside scenarios. A page price is compared with the wiki's price
    (or its amount of no stated meaning) of the same name, else with the wiki's price of the same unit (per charter, per job) when no price of that unit on
    the page agrees.
    """
    facts = [
        fact
        for outcome in outcomes
        for fact in outcome.result.facts
        if fact.metric in {"price", None}
        and fact.status is Status.ACTUAL
        and not fact.scenario
        and fact.value.unit == "money"
    ]
    return tuple(_compared(outcome, facts) for outcome in outcomes)


def _compared(outcome: Outcome, facts: Sequence[Fact]) -> Outcome:
    if outcome.scanner != "pages" or outcome.status is not OutcomeStatus.DONE:
        return outcome
    entity = outcome.target.entity
    listed = _newest([fact for fact in facts if fact.entity == entity])
    shown = [record for record in outcome.result.records if record.kind == "page-price" and record.entity == entity]
    prices = [fact for fact in listed if fact.metric or len(_words(fact.label)) > 1]
    found = (*_stale_prices(shown, prices), *_stale_tiers(shown, prices))
    if not found:
        return outcome
    return replace(outcome, result=replace(outcome.result, matches=(*outcome.result.matches, *found)))


def _newest(facts: Sequence[Fact]) -> list[Fact]:
    newest = max((fact.as_of for fact in facts if fact.as_of), default=date.min)
    return [fact for fact in facts if fact.as_of in {None, newest}]


def _words(text: str) -> frozenset[str]:
    bare = re.sub(r"\([^()]*\)", " ", text.lower())
    return frozenset(re.findall(r"[a-z0-9]+", bare)) - _FILLER


def _unit(per: str | None) -> str:
    return _SAME_UNIT.get(per or "", per or "")


def _equal(one: Quantity, other: Quantity) -> bool:
    if one.currency != other.currency:
        return True  # A conversion would need a dated rate: nothing is claimed.
    cent = Decimal("0.01")
    return one.low - cent <= other.high and other.low - cent <= one.high


def _stale_prices(shown: Sequence[Record], listed: Sequence[Fact]) -> Iterator[Match]:
    stated = sorted(listed, key=lambda fact: fact.metric is not None)
    named = {_words(fact.label): fact for fact in stated if _words(fact.label)}
    judged: set[int] = set()
    for number, record in enumerate(shown):
        fact = named.get(_words(record.name))
        if fact is None or (record.amounts["price"].per and fact.value.per and _differs(record, fact)):
            continue
        judged.add(number)
        if not _equal(record.amounts["price"], fact.value):
            yield _stale(record, fact)
    for fact in listed:
        if not fact.metric or not fact.value.per or _words(fact.label) in {_words(record.name) for record in shown}:
            continue
        noun = fact.value.per
        same = [
            record
            for number, record in enumerate(shown)
            if number not in judged
            and (
                _unit(record.amounts["price"].per) == _unit(noun)
                or (noun in _words(record.name) and _open(record, noun))
            )
        ]
        if same and not any(_equal(record.amounts["price"], fact.value) for record in same):
            yield _stale(min(same, key=lambda record: abs(record.amounts["price"].low - fact.value.low)), fact)


def _differs(record: Record, fact: Fact) -> bool:
    return _unit(record.amounts["price"].per) != _unit(fact.value.per)


def _open(record: Record, noun: str) -> bool:
    """Whether the page leaves the unit open, so that the name may say it."""
    per = record.amounts["price"].per
    return per is None or _unit(per) == _unit(noun)


def _money(value: Quantity) -> str:
    sign = {"USD": "$", "EUR": "€", "GBP": "£"}.get(value.currency or "", f"{value.currency} ")
    low = f"{sign}{value.low:,}"
    return low if value.low == value.high else f"{low} to {sign}{value.high:,}"


def _stale(record: Record, fact: Fact) -> Match:
    page, wiki = record.amounts["price"], fact.value
    return Match(
        rule_id=STALE_PRICE,
        location=record.source,
        excerpt=record.text.get("price", ""),
        mark=record.name.lower(),
        message=f"The page says {_money(page)} for {record.name}, the wiki {_money(wiki)} ({fact.source})",
        details={"page_price": _money(page), "wiki_price": _money(wiki), "wiki": str(fact.source), "tier": record.name},
        also_at=(fact.source,),
    )


def _stale_tiers(shown: Sequence[Record], listed: Sequence[Fact]) -> Iterator[Match]:
    """Tiers that the wiki does not list, where it lists others of the same page by name."""
    named = {_words(fact.label) for fact in listed if _words(fact.label)}
    for page in dict.fromkeys(record.text.get("page", "") for record in shown):
        tiers = [record for record in shown if record.text.get("page") == page and record.text.get("label")]
        known = [record for record in tiers if _words(record.name) in named]
        said: set[frozenset[str]] = set()
        for record in tiers if len(known) * 2 >= len(tiers) else ():
            words = _words(record.name)
            if words and words not in named and words not in said:
                said.add(words)
                yield Match(
                    rule_id=STALE_TIER,
                    location=record.source,
                    excerpt=record.name,
                    mark=record.name.lower(),
                    message=f"The page offers {record.name}, which the wiki's price list does not have",
                    details={"tier": record.name},
                )

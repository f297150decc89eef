"""From rule cards to a detector, the work of which a cache spares the second time."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from auditor.model.ports import Cache
from auditor.model.rule import Rule
from scanners.secrets.cards import Card, card_of, dumped, loaded
from scanners.secrets.detector import Detector
from scanners.secrets.engine import build, engine_key
from scanners.secrets.judge import THRESHOLD
from scanners.secrets.plan import plan

VERSION = "8"
"""Part of every cache key; raised when detection changes without its rules."""


def make_detector(
    rules: Sequence[Rule], cache: Cache | None = None, threshold: float = THRESHOLD, *, plain: bool = False
) -> Detector:
    """A detector of these cards.

    Raises:
        RuleError: a card's `match` cannot be used.
    """
    return detector_of([card_of(rule) for rule in rules], cache, threshold, plain=plain)


def detector_of(
    cards: Sequence[Card], cache: Cache | None = None, threshold: float = THRESHOLD, *, plain: bool = False
) -> Detector:
    """A detector of cards that were read before."""
    made = plan(cards)
    return Detector(made, build(made.expressions, cache, plain=plain), threshold)


def stored_detector(digest: str, rules: Sequence[Rule], cache: Cache, threshold: float = THRESHOLD) -> Detector:
    """A detector whose cards were checked in an earlier run with the same rules: no expression is compiled to check it."""
    names = hashlib.blake2b("\0".join(rule.id for rule in rules).encode(), digest_size=8).hexdigest()
    key = f"secrets-cards-{VERSION}-{digest}-{names}"
    stored = cache.get(key)
    if stored:
        return detector_of(loaded(stored), cache, threshold)
    cards = [card_of(rule) for rule in rules]
    cache.put_many({key: dumped(cards)})
    return detector_of(cards, cache, threshold)


def stored_database(digest: str, rules: Sequence[Rule], cache: Cache) -> bytes | None:
    """What `stored_detector` left in the cache for its engine, for the door of the hook."""
    key = engine_key(stored_detector(digest, rules, cache).plan.expressions)
    return cache.get(key) if key else None

"""The judge: a probability that a candidate is a secret, by gradient-boosted trees that were trained elsewhere.

The numbers lie in `judge.json`, written by benchmarks/secrets/train_judge.py; nothing but the standard library reads them.
"""

from __future__ import annotations

import base64
import json
import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from scanners.secrets.candidates import Candidate
from scanners.secrets.features import NAMES, Surroundings, features, is_obvious
from scanners.secrets.language import Language
from scanners.secrets.plain_words import PLAIN_WORDS, is_plain_password, may_be_plain_password

THRESHOLD = 0.5
"""Score from which a generic candidate is reported; best F1 on repositories left out of the training."""


@dataclass(frozen=True, slots=True)
class Judge:
    """Trained trees and tables."""

    trees: tuple[Any, ...]
    """Per tree its root. A node is (feature, limit, node for at most the limit, node for more); a leaf is a number."""
    language: Language

    def margin(self, vector: Sequence[float]) -> float:
        """Sum of the trees: log odds."""
        total = 0.0
        for node in self.trees:
            while node.__class__ is tuple:
                node = node[2] if vector[node[0]] <= node[1] else node[3]  # noqa: PLW2901  a walk down
            total += node
        return total

    def score(self, line: str, candidate: Candidate, around: Surroundings) -> float:
        """Probability that this candidate is a secret, 0 to 1; 0 for what is plainly none.

        A password made of words is none by its looks; where it stands says that it is one.
        """
        least = PLAIN_WORDS if is_plain_password(candidate, around, self.language) else 0.0
        if is_obvious(candidate, self.language):
            return least
        return max(least, 1 / (1 + math.exp(-self.margin(features(line, candidate, around, self.language)))))


@lru_cache(maxsize=30_000)
def is_dull(candidate: Candidate) -> bool:
    """Whether a candidate is plainly none wherever it stands; spares looking at what surrounds it."""
    return is_obvious(candidate, trained().language) and not may_be_plain_password(candidate)


@lru_cache(maxsize=30_000)
def score_of(line: str, candidate: Candidate, around: Surroundings) -> float:
    """The shipped judge's score; kept, because in a history the same lines come again and again."""
    return trained().score(line, candidate, around)


@lru_cache(maxsize=1)
def trained() -> Judge:
    """The judge that ships."""
    document = json.loads(Path(__file__).with_name("judge.json").read_bytes())
    if tuple(document["features"]) != NAMES:
        raise AssertionError("judge.json was trained on other features: run benchmarks/secrets/train_judge.py")
    language = Language.of(
        zlib.decompress(base64.b85decode(document["trigrams"])), frozenset(document["words"].split())
    )
    return Judge(tuple(_node(tree, 0) for tree in document["trees"]), language)


def _node(tree: dict[str, list[Any]], index: int) -> Any:
    """Nested form of a tree as it is stored: a negative index `-1 - i` is leaf `i`."""
    if index < 0:
        return tree["v"][-1 - index]
    return tree["f"][index], tree["t"][index], _node(tree, tree["l"][index]), _node(tree, tree["r"][index])

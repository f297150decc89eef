"""What the tests of the secret scanner share: one detector, made once."""

from __future__ import annotations

from functools import lru_cache

from auditor.model.rule import Rule
from auditor.resources import rules_folder
from auditor.rulebook import read_rulebook
from scanners.secrets.detector import Detector
from scanners.secrets.making import make_detector


@lru_cache(maxsize=1)
def cards() -> tuple[Rule, ...]:
    return read_rulebook(rules_folder(), scanners=["secrets"]).of("secrets")


@lru_cache(maxsize=2)
def detector(*, plain: bool = False) -> Detector:
    return make_detector(cards(), plain=plain)


def found(text: str, path: str = "config/app.py", *, plain: bool = False) -> set[str]:
    return {d.rule for d in detector(plain=plain).detect(path, text.encode())}

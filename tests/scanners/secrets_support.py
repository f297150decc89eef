"""What the tests of the secret scanner share: one detector, made once."""

from __future__ import annotations

from functools import lru_cache

from auditor.model.rule import Rule
from auditor.model.run import ScanResult
from auditor.resources import rules_folder
from auditor.rulebook import read_rulebook
from scanners.secrets import Secrets
from scanners.secrets.detector import Detector
from scanners.secrets.making import make_detector
from tests.support.context import MemoryCache, scan


@lru_cache(maxsize=1)
def cards() -> tuple[Rule, ...]:
    return read_rulebook(rules_folder(), scanners=["secrets"]).of("secrets")


@lru_cache(maxsize=2)
def detector(*, plain: bool = False) -> Detector:
    return make_detector(cards(), None if plain else warm(), plain=plain)


@lru_cache(maxsize=1)
def _compiled() -> MemoryCache:
    cache = MemoryCache()
    scan(Secrets(), {"a": ""}, cache=cache)
    return cache


def warm() -> MemoryCache:
    """A cache that holds the compiled engine and nothing else."""
    return MemoryCache(dict(_compiled().values))


def look(files: dict[str, str | bytes], **options: str) -> ScanResult:
    """One scan with a warm cache."""
    return scan(Secrets(), files, cache=warm(), options=options)


def found(text: str, path: str = "config/app.py", *, plain: bool = False) -> set[str]:
    return {d.rule for d in detector(plain=plain).detect(path, text.encode())}

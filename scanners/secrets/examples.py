"""The examples of the cards, run: each with the engine its card belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from auditor.model.ports import ExamplesReport, ScanContext
from auditor.model.rule import Rule
from scanners.secrets.detector import Detector
from scanners.secrets.identical import RULE as OTHER_ENGINE
from scanners.secrets.making import make_detector

PLAIN = "config/example.py"
"""File that an example without a name of its own stands in."""


def try_examples(context: ScanContext) -> ExamplesReport:
    """Whether every example is found and no counter-example is."""
    detector = make_detector(context.rules, context.cache)
    failures: list[str] = []
    count = 0
    for rule in context.rules:
        for wanted, number, path, text in _cases(rule):
            count += 1
            if (rule.id in _found(rule, path, text, detector, context)) is not wanted:
                said = "does not match" if wanted else "matches, and must not"
                failures.append(f"{rule.path}: {rule.id}: {'' if wanted else 'counter-'}example {number}: {said}")
    return ExamplesReport(count, tuple(failures))


def _cases(rule: Rule) -> Iterator[tuple[bool, int, str, str]]:
    for wanted, examples in ((True, rule.examples), (False, rule.counter_examples)):
        for number, example in enumerate(examples, 1):
            yield wanted, number, *_file(example)


def _file(example: Any) -> tuple[str, str]:
    if isinstance(example, dict):
        return str(example.get("file", PLAIN)), str(example.get("text", ""))
    return PLAIN, str(example)


def _found(rule: Rule, path: str, text: str, detector: Detector, context: ScanContext) -> set[str]:
    if rule.id != OTHER_ENGINE:
        return {found.rule for found in detector.detect(path, text.encode())}
    from scanners.secrets.identical import opened, secrets_of

    with opened(context.cache) as library:
        return {OTHER_ENGINE for _ in secrets_of(library, path, text.encode())}

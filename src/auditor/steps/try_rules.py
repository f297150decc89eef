"""A rule's examples are its tests: run them, and say which do not hold."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from auditor.adapters.memory import MemoryFiles, NoCache
from auditor.adapters.programs import LocalPrograms
from auditor.errors import AuditorError
from auditor.model.location import CodeLocation
from auditor.model.ports import ScanContext, Scanner, SelfTesting
from auditor.model.rule import Rule
from auditor.model.target import Repo

_WHEN = datetime(2026, 1, 1, tzinfo=UTC)
_PLAIN_NAME = {"bandit": "example.py", "secrets": "example.txt"}
"""File that an example given as plain text stands in."""
_EXAMPLE = Repo("example", "example", Path())


@dataclass(frozen=True, slots=True)
class Tried:
    """How the rules of one scanner did."""

    scanner: str
    rules: int
    examples: int
    """Examples and counter-examples that were run."""
    failures: tuple[str, ...]
    untried: tuple[str, ...] = ()
    """Rules whose examples need more than files: an account, a wiki page, a git history."""


def try_rules(scanner: Scanner, rules: Sequence[Rule], folder: Path) -> Tried:
    """Run the examples of these rules of one scanner."""
    with tempfile.TemporaryDirectory(prefix="auditor-rules-") as work:
        context = _context(rules, folder, Path(work))
        if isinstance(scanner, SelfTesting):
            try:
                report = scanner.try_examples(context)
            except AuditorError as error:
                return Tried(scanner.name, len(rules), 0, (str(error),))
            # An installed wheel has no fixtures: what was not tried is not called good.
            left = () if report.examples else tuple(rule.id for rule in rules)
            return Tried(scanner.name, len(rules), report.examples, report.failures, left)
        cases = [case for rule in rules for case in _cases(rule)]
        whole = {
            rule.id for rule in rules if _count(cases, rule) == len(rule.examples) + len(rule.counter_examples) > 0
        }
        if "repo" not in scanner.kinds:
            whole = set()
        failures: list[str] = []
        cases = [case for case in cases if case.rule.id in whole]
        if scanner.name in _PLAIN_NAME:
            failures += _try_together(scanner, cases, context)
        else:
            failures += [f"{case}: {said}" for case in cases if (said := _try_one(scanner, case, context))]
        untried = tuple(rule.id for rule in rules if rule.id not in whole)
        return Tried(scanner.name, len(rules), len(cases), tuple(failures), untried)


def try_wiki_rules(rules: Sequence[Rule], folder: Path) -> Tried:
    """Run the examples of the wiki's rules: a page each, perhaps with the kind of its business and the day of reading."""
    failures: list[str] = []
    count = 0
    for rule in rules:
        for wanted, examples in ((True, rule.examples), (False, rule.counter_examples)):
            for number, example in enumerate(examples, 1):
                count += 1
                said = _Case(rule, number, {}, wanted).judged(rule.id in _said_of_page(example, folder))
                if said:
                    failures.append(f"{_Case(rule, number, {}, wanted)}: {said}")
    return Tried("wiki", len(rules), count, tuple(failures))


def _said_of_page(example: Mapping[str, Any], folder: Path) -> set[str]:
    from auditor.adapters.wiki.reading import PageSource, read_pages
    from auditor.model.run import EntityInfo

    info = EntityInfo("e", "E", str(example.get("kind", "")), pages=("page.md",))
    now = example.get("now")
    reading = read_pages(
        [PageSource("page.md", str(example.get("page", "")).encode())],
        folder,
        entities=[info] if info.kind else [],
        now=now if isinstance(now, date) else None,
    )
    return {match.rule_id for match in reading.matches}


@dataclass(frozen=True, slots=True)
class _Case:
    rule: Rule
    number: int
    files: Mapping[str, bytes]
    wanted: bool

    def __str__(self) -> str:
        return f"{self.rule.path}: {self.rule.id}: {'' if self.wanted else 'counter-'}example {self.number}"

    def judged(self, matched: bool) -> str:
        """What is wrong; empty when it is as wanted."""
        if matched is self.wanted:
            return ""
        return "does not match" if self.wanted else "matches, and must not"


def _count(cases: Sequence[_Case], rule: Rule) -> int:
    return sum(1 for case in cases if case.rule.id == rule.id)


def _try_together(scanner: Scanner, cases: Sequence[_Case], context: ScanContext) -> list[str]:
    """Examples that are one file each, in one scan: engines take longer to start than to look."""
    files = {f"case{i}/{path}": text for i, case in enumerate(cases) for path, text in case.files.items()}
    try:
        result = scanner.scan(_EXAMPLE, replace(context, files=MemoryFiles(files)))
    except AuditorError as error:
        return [f"{scanner.name}: {error}"]
    seen = {
        (match.rule_id, place.path.split("/", 1)[0])
        for match in result.matches
        for place in (match.location, *match.also_at)
        if isinstance(place, CodeLocation)
    }
    told = ((case, case.judged((case.rule.id, f"case{i}") in seen)) for i, case in enumerate(cases))
    return [f"{case}: {said}" for case, said in told if said]


def _try_one(scanner: Scanner, case: _Case, context: ScanContext) -> str:
    try:
        result = scanner.scan(_EXAMPLE, replace(context, rules=(case.rule,), files=MemoryFiles(case.files)))
    except AuditorError as error:
        return f"could not be run: {error}"
    return case.judged(any(match.rule_id == case.rule.id for match in result.matches))


def _cases(rule: Rule) -> Iterator[_Case]:
    """Examples and counter-examples that are files; the others are left out."""
    for wanted, examples in ((True, rule.examples), (False, rule.counter_examples)):
        for number, example in enumerate(examples, 1):
            files = _files(example, rule.scanner)
            if files:
                yield _Case(rule, number, files, wanted)


def _files(example: Any, scanner: str) -> Mapping[str, bytes]:
    if isinstance(example, str):
        return {_PLAIN_NAME.get(scanner, "example.txt"): example.encode()}
    if not isinstance(example, dict):
        return {}
    known: dict[str, Any] = {}
    rest = set(example)
    if isinstance(example.get("files"), dict):
        known |= example["files"]
        rest.discard("files")
    if {"file", "text"} <= rest:
        known[str(example["file"])] = example["text"]
        rest -= {"file", "text"}
    if "html" in rest:
        known["index.html"] = example["html"]
        rest.discard("html")
    if rest - {"grade"} or not all(isinstance(text, str) for text in known.values()):
        return {}
    return {path: text.encode() for path, text in known.items()}


def _context(rules: Sequence[Rule], folder: Path, work: Path) -> ScanContext:
    return ScanContext(
        rules=tuple(rules),
        rules_digest="",
        files=None,
        history=None,
        programs=LocalPrograms(),
        cache=NoCache(),
        mark=lambda secret: hashlib.blake2b(secret, key=b"examples", digest_size=16).hexdigest(),
        now=_WHEN,
        data=folder,
        work=work,
        options={},
    )

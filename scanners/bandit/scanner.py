"""Bandit in process over Python files; only tests that a card adopts, and none of its ways to fail open.

Bandit says nothing about a file it cannot parse, and logs a test that crashes; here both are "not scanned". `# nosec`,
`.bandit` and `[tool.bandit]` of the scanned repository have no effect; the comments are counted.
"""

from __future__ import annotations

import hashlib
import io
import sys
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from auditor.errors import NotScannedError
from auditor.model.content import as_utf8, foreign_markers, is_lfs_pointer, is_test, is_vendored
from auditor.model.finding import Match
from auditor.model.outcome import NotScanned, ScanResult
from auditor.model.pattern import lazy
from auditor.model.ports import FileEntry, ScanContext
from auditor.model.rule import Rule
from auditor.model.sight import Kept, Span, digest_of, sights
from auditor.model.target import Repo, ScanTarget
from scanners.bandit.machinery import TestSet, machinery
from scanners.installed import version_of

FORMAT = "1"
"""Changes whenever what is kept changes."""
LARGEST = 1024 * 1024
"""Bytes; larger files are not parsed, only counted."""
_SUFFIXES = (".py", ".pyw", ".pyi", ".wsgi")
_SHEBANG = lazy(rb"#![^\n]*\bpython")
_PLANTED = {
    "B102": "exec(planted)\n",
    "B307": "eval(planted)\n",
    "B506": "import yaml\nyaml.load(planted)\n",
    "B602": "import subprocess\nsubprocess.call(planted, shell=True)\n",
}
"""A fault for some tests; those that cards adopt must be found before any answer is believed."""
_SCORES = {"LOW": 0.35, "MEDIUM": 0.6, "HIGH": 0.85}
"""Probability for Bandit's confidence words."""


class Bandit:
    """Bandit's tests, as adopted by the cards under rules/bandit."""

    name = "bandit"
    kinds = frozenset({"repo"})
    timeless = True  # what it says does not depend on the date, so it is remembered over months

    def scan(self, target: ScanTarget, context: ScanContext) -> ScanResult:
        """Look at the Python files of one repository.

        Raises:
            NotScannedError: Bandit is not installed, no card adopts a test, or a planted fault is not found.
        """
        if not isinstance(target, Repo) or context.files is None:
            raise NotScannedError("bandit looks at repositories")
        skipped: list[NotScanned] = []
        entries: list[FileEntry] = []
        for entry in context.files.entries():
            if _may_be_python(entry.path):
                reason = _skip_reason(entry)
                if reason is None:
                    entries.append(entry)
                elif entry.path.endswith(_SUFFIXES):
                    skipped.append(reason)
        known = _answers(entries, context)
        missing = {e.path for e in entries if e.path not in known}
        skipped.extend(n for n in context.files.unreadable() if n.path in missing)
        return _result(target, context.rules, known, skipped)


def _may_be_python(path: str) -> bool:
    return path.endswith(_SUFFIXES) or "." not in path.rsplit("/", 1)[-1]


def _skip_reason(entry: FileEntry) -> NotScanned | None:
    if is_vendored(entry.path):
        return NotScanned(entry.path, "vendored", expected=True)
    if entry.size > LARGEST:
        return NotScanned(entry.path, "too large", detail=f"{entry.size} bytes, limit {LARGEST}")
    return None


def key_of(entry: FileEntry, digest: str, engine: str) -> str:
    """Key of a kept answer; empty without a blob id. A name without suffix is code only with a shebang."""
    kind = "named" if entry.path.endswith(_SUFFIXES) else "shebang"
    return f"bandit/{FORMAT}/{engine}/{digest}/{kind}/{entry.blob}" if entry.blob else ""


def engine_name() -> str:
    """Bandit's and Python's version: the grammar decides what parses.

    Raises:
        NotScannedError: Bandit is not installed.
    """
    return f"{version_of('bandit')}-py{sys.version_info.major}.{sys.version_info.minor}"


def _answers(entries: Sequence[FileEntry], context: ScanContext) -> dict[str, Kept]:
    """What is known of each path: from the cache where possible, from Bandit otherwise."""
    assert context.files is not None
    engine = engine_name()
    digest = digest_of(context.rules)
    keys = {entry.path: key_of(entry, digest, engine) for entry in entries}
    stored = context.cache.get_many([key for key in keys.values() if key])
    known: dict[str, Kept] = {}
    for path, key in keys.items():
        kept = Kept.from_bytes(stored[key]) if key in stored else None
        if kept is not None:
            known[path] = kept
    unknown = [entry for entry in entries if entry.path not in known]
    if not unknown:
        return known
    visit = _Visit(context)
    fresh: dict[str, Kept] = {}
    same: dict[bytes, Kept] = {}
    for entry, content in context.files.read_many(unknown):
        identity = hashlib.blake2b(content, digest_size=16).digest() + entry.path.endswith(_SUFFIXES).to_bytes()
        if identity not in same:
            same[identity] = _look(entry.path, content, visit)
        fresh[entry.path] = same[identity]
    lasting = {keys[path]: kept.to_bytes() for path, kept in fresh.items() if keys[path] and kept.lasts}
    context.cache.put_many(lasting)
    return known | fresh


def _look(path: str, content: bytes, visit: _Visit) -> Kept:
    """One file's content."""
    if not path.endswith(_SUFFIXES) and not _SHEBANG.match(content):
        return Kept()
    if is_lfs_pointer(content):
        return Kept(trouble=(("LFS pointer", "", False),))
    text = as_utf8(content)
    if text is None:
        return Kept(trouble=(("binary", "", False),))
    return visit.kept(text)


class _Visit:
    """Bandit made ready once for all files of a scan."""

    def __init__(self, context: ScanContext) -> None:
        found = machinery()
        if found is None:
            raise NotScannedError("bandit is not installed: pip install bandit")
        self.machinery = found
        self.mark = context.mark
        self.cards = {test: rule for rule in context.rules for test in rule.spec.get("tests", ())}
        if not self.cards:
            raise NotScannedError("there are no rules for bandit")
        self.tests = TestSet.of(found, self.cards)
        wanted = {self.cards[test].id for test in _PLANTED if test in self.cards}
        missed = wanted - {span.rule for span in self._spans("".join(_PLANTED.values()).encode())}
        if missed:
            raise NotScannedError(f"bandit does not find what is planted for {min(missed)}: its answers are not used")

    def kept(self, text: bytes) -> Kept:
        """What Bandit says of one text."""
        decoded = text.decode()
        lines = decoded.count("\n") + 1
        markers = foreign_markers(decoded)
        try:
            spans = self._spans(text)
        except SyntaxError as error:
            return Kept(trouble=(("syntax error", f"line {error.lineno}", False),), lines=lines, markers=markers)
        except (ValueError, RecursionError, MemoryError) as error:
            # Nested too deeply, or a literal that Python refuses.
            return Kept(trouble=(("syntax error", type(error).__name__, False),), lines=lines, markers=markers)
        except _TestCrashedError as error:
            return Kept(trouble=(("engine crashed", str(error), False),), lines=lines, markers=markers)
        cards = {rule.id: rule for rule in self.cards.values()}
        return Kept(sights(decoded, "python", spans, cards, self.mark), (), 1, lines, markers)

    def _spans(self, text: bytes) -> list[Span]:
        class Strict(self.machinery.tester):  # type: ignore[misc,name-defined]  # bandit has no types
            @staticmethod
            def report_error(test: str, context: Any, error: Exception) -> None:
                del context
                raise _TestCrashedError(f"{test}: {type(error).__name__}")

        metrics = self.machinery.metrics
        visitor = self.machinery.visitor("./module.py", io.BytesIO(text), None, self.tests, False, {}, metrics())
        visitor.tester = Strict(self.tests, False, {}, metrics())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            visitor.process(text)
        lines = text.decode().split("\n")
        found: dict[tuple[str, int, int], Span] = {}
        for issue in visitor.tester.results:
            card = self.cards.get(issue.test_id)
            if card is None:
                continue
            span = _span(card, issue, lines)
            found.setdefault((span.rule, span.first, span.column), span)
        return sorted(found.values(), key=lambda span: (span.first, span.column, span.rule))


class _TestCrashedError(RuntimeError):
    """A test of Bandit's raised: what it would have said is not known."""


def _span(card: Rule, issue: Any, lines: Sequence[str]) -> Span:
    first = max(issue.lineno, 1)
    last = max([first, *issue.linerange])
    grade = str(issue.severity).lower()
    return Span(
        rule=card.id,
        first=first,
        last=last,
        column=max(issue.col_offset, 0) + 1,
        code="\n".join(lines[first - 1 : last]),
        grade=grade if grade in card.grades else "",
        score=_SCORES.get(str(issue.confidence)),
    )


def _result(
    target: Repo, rules: Sequence[Rule], known: Mapping[str, Kept], skipped: Sequence[NotScanned]
) -> ScanResult:
    matches: list[Match] = []
    troubles = list(skipped)
    counts: Counter[str] = Counter(rules=len(rules), files=0)
    adopted = {rule.id for rule in rules}
    quiet = {rule.id for rule in rules if rule.spec.get("in_tests") == "skip"}  # an assertion is what a test is made of
    for path in sorted(known):
        kept = known[path]
        counts["files"] += bool(kept.units)
        counts["lines"] += kept.lines
        counts["foreign markers"] += kept.markers
        troubles.extend(NotScanned(path, reason, expected, detail) for reason, detail, expected in kept.trouble)
        wanted = adopted - quiet if is_test(path) else adopted
        matches.extend(s.match(target.name, path, target.commit) for s in kept.sights if s.rule in wanted)
    return ScanResult(
        matches=tuple(replace(match, seen_by=()) for match in matches),
        looked_at={noun: count for noun, count in counts.items() if count or noun in {"files", "rules"}},
        not_scanned=tuple(dict.fromkeys(troubles)),
    )

"""Small real scanners, as a third party would write them."""

from __future__ import annotations

from auditor.errors import NotScannedError
from auditor.model.finding import Match
from auditor.model.location import CodeLocation
from auditor.model.ports import ScanContext
from auditor.model.rule import Rule, Severity
from auditor.model.run import NotScanned, ScanResult
from auditor.model.target import ScanTarget

CARD = Rule(
    id="words.forbidden-word",
    title="A forbidden word",
    scanner="words",
    severity=Severity.HIGH,
    why="It is forbidden.",
    fix="Say something else.",
)


class Words:
    """Finds the word `forbidden`; cannot read files that hold `unreadable`."""

    name = "words"
    per_file = True
    kinds = frozenset({"repo"})

    def scan(self, target: ScanTarget, context: ScanContext) -> ScanResult:
        assert context.files
        matches, not_scanned, count = [], [], 0
        for entry, content in context.files.read_many(context.files.entries()):
            count += 1
            if b"unreadable" in content:
                not_scanned.append(NotScanned(entry.path, "cannot parse"))
            for number, line in enumerate(content.decode(errors="replace").splitlines(), 1):
                if "forbidden" in line:
                    place = CodeLocation(target.name, entry.path, number)
                    matches.append(Match(CARD.id, place, excerpt=line, mark=line.strip()))
        return ScanResult(tuple(matches), looked_at={"files": count}, not_scanned=tuple(not_scanned))


class Skips:
    """Has nothing to do anywhere."""

    name = "skips"
    kinds = frozenset({"repo"})

    def scan(self, target: ScanTarget, context: ScanContext) -> ScanResult:
        return ScanResult(skipped="nothing of its kind here")


class Refuses:
    """Cannot look."""

    name = "refuses"
    kinds = frozenset({"repo"})

    def scan(self, target: ScanTarget, context: ScanContext) -> ScanResult:
        raise NotScannedError("the engine is not installed")


class Breaks:
    """Has a bug whose message holds a secret."""

    name = "breaks"
    kinds = frozenset({"repo"})

    def scan(self, target: ScanTarget, context: ScanContext) -> ScanResult:
        raise ValueError("sk_live_do_not_print_me")


class Unknown:
    """Yields a rule that has no card."""

    name = "unknown"
    kinds = frozenset({"repo"})

    def scan(self, target: ScanTarget, context: ScanContext) -> ScanResult:
        return ScanResult((Match("unknown.rule", CodeLocation(target.name, "a", 1)),))

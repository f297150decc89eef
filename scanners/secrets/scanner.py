"""The plug-in: files and history of a target in, redacted matches out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from auditor.errors import NotScannedError, RuleError
from auditor.model.content import is_lfs_pointer
from auditor.model.outcome import NotScanned, ScanResult
from auditor.model.ports import ExamplesReport, FileEntry, Marker, ScanContext
from auditor.model.target import Repo, ScanTarget, Wiki
from scanners.secrets.detector import Detector
from scanners.secrets.judge import THRESHOLD
from scanners.secrets.making import stored_detector
from scanners.secrets.packed import opened
from scanners.secrets.sighting import Placed, Sighting, matches, sighting

LARGEST = 64 * 1024 * 1024
"""Bytes; a larger file is reported as not scanned."""
ENGINES = ("auditor", "detect-secrets")


class Secrets:
    """Secrets in files, and in all of history where that is asked for."""

    name = "secrets"
    kinds = frozenset({"repo", "wiki"})
    reads_all = True
    timeless = True  # what it says does not depend on the date, so it is remembered over months

    def scan(self, target: ScanTarget, context: ScanContext) -> ScanResult:
        """See `Scanner`."""
        if not isinstance(target, Repo | Wiki) or context.files is None:
            raise NotScannedError("secrets are looked for in repositories and wikis")
        engine = context.options.get("engine") or "auditor"
        if engine not in ENGINES:
            raise NotScannedError(f"secrets engine {engine!r} is none of {', '.join(ENGINES)}")
        if engine == "detect-secrets":
            from scanners.secrets.identical import scan_identically

            return scan_identically(target, context)
        try:
            detector = stored_detector(context.rules_digest, context.rules, context.cache, threshold_of(context))
        except RuleError as error:
            raise NotScannedError(str(error)) from error
        entries = context.files.entries()
        wanted = [entry for entry in entries if entry.size <= LARGEST]
        looked_at = {"files": 0, "lines": 0, "rules": len(context.rules)}
        skipped = [NotScanned(e.path, "too large", detail=f"{e.size} bytes") for e in entries if e.size > LARGEST]
        if context.history is not None and isinstance(target, Repo) and target.history:
            from scanners.secrets.history import LookingBack

            with LookingBack.begin(target, context, detector) as past:
                for entry, content in _readable(context.files.read_many(wanted), looked_at, skipped):
                    past.at_hand(entry.path, content, partial(_sightings, entry.path, content, detector, context.mark))
                whole = past.finish()
            return ScanResult(
                matches(target, whole.placed),
                looked_at=looked_at | whole.looked_at,
                not_scanned=(*skipped, *whole.not_scanned),
            )
        placed: list[Placed] = []
        for entry, content in _readable(context.files.read_many(wanted), looked_at, skipped):
            placed += look(entry, content, detector, context.mark)
        return ScanResult(matches(target, placed), looked_at=looked_at, not_scanned=tuple(skipped))

    def try_examples(self, context: ScanContext) -> ExamplesReport:
        """See `SelfTesting`."""
        from scanners.secrets.examples import try_examples

        return try_examples(context)

    def explain(self, path: str, content: bytes, line: int, context: ScanContext) -> tuple[str, ...]:
        """See `Explaining`."""
        from scanners.secrets.explain import explain_line

        return explain_line(path, content, line, context, threshold_of(context))


def _readable(
    files: Iterable[tuple[FileEntry, bytes]], looked_at: dict[str, int], skipped: list[NotScanned]
) -> Iterator[tuple[FileEntry, bytes]]:
    """Files with a content of their own, counted."""
    for entry, content in files:
        if is_lfs_pointer(content):
            skipped.append(NotScanned(entry.path, "LFS pointer"))
            continue
        looked_at["files"] += 1
        looked_at["lines"] += content.count(b"\n")
        inner, why = opened(content)
        if why:
            skipped.append(NotScanned(entry.path, "archive", detail=why))
        yield entry, inner


def _sightings(path: str, content: bytes, detector: Detector, mark: Marker) -> list[Sighting]:
    return [sighting(detection, mark) for detection in detector.detect(path, content)]


def threshold_of(context: ScanContext) -> float:
    """Score from which generic candidates are reported.

    Raises:
        NotScannedError: the option is not a number from 0 to 1.
    """
    text = context.options.get("threshold", "")
    try:
        value = float(text) if text else THRESHOLD
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise NotScannedError(f"secrets: threshold {text!r} is not a number from 0 to 1")
    return value


def look(entry: FileEntry, content: bytes, detector: Detector, mark: Marker) -> Iterator[Placed]:
    """Redacted sightings of one file."""
    for seen in _sightings(entry.path, content, detector, mark):
        yield Placed(entry.path, seen)


def look_at(pairs: Iterable[tuple[str, bytes]], detector: Detector, mark: Marker) -> Iterator[Placed]:
    """The same for (path, content) pairs: the way of the pre-commit hook."""
    for path, content in pairs:
        yield from look(FileEntry(path, "", len(content)), opened(content)[0], detector, mark)

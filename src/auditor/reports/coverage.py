"""What was looked at and what was not, for page one. Not scanned is not clean."""

from __future__ import annotations

from collections.abc import Mapping

from auditor.model.run import Coverage, OutcomeStatus, Snapshot
from auditor.reports.places import visible
from auditor.reports.words import listing, plural

_KINDS: Mapping[str, str] = {"repo": "repository", "aws-account": "AWS account", "wiki": "wiki"}


def coverage_sentence(snapshot: Snapshot) -> str:
    """`Looked at all 4 repositories, 1 AWS account and 1 wiki.`, or which targets not in full, and why."""
    targets: dict[tuple[str, str], list[Coverage]] = {}
    for line in snapshot.coverage:
        targets.setdefault((line.kind, line.target), []).append(line)
    if not targets:
        return "Nothing was scanned in this period: no figure here rests on a scan."
    parts, missing = [], []
    for kind, noun in _order(targets):
        mine = {target: lines for (k, target), lines in targets.items() if k == kind}
        whole = [target for target, lines in mine.items() if all(line.complete for line in lines)]
        parts.append(_part(len(whole), len(mine), noun))
        missing += [_missing(target, lines) for target, lines in sorted(mine.items()) if target not in whole]
    said = f"Looked at {'in full: ' if missing else ''}{listing(parts)}."
    if missing:
        said += f" Not fully scanned: {listing(missing, limit=4, noun='more')}. Not scanned is not clean."
    return said


def _order(targets: Mapping[tuple[str, str], object]) -> list[tuple[str, str]]:
    kinds = {kind for kind, _ in targets}
    known = [(kind, noun) for kind, noun in _KINDS.items() if kind in kinds]
    return known + [(kind, kind) for kind in sorted(kinds - _KINDS.keys())]


def _part(whole: int, total: int, noun: str) -> str:
    counted = plural(total, noun)
    if whole == total:
        return f"all {counted}" if total > 1 else counted
    return f"{whole} of {counted}"


def _missing(target: str, lines: list[Coverage]) -> str:
    reasons = []
    for line in lines:
        if line.complete:
            continue
        if line.status is OutcomeStatus.FAILED:
            reasons.append(f"{line.scanner}: {line.reason or 'failed'}")
        else:
            reasons.append(
                f"{line.scanner}: {listing([f'{n:,} × {reason}' for reason, n in line.not_scanned.items()])}"
            )
    return visible(f"{target} ({'; '.join(dict.fromkeys(reasons))})")


def checked_words(snapshot: Snapshot, *scanners: str) -> str:
    """`nothing found in 1,204 files of 4 repositories`: what an empty table rests on."""
    lines = [c for c in snapshot.coverage if not scanners or c.scanner in scanners]
    done = [c for c in lines if c.status is OutcomeStatus.DONE]
    if not done:
        return "Not looked at in this period."
    totals: dict[str, int] = {}
    for line in done:
        for noun in ("files", "resources", "pages"):
            if noun in line.looked_at:
                totals[noun] = totals.get(noun, 0) + line.looked_at[noun]
    counted = [f"{number:,} {noun if number != 1 else noun.removesuffix('s')}" for noun, number in totals.items()]
    targets = len({(c.kind, c.target) for c in done})
    where = f"{listing(counted)} in {plural(targets, 'target')}" if counted else plural(targets, "target")
    return f"Nothing found in {where} checked."

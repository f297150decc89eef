"""Tables of an evidence pack as CSV; no cell can become a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from auditor.formats.scan_json import path_of
from auditor.formats.scorecard import seen, where
from auditor.formats.tables import safe_cell
from auditor.model.finding import Finding
from auditor.model.run import Snapshot
from auditor.model.text import visible


def _csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([safe_cell(visible(str(cell))) for cell in row])
    return out.getvalue()


def findings_csv(findings: Iterable[Finding]) -> str:
    """One line a finding."""
    columns = ("finding", "rule", "severity", "confidence", "state", "entity", "owner", "title", "path", "where", "seen", "first_seen",
               "last_seen", "controls", "waived_by", "waived_until", "waived_because")  # fmt: skip

    def row(f: Finding) -> Sequence[object]:
        w = f.waived_by
        decided = (w.owner, w.until, w.reason) if w else ("", "", "")
        return (
            f.fingerprint, f.rule.id, f.severity.word, f.confidence, f.state.value, f.entity, f.owner, f.title,
            path_of(f.location), where(f), seen(f), f.first_seen, f.last_seen, " ".join(f.rule.controls), *decided,
        )  # fmt: skip

    return _csv(columns, (row(f) for f in findings))


def coverage_csv(snapshot: Snapshot) -> str:
    """One line for each scanner on each target."""
    columns = (
        "scanner",
        "target",
        "kind",
        "entity",
        "status",
        "complete",
        "commit",
        "looked_at",
        "not_scanned",
        "reason",
    )
    return _csv(
        columns,
        (
            (
                c.scanner, c.target, c.kind, c.entity, c.status.value, "yes" if c.complete else "no", c.commit,
                _counts(c.looked_at.items()), _counts(c.not_scanned.items()), c.reason,
            )
            for c in snapshot.coverage
        ),
    )  # fmt: skip


def checks_csv(snapshot: Snapshot) -> str:
    """One line for each check on the things of each entity in each account, with the names of what passed."""
    columns = ("check", "account", "inventory", "entity", "passed", "failed", "not_applicable", "not_seen", "passed_on")
    return _csv(
        columns,
        (
            (
                t.rule, c.target, c.commit, t.entity, t.passed, t.failed, t.not_applicable, _counts(t.unseen.items()),
                " ".join(t.passed_on) + (f" and {t.passed - len(t.passed_on)} more" if t.passed > len(t.passed_on) else ""),
            )
            for c in snapshot.coverage
            for t in c.tallies
        ),
    )  # fmt: skip


def mappings_csv(rows: Iterable[tuple[str, ...]]) -> str:
    """One line for each rule and control: framework, control, rule, strength, relation, who says so, review, why."""
    columns = ("framework", "control", "rule", "strength", "relation", "asserted_by", "reviewed", "rationale")
    return _csv(columns, sorted(rows))


def _counts(counts: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{count} {noun}" for noun, count in counts)

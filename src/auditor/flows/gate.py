"""The CI gate: only what a change made worse blocks it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from auditor.adapters.changes import changed_files, merge_base, renames
from auditor.adapters.git import Git, GitFiles, is_repository
from auditor.errors import NotScannedError, UsageError
from auditor.flows.scanning import scan_targets, verdict_of
from auditor.flows.tools import Policy, Tools
from auditor.model.finding import Finding, State
from auditor.model.ports import Scanner
from auditor.model.run import Outcome, Verdict
from auditor.model.target import Repo, Scope
from auditor.steps.discover import Discovered
from auditor.steps.match import match_findings, with_copies
from auditor.steps.normalise import normalise
from auditor.steps.waive import waive
from auditor.waivers import WaiverFile, read_waivers

WAIVER_PATHS = ("rules/waivers.toml", "waivers.toml")
"""Where the gate looks for waivers, in the base commit."""
POLICY_PATHS = (*WAIVER_PATHS, "portfolio.toml", ".pre-commit-config.yaml")
"""Files whose change is itself shown to the reviewer."""


@dataclass(frozen=True, slots=True)
class GateResult:
    """The verdict over the head, and what the change mended."""

    verdict: Verdict
    """Findings of the head: NEW ones are the change's own, KNOWN ones were there before."""
    fixed: tuple[Finding, ...]
    base: str
    head: str
    changed: int
    """Files that differ."""


def gate(path: Path, base: str, head: str, tools: Tools, policy: Policy) -> GateResult:
    """Compare a change with where it left the base branch.

    Rules come from the installation and waivers from the base commit, never from the change under review.

    Raises:
        UsageError: no repository, an unknown commit, or a clone too shallow to compare.
    """
    full = path.resolve()
    if not is_repository(full):
        raise UsageError(f"{path} is not the top folder of a git repository")
    git = Git(full)
    met, tip = merge_base(git, base, head)
    before, after = _scan(full, met, tip, tools)
    rules = tools.rulebook.by_id()
    old, new = normalise(before, rules), normalise(after, rules)
    today = tools.now.date()
    file = _waivers(git, met, tools)
    known = waive(old.findings, file, rules, today).findings
    name = full.name
    matched = match_findings(
        known,
        new.findings,
        rules=rules,
        renames={(name, a): b for a, b in renames(git, met, tip).items()},
        present=frozenset((name, entry.path) for entry in GitFiles(git, tip).entries()),
    )
    waived = waive(with_copies(known, matched.findings), file, rules, today, inline=False)
    findings = tuple(_still_waived(finding, known) for finding in waived.findings)
    changed = {entry.path for entry in changed_files(git, tip, met).entries()}
    notes = [*waived.notes(today), *_policy_notes(changed), *_base_notes(before)]
    verdict = verdict_of(findings, new.outcomes, tools, policy, notes)
    blocking = tuple(f for f in verdict.blocking if f.state is State.NEW)
    return GateResult(replace(verdict, blocking=blocking), matched.gone, met, tip, len(changed))


def _scan(path: Path, base: str, head: str, tools: Tools) -> tuple[tuple[Outcome, ...], tuple[Outcome, ...]]:
    """Outcomes of base and head: scanners that judge each file by itself see the changed files, the others the trees."""
    per_file = tuple(scanner for scanner in tools.scanners if is_per_file(scanner))
    whole = tuple(scanner for scanner in tools.scanners if not is_per_file(scanner))
    results: list[tuple[Outcome, ...]] = []
    for commit, other in ((base, head), (head, base)):
        outcomes: list[Outcome] = []
        for scanners, scope in ((per_file, Scope.CHANGED), (whole, Scope.TREE)):
            if scanners:
                target = Repo(path.name, path.name, path, commit, scope=scope, base=other)
                outcomes.extend(scan_targets(Discovered((target,)), replace(tools, scanners=scanners)))
        results.append(tuple(outcomes))
    return results[0], results[1]


def is_per_file(scanner: Scanner) -> bool:
    """Whether a scanner says of itself that no file's findings depend on another file."""
    return bool(getattr(scanner, "per_file", False))


def _waivers(git: Git, commit: str, tools: Tools) -> WaiverFile:
    files = GitFiles(git, commit)
    for name in WAIVER_PATHS:
        entry = next((e for e in files.entries() if e.path == name), None)
        if entry is not None:
            try:
                text = files.read(entry).decode("utf-8", "replace")
            except NotScannedError:
                continue
            return read_waivers(text, tools.now.date(), name)
    return WaiverFile()


def _still_waived(finding: Finding, known: Sequence[Finding]) -> Finding:
    """A comment in code waives what it waived in the base commit already."""
    if finding.state is not State.KNOWN:
        return finding
    before = next((f for f in known if f.fingerprint == finding.fingerprint and f.state is State.WAIVED), None)
    return replace(finding, state=State.WAIVED, waived_by=before.waived_by) if before else finding


def _policy_notes(changed: set[str]) -> Iterator[str]:
    for path in sorted(changed):
        if path in POLICY_PATHS or path.startswith("rules/"):
            yield f"this change edits policy: {path}; it takes effect once it is merged"


def _base_notes(outcomes: Sequence[Outcome]) -> Iterator[str]:
    for outcome in outcomes:
        if not outcome.is_complete:
            yield f"the base could not be scanned whole ({outcome.scanner}): what was there before may look new"

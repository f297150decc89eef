"""Mend what can be mended safely: proposed as a diff, tried out by scanning it, written only on demand."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from tempfile import TemporaryDirectory

from auditor.adapters.worktree import is_committed, read_plain, replace_file
from auditor.flows.scanning import scan_paths
from auditor.flows.tools import Policy, Tools
from auditor.model.finding import Finding
from auditor.model.location import CodeLocation
from auditor.model.text import visible
from auditor.steps.mend import MENDED, Edit, applied, edits

SCANNERS = ("semgrep", "bandit")
"""Whose findings are mended, and who looks at the result."""


@dataclass(frozen=True, slots=True)
class Change:
    """One file as it is and as it would be."""

    path: str
    before: bytes
    after: bytes
    rules: tuple[str, ...]
    """Ids of what it mends, one for each place."""

    @property
    def diff(self) -> str:
        """Unified, with the paths that `git apply` expects."""
        old, new = (text.decode(errors="replace").splitlines(keepends=True) for text in (self.before, self.after))
        name = visible(self.path)
        lines = unified_diff(old, new, f"a/{name}", f"b/{name}")
        return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


@dataclass(frozen=True, slots=True)
class Mending:
    """What can be changed, and what was left alone and why."""

    changes: tuple[Change, ...]
    notes: tuple[str, ...]
    complete: bool
    """Whether everything could be scanned."""


def propose_changes(root: Path, tools: Tools, *, only: Collection[str] = (), force: bool = False) -> Mending:
    """Changes for the files below a folder. Each is tried out: the findings are gone, no new one is there, and it parses.

    Files that differ from git's last commit are left alone without `force`.
    """
    policy = Policy()
    verdict = scan_paths([root], tools, policy)
    by_path: dict[str, list[Finding]] = {}
    for finding in verdict.findings:
        where = finding.location
        if isinstance(where, CodeLocation) and where.line and finding.state.is_open and _wanted(finding, only):
            by_path.setdefault(where.path, []).append(finding)
    made: list[Change] = []
    notes: list[str] = []
    for path, findings in sorted(by_path.items()):
        before = read_plain(root, path)
        change = _change(root, path, before, findings) if before is not None else None
        if change is None:
            continue
        if not force and not is_committed(root, path, change.before):
            notes.append(
                f"left alone: {visible(path)}: it is not as git's last commit has it (--force changes it anyway)"
            )
        else:
            made.append(change)
    good, bad = _tried(made, tools, policy)
    notes += [f"left alone: {visible(change.path)}: the change would not hold: {why}" for change, why in bad]
    return Mending(tuple(good), tuple(notes), verdict.complete)


def write_changes(root: Path, changes: Sequence[Change]) -> None:
    """Put the changes in place, file by file, each at once.

    Raises:
        UsageError: a file is not what it was any more; those before it are written.
    """
    for change in changes:
        replace_file(root, change.path, change.before, change.after)


def _wanted(finding: Finding, only: Collection[str]) -> bool:
    names = {finding.rule.id, *finding.seen_by}
    return bool(names.intersection(MENDED)) and (not only or bool(names.intersection(only)))


def _change(root: Path, path: str, before: bytes, findings: Sequence[Finding]) -> Change | None:
    made: list[Edit] = []
    rules: list[str] = []
    for finding in findings:
        line = finding.location.line if isinstance(finding.location, CodeLocation) else None
        for rule in dict.fromkeys((finding.rule.id, *finding.seen_by)):
            found = edits(rule, before, line or 1, lambda name: read_plain(root, name))
            if found:
                made.extend(found)
                rules.append(finding.rule.id)
                break
    after = applied(before, tuple(made))
    return Change(path, before, after, tuple(rules)) if after != before else None


def _tried(changes: Sequence[Change], tools: Tools, policy: Policy) -> tuple[list[Change], list[tuple[Change, str]]]:
    """Changes that hold, and the others with the reason: both texts are scanned in folders of their own."""
    if not changes:
        return [], []
    with TemporaryDirectory(prefix="auditor-fix-") as folder:
        then, now = (_found(Path(folder) / side, changes, tools, policy) for side in ("before", "after"))
    good: list[Change] = []
    bad: list[tuple[Change, str]] = []
    for change in changes:
        why = _objection(change, then[change.path], now[change.path])
        if why:
            bad.append((change, why))
        else:
            good.append(change)
    return good, bad


def _found(folder: Path, changes: Sequence[Change], tools: Tools, policy: Policy) -> dict[str, Counter[str]]:
    """Findings of each file by rule; what could not be scanned counts as a rule of its own."""
    for change in changes:
        target = folder / "tree" / change.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(change.before if folder.name == "before" else change.after)
    verdict = scan_paths([folder / "tree"], tools, policy)
    found: dict[str, Counter[str]] = {change.path: Counter() for change in changes}
    for finding in verdict.findings:
        if isinstance(finding.location, CodeLocation):
            found[finding.location.path].update((finding.rule.id,))
    for outcome in verdict.outcomes:
        for missed in outcome.result.not_scanned:
            if missed.path in found:
                found[missed.path].update((f"not scanned: {missed.reason}",))
    return found


def _objection(change: Change, then: Counter[str], now: Counter[str]) -> str:
    if added := now - then:
        return f"there would be {min(added)}"
    if missing := Counter(change.rules) - (then - now):
        return f"{min(missing)} would still be there"
    if change.path.endswith(".py"):
        try:
            ast.parse(change.after)
        except (SyntaxError, ValueError):
            return "it does not parse"
    return ""


def summary(changes: Sequence[Change]) -> Iterator[str]:
    """One line for each file."""
    for change in changes:
        counted = Counter(change.rules)
        what = ", ".join(f"{rule}{f' ({n})' if n > 1 else ''}" for rule, n in sorted(counted.items()))
        yield f"{visible(change.path)}: {what}"

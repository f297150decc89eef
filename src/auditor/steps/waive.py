"""Waivers applied to findings: bound by fingerprint or by rule and path, with a count, until their last day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatchcase

from auditor.model.finding import Finding, State, Waiver
from auditor.model.location import CodeLocation
from auditor.model.rule import Rule
from auditor.waivers import WaiverFile, WaiverProblem, ends_soon, is_over, read_inline


@dataclass(frozen=True, slots=True)
class Waived:
    """Findings after the waivers, and what people should know about the waivers."""

    findings: tuple[Finding, ...]
    used: tuple[Waiver, ...]
    unused: tuple[Waiver, ...]
    expired: tuple[Waiver, ...]
    problems: tuple[WaiverProblem, ...]
    foreign: int
    """Findings that carry another tool's marker, honoured or not."""

    def notes(self, today: date) -> tuple[str, ...]:
        """Sentences for the end of a scan."""
        return tuple(self._notes(today))

    def _notes(self, today: date) -> Iterator[str]:
        yield from (f"waiver not used: {problem}" for problem in self.problems)
        for waiver in self.expired:
            yield f"{waiver.where}: the waiver of {waiver.rule or waiver.fingerprint} ended on {waiver.until}"
        for waiver in self.used:
            if ends_soon(waiver, today):
                yield f"{waiver.where}: the waiver of {waiver.rule or waiver.fingerprint} ends on {waiver.until}"
        yield from (f"{w.where}: no finding needs this waiver any more" for w in self.unused)
        if self.foreign:
            plural = "s carry" if self.foreign > 1 else " carries"
            yield f"{self.foreign} finding{plural} another tool's marker (nosec and the like)"


def waive(
    findings: Sequence[Finding],
    file: WaiverFile,
    rules: Mapping[str, Rule],
    today: date,
    *,
    inline: bool = True,
) -> Waived:
    """Apply the waivers of a file, and the comments in code when `inline`.

    A waiver covers as many findings as its count says, in file order; the next equal one is open.
    """
    live = [waiver for waiver in file.waivers if not is_over(waiver, today)]
    left = {id(waiver): waiver.count for waiver in live}
    used: dict[int, Waiver] = {}
    problems = list(file.problems)
    expired = [waiver for waiver in file.waivers if is_over(waiver, today)]
    result: list[Finding] = []
    foreign = 0
    for finding in findings:
        waiver = next((w for w in live if left[id(w)] > 0 and _covers(w, finding, rules)), None)
        if waiver is not None:
            left[id(waiver)] -= 1
        elif inline:
            comment = _comment(finding, rules, today)
            if isinstance(comment, WaiverProblem):
                problems.append(comment)
            elif comment is not None and is_over(comment, today):
                expired.append(comment)
            else:
                waiver = comment
        marker = finding.hashes.get("foreign")
        foreign += bool(marker)
        if waiver is None and marker and file.honour_foreign:
            waiver = Waiver(
                finding.rule.id, f"marked {marker}", finding.owner or "unknown", "9999-12-31", _where(finding)
            )
        if waiver is None:
            result.append(finding)
            continue
        used.setdefault(id(waiver), waiver)
        result.append(replace(finding, state=State.WAIVED, waived_by=waiver))
    misspelt = {id(w): near for w in live if id(w) not in used and (near := _meant(w.rule, rules))}
    problems.extend(
        WaiverProblem(w.where, f"there is no rule {w.rule!r}; did you mean {misspelt[id(w)]!r}?")
        for w in live
        if id(w) in misspelt
    )
    unused = tuple(w for w in live if id(w) not in used and id(w) not in misspelt)
    return Waived(tuple(result), tuple(used.values()), unused, tuple(expired), tuple(problems), foreign)


def _meant(name: str, rules: Mapping[str, Rule]) -> str:
    """The rule that an unknown name nearly is; empty when it is known, or like none: a rule of a scanner left out today."""
    if not name or name in rules:
        return ""
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, list(rules), n=1, cutoff=0.85)), "")


def _covers(waiver: Waiver, finding: Finding, rules: Mapping[str, Rule]) -> bool:
    if waiver.fingerprint:
        return waiver.fingerprint == finding.fingerprint
    return _same_rule(waiver.rule, finding, rules) and fnmatchcase(_path(finding), waiver.path)


def _same_rule(name: str, finding: Finding, rules: Mapping[str, Rule]) -> bool:
    """Whether a rule is the finding's own, or one of those that saw the same defect and let it speak."""
    card = rules.get(name)
    return (card.id if card else name) in {finding.rule.id, *finding.seen_by}


def _comment(finding: Finding, rules: Mapping[str, Rule], today: date) -> Waiver | WaiverProblem | None:
    text = finding.hashes.get("allow")
    if not text:
        return None
    made = read_inline(text, f"{_path(finding)}:{finding.hashes['allow_line']}", finding.owner, today)
    if isinstance(made, Waiver) and not _same_rule(made.rule, finding, rules):
        return None
    return made


def _path(finding: Finding) -> str:
    where = finding.location
    return where.path if isinstance(where, CodeLocation) else str(where)


def _where(finding: Finding) -> str:
    return str(finding.location)

"""How each control of a framework stands, from one frozen snapshot. Not scanned is not clean.

A control rests on the rules that are mapped to it. Its state is the worst of theirs, in the order fail, error, not
evaluated, waived, pass, not applicable: one rule that could not look is enough to deny a pass.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from auditor.errors import UsageError
from auditor.model.finding import Finding, State
from auditor.model.run import Coverage, OutcomeStatus, Snapshot, Tally
from auditor.model.scorecard import ControlResult, ControlState, Look, RuleEvidence, Score, Scorecard
from auditor.rulebook.catalogs import Catalog, Control
from auditor.rulebook.mappings import Frameworks, Mapped

ORDER = (
    ControlState.FAIL,
    ControlState.ERROR,
    ControlState.NOT_EVALUATED,
    ControlState.WAIVED,
    ControlState.PASS,
    ControlState.NOT_APPLICABLE,
)
"""The worst first."""
ACCOUNT = "aws-account"
_NOT_ALLOWED = frozenset({"access denied", "denied", "disabled", "no data", "not collected"})
"""Reasons for which nobody could look; the others say that something broke."""
_NOUNS = ("files", "pages", "resources", "projects", "sites", "endpoints")
_SPEAKS_NOT = "related"
"""A relation that says two things have to do with each other, and not that one is evidence."""


def scorecards(
    frameworks: Frameworks,
    snapshot: Snapshot,
    *,
    wanted: Sequence[str] = (),
    entity: str = "",
    titles: Mapping[str, str] | None = None,
) -> tuple[Scorecard, ...]:
    """One scorecard per framework, in the order of `wanted`, or all of them by id.

    `titles` are the rules' own; `entity` limits everything to the things of one business and to what is shared.
    """
    bench = Bench(snapshot, entity, titles or {})
    chosen = [frameworks.catalogs[i] for i in wanted or sorted(frameworks.catalogs)]
    return tuple(_scorecard(catalog, frameworks, bench) for catalog in chosen)


def scores(frameworks: Frameworks, snapshot: Snapshot, wanted: Sequence[str] = ()) -> tuple[Score, ...]:
    """The counts alone, as a snapshot keeps them; frameworks that no rule is mapped to are left out."""
    chosen = order(frameworks, [name for name in wanted if name in frameworks.catalogs])
    return tuple(card.score for card in scorecards(frameworks, snapshot, wanted=chosen)) if chosen else ()


def order(frameworks: Frameworks, wanted: Sequence[str] = ()) -> tuple[str, ...]:
    """Ids of the frameworks to print: those asked for, else all that a rule is mapped to, what auditors ask for first.

    Raises:
        UsageError: no catalogue has that id; the message lists the known ones.
    """
    for name in wanted:
        if name not in frameworks.catalogs:
            known = ", ".join(sorted(frameworks.catalogs)) or "none"
            raise UsageError(f"no framework is called {name!r}; there are {known}")
    mapped = sorted({item.catalog for item in frameworks.mappings})
    first = [*reversed([i for i in mapped if i.startswith("cis")]), *(i for i in mapped if i.startswith("soc"))]
    return tuple(wanted) or tuple(dict.fromkeys((*first, *mapped)))


def _scorecard(catalog: Catalog, frameworks: Frameworks, bench: Bench) -> Scorecard:
    mapped = frameworks.of(catalog.id)
    snapshot = bench.snapshot
    return Scorecard(
        framework=catalog.id,
        publisher=catalog.publisher,
        version=catalog.version,
        private=catalog.id in frameworks.private,
        period=snapshot.period,
        portfolio=snapshot.portfolio,
        entity=bench.entity,
        run_id=snapshot.run_id,
        snapshot=snapshot.content_hash,
        frozen_at=snapshot.frozen_at.isoformat(),
        digest=frameworks.digest,
        note=catalog.note,
        controls=tuple(control_result(c, mapped.get(c.id, ()), bench) for c in catalog.controls),
    )


def control_result(control: Control, mapped: Iterable[Mapped], bench: Bench) -> ControlResult:
    """One control, judged by its rules."""
    evidence = tuple(_evidence(item, bench) for item in mapped if item.relation != _SPEAKS_NOT)
    state = worst(item.state for item in evidence)
    judged = [e for e in evidence if e.state not in {ControlState.NOT_APPLICABLE, ControlState.NOT_EVALUATED}]
    speaking = [e for e in judged if e.state is state] or judged
    strength = "full" if any(e.strength == "full" for e in speaking) else "partial" if judged else ""
    title = control.title or control.summary
    return ControlResult(control.id, control.group, title, state, strength, _why(state, evidence), evidence)


def worst(states: Iterable[ControlState]) -> ControlState:
    """The state that counts; nothing at all is not evaluated."""
    found = set(states)
    return next((state for state in ORDER if state in found), ControlState.NOT_EVALUATED)


def _evidence(item: Mapped, bench: Bench) -> RuleEvidence:
    said = bench.judged(item.rule)
    return RuleEvidence(
        item.rule, said.title, item.strength, said.state, said.findings, said.looks, said.passed_on, item.rationale,
        item.reviewed,
    )  # fmt: skip


@dataclass
class Bench:
    """A snapshot as one entity's things, each rule judged once."""

    snapshot: Snapshot
    entity: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)
    _known: dict[str, RuleEvidence] = field(default_factory=dict)
    _looks: dict[tuple[str, bool], tuple[Look, ...]] = field(default_factory=dict)
    """By scanner, and whether the rule took part: nothing else of a rule tells in a repository."""

    def __post_init__(self) -> None:
        """Index what is asked for again and again."""
        findings: dict[str, list[Finding]] = {}
        for finding in self.snapshot.findings:
            if (finding.state.is_open or finding.state is State.WAIVED) and self._is_mine(finding.entity):
                findings.setdefault(finding.rule.id, []).append(finding)
        self.findings = findings
        self.lines = {(c.scanner, c.kind, c.target): c for c in self.snapshot.coverage}
        self.ran = frozenset(self.snapshot.rules_run)
        kinds: dict[str, set[str]] = {}
        for line in self.snapshot.coverage:
            kinds.setdefault(line.scanner, set()).add(line.kind)
        # Where things are judged one by one, an account is what a rule is about; templates only add findings.
        self.kinds = {s: ({ACCOUNT} if ACCOUNT in found or s == "aws" else found) for s, found in kinds.items()}
        self.targets = self._targets()
        self.tallies: dict[tuple[str, str], list[Tally]] = {}
        for line in self.snapshot.coverage:
            for tally in line.tallies:
                self.tallies.setdefault((tally.rule, line.target), []).append(tally)
        self.tallied = frozenset(rule for rule, _ in self.tallies)

    def _is_mine(self, entity: str) -> bool:
        return not self.entity or entity in {"", self.entity}

    def _targets(self) -> tuple[tuple[str, str], ...]:
        """(kind, name) of everything in scope: what the portfolio declares, and what was met."""
        found: dict[tuple[str, str], None] = {}
        for info in self.snapshot.entities:
            if not self.entity or info.key == self.entity:
                found.update(dict.fromkeys(("repo", name) for name in info.repos))
                found.update(dict.fromkeys((ACCOUNT, name) for name in info.aws))
        for line in self.snapshot.coverage:
            if self._is_mine(line.entity):
                found[line.kind, line.target] = None
        return tuple(sorted(found))

    def judged(self, rule: str) -> RuleEvidence:
        """What the rule says over everything in scope."""
        if rule not in self._known:
            self._known[rule] = self._judge(rule)
        return self._known[rule]

    def _judge(self, rule: str) -> RuleEvidence:
        scanner = rule.partition(".")[0]
        kinds = self.kinds.get(scanner, set())
        looks = self._all_looks(rule, scanner, kinds)
        places = [target for target in self.targets if target[0] in kinds] if rule in self.tallied else []
        findings = tuple(self.findings.get(rule, ()))
        states = {look.state for look in looks} or {ControlState.NOT_EVALUATED}
        if any(f.state.is_open for f in findings):
            states.add(ControlState.FAIL)
        elif len(findings) >= sum(t.failed for _, name in places for t in self._mine(rule, name)):
            # As many decisions as failures: none is left open.
            states = (states - {ControlState.FAIL}) | ({ControlState.WAIVED} if findings else set())
        passed = tuple(
            name for kind, target in places if kind == ACCOUNT for t in self._mine(rule, target) for name in t.passed_on
        )
        return RuleEvidence(rule, self.titles.get(rule, ""), "", worst(states), findings, looks, passed)

    def _all_looks(self, rule: str, scanner: str, kinds: AbstractSet[str]) -> tuple[Look, ...]:
        key = (scanner, rule in self.ran)
        if ACCOUNT in kinds or key not in self._looks:
            looks = tuple(self._look(rule, scanner, *target) for target in self.targets if target[0] in kinds)
            if ACCOUNT in kinds:
                return looks
            self._looks[key] = looks
        return self._looks[key]

    def _mine(self, rule: str, target: str) -> list[Tally]:
        return [t for t in self.tallies.get((rule, target), ()) if self._is_mine(t.entity)]

    def _look(self, rule: str, scanner: str, kind: str, target: str) -> Look:
        line = self.lines.get((scanner, kind, target))
        if line is None:
            missing = self.lines.get(("discover", kind, target))
            said = missing.reason if missing else "it was not looked at"
            return Look(scanner, target, "", said, _gap(said) if missing else ControlState.NOT_EVALUATED)
        state, said = self._stands(rule, line)
        return Look(scanner, target, line.commit, said, state)

    def _stands(self, rule: str, line: Coverage) -> tuple[ControlState, str]:
        if line.status is OutcomeStatus.FAILED:
            return _gap(line.reason), line.reason or "the scanner failed"
        if line.status is OutcomeStatus.SKIPPED:
            nothing = line.reason.lower().startswith(("no ", "nothing "))
            return (ControlState.NOT_APPLICABLE if nothing else ControlState.NOT_EVALUATED), line.reason
        if line.kind == ACCOUNT:
            return self._tallied(rule, line)
        if rule not in self.ran:
            known = "the rule did not take part" if self.ran else "the snapshot does not say which rules took part"
            return ControlState.NOT_EVALUATED, known
        if not line.complete:
            missed = ", ".join(f"{count} {reason}" for reason, count in line.not_scanned.items())
            return ControlState.ERROR, f"not fully read: {missed or line.reason or 'incomplete'}"
        counts = {noun: line.looked_at[noun] for noun in _NOUNS if noun in line.looked_at}
        if counts and not any(counts.values()):
            return ControlState.NOT_APPLICABLE, "nothing of its kind is there"
        return ControlState.PASS, ", ".join(f"{n} {noun}" for noun, n in counts.items() if n) or "looked at"

    def _tallied(self, rule: str, line: Coverage) -> tuple[ControlState, str]:
        if not self.tallies.get((rule, line.target)):
            return ControlState.NOT_EVALUATED, "no result of this check was kept"
        mine = self._mine(rule, line.target)
        passed, failed = sum(t.passed for t in mine), sum(t.failed for t in mine)
        unseen: Counter[str] = Counter()
        for tally in mine:
            unseen.update(tally.unseen)
        if failed:
            return ControlState.FAIL, f"{failed} of {passed + failed} fail"
        if unseen:
            said = ", ".join(f"{count} {reason}" for reason, count in sorted(unseen.items()))
            return worst(_gap(reason) for reason in unseen), f"not assessed: {said}"
        if passed:
            return ControlState.PASS, f"{passed} of {passed} pass"
        return ControlState.NOT_APPLICABLE, "nothing of its kind is there"


def _gap(reason: str) -> ControlState:
    lowered = reason.lower()
    denied = lowered in _NOT_ALLOWED or "denied" in lowered or "not authorized" in lowered
    return ControlState.NOT_EVALUATED if denied else ControlState.ERROR


def _why(state: ControlState, evidence: Sequence[RuleEvidence]) -> str:
    """One sentence for people."""
    if not evidence:
        return "No rule is mapped to it."
    mine = [item for item in evidence if item.state is state]
    if state in {ControlState.FAIL, ControlState.WAIVED}:
        return _against(state, mine, evidence)
    if state in {ControlState.ERROR, ControlState.NOT_EVALUATED}:
        first = next(_reasons(state, mine), "nothing of its kind is in scope")
        more = f", and {_counted(len(mine) - 1, 'more rule')}" if len(mine) > 1 else ""
        return f"{mine[0].rule}: {first}{more}."
    if state is ControlState.PASS:
        return f"{_counted(len(mine), 'rule')} looked and found nothing: {', '.join(_said(mine))}."
    return "Nothing of its kind is there."


def _against(state: ControlState, mine: Sequence[RuleEvidence], every: Sequence[RuleEvidence]) -> str:
    is_open = state is ControlState.FAIL
    counts = Counter(f.rule.id for item in mine for f in item.findings if f.state.is_open == is_open)
    if not counts:
        return f"{mine[0].rule}: {mine[0].looks[0].said if mine[0].looks else 'fails'}."
    named = ", ".join(f"{rule} ({count})" for rule, count in counts.most_common(3))
    rest = f" and {_counted(len(counts) - 3, 'more rule')}" if len(counts) > 3 else ""
    total = sum(counts.values())
    verb = ("speaks" if total == 1 else "speak") if is_open else ("is" if total == 1 else "are")
    said = "against it" if is_open else "accepted by a decision"
    clean = sum(item.state is ControlState.PASS for item in every)
    beside = (
        f" {_counted(clean, 'other rule')} of {len(every)} {'finds' if clean == 1 else 'find'} nothing."
        if clean
        else ""
    )
    return f"{_counted(total, 'finding')} {verb} {said}: {named}{rest}.{beside}"


def _reasons(state: ControlState, mine: Sequence[RuleEvidence]) -> Iterator[str]:
    for item in mine:
        for look in item.looks:
            if look.state is state:
                yield f"{look.target}: {look.said}"


def _said(mine: Sequence[RuleEvidence]) -> tuple[str, ...]:
    """What was looked at, each target once."""
    said: dict[str, str] = {}
    for item in mine:
        for look in item.looks:
            if look.state is ControlState.PASS:
                said.setdefault(look.target, f"{look.target} ({look.said})" if len(mine) == 1 else look.target)
    shown = tuple(said.values())
    return shown if len(shown) <= 4 else (*shown[:4], f"{len(shown) - 4} more targets")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"

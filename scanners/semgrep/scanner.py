"""The scanner: which files, which of them are known already, what the engine says about the others."""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from auditor.errors import NotScannedError
from auditor.model.content import foreign_markers
from auditor.model.finding import Match
from auditor.model.outcome import NotScanned, ScanResult
from auditor.model.ports import ExamplesReport, FileEntry, ScanContext
from auditor.model.rule import Rule
from auditor.model.sight import Kept, digest_of, sights
from auditor.model.target import Repo, ScanTarget
from scanners.semgrep.dialect import Unit, dialect_of, is_clasp, skip_reason, units_of
from scanners.semgrep.engine import Answer, Answers, Engine
from scanners.semgrep.prefilter import Prefilter

FORMAT = "1"
"""Changes whenever what is kept changes."""
AT_ONCE = 4
"""Engines side by side at most."""


@dataclass(frozen=True, slots=True)
class Question:
    """A file to be looked at, with the key of its answer."""

    entry: FileEntry
    dialect: str
    key: str
    """Empty while the blob id is not known."""


class Semgrep:
    """Our rules over every file that is code, whatever its wrapping."""

    name = "semgrep"
    kinds = frozenset({"repo"})
    timeless = True  # what it says does not depend on the date, so it is remembered over months

    def scan(self, target: ScanTarget, context: ScanContext) -> ScanResult:
        """Look at one repository.

        Raises:
            NotScannedError: there are no rules, no engine, or an engine that does not find what is planted.
        """
        if not isinstance(target, Repo) or context.files is None:
            raise NotScannedError("semgrep looks at repositories")
        if not context.rules:
            raise NotScannedError("there are no rules for semgrep")
        engine = Engine.find(context.programs, context.options.get("engine", ""), context.started)
        questions, skipped = asked(context.files.entries(), context, engine.name)
        known, broken = answers(questions, context, engine)
        missing = {q.entry.path for q in questions if q.entry.path not in known}
        lost = [n for n in context.files.unreadable() if n.path in missing]
        return result_of(target, context.rules, known, (*skipped, *broken, *lost))

    def try_examples(self, context: ScanContext) -> ExamplesReport:
        """Run the rules over their fixtures; without fixtures (an installed wheel has none) nothing is tried."""
        from scanners.semgrep.fixtures import judge, read_fixtures

        families = {rule.path for rule in context.rules}
        names = {str(rule.spec["id"]) for rule in context.rules}
        fixtures = [f for f in read_fixtures(context.data) if f.family in families]
        if not fixtures:
            return ExamplesReport(0, ())
        verdict = judge(context.rules, fixtures, Engine.find(context.programs), context.work)
        tried = sum(
            n for counts in (verdict.positives, verdict.negatives) for rule, n in counts.items() if rule in names
        )
        return ExamplesReport(tried, verdict.failures)


def asked(
    entries: Sequence[FileEntry], context: ScanContext, engine: str
) -> tuple[tuple[Question, ...], tuple[NotScanned, ...]]:
    """The files that hold code, and those left out unread. Reads nothing."""
    clasp = is_clasp(e.path for e in entries)
    digest = digest_of(context.rules)
    questions: list[Question] = []
    skipped: list[NotScanned] = []
    for entry in entries:
        dialect = dialect_of(entry.path, clasp=clasp)
        if not dialect:
            continue
        reason = skip_reason(entry.path, entry.size)
        if reason is None:
            questions.append(Question(entry, dialect, key_of(entry.blob, dialect, digest, engine)))
        elif dialect != "shebang":
            skipped.append(reason)
    return tuple(questions), tuple(skipped)


def key_of(blob: str, dialect: str, digest: str, engine: str) -> str:
    """Key of a kept answer; empty without a blob id."""
    return f"semgrep/{FORMAT}/{engine}/{digest}/{dialect}/{blob}" if blob else ""


def answers(
    questions: Sequence[Question], context: ScanContext, engine: Engine
) -> tuple[dict[str, Kept], tuple[NotScanned, ...]]:
    """What is known of each path, from the cache where possible, and the rules that the engine refused."""
    stored = context.cache.get_many([q.key for q in questions if q.key])
    known: dict[str, Kept] = {}
    unknown: list[Question] = []
    for question in questions:
        kept = Kept.from_bytes(stored[question.key]) if question.key in stored else None
        if kept is None:
            unknown.append(question)
        else:
            known[question.entry.path] = kept
    if not unknown:
        return known, ()
    fresh, broken = _ask(unknown, context, engine)
    return known | fresh, broken


def _ask(
    questions: Sequence[Question], context: ScanContext, engine: Engine
) -> tuple[dict[str, Kept], tuple[NotScanned, ...]]:
    """Read, put before the engine, keep. Equal contents are asked about once."""
    assert context.files is not None
    by_path = {q.entry.path: q for q in questions}
    fresh: dict[str, Kept] = {}
    same: dict[tuple[str, str], list[str]] = {}
    units_by: dict[tuple[str, str], tuple[Unit, ...]] = {}
    markers: dict[tuple[str, str], int] = {}
    for entry, content in context.files.read_many([q.entry for q in questions]):
        dialect = by_path[entry.path].dialect
        identity = (hashlib.blake2b(content, digest_size=16).hexdigest(), dialect)
        same.setdefault(identity, []).append(entry.path)
        if len(same[identity]) > 1:
            continue
        units = units_of(entry.path, dialect, content)
        if isinstance(units, NotScanned):
            fresh[entry.path] = Kept(trouble=((units.reason, units.detail, units.expected),))
        else:
            units_by[identity] = units
            markers[identity] = foreign_markers(content.decode(errors="replace"))
    told, broken = _answered(units_by, context, engine)
    for identity, paths in same.items():
        kept = fresh[paths[0]] if identity not in told else replace(told[identity], markers=markers[identity])
        fresh.update(dict.fromkeys(paths, kept))
    if not broken:
        keys = {q.key: q.entry.path for q in questions if q.key}
        lasting = {key: fresh[path] for key, path in keys.items() if path in fresh and fresh[path].lasts}
        context.cache.put_many({key: kept.to_bytes() for key, kept in lasting.items()})
    return fresh, broken


def _answered(
    units_by: Mapping[tuple[str, str], tuple[Unit, ...]], context: ScanContext, engine: Engine
) -> tuple[dict[tuple[str, str], Kept], tuple[NotScanned, ...]]:
    """The engine's answers by content; contents without a unit that a rule speaks about are simply clean."""
    cards = {str(rule.spec.get("id")): rule for rule in context.rules}
    spoken = frozenset(language for rule in context.rules for language in rule.spec.get("languages", ()))
    flat = [(identity, unit) for identity, units in units_by.items() for unit in units if unit.language in spoken]
    parts: dict[tuple[str, str], list[Kept]] = {identity: [] for identity in units_by}
    possible = _possible([unit for _, unit in flat], context, engine)
    put = [unit for (_, unit), rules in zip(flat, possible, strict=True) if rules]
    rules = [native(rule) for rule in {rule.id: rule for some in possible for rule in some}.values()]
    told = engine.ask(rules, put, context.work, at_once=min(os.cpu_count() or 1, AT_ONCE)) if put else Answers([], [])
    answered = iter(told.units)
    for (identity, unit), some in zip(flat, possible, strict=True):
        answer = next(answered) if some else Answer()
        text = unit.content.decode(errors="replace")
        seen = sights(text, unit.language, answer.hits, cards, context.mark, unit.line)
        # Browsers mend what is malformed in a page; so does the engine, and the rest of the page was looked at.
        mended = {"partly parsed"} if unit.language == "html" else set()
        trouble = tuple((reason, detail, reason in mended) for reason, detail in answer.trouble)
        parts[identity].append(Kept(seen, trouble, 1, text.count("\n") + 1))
    broken = {
        name: NotScanned(cards[name].path if name in cards else name, "invalid rule", detail=f"{name}: {why}")
        for name, why in told.broken_rules
    }
    return {identity: _joined(kept) for identity, kept in parts.items()}, tuple(broken.values())


def _joined(parts: Sequence[Kept]) -> Kept:
    return Kept(
        sights=tuple(s for part in parts for s in part.sights),
        trouble=tuple(dict.fromkeys(t for part in parts for t in part.trouble)),
        units=sum(part.units for part in parts),
        lines=max((part.lines for part in parts), default=0),
    )


_ENGINE_KEYS = frozenset({"metadata", "message", "severity", "fix", "fix-regex", "paths"})


def native(rule: Rule) -> dict[str, Any]:
    """A rule as the engine needs it: words and paths are ours to keep.

    `metadata.needs` lists words of which one must stand in a file before the rule can match. As a match of the whole
    file they join the rule's conditions; the engine then skips the rule, which is most of the cost, for other files.
    """
    spec = {key: value for key, value in rule.spec.items() if key not in _ENGINE_KEYS}
    needs = needs_of(rule)
    if needs:
        whole = {"pattern-regex": rf"(?is)\A.*?(?:{'|'.join(map(re.escape, needs))}).*\Z"}
        if spec.get("mode") == "taint":
            spec["pattern-sinks"] = [_conditions(sink, whole) for sink in spec["pattern-sinks"]]
        else:
            spec = _conditions(spec, whole)
    return {**spec, "message": "-", "severity": "INFO"}


def needs_of(rule: Rule) -> tuple[str, ...]:
    """Words in lower case of which one must stand in a file; empty: nothing is known."""
    return tuple((rule.spec.get("metadata") or {}).get("needs") or ())


def _possible(units: Sequence[Unit], context: ScanContext, engine: Engine) -> Sequence[tuple[Rule, ...]]:
    """For each unit the rules that can match in it: reading a rule costs the engine more than looking for its words.

    For much code the search costs more than it saves, and nearly every rule is possible anyway. A file in which no rule can
    match is not even parsed, here as in the engine.
    """
    used = {unit.language for unit in units}
    by_language = {
        language: tuple(rule for rule in context.rules if language in rule.spec.get("languages", ()))
        for language in used
    }
    if not units or sum(len(unit.content) for unit in units) > _FEW:
        return [by_language[unit.language] for unit in units]
    conditions = _conditions_of(context, engine)
    found: list[tuple[Rule, ...]] = []
    for unit in units:
        text = unit.content.decode(errors="replace")
        lower, known = text.lower(), dict[str, bool]()
        found.append(
            tuple(
                rule
                for rule in by_language[unit.language]
                if (not needs_of(rule) or any(word in lower for word in needs_of(rule)))
                and conditions.admits(str(rule.spec["id"]), text, known)
            )
        )
    return found


def _conditions_of(context: ScanContext, engine: Engine) -> Prefilter:
    """What the engine says each rule needs; asked once for these rules."""
    key = f"semgrep/conditions/{FORMAT}/{engine.name}/{digest_of(context.rules)}"
    stored = context.cache.get(key)
    known = Prefilter.from_bytes(stored) if stored else None
    if known is None:
        known = engine.conditions([native(rule) for rule in context.rules], context.work) or Prefilter({})
        context.cache.put_many({key: known.to_bytes()})
    return known


_FEW = 256 * 1024
"""Bytes of code for which rules are sorted out beforehand."""
_POSITIVE = ("pattern", "pattern-either", "pattern-regex")


def _conditions(spec: Mapping[str, Any], further: Mapping[str, str]) -> dict[str, Any]:
    """The same rule or sink with one condition more."""
    if "patterns" in spec:
        return {**spec, "patterns": [*spec["patterns"], further]}
    own = {key: spec[key] for key in _POSITIVE if key in spec}
    return {**{key: value for key, value in spec.items() if key not in own}, "patterns": [own, further]}


def result_of(
    target: Repo, rules: Sequence[Rule], known: Mapping[str, Kept], skipped: Iterable[NotScanned]
) -> ScanResult:
    """Matches with their paths; rules limited to some paths are applied here, so that answers do not depend on paths."""
    allowed = {rule.id: PathFilter.of(rule.spec.get("paths")) for rule in rules}
    matches: list[Match] = []
    troubles: list[NotScanned] = list(skipped)
    counts: Counter[str] = Counter(rules=len(rules), files=0)
    for path in sorted(known):
        kept = known[path]
        counts["files"] += bool(kept.units)
        counts["lines"] += kept.lines
        counts["foreign markers"] += kept.markers
        troubles.extend(NotScanned(path, reason, expected, detail) for reason, detail, expected in kept.trouble)
        matches.extend(
            sight.match(target.name, path, target.commit)
            for sight in sorted(kept.sights, key=lambda s: (s.first, s.column, s.rule))
            if sight.rule in allowed and allowed[sight.rule].admits(path)
        )
    return ScanResult(
        matches=tuple(matches),
        looked_at={k: v for k, v in counts.items() if v or k in {"files", "rules"}},
        not_scanned=tuple(dict.fromkeys(troubles)),
    )


@dataclass(frozen=True, slots=True)
class PathFilter:
    """`paths:` of a rule: patterns with `*` and `**`, found anywhere in the path."""

    include: tuple[re.Pattern[str], ...] = ()
    exclude: tuple[re.Pattern[str], ...] = ()

    @classmethod
    def of(cls, paths: Mapping[str, Sequence[str]] | None) -> PathFilter:
        """From a rule's `paths`."""
        paths = paths or {}
        return cls(tuple(_glob(p) for p in paths.get("include", ())), tuple(_glob(p) for p in paths.get("exclude", ())))

    def admits(self, path: str) -> bool:
        """Whether the rule applies to a path."""
        included = not self.include or any(p.search(path) for p in self.include)
        return included and not any(p.search(path) for p in self.exclude)


def _glob(pattern: str) -> re.Pattern[str]:
    text = re.escape(pattern.strip("/"))
    text = text.replace(r"\*\*/", r"(?:.*/)?").replace(r"\*\*", ".*").replace(r"\*", "[^/]*").replace(r"\?", "[^/]")
    return re.compile(rf"(?:^|/){text}(?:/|$)")

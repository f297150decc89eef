"""The rules' own tests: files in which comments say where a rule must and must not match.

`ruleid: a, b` speaks about the next line, `ok: a` likewise; in files without comments any line that holds the words will
do. A match of the family's rules on a line that nothing announces is a failure as well.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from auditor.model.outcome import NotScanned
from auditor.model.rule import Rule
from scanners.semgrep.dialect import Unit, dialect_of, units_of
from scanners.semgrep.engine import Engine
from scanners.semgrep.scanner import PathFilter, native

_ANNOTATION = re.compile(r"\b(ruleid|ok):\s*([\w-]+(?:\s*,\s*[\w-]+)*)")


@dataclass(frozen=True, slots=True)
class Fixture:
    """One file of examples."""

    path: str
    """Relative to the rules folder."""
    family: str
    """Rule file it belongs to, relative to the rules folder."""
    content: bytes
    wanted: frozenset[tuple[int, str]]
    """(line, rule) that must match."""
    unwanted: frozenset[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the rules did on their fixtures."""

    failures: tuple[str, ...]
    positives: Counter[str]
    negatives: Counter[str]


def read_fixtures(folder: Path) -> tuple[Fixture, ...]:
    """Fixtures of every rule file: `fixtures/<stem>.*` or `fixtures/<stem>/**`, beside it."""
    found: list[Fixture] = []
    for rules in sorted((folder / "semgrep").glob("*/*.yaml")):
        beside = rules.parent / "fixtures"
        files = [*beside.glob(f"{rules.stem}.*"), *(beside / rules.stem).rglob("*")]
        for path in sorted(p for p in files if p.is_file()):
            content = path.read_bytes()
            wanted: dict[str, set[tuple[int, str]]] = {"ruleid": set(), "ok": set()}
            for number, line in enumerate(content.decode(errors="replace").split("\n"), 1):
                for kind, names in _ANNOTATION.findall(line):
                    wanted[kind].update((number + 1, name.strip()) for name in names.split(","))
            found.append(
                Fixture(
                    path=path.relative_to(folder).as_posix(),
                    family=rules.relative_to(folder).as_posix(),
                    content=content,
                    wanted=frozenset(wanted["ruleid"]),
                    unwanted=frozenset(wanted["ok"]),
                )
            )
    return tuple(found)


def judge(rules: Sequence[Rule], fixtures: Sequence[Fixture], engine: Engine, work: Path) -> Verdict:
    """Run all fixtures in one question and compare."""
    failures: list[str] = []
    flat: list[tuple[Fixture, Unit]] = []
    for fixture in fixtures:
        units = units_of(fixture.path, dialect_of(fixture.path), fixture.content)
        if isinstance(units, NotScanned):
            failures.append(f"{fixture.path}: {units.reason}")
        else:
            flat.extend((fixture, unit) for unit in units)
    told = engine.ask([native(rule) for rule in rules], [unit for _, unit in flat], work)
    failures.extend(f"{name}: {why}" for name, why in dict(told.broken_rules).items())
    family = {str(rule.spec["id"]): rule for rule in rules}
    hits: dict[str, set[tuple[int, str]]] = {fixture.path: set() for fixture in fixtures}
    for (fixture, unit), answer in zip(flat, told.units, strict=True):
        failures.extend(f"{fixture.path}: {reason} ({detail})" for reason, detail in answer.trouble)
        hits[fixture.path].update(
            (unit.line(hit.first), hit.rule)
            for hit in answer.hits
            if hit.rule in family
            and family[hit.rule].path == fixture.family
            and PathFilter.of(family[hit.rule].spec.get("paths")).admits(fixture.path)
        )
    for fixture in fixtures:
        failures.extend(_compared(fixture, hits[fixture.path], family.keys()))
    return Verdict(
        tuple(failures),
        Counter(name for f in fixtures for _, name in f.wanted),
        Counter(name for f in fixtures for _, name in f.unwanted),
    )


def _compared(fixture: Fixture, hits: set[tuple[int, str]], tried: Collection[str]) -> list[str]:
    missed = [
        f"{fixture.path}:{line}: {name} does not match here"
        for line, name in sorted(fixture.wanted - hits)
        if name in tried
    ]
    spoken_of = {line for line, _ in fixture.wanted | fixture.unwanted}
    extra = [
        f"{fixture.path}:{line}: {name} matches here"
        for line, name in sorted(hits - fixture.wanted)
        if (line, name) in fixture.unwanted or line not in spoken_of
    ]
    return missed + extra

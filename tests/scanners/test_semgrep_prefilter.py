"""Rules that cannot match are not put before the engine, and none that can is left out."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from auditor.adapters.programs import LocalPrograms
from auditor.resources import rules_folder
from auditor.rulebook import read_rulebook
from scanners.semgrep.dialect import Unit
from scanners.semgrep.engine import Engine
from scanners.semgrep.fixtures import read_fixtures
from scanners.semgrep.prefilter import Prefilter
from scanners.semgrep.scanner import _conditions_of, _possible, native
from tests.support.context import context

RULES = read_rulebook(rules_folder(), scanners=["semgrep"]).of("semgrep")


def test_the_engine_says_what_each_of_our_rules_needs() -> None:
    made = context({}, scanner="semgrep")
    conditions = _conditions_of(made, Engine.find(LocalPrograms()))
    assert set(conditions.conditions) == {rule.spec["id"] for rule in RULES}
    assert Prefilter.from_bytes(conditions.to_bytes()) == conditions


def pieces(text: bytes) -> Iterator[Unit]:
    """Every statement at the top of a Python file by itself, below the file's imports."""
    lines = text.decode().splitlines(keepends=True)
    statements = ast.parse(text).body
    imports = [s for s in statements if isinstance(s, ast.Import | ast.ImportFrom)]
    for one in statements:
        if one not in imports:
            kept = [line for s in (*imports, one) for line in lines[_start(s) - 1 : s.end_lineno]]
            yield Unit("python", "".join(kept).encode())


def _start(statement: ast.stmt) -> int:
    return min([statement.lineno, *(d.lineno for d in getattr(statement, "decorator_list", ()))])


def test_whatever_the_engine_finds_in_a_small_text_is_asked_for(tmp_path: Path) -> None:
    made = context({}, scanner="semgrep")
    engine = Engine.find(LocalPrograms())
    files = [f for f in read_fixtures(rules_folder()) if f.path.endswith(".py")]
    units = [unit for fixture in files for unit in pieces(fixture.content)]
    possible = [rules for unit in units for rules in _possible([unit], made, engine)]
    answers = engine.ask([native(rule) for rule in RULES], units, tmp_path).units
    hits = 0
    for rules, answer in zip(possible, answers, strict=True):
        found = {hit.rule for hit in answer.hits}
        assert found <= {rule.spec["id"] for rule in rules}
        hits += len(found)
    assert hits > 100
    assert sum(map(len, possible)) < len(units) * len(RULES) / 10


def test_a_text_of_which_no_rule_speaks_is_not_put_before_the_engine() -> None:
    made = context({}, scanner="semgrep")
    conditions = _conditions_of(made, Engine.find(LocalPrograms()))
    admitted = [name for name in conditions.conditions if conditions.admits(name, "x = 1\n", {})]
    assert len(admitted) < len(RULES) / 4

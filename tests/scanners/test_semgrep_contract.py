"""What is assumed about the pinned engine; when one of these fails, the pin was moved without a look."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import pytest

from auditor.adapters import ahead
from auditor.adapters.programs import LocalPrograms, StartedProgram
from scanners.semgrep.ahead import ENVIRONMENT, command
from scanners.semgrep.dialect import Unit
from scanners.semgrep.engine import PINNED, Engine

RULES = [
    {"id": "call", "languages": ["python"], "message": "m", "severity": "ERROR", "pattern": "eval(...)"},
    {"id": "bad", "languages": ["python"], "message": "m", "severity": "ERROR", "pattern": "eval(..."},
]
UNITS = [
    Unit("python", "s = 'ü€𝄞'; eval(x)  # nosemgrep\n".encode()),
    Unit("python", b"def f(:\n  eval(x)\n  x x x\n"),
    Unit("python", b"x = 1\n"),
    Unit("javascript", b"eval(x)\n"),
]


def test_the_installed_engine_is_the_pinned_one() -> None:
    assert version("semgrep") == PINNED
    assert Engine.find(LocalPrograms()).name == f"core-{PINNED}"


@pytest.mark.parametrize("way", ["core", pytest.param("cli", marks=pytest.mark.slow)])
def test_both_ways_to_the_engine_give_the_same_answers(way: str, tmp_path: Path) -> None:
    engine = Engine.find(LocalPrograms(), way)
    answers = engine.ask(RULES, UNITS, tmp_path)
    (hit,) = answers.units[0].hits
    assert (hit.rule, hit.first, hit.last, hit.code) == ("call", 1, 1, "eval(x)")
    assert "partly parsed" in [reason for reason, _ in answers.units[1].trouble]
    assert (answers.units[2].hits, answers.units[2].trouble) == ([], [])
    assert answers.units[3].hits == []
    assert {name for name, _ in answers.broken_rules} == {"bad"}


def test_nothing_is_left_in_the_work_folder_but_rules_and_targets(tmp_path: Path) -> None:
    Engine.find(LocalPrograms()).ask(RULES[:1], UNITS, tmp_path)
    assert {path.name for path in tmp_path.rglob("*") if path.is_file()} <= {"rules.json", "targets.json"}


def test_the_engine_has_no_address_to_call(tmp_path: Path) -> None:
    """Proxies that do not answer are given: a connection attempt would show as an error or a delay."""

    class Proxied(LocalPrograms):
        def run(self, argv, **keywords):  # type: ignore[no-untyped-def, override]
            keywords["environment"] = {
                **keywords["environment"],
                "https_proxy": "http://127.0.0.1:9",
                "http_proxy": "http://127.0.0.1:9",
            }
            return super().run(argv, **keywords)

    answers = Engine.find(Proxied()).ask(RULES[:1], UNITS[:1], tmp_path)
    assert len(answers.units[0].hits) == 1


def started(argv: list[str], folder: Path) -> StartedProgram:
    waiting = ahead.start(argv, str(folder), ENVIRONMENT)
    assert waiting is not None
    return StartedProgram(waiting)


def test_an_engine_that_was_started_ahead_gives_the_same_answers(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    argv = command(["a.py"], str(tmp_path))
    assert argv
    engine = Engine.find(LocalPrograms(), started=started(argv, tmp_path))
    (tmp_path / "b").mkdir()
    first = engine.ask(RULES, UNITS, tmp_path / "a")
    assert engine.started == []
    assert first == Engine.find(LocalPrograms()).ask(RULES, UNITS, tmp_path / "b")


def test_what_was_started_ahead_and_died_costs_no_answer(tmp_path: Path) -> None:
    engine = Engine.find(LocalPrograms(), started=started(["/bin/false"], tmp_path))
    (answer,) = engine.ask(RULES[:1], UNITS[:1], tmp_path).units
    assert len(answer.hits) == 1


def test_rules_that_yaml_reads_otherwise_are_not_given_to_it(tmp_path: Path) -> None:
    argv = command(["a.py"], str(tmp_path))
    assert argv
    waiting = started(argv, tmp_path)
    engine = Engine.find(LocalPrograms(), started=waiting)
    rules = [{**RULES[0], "pattern": "f('𝄞')"}]
    (answer,) = engine.ask(rules, [Unit("python", "f('𝄞')\n".encode())], tmp_path).units
    assert (len(answer.hits), engine.started) == (1, [waiting])
    waiting._waiting.stop()


def test_nothing_is_started_ahead_for_files_without_code(tmp_path: Path) -> None:
    assert command(["README.md", "a.png"], str(tmp_path)) is None
    assert list(tmp_path.iterdir()) == []

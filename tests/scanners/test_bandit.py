"""The Bandit scanner: its cards' examples, and the ways in which Bandit alone would say nothing."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from auditor.errors import NotScannedError
from auditor.model.rule import Rule
from auditor.resources import rules_folder
from auditor.rulebook import read_rulebook
from scanners.bandit import Bandit
from scanners.bandit.machinery import TestSet, _parts, machinery, whole
from tests.support.context import MemoryCache, context, repo, scan

CARDS = read_rulebook(rules_folder(), scanners=["bandit"])


def test_every_card_can_be_read_and_names_each_test_once() -> None:
    assert [str(p) for p in CARDS.problems] == []
    tests = [test for card in CARDS.rules for test in card.spec["tests"]]
    assert len(tests) == len(set(tests)) >= 50


def test_each_card_matches_its_examples_and_not_its_counter_examples() -> None:
    files: dict[str, str] = {}
    for card in CARDS.rules:
        assert len(card.examples) >= 2
        assert len(card.counter_examples) >= 2
        files |= {f"{card.id}/yes{n}.py": text for n, text in enumerate(card.examples)}
        files |= {f"{card.id}/no{n}.py": text for n, text in enumerate(card.counter_examples)}
    result = scan(Bandit(), files)
    assert result.not_scanned == ()
    hit = {m.location.path for m in result.matches if m.location.path.startswith(f"{m.rule_id}/")}  # type: ignore[union-attr]
    assert {path for path in files if ("/yes" in path) != (path in hit)} == set()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"def f(:\n", "syntax error"),
        (b"x = 1\0\n", "binary"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "LFS pointer"),
        (b"x = " + b"(" * 5000 + b"1" + b")" * 5000, "syntax error"),
        (b"x = " + b"-" * 100_000 + b"1", "syntax error"),
        (b"# padding\n" * 110_000, "too large"),
        (b"x = " + b"9" * 5000, "syntax error"),
    ],
)
def test_what_bandit_passes_over_in_silence_is_not_scanned(content: bytes, reason: str) -> None:
    result = scan(Bandit(), {"a.py": content})
    assert [(n.path, n.reason, n.expected) for n in result.not_scanned] == [("a.py", reason, False)]


def test_neither_comments_nor_configuration_of_the_repository_silence_it() -> None:
    result = scan(
        Bandit(),
        {
            "a.py": "exec(x)  # nosec\neval(y)  # nosec B307\n",
            ".bandit": "[bandit]\nskips: B102,B307\n",
            "pyproject.toml": "[tool.bandit]\nskips = ['B102']\nexclude_dirs = ['.']\n",
        },
    )
    assert {m.rule_id for m in result.matches} == {"bandit.exec-used", "bandit.eval-used"}
    assert result.looked_at["foreign markers"] == 2


def test_an_assertion_in_a_test_is_no_finding() -> None:
    result = scan(Bandit(), {"tests/test_a.py": "assert f(x)\nexec(x)\n", "a.py": "assert f(x)\n"})
    assert [(m.location.path, m.rule_id) for m in result.matches] == [  # type: ignore[union-attr]
        ("a.py", "bandit.assert-guards-nothing"),
        ("tests/test_a.py", "bandit.exec-used"),
    ]


def test_a_password_found_is_not_shown() -> None:
    result = scan(Bandit(), {"a.py": "password = 'Tr0ub4dor-and-3'\n"})
    assert [m.rule_id for m in result.matches] == ["bandit.password-in-code"]
    assert "Tr0ub4dor" not in repr(result)


def test_utf16_and_shebang_files_are_looked_at_and_other_files_are_not() -> None:
    result = scan(
        Bandit(),
        {
            "a.py": "exec(x)\n".encode("utf-16"),
            "tool": "#!/usr/bin/python3\nexec(x)\n",
            "README": "exec(x)\n",
            "a.rb": "exec(x)",
        },
    )
    assert [m.location.path for m in result.matches] == ["a.py", "tool"]  # type: ignore[union-attr]
    assert result.looked_at["files"] == 2


def test_a_second_look_at_the_same_content_comes_from_the_cache() -> None:
    cache = MemoryCache()
    first = Bandit().scan(repo(), context({"a.py": "exec(x)\n"}, scanner="bandit", cache=cache))
    again = Bandit().scan(repo(), context({"b.py": "exec(x)\n"}, scanner="bandit", cache=cache))
    assert cache.hits == 1
    assert [m.mark for m in again.matches] == [m.mark for m in first.matches]


def test_a_test_of_bandit_that_crashes_makes_the_file_not_scanned() -> None:
    def crashing(context: object) -> None:
        raise KeyError("inside")

    crashing._test_id = "B999"  # type: ignore[attr-defined]
    from scanners.bandit.scanner import _Visit

    visit = _Visit(context({}, scanner="bandit"))
    visit.tests.tests.setdefault("Call", []).append(crashing)
    kept = visit.kept(b"f(x)\n")
    assert [(reason, expected) for reason, _, expected in kept.trouble] == [("engine crashed", False)]
    assert not kept.lasts


def test_without_cards_nothing_is_called_clean() -> None:
    with pytest.raises(NotScannedError, match="no rules"):
        scan(Bandit(), {"a.py": "exec(x)"}, rules=())


def test_severity_follows_bandits_grade_where_the_card_says_so() -> None:
    cards = CARDS.by_id()
    result = scan(
        Bandit(),
        {"a.py": "import subprocess\nsubprocess.call('ls', shell=True)\nsubprocess.call('ls ' + x, shell=True)\n"},
    )
    rule: Rule = cards["bandit.shell-true"]
    assert [rule.severity_of(m.grade).word for m in result.matches if m.rule_id == rule.id] == ["low", "high"]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # while the whole of Bandit is imported
def test_its_parts_find_what_the_whole_of_bandit_finds() -> None:
    from bandit.core import config, metrics, node_visitor, test_set

    parts = machinery()
    assert parts is not None
    wanted = {test for card in CARDS.rules for test in card.spec["tests"]}
    ours = TestSet.of(parts, wanted)
    theirs = test_set.BanditTestSet(config.BanditConfig(), {"include": sorted(wanted)})
    assert parts.visitor is not node_visitor.BanditNodeVisitor
    texts = [text for card in CARDS.rules for text in (*card.examples, *card.counter_examples)]
    texts += [path.read_text() for path in sorted((rules_folder() / "semgrep").rglob("*.py"))]
    for text in texts:
        assert said(parts.visitor, ours, parts.metrics, text) == said(
            node_visitor.BanditNodeVisitor, theirs, metrics.Metrics, text
        )


def said(visitor: Any, tests: Any, metrics: Any, text: str) -> list[tuple[object, ...]]:
    made = visitor("./module.py", io.BytesIO(text.encode()), None, tests, False, {}, metrics())
    made.process(text.encode())
    return [
        (i.test_id, i.lineno, i.col_offset, i.linerange, i.severity, i.confidence, i.text) for i in made.tester.results
    ]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_where_its_parts_are_not_what_they_were_the_whole_of_bandit_is_used(tmp_path: Path) -> None:
    (tmp_path / "bandit").mkdir()
    (tmp_path / "bandit-9.dist-info").mkdir()
    (tmp_path / "bandit-9.dist-info" / "entry_points.txt").write_text("[bandit.plugins]\nx = bandit.plugins.x:x\n")
    assert _parts(tmp_path / "bandit") is None
    assert {check._test_id for check in whole().checks} == {check._test_id for check in machinery().checks}  # type: ignore[union-attr]

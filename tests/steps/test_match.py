"""Identity of a finding over changes of the code: the cases at which known schemes fail."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest

from auditor.model.finding import Finding, Match, State
from auditor.model.location import CodeLocation
from auditor.model.run import Outcome, OutcomeStatus, ScanResult
from auditor.steps.match import Tier, match_findings, with_copies
from auditor.steps.neighbours import with_neighbours
from auditor.steps.normalise import normalise
from tests.support.context import MemoryFiles, mark, repo
from tests.support.findings import finding_at
from tests.support.scanners import CARD

SECRET = replace(CARD, id="secrets.token", scanner="secrets")
RULES = {CARD.id: CARD, SECRET.id: SECRET}


def found(files: Mapping[str, str], rule: str = CARD.id) -> tuple[Finding, ...]:
    """Every call of `bad(...)`, with the enclosing `def` as scope; and every `token=...` as a secret."""
    matches = []
    for path, text in files.items():
        scope = ""
        for number, line in enumerate(text.splitlines(), 1):
            if header := re.match(r"def (\w+)", line):
                scope = header[1]
            elif line[:1].strip():
                scope = "" if not line.startswith("#") else scope
            code = "".join(line.split("#")[0].split())
            if "bad(" in line:
                matches.append(Match(rule, CodeLocation("shop", path, number, scope=scope), mark=code))
            if secret := re.search(r"token=(\w+)", line):
                matches.append(Match(SECRET.id, CodeLocation("shop", path, number, scope=scope), mark=f"#{secret[1]}"))
    result = with_neighbours(ScanResult(tuple(matches)), MemoryFiles({p: t.encode() for p, t in files.items()}), mark)
    outcome = Outcome("words", repo("shop"), OutcomeStatus.DONE, result=result)
    cards = {**RULES, rule: replace(CARD, id=rule)}
    return normalise([outcome], cards).findings


A = "import os\n\ndef one():\n    x = 1\n    bad(x)\n    return x\n"


@dataclass(frozen=True)
class Case:
    name: str
    before: Mapping[str, str]
    after: Mapping[str, str]
    new: int
    gone: int
    renames: Mapping[tuple[str, str], str] | None = None


CASES = [
    Case("lines inserted above", {"a.py": A}, {"a.py": "# x\n\n\n" + A}, 0, 0),
    Case("line added just after", {"a.py": A}, {"a.py": A.replace("bad(x)\n", "bad(x)\n    y = 2\n")}, 0, 0),
    Case("reformatted", {"a.py": A}, {"a.py": A.replace("bad(x)", "bad( x )")}, 0, 0),
    Case("re-indented", {"a.py": A}, {"a.py": A.replace("    ", "\t")}, 0, 0),
    Case("function moved", {"a.py": "def two():\n    pass\n" + A}, {"a.py": A + "def two():\n    pass\n"}, 0, 0),
    Case("file renamed", {"a.py": A}, {"b.py": A}, 0, 0, {("shop", "a.py"): "b.py"}),
    Case("file renamed, git did not say so", {"a.py": A}, {"b.py": A}, 0, 0),
    Case("rename with edit", {"a.py": A}, {"b.py": A.replace("x = 1", "x = 3")}, 0, 0, {("shop", "a.py"): "b.py"}),
    Case(
        "exact duplicate below", {"a.py": A}, {"a.py": A.replace("bad(x)\n", "bad(x)\n    z = 1\n    bad(x)\n")}, 1, 0
    ),
    Case("duplicate above", {"a.py": A}, {"a.py": A.replace("    x = 1\n", "    bad(x)\n    x = 1\n")}, 1, 0),
    Case("argument renamed", {"a.py": A}, {"a.py": A.replace("bad(x)", "bad(y)")}, 0, 0),
    Case("variable renamed", {"a.py": A}, {"a.py": A.replace("x", "value")}, 0, 0),
    Case("copied to a second file", {"a.py": A}, {"a.py": A, "b.py": A}, 1, 0),
    Case(
        "one of two duplicates removed",
        {"a.py": A.replace("bad(x)\n", "bad(x)\n    z = 1\n    bad(x)\n")},
        {"a.py": A},
        0,
        1,
    ),
    Case(
        "old fixed and new one elsewhere",
        {"a.py": A, "b.py": ""},
        {"a.py": A.replace("bad(x)", "ok()"), "b.py": A},
        1,
        1,
    ),
    Case("line ends changed", {"a.py": A}, {"a.py": A.replace("\n", "\r\n")}, 0, 0),
    Case("byte order mark added", {"a.py": A}, {"a.py": "\ufeff" + A}, 0, 0),
    Case("comment on the line", {"a.py": A}, {"a.py": A.replace("bad(x)", "bad(x)  # fine")}, 0, 0),
    Case(
        "two files swap names",
        {"a.py": A, "b.py": A.replace("x", "y")},
        {"b.py": A, "a.py": A.replace("x", "y")},
        0,
        0,
        {("shop", "a.py"): "b.py", ("shop", "b.py"): "a.py"},
    ),
    Case("same secret in a second file", {"a.py": "token=abc\n"}, {"a.py": "token=abc\n", "b.py": "token=abc\n"}, 0, 0),
    Case(
        "secret moved to another file", {"a.py": "token=abc\n", "b.py": ""}, {"a.py": "", "b.py": "token=abc\n"}, 0, 0
    ),
    Case("secret rotated in place", {"a.py": "token=abc\n"}, {"a.py": "token=xyz\n"}, 1, 1),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_only_what_is_really_new_is_new(case: Case) -> None:
    before, after = found(case.before), found(case.after)
    present = frozenset(("shop", path) for path in case.after)
    result = match_findings(before, after, rules=RULES, renames=case.renames, present=present)
    states = [finding.state for finding in result.findings]
    assert (states.count(State.NEW), len(result.gone)) == (case.new, case.gone)
    assert len({f.fingerprint for f in result.findings}) == len(result.findings)


def test_the_original_keeps_its_identity_when_a_duplicate_is_put_above_it() -> None:
    before = found({"a.py": A})
    after = found({"a.py": A.replace("    x = 1\n", "    bad(x)\n    x = 1\n")})
    known = next(f for f in match_findings(before, after, rules=RULES).findings if f.state is State.KNOWN)
    assert (known.fingerprint, known.location.line) == (before[0].fingerprint, 6)  # type: ignore[union-attr]


def test_a_renamed_rule_is_the_same_rule() -> None:
    renamed = replace(CARD, id="words.unwanted-word", aliases=(CARD.id,))
    before, after = found({"a.py": A}), found({"a.py": A}, rule=renamed.id)
    rules = {renamed.id: renamed, CARD.id: renamed}
    (finding,) = match_findings(before, after, rules=rules).findings
    assert (finding.state, finding.fingerprint) == (State.KNOWN, before[0].fingerprint)


def test_a_rule_split_in_two_keeps_one_identity_and_adds_one() -> None:
    half = replace(CARD, id="words.other-half", aliases=(CARD.id,))
    before = found({"a.py": A})
    after = (*found({"a.py": A}, rule=half.id), *found({"a.py": A}))
    states = sorted(f.state for f in match_findings(before, after, rules={**RULES, half.id: half}).findings)
    assert states == [State.KNOWN, State.NEW]


def test_what_was_fixed_and_comes_back_is_reopened() -> None:
    before = tuple(replace(f, state=State.FIXED) for f in found({"a.py": A}))
    (finding,) = match_findings(before, found({"a.py": A}), rules=RULES).findings
    assert finding.state is State.REOPENED


def test_an_edit_to_waived_code_is_reviewed_again() -> None:
    before = tuple(replace(f, state=State.WAIVED) for f in found({"a.py": A}))
    result = match_findings(before, found({"a.py": A.replace("bad(x)", "bad(y)")}), rules=RULES)
    assert [f.state for f in result.findings] == [State.NEW]
    assert result.findings[0].fingerprint != before[0].fingerprint


def test_an_edited_line_is_recognised_and_says_so() -> None:
    before = found({"a.py": A})
    result = match_findings(before, found({"a.py": A.replace("bad(x)", "bad(y)")}), rules=RULES)
    assert result.tiers == {before[0].fingerprint: Tier.EDITED}


def test_a_known_secret_is_new_where_it_was_copied_to_unless_it_was_waived() -> None:
    known = replace(finding_at("a.env"), also_at=(CodeLocation("shop", "b.env", 1),))
    moved = replace(known, state=State.KNOWN, location=CodeLocation("shop", "a.env", 9))
    assert with_copies([known], [moved]) == (moved,)
    copied = replace(moved, also_at=(CodeLocation("shop", "b.env", 1), CodeLocation("shop", "new.env", 3)))
    (fresh,) = with_copies([known], [copied])
    assert (fresh.state, str(fresh.location), len(fresh.also_at)) == (State.NEW, "shop:new.env:3", 2)
    twice = replace(moved, also_at=(CodeLocation("shop", "a.env", 10), CodeLocation("shop", "b.env", 1)))
    (fresh,) = with_copies([known], [twice])
    assert (fresh.state, str(fresh.location)) == (State.NEW, "shop:a.env:10")
    assert with_copies([replace(known, state=State.WAIVED)], [copied]) == (copied,)

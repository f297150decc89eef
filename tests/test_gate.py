"""The gate blocks exactly what a change made worse."""

from pathlib import Path

import pytest

from auditor.adapters.changes import deepen
from auditor.errors import UsageError
from auditor.flows.gate import GateResult, gate
from auditor.flows.tools import Policy
from tests.support.repositories import commit, git
from tests.support.scanners import CARD, Words
from tests.support.tools import tools

WAIVER = """
[[waiver]]
rule = "words.forbidden-word"
path = "*.txt"
count = {count}
reason = "quoted"
owner = "Dana"
until = "2026-12-31"
"""


def check(folder: Path, base: str = "main", head: str = "HEAD") -> GateResult:
    return gate(folder, base, head, tools([Words()], [CARD]), Policy())


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    commit(folder, {"old.txt": "x\nforbidden before\n", "other.txt": "fine\n"})
    git(folder, "checkout", "-q", "-b", "change")
    return folder


def test_only_what_the_change_added_blocks(shop: Path) -> None:
    commit(shop, {"other.txt": "fine\nforbidden now\n", "old.txt": "y\nx\nforbidden before\n"})
    result = check(shop)
    assert [f.location.path for f in result.verdict.blocking] == ["other.txt"]  # type: ignore[union-attr]
    assert sorted(f.state.value for f in result.verdict.findings) == ["known", "new"]
    assert result.changed == 2


def test_a_renamed_file_brings_nothing_new(shop: Path) -> None:
    commit(shop, {"old.txt": None, "new.txt": "x\nforbidden before\nand a line more\n"})
    result = check(shop)
    assert (result.verdict.blocking, result.fixed) == ((), ())


def test_two_files_that_swap_names_bring_nothing_new(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    one, two = "a\nforbidden one\n", "b\nforbidden two\n"
    commit(folder, {"1.txt": one, "2.txt": two})
    git(folder, "checkout", "-q", "-b", "change")
    commit(folder, {"1.txt": two, "2.txt": one})
    assert check(folder).verdict.blocking == ()


def test_what_the_change_mended_is_said(shop: Path) -> None:
    commit(shop, {"old.txt": "x\n"})
    result = check(shop)
    assert [f.location.path for f in result.fixed] == ["old.txt"]  # type: ignore[union-attr]


def test_a_second_equal_line_blocks_though_the_first_is_known(shop: Path) -> None:
    commit(shop, {"old.txt": "x\nforbidden before\nforbidden before\n"})
    assert len(check(shop).verdict.blocking) == 1


def test_a_waiver_added_by_the_change_does_not_count_and_is_shown(shop: Path) -> None:
    commit(shop, {"other.txt": "forbidden now\n", "waivers.toml": WAIVER.format(count=5)})
    result = check(shop)
    assert "other.txt" in [f.location.path for f in result.verdict.blocking]  # type: ignore[union-attr]
    assert any("edits policy: waivers.toml" in note for note in result.verdict.notes)


def test_a_waiver_of_the_base_counts_as_far_as_its_count(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    commit(folder, {"a.txt": "x\n", "waivers.toml": WAIVER.format(count=1)})
    git(folder, "checkout", "-q", "-b", "change")
    commit(folder, {"a.txt": "forbidden 1\nforbidden 2\n"})
    assert len(check(folder).verdict.blocking) == 1


def test_a_comment_added_by_the_change_does_not_waive(shop: Path) -> None:
    allow = "auditor: allow words.forbidden-word -- because (Dana, until 2026-12-31)"
    commit(shop, {"other.txt": f"forbidden now # {allow}\n"})
    assert len(check(shop).verdict.blocking) == 1


def test_a_comment_that_stood_in_the_base_still_waives(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    allow = "auditor: allow words.forbidden-word -- because (Dana, until 2026-12-31)"
    commit(folder, {"a.txt": f"forbidden # {allow}\n"})
    git(folder, "checkout", "-q", "-b", "change")
    commit(folder, {"a.txt": f"more\nforbidden # {allow}\n"})
    assert [f.state.value for f in check(folder).verdict.findings] == ["waived"]


def test_it_compares_with_where_the_branch_was_left_not_with_its_tip(shop: Path) -> None:
    commit(shop, {"other.txt": "forbidden now\n"})
    git(shop, "checkout", "-q", "main")
    commit(shop, {"other.txt": "forbidden now\n", "more.txt": "forbidden on main\n"}, day=3)
    git(shop, "checkout", "-q", "change")
    assert len(check(shop).verdict.blocking) == 1


def test_an_unreadable_change_is_incomplete(shop: Path) -> None:
    commit(shop, {"other.txt": "unreadable\n"})
    assert not check(shop).verdict.complete


def test_a_shallow_clone_says_what_to_do(shop: Path, tmp_path: Path) -> None:
    commit(shop, {"other.txt": "x\n"}, day=2)
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--depth", "1", "--branch", "change", f"file://{shop}", str(clone))
    with pytest.raises(UsageError, match="fetch"):
        check(clone, base="origin/main")


def test_the_missing_history_of_a_shallow_clone_can_be_fetched(shop: Path, tmp_path: Path) -> None:
    commit(shop, {"other.txt": "forbidden now\n"}, day=2)
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--depth", "1", "--branch", "change", f"file://{shop}", str(clone))
    deepen(clone, "origin/main")
    assert len(check(clone, base="origin/main").verdict.blocking) == 1


def test_an_unknown_base_is_an_error_of_use(shop: Path) -> None:
    with pytest.raises(UsageError, match="'nothing' is no commit here"):
        check(shop, base="nothing")

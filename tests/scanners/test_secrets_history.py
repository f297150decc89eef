"""History: every blob once, versions compared, commits told, and the second run reads only what is new."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from auditor.adapters.files import open_files, open_history
from auditor.model.finding import Match
from auditor.model.run import ScanResult
from auditor.model.target import Repo
from scanners.secrets import Secrets
from scanners.secrets.differing import shared
from scanners.secrets.versions import Versions
from tests.scanners.secrets_support import detector, warm
from tests.support.context import MemoryCache, context, mark

OLD_KEY = "sk_live_" + "Zq8RtY2uVw5xLm3nBd7kPf4s"
NEW_KEY = "sk_live_" + "Hs6TgW1yJc9bQn4vXe8mKz2d"


def git(folder: Path, *arguments: str, when: str = "") -> str:
    settings = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "init.defaultBranch=main"]
    return subprocess.run(
        ["git", *settings, *arguments],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, **({"GIT_COMMITTER_DATE": when} if when else {})},
    ).stdout.strip()


def commit(folder: Path, path: str, text: str, when: str) -> str:
    (folder / path).write_text(text)
    git(folder, "add", "-A")
    moment = f"{when}T12:00:00+00:00"
    git(folder, "commit", "-q", "-m", f"change {path}", f"--date={moment}", when=moment)
    return git(folder, "rev-parse", "HEAD")


def look_back(folder: Path, cache: MemoryCache | None = None) -> ScanResult:
    target = Repo("shop", "shop", folder, commit=git(folder, "rev-parse", "HEAD"), history=True)
    around = context(open_files(target), scanner="secrets", history=open_history(target), cache=cache or warm())
    return Secrets().scan(target, around)


def only(result: ScanResult, path: str) -> Match:
    (match,) = [m for m in result.matches if getattr(m.location, "path", "") == path]
    return match


def test_a_key_that_was_removed_is_told_with_its_commits(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    first = commit(tmp_path, "pay.py", f"KEY = '{OLD_KEY}'\n", "2024-01-02")
    last = commit(tmp_path, "readme.md", "hello\n", "2024-02-03")
    commit(tmp_path, "pay.py", "import os\nKEY = os.environ['KEY']\n", "2024-03-04")
    match = only(look_back(tmp_path), "pay.py")
    assert match.details["at_head"] == "no"
    assert (match.details["first_commit"], match.details["first_date"][:10]) == (first, "2024-01-02")
    assert (match.details["last_commit"], match.details["last_date"][:10]) == (last, "2024-02-03")


def test_a_history_that_was_cut_off_is_not_scanned_whole(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    git(folder, "init", "-q")
    commit(folder, "a.txt", "1\n", "2026-01-01")
    commit(folder, "a.txt", "2\n", "2026-01-02")
    assert not look_back(folder).not_scanned
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{folder}", str(tmp_path / "shallow"))
    assert [n.detail for n in look_back(tmp_path / "shallow").not_scanned] == [
        "a shallow clone: older commits are not here"
    ]


def test_a_key_that_is_still_there_is_one_match_with_its_first_commit(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    first = commit(tmp_path, "pay.py", f"KEY = '{OLD_KEY}'\n", "2024-01-02")
    commit(tmp_path, "pay.py", f"# moved\n\nKEY = '{OLD_KEY}'\n", "2024-02-03")
    result = look_back(tmp_path)
    assert len(result.matches) == 1
    match = only(result, "pay.py")
    assert (match.details["at_head"], match.details["first_commit"]) == ("yes", first)
    assert getattr(match.location, "line", None) == 3


def test_a_key_in_a_dropped_commit_is_found(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    commit(tmp_path, "a.txt", "nothing\n", "2024-01-02")
    commit(tmp_path, "pay.py", f"KEY = '{OLD_KEY}'\n", "2024-01-03")
    git(tmp_path, "reset", "-q", "--hard", "HEAD~1")
    git(tmp_path, "reflog", "expire", "--expire=now", "--all")
    (match,) = look_back(tmp_path).matches
    assert match.rule_id == "secrets.stripe-live-key"
    assert match.details["at_head"] == "no"


def test_the_second_run_reads_only_new_blobs_and_tells_the_same(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    commit(tmp_path, "pay.py", f"KEY = '{OLD_KEY}'\n", "2024-01-02")
    commit(tmp_path, "pay.py", "KEY = None\n", "2024-01-03")
    cache = warm()
    before = look_back(tmp_path, cache)
    again = look_back(tmp_path, cache)
    assert (before.looked_at["blobs_read"], again.looked_at["blobs_read"]) == (2, 0)
    assert again.matches == before.matches
    commit(tmp_path, "pay.py", f"KEY = '{NEW_KEY}'\n", "2024-01-04")
    third = look_back(tmp_path, cache)
    assert third.looked_at["blobs_read"] == 1
    assert len(third.matches) == 2


def test_what_is_remembered_holds_no_secret(tmp_path: Path) -> None:
    import zlib

    git(tmp_path, "init", "-q")
    commit(tmp_path, "pay.py", f"KEY = '{OLD_KEY}'\n", "2024-01-02")
    cache = warm()
    look_back(tmp_path, cache)
    (stored,) = [value for key, value in cache.values.items() if "history" in key]
    assert OLD_KEY[8:].encode() not in zlib.decompress(stored)


LINES = st.lists(
    st.sampled_from([
        "x = 1", "", "def f(a):", f"KEY = '{OLD_KEY}'", f"OTHER = '{NEW_KEY}'", "password = None", "# " + "a b " * 300,
        "-----BEGIN PRIVATE KEY-----", "MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSk", "-----END PRIVATE KEY-----", "}" * 50,
    ]),
    max_size=30,
)  # fmt: skip


@given(LINES, LINES)
def test_shared_blocks_stand_in_both_versions_in_order(old: list[str], new: list[str]) -> None:
    one, two = "\n".join(old).encode(), "\n".join(new).encode()
    at = to = 0
    for block in shared(one, two):
        assert block.old >= at
        assert block.new >= to
        assert one[block.old : block.old + block.size] == two[block.new : block.new + block.size]
        assert block.new == 0 or two[block.new - 1 : block.new] == b"\n"
        at, to = block.old + block.size, block.new + block.size


@given(st.lists(LINES, min_size=2, max_size=4))
def test_version_by_version_finds_what_a_scan_of_each_whole_finds(files: list[list[str]]) -> None:
    versions = Versions(detector(), mark)
    for lines in files:
        content = "\n".join(lines).encode()
        seen = {(s.rule, s.mark, s.line) for s in versions.look("a.py", content)}
        assert seen == {(d.rule, mark(d.secret.encode()), d.line) for d in detector().detect("a.py", content)}


def test_the_files_at_hand_are_judged_as_without_history(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    commit(tmp_path, "old.py", "".join(f"password{n} = 'Zr4tKq9w'\n" for n in range(40)), "2024-01-02")
    commit(tmp_path, "old.py", "password1 = 'Zr4tKq9w'\n", "2024-01-03")
    commit(tmp_path, "pay.py", f"KEY = '{OLD_KEY}'\n", "2024-01-04")
    target = Repo("shop", "shop", tmp_path, commit=git(tmp_path, "rev-parse", "HEAD"))
    plain = Secrets().scan(target, context(open_files(target), scanner="secrets", cache=warm()))
    cache = warm()
    for _ in range(2):
        result = look_back(tmp_path, cache)
        here = {(m.rule_id, str(m.location), m.score) for m in result.matches if m.details["at_head"] == "yes"}
        assert {(rule, place.split("@")[0], score) for rule, place, score in here} == {
            (m.rule_id, str(m.location).split("@")[0], m.score) for m in plain.matches
        }


def test_a_second_run_tells_the_commits_that_a_first_one_would(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    commit(tmp_path, "pay.py", f"KEY = '{OLD_KEY}'\n", "2024-01-02")
    commit(tmp_path, "readme.md", "hello\n", "2024-01-03")
    cache = warm()
    look_back(tmp_path, cache)
    commit(tmp_path, "readme.md", "hello there\n", "2024-01-04")
    commit(tmp_path, "pay.py", f"# new\nKEY = '{NEW_KEY}'\n", "2024-01-05")
    git(tmp_path, "checkout", "-q", "-b", "side", "HEAD~3")
    commit(tmp_path, "other.py", f"OLD = '{OLD_KEY}'\n", "2023-12-31")
    git(tmp_path, "checkout", "-q", "main")
    later, fresh = look_back(tmp_path, cache), look_back(tmp_path, warm())
    dates = [{m.mark: (m.details["first_date"], m.details["last_date"]) for m in r.matches} for r in (later, fresh)]
    assert dates[0] == dates[1]
    assert len(dates[0]) == 2

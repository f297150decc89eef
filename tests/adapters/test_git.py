"""Reading repositories without running or following anything."""

from pathlib import Path

import pytest

from auditor.adapters.folder import FolderFiles
from auditor.adapters.git import Git, GitFiles, is_repository
from auditor.adapters.history import GitHistory
from auditor.errors import NotScannedError
from tests.support.repositories import commit, git, write


def test_files_of_a_commit_come_with_their_content(tmp_path: Path) -> None:
    head = commit(tmp_path / "r", {"b.py": "b\n", "a/x.txt": "x", "empty": ""})
    files = GitFiles(Git(tmp_path / "r"), head)
    assert [(e.path, c) for e, c in files.read_many(files.entries())] == [
        ("a/x.txt", b"x"),
        ("b.py", b"b\n"),
        ("empty", b""),
    ]


def test_a_link_is_counted_and_never_followed(tmp_path: Path) -> None:
    folder = tmp_path / "r"
    write(folder, {"a.txt": "a"})
    (folder / "link").symlink_to("/etc/passwd")
    head = commit(folder, {})
    for files in (GitFiles(Git(folder), head), FolderFiles(folder, Git(folder)), FolderFiles(folder)):
        assert [entry.path for entry in files.entries()] == ["a.txt"]
        assert [n.reason for n in files.not_listed()] == ["symbolic link"]


def test_a_missing_object_is_an_error_of_that_file(tmp_path: Path) -> None:
    folder = tmp_path / "r"
    head = commit(folder, {"a.txt": "aaa", "b.txt": "bbb"})
    blob = git(folder, "rev-parse", "HEAD:a.txt")
    (folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    files = GitFiles(Git(folder), head)
    assert [e.path for e, _ in files.read_many(files.entries())] == ["b.txt"]
    assert [(n.path, n.reason) for n in files.unreadable()] == [("a.txt", "missing object")]


def test_a_planted_program_is_not_started(tmp_path: Path) -> None:
    folder = tmp_path / "r"
    head = commit(folder, {"a.txt": "a\n", ".gitattributes": "* filter=x diff=x\n"})
    proof = tmp_path / "ran"
    planted = f"touch {proof}"
    for key in (
        "core.fsmonitor",
        "diff.external",
        "filter.x.smudge",
        "filter.x.clean",
        "diff.x.textconv",
        "core.pager",
    ):
        git(folder, "config", key, planted)
    hook = folder / ".git" / "hooks" / "post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\n{planted}\n")
    hook.chmod(0o755)
    write(folder, {"a.txt": "changed\n"})
    assert [e.path for e in FolderFiles(folder, Git(folder)).entries()] == [".gitattributes", "a.txt"]
    files = GitFiles(Git(folder), head)
    assert len(list(files.read_many(files.entries()))) == 2
    history = GitHistory(Git(folder), head)
    assert list(history.blobs())
    assert history.commits_of(frozenset({git(folder, "rev-parse", "HEAD:a.txt")}))
    assert not history.deleted_paths()
    assert not proof.exists()


def test_history_knows_when_a_blob_came_and_went(tmp_path: Path) -> None:
    folder = tmp_path / "r"
    first = commit(folder, {"key.txt": "sekret", "a": "1"}, "Add", day=1)
    blob = git(folder, "rev-parse", "HEAD:key.txt")
    second = commit(folder, {"a": "2"}, "Edit", day=2)
    head = commit(folder, {"key.txt": None}, "Remove", day=3)
    history = GitHistory(Git(folder), head)
    came, last = history.commits_of(frozenset({blob}))[blob]
    assert (came.id, last.id) == (first, second)
    gone = history.deleted_paths()
    assert (list(gone), gone["key.txt"].id, gone["key.txt"].subject) == (["key.txt"], head, "Remove")
    assert history.versions(["key.txt"]) == {"key.txt": (blob,)}
    assert {b: p for b, p, _ in history.blobs()}[blob] == "key.txt"
    assert history.authors() == {"Dana Reyes": 3}


def test_history_knows_a_file_that_only_a_merge_dropped(tmp_path: Path) -> None:
    folder = tmp_path / "r"
    commit(folder, {"a": "1"}, "Start", day=1)
    git(folder, "switch", "-q", "-c", "side")
    commit(folder, {"key.txt": "sekret", "b": "1"}, "Add", day=2)
    git(folder, "switch", "-q", "main")
    commit(folder, {"a": "2"}, "Edit", day=3)
    git(folder, "merge", "-q", "--no-commit", "--no-ff", "side")
    head = commit(folder, {"key.txt": None}, "Merge without the key", day=4)
    gone = GitHistory(Git(folder), head).deleted_paths()
    assert {path: found.subject for path, found in gone.items()} == {"key.txt": "Merge without the key"}


def test_a_git_that_takes_too_long_is_no_answer(tmp_path: Path) -> None:
    head = commit(tmp_path / "r", {"a": "1"})
    with pytest.raises(NotScannedError, match="git ls-tree took longer than 0 s in r"):
        Git(tmp_path / "r").run("ls-tree", head, seconds=0)


def test_names_that_are_not_utf8_survive(tmp_path: Path) -> None:
    folder = tmp_path / "r"
    folder.mkdir()
    odd = b"caf\xe9\n\x1b[31m.txt"
    Path(folder.as_posix(), odd.decode("utf-8", "surrogateescape")).write_bytes(b"x")
    head = commit(folder, {})
    for files in (GitFiles(Git(folder), head), FolderFiles(folder, Git(folder)), FolderFiles(folder)):
        (entry,) = files.entries()
        assert entry.path.encode("utf-8", "surrogateescape") == odd
        assert files.read(entry) == b"x"


def test_a_file_swapped_for_a_link_is_not_read(tmp_path: Path) -> None:
    write(tmp_path, {"d/a.txt": "a"})
    files = FolderFiles(tmp_path)
    (entry,) = files.entries()
    (tmp_path / "d" / "a.txt").unlink()
    (tmp_path / "d" / "a.txt").symlink_to("/etc/passwd")
    with pytest.raises(NotScannedError, match="a link stands here now"):
        files.read(entry)


def test_ignored_files_are_not_listed_and_new_ones_are_untracked(tmp_path: Path) -> None:
    folder = tmp_path / "r"
    commit(folder, {".gitignore": ".env\n", "a.py": "1"})
    write(folder, {".env": "X=1", "new.py": "2"})
    entries = FolderFiles(folder, Git(folder)).entries()
    assert [(e.path, e.tracked) for e in entries] == [(".gitignore", True), ("a.py", True), ("new.py", False)]


def test_an_unborn_branch_has_no_commit_but_files(tmp_path: Path) -> None:
    folder = tmp_path / "r"
    folder.mkdir()
    git(folder, "init", "-q")
    write(folder, {"a.py": "1"})
    assert is_repository(folder)
    assert Git(folder).resolve() is None
    assert [(e.path, e.tracked) for e in FolderFiles(folder, Git(folder)).entries()] == [("a.py", True)]

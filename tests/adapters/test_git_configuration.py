"""A repository's own git configuration starts no program and changes no answer; what git could not say is an error."""

import re
import subprocess
from pathlib import Path

import pytest

from auditor.adapters.folder import FolderFiles
from auditor.adapters.git import Git, GitFiles
from auditor.adapters.history import GitHistory, edits
from auditor.adapters.wiki.sources import last_changes, line_dates
from auditor.errors import NotScannedError
from tests.support.repositories import commit, git, write

PROGRAMS = re.compile(
    r"(?i).*(program|command|cmd|\.textconv|driver|helper|editor|pager|hooksPath|gitProxy|fsmonitor|external|diffFilter|"
    r"process|\.clean|smudge|browser|pack|vcs|askpass)"
)
"""What the name of a setting of git ends with whose value may be a program; git itself lists its settings."""
CHANGING = """
[log]
    showSignature = true
    follow = true
    mailmap = true
    diffMerges = first-parent
[color]
    ui = always
    diff = always
[i18n]
    logOutputEncoding = UTF-16
[diff]
    relative = true
    orderFile = gone
    noprefix = true
    ignoreSubmodules = all
[blame]
    blankBoundary = true
    showEmail = true
    coloring = highlightRecent
[core]
    ignoreCase = true
    quotePath = true
    abbrev = 5
"""


def _repository(folder: Path) -> str:
    """Two pages with a signed commit on top, whose signature asks for a program as soon as somebody looks at it."""
    commit(folder, {"page.md": "Cash: $1\n", ".gitattributes": "* filter=x diff=x\n", "gone.env": "A=1\n"}, day=1)
    commit(folder, {"page.md": "Cash: $2\n", "gone.env": None}, day=2)
    tree, parent = git(folder, "rev-parse", "HEAD^{tree}"), git(folder, "rev-parse", "HEAD")
    person = "Dana Reyes <dana@example.com> 1791000000 +0000"
    signed = (
        f"tree {tree}\nparent {parent}\nauthor {person}\ncommitter {person}\n"
        "gpgsig -----BEGIN PGP SIGNATURE-----\n \n made up\n -----END PGP SIGNATURE-----\n\nSigned\n"
    )
    (folder.parent / "object").write_text(signed)
    made = git(folder, "hash-object", "-t", "commit", "-w", str(folder.parent / "object"))
    git(folder, "update-ref", "HEAD", made)
    return made


def _answers(folder: Path, head: str) -> tuple[object, ...]:
    """All that the program asks git about a repository."""
    files, history = GitFiles(Git(folder), head), GitHistory(Git(folder), head)
    blobs = frozenset(blob for blob, _, _ in history.blobs())
    return (
        [(e.path, e.tracked) for e in FolderFiles(folder, Git(folder)).entries()],
        [(e.path, content) for e, content in files.read_many(files.entries())],
        sorted(history.blobs()),
        history.commits_of(blobs),
        history.deleted_paths(),
        history.versions(["page.md"]),
        history.authors(),
        history.head(),
        edits(Git(folder), None, head),
        last_changes(Git(folder), head),
        line_dates(Git(folder), head, "page.md"),
    )


def test_no_setting_of_a_repository_starts_a_program_or_changes_an_answer(tmp_path: Path) -> None:
    folder = tmp_path / "r"
    head = _repository(folder)
    write(folder, {"PAGE.md": "an untracked page whose name differs in case only\n"})
    before = _answers(folder, head)
    assert all(before)
    proof, program = tmp_path / "ran", tmp_path / "planted"
    program.write_text(f'#!/bin/sh\necho "$@" >> {proof}\ncat "$1"\n')
    program.chmod(0o755)
    listed = subprocess.run(["git", "help", "--config"], capture_output=True, check=True, text=True).stdout.split()
    keys = sorted(
        {
            re.sub(r"<\w+>", "x", key)
            for key in listed
            if PROGRAMS.fullmatch(key) and not key.startswith(("advice.", "color."))
        }
    )
    assert {"gpg.program", "diff.x.textconv", "core.fsmonitor"} <= set(keys)
    said = ""
    for key in keys:
        section, *middle, name = key.split(".")
        said += f'[{section} "{".".join(middle)}"]' if middle else f"[{section}]"
        said += f"\n    {name} = {program}\n"
    with (folder / ".git" / "config").open("a") as config:
        config.write(f"{said}\n{CHANGING}")
    hooks = folder / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("post-index-change", "reference-transaction", "post-checkout", "pre-auto-gc"):
        (hooks / name).symlink_to(program)
    assert _answers(folder, head) == before
    assert not proof.exists()


def test_grafts_do_not_hide_history(tmp_path: Path) -> None:
    head = commit(tmp_path / "r", {"gone.env": "A=1\n"}, day=1)
    commit(tmp_path / "r", {"gone.env": None}, day=2)
    head = commit(tmp_path / "r", {"a.txt": "a"}, day=3)
    (tmp_path / "r" / ".git" / "info").mkdir(exist_ok=True)
    (tmp_path / "r" / ".git" / "info" / "grafts").write_text(f"{head}\n")
    assert list(GitHistory(Git(tmp_path / "r"), head).deleted_paths()) == ["gone.env"]


def test_a_history_that_breaks_off_is_an_error_and_not_a_short_history(tmp_path: Path) -> None:
    folder = tmp_path / "r"
    first = commit(folder, {"gone.env": "A=1\n"}, day=1)
    commit(folder, {"gone.env": None}, day=2)
    head = commit(folder, {"a.txt": "a"}, day=3)
    (folder / ".git" / "objects" / first[:2] / first[2:]).unlink()
    with pytest.raises(NotScannedError, match="git log"):
        GitHistory(Git(folder), head).deleted_paths()
    with pytest.raises(NotScannedError, match="git log"):
        edits(Git(folder), None, head)


@pytest.mark.parametrize("setting", ["worktree = /etc", "worktree = ../elsewhere", "worktree = sub", "bare = true"])
def test_a_work_tree_is_the_folder_and_not_what_its_configuration_says(tmp_path: Path, setting: str) -> None:
    folder = tmp_path / "r"
    commit(folder, {"a.py": "1", "sub/b.py": "2"})
    (tmp_path / "elsewhere").mkdir()
    write(folder, {"new.py": "3"})
    with (folder / ".git" / "config").open("a") as config:
        config.write(f"[core]\n    {setting}\n")
    files = FolderFiles(folder, Git(folder))
    assert [(e.path, e.tracked) for e in files.entries()] == [("a.py", True), ("new.py", False), ("sub/b.py", True)]
    assert not files.not_listed()

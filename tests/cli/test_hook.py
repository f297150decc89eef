"""The pre-commit hook as git runs it: what is staged is judged, nothing else, and nothing is executed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from auditor.adapters.git import ISOLATION
from auditor.cli import hook
from auditor.rulebook import compiled_rulebook, read_rulebook
from tests.support.repositories import commit, git, write

BAD = 'import os\n\n\ndef handler(event, context):\n    os.system(event["command"])\n'


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    commit(folder, {"README.md": "# Shop\n"})
    return folder


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "HOME": str(folder.parent),
        "XDG_STATE_HOME": str(folder.parent / "state"),
        "PATH": os.environ["PATH"],
    }
    command = [sys.executable, "-m", "auditor", "hook", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_a_staged_fault_stops_the_commit_and_says_the_same_from_memory(shop: Path) -> None:
    write(shop, {"a.py": BAD})
    git(shop, "add", "-A")
    first, second = run(shop), run(shop)
    assert (first.returncode, second.returncode) == (1, 1)
    assert first.stdout.splitlines()[0].startswith("a.py:5: ")
    assert second.stdout.splitlines()[0] == first.stdout.splitlines()[0]


def test_what_is_not_staged_is_not_judged(shop: Path) -> None:
    write(shop, {"a.py": BAD})
    assert run(shop).returncode == 0


def test_what_was_staged_is_judged_though_the_work_tree_is_clean_again(shop: Path) -> None:
    write(shop, {"a.py": BAD})
    git(shop, "add", "-A")
    write(shop, {"a.py": "x = 1\n"})
    assert run(shop).returncode == 1


def test_a_fault_that_stood_there_before_does_not_stop_an_edit(shop: Path) -> None:
    commit(shop, {"a.py": BAD})
    write(shop, {"a.py": BAD + "\n\nx = 1\n"})
    git(shop, "add", "-A")
    assert run(shop).returncode == 0
    write(shop, {"a.py": BAD + '    os.system(event["second"])\n'})
    git(shop, "add", "-A")
    assert run(shop).returncode == 1


def test_a_second_copy_of_a_key_that_stood_there_before_stops_the_commit(shop: Path) -> None:
    key = 'stripe = "sk_live_' + 'Zq8RtY2uVw5xLm3nBd7kPf4s"\n'
    commit(shop, {"a.py": key})
    write(shop, {"a.py": f"x = 1\n{key}"})
    git(shop, "add", "-A")
    assert run(shop).returncode == 0
    write(shop, {"a.py": key + key})
    git(shop, "add", "-A")
    assert run(shop).returncode == 1


def test_a_path_that_is_given_and_not_staged_is_said_to_be_unchecked(shop: Path) -> None:
    write(shop, {"a.py": BAD})
    done = run(shop, "a.py")
    assert (done.returncode, done.stderr) == (0, "auditor hook: 0 files checked: nothing is staged\n")
    assert run(shop, "--only", "secrets", "--fail-on", "low").stderr == ""
    assert run(shop).stderr == ""


def test_a_renamed_path_is_judged_anew(shop: Path) -> None:
    write(shop, {"a.txt": BAD})
    git(shop, "add", "-A")
    assert run(shop).returncode == 0
    git(shop, "mv", "a.txt", "a.py")
    assert run(shop).returncode == 1


def test_a_file_that_cannot_be_parsed_is_not_clean(shop: Path) -> None:
    write(shop, {"a.py": "def broken(:\n"})
    git(shop, "add", "-A")
    done = run(shop)
    assert done.returncode == 3
    assert "not checked: a.py" in done.stderr
    assert run(shop).returncode == 3


def test_a_comment_accepts_a_finding(shop: Path) -> None:
    allow = "# auditor: allow bandit.command-by-shell-function -- a demonstration (Dana, until 2026-12-31)"
    lines = BAD.splitlines()
    lines[4] += f"  {allow}"
    write(shop, {"a.py": "\n".join(lines) + "\n"})
    git(shop, "add", "-A")
    done = run(shop)
    assert "command-by-shell-function" not in done.stdout


def test_it_works_before_the_first_commit_and_in_a_worktree(tmp_path: Path, shop: Path) -> None:
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    git(fresh, "init", "-q")
    write(fresh, {"a.py": BAD})
    git(fresh, "add", "-A")
    assert run(fresh).returncode == 1
    git(shop, "worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    write(tmp_path / "side", {"a.py": BAD})
    git(tmp_path / "side", "add", "-A")
    assert run(tmp_path / "side").returncode == 1


def test_git_itself_refuses_the_commit(shop: Path) -> None:
    script = shop / ".git" / "hooks" / "pre-commit"
    script.parent.mkdir(exist_ok=True)
    script.write_text(f"#!/bin/sh\nXDG_STATE_HOME={shop.parent}/state exec {sys.executable} -m auditor hook\n")
    script.chmod(0o755)
    write(shop, {"a.py": BAD, "b.py": "x = 1\n"})
    git(shop, "add", "-A")
    with pytest.raises(subprocess.CalledProcessError):
        git(shop, "commit", "-q", "-m", "Bad")
    git(shop, "commit", "-q", "-m", "Good part only", "b.py")


def test_a_planted_program_is_not_started(shop: Path) -> None:
    proof = shop.parent / "ran"
    for key in ("core.fsmonitor", "diff.external", "core.pager"):
        git(shop, "config", key, f"touch {proof}")
    write(shop, {"a.py": BAD})
    git(shop, "-c", "core.fsmonitor=false", "add", "-A")
    assert run(shop).returncode == 1
    assert not proof.exists()


def test_excluded_paths_are_not_judged_and_are_counted(shop: Path) -> None:
    write(shop, {"vendored/a.py": BAD, "docs/b.py": BAD})
    git(shop, "add", "-A")
    assert run(shop, "--exclude", "(?x) ^vendored/ ").returncode == 1
    done = run(shop, "--exclude", "^vendored/", "--exclude", r"b\.py$")
    assert done.returncode == 0
    assert "not checked because of --exclude: 2 files" in done.stderr
    assert run(shop, "--exclude", "(").returncode == 2


def test_code_on_one_line_is_named_as_not_checked(shop: Path) -> None:
    write(shop, {"app.js": "f(1);" * 2000, "lib.min.js": "f(1);" * 2000})
    git(shop, "add", "-A")
    done = run(shop)
    assert done.returncode == 0
    assert [line for line in done.stderr.splitlines() if "minified" in line] == [
        "auditor: not checked: app.js: minified, by semgrep"
    ]


def test_a_git_directory_with_a_link_in_it_leads_nowhere(shop: Path) -> None:
    precious = shop.parent / "precious"
    (precious / "letters").mkdir(parents=True)
    (shop / ".git" / "auditor").mkdir()
    (shop / ".git" / "auditor" / "hook").symlink_to(precious)
    write(shop, {"a.py": BAD})
    git(shop, "add", "-A")
    assert run(shop).returncode == 1
    assert [path.name for path in precious.iterdir()] == ["letters"]


def test_answers_are_named_by_what_only_this_installation_knows(shop: Path) -> None:
    write(shop, {"a.py": "x = 1\n"})
    git(shop, "add", "-A")
    run(shop)
    run(shop)
    first = {path.name for path in (shop / ".git" / "auditor" / "hook").iterdir()}
    (shop.parent / "state" / "auditor" / "key").write_text("ab" * 32 + "\n")
    run(shop)
    assert {path.name for path in (shop / ".git" / "auditor" / "hook").iterdir()}.isdisjoint(first)


def test_links_and_submodules_are_left_out(shop: Path) -> None:
    (shop / "link.py").symlink_to("/etc/passwd")
    git(shop, "add", "-A")
    assert run(shop).returncode == 0


def test_a_folder_without_git_is_an_error_of_use(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert done.returncode == 2
    assert "no git repository" in done.stderr


def test_its_isolation_is_part_of_the_one_for_all_git_calls() -> None:
    known = set(zip(ISOLATION[::2], ISOLATION[1::2], strict=False)) | {(flag, "") for flag in ISOLATION}
    flags = hook._ISOLATION
    pairs = [(flags[i], flags[i + 1]) for i in range(len(flags)) if flags[i] == "-c"]
    assert set(pairs) <= known
    assert {flag for flag in flags if flag.startswith("--")} <= set(ISOLATION)


def test_the_warm_path_imports_nothing_heavy(shop: Path) -> None:
    write(shop, {"a.py": "x = 1\n"})
    git(shop, "add", "-A")
    assert run(shop).returncode == 0
    code = (
        "import sys; from auditor.cli.hook import main; main([]); "
        "print(sorted({'typer','rich','sqlalchemy','yaml','subprocess','sqlite3','json','pathlib'} & set(sys.modules)))"
    )
    environment = {"XDG_STATE_HOME": str(shop.parent / "state"), "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path[:0] = {[p for p in sys.path if p]!r}; {code}"],
        cwd=shop,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


CARD = "id: hygiene.x\ntitle: X\nseverity: low\nwhy: w\nfix: f\ngrades: {a: high}\nmatch: {paths: [x]}\n"


def test_the_compiled_rulebook_is_the_same_and_notices_a_change(tmp_path: Path) -> None:
    write(tmp_path, {"rules/hygiene/x.yaml": CARD})
    kept = tmp_path / "state" / "rulebook.json"
    first = compiled_rulebook(tmp_path / "rules", ["hygiene"], kept)
    assert kept.stat().st_mode & 0o777 == 0o600
    again = compiled_rulebook(tmp_path / "rules", ["hygiene"], kept)
    assert again == read_rulebook(tmp_path / "rules", scanners=["hygiene"]) == first
    write(tmp_path, {"rules/hygiene/x.yaml": CARD.replace("title: X", "title: XY")})
    assert compiled_rulebook(tmp_path / "rules", ["hygiene"], kept).rules[0].title == "XY"
    kept.write_text("{}")
    assert compiled_rulebook(tmp_path / "rules", ["hygiene"], kept).rules[0].title == "XY"


def imported_by_a_run(folder: Path, *arguments: str) -> set[str]:
    code = f"import sys; from auditor.cli.hook import main; main({list(arguments)!r}); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path[:0] = {[p for p in sys.path if p]!r}; {code}"],
        cwd=folder,
        env={"XDG_STATE_HOME": str(folder.parent / "state"), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def stage(folder: Path, text: str) -> None:
    write(folder, {"a.py": text})
    git(folder, "add", "-A")


def test_a_clean_file_never_seen_needs_the_engine_alone(shop: Path) -> None:
    pytest.importorskip("hyperscan")
    stage(shop, "x = 1\n")
    assert run(shop, "--only", "secrets").returncode == 0
    stage(shop, "x = 2\n")
    heavy = {
        "typing",
        "re",
        "dataclasses",
        "pathlib",
        "sqlite3",
        "json",
        "subprocess",
        "auditor.model",
        "auditor.wiring",
    }
    seen = imported_by_a_run(shop, "--only", "secrets")
    assert "hyperscan._hs_ext" in seen
    assert not heavy & seen
    assert "hyperscan._hs_ext" not in imported_by_a_run(shop, "--only", "secrets")  # the answer was kept


def test_with_all_scanners_a_clean_file_does_not_load_the_one_for_secrets(shop: Path) -> None:
    pytest.importorskip("hyperscan")
    stage(shop, "x = 1\n")
    run(shop)
    stage(shop, "x = 2\n")
    seen = imported_by_a_run(shop)
    assert "scanners.hygiene" in seen
    assert "scanners.secrets.scanner" not in seen


def test_a_secret_behind_the_door_stops_the_commit(shop: Path) -> None:
    stage(shop, "x = 1\n")
    assert run(shop, "--only", "secrets").returncode == 0
    first, second, third = (f"ghp_aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY2z{end}" for end in ("A4", "B5", "C6"))
    write(shop, {"b.py": f"token = '{first}'\n", "c.txt": f"x {second}\n"})
    (shop / "d.txt").write_bytes(f"x {third}\n".encode("utf-16"))
    git(shop, "add", "-A")
    done = run(shop, "--only", "secrets")
    assert done.returncode == 1
    assert {line.split(":")[0] for line in done.stdout.splitlines() if "secrets." in line} == {"b.py", "c.txt", "d.txt"}
    assert run(shop, "--only", "spelling").returncode == 2


def test_a_database_that_a_repository_brings_along_opens_no_door(shop: Path) -> None:
    stage(shop, "x = 1\n")
    run(shop, "--only", "secrets")
    kept = shop.parent / "state" / "auditor" / "door"
    for database in kept.iterdir():
        (shop / database.name).write_bytes(database.read_bytes())
        database.unlink()
        database.symlink_to(shop / database.name)
    stage(shop, "x = 2\n")
    assert "auditor.wiring" in imported_by_a_run(shop, "--only", "secrets")

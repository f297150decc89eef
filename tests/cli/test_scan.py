"""`auditor scan` as a user runs it."""

import json
import subprocess
import sys
from pathlib import Path

from tests.support.repositories import commit, write


def auditor(*arguments: str, home: Path, path: str = "/usr/bin:/bin") -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, its state below `home`."""
    environment = {"HOME": str(home), "XDG_STATE_HOME": str(home / "state"), "PATH": path}
    command = [sys.executable, "-m", "auditor", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_an_unknown_scanner_is_an_error_of_use_that_lists_the_installed_ones(tmp_path: Path) -> None:
    done = auditor("scan", str(tmp_path), "--only", "magic", home=tmp_path)
    assert done.returncode == 2
    assert "no scanner is called 'magic'; installed are" in done.stderr
    assert "Traceback" not in done.stderr


def test_help_teaches_the_exit_codes(tmp_path: Path) -> None:
    done = auditor("--help", home=tmp_path)
    assert done.returncode == 0
    assert "3 incomplete" in " ".join(done.stdout.split())


def test_a_missing_target_ends_with_incomplete(tmp_path: Path) -> None:
    done = auditor("scan", str(tmp_path / "gone"), "--format", "json", home=tmp_path)
    assert done.returncode == 3
    assert json.loads(done.stdout)["complete"] is False


def test_the_state_is_private(tmp_path: Path) -> None:
    write(tmp_path / "r", {"a.txt": "x"})
    auditor("scan", str(tmp_path / "r"), home=tmp_path)
    folder = tmp_path / "state" / "auditor"
    assert oct(folder.stat().st_mode)[-3:] == "700"
    assert {oct(p.stat().st_mode)[-3:] for p in folder.iterdir() if p.name == "key"} == {"600"}


def test_a_git_that_breaks_off_is_said_and_ends_with_incomplete(tmp_path: Path) -> None:
    commit(tmp_path / "r", {"a.env": "x"})
    broken = tmp_path / "bin" / "git"
    refuse = 'echo "fatal: unable to read tree" >&2; exit 128'
    write(tmp_path / "bin", {"git": f'#!/bin/sh\ncase "$*" in *ls-*) {refuse};; esac\nexec /usr/bin/git "$@"\n'})
    broken.chmod(0o755)
    done = auditor("scan", str(tmp_path / "r"), home=tmp_path, path=f"{broken.parent}:/usr/bin:/bin")
    assert done.returncode == 3
    assert "unable to read tree" in done.stdout
    assert "Traceback" not in done.stderr

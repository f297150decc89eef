"""Precision and recall of the hygiene rules on labelled public repositories.

    python benchmarks/applications/hygiene.py MIRRORS [-v]

MIRRORS holds a git directory of each repository that hygiene.json names, as `owner+name/repo`.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from one_scan import rules_of, scan

from scanners.hygiene import Hygiene


def found(folder: Path, commit: str) -> set[str]:
    """`rule path` of every match; a folded rule stands at no path."""
    hygiene = Hygiene()
    with tempfile.TemporaryDirectory() as work:
        matches = scan(hygiene, folder, commit, Path(work), rules_of(hygiene)).matches
    return {f"{m.rule_id.removeprefix('hygiene.')} {'' if m.also_at else m.location.path}".strip() for m in matches}


def main(mirrors: Path) -> None:
    labels = json.loads((Path(__file__).parent / "hygiene.json").read_text())
    for number, repositories in labels["rounds"].items():
        right = false = missed = 0
        for name, known in repositories.items():
            folder = mirrors / name.replace("/", "+") / "repo"
            folder = folder / ".git" if (folder / ".git").is_dir() else folder
            # What two careful readers may see differently counts neither way.
            either = set(known.get("either", ()))
            said, truth = found(folder, known["commit"]) - either, set(known["true"]) - either
            right, false, missed = right + len(said & truth), false + len(said - truth), missed + len(truth - said)
            if "-v" in sys.argv:
                print(" ", name, "false", sorted(said - truth), "missed", sorted(truth - said))
        print(
            f"round {number} right {right:4} false {false:3} missed {missed:3} "
            f"P {right / max(1, right + false):.3f} R {right / max(1, right + missed):.3f}"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))

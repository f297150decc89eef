"""Precision and recall of the Apps Script rules against apps_script_labels.json.

    python benchmarks/applications/score_apps_script.py FOLDER

FOLDER holds one checkout a repository, named `owner+name`; a label `owner/name:folder` is one project of several. `issues`
must be found; `either` may be found or not, because two careful readers may differ.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

LABELS = Path(__file__).parent / "apps_script_labels.json"


def found_in(folder: Path, project: str) -> set[str]:
    """Rule names that fire in a checkout, or below one folder of it."""
    done = subprocess.run(
        [sys.executable, "-m", "auditor", "scan", "--only", "apps_script", "--format", "json", "--quiet", str(folder)],
        capture_output=True, check=False, text=True,
    )  # fmt: skip
    findings: list[Mapping[str, Any]] = json.loads(done.stdout)["findings"]
    return {str(f["rule"]).removeprefix("apps_script.") for f in findings if str(f["path"]).startswith(project)}


def main(root: Path) -> None:
    """Score every project, then all together."""
    hit = missed = wrong = 0
    for name, label in json.loads(LABELS.read_text()).items():
        repository, _, project = name.partition(":")
        if not (root / repository.replace("/", "+", 1)).is_dir():
            continue
        found = found_in(root / repository.replace("/", "+", 1), project)
        if "destructive-action-without-auth" in found:  # the worse finding at the same place takes the other in
            found |= {"post-without-auth", "get-without-auth"} & set(label["issues"])
        wanted, either = set(label["issues"]), set(label["either"])
        print(f"{name}: missed {sorted(wanted - found)}, wrong {sorted(found - wanted - either)}")
        hit += len(wanted & found)
        missed += len(wanted - found)
        wrong += len(found - wanted - either)
    print(
        f"recall {hit}/{hit + missed} = {hit / (hit + missed):.3f}, precision {hit}/{hit + wrong} = {hit / (hit + wrong):.3f}"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))

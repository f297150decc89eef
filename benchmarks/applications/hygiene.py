"""Precision and recall of the hygiene rules on labelled public repositories.

    python benchmarks/applications/hygiene.py MIRRORS [-v]

MIRRORS holds a git directory of each repository that hygiene.json names, as `owner+name/repo`.
"""

from __future__ import annotations

import json
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from auditor.adapters.git import Git, GitFiles
from auditor.adapters.history import GitHistory
from auditor.adapters.programs import LocalPrograms
from auditor.model.ports import ScanContext
from auditor.model.target import Repo
from auditor.resources import rules_folder
from auditor.rulebook import read_rulebook
from scanners.hygiene import Hygiene

NOW = datetime(2026, 11, 24, tzinfo=UTC)


class NoCache:
    def get(self, _key: str) -> bytes | None:
        return None

    def get_many(self, _keys: object) -> dict[str, bytes]:
        return {}

    def put_many(self, _values: object) -> None:
        return


def found(folder: Path, commit: str) -> set[str]:
    """`rule path` of every match; a folded rule stands at no path."""
    git = Git(folder)
    context = ScanContext(
        rules=read_rulebook(rules_folder(), scanners=["hygiene"]).of("hygiene"),
        rules_digest="",
        files=GitFiles(git, commit),
        history=GitHistory(git, commit),
        programs=LocalPrograms(),
        cache=NoCache(),
        mark=lambda _: "",
        now=NOW,
        data=rules_folder(),
        work=Path(tempfile.mkdtemp()),
        options={},
    )
    matches = Hygiene().scan(Repo("x", "x", folder, commit), context).matches
    return {f"{m.rule_id.removeprefix('hygiene.')} {'' if m.also_at else m.location.path}".strip() for m in matches}


def main(mirrors: Path) -> None:
    labels = json.loads((Path(__file__).parent / "hygiene.json").read_text())
    for number, repositories in labels["rounds"].items():
        right = false = missed = 0
        for name, known in repositories.items():
            folder = mirrors / name.replace("/", "+") / "repo"
            folder = folder / ".git" if (folder / ".git").is_dir() else folder
            said, truth = found(folder, known["commit"]), set(known["true"])
            right, false, missed = right + len(said & truth), false + len(said - truth), missed + len(truth - said)
            if "-v" in sys.argv:
                print(" ", name, "false", sorted(said - truth), "missed", sorted(truth - said))
        print(
            f"round {number} right {right:4} false {false:3} missed {missed:3} "
            f"P {right / max(1, right + false):.3f} R {right / max(1, right + missed):.3f}"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Precision and recall of the page rules on labelled public repositories.

    python benchmarks/applications/pages.py MIRRORS

MIRRORS holds a git directory of each repository that pages.json names, as `owner+name/repo`.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from auditor.adapters.git import Git, GitFiles
from auditor.model.target import Repo
from auditor.resources import rules_folder
from auditor.rulebook import read_rulebook
from scanners.pages import CHECKS, _Reading, _sites, _types
from scanners.pages.apply import hits
from scanners.pages.cards import compiled

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def found(folder: Path, commit: str, judged: frozenset[str], site_rules: set[str]) -> set[tuple[str, str]]:
    """(rule, page) of everything that the rules say; a rule about a site stands at no page."""
    files = GitFiles(Git(folder), commit)
    reading = _Reading(files)
    said = set()
    for site in _sites(Repo("x", "x", folder, commit), reading, _types(rules_folder())):
        for card in read_rulebook(rules_folder(), scanners=["pages"]).of("pages"):
            for hit in hits(compiled(card, frozenset(CHECKS)), site, NOW, CHECKS):
                rule, places = card.id.removeprefix("pages."), (hit.page, *hit.also)
                if rule in site_rules and any(page.path in judged for page in site.everything):
                    said.add((rule, places[0].path))  # It is about the site, whichever page it stands at.
                else:
                    said |= {(rule, page.path) for page in places if page.path in judged}
    return said


def main(mirrors: Path) -> None:
    labels = json.loads((Path(__file__).parent / "pages.json").read_text())
    site_rules = set(labels["site_rules"])
    verbose = "-v" in sys.argv
    for number, repositories in labels["rounds"].items():
        counts: dict[str, Counter[str]] = {"page": Counter(), "site": Counter()}
        page_rules = {rule for known in repositories.values() for rule in known["pages"]} - site_rules
        for name, known in repositories.items():
            folder = mirrors / name.replace("/", "+") / "repo"
            folder = folder / ".git" if (folder / ".git").is_dir() else folder
            said = found(folder, known["commit"], frozenset(known["judged"]), site_rules)
            truth = {
                "page": {
                    (rule, page) for rule, pages in known["pages"].items() for page in pages if rule in page_rules
                },
                "site": {(rule, "") for rule in known.get("site", ())},
            }
            ours = {
                "page": {(rule, page) for rule, page in said if rule in page_rules},
                "site": {(rule, "") for rule, _ in said if rule in site_rules and "site" in known},
            }
            # What two careful readers may see differently counts neither way.
            either = {(rule, page) for rule, _, page in (each.partition(" ") for each in known.get("either", ()))}
            for kind in ("page", "site"):
                truth[kind] -= either
                ours[kind] -= either
                counts[kind]["right"] += len(truth[kind] & ours[kind])
                counts[kind]["false"] += len(ours[kind] - truth[kind])
                counts[kind]["missed"] += len(truth[kind] - ours[kind])
                if verbose:
                    print(
                        " ",
                        name,
                        kind,
                        "false",
                        sorted(ours[kind] - truth[kind]),
                        "missed",
                        sorted(truth[kind] - ours[kind]),
                    )
        for kind, count in (*counts.items(), ("all", counts["page"] + counts["site"])):
            precision = count["right"] / max(1, count["right"] + count["false"])
            recall = count["right"] / max(1, count["right"] + count["missed"])
            print(
                f"round {number} {kind:4} right {count['right']:5} false {count['false']:3} missed {count['missed']:3} P {precision:.3f} R {recall:.3f}"
            )


if __name__ == "__main__":
    main(Path(sys.argv[1]))

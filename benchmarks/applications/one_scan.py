"""One scanner on one commit of a repository, without store, cache or report: what the measurements here share."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from auditor.adapters.git import Git, GitFiles
from auditor.adapters.history import GitHistory
from auditor.adapters.programs import LocalPrograms
from auditor.model.ports import ScanContext, Scanner
from auditor.model.rule import Rule
from auditor.model.run import ScanResult
from auditor.model.target import Repo
from auditor.resources import rules_folder
from auditor.rulebook import read_rulebook

NOW = datetime(2026, 11, 24, tzinfo=UTC)


class NoCache:
    def get(self, _key: str) -> bytes | None:
        return None

    def get_many(self, _keys: object) -> dict[str, bytes]:
        return {}

    def put_many(self, _values: object) -> None:
        return


def rules_of(scanner: Scanner) -> tuple[Rule, ...]:
    return tuple(read_rulebook(rules_folder(), scanners=[scanner.name]).of(scanner.name))


def scan(scanner: Scanner, folder: Path, commit: str, work: Path, rules: tuple[Rule, ...]) -> ScanResult:
    """`folder` is a work tree or a git directory; git is asked for the files anew."""
    git = Git(folder)
    context = ScanContext(
        rules=rules,
        rules_digest="",
        files=GitFiles(git, commit),
        history=GitHistory(git, commit),
        programs=LocalPrograms(),
        cache=NoCache(),
        mark=lambda _: "",
        now=NOW,
        data=rules_folder(),
        work=work,
        options={},
    )
    return scanner.scan(Repo("x", "x", folder, commit), context)

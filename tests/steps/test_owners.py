"""CODEOWNERS: the last line that matches counts."""

from dataclasses import replace
from pathlib import Path

from auditor.model.location import CloudLocation, CodeLocation
from auditor.model.target import Repo, Scope
from auditor.steps.owners import owners_of, read_codeowners
from auditor.steps.scan import Job, run_job
from tests.support.context import NOW, MemoryCache, mark
from tests.support.repositories import commit, git, write
from tests.support.scanners import CARD, Words

TEXT = """
# everything
*            @example/all
/api/        @dana dana@example.com  # the booking API
*.md
[Docs]
/docs/**/*.md @writers
"""


def test_the_last_matching_line_counts_and_an_empty_one_takes_the_owner_away() -> None:
    owners = read_codeowners(TEXT)
    assert owners.of("api/a.py") == "@dana dana@example.com"
    assert owners.of("web/api/a.py") == "@example/all"
    assert owners.of("api/readme.md") == ""
    assert owners.of("docs/deep/a.md") == "@writers"


def test_the_portfolio_names_the_owner_where_no_line_does(tmp_path: Path) -> None:
    head = commit(tmp_path / "shop", {".github/CODEOWNERS": "/api/ @dana\n"})
    owner = owners_of([Repo("shop", "shop", tmp_path / "shop", head)], {"shop": "Sam"})
    assert owner("shop", CodeLocation("shop", "api/a.py", 1)) == "@dana"
    assert owner("shop", CodeLocation("shop", "web/a.py", 1)) == "Sam"
    assert owner("other", CloudLocation("1", "r", "arn")) == ""


def test_a_scan_notes_the_owners_so_that_the_repository_is_not_opened_again(tmp_path: Path) -> None:
    head = commit(tmp_path / "shop", {"CODEOWNERS": "* @dana\n", "a.txt": "forbidden\n"})
    target, cache = Repo("shop", "shop", tmp_path / "shop", head), MemoryCache()
    run_job(Job(Words(), target, (CARD,), "digest", cache, mark, NOW, tmp_path))
    (tmp_path / "shop").rename(tmp_path / "gone")
    assert owners_of([target], {}, cache)("shop", CodeLocation("shop", "a.txt", 1)) == "@dana"


def test_the_owners_of_staged_content_are_not_taken_for_those_of_the_commit(tmp_path: Path) -> None:
    head = commit(tmp_path / "shop", {"CODEOWNERS": "* @dana\n", "a.txt": "fine\n"})
    write(tmp_path / "shop", {"CODEOWNERS": "* @mallory\n", "a.txt": "forbidden\n"})
    git(tmp_path / "shop", "add", "-A")
    target, cache = Repo("shop", "shop", tmp_path / "shop", head), MemoryCache()
    run_job(Job(Words(), replace(target, scope=Scope.STAGED), (CARD,), "digest", cache, mark, NOW, tmp_path))
    assert owners_of([target], {}, cache)("shop", CodeLocation("shop", "a.txt", 1)) == "@dana"

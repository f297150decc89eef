"""CODEOWNERS: the last line that matches counts."""

from pathlib import Path

from auditor.model.location import CloudLocation, CodeLocation
from auditor.model.target import Repo
from auditor.steps.owners import owners_of, read_codeowners
from tests.support.repositories import commit

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

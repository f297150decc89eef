"""Undated figures have the date of their line, as git knows it."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path

from auditor.adapters.git import Git
from auditor.adapters.wiki.reading import PageSource, read_pages
from auditor.adapters.wiki.sources import line_dates
from auditor.resources import rules_folder
from tests.support.repositories import commit

PAGE = "- Cash: $48,000\n- Revenue: $2,900/month\n"


def test_an_old_line_of_a_page_that_was_changed_later_keeps_its_date(tmp_path: Path) -> None:
    commit(tmp_path, {"p.md": PAGE}, day=1)
    head = commit(tmp_path, {"p.md": PAGE.replace("$2,900", "$3,100")}, day=9)
    dates = line_dates(Git(tmp_path), head, "p.md")
    assert dates == {1: date(2026, 10, 1), 2: date(2026, 10, 9)}
    source = PageSource("p.md", (tmp_path / "p.md").read_bytes(), date(2026, 10, 9))
    asked: list[str] = []

    def ask(page: str) -> dict[int, date]:
        asked.append(page)
        return line_dates(Git(tmp_path), head, page)

    other = PageSource("q.md", b"Nothing in figures.\n", date(2026, 10, 9))
    facts = read_pages([source, other], rules_folder(), line_dates=ask).facts
    assert [(f.metric, f.as_of) for f in facts] == [("cash", date(2026, 10, 1)), ("revenue", date(2026, 10, 9))]
    assert asked == ["p.md"]


def test_a_date_that_the_page_says_comes_first(tmp_path: Path) -> None:
    head = commit(tmp_path, {"p.md": "---\nas_of: 2026-09-30\n---\n" + PAGE})
    source = PageSource("p.md", (tmp_path / "p.md").read_bytes(), date(2026, 10, 1))
    facts = read_pages([source], rules_folder(), line_dates=partial(line_dates, Git(tmp_path), head)).facts
    assert {f.as_of for f in facts} == {date(2026, 9, 30)}


def test_a_page_that_git_does_not_know_has_no_line_dates(tmp_path: Path) -> None:
    head = commit(tmp_path, {"p.md": PAGE})
    assert line_dates(Git(tmp_path), head, "other.md") == {}


def test_a_wiki_cannot_take_commits_out_of_the_dates_of_its_lines(tmp_path: Path) -> None:
    commit(tmp_path, {"p.md": PAGE}, day=1)
    head = commit(tmp_path, {"p.md": PAGE.replace("$2,900", "$3,100")}, day=9)
    (tmp_path / "ignored").write_text(f"{head}\n")
    for name in ("ignored", "no-such-file"):
        Git(tmp_path).text("config", "blame.ignoreRevsFile", name)
        assert line_dates(Git(tmp_path), head, "p.md") == {1: date(2026, 10, 1), 2: date(2026, 10, 9)}

"""The example portfolio's repositories: made from overlays, the same everywhere, grown month by month."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from auditor.adapters.example import build_repositories, build_repository
from auditor.adapters.git import Git
from auditor.errors import ConfigError

EXAMPLE = Path(__file__).parents[2] / "examples" / "portfolio"
HISTORY = """
[[commit]]
folder = "01-start"
message = "Start"
author = "Dana Reyes <dana@example.com>"
date = "2026-03-02T09:12:00-08:00"
[[commit]]
message = "Remove the key"
author = "Sam Ortiz <sam@example.com>"
date = "2026-04-02T09:12:00-07:00"
remove = ["key.txt"]
"""


def overlays(folder: Path, history: str = HISTORY) -> Path:
    start = folder / "commits" / "01-start"
    start.mkdir(parents=True)
    (folder / "history.toml").write_text(history)
    (start / "dot.env").write_text("A=<<made-up sk_live_ 24>>\n")
    (start / "key.txt").write_text("<<made-up AKIA 16 upper>>\n")
    return folder


def when(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_the_same_overlays_give_the_same_commits(tmp_path: Path) -> None:
    source = overlays(tmp_path / "shop")
    first = build_repository(source, tmp_path / "a", when("2026-12-01"))
    second = build_repository(source, tmp_path / "b", when("2026-12-01"))
    assert Git(first).resolve() == Git(second).resolve() is not None
    assert (first / ".env").read_text().startswith("A=sk_live_")
    assert not (first / "key.txt").exists()
    assert Git(first).text("log", "--format=%an %ae %aI") == (
        "Sam Ortiz sam@example.com 2026-04-02T09:12:00-07:00\nDana Reyes dana@example.com 2026-03-02T09:12:00-08:00"
    )


def test_a_clock_shows_only_what_was_there_and_a_later_one_goes_on_from_it(tmp_path: Path) -> None:
    source = overlays(tmp_path / "shop")
    target = build_repository(source, tmp_path / "a", when("2026-03-31"))
    march = Git(target).resolve()
    assert (target / "key.txt").read_text().startswith("AKIA")
    build_repository(source, tmp_path / "a", when("2026-05-01"))
    assert Git(target).text("rev-parse", "HEAD~1") == march


def test_the_users_git_configuration_takes_no_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gitconfig").write_text("[commit]\n\tgpgsign = true\n[core]\n\thooksPath = /nowhere\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Somebody")
    target = build_repository(overlays(tmp_path / "shop"), tmp_path / "a", when("2026-05-01"))
    assert Git(target).text("log", "-1", "--format=%an") == "Sam Ortiz"


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (HISTORY.replace("01-start", "01-gone"), "no folder commits/01-gone"),
        (HISTORY.replace('"key.txt"', '"../key.txt"'), "leads outside"),
        (HISTORY.replace("2026-04-02T09:12:00-07:00", "2026-01-01T00:00:00-08:00"), "dated before"),
        (HISTORY.replace("-07:00", ""), "needs an offset"),
        (HISTORY.replace("author =", "writer ="), "unknown key 'writer'"),
        (HISTORY.replace("Dana Reyes <dana@example.com>", "Dana"), "`author` reads"),
        ("[[commit]", "cannot be read"),
        ("", "has no [[commit]]"),
    ],
)
def test_a_history_that_cannot_be_used_is_refused_with_its_place(tmp_path: Path, broken: str, said: str) -> None:
    with pytest.raises(ConfigError, match=r"history\.toml") as refused:
        build_repository(overlays(tmp_path / "shop", broken), tmp_path / "a", when("2026-05-01"))
    assert said in str(refused.value)


def test_a_repository_that_was_not_built_from_this_history_is_left_alone(tmp_path: Path) -> None:
    target = build_repository(overlays(tmp_path / "shop"), tmp_path / "a", when("2026-05-01"))
    other = overlays(tmp_path / "other", HISTORY.replace('"Start"', '"Begin"'))
    with pytest.raises(ConfigError, match="choose an empty folder"):
        build_repository(other, target, when("2026-05-01"))


def test_the_shipped_example_can_be_built_and_grows_between_its_two_months(tmp_path: Path) -> None:
    september, october = when("2026-10-01T06:17:00"), when("2026-11-02T06:17:00")
    built = build_repositories(EXAMPLE / "repositories", tmp_path, september)
    assert {path.name for path in built} == {"jada", "queenofsandiego", "quickdumpnow", "dangerouscentaur"}
    before = {path.name: Git(path).resolve() for path in built}
    build_repositories(EXAMPLE / "repositories", tmp_path, october)
    assert all(Git(path).resolve() != before[path.name] for path in built)
    assert build_repository(EXAMPLE / "wiki", tmp_path / "wiki", october)

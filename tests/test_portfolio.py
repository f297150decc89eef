"""The portfolio file: read whole, and every mistake named with its line and key."""

from pathlib import Path

import pytest

from auditor.errors import ConfigError
from auditor.portfolio import REPORT_NAMES, read_portfolio

GOOD = """
[portfolio]
name = "Two boats"
wiki = "wiki"
timezone = "America/Los_Angeles"

[[entity]]
key = "jada"
repositories = ["repos/jada*"]

[[entity]]
key = "rental"
kind = "rental"

[[aws]]
name = "main"
account = "111122223333"
inventory = "aws/{period}.json"

[reports.ceo]
readers = ["$CEO_ADDRESS"]

[mail]
sender = "auditor@example.com"

[thresholds]
runway_bad_months = 4
"""


def write(folder: Path, text: str, env: str = "CEO_ADDRESS=ceo@example.com\n") -> Path:
    (folder / "portfolio.toml").write_text(text)
    (folder / "repos.env").write_text(env)
    return folder


def test_a_good_file_gives_one_value_with_defaults_filled_in(tmp_path: Path) -> None:
    portfolio = read_portfolio(write(tmp_path, GOOD), {})
    assert [e.key for e in portfolio.entities] == ["jada", "rental"]
    assert portfolio.wiki == tmp_path / "wiki"
    assert portfolio.reports[0].readers == ("ceo@example.com",)
    assert (portfolio.thresholds["runway_bad_months"], portfolio.thresholds["runway_warn_months"]) == ("4", "12")


def test_without_reports_all_eight_are_made(tmp_path: Path) -> None:
    text = GOOD.replace("[reports.ceo]", "").replace('readers = ["$CEO_ADDRESS"]', "")
    assert tuple(r.name for r in read_portfolio(write(tmp_path, text), {}).reports) == REPORT_NAMES


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('key = "rental"', 'key = "jada"', r":12: entity.key: 'jada' stands here twice"),
        ('key = "rental"', 'key = "Rental House"', r":12: entity.key: lower-case"),
        ("repositories =", "repositorys =", r":9: entity.repositorys: unknown key; did you mean 'repositories'\?"),
        ('"111122223333"', '"1111"', r":17: aws.account: the 12-digit"),
        ('"111122223333"', "111122223333", r":17: aws.account: text in quotes"),
        ("runway_bad_months", "runway_months", r":27: thresholds.runway_months: unknown key"),
        ("auditor@example.com", "a@b\\r\\nBcc: x@example.com", r":24: mail.sender: .* is no mail address"),
        ("$CEO_ADDRESS", "$NOBODY", r":21: reports.ceo.readers: \$NOBODY stands neither"),
        ("America/Los_Angeles", "Mars/Olympus", r":5: portfolio.timezone: 'Mars/Olympus' is no IANA"),
        ("[[aws]]", "[aws]", r":15: aws: write \[\[aws\]\]"),
        ("[[entity]]", "[[entity", r"portfolio.toml: .*line 7"),
    ],
)
def test_a_mistake_is_named_with_line_and_key(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        read_portfolio(write(tmp_path, GOOD.replace(old, new)), {})


def test_a_missing_file_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="auditor init"):
        read_portfolio(tmp_path, {})


def test_credentials_do_not_show_in_the_value(tmp_path: Path) -> None:
    folder = write(tmp_path, GOOD, "CEO_ADDRESS=ceo@example.com\nSMTP_PASSWORD=hunter2hunter2\n")
    assert "hunter2" not in repr(read_portfolio(folder, {}))

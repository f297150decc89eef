"""Waivers: what they cover, when they end, and what is refused."""

from dataclasses import replace
from datetime import date

import pytest

from auditor.model.finding import Finding, State
from auditor.model.location import CodeLocation
from auditor.model.rule import Severity
from auditor.steps.waive import waive
from auditor.waivers import read_inline, read_waivers
from tests.support.scanners import CARD

TODAY = date(2026, 11, 2)
RULES = {CARD.id: CARD}
GOOD = """
[[waiver]]
rule = "words.forbidden-word"
path = "docs/*.md"
reason = "quoted from a law"
owner = "Dana"
until = "2026-12-31"
"""


def finding(path: str = "docs/a.md", number: int = 1, **hashes: str) -> Finding:
    place = CodeLocation("shop", path, number)
    return Finding(CARD, place, f"v1:abc:{number}", Severity.HIGH, "high", "shop", hashes=hashes)


def test_a_waiver_covers_as_many_findings_as_its_count_says() -> None:
    waived = waive([finding(), finding(number=2)], read_waivers(GOOD, TODAY), RULES, TODAY)
    assert [f.state for f in waived.findings] == [State.WAIVED, State.NEW]
    waived = waive([finding(), finding(number=2)], read_waivers(GOOD + "count = 2\n", TODAY), RULES, TODAY)
    assert [f.state for f in waived.findings] == [State.WAIVED, State.WAIVED]


def test_a_waiver_of_a_misspelt_rule_is_not_told_as_one_that_nothing_needs() -> None:
    notes = waive(
        [finding()], read_waivers(GOOD.replace("forbidden-word", "forbiden-word"), TODAY), RULES, TODAY
    ).notes(TODAY)
    assert notes == (
        "waiver not used: waivers.toml:2: there is no rule 'words.forbiden-word'; did you mean 'words.forbidden-word'?",
    )


def test_a_waiver_of_a_rule_that_takes_no_part_today_is_not_called_misspelt() -> None:
    notes = waive([], read_waivers(GOOD.replace("words.forbidden-word", "bandit.B105"), TODAY), RULES, TODAY).notes(
        TODAY
    )
    assert notes == ("waivers.toml:2: no finding needs this waiver any more",)


@pytest.mark.parametrize(("day", "state"), [(date(2026, 12, 31), State.WAIVED), (date(2027, 1, 1), State.NEW)])
def test_a_waiver_holds_through_its_last_day_and_not_longer(day: date, state: State) -> None:
    waived = waive([finding()], read_waivers(GOOD, day), RULES, day)
    assert waived.findings[0].state is state


def test_an_expired_one_and_an_unused_one_are_said() -> None:
    file = read_waivers(GOOD + GOOD.replace("docs", "other").replace("2026-12-31", "2026-10-01"), TODAY)
    notes = waive([], file, RULES, TODAY).notes(TODAY)
    assert notes == (
        "waivers.toml:9: the waiver of words.forbidden-word ended on 2026-10-01",
        "waivers.toml:2: no finding needs this waiver any more",
    )


def test_a_waiver_that_ends_within_thirty_days_is_said() -> None:
    file = read_waivers(GOOD.replace("2026-12-31", "2026-11-30"), TODAY)
    notes = waive([finding()], file, RULES, TODAY).notes(TODAY)
    assert notes == ("waivers.toml:2: the waiver of words.forbidden-word ends on 2026-11-30",)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('reason = "quoted from a law"', "", "`reason` is missing"),
        ('owner = "Dana"', "", "`owner` is missing"),
        ('until = "2026-12-31"', "", "`until` is missing"),
        ("2026-12-31", "2026-02-30", "no day of the calendar"),
        ("2026-12-31", "2099-01-01", "more than a year away"),
        ("docs/*.md", "**", "would accept everything"),
        ("docs/*.md", "*/*", "would accept everything"),
        ('path = "docs/*.md"', "", "name a `finding`, or a `rule` with a `path`"),
        ("owner =", "ownr =", "unknown key 'ownr'"),
        ("[[waiver]]", "[waiver]", "double brackets"),
        ("[[waiver]]", "[[waiver", "not valid TOML"),
    ],
)
def test_a_waiver_that_is_not_complete_covers_nothing(old: str, new: str, said: str) -> None:
    file = read_waivers(GOOD.replace(old, new), TODAY)
    assert any(said in str(problem) for problem in file.problems)
    assert waive([finding()], file, RULES, TODAY).findings[0].state is State.NEW


COMMENT = "auditor: allow words.forbidden-word -- quoted from a law (Dana, until 2026-12-31)"


def test_a_comment_waives_its_line() -> None:
    waived = waive([finding(allow=COMMENT, allow_line="1")], read_waivers("", TODAY), RULES, TODAY)
    assert waived.findings[0].waived_by is not None
    assert waived.findings[0].waived_by.owner == "Dana"


def test_a_comment_is_not_obeyed_where_policy_comes_from_elsewhere() -> None:
    found = [finding(allow=COMMENT, allow_line="1")]
    assert waive(found, read_waivers("", TODAY), RULES, TODAY, inline=False).findings[0].state is State.NEW


@pytest.mark.parametrize(
    "comment",
    [
        COMMENT.replace(" (Dana, until 2026-12-31)", ""),
        COMMENT.replace("quoted from a law ", ""),
        COMMENT.replace("2026-12-31", "2026-13-01"),
        COMMENT.replace("Dana, ", ""),
    ],
)
def test_an_incomplete_comment_waives_nothing_and_is_said(comment: str) -> None:
    waived = waive([finding(allow=comment, allow_line="1")], read_waivers("", TODAY), RULES, TODAY)
    assert waived.findings[0].state is State.NEW
    assert len(waived.problems) == 1


def test_a_comment_for_another_rule_waives_nothing() -> None:
    comment = COMMENT.replace("words.forbidden-word", "words.other")
    waived = waive([finding(allow=comment, allow_line="1")], read_waivers("", TODAY), RULES, TODAY)
    assert waived.findings[0].state is State.NEW


def test_the_owner_of_the_file_stands_in_for_a_comment_without_one() -> None:
    found = replace(finding(allow=COMMENT.replace("Dana, ", ""), allow_line="1"), owner="Sam")
    waived = waive([found], read_waivers("", TODAY), RULES, TODAY)
    assert waived.findings[0].state is State.WAIVED


def test_other_tools_markers_are_counted_and_honoured_only_by_policy() -> None:
    found = [finding(foreign="nosec")]
    plain = waive(found, read_waivers("", TODAY), RULES, TODAY)
    assert (plain.findings[0].state, plain.foreign) == (State.NEW, 1)
    file = read_waivers("honour_foreign_markers = true\n", TODAY)
    assert waive(found, file, RULES, TODAY).findings[0].state is State.WAIVED


def test_an_ordinary_comment_is_no_waiver() -> None:
    assert read_inline("# auditor: see the docs about what we allow", "a:1", "", TODAY) is None


def test_a_waiver_for_a_rule_that_let_another_speak_binds_all_the_same() -> None:
    comment = COMMENT.replace("words.forbidden-word", "words.quiet")
    found = replace(finding(allow=comment, allow_line="1"), seen_by=("words.forbidden-word", "words.quiet"))
    assert waive([found], read_waivers("", TODAY), RULES, TODAY).findings[0].state is State.WAIVED
    quiet = read_waivers(GOOD.replace("words.forbidden-word", "words.quiet"), TODAY)
    assert waive([replace(finding(), seen_by=found.seen_by)], quiet, RULES, TODAY).findings[0].state is State.WAIVED

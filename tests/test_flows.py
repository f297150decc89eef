"""From paths to a verdict."""

import json
from pathlib import Path

import pytest

from auditor.errors import UsageError
from auditor.flows.scanning import scan_paths
from auditor.flows.tools import Policy
from auditor.formats.scan_json import scan_json
from auditor.formats.text import scan_text
from auditor.model.rule import Severity
from tests.support.repositories import commit, write
from tests.support.scanners import CARD, Breaks, Refuses, Skips, Unknown, Words
from tests.support.tools import tools


def test_a_folder_without_git_is_scanned(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "fine\nforbidden\n"})
    verdict = scan_paths([tmp_path], tools([Words()], [CARD]), Policy())
    assert [(f.rule.id, f.location.line, f.state.value) for f in verdict.findings] == [
        ("words.forbidden-word", 2, "new")
    ]  # type: ignore[union-attr]
    assert verdict.complete
    assert len(verdict.blocking) == 1


def test_a_finding_under_the_threshold_does_not_block(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "forbidden"})
    verdict = scan_paths([tmp_path], tools([Words()], [CARD]), Policy(fail_on=Severity.CRITICAL))
    assert (len(verdict.findings), verdict.blocking) == (1, ())


def test_a_folder_of_repositories_gives_one_target_each_and_one_for_loose_files(tmp_path: Path) -> None:
    commit(tmp_path / "one", {"a": "1"})
    commit(tmp_path / "deep" / "two", {"a": "1"})
    write(tmp_path, {"loose.txt": "forbidden"})
    verdict = scan_paths([tmp_path], tools([Words()], [CARD]), Policy())
    assert [o.target.name for o in verdict.outcomes] == ["two", "one", tmp_path.name]
    assert len(verdict.findings) == 1


def test_the_state_of_a_portfolio_is_no_finding_of_its_folder_and_is_said_to_be_left_out(tmp_path: Path) -> None:
    write(tmp_path, {".auditor/findings.sqlite": "forbidden", "a.txt": "fine", "else/.auditor/notes.txt": "forbidden"})
    verdict = scan_paths([tmp_path], tools([Words()], [CARD]), Policy())
    assert [f.location.path for f in verdict.findings] == ["else/.auditor/notes.txt"]  # type: ignore[union-attr]
    assert verdict.complete
    assert "left out as usual: 1 auditor's own state" in scan_text(verdict)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_scanner_that_failed_is_not_a_pass_and_the_others_go_on(tmp_path: Path, workers: int) -> None:
    write(tmp_path, {"a.txt": "forbidden"})
    scanners = [Words(), Refuses(), Breaks(), Skips()]
    verdict = scan_paths([tmp_path], tools(scanners, [CARD], workers=workers), Policy())
    ended = {o.scanner: (o.status.value, o.reason) for o in verdict.outcomes}
    assert ended["refuses"] == ("failed", "the engine is not installed")
    assert ended["skips"] == ("skipped", "nothing of its kind here")
    assert ended["breaks"][1].startswith("internal error in the scanner (ValueError at scanners.py:")
    assert "sk_live" not in scan_json(verdict) + scan_text(verdict)
    assert not verdict.complete
    assert len(verdict.findings) == 1


def test_a_match_without_a_card_fails_its_scanner(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": ""})
    (outcome,) = scan_paths([tmp_path], tools([Unknown()], [CARD]), Policy()).outcomes
    assert (outcome.status.value, outcome.reason) == ("failed", "no rule card for unknown.rule")


def test_one_unreadable_file_makes_the_scan_incomplete_and_is_named(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "unreadable", "b.txt": "fine"})
    verdict = scan_paths([tmp_path], tools([Words()], [CARD]), Policy())
    assert not verdict.complete
    assert "not scanned: a.txt: cannot parse" in scan_text(verdict)


def test_a_path_that_does_not_exist_is_not_scanned_and_the_rest_goes_on(tmp_path: Path) -> None:
    write(tmp_path / "there", {"a.txt": "forbidden"})
    verdict = scan_paths([tmp_path / "gone", tmp_path / "there"], tools([Words()], [CARD]), Policy())
    assert "no such file or folder" in verdict.outcomes[0].reason
    assert (verdict.complete, len(verdict.findings)) == (False, 1)


def test_no_rules_at_all_is_incomplete_not_clean(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": ""})
    verdict = scan_paths([tmp_path], tools([Skips()], []), Policy())
    assert not verdict.complete
    assert "no rule was loaded" in scan_text(verdict)


def test_no_scanner_is_an_error_of_use(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no scanner"):
        scan_paths([tmp_path], tools([], [CARD]), Policy())


def test_the_json_has_the_stable_shape(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "forbidden"})
    document = json.loads(scan_json(scan_paths([tmp_path], tools([Words()], [CARD]), Policy())))
    assert document["schema"] == "auditor/scan@1"
    assert document["targets"] == [
        {
            "name": tmp_path.name,
            "kind": "repo",
            "scanners": [{"name": "words", "status": "done", "reason": "", "looked_at": {"files": 1}}],
        }
    ]
    wanted = {"fingerprint", "rule", "aliases", "severity", "confidence", "title", "repo", "path", "line", "end_line",
              "excerpt", "entity", "state"}  # fmt: skip
    assert wanted <= set(document["findings"][0])


def test_the_nth_equal_line_has_its_own_fingerprint_and_moving_keeps_it(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "forbidden\nx\nforbidden\n"})
    before = [f.fingerprint for f in scan_paths([tmp_path], tools([Words()], [CARD]), Policy()).findings]
    write(tmp_path, {"a.txt": "\n\nforbidden\nx\n\nforbidden\n"})
    after = [f.fingerprint for f in scan_paths([tmp_path], tools([Words()], [CARD]), Policy()).findings]
    assert before == after
    assert len(set(before)) == 2

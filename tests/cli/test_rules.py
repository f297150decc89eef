"""`auditor rules` as a user runs it."""

import json
import re
from pathlib import Path

import pytest

from tests.cli.test_scan import auditor

OWN = """
rules:
  - id: secrets.house-token
    title: House token
    severity: high
    why: It opens the house.
    fix: Change the lock.
    match: {pattern: 'house_[0-9]{8}'}
    examples: ['a = "house_12345678"', 'b = "house_87654321"']
    counter_examples: ['a = "house"', %s]
"""


def test_the_list_can_be_narrowed_and_read_by_programs(tmp_path: Path) -> None:
    done = auditor("rules", "list", "--scanner", "semgrep", "--language", "terraform", "-f", "json", home=tmp_path)
    rules = json.loads(done.stdout)["rules"]
    assert len(rules) >= 10
    assert all(rule["id"].startswith("semgrep.terraform-") and rule["languages"] == ["terraform"] for rule in rules)
    critical = auditor("rules", "list", "--severity", "critical", home=tmp_path).stdout.splitlines()
    assert all(" critical " in line for line in critical[:-1])


def test_a_rule_is_shown_by_its_id_and_by_a_former_one(tmp_path: Path) -> None:
    by_id = auditor("rules", "show", "semgrep.python-sql-from-request", home=tmp_path)
    assert by_id.returncode == 0
    assert auditor("rules", "show", "PY-SQL-REQUEST", home=tmp_path).stdout == by_id.stdout
    assert "bound parameters" in by_id.stdout


def test_a_rule_shows_what_its_controls_ask_for_or_why_it_has_none(tmp_path: Path) -> None:
    mapped = auditor("rules", "show", "semgrep.python-sql-from-request", home=tmp_path).stdout
    assert re.search(r"^CWE +89 Improper Neutralization .*SQL", mapped, re.MULTILINE)
    assert re.search(r"^ +nist-800-53-r5 +si-10 +Information Input Validation$", mapped, re.MULTILINE)
    other = auditor("rules", "show", "pages.no-price", home=tmp_path).stdout
    assert re.search(r"^controls +none: Whether the page sells", other, re.MULTILINE)


def test_a_rule_that_does_not_exist_is_an_error_of_use_naming_near_ones(tmp_path: Path) -> None:
    done = auditor("rules", "show", "semgrep.python-sql-from-requests", home=tmp_path)
    assert done.returncode == 2
    assert "semgrep.python-sql-from-request" in done.stderr


@pytest.mark.parametrize(
    ("counter", "code", "said"),
    [("'x'", 0, "0 failures"), ("'c = \"house_11112222\"'", 1, "counter-example 2: matches, and must not")],
)
def test_examples_of_own_rules_are_run(tmp_path: Path, counter: str, code: int, said: str) -> None:
    (tmp_path / "rules" / "secrets").mkdir(parents=True)
    (tmp_path / "rules" / "secrets" / "house.yaml").write_text(OWN % counter)
    done = auditor("rules", "test", "secrets.house-token", "--rules", str(tmp_path / "rules"), home=tmp_path)
    assert (done.returncode, done.stderr) == (code, "")
    assert said in done.stdout


def test_an_invalid_card_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "rules" / "secrets").mkdir(parents=True)
    (tmp_path / "rules" / "secrets" / "bad.yaml").write_text("id: secrets.bad\n")
    done = auditor("rules", "test", "--scanner", "wiki", "--rules", str(tmp_path / "rules"), home=tmp_path)
    assert done.returncode == 3
    assert "secrets/bad.yaml" in done.stdout

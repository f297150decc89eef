"""Verdicts where reviewers look: well formed, and nothing in a finding can break out of them."""

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from auditor.formats import platforms
from auditor.formats.sarif import MOST_RESULTS, sarif
from auditor.formats.text import scan_text
from auditor.model.finding import Finding
from auditor.model.location import CloudLocation, CodeLocation
from auditor.model.rule import Severity
from auditor.model.run import NotScanned, Outcome, OutcomeStatus, ScanResult, Verdict
from tests.support.context import repo
from tests.support.scanners import CARD

EVIL = "a|b`<script>\x1b[31m\r\n::error::x\u202e,=HYPERLINK()"


def finding(path: str = "a.py", title: str = "", number: int = 1, severity: Severity = Severity.HIGH) -> Finding:
    card = replace(CARD, cwe=(798,))
    place = CodeLocation("shop", path, number, number + 1)
    return Finding(card, place, f"v1:{number}:1", severity, "high", "shop", message=title, excerpt="x")


def verdict(*findings: Finding, complete: bool = True) -> Verdict:
    status = OutcomeStatus.DONE if complete else OutcomeStatus.FAILED
    result = ScanResult(not_scanned=() if complete else (NotScanned("b.py", "syntax error"),))
    return Verdict(
        findings, (Outcome("words", repo(), status, "" if complete else "no engine", result),), findings, complete
    )


def test_annotations_are_few_and_cannot_be_forged() -> None:
    many = [finding(number=n) for n in range(1, 30)]
    text = platforms.github_annotations(verdict(*many), many)
    assert len(text.splitlines()) == platforms.MOST_ANNOTATIONS + 1
    forged = [finding(path=EVIL, title=EVIL)]
    lines = platforms.github_annotations(verdict(*forged), forged).splitlines()
    assert len(lines) == 1
    assert lines[0].count("::") == 2 + 2  # the command's own, and two inside the escaped message
    assert lines[0].startswith("::error file=a|b`<script>\\x1b[31m\\x0d\\x0a%3A%3Aerror")


def test_a_finding_cannot_write_into_the_markdown_table() -> None:
    forged = [finding(path=EVIL, title=EVIL)]
    row = next(line for line in platforms.markdown(verdict(*forged), forged).splitlines() if line.startswith("| high"))
    assert row.replace("\\|", "").count("|") == 5
    assert "<script>" not in row


def test_markdown_says_what_was_not_scanned() -> None:
    text = platforms.markdown(verdict(complete=False), [])
    assert "### auditor: Incomplete" in text
    assert "b.py: syntax error" in text


def test_junit_is_xml_and_an_incomplete_scan_is_an_error_in_it() -> None:
    shown = [finding(title='<&">')]
    root = ET.fromstring(platforms.junit(verdict(*shown, complete=False), shown))
    assert (root.get("failures"), root.get("errors")) == ("1", "1")


def test_gitlab_reports_hold_place_and_weakness() -> None:
    shown = [finding()]
    (item,) = json.loads(platforms.gitlab_sast(verdict(*shown), shown, "2026-11-02T06:17:00"))["vulnerabilities"]
    assert item["location"] == {"file": "a.py", "start_line": 1, "end_line": 2}
    assert {
        "type": "cwe",
        "name": "CWE-798",
        "value": "798",
        "url": "https://cwe.mitre.org/data/definitions/798.html",
    } in item["identifiers"]
    (issue,) = json.loads(platforms.code_quality(shown))
    assert issue["location"] == {"path": "a.py", "lines": {"begin": 1, "end": 2}}


def test_sarif_keeps_the_most_severe_within_githubs_limit_and_says_what_it_cut() -> None:
    many = [finding(number=n) for n in range(1, MOST_RESULTS + 3)]
    run = json.loads(sarif(verdict(*many)))["runs"][0]
    assert len(run["results"]) == MOST_RESULTS
    assert "2 less severe findings were left out" in json.dumps(run["invocations"])


@pytest.mark.parametrize("complete", [True, False])
def test_sarif_is_valid_against_its_schema(complete: bool) -> None:
    cloud = replace(finding(), location=CloudLocation("111122223333", "us-east-1", "arn:aws:s3:::b"))
    odd = finding(path="caf\udce9 \u202e.py", title=EVIL)
    log = json.loads(sarif(verdict(finding(), cloud, odd, complete=complete)))
    schema = json.loads((Path(__file__).parent.parent / "data" / "sarif-schema-2.1.0.json").read_text())
    jsonschema.Draft4Validator(schema).validate(log)


def test_sarif_names_a_cloud_resource_without_inventing_a_file() -> None:
    place = CloudLocation("111122223333", "us-east-1", "arn:aws:s3:::b")
    found = replace(finding(), location=place)
    (result,) = json.loads(sarif(verdict(found)))["runs"][0]["results"]
    assert result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == "arn:aws:s3:::b"


@pytest.mark.parametrize("character", ["\x1b", "\r", "\u202e"])
def test_a_terminal_never_gets_control_characters(character: str) -> None:
    told = verdict(finding(path=EVIL, title=f"x{character}"))
    assert character not in scan_text(replace(told, notes=(f"waiver of {character}",)))

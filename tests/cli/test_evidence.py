"""`auditor compliance`, `auditor evidence` and `auditor export`, as their users see them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from auditor.cli.app import app
from auditor.formats.snapshot import dump_snapshot
from auditor.model.finding import State
from auditor.wiring import open_portfolio_store
from tests.support.frameworks import finding, snapshot

PORTFOLIO = """
[portfolio]
name = "Boats"
frameworks = ["cis-aws-3.0.0"]
[[entity]]
key = "jada"
[reports.cto]
attachments = []
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "portfolio.toml").write_text(PORTFOLIO)
    of = snapshot([finding("secrets.key"), finding("aws.trail-off", state=State.WAIVED)])
    with open_portfolio_store(tmp_path) as store:
        store.save_snapshot("2026-10", dump_snapshot(of).decode(), of.content_hash)
    return tmp_path


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.output


def test_a_framework_is_printed_in_every_form(folder: Path) -> None:
    where = ("-p", str(folder))
    code, said = run("compliance", *where)
    assert (code, "cis-aws-3.0.0" in said) == (0, True)
    code, said = run("compliance", "soc2-tsc-2017", "--format", "json", *where)
    assert json.loads(said)["framework"] == "soc2-tsc-2017"
    code, said = run("compliance", "cis-aws-3.0.0", "--format", "csv", "--entity", "jada", *where)
    assert {row["framework"] for row in csv.DictReader(io.StringIO(said))} == {"cis-aws-3.0.0"}
    for form, sign in (("html", "<!DOCTYPE html>"), ("oscal", "assessment-results"), ("table", "not evaluated")):
        code, said = run("compliance", "cis-aws-3.0.0", "--format", form, *where)
        assert (code, sign in said) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["compliance", "no-such"], "no framework is called"),
        (["compliance", "--entity", "nobody"], "has the key"),
        (["compliance", "--format", "oscal"], "name the framework"),
        (["compliance", "--period", "2020-01"], "no snapshot of 2020-01"),
        (["evidence", "pack", "--period", "2020-01"], "no snapshot of 2020-01"),
    ],
)
def test_what_cannot_be_done_is_said(folder: Path, arguments: list[str], said: str) -> None:
    result = CliRunner().invoke(app, [*arguments, "-p", str(folder)])
    assert result.exit_code != 0
    assert said in str(result.exception)


def test_a_pack_is_written_and_verified_and_a_changed_one_is_not(folder: Path) -> None:
    for place in (folder / "pack", folder / "pack.zip"):
        code, said = run("evidence", "pack", "-p", str(folder), "-o", str(place))
        assert code == 0
        fingerprint = said.split()[-1]
        assert run("evidence", "verify", str(place), "--fingerprint", fingerprint)[0] == 0
    (folder / "pack" / "snapshot.json").write_text("{}")
    code, said = run("evidence", "verify", str(folder / "pack"), "--format", "json")
    assert code == 1
    assert "snapshot.json: changed" in json.loads(said)["problems"]
    (folder / "empty").mkdir()
    assert run("evidence", "verify", str(folder / "empty"))[0] == 2


def test_findings_leave_as_ocsf(folder: Path) -> None:
    code, said = run("export", "--format", "ocsf", "-p", str(folder))
    assert code == 0
    assert {event["metadata"]["event_code"] for event in json.loads(said)} == {"secrets.key", "aws.trail-off"}

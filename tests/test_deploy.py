"""The hosts under deploy/, as far as they can run here."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from auditor.cli.app import app
from auditor.errors import UsageError
from auditor.steps.schedule import Place, cron_lines, github_workflow, systemd_units, with_cron_lines

TOP = Path(__file__).parent.parent
PLACE = Place("/opt/auditor/bin/auditor", "/srv/portfolio", "auditor")


def test_the_shipped_files_are_what_schedule_install_writes() -> None:
    for name, text in systemd_units(PLACE).items():
        assert (TOP / "deploy/systemd" / name).read_text() == text
    assert {p.name for p in (TOP / "deploy/systemd").iterdir()} == set(systemd_units(PLACE))
    assert (TOP / "deploy/cron/auditor.cron").read_text() == cron_lines(PLACE)
    assert (TOP / "deploy/github/audit-reports.yml").read_text() == github_workflow()


@pytest.mark.slow
def test_cloudformation_passes_its_linter() -> None:
    linter = Path(sys.executable).parent / "cfn-lint"
    done = subprocess.run(
        [linter, "--regions", "us-east-1", "--", TOP / "deploy/aws/scheduler.yaml"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("", 0)


class _Cloudformation(yaml.SafeLoader):
    """YAML with the short forms of CloudFormation's functions."""


_Cloudformation.add_multi_constructor("!", lambda _loader, tag, node: {tag: getattr(node, "value", None)})


def test_the_cloud_schedule_has_a_dead_letter_queue_and_alarms() -> None:
    template = yaml.load((TOP / "deploy/aws/scheduler.yaml").read_text(), _Cloudformation)
    resources = template["Resources"]
    for name in ("Monthly", "Doctor"):
        target = resources[name]["Properties"]["Target"]
        assert target["DeadLetterConfig"]["Arn"] == {"GetAtt": "NotStarted.Arn"}
    overrides = json.loads(resources["Doctor"]["Properties"]["Target"]["Input"])
    assert overrides["containerOverrides"][0]["command"][0] == "doctor"
    assert resources["NotStartedAlarm"]["Properties"]["AlarmActions"]
    assert resources["TaskFailed"]["Properties"]["Targets"]
    assert resources["Task"]["Properties"]["ContainerDefinitions"][0]["Command"][0] == "monthly"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed here")
def test_systemd_accepts_the_units_even_for_an_awkward_folder(tmp_path: Path) -> None:
    program = tmp_path / "my programs" / "auditor"
    program.parent.mkdir()
    folder = tmp_path / 'a "b" 100% $HOME'
    folder.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    units = tmp_path / "units"
    units.mkdir()
    for name, text in systemd_units(Place(str(program), str(folder))).items():
        (units / name).write_text(text)
    for name in ("auditor-monthly.timer", "auditor-monthly.service", "auditor-doctor.timer", "auditor-failed@.service"):
        done = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", units / name],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "SYSTEMD_UNIT_PATH": f"{units}:"},
        )
        assert [line for line in done.stderr.splitlines() if str(units) in line or "auditor" in line] == []


def test_a_missed_or_doubled_trigger_is_provided_for() -> None:
    timer = systemd_units(PLACE)["auditor-monthly.timer"]
    assert "Persistent=true" in timer
    assert "OnCalendar=*-*-01..05 06:17:00 UTC" in timer
    assert "OnFailure=auditor-failed@%n.service" in systemd_units(PLACE)["auditor-monthly.service"]
    workflow = yaml.safe_load(github_workflow())
    assert workflow[True]["schedule"] == [{"cron": "17 6 1-5 * *"}]
    assert workflow["concurrency"]["cancel-in-progress"] is False
    assert workflow["permissions"] == {}


def test_every_action_is_pinned_by_commit_and_no_input_reaches_the_shell_unquoted() -> None:
    workflow = yaml.safe_load(github_workflow("sites/boats"))
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    uses = [step["uses"] for step in steps if "uses" in step]
    assert len(uses) == 3
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", use) for use in uses)
    assert not any("${{ inputs" in step.get("run", "") for step in steps)


def test_the_container_runs_without_rights_and_from_the_lock_file() -> None:
    text = (TOP / "deploy/container/Containerfile").read_text()
    for copied in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE):
        assert all((TOP / name).exists() for name in copied.split()), copied
    assert re.findall(r"^USER (\S+)$", text, re.MULTILINE) == ["10001"]
    assert "--require-hashes" in text
    assert 'CMD ["monthly", "--quiet"]' in text


def test_the_container_installs_what_is_tested_and_no_tools_of_development() -> None:
    whole = set((TOP / "requirements.lock").read_text().splitlines())
    part = (TOP / "deploy/container/requirements.lock").read_text().splitlines()
    assert set(part) <= whole
    names = {line.split("==")[0] for line in part if "==" in line}
    assert {"semgrep", "weasyprint", "boto3", "psycopg"} <= names
    assert not names & {"pytest", "moto", "mypy", "ruff", "hypothesis"}


def test_a_crontab_keeps_its_own_lines_and_has_ours_once() -> None:
    own = "MAILTO=ops@example.com\n0 0 * * * backup\n"
    once = with_cron_lines(own, cron_lines(PLACE))
    assert once.startswith(own)
    assert with_cron_lines(once, cron_lines(PLACE)) == once
    assert once.count("monthly") == 1
    assert "\\%" in cron_lines(Place("/a", "/b/100%"))


CRONTAB = """#!/bin/sh
file="$(dirname "$0")/table"
if [ "$1" = -l ]; then cat "$file" 2>/dev/null; else cat > "$file"; fi
"""


@pytest.fixture
def portfolio(tmp_path: Path) -> Path:
    folder = tmp_path / "our boats"
    folder.mkdir()
    (folder / "portfolio.toml").write_text('[portfolio]\nname = "Boats"\n[[entity]]\nkey = "jada"\n')
    return folder


def schedule(portfolio: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["schedule", "install", *arguments, "--portfolio", str(portfolio)])


def test_cron_lines_are_installed_once(portfolio: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "bin" / "crontab"
    program.parent.mkdir()
    program.write_text(CRONTAB)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    for _ in range(2):
        assert schedule(portfolio, "cron").exit_code == 0
    table = (program.parent / "table").read_text()
    assert table.count("monthly") == 1
    assert f"'{portfolio}'" in table


def test_units_of_a_user_go_where_systemd_looks(
    portfolio: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    shown = schedule(portfolio, "systemd", "--print")
    assert "ExecStart=" in shown.stdout
    assert not (tmp_path / "config").exists()
    assert "enable --now auditor-monthly.timer" in schedule(portfolio, "systemd").stdout
    assert (tmp_path / "config/systemd/user/auditor-monthly.timer").is_file()


def test_a_workflow_goes_into_the_repository_of_the_portfolio(portfolio: Path, tmp_path: Path) -> None:
    assert isinstance(schedule(portfolio, "github").exception, UsageError)
    (tmp_path / ".git").mkdir()
    assert schedule(portfolio, "github").exit_code == 0
    text = (tmp_path / ".github/workflows/audit-reports.yml").read_text()
    assert yaml.safe_load(text)["jobs"]["monthly"]["steps"][-1]["run"].count("--portfolio 'our boats' ") == 1

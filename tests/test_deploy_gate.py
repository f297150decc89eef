"""The gate's jobs under deploy/: their commands are run as they stand there."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.support.repositories import commit, git

ROOT = Path(__file__).parent.parent
BAD = "import os\n\n\ndef f(x):\n    os.system(x)\n"

pytestmark = pytest.mark.slow


@pytest.fixture
def change(tmp_path: Path) -> Path:
    """A repository with a change that makes it worse, and the command on PATH."""
    folder = tmp_path / "shop"
    commit(folder, {"a.py": "x = 1\n", "old.py": BAD})
    git(folder, "checkout", "-q", "-b", "change")
    commit(folder, {"a.py": BAD})
    script = tmp_path / "bin" / "auditor"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\nexec {sys.executable} -m auditor "$@"\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return folder


def run(script: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    home = folder.parent
    environment = {
        "HOME": str(home), "XDG_STATE_HOME": str(home / "state"), "PATH": f"{home / 'bin'}:{os.environ['PATH']}",
        **variables,
    }  # fmt: skip
    return subprocess.run(
        ["bash", "-e", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_the_github_workflow_blocks_annotates_and_leaves_sarif(change: Path) -> None:
    workflow = yaml.safe_load((ROOT / "deploy/github/audit-gate.yml").read_text())
    steps = workflow["jobs"]["gate"]["steps"]
    script = next(step["run"] for step in steps if step.get("name") == "Gate")
    summary = change.parent / "summary.md"
    done = run(script, change, BASE="main", FAIL_ON="high", GITHUB_STEP_SUMMARY=str(summary))
    assert done.returncode == 1, done.stderr
    assert "::error file=a.py,line=5" in done.stdout
    assert "old.py" not in done.stdout
    results = json.loads((change / "auditor.sarif").read_text())["runs"][0]["results"]
    assert {r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for r in results} == {"a.py"}
    assert "### auditor: Blocked" in summary.read_text()


def test_every_action_is_pinned_by_commit() -> None:
    for path in (ROOT / "deploy" / "github").glob("*.yml"):
        for job in yaml.safe_load(path.read_text())["jobs"].values():
            for step in job["steps"]:
                if "uses" in step:
                    assert len(step["uses"].partition("@")[2].split()[0]) == 40


def test_the_gitlab_job_blocks_and_leaves_both_reports(change: Path) -> None:
    job = yaml.safe_load((ROOT / "deploy/gitlab/audit-gate.gitlab-ci.yml").read_text())["audit-gate"]
    done = run(job["script"][0], change, CI_MERGE_REQUEST_DIFF_BASE_SHA="main", FAIL_ON="high")
    assert done.returncode == 1, done.stderr
    sast = json.loads((change / "gl-sast-report.json").read_text())
    assert {v["location"]["file"] for v in sast["vulnerabilities"]} == {"a.py"}
    assert json.loads((change / "gl-code-quality.json").read_text())


def test_a_harmless_change_passes_both(tmp_path: Path, change: Path) -> None:
    git(change, "checkout", "-q", "main")
    git(change, "checkout", "-q", "-b", "harmless")
    commit(change, {"b.py": "y = 2\n"})
    job = yaml.safe_load((ROOT / "deploy/gitlab/audit-gate.gitlab-ci.yml").read_text())["audit-gate"]
    done = run(job["script"][0], change, CI_MERGE_REQUEST_DIFF_BASE_SHA="main", FAIL_ON="high")
    assert done.returncode == 0, done.stderr + done.stdout

"""The built wheel in a bare environment: what `pip install .` gives, without the checkout beside it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from tests.support.repositories import write

ROOT = Path(__file__).parent.parent

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built by hatchling from this checkout."""
    target = tmp_path_factory.mktemp("wheel")
    code = f"import os; os.chdir({str(ROOT)!r}); from hatchling.build import build_wheel; print(build_wheel({str(target)!r}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return target / done.stdout.strip().splitlines()[-1]


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that holds the wheel; the libraries are those of this environment, so that no network is needed."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder, with_pip=False, symlinks=True)
    site = next((folder / "lib").glob("python*/site-packages"))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    libraries = [p for p in sys.path if p.endswith("site-packages")]
    # Behind the wheel, and without the .pth files that would put the checkout back.
    (site / "libraries.pth").write_text("\n".join(libraries) + "\n")
    return folder


def run(environment: Path, *arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    command = [str(environment / "bin" / "python"), "-m", "auditor", *arguments]
    variables = {"HOME": str(home), "XDG_STATE_HOME": str(home / "state"), "PATH": os.environ["PATH"]}
    return subprocess.run(command, cwd=home, env=variables, capture_output=True, text=True, check=False)


def test_the_wheel_holds_rules_and_templates_and_no_fixtures(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert any(name.startswith("auditor/_shipped/rules/hygiene/") for name in names)
    assert "auditor/_shipped/report_templates/ceo.page.html.j2" in names
    assert "auditor/_shipped/example/portfolio.toml" in names
    assert "auditor/adapters/store/migrations/env.py" in names
    assert not [name for name in names if "/fixtures/" in name or name.startswith(("tests/", "rules/", "benchmarks/"))]
    assert "scanners/py.typed" in names


def test_a_scan_works_from_the_wheel_alone(installed: Path, tmp_path: Path) -> None:
    write(tmp_path / "shop", {".env": "STRIPE_SECRET=1\n", "a.py": "import os\nos.system(input())\n"})
    done = run(installed, "scan", str(tmp_path / "shop"), "--format", "json", home=tmp_path)
    document = json.loads(done.stdout)
    ended = {s["name"]: s["status"] for t in document["targets"] for s in t["scanners"]}
    assert "failed" not in ended.values(), document["not_scanned"]
    assert document["complete"]
    assert document["findings"]


def test_nothing_is_taken_from_the_checkout(installed: Path, tmp_path: Path) -> None:
    code = "import auditor, auditor.resources as r; print(auditor.__file__); print(r.rules_folder())"
    done = subprocess.run(
        [str(installed / "bin" / "python"), "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert str(ROOT) not in done.stdout


def test_a_missing_extra_is_said_and_the_scan_is_incomplete(installed: Path, wheel: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    shutil.copytree(installed, bare, symlinks=True)
    site = next((bare / "lib").glob("python*/site-packages"))
    hidden = "import sys\nfor name in ('semgrep', 'cel_expr_python', 'boto3'):\n    sys.modules[name] = None\n"
    (site / "sitecustomize.py").write_text(hidden)
    template = "Resources:\n  Store:\n    Type: AWS::S3::Bucket\n"
    write(tmp_path / "shop", {"template.yaml": "AWSTemplateFormatVersion: '2010-09-09'\n" + template})
    done = run(bare, "scan", str(tmp_path / "shop"), "--only", "aws", home=tmp_path)
    assert done.returncode == 3, done.stdout + done.stderr
    assert "INCOMPLETE" in done.stdout
    assert "Traceback" not in done.stderr

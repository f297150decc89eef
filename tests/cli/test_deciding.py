"""Baselines and the list of waivers."""

import json
from pathlib import Path

from typer.testing import CliRunner

from auditor.cli.app import app
from auditor.formats.baseline import baseline, read_baseline, with_baseline
from tests.support.repositories import write

BAD = "import os\n\n\ndef f(x):\n    os.system(x)\n"


def run(*arguments: object) -> object:
    return CliRunner().invoke(app, [str(a) for a in arguments])


def test_what_stands_in_the_baseline_does_not_block_and_its_copy_does(tmp_path: Path) -> None:
    shop, file = tmp_path / "shop", tmp_path / "base.json"
    write(shop, {"a.py": BAD})
    assert run("scan", shop, "--only", "bandit").exit_code == 1  # type: ignore[attr-defined]
    assert run("baseline", shop, "--only", "bandit", "-o", file).exit_code == 0  # type: ignore[attr-defined]
    assert run("scan", shop, "--only", "bandit", "--baseline", file).exit_code == 0  # type: ignore[attr-defined]
    write(shop, {"a.py": BAD + "    os.system(x)\n"})
    assert run("scan", shop, "--only", "bandit", "--baseline", file).exit_code == 1  # type: ignore[attr-defined]


def test_a_further_copy_of_a_known_secret_is_not_covered_by_the_baseline(tmp_path: Path) -> None:
    shop, file = tmp_path / "shop", tmp_path / "base.json"
    key = 'stripe = "sk_live_' + 'Zq8RtY2uVw5xLm3nBd7kPf4s"\n'
    write(shop, {"a.py": key, "b.py": key})
    assert run("baseline", shop, "--only", "secrets", "-o", file).exit_code == 0  # type: ignore[attr-defined]
    write(shop, {"a.py": f"\n\n{key}"})
    assert run("scan", shop, "--only", "secrets", "--baseline", file).exit_code == 0  # type: ignore[attr-defined]
    write(shop, {"a.py": key + key})
    assert run("scan", shop, "--only", "secrets", "--baseline", file).exit_code == 1  # type: ignore[attr-defined]


def test_a_baseline_has_no_line_numbers_and_is_the_same_when_lines_move(tmp_path: Path) -> None:
    shop, first, second = tmp_path / "shop", tmp_path / "1.json", tmp_path / "2.json"
    write(shop, {"a.py": BAD})
    run("baseline", shop, "--only", "bandit", "-o", first)
    write(shop, {"a.py": "# more\n\n" + BAD})
    run("baseline", shop, "--only", "bandit", "-o", second)
    assert first.read_text() == second.read_text()
    assert read_baseline(first)


def test_an_incomplete_scan_writes_no_baseline(tmp_path: Path) -> None:
    write(tmp_path / "shop", {"a.py": "def broken(:\n"})
    done = run("baseline", tmp_path / "shop", "--only", "bandit", "-o", tmp_path / "base.json")
    assert done.exit_code == 3  # type: ignore[attr-defined]
    assert not (tmp_path / "base.json").exists()


def test_an_empty_baseline_knows_nothing() -> None:
    assert json.loads(baseline(()))["findings"] == []
    assert with_baseline((), {}) == ()


def test_the_list_of_waivers_names_what_ended_and_what_is_not_complete(tmp_path: Path) -> None:
    run("init", tmp_path)
    write(
        tmp_path,
        {
            "waivers.toml": '[[waiver]]\nrule = "a.b"\npath = "x"\nreason = "r"\nowner = "Dana"\nuntil = "2020-01-01"\n'
            '[[waiver]]\nrule = "a.c"\npath = "x"\nowner = "Dana"\nuntil = "2020-01-01"\n'
        },
    )
    done = run("waivers", "-p", tmp_path, "--format", "json")
    document = json.loads(done.stdout)  # type: ignore[attr-defined]
    assert [(w["rule"], w["state"]) for w in document["waivers"]] == [("a.b", "ended")]
    assert "`reason` is missing" in document["problems"][0]
    assert done.exit_code == 1  # type: ignore[attr-defined]

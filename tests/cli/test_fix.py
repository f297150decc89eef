"""`auditor fix gitignore` as a user runs it."""

import subprocess
from collections import Counter
from pathlib import Path

from auditor.flows.mending import Change, _objection
from tests.cli.test_scan import auditor
from tests.support.repositories import commit


def is_ignored(folder: Path, name: str) -> bool:
    return subprocess.run(["git", "check-ignore", "-q", name], cwd=folder, check=False).returncode == 0


def test_the_printed_lines_are_written_only_on_demand_and_then_git_obeys_them(tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    commit(shop, {".gitignore": "dist/", "package.json": "{}", "repos.env.example": "A=\n"})
    printed = auditor("fix", "gitignore", str(shop), home=tmp_path)
    assert printed.returncode == 0
    assert {".env", "repos.env", "*.pem"} <= set(printed.stdout.splitlines())
    assert (shop / ".gitignore").read_text() == "dist/"
    auditor("fix", "gitignore", str(shop), "--write", home=tmp_path)
    assert all(is_ignored(shop, name) for name in (".env", ".env.local", "repos.env", "a.pem", "dist/x"))
    assert not is_ignored(shop, ".env.example")
    again = auditor("fix", "gitignore", str(shop), home=tmp_path)
    assert (again.stdout, "covers" in again.stderr) == ("", True)


CODE = "import requests\nimport yaml\n\n\ndef read(path):\n    return yaml.load(open(path))\n\n\ndef ask(url):\n    return requests.get(url)\n"
PAGE = '<html><body><a href="https://a.example" target="_blank">A</a></body></html>\n'


def test_code_is_mended_as_a_diff_first_and_only_what_git_has(tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    commit(shop, {"a.py": CODE, "b.py": CODE, "page.html": PAGE})
    (shop / "b.py").write_text(CODE + "\nx = 1\n")
    (shop / "link.py").symlink_to(shop / "a.py")
    (shop / "a.py").chmod(0o755)
    proposed = auditor("fix", "code", str(shop), home=tmp_path)
    assert proposed.returncode == 0
    assert "+    return yaml.safe_load(open(path))" in proposed.stdout
    assert "+    return requests.get(url, timeout=10)" in proposed.stdout
    assert "b.py" not in proposed.stdout
    assert "left alone: b.py" in proposed.stderr
    assert (shop / "a.py").read_text() == CODE
    check = subprocess.run(["git", "apply", "--check"], cwd=shop, input=proposed.stdout, text=True, check=False)
    assert check.returncode == 0

    written = auditor("fix", "code", str(shop), "--write", home=tmp_path)
    assert written.returncode == 0
    assert "yaml.safe_load(open(path))" in (shop / "a.py").read_text()
    assert (shop / "a.py").stat().st_mode & 0o777 == 0o755
    assert 'rel="noopener"' in (shop / "page.html").read_text()
    assert (shop / "b.py").read_text() == CODE + "\nx = 1\n"
    assert (shop / "link.py").is_symlink()
    assert sorted(path.name for path in shop.iterdir()) == [".git", "a.py", "b.py", "link.py", "page.html"]

    forced = auditor("fix", "code", str(shop), "--force", "--rule", "bandit.request-without-timeout", home=tmp_path)
    assert "b.py" in forced.stdout
    assert "safe_load" not in forced.stdout.split("+++ b/b.py")[1]


def test_where_nothing_can_be_mended_nothing_is_printed(tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    commit(shop, {"a.py": CODE})
    done = auditor("fix", "code", str(shop), "--rule", "semgrep.python-sql-from-request", home=tmp_path)
    assert (done.stdout, done.returncode) == ("", 0)
    assert "nothing that can be mended" in done.stderr


def test_a_change_that_leaves_the_finding_or_brings_another_does_not_hold() -> None:
    change = Change("a.py", b"", b"x = 1\n", ("a.rule",))
    assert _objection(change, Counter({"a.rule": 2}), Counter({"a.rule": 1})) == ""
    assert "still be there" in _objection(change, Counter({"a.rule": 1}), Counter({"a.rule": 1}))
    assert "there would be b.rule" in _objection(change, Counter({"a.rule": 1}), Counter({"b.rule": 1}))
    broken = Change("a.py", b"", b"x = (\n", ())
    assert _objection(broken, Counter(), Counter()) == "it does not parse"

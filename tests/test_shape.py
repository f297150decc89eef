"""What is declared exists, and what exists is declared."""

from __future__ import annotations

import ast
import importlib.util
import re
import tomllib
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from typer.main import get_command

from auditor.cli.app import app
from auditor.portfolio import REPORT_NAMES
from auditor.resources import rules_folder, templates_folder
from auditor.rulebook import SCANNER_FOLDERS, read_rulebook
from auditor.wiring import HOOK_SCANNERS, find_scanners

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_every_declared_scanner_is_installed_and_names_itself() -> None:
    declared = PROJECT["project"]["entry-points"]["auditor.scanners"]
    found = find_scanners()
    assert found.broken == {}
    assert {scanner.name for scanner in found.scanners} >= set(declared)
    installed = {point.name: point.value for point in entry_points(group="auditor.scanners")}
    assert all(installed[name] == value for name, value in declared.items())


def test_every_scanner_has_cards_and_every_folder_of_cards_a_reader() -> None:
    names = {scanner.name for scanner in find_scanners().scanners}
    with_cards = {rule.scanner for rule in read_rulebook(rules_folder()).rules}
    assert with_cards - {"wiki"} <= names
    assert with_cards <= set(SCANNER_FOLDERS)


def test_the_hooks_scanners_are_the_declared_ones() -> None:
    declared = PROJECT["project"]["entry-points"]["auditor.scanners"]
    assert {name: declared.get(name) for name in HOOK_SCANNERS} == dict(HOOK_SCANNERS)


@pytest.mark.parametrize("name", REPORT_NAMES)
def test_every_report_has_a_module_and_three_templates(name: str) -> None:
    assert (ROOT / "src" / "auditor" / "reports" / f"{name}.py").is_file()
    for form in ("email.html", "email.txt", "page.html"):
        assert (templates_folder() / f"{name}.{form}.j2").is_file()


def test_the_top_of_the_house_is_as_promised() -> None:
    promised = {
        "pyproject.toml", "rules", "scanners", "src", "report_templates", ".pre-commit-config.yaml",
        ".pre-commit-hooks.yaml", "tests", "examples", "docs", "deploy", "benchmarks", "Makefile", "requirements.lock",
        "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "NOTICE", "README.md", "repos.env.example",
    }  # fmt: skip
    assert [name for name in sorted(promised) if not (ROOT / name).exists()] == []


def test_no_module_swallows_every_exception() -> None:
    for path in [*(ROOT / "src").rglob("*.py"), *(ROOT / "scanners").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ExceptHandler):
                names = [node.type] if not isinstance(node.type, ast.Tuple) else list(node.type.elts)
                caught = {ast.unparse(name) for name in names if name}
                assert node.type is not None, f"{path}:{node.lineno}"
                assert not caught & {"Exception", "BaseException"}, f"{path}:{node.lineno}"


def commands() -> list[str]:
    found = []
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", None)
        found += [f"{name} {sub}" for sub in inner] if inner else [name]
    return found


@pytest.mark.parametrize("command", [*commands(), "hook"])
def test_every_command_is_in_the_documents(command: str) -> None:
    texts = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    assert any(re.search(rf"auditor {command}\b", path.read_text()) for path in texts)


def test_the_documents_made_from_the_program_are_current() -> None:
    location = ROOT / "docs" / "generate.py"
    spec = importlib.util.spec_from_file_location("generate", location)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name, make in module.DOCUMENTS.items():
        assert (ROOT / "docs" / name).read_text() == make(), f"docs/{name} is stale: run `make docs`"


@pytest.mark.parametrize("command", commands())
def test_every_command_says_what_it_does(command: str) -> None:
    node = get_command(app)
    for part in command.split():
        node = node.commands[part]  # type: ignore[attr-defined]
    assert len((node.help or "").split()) >= 4

"""Write the documents that are made from the program: the commands and the rules. `make docs` runs it, a test compares."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from typer.main import get_command

from auditor.cli.app import EPILOG, app
from auditor.cli.hook import USAGE
from auditor.formats.rules import SCANNERS, rules_index, rules_reference
from auditor.resources import rules_folder
from auditor.rulebook import read_rulebook

FOLDER = Path(__file__).parent
NOTE = "<!-- Made by `make docs` from the program; edit the help texts there. -->"


def commands() -> str:
    """The command reference."""
    return "\n".join(_commands()) + "\n"


def _commands() -> Iterator[str]:
    yield "# Commands"
    yield ""
    yield NOTE
    yield ""
    yield " ".join(EPILOG.split())
    yield ""
    for name, command in sorted(get_command(app).commands.items()):  # type: ignore[attr-defined]
        for sub, inner in sorted(getattr(command, "commands", {}).items()):
            yield from _command(f"{name} {sub}", inner)
        if not getattr(command, "commands", None):
            yield from _command(name, command)
    yield "## auditor hook"
    yield ""
    yield "```"
    yield USAGE.rstrip()
    yield "```"


def _command(name: str, command: Any) -> Iterator[str]:
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option" and p.name != "help" and not p.hidden]
    shown = " ".join(p.metavar or f"[{str(p.name).upper()}]" for p in arguments)
    yield f"## auditor {name}"
    yield ""
    yield f"`auditor {name}{' [OPTIONS]' if options else ''}{f' {shown}' if shown else ''}`"
    yield ""
    for paragraph in (command.help or "").split("\n\n"):
        yield " ".join(paragraph.split())
        yield ""
    if options:
        yield "| option | meaning |"
        yield "|---|---|"
        for option in options:
            names = ", ".join(f"`{n}`" for n in (*option.opts, *option.secondary_opts))
            meaning = " ".join((option.help or "").split()).replace("|", "\\|")
            yield f"| {names} | {meaning} |"
        yield ""


def _rules(scanner: str) -> Callable[[], str]:
    """Maker of one scanner's page of the rule reference."""
    return lambda: rules_reference(scanner, read_rulebook(rules_folder(), scanners=[scanner]).rules)


DOCUMENTS = {
    "commands.md": commands,
    "rules.md": rules_index,
    **{f"rules/{scanner}.md": _rules(scanner) for scanner in SCANNERS},
}


def main() -> None:
    """Write those that differ."""
    for name, make in DOCUMENTS.items():
        path = FOLDER / name
        text = make()
        path.parent.mkdir(exist_ok=True)
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
            sys.stdout.write(f"wrote docs/{name}\n")


if __name__ == "__main__":
    main()

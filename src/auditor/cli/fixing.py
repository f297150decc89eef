"""`auditor fix`: what can be mended safely."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from auditor.cli.scanning import exit_code

fix_app = typer.Typer(help="Mend what can be mended safely, as a diff first.", no_args_is_help=True)


@fix_app.callback()
def fix() -> None:
    """Mend what can be mended safely; nothing is written without `--write`."""


@fix_app.command()
def gitignore(
    target: Annotated[Path, typer.Argument(metavar="[TARGET]", help="A repository; here if not given.")] = Path(),
    write: Annotated[bool, typer.Option("--write", help="Add the lines to TARGET/.gitignore.")] = False,
) -> None:
    """Print the lines that `.gitignore` lacks, so that environment files, keys and state stay out of git.

    git itself is asked what it would ignore. Files that are tracked already stay tracked: see `git rm --cached`.
    """
    from auditor.flows.scanning import scan_paths
    from auditor.flows.tools import Policy
    from auditor.model.rule import Confidence, Severity
    from auditor.wiring import make_tools

    tools = make_tools(only=("hygiene",))
    verdict = scan_paths([target], tools, Policy(Severity.CRITICAL, Confidence.HIGH))
    wanted: dict[str, None] = {}
    for finding in verdict.findings:
        if finding.rule.id.startswith("hygiene.gitignore-"):
            wanted |= dict.fromkeys(finding.details.get("lines", "").splitlines())
    wanted.pop("", None)
    lines = "".join(f"{line}\n" for line in wanted)
    path = target / ".gitignore"
    if not wanted:
        typer.echo(f"{path} covers environment files, keys and state already.", err=True)
    elif not write:
        typer.echo(lines, nl=False)
    else:
        there = path.read_text(encoding="utf-8", errors="surrogateescape") if path.is_file() else ""
        gap = "" if not there or there.endswith("\n") else "\n"
        path.write_text(there + gap + lines, encoding="utf-8", errors="surrogateescape")
        typer.echo(f"Added {len(wanted)} lines to {path}.", err=True)
    raise typer.Exit(exit_code(complete=verdict.complete, blocking=False))


@fix_app.command()
def code(
    target: Annotated[Path, typer.Argument(metavar="[TARGET]", help="A repository; here if not given.")] = Path(),
    rule: Annotated[
        list[str] | None, typer.Option("--rule", help="Only findings of this rule; may be repeated.")
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="Change the files.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Also files that differ from git's last commit.")] = False,
) -> None:
    """Print a diff that mends unsafe YAML loading, requests without a time limit, and links and scripts of pages.

    Each change was tried out: the finding is gone, no new one is there, and the file still parses. What would need a guess
    (weak hashes, shells, temporary names) is left alone.
    """
    from auditor.flows.mending import SCANNERS, propose_changes, summary, write_changes
    from auditor.wiring import make_tools

    mending = propose_changes(target, make_tools(only=SCANNERS), only=tuple(rule or ()), force=force)
    for note in mending.notes:
        typer.echo(note, err=True)
    if not mending.changes:
        typer.echo("There is nothing that can be mended safely.", err=True)
    elif write:
        write_changes(target, mending.changes)
        for line in summary(mending.changes):
            typer.echo(f"Mended {line}", err=True)
    else:
        for change in mending.changes:
            typer.echo(change.diff, nl=False)
    raise typer.Exit(exit_code(complete=mending.complete, blocking=False))

"""`auditor scan`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from auditor.cli.output import Output, Quiet, progress, split, write
from auditor.errors import ExitCode
from auditor.model.rule import Confidence, Severity


class ScanFormat(StrEnum):
    """How a verdict is printed."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


_SEVERITIES = "info, low, medium, high or critical"


def scan(
    targets: Annotated[
        list[Path] | None, typer.Argument(metavar="[TARGET ...]", help="Folders, repositories or files; here if none.")
    ] = None,
    only: Annotated[str, typer.Option(help="Scanners to run, `a,b`; all if not given.")] = "",
    output_format: Annotated[ScanFormat, typer.Option("--format", "-f", help="text, json or sarif.")] = ScanFormat.TEXT,
    output: Output = None,
    history: Annotated[bool, typer.Option(help="Look for secrets in all of git's history too.")] = False,
    deep: Annotated[bool, typer.Option(help="Render pages in Chromium where it is installed.")] = False,
    axe: Annotated[
        str, typer.Option(metavar="FILE", help="With --deep: axe.min.js of axe-core, or the folder of its npm package.")
    ] = "",
    fail_on: Annotated[str, typer.Option(help=f"Least severity that gives exit code 1: {_SEVERITIES}.")] = "high",
    min_confidence: Annotated[
        str, typer.Option(help="Least confidence that gives exit code 1: low, medium, high.")
    ] = "low",
    engine: Annotated[
        str, typer.Option(help="Secrets engine: `auditor`, or `detect-secrets` without our judging.")
    ] = "",
    baseline: Annotated[Path | None, typer.Option(help="Findings of this file are known and do not block.")] = None,
    inline_waivers: Annotated[bool, typer.Option(help="Let comments `auditor: allow ...` waive findings.")] = True,
    rules: Annotated[Path | None, typer.Option(help="A folder with more rule cards.")] = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", help="Processes; 0 for one per processor.")] = 0,
    quiet: Quiet = False,
) -> None:
    """Scan folders, repositories or files as they lie there; no portfolio and no account needed.

    Nothing inside what is scanned is executed or obeyed, and no connection is made.
    """
    from auditor.flows.scanning import scan_paths
    from auditor.flows.tools import Policy
    from auditor.formats.baseline import read_baseline
    from auditor.wiring import make_tools

    policy = Policy(severity_of(fail_on), confidence_of(min_confidence))
    options: dict[str, dict[str, str]] = {}
    if engine:
        options["secrets"] = {"engine": engine}
    if deep:
        options["pages"] = {"deep": "true", "axe": axe}
    with progress("scanning", quiet=quiet) as announce:
        tools = make_tools(only=split(only), own_rules=rules, options=options, workers=jobs, announce=announce)
        known = read_baseline(baseline) if baseline else {}
        verdict = scan_paths(
            targets or [Path()], tools, policy, history=history, inline_waivers=inline_waivers, known=known
        )
    if output_format is ScanFormat.JSON:
        from auditor.formats.scan_json import scan_json

        text = scan_json(verdict)
    elif output_format is ScanFormat.SARIF:
        from auditor.formats.sarif import sarif

        text = sarif(verdict)
    else:
        from auditor.formats.text import scan_text

        text = scan_text(verdict)
    write(text, output)
    raise typer.Exit(exit_code(complete=verdict.complete, blocking=bool(verdict.blocking)))


def exit_code(*, complete: bool, blocking: bool) -> ExitCode:
    """Incomplete outranks findings: a caller that lets findings pass must still not take a partial scan for a clean one."""
    if not complete:
        return ExitCode.INCOMPLETE
    return ExitCode.FINDINGS if blocking else ExitCode.PASSED


def severity_of(word: str) -> Severity:
    """Severity by its word; an error of use otherwise."""
    try:
        return Severity[word.upper()]
    except KeyError:
        raise typer.BadParameter(f"{word!r} is none of {_SEVERITIES}") from None


def confidence_of(word: str) -> Confidence:
    """Confidence by its word; an error of use otherwise."""
    try:
        return Confidence[word.upper()]
    except KeyError:
        raise typer.BadParameter(f"{word!r} is none of low, medium, high") from None

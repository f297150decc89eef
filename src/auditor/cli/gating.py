"""`auditor gate`."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli.output import Output, Quiet, progress, split, write
from auditor.cli.scanning import confidence_of, exit_code, severity_of

if TYPE_CHECKING:
    from datetime import datetime

    from auditor.flows.gate import GateResult
    from auditor.model.finding import Finding


class GateFormat(StrEnum):
    """Where the verdict is read."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"
    GITLAB_SAST = "gitlab-sast"
    CODE_QUALITY = "code-quality"
    JUNIT = "junit"
    MARKDOWN = "markdown"


def gate(
    base: Annotated[str, typer.Option(help="Branch or commit that the change goes to.")],
    head: Annotated[str, typer.Option(help="The change.")] = "HEAD",
    repository: Annotated[Path, typer.Option("--repository", "-C", help="Top folder of the repository.")] = Path(),
    output_format: Annotated[
        GateFormat, typer.Option("--format", "-f", help="The format never changes the exit code.")
    ] = GateFormat.TEXT,
    output: Output = None,
    only: Annotated[str, typer.Option(help="Scanners to run, `a,b`; all if not given.")] = "",
    fail_on: Annotated[str, typer.Option(help="Least severity that blocks.")] = "high",
    min_confidence: Annotated[str, typer.Option(help="Least confidence that blocks.")] = "low",
    everything: Annotated[bool, typer.Option("--all", help="Show findings that were there before, too.")] = False,
    fetch: Annotated[bool, typer.Option(help="In a shallow clone, fetch the history that is missing.")] = False,
    jobs: Annotated[int, typer.Option("--jobs", "-j", help="Processes; 0 for one per processor.")] = 0,
    quiet: Quiet = False,
) -> None:
    """Block a change by what it made worse, and by nothing else.

    Compares the change with the commit at which it left the base branch. Rules come from this installation and waivers
    from the base, never from the change under review.
    """
    from auditor.adapters.changes import deepen
    from auditor.flows.gate import gate as run_gate
    from auditor.flows.tools import Policy
    from auditor.wiring import make_tools

    if fetch:
        deepen(repository.resolve(), base)
    policy = Policy(severity_of(fail_on), confidence_of(min_confidence))
    with progress("scanning the change", quiet=quiet) as announce:
        tools = make_tools(only=split(only), workers=jobs, announce=announce)
        result = run_gate(repository, base, head, tools, policy)
    write(_rendered(result, output_format, tools.now, everything=everything), output)
    verdict = result.verdict
    if summary := os.environ.get("GITHUB_STEP_SUMMARY", ""):
        from auditor.formats.platforms import markdown

        with Path(summary).open("a", encoding="utf-8") as stream:
            stream.write(markdown(verdict, _shown(result, everything=everything), fixed=len(result.fixed)))
    raise typer.Exit(exit_code(complete=verdict.complete, blocking=bool(verdict.blocking)))


def _shown(result: GateResult, *, everything: bool) -> list[Finding]:
    return [f for f in result.verdict.findings if everything or f.state.value == "new"]


def _rendered(result: GateResult, output_format: GateFormat, now: datetime, *, everything: bool) -> str:
    from dataclasses import replace

    from auditor.formats import platforms

    verdict = result.verdict
    shown = _shown(result, everything=everything)
    limited = replace(verdict, findings=tuple(shown))
    if output_format is GateFormat.JSON:
        from auditor.formats.scan_json import scan_json

        return scan_json(verdict)
    if output_format is GateFormat.SARIF:
        from auditor.formats.sarif import sarif

        return sarif(limited)
    if output_format is GateFormat.GITHUB:
        return platforms.github_annotations(verdict, shown)
    if output_format is GateFormat.GITLAB_SAST:
        return platforms.gitlab_sast(verdict, shown, now.strftime("%Y-%m-%dT%H:%M:%S"))
    if output_format is GateFormat.CODE_QUALITY:
        return platforms.code_quality(shown)
    if output_format is GateFormat.JUNIT:
        return platforms.junit(verdict, shown)
    if output_format is GateFormat.MARKDOWN:
        return platforms.markdown(verdict, shown, fixed=len(result.fixed))
    from auditor.formats.text import scan_text

    return scan_text(limited) + _gate_line(result)


def _gate_line(result: GateResult) -> str:
    known = sum(f.state.value == "known" for f in result.verdict.findings)
    return (
        f"{result.changed} files changed since {result.base[:12]}: {len(result.verdict.blocking)} blocking, "
        f"{known} known before, {len(result.fixed)} mended.\n"
    )

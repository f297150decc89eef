"""`auditor endpoints`: what a repository serves, who may call it, and what its front ends call."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from auditor.cli.output import Output, Quiet, progress, write


class EndpointsFormat(StrEnum):
    """How the inventory is printed."""

    TEXT = "text"
    JSON = "json"
    HTML = "html"


def endpoints(
    targets: Annotated[
        list[Path] | None, typer.Argument(metavar="[PATH ...]", help="Repositories or folders; here if none.")
    ] = None,
    output_format: Annotated[
        EndpointsFormat, typer.Option("--format", "-f", help="text, json, or html for a map to read.")
    ] = EndpointsFormat.TEXT,
    output: Output = None,
    quiet: Quiet = False,
) -> None:
    """List the endpoints of back ends with their guards, the calls of front ends, and what does not fit together.

    Open: no guard is visible. Missing: called and not served. Dead: served and never called. Undeclared: in the code
    and not in the infrastructure code beside it. The JSON follows the schema auditor/endpoints@1.
    """
    from auditor.cli.scanning import exit_code
    from auditor.flows.scanning import scan_paths
    from auditor.flows.tools import Policy
    from auditor.formats import endpoints as formats
    from auditor.wiring import make_tools

    with progress("reading", quiet=quiet) as announce:
        tools = make_tools(only=("apps_script", "endpoints"), announce=announce)
        verdict = scan_paths(targets or [Path()], tools, Policy())
    found = formats.map_of(verdict.outcomes)
    text = {
        EndpointsFormat.TEXT: formats.as_text,
        EndpointsFormat.JSON: formats.as_json,
        EndpointsFormat.HTML: formats.as_html,
    }[output_format](found)
    write(text, output)
    raise typer.Exit(exit_code(complete=verdict.complete, blocking=False))

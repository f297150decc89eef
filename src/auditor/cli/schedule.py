"""`auditor schedule install`: what starts the month by itself."""

from __future__ import annotations

import os
import shutil
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from auditor.cli.portfolios import PortfolioPath, portfolio_folder
from auditor.errors import UsageError

app = typer.Typer(no_args_is_help=True, help="Start the month by itself, on days 1 to 5, from systemd, cron or GitHub.")


class Host(StrEnum):
    """What fires the trigger."""

    SYSTEMD = "systemd"
    CRON = "cron"
    GITHUB = "github"


@app.callback()
def root() -> None:
    """Start the month by itself, on days 1 to 5, from systemd, cron or GitHub."""


@app.command("install")
def install(
    host: Annotated[Host, typer.Argument(help="systemd, cron or github.")],
    portfolio: PortfolioPath = Path(),
    show: Annotated[bool, typer.Option("--print", help="Only print what would be written.")] = False,
    system: Annotated[bool, typer.Option(help="systemd: units of the machine instead of your own.")] = False,
    user: Annotated[str, typer.Option(help="systemd --system: account that runs it.")] = "",
) -> None:
    """Write units, crontab lines or a workflow; each fires on five days, and a double trigger does nothing.

    The machine and a second one with the same PostgreSQL store may both have it: one of them does the work.
    """
    from auditor.steps.schedule import Place, cron_lines, github_workflow, systemd_units
    from auditor.wiring import load_portfolio

    load_portfolio(portfolio)
    folder = portfolio_folder(portfolio)
    place = Place(_program(), str(folder), user)
    if host is Host.GITHUB:
        top = _repository(folder)
        target = top / ".github" / "workflows" / "audit-reports.yml"
        _write({target: github_workflow(str(folder.relative_to(top)))}, show=show)
        if not show:
            typer.echo(
                "Set the secrets AUDITOR_STORE, AUDITOR_KEY, AUDITOR_ROLE_ARN and the variables AUDITOR_REGION, AUDITOR_VERSION."
            )
    elif host is Host.SYSTEMD:
        units = _unit_folder(system=system)
        _write({units / name: text for name, text in systemd_units(place).items()}, show=show)
        if not show:
            scope = "" if system else " --user"
            typer.echo(
                f"Next: systemctl{scope} daemon-reload && systemctl{scope} enable --now auditor-monthly.timer auditor-doctor.timer"
            )
            if not system:
                typer.echo("For runs while you are logged out: loginctl enable-linger")
    else:
        _crontab(cron_lines(place), show=show)


def _program() -> str:
    beside = Path(sys.executable).parent / "auditor"
    return str(beside) if beside.is_file() else shutil.which("auditor") or sys.argv[0]


def _unit_folder(*, system: bool) -> Path:
    if system:
        return Path("/etc/systemd/system")
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "systemd" / "user"


def _repository(folder: Path) -> Path:
    top = next((p for p in (folder, *folder.parents) if (p / ".git").exists()), None)
    if top is None:
        raise UsageError(f"{folder} is not in a git repository; the workflow must lie in the one that GitHub runs")
    return top


def _write(files: dict[Path, str], *, show: bool) -> None:
    for path, text in files.items():
        if show:
            typer.echo(f"# {path}\n{text}")
            continue
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror}; `--print` shows what to put there") from None
        typer.echo(f"Wrote {path}")


def _crontab(lines: str, *, show: bool) -> None:
    from auditor.adapters.programs import LocalPrograms
    from auditor.errors import NotScannedError
    from auditor.steps.schedule import with_cron_lines

    if show:
        typer.echo(lines)
        return
    programs = LocalPrograms()
    environment = {name: os.environ[name] for name in ("HOME", "USER", "LOGNAME") if name in os.environ}
    try:
        before = programs.run(["crontab", "-l"], seconds=10, environment=environment)
    except NotScannedError:
        raise UsageError("cron is not installed; `--print` shows the lines") from None
    text = with_cron_lines(before.stdout.decode() if before.returncode == 0 else "", lines)
    done = programs.run(["crontab", "-"], stdin=text.encode(), seconds=10, environment=environment)
    if done.returncode:
        raise UsageError(f"crontab refused: {done.stderr.decode(errors='replace').strip()}")
    typer.echo("Wrote two lines into your crontab; `crontab -l` shows them.")

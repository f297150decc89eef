"""The example portfolio on the disk: real repositories with a history, two months, nothing outside of one folder."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from auditor.adapters.cache import private_folder
from auditor.adapters.example import build_repositories, build_repository
from auditor.errors import UsageError

MARKER = ".auditor-demo"
"""Lies in folders that the demo made, and allows it to make them anew."""


@dataclass(frozen=True, slots=True)
class DemoMonth:
    """A month of the example and the moment at which it is looked at."""

    period: str
    moment: datetime


MONTHS = (
    DemoMonth("2026-09", datetime(2026, 10, 1, 6, 17, tzinfo=UTC)),
    DemoMonth("2026-10", datetime(2026, 11, 2, 6, 17, tzinfo=UTC)),
)
"""Fixed, so that the demo prints the same on every machine and every day."""


def prepare(source: Path, folder: Path) -> None:
    """An empty demo folder with the portfolio file and the recorded inventories.

    Raises:
        UsageError: the folder exists and is not a demo.
    """
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARKER).exists():
            raise UsageError(f"{folder} exists and was not made by the demo; name another folder")
        shutil.rmtree(folder)
    private_folder(folder)
    (folder / MARKER).write_text("Made by `auditor demo`; it may be deleted.\n", encoding="utf-8")
    for name in ("portfolio.toml", "repos.env.example", "waivers.toml"):
        shutil.copyfile(source / name, folder / name)
    for name in ("aws", "rules", "data"):
        if (source / name).is_dir():
            shutil.copytree(source / name, folder / name)


def advance(source: Path, folder: Path, month: DemoMonth) -> None:
    """Bring repositories and wiki to where they stood at the moment of a month."""
    build_repositories(source / "repositories", folder / "repositories", month.moment)
    build_repository(source / "wiki", folder / "wiki", month.moment)

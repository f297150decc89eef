"""Where the rules and templates that ship with the program lie: in the wheel, or at the top of a checkout."""

from pathlib import Path

from auditor.errors import ConfigError

_PACKAGE = Path(__file__).parent


def _shipped(name: str, place: str = "") -> Path:
    for candidate in (_PACKAGE / "_shipped" / name, _PACKAGE.parent.parent / (place or name)):
        if candidate.is_dir():
            return candidate
    raise ConfigError(f"the installation is damaged: its folder {name!r} is missing; install auditor again")


def rules_folder() -> Path:
    """Folder of the shipped rule cards and data."""
    return _shipped("rules")


def templates_folder() -> Path:
    """Folder of the shipped report templates."""
    return _shipped("report_templates")


def example_folder() -> Path:
    """Folder of the example portfolio."""
    return _shipped("example", "examples/portfolio")

"""Code scanning with Semgrep's engine and our own rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scanners.semgrep.scanner import Semgrep

__all__ = ["Semgrep"]


def __getattr__(name: str) -> Any:
    """The scanner when it is asked for: `scanners.semgrep.ahead` must be there before what the scanner imports."""
    if name == "Semgrep":
        from scanners.semgrep import scanner

        return scanner.Semgrep
    raise AttributeError(name)

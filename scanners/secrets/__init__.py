"""Secrets in trees, staged content and history: patterns, a judge for generic candidates, redaction at the source."""

from __future__ import annotations

TYPE_CHECKING = False  # `typing` costs 10 ms, and the door of the hook needs nothing of it
if TYPE_CHECKING:
    from scanners.secrets.scanner import Secrets

__all__ = ["Secrets"]


def __getattr__(name: str) -> object:
    """The scanner when it is asked for: `scanners.secrets.door` must be there before what the scanner imports."""
    if name == "Secrets":
        from scanners.secrets.scanner import Secrets

        return Secrets
    raise AttributeError(name)

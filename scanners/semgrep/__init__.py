"""Code scanning with Semgrep's engine and our own rules."""

from scanners.semgrep.scanner import Semgrep

__all__ = ["Semgrep"]

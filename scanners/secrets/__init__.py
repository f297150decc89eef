"""Secrets in trees, staged content and history: patterns, a judge for generic candidates, redaction at the source."""

from scanners.secrets.scanner import Secrets

__all__ = ["Secrets"]

"""Infrastructure that a repository declares, judged by the same checks."""

from __future__ import annotations

from auditor.model.ports import ScanContext
from auditor.model.run import ScanResult
from auditor.model.target import Repo


def scan_repo(target: Repo, context: ScanContext) -> ScanResult:
    """Judge declared resources."""
    del target, context
    return ScanResult(skipped="no infrastructure is declared here")

"""Infrastructure that a repository declares, judged by the same checks as an account."""

from scanners.aws.iac.scan import scan_repo

__all__ = ["scan_repo"]

"""AWS: judges recorded inventories of accounts, and the infrastructure that repositories declare."""

from scanners.aws.scanner import Aws

__all__ = ["Aws"]

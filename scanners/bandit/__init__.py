"""Bandit's tests over Python files."""

from scanners.bandit.scanner import Bandit

__all__ = ["Bandit"]

"""What makes two findings the same: rule, anchor and mark. Line numbers take no part."""

from __future__ import annotations

import hashlib

from auditor.model.finding import Match
from auditor.model.rule import Rule

VERSION = "v1"


def identity(rule: Rule, match: Match) -> str:
    """Hash of rule, anchor and mark; equal ones are told apart by `fingerprint`'s number.

    A secret's identity has no place: the same secret in many files is one secret with many locations, rotated once.
    """
    anchor = "" if is_secret(rule) and match.mark else match.location.anchor
    text = f"{rule.id}\x1e{anchor}\x1e{match.mark}"
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def content_hash(rule: Rule, match: Match) -> str:
    """Hash of rule and mark without any place, to follow code that moved to another file."""
    text = f"{rule.id}\x1e{match.mark}"
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def fingerprint(base: str, number: int) -> str:
    """`v1:<hash>:<n>`, n from 1 for the nth equal one in file order."""
    return f"{VERSION}:{base}:{number}"


def is_secret(rule: Rule) -> bool:
    """Whether equal marks mean the same secret wherever it stands."""
    return rule.scanner == "secrets"

"""Where strangers become known: log-in, registration, tokens. A 401 there says that a password is wrong."""

from __future__ import annotations

import re

from auditor.model.pattern import lazy
from scanners.routing.evidence import Evidence

_ALWAYS = lazy(
    r"(?i)(^|[/_.=-])(log_?-?in|sign_?-?in|sign_?-?up|register|registration|authenticate|forgot|reset|refresh|otp|oauth2?|magic|"
    r"verify_?-?(otp|code|email|account|pin|2fa|mfa)|(send|resend|request|check)_?-?(otp|code)|callback|"
    r"auth/(google|facebook|apple|github|microsoft|linkedin))"
)
_WHEN_POSTED = lazy(r"(?i)(^|[/_.=-])(tokens?|sessions?|verify|auth)$")
"""Posting to these makes one; anything else asks about one that is there."""


_KNOWN = lazy(r"(?i)^refusal unless (session|claims|current_?user|principal)\b|^(auth|getServerSession|require\w*)\(\)")


def knows_caller(evidence: Evidence | None) -> bool:
    """Whether a check in such an endpoint is about somebody who is already known, and no password that is wrong."""
    return evidence is not None and bool(_KNOWN.search(evidence.what))


def issues_tokens(path: str, handler: str, *methods: str) -> bool:
    """Whether an endpoint makes strangers known."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", handler)
    if _ALWAYS.search(path) or _ALWAYS.search(name):
        return True
    posted = not methods or bool({"POST", "ANY"} & set(methods))
    return posted and bool(_WHEN_POSTED.search(path))

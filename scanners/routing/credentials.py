"""Where strangers become known: log-in, registration, tokens. A 401 there says that a password is wrong."""

from __future__ import annotations

import re

_ALWAYS = re.compile(
    r"(?i)(^|[/_.=-])(log_?-?in|sign_?-?in|sign_?-?up|register|registration|authenticate|forgot|reset|refresh|otp|oauth2?|magic|"
    r"verify_?-?(otp|code|email|account|pin|2fa|mfa)|(send|resend|request|check)_?-?(otp|code)|callback)"
)
_WHEN_POSTED = re.compile(r"(?i)(^|[/_.=-])(tokens?|sessions?|verify|auth)$")
"""Posting to these makes one; anything else asks about one that is there."""


def issues_tokens(path: str, handler: str, *methods: str) -> bool:
    """Whether an endpoint makes strangers known."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", handler)
    if _ALWAYS.search(path) or _ALWAYS.search(name):
        return True
    posted = not methods or bool({"POST", "ANY"} & set(methods))
    return posted and bool(_WHEN_POSTED.search(path))

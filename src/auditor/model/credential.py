"""Whether a named value looks like a credential: for settings of services, whose values are judged and never kept."""

from __future__ import annotations

import math
import re
from collections import Counter

_SHAPES = (
    ("AWS access key", re.compile(r"(?:AKIA|ASIA)[A-Z2-7]{16}")),
    ("Stripe secret key", re.compile(r"(?:sk|rk)_(?:live|test)_[0-9A-Za-z]{16,}")),
    ("Stripe webhook secret", re.compile(r"whsec_[0-9A-Za-z+/=]{24,}")),
    ("private key", re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")),
    ("GitHub token", re.compile(r"gh[pousr]_[0-9A-Za-z]{36}|github_pat_[0-9A-Za-z_]{22,}")),
    ("Slack token", re.compile(r"xox[abprs]-[0-9A-Za-z-]{10,}")),
    ("SendGrid key", re.compile(r"SG\.[\w-]{16,}\.[\w-]{16,}")),
    ("Google API key", re.compile(r"AIza[0-9A-Za-z_-]{35}")),
    ("JSON web token", re.compile(r"eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}")),
    ("password in a URL", re.compile(r"[a-z][a-z0-9+.-]*://[^/\s:@]+:[^/\s:@]{3,}@")),
)
_NAMED = re.compile(
    r"(?:^|[_\-.])(?:password|passwd|pwd|secret|secret_?key|api_?key|apikey|token|private_?key|auth_?key|credentials?|"
    r"client_?secret|access_?key|signing_?key|encryption_?key|jwt)(?:$|[_\-.])",
    re.IGNORECASE,
)
_POINTER = re.compile(
    r"arn:aws|(?:^|[_\-.])(?:arn|name|id|path|url|uri|ttl|expiry|expires|table|bucket|region|header|file|issuer|audience|"
    r"algorithm|alg|endpoint|enabled|type|version)$",
    re.IGNORECASE,
)
_REFERENCE = re.compile(
    r"^(?:arn:|\{\{|\$\{|ssm:|secretsmanager:|/|https?://|projects/)|^(?:true|false|none|null|\d+)$", re.IGNORECASE
)
_PLACEHOLDER = re.compile(
    r"^(?:<.*>|x+|\*+|changeme|change-me|todo|tbd|redacted|dummy|example|test|your[_-].*)$", re.IGNORECASE
)


def credential_kind(name: str, value: object) -> str:
    """What kind of credential `value` is, as a few words; empty: none that we can tell.

    By the shape of the value first; else by the name, where the value is neither a reference to a secret store nor a
    placeholder and is not too regular to be one.
    """
    if not isinstance(value, str) or not value.strip():
        return ""
    for words, shape in _SHAPES:
        if shape.search(value):
            return words
    if not _NAMED.search(name) or _POINTER.search(name) or _REFERENCE.search(value) or _PLACEHOLDER.match(value):
        return ""
    return "secret by its name" if len(value) >= 6 and _bits(value) >= 2.0 else ""


def _bits(value: str) -> float:
    """Shannon entropy per character."""
    counts = Counter(value)
    return -sum(n / len(value) * math.log2(n / len(value)) for n in counts.values())

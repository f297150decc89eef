"""Whether a script makes any request at all: plain searches before anything is parsed."""

from __future__ import annotations

import re

from auditor.model.pattern import lazy

RELEVANT = lazy(
    rb"fetch|axios|XMLHttpRequest|\.ajax\b|\$\.(?:get|post)|jQuery\.|google\.script\.run|sendBeacon|EventSource|\bky\b|"
    rb"superagent|\$http|HttpClient|\bhttp\.(?:get|post|put|patch|delete)|\b(?:api|client|request|service|\$api)\w*\s*[.(]|"
    rb"useSWR|createApi|injectEndpoints|['\"`]/[\w-]+|['\"`]https?://",
    re.IGNORECASE,
)
"""A script without any of these makes no request that we know."""
_SURE = (
    b"fetch", b"axios", b"xmlhttprequest", b"jquery.", b"google.script.run", b"sendbeacon", b"eventsource", b"superagent",
    b"$http", b"httpclient", b"useswr", b"createapi", b"injectendpoints",
)  # fmt: skip
_PERHAPS = (b".ajax", b"$.get", b"$.post", b"ky", b"http.", b"api", b"client", b"request", b"service")
_ADDRESS = lazy(rb"['\"`](?:/[\w-]|https?://)", re.IGNORECASE)


def is_relevant(content: bytes) -> bool:
    """Whether a script has any of `RELEVANT`; nearly always a plain search answers."""
    text = content.lower()
    if any(word in text for word in _SURE) or _ADDRESS.search(content):
        return True
    return any(word in text for word in _PERHAPS) and RELEVANT.search(content) is not None

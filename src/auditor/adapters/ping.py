"""The dead man's switch: a good month asks one address, a bad one the same with `/fail`.

Whoever watches that address (healthchecks.io and others work so) raises the alarm when nothing comes.
"""

from __future__ import annotations

from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit, urlunsplit
from urllib.request import Request, build_opener

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def ping(address: str, *, good: bool, seconds: float = 10.0) -> str:
    """Ask the address; returns a remark when that did not work, which never stops the month."""
    if not address:
        return ""
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        return "the dead man's switch was not told: [portfolio] ping must be an https address"
    path = parts.path.rstrip("/") + ("" if good else "/fail")
    wanted = urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))
    try:
        request = Request(wanted, headers={"User-Agent": "auditor"})  # noqa: S310  https, or loopback
        with build_opener().open(request, timeout=seconds):
            return ""
    except HTTPError as error:
        with error:
            return f"the dead man's switch at {parts.hostname} was not told: {error.reason}"
    except (URLError, TimeoutError, OSError) as error:
        # The address is a secret of its kind: who knows it can keep the alarm quiet.
        return f"the dead man's switch at {parts.hostname} was not told: {getattr(error, 'reason', error)}"

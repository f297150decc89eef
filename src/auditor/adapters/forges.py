"""Repositories of an organisation: `github:ORG` and `gitlab:GROUP` through their APIs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from auditor.errors import NotScannedError

GITHUB = "https://api.github.com"
GITLAB = "https://gitlab.com"
CREDENTIALS = ("GITHUB_TOKEN", "GITLAB_TOKEN", "GITHUB_API_URL", "GITLAB_URL")
LONGEST = 1_000
"""Pages; a listing that goes on and on is an error, not a loop."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One repository of an organisation."""

    name: str
    url: str
    archived: bool = False


@dataclass(frozen=True, slots=True)
class Forges:
    """The APIs, with the tokens and addresses of repos.env."""

    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    """`GITHUB_TOKEN`, `GITLAB_TOKEN`; `GITHUB_API_URL` and `GITLAB_URL` for servers of one's own."""
    seconds: float = 30.0

    def list(self, pattern: str) -> tuple[Listed, ...]:
        """Repositories that `github:ORG` or `gitlab:GROUP` names, in order of their names; empty ones are left out.

        Raises:
            NotScannedError: the API cannot be asked, or says no.
        """
        forge, _, name = pattern.partition(":")
        if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*", name):
            raise NotScannedError(f"{pattern}: no name of an organisation or group")
        found = self._github(name) if forge == "github" else self._gitlab(name)
        return tuple(sorted(found, key=lambda repository: repository.name))

    def tokens(self) -> dict[str, str]:
        """Token by host, for fetching."""
        hosts = {
            "GITHUB_TOKEN": urlsplit(self._address("GITHUB_API_URL", GITHUB)).hostname or "",
            "GITLAB_TOKEN": urlsplit(self._address("GITLAB_URL", GITLAB)).hostname or "",
        }
        # api.github.com lists what github.com serves; a server of one's own does both under one name.
        found = {host.removeprefix("api."): self.credentials.get(name, "") for name, host in hosts.items()}
        return {host: token for host, token in found.items() if token}

    def _github(self, name: str) -> Iterator[Listed]:
        root = self._address("GITHUB_API_URL", GITHUB)
        headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
        if token := self.credentials.get("GITHUB_TOKEN"):
            headers["Authorization"] = f"Bearer {token}"
        query = "per_page=100&type=all"
        try:
            pages = list(self._pages(f"{root}/orgs/{quote(name)}/repos?{query}", headers))
        except _MissingError:
            pages = list(self._pages(f"{root}/users/{quote(name)}/repos?per_page=100&type=owner", headers))
        for item in pages:
            if item.get("size") != 0:
                yield Listed(str(item["name"]), str(item["clone_url"]), bool(item.get("archived")))

    def _gitlab(self, name: str) -> Iterator[Listed]:
        root = self._address("GITLAB_URL", GITLAB)
        token = self.credentials.get("GITLAB_TOKEN")
        headers = {"PRIVATE-TOKEN": token} if token else {}
        query = "include_subgroups=true&per_page=100&order_by=id&sort=asc"
        for item in self._pages(f"{root}/api/v4/groups/{quote(name, safe='')}/projects?{query}", headers):
            if not item.get("empty_repo"):
                yield Listed(
                    str(item["path_with_namespace"]), str(item["http_url_to_repo"]), bool(item.get("archived"))
                )

    def _address(self, name: str, default: str) -> str:
        return (self.credentials.get(name) or default).rstrip("/")

    def _pages(self, url: str, headers: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        seen: set[str] = set()
        first = urlsplit(url)
        while url:
            if url in seen or len(seen) >= LONGEST:
                raise NotScannedError(f"{first.netloc}: the listing does not end")
            seen.add(url)
            body, links = self._get(url, headers)
            if not isinstance(body, list):
                raise NotScannedError(f"{first.netloc}: a list of repositories was expected")
            yield from body
            following = re.search(r'<([^>]+)>;\s*rel="next"', links)
            url = following[1] if following else ""
            # The token goes to the server that it was given for, and to no other.
            if url and (urlsplit(url).scheme, urlsplit(url).netloc) != (first.scheme, first.netloc):
                raise NotScannedError(f"{first.netloc}: its next page lies on another server")

    def _get(self, url: str, headers: Mapping[str, str]) -> tuple[object, str]:
        host = urlsplit(url).netloc
        try:
            with build_opener(_NoRedirect()).open(Request(url, headers=dict(headers)), timeout=self.seconds) as answer:  # noqa: S310  scheme checked by the portfolio's owner
                return json.load(answer), answer.headers.get("Link", "")
        except HTTPError as error:
            with error:
                if error.code == 404:
                    raise _MissingError(f"{url.partition('?')[0]}: not found, or the token may not see it") from None
                limited = error.headers.get("X-RateLimit-Remaining") == "0"
                why = "rate limit reached" if limited else error.reason
                raise NotScannedError(f"{host}: {error.code} {why}") from None
        except (URLError, TimeoutError, OSError) as error:
            raise NotScannedError(f"{host}: cannot be asked: {getattr(error, 'reason', error)}") from None
        except ValueError:
            raise NotScannedError(f"{host}: the answer is no JSON") from None


class _MissingError(NotScannedError):
    """Answer 404."""


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """Follow nothing: the request carries a token."""
        return

"""Issues of a GitHub repository, through its REST API; one for each item, never twice."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from auditor.errors import DeliveryError

_PAGE = 100


@dataclass(frozen=True, slots=True)
class Issues:
    """The issues of `owner/name`; the token goes into no message and no log."""

    repository: str
    token: str = field(repr=False)
    api: str = "https://api.github.com"
    seconds: float = 30.0

    def bodies(self) -> Iterator[str]:
        """Bodies of all issues that carry our label, open and closed.

        Raises:
            DeliveryError: the service refused or could not be reached.
        """
        page = 1
        while True:
            query = f"issues?state=all&labels=auditor&per_page={_PAGE}&page={page}"
            found = self._ask("GET", query)
            yield from (str(issue.get("body") or "") for issue in found)
            if len(found) < _PAGE:
                return
            page += 1

    def open(self, title: str, body: str, labels: tuple[str, ...]) -> str:
        """Open one and return its address; raises as `bodies` does."""
        made = self._ask("POST", "issues", {"title": title, "body": body, "labels": list(labels)})
        return str(made.get("html_url", ""))

    def _ask(self, method: str, path: str, content: object = None) -> Any:
        request = urllib.request.Request(  # noqa: S310  the address is the API's, from the command line
            f"{self.api}/repos/{self.repository}/{path}",
            data=None if content is None else json.dumps(content).encode(),
            method=method,
            headers={
                "Accept": "application/vnd.github+json",
                "Authorization": f"Bearer {self.token}",
                "X-GitHub-Api-Version": "2022-11-28",
                "User-Agent": "auditor",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=self.seconds) as answer:  # noqa: S310
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise DeliveryError(
                    f"{self.repository}: GitHub answered {error.code} {error.reason} to {method} {path.partition('?')[0]}"
                ) from error
        except (OSError, ValueError) as error:
            raise DeliveryError(f"{self.repository}: {self.api} could not be asked: {error}") from error

"""Organisations through their APIs, over a stand-in on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from auditor.adapters.forges import Forges, Listed
from auditor.errors import NotScannedError

Answer = tuple[int, object, dict[str, str]]


@contextmanager
def api(answers: dict[str, Answer]) -> Iterator[tuple[str, list[tuple[str, dict[str, str]]]]]:
    """Yields the address, and what was asked with which headers."""
    asked: list[tuple[str, dict[str, str]]] = []

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            return

        def do_GET(self) -> None:
            asked.append((self.path, dict(self.headers)))
            status, body, headers = answers.get(self.path, (404, {"message": "Not Found"}, {}))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value.replace("HERE", f"http://127.0.0.1:{server.server_address[1]}"))
            self.end_headers()
            self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        server.server_close()


def on_github(name: str, **more: object) -> dict[str, object]:
    return {"name": name, "clone_url": f"https://example.com/o/{name}.git", "size": 1, "archived": False} | more


FIRST = "/orgs/boats/repos?per_page=100&type=all"


def test_every_page_of_an_organisation_is_read_with_the_token() -> None:
    second = "/orgs/boats/repos?per_page=100&type=all&page=2"
    answers: dict[str, Answer] = {
        FIRST: (200, [on_github("zeta"), on_github("empty", size=0)], {"Link": f'<HERE{second}>; rel="next"'}),
        second: (200, [on_github("alpha", archived=True)], {}),
    }
    with api(answers) as (url, asked):
        found = Forges({"GITHUB_TOKEN": "made-up", "GITHUB_API_URL": url}).list("github:boats")
    assert found == (
        Listed("alpha", "https://example.com/o/alpha.git", True),
        Listed("zeta", "https://example.com/o/zeta.git"),
    )
    assert {headers["Authorization"] for _, headers in asked} == {"Bearer made-up"}


def test_a_name_that_is_no_organisation_may_be_a_person() -> None:
    with api({"/users/dana/repos?per_page=100&type=owner": (200, [on_github("shop")], {})}) as (url, _):
        assert [r.name for r in Forges({"GITHUB_API_URL": url}).list("github:dana")] == ["shop"]


def test_a_group_of_gitlab_is_read_with_its_subgroups() -> None:
    path = "/api/v4/groups/boats%2Fcharter/projects?include_subgroups=true&per_page=100&order_by=id&sort=asc"
    project = {"path_with_namespace": "boats/charter/shop", "http_url_to_repo": "https://example.com/s.git"}
    with api({path: (200, [project], {})}) as (url, asked):
        found = Forges({"GITLAB_TOKEN": "made-up", "GITLAB_URL": url}).list("gitlab:boats/charter")
    assert found == (Listed("boats/charter/shop", "https://example.com/s.git"),)
    assert asked[0][1]["Private-Token"] == "made-up"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((401, {"message": "Bad credentials"}, {}), "401"),
        ((403, {}, {"X-RateLimit-Remaining": "0"}), "rate limit"),
        ((404, {}, {}), "not found"),
        ((200, {"not": "a list"}, {}), "a list"),
        ((200, b"<html>", {}), "no JSON"),
        ((302, {}, {"Location": "http://127.0.0.1:9/"}), "302"),
        ((200, [], {"Link": '<http://127.0.0.1:9/more>; rel="next"'}), "another server"),
        ((200, [], {"Link": f'<HERE{FIRST}>; rel="next"'}), "does not end"),
    ],
)
def test_what_the_api_refuses_is_an_error_that_holds_no_token(answer: Answer, words: str) -> None:
    with api({FIRST: answer}) as (url, _), pytest.raises(NotScannedError, match=words) as said:
        Forges({"GITHUB_TOKEN": "made-up-token", "GITHUB_API_URL": url}).list("github:boats")
    assert "made-up-token" not in str(said.value)


def test_an_api_that_is_not_there_is_an_error() -> None:
    with pytest.raises(NotScannedError, match="cannot be asked"):
        Forges({"GITHUB_API_URL": "http://127.0.0.1:9"}).list("github:boats")


@pytest.mark.parametrize("pattern", ["github:", "github:a b", "github:../x", "gitlab:a//b", "github:a?x=1"])
def test_a_name_that_cannot_be_one_asks_nobody(pattern: str) -> None:
    with pytest.raises(NotScannedError, match="no name"):
        Forges({"GITHUB_API_URL": "http://127.0.0.1:9"}).list(pattern)


def test_tokens_are_for_the_host_that_serves_the_repositories() -> None:
    assert Forges({"GITHUB_TOKEN": "a", "GITLAB_TOKEN": "b"}).tokens() == {"github.com": "a", "gitlab.com": "b"}
    own = Forges({"GITHUB_TOKEN": "a", "GITHUB_API_URL": "https://git.example.com/api/v3"})
    assert own.tokens() == {"git.example.com": "a"}

"""The dead man's switch."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from auditor.adapters.ping import ping


def test_good_and_bad_months_are_told_apart() -> None:
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            return

        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_address[1]}/uuid/"
        assert (ping(address, good=True), ping(address, good=False)) == ("", "")
        server.shutdown()
    assert asked == ["/uuid", "/uuid/fail"]


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://127.0.0.1:9/secret-path", "not told"),
        ("http://example.com/secret-path", "https"),
        ("ftp://x/secret-path", "https"),
    ],
)
def test_a_switch_that_cannot_be_told_is_a_remark_without_its_address(address: str, words: str) -> None:
    said = ping(address, good=True, seconds=1)
    assert words in said
    assert "secret-path" not in said
    assert ping("", good=True) == ""

"""The endpoint map as text, JSON and a page."""

from __future__ import annotations

import json
from pathlib import Path

from auditor.formats import endpoints as formats
from auditor.model.run import Outcome, OutcomeStatus
from auditor.model.target import Repo
from scanners.endpoints import Endpoints
from tests.support.context import scan

HANDLER = """
def handler(event, context):
    if event["routeKey"] == "POST /<script>alert(1)</script>\x1b[31m":
        return save(event)
    if event["path"] == "/boats" and event["httpMethod"] == "GET":
        return boats(event)
"""
PAGE = "<html><script>fetch('/boats'); fetch('/boats/gone');</script></html>"


def found() -> formats.EndpointMap:
    result = scan(Endpoints(), {"app.py": HANDLER, "index.html": PAGE})
    return formats.map_of([Outcome("endpoints", Repo("shop", "shop", Path()), OutcomeStatus.DONE, result=result)])


def test_the_document_has_exactly_the_keys_that_are_promised() -> None:
    document = json.loads(formats.as_json(found()))
    assert list(document) == ["schema", "endpoints", "calls", "open", "missing", "dead", "undeclared"]
    assert document["schema"] == "auditor/endpoints@1"
    keys = {"method", "path", "match", "auth", "evidence", "validation", "handler", "file", "line"}
    assert all(set(e) == keys for e in (*document["endpoints"], *document["open"], *document["dead"]))
    assert all(set(c) == {"method", "path", "file", "line"} for c in (*document["calls"], *document["missing"]))
    assert [c["path"] for c in document["missing"]] == ["/boats/gone"]


def test_what_a_repository_says_reaches_neither_the_terminal_nor_the_page_as_it_is() -> None:
    text, page = formats.as_text(found()), formats.as_html(found())
    assert "\x1b" not in text
    assert "\x1b" not in page
    assert "<script>alert" not in page
    assert "/boats" in page
    assert "http://" not in page
    assert "https://" not in page


def test_a_target_that_could_not_be_read_is_said() -> None:
    failed = Outcome("endpoints", Repo("shop", "shop", Path()), OutcomeStatus.FAILED, reason="gone")
    assert "not scanned: shop: gone" in formats.as_text(formats.map_of([failed]))
    assert "Not looked at: shop: gone" in formats.as_html(formats.map_of([failed]))


BACK_END = """
def handler(event, context):
    key = event["routeKey"]
    if key == "GET /boats": return boats()
    if key == "POST /boats": return add()
    if key == "DELETE /boats/{id}": return remove()
    if key == "GET /health": return {}
"""
FRONT_END = "<html><script>fetch('/boats'); fetch('/boats', {method: 'POST'}); fetch('/crew');</script></html>"


def outcome(name: str, files: dict[str, str]) -> Outcome:
    return Outcome("endpoints", Repo(name, name, Path()), OutcomeStatus.DONE, result=scan(Endpoints(), files))


def test_a_front_end_is_joined_with_its_back_end_in_another_repository() -> None:
    together = formats.map_of([outcome("api", {"app.py": BACK_END}), outcome("web", {"index.html": FRONT_END})])
    assert [r.text["path"] for r in together.having("dead")] == ["/boats/{id}"]
    assert [r.text["path"] for r in together.having("missing")] == ["/crew"]
    alone = formats.map_of([outcome("api", {"app.py": BACK_END})])
    assert not alone.having("dead")


def test_one_equal_path_does_not_make_two_repositories_one_application() -> None:
    page = "<html><script>fetch('/boats'); fetch('/crew');</script></html>"
    together = formats.map_of([outcome("api", {"app.py": BACK_END}), outcome("web", {"index.html": page})])
    assert not together.having("dead")
    assert not together.having("missing")


def test_the_page_of_several_targets_says_where_a_call_stands_and_labels_every_cell() -> None:
    page = formats.as_html(
        formats.map_of([outcome("api", {"app.py": BACK_END}), outcome("web", {"index.html": FRONT_END})])
    )
    assert 'shop: index.html<wbr><span class="l">:1</span>' in page
    assert page.count("<td") == page.count("<td data-label=")

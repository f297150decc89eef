"""Sprints and their exports."""

from __future__ import annotations

import csv
import io
import json
import shlex
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from auditor.adapters.github import Issues
from auditor.errors import DeliveryError
from auditor.formats.plan import FORMATS, issue_body, marker_of, plan_commands, plan_csv, plan_json, plan_markdown
from auditor.model.rule import Severity
from auditor.steps.issues import open_issues
from auditor.steps.plan import plan
from tests.support.snapshots import empty, finding, many, rule, snapshot, strange


def test_criticals_stand_first_and_cost_work_is_a_sprint_of_its_own() -> None:
    security, cost = plan(snapshot()).sprints
    assert security.items[0].severity is Severity.CRITICAL
    assert all(item.severity >= Severity.MEDIUM for item in security.items)
    assert [item.saves_words for item in cost.items] == ["$61.20 a month", "$8 a month"]
    assert cost.saves is not None
    assert cost.saves.low.amount == Decimal("69.20")


def test_a_sprint_holds_no_more_than_its_people_can_do_and_the_rest_waits_in_order() -> None:
    alone, three = plan(many(2000)).sprints[0], plan(many(2000), people=3).sprints[0]
    for sprint in (alone, three):
        assert sprint.days <= sprint.capacity
        assert 2 <= sprint.weeks <= 4
        assert all(1 <= item.week <= sprint.weeks for item in sprint.items)
    assert len(three.items) > len(alone.items)
    assert alone.later


def test_weeks_can_be_fixed() -> None:
    assert {sprint.weeks for sprint in plan(many(500), weeks=3).sprints} == {3}


def test_an_incomplete_look_stands_in_the_plan() -> None:
    assert not plan(snapshot()).complete
    assert "Not everything could be looked at" in plan_markdown(plan(snapshot()))


def test_nothing_found_is_said() -> None:
    assert plan_markdown(plan(empty())).count("Nothing to do follows from what was looked at.") == 2


def test_the_json_names_every_finding() -> None:
    document = json.loads(plan_json(plan(snapshot())))
    assert document["schema"] == "auditor/plan@1"
    assert document["sprints"][0]["items"][0]["fingerprints"]
    assert document["sprints"][1]["saves"]["low"]["amount"] == "69.20"


def test_no_cell_of_the_csv_can_become_a_formula() -> None:
    for row in csv.reader(io.StringIO(plan_csv(plan(strange())))):
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)


def test_nothing_in_an_item_escapes_its_quotes() -> None:
    evil = rule("hygiene.evil", "x", Severity.HIGH, "Mend '; touch /tmp/pwned; $(id) `id` it")
    base = replace(snapshot(), findings=(finding(evil, "jada", 1, owner="'; rm -rf ~ #"),))
    commands = plan_commands(plan(base)).split("\ngh ")[1:]
    words = shlex.split("gh " + commands[0])
    assert words[:3] == ["gh", "issue", "create"]
    assert set(words[3::2]) == {"--title", "--body", "--label"}


def test_markup_in_an_item_is_no_markup_in_an_issue() -> None:
    evil = rule("hygiene.evil", "x", Severity.HIGH, "See <script>alert(1)</script> [here](http://x) | now")
    item = plan(replace(snapshot(), findings=(finding(evil, "jada", 1),))).sprints[0].items[0]
    body = issue_body(item)
    assert "<script>" not in body.replace("\\<", "")
    assert "[here]" not in body
    assert marker_of(body) == "hygiene.evil.jada"


@contextmanager
def tracker(status: int = 201) -> Iterator[tuple[str, list[dict[str, object]]]]:
    """A stand-in for the issues API that remembers what was opened."""
    issues: list[dict[str, object]] = []

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def answer(self, code: int, content: object) -> None:
            data = json.dumps(content).encode()
            self.send_response(code)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def do_GET(self) -> None:
            page = int(self.path.rpartition("page=")[2])
            self.answer(200, issues[(page - 1) * 100 : page * 100])

        def do_POST(self) -> None:
            content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if status == 201:
                issues.append(content)
            self.answer(status, {"html_url": f"https://example.com/{len(issues)}"})

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", issues
    finally:
        server.shutdown()
        server.server_close()


def test_an_item_is_opened_once_however_often_the_plan_is_posted() -> None:
    made = plan(many(3000), people=10)
    count = sum(len(sprint.items) for sprint in made.sprints)
    assert count > 100
    with tracker() as (address, issues):
        first = open_issues(made, Issues("a/b", "t", address))
        second = open_issues(made, Issues("a/b", "t", address))
    assert (len(first.addresses), first.known) == (count, 0)
    assert (len(second.addresses), second.known) == (0, count)
    assert len(issues) == count


def test_a_refusal_names_the_repository_and_never_the_token() -> None:
    with tracker(403) as (address, _), pytest.raises(DeliveryError, match="a/b: GitHub answered 403") as caught:
        open_issues(plan(snapshot()), Issues("a/b", "made-up-token", address))
    assert "made-up-token" not in str(caught.value)
    assert "made-up-token" not in repr(Issues("a/b", "made-up-token"))


def test_every_format_prints_every_state() -> None:
    for state in (snapshot(), empty(), strange(), many(300)):
        for form in FORMATS.values():
            assert form(plan(state)).endswith("\n")

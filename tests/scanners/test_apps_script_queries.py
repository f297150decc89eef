"""Apps Script projects: secrets in the address of a GET, wherever they are read, and comparisons in constant time."""

from __future__ import annotations

import json

import pytest

from scanners.apps_script import AppsScript
from tests.support.context import scan

OPEN = json.dumps({"webapp": {"access": "ANYONE_ANONYMOUS", "executeAs": "USER_DEPLOYING"}, "oauthScopes": ["x"]})
KEPT = "PropertiesService.getScriptProperties().getProperty('ADMIN_KEY')"
HELPERS = """
function json(o) { return ContentService.createTextOutput(JSON.stringify(o)); }
function rows() { return SpreadsheetApp.getActiveSheet().getDataRange().getValues(); }
function no() { return json({ok: false}); }
"""


def rules(code: str) -> set[str]:
    files = {"Code.gs": code + HELPERS, "appsscript.json": OPEN}
    return {m.rule_id.removeprefix("apps_script.") for m in scan(AppsScript(), files).matches}


@pytest.mark.parametrize(
    "code",
    [
        "function doGet(e) { return handle(e); } function handle(e) { let p = e.parameter; p = {...p, ...{}}; return check(p.token); }",
        "function doGet(e) { return handle(e && e.parameter ? e.parameter : {}); } function handle(request) { return check(request.password); }",
        "function doGet(e) { return handle(Object.assign({}, e.parameter)); } function handle({secret, id}) { return check(secret); }",
        "function doGet(e) { const q = query(e); return check(q.api_key); } function query(e) { return (e && e.parameter) || {}; }",
        "function doGet(e) { const { token } = e.parameter; return check(token); }",
        "function doGet(e) { return login({user: e.parameter.user, pin: e.parameter.pin}); }",
        f"function doGet(e) {{ const sent = String(e.parameter.key || ''); const kept = {KEPT}; if (sent !== kept) return no(); return json(rows()); }}",
        f"function doGet(e) {{ check(e.parameter.key); return json(rows()); }} function check(key) {{ const kept = {KEPT} || ''; if (key !== kept) throw new Error('no'); }}",
        f"function doGet(e) {{ const sent = e.parameter.key; if (!timingSafeEqual(sent, {KEPT})) return no(); return json(rows()); }}",
    ],
)
def test_a_secret_of_the_address_is_seen_in_whatever_function_reads_it(code: str) -> None:
    assert "secret-in-query" in rules(code)


@pytest.mark.parametrize(
    "code",
    [
        "function doGet(e) { return ship(e.parameter.street, e.parameter.pin); }",
        "function doPost(e) { return handle(JSON.parse(e.postData.contents)); } function handle(request) { return check(request.password); }",
        "function doGet(e) { return find(e.parameter.key); } function find(key) { return json(rows().filter(r => r[0] === key)); }",
        "function doGet(e) { return json({}); } function setup() { const token = props.token; }",
    ],
)
def test_other_fields_and_the_body_of_a_post_are_no_secret_in_an_address(code: str) -> None:
    assert "secret-in-query" not in rules(code)


@pytest.mark.parametrize(
    "same", ["safeEqual_(sent, kept)", "constantTimeCompare(sent, kept)", "strings.equalsSafe(kept, sent)"]
)
def test_a_comparison_by_a_function_that_says_so_is_a_guard(same: str) -> None:
    code = f"function doGet(e) {{ const sent = String(e.parameter.key || ''); const kept = {KEPT}; if (!kept || !{same}) return no(); return json(rows()); }}"
    assert "get-without-auth" not in rules(code)
    assert "get-without-auth" in rules(
        code.replace("e.parameter.key", "e.parameter.name").replace(KEPT, "rows()[0][1]")
    )

"""Apps Script projects: actions, guards, grades."""

from __future__ import annotations

import json

from scanners.apps_script import AppsScript
from tests.support.context import scan

CODE = """
const TOKEN = PropertiesService.getScriptProperties().getProperty('TOKEN');
function doGet(e) {
  if (e.parameter.action === 'slots') return json_(slots());
  return HtmlService.createHtmlOutputFromFile('index');
}
function doPost(e) {
  const body = JSON.parse(e.postData.contents);
  if (body.action === 'book') return json_(book(body));
  if (body.token !== TOKEN) return json_({error: 'unauthorized'});
  switch (body.action) {
    case 'cancel': return json_(cancel(body));
    case 'report': return json_(report());
    default: return json_({error: 'unknown action'});
  }
}
function slots() { return sheet_().getDataRange().getValues(); }
function book(body) { sheet_().appendRow([String(body.name)]); }
function cancel(body) { sheet_().deleteRow(Number(body.row)); }
function report() { MailApp.sendEmail('owner@example.com', 'report', 'x'); }
function sheet_() { return SpreadsheetApp.getActiveSpreadsheet().getSheetByName('Jobs'); }
function json_(o) { return ContentService.createTextOutput(JSON.stringify(o)); }
"""


def manifest(access: str, execute_as: str = "USER_DEPLOYING") -> str:
    return json.dumps({"webapp": {"access": access, "executeAs": execute_as}, "oauthScopes": ["x"]})


def test_actions_are_told_apart_and_each_has_its_own_guard_and_reach() -> None:
    records = scan(AppsScript(), {"Code.gs": CODE, "appsscript.json": manifest("ANYONE_ANONYMOUS")}).records
    assert {r.name: (r.text["auth"], r.text["reach"]) for r in records} == {
        "GET /?action=slots": ("no", "read"),
        "POST /?action=book": ("no", "write"),
        "POST /?action=cancel": ("yes", "delete"),
        "POST /?action=report": ("yes", "mail"),
    }


def test_the_same_code_is_graded_by_who_may_reach_it() -> None:
    def grade(access: str, execute_as: str = "USER_DEPLOYING") -> set[str]:
        files = {"Code.gs": CODE, "appsscript.json": manifest(access, execute_as)}
        return {m.grade for m in scan(AppsScript(), files).matches if m.rule_id == "apps_script.post-without-auth"}

    assert grade("ANYONE_ANONYMOUS") == {"anonymous-write"}
    assert grade("DOMAIN") == {"domain-write"}
    assert grade("ANYONE", "USER_ACCESSING") == {"as-user"}
    assert grade("MYSELF") == set()


def test_an_anonymous_web_app_whose_actions_are_all_guarded_stays_silent() -> None:
    guarded = CODE.replace(
        "  if (body.action === 'book')",
        "  if (body.token !== TOKEN) throw new Error('Forbidden');\n  if (body.action === 'book')",
    )
    guarded = guarded.replace("'slots') return", "'slots' && e.parameter.key === TOKEN) return")
    guarded = (
        guarded.replace("String(body.name)", "Number(body.count)")
        .replace("function book(body) {", "function book(body) { if (!body.count) throw new Error('count is missing');")
        .replace("function cancel(body) {", "function cancel(body) { if (!body.row) throw new Error('row is missing');")
    )
    files = {"Code.gs": guarded, "appsscript.json": manifest("ANYONE_ANONYMOUS")}
    found = scan(AppsScript(), files).matches
    assert [(m.rule_id, m.message) for m in found] == []


def test_a_repository_without_apps_script_is_skipped_with_its_reason() -> None:
    assert scan(AppsScript(), {"app.js": "fetch('/x')"}).skipped == "no Apps Script project"

"""Apps Script projects: ways in that look like none, and values that stand in the code by a detour."""

from __future__ import annotations

import json

from scanners.apps_script import AppsScript
from tests.support.context import scan

OPEN = json.dumps({"webapp": {"access": "ANYONE_ANONYMOUS", "executeAs": "USER_DEPLOYING"}, "oauthScopes": ["x"]})


def rules(code: str, **pages: str) -> set[str]:
    files = {"Code.gs": code, "appsscript.json": OPEN} | {f"{name}.html": page for name, page in pages.items()}
    return {m.rule_id.removeprefix("apps_script.") for m in scan(AppsScript(), files).matches}


def test_the_events_of_a_chat_service_are_no_callback_of_a_log_in() -> None:
    code = """
    function doPost(e) {
      const body = JSON.parse(e.postData.contents);
      if (body.type === 'event_callback') { answer(body.event); return ContentService.createTextOutput('ok'); }
      return ContentService.createTextOutput('?');
    }
    function answer(event) { UrlFetchApp.fetch('https://slack.com/api/chat.postMessage', {payload: event.text}); }
    """
    assert {"post-without-auth", "webhook-without-signature", "anonymous-access"} <= rules(code)


def test_a_function_that_pages_run_and_that_asks_another_service_is_open() -> None:
    code = """
    function doGet() { return HtmlService.createHtmlOutputFromFile('index'); }
    function getLearners(id) { return JSON.parse(UrlFetchApp.fetch(url_() + id).getContentText()); }
    function url_() { return PropertiesService.getScriptProperties().getProperty('URL'); }
    """
    page = "<script>google.script.run.withSuccessHandler(show).getLearners(1)</script>"
    assert "public-function-unguarded" in rules(code, index=page)


def test_actions_whose_branch_ends_in_a_try_are_actions() -> None:
    code = """
    function doGet(e) {
      if (e.parameter.action === 'wipe') {
        if (!isValid_(e)) return json_({error: 'Unauthorized'});
        try { sheet_().deleteRow(2); return json_({ok: true}); } catch (err) { return json_({error: err.message}); }
      }
      return json_({});
    }
    function isValid_(e) { return e.parameter.secret === SECRET; }
    """
    records = scan(AppsScript(), {"Code.gs": code, "appsscript.json": OPEN}).records
    assert [(r.name, r.text["auth"]) for r in records] == [("GET /?action=wipe", "yes")]


def test_what_stands_in_for_a_property_that_is_not_set_stands_in_the_code() -> None:
    code = """
    function doPost(e) { return run(JSON.parse(e.postData.contents)); }
    const folderId = PropertiesService.getScriptProperties().getProperty('F') || '1Hx9KGBPTnZYE8bQHOWUih39zUwB0Hk9d';
    const SETTINGS = {ADMIN_PASSPHRASE: 'wintertime7'};
    """
    assert {"hard-coded-file-id", "hard-coded-secret"} <= rules(code)


def test_a_secret_may_be_words_but_the_name_of_a_property_is_none() -> None:
    assert "hard-coded-secret" in rules("const API_TOKEN = 'garden_gate_token_qrs'; function doGet() {}")
    assert "hard-coded-secret" not in rules("const KEYS = {TOKEN: 'line_channel_token'}; function doGet() {}")
    assert "hard-coded-secret" not in rules("const PASSWORD = 'password'; function doGet() {}")


def test_what_a_stranger_uploads_and_the_script_opens_to_all_is_shared() -> None:
    code = """
    function doPost(e) {
      const data = JSON.parse(e.postData.contents);
      const file = DriveApp.createFile(Utilities.newBlob(data.content, data.mime, data.name));
      file.setSharing(DriveApp.Access.ANYONE_WITH_LINK, DriveApp.Permission.VIEW);
      return ContentService.createTextOutput(file.getUrl());
    }
    """
    assert "destructive-action-without-auth" in rules(code)
    assert "destructive-action-without-auth" not in rules(code.replace("ANYONE_WITH_LINK", "PRIVATE"))


def test_a_check_that_the_code_turns_off_is_no_guard() -> None:
    code = """
    const SETTINGS = {SHARED_SECRET: ''};
    function setting(name) { return PropertiesService.getScriptProperties().getProperty(name) || SETTINGS[name]; }
    function doPost(e) {
      const data = JSON.parse(e.postData.contents);
      const secret = setting('SHARED_SECRET');
      if (secret && data.secret !== secret) return ContentService.createTextOutput('no');
      SpreadsheetApp.getActiveSheet().appendRow([data.name]);
    }
    """
    assert "post-without-auth" in rules(code)
    assert "post-without-auth" not in rules(code.replace("SHARED_SECRET: ''", "OTHER: ''"))

"""Apps Script projects: what checks the fields of a request, and what an entry does besides its actions."""

from __future__ import annotations

import json

import pytest

from scanners.apps_script import AppsScript
from tests.support.context import scan

OPEN = json.dumps({"webapp": {"access": "ANYONE_ANONYMOUS", "executeAs": "USER_DEPLOYING"}, "oauthScopes": ["x"]})
HELPERS = """
function json(o) { return ContentService.createTextOutput(JSON.stringify(o)); }
function sheet() { return SpreadsheetApp.getActiveSheet(); }
"""


def rules(code: str) -> set[str]:
    files = {"Code.gs": code + HELPERS, "appsscript.json": OPEN}
    return {m.rule_id.removeprefix("apps_script.") for m in scan(AppsScript(), files).matches}


def post(check: str) -> set[str]:
    return rules(
        f"function doPost(e) {{ const data = JSON.parse(e.postData.contents); {check}\n"
        "sheet().appendRow([data.name, data.phone]); return json({ok: true}); }"
    )


@pytest.mark.parametrize(
    "check",
    [
        "if (data.hp && String(data.hp).trim() !== '') return json({error: 'spam'});",
        "if (data.website) return json({error: 'no'});",
        "if (sheet().getRange(1, 1).getValue() == data.id) return json({error: 'again'});",
        "const last = sheet().getRange(1, 1).getValue(); if (last == data.id) return json({error: 'again'});",
        "if (!data.items) return json({ok: true, saved: 0});",
        "data.rows.forEach(function (r) { if (!r.id) return; sheet().appendRow([r.id]); });",
        "sheet().getRange('A1').setDataValidation(SpreadsheetApp.newDataValidation().requireValueInList(['a']).build());",
        "confirm(data); function confirm(d) { if (!d.email) return; MailApp.sendEmail(d.email, 'a', 'b'); }",
    ],
)
def test_what_refuses_nobody_is_no_validation(check: str) -> None:
    assert "post-without-validation" in post(check)


@pytest.mark.parametrize(
    "check",
    [
        "if (!data.name) return json({error: 'name'});",
        "const missing = ['name', 'phone'].filter(k => !data[k]); if (missing.length) return json({error: missing});",
        "if (!data.name) return;",
        "if (data.name.length > 100) throw new Error('too long');",
        "validate(data);",
    ],
)
def test_what_refuses_a_bad_field_is_a_validation(check: str) -> None:
    assert "post-without-validation" not in post(check)


def test_checks_of_what_is_no_named_action_are_seen() -> None:
    found = rules("""
    function doPost(e) {
      const data = JSON.parse(e.postData.contents);
      if (data.action === 'mail') return mail(data);
      if (!data.name || !data.file) return json({error: 'missing'});
      sheet().appendRow([Number(data.name)]);
      return json({ok: true});
    }
    function mail(d) { if (!d.to) return json({error: 'to'}); MailApp.sendEmail(d.to, 'a', 'b'); return json({}); }
    """)
    assert "post-without-auth" in found
    assert "post-without-validation" not in found


def test_a_field_that_only_words_a_mail_is_no_action() -> None:
    found = rules("""
    function doPost(e) {
      const data = JSON.parse(e.postData.contents);
      if (data.action === 'update') return update(data);
      sheet().appendRow([data.name]);
      tell(data);
      return json({ok: true});
    }
    function update(d) { if (d.key !== KEY) return json({error: 'unauthorized'}); sheet().appendRow([1]); return json({}); }
    function tell(d) { const lines = []; if (d.type === 'quote') { lines.push(d.name); } MailApp.sendEmail('x', 'y', lines.join()); }
    """)
    assert {"post-without-auth", "formula-injection", "post-without-validation"} <= found


def test_what_an_inner_entry_gives_for_no_action_is_given() -> None:
    found = rules("""
    function doGet(e) { try { return inner_(e); } catch (err) { return json({error: err.message}); } }
    function inner_(e) {
      if (e.parameter.action === 'wipe') { if (!valid_(e)) return json({error: 'no'}); return json({rows: sheet().getDataRange().getValues()}); }
      const people = {};
      const rows = sheet().getDataRange().getValues();
      for (const row of rows) { people[row[0]] = row[1]; }
      return json({people});
    }
    function valid_(e) { return e.parameter.secret === SECRET; }
    """)
    assert "get-without-auth" in found


def test_fields_taken_apart_and_handed_on_stay_raw() -> None:
    found = rules("""
    function doPost(e) {
      const data = JSON.parse(e.postData.contents);
      if (data.action === 'set') { return json({}); }
      const { date, note } = data;
      store(date, note || '');
      return json({ok: true});
    }
    function store(date, note) { sheet().appendRow([date, note]); }
    """)
    assert "formula-injection" in found


def test_a_cell_that_is_made_text_only_when_it_is_a_table_stays_raw() -> None:
    found = rules("""
    function doPost(e) {
      const data = JSON.parse(e.postData.contents);
      sheet().appendRow(data.items.map(v => cell(v)));
      return json({ok: true});
    }
    function cell(v) { if (v === null) return ''; if (typeof v === 'object') return JSON.stringify(v); return v; }
    """)
    assert "formula-injection" in found


def test_a_token_of_another_service_that_has_to_be_sent_is_no_guard() -> None:
    found = rules("""
    function doPost(e) {
      const data = JSON.parse(e.postData.contents);
      if (data.action === 'upload') return json(upload(data));
      return json({});
    }
    function upload(body) {
      const youtubeToken = body.youtubeToken;
      if (!youtubeToken) return {error: 'youtubeToken missing'};
      return UrlFetchApp.fetch('https://example.com', {payload: DriveApp.getFileById(body.fileId).getBlob()});
    }
    """)
    assert {"post-without-auth", "file-by-request-id"} <= found

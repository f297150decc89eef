"""Apps Script projects: texts of a request that are cut, parsed, merged or handed back, and names for sheets that were there."""

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


def post(code: str) -> set[str]:
    return rules(
        f"function doPost(e) {{ const data = JSON.parse(e.postData.contents); {code} return json({{ok: true}}); }}"
    )


@pytest.mark.parametrize(
    "code",
    [
        r"const text = data.events[0].message.text; const todo = text.split('\n')[1]; sheet().appendRow([todo]);",
        r"const [command, todo] = data.text.split('\n'); sheet().appendRow([todo]);",
        "sheet().appendRow([data.text.slice(0, 80)]);",
        "const row = JSON.parse(e.parameter.row); sheet().appendRow(row);",
        "const row = JSON.parse(e.parameter.row); sheet().getRange(2, 1, 1, row.length).setValues([row]);",
        "sheet().appendRow(JSON.parse(e.parameter.row));",
    ],
)
def test_a_part_of_a_text_and_a_parsed_row_are_still_a_strangers(code: str) -> None:
    assert "formula-injection" in post(code)


@pytest.mark.parametrize(
    "code",
    [
        "sheet().appendRow([Number(data.text.split(' ')[1])]);",
        "const n = parseInt(data.text.split(' ')[1], 10); sheet().appendRow([n]);",
        "const row = JSON.parse(e.parameter.row); sheet().appendRow([row.length]);",
    ],
)
def test_a_number_of_a_text_is_no_formula(code: str) -> None:
    assert "formula-injection" not in post(code)


@pytest.mark.parametrize(
    "helper",
    [
        "var cfg = raw || {}; cfg.theme = cfg.theme || {}; return cfg;",
        "return {...defaults(), ...raw};",
        "return Object.assign({}, defaults(), raw);",
    ],
)
def test_what_our_own_function_hands_back_is_still_the_requests(helper: str) -> None:
    code = f"const config = normalized(data.config); SpreadsheetApp.openById(config.sheetId); function normalized(raw) {{ {helper} }}"
    assert "file-by-request-id" in post(code)


def test_what_our_own_function_looks_up_is_not_the_requests() -> None:
    code = (
        "const place = find(data.name); SpreadsheetApp.openById(place.id); function find(name) { return PLACES[name]; }"
    )
    assert "file-by-request-id" not in post(code)


@pytest.mark.parametrize(
    "code",
    [
        "const tab = getOrMake(data.name); tab.deleteRow(data.row);",
        "let tab = book().getSheetByName('a'); if (!tab) tab = book().insertSheet('a'); tab.deleteRow(data.row);",
        "let tab = book().getSheetByName('a'); if (!tab) { tab = book().insertSheet('a'); } else { tab.getName(); } tab.deleteRow(data.row);",
    ],
)
def test_a_row_of_a_sheet_that_was_made_only_when_missing_is_deleted(code: str) -> None:
    helpers = """
    function book() { return SpreadsheetApp.getActive(); }
    function getOrMake(name) { let tab = book().getSheetByName(name); if (!tab) { tab = book().insertSheet(name); } return tab; }
    """
    assert "destructive-action-without-auth" in post(code + helpers)
    assert "destructive-action-without-auth" in post(
        f"if (data.action === 'wipe') {{ {code} return json({{}}); }} {helpers}"
    )


def test_a_sheet_that_the_script_has_just_made_may_go_again() -> None:
    code = "let tab = null; tab = SpreadsheetApp.getActive().insertSheet('tmp'); tab.getRange('A1').setValue(1); SpreadsheetApp.getActive().deleteSheet(tab);"
    assert "destructive-action-without-auth" not in post(code)


@pytest.mark.parametrize(
    "code",
    [
        "const CONFIG = { get SHEET_ID() { return PropertiesService.getScriptProperties().getProperty('S') || 'ID'; } };",
        "function getSpreadsheetId() { return 'ID'; }",
        "const folderId = () => 'ID';",
    ],
)
def test_an_id_that_a_function_gives_back_stands_in_the_code(code: str) -> None:
    assert "hard-coded-file-id" in rules(code.replace("ID'", "1Hx9KGBPTnZYE8bQHOWUih39zUwB0Hk9d'"))
    assert "hard-coded-file-id" not in rules(code)


def test_what_is_only_mailed_is_not_stored() -> None:
    mail = "MailApp.sendEmail(owner(), 'a', data.text);"
    assert "post-without-validation" not in post(mail)
    assert "post-without-validation" in post(mail + "sheet().appendRow([data.text]);")
    assert "post-without-validation" in post(
        mail + "keep(data); function keep(d) { sheet().getRange('A1').setValue(d.text); }"
    )

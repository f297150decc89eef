"""Apps Script projects: credentials without a name, addresses by a detour, functions that other sources run."""

from __future__ import annotations

import json

import pytest

from scanners.apps_script import AppsScript
from tests.support.context import scan

OPEN = json.dumps({"webapp": {"access": "ANYONE_ANONYMOUS", "executeAs": "USER_DEPLOYING"}, "oauthScopes": ["x"]})
UUID = "3f2b8c1d-9a4e-4c7b-8d21-5e6f7a8b9c2d"


def rules(code: str, **others: str) -> set[str]:
    files = {"gas/Code.gs": code, "gas/appsscript.json": OPEN} | {
        k.replace("__", "/").replace("_dot_", "."): v for k, v in others.items()
    }
    return {m.rule_id.removeprefix("apps_script.") for m in scan(AppsScript(), files).matches}


@pytest.mark.parametrize(
    "code",
    [
        f"const OPEN_AT = 'https://open.larksuite.com/open-apis/bot/v2/hook/{UUID}';",
        f"const HOOK = 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={UUID}';",
        "const BOT = '71829" + "30465:AA" + "Hq7Zk3Jt9Xw2Lm5Np8Rv4Sy6Tb1Uc0Vd" + "';",
        (
            "function go() { UrlFetchApp.fetch('https://example.org', {headers: {Authorization: 'Bearer "
            "k9f8J2hd7Gk3Lm5Np8Rv4Sy6Tb"
            "'}}); }"
        ),
        "function setup() { users().appendRow(['user-1', 'admin', 'admin" + "123', 'Admin']); }",
        "function setup() { const h = hashPassword('admin" + "123'); users().appendRow([h]); }",
        (
            "const STAFF_SECRET = 'enlighten"
            "dream'; function join(o) { if (o.secret !== STAFF_SECRET) return {}; return 1; }"
        ),
        "function getAdminPass_() { const p = prop('P'); if (p) return p; return 'Winter" + "2024!'; }",
        "const LIST = {people: [{user: 'ana', password: 'Ana" + "2024!'}]};",
    ],
)
def test_a_credential_is_known_without_the_name_of_a_token(code: str) -> None:
    assert "hard-coded-secret" in rules(code)


@pytest.mark.parametrize(
    "code",
    [
        "const HOOK = 'https://hooks.slack.com/services/YOUR/WEBHOOK/HERE';",
        "const KEYS = {API_KEY: 'apiKey', names: [{password: 'Password'}]};",
        "const T = {list: [{client_secret: 'Exg9****8PR'}]};",
        "function getTokenKey() { return 'API_TOKEN'; }",
        "function head() { sheet().appendRow(['id', 'user', 'password', 'role']); }",
        "const SECRET = 'CHANGE_ME'; function go(o) { if (o.token !== SECRET) return 1; return 2; }",
        "const TYPE_KEY = 'kind'; function go(o) { if (o.type !== TYPE_KEY) return 1; return 2; }",
    ],
)
def test_placeholders_and_names_are_no_credentials(code: str) -> None:
    assert "hard-coded-secret" not in rules(code)


@pytest.mark.parametrize(
    "code",
    [
        "function go(x) { const mine = 'ana@acme-tours.org'; const to = x ? mine : prop('M'); MailApp.sendEmail({to: to}); }",
        (
            "const S = {NOTIFY: 'ana@acme-tours.org'}; function setting(n) { return S[n]; }"
            " function go() { const to = setting('NOTIFY'); if (to) MailApp.sendEmail(to, 'a', 'b'); }"
        ),
    ],
)
def test_an_address_that_mail_goes_to_is_found_by_a_detour(code: str) -> None:
    assert "hard-coded-email" in rules(code)


def test_the_address_of_a_file_is_told_where_its_name_says_what_it_is() -> None:
    address = "https://drive.google.com/file/d/1Hx9KGBPTnZYE8bQHOWUih39zUwB0Hk9d/view"
    assert "hard-coded-file-id" in rules(f"const TEMPLATE_URL = '{address}';")
    assert "hard-coded-file-id" not in rules(f"const content = '{address}';")


SERVES = """
function doGet() { return HtmlService.createHtmlOutputFromFile('index'); }
function saveRow(row) { SpreadsheetApp.getActiveSheet().appendRow([Number(row)]); }
"""


@pytest.mark.parametrize(
    "source",
    [
        "export const save = (row: number) => { const run = window.google?.script?.run; run.withSuccessHandler(ok).saveRow(row); };",
        "import { serverFunctions } from './server'; export const save = (row) => serverFunctions.saveRow(row);",
    ],
)
def test_sources_that_are_built_into_the_page_run_functions(source: str) -> None:
    assert "public-function-unguarded" in rules(SERVES, src__Form_dot_tsx=source)


def test_attributes_and_pages_in_a_text_run_functions() -> None:
    assert "public-function-unguarded" in rules(
        SERVES, gas__index_dot_html='<b onclick="google.script.run.saveRow(1)">x</b>'
    )
    inline = SERVES.replace(
        "createHtmlOutputFromFile('index')", "createHtmlOutput('<script>google.script.run.saveRow(1)</script>')"
    )
    assert "public-function-unguarded" in rules(inline)
    assert "public-function-unguarded" not in rules(SERVES)


def test_a_token_that_its_name_and_its_shape_give_away_is_told_once() -> None:
    code = "const token = '71829" + "30465:AA" + "Hq7Zk3Jt9Xw2Lm5Np8Rv4Sy6Tb1Uc0Vd" + "';"
    found = scan(AppsScript(), {"Code.gs": code, "appsscript.json": OPEN}).matches
    assert [m.rule_id for m in found] == ["apps_script.hard-coded-secret"]

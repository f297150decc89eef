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
    assert (
        grade("ANYONE", "USER_ACCESSING") == set()
    )  # Google knows the caller, and the script can do no more than they can
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
    assert {m.rule_id for m in found} == {"apps_script.secret-in-query"}  # the key comes in the address of a GET


def test_a_repository_without_apps_script_is_skipped_with_its_reason() -> None:
    assert scan(AppsScript(), {"app.js": "fetch('/x')"}).skipped == "no Apps Script project"


ANONYMOUS = manifest("ANYONE_ANONYMOUS")


def faults(code: str, access: str = ANONYMOUS, **files: str) -> set[str]:
    """Names of the rules that fire."""
    matches = scan(AppsScript(), {"Code.gs": code, "appsscript.json": access, **files}).matches
    return {m.rule_id.removeprefix("apps_script.") for m in matches}


READS = "return ContentService.createTextOutput(JSON.stringify(sheet_().getDataRange().getValues()));"


def test_making_a_sheet_that_is_missing_is_no_change_by_a_link() -> None:
    bodies = (
        "const ss = SpreadsheetApp.getActive(); return ss.getSheetByName('Jobs') || ss.insertSheet('Jobs');",
        (
            "const ss = SpreadsheetApp.getActive(); let s = ss.getSheetByName('Jobs'); "
            "if (!s) { s = ss.insertSheet('Jobs'); s.appendRow(['Name']); } return s;"
        ),
        "const s = SpreadsheetApp.getActive().getActiveSheet(); if (s.getLastRow() === 0) { s.appendRow(['Name']); } return s;",
        (
            "const s = SpreadsheetApp.getActive().getActiveSheet(); ensureHeaders_(s); return s; } "
            "function ensureHeaders_(s) { s.getRange(1, 1).setValue('Name');"
        ),
    )
    for body in bodies:
        found = faults(f"function doGet(e) {{ {READS} }} function sheet_() {{ {body} }}")
        assert {"get-without-auth", "state-change-on-get"} & found == {"get-without-auth"}, body
    upsert = "const s = sheet_(); const row = find(s, e.parameter.id); if (!row) { s.appendRow([1]); } return row;"
    assert "state-change-on-get" in faults(
        f"function doGet(e) {{ return json(save(e)); }} function save(e) {{ {upsert} }} function sheet_() {{ {bodies[0]} }}"
    )


def test_sharing_the_file_that_was_just_uploaded_with_somebody_is_not_destructive() -> None:
    upload = "const f = DriveApp.getFolderById(ID).createFile(blob(e)); f.addViewer(OWNER);"
    assert "destructive-action-without-auth" not in faults(f"function doPost(e) {{ {upload} return out(f.getUrl()); }}")
    theirs = "DriveApp.getFileById(e.parameter.id).setSharing(DriveApp.Access.ANYONE_WITH_LINK, VIEW);"
    assert "destructive-action-without-auth" in faults(f"function doPost(e) {{ {theirs} return out('ok'); }}")


def test_a_log_that_is_kept_short_is_not_what_a_stranger_deletes() -> None:
    log = "const s = sheet_(); s.appendRow([new Date()]); const last = s.getLastRow(); if (last > 5001) s.deleteRows(2, last - 5001);"
    code = f"function doPost(e) {{ log_(); return out('ok'); }} function log_() {{ {log} }} function sheet_() {{ return S; }}"
    assert faults(code) >= {"post-without-auth"}
    assert "destructive-action-without-auth" not in faults(code)


def test_a_row_that_was_put_together_first_is_as_raw_as_its_fields() -> None:
    entry = "function doPost(e) { const d = JSON.parse(e.postData.contents); "
    for rest in (
        "const row = [new Date(), d.name || '']; sheet.appendRow(row); }",
        "add({at: 1, name: d.name}); } function add(x) { const row = [x.at, x.name]; sheet.appendRow(row); }",
        "save(d.name); } function save(name) { sheet.appendRow([name]); }",
        "d.items.forEach(item => sheet.appendRow([item.text])); }",
        "sheet.appendRow(Object.values(d)); }",
        "sheet.appendRow(headers.map(h => d[h] || '')); }",
    ):
        assert "formula-injection" in faults(entry + rest), rest
    assert "formula-injection" not in faults(entry + "const row = [new Date(), clean(d.name)]; sheet.appendRow(row); }")


def test_a_file_found_by_what_the_request_names_is_not_a_file_the_request_names() -> None:
    entry = "function doPost(e) { const d = JSON.parse(e.postData.contents); "
    assert "file-by-request-id" in faults(entry + "const id = String(d.fileId).trim(); DriveApp.getFileById(id); }")
    assert "file-by-request-id" not in faults(entry + "const job = findJob(d.job); DriveApp.getFileById(job.fileId); }")
    contained = "const f = DriveApp.getFileById(d.id); if (f.getParents().next().getId() !== HOME) return null; }"
    assert "file-by-request-id" not in faults(entry + contained)


def test_an_action_that_needs_a_body_is_none_of_a_get() -> None:
    route = "switch (e.parameter.action) { case 'add': const d = JSON.parse(e.postData.contents); sheet.appendRow([d.n]); return 1; }"
    both = f"function doGet(e) {{ return go(e); }} function doPost(e) {{ return go(e); }} function go(e) {{ {route} }}"
    assert "state-change-on-get" not in faults(both)
    assert "post-without-auth" in faults(both)


def test_writing_to_a_chat_service_makes_no_webhook() -> None:
    tells = "UrlFetchApp.fetch('https://api.telegram.org/bot' + T + '/sendMessage', {payload: {text: 'new'}});"
    assert "webhook-without-signature" not in faults(f"function doPost(e) {{ sheet.appendRow([1]); {tells} }}")
    answers = "const u = JSON.parse(e.postData.contents); say(u.message.chat.id); sheet.appendRow([1]);"
    assert "webhook-without-signature" in faults(f"function doPost(e) {{ {answers} }}")


def test_a_script_of_the_page_beside_the_project_is_none_of_it() -> None:
    page = "document.getElementById('p').addEventListener('keydown', e => { if (e.key === 'Enter') go(); }); const API_KEY = 'abcd1234';"
    assert "hard-coded-secret" not in faults("function f() { SpreadsheetApp.getActive(); }", **{"app.js": page})
    assert "hard-coded-secret" in faults(
        "function f() { SpreadsheetApp.getActive(); }", **{"keys.js": "const API_KEY = 'abcd1234';"}
    )


def test_a_project_lies_where_its_clasp_file_says() -> None:
    files = {
        ".clasp.json": '{"scriptId": "x", "rootDir": "./src"}', "src/appsscript.json": "{}",
        "src/Code.gs": "function f() { SpreadsheetApp.getActive(); }", "web/app.js": "const TOKEN = 'abcd1234';",
    }  # fmt: skip
    result = scan(AppsScript(), files)
    assert result.looked_at["projects"] == 1
    assert [m.rule_id for m in result.matches] == ["apps_script.scopes-not-declared"]


def test_jsonp_is_known_by_where_the_name_of_the_function_comes_from() -> None:
    assert "jsonp" in faults(
        "function doGet(e) { const cb = e.parameter.jsonpCallback; return out('window.' + cb + '(' + x + ')'); }"
    )
    assert "jsonp" not in faults(
        "function doGet(e) { const who = e.parameter.name; return out('hello ' + who + '(guest)'); }"
    )


def test_ids_and_addresses_are_seen_where_they_are_only_named_later() -> None:
    found = faults(
        "const CONFIG = {FOLDER_ID: '1yNhbfNskQf0x74YOrpxsR24TBXHRrr3q', OWNER: 'dana@fastmail.com'};"
        "function f() { MailApp.sendEmail(CONFIG.OWNER, 'new', 'x'); }"
    )
    assert {"hard-coded-file-id", "hard-coded-email"} <= found
    assert "hard-coded-file-id" not in faults("const CONFIG = {FOLDER_ID: '1_PASTE_YOUR_FOLDER_ID_HERE_abc'};")
    address = "https://docs.google.com/spreadsheets/d/1aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789abcdEfG/edit"
    assert "hard-coded-file-id" in faults(f"function f() {{ return SpreadsheetApp.openByUrl('{address}'); }}")


def test_a_password_hashed_by_a_helper_is_seen() -> None:
    helper = "function sha(t) { return Utilities.computeDigest(Utilities.DigestAlgorithm.SHA_256, t); }"
    assert "weak-password-hash" in faults(
        f"{helper} function ok(password, stored) {{ return sha(password) === stored; }}"
    )
    assert "weak-password-hash" not in faults(
        f"{helper} function ok(password, s) {{ return sha(password + s.salt) === s.hash; }}"
    )


def test_a_get_that_only_writes_gives_nothing_away() -> None:
    found = faults("function doGet(e) { sheet.appendRow([new Date()]); return ContentService.createTextOutput('ok'); }")
    assert {"get-without-auth", "state-change-on-get"} & found == {"state-change-on-get"}
    service = "return ContentService.createTextOutput(Sheets.Spreadsheets.Values.get(ID, 'A:C').values);"
    assert "get-without-auth" in faults(f"function doGet(e) {{ {service} }}")


def test_scripts_that_are_kept_side_by_side_each_have_their_own_entry() -> None:
    add = "function doPost(e) { const d = JSON.parse(e.postData.contents); sheet.appendRow([d.name]); }"
    remove = "function doPost(e) { const d = JSON.parse(e.postData.contents); sheet.deleteRow(d.row); }"
    assert "destructive-action-without-auth" in faults(add, **{"Remove.gs": remove})


def test_a_guard_may_compare_a_hash_run_a_callback_or_verify_a_signature() -> None:
    write = "sheet.appendRow([1]);"
    hashed = (
        "function doPost(e) { const r = JSON.parse(e.postData.contents); assertAllowed_(r); " + write + " } "
        "function assertAllowed_(r) { const supplied = r.apiToken; const expected = property_('API_TOKEN_SHA256'); "
        "if (!supplied || hash_(supplied) !== expected) { throw problem('x'); } }"
    )
    callback = (
        "function doPost(e) { const r = JSON.parse(e.postData.contents); return guarded_(r, () => sheet.appendRow([1])); } "
        "function guarded_(r, run) { if (sha_(String(r.password || '')) !== stored) { return json({ok: false}); } return json(run()); }"
    )
    signed = (
        "function doPost(e) { const mail = whose_(e.parameter.credential); " + write + " } "
        "function whose_(token) { return verifyToken(token).email; } "
        "function verifyToken(jwt) { const good = JWS.verify(jwt, KEY); if (!good) { throw new Error('bad'); } return parse(jwt); }"
    )
    for code in (hashed, callback, signed):
        assert "post-without-auth" not in faults(code), code


def test_throwing_away_a_mark_of_its_own_is_not_destructive() -> None:
    forget = "PropertiesService.getScriptProperties().deleteProperty('seen_' + id);"
    assert "destructive-action-without-auth" not in faults(f"function doPost(e) {{ {forget} return out('ok'); }}")


def test_a_text_that_says_put_the_password_here_is_no_password() -> None:
    assert "hard-coded-secret" not in faults("function f() { const password = '여기에비밀번호'; }")


def test_a_helper_that_only_takes_quotes_off_cleans_nothing() -> None:
    code = "function doGet(e) { const v = unquoted(e.parameter[name]); sheet.getRange(1, 1).setValue(v); } "
    assert "formula-injection" in faults(code + "function unquoted(t) { return t.replace(/\"/g, ''); }")
    assert "formula-injection" not in faults(code + "function unquoted(t) { return t.replace(/^[=+-]/, ''); }")


def test_a_script_that_only_triggers_run_is_a_project_without_any_manifest() -> None:
    code = "function onOpen() { SpreadsheetApp.getUi().createMenu('x'); }\nconst API_KEY = 'q8VbN2xTz4LrW9sYc6KeQ1';\n"
    assert "apps_script.hard-coded-secret" in {m.rule_id for m in scan(AppsScript(), {"sheets/setup.js": code}).matches}
    beside = scan(AppsScript(), {"api/package.json": "{}", "api/setup.js": code, "api/server.js": "require('http')"})
    assert beside.looked_at["files"] == 1
    assert scan(AppsScript(), {"web/menu.js": "function onOpen() { document.body.hidden = true; }"}).skipped


def test_folders_whose_code_calls_each_other_are_one_project() -> None:
    entry = "function doPost(e) { storeLead(JSON.parse(e.postData.contents)); return ContentService.createTextOutput('ok'); }"
    store = "function storeLead(d) { SpreadsheetApp.getActiveSheet().appendRow([d.name]); }"
    for ending in ("gs", "js"):
        files = {f"src/api/Web.{ending}": entry, f"src/storage/Leads.{ending}": store}
        found = scan(AppsScript(), files)
        assert found.looked_at["projects"] == 1
        assert "apps_script.post-without-validation" in {m.rule_id for m in found.matches}
    apart = {"one/Code.gs": entry + store, "two/Code.gs": entry + store, "two/js/page.js": "storeLead(1)"}
    assert scan(AppsScript(), apart).looked_at["projects"] == 2


def test_a_function_that_builds_the_row_is_looked_into() -> None:
    code = "function doPost(e) { const d = JSON.parse(e.postData.contents); if (!d.name) return no(); const row = toRow_(d, FIELDS); "
    code += "SpreadsheetApp.getActiveSheet().appendRow(row); return ContentService.createTextOutput('ok'); }\n"
    by_field = "function toRow_(d, fields) { return fields.map(function (f) { const v = d[f]; if (v == null) return ''; return %s; }); }"
    assert "formula-injection" in faults(code + by_field % "typeof v === 'string' ? v.trim() : v")
    assert "formula-injection" not in faults(code + by_field % "safe_(v)")
    assert "formula-injection" in faults(code + "function toRow_(d) { const row = [new Date(), d.name]; return row; }")
    assert "formula-injection" not in faults(code + "function toRow_(d) { return [new Date(), Number(d.count)]; }")
    again = "function toRow_(d) { return [toRow_(d), d.list.map(function (x) { return toRow_(x); })]; }"
    assert "formula-injection" not in faults(code + again)


def test_a_check_that_the_caller_may_leave_out_is_no_guard() -> None:
    code = (
        "function doGet(e) { if (e.parameter.env === 'qa') { if (e.parameter.token !== T) { return out('no'); } use(QA); } "
        "return ContentService.createTextOutput(JSON.stringify(sheet.getDataRange().getValues())); }"
    )
    assert "get-without-auth" in faults(code)
    post = (
        "function doPost(e) { const d = JSON.parse(e.postData.contents); if (%s) { if (d.token !== T) { return out('no'); } } "
        "if (d.action === 'add') { return add(d); } if (d.action === 'drop') { return drop(d); } return out('?'); }\n"
        "function add(d) { sheet.appendRow([Number(d.n)]); } function drop(d) { sheet.deleteRow(Number(d.row)); }"
    )
    for test in ("!d.callback_query", "d.token", "d.from === 'web'", "d.from !== 'bot'"):
        assert "post-without-auth" in faults(post % test), test
    assert "post-without-auth" not in faults(post % "T")


def test_keeping_a_log_is_no_change_by_a_link() -> None:
    code = f"function doGet(e) {{ logAccess_(e); {READS} }} function logAccess_(e) {{ sheet_().appendRow([1]); }} function sheet_() {{ return S; }}"
    assert {"get-without-auth", "state-change-on-get"} & faults(code) == {"get-without-auth"}


def test_a_package_of_node_below_a_project_is_none_of_it() -> None:
    files = {
        "functions/package.json": "{}",
        "functions/src/a.ts": "const API_TOKEN = 'abcd1234'; SpreadsheetApp.getActive();",
    }
    assert "hard-coded-secret" not in faults("function f() {}", **files)
    assert "hard-coded-secret" in faults(
        "function f() {}", **{"package.json": "{}", "src/a.ts": files["functions/src/a.ts"]}
    )


def test_what_a_table_of_handlers_reaches_is_reached() -> None:
    code = (
        "function doPost(e) { const d = JSON.parse(e.postData.contents); const known = {wipe: wipe_, list: list_}; "
        "return known[d.fn].apply(null, d.args); } function wipe_(n) { sheet.deleteRow(n); } function list_() { return []; }"
    )
    assert "destructive-action-without-auth" in faults(code)


def test_functions_that_a_page_runs_by_a_name_it_holds_are_seen() -> None:
    code = "function doGet() { return HtmlService.createHtmlOutputFromFile('i'); } function apiSave(x) { sheet.appendRow([x]); }"
    for page in (
        "const run = google.script.run.withSuccessHandler(ok); run.apiSave(1);",
        "function call(fn, arg) { google.script.run.withFailureHandler(no)[fn](arg); } call('apiSave', 1);",
    ):
        assert "public-function-unguarded" in faults(code, **{"i.html": f"<html><script>{page}</script></html>"}), page


def test_a_property_that_is_filled_from_the_code_is_a_secret_in_the_code() -> None:
    put = "PropertiesService.getScriptProperties().setProperty('API_KEY', '{}');"
    assert "hard-coded-secret" in faults("function f() { " + put.format("8MBmadeUp3d8sxBh") + " }")
    assert "hard-coded-secret" not in faults("function f() { " + put.format("YOUR_KEY") + " }")


def test_a_check_that_answers_with_a_table_is_a_guard() -> None:
    code = (
        "function doPost(e) { const access = appAuthorizeSafe_(e); if (!access.ok) return json(access.message); sheet.appendRow([1]); } "
        "function appAuthorizeSafe_(e) { try { return appAuthorize_(e); } catch (x) { return {ok: false}; } } "
        "function appAuthorize_(e) { if (Session.getActiveUser().getEmail() !== OWNER) { return {ok: false}; } return {ok: true}; }"
    )
    assert "post-without-auth" not in faults(code)


def test_methods_of_objects_made_at_run_time_are_followed() -> None:
    entry = (
        "function doPost(e) { const d = JSON.parse(e.postData.contents); const s = new Store(); s.keepOrder(d.text); } "
    )
    for store in (
        "class Store { keepOrder(x) { this.sheet.appendRow([x]); } }",
        "function Store() {} Store.prototype.keepOrder = function (x) { this.sheet.appendRow([x]); };",
        "function Store() { this.keepOrder = function (x) { sheet.appendRow([x]); }; }",
    ):
        assert {"post-without-auth", "formula-injection"} <= faults(entry + store), store


def test_whom_a_script_does_not_know_it_turns_away() -> None:
    entry = "function doPost(e) { const d = JSON.parse(e.postData.contents); "
    act = " if (!known) return out('no'); sheet.appendRow([1]); }"
    session = "const known = CacheService.getScriptCache().get('s_' + d.token);"
    looked_up = "const known = findUserByToken_(d.token);"
    user = (
        "const me = Session.getActiveUser().getEmail(); const known = true; if (!staff.includes(me)) return out('no');"
    )
    for check in (session, looked_up, user):
        assert "post-without-auth" not in faults(entry + check + act), check
    own = (
        "const token = PropertiesService.getScriptProperties().getProperty('TOKEN'); const known = fetchStock_(token);"
    )
    assert "post-without-auth" in faults(entry + own + act)
    said = "const known = d.role === 'admin';"
    assert "post-without-auth" in faults(entry + said + act)


def test_a_stack_is_leaked_by_whatever_answers_with_it_and_not_by_a_log() -> None:
    entry = "function doPost(e) { try { return out(work(e)); } catch (err) { HANDLE } } function work(e) { sheet.appendRow([1]); } "
    for handle, rest in (
        ("return out({error: err.message, stack: err.stack});", ""),
        ("return failed(err);", "function failed(problem) { return out({stack: problem.stack}); }"),
        ("const text = String(err.stack); return out(text);", ""),
    ):
        assert "exception-leaked" in faults(entry.replace("HANDLE", handle) + rest), handle
    for handle, rest in (
        ("console.error(err.stack); return out('no');", ""),
        ("const text = err.stack; logError_(text); return out('no');", ""),
        ("return logAndAnswer(err);", "function logAndAnswer(x) { appendLog(x.stack); return out('no'); }"),
    ):
        assert "exception-leaked" not in faults(entry.replace("HANDLE", handle) + rest), handle
    inner = "function work(e) { try { go(); } catch (err) { RETURN } }"
    outer = "function doPost(e) { return out(work(e)); } "
    assert "exception-leaked" in faults(outer + inner.replace("RETURN", "return {ok: false, trace: err.stack};"))
    assert "exception-leaked" not in faults(outer + inner.replace("RETURN", "return err.stack.split('x')[2];"))


def test_what_a_get_answers_with_when_no_action_is_named_counts() -> None:
    code = (
        "function doGet(e) { if (e.parameter.action === 'drop') { sheet.deleteRow(1); return out('ok'); } "
        "return ContentService.createTextOutput(JSON.stringify(sheet.getDataRange().getValues())); }"
    )
    assert {"get-without-auth", "destructive-action-without-auth"} <= faults(code)


def test_whoever_names_the_function_to_run_can_do_what_the_script_can() -> None:
    code = "function doPost(e) { const d = JSON.parse(e.postData.contents); return out(this[d.fn](d)); }"
    assert {"dynamic-dispatch", "post-without-auth"} <= faults(code)


def test_entries_of_bundled_projects_are_hung_on_the_global_object() -> None:
    files = {
        "appsscript.json": ANONYMOUS, "src/index.ts": "import { keep } from './keep'; global.doPost = (e) => { keep(JSON.parse(e.postData.contents)); };",
        "src/keep.ts": "export function keep(d: any) { SpreadsheetApp.getActive().appendRow([d.name]); }",
    }  # fmt: skip
    found = {m.rule_id.removeprefix("apps_script.") for m in scan(AppsScript(), files).matches}
    assert {"post-without-auth", "formula-injection", "anonymous-access"} <= found


def test_what_only_its_owner_can_reach_has_no_strangers() -> None:
    code = "function doPost(e) { const d = JSON.parse(e.postData.contents); sheet.appendRow([d.name]); }"
    assert faults(code, manifest("MYSELF")) == set()


def test_a_manifest_with_a_comment_and_a_last_comma_is_read() -> None:
    text = '{\n  // who\n  "webapp": {"access": "ANYONE_ANONYMOUS", "executeAs": "USER_DEPLOYING",},\n  "oauthScopes": ["x"],\n}'
    assert "anonymous-access" in faults("function doPost(e) { sheet.appendRow([1]); }", text)


def test_a_secret_taken_in_a_choice_is_compared_all_the_same() -> None:
    for sent in ("String(p.pin || '')", "String(p.pin && p.pin)", "(p.pin ? p.pin : '')"):
        code = f"function doGet(e) {{ const p = e.parameter; if ({sent} !== String(PIN || '')) return out('no'); {READS} }}"
        assert faults(code) == set(), sent
    assert "get-without-auth" in faults(
        f"function doGet(e) {{ if (e.parameter.name !== 'x') return out('no'); {READS} }}"
    )


def test_names_taken_apart_from_the_request_are_as_raw_as_its_fields() -> None:
    for taken, written, raw in (
        ("const {name} = e.parameter;", "name", True),
        ("const {name: n} = JSON.parse(e.postData.contents);", "n", True),
        ("const {name} = e.parameter;", "new Date()", False),
    ):
        code = f"function doPost(e) {{ {taken} SpreadsheetApp.getActive().getActiveSheet().appendRow([{written}]); return out('ok'); }}"
        assert ("formula-injection" in faults(code)) is raw, (taken, written)


def test_a_key_compared_with_a_word_is_the_name_of_a_field_and_no_secret() -> None:
    for compared, secret in (
        ("field.key === 'mileage'", False),
        ("e.parameter.key !== 'mileage'", False),
        ("e.parameter.key !== 'Xk29fjq81Lm'", True),
    ):
        found = faults(f"function doGet(e) {{ if ({compared}) return out('no'); return out('ok'); }}")
        assert ("hard-coded-secret" in found) is secret, compared


def rules_of(code: str) -> set[str]:
    """Names of the rules that fire in an anonymous web app of one file."""
    files = {"Code.gs": code, "appsscript.json": manifest("ANYONE_ANONYMOUS")}
    return {m.rule_id.removeprefix("apps_script.") for m in scan(AppsScript(), files).matches}


def test_a_branch_before_the_guard_that_ends_there_is_open() -> None:
    code = """
    function allowed(secret) { return secret === PropertiesService.getScriptProperties().getProperty('SECRET'); }
    function doPost(e) {
      const body = JSON.parse(e.postData.contents);
      if (BRANCH) return arrived(body);
      if (!allowed(body.secret)) return ContentService.createTextOutput('no');
      if (body.action === 'add') return arrived(body);
    }
    function arrived(body) { SpreadsheetApp.getActiveSheet().appendRow([body.text]); return ContentService.createTextOutput('ok'); }
    """
    assert "post-without-auth" in rules_of(code.replace("BRANCH", "Array.isArray(body.messages)"))
    assert "post-without-auth" not in rules_of(code.replace("BRANCH", "allowed(body.secret)"))


def test_a_get_whose_function_reads_the_body_of_a_post_changes_nothing() -> None:
    code = """
    function doGet(e) { return both(e); }
    function doPost(e) { return both(e); }
    function both(e) {
      const body = JSON.parse(e.postData.contents);
      SpreadsheetApp.getActiveSheet().appendRow([body.text]);
    }
    """
    found = rules_of(code)
    assert "post-without-auth" in found
    assert "state-change-on-get" not in found


def test_a_password_is_seen_in_a_query_with_a_default() -> None:
    code = "function doGet(e) { const q = (e && e.parameter) || {}; return check(q.secret); }"
    assert "secret-in-query" in rules_of(code)


def test_jsonp_that_a_function_puts_together_is_seen() -> None:
    code = """
    function doGet(e) { const callback = e.parameter.callback; return CALL; }
    function wrapped(name, data) { return ContentService.createTextOutput(name + '(' + JSON.stringify(data) + ')'); }
    """
    assert "jsonp" in rules_of(code.replace("CALL", "wrapped(callback, [])"))
    assert "jsonp" not in rules_of(code.replace("CALL", "wrapped('done', [])"))


def test_looking_for_a_repeated_row_is_no_check_of_what_is_stored() -> None:
    code = """
    function doPost(e) {
      const data = JSON.parse(e.postData.contents);
      const rows = SpreadsheetApp.getActiveSheet().getDataRange().getValues();
      for (let i = 0; i < rows.length; i++) { if (TEST) { return ContentService.createTextOutput('seen'); } }
      SpreadsheetApp.getActiveSheet().appendRow([data.number, data.text]);
    }
    """
    assert "post-without-validation" in rules_of(code.replace("TEST", "rows[i][0] === data.number"))
    assert "post-without-validation" not in rules_of(code.replace("TEST", "!data.number"))


def test_asking_whether_a_token_was_sent_lets_any_token_pass() -> None:
    code = """
    function doPost(e) { const data = JSON.parse(e.postData.contents); return create(data.token, data.folder); }
    function create(token, ids) {
      if (!token) return json({ error: 'Unauthorized' });
      CHECK
      ids.split(',').map(id => id.trim()).forEach(id => DriveApp.getFolderById(id).createFile('a', 'b'));
    }
    """
    assert {"post-without-auth", "file-by-request-id"} <= rules_of(code.replace("CHECK", ""))
    compared = "if (token !== PropertiesService.getScriptProperties().getProperty('TOKEN')) return json({});"
    assert "post-without-auth" not in rules_of(code.replace("CHECK", compared))


def test_what_gitlab_and_line_send_is_the_event_of_a_service() -> None:
    code = "function doPost(e) { const d = JSON.parse(e.postData.contents); SpreadsheetApp.getActiveSheet().appendRow([FIELD]); }"
    for field in ("d.object_attributes.title", "d.events[0].source.userId", "d.merge_request.url"):
        assert "webhook-without-signature" in rules_of(code.replace("FIELD", field))
    assert "webhook-without-signature" not in rules_of(code.replace("FIELD", "d.title"))


def test_a_token_is_seen_in_a_query_and_one_of_several_words_in_the_code() -> None:
    code = "const API_TOKEN = 'diary_secret_token_xyz'; function doGet(e) { if (e.parameter.token !== API_TOKEN) return no(); }"
    assert {"secret-in-query", "hard-coded-secret"} <= rules_of(code)
    assert "hard-coded-secret" not in rules_of("const API_TOKEN = 'api_token';")
    assert "hard-coded-secret" not in rules_of("const API_TOKEN = 'YOUR_SECRET_TOKEN';")


def test_handing_a_request_on_or_finding_it_among_the_rows_checks_no_value() -> None:
    store = "SpreadsheetApp.getActiveSheet().appendRow([p.name]);"
    handed = f"function doPost(e) {{ const p = read(e); {store} }} function read(e) {{ const p = e.parameter; if (p.name) {{ return p; }} return {{}}; }}"
    assert "post-without-validation" in rules_of(handed)
    found = (
        f"function doPost(e) {{ const p = JSON.parse(e.postData.contents); const seen = earlier(p.name); if (!seen.allowed) {{ return no(); }} {store} }}"
        "function earlier(name) { return { allowed: !SpreadsheetApp.getActiveSheet().getDataRange().getValues().some(r => r[0] === name) }; }"
    )
    assert "post-without-validation" in rules_of(found)
    assert "post-without-validation" not in rules_of(found.replace("seen.allowed", "p.name"))


def test_clearing_a_whole_sheet_is_destructive_and_clearing_a_cache_is_not() -> None:
    code = "function doPost(e) { const sheet = SpreadsheetApp.getActiveSheet(); const cache = new Map(); WHAT.clear(); sheet.appendRow([1]); }"
    assert "destructive-action-without-auth" in rules_of(code.replace("WHAT", "sheet"))
    assert "destructive-action-without-auth" in rules_of(code.replace("WHAT", "sheet.getRange('A:B')"))
    assert "destructive-action-without-auth" not in rules_of(code.replace("WHAT", "cache"))


def test_a_key_to_get_in_is_seen_in_a_query() -> None:
    assert "secret-in-query" in rules_of("function doGet(e) { return report(String(e.parameter.authKey)); }")
    assert "secret-in-query" not in rules_of("function doGet(e) { return report(e.parameter.sortKey); }")

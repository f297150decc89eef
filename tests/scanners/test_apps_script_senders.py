"""Apps Script projects: what other services send, and actions for developers."""

from __future__ import annotations

import json

import pytest

from scanners.apps_script import AppsScript
from tests.support.context import scan

OPEN = json.dumps({"webapp": {"access": "ANYONE_ANONYMOUS", "executeAs": "USER_DEPLOYING"}, "oauthScopes": ["x"]})


def rules(code: str, name: str = "Code.gs", **others: str) -> set[str]:
    files = {name: code, "appsscript.json": OPEN} | {path.replace("__", "/"): text for path, text in others.items()}
    return {m.rule_id.removeprefix("apps_script.") for m in scan(AppsScript(), files).matches}


def stores(fields: str) -> str:
    return (
        "function doPost(e) { const body = JSON.parse(e.postData.contents);\n"
        f"SpreadsheetApp.getActiveSheet().appendRow([{fields}]); return ContentService.createTextOutput('ok'); }}"
    )


@pytest.mark.parametrize(
    "fields",
    [
        "body.header.event_type, body.event.message.chat_id",
        "body.sg_event_id",
        "body.message_token, body.sender.name",
        "body.formID, body.submissionID",
        "body.billing.email, body.line_items",
        "body.external_id, body.payment_channel",
        "body.subscriptionType, body.objectId",
        "body.entry[0].changes[0].value.messages[0].text",
        "body.senderNick, body.text.content",
    ],
)
def test_fields_that_only_one_service_sends_make_a_webhook(fields: str) -> None:
    assert "webhook-without-signature" in rules(stores(fields))


def test_a_list_of_events_is_sent_by_a_mail_service() -> None:
    code = """
    function doPost(e) {
      const posts = JSON.parse(e.postData.getDataAsString());
      for (const post of posts) SpreadsheetApp.getActiveSheet().appendRow([post.email, post.event]);
    }
    """
    assert "webhook-without-signature" in rules(code)


def test_a_script_called_webhook_that_reads_nested_fields_is_one() -> None:
    code = stores("body.task.id, body.project.name")
    assert "webhook-without-signature" in rules(code, name="Webhook.gs")
    assert "webhook-without-signature" not in rules(code)
    assert "webhook-without-signature" not in rules(stores("body.name"), name="Webhook.gs")
    assert "webhook-without-signature" not in rules(code, name="SendWebhook.gs")


def test_an_order_form_of_ones_own_is_no_webhook() -> None:
    assert "webhook-without-signature" not in rules(stores("body.email, body.event, body.timestamp, body.items.length"))


@pytest.mark.parametrize("action", ["testConfig", "debugUsers", "test_mail", "sheetDebug", "sendTestMail"])
def test_an_open_action_that_tests_something_is_for_developers(action: str) -> None:
    assert "debug-action" in rules(acts(action))


@pytest.mark.parametrize("action", ["testResults", "test_scores", "latest", "submitTest", "testimonials"])
def test_tests_that_people_take_are_not_for_developers(action: str) -> None:
    assert "debug-action" not in rules(acts(action))


def acts(action: str) -> str:
    return (
        "function doGet(e) { const s = SpreadsheetApp.getActiveSheet();\n"
        f"if (e.parameter.action === '{action}') return json(s.getDataRange().getValues());\n"
        "return json({}); }\nfunction json(o) { return ContentService.createTextOutput(JSON.stringify(o)); }"
    )

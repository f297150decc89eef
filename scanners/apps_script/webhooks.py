"""Whether `doPost` is written for what another service sends: by fields and texts that only that service uses."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence

from auditor.model.pattern import lazy
from scanners.apps_script.actions import Action
from scanners.apps_script.project import Project
from scanners.apps_script.reach import Reaches
from scanners.routing.shapes import called
from scanners.syntax import tree as t
from scanners.syntax.program import Found

_TEXTS = lazy(
    r"checkout\.session|payment_intent|charge\.(succeeded|success|complete)|hub\.challenge|hub\.verify_token|url_verification|"
    r"X-Hub-Signature|pull_request|merge_request|Merge Request Hook|message_created|event_callback|endpoint\.url_validation|"
    r"payment\.(captured|created|updated)$|invoice\.(paid|payment_\w+)|X-Line-Signature|PAYMENT\.CAPTURE|order_id.*webhook|setWebhook\b|"
    r"^im\.message\.receive_v1$|^invitee\.(created|canceled)$|^FORM_RESPONSE$|^whatsapp_business_account$|^(contact|deal|company)\.creation$|"
    r"^customer\.subscription\.|^orders/(create|paid|updated)$|^order\.(created|updated)$|^conversation_started$|^IPN$|^source\.chargeable$|"
    r"^(taskCreated|taskStatusUpdated|taskUpdated)$|^(updateCard|createCard|commentCard)$|^interactive_message$|^block_actions$"
)
"""Values that a service compares its events with."""
_FIELDS = frozenset(
    "replyToken update_id callback_query response_url trigger_id team_domain form_response transaction_status payment_intent signature_key "
    "object_attributes object_kind webhookEvent webhook_event MessageSid SmsMessageSid merge_request head_commit "
    "sg_event_id sg_message_id message_token chat_hostname sessionWebhook senderStaffId conversationType rawRequest "
    "admin_graphql_api_id ipn_track_id txn_id history_items display_phone_number wa_id".split()
)
_PATHS = (
    "message.chat.id", "message.from.id", "source.userId", "source.groupId", "source.roomId", "event.source", "payment.entity",
    "issue.fields", "event.client_msg_id", "header.event_type", "header.event_id", "event.message.chat_id", "sender.sender_id",
    "event-data.recipient", "data.attributes.type", "data.object.payment", "model.board", "action.data.card", "invitee.email",
    "event.invitee", "payload.scheduled_event", "questions_and_answers", "webhook.id", "webhook.triggered", "base.id",
    "member.nickname", "value.messages", "value.statuses", "changes.value", "entry.messaging", "messaging.sender",
)  # fmt: skip
"""Fields of what LINE, Telegram, Slack, Lark, GitLab, GitHub, Jira, Twilio, Typeform, SendGrid, WhatsApp, Viber, DingTalk, Calendly,
Trello and payment services send; that a script writes to them says nothing."""
_TOGETHER = (
    frozenset({"challenge", "header"}), frozenset({"challenge", "event_type"}),  # Lark
    frozenset({"msgtype", "conversationId"}), frozenset({"senderNick", "text"}),  # DingTalk
    frozenset({"formID", "submissionID"}), frozenset({"eventType", "fields", "responseId"}),  # JotForm, Tally
    frozenset({"billing", "line_items"}), frozenset({"order_number", "line_items"}),  # WooCommerce, Shopify
    frozenset({"live_mode", "data"}), frozenset({"payment_status", "mc_gross"}),  # Mercado Pago, PayPal
    frozenset({"external_id", "payment_channel"}), frozenset({"external_id", "paid_amount"}),  # Xendit
    frozenset({"portalId", "objectId"}), frozenset({"subscriptionType", "objectId"}),  # HubSpot
    frozenset({"event_type", "resource_type"}), frozenset({"merchant_id", "event_id"}),  # PayPal, Square
    frozenset({"From", "Body"}), frozenset({"WaId", "Body"}),  # Twilio
)  # fmt: skip
"""Fields that are read of one request together."""
_SAYS_SO = lazy(r"(?i)web_?hooks?")
_SENDS = lazy(r"(?i)send|post|notify|call|url|setup|set|test|register|delete|remove|create|install|log")


def is_webhook(project: Project, posts: Sequence[Action], reaches: Reaches) -> bool:
    """Whether `doPost` is written for what a chat, mail or payment service sends."""
    for _, node in project.walk():
        if isinstance(node, t.Const) and isinstance(node.value, str) and _TEXTS.search(node.value):
            return True
        if isinstance(node, t.Attr) and (node.name in _FIELDS or _path(node).endswith(_PATHS)):
            return True
    entries = list(project.entries("doPost"))
    for entry in entries:
        fields = {name for found in reaches.everything(entry) for name in _read(found)}
        if any(group <= fields for group in _TOGETHER) or _goes_through_events(entry):
            return True
    return any(_is_called_so(entry, reaches) and _reads_deep(entry) for entry in entries) and not any(
        action.name for action in posts
    )


def _read(found: Found) -> Iterator[str]:
    """Fields that a function reads, of whatever."""
    node = found.node
    for part in t.walk(*node.body) if isinstance(node, t.Function) else ():
        if isinstance(part, t.Attr):
            yield part.name


def _is_called_so(entry: Found, reaches: Reaches) -> bool:
    """A file `Webhook.gs`, or a function `handleWebhook` that the request is handed to."""
    stem = posixpath.basename(entry.module.path).split(".", 1)[0]
    if _SAYS_SO.search(stem) and not _SENDS.search(stem):
        return True
    for call in t.walk(*entry.node.body) if isinstance(entry.node, t.Function) else ():
        said = called(call) if isinstance(call, t.Call) else ""
        if (
            isinstance(call, t.Call)
            and _SAYS_SO.search(said)
            and not _SENDS.search(said)
            and reaches.target(call, entry.module) is not None
        ):
            return True
    return False


_EVENT = frozenset("event eventType event_type eventName".split())


def _goes_through_events(entry: Found) -> bool:
    """`for (const post of JSON.parse(e.postData.contents)) post.event`: a list of events, as mail services send them."""
    body = entry.node.body if isinstance(entry.node, t.Function) else ()
    parsed = _parsed(entry)
    for node in t.walk(*body):
        names: set[str] = set()
        inside: tuple[t.Node, ...] = ()
        if isinstance(node, t.Loop) and node.target is not None and isinstance(node.source, t.Name):
            names = {n.id for n in t.walk(node.target) if isinstance(n, t.Name)} if node.source.id in parsed else set()
            inside = node.body
        elif isinstance(node, t.Call) and called(node).partition(".")[0] in parsed and node.args:
            each = node.args[0]
            if isinstance(each, t.Function) and each.params and called(node).endswith((".forEach", ".map")):
                names, inside = {each.params[0].name}, each.body
        for part in t.walk(*inside) if names else ():
            if (
                isinstance(part, t.Attr)
                and part.name in _EVENT
                and isinstance(part.base, t.Name)
                and part.base.id in names
            ):
                return True
    return False


_OF_VALUES = frozenset("length map forEach filter join trim toString slice split includes replace".split())


def _parsed(entry: Found) -> set[str]:
    """Names for the body of the request as a whole."""
    return {
        n.target.id for n in t.walk(*entry.node.body)
        if isinstance(n, t.Bind) and isinstance(n.target, t.Name) and isinstance(n.value, t.Call) and called(n.value) == "JSON.parse"
    } if isinstance(entry.node, t.Function) else set()  # fmt: skip


def _reads_deep(entry: Found) -> bool:
    """`body.task.id`: what a page of one's own sends is flat as a rule, what a service sends is not."""
    if not isinstance(entry.node, t.Function):
        return False
    parsed = _parsed(entry)
    for node in t.walk(*entry.node.body):
        inner = node.base if isinstance(node, t.Attr) and node.name not in _OF_VALUES else None
        if isinstance(inner, t.Attr) and isinstance(inner.base, t.Name) and inner.base.id in parsed:
            return True
    return False


def _path(node: t.Attr) -> str:
    """The last three names of a field, whatever stands before: `events[0].source.userId`."""
    names: list[str] = []
    at: t.Node = node
    while isinstance(at, t.Attr) and len(names) < 3:
        names.append(at.name)
        at = at.base
    return ".".join([*([at.id] if isinstance(at, t.Name) else []), *reversed(names)])

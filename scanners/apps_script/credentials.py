"""Credentials in the code that no name gives away: by their shape, by what they are compared with, and first passwords."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.model.pattern import lazy
from scanners.apps_script.place import Place
from scanners.apps_script.project import Project
from scanners.routing.shapes import called
from scanners.syntax import tree as t
from scanners.syntax.program import Found, Scope

_SHAPES = (
    ("a key of OpenAI or Anthropic", lazy(r"\bsk-(?:proj-|ant-|or-v1-|svcacct-)?[\w-]{20,}")),
    ("a key of Google", lazy(r"\bAIza[\w-]{35}\b")),
    ("a key of Stripe", lazy(r"\b[sr]k_(?:live|test)_\w{16,}")),
    ("a token of Slack", lazy(r"\bxox[abpsr]-[\w-]{20,}|\bxapp-\d-[\w-]{20,}")),
    ("a webhook of Slack", lazy(r"hooks\.slack\.com/(?:services|workflows)/T\w{6,}/[AB]\w{6,}/\w{16,}")),
    ("a webhook of Discord", lazy(r"discord(?:app)?\.com/api/webhooks/\d{15,}/[\w-]{40,}")),
    ("a webhook of Lark", lazy(r"open\.(?:larksuite|feishu)\.\w+/open-apis/bot/v2/hook/[0-9a-f]{8}-[0-9a-f-]{27}")),
    ("a webhook of DingTalk", lazy(r"oapi\.dingtalk\.com/robot/send\?access_token=[0-9a-f]{40,}")),
    ("a webhook of WeCom", lazy(r"qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=[0-9a-f]{8}-[0-9a-f-]{27}")),
    ("a webhook of Google Chat", lazy(r"chat\.googleapis\.com/v1/spaces/\S+?/messages\?key=\S{20,}&token=\S{20,}")),
    ("a webhook of Teams", lazy(r"\.webhook\.office\.com/webhookb2/[0-9a-f-]{36}@[0-9a-f-]{36}/IncomingWebhook/\w{20,}")),
    ("a token of a Telegram bot", lazy(r"(?<![\w:])(?:bot)?\d{8,10}:AA[\w-]{32,34}(?![\w-])")),
    ("a token of GitHub", lazy(r"\bgh[pousr]_\w{36}|\bgithub_pat_\w{50,}")),
    ("a token of GitLab", lazy(r"\bglpat-[\w-]{20}")),
    ("a key of SendGrid", lazy(r"\bSG\.[\w-]{16,}\.[\w-]{32,}")),
    ("a key of AWS", lazy(r"\bAKIA[0-9A-Z]{16}\b")),
    ("a token of Meta", lazy(r"\bEAA[A-Za-z0-9]{60,}")),
    ("a token of Notion", lazy(r"\b(?:secret_|ntn_)\w{40,}")),
    ("a token of Airtable", lazy(r"\bpat\w{14}\.[0-9a-f]{60,}")),
    ("a token of HubSpot", lazy(r"\bpat-(?:na|eu)\d-[0-9a-f]{8}-[0-9a-f-]{27}")),
    ("a token of Shopify", lazy(r"\bshp(?:at|ss|ca|pa)_[0-9a-f]{32}")),
    ("a key of Groq", lazy(r"\bgsk_\w{40,}")),
    ("a bearer token", lazy(r"^Bearer (?=\S*\d)[\w.~+/-]{24,}=*$")),
    ("a password of basic authentication", lazy(r"^Basic [A-Za-z0-9+/]{16,}={0,2}$")),
    ("a private key", lazy(r"-----BEGIN (?:RSA |EC )?PRIVATE KEY-----\s*\\?n?[A-Za-z0-9+/]{20}")),
)  # fmt: skip
_MADE_UP = lazy(
    r"(?i)your|xxxx|example|placeholder|replace|change.?me|(?<![a-z])here(?![a-z])|<|\{|\*{3}|dummy|sample|debug|mock|0{8}|1234567|abcdef|\.\.\."
)
_PROOF = lazy(
    r"(?i)^(pass(word|code|wd|phrase)?|pwd|senha|contrasena|secret|pin|token|key|api_?key|auth_?key|admin_?key|access_?code)$"
)
_CONSTANT = lazy(r"(?i)pass|pwd|senha|contrasena|secret|pin$|token|key$|code$")
_FIRST = lazy(
    r"(?i)^(admin|pass(word)?|root|user|demo|senha|clave|guest|manager|staff|owner|super(admin)?|welcome|changeme|qwerty|default)"
    r"[@#._!-]?\d{2,6}[!@#$]?$"
)
_ACCOUNT = lazy(r"(?i)^(admin(istrator)?|user|super_?admin|manager|owner|root|staff|guest)$|@")
_HASHES = lazy(r"(?i)hash_?(pass|pw|senha)|(pass|pwd|senha)\w*_?hash|encrypt_?(pass|senha)")
_GIVES = lazy(
    r"(?i)^_?(get|default|initial|load)?_?(\w*_)?\w*(password|passcode|passphrase|secret|token|api_?key|pass)_?$"
)
_KEYS = lazy(r"(?i)(^|_)(token|secret|api_?key|password|passwd|passphrase|pwd)$|[a-z](Token|Secret|ApiKey|Password)$")
_MIXED = lazy(r"\d|[a-z][A-Z]|[!@#$%^&*]")


def shaped(node: t.Const, scope: Scope) -> Iterator[Place]:
    """A text that only a credential looks like."""
    text = node.value if isinstance(node.value, str) else ""
    if len(text) < 16 or _MADE_UP.search(text):
        return
    for what, pattern in _SHAPES:
        if pattern.search(text):
            yield Place("hard-coded-secret", scope.path, node.line, f"{what} stands in the code", what, f"{text[:4]}…")
            return


def constants(project: Project, node: t.Binary, scope: Scope) -> Iterator[Place]:
    """`body.secret !== STAFF_SECRET`: whatever the constant is set to proves who is asking."""
    for side, other in ((node.left, node.right), (node.right, node.left)):
        name = side.name if isinstance(side, t.Attr) else side.id if isinstance(side, t.Name) else ""
        constant = t.dotted(other)
        last = constant.rsplit(".", 1)[-1]
        if not constant or not _PROOF.search(name) or not _CONSTANT.search(last) or last.lower() == name.lower():
            continue
        head, _, rest = constant.partition(".")
        found = project.program.resolve(scope, head)
        value = found.node if isinstance(found, Found) else None
        for part in rest.split(".") if rest else ():
            value = value.get(part) if isinstance(value, t.Table) else None
        text = t.text_of(value) or ""
        home = found.module.path if isinstance(found, Found) else scope.path
        if len(text) >= 4 and not _MADE_UP.search(text) and not re.search(r"\s|^[A-Z]+(_[A-Z]+)+$", text):
            yield Place(
                "hard-coded-secret", home, value.line if value else node.line, f"{last} stands in the code", last
            )


def first_passwords(node: t.Call, scope: Scope) -> Iterator[Place]:
    """`appendRow(["admin", "admin123"])`, `hashPassword("admin123")`: the account that everybody can open at first."""
    last = called(node).rsplit(".", 1)[-1]
    if _HASHES.search(last) and node.args:
        text = t.text_of(node.args[0]) or ""
        if len(text) >= 4 and not re.search(r"\s", text):
            yield Place(
                "hard-coded-secret", scope.path, node.line, "a first password stands in the code", "first password"
            )
    if last not in {"appendRow", "setValues"} or not node.args:
        return
    for row in t.walk(node.args[0], into_functions=False):
        texts = [t.text_of(item) or "" for item in row.items] if isinstance(row, t.Items) else []
        if any(_FIRST.search(x) for x in texts) and any(_ACCOUNT.search(x) for x in texts):
            yield Place(
                "hard-coded-secret", scope.path, row.line, "a first password stands in the code", "first password"
            )


def given_back(function: t.Function, scope: Scope) -> Iterator[Place]:
    """`function getAdminPass() { ...; return "..." }`: what stands in for a property that is not set."""
    if not _GIVES.search(function.name):
        return
    for node in t.walk(*function.body, into_functions=False):
        text = t.text_of(node.value) if isinstance(node, t.Return) and node.value is not None else None
        if (
            text
            and len(text) >= 6
            and _MIXED.search(text)
            and not _MADE_UP.search(text)
            and not re.search(r"[\s:/]", text)
        ):
            yield Place("hard-coded-secret", scope.path, node.line, f"{function.name}() returns it", function.name)


def in_table(node: t.Table, scope: Scope) -> Iterator[Place]:
    """`{user: "ana", password: "Ana2024!"}` wherever it stands."""
    for key, value in node.pairs:
        text = t.text_of(value)
        name = str(key.value) if isinstance(key, t.Const) else ""
        if not text or not _KEYS.search(name) or len(text) < 4 or not text.isascii() or not _MIXED.search(text):
            continue
        if not _MADE_UP.search(text) and not _KEYS.search(text) and not re.search(r"\s|^https?:", text):
            yield Place("hard-coded-secret", scope.path, value.line, f"{name} stands in the code", name, f"{name} = …")

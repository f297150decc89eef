"""What a check of the caller looks like: library calls that verify, refusals, comparisons with a secret."""

from __future__ import annotations

import re

from auditor.model.pattern import lazy
from scanners.routing.shapes import called, denies, is_auth_name, is_weak_auth_name, words
from scanners.syntax import tree as t

VERIFIES = lazy(
    r"(?i)(^|\.)(compare_digest|timing_?safe_?equal|verify_?id_?token|verify_oauth2_token|construct_?event|jwt_?verify|"
    r"verify_?jwt\w*|get_?user_?info|introspect\w*|check_?token|validate_?token|parse_user_token|verify_?session\w*|"
    r"admin_get_user|verifyIdToken|verifySessionCookie|getServerSession|authenticate_user_token)$|jwt\.decode$|jwt\.verify$|"
    r"verifier\.verify$|jose\.\w*verify\w*$|auth\.get_?user$|cognito\w*\.get_?user$|id_token\.verify\w*$|signer\.unsign$|"
    r"serializer\.loads$|passport\.authenticate$|jws\.verify$|verify_key\.verify$|webhook\w*\.(?:construct_?event|verify)$|"
    r"firebase\w*\.verify\w*$|supabase\w*\.auth\.(?:api\.)?get\w+$|computeHmac\w*$"
)
UNVERIFIED = lazy(r"(?i)(^|\.)(get_unverified_claims|jwt_?decode|decode_unverified|unsafe_decode|decodeJwt)$")
THROWS = lazy(
    r"(?i)(^|\.)(construct_?event|verify_?id_?token|verify_oauth2_token|jwt_?verify|verifySessionCookie)$|jwt\.decode$|jwt\.verify$|"
    r"jsonwebtoken\.verify$|verifier\.verify$|jose\.jwt\.\w+$|webhook\w*\.verify$|verify_key\.verify$|signer\.unsign$"
)
"""What raises when the caller is not who they say."""
_SIGNS = lazy(r"(?i)(^|\.)(hmac\.new|createHmac|computeHmac\w*|hmac_?sha\w*|compute_?signature)$|^hmac\.digest$")
_SECRET = lazy(
    r"(?i)(token|secret|api_?-?key|signature|hmac|digest|auth_?key|access_?key|shared_?key|authori[sz]ation|auth_?header|bearer)$|"
    r"^(x-)?(sig|hub-signature\S*)$"
)
_NOT_SECRET = lazy(
    r"(?i)csrf|xsrf|captcha|page_?token|next_?token|push_?token|continuation|device_?token|fcm|reset|upload_?token|idempot|grant"
)
PASSWORD = lazy(r"(?i)passw|pwd|bcrypt|checkpw|check_hash|argon2|pbkdf2|otp|login_attempt")
SUBJECT = lazy(
    r"(?i)token|authori[sz]|auth|claims|session|cookie|api_?key|secret|signature|bearer|identity|jwt|principal|\brole|is_?admin|"
    r"current_?user|cognito|\buser\b|user_?id|username|uid|caller|\bg\.user|req\.user|\bsub\b|permission|logged|member|admin|hmac"
)


def asks_who(node: t.Call) -> bool:
    """A call that checks the caller; what only finds something out needs an open refusal (401, 403) to be a guard."""
    name = called(node)
    if VERIFIES.search(name) and not skips_verification(node):
        return True
    return is_auth_name(name) and not is_weak_auth_name(name)


def makes_signature(node: t.Node) -> bool:
    """A signature is computed: what is compared with it cannot be made by a stranger."""
    return any(
        isinstance(n, t.Call) and _SIGNS.search(called(n)) is not None for n in t.walk(node, into_functions=False)
    )


def compares_secret(test: t.Node, *, equal: bool) -> bool:
    """`token != os.environ["TOKEN"]` (`equal`: `==`), in any part of a test; whether a header is there at all is not asked."""
    wanted = "==" if equal else "!="
    for part in _parts(test):
        inner = part.value if isinstance(part, t.Not) else part
        op = ({"==": "!=", "!=": "=="}.get(getattr(inner, "op", ""), "")) if isinstance(part, t.Not) else None
        if not isinstance(inner, t.Binary) or (op if op is not None else inner.op) != wanted:
            continue
        sides = (inner.left, inner.right)
        names = [_last_name(side) for side in sides]
        if any(_is_empty(side) for side in sides) or not any(_SECRET.search(name) for name in names):
            continue
        if not any(_NOT_SECRET.search(name) or PASSWORD.search(name) for side in sides for name in names_in(side)):
            return True
    return False


def _parts(test: t.Node) -> tuple[t.Node, ...]:
    if isinstance(test, t.Logic):
        return tuple(part for value in test.values for part in _parts(value))
    return (test,)


def _is_empty(node: t.Node) -> bool:
    """`None`, `""`, a number, a truth value, `undefined`, `typeof x`: nothing that a secret is."""
    if isinstance(node, t.Const):
        return not isinstance(node.value, str) or len(node.value) < 4 or node.value in {"undefined", "string", "Bearer"}
    return isinstance(node, t.Name) and node.id == "undefined"


def _last_name(node: t.Node) -> str:
    """The name that says what a value is: of `event["headers"].get("x-token", "")` that is `x-token`."""
    if isinstance(node, t.Call):
        if isinstance(node.func, t.Attr):
            if (
                node.func.name in {"get", "header", "getHeader", "getProperty", "getenv", "get_header_value", "headers"}
                and node.args
            ):
                return t.text_of(node.args[0]) or _last_name(node.args[0])
            return _last_name(node.func.base)
        return _last_name(node.args[0]) if node.args else ""
    if isinstance(node, t.Index):
        return t.text_of(node.key) or _last_name(node.key)
    if isinstance(node, t.Attr):
        return node.name
    if isinstance(node, (t.Text, t.Logic)):
        parts = node.parts if isinstance(node, t.Text) else node.values
        return next((name for part in parts if (name := _last_name(part)) and _SECRET.search(name)), "")
    return node.id if isinstance(node, t.Name) else ""


def turns_away(node: t.If, derived: set[str]) -> bool:
    """`if not user: return ...`, `if error: return error`."""
    test, last = node.test, node.body[-1]
    parts = test.values if isinstance(test, t.Logic) else (test,)
    for part in parts:
        if isinstance(part, t.Not) or (isinstance(part, t.Binary) and part.op in {"==", "!="}):
            return True
    given = last.value if isinstance(last, t.Return) else None
    return given is not None and bool(set(names_in(given)) & derived)


def admits_strangers(call: t.Call) -> bool:
    """`run(handler, authorize_option=AuthorizeOption.OPTIONAL)`."""
    return any(_HOW_STRICT.search(name) and _LENIENT.search(t.text_of(v) or t.dotted(v)) for name, v in call.kwargs)


_HOW_STRICT = lazy(
    r"(?i)^(auth|authori[sz]e|authori[sz]ation|authentication|security|access|login)(_?(option|mode|type|level|policy|strategy))?$"
)
_LENIENT = lazy(r"(?i)(^|\.)(optional|none|public|anonymous|guest)$")


def is_optional(node: t.Node) -> bool:
    """`jwt_optional`, `auth(required=False)`, `HTTPBearer(auto_error=False)`: strangers pass too."""
    if isinstance(node, t.Call):
        for name, value in node.kwargs:
            off = isinstance(value, t.Const) and value.value is False
            if off and name in {"required", "auto_error", "credentialsRequired"}:
                return True
            if name == "optional" and isinstance(value, t.Const) and value.value is True:
                return True
        for arg in node.args:
            if isinstance(arg, t.Table) and _is_false(arg.get("credentialsRequired", "required")):
                return True
    last = (t.dotted(node) or (called(node) if isinstance(node, t.Call) else "")).rsplit(".", 1)[-1]
    return "optional" in words(last)


def _is_false(node: t.Node | None) -> bool:
    return isinstance(node, t.Const) and node.value is False


_ELSEWHERE = lazy(r"(?i)origin|csrf|xsrf|referr?er|rate_?limit|throttl|^limit|cors|captcha|content_?type|user_?agent")


def asks_elsewhere(name: str) -> bool:
    """Whether a function is named after what is no log-in: `require_csrf`, `rate_limit`."""
    return _ELSEWHERE.search(name) is not None and not _WHO.search(name)


def is_about_origin(test: t.Node) -> bool:
    """Whether a refusal asks from where or how often somebody calls, and not who it is."""
    names = names_in(test)
    return any(_ELSEWHERE.search(n) for n in names) and not any(
        _WHO.search(n) for n in names if not _ELSEWHERE.search(n)
    )


_STATE = lazy(
    r"(?i)^(is_?|has_?)?(private|public|published|draft|expired|active|inactive|disabled|enabled|locked|archived|deleted|closed|"
    r"open|full|used|revoked|blocked|status|state|available|in_?stock|sold|confirmed|completed|paid|cancell?ed|started|ended)$"
)


_IS_THERE = lazy(r"(?i)^(existing|already)_?\w+$|\w_?exists$|^exists$")


def is_about_state(test: t.Node) -> bool:
    """`if item.private: abort(403)`: what the thing is, and not who is calling; `if existing_admin:` is no better."""
    if isinstance(test, t.Name) and _IS_THERE.search(test.id):
        return True
    members = [n.name for n in t.walk(test) if isinstance(n, t.Attr)]
    return (
        bool(members) and all(_STATE.search(name) for name in members) and not SUBJECT.search(" ".join(names_in(test)))
    )


_LOGIN_STRATEGIES = frozenset({
    "local", "login", "signup", "register", "google", "facebook", "github", "twitter", "linkedin", "apple", "microsoft", "discord",
    "spotify", "auth0", "oauth2", "saml", "gitlab", "slack", "twitch", "azuread-openidconnect", "openidconnect", "oidc", "local-login",
    "local-signup", "google-oauth20", "steam", "instagram", "magiclink", "ldapauth",
})  # fmt: skip


def logs_in(call: t.Call) -> bool:
    """`passport.authenticate("google")`: strangers become known here; `"jwt"` asks who is."""
    first = t.text_of(call.args[0]) if call.args else None
    return called(call).endswith("passport.authenticate") and first is not None and first.lower() in _LOGIN_STRATEGIES


_WHO = lazy(r"(?i)session|\buser|role|admin|api_?key|jwt|claims|bearer|authori[sz]|permission|principal|identity")


def refuses(function: t.Function) -> bool:
    """Whether somewhere in the function, wrappers inside included, a caller is turned away for who it is."""
    if _ELSEWHERE.search(function.name):
        return False
    tested: set[int] = set()
    for node in t.walk(*function.body):
        if isinstance(node, t.If) and is_about_origin(node.test):
            tested.update(id(inner) for inner in t.walk(*node.body, *node.orelse))
        if id(node) in tested:
            continue
        if isinstance(node, t.If) and (denies(node.body) or denies(node.orelse)):
            return True
        if isinstance(node, (t.Raise, t.Return)) and denies((node,)):
            return True
        if isinstance(node, t.Call) and aborts(node) and denies((node,)):
            return True
    return False


def aborts(node: t.Node) -> bool:
    """`abort(403)` of Flask and its kin."""
    return isinstance(node, t.Call) and called(node).rsplit(".", 1)[-1] == "abort"


def skips_verification(call: t.Call) -> bool:
    """Whether a token is only read."""
    name = called(call)
    if not re.search(r"(?i)jwt\.decode$|(^|\.)decode$|jose\w*\.decode", name):
        return False
    if "jsonwebtoken" in name or (
        re.search(r"(?i)^(jwt|jsonwebtoken)$", name.rsplit(".", 1)[0]) and not call.kwargs and len(call.args) == 1
    ):
        return True
    options = call.keyword("options")
    if isinstance(options, t.Table):
        value = options.get("verify_signature")
        if isinstance(value, t.Const) and value.value is False:
            return True
    verify = call.keyword("verify", "verify_signature")
    return isinstance(verify, t.Const) and verify.value is False


def subject(test: t.Node) -> str:
    """What a test asks about, as written: `session.user.email`."""
    return next((t.dotted(n) for n in t.walk(test) if isinstance(n, (t.Name, t.Attr)) and t.dotted(n)), "")


def names_in(node: t.Node) -> list[str]:
    """Names, attributes and literal keys in an expression."""
    found: list[str] = []
    for part in t.walk(node, into_functions=False):
        if isinstance(part, t.Name):
            found.append(part.id)
        elif isinstance(part, t.Attr):
            found.append(part.name)
        elif isinstance(part, t.Const) and isinstance(part.value, str) and len(part.value) < 40:
            found.append(part.value)
    return found


_CALLER = lazy(
    r"(?i)^(req|request|ctx|context|c|res\.locals|this\.req)\.(\w+\.)?(user|session|auth|account|decoded|payload)\.(\w+\.)?"
    r"(_?id|uid|sub|user_?id|email|user_?name)$"
)


def owner_refused(nodes: tuple[t.Node, ...]) -> t.If | None:
    """`if (post.userId === req.user.id) {...} else res.status(401)` in a callback of a handler."""
    for node in t.walk(*nodes):
        if not isinstance(node, t.If) or not isinstance(node.test, t.Binary) or node.test.op not in {"==", "!="}:
            continue
        if not any(_CALLER.match(t.dotted(side)) for side in (node.test.left, node.test.right)):
            continue
        refused = node.orelse if node.test.op == "==" else node.body
        if denies(refused, by_login=False):
            return node
    return None

"""Shapes of statements: does a branch end, fail, refuse, only check; and which function answers in it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from auditor.model.pattern import lazy
from scanners.syntax import tree as t

_WORD = lazy(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

_NOUNS = frozenset(
    "auth authenticated authentication authorization authorisation authorized authorised jwt token tokens session admin "
    "claims credentials signature identity principal permission permissions role roles apikey login bearer cognito "
    "access hmac caller superuser staff oauth scope scopes oidc authn authz tenant authorizer authoriser bearer jwk jwks".split()
)
_STRONG = frozenset(
    "require requires required check verify validate ensure assert enforce authenticate authorize authorise is has must "
    "need needs only guard protect protected with validated verified confirm can".split()
)
_WEAK = frozenset("get decode extract parse resolve load current from read find lookup".split())
_MAKES = frozenset(
    "create generate issue make sign build send encode refresh revoke delete save store register update put add insert "
    "hash new set list reset exchange logout remove init setup log print format handle write rotate clear google".split()
)
_ALONE = frozenset(
    "auth authenticate authorize authorise authenticated authorized protect protected passport authenticator restricted "
    "authmiddleware authentication isauthenticated isadmin loggedin expressjwt bearerauth basicauth requiresauth requireauth "
    "withauth checkauth verifytoken jwtverify checkjwt jwtcheck isauth isloggedin adminonly auth0 isauthorized verifyjwt".split()
)
_CHECKS = frozenset(
    "only required require guard check checker checked middleware mw auth user me protect protected protection access "
    "role roles token tokens jwt verify verified verifier verification validate validator authenticate authorize permission "
    "permissions restricted restrict bearer header headers api admin key dependency scheme decorator any session "
    "strategy optional customer member owner staff route routes".split()
)
"""Of `adminOnly` and `authUser`, but not of `admin_list_users`."""
_VERB_ALONE = frozenset("required require protect check verify guard middleware ensure validate authenticate".split())
_OPTIONAL = frozenset({"optional", "optionally", "maybe", "skip", "without", "anonymous"})
_NOT = frozenset(
    "fields params body input email phone url secret parameter parameters availability config page table limiter limit "
    "ratelimit ratelimiter throttle throttler logger log logs logging history stats captcha bucket db async".split()
)

_DENIES = lazy(
    r"(?i)unauthori[sz]ed|forbidden|unauthenticated|not.?authenticated|not.?authori[sz]ed|access.?denied|permission.?denied|"
    r"log.?in.?required|auth\w*.?required|invalid.?(?:token|session|api.?key|signature|credentials?|auth)|missing.?(?:token|auth)|"
    r"admin.?(?:only|required)|must.?be.?logged|please.?(?:log|sign).?in|not.?logged|token.?(?:expired|required|missing|invalid)|"
    r"auth\.login|accounts/login"
)
_LOGIN = lazy(
    r"(?i)^/(?:[\w-]+/)?(?:log|sign)[_-]?in(?:\.html|\.php)?/?(?:\?.*)?$|^(?:[\w-]+/)?(?:log|sign)[_-]?in/?(?:\?.*)?$|"
    r"^(?:[\w-]+[.:])?(?:\w+_)?(?:log|sign)_?in(?:_page|_view|_form|_get)?$"
)
"""Where strangers are sent to; everybody may be, who is done with something."""
_FAIL_WORDS = lazy(
    r"(?i)not.?found|not.?allowed|not.?supported|unsupported|unknown|no.?such|invalid.?(?:route|path|method|action|end)|bad.?request"
)


def words(name: str) -> tuple[str, ...]:
    """`get_currentUserID` -> get, current, user, id."""
    return tuple(w.lower() for w in _WORD.findall(name))


def is_auth_name(name: str) -> bool:
    """Whether a function by this name checks who is calling, or finds out who it is."""
    parts = words(name.rsplit(".", 1)[-1])
    if "".join(parts) in _VERB_ALONE and "." in name:  # `auth.required`, `tokens.verify`
        parts = words(name.split(".")[-2]) + parts
    other = set(parts) & _NOT - ({"log"} if "in" in parts else set())
    if not parts or parts[0] in _MAKES or other or _OPTIONAL.intersection(parts):
        return False
    known = set(parts)
    if parts[0] in _WEAK and parts[-1] == "session" and len(parts) == 2:
        return name.rsplit(".", 1)[-1] != "get_session"  # in Python that is one of the database
    if len(parts) == 1 or "".join(parts) in _ALONE:
        return "".join(parts) in _ALONE or parts[0] == "jwt"
    if {"api", "key"} <= known:
        known.add("apikey")
    if {"logged", "in"} <= known or {"log", "in"} <= known or {"signed", "in"} <= known:
        known.add("login")
    first = parts[0]
    if "user" in known or "member" in known:
        if known & {
            "current",
            "require",
            "requires",
            "required",
            "ensure",
            "authenticated",
            "authenticate",
            "logged",
            "authorized",
        }:
            return True
        if "from" in known and known & {
            "token",
            "event",
            "request",
            "header",
            "headers",
            "auth",
            "jwt",
            "session",
            "cookie",
        }:
            return True
        if first in {"verify", "authorize", "authed"}:
            return True
    if known & _NOUNS:
        return (
            bool(known & _STRONG)
            or first in _WEAK
            or known & {"middleware", "guard"} != set()
            or (first in {"auth", "jwt", "admin"} and set(parts[1:]) <= _CHECKS)
        )
    return bool(known & {"authenticate", "authorize", "authorise", "authenticated"}) and "login" not in known


def is_weak_auth_name(name: str) -> bool:
    """Whether it only finds out who is calling: without a test of its answer it guards nothing."""
    parts = words(name.rsplit(".", 1)[-1])
    return bool(parts) and (parts[0] in _WEAK or parts == ("auth",))  # `const session = await auth()`


def terminates(body: tuple[t.Node, ...]) -> bool:
    """Whether control never goes on after the block."""
    if not body:
        return False
    last = body[-1]
    if isinstance(last, (t.Return, t.Raise)):
        return True
    if isinstance(last, t.Call) and called(last).rsplit(".", 1)[-1] in {"abort", "exit", "redirect_to_login"}:
        return True
    if isinstance(last, t.If):
        return bool(last.orelse) and terminates(last.body) and terminates(last.orelse)
    if isinstance(last, t.Try):
        return terminates(last.final) or (terminates(last.body) and all(terminates(h.body) for h in last.handlers))
    return isinstance(last, t.Block) and terminates(last.body)


def fails(body: Iterable[t.Node]) -> bool:
    """Whether the block only says that there is nothing here (404, 405, unknown action)."""
    statements = [n for n in body if not isinstance(n, (t.Function, t.Class))]
    if not statements:
        return True
    if len(statements) > 4:
        return False
    if all(isinstance(n, t.Raise) for n in statements):
        return True
    answered = False
    spare = _in_their_stead(statements)
    for node in t.walk(*statements):
        if isinstance(node, (t.If, t.Loop, t.Try, t.Switch)):
            return False
        if id(node) in spare:
            continue
        if isinstance(node, t.Const) and not isinstance(node.value, bool):
            if node.value in {200, 201, 204}:
                return False
            if node.value in {404, 405, 501, "404", "405"} or (
                isinstance(node.value, str) and _FAIL_WORDS.search(node.value)
            ):
                answered = True
        elif isinstance(node, (t.Name, t.Attr)):
            name = node.id if isinstance(node, t.Name) else node.name
            if re.search(r"(?i)not_?found|not_?allowed|bad_?request", name):
                answered = True
    return answered


def _in_their_stead(statements: list[t.Node]) -> set[int]:
    """What is taken where something is absent: `headers.get("user-agent", "unknown")`, `agent || "unknown"`."""
    found: set[int] = set()
    for node in t.walk(*statements):
        if isinstance(node, t.Call) and isinstance(node.func, t.Attr) and node.func.name == "get":
            found.update(id(arg) for arg in node.args[1:])
        elif isinstance(node, t.Logic) and node.op in {"or", "||", "??"}:
            found.update(id(value) for value in node.values[1:])
    return found


def denies(body: Iterable[t.Node], *, by_login: bool = True) -> bool:
    """Whether the block turns the caller away for who it is (401, 403, or with `by_login` back to the login)."""
    statements = [n for n in body if not isinstance(n, (t.Function, t.Class))]
    if not statements or not _ends(statements):
        return False
    refused = False
    for node in t.walk(*statements, into_functions=False):
        if isinstance(node, t.Const):
            if isinstance(node.value, int) and node.value in {200, 201, 204} and not isinstance(node.value, bool):
                return False
            if (node.value in {401, 403, "401", "403"} and not isinstance(node.value, bool)) or (
                isinstance(node.value, str)
                and len(node.value) < 120
                and (_DENIES.search(node.value) or (by_login and _LOGIN.match(node.value)))
            ):
                refused = True
        elif isinstance(node, (t.Name, t.Attr)):
            name = node.id if isinstance(node, t.Name) else node.name
            if re.search(
                r"(?i)unauthori[sz]ed|forbidden|PermissionDenied|NotAuthenticated|AuthenticationFailed|unauthenticated|PermissionError|AuthError|access_?denied|HTTP_40[13]|deny",
                name,
            ):
                refused = True
    return refused


def _ends(statements: list[t.Node]) -> bool:
    if terminates(tuple(statements)):
        return True
    # Express: `res.status(401).send()` with the `return` left out is seen as `else` elsewhere
    last = statements[-1]
    return isinstance(last, t.Call) and bool(
        re.search(r"(?i)(^|\.)(send|json|end|sendStatus|redirect|status|abort|throw)$", called(last))
    )


def is_check(body: tuple[t.Node, ...]) -> bool:
    """Whether the block checks who is calling, and goes on or refuses: it is nobody's endpoint."""
    if denies(body) and len(body) <= 3 and not any(isinstance(n, (t.If, t.Try)) for n in body):
        return True
    if terminates(body) or not body:
        return False
    if isinstance(body[-1], t.Call) and not is_auth_name(called(body[-1])) and called(body[-1]) != "next":
        return False  # it goes on to answer
    calls = [n for n in t.walk(*body) if isinstance(n, t.Call)]
    return any(is_auth_name(called(n)) for n in calls) or any(
        denies(n.body) for n in t.walk(*body) if isinstance(n, t.If)
    )


def called(node: t.Call) -> str:
    """Dotted name of what is called; the last name alone where the rest is computed."""
    name = t.dotted(node.func)
    if not name and isinstance(node.func, t.Attr):
        return node.func.name
    return name


_BUILDER = lazy(
    r"(?i)(^|[._])(_?\w*(resp|respond|reply|result|error|success|cors|dumps|stringify|json|created|unauthorized|forbidden|"
    r"headers|loads|parse|logger|output)\w*|ok|print|log|info|debug|warning|get|send|status|end|bad_request|not_found|out|fail)$"
)
_DOES = lazy(
    r"(?i)_*(handle|get|post|put|delete|list|create|update|do|on|process|serve|fetch|save|add|remove)_?[a-z_]{3,}"
)
_LIBRARY = lazy(
    r"(?i)(^|\.)(json|logger|logging|console|os|boto3|dynamodb|\w*table|datetime|time|math|object|s3|ses|re|str|uuid)\."
)


def names_handler(body: tuple[t.Node, ...]) -> str:
    """The function that a branch hands the request to; empty when it answers by itself."""
    for node in t.walk(*body, into_functions=False):
        if isinstance(node, (t.If, t.Loop)):
            break
        if not isinstance(node, t.Call) or any(
            isinstance(a, t.Const) and isinstance(a.value, int) for a in node.args[:1]
        ):
            continue
        name = called(node)
        last = name.rsplit(".", 1)[-1]
        if not name or is_auth_name(name) or _LIBRARY.search(name) or last[:1].isupper():
            continue
        if not _BUILDER.search(name) or _DOES.fullmatch(last):
            return name
    return ""

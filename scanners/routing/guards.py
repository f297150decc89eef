"""Is there a guard before the handler, where, and what does it rest on."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from scanners.routing.shapes import called, denies, is_auth_name, is_weak_auth_name, terminates, words
from scanners.syntax import tree as t
from scanners.syntax.program import Found, Program, Scope

DEEPEST = 3
"""Calls within calls below which a refusal is about something else than who is calling."""

NOT_VISIBLE = "no guard visible in this repository"

_VERIFIES = re.compile(
    r"(?i)(^|\.)(compare_digest|timing_?safe_?equal|verify_?id_?token|verify_oauth2_token|construct_?event|jwt_?verify|"
    r"verify_?jwt\w*|get_?user_?info|introspect\w*|check_?token|validate_?token|parse_user_token|verify_?session\w*|"
    r"admin_get_user|verifyIdToken|verifySessionCookie|getServerSession|authenticate_user_token)$|jwt\.decode$|jwt\.verify$|"
    r"verifier\.verify$|jose\.\w*verify\w*$|auth\.get_?user$|cognito\w*\.get_?user$|id_token\.verify\w*$|signer\.unsign$|"
    r"serializer\.loads$|passport\.authenticate$|jws\.verify$|verify_key\.verify$|webhook\w*\.(?:construct_?event|verify)$|"
    r"firebase\w*\.verify\w*$|supabase\w*\.auth\.\w+$|computeHmac\w*$"
)
_UNVERIFIED = re.compile(r"(?i)(^|\.)(get_unverified_claims|jwt_?decode|decode_unverified|unsafe_decode|decodeJwt)$")
_LOOKUP = re.compile(
    r"(?i)(get_item|query|scan|find_?one|find_?unique|find_?by|getItem|fetchone|fetch_one|first|execute|get)$"
)
_PASSWORD = re.compile(r"(?i)passw|pwd|bcrypt|checkpw|check_hash|argon2|pbkdf2|otp|login_attempt")
_SUBJECT = re.compile(
    r"(?i)token|authori[sz]|auth|claims|session|cookie|api_?key|secret|signature|bearer|identity|jwt|principal|\brole|is_?admin|"
    r"current_?user|cognito|\buser\b|user_?id|username|uid|caller|\bg\.user|req\.user|\bsub\b|permission|logged|member|admin|hmac"
)


class Auth(StrEnum):
    """Whether a guard stands before the handler."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Strength(StrEnum):
    """Where a guard stands, strongest first."""

    GATEWAY = "gateway authorizer"
    DECORATOR = "decorator"
    DISPATCH = "check before dispatch"
    BRANCH = "check in the branch"
    HANDLER = "check in the handler"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Guard:
    """The judgement over one endpoint, with what it rests on."""

    auth: Auth
    evidence: str
    strength: Strength = Strength.NONE
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that stands as a guard, or only looks like one."""

    what: str
    file: str
    line: int
    verified: bool = True
    """False: the token is read, nobody checks it."""

    def __str__(self) -> str:
        """`require_auth() at app.py:12`."""
        return f"{self.what} at {self.file}:{self.line}"


class Guards:
    """Finds guards in statements, following calls of our own functions."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._functions: dict[tuple[int, int], Evidence | None] = {}

    def in_statements(self, statements: Iterable[t.Node], scope: Scope, depth: int = 0) -> Evidence | None:
        """The first real guard among statements that all run; an unverified one when there is nothing better."""
        derived: set[str] = set()
        weak: Evidence | None = None
        for node in statements:
            found = self.statement(node, scope, derived, depth)
            if found is not None and found.verified:
                return found
            weak = weak or found
        return weak

    def in_tests(self, tests: Iterable[t.Node], scope: Scope) -> Evidence | None:
        """A guard in what had to hold: `if path == "/x" and is_admin(event)`."""
        for test in tests:
            parts = test.values if isinstance(test, t.Logic) and test.op == "and" else (test,)
            for part in parts:
                if isinstance(part, t.Call) and is_auth_name(called(part)):
                    return Evidence(f"{called(part)}()", scope.path, part.line)
        return None

    def in_body(self, node: t.Node, scope: Scope) -> Evidence | None:
        """A guard inside of a handler: a function as written, or the name of one of ours."""
        if isinstance(node, t.Function):
            return self.in_statements(node.body, scope)
        found = self.definition(node, scope)
        if found is not None and isinstance(found.node, t.Function):
            return self.in_statements(found.node.body, found.module)
        return None

    def statement(self, node: t.Node, scope: Scope, derived: set[str], depth: int) -> Evidence | None:
        """A guard in one statement; `derived` collects names that come from who is calling."""
        if isinstance(node, t.If):
            return self.branch(node, scope, derived, depth)
        if isinstance(node, t.Try):
            inner = self._each((*node.body, *node.final), scope, derived, depth)
            if inner is not None and inner.verified:
                return inner
            refused = any(denies(h.body) for h in node.handlers)
            checks = self._checks(node.body, scope) if refused else None
            return checks or inner
        if isinstance(node, (t.Block, t.Loop)):
            return self._each((*getattr(node, "items", ()), *node.body), scope, derived, depth)
        if isinstance(node, (t.Function, t.Class)):
            return None
        if isinstance(node, t.Bind):
            self._derive(node, derived)
        return self._calls(node, scope, depth)

    def _each(self, nodes: tuple[t.Node, ...], scope: Scope, derived: set[str], depth: int) -> Evidence | None:
        weak: Evidence | None = None
        for node in nodes:
            found = self.statement(node, scope, derived, depth)
            if found is not None and found.verified:
                return found
            weak = weak or found
        return weak

    def branch(self, node: t.If, scope: Scope, derived: set[str], depth: int) -> Evidence | None:
        """`if not user: return 401`, or a guard inside of the branch."""
        for inner in t.walk(node.test, into_functions=False):
            if isinstance(inner, t.Bind):
                self._derive(inner, derived)
        text = " ".join(_names(node.test))
        refuses = denies(node.body)
        by_name = bool(derived & set(_names(node.test))) or any(
            _asks_who(n) for n in t.walk(node.test) if isinstance(n, t.Call)
        )
        turned_away = refuses or (by_name and terminates(node.body) and _turns_away(node, derived))
        if turned_away and not _PASSWORD.search(text):
            return self._judged(node, scope, depth)
        in_test = self._calls(node.test, scope, depth)
        if in_test is not None and in_test.verified:
            return in_test
        inside = self._each(node.body, scope, derived, depth)
        if inside is not None and inside.verified:
            return inside
        if denies(node.orelse) and (_SUBJECT.search(text) or by_name) and not _PASSWORD.search(text):
            return self._judged(node, scope, depth)
        other = self._each(node.orelse, scope, derived, depth)
        return other if other is not None and other.verified else inside or other

    def _judged(self, node: t.If, scope: Scope, depth: int) -> Evidence | None:
        """A refusal is a guard unless it only asks whether a header is there."""
        names = _names(node.test)
        what = next(
            (called(n) + "()" for n in t.walk(node.test) if isinstance(n, t.Call) and is_auth_name(called(n))), ""
        )
        if not what:
            what = "refusal (401/403)" if not names else f"refusal unless {names[0]}"
        for call in (n for n in t.walk(node.test) if isinstance(n, t.Call)):
            inner = self.of_call(call, scope, depth)
            if inner is not None and not inner.verified:
                return inner
        return Evidence(what, scope.path, node.line)

    def _checks(self, body: tuple[t.Node, ...], scope: Scope) -> Evidence | None:
        for node in t.walk(*body, into_functions=False):
            if isinstance(node, t.Call) and (is_auth_name(called(node)) or _VERIFIES.search(called(node))):
                return Evidence(f"{called(node)}()", scope.path, node.line, verified=not _skips_verification(node))
        return None

    def _derive(self, node: t.Bind, derived: set[str]) -> None:
        if (
            any(isinstance(n, t.Call) and _asks_who(n) for n in t.walk(node.value, into_functions=False))
            or set(_names(node.value)) & derived
        ):
            derived.update(n.id for n in t.walk(node.target) if isinstance(n, t.Name))

    def _calls(self, node: t.Node, scope: Scope, depth: int) -> Evidence | None:
        weak: Evidence | None = None
        for call in t.walk(node, into_functions=False):
            if isinstance(call, t.Call):
                found = self.of_call(call, scope, depth)
                if found is not None and found.verified:
                    return found
                weak = weak or found
        return weak

    def of_call(self, call: t.Call, scope: Scope, depth: int) -> Evidence | None:
        """What a call guards by itself: it raises, or it is a check of a library."""
        name = called(call)
        if not name or depth > 5:
            return None
        if _UNVERIFIED.search(name) or _skips_verification(call):
            return Evidence(f"{name}() without verification", scope.path, call.line, verified=False)
        target = self.definition(call.func, scope)
        if target is not None:
            return self.of_function(target, depth + 1, named=is_auth_name(name))
        if isinstance(call.func, t.Name) and is_auth_name(name) and not is_weak_auth_name(name):
            return Evidence(f"{name}()", scope.path, call.line)
        return None

    def definition(self, func: t.Node, scope: Scope) -> Found | None:
        """The function of ours that is called."""
        found: Found | Scope | None = None
        if isinstance(func, t.Name):
            found = self.program.resolve(scope, func.id)
        elif isinstance(func, t.Attr) and isinstance(func.base, t.Name):
            if func.base.id in {"self", "this", "cls"}:
                found = _method(scope, func.name)
            else:
                owner = self.program.resolve(scope, func.base.id)
                if isinstance(owner, Scope):
                    found = self.program.member(owner, func.name)
        return found if isinstance(found, Found) and isinstance(found.node, t.Function) else None

    def of_function(self, target: Found, depth: int = 0, *, named: bool = False) -> Evidence | None:
        """A guard inside of a function of ours: it raises or ends the request for strangers."""
        key = (id(target.node), depth)
        if key in self._functions:
            return self._functions[key]
        self._functions[key] = None
        function = target.node
        assert isinstance(function, t.Function)
        if depth > DEEPEST and not named:
            return None
        found = self._raising(function, target.module, named=named)
        if found is None:
            inner = self.in_statements(function.body, target.module, depth)
            # a function that answers 401 itself guards its caller only when the caller passes the answer on
            raises = any(isinstance(n, t.Raise) or _aborts(n) for n in t.walk(*function.body))
            found = inner if inner is None or not inner.verified or raises or not named else None
            if inner is not None and inner.verified and not raises and not named:
                found = inner
        self._functions[key] = found
        return found

    def _raising(self, function: t.Function, scope: Scope, *, named: bool) -> Evidence | None:
        for node in t.walk(*function.body):
            if isinstance(node, t.Raise) and node.value is not None and denies((node,)):
                return Evidence(f"{function.name}() raises", scope.path, node.line)
            if isinstance(node, t.Raise) and named and self.verifies(function, scope):
                return Evidence(f"{function.name}() raises", scope.path, node.line)
            if isinstance(node, t.Call) and _aborts(node) and denies((node,)):
                return Evidence(f"{function.name}() aborts", scope.path, node.line)
        return None

    def verifies(self, function: t.Function, scope: Scope, depth: int = 0) -> bool:
        """Whether a function checks a token, signature or session against something that the caller cannot make."""
        for node in t.walk(*function.body):
            if not isinstance(node, t.Call):
                continue
            name = called(node)
            if _VERIFIES.search(name) and not _skips_verification(node):
                return True
            target = self.definition(node.func, scope) if depth < 3 else None
            inner = target.node if target is not None else None
            if target is None or not isinstance(inner, t.Function) or inner is function:
                continue
            if self.verifies(inner, target.module, depth + 1):
                return True
        return False

    def decodes_only(self, function: t.Function, scope: Scope) -> t.Call | None:
        """The place where a token is read without being verified, when nothing in the function verifies it."""
        if self.verifies(function, scope):
            return None
        for node in t.walk(*function.body):
            if isinstance(node, t.Call) and (_UNVERIFIED.search(called(node)) or _skips_verification(node)):
                return node
        return None

    def decorator(self, node: t.Node, scope: Scope) -> Evidence | None:
        """A decorator, dependency or middleware that guards."""
        target = node.func if isinstance(node, t.Call) else node
        name = t.dotted(target) or (called(node) if isinstance(node, t.Call) else "")
        if not name or _is_optional(node):
            return None
        last = name.rsplit(".", 1)[-1]
        if last in {"Depends", "Security"} and isinstance(node, t.Call) and node.args:
            return self.dependency(node.args[0], scope)
        found = self.definition(target, scope)
        if is_auth_name(name):
            if found is not None and isinstance(found.node, t.Function):
                bad = self.decodes_only(found.node, found.module)
                if bad is not None:
                    return Evidence(
                        f"{last} decodes the token without verification", found.module.path, bad.line, verified=False
                    )
            return Evidence(f"@{last}", scope.path, node.line)
        if found is not None and isinstance(found.node, t.Function) and _refuses(found.node):
            return Evidence(f"@{last}", scope.path, node.line)
        return None

    def dependency(self, node: t.Node, scope: Scope, depth: int = 0) -> Evidence | None:
        """FastAPI's `Depends(x)`: x, or what x depends on."""
        name = t.dotted(node) or (called(node) if isinstance(node, t.Call) else "")
        if _is_optional(node):
            return None
        func = node.func if isinstance(node, t.Call) else node
        found = self.definition(func, scope)
        if found is not None and isinstance(found.node, t.Function):
            if _refuses(found.node):
                return Evidence(f"Depends({name})", scope.path, node.line)
            for param in found.node.params:
                for inner in _dependencies(param):
                    deeper = self.dependency(inner, found.module, depth + 1) if depth < 5 else None
                    if deeper is not None:
                        return Evidence(f"Depends({name})", scope.path, node.line)
        if is_auth_name(name) or re.search(r"(?i)oauth2|bearer|api_?key|security|current_user|active_user|auth", name):
            return Evidence(f"Depends({name})", scope.path, node.line)
        return None


def _asks_who(node: t.Call) -> bool:
    """A call that checks the caller; what only finds something out needs an open refusal (401, 403) to be a guard."""
    name = called(node)
    return is_auth_name(name) and not is_weak_auth_name(name)


def _turns_away(node: t.If, derived: set[str]) -> bool:
    """`if not user: return ...`, `if error: return error`."""
    test, last = node.test, node.body[-1]
    parts = test.values if isinstance(test, t.Logic) else (test,)
    for part in parts:
        if isinstance(part, t.Not) or (isinstance(part, t.Binary) and part.op in {"==", "!="}):
            return True
    given = last.value if isinstance(last, t.Return) else None
    return given is not None and bool(set(_names(given)) & derived)


def _is_optional(node: t.Node) -> bool:
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


def _dependencies(param: t.Param) -> Iterable[t.Node]:
    if param.annotation is not None and _allows_none(param.annotation):
        return
    for part in (param.default, param.annotation):
        if part is None:
            continue
        for node in t.walk(part):
            if isinstance(node, t.Call) and called(node).rsplit(".", 1)[-1] in {"Depends", "Security"} and node.args:
                yield node.args[0]


def _allows_none(note: t.Node) -> bool:
    """`Optional[User]`, `User | None` as the whole annotation (inside of `Annotated` too)."""
    if isinstance(note, t.Index):
        name = t.dotted(note.base).rsplit(".", 1)[-1]
        if name == "Optional":
            return True
        first = note.key.items[0] if isinstance(note.key, t.Items) and note.key.items else note.key
        return name == "Annotated" and _allows_none(first)
    return (
        isinstance(note, t.Binary)
        and note.op == "|"
        and any(isinstance(side, t.Const) and side.value is None for side in (note.left, note.right))
    )


def dependencies(function: t.Function) -> tuple[t.Node, ...]:
    """What FastAPI injects into a function."""
    return tuple(node for param in function.params for node in _dependencies(param))


def _refuses(function: t.Function) -> bool:
    """Whether somewhere in the function, wrappers inside included, a caller is turned away."""
    for node in t.walk(*function.body):
        if isinstance(node, t.If) and (denies(node.body) or denies(node.orelse)):
            return True
        if isinstance(node, (t.Raise, t.Return)) and denies((node,)):
            return True
        if isinstance(node, t.Call) and _aborts(node) and denies((node,)):
            return True
    return False


def _aborts(node: t.Node) -> bool:
    return isinstance(node, t.Call) and called(node).rsplit(".", 1)[-1] == "abort"


def _skips_verification(call: t.Call) -> bool:
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


def _names(node: t.Node) -> list[str]:
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


def _method(scope: Scope, name: str) -> Found | None:
    for node in scope.names.values():
        if isinstance(node, t.Class):
            for member in node.body:
                if isinstance(member, t.Function) and member.name == name:
                    return Found(scope, member)
    return None


def public(evidence: Evidence | None = None) -> Guard:
    """No guard."""
    if evidence is not None:
        return Guard(Auth.NO, f"{evidence}: not a guard", Strength.NONE, evidence.line)
    return Guard(Auth.NO, NOT_VISIBLE)


def guarded(strength: Strength, evidence: Evidence) -> Guard:
    """A guard of that strength."""
    return Guard(Auth.YES, f"{strength}: {evidence}", strength, evidence.line)

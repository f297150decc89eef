"""Is there a guard before the handler, where, and what does it rest on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from scanners.routing.callers import Callers, only_callers
from scanners.routing.checks import (
    PASSWORD,
    SUBJECT,
    THROWS,
    UNVERIFIED,
    VERIFIES,
    aborts,
    admits_strangers,
    asks_elsewhere,
    asks_who,
    compares_secret,
    is_about_origin,
    is_about_state,
    is_optional,
    logs_in,
    makes_signature,
    names_in,
    owner_refused,
    refuses,
    skips_verification,
    subject,
    turns_away,
)
from scanners.routing.definitions import Definitions
from scanners.routing.evidence import Evidence
from scanners.routing.injected import dependencies
from scanners.routing.lenient import lets_strangers_pass
from scanners.routing.shapes import called, denies, is_auth_name, is_weak_auth_name, terminates
from scanners.syntax import tree as t
from scanners.syntax.program import Found, Program, Scope

DEEPEST = 3
"""Calls within calls below which a refusal is about something else than who is calling."""


class Guards(Definitions):
    """Finds guards in statements, following calls of our own functions."""

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self._functions: dict[tuple[int, int], Evidence | None] = {}
        self._checking: dict[int, bool] = {}
        self._seen: dict[tuple[int, bool], tuple[bool, bool]] = {}
        """Of functions that many routes name: whether they let strangers pass, and whether they refuse anybody."""

    def in_statements(self, statements: Iterable[t.Node], scope: Scope, depth: int = 0) -> Evidence | None:
        """The first real guard among statements that all run; an unverified one when there is nothing better."""
        derived = Callers()
        weak: Evidence | None = None
        block = tuple(statements)
        for index, node in enumerate(block):
            found = self.statement(node, scope, derived, depth) or _let_in(node, block[index + 1 :], derived, scope)
            if found is not None and found.verified:
                return found
            weak = weak or found
        return weak

    def in_tests(self, tests: Iterable[t.Node], scope: Scope) -> Evidence | None:
        """A guard in what had to hold: `if path == "/x" and is_admin(event)`."""
        for test in tests:
            parts = test.values if isinstance(test, t.Logic) and test.op == "and" else (test,)
            for part in parts:
                if isinstance(part, t.Call) and asks_who(part):
                    return Evidence(f"{called(part)}()", scope.path, part.line)
                if compares_secret(part, equal=True):
                    return Evidence(f"comparison of {names_in(part)[0]}", scope.path, part.line)
        return None

    def in_body(self, node: t.Node, scope: Scope) -> Evidence | None:
        """A guard inside of a handler: a function as written, or the name of one of ours."""
        home, function = scope, node
        if not isinstance(node, t.Function):
            found = self.definition(node, scope)
            if found is None or not isinstance(found.node, t.Function):
                return None
            home, function = found.module, found.node
        assert isinstance(function, t.Function)
        inner = self.in_statements(function.body, home)
        owner = owner_refused(function.body) if inner is None else None
        return inner if owner is None else Evidence("refusal unless it is the caller's own", home.path, owner.line)

    def statement(self, node: t.Node, scope: Scope, derived: Callers, depth: int) -> Evidence | None:
        """A guard in one statement; `derived` collects names that come from who is calling."""
        if isinstance(node, t.If):
            return self.branch(node, scope, derived, depth)
        if isinstance(node, t.Try):
            inner = self._each((*node.body, *node.final), scope, derived, depth)
            if inner is not None and inner.throws and _swallows(node, depth):
                inner = None
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
            self._derive(node, derived, scope)
        return self._calls(node, scope, depth)

    def _each(self, nodes: tuple[t.Node, ...], scope: Scope, derived: Callers, depth: int) -> Evidence | None:
        weak: Evidence | None = None
        for node in nodes:
            found = self.statement(node, scope, derived, depth)
            if found is not None and found.verified:
                return found
            weak = weak or found
        return weak

    def branch(self, node: t.If, scope: Scope, derived: Callers, depth: int) -> Evidence | None:
        """`if not user: return 401`, or a guard inside of the branch."""
        for inner in t.walk(node.test, into_functions=False):
            if isinstance(inner, t.Bind):
                self._derive(inner, derived, scope)
        if derived.asks_whether_there(node.test):  # a 403 for "no such user"
            return self._each((*node.body, *node.orelse), scope, derived, depth)
        text = " ".join(names_in(node.test))
        by_name = bool(derived & set(names_in(node.test))) or any(
            self.asks_who(n, scope) for n in t.walk(node.test) if isinstance(n, t.Call)
        )
        refused = denies(node.body, by_login=by_name or bool(SUBJECT.search(text))) and not is_about_origin(node.test)
        refused = refused and (by_name or not is_about_state(node.test))
        ends = terminates(node.body) or _answers_badly(node.body)
        turned_away = refused or (ends and by_name and turns_away(node, derived))
        turned_away = turned_away or (ends and compares_secret(node.test, equal=False) and not denies(node.orelse))
        if turned_away and not PASSWORD.search(text):
            return self._judged(node, scope, depth)
        in_test = self._calls(node.test, scope, depth)
        if in_test is not None and in_test.verified:
            return in_test
        inside = self._each(node.body, scope, derived, depth)
        if inside is not None and inside.verified:
            return inside
        if denies(node.orelse) and (SUBJECT.search(text) or by_name) and not PASSWORD.search(text):
            return self._judged(node, scope, depth)
        other = self._each(node.orelse, scope, derived, depth)
        return other if other is not None and other.verified else inside or other

    def _judged(self, node: t.If, scope: Scope, depth: int) -> Evidence | None:
        """A refusal is a guard unless it only asks whether a header is there."""
        names = names_in(node.test)
        what = next(
            (called(n) + "()" for n in t.walk(node.test) if isinstance(n, t.Call) and is_auth_name(called(n))), ""
        )
        if not what:
            what = "refusal (401/403)" if not names else f"refusal unless {subject(node.test) or names[0]}"
        for call in (n for n in t.walk(node.test) if isinstance(n, t.Call)):
            inner = self.of_call(call, scope, depth)
            if inner is not None and not inner.verified:
                return inner
        return Evidence(what, scope.path, node.line)

    def _checks(self, body: tuple[t.Node, ...], scope: Scope) -> Evidence | None:
        for node in t.walk(*body, into_functions=False):
            if isinstance(node, t.Call) and (is_auth_name(called(node)) or VERIFIES.search(called(node))):
                return Evidence(f"{called(node)}()", scope.path, node.line, verified=not skips_verification(node))
        return None

    def asks_who(self, call: t.Call, scope: Scope) -> bool:
        """A call that checks the caller, by its name or by what our function does."""
        if asks_who(call):
            return True
        found = self.definition(call.func, scope)
        if found is None or not isinstance(found.node, t.Function) or PASSWORD.search(found.node.name):
            return False
        key = id(found.node)
        if key not in self._checking:
            self._checking[key] = self.verifies(found.node, found.module)
        return self._checking[key]

    def _derive(self, node: t.Bind, derived: Callers, scope: Scope) -> None:
        if (
            any(isinstance(n, t.Call) and self.asks_who(n, scope) for n in t.walk(node.value, into_functions=False))
            or makes_signature(node.value)
            or only_callers(node.value, derived)
        ):
            derived.update(n.id for n in t.walk(node.target) if isinstance(n, t.Name))
        else:
            derived.note(node)

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
        if UNVERIFIED.search(name) or skips_verification(call):
            return Evidence(f"{name}() without verification", scope.path, call.line, verified=False)
        if admits_strangers(call):
            return Evidence(f"{name}() lets callers without a token pass", scope.path, call.line, verified=False)
        target = self.definition(call.func, scope)
        if target is not None:
            return self.of_function(target, depth + 1, named=is_auth_name(name))
        if THROWS.search(name):
            return Evidence(f"{name}()", scope.path, call.line, throws=True)
        if isinstance(call.func, t.Name) and is_auth_name(name) and not is_weak_auth_name(name):
            return Evidence(f"{name}()", scope.path, call.line)
        return None

    def of_function(self, target: Found, depth: int = 0, *, named: bool = False) -> Evidence | None:
        """A guard inside of a function of ours: it raises or ends the request for strangers."""
        key = (id(target.node), depth)
        if key in self._functions:
            return self._functions[key]
        self._functions[key] = None
        function = target.node
        assert isinstance(function, t.Function)
        if (depth > DEEPEST and not named) or asks_elsewhere(function.name):
            return None
        found = self._raising(function, target.module, named=named)
        if found is None:
            inner = self.in_statements(function.body, target.module, depth)
            # a function that answers 401 itself guards its caller only when the caller passes the answer on
            raises = any(isinstance(n, t.Raise) or aborts(n) for n in t.walk(*function.body))
            found = inner if inner is None or not inner.verified or raises or not named else None
            if inner is not None and inner.verified and not raises and not named:
                found = inner
        self._functions[key] = found
        return found

    def _raising(self, function: t.Function, scope: Scope, *, named: bool) -> Evidence | None:
        for node in t.walk(*function.body):
            if isinstance(node, t.Raise) and node.value is not None and denies((node,)):
                return Evidence(f"{function.name}() raises", scope.path, node.line, throws=True)
            if isinstance(node, t.Raise) and named and self.verifies(function, scope):
                return Evidence(f"{function.name}() raises", scope.path, node.line, throws=True)
            if isinstance(node, t.Call) and aborts(node) and denies((node,)):
                return Evidence(f"{function.name}() aborts", scope.path, node.line)
        return None

    def verifies(self, function: t.Function, scope: Scope, depth: int = 0) -> bool:
        """Whether a function checks a token, signature or session against something that the caller cannot make."""
        for node in t.walk(*function.body):
            if not isinstance(node, t.Call):
                continue
            name = called(node)
            if VERIFIES.search(name) and not skips_verification(node):
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
            if isinstance(node, t.Call) and (UNVERIFIED.search(called(node)) or skips_verification(node)):
                return node
        return None

    def decorator(self, node: t.Node, scope: Scope) -> Evidence | None:
        """A decorator, dependency or middleware that guards."""
        if isinstance(node, t.Function):  # `app.get("/x", (req, res, next) => {...}, handler)`
            inside = self.in_statements(node.body, scope)
            return lenient("middleware", scope, node) if inside is not None and lets_strangers_pass(node) else inside
        if isinstance(node, t.Call) and logs_in(node):
            return None
        if isinstance(node, t.Call) and isinstance(node.func, t.Attr) and node.func.name == "unless":
            node = node.func.base  # express-jwt's exceptions are judged with the route
        target = node.func if isinstance(node, t.Call) else node
        name = t.dotted(target) or (called(node) if isinstance(node, t.Call) else "")
        if not name or is_optional(node):
            return None
        last = name.rsplit(".", 1)[-1]
        if last in {"Depends", "Security"} and isinstance(node, t.Call) and node.args:
            return self.dependency(node.args[0], scope)
        if last == "method_decorator" and isinstance(node, t.Call) and node.args:
            first = node.args[0]
            inner = first.items if isinstance(first, t.Items) else (first,)
            return next((e for n in inner if (e := self.decorator(n, scope)) is not None), None)
        found = self.definition(target, scope)
        if found is not None and isinstance(found.node, t.Function) and self._manners(found.node)[0]:
            return lenient(last, found.module, found.node)
        if is_auth_name(name):
            return self._unverified(found, last) or Evidence(f"@{last}", scope.path, node.line)
        if found is not None and isinstance(found.node, t.Function):
            if self._manners(found.node)[1]:
                return Evidence(f"@{last}", scope.path, node.line)
            return self._told(found.node, found.module)
        return None

    def _manners(self, function: t.Function, *, by_nothing: bool = False) -> tuple[bool, bool]:
        key = (id(function), by_nothing)
        if key not in self._seen:
            self._seen[key] = lets_strangers_pass(function, by_nothing=by_nothing), refuses(function)
        return self._seen[key]

    def _unverified(self, found: Found | None, name: str) -> Evidence | None:
        """A check of ours that only reads a token."""
        if found is None or not isinstance(found.node, t.Function):
            return None
        bad = self.decodes_only(found.node, found.module)
        if bad is None:
            return None
        return Evidence(f"{name} decodes the token without verification", found.module.path, bad.line, verified=False)

    def _told(self, function: t.Function, scope: Scope, depth: int = 0) -> Evidence | None:
        """`(handler) => middy(handler).use(auth())`: a guard that a wrapper of ours always adds."""
        sometimes = {
            id(inner) for n in t.walk(*function.body) if isinstance(n, (t.If, t.Choice)) for inner in t.walk(n)
        }
        for node in t.walk(*function.body):
            if not isinstance(node, t.Call) or not isinstance(node.func, t.Attr) or id(node) in sometimes:
                continue
            for arg in node.args if node.func.name == "use" else ():
                if isinstance(arg, (t.Name, t.Call)) and depth < 3:
                    found = self.decorator(arg, scope)
                    if found is not None and found.verified:
                        return found
        return None

    def dependency(self, node: t.Node, scope: Scope, depth: int = 0) -> Evidence | None:
        """FastAPI's `Depends(x)`: x, or what x depends on."""
        name = t.dotted(node) or (called(node) if isinstance(node, t.Call) else "")
        if is_optional(node):
            return None
        func = node.func if isinstance(node, t.Call) else node
        found = self.definition(func, scope) or self.called_instance(func, scope)
        if found is not None and isinstance(found.node, t.Function):
            passes, refused = self._manners(found.node, by_nothing=True)
            if passes:
                return lenient(name, found.module, found.node)
            if refused:
                return Evidence(f"Depends({name})", scope.path, node.line)
            for inner, home in dependencies(found.node, found.module, self.program):
                deeper = self.dependency(inner, home, depth + 1) if depth < 5 else None
                if deeper is not None:
                    return Evidence(f"Depends({name})", scope.path, node.line) if deeper.verified else deeper
        if is_auth_name(name) or re.search(r"(?i)oauth2|bearer|api_?key|security|current_user|active_user|auth", name):
            return Evidence(f"Depends({name})", scope.path, node.line)
        return None


def lenient(name: str, scope: Scope, function: t.Function) -> Evidence:
    """What only looks like a guard."""
    return Evidence(f"{name} lets callers without a token pass", scope.path, function.line, verified=False)


def _let_in(node: t.Node, rest: Sequence[t.Node], derived: Callers, scope: Scope) -> Evidence | None:
    """`if token == TOKEN: return work()`, and a refusal below for everybody else."""
    if not isinstance(node, t.If) or node.orelse or not terminates(node.body) or not 0 < len(rest) <= 3:
        return None
    parts = node.test.values if isinstance(node.test, t.Logic) and node.test.op == "and" else (node.test,)
    known = compares_secret(node.test, equal=True) or any(
        (isinstance(p, t.Call) and asks_who(p)) or (isinstance(p, t.Name) and p.id in derived) for p in parts
    )
    if not known or not denies(rest) or PASSWORD.search(" ".join(names_in(node.test))):
        return None
    return Evidence(f"refusal unless {names_in(node.test)[0]}", scope.path, node.line)


def _swallows(node: t.Try, depth: int) -> bool:
    """Whether the code goes on after an exception of the check."""
    for handler in node.handlers:
        raised = any(isinstance(n, t.Raise) for n in t.walk(*handler.body))
        if denies(handler.body) or raised:
            continue
        if terminates(handler.body):
            if depth > 0:
                return True  # `return None`: the caller has to look
        elif len(node.body) <= 2 and not _answers_badly(handler.body):
            return True
    return False


def _answers_badly(body: Sequence[t.Node]) -> bool:
    """`res.status(400).send()` as the last statement."""
    last = body[-1] if body else None
    return isinstance(last, t.Call) and any(
        isinstance(n, t.Const) and not isinstance(n.value, bool) and n.value in _BAD for n in t.walk(last)
    )


_BAD = frozenset({400, 401, 403, 404, 422, 498, 500})

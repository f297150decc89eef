"""Checks of who is calling, as scripts write them: a shared secret, the Google user, a token that a service signed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from auditor.model.pattern import lazy
from scanners.apps_script.comparisons import secret_compared, user_checked
from scanners.apps_script.reach import Reaches
from scanners.routing.callers import Callers
from scanners.routing.evidence import Evidence
from scanners.routing.guards import Guards
from scanners.routing.shapes import called, is_auth_name, terminates
from scanners.syntax import tree as t
from scanners.syntax.program import Found, Scope

_VERIFIES = lazy(
    r"(?i)^_?(verif|authenticat|authori[sz]|(validate|check|require|assert|get|read|ensure)_?(token|session|auth|login|access|admin|jwt|key|"
    r"signature|secret|permission|current_?user|user_?(by|from)_?(token|session)))"
)
_SAYS_CHECK = lazy(r"(?i)authori[sz]e|authenticat|verif|guard|permission")
_SESSION = lazy(r"(?i)token|session|secret|api_?key|passw|passcode|^pin$|credential|jwt")
_ROUTES = frozenset("action method type op operation cmd command path route mode fn func function api".split())


class ScriptGuards(Guards):
    """The general rules, for scripts that answer `Unauthorized` where no token was sent and take any other."""

    def branch(self, node: t.If, scope: Scope, derived: Callers, depth: int) -> Evidence | None:
        """As elsewhere, but for a test whether a token was sent at all."""
        if not node.orelse and terminates(node.body) and _only_sent(node.test, dict.fromkeys(derived, node.test)):
            return None
        return super().branch(node, scope, derived, depth)


class CallerChecks:
    """Finds such a check in what runs before something is done."""

    def __init__(self, guards: Guards, reaches: Reaches) -> None:
        self.guards = guards
        self.reaches = reaches

    def in_statements(self, statements: tuple[t.Node, ...], scope: Scope) -> Evidence | None:
        """A guard: what the general rules see, a comparison with a shared secret, or a check of the user."""
        statements = self._switched_on(_asking(_always(statements)), scope)
        found = self.guards.in_statements(statements, scope, 1)
        if found is not None and found.verified:
            return found
        return self._compared(statements, scope) or found

    def _switched_on(self, statements: tuple[t.Node, ...], scope: Scope) -> tuple[t.Node, ...]:
        """Without checks that the code itself turns off: `if (secret && body.secret !== secret)` with `SECRET: ""` above."""
        bound = _bindings(statements)
        kept: list[t.Node] = []
        for node in statements:
            parts = node.test.values if isinstance(node, t.If) and isinstance(node.test, t.Logic) else ()
            both = isinstance(node, t.If) and isinstance(node.test, t.Logic) and node.test.op == "and"
            if both and any(self._is_empty(part, bound, scope) for part in parts):
                continue
            if isinstance(node, t.Try):
                node = replace(node, body=self._switched_on(node.body, scope))  # noqa: PLW2901
            kept.append(node)
        return tuple(kept)

    def _is_empty(self, node: t.Node, bound: Mapping[str, t.Node], scope: Scope) -> bool:
        """Whether a setting is the empty text in the code, where a getter of settings looks as well."""
        if isinstance(node, t.Name) and node.id in bound:
            return self._is_empty(bound[node.id], {}, scope)
        found = self._function(node, scope) if isinstance(node, t.Call) else None
        if found is not None and isinstance(node, t.Call) and isinstance(found.node, t.Function) and node.args:
            key = t.text_of(node.args[0])
            bases = [
                n.base for n in t.walk(*found.node.body) if isinstance(n, t.Index) and not isinstance(n.key, t.Const)
            ]
            return key is not None and any(self._is_empty(t.Attr(node.line, b, key), {}, found.module) for b in bases)
        head, _, rest = t.dotted(node).partition(".")
        owner = self.reaches.program.resolve(scope, head) if head else None
        value = owner.node if isinstance(owner, Found) else None
        for part in rest.split(".") if rest else ():
            value = value.get(part) if isinstance(value, t.Table) else None
        return t.text_of(value) == ""

    def _compared(self, statements: tuple[t.Node, ...], scope: Scope) -> Evidence | None:
        bound = _bindings(statements)
        for node in t.walk(*statements, into_functions=False):
            if isinstance(node, t.If):
                found = self._turned_away(node, scope, bound)
                if found is not None:
                    return found
            if isinstance(node, t.Call):
                target = self._function(node, scope)
                if target is not None:
                    runs_it = any(isinstance(a, t.Function) for a in node.args)
                    inner = self._refuses(target, bound_only=not runs_it)
                    if inner is not None:
                        return inner
        return None

    def _turned_away(self, node: t.If, scope: Scope, bound: Mapping[str, t.Node]) -> Evidence | None:
        """A branch that ends the request for whoever has not the secret, or is not the user."""
        if terminates(node.body) or terminates(node.orelse):
            found = secret_compared(node.test, bound) or user_checked(node.test) or _user_refused(node.test, bound)
            if not found and terminates(node.body):
                found = _not_known(node.test, bound)
            if found:
                return Evidence(found, scope.path, node.line)
        if not terminates(node.body):
            return None
        for call in _asked(node.test, bound):
            target = self._function(call, scope)
            if target is None:
                continue
            assert isinstance(target.node, t.Function)
            direct = any(n is call for n in t.walk(node.test))
            if not direct and not _names_check(target.node):
                continue
            found_inside = self._asks(target, 0)
            if found_inside is not None:
                return found_inside
        return None

    def _asks(self, target: Found, depth: int) -> Evidence | None:
        """Where a function of ours compares a secret or asks for the user, itself or in a check that it calls."""
        function = target.node
        assert isinstance(function, t.Function)
        bound = _bindings(function.body)
        for part in t.walk(*function.body):
            test = part.test if isinstance(part, t.If) else part
            found = (
                secret_compared(test, bound) or user_checked(test) if isinstance(part, (t.Binary, t.Call, t.If)) else ""
            )
            if found:
                return Evidence(f"{function.name}(): {found}", target.module.path, part.line)
            inner = self._function(part, target.module) if isinstance(part, t.Call) and depth < 2 else None
            if inner is not None and inner.node is not function and _names_check(inner.node):
                deeper = self._asks(inner, depth + 1)
                if deeper is not None:
                    return deeper
        return None

    def _refuses(self, target: Found, *, bound_only: bool, depth: int = 0) -> Evidence | None:
        """A function of ours that throws for strangers guards whoever calls it.

        `bound_only` false: it is given what it shall do when all is well, so that an early answer guards as well.
        """
        function = target.node
        assert isinstance(function, t.Function)
        bound = _bindings(function.body)
        for node in t.walk(*function.body, into_functions=False):
            ends = isinstance(node, t.If) and node.body and (isinstance(node.body[-1], t.Raise) or not bound_only)
            if isinstance(node, t.If) and ends and terminates(node.body):
                found = secret_compared(node.test, bound) or user_checked(node.test) or _user_refused(node.test, bound)
                found = found or _unverified(node.test, bound) or _not_known(node.test, bound)
                if found:
                    return Evidence(f"{function.name}(): {found}", target.module.path, node.line)
            if isinstance(node, t.Call) and depth < 2:
                inner = self._function(node, target.module)
                named = inner.node.name if inner is not None and isinstance(inner.node, t.Function) else ""
                if (
                    inner is not None
                    and inner.node is not function
                    and (_VERIFIES.search(named) or is_auth_name(named))
                ):
                    deeper = self._refuses(inner, bound_only=True, depth=depth + 1)
                    if deeper is not None:
                        return deeper
        return None

    def _function(self, call: t.Call, scope: Scope) -> Found | None:
        target = self.reaches.target(call, scope)
        return target if target is not None and isinstance(target.node, t.Function) else None


def _names_check(node: t.Node) -> bool:
    """Whether a function by its name checks who is calling."""
    name = node.name if isinstance(node, t.Function) else ""
    return bool(_VERIFIES.search(name) or _SAYS_CHECK.search(name)) or is_auth_name(name)


def _always(statements: tuple[t.Node, ...], given: frozenset[str] = frozenset()) -> tuple[t.Node, ...]:
    """Without what runs only when the caller asks for it: `if (e.parameter.env === "qa") { if (!validToken(e)) return ... }`.

    `given`: names that hold the fields of the request.
    """
    given |= {
        n.target.id
        for n in t.walk(*statements, into_functions=False)
        if isinstance(n, t.Bind) and isinstance(n.target, t.Name) and _is_parsed(n.value)
    }
    kept: list[t.Node] = []
    for node in statements:
        if isinstance(node, t.If) and _is_asked_for(node, given):
            continue
        kept.append(replace(node, body=_always(node.body, given)) if isinstance(node, (t.Try, t.Function)) else node)
    return tuple(kept)


_SENT = lazy(
    r"(?i)^([a-z]+_?)?(token|secret|pass(word|code)|pwd|jwt|otp)$|^(auth|access|api|admin|user|session)?_?(key|pass|pin)$"
)


def _asking(statements: tuple[t.Node, ...]) -> tuple[t.Node, ...]:
    """Without tests whether a token was sent at all: `if (!token) return unauthorized()` lets any token pass."""
    bound = _bindings(statements)
    kept: list[t.Node] = []
    for node in statements:
        if isinstance(node, t.If) and not node.orelse and terminates(node.body) and _only_sent(node.test, bound):
            continue
        kept.append(replace(node, body=_asking(node.body)) if isinstance(node, (t.Try, t.Function)) else node)
    return tuple(kept)


def _only_sent(test: t.Node, bound: Mapping[str, t.Node]) -> bool:
    """Whether every part of a test only asks for a text of the request that may be any."""
    if isinstance(test, t.Logic) and test.op == "or":
        return all(_only_sent(value, bound) for value in test.values)
    missing = isinstance(test, t.Binary) and test.op == "==" and _is_nothing(test.right)
    value = test.value if isinstance(test, t.Not) else test.left if isinstance(test, t.Binary) and missing else None
    name = value.id if isinstance(value, t.Name) else value.name if isinstance(value, t.Attr) else ""
    if not _SENT.search(name) or name.isupper():
        return False
    source = bound.get(name) if isinstance(value, t.Name) else None
    while isinstance(source, t.Logic):
        source = source.values[0]
    return source is None or (isinstance(source, (t.Attr, t.Index)) and ".CacheService" not in f".{t.dotted(source)}")


def _is_parsed(node: t.Node) -> bool:
    """`JSON.parse(e.postData.contents)`, `e.parameter`: the fields of the request as a whole."""
    while isinstance(node, t.Logic):
        node = node.values[0]
    if isinstance(node, t.Call):
        return called(node) == "JSON.parse"
    return isinstance(node, t.Attr) and node.name == "parameter"


_WHOLE = frozenset("postData parameter parameters contents queryString pathInfo length".split())


def _is_asked_for(node: t.If, given: frozenset[str]) -> bool:
    """A branch that the request chooses by a field of its own, and that goes on to what follows for everybody else."""
    if node.orelse or terminates(node.body):
        return False
    test = node.test.value if isinstance(node.test, t.Not) else node.test
    if isinstance(test, t.Binary) and test.op in {"==", "!="}:
        pairs = ((test.left, test.right), (test.right, test.left))
        return any(_is_field(s, given) and isinstance(o, t.Const) and isinstance(o.value, str) for s, o in pairs)
    return _is_field(test, given)


def _is_field(node: t.Node, given: frozenset[str]) -> bool:
    """A field of the request, other than the one that names the action."""
    if not isinstance(node, (t.Attr, t.Index)):
        return False
    name = t.dotted(node)
    last = name.rsplit(".", 1)[-1]
    base = t.dotted(node.base)
    return last not in _ROUTES | _WHOLE and (f".{base}".endswith(".parameter") or base in given)


def _bindings(statements: tuple[t.Node, ...]) -> dict[str, t.Node]:
    found: dict[str, t.Node] = {}
    for node in t.walk(*statements, into_functions=False):
        if isinstance(node, t.Bind) and isinstance(node.target, t.Name):
            found.setdefault(node.target.id, node.value)
    return found


def _asked(test: t.Node, bound: Mapping[str, t.Node]) -> Iterator[t.Call]:
    """Calls of a test, and those whose answer it looks at: `const user = checkSession(e); if (!user) return`."""
    for node in t.walk(test):
        value = bound.get(node.id) if isinstance(node, t.Name) else node
        if isinstance(value, t.Call):
            yield value


def _unverified(test: t.Node, bound: Mapping[str, t.Node]) -> str:
    """`const valid = JWS.verify(token, key); if (!valid) throw`: what was found not to be good."""
    for node in t.walk(test):
        value = bound.get(node.value.id) if isinstance(node, t.Not) and isinstance(node.value, t.Name) else None
        if isinstance(value, t.Call) and _VERIFIES.search(called(value).rsplit(".", 1)[-1]):
            return f"{called(value)}()"
    return ""


def _refused(test: t.Node) -> Iterator[t.Node]:
    """What a test finds not to be so: the inside of `!x`, of `x !== y`, of `list.indexOf(x) === -1`, of `x == null`."""
    for node in t.walk(test):
        if isinstance(node, t.Not):
            yield node.value
        elif isinstance(node, t.Binary) and node.op == "!=":
            yield from (node.left, node.right)
        elif isinstance(node, t.Binary) and node.op in {"==", "<"} and _is_nothing(node.right):
            yield node.left


def _is_nothing(node: t.Node) -> bool:
    return (isinstance(node, t.Const) and node.value in {None, "", 0, -1}) or isinstance(node, t.Unknown)


def _user_refused(test: t.Node, bound: Mapping[str, t.Node]) -> str:
    """`const user = Session.getActiveUser().getEmail(); if (!allowed.includes(user)) return`."""
    for part in _refused(test):
        for name in t.walk(part):
            value = bound.get(name.id) if isinstance(name, t.Name) else None
            if value is not None and user_checked(value) and any(isinstance(n, t.Call) for n in t.walk(value)):
                return "checks the user"
    return ""


def _not_known(test: t.Node, bound: Mapping[str, t.Node]) -> str:
    """`const session = cache.get("s_" + data.token); if (!session) return`: nothing is found by the secret of the request."""
    for part in _refused(test):
        value = bound.get(part.id) if isinstance(part, t.Name) else None
        if not isinstance(value, t.Call):
            continue
        for arg in value.args:
            for node in t.walk(arg) if not isinstance(arg, (t.Table, t.Items, t.Function)) else ():
                name = node.name if isinstance(node, t.Attr) else node.id if isinstance(node, t.Name) else ""
                if _SESSION.search(name) and not name.isupper() and _comes_from_request(node, bound):
                    return f"looks {name} up"
    return ""


def _comes_from_request(node: t.Node, bound: Mapping[str, t.Node]) -> bool:
    """A parameter, a field of something, or what a field was taken into; not a property or a token of the script's own."""
    if not isinstance(node, t.Name) or node.id not in bound:
        return True
    calls = [n for n in t.walk(bound[node.id]) if isinstance(n, t.Call)]
    fields = any(isinstance(n, t.Attr) and _SESSION.search(n.name) for n in t.walk(bound[node.id]))
    return fields and not any(called(c).endswith("getProperty") for c in calls)

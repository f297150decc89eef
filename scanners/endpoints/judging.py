"""From places that serve requests to rows of the inventory: which guard holds there, and is the body checked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from scanners.endpoints import validation
from scanners.endpoints.endpoint import Endpoint, Hit
from scanners.endpoints.script_text import texts
from scanners.routing.credentials import issues_tokens, knows_caller
from scanners.routing.evidence import Auth, Evidence, Guard, Strength, guarded, public
from scanners.routing.guards import Guards, lenient
from scanners.routing.interpreter import Ran, Reached
from scanners.routing.lenient import lets_strangers_pass
from scanners.routing.route import ANY, Match, Route, both, joined
from scanners.syntax import tree as t
from scanners.syntax.program import Found, Program, Scope

_BODYLESS = frozenset({"GET", "HEAD"})


def routed_endpoints(reached: Reached, scope: Scope, entry: t.Function, guards: Guards) -> Iterator[Endpoint]:
    """Rows of one branch of a hand-written router, one a method."""
    program = guards.program
    path, match = reached.route.rendered()
    if reached.route.action and reached.route.is_pathless:
        path, match = f"/?action={reached.route.action}", Match.EXACT
    handler = _handler_of(reached, program)
    guard = _guard_of(reached, handler, entry, scope, guards)
    body = (*reached.body, *([handler.node] if handler is not None else []))
    for method in sorted(reached.route.methods) or [ANY]:
        checked = validation.NO_BODY if method in _BODYLESS else validation.evidence(body, reached.scope, program)
        yield Endpoint(
            method, path, match, guard.auth, guard.evidence, checked, reached.handler, reached.file, reached.line,
            backend=scope.path, strength=guard.strength, framework="lambda", by_action=bool(reached.route.action),
        )  # fmt: skip


def _handler_of(reached: Reached, program: Program) -> Found | None:
    """The function of ours that answers."""
    for node in reached.body:
        if isinstance(node, t.Function):
            return Found(reached.scope, node)
    if not reached.delegated:
        return None
    found = program.resolve(reached.scope, reached.handler.split(".")[0])
    if isinstance(found, Scope):
        found = program.member(found, reached.handler.rsplit(".", 1)[-1])
    return found if isinstance(found, Found) and isinstance(found.node, t.Function) else None


def _guard_of(reached: Reached, handler: Found | None, entry: t.Function, scope: Scope, guards: Guards) -> Guard:
    """The strongest guard on the way to a place."""
    path = reached.route.rendered()[0]
    weak: Evidence | None = None
    steps: list[tuple[Strength, Evidence | None]] = [
        (Strength.DECORATOR, guards.decorator(decorator, scope)) for decorator in entry.decorators
    ]
    if handler is not None and isinstance(handler.node, t.Function):
        steps += [(Strength.DECORATOR, guards.decorator(d, handler.module)) for d in handler.node.decorators]
    before = [ran for ran in reached.trail if _applies(ran, reached.route)]
    for home, nodes in _by_file(before, guards.program):
        steps.append((Strength.DISPATCH, guards.in_statements(nodes, home)))
    steps.append((Strength.BRANCH, guards.in_tests(reached.tests, reached.scope)))
    branch = [n for n in reached.body if not isinstance(n, t.Function)]
    steps.append((Strength.BRANCH, guards.in_statements(branch, reached.scope)))
    if handler is not None and isinstance(handler.node, t.Function):
        steps.append((Strength.HANDLER, guards.in_statements(handler.node.body, handler.module)))
    for strength, found in steps:
        if strength in {Strength.BRANCH, Strength.HANDLER} and issues_tokens(
            path, reached.handler, *reached.route.methods
        ):
            continue
        if found is not None and found.verified:
            return guarded(strength, found)
        weak = weak or found
    body = (*reached.body, *((handler.node,) if handler is not None else ()))
    taken = trusting(body, reached.scope, guards)
    if taken is None and any(_takes_claims(ran.node, body) for ran in before):
        taken = trusting(tuple(ran.node for ran in before), reached.scope, guards)
    return taken if taken is not None and weak is None else public(weak)


def _takes_claims(node: t.Node, body: tuple[t.Node, ...]) -> bool:
    """Whether what was read of an authorizer before is used in the branch, or had to be there at all."""
    strict = any(isinstance(n, t.Index) and t.text_of(n.key) == "authorizer" for n in t.walk(node)) or any(
        isinstance(n, t.Attr) and n.name == "authorizer" for n in t.walk(node)
    )
    names = {n.id for n in t.walk(node.target) if isinstance(n, t.Name)} if isinstance(node, t.Bind) else set()
    return strict or any(isinstance(n, t.Name) and n.id in names for n in t.walk(*body))


def trusting(nodes: tuple[t.Node, ...], scope: Scope, guards: Guards, depth: int = 0) -> Guard | None:
    """Unknown, where the code takes what a gateway's authorizer found out; None where it does not."""
    written: set[int] = set()
    for node in t.walk(*nodes):
        if isinstance(node, t.Table):  # an event that is made, not one that is read
            written.update(id(key) for key, _ in node.pairs if key is not None)
        named = (isinstance(node, t.Attr) and node.name == "authorizer") or t.text_of(node) == "authorizer"
        if named and id(node) not in written:
            return Guard(Auth.UNKNOWN, f"relies on the authorizer of a gateway at {scope.path}:{node.line}; {NOT_HERE}")
        if isinstance(node, t.Call) and depth < 2:
            target = guards.definition(node.func, scope)
            if target is not None and isinstance(target.node, t.Function):
                found = trusting(target.node.body, target.module, guards, depth + 1)
                if found is not None:
                    return found
    return None


NOT_HERE = "the gateway is not visible in this repository"


def _applies(ran: Ran, route: Route) -> bool:
    """Whether a statement ran for this route."""
    if any(both(route, spared) is not None and _covers(spared, route) for spared in ran.unless):
        return False
    return not ran.only or any(both(route, only) is not None for only in ran.only)


def _covers(spared: Route, route: Route) -> bool:
    if spared.is_pathless and not spared.action:
        return bool(route.methods) and route.methods <= spared.methods
    return not route.is_pathless or bool(route.action)


def _by_file(ran: Iterable[Ran], program: Program) -> Iterator[tuple[Scope, list[t.Node]]]:
    groups: dict[str, list[t.Node]] = {}
    for item in ran:
        groups.setdefault(item.file, []).append(item.node)
    for path, nodes in groups.items():
        yield program.scopes[path], nodes


def framework_endpoint(hit: Hit, guards: Guards) -> Endpoint:
    """The row of one route of a framework."""
    scope = guards.program.scopes[hit.module or hit.file]
    guard = _framework_guard(hit, guards, scope)
    checked = validation.NO_BODY
    if hit.method not in _BODYLESS:
        checked = validation.evidence((*hit.decorators, *hit.body), scope, guards.program)
    return Endpoint(
        hit.method, hit.path, hit.match, guard.auth, guard.evidence, checked, hit.handler, hit.file, hit.line,
        backend=hit.backend, strength=guard.strength, framework=hit.framework,
    )  # fmt: skip


def _framework_guard(hit: Hit, guards: Guards, scope: Scope) -> Guard:
    weak: Evidence | None = None
    for node in hit.decorators:
        found = guards.decorator(node, scope)
        if found is None and hit.framework == "fastapi" and not isinstance(node, t.Function):
            found = guards.dependency(node, scope)
        if found is not None and found.verified:
            return guarded(Strength.DECORATOR, found)
        weak = weak or found
    for file, node in hit.before:
        found = _before(hit, node, guards, guards.program.scopes[file])
        if found is not None and found.verified:
            return guarded(Strength.DISPATCH, found)
        weak = weak or found
    issues = issues_tokens(hit.path, hit.handler, hit.method)
    for node in hit.body:
        found = guards.in_body(node, scope)
        if issues and not knows_caller(found):
            continue
        if found is not None and found.verified:
            return guarded(Strength.HANDLER, found)
        weak = weak or found
    if weak is None and hit.framework != "chalice":  # Chalice says its authorizers itself
        placed = [
            (scope, hit.body),
            *((guards.program.scopes[f], (n,)) for f, n in hit.before if isinstance(n, t.Function)),
        ]
        taken = next((g for home, nodes in placed if (g := trusting(nodes, home, guards)) is not None), None)
        if taken is not None:
            return taken
    return public(weak)


def _spares(node: t.Node, hit: Hit, program: Program, scope: Scope) -> bool:
    """`expressjwt({...}).unless({path: ["/login"]})`: whether this route is one of the exceptions."""
    if not isinstance(node, t.Call) or not isinstance(node.func, t.Attr) or node.func.name != "unless":
        return False
    for part in t.walk(*node.args):
        if isinstance(part, t.Name) and part.id in scope.names:
            listed = scope.names[part.id]
            if isinstance(listed, t.Items) and hit.path in texts(listed, scope, program):
                return True
        if t.text_of(part) is not None and joined("", t.text_of(part) or "") == hit.path:
            return True
        if isinstance(part, t.Regex) and _fits(part.source, hit.path):
            return True
    return False


def _fits(source: str, path: str) -> bool:
    try:
        return re.search(source.replace(r"\/", "/"), path) is not None
    except re.error:
        return False


def _before(hit: Hit, node: t.Node, guards: Guards, scope: Scope) -> Evidence | None:
    """A function that runs before all routes, unless it spares this one by name."""
    if not isinstance(node, t.Function):
        if _spares(node, hit, guards.program, scope):
            return None
        found = guards.decorator(node, scope)
        return found or (guards.dependency(node, scope) if hit.framework == "fastapi" else None)
    texts = {n.value for n in t.walk(*node.body) if isinstance(n, t.Const) and isinstance(n.value, str)}
    if lets_strangers_pass(node, by_nothing=hit.framework == "flask"):
        return lenient(node.name or "middleware", scope, node)
    spared = hit.path in texts or hit.handler in texts or any(x.endswith(f".{hit.handler}") for x in texts)
    return None if spared else guards.in_statements(node.body, scope)

"""All endpoints that a program's code serves: routers followed, frameworks read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from auditor.model.pattern import lazy
from scanners.endpoints.django import DjangoRoutes
from scanners.endpoints.endpoint import Endpoint
from scanners.endpoints.file_routes import FileRoutes
from scanners.endpoints.judging import framework_endpoint, routed_endpoints
from scanners.endpoints.nest import NestRoutes
from scanners.endpoints.node_frameworks import NodeRoutes
from scanners.endpoints.python_frameworks import PythonRoutes
from scanners.routing.entries import Entry, entries
from scanners.routing.guards import Guards
from scanners.routing.interpreter import Interpreter
from scanners.routing.route import METHODS
from scanners.routing.shapes import called
from scanners.syntax import tree as t
from scanners.syntax.program import Program, Scope

_ACTIONS = frozenset({"action", "op", "operation", "cmd", "command", "method", "route", "type", "actionType"})
"""Fields of a body or query by which a Lambda function without routes serves many things."""
_HOOK = lazy(r"(?i)^x-(hub|github|gitlab|gitea|bitbucket|shopify|slack|line|zm|twilio|linear)-|^stripe-signature$")
_ENTRY = lazy(r"(?i)^(lambda_)?handler$|^main$")


@dataclass(slots=True)
class Inventory:
    """What was found in code."""

    endpoints: list[Endpoint] = field(default_factory=list)
    dynamic: list[tuple[str, int]] = field(default_factory=list)
    """Places where handlers are found by computed names."""
    handlers: dict[str, tuple[Scope, t.Function]] = field(default_factory=dict)
    """Lambda entries by `path/without/extension.function`."""
    pathless: dict[str, list[Endpoint]] = field(default_factory=dict)
    """By entry: branches on the method alone; their paths stand in a gateway."""


def inventory(program: Program) -> Inventory:
    """Endpoints of every style."""
    found = Inventory()
    guards = Guards(program)
    frameworks = (PythonRoutes, NodeRoutes, NestRoutes, FileRoutes, DjangoRoutes)
    for framework in frameworks:
        found.endpoints.extend(framework_endpoint(hit, guards) for hit in framework(program).hits())
    _follow_entries(program, guards, found)
    return found


def is_opaque(found: Inventory, endpoints: Sequence[Endpoint]) -> bool:
    """Whether a function answers requests and neither it nor a declaration says for which paths."""
    known = {e.file for e in endpoints}
    return any(
        scope.path not in known and _answers_http(function) and not _is_socket(function) for scope, function in found.handlers.values()
    )  # fmt: skip


def _answers_http(function: t.Function) -> bool:
    return any(isinstance(n, t.Const) and n.value == "statusCode" for n in t.walk(*function.body))


def _is_socket(function: t.Function) -> bool:
    """Whether messages of web sockets come in: `$default` is no address then."""
    return any(isinstance(n, t.Const) and n.value in {"$connect", "$disconnect"} for n in t.walk(*function.body))


def _is_hook(function: t.Function) -> bool:
    """Whether another service tells what happened there: its `action` is no command."""
    return any(
        isinstance(n, t.Const) and isinstance(n.value, str) and _HOOK.match(n.value) for n in t.walk(*function.body)
    )


def _follow_entries(program: Program, guards: Guards, found: Inventory) -> None:
    called_names = _called_names(program)
    runs: list[tuple[Interpreter, Scope, t.Function]] = []
    for scope in program.scopes.values():
        for entry in entries(scope):
            function = entry.function
            stem = scope.path.rsplit(".", 1)[0]
            found.handlers[f"{stem}.{function.name}"] = (scope, function)
            for name, node in (*scope.names.items(), *scope.exports.items()):  # `export const main = lambda`
                if isinstance(node, t.Name) and node.id == function.name and node.id:
                    found.handlers.setdefault(f"{stem}.{name}", (scope, function))
            run = Interpreter(program)
            run.enter(scope, entry)
            if _is_socket(function):
                run.reached = [r for r in run.reached if r.route.path != "/*"]
            found.dynamic.extend(run.dynamic)
            if all(r.route.is_pathless for r in run.reached) and _answers_http(function) and not _is_hook(function):
                run = _by_action(program, scope, entry) or run
            runs.append((run, scope, function))
    # an inner function is followed from its caller; followed again by itself it would lose the caller's conditions
    runs.sort(key=lambda r: (r[2].name in called_names and not _ENTRY.search(r[2].name), -len(r[0].reached)))
    seen: set[tuple[str, int]] = set()
    for run, scope, function in runs:
        inner = function.name in called_names and not _ENTRY.search(function.name)
        fresh = [r for r in run.reached if not (inner and (r.file, r.line) in seen)]
        for reached in fresh:
            if reached.route.is_pathless and not reached.route.action:
                key = f"{scope.path.rsplit('.', 1)[0]}.{function.name}"
                found.pathless.setdefault(key, []).extend(routed_endpoints(reached, scope, function, guards))
                continue
            seen.add((reached.file, reached.line))
            found.endpoints.extend(routed_endpoints(reached, scope, function, guards))


def _by_action(program: Program, scope: Scope, entry: Entry) -> Interpreter | None:
    """`action = json.loads(event["body"])["action"]` and branches on it; None when there are fewer than two."""
    run = Interpreter(program, actions=_ACTIONS)
    run.enter(scope, entry)
    run.reached = [r for r in run.reached if r.route.action and r.route.is_pathless and r.route.action not in METHODS]
    return run if len({r.route.action for r in run.reached}) > 1 else None


def _called_names(program: Program) -> set[str]:
    return {called(node).rsplit(".", 1)[-1] for scope in program.scopes.values() for node in scope.all_of(t.Call)}

"""Declared routes and those of the code as one inventory."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from scanners.endpoints import validation
from scanners.endpoints.backends import Inventory
from scanners.endpoints.endpoint import Declared, Endpoint
from scanners.endpoints.judging import NOT_HERE
from scanners.routing.credentials import issues_tokens
from scanners.routing.evidence import Auth, Strength
from scanners.routing.guards import Guards
from scanners.routing.route import ANY, Match, exact
from scanners.syntax import tree as t
from scanners.syntax.program import Scope


def merge(
    found: Inventory, deployed: Sequence[Declared], described: Sequence[Declared], guards: Guards
) -> tuple[list[Endpoint], list[Declared]]:
    """(the inventory, declared routes that the router behind them does not serve)."""
    deployed = [_settled(d, guards) for d in deployed]
    behind_gateway = {
        handler[0].path for d in deployed if not d.is_wildcard and (handler := handler_of(d, found)) is not None
    }
    endpoints = [
        e for e in found.endpoints if not (e.by_action and e.backend in behind_gateway)
    ]  # the address is known
    unserved: list[Declared] = []
    added: list[Endpoint] = []
    refined: dict[int, list[Endpoint]] = {}
    asked = [d for d in deployed if d.method != "OPTIONS"]  # a browser asks before it calls: nobody's endpoint
    wild = {d.handler for d in asked if d.is_wildcard and d.handler}
    for declared in sorted(asked, key=lambda d: d.is_wildcard):
        handler = handler_of(declared, found)
        backend = handler[0].path if handler is not None else None
        served = {backend} if backend is not None else _wrapped(declared, guards)
        if backend is not None and not any(e.backend == backend for e in endpoints):
            served |= _imported(guards.program.scopes[backend], guards)
        mine = [i for i, e in enumerate(endpoints) if e.backend in served]
        if declared.is_wildcard:
            behind = mine or ([] if handler is not None else _all_routed(endpoints, declared))
            for i in behind:
                endpoints[i] = _with_gateway(endpoints[i], declared)
            if not behind:
                added.append(_declared_endpoint(declared, handler, guards))
            continue
        matching = [i for i in (mine or range(len(endpoints))) if same_route(endpoints[i], declared)]
        for i in _nearest(matching, endpoints, declared):
            if is_partial(endpoints[i]):
                refined.setdefault(i, []).append(_refined(endpoints[i], declared))
            else:
                endpoints[i] = _with_gateway(endpoints[i], declared)
        beside = mine and declared.path == "/" and declared.handler in wild
        if matching or beside:  # `/` beside `/{proxy+}`: what the application serves there stands in its code
            continue
        branches = _branches(found, handler)
        taken = [b for b in branches if declared.method in {b.method, ANY} or b.method == ANY]
        if taken:
            route = exact(declared.path)
            for branch in taken if declared.method == ANY else taken[:1]:
                method = branch.method if declared.method == ANY else declared.method
                own = replace(branch, path=route.path, match=route.match, method=method)
                added.append(_with_gateway(own, declared))
            continue
        routed = bool(branches) or any(endpoints[i].framework == "lambda" for i in mine)
        if routed and handler is not None:
            unserved.append(declared)
        added.append(_declared_endpoint(declared, handler, guards, routed=routed))
    endpoints = [e for i, old in enumerate(endpoints) for e in refined.get(i, [old])]
    _note_descriptions(endpoints, described)
    return [*endpoints, *added] or _only_described(found, described, guards), unserved


def _only_described(found: Inventory, described: Sequence[Declared], guards: Guards) -> list[Endpoint]:
    """What an OpenAPI file says where nothing else says a path: handlers without a template, or no code at all."""
    if not found.handlers and guards.program.scopes:
        return []
    return [_declared_endpoint(d, None, guards) for d in described if d.method != "OPTIONS"]


def _settled(declared: Declared, guards: Guards) -> Declared:
    """A handler whose folder is a guess (`~` and the name of an archive): the longest end of it that one file has."""
    if not declared.handler.startswith("~"):
        return declared
    stem, _, function = declared.handler[1:].rpartition(".")
    parts = stem.split("/")
    for start in range(len(parts)):
        end = "/".join(parts[start:])
        files = [path for path in guards.program.scopes if f"/{path.rsplit('.', 1)[0]}".endswith(f"/{end}")]
        if files and len({path.rsplit(".", 1)[0] for path in files}) == 1:
            return replace(declared, handler=f"{files[0].rsplit('.', 1)[0]}.{function}")
    return replace(declared, handler=f"{parts[-1]}.{function}")


def _nearest(matching: list[int], endpoints: list[Endpoint], declared: Declared) -> list[int]:
    """Of several partial matches those whose files are named like the path: `/plugins/{id}` belongs to `plugins/handler.py`."""
    if len({endpoints[i].backend for i in matching}) < 2:
        return matching
    words = {part.rstrip("s") for part in re.split(r"[/{}_-]", declared.path.lower()) if part}
    shared = {i: len(words & {p.rstrip("s") for p in re.split(r"[/._-]", endpoints[i].file.lower())}) for i in matching}
    best = max(shared.values())
    return [i for i in matching if shared[i] == best or not is_partial(endpoints[i])]


def is_partial(endpoint: Endpoint) -> bool:
    """Whether the code looks at a part of the path alone, or at no method: the declaration then says the rest."""
    return endpoint.method == ANY or endpoint.match in {Match.PREFIX, Match.SUFFIX, Match.CONTAINS}


def _refined(endpoint: Endpoint, declared: Declared) -> Endpoint:
    route = exact(declared.path)
    method = declared.method if endpoint.method == ANY else endpoint.method
    return _with_gateway(replace(endpoint, method=method, path=route.path, match=route.match), declared)


def _note_descriptions(endpoints: list[Endpoint], described: Sequence[Declared]) -> None:
    """Say of endpoints that an OpenAPI file describes them; a file that fits none describes something else."""
    described_files = {d.file for d in described if any(same_route(e, d) for e in endpoints)}
    for declared in described:
        for i, endpoint in enumerate(endpoints):
            if declared.file in described_files and same_route(endpoint, declared) and not endpoint.declared:
                endpoints[i] = replace(
                    endpoint, validation=_better(endpoint.validation, declared.validation),
                    declared=f"{declared.file}:{declared.line}",
                )  # fmt: skip


def _wrapped(declared: Declared, guards: Guards) -> set[str]:
    """Files of the application behind a handler that only wraps it: `exports.handler = serverless(app)`, `Mangum(app)`."""
    scopes = guards.program.scopes
    found: set[str] = set()
    for written in (declared.handler, *_sources(declared.handler)):
        stem = written.rpartition(".")[0]
        found = {path for path in scopes if stem and f"/{path.rsplit('.', 1)[0]}".endswith(f"/{stem}")}
        if found:
            break
    near = found.union(*(_imported(scopes[path], guards) for path in found))
    return near | _controllers(near, guards)


def _controllers(paths: set[str], guards: Guards) -> set[str]:
    """Files with decorated classes that files load, modules of modules among them."""
    seen, fresh = set(paths), set(paths)
    while fresh:
        fresh = {p for path in fresh for p in _imported(guards.program.scopes[path], guards)} - seen
        seen |= fresh
    return {path for path in seen if any(c.decorators for c in guards.program.scopes[path].all_of(t.Class))}


def _imported(scope: Scope, guards: Guards) -> set[str]:
    """Files that a module takes something from."""
    found: set[str] = set()
    loaded = [(node.module, "") for node in scope.all_of(t.Import) if not node.names]  # `import "./controllers/boats"`
    for module, name in (*scope.imports.values(), *loaded):
        other = guards.program.module(scope.path, module) or guards.program.module(scope.path, f"{module}.{name}")
        if other is not None:
            found.add(other.path)
    return found


def _all_routed(endpoints: list[Endpoint], declared: Declared) -> list[int]:
    """For a catch-all whose handler is not seen: the only back end there is."""
    backends = {e.backend for e in endpoints if e.framework == "lambda"}
    if len(backends) != 1 or not declared.path.strip("/").startswith(("{", "*", "$")):
        return []
    return [i for i, e in enumerate(endpoints) if e.framework == "lambda"]


def handler_of(declared: Declared, found: Inventory) -> tuple[Scope, t.Function] | None:
    """The function of ours behind a declared handler: by its whole path, or by its end where the folder is not said."""
    if not declared.handler:
        return None
    if declared.handler in found.handlers:
        return found.handlers[declared.handler]
    folder, star, function = declared.handler.rpartition("/*.")
    if star:
        inside = [key for key in found.handlers if key.startswith(f"{folder}/") and key.endswith(f".{function}")]
        return found.handlers[inside[0]] if len(inside) == 1 else None
    for written in (declared.handler, *_sources(declared.handler)):
        endings = [key for key in found.handlers if f"/{key}".endswith(f"/{written}")]
        if len(endings) == 1:
            return found.handlers[endings[0]]
    return None


def _sources(handler: str) -> tuple[str, ...]:
    """Where the source of `lambdas/one/dist/index.handler` may be."""
    parts = re.split(r"(?:^|(?<=/))(?:dist|build|out|lib)/", handler, maxsplit=1)
    return (f"{parts[0]}src/{parts[1]}", "".join(parts)) if len(parts) == 2 else ()


def same_route(endpoint: Endpoint, declared: Declared) -> bool:
    """Whether code and declaration mean the same route."""
    if ANY not in {endpoint.method, declared.method} and endpoint.method != declared.method:
        return False
    ours, theirs = _shape(endpoint.path), _shape(declared.path)
    if endpoint.match in {Match.EXACT, Match.SEGMENTS}:
        return ours == theirs
    if endpoint.match is Match.SUFFIX:
        return theirs.endswith(ours)
    if endpoint.match is Match.PREFIX:
        return theirs.startswith(ours.rstrip("/"))
    if endpoint.match is Match.CONTAINS:
        return ours in theirs
    return False


def _shape(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path).rstrip("/")


def _with_gateway(endpoint: Endpoint, declared: Declared) -> Endpoint:
    """The endpoint with what its declaration adds: a gateway's authorizer outranks what the code does."""
    place = f"{declared.file}:{declared.line}"
    shown = replace(endpoint, declared=place, validation=_better(endpoint.validation, declared.validation))
    if declared.auth is Auth.YES:
        return replace(
            shown,
            auth=Auth.YES,
            strength=Strength.GATEWAY,
            evidence=f"{Strength.GATEWAY}: {declared.evidence} ({place})",
        )
    if endpoint.auth is Auth.UNKNOWN and declared.auth is Auth.NO and NOT_HERE in endpoint.evidence:
        return replace(shown, auth=Auth.NO, evidence=f"{declared.evidence} ({place}), though the code relies on one")
    if endpoint.auth is Auth.NO and declared.auth is Auth.UNKNOWN:
        return replace(shown, auth=Auth.UNKNOWN, evidence=f"{declared.evidence} ({place})")
    if endpoint.auth is Auth.NO and declared.evidence not in endpoint.evidence:
        return replace(shown, evidence=f"{endpoint.evidence}; {declared.evidence} ({place})")
    return shown


def _better(code: str, declared: str) -> str:
    return declared if declared and code in {validation.NONE, ""} else code


def _branches(found: Inventory, handler: tuple[Scope, t.Function] | None) -> list[Endpoint]:
    """What a handler does by method alone."""
    if handler is None:
        return []
    scope, function = handler
    return found.pathless.get(f"{scope.path.rsplit('.', 1)[0]}.{function.name}", [])


def _declared_endpoint(
    declared: Declared, handler: tuple[Scope, t.Function] | None, guards: Guards, *, routed: bool = False
) -> Endpoint:
    """A route that only the declaration names: its function does not look at the path, or is not seen."""
    route = exact(declared.path) if declared.path != "$default" else None
    place = f"{declared.file}:{declared.line}"
    path, match = (route.path, route.match) if route is not None else ("/*", Match.WILDCARD)
    auth, evidence, strength = declared.auth, declared.evidence, Strength.NONE
    checked = declared.validation
    file, line, name = declared.file, declared.line, declared.handler
    if handler is not None:
        scope, function = handler
        file, line, name = scope.path, function.line, function.name
        if routed and auth is not Auth.YES:
            auth, evidence = Auth.UNKNOWN, f"{evidence}; the code behind it does not answer this route"
        elif auth is not Auth.YES:
            inner = guards.in_statements(function.body, scope)
            by_decorator = next((d for x in function.decorators if (d := guards.decorator(x, scope)) is not None), None)
            inner = by_decorator if by_decorator is not None and by_decorator.verified else inner
            if (
                inner is not None
                and inner.verified
                and not issues_tokens(declared.path, function.name, declared.method)
            ):
                auth, evidence, strength = Auth.YES, f"{Strength.HANDLER}: {inner}", Strength.HANDLER
        if not checked and declared.method not in {"GET", "HEAD"}:
            checked = validation.evidence(function.body, scope, guards.program)
    elif auth is Auth.NO and not declared.by_itself:
        auth, evidence = Auth.UNKNOWN, f"{evidence}; the handler is not visible in this repository"
    if auth is Auth.YES and strength is Strength.NONE:
        strength, evidence = Strength.GATEWAY, f"{Strength.GATEWAY}: {evidence} ({place})"
    elif auth is not Auth.YES:
        evidence = f"{evidence} ({place})"
    if declared.method in {"GET", "HEAD"}:
        checked = checked or validation.NO_BODY
    return Endpoint(
        declared.method, path, match, auth, evidence, checked or validation.NONE, name, file, line,
        backend=file, strength=strength, declared=place, framework="lambda",
    )  # fmt: skip

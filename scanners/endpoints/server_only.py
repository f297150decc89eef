"""Script files that only a back end uses: what they request is no call of a front end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from auditor.model.pattern import lazy
from scanners.routing.entries import takes_event
from scanners.syntax import tree as t
from scanners.syntax.program import Program, Scope

_BACK = lazy(r"(?i)^(?:.*?/)?(?:back-?end|server|lambdas?|api-?server|rest-?api)/")
_SERVED = lazy(r"(?i)(^|/)(public|static|client|views|www|front-?end|assets|components|pages|templates)/")
_SHOWN = (".jsx", ".tsx", ".vue", ".svelte")
_ENTRIES = ("handler", "lambdaHandler", "lambda_handler")
Imports = Mapping[str, frozenset[str]]


def server_only(program: Program, servers: Iterable[str]) -> frozenset[str]:
    """`servers` (files with endpoints), entries of Lambda functions, and what nothing else reaches.

    What a page or an unrelated script imports as well is shared, and stays.
    """
    scopes = {path: s for path, s in program.scopes.items() if s.module.language == "javascript"}
    own = {path for path in servers if path in scopes} | {path for path, s in scopes.items() if _is_lambda(s)}
    if not own:
        return frozenset()
    imports = {path: _imports(program, scope) for path, scope in scopes.items()}
    importers: dict[str, set[str]] = {}
    for path, targets in imports.items():
        for target in targets:
            importers.setdefault(target, set()).add(path)
    above = _reached(own, {path: frozenset(found) for path, found in importers.items()})
    behind = _reached(own, imports)
    beside = _beside(own, scopes)
    front = _reached(set(scopes) - above - behind - beside, imports)
    return frozenset(own | ((above | behind | beside) - front))


def _beside(own: set[str], paths: Iterable[str]) -> set[str]:
    """Scripts in the folder of a back end, `backend/check-uploads.js`: tools of its developers, unless it serves them."""
    folders = {match.group(0) for path in own if (match := _BACK.match(path)) is not None}
    inside = {f: [p for p in paths if p.startswith(f) and not _SERVED.search(p[len(f) :])] for f in folders}
    return {p for found in inside.values() if not any(p.endswith(_SHOWN) for p in found) for p in found}


def _is_lambda(scope: Scope) -> bool:
    entry = next((node for name in _ENTRIES if (node := scope.exports.get(name)) is not None), None)
    if isinstance(entry, t.Name):
        entry = scope.names.get(entry.id)
    return isinstance(entry, t.Function) and takes_event(entry)


def _imports(program: Program, scope: Scope) -> frozenset[str]:
    found = [program.module(scope.path, module) for module in {n.module for n in scope.all_of(t.Import)}]
    return frozenset(other.path for other in found if other is not None)


def _reached(start: set[str], edges: Imports) -> set[str]:
    found = set(start)
    waiting = list(start)
    while waiting:
        for path in edges.get(waiting.pop(), ()):
            if path not in found:
                found.add(path)
                waiting.append(path)
    return found

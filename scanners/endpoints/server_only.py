"""Script files that only a back end uses: what they request is no call of a front end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from scanners.routing.entries import takes_event
from scanners.syntax import tree as t
from scanners.syntax.program import Program, Scope

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
    front = _reached(set(scopes) - above - behind, imports)
    return frozenset(own | ((above | behind) - front))


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

"""Routers that no application takes: their routes are written down and never served."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence

from auditor.model.pattern import lazy
from scanners.endpoints.applications import Application
from scanners.routing.shapes import called
from scanners.syntax import tree as t
from scanners.syntax.program import Program, Scope

_FOUND_AT_RUN_TIME = lazy(
    r"(?i)(^|\.)(readdir(sync)?|glob(sync)?|import_module|walk_packages|iter_modules|find_modules|import_string|__import__|"
    r"import_submodules|auto_?load\w*|load_?(routes|controllers|modules)\w*|listdir|iterdir|require_?all|include_?all)$"
)
_GATHERS = ("/__init__.py", "/index.js", "/index.ts", "/index.mjs", "/index.cjs", "/index.tsx")
"""Files that import in order to pass on."""


def unmounted(program: Program, apps: Iterable[Application]) -> frozenset[int]:
    """Identities of routers that no file takes, beside others that are mounted.

    Only where nothing is found at run time: a router of an unused file, or one that is imported and never used.
    """
    known = tuple(apps)
    parts = [app for app in known if app.is_part and not app.mounts]
    if not parts:
        return frozenset()
    language = parts[0].scope.module.language
    scopes = [s for s in program.scopes.values() if s.module.language == language]
    mounted = [app.scope.path for app in known if app.mounts]
    if not mounted or any(_loads(scope) for scope in scopes):
        return frozenset()
    used = _used(program, scopes, frozenset(app.scope.path for app in known))
    return frozenset(
        id(app) for app in parts
        if app.scope.path not in used and any(path.startswith(_around(app.scope.path)) for path in mounted)
        and not any(other.scope is app.scope and (other.mounts or not other.is_part) for other in known)
    )  # fmt: skip


def _around(path: str) -> str:
    """The folder in which a router's neighbours are."""
    folder = posixpath.dirname(path)
    return (posixpath.dirname(folder) or folder) + "/" if folder else ""


def _loads(scope: Scope) -> bool:
    """Whether a file finds others by a computed name."""
    for node in scope.all_of(t.Call):
        name = called(node)
        if _FOUND_AT_RUN_TIME.search(name):
            return True
        if name in {"require", "import"} and node.args and t.text_of(node.args[0]) is None:
            return True
    return False


def _used(program: Program, scopes: Sequence[Scope], routing: frozenset[str]) -> frozenset[str]:
    """Files of which some other file uses what it imports."""
    found: set[str] = set()
    for scope in scopes:
        gathers = f"/{scope.path}".endswith(_GATHERS) and scope.path not in routing
        names = {n.id for n in scope.all_of(t.Name)}
        for node in scope.all_of(t.Import):
            taken = [name for name, alias in node.names if gathers or alias in names or alias in {"", "*"}]
            if not taken and node.names:
                continue
            modules = [node.module]
            if scope.module.language == "python":
                dot = "" if node.module.endswith(".") else "."
                modules += [f"{node.module}{dot}{name}" for name in taken if name not in {"", "*"}]
            for module in modules:
                target = program.module(scope.path, module)
                if target is not None and target is not scope:
                    found.add(target.path)
    return frozenset(found)

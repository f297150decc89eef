"""Apps Script projects of a repository: their files, their manifest, one space of names."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from auditor.model.pattern import lazy
from scanners.apps_script.together import joined
from scanners.routing.route import spell
from scanners.syntax import tree as t
from scanners.syntax.program import Found, Program, Scope

_ENTRY = lazy(
    rb"\bfunction\s+do(?:Get|Post)\s*\(|\b(?:const|let|var)\s+do(?:Get|Post)\s*=|\bglobal(?:This)?\.do(?:Get|Post)\s*="
    rb"|(?m:^)function\s+on(?:Open|Edit|FormSubmit|Install)\s*\(|\bScriptApp\.newTrigger\s*\("
)
_SERVICES = lazy(
    rb"\b(SpreadsheetApp|ContentService|HtmlService|DriveApp|MailApp|GmailApp|PropertiesService|CalendarApp|UrlFetchApp|"
    rb"ScriptApp|LockService|CacheService|FormApp|DocumentApp|SlidesApp|Utilities\.(?:formatDate|computeDigest))\b"
)

_STARTS = (b"doGet", b"doPost", b"onOpen", b"onEdit", b"onFormSubmit", b"onInstall", b"newTrigger")
_GOOGLES = (
    b"SpreadsheetApp", b"ContentService", b"HtmlService", b"DriveApp", b"MailApp", b"GmailApp", b"PropertiesService", b"CalendarApp",
    b"UrlFetchApp", b"ScriptApp", b"LockService", b"CacheService", b"FormApp", b"DocumentApp", b"SlidesApp", b"Utilities.",
)  # fmt: skip
"""Parts of every match of the two: looked for first, since nearly no script of other projects holds one."""


_GLOBALS = frozenset("global globalThis exports module.exports self window g".split())


@dataclass(frozen=True, slots=True)
class Manifest:
    """`appsscript.json`, as far as it says who may run what."""

    path: str = ""
    """Empty: the repository has none."""
    access: str = ""
    """`ANYONE_ANONYMOUS`, `ANYONE`, `DOMAIN`, `MYSELF`; empty: not said."""
    execute_as: str = ""
    """`USER_DEPLOYING` or `USER_ACCESSING`; empty: not said."""
    api_access: str = ""
    """Who may run functions through the execution API."""
    scopes: tuple[str, ...] | None = None
    """None: not declared, Google works them out."""
    broken: bool = False
    lines: Mapping[str, int] = field(default_factory=dict)

    def line(self, key: str) -> int:
        """Where a key stands."""
        return self.lines.get(key, 1)


@dataclass(slots=True)
class Project:
    """One project."""

    root: str
    """Folder in the repository; empty: the repository itself."""
    manifest: Manifest
    program: GlobalProgram
    pages: dict[str, bytes] = field(default_factory=dict)
    clasp: str = ""
    """Path of its `.clasp.json`."""
    clasp_content: bytes = b""

    def function(self, name: str) -> Found | None:
        """A global function."""
        found = self.program.anywhere(name)
        if isinstance(found, Found) and isinstance(found.node, t.Function):
            return found
        return next(self.entries(name), None) if name in {"doGet", "doPost"} else None

    def entries(self, name: str) -> Iterator[Found]:
        """Every definition of `doGet` or `doPost`: scripts that are kept side by side each have their own."""
        seen: set[int] = set()
        for scope in self.program.scopes.values():
            if scope.path in self.pages:
                continue
            named = self.program.resolve(scope, name) if name in scope.names else self._hung_on_global(scope, name)
            if isinstance(named, Found) and isinstance(named.node, t.Function) and id(named.node) not in seen:
                seen.add(id(named.node))
                yield named

    def _hung_on_global(self, scope: Scope, name: str) -> Found | Scope | None:
        """`global.doPost = (e) => ...`, as bundled projects write it."""
        for node in scope.all_of(t.Bind):
            if isinstance(node.target, t.Attr) and node.target.name == name and t.dotted(node.target.base) in _GLOBALS:
                if isinstance(node.value, t.Function):
                    return Found(scope, replace(node.value, name=name))
                if isinstance(node.value, t.Name):
                    return self.program.resolve(scope, node.value.id)
        return None

    def functions(self) -> Iterator[tuple[Scope, t.Function]]:
        """All global functions."""
        for scope in self.program.scopes.values():
            for node in scope.names.values():
                if isinstance(node, t.Function) and scope.path not in self.pages:
                    yield scope, node

    def walk(self) -> Iterator[tuple[Scope, t.Node]]:
        """Every node of the server side."""
        for scope in self.program.scopes.values():
            if scope.path not in self.pages:
                for node in scope.nodes:
                    yield scope, node


class GlobalProgram(Program):
    """Apps Script has no modules: what one file defines, every file sees."""

    def resolve(self, scope: Scope, name: str, depth: int = 0) -> Found | Scope | None:
        """The meaning in the file itself, else in any other."""
        return super().resolve(scope, name, depth) or (self.anywhere(name) if depth == 0 else None)

    def anywhere(self, name: str) -> Found | Scope | None:
        """The first file's meaning of a global name."""
        for scope in self.scopes.values():
            if name in scope.names:
                return super().resolve(scope, name)
        return None


def read_manifest(path: str, content: bytes) -> Manifest:
    """The manifest; a broken one says so."""
    lines: dict[str, int] = {}
    for number, line in enumerate(content.decode(errors="replace").splitlines(), 1):
        for key in re.findall(r'"(\w+)"\s*:', line):
            lines.setdefault(key, number)
    try:
        document = json.loads(_plain(content.decode("utf-8-sig")))
    except (ValueError, RecursionError):
        return Manifest(path, broken=True, lines=lines)
    if not isinstance(document, dict):
        return Manifest(path, broken=True, lines=lines)
    webapp: dict[str, Any] = document["webapp"] if isinstance(document.get("webapp"), dict) else {}
    api: dict[str, Any] = document["executionApi"] if isinstance(document.get("executionApi"), dict) else {}
    scopes = document.get("oauthScopes")
    return Manifest(
        path,
        str(webapp.get("access", "")).upper(),
        str(webapp.get("executeAs", "")).upper(),
        str(api.get("access", "")).upper(),
        tuple(str(s) for s in scopes) if isinstance(scopes, list) else None,
        lines=lines,
    )


_BROWSER = lazy(
    rb"\bdocument\s*\.\s*(?:getElement|querySelector|addEventListener|createElement|body|cookie)|\bwindow\s*\.\s*\w|\blocalStorage\b"
    rb"|\bnavigator\s*\.\s*\w|\bself\.addEventListener"
)
_NODE = lazy(rb"(?m)\brequire\(\s*['\"]|\bmodule\.exports\b|\bprocess\.env\b|^\s*import\s[^\n]*\bfrom\b|^export\s")


def runs_elsewhere(path: str, content: bytes, *, declared: bool) -> bool:
    """Whether a script is one of a page or of Node that lies beside a project; `.gs` files never are.

    A project with a manifest may be written in modules and put together by a bundler.
    """
    if path.lower().endswith(".gs") or uses_services(content):
        return False
    return bool(_BROWSER.search(content)) or (not declared and bool(_NODE.search(content)))


def uses_services(content: bytes) -> bool:
    """Whether a script uses what only Apps Script has."""
    return any(part in content for part in _GOOGLES) and _SERVICES.search(content) is not None


def is_started(content: bytes) -> bool:
    """Whether a script has a function that Google starts, or asks for one to be started."""
    return any(part in content for part in _STARTS) and _ENTRY.search(content) is not None


def _plain(text: str) -> str:
    """JSON without whole lines of comment and without commas before a closing bracket."""
    return re.sub(r",(\s*[}\]])", r"\1", re.sub(r"(?m)^\s*//.*$", "", text))


def clasp_home(path: str, content: bytes, scripts: Iterable[str], manifests: Iterable[str]) -> str:
    """Folder of the project that a `.clasp.json` is for: its `rootDir`, where the project lies there."""
    folder = posixpath.dirname(path)
    try:
        document = json.loads(content.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return folder
    given = str(document.get("rootDir") or "") if isinstance(document, dict) else ""
    root = posixpath.normpath(posixpath.join(folder, given))
    if not given or root == "." or root.startswith(("/", "..")) or "\\" in given or ":" in given:
        return folder
    inside = f"{folder}/" if folder else ""
    if f"{root}/appsscript.json" in manifests:
        return root
    elsewhere = any(m.startswith(inside) for m in manifests)
    return root if not elsewhere and any(s.startswith(f"{root}/") for s in scripts) else folder


def without_packages(
    scripts: Mapping[str, bytes], packages: Iterable[str], manifests: Iterable[str]
) -> dict[str, bytes]:
    """Scripts that belong to no package of Node below a project: `functions/package.json` beside the project's manifest.

    `packages`: paths of `package.json`. A package whose folder holds, or lies around, a manifest is the project's own;
    a script that Google starts and that uses its services is none of Node's wherever it lies.
    """
    homes = {posixpath.dirname(path) for path in manifests}
    around = {above for home in homes for above in _upwards(home)}
    other = {folder for path in packages if (folder := posixpath.dirname(path)) and folder not in around}
    return {
        path: body
        for path, body in scripts.items()
        if path.endswith(".gs")
        or (is_started(body) and uses_services(body))
        or not other.intersection(_upwards(posixpath.dirname(path), homes))
    }


def _upwards(folder: str, until: Iterable[str] = ()) -> Iterator[str]:
    """The folder and those above it, up to the first of `until`."""
    while True:
        yield folder
        if not folder or folder in until:
            return
        folder = posixpath.dirname(folder)


def roots(scripts: Mapping[str, bytes], manifests: Iterable[str], clasps: Iterable[str]) -> dict[str, str]:
    """Project folder of each script; scripts of no project are left out. `clasps`: folders that a `.clasp.json` is for.

    A folder with a manifest or `.clasp.json` is a project; without one, a folder with `.gs` files, or with scripts that
    answer requests or use Apps Script's services, together with the folders whose code it calls or that call its own.
    """
    declared = {posixpath.dirname(path) for path in manifests} | set(clasps)
    found: dict[str, str] = {}
    for path, content in scripts.items():
        folder = posixpath.dirname(path)
        home = _nearest(folder, declared)
        if home is not None:
            if not runs_elsewhere(path, content, declared=True):
                found[path] = home
        elif (path.lower().endswith(".gs") or is_started(content)) and (
            path.lower().endswith(".gs") or uses_services(content)
        ):
            found[path] = folder
    apart = {path: home for path, home in found.items() if home not in declared}
    if apart:
        homes = set(apart.values())
        strays = {
            path: posixpath.dirname(path)
            for path, content in scripts.items()
            if path not in found
            and _nearest(posixpath.dirname(path), declared | homes) is None
            and uses_services(content)
        }
        together = joined(scripts, apart | strays)
        kept = {together[path] for path in apart}
        found |= {path: home for path, home in together.items() if home in kept}
    loose = {home for home in found.values() if home not in declared}
    for path, content in scripts.items():
        home = _nearest(posixpath.dirname(path), loose)
        if path not in found and home is not None and not runs_elsewhere(path, content, declared=False):
            found[path] = home
    return found


def _nearest(folder: str, declared: set[str]) -> str | None:
    while True:
        if folder in declared:
            return folder
        if not folder:
            return None
        folder = posixpath.dirname(folder)


def action_path(action: str) -> str:
    """How an action is written as a path."""
    return f"/?action={action}" if action else spell("/")

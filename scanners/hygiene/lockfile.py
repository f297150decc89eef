"""Manifests whose dependencies no lock file holds still."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from posixpath import dirname

from scanners.hygiene.tree import Tree, is_test

_LOCKS: Mapping[str, tuple[str, ...]] = {
    "package.json": (
        "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb",
        "rush.json", "deno.lock",
    ),
    "Pipfile": ("Pipfile.lock",),
    "pyproject.toml": ("poetry.lock", "uv.lock", "pdm.lock", "pylock.toml", "Pipfile.lock", "requirements.lock"),
    "requirements.txt": ("poetry.lock", "uv.lock", "pdm.lock", "pylock.toml", "Pipfile.lock", "requirements.lock"),
    "composer.json": ("composer.lock",),
    "Gemfile": ("Gemfile.lock", "gems.locked"),
    "Cargo.toml": ("Cargo.lock",),
    "go.mod": ("go.sum",),
    "mix.exs": ("mix.lock",),
    "pubspec.yaml": ("pubspec.lock",),
    "Podfile": ("Podfile.lock",),
}  # fmt: skip
MANIFESTS = tuple(_LOCKS)
_BESIDE = frozenset({"composer.json", "Gemfile", "Pipfile", "go.mod", "mix.exs", "Podfile"})
"""Their tools know no lock file of a folder above."""


def unlocked(tree: Tree, read: Callable[[str], bytes]) -> tuple[str, ...]:
    """Manifests that name dependencies without a lock file beside or above them, in path order.

    A package that is published for others to build on is left out: its lock file binds nobody. So are manifests among
    tests and examples.
    """
    there = tree.paths()
    found = []
    for entry in tree.named(*_LOCKS):
        name = entry.path.rsplit("/", 1)[-1]
        if is_test(entry.path) or re.search(r"(?:^|/)(?:examples?|samples?|templates?|demos?)/", entry.path):
            continue
        beside = name in _BESIDE or (name == "package.json" and not _is_workspace(dirname(entry.path), there, read))
        if not _locked(dirname(entry.path), _LOCKS[name], there, beside=beside) and _needs_lock(
            name, read(entry.path), entry.path, there
        ):
            found.append(entry.path)
    return tuple(found)


_WORKSPACE_FILES = ("pnpm-workspace.yaml", "lerna.json", "nx.json", "rush.json", "turbo.json")


def _is_workspace(folder: str, there: frozenset[str], read: Callable[[str], bytes]) -> bool:
    """Whether a folder above manages the packages below it, so that its lock file is theirs as well."""
    while folder:
        folder = dirname(folder)
        prefix = f"{folder}/" if folder else ""
        if any(prefix + name in there for name in _WORKSPACE_FILES):
            return True
        if prefix + "package.json" in there and b'"workspaces"' in read(prefix + "package.json"):
            return True
    return False


def _locked(folder: str, locks: tuple[str, ...], there: frozenset[str], *, beside: bool) -> bool:
    """Whether a lock file lies in the folder or, unless only `beside` counts, above it."""
    while True:
        if any(f"{folder}/{lock}".lstrip("/") in there for lock in locks):
            return True
        if not folder or beside:
            return False
        folder = dirname(folder)


def _needs_lock(name: str, content: bytes, path: str, there: frozenset[str]) -> bool:
    text = content.decode(errors="replace")
    match name:
        case "package.json":
            return _node_application(text)
        case "requirements.txt":
            return _has_loose_requirement(text)
        case "pyproject.toml":
            return _python_application(text, dirname(path), there)
        case "composer.json":
            manifest = _json(text)
            kind = manifest.get("type") or (
                "library" if manifest.get("name") and manifest.get("autoload") else "project"
            )
            return kind == "project" and any(
                not key.startswith(("php", "ext-", "lib-")) for key in _mapping(manifest, "require")
            )
        case "Cargo.toml":
            return "[dependencies]" in text and f"{dirname(path)}/src/main.rs".lstrip("/") in there
        case "go.mod":
            return bool(re.search(r"(?m)^\s*(?:require\s+)?[\w.-]+\.[a-z]+/\S+ v\d", text))
        case "Gemfile":
            return bool(re.search(r"(?m)^\s*gem ", text)) and not re.search(r"(?m)^\s*gemspec\b", text)
        case "Pipfile":
            return bool(re.search(r"(?m)^\[(?:dev-)?packages\]\s*\n\s*[\w\"-]+\s*=", text))
        case "mix.exs":
            return bool(re.search(r"\{:\w+,\s*\"", text)) and "package:" not in text
        case "Podfile":
            return bool(re.search(r"(?m)^\s*pod\s+['\"]", text))
        case "pubspec.yaml":
            return "dependencies:" in text and f"{dirname(path)}/lib/main.dart".lstrip("/") in there
        case _:
            return False


def _json(text: str) -> Mapping[str, object]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _mapping(document: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = document.get(key)
    return value if isinstance(value, dict) else {}


def _node_application(text: str) -> bool:
    manifest = _json(text)
    if not any(_mapping(manifest, key) for key in ("dependencies", "devDependencies", "optionalDependencies")):
        return False
    published = bool(manifest.get("name")) and any(
        manifest.get(key) for key in ("exports", "module", "types", "typings", "files", "publishConfig", "bin")
    )
    return bool(manifest.get("private")) or not published


def _has_loose_requirement(text: str) -> bool:
    for raw in text.splitlines():
        line = raw.split(" #")[0].strip().rstrip("\\").strip()
        if not line or line.startswith(("#", "-", ".", "/")) or "--hash" in line:
            continue
        if "==" not in line and "===" not in line and " @ " not in line and "://" not in line:
            return True
    return False


def _python_application(text: str, folder: str, there: frozenset[str]) -> bool:
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return False
    project, tool = _mapping(document, "project"), _mapping(document, "tool")
    poetry = _mapping(tool, "poetry")
    declared = project.get("dependencies")
    dependencies = len(declared) if isinstance(declared, list) else 0
    dependencies += len(set(_mapping(poetry, "dependencies")) - {"python"})
    if not dependencies or f"{folder}/requirements.txt".lstrip("/") in there:
        return False
    # What builds a distribution with classifiers is published for others.
    return not (project.get("classifiers") or poetry.get("classifiers"))

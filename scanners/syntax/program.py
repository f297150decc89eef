"""The files of a repository as one program: names are followed across imports, nothing is run."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from scanners.syntax import tree as t

_N = TypeVar("_N", bound=t.Node)
Definition = t.Node
"""A `Function`, a `Class`, or the value a name is bound to."""


@dataclass(frozen=True, slots=True)
class Found:
    """A definition with the module that it stands in."""

    module: Scope
    node: Definition


@dataclass(slots=True)
class Scope:
    """One module: what its top-level names mean."""

    module: t.Module
    names: dict[str, t.Node] = field(default_factory=dict)
    imports: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Alias to (module as written, name in it)."""
    stars: list[str] = field(default_factory=list)
    exports: dict[str, t.Node] = field(default_factory=dict)
    _nodes: tuple[t.Node, ...] | None = None
    _by_kind: dict[tuple[type[t.Node], ...], tuple[Any, ...]] = field(default_factory=dict)

    @property
    def nodes(self) -> tuple[t.Node, ...]:
        """Every node of the module in the order of the source, listed once."""
        if self._nodes is None:
            self._nodes = t.everything(self.module.body)
        return self._nodes

    def all_of(self, *kinds: type[_N]) -> tuple[_N, ...]:
        """The nodes of some kinds, in the order of the source: most questions are about one in ten of all nodes."""
        if not self._by_kind:
            found: dict[type[t.Node], list[t.Node]] = {}
            for node in self.nodes:
                found.setdefault(type(node), []).append(node)
            self._by_kind = {(kind,): tuple(nodes) for kind, nodes in found.items()}
        if len(kinds) > 1 and kinds not in self._by_kind:
            self._by_kind[kinds] = tuple([node for node in self.nodes if type(node) in kinds])
        return self._by_kind.get(kinds, ())

    @property
    def path(self) -> str:
        """File of the module."""
        return self.module.path


class Program:
    """Modules by path, and how names travel between them."""

    def __init__(self, modules: Iterable[t.Module]) -> None:
        self.scopes: dict[str, Scope] = {m.path: _scope(m) for m in modules}
        self._by_tail: dict[str, list[str]] = {}
        for path in self.scopes:
            stem = path.rsplit(".", 1)[0]
            stem = stem.removesuffix("/__init__").removesuffix("/index")
            self._by_tail.setdefault(stem.rsplit("/", 1)[-1], []).append(path)

    def resolve(self, scope: Scope, name: str, depth: int = 0) -> Found | Scope | None:
        """What a top-level name means: a definition, a module of ours, or None."""
        if depth > 8:
            return None
        node = scope.names.get(name)
        if node is not None:
            if isinstance(node, t.Name) and node.id != name:
                return self.resolve(scope, node.id, depth + 1) or Found(scope, node)
            return Found(scope, node)
        if name in scope.imports:
            module, original = scope.imports[name]
            return self._imported(scope, module, original, depth)
        for module in scope.stars:
            other = self.module(scope.path, module)
            found = self.resolve(other, name, depth + 1) if other is not None else None
            if found is not None:
                return found
        return None

    def _imported(self, scope: Scope, module: str, original: str, depth: int) -> Found | Scope | None:
        target = self.module(scope.path, module)
        if target is None:
            inner = self.module(scope.path, _below(module, original)) if scope.module.language == "python" else None
            return inner if original else None
        if original in {"", "*"} or (original == "default" and "default" not in target.exports):
            single = target.exports.get("")
            if single is None or original == "*" or isinstance(single, t.Table):
                return target
            if isinstance(single, t.Name):
                return self.resolve(target, single.id, depth + 1) or Found(target, single)
            return Found(target, single)
        return (
            self.member(target, original, depth + 1)
            or (self.module(scope.path, _below(module, original)) if scope.module.language == "python" else None)
        )  # fmt: skip

    def member(self, scope: Scope, name: str, depth: int = 0) -> Found | Scope | None:
        """What `module.name` means from outside."""
        exported = scope.exports.get(name)
        if exported is not None:
            if isinstance(exported, t.Name):
                return self.resolve(scope, exported.id, depth + 1) or Found(scope, exported)
            return Found(scope, exported)
        whole = scope.exports.get("")
        if isinstance(whole, t.Table):
            value = whole.get(name)
            if isinstance(value, t.Name):
                return self.resolve(scope, value.id, depth + 1)
            if value is not None:
                return Found(scope, value)
        return self.resolve(scope, name, depth)

    def module(self, importer: str, written: str) -> Scope | None:
        """The module of ours that an import means; None for a library."""
        if not written:
            return None
        if self.scopes[importer].module.language == "python":
            return self._python_module(importer, written)
        return self._script_module(importer, written)

    def _script_module(self, importer: str, written: str) -> Scope | None:
        if written.startswith("."):
            base = posixpath.normpath(posixpath.join(posixpath.dirname(importer), written))
        elif written.startswith(("@", "~", "#", "src/", "/opt/nodejs/")):  # aliases of tsconfig and bundlers
            wanted = re.sub(r"^(?:[@~#]/?|/opt/nodejs/)", "", written)
            alias = "/" in wanted or written[1:2] == "/" or (written[:1] == "@" and wanted.isalpha())  # `@functions`
            return self._unique_tail(wanted, importer) if alias else None
        else:
            return None
        stem = base[:-3] if base.endswith((".js", ".ts")) else base
        for candidate in (base, *(f"{stem}{end}" for end in _ENDINGS)):
            if candidate in self.scopes:
                return self.scopes[candidate]
        return None

    def _python_module(self, importer: str, written: str) -> Scope | None:
        folder = posixpath.dirname(importer)
        if written.startswith("."):
            dots = len(written) - len(written.lstrip("."))
            for _ in range(dots - 1):
                folder = posixpath.dirname(folder)
            parts = [p for p in (folder, written.lstrip(".").replace(".", "/")) if p]
            return self._python_file("/".join(parts))
        wanted = written.replace(".", "/")
        while True:
            found = self._python_file(f"{folder}/{wanted}" if folder else wanted)
            if found is not None:
                return found
            if not folder:
                return self._unique_tail(wanted, importer)
            folder = posixpath.dirname(folder)

    def _python_file(self, stem: str) -> Scope | None:
        return self.scopes.get(f"{stem}.py") or self.scopes.get(f"{stem}/__init__.py")

    def _unique_tail(self, wanted: str, importer: str) -> Scope | None:
        """The file whose path ends in `wanted`: the one nearest to the importer, None when there is none."""
        within = wanted.endswith("/index")
        wanted = wanted.removesuffix("/index")
        candidates = [
            path
            for path in self._by_tail.get(wanted.rsplit("/", 1)[-1].rsplit(".", 1)[0], ())
            if (not within or "/index." in path)
            and f"/{path.rsplit('.', 1)[0].removesuffix('/__init__').removesuffix('/index')}".endswith(f"/{wanted}")
        ]
        if not candidates or ("/" not in wanted and len(candidates) > 3):
            return None
        best = max(candidates, key=lambda path: (len(posixpath.commonprefix([path, importer])), -len(path)))
        return self.scopes[best] if best != importer else None


def _below(module: str, name: str) -> str:
    """`from . import views` means `.views`, `from app import views` means `app.views`."""
    return f"{module}{name}" if module.endswith(".") else f"{module}.{name}"


_ENDINGS = (
    ".js", ".ts", ".mjs", ".cjs", ".jsx", ".tsx", "/index.js", "/index.ts", "/index.mjs", "/index.tsx", "/index.jsx",
)  # fmt: skip


def _scope(module: t.Module) -> Scope:
    scope = Scope(module)
    for node in _top(module.body):
        if isinstance(node, (t.Function, t.Class)) and node.name:
            scope.names[node.name] = node
        elif isinstance(node, t.Import):
            for name, alias in node.names:
                if name == "*":
                    scope.stars.append(node.module)
                else:
                    scope.imports[alias] = (node.module, name)
        elif isinstance(node, t.Bind):
            _bind(scope, node)
    for node in scope.all_of(t.Import) if module.language == "python" else ():
        for name, alias in node.names:  # within a function, against circular imports: `create_app` of Flask
            if name != "*":
                scope.imports.setdefault(alias, (node.module, name))
    return scope


def _bind(scope: Scope, node: t.Bind) -> None:
    target, value = node.target, node.value
    if isinstance(target, t.Name):
        previous = scope.names.get(target.id)
        if previous is None or not (isinstance(value, t.Const) and value.value is None):
            scope.names.setdefault(target.id, value)
    elif isinstance(target, t.Attr):
        base = t.dotted(target.base)
        if base in {"exports", "module.exports"}:
            scope.exports[target.name] = value
        elif base == "module" and target.name == "exports":
            scope.exports[""] = value
    elif isinstance(target, t.Table):
        for key, inner in target.pairs:
            if isinstance(key, t.Const) and isinstance(inner, t.Name):
                scope.names.setdefault(inner.id, t.Attr(node.line, value, str(key.value)))
    elif isinstance(target, t.Items) and isinstance(value, t.Items) and len(target.items) == len(value.items):
        for left, right in zip(target.items, value.items, strict=True):
            if isinstance(left, t.Name):
                scope.names.setdefault(left.id, right)


def _top(body: tuple[t.Node, ...]) -> Iterable[t.Node]:
    """Top-level statements, those under `if` and `try` included."""
    for node in body:
        if isinstance(node, t.If):
            yield from _top(node.body)
            yield from _top(node.orelse)
        elif isinstance(node, t.Try):
            yield from _top(node.body)
            for handler in node.handlers:
                yield from _top(handler.body)
        elif isinstance(node, t.Block):
            yield from _top(node.items)
            yield from _top(node.body)
        elif isinstance(node, t.Bind) and isinstance(node.value, t.Bind):
            yield node
            yield from _top((node.value,))
        else:
            yield node


def constants(scope: Scope) -> Mapping[str, str]:
    """Top-level names that are literal strings."""
    return {
        name: node.value
        for name, node in scope.names.items()
        if isinstance(node, t.Const) and isinstance(node.value, str)
    }

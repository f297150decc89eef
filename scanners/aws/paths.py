"""Which fields an expression reads: checked against the collector's schema, so that a typo is an error at load.

The same paths give the resource its missing parts (AWS leaves out what is not set), the evidence of a result, and the
calls that a check depends on.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from auditor.errors import RuleError

Path = tuple[str, ...]
"""Names from the resource down; `[]` is an element of a list or map."""

_TOKEN = re.compile(
    r"""\s+|//[^\n]*|(?P<string>[rRbB]{0,2}(?:'''.*?'''|\"\"\".*?\"\"\"|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"))"""
    r"""|(?P<number>\d[\w.]*)|(?P<name>[A-Za-z_]\w*)|(?P<sign>&&|\|\||[=!<>]=|[-+*/%<>!?:,.()\[\]{}])""",
    re.DOTALL,
)
_MACROS = frozenset({"exists", "all", "exists_one", "filter", "map"})
_CLOSING = frozenset({")", "]", "}", ",", ""})
_CONSTANTS = frozenset({"true", "false", "null", "in"})
ANY = "any"


@dataclass(frozen=True, slots=True)
class _Place:
    """A path with the shape that the schema gives it; `path` None: not part of the resource."""

    path: Path | None
    shape: Any = ANY


@dataclass(slots=True)
class _Reader:
    """Walks the tokens of one expression; precedence does not matter for what is read."""

    tokens: list[tuple[str, str]]
    at: int = 0
    read: set[Path] = field(default_factory=set)

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def take(self) -> tuple[str, str]:
        token = self.peek()
        self.at += 1
        return token

    def expression(self, scope: Mapping[str, _Place]) -> _Place:
        """Operands up to a closing sign; the place of a lone operand, else no place."""
        places = []
        while self.peek()[1] not in _CLOSING or self.peek()[0] == "string":
            if self.peek()[0] == "end":
                break
            kind, text = self.peek()
            if kind == "sign" and text not in {"(", "[", "{"}:
                self.take()
                places.append(_Place(None))
                continue
            places.append(self.operand(scope))
        return places[0] if len(places) == 1 else _Place(None)

    def operand(self, scope: Mapping[str, _Place]) -> _Place:
        kind, text = self.take()
        place = _Place(None)
        if kind == "name" and text not in _CONSTANTS:
            if self.peek()[1] == "(":
                self.arguments(scope)
            else:
                place = scope.get(text, _Place(None))
        elif kind == "sign" and text in {"(", "[", "{"}:
            self.at -= 1
            inner = self.arguments(scope)
            place = inner if text == "(" else place
        return self.postfix(place, scope)

    def arguments(self, scope: Mapping[str, _Place]) -> _Place:
        """Everything in one pair of brackets."""
        self.take()
        place = _Place(None)
        while self.peek()[0] != "end":
            place = self.expression(scope)
            if self.take()[1] != ",":
                break
        return place

    def postfix(self, place: _Place, scope: Mapping[str, _Place]) -> _Place:
        while self.peek()[0] == "sign" and self.peek()[1] in {".", "["}:
            if self.take()[1] == "[":
                place = self.index(place, scope)
                continue
            name = self.take()[1]
            place = self.method(name, place, scope) if self.peek()[1] == "(" else _member(place, name)
        if place.path:
            self.read.add(place.path)
        return place

    def index(self, place: _Place, scope: Mapping[str, _Place]) -> _Place:
        kind, text = self.peek()
        literal = text.strip("'\"") if kind == "string" else None
        self.expression(scope)
        self.take()
        if literal is not None and not isinstance(place.shape, list):
            return _member(place, literal)
        return _element(place)

    def method(self, name: str, place: _Place, scope: Mapping[str, _Place]) -> _Place:
        if name not in _MACROS:
            if place.path:
                self.read.add(place.path)
            self.arguments(scope)
            return _Place(None)
        self.take()
        variable = self.take()[1]
        self.take()
        is_map = isinstance(place.shape, dict)
        inner = _Place(None) if is_map else _element(place)
        if place.path:
            self.read.add(place.path if is_map else (*place.path, "[]"))
        self.expression({**scope, variable: inner})
        self.take()
        return place if name == "filter" else _Place(None)


def _member(place: _Place, name: str) -> _Place:
    if place.path is None:
        return place
    path = (*place.path, name)
    if place.shape == ANY:
        return _Place(path, ANY)
    if isinstance(place.shape, dict):
        if name in place.shape:
            return _Place(path, place.shape[name])
        if "*" in place.shape:
            return _Place(path, place.shape["*"])
        near = difflib.get_close_matches(name, place.shape, 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise RuleError(f"the collector writes no field `{spell(path)}`{hint}")
    raise RuleError(f"`{spell(place.path)}` is a {_word(place.shape)}; it has no field {name!r}")


def _element(place: _Place) -> _Place:
    if place.path is None:
        return place
    if isinstance(place.shape, list):
        return _Place((*place.path, "[]"), place.shape[0])
    if isinstance(place.shape, dict):
        return _Place((*place.path, "[]"), place.shape.get("*", ANY))
    if place.shape == ANY:
        return _Place((*place.path, "[]"), ANY)
    raise RuleError(f"`{spell(place.path)}` is a {_word(place.shape)}, not a list")


def _word(shape: Any) -> str:
    return "list" if isinstance(shape, list) else str(shape)


def spell(path: Path) -> str:
    """`A.B[].C`, as people write it."""
    return ".".join(path).replace(".[]", "[]")


def paths_of(expression: str, shape: Mapping[str, Any]) -> frozenset[Path]:
    """Fields of `r` that an expression reads.

    Raises:
        RuleError: the collector writes no such field.
    """
    tokens = []
    at = 0
    while at < len(expression):
        match = _TOKEN.match(expression, at)
        if match is None:
            raise RuleError(f"not valid CEL at {expression[at : at + 20]!r}")
        at = match.end()
        if match.lastgroup:
            tokens.append((match.lastgroup, match.group()))
    reader = _Reader(tokens)
    while reader.peek()[0] != "end":
        reader.expression({"r": _Place((), shape)})
        reader.take()
    return frozenset(reader.read)


@dataclass(frozen=True, slots=True)
class Projection:
    """The part of a resource that a check reads, with what AWS left out filled in."""

    tree: Mapping[str, Any]

    @classmethod
    def of(cls, paths: Iterable[Path]) -> Projection:
        """Tree of the paths; a path that is read as a whole keeps everything below it."""
        tree: dict[str, Any] = {}
        for path in sorted(paths):
            node = tree
            for name in path:
                node = node.setdefault(name, {})
            node[""] = True
        return cls(tree)

    def __call__(self, resource: Mapping[str, Any], shape: Any) -> dict[str, Any]:
        """What the expression sees: absent lists are empty, absent structures too unless they are read as a whole."""
        return {
            name: _filled(resource.get(name), node, _shape_of(shape, name)) for name, node in self.tree.items() if name
        }

    def leaves(self, resource: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        """(`A.B[].C`, value or values) of every path that ends here, for the evidence."""
        yield from _leaves((), self.tree, resource)


def _shape_of(shape: Any, name: str) -> Any:
    if isinstance(shape, dict):
        return shape.get(name, shape.get("*", ANY))
    return ANY


def _filled(value: Any, node: Mapping[str, Any], shape: Any) -> Any:
    below = [name for name in node if name]
    if value is None:
        if isinstance(shape, list) or below == ["[]"]:
            return {} if isinstance(shape, dict) else []
        if not below or "" in node:
            return {} if isinstance(shape, dict) and "*" in shape else None
        return {name: _filled(None, node[name], _shape_of(shape, name)) for name in below}
    if not below:
        return value
    if isinstance(value, list):
        element = shape[0] if isinstance(shape, list) else ANY
        inner = node.get("[]")
        return [_filled(item, inner, element) for item in value] if inner else value
    if isinstance(value, dict):
        if "[]" in node:
            inner = node["[]"]
            return {key: _filled(item, inner, _shape_of(shape, key)) for key, item in value.items()}
        kept = dict(value) if "" in node else {}
        kept.update({name: _filled(value.get(name), node[name], _shape_of(shape, name)) for name in below})
        return kept
    return value


def _leaves(path: Path, node: Mapping[str, Any], value: Any) -> Iterator[tuple[str, Any]]:
    below = [name for name in node if name]
    if path and (not below or value is None):
        yield spell(path), value
        return
    for name in below:
        inner: Any
        if name == "[]":
            items = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
            grouped: dict[str, list[Any]] = {}
            for item in items:
                for key, leaf in _leaves((*path, "[]"), node["[]"], item):
                    grouped.setdefault(key, []).append(leaf)
            yield from grouped.items()
            continue
        inner = value.get(name) if isinstance(value, dict) else None
        yield from _leaves((*path, name), node[name], inner)

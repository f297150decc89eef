"""YAML and JSON documents with the line of every mapping key; nothing is constructed, nothing runs, aliases stay shared.

CloudFormation's short forms (`!Ref`, `!Sub`, `!GetAtt`) become their long ones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

_NODES = 200_000
_ALIASES = 2_000
_INTEGER = re.compile(r"[-+]?\d{1,18}")
_FLOAT = re.compile(r"[-+]?\d{1,18}\.\d{1,18}")
_TRUE, _FALSE, _NULL = frozenset({"true", "yes", "on"}), frozenset({"false", "no", "off"}), frozenset({"", "null", "~"})


class UnreadableError(Exception):
    """The document cannot be read; the message is a short, countable reason."""


@dataclass(slots=True)
class Document:
    """Plain values, and for each key of the two upper levels the line it stands on."""

    value: Any
    lines: dict[tuple[str, ...], int] = field(default_factory=dict)


def read_document(text: str) -> Document:
    """Read one document.

    Raises:
        UnreadableError: a syntax error, too many nodes or aliases, or an alias inside itself.
    """
    import yaml

    try:
        node = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError:
        raise UnreadableError("syntax error") from None
    except RecursionError:
        raise UnreadableError("too deeply nested") from None
    document = Document(None)
    if node is not None:
        try:
            document.value = _Builder(document).build(node, ())
        except RecursionError:
            raise UnreadableError("too deeply nested") from None
    return document


class _Builder:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.made: dict[int, Any] = {}
        self.inside: set[int] = set()
        self.count = 0
        self.again = 0

    def build(self, node: Any, path: tuple[str, ...]) -> Any:
        if id(node) in self.made:
            self.again += 1
            if self.again > _ALIASES:
                raise UnreadableError("too many aliases")
            return self.made[id(node)]
        if id(node) in self.inside:
            raise UnreadableError("alias inside itself")
        self.count += 1
        if self.count > _NODES:
            raise UnreadableError("too large")
        self.inside.add(id(node))
        value = self._tagged(node, self._plain(node, path))
        self.inside.discard(id(node))
        self.made[id(node)] = value
        return value

    def _plain(self, node: Any, path: tuple[str, ...]) -> Any:
        if node.id == "mapping":
            found: dict[str, Any] = {}
            for key, value in node.value:
                name = str(key.value) if key.id == "scalar" else "?"
                here = (*path, name)
                if len(here) <= 2:
                    self.document.lines[here] = key.start_mark.line + 1
                built = self.build(value, here)
                if name == "<<" and isinstance(built, dict):
                    found = built | found
                else:
                    found[name] = built
            return found
        if node.id == "sequence":
            return [self.build(item, (*path, "[]", "")) for item in node.value]
        return _scalar(node)

    @staticmethod
    def _tagged(node: Any, value: Any) -> Any:
        tag = str(node.tag or "")
        if not tag.startswith("!") or tag == "!":
            return value
        name = tag[1:]
        if name == "GetAtt" and isinstance(value, str):
            value = value.split(".", 1)
        return {name if name in {"Ref", "Condition"} else f"Fn::{name}": value}


def _scalar(node: Any) -> Any:
    text = str(node.value)
    if node.style in {"'", '"', "|", ">"} or not str(node.tag).startswith("tag:yaml.org,2002:"):
        return text
    lowered = text.lower()
    if lowered in _NULL:
        return None
    if lowered in _TRUE or lowered in _FALSE:
        return lowered in _TRUE
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text

"""YAML and JSON with the line of every key, read without building anything."""

from __future__ import annotations

import json
from typing import Any

DEEPEST = 60
"""Levels of nesting; what is deeper is left out."""
LARGEST = 4 * 1024 * 1024
"""Nodes are counted while they are made; a document that grows by aliases stops here."""


class Block(dict[str, Any]):
    """A mapping that knows the lines of its keys."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[str, int] = {}
        self.home = ""
        """The file it stands in; empty: the one that was read."""

    def line(self, key: str) -> int:
        """Line of a key, from 1; 1 when it is not known."""
        return self.lines.get(key, 1)


def read_document(source: bytes) -> Block | None:
    """The mapping that a file holds; None when it holds something else or cannot be read.

    CloudFormation's short tags become their long forms (`!Ref X` is `{"Ref": "X"}`); aliases are followed.
    """
    if len(source) > LARGEST:
        return None
    if source.lstrip()[:1] == b"{":
        return _json(source)
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        root = next(iter(yaml.compose_all(source, Loader=loader)), None)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
        return None
    budget = [200_000]
    found = _convert(root, 0, budget) if root is not None else None
    return found if isinstance(found, Block) else None


def _json(source: bytes) -> Block | None:
    lines = source.decode(errors="replace").splitlines()
    places: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if text.startswith('"'):
            places.setdefault(text[1:].split('"', 1)[0], number)

    def pairs(items: list[tuple[str, Any]]) -> Block:
        block = Block()
        for key, value in items:
            block[key] = value
            block.lines[key] = places.get(key, 1)
        return block

    try:
        found = json.loads(source, object_pairs_hook=pairs)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, Block) else None


def _convert(node: Any, depth: int, budget: list[int]) -> Any:
    budget[0] -= 1
    if depth > DEEPEST or budget[0] < 0:
        return None
    kind = type(node).__name__
    if kind == "MappingNode":
        block = Block()
        for key, value in node.value:
            name = str(getattr(key, "value", ""))
            if name == "<<":
                merged = _convert(value, depth + 1, budget)
                if isinstance(merged, Block):
                    for k, v in merged.items():
                        block.setdefault(k, v)
                        block.lines.setdefault(k, merged.line(k))
                continue
            block[name] = _convert(value, depth + 1, budget)
            block.lines[name] = key.start_mark.line + 1
        return _tagged(node, block)
    if kind == "SequenceNode":
        return _tagged(node, [_convert(item, depth + 1, budget) for item in node.value])
    if str(node.tag).endswith((":bool", ":null")):
        return None if node.tag.endswith(":null") else node.value.lower() in {"true", "yes", "on"}
    return _tagged(node, node.value)


def _tagged(node: Any, value: Any) -> Any:
    tag = str(node.tag)
    if not tag.startswith("!") or tag.startswith("!!"):
        return value
    block = Block()
    name = tag[1:]
    block["Ref" if name == "Ref" else f"Fn::{name}"] = value
    return block


def text(value: object) -> str:
    """A scalar as text; empty for anything else."""
    return value if isinstance(value, str) else ""


def block(value: object) -> Block:
    """A mapping, or an empty one."""
    return value if isinstance(value, Block) else Block()


def refers_to(value: object) -> str:
    """Logical name that a `Ref`, `GetAtt` or `Sub` points to; empty when there is none."""
    if isinstance(value, Block):
        if "Ref" in value:
            return text(value["Ref"])
        got = value.get("Fn::GetAtt")
        if isinstance(got, list) and got:
            return text(got[0])
        if isinstance(got, str):
            return got.split(".")[0]
        sub = value.get("Fn::Sub")
        if isinstance(sub, list) and sub:
            sub = sub[0]
        if isinstance(sub, str) and "${" in sub:
            names = [part.split("}", 1)[0].split(".")[0] for part in sub.split("${")[1:]]
            return next((n for n in names if not n.startswith("AWS::")), "")
        joined = value.get("Fn::Join")
        if isinstance(joined, list) and len(joined) == 2 and isinstance(joined[1], list):
            return next((found for part in joined[1] if (found := _function_of(part))), "")
    return ""


def _function_of(part: object) -> str:
    if isinstance(part, Block) and "Fn::GetAtt" in part:
        return refers_to(part)
    return ""

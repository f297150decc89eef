"""From the nodes of tree-sitter to those of the small tree: what every rule of the lowering needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scanners.syntax import tree as t
from scanners.syntax.nesting import DEEPEST

if TYPE_CHECKING:
    import tree_sitter

SKIP = frozenset({
    "comment", "html_comment", "hash_bang_line", "type_annotation", "interface_declaration", "type_alias_declaration",
    "type_arguments", "type_parameters", "implements_clause", "empty_statement", "predefined_type", "ambient_declaration",
})  # fmt: skip
"""Kinds of nodes that say nothing here."""


def text_in(node: tree_sitter.Node) -> str:
    """The source of a node."""
    return (node.text or b"").decode(errors="replace")


def field_of(node: tree_sitter.Node, name: str) -> tree_sitter.Node | None:
    """A part by its name in the grammar."""
    return node.child_by_field_name(name)


@dataclass(slots=True)
class Lowering:
    """Lowers nodes by the rule of their kind; those without one are `Unknown`, with what is in them."""

    first_line: int
    rules: Mapping[str, Rule]
    depth: int = 0

    def line(self, node: tree_sitter.Node) -> int:
        """Line in the file."""
        return int(node.start_point[0]) + self.first_line

    def node(self, node: tree_sitter.Node) -> t.Node:
        """One node, lowered."""
        lower = self.rules.get(node.type)
        if self.depth > DEEPEST:
            return t.Unknown(self.line(node))
        self.depth += 1
        try:
            return lower(self, node) if lower is not None else t.Unknown(self.line(node), self.block(node))
        finally:
            self.depth -= 1

    def maybe(self, node: tree_sitter.Node | None) -> t.Node | None:
        """One node where there is one."""
        return self.node(node) if node is not None else None

    def block(self, node: tree_sitter.Node | None) -> tuple[t.Node, ...]:
        """Children that count, lowered; a block statement, an argument list, a program."""
        if node is None:
            return ()
        return tuple([self.node(c) for c in node.named_children if c.type not in SKIP])

    def body(self, node: tree_sitter.Node | None) -> tuple[t.Node, ...]:
        """Statements of a block, or the single statement that stands in its place."""
        if node is None:
            return ()
        if node.type in {"statement_block", "else_clause", "class_body"}:
            inner = [c for c in node.named_children if c.type not in SKIP]
            if node.type == "else_clause" and len(inner) == 1:
                return self.body(inner[0])
            return tuple([self.node(c) for c in inner])
        return (self.node(node),)


Rule = Callable[[Lowering, Any], t.Node]
"""How one kind of nodes is lowered."""

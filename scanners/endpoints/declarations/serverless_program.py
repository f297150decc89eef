"""The Serverless Framework's configuration as a program: `serverless.ts` and `serverless.js`, functions in files of their own."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Any

from auditor.model.pattern import lazy
from scanners.endpoints.declarations.documents import Block
from scanners.endpoints.declarations.serverless import serverless_routes
from scanners.endpoints.endpoint import Declared
from scanners.endpoints.script_text import constant
from scanners.syntax import tree as t
from scanners.syntax.program import Found, Program, Scope

_CONFIGURATION = lazy(r"(^|/)serverless[\w.-]*\.[cm]?[jt]s$")
DEEPEST = 8
"""Names followed within names: a table may refer to itself."""
MOST = 20_000
"""Values read of one configuration: tables that refer to tables grow without end."""


def serverless_programs(program: Program) -> Iterator[Declared]:
    """Routes of every configuration that is a program."""
    for scope in program.scopes.values():
        if not _CONFIGURATION.search(scope.path):
            continue
        table = next(
            (n for n in scope.nodes if isinstance(n, t.Table) and n.get("functions") is not None and n.get("provider", "service")),
            None,
        )  # fmt: skip
        if table is not None:
            document = _Reading(program).value(table, scope)
            if isinstance(document, Block):
                document.setdefault("provider", Block())
                yield from serverless_routes(document, scope.path, lambda _: None)


class _Reading:
    """Nodes as what YAML would hold; names followed across files, what is computed left out."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.left = MOST

    def value(self, node: t.Node, scope: Scope, followed: int = 0) -> Any:
        self.left -= 1
        if followed > DEEPEST or self.left < 0:
            return None
        if isinstance(node, t.Table):
            return self._table(node, scope, followed)
        if isinstance(node, t.Items):
            return [self.value(i, scope, followed) for i in node.items]
        if isinstance(node, t.Const):
            return node.value
        if isinstance(node, t.Text):
            return _text(node, scope, self.program)
        if isinstance(node, t.Binary):
            return constant(node, scope, self.program)
        if isinstance(node, (t.Name, t.Attr)):
            found = _found(node, scope, self.program)
            return self.value(found.node, found.module, followed + 1) if found is not None else _named(node)
        return None

    def _table(self, node: t.Table, scope: Scope, followed: int) -> Block:
        block = Block()
        block.home = scope.path
        for key, value in node.pairs:
            inner = self.value(value, scope, followed)
            if key is None:
                block.update(inner if isinstance(inner, Block) else {})
                block.lines.update(inner.lines if isinstance(inner, Block) else {})
            elif isinstance(key, t.Const):
                block[str(key.value)] = inner
                block.lines[str(key.value)] = key.line
        handler = block.get("handler")
        if isinstance(handler, str) and handler.startswith("./"):  # relative to the file that says it
            block["handler"] = posixpath.normpath(posixpath.join(posixpath.dirname(scope.path), handler))
        return block


def _found(node: t.Name | t.Attr, scope: Scope, program: Program) -> Found | None:
    head, _, rest = t.dotted(node).partition(".")
    found = program.resolve(scope, head) if head else None
    if isinstance(found, Scope):
        found = program.member(found, rest or "default")
        rest = ""
    value: t.Node | None = found.node if isinstance(found, Found) else None
    for part in rest.split(".") if rest else ():
        value = value.get(part) if isinstance(value, t.Table) else None
    return Found(found.module, value) if isinstance(found, Found) and value is not None and value is not node else None


def _named(node: t.Node) -> str | None:
    """An authorizer or the like that is computed elsewhere: its name says that there is one."""
    return t.dotted(node) or None


def _text(node: t.Text, scope: Scope, program: Program) -> str:
    """`${handlerPath(__dirname)}/handler.main`: the folder of the file."""
    parts: list[str] = []
    for part in node.parts:
        known = constant(part, scope, program)
        if (
            known is None
            and isinstance(part, t.Call)
            and any(t.dotted(a) in {"__dirname", "import.meta.url"} for a in part.args)
        ):
            known = "./"
        parts.append(known if known is not None else "${self:computed}")
    return re.sub(r"^\.//?", "./", "".join(parts))

"""How scripts write down applications and routers: what makes one, chains of calls, checks in front."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.model.pattern import lazy
from scanners.routing.shapes import called, is_auth_name
from scanners.syntax import tree as t
from scanners.syntax.program import Scope

_MAKERS = lazy(
    r"(?i)^(express|fastify|hono|openapihono|koarouter|router|express\.router|restify\.createserver|polka|new_router|itty_?router|"
    r"autorouter|elysia|findmyway|createapi|lambda-?api|promiserouter|expressrouter|asyncrouter|hapi\.server|routerfactory)$"
)
_MODULES = r"express|fastify|hono|polka|restify|@koa/router|koa-router|itty-router|lambda-api|@hapi/hapi|@hono/zod-openapi|express-promise-router"
CHAINED = frozenset({"use", "route", "basePath", "get", "post", "put", "patch", "delete", "del", "all", "any", "head"})


def is_gate(node: t.Call) -> bool:
    """`router.all("/admin/*", requireAdmin)`: a check, and no route."""
    if not isinstance(node.func, t.Attr) or node.func.name != "all" or len(node.args) < 2:
        return False
    return all(is_auth_name(called(a) if isinstance(a, t.Call) else t.dotted(a)) for a in node.args[1:])


def is_below(path: str, prefix: str) -> bool:
    """Whether a path stands under a prefix."""
    head = "/" + prefix.strip("/*")
    whole = "/" + path.strip("/")
    return whole == head or whole.startswith(f"{head}/")


def entry_value(node: t.Node, param: t.Param, entry: t.Table) -> t.Node:
    """`r.path` or the destructured `path` of one entry of a table."""
    if isinstance(node, t.Attr) and isinstance(node.base, t.Name) and node.base.id == param.name:
        return entry.get(node.name) or node
    if isinstance(node, t.Name) and isinstance(param.target, t.Table):
        for key, value in param.target.pairs:
            if isinstance(key, t.Const) and isinstance(value, t.Name) and value.id == node.id:
                return entry.get(str(key.value)) or node
    return node


def makes_router(value: t.Node, scope: Scope) -> bool:
    """Whether an expression makes an application or a router."""
    if not isinstance(value, t.Call):
        return False
    func = value.func
    if isinstance(func, t.Import):
        return bool(re.search(r"(?i)express|fastify|hono|router|restify|koa|lambda-api|polka", func.module))
    if isinstance(func, t.Attr) and isinstance(func.base, t.Import):
        return func.name in {"Router", "createServer", "server"}
    name = t.dotted(func)
    if not name:
        return False
    module = scope.imports.get(name.split(".", 1)[0], ("", ""))[0]
    if _MAKERS.match(name):
        return not module.startswith(".") or "router" not in module.lower()
    return bool(re.fullmatch(_MODULES, module)) and (
        "." not in name or name.endswith((".Router", ".createServer", ".server"))
    )


def is_part(made: t.Node) -> bool:
    """`Router()`, `express.Router()`: nothing listens by itself."""
    if not isinstance(made, t.Call):
        return False
    func = made.func
    return (func.name if isinstance(func, t.Attr) else t.dotted(func)).lower().endswith("router")


def chain_root(node: t.Node) -> t.Node:
    """`Router()` of `Router().use(a).get("/x", b)`."""
    while isinstance(node, t.Call) and isinstance(node.func, t.Attr) and isinstance(node.func.base, t.Call):
        if node.func.name not in CHAINED:
            break
        node = node.func.base
    return node


_OF_ROW = lazy(
    r"(?i)^(is_?)?(auth|protected|secured?|private|public|open|guarded|authenticated|anonymous)$|"
    r"^(requires?|needs?|skip|no|with|use)_?auth(entication)?$|^auth_?(required|needed|entication)$|^(allowed_?)?roles?$"
)


def asked_of_rows(scope: Scope) -> Iterator[tuple[str, bool]]:
    """Fields of rows upon which a check follows, `if (route.auth) await verify()`, with the value that leads there."""
    found: list[t.If | t.Choice] = [*scope.all_of(t.If), *scope.all_of(t.Choice)]
    for node in found:
        test, wanted = node.test, True
        if isinstance(test, t.Not):
            test, wanted = test.value, False
        if not isinstance(test, t.Attr) or not isinstance(test.base, t.Name) or not _OF_ROW.search(test.name):
            continue
        then = node.body if isinstance(node, t.If) else (node.then,)
        if test.base.id.lower() not in {"req", "request", "event", "user", "this"} and any(
            _checks(n) for n in t.walk(*then)
        ):
            yield test.name, wanted


def _checks(node: t.Node) -> bool:
    return (isinstance(node, t.Call) and is_auth_name(called(node))) or (
        isinstance(node, t.Name) and is_auth_name(node.id)
    )


def own_prefix(value: t.Node) -> str:
    """`new Router({prefix: "/x"})` of Koa, `{base: "v1"}` of lambda-api and itty-router."""
    table = value.args[0] if isinstance(value, t.Call) and value.args else None
    return (t.text_of(table.get("prefix", "base")) or "") if isinstance(table, t.Table) else ""

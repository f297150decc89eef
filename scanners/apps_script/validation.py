"""What is a check of what a request holds, and what only looks like one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from auditor.model.pattern import lazy
from scanners.apps_script.given import holds, part_of
from scanners.apps_script.reach import Reach
from scanners.apps_script.request import Body
from scanners.routing.shapes import called, terminates
from scanners.syntax import tree as t

_NOT_INPUT = frozenset({
    "action", "type", "postData", "contents", "parameter", "parameters", "token", "key", "secret", "length", "method", "cmd",
    "apiKey", "e", "event", "password", "auth",
})  # fmt: skip
"""Fields of a request that route it or prove who sends it."""
_VALIDATES = lazy(r"(?i)valid|sanitiz|require|schema|isEmail")
_OF_CELLS = lazy(
    r"(?i)dataValidation|allowInvalid|^require(ValueIn|Number|Text|Date|Checkbox|Formula)|^require$|invalidate|revalidate"
)
"""What Sheets checks that people type into cells: a script's own `setValue` passes it."""
_STORES = frozenset("appendRow setValue setValues createFile insertRows setProperty setProperties createEvent".split())
_STORED = frozenset("getValue getDisplayValue".split())
_FINDS = lazy(r"^(get|find|lookup)")
_SUCCESS = frozenset("success ok status result".split())


def uses_input(node: t.Node, names: frozenset[str]) -> bool:
    """Whether a field of the request is read that is more than its route or its proof."""
    if isinstance(node, t.Index) and not isinstance(node.key, t.Const):
        return holds(node.base, names)
    if not isinstance(node, t.Attr) or node.name in _NOT_INPUT:
        return False
    whole = node.base.base if isinstance(node.base, t.Attr) and node.base.name == "parameter" else node.base
    parsed = isinstance(whole, t.Call) and called(whole) == "JSON.parse" and holds(whole, names)
    return parsed or (isinstance(whole, t.Name) and whole.id in names)


def is_validator(node: t.Call) -> bool:
    """A call that by its name checks what it is given."""
    last = called(node).rsplit(".", 1)[-1]
    return bool(_VALIDATES.search(last)) and not _OF_CELLS.search(last)


def checks_input(body: Body) -> bool:
    """Whether code refuses a request because of a field of it, or hands it to what validates."""
    names = (body.names - _looked_up(body)) | _faults(body)
    known = _known(body)
    skipped = {
        id(inner) for call in t.walk(*body.nodes) if isinstance(call, t.Call)
        for arg in call.args if isinstance(arg, t.Function) for inner in t.walk(*arg.body)
    }  # fmt: skip
    stores = any(isinstance(n, t.Call) and called(n).rsplit(".", 1)[-1] in _STORES for n in t.walk(*body.nodes))
    for node in t.walk(*body.nodes):
        if isinstance(node, t.Call) and is_validator(node):
            return True
        if not isinstance(node, t.If) or not terminates(node.body):
            continue
        silent = isinstance(node.body[-1], t.Return) and node.body[-1].value is None
        if silent and (id(node) in skipped or (body.helper and not stores)):
            continue  # one row of many is left out, or a mail is not sent: the rest is stored all the same
        if not (_hands_back(node, names) or _says_fine(node.body) or _only_filled(node.test, body)) and _asks(
            node.test, names, known
        ):
            return True
    return False


def _asks(test: t.Node, names: frozenset[str], known: frozenset[str]) -> bool:
    """Whether a test looks at a field of the request."""
    parts = tuple(_but_repeats(test, names, known))
    fields = [n for n in parts if isinstance(n, (t.Attr, t.Index)) and holds(n, names)]
    simple = [n for n in parts if isinstance(n, t.Name) and n.id in names and n.id not in {"e", "event"}]
    texts = {n.name for n in fields if isinstance(n, t.Attr)} | {n.id for n in simple}
    return bool(texts - _NOT_INPUT)


def _looked_up(body: Body) -> frozenset[str]:
    """Names that hold what a function of ours found among the rows: that it was there before says nothing of the values."""
    found: set[str] = set()
    for node in t.walk(*body.nodes):
        if isinstance(node, t.Bind) and isinstance(node.target, t.Name) and isinstance(node.value, t.Call):
            target = body.reaches.target(node.value, body.scope)
            if target is not None and not is_validator(node.value) and body.reaches.function(target) >= Reach.READ:
                found.add(node.target.id)
    return frozenset(found - body.given)


def _known(body: Body) -> frozenset[str]:
    """Names that hold one value of the sheet: `last = sheet.getRange(row, 6).getValue()`."""
    return frozenset(
        n.target.id for n in t.walk(*body.nodes)
        if isinstance(n, t.Bind) and isinstance(n.target, t.Name) and _is_stored(n.value)
    )  # fmt: skip


def _is_stored(node: t.Node) -> bool:
    return isinstance(node, t.Call) and isinstance(node.func, t.Attr) and node.func.name in _STORED


def _faults(body: Body) -> frozenset[str]:
    """Names for what was found wrong: `missing = REQUIRED.filter(field => !data[field])`."""
    return frozenset(
        n.target.id for n in t.walk(*body.nodes)
        if isinstance(n, t.Bind) and isinstance(n.target, t.Name) and isinstance(n.value, t.Call)
        and isinstance(n.value.func, t.Attr) and n.value.func.name in {"filter", "find", "some", "every"}
        and any(isinstance(a, t.Function) and any(holds(b, body.given) for b in a.body) for a in n.value.args)
    )  # fmt: skip


def _hands_back(node: t.If, names: frozenset[str]) -> bool:
    """`if (body.length) return body`: what was asked is returned, or nothing at all, and nobody is refused."""
    last = node.body[-1]
    value = last.value if isinstance(last, t.Return) else None
    if value is not None and t.dotted(value) and t.dotted(value) == t.dotted(node.test):
        return True
    if (
        isinstance(value, t.Index)
        and isinstance(node.test, t.Index)
        and t.dotted(value.base) == t.dotted(node.test.base)
    ):
        return True
    return (isinstance(value, t.Name) and value.id in names) or (isinstance(value, t.Table) and not value.pairs)


def _says_fine(body: Sequence[t.Node]) -> bool:
    """`return json({success: true, synced: 0})`: the request is answered as if all was well."""
    last = body[-1]
    value = last.value if isinstance(last, t.Return) else None
    tables = [n for n in t.walk(value) if isinstance(n, t.Table)] if value is not None else []
    said = [v for table in tables for key in _SUCCESS if (v := table.get(key)) is not None]
    return any(isinstance(v, t.Const) and (v.value is True or v.value in {"success", "ok"}) for v in said)


def _only_filled(test: t.Node, body: Body) -> bool:
    """`if (data.website) return`: only who fills a field is stopped, as by a hidden field that catches robots."""
    given = body.given | body.copies
    match test:
        case t.Logic(op="and", values=values):
            return all(_only_filled(v, body) for v in values)
        case t.Binary(op=("!=" | ">"), left=left, right=t.Const(value=("" | 0))):
            return part_of(left, given)
        case t.Call() if part_of(test, given):
            return True
        case t.Call():
            return bool(_FINDS.search(called(test).rsplit(".", 1)[-1]))
        case t.Name() | t.Attr() | t.Index():
            return part_of(test, given)
        case _:
            return False


def _but_repeats(test: t.Node, names: frozenset[str], known: frozenset[str]) -> Iterator[t.Node]:
    """Parts of a test, but not `row[0] === data.id`: what is stored already is looked for, no value is refused."""
    if isinstance(test, t.Binary) and test.op == "==":
        sides = (test.left, test.right)
        stored = any(
            (isinstance(s, t.Index) and isinstance(s.base, t.Index))
            or (isinstance(s, t.Name) and s.id in known)
            or _is_stored(s)
            for s in sides
        )
        if stored and any(holds(s, names) for s in sides):
            return
    yield test
    if not isinstance(test, t.Function):
        for part in t.children(test):
            yield from _but_repeats(part, names, known)

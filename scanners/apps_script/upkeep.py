"""What a script does for its own order: making a sheet that is not there yet, trimming its log, removing its own copies.

Nobody asked for it, so it is not what a request can do: a list of products that first makes sure of its header row is
still only read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.model.pattern import lazy
from scanners.routing.shapes import called, terminates
from scanners.syntax import tree as t

_PREPARES = lazy(
    r"(?i)^_?(ensure|init|initiali[sz]e|set_?up|bootstrap|prepare|get_?or_?(create|make|add|init)|create_?\w*if|make_?sure|obtener_?o_?crear|"
    r"(get|open|find)\w*_?or_?(create|make|new|insert))"
)
_TIDIES = lazy(
    r"(?i)^_?(clean_?up|purge|prune|trim|rotate|roll_?back|expire|evict|housekeep|garbage|archive_?old|remove_?(old|expired|stale))"
)
_LOGS = lazy(
    r"(?i)^_?(add|write|save|append|record|print)?_?log(ger)?_?(errors?|err|events?|perf\w*|debug|actions?|access|activity|requests?|response|info|"
    r"warn\w*|message|entry|to_?\w*|line|system|audit|it|webhook)?_?$|^_?(audit|debug)_?(log|trail|trace)\w*$"
)
_MAKES = frozenset("insertSheet createFolder createSheet insertTab".split())
_NEW = frozenset("createFile makeCopy createFolder create copyTo copy insertSheet duplicateActiveSheet".split())
_COUNT = lazy(r"(?i)^(length|last|total)$|rows?$|count$|lines$")
_SIZES = frozenset("getLastRow getLastColumn getMaxRows".split())


def tidies(name: str) -> str:
    """`prepares` or `tidies` for a function that by its name does only that, else empty; keeping a log counts as the first."""
    return "prepares" if _PREPARES.search(name) or _LOGS.search(name) else "tidies" if _TIDIES.search(name) else ""


def asked_for(roots: tuple[t.Node, ...], *, helper: bool) -> Iterator[t.Node]:
    """Every node below the roots, branches of upkeep left out.

    `helper`: the roots are those of a function that something else calls. What `doGet` itself says counts.
    """
    stack = [(root, helper) for root in reversed(roots)]
    while stack:
        node, inside = stack.pop()
        yield node
        inside = inside or (isinstance(node, t.Function) and node.name not in {"", "doGet", "doPost"})
        stack.extend((part, inside) for part in reversed(_parts(node) if inside else t.children(node)))


def _parts(node: t.Node) -> list[t.Node]:
    match node:
        case t.Function(body=body, params=params):
            return [*params, *wanted(body)]
        case t.If(test=test, body=body, orelse=orelse):
            kept_body = () if _upkeep(test, body, when=True) else body
            return [test, *kept_body, *(() if _upkeep(test, orelse, when=False) else orelse)]
        case t.Choice(test=test, then=then, other=other):
            return [
                test,
                *(() if _upkeep(test, (then,), when=True) else (then,)),
                *(() if _upkeep(test, (other,), when=False) else (other,)),
            ]
        case t.Logic(op="or", values=values) if _makes(values[-1:]):
            return [*values[:-1]]
        case _:
            return t.children(node)


def wanted(body: tuple[t.Node, ...]) -> tuple[t.Node, ...]:
    """Statements of a function, without those that make what `if (files.hasNext()) return files.next()` did not find."""
    for at, node in enumerate(body):
        if isinstance(node, t.If) and terminates(node.body) and not node.orelse:
            rest = body[at + 1 :]
            if rest and _upkeep(node.test, rest, when=False):
                return body[: at + 1]
    return body


def _upkeep(test: t.Node, branch: tuple[t.Node, ...], *, when: bool) -> bool:
    """Whether a branch only makes what is missing, or cuts a list that grew too long."""
    if not branch:
        return False
    sizes = [n for n in t.walk(test) if isinstance(n, t.Binary) and n.op in {"==", "<", "<=", ">", ">="}]
    names = {called(n).rsplit(".", 1)[-1] for n in t.walk(*branch) if isinstance(n, t.Call)}
    if when and any(_is_long(n) for n in sizes) and names & {"deleteRow", "deleteRows"}:
        return True
    if when and any(_is_empty(n) for n in sizes) and not names & {"sendEmail", "deleteRow", "deleteRows"}:
        return True
    looked_for = any(called(n).endswith(".hasNext") for n in t.walk(test) if isinstance(n, t.Call))
    return (_makes(branch) or (looked_for and bool(names & {"createFile", "create"}))) and _is_missing(test, when=when)


def _makes(nodes: tuple[t.Node, ...]) -> bool:
    calls = [n for n in t.walk(*nodes) if isinstance(n, t.Call) and isinstance(n.func, t.Attr)]
    return any(called(n).rsplit(".", 1)[-1] in _MAKES or called(n) == "SpreadsheetApp.create" for n in calls)


def _is_missing(test: t.Node, *, when: bool) -> bool:
    """Whether the branch is taken where something is not there: `!sheet`, `sheet === null`, else of `files.hasNext()`."""
    if isinstance(test, t.Not):
        return _is_missing(test.value, when=not when)
    if isinstance(test, t.Binary) and test.op in {"==", "!="}:
        none = any(isinstance(s, t.Const) and s.value is None for s in (test.left, test.right))
        return none and (test.op == "==") is when
    if isinstance(test, t.Call):
        return not when and called(test).rsplit(".", 1)[-1] in {"hasNext", "getSheetByName"}
    return not when and isinstance(test, (t.Name, t.Attr))


def _counts(node: t.Node) -> bool:
    if isinstance(node, t.Call):
        return called(node).rsplit(".", 1)[-1] in _SIZES
    name = node.name if isinstance(node, t.Attr) else node.id if isinstance(node, t.Name) else ""
    return bool(_COUNT.search(name))


def _is_empty(test: t.Binary) -> bool:
    """`sheet.getLastRow() === 0`: the header row is not there yet."""
    few = isinstance(test.right, t.Const) and test.right.value in {0, 1}
    return few and isinstance(test.left, t.Call) and _counts(test.left) and test.op in {"==", "<", "<="}


def _is_long(test: t.Binary) -> bool:
    """`lastRow > 5000`: more than the log is meant to hold."""
    limit = test.right.value if isinstance(test.right, t.Const) else 0
    named = isinstance(test.right, t.Name) and test.right.id.upper().startswith("MAX")
    many = named or (isinstance(limit, int) and limit >= 20)
    return many and _counts(test.left) and test.op in {">", ">="}


@dataclass(frozen=True, slots=True)
class Made:
    """Names of files, folders and sheets that the same code has just made."""

    names: frozenset[str]

    def has(self, call: t.Call) -> bool:
        """Whether a call shares or removes one of them: `file.setSharing(...)`, `getFileById(copy.getId()).setTrashed(true)`."""
        if not isinstance(call.func, t.Attr):
            return False
        base = call.func.base
        if isinstance(base, t.Call) and called(base).rsplit(".", 1)[-1] in _NEW:
            return True
        asked = (base, *call.args) if call.func.name in {"removeFile", "deleteSheet", "removeFolder"} else (base,)
        return any(isinstance(n, t.Name) and n.id in self.names for n in t.walk(*asked))


def made_here(nodes: tuple[t.Node, ...]) -> Made:
    """What these nodes make, whatever else the same name may hold left out: `sheet = find(); if (!sheet) sheet = insert()`."""
    made: set[str] = set()
    found: set[str] = set()
    for node in t.walk(*nodes):
        if isinstance(node, t.Bind) and isinstance(node.target, t.Name):
            empty = isinstance(node.value, (t.Const, t.Unknown))
            (made if _is_new(node.value) else set() if empty else found).add(node.target.id)
    return Made(frozenset(made - found))


def _is_new(node: t.Node) -> bool:
    while isinstance(node, t.Call) and isinstance(node.func, t.Attr):
        if node.func.name in _NEW:
            return True
        node = node.func.base
    return False

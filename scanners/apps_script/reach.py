"""How far a function reaches: what it can read, write, send, share or delete."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum

from auditor.model.pattern import lazy
from scanners.apps_script.upkeep import asked_for, made_here, tidies, wanted
from scanners.routing.shapes import called
from scanners.syntax import tree as t
from scanners.syntax.program import Found, Program, Scope


class Reach(IntEnum):
    """The worst that code can do, ordered."""

    NONE = 0
    READ = 1
    FETCH = 2
    WRITE = 3
    MAIL = 4
    SHARE = 5
    DELETE = 6

    @property
    def word(self) -> str:
        """Lower case."""
        return self.name.lower()


_KINDS = (
    (Reach.DELETE, lazy(r"^(deleteRows?|deleteColumns?|deleteSheet|setTrashed|removeFile|deleteEvent|deleteEventSeries|clearContents?|"
                        r"deleteAllProperties|moveToTrash|moveThreadToTrash|deleteCalendar|removeFolder|deleteContact)$")),
    (Reach.SHARE, lazy(r"^(addEditors?|addViewers?|setSharing|addCommenters?|setOwner)$")),
    (Reach.MAIL, lazy(r"^(sendEmail|createDraft|forward|replyAll)$")),
    (Reach.WRITE, lazy(r"^(appendRow|setValues?|setFormulas?|setFormula|insertSheet|createFile|createEvent|createAllDayEvent|"
                       r"setPropert(y|ies)|deleteProperty|insertRow\w*|insertRows\w*|createFolder|createContact|setNote|makeCopy|moveTo|"
                       r"appendParagraph|setRichTextValues?|insertCheckboxes|replaceAllText|createSheet|addGuest)$")),
    (Reach.FETCH, lazy(r"^UrlFetchApp\.fetch(All)?$")),
    (Reach.READ, lazy(r"^(getValues?|getDisplayValues?|getDataRange|getFileById|getFiles|getEvents|getProperties|"
                      r"search|getThreads|getMessages|getContacts|getBlob|getContentAsString|searchFiles)$")),
)  # fmt: skip
"""By the last name of a call, worst first."""
_SHEET = lazy(r"(?i)(?:sheet|\bsh|\bws|range|getSheetByName|getDataRange|getRange)\d?$")
"""What `clear()` empties of everything; a cache or a log has that method, too."""
_SERVICE = lazy(
    r"^(Sheets|Drive|Calendar|Gmail|Tasks|People|Docs|Slides|AdminDirectory|Classroom|YouTube|BigQuery)\.\w+\."
)
_METHODS = (
    (Reach.DELETE, lazy(r"^(remove|delete|trash|clear|batchClear|batchDelete|emptyTrash|untrash)$")),
    (Reach.SHARE, lazy(r"\.Permissions\.(create|insert|update|patch)$")),
    (Reach.MAIL, lazy(r"\.(Messages|Drafts)\.(send|create)$")),
    (Reach.WRITE, lazy(r"^(insert|create|update|patch|append|batchUpdate|copy|move|modify|import|quickAdd|send)$")),
    (Reach.READ, lazy(r"^(get|list|batchGet|query|search|export)$")),
)
"""Of Google's advanced services, `Sheets.Spreadsheets.Values.get(...)`, by the last or the whole name."""

_UPKEEP = {"prepares": Reach.READ, "tidies": Reach.WRITE}
"""What a function counts for that only prepares sheets or throws away its own leavings, in the course of something else."""


_COMMON = frozenset(
    "get set add map push pop find filter forEach reduce some every join split slice concat has keys values entries replace trim test "
    "match exec then catch call apply bind toString log error warn info parse stringify includes indexOf sort reverse put remove create "
    "next hasNext now constructor".split()
)
"""Methods of the language and of Google's services: their name says nothing about whose they are."""


class Reaches:
    """Measures functions of one program, following calls."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._known: dict[int, Reach] = {}
        self._methods: dict[str, list[Found]] | None = None
        self._given: dict[int, bool] = {}
        self._inner: dict[str, dict[str, t.Function]] = {}

    def of(self, nodes: tuple[t.Node, ...], scope: Scope, depth: int = 0) -> Reach:
        """The worst in these nodes and in what they call."""
        apart = [n for n in nodes if isinstance(n, t.Function)] if len(nodes) > 1 else []
        if apart:  # each has names of its own: what one of them calls `sheet` is no sheet of the others
            rest = tuple(n for n in nodes if not isinstance(n, t.Function))
            return max(self.of(part, scope, depth) for part in (rest, *((f,) for f in apart)))
        worst = Reach.NONE
        made = made_here(nodes)
        for node in asked_for(nodes, helper=depth > 0):
            if isinstance(node, t.Call):
                reach = max(
                    [self._call(node, scope, depth), *(self._call(c, scope, depth) for c in _dispatched(node, nodes))]
                )
                own = reach > Reach.MAIL and made.has(node) and not _opens_to_all(node)
                worst = max(worst, min(reach, Reach.WRITE) if own else reach)
            if worst is Reach.DELETE:
                break
        return worst

    def _call(self, node: t.Call, scope: Scope, depth: int) -> Reach:
        name = called(node)
        last = name.rsplit(".", 1)[-1]
        for reach, pattern in _KINDS:
            if pattern.match(name if reach is Reach.FETCH else last) and (isinstance(node.func, t.Attr)):
                return reach
        if isinstance(node.func, t.Attr) and node.func.name == "clear" and _is_sheet(node.func.base):
            return Reach.DELETE
        if name == "eval" or _runs_any(node):
            return Reach.WRITE  # whatever the script can do, the caller can
        if _SERVICE.match(name):
            return next((r for r, p in _METHODS if p.search(last) or p.search(name)), Reach.NONE)
        if last == "setContent" and re.search(r"(?i)file", name):  # a text output has that method, too
            return Reach.WRITE
        if depth >= 6:
            return Reach.NONE
        target = self.target(node, scope)
        found = self.function(target, depth) if target is not None else Reach.NONE
        most = _UPKEEP.get(tidies(last))
        return found if most is None else min(found, most)

    def everything(self, start: Found) -> Iterator[Found]:
        """A function and all of ours that it calls, as far as they are known, each once."""
        seen: set[int] = set()
        stack = [start]
        while stack and len(seen) < 400:
            found = stack.pop()
            if not isinstance(found.node, t.Function) or id(found.node) in seen:
                continue
            seen.add(id(found.node))
            yield found
            calls = [n for n in t.walk(*found.node.body) if isinstance(n, t.Call)]
            stack.extend(inner for call in calls if (inner := self.target(call, found.module)) is not None)

    def stores(self, nodes: tuple[t.Node, ...], scope: Scope) -> bool:
        """Whether anything is kept, were it only among the leavings of something else; what is only mailed is not."""
        calls = (n for n in t.walk(*nodes) if isinstance(n, t.Call))
        return any(self._call(call, scope, 6) in {Reach.WRITE, Reach.SHARE, Reach.DELETE} for call in calls)

    def gives(self, nodes: tuple[t.Node, ...], scope: Scope, depth: int = 0) -> bool:
        """Whether anything is read that may be handed out."""
        for node in t.walk(*nodes):
            if not isinstance(node, t.Call):
                continue
            if called(node) == "eval" or _runs_any(node):
                return True
            own = self._call(node, scope, 6)
            if own in {Reach.READ, Reach.FETCH}:
                return True
            target = self.target(node, scope) if depth < 6 and own is Reach.NONE else None
            if target is not None and isinstance(target.node, t.Function) and self._gives(target, depth):
                return True
        return False

    def _gives(self, target: Found, depth: int) -> bool:
        key = id(target.node)
        if key not in self._given:
            self._given[key] = False
            assert isinstance(target.node, t.Function)
            self._given[key] = self.gives(target.node.body, target.module, depth + 1)
        return self._given[key]

    def function(self, target: Found, depth: int = 0) -> Reach:
        """The worst that one of our functions can do."""
        key = id(target.node)
        if key not in self._known:
            self._known[key] = Reach.NONE
            assert isinstance(target.node, t.Function)
            self._known[key] = self.of(wanted(target.node.body), target.module, depth + 1)
        return self._known[key]

    def _method(self, name: str) -> Found | None:
        """The one method of that name in the program, where its object is made at run time: `new Store().save(row)`."""
        if self._methods is None:
            self._methods = {}
            for scope in self.program.scopes.values():
                for owner in scope.nodes:
                    for key, function in _members(owner):
                        self._methods.setdefault(key, []).append(Found(scope, function))
        found = self._methods.get(name, ())
        return found[0] if len(found) == 1 and name not in _COMMON else None

    def _nested(self, name: str, scope: Scope) -> Found | None:
        """A function inside of a module pattern, `(function () { function name() {} ... })()`, of the same file."""
        if scope.path not in self._inner:
            named: dict[str, t.Function] = {}
            for node in scope.nodes:
                if isinstance(node, t.Function) and node.name:
                    named.setdefault(node.name, node)
            self._inner[scope.path] = named
        function = self._inner[scope.path].get(name)
        return Found(scope, function) if function is not None else None

    def target(self, node: t.Call, scope: Scope) -> Found | None:
        """The function of ours that is called: by its name, or as a member of an object of ours."""
        name = called(node)
        head, _, rest = name.partition(".")
        found = self.program.resolve(scope, head) if head else None
        if not isinstance(found, Found):
            return self._nested(name, scope) if not rest else self._method(rest.rsplit(".", 1)[-1])
        if not rest:
            return found if isinstance(found.node, t.Function) else None
        members: tuple[t.Node, ...] = ()
        if isinstance(found.node, t.Table):
            value = found.node.get(rest)
            if isinstance(value, t.Name):
                inner = self.program.resolve(found.module, value.id)
                return inner if isinstance(inner, Found) and isinstance(inner.node, t.Function) else None
            members = (value,) if value is not None else ()
        elif isinstance(found.node, t.Class):
            members = tuple(m for m in found.node.body if isinstance(m, t.Function) and m.name == rest)
        elif isinstance(found.node, t.Call):  # (function () { return { rest: ... } })()
            members = tuple(n for n in t.walk(found.node) if isinstance(n, t.Function) and n.name == rest)
        function = next((m for m in members if isinstance(m, t.Function)), None)
        return Found(found.module, function) if function is not None else None


def _opens_to_all(node: t.Call) -> bool:
    """`file.setSharing(DriveApp.Access.ANYONE_WITH_LINK, ...)`: what a stranger sent is published in the owner's name."""
    return called(node).endswith("setSharing") and bool(node.args) and ".ANYONE" in t.dotted(node.args[0])


def _is_sheet(node: t.Node) -> bool:
    return bool(_SHEET.search(called(node) if isinstance(node, t.Call) else t.dotted(node)))


def _runs_any(node: t.Call) -> bool:
    """`this[name](data)`: any function of the script."""
    func = node.func
    if isinstance(func, t.Attr) and func.name in {"apply", "call"}:
        func = func.base
    return (
        isinstance(func, t.Index) and not isinstance(func.key, t.Const) and t.dotted(func.base) in {"this", "globalThis", "self"}
    )  # fmt: skip


def _members(node: t.Node) -> Iterator[tuple[str, t.Function]]:
    """Methods that a node gives an object: of a class, of a table, `X.prototype.m = function`, `this.m = function`."""
    if isinstance(node, t.Class):
        yield from ((m.name, m) for m in node.body if isinstance(m, t.Function))
    elif isinstance(node, t.Table):
        yield from ((str(k.value), v) for k, v in node.pairs if isinstance(k, t.Const) and isinstance(v, t.Function))
    elif isinstance(node, t.Bind) and isinstance(node.target, t.Attr) and isinstance(node.value, t.Function):
        yield node.target.name, node.value


def _dispatched(node: t.Call, nodes: tuple[t.Node, ...]) -> list[t.Call]:
    """Calls that `handlers[name](data)` may stand for, where the table of handlers is made in the same code."""
    func = node.func
    if isinstance(func, t.Attr) and func.name in {"apply", "call"}:
        func = func.base
    if not isinstance(func, t.Index) or isinstance(func.key, t.Const) or not isinstance(func.base, t.Name):
        return []
    tables = [
        n.value for n in t.walk(*nodes)
        if isinstance(n, t.Bind) and isinstance(n.target, t.Name) and n.target.id == func.base.id and isinstance(n.value, t.Table)
    ]  # fmt: skip
    return [
        t.Call(node.line, value, node.args) for table in tables for _, value in table.pairs if isinstance(value, t.Name)
    ]

"""What a web app answers: actions of `doGet` and `doPost`, and functions that its pages run."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from scanners.apps_script.checks import CallerChecks, ScriptGuards
from scanners.apps_script.comparisons import secret_compared, user_checked
from scanners.apps_script.page_calls import named_by_pages
from scanners.apps_script.project import Project, action_path
from scanners.apps_script.reach import Reach, Reaches
from scanners.routing.entries import Entry
from scanners.routing.evidence import Auth, Evidence
from scanners.routing.interpreter import Interpreter, Ran, Reached
from scanners.routing.shapes import called, terminates
from scanners.syntax import tree as t
from scanners.syntax.program import Found, Scope

_ACTION_KEYS = frozenset(
    "action type cmd command method op operation mode route path page fn func function api request req do q task act "
    "service endpoint event intent view resource actionType requestType pathInfo target entity kind ação acao accion "
    "Action Type Method Mode ACTION".split()
)
"""Parameters by which one address serves many."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that a stranger can ask for."""

    method: str
    """`GET`, `POST`, or `RUN` for `google.script.run`."""
    name: str
    """The action or the function; empty: the whole `doGet` or `doPost`."""
    file: str
    line: int
    handler: str
    auth: Auth
    evidence: str
    reach: Reach
    gives: bool
    """Whether it reads anything that it may hand out."""
    scope: Scope
    nodes: tuple[t.Node, ...]
    """What runs for it."""

    @property
    def path(self) -> str:
        """As an address."""
        return self.name if self.method == "RUN" else action_path(self.name)


class Actions:
    """The actions of one project."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.reaches = Reaches(project.program)
        self.checks = CallerChecks(ScriptGuards(project.program), self.reaches)
        self.dynamic: list[tuple[str, int]] = []

    def all(self) -> list[Action]:
        """Actions of `doGet` and `doPost`, then the functions that pages run."""
        found: list[Action] = []
        for name, method in (("doGet", "GET"), ("doPost", "POST")):
            for entry in self.project.entries(name):
                if isinstance(entry.node, t.Function):
                    found.extend(self._entry(entry.module, entry.node, method))
        found.extend(self._run_by_pages())
        return found

    def _entry(self, scope: Scope, function: t.Function, method: str) -> Iterator[Action]:
        run = Interpreter(self.project.program, actions=_ACTION_KEYS)
        run.enter(scope, Entry(function))
        self.dynamic.extend(run.dynamic)
        named = [r for r in run.reached if r.route.action]
        seen: set[str] = set()
        for reached in named:
            if reached.route.action in seen:
                continue
            seen.add(reached.route.action)
            handler = self._handler(reached)
            if method == "GET" and (_needs_body(reached.body) or (handler and _needs_body(_statements(handler.node)))):
                continue
            nodes = (*reached.body, *((handler.node,) if handler is not None else ()))
            evidence = self._before(reached) or self._required(reached) or self._inside(reached, handler)
            yield self._action(
                method,
                reached.route.action,
                (reached.file, reached.line),
                reached.handler,
                evidence,
                reached.scope,
                nodes,
            )
        evidence = self.checks.in_statements(function.body, scope)
        guarded = evidence is not None and evidence.verified
        if guarded or named:
            yield from self._past_the_guard(scope, function, method, named)
        if method == "GET" and not named and self._fails_on_get(function, scope):
            return
        acting = [r for r in named if terminates(r.body) or self._handler(r) is not None or self._does(r)]
        if acting:
            yield from self._rest(scope, function, method, acting)
        else:
            yield self._action(
                method, "", (scope.path, function.line), function.name, evidence, scope, (function,)
            )  # fmt: skip

    def _does(self, reached: Reached) -> bool:
        """Whether a branch reads or changes anything; `if (data.type === "quote") lines.push(...)` is no action."""
        return self.reaches.of(reached.body, reached.scope) > Reach.NONE

    def _past_the_guard(
        self, scope: Scope, function: t.Function, method: str, named: list[Reached]
    ) -> Iterator[Action]:
        """A branch before the guard that ends there: `if (Array.isArray(body.events)) return fromChat(body)`."""
        taken = {id(node) for reached in named for node in reached.body}
        statements = tuple(_in_order(function.body))
        given = from_entry(function)
        for number, node in enumerate(statements):
            if not isinstance(node, t.If) or not terminates(node.body):
                continue
            if any(id(n) in taken for n in t.walk(*node.body)):
                return
            guard = self.checks.in_statements(statements[: number + 1], scope)
            if guard is not None and guard.verified:
                return
            after = self.checks.in_statements(statements[number + 1 :], scope)
            asks = any(isinstance(n, t.Name) and n.id in given for n in t.walk(node.test))
            if after is None or not after.verified or not asks:
                continue
            action = self._action(
                method, "", (scope.path, node.line), function.name, self.checks.in_statements(node.body, scope), scope, node.body
            )  # fmt: skip
            if action.reach >= Reach.WRITE:
                yield action

    def _fails_on_get(self, function: t.Function, scope: Scope) -> bool:
        """Whether a GET gets nowhere: what it is handed to reads the body of a POST."""
        if _needs_body(function.body):
            return True
        for node in function.body:
            call = node.value if isinstance(node, (t.Return, t.Bind)) else node
            found = self.reaches.target(call, scope) if isinstance(call, t.Call) else None
            if found is not None and isinstance(found.node, t.Function) and _needs_body(found.node.body):
                return True
        return False

    def _rest(self, scope: Scope, function: t.Function, method: str, named: list[Reached]) -> Iterator[Action]:
        """What the entry does for everything that is no named action, when that reaches anything."""
        taken = {id(node) for reached in named for node in reached.body}
        every = tuple(_without(function.body, taken))
        rest = tuple(_apart(function.body, taken))
        checks = tuple(n for n in every if not any(id(inner) in taken for inner in t.walk(n)))
        evidence = self.checks.in_statements(checks, scope)
        action = self._action(method, "", (scope.path, function.line), function.name, evidence, scope, rest)
        entered = {called(n).rsplit(".", 1)[-1] for n in t.walk(*rest) if isinstance(n, t.Call)}
        inner = any(r.scope is not scope or r.handler in entered for r in named) or self._holds(rest, scope, taken)
        handed = self._handed_on(rest, scope, taken) if inner else None
        if handed is not None and isinstance(handed.node, t.Function) and handed.node is not function:
            yield from self._rest(handed.module, handed.node, method, named)
            return
        if not inner and (action.reach >= Reach.WRITE or (method == "GET" and self._answers_with_data(rest, scope))):
            yield action

    def _handed_on(self, rest: tuple[t.Node, ...], scope: Scope, taken: set[int]) -> Found | None:
        """The function whose own branches are the named actions, where the entry only calls it: `return doGet_(e)`."""
        calls = [n.value for n in t.walk(*rest) if isinstance(n, t.Return) and isinstance(n.value, t.Call)]
        for call in calls:
            target = self.reaches.target(call, scope)
            if target is not None and isinstance(target.node, t.Function):
                inside = t.walk(*target.node.body, into_functions=False)
                if any(id(n) in taken for n in inside):
                    return target
        return None

    def _answers_with_data(self, rest: tuple[t.Node, ...], scope: Scope) -> bool:
        """Whether what is returned for no action in particular was read: `return json(sheet.getDataRange().getValues())`."""
        read = self._read(rest, scope)
        returned = [n.value for n in t.walk(*rest) if isinstance(n, t.Return) and n.value is not None]
        return any(
            self.reaches.gives((value,), scope) or any(isinstance(n, t.Name) and n.id in read for n in t.walk(value))
            for value in returned
        )

    def _read(self, nodes: tuple[t.Node, ...], scope: Scope) -> set[str]:
        """Names that hold what was read, or something filled from it: `employees[dept].push(rows[i][1])`."""
        read: set[str] = set()
        for _ in range(3):
            for node in t.walk(*nodes):
                if isinstance(node, t.Bind):
                    if _mentions((node.value,), read) or self.reaches.gives((node.value,), scope):
                        read |= {_base(node.target)}
                elif isinstance(node, t.Loop) and node.target is not None and _mentions((node.source,), read):
                    read |= {n.id for n in t.walk(node.target) if isinstance(n, t.Name)}
                elif (
                    isinstance(node, t.Call)
                    and isinstance(node.func, t.Attr)
                    and node.func.name in {"push", "add", "set"}
                    and _mentions(node.args, read)
                ):
                    read |= {_base(node.func.base)}
            read -= {""}
        return read

    def _holds(self, nodes: tuple[t.Node, ...], scope: Scope, taken: set[int], depth: int = 0) -> bool:
        """Whether the named actions stand in functions that these nodes call: `return doGet(e)`."""
        for call in t.walk(*nodes):
            target = self.reaches.target(call, scope) if isinstance(call, t.Call) and depth < 4 else None
            if target is None or not isinstance(target.node, t.Function):
                continue
            body = target.node.body
            if any(id(n) in taken for n in t.walk(*body)) or self._holds(body, target.module, taken, depth + 1):
                return True
        return False

    def _action(
        self,
        method: str,
        name: str,
        place: tuple[str, int],
        handler: str,
        evidence: Evidence | None,
        scope: Scope,
        nodes: tuple[t.Node, ...],
    ) -> Action:
        auth = Auth.YES if evidence is not None and evidence.verified else Auth.NO
        said = str(evidence) if evidence is not None else "no check of the caller"
        gives = self.reaches.gives(nodes, scope)
        return Action(method, name, *place, handler, auth, said, self.reaches.of(nodes, scope), gives, scope, nodes)

    def _before(self, reached: Reached) -> Evidence | None:
        ran = [item for item in reached.trail if self._applies(item, reached)]
        groups: dict[str, list[t.Node]] = {}
        for item in ran:
            groups.setdefault(item.file, []).append(item.node)
        for path, nodes in groups.items():
            found = self.checks.in_statements(tuple(nodes), self.project.program.scopes[path])
            if found is not None and found.verified:
                return found
        return None

    def _required(self, reached: Reached) -> Evidence | None:
        """A secret or a user in what had to hold: `if (action === "x" && key === TOKEN)`."""
        for test in reached.tests:
            parts = test.values if isinstance(test, t.Logic) and test.op == "and" else (test,)
            for part in parts:
                positive = not (isinstance(part, t.Not) or (isinstance(part, t.Binary) and part.op == "!="))
                found = (secret_compared(part) or user_checked(part)) if positive else ""
                if found:
                    return Evidence(found, reached.file, test.line)
        return self.checks.guards.in_tests(reached.tests, reached.scope)

    def _applies(self, ran: Ran, reached: Reached) -> bool:
        action = reached.route.action
        if any(r.action == action for r in ran.unless):
            return False
        only = [r.action for r in ran.only if r.action]
        return not only or action in only

    def _inside(self, reached: Reached, handler: Found | None) -> Evidence | None:
        body = tuple(n for n in reached.body if not isinstance(n, t.Function))
        found = self.checks.in_statements(body, reached.scope)
        if (found is None or not found.verified) and handler is not None and isinstance(handler.node, t.Function):
            found = self.checks.in_statements(handler.node.body, handler.module) or found
        return found

    def _handler(self, reached: Reached) -> Found | None:
        for node in reached.body:
            if isinstance(node, t.Function):
                return Found(reached.scope, node)
        calls = [n for n in t.walk(*reached.body) if isinstance(n, t.Call)] if reached.delegated else []
        for call in calls:
            if called(call) == reached.handler:
                return self.reaches.target(call, reached.scope)
        return None

    # -- google.script.run --------------------------------------------------------------------------------------

    def _run_by_pages(self) -> Iterator[Action]:
        for name in dict.fromkeys(named_by_pages(self.project)):
            found = self.project.function(name)
            if found is None or not isinstance(found.node, t.Function):
                continue
            evidence = self.checks.in_statements(found.node.body, found.module)
            yield self._action(
                "RUN", name, (found.module.path, found.node.line), name, evidence, found.module, (found.node,)
            )


def _mentions(nodes: Iterable[t.Node], names: Collection[str]) -> bool:
    return any(isinstance(n, t.Name) and n.id in names for n in t.walk(*nodes))


def _base(node: t.Node) -> str:
    """The name in front: `employees` of `employees[dept].first`."""
    while isinstance(node, (t.Attr, t.Index)):
        node = node.base
    return node.id if isinstance(node, t.Name) else ""


def _in_order(body: tuple[t.Node, ...]) -> Iterator[t.Node]:
    """Statements one after another, those of `try` in its place."""
    for node in body:
        if isinstance(node, (t.Try, t.Block)):
            yield from _in_order(node.body)
        else:
            yield node


def from_entry(function: t.Function) -> frozenset[str]:
    """Names that hold the request of `doGet` or `doPost`, or what was taken from it."""
    names = {p.name for p in function.params}
    for node in t.walk(*function.body, into_functions=False):
        if isinstance(node, t.Bind) and any(isinstance(n, t.Name) and n.id in names for n in t.walk(node.value)):
            names.update(n.id for n in t.walk(node.target) if isinstance(n, t.Name))
    return frozenset(names - {""})


def _statements(node: t.Node) -> tuple[t.Node, ...]:
    return node.body if isinstance(node, t.Function) else ()


def _needs_body(nodes: tuple[t.Node, ...]) -> bool:
    """Whether `e.postData.contents` is read without a doubt that it is there: a GET fails at that line."""
    stack = [n for n in nodes if not isinstance(n, t.Function)]
    while stack:
        node = stack.pop()
        if isinstance(node, t.Attr) and t.dotted(node).endswith((".postData.contents", ".postData.getDataAsString")):
            return True
        if not isinstance(node, (t.If, t.Choice, t.Logic, t.Switch, t.Try, t.Function, t.Loop)):
            stack.extend(t.children(node))
    return False


def _without(body: tuple[t.Node, ...], taken: set[int]) -> Iterator[t.Node]:
    """Statements and the inside of branches, those of named actions left out."""
    for node in body:
        if id(node) in taken:
            continue
        yield node
        if isinstance(node, t.If):
            yield from _without(node.body, taken)
            yield from _without(node.orelse, taken)
        elif isinstance(node, (t.Try, t.Block)):
            yield from _without(node.body, taken)


def _apart(body: tuple[t.Node, ...], taken: set[int]) -> Iterator[t.Node]:
    """Statements that hold no named action, whole; of those that do, what stands beside it."""
    for node in body:
        if id(node) in taken:
            continue
        if not any(id(n) in taken for n in t.walk(node)):
            yield node
        elif isinstance(node, t.If):
            yield from _apart(node.body, taken)
            yield from _apart(node.orelse, taken)
        elif isinstance(node, (t.Try, t.Block)):
            yield from _apart(node.body, taken)

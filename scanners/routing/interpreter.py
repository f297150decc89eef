"""Follow a request through a hand-written router: every branch on path or method is an endpoint.

The program is not run: expressions stand for parts of the request (`values.py`), tests become routes
(`conditions.py`), loops over literal tables are unrolled, calls of our own functions are entered.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from scanners.routing import conditions as c
from scanners.routing.endings import is_false, most_telling, only_normalises, says_yes
from scanners.routing.entries import Entry
from scanners.routing.expressions import Expressions
from scanners.routing.route import Route, product
from scanners.routing.rows import of_row
from scanners.routing.shapes import denies, fails, is_check, names_handler, terminates
from scanners.routing.values import Code, Cond, Frame, Lit, Made, Many, Part, Picked, Request, Value, What
from scanners.syntax import tree as t
from scanners.syntax.program import Program, Scope

STEPS = 6000
"""Statements followed from one entry; more than any real router needs."""
DEEPEST = 10
"""Calls within calls."""


@dataclass(frozen=True, slots=True)
class Ran:
    """A statement that ran before a branch was taken."""

    file: str
    node: t.Node
    unless: tuple[Route, ...] = ()
    """It did not run for these."""
    only: tuple[Route, ...] = ()
    """It ran for these alone; empty: for all."""


@dataclass(frozen=True, slots=True)
class Reached:
    """A place where a request ends up."""

    route: Route
    file: str
    line: int
    handler: str
    body: tuple[t.Node, ...]
    trail: tuple[Ran, ...]
    scope: Scope
    tests: tuple[t.Node, ...] = ()
    """Tests that had to hold on the way."""
    delegated: bool = False
    """Whether the branch hands the request to that handler; else the handler is the function around the branch."""


@dataclass(slots=True)
class Interpreter:
    """Follows one entry; `reached` is the answer."""

    program: Program
    actions: frozenset[str] = frozenset()
    """Parameters by which one address serves many: their values are routes (Apps Script)."""
    reached: list[Reached] = field(default_factory=list)
    dynamic: list[tuple[str, int]] = field(default_factory=list)
    """Where a handler is found by a computed name."""
    steps: int = 0
    depth: int = 0
    running: set[int] = field(default_factory=set)
    trail: tuple[Ran, ...] = ()
    tests: tuple[t.Node, ...] = ()
    routes: tuple[Route, ...] = (Route(),)
    eval: Expressions = field(init=False)

    def __post_init__(self) -> None:
        self.eval = Expressions(self)

    def enter(self, scope: Scope, entry: Entry) -> None:
        """Follow a request into an entry function."""
        function = entry.function
        params = [p for p in function.params if p.name not in {"self", "cls", "this"}]
        me = Made(t.Class(function.line, "", (), ()), scope, dict(entry.fields)) if entry.fields else None
        frame = Frame(scope, function=function, me=me)
        self.routes = (Route(methods=entry.methods),)
        for index, param in enumerate(params):
            self.bind(param.target, Request() if index == 0 and entry.first else None, frame)
        self.run(function, frame)

    def run(self, function: t.Function, frame: Frame) -> Value | None:
        """Follow a function whose parameters are bound; its value."""
        if id(function) in self.running or self.depth >= DEEPEST:
            return None
        self.running.add(id(function))
        self.depth += 1
        trail = self.trail
        try:
            self.block(function.body, frame, self.routes)
        finally:
            self.depth -= 1
            self.running.discard(id(function))
            self.trail = trail
        return most_telling(frame.returns)

    def block(self, statements: Iterable[t.Node], frame: Frame, routes: tuple[Route, ...]) -> bool:
        """Follow statements; whether a deeper branch took the request."""
        before, outer = len(self.reached), self.routes
        rest = list(statements)
        for index, statement in enumerate(rest):
            self.steps += 1
            if self.steps > STEPS or not routes:
                break
            self.routes = routes
            if isinstance(statement, t.If):
                routes, cut = self.branch(statement, frame, routes)
                if cut:
                    at = len(self.reached)
                    after = tuple(rest[index + 1 :])
                    done = self.block(after, frame, routes)
                    if not done and len(self.reached) == at and not fails(after):
                        self.reach(routes, statement.line, after, frame)
                    break
            else:
                self.statement(statement, frame, routes)
                self.trail = (*self.trail, Ran(frame.scope.path, statement))
        self.routes = outer
        return len(self.reached) > before

    def branch(self, node: t.If, frame: Frame, routes: tuple[Route, ...]) -> tuple[tuple[Route, ...], bool]:
        """Follow both sides; the routes left for what comes after, and whether they were cut down."""
        if of_row(node.test, self.eval, frame) is False:  # `if route["auth"]:` for a row that has none
            self.block(node.orelse, frame, routes)
            return routes, False
        cond = self.eval.condition(node.test, frame)
        trail, tests = self.trail, self.tests
        took = False
        if cond.yes is not None and not is_check(node.body):
            self.tests = (*tests, node.test)
            took = self.side(node.body, frame, product(routes, cond.yes), node.line)
        else:
            self.tests = (*tests, node.test)
            self.block(node.body, frame, routes)
        self.trail, self.tests = trail, tests
        if node.orelse:
            left = product(routes, cond.no) if cond.no is not None else routes
            if cond.no is not None:
                self.side(node.orelse, frame, left, node.orelse[0].line)
            else:
                at = len(self.reached)
                self.block(node.orelse, frame, left)
                methods_only = cond.yes is not None and all(r.is_pathless for r in cond.yes)
                known = any(not r.is_pathless for r in left)
                if took and methods_only and known and len(self.reached) == at and not fails(node.orelse):
                    self.reach(left, node.orelse[0].line, node.orelse, frame)
            self.trail = trail
        self.trail = (*trail, Ran(frame.scope.path, node, self.exempt(node.test, frame), cond.yes or ()))
        if not node.orelse and cond.no is not None and terminates(node.body):
            return product(routes, cond.no), True
        return routes, False

    def exempt(self, test: t.Node, frame: Frame) -> tuple[Route, ...]:
        """Routes for which a test is false whatever else holds: `path != "/health" and not user` spares /health."""
        parts = test.values if isinstance(test, t.Logic) and test.op == "and" else (test,)
        spared = [route for part in parts for route in self.eval.condition(part, frame).no or ()]
        for part in parts:
            asked = part.value if isinstance(part, t.Not) else part
            if isinstance(asked, t.Binary) and asked.op in {"==", "is"} and is_false(asked.right):
                asked = asked.left
            elif asked is part:
                continue
            if isinstance(asked, t.Call):
                spared += self.passed(asked, frame)
        return tuple(spared)

    def passed(self, call: t.Call, frame: Frame) -> tuple[Route, ...]:
        """Routes for which a check of ours says yes before it looks at who is calling: `if path in OPEN: return True`."""
        code = self.eval.value(call.func, frame)
        if not isinstance(code, Code):
            return ()
        inner = Frame(code.frame.scope, function=code.function, me=code.frame.me)
        params = [p for p in code.function.params if p.name not in {"self", "cls"}]
        for param, arg in zip(params, call.args, strict=False):
            self.bind(param.target, self.eval.value(arg, frame), inner)
        found: list[Route] = []
        for node in code.function.body:
            if isinstance(node, t.Bind):
                self.bind(node.target, self.eval.value(node.value, inner), inner)
            elif isinstance(node, t.If) and says_yes(node.body):
                found += self.eval.condition(node.test, inner).yes or ()
        return tuple(route for route in found if not route.is_pathless)

    def side(self, body: tuple[t.Node, ...], frame: Frame, routes: tuple[Route, ...], line: int) -> bool:
        """Follow a branch that is taken for some routes only; it is their endpoint when nothing deeper is."""
        at, trail = len(self.reached), self.trail
        names = {name: value for name, value in frame.names.items() if isinstance(value, Part)}
        self.block(body, frame, routes)
        self.trail = trail  # what the branch itself does did not run before it
        if len(self.reached) > at:
            last = body[-1:]
            rest = tuple(r for r in routes if not r.is_pathless)
            answers = isinstance(last[0], t.Return) and len(body) > 1 and not fails(last) and not denies(last)
            if answers and rest and names_handler(last):
                self.reach(rest, last[0].line, last, frame)
            return True
        if only_normalises(body, frame):
            frame.names.update(names)  # an optional stage in front: the rest is read as if it were not there
            return False
        if fails(body) or says_yes(body):
            return False
        self.reach(routes, line, body, frame)
        return True

    def reach(self, routes: Iterable[Route], line: int, body: tuple[t.Node, ...], frame: Frame) -> None:
        """Note a place that serves those routes."""
        body = tuple(n for n in body if not (isinstance(n, t.If) and of_row(n.test, self.eval, frame) is False))
        answers = names_handler(body)
        name = answers or (frame.function.name if frame.function is not None else "")
        for route in routes:
            if route.methods == {"OPTIONS"} or (route.is_pathless and not route.methods and not route.action):
                continue
            methods = route.methods - {"OPTIONS"} or route.methods
            self.reached.append(
                Reached(
                    replace(route, methods=methods),
                    frame.scope.path,
                    line,
                    name,
                    body,
                    self.trail,
                    frame.scope,
                    tests=self.tests,
                    delegated=bool(answers),
                )
            )

    def statement(self, node: t.Node, frame: Frame, routes: tuple[Route, ...]) -> None:
        """Follow one statement that is not a plain branch."""
        if isinstance(node, t.Bind):
            self.bind(node.target, self.eval.value(node.value, frame), frame)
        elif isinstance(node, t.Return):
            self.give_back(node, frame, routes)
        elif isinstance(node, t.Switch):
            self.switch(node, frame, routes)
        elif isinstance(node, t.Loop):
            self.loop(node, frame, routes)
        elif isinstance(node, t.Try):
            self.block(node.body, frame, routes)
            self.block(node.final, frame, routes)
        elif isinstance(node, t.Block):
            for item in node.items:
                self.statement(item, frame, routes)
            self.block(node.body, frame, routes)
        elif isinstance(node, (t.Function, t.Class)):
            frame.names[node.name] = Code(node, frame) if isinstance(node, t.Function) else None
            if isinstance(node, t.Class):
                frame.names.pop(node.name, None)
        elif not isinstance(node, (t.Import, t.Raise)):
            self.eval.value(node, frame)

    def give_back(self, node: t.Return, frame: Frame, routes: tuple[Route, ...]) -> None:
        """A return; a conditional value is a branch."""
        value = node.value
        if isinstance(value, t.Choice):
            test = self.eval.condition(value.test, frame)
            if test.yes is not None or test.no is not None:
                then = (t.Return(value.then.line, value.then),)
                other = (t.Return(value.other.line, value.other),)
                self.branch(t.If(value.line, value.test, then, other), frame, routes)
                return
        if value is not None:
            frame.returns.append(self.eval.value(value, frame))

    def switch(self, node: t.Switch, frame: Frame, routes: tuple[Route, ...]) -> None:
        """Follow every arm with the routes that lead to it."""
        subject = self.eval.value(node.subject, frame)
        trail = self.trail
        for case in node.cases:
            conds = [self.pattern(subject, node.subject, p, frame) for p in case.patterns]
            cond = c.any_of(conds) if conds else Cond()
            if case.guard is not None:
                cond = c.every([cond, self.eval.condition(case.guard, frame)])
            if cond.yes is not None:
                self.side(case.body, frame, product(routes, cond.yes), case.line)
            else:
                at = len(self.reached)
                self.block(case.body, frame, routes)
                known = any(not r.is_pathless for r in routes)
                by_method = isinstance(subject, Part) and subject.what is What.METHOD
                if not case.patterns and known and by_method and len(self.reached) == at and not fails(case.body):
                    self.reach(routes, case.line, case.body, frame)
            self.trail = trail

    def pattern(self, subject: Value | None, node: t.Node, pattern: t.Node, frame: Frame) -> Cond:
        """What one pattern of an arm says."""
        if isinstance(node, t.Const) and node.value is True:
            return self.eval.condition(pattern, frame)
        if isinstance(pattern, t.Items):
            for index, part in enumerate(pattern.items):
                if isinstance(part, t.Unknown) and part.parts:
                    spread = [
                        t.Items(pattern.line, (*pattern.items[:index], alternative, *pattern.items[index + 1 :]))
                        for alternative in part.parts
                    ]
                    return c.any_of([self.pattern(subject, node, p, frame) for p in spread])
            if isinstance(subject, Many) and len(subject.items) == len(pattern.items):
                return c.every(
                    self.pattern(part, node, p, frame) for part, p in zip(subject.items, pattern.items, strict=True)
                )
            values = tuple(self.eval.value(p, frame) if isinstance(p, t.Const) else None for p in pattern.items)
            if any(isinstance(p, t.Spread) for p in pattern.items) and isinstance(subject, Part):
                head = tuple(v for v, p in zip(values, pattern.items, strict=True) if isinstance(p, t.Const))
                whole = c.equal(subject, Many(head))
                return Cond(tuple(replace(r, length=None) for r in whole) if whole else None)
            return Cond(c.equal(subject, Many(values)))
        if isinstance(pattern, t.Unknown) and pattern.parts:  # alternatives within a sequence
            return c.any_of([self.pattern(subject, node, p, frame) for p in pattern.parts])
        if isinstance(pattern, t.Name) and isinstance(subject, Part):  # a capture, or a constant of the module
            value = self.eval.value(pattern, frame)
            return c.compare("==", subject, value) if isinstance(value, Lit) else Cond()
        return c.compare("==", subject, self.eval.value(pattern, frame))

    def loop(self, node: t.Loop, frame: Frame, routes: tuple[Route, ...]) -> None:
        """Unroll a loop over a literal table; any other body is followed once."""
        source = self.eval.value(node.source, frame)
        items = source.items if isinstance(source, Many) else None
        if node.target is None or items is None or not items or len(items) > 250:
            if node.target is not None:
                self.bind(node.target, None, frame)
            self.block(node.body, frame, routes)
            return
        trail = self.trail
        for item in items:
            self.bind(node.target, item, frame)
            self.block(node.body, frame, routes)
            self.trail = trail

    def bind(self, target: t.Node, value: Value | None, frame: Frame) -> None:
        """Give a name, a field or a pattern its value."""
        if isinstance(target, t.Name):
            old = frame.names.get(target.id)
            keeps = isinstance(old, Part) and (value is None or isinstance(value, Lit)) and frame.function is not None
            frame.names[target.id] = old if keeps else value  # `if path == "": path = "/"`
        elif isinstance(target, t.Attr):
            if frame.me is not None and isinstance(target.base, t.Name) and target.base.id in {"self", "this"}:
                frame.me.fields[target.name] = value
        elif isinstance(target, t.Items):
            for index, inner in enumerate(target.items):
                self.bind(inner, self.eval.item(value, index), frame)
        elif isinstance(target, t.Table):
            for key, inner in target.pairs:
                name = key.value if isinstance(key, t.Const) else None
                self.bind(inner, self.eval.member(value, str(name)) if name is not None else value, frame)
        elif isinstance(target, t.Spread):
            self.bind(target.value, None, frame)

    def serve(self, options: Picked, call_args: tuple[Value | None, ...], line: int) -> None:
        """A handler out of a table is called: each entry is an endpoint, or a router of its own."""
        outer = self.routes
        for route, handler, home in options.options:
            routes = product(outer, (route,))
            if not routes:
                continue
            value = self.eval.value(handler, home) if isinstance(handler, t.Node) else handler
            place = handler.line if isinstance(handler, t.Node) else line
            if isinstance(value, Code):
                at = len(self.reached)
                self.routes = routes
                if value.function.body:
                    self.eval.call_code(value, call_args, ())
                if len(self.reached) == at:
                    self.reach_code(routes, place, value, home)
            else:
                body = (handler,) if isinstance(handler, t.Node) else ()
                self.routes = routes
                self.reach(routes, place, body, replace(home, function=None))
        self.routes = outer

    def reach_code(self, routes: tuple[Route, ...], line: int, code: Code, home: Frame) -> None:
        """Note a function out of a table as the place that serves those routes."""
        name = code.function.name
        for route in routes:
            if route.methods == {"OPTIONS"} or (route.is_pathless and not route.methods and not route.action):
                continue
            body = (code.function,)
            self.reached.append(
                Reached(route, home.scope.path, line, name, body, self.trail, code.frame.scope, self.tests)
            )

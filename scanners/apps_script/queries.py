"""Passwords, keys and tokens that a GET carries in its address, followed into the functions that `doGet` hands them to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from auditor.model.pattern import lazy
from scanners.apps_script.comparisons import is_equality
from scanners.apps_script.place import Place
from scanners.apps_script.project import Project
from scanners.apps_script.reach import Reaches
from scanners.routing.shapes import called
from scanners.syntax import tree as t
from scanners.syntax.program import Scope

_SECRET = lazy(
    r"(?i)pass(word|code|wd)?|pwd|senha|api_?key|secret|(?:auth|access|api|admin)?_?token|(?:auth|admin|access|master)_?key"
)
_PROOF = lazy(
    r"(?i)(secret|token|password|passcode|api_?key|_key|_pin)$|^(admin|expected|auth|access|valid|master|shared|app|stored|correct|script)_?key$"
)
_KEPT = lazy(r"(?i)key|token|secret|passw|passcode|pin$|pwd")
"""Properties of the script that hold what a caller has to know."""
_PERSON = lazy(r"(?i)^(user(_?name|_?id)?|usuario|login|e?mail|employee(_?id)?|empid|staff(_?id)?|phone|nip|action)$")
_POSTAL = lazy(r"(?i)address|city|state|district|village|street|postal|zip|landmark")
_WHOLE = frozenset({"parameter", "parameters"})
_SAME_TEXT = frozenset("String trim toString decodeURIComponent toLowerCase toUpperCase".split())
_MOST = 60
"""Functions that one address may lead to."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What names of one function hold of the address."""

    events: frozenset[str]
    queries: frozenset[str] = frozenset()
    fields: Mapping[str, str] = field(default_factory=dict)
    """Names for one field, with its name in the address."""
    patterns: tuple[t.Node, ...] = ()
    """What takes the query apart: `function handle({token})`."""


def query_secrets(project: Project) -> Iterator[Place]:
    """Every secret that is read from an address, whatever function reads it."""
    reaches = Reaches(project.program)
    for entry in project.entries("doGet"):
        if not isinstance(entry.node, t.Function):
            continue
        events = frozenset(p.name for p in entry.node.params[:1]) | {"e"}
        stack = [(entry.module, entry.node, _Asked(events))]
        seen: set[int] = set()
        while stack and len(seen) < _MOST:
            scope, function, told = stack.pop()
            if id(function) in seen:
                continue
            seen.add(id(function))
            reader = _Reader(scope, function, told, reaches)
            yield from reader.places()
            stack.extend(reader.further())


class _Reader:
    """Looks at one function that a GET runs."""

    def __init__(self, scope: Scope, function: t.Function, told: _Asked, reaches: Reaches) -> None:
        self.scope = scope
        self.nodes = tuple(t.walk(*function.body))
        self.reaches = reaches
        self.events = told.events
        self.queries = set(told.queries)
        self.fields = dict(told.fields)
        self.bound: dict[str, t.Node] = {}
        self.taken: list[tuple[int, str]] = []
        for pattern in told.patterns:
            self._bind(pattern, t.Attr(pattern.line, pattern, "parameter"))
        for node in self.nodes:
            if isinstance(node, t.Bind):
                self._bind(node.target, node.value)

    def _bind(self, target: t.Node, value: t.Node) -> None:
        if isinstance(target, t.Name):
            self.bound.setdefault(target.id, value)
            if self._is_whole(value):
                self.queries.add(target.id)
            elif name := self._field(value):
                self.fields.setdefault(target.id, name)
        elif isinstance(target, t.Table) and self._is_whole(value):
            for key, local in target.pairs:
                if isinstance(key, t.Const):
                    self.taken.append((target.line, str(key.value)))
                if isinstance(key, t.Const) and isinstance(local, t.Name):
                    self.fields.setdefault(local.id, str(key.value))

    def places(self) -> Iterator[Place]:
        """Secrets that are read here."""
        read = [(n.line, self._own_field(n)) for n in self.nodes if isinstance(n, (t.Attr, t.Index))]
        read += self.taken
        together = {name for _, name in read}
        for line, name in read:
            if _SECRET.fullmatch(name) or (name.lower() == "pin" and _logs_in(together)):
                yield Place("secret-in-query", self.scope.path, line, f"{name} is taken from the address")
        for node in self.nodes:
            for side, other in _compared(node):
                name = self._field(side)
                if name and not self._field(other) and (proof := self._proof(other)):
                    yield Place("secret-in-query", self.scope.path, node.line, f"{name} is compared with {proof}")

    def further(self) -> Iterator[tuple[Scope, t.Function, _Asked]]:
        """Functions of ours that are given the request, its query or a field of it, with what they are told."""
        for node in self.nodes:
            if not isinstance(node, t.Call) or not node.args:
                continue
            told = _Asked(frozenset())
            target = self.reaches.target(node, self.scope)
            if target is None or not isinstance(target.node, t.Function):
                continue
            for param, arg in zip(target.node.params, node.args, strict=False):
                name = self._field(arg)
                if isinstance(arg, t.Name) and arg.id in self.events:
                    told = replace(told, events=told.events | {param.name})
                elif self._is_whole(arg):
                    told = replace(told, queries=told.queries | {param.name}, patterns=(*told.patterns, param.target))
                elif name:
                    told = replace(told, fields={**told.fields, param.name: name})
            if told.events or told.queries or told.fields:
                yield target.module, target.node, told

    def _is_whole(self, node: t.Node) -> bool:
        """`e.parameter`, `(e && e.parameter) || {}`, `{...e.parameter}`, `Object.assign({}, e.parameter)`, `paramsOf(e)`."""
        match node:
            case t.Attr(name=name):
                return name in _WHOLE
            case t.Name(id=name):
                return name in self.queries
            case t.Logic(values=values):
                return any(self._is_whole(v) for v in values)
            case t.Choice(then=then, other=other):
                return self._is_whole(then) or self._is_whole(other)
            case t.Table(pairs=pairs):
                return any(key is None and self._is_whole(_spread(value)) for key, value in pairs)
            case t.Call(args=args) if called(node) == "Object.assign":
                return any(self._is_whole(a) for a in args)
            case t.Call(args=(t.Name(id=name), *_)) if name in self.events:
                return self._hands_out(node)
            case _:
                return False

    def _hands_out(self, call: t.Call) -> bool:
        """Whether a function of ours answers with the query of the request that it is given."""
        target = self.reaches.target(call, self.scope)
        body = target.node.body if target is not None and isinstance(target.node, t.Function) else ()
        held = {"parameter"}
        for node in t.walk(*body, into_functions=False):
            if isinstance(node, t.Bind) and isinstance(node.target, t.Name) and self._is_whole(node.value):
                held.add(node.target.id)
        returned = [
            n.value for n in t.walk(*body, into_functions=False) if isinstance(n, t.Return) and n.value is not None
        ]
        return any(
            (isinstance(v, t.Name) and v.id in held) or (not isinstance(v, t.Name) and self._is_whole(v))
            for v in returned
        )

    def _own_field(self, node: t.Node) -> str:
        """The name of a field that is read from the query at this very place."""
        if isinstance(node, t.Attr) and self._is_query(node.base):
            return node.name
        if isinstance(node, t.Index) and isinstance(node.key, t.Const) and self._is_query(node.base):
            return str(node.key.value)
        return ""

    def _is_query(self, node: t.Node) -> bool:
        return isinstance(node, (t.Attr, t.Name, t.Logic)) and self._is_whole(node)

    def _field(self, node: t.Node) -> str:
        """The name of the field that a value is the text of; empty: of none."""
        match node:
            case t.Name(id=name):
                return self.fields.get(name, "")
            case t.Logic(values=values):
                return next((f for v in values if (f := self._field(v))), "")
            case t.Choice(then=then, other=other):
                return self._field(then) or self._field(other)
            case t.Call(func=t.Attr(name=name, base=base)) if name in _SAME_TEXT:
                return self._field(base)
            case t.Call(args=(first, *_)) if called(node) in _SAME_TEXT:
                return self._field(first)
            case t.Index(base=base, key=t.Const(value=0)):
                return self._field(base)
            case _:
                return self._own_field(node)

    def _proof(self, node: t.Node, depth: int = 0) -> str:
        """What a secret is called that the script keeps: a constant by its name, or a property by its key."""
        last = t.dotted(node).rsplit(".", 1)[-1]
        if last and _PROOF.search(last):
            return last
        if isinstance(node, t.Name) and node.id in self.bound and depth < 2:
            return self._proof(self.bound[node.id], depth + 1)
        for call in t.walk(node):
            if isinstance(call, t.Call) and called(call).rsplit(".", 1)[-1].startswith("get") and call.args:
                key = t.text_of(call.args[0]) or t.dotted(call.args[0]).rsplit(".", 1)[-1]
                if _KEPT.search(key):
                    return key
        return ""


def _compared(node: t.Node) -> Iterator[tuple[t.Node, t.Node]]:
    if isinstance(node, t.Binary) and node.op in {"==", "!="}:
        yield from ((node.left, node.right), (node.right, node.left))
    elif isinstance(node, t.Call) and len(node.args) >= 2 and is_equality(node):
        yield from ((node.args[0], node.args[1]), (node.args[1], node.args[0]))


def _spread(node: t.Node) -> t.Node:
    return node.value if isinstance(node, t.Spread) else node


def _logs_in(names: set[str]) -> bool:
    """A PIN beside the name of somebody lets in; one beside a street is part of an address."""
    return any(_PERSON.match(n) for n in names) and not any(_POSTAL.search(n) for n in names)

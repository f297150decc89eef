"""The nodes of the small tree: what routing, guards and calls need to know of a program, and nothing of its grammar."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Node:
    """Anything in a program."""

    line: int
    """From 1, in the file (for a script of a page: in the page)."""


@dataclass(frozen=True, slots=True)
class Const(Node):
    """A literal."""

    value: str | int | float | bool | bytes | complex | None


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A variable."""

    id: str


@dataclass(frozen=True, slots=True)
class Attr(Node):
    """`base.name`."""

    base: Node
    name: str


@dataclass(frozen=True, slots=True)
class Index(Node):
    """`base[key]`; a slice has a `Slice` as key."""

    base: Node
    key: Node


@dataclass(frozen=True, slots=True)
class Slice(Node):
    """`low:high` of an index."""

    low: Node | None
    high: Node | None


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A call, or `new` of something."""

    func: Node
    args: tuple[Node, ...]
    kwargs: tuple[tuple[str, Node], ...] = ()

    def keyword(self, *names: str) -> Node | None:
        """Value of the first keyword argument with one of the names."""
        return next((value for name, value in self.kwargs if name in names), None)


@dataclass(frozen=True, slots=True)
class Text(Node):
    """An f-string or a template literal; literal parts are `Const`."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """Arithmetic or a comparison: `+`, `==`, `!=`, `in`, `not in`, `<`, `>`, ...; `===` is written `==`."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """`and` / `or` (`&&`, `||`, `??`)."""

    op: str
    values: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not(Node):
    """A negation."""

    value: Node


@dataclass(frozen=True, slots=True)
class Choice(Node):
    """A conditional expression."""

    test: Node
    then: Node
    other: Node


@dataclass(frozen=True, slots=True)
class Items(Node):
    """A list, tuple or set; also a pattern on the left of an assignment."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Table(Node):
    """A dict or an object; a key of None spreads the value. Also a destructuring pattern."""

    pairs: tuple[tuple[Node | None, Node], ...]
    defaults: tuple[tuple[str, str], ...] = ()
    """Of a pattern: literal texts for what is absent, `{ method = "POST" }`."""

    def get(self, *names: str) -> Node | None:
        """Value of the first key that is one of these literals."""
        for key, value in self.pairs:
            if isinstance(key, Const) and key.value in names:
                return value
        return None


@dataclass(frozen=True, slots=True)
class Regex(Node):
    """A regular expression literal."""

    source: str


@dataclass(frozen=True, slots=True)
class Spread(Node):
    """`*value`, `...value`."""

    value: Node


@dataclass(frozen=True, slots=True)
class Bind(Node):
    """An assignment: `target` is a `Name`, `Attr`, `Index`, or an `Items`/`Table` pattern."""

    target: Node
    value: Node


@dataclass(frozen=True, slots=True)
class Unknown(Node):
    """Something else, with what is in it."""

    parts: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Param(Node):
    """A parameter; `target` is its name or pattern."""

    target: Node
    default: Node | None = None
    annotation: Node | None = None

    @property
    def name(self) -> str:
        """Its name, or empty for a pattern."""
        return self.target.id if isinstance(self.target, Name) else ""


@dataclass(frozen=True, slots=True)
class Function(Node):
    """A function, method, lambda or arrow."""

    name: str
    params: tuple[Param, ...]
    body: tuple[Node, ...]
    decorators: tuple[Node, ...] = ()
    end: int = 0
    returns: Node | None = None


@dataclass(frozen=True, slots=True)
class Class(Node):
    """A class; its methods are `Bind`s or `Function`s in the body."""

    name: str
    bases: tuple[Node, ...]
    body: tuple[Node, ...]
    decorators: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class If(Node):
    """A branch."""

    test: Node
    body: tuple[Node, ...]
    orelse: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Case(Node):
    """One arm of a switch; no patterns: the default. `guard` is the extra condition of a `case ... if`."""

    patterns: tuple[Node, ...]
    guard: Node | None
    body: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Switch(Node):
    """`match` or `switch`."""

    subject: Node
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Return(Node):
    """`return value`."""

    value: Node | None


@dataclass(frozen=True, slots=True)
class Raise(Node):
    """`raise` or `throw`."""

    value: Node | None


@dataclass(frozen=True, slots=True)
class Loop(Node):
    """`for target in source`, or `while` (target None, source its test)."""

    target: Node | None
    source: Node
    body: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Handler(Node):
    """One `except` or `catch`."""

    name: str
    types: Node | None
    body: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Try(Node):
    """`try`, its handlers, and `else` plus `finally`."""

    body: tuple[Node, ...]
    handlers: tuple[Handler, ...]
    final: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Block(Node):
    """`with`: its expressions, then its body."""

    items: tuple[Node, ...]
    body: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Import(Node):
    """`from module import name as alias`, `import module as alias` (name empty), `require` likewise."""

    module: str
    """As written; leading dots or `./` kept."""
    names: tuple[tuple[str, str], ...]
    """(name, alias); name `` is the module itself, `default` the default export, `*` everything."""


@dataclass(frozen=True, slots=True)
class Module:
    """One file."""

    path: str
    language: str
    """`python` or `javascript`."""
    body: tuple[Node, ...]
